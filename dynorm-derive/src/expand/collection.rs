//! The implementation of `Collection`.

use proc_macro2::TokenStream;
use quote::{format_ident, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned as _;
use syn::{DeriveInput, Ident, LitStr};

use super::descriptor::optional;
use super::{LIB, docs};
use crate::model::collection::{Arity, Collection, Member, Outline, Shape};
use crate::model::names;

/// All that is generated for a collection. With `checked`, the compiler checks it against its members.
pub(crate) fn collection(collection: &Collection, checked: bool) -> TokenStream {
    let (implementation, plan) = (implementation(collection), plan(collection));
    if !checked {
        return quote!(#implementation #plan);
    }
    let (of, checks) = (of(collection), checks(collection));
    quote!(#implementation #plan #of #checks)
}

/// For what cannot be a collection.
pub(crate) fn broken_collection(input: &DeriveInput) -> TokenStream {
    if !input.generics.params.is_empty() {
        return TokenStream::new();
    }
    let ident = &input.ident;
    // A table for the type alone, so that nothing else has to be there.
    quote! {
        #[automatically_derived]
        impl #LIB::Collection for #ident {
            type Table = #LIB::NoTable;
            type Index = #LIB::Primary;
            const DESCRIPTOR: &'static #LIB::CollectionDescriptor = &#LIB::CollectionDescriptor {
                name: "",
                index: ::core::option::Option::None,
                delimiter: '#',
                partition: #LIB::Outline { text: "", segments: &[] },
                sort: ::core::option::Option::None,
                members: &[],
                strict: false,
            };
        }
        #[automatically_derived]
        impl #LIB::Gather for #ident {
            fn gather(_: &mut #LIB::Gathered) -> #LIB::Result<Self> {
                loop {}
            }
        }
        #[automatically_derived]
        impl #LIB::Entries for #ident {
            fn read(_: ::core::primitive::usize, _: #LIB::Item) -> #LIB::Result<Self> {
                loop {}
            }
        }
    }
}

fn implementation(collection: &Collection) -> TokenStream {
    let Collection { ident, table, .. } = collection;
    let index_type = index_type(collection);
    let reading = match collection.shape {
        Shape::Struct => quote! {
            #[automatically_derived]
            impl #LIB::Gather for #ident {
                fn gather(items: &mut #LIB::Gathered) -> #LIB::Result<Self> {
                    (Self::__PLAN.read)(items)
                }
            }
        },
        Shape::Enum => quote! {
            #[automatically_derived]
            impl #LIB::Entries for #ident {
                fn read(member: ::core::primitive::usize, item: #LIB::Item) -> #LIB::Result<Self> {
                    (Self::__PLAN.read)(member, item)
                }
            }
        },
    };
    quote! {
        #[automatically_derived]
        impl #LIB::Collection for #ident {
            type Table = #table;
            type Index = #index_type;
            const DESCRIPTOR: &'static #LIB::CollectionDescriptor = Self::__PLAN.descriptor;
        }
        #reading
    }
}

/// All that depends on the types of members.
fn plan(collection: &Collection) -> TokenStream {
    let ident = &collection.ident;
    let descriptor = descriptor(collection);
    let (function, read) = reading(collection);
    quote! {
        #[automatically_derived]
        impl #ident {
            #[doc(hidden)]
            const __PLAN: #LIB::Plan<#function> =
                #LIB::Plan { descriptor: &#descriptor, read: #read };
        }
    }
}

