//! Implementations that stand next to errors, so that code which uses the type has nothing to complain about.

use proc_macro2::TokenStream;
use quote::quote;
use syn::DeriveInput;
use syn::ext::IdentExt;

use super::{LIB, entity, evolution, fields, pattern};
use crate::model::entity::{Broken, Field};
use crate::model::names;

/// For a table that lacks what a table needs. Its schema has no name, by which entities know not to check theirs.
pub(crate) fn broken_table(input: &DeriveInput) -> TokenStream {
    if !input.generics.params.is_empty() {
        return TokenStream::new();
    }
    let ident = &input.ident;
    let type_name = ident.unraw().to_string();
    quote! {
        #[automatically_derived]
        impl #LIB::Table for #ident {
            const SCHEMA: &'static #LIB::TableSchema = &#LIB::TableSchema {
                type_name: #type_name,
                name: "",
                partition: #LIB::KeyAttributeSchema { name: "PK", kind: #LIB::KeyKind::S },
                sort: ::core::option::Option::None,
                indexes: &[],
                ttl: ::core::option::Option::None,
                tag: ::core::option::Option::None,
                version: "_v",
                delimiter: '#',
            };
            const ENTITIES: &'static [&'static #LIB::EntityDescriptor] = &[];
        }
        #[automatically_derived]
        impl<const NAME: ::core::primitive::u64> #LIB::IndexAt<NAME> for #ident {
            type Index = #LIB::GlobalIndex<#LIB::Unknown<NAME>, #LIB::Whole>;
        }
    }
}

/// For an entity with wrong keys. Its own keys have no segments, so that they collide with no others.
pub(crate) fn broken_entity(input: &DeriveInput, broken: &Broken) -> TokenStream {
    if !input.generics.params.is_empty() {
        return TokenStream::new();
    }
    let ident = &input.ident;
    if let Some(of) = &broken.of {
        return evolution::broken(ident, of);
    }
    let name = ident.unraw().to_string();
    let own_table = broken.table.is_none().then(|| broken_table(input));
    let table = broken.table.as_ref().map_or_else(|| quote!(Self), |path| quote!(#path));
    let constants = constants(input, &broken.fields);
    let arguments = pattern::any_arguments(ident);
    let versioned = broken.fields.iter().any(Field::is_version).then(|| {
        quote! {
            #[automatically_derived]
            impl #LIB::Versioned for #ident {
                type Version = ::core::primitive::u64;
            }
        }
    });
    quote! {
        #[automatically_derived]
        impl #LIB::Itself for #ident {
            type Itself = Self;
        }
        #[automatically_derived]
        impl #LIB::Entity for #ident {
            type Table = #table;
            const DESCRIPTOR: &'static #LIB::EntityDescriptor = &#LIB::EntityDescriptor {
                name: #name,
                path: ::core::concat!(::core::module_path!(), "::", #name),
                tag: #name,
                sort: ::core::option::Option::Some(#LIB::KeySource::Template(#LIB::Template {
                    segments: &[#LIB::Segment { literal: #name, field: ::core::option::Option::None }],
                    shards: ::core::option::Option::None,
                })),
                ..#LIB::EntityDescriptor::NONE
            };
            type Slots = ();

            fn write(&self, _: &mut #LIB::ItemWriter) {}

            fn read(_: &mut #LIB::ItemReader<'_>) -> #LIB::Result<Self> {
                loop {}
            }

            fn part(&self, _: ::core::primitive::usize) -> #LIB::Given<'_> {
                #LIB::Given::none()
            }

            fn stored_part(_: &#LIB::StoredPart<'_>) -> ::core::option::Option<::core::option::Option<#LIB::BoxedPart>> {
                ::core::option::Option::None
            }
        }
        #[automatically_derived]
        impl #LIB::Scannable for #ident {}
        #[automatically_derived]
        impl<__I> #LIB::ScannableIn<__I> for #ident {}
        #[automatically_derived]
        impl #LIB::BatchPut for #ident {}
        #[automatically_derived]
        impl #LIB::BatchDelete for #ident {}
        #[automatically_derived]
        impl #LIB::Historied for #ident {}
        #versioned
        #constants
        #arguments
        #own_table
    }
}

/// For a type that cannot be an attribute.
pub(crate) fn broken_attribute(input: &DeriveInput) -> TokenStream {
    if !input.generics.params.is_empty() {
        return TokenStream::new();
    }
    let ident = &input.ident;
    quote! {
        #[automatically_derived]
        impl #LIB::Attribute for #ident {
            type Scalar = Self;

            fn encode(&self) -> ::core::result::Result<::core::option::Option<#LIB::Value>, #LIB::EncodeError> {
                ::core::result::Result::Ok(::core::option::Option::None)
            }

            fn decode(_: #LIB::Value) -> ::core::result::Result<Self, #LIB::DecodeError> {
                loop {}
            }
        }
        #[automatically_derived]
        impl #LIB::Members for #ident {
            const NAMES: &'static #LIB::MemberNames =
                &#LIB::MemberNames { own: &[], aliases: &[], flattened: &[] };
        }
    }
}

/// The constants of fields whose names can be had; which of them are in keys is not known.
fn constants(input: &DeriveInput, all: &[Field]) -> TokenStream {
    let mut known = Vec::new();
    let mut constants = TokenStream::new();
    for field in all {
        let name = names::constant(&field.ident);
        if !known.contains(&name) {
            constants.extend(entity::constant(&input.vis, field, &quote!(#LIB::Free)));
            known.push(name);
        }
    }
    let (ident, coders) = (&input.ident, fields::coders(all.iter().map(|field| (field, None))));
    quote! {
        const _: () = {
            #coders
            #[automatically_derived]
            #[allow(dead_code, private_interfaces)]
            impl #ident {
                #constants
            }
        };
    }
}
