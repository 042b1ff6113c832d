//! Access patterns: a function that starts one, and a type whose methods narrow it from left to right.

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::ext::IdentExt;
use syn::{GenericArgument, Ident, LitStr, PathArguments, Type};

use super::entity::given;
use super::{LIB, docs};
use crate::model::entity::{Entity, TableOf, distinct};
use crate::model::key::Key;
use crate::model::names;
use crate::parse::template::Form;

/// An access pattern.
struct Pattern<'e> {
    entity: &'e Entity,
    name: &'e Ident,
    index: Option<&'e LitStr>,
    partition: &'e Key,
    sort: Option<&'e Key>,
}

/// All access patterns of an entity, but for those whose names are mistakes.
fn patterns(entity: &Entity) -> Vec<Pattern<'_>> {
    let primary = entity.pattern.as_ref().map(|name| Pattern {
        entity,
        name,
        index: None,
        partition: &entity.partition,
        sort: entity.sort.as_ref(),
    });
    let indexes = entity.indexes.iter().map(|keys| Pattern {
        entity,
        name: &keys.pattern,
        index: Some(&keys.index),
        partition: keys.partition.as_ref().unwrap_or(&entity.partition),
        sort: keys.sort.as_ref(),
    });
    let mut patterns: Vec<Pattern<'_>> = Vec::new();
    for pattern in primary.into_iter().chain(indexes).filter(|pattern| pattern.name != "key") {
        if patterns.iter().all(|known| known.ty() != pattern.ty()) {
            patterns.push(pattern);
        }
    }
    patterns
}

/// The fields of the keys of patterns as arguments, for the collections that the entity is a member of.
pub(super) fn key_arguments(entity: &Entity) -> TokenStream {
    let own = entity.pattern.is_none().then_some((None, &entity.partition, entity.sort.as_ref()));
    let known = patterns(entity);
    let keys = own.into_iter().chain(known.iter().map(|p| (p.index, p.partition, p.sort)));
    keys.flat_map(|(index, partition, sort)| {
        let pattern = Pattern { entity, name: &entity.ident, index, partition, sort };
        let of = |sort: bool, key: &Key| -> Vec<TokenStream> {
            let positions = key.positions().into_iter().enumerate();
            positions.map(|(at, position)| pattern.key_argument(sort, at, position)).collect()
        };
        let sorts = sort.map(|key| of(true, key)).unwrap_or_default();
        of(false, partition).into_iter().chain(sorts).collect::<Vec<_>>()
    })
    .collect()
}