fn descriptor(collection: &Collection) -> TokenStream {
    let Collection { ident, delimiter, strict, .. } = collection;
    let name = ident.unraw().to_string();
    let index = optional(collection.index.as_ref().map(|index| quote!(#index)));
    let partition = outline(&collection.partition);
    let sort = optional(collection.sort.as_ref().map(outline));
    let members = collection.members.iter().map(|Member { ident, entity, .. }| {
        let name = ident.unraw().to_string();
        quote!(#LIB::MemberDescriptor { name: #name, entity: <#entity as #LIB::Entity>::DESCRIPTOR })
    });
    quote! {
        #LIB::CollectionDescriptor {
            name: #name,
            index: #index,
            delimiter: #delimiter,
            partition: #partition,
            sort: #sort,
            members: &[#(#members),*],
            strict: #strict,
        }
    }
}

fn index_type(collection: &Collection) -> TokenStream {
    let Some(index) = &collection.index else { return quote!(#LIB::Primary) };
    let (table, hash) = (&collection.table, names::hash(&index.value()));
    quote_spanned!(index.span()=> <#table as ::dynorm::__private::IndexAt<#hash>>::Index)
}

fn outline(outline: &Outline) -> TokenStream {
    let text = &outline.text;
    let segments = outline.segments.iter().map(|segment| {
        let (literal, field) = (&segment.literal, segment.field);
        quote!(#LIB::OutlineSegment { literal: #literal, field: #field })
    });
    quote!(#LIB::Outline { text: #text, segments: &[#(#segments),*] })
}

/// How items become members or entries: the type of the function, and the function.
fn reading(collection: &Collection) -> (TokenStream, TokenStream) {
    match collection.shape {
        Shape::Struct => {
            let members =
                collection.members.iter().enumerate().map(|(at, Member { ident, entity, arity })| {
                    let method = match arity {
                        Arity::One => quote!(one),
                        Arity::Optional => quote!(optional),
                        Arity::Many => quote!(many),
                    };
                    quote!(#ident: items.#method::<#entity>(#at)?)
                });
            (
                quote!(fn(&mut #LIB::Gathered) -> #LIB::Result<Self>),
                quote!(|items| ::core::result::Result::Ok(Self { #(#members),* })),
            )
        }
        Shape::Enum => {
            let last = collection.members.len() - 1;
            let arms = collection.members.iter().enumerate().map(|(at, Member { ident, entity, .. })| {
                // The library knows no member beyond the last.
                let pattern = if at == last { quote!(_) } else { quote!(#at) };
                quote!(#pattern => #LIB::read_entity::<#entity>(item).map(Self::#ident))
            });
            (
                quote!(fn(::core::primitive::usize, #LIB::Item) -> #LIB::Result<Self>),
                quote!(|member, item| match member { #(#arms),* }),
            )
        }
    }
}

/// The function that names a partition. Its arguments have the types of the first member's key fields.
fn of(collection: &Collection) -> TokenStream {
    let Collection { ident, vis, index, members, .. } = collection;
    let Some(first) = members.first().map(|member| &member.entity) else { return TokenStream::new() };
    let hash = index.as_ref().map_or(0, |index| names::hash(&index.value()));
    let doc = docs::collection_key(collection);
    let (mut types, mut arguments, mut bounds, mut given) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for (n, (sort, at, field)) in collection.fields().enumerate() {
        let (ty, argument) = (format_ident!("__A{n}"), names::argument(field));
        arguments.push(quote!(#argument: #ty));
        bounds.push(quote!(#first: #LIB::KeyArgument<#hash, #sort, #at, #ty>));
        given.push((sort, at, argument, format_ident!("__g{n}")));
        types.push(ty);
    }
    let all: Vec<&Ident> = given.iter().map(|(.., local)| local).collect();
    let mut body = quote!(#LIB::CollectionKey::of(&[#(#all),*]));
    for (sort, at, argument, local) in given.iter().rev() {
        body = quote! {
            <#first as #LIB::KeyArgument<#hash, #sort, #at, _>>::part(#argument, |#local| #body)
        };
    }
    quote! {
        #[automatically_derived]
        #[allow(dead_code)]
        impl #ident {
            #[doc = #doc]
            #[must_use]
            #vis fn of<#(#types),*>(#(#arguments),*) -> #LIB::CollectionKey<Self>
            where
                #(#bounds),*
            {
                #body
            }
        }
    }
}

/// What the compiler checks of a collection and its members.
fn checks(collection: &Collection) -> TokenStream {
    let Collection { ident, table, .. } = collection;
    let members = collection.members.iter().map(|Member { entity, .. }| {
        quote_spanned!(entity.span()=> ::dynorm::__private::member_of::<#table, #entity>();)
    });
    let index = collection.index.as_ref().map(|index: &LitStr| {
        let mut ident = ident.clone();
        ident.set_span(index.span());
        quote_spanned! {index.span()=>
            ::dynorm::__private::whole_items::<<#ident as ::dynorm::__private::Collection>::Index>();
        }
    });
    let check = quote_spanned! {ident.span()=>
        ::dynorm::__private::check_collection(
            <#ident as ::dynorm::__private::Collection>::DESCRIPTOR,
            <<#ident as ::dynorm::__private::Collection>::Table as ::dynorm::__private::Table>::SCHEMA,
        )
    };
    quote! {
        const _: () = {
            #(#members)*
            #index
        };
        const _: () = #check;
    }
}
