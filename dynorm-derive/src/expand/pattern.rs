//! Access patterns: a function that starts one, and a type whose methods narrow it from left to right.

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::ext::IdentExt;
use syn::{GenericArgument, Ident, LitStr, PathArguments, Type};

use super::descriptor::{Place, usual};
use super::entity::given;
use super::{LIB, docs};
use crate::model::entity::{Entity, IndexKeys, TableOf, distinct};
use crate::model::key::{Key, Placeholder};
use crate::model::names;
use crate::parse::template::Form;

/// An access pattern.
struct Pattern<'e> {
    entity: &'e Entity,
    name: &'e Ident,
    index: Option<&'e LitStr>,
    partition: Vec<&'e Key>,
    sort: Vec<&'e Key>,
    /// Whether the sort key is the partition key of the table, which is not written so that it sorts.
    inverted: bool,
    /// Whether the whole index may be read.
    is_scanned: bool,
}

/// All access patterns of an entity, but for those whose names are mistakes.
fn patterns(entity: &Entity) -> Vec<Pattern<'_>> {
    let primary = entity.pattern.as_ref().map(|name| Pattern::of(entity, name, None));
    let indexes = entity.indexes.iter().map(|keys| Pattern::of(entity, &keys.pattern, Some(keys)));
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
    let own = entity.pattern.is_none().then(|| Pattern::of(entity, &entity.ident, None));
    own.into_iter().chain(patterns(entity)).map(|pattern| pattern.key_arguments()).collect()
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

/// The functions that start patterns, for the entity, and those that name indexes to scan.
pub(super) fn functions(entity: &Entity) -> TokenStream {
    let patterns = patterns(entity);
    let functions = patterns.iter().map(Pattern::function);
    // One of a pattern's name is a mistake that is reported already, as two of one name are.
    let is_free = |function: &Ident| patterns.iter().all(|pattern| pattern.name.unraw() != *function);
    let of_indexes = patterns.iter().filter(|pattern| pattern.index.is_some());
    let scans = of_indexes.filter(|pattern| is_free(&names::scan_function(pattern.name)));
    functions.chain(scans.map(Pattern::scan_function)).collect()
}

/// That indexes may be scanned.
pub(super) fn scannable(entity: &Entity) -> TokenStream {
    let ident = &entity.ident;
    let scanned = patterns(entity).into_iter().filter(|pattern| pattern.is_scanned).map(|pattern| {
        let index = index_type(entity, pattern.index);
        quote! {
            #[automatically_derived]
            impl #LIB::ScannableIn<#index> for #ident {}
        }
    });
    scanned.collect()
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
        TableOf::Older(of) => quote!(<#of as #LIB::Entity>::Table),
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

impl<'e> Pattern<'e> {
    /// The pattern of the table, or of an index.
    fn of(entity: &'e Entity, name: &'e Ident, keys: Option<&'e IndexKeys>) -> Self {
        let (partition, sort) = entity.keys_of(keys);
        let inverted = keys.is_some_and(|keys| keys.inverted.is_some());
        let is_scanned = keys.is_some_and(|keys| keys.scan.is_some());
        Self { entity, name, index: keys.map(|keys| &keys.index), partition, sort, inverted, is_scanned }
    }

    fn ty(&self) -> Ident {
        names::pattern_type(&self.entity.ident, self.name)
    }

    fn function(&self) -> TokenStream {
        let Self { entity, name, .. } = self;
        let (vis, ty) = (&entity.vis, self.ty());
        let doc =
            docs::pattern(entity, self.index.map(LitStr::value).as_deref(), &self.partition, &self.sort);
        let text = name.unraw().to_string();
        let index = super::descriptor::optional(self.index.map(|index| quote!(#index)));
        let fields = distinct(&self.partition);
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

    /// The function that names its index to scan.
    fn scan_function(&self) -> TokenStream {
        let (vis, function, index) = (&self.entity.vis, names::scan_function(self.name), self.index);
        let doc = docs::scan(self.entity, &index.map(LitStr::value).unwrap_or_default());
        let (ty, text) = (self.ty(), function.to_string());
        quote! {
            #[doc = #doc]
            #[must_use]
            #vis fn #function() -> #LIB::IndexToScan<#ty<0>> {
                #LIB::IndexToScan::named(#index, #text)
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
        let known = distinct(&self.partition);
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
        let steps = |key: &&Key| match key {
            Key::Plain(position) => {
                let prefix = is_text(&self.entity.fields[*position].ty);
                vec![Step { position: *position, range: Range::Any, prefix }]
            }
            Key::Template(template) => {
                // Where the key has shards, their number is last.
                let last = template.segments.last().filter(|_| template.shards.is_none());
                let last = last.and_then(|segment| segment.field.as_ref());
                let step = |field: &Placeholder| {
                    let is_last = last.is_some_and(|last| last.position == field.position);
                    let range = match usual(field.format, Place::PARTITION) {
                        Form::Raw => Range::None,
                        Form::Usual if self.inverted && is_last => Range::AsWritten,
                        // What follows would sort before a longer text of the field.
                        Form::Usual if self.inverted => Range::None,
                        _ => Range::Any,
                    };
                    let of_text = !matches!(field.format.form, Form::Padded { .. })
                        && !field.format.descending
                        && !is_integer(&self.entity.fields[field.position].ty);
                    Step { position: field.position, range, prefix: of_text }
                };
                template.fields().map(step).collect()
            }
        };
        self.sort.iter().flat_map(steps).collect()
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
        let sorted = match step.range {
            Range::None => None,
            Range::Any => Some(TokenStream::new()),
            Range::AsWritten => Some(quote!(+ #LIB::SortedAsWritten<#field_type>)),
        };
        let range = sorted.map(|sorted| {
            let doc = docs::range(&name);
            quote! {
                #[doc = #doc]
                #vis fn #method_in<__A: #LIB::Arg<#field_type> + ::core::clone::Clone #sorted>(
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
    fn key_arguments(&self) -> TokenStream {
        let of = |keys: &[&Key], sort: bool| -> TokenStream {
            let positions = keys.iter().flat_map(|key| key.positions()).enumerate();
            positions.map(|(at, position)| self.key_argument(sort, at, position)).collect()
        };
        let (partition, sort) = (of(&self.partition, false), of(&self.sort, true));
        quote!(#partition #sort)
    }

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
        self.partition.iter().chain(&self.sort).copied().collect()
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
    range: Range,
    prefix: bool,
}

/// The ranges of a field that can be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Range {
    None,
    Any,
    /// Those of types whose usual text sorts as they do.
    AsWritten,
}

impl Step {
    /// The names of the methods of this step, for its field.
    fn names(&self, field: &Ident) -> Vec<String> {
        let suffixes =
            [Some(""), (self.range != Range::None).then_some("_in"), self.prefix.then_some("_prefix")];
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

/// Whether the type is an integer, or an `Option` of it, by its name: how its padded text begins says nothing of it.
fn is_integer(ty: &Type) -> bool {
    let names = ["u8", "u16", "u32", "u64", "u128", "i8", "i16", "i32", "i64", "i128"];
    let is_named =
        |ty: &Type| last_segment(ty).is_some_and(|segment| names.iter().any(|name| segment.ident == name));
    is_named(ty) || inside_option(ty).is_some_and(is_named)
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