/// Any fields as arguments, for an entity that is in error.
pub(super) fn any_arguments(ident: &Ident) -> TokenStream {
    quote! {
        #[automatically_derived]
        impl<const INDEX: ::core::primitive::u64, const SORT: ::core::primitive::bool, const N: ::core::primitive::usize, __A>
            #LIB::KeyArgument<INDEX, SORT, N, __A> for #ident
        {
            fn part<__R>(_: __A, then: impl ::core::ops::FnOnce(#LIB::Given<'_>) -> __R) -> __R {
                then(#LIB::Given::none())
            }
        }
    }
}

/// The functions that start patterns, for the entity.
pub(super) fn functions(entity: &Entity) -> TokenStream {
    patterns(entity).iter().map(Pattern::function).collect()
}

/// What a pattern of the entity reads: an index, or without one the table.
pub(super) fn index_type(entity: &Entity, index: Option<&LitStr>) -> TokenStream {
    let Some(index) = index else { return quote!(#LIB::Primary) };
    let hash = names::hash(&index.value());
    let table = match &entity.table {
        TableOf::Path(path) => quote!(#path),
        TableOf::Itself(table) => {
            let ident = &table.ident;
            quote!(#ident)
        }
    };
    quote_spanned!(index.span()=> <#table as ::dynorm::__private::IndexAt<#hash>>::Index)
}

/// The types of patterns.
pub(super) fn types(entity: &Entity) -> TokenStream {
    patterns(entity).iter().map(Pattern::definition).collect()
}

/// What narrows patterns.
pub(super) fn methods(entity: &Entity) -> TokenStream {
    patterns(entity).iter().map(Pattern::methods).collect()
}

/// The fields that the methods of patterns name in messages.
pub(super) fn explained_fields(entity: &Entity) -> Vec<usize> {
    let fields = |pattern: &Pattern<'_>| {
        let steps = pattern.steps_to_take();
        let is_explained = steps.len() > 1 && pattern.has_distinct_names(&steps);
        steps.into_iter().filter(move |_| is_explained).map(|step| step.position)
    };
    patterns(entity).iter().flat_map(fields).collect()
}

impl Pattern<'_> {
    fn ty(&self) -> Ident {
        names::pattern_type(&self.entity.ident, self.name)
    }

    fn function(&self) -> TokenStream {
        let Self { entity, name, .. } = self;
        let (vis, ty) = (&entity.vis, self.ty());
        let doc = docs::pattern(entity, self.index.map(LitStr::value).as_deref(), self.partition, self.sort);
        let text = name.unraw().to_string();
        let index = super::descriptor::optional(self.index.map(|index| quote!(#index)));
        let fields = distinct(&[self.partition]);
        let (mut arguments, mut values) = (Vec::new(), Vec::new());
        for position in fields {
            let argument = names::argument(&entity.fields[position].ident);
            let (ty, value) = self.argument(position, &argument);
            arguments.push(quote!(#argument: impl #LIB::Arg<#ty>));
            values.push(quote!((#position, #value)));
        }
        let function = names::argument(name);
        quote! {
            #[doc = #doc]
            #vis fn #function(#(#arguments),*) -> #ty<0> {
                #ty(#LIB::Probe::new::<Self>(#index, #text, &[#(#values),*]))
            }
        }
    }

    fn definition(&self) -> TokenStream {
        let (entity, ty) = (self.entity, self.ty());
        let (ident, vis) = (&entity.ident, &entity.vis);
        let doc = docs::pattern_type(entity, &self.name.unraw().to_string());
        let debug_name = ty.to_string();
        let index = index_type(entity, self.index);
        quote! {
            #[doc = #doc]
            #[must_use = "a pattern does nothing until it is queried"]
            #[allow(dead_code)]
            #vis struct #ty<const AT: ::core::primitive::usize>(#LIB::Probe);

            #[automatically_derived]
            impl<const AT: ::core::primitive::usize> #LIB::Pattern for #ty<AT> {
                type Entity = #ident;
                type Index = #index;

                fn into_probe(self) -> #LIB::Probe {
                    self.0
                }
            }

            #[automatically_derived]
            impl<const AT: ::core::primitive::usize> ::core::clone::Clone for #ty<AT> {
                fn clone(&self) -> Self {
                    Self(::core::clone::Clone::clone(&self.0))
                }
            }

            #[automatically_derived]
            impl<const AT: ::core::primitive::usize> ::core::fmt::Debug for #ty<AT> {
                fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                    f.debug_tuple(#debug_name).field(&self.0).finish()
                }
            }
        }
    }

    /// The methods of each step: those for the fields of the sort key that the partition key does not have.
    ///
    /// Those of the first step are there at the first step only. Later ones are always there, with a bound that says
    /// what has to come before; unless a name is then taken twice, as by `opt_in` and the range of `opt`.
    fn methods(&self) -> TokenStream {
        let (ty, steps) = (self.ty(), self.steps_to_take());
        let explained = self.has_distinct_names(&steps);
        let marker =
            |step: &Step| names::marker(&self.entity.fields[step.position].ident, &self.entity.ident);
        let mut methods = TokenStream::new();
        for (at, step) in steps.iter().enumerate() {
            let bound = (explained && at > 0).then(|| {
                let (this, before) = (marker(step), marker(&steps[at - 1]));
                quote!(where #LIB::Nth<#at>: #LIB::Next<AT, __field::#this, __field::#before>)
            });
            let (generics, state) = match bound {
                Some(_) => (quote!(<const AT: ::core::primitive::usize>), quote!(AT)),
                None => (TokenStream::new(), quote!(#at)),
            };
            let step = self.step(at, step, bound.as_ref());
            methods.extend(quote! {
                #[automatically_derived]
                #[allow(dead_code, private_bounds)]
                impl #generics #ty<#state> {
                    #step
                }
            });
        }
        methods
    }

    /// The fields of the sort key that the partition key does not have.
    fn steps_to_take(&self) -> Vec<Step> {
        let known = self.partition.positions();
        let mut steps = self.steps();
        steps.retain(|step| !known.contains(&step.position));
        steps
    }

    /// Whether no two methods of the steps have one name.
    fn has_distinct_names(&self, steps: &[Step]) -> bool {
        let field = |step: &Step| &self.entity.fields[step.position].ident;
        let mut names: Vec<String> = steps.iter().flat_map(|step| step.names(field(step))).collect();
        let n_names = names.len();
        names.sort_unstable();
        names.dedup();
        names.len() == n_names
    }

    fn steps(&self) -> Vec<Step> {
        match self.sort {
            None => Vec::new(),
            Some(Key::Plain(position)) => {
                let prefix = is_text(&self.entity.fields[*position].ty);
                vec![Step { position: *position, range: true, prefix }]
            }
            Some(Key::Template(template)) => {
                let step = |field: &crate::model::key::Placeholder| Step {
                    position: field.position,
                    range: field.format.form != Form::Raw,
                    prefix: !matches!(field.format.form, Form::Padded { .. }) && !field.format.descending,
                };
                template.fields().map(step).collect()
            }
        }
    }

    fn step(&self, at: usize, step: &Step, bound: Option<&TokenStream>) -> TokenStream {
        let (ty, vis, position) = (self.ty(), &self.entity.vis, step.position);
        let ident = &self.entity.fields[position].ident;
        let (method, method_in, method_prefix) =
            (names::method(ident, ""), names::method(ident, "_in"), names::method(ident, "_prefix"));
        let name = ident.unraw().to_string();
        let field_type = &self.entity.fields[position].ty;
        let given = given(self.entity, &self.keys(), position);
        let (argument_type, value) = self.argument(position, &Ident::new("value", Span::call_site()));
        let next = at + 1;
        let doc = docs::equal(&name);
        let equal = quote! {
            #[doc = #doc]
            #vis fn #method(self, value: impl #LIB::Arg<#argument_type>) -> #ty<#next> #bound {
                #ty(self.0.equal(#position, #value))
            }
        };
        let range = step.range.then(|| {
            let doc = docs::range(&name);
            quote! {
                #[doc = #doc]
                #vis fn #method_in<__A: #LIB::Arg<#field_type> + ::core::clone::Clone>(
                    self,
                    range: impl ::core::ops::RangeBounds<__A>,
                ) -> #ty<{ #LIB::END }> #bound {
                    #ty(#LIB::in_range::<#field_type, __A>(self.0, &range, |value| #given::<#field_type>(value)))
                }
            }
        });
        let prefix = step.prefix.then(|| {
            let doc = docs::prefix(&name);
            quote! {
                #[doc = #doc]
                #vis fn #method_prefix(
                    self,
                    text: impl ::core::convert::AsRef<::core::primitive::str>,
                ) -> #ty<{ #LIB::END }> #bound {
                    #ty(self.0.prefix(::core::convert::AsRef::as_ref(&text)))
                }
            }
        });
        quote!(#equal #range #prefix)
    }

    /// See [`key_arguments`].
    fn key_argument(&self, sort: bool, at: usize, position: usize) -> TokenStream {
        let ident = &self.entity.ident;
        let hash = self.index.map_or(0, |index| names::hash(&index.value()));
        let (ty, value) = self.argument(position, &Ident::new("argument", Span::call_site()));
        quote! {
            #[automatically_derived]
            #[allow(private_bounds)]
            impl<__A: #LIB::Arg<#ty>> #LIB::KeyArgument<#hash, #sort, #at, __A> for #ident {
                fn part<__R>(argument: __A, then: impl ::core::ops::FnOnce(#LIB::Given<'_>) -> __R) -> __R {
                    then(#value)
                }
            }
        }
    }

    fn keys(&self) -> Vec<&Key> {
        std::iter::once(self.partition).chain(self.sort).collect()
    }

    /// The type of an argument for a field, which of an `Option` is that of what is in it, and the argument as the
    /// probe wants it.
    fn argument(&self, position: usize, argument: &Ident) -> (&Type, TokenStream) {
        let ty = &self.entity.fields[position].ty;
        let given = given(self.entity, &self.keys(), position);
        match inside_option(ty) {
            Some(inner) if self.index.is_some() => {
                let value = quote!(::core::option::Option::Some(#LIB::Arg::<#inner>::arg(#argument)));
                (inner, quote!(#given::<#ty>(&#value)))
            }
            _ => (ty, quote!(#given::<#ty>(&#LIB::Arg::<#ty>::arg(#argument)))),
        }
    }
}

/// A field of a sort key, and what can be asked of it.
struct Step {
    position: usize,
    range: bool,
    prefix: bool,
}

impl Step {
    /// The names of the methods of this step, for its field.
    fn names(&self, field: &Ident) -> Vec<String> {
        let suffixes = [Some(""), self.range.then_some("_in"), self.prefix.then_some("_prefix")];
        suffixes.into_iter().flatten().map(|suffix| format!("{}{suffix}", field.unraw())).collect()
    }
}

/// The last segment of a type's path.
fn last_segment(ty: &Type) -> Option<&syn::PathSegment> {
    match ty {
        Type::Path(path) => path.path.segments.last(),
        Type::Group(group) => last_segment(&group.elem),
        _ => None,
    }
}

/// Whether the type is text, or an `Option` of it, by its name; of plain keys, only these have prefixes.
fn is_text(ty: &Type) -> bool {
    let is_string = |ty: &Type| last_segment(ty).is_some_and(|segment| segment.ident == "String");
    is_string(ty) || inside_option(ty).is_some_and(is_string)
}

/// `T` of `Option<T>`.
fn inside_option(ty: &Type) -> Option<&Type> {
    let segment = last_segment(ty)?;
    let PathArguments::AngleBracketed(arguments) = &segment.arguments else { return None };
    match (segment.ident == "Option", arguments.args.first()) {
        (true, Some(GenericArgument::Type(inner))) => Some(inner),
        _ => None,
    }
}
