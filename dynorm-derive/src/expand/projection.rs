//! The implementation of `Projection`, and what it can be read from.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{DeriveInput, Path};

use super::{LIB, docs, marker, spanned};
use crate::model::names;
use crate::model::projection::{ProjectedField, Projection, Source};

/// All that is generated for a projection.
pub(crate) fn projection(projection: &Projection) -> TokenStream {
    let Projection { ident, entity, fields } = projection;
    let markers = fields.iter().map(|field| marker(&names::marker(&field.ident, ident), docs::KEY_FIELD));
    let same_name = || fields.iter().filter(|field| matches!(field.source, Source::SameName));
    let fallbacks = same_name().map(|field| {
        let constant = field.constant();
        quote!(const #constant: #LIB::NoField = #LIB::NoField;)
    });
    let descriptor = quote_spanned!(entity.span()=> <__Entity as ::dynorm::__private::Entity>::DESCRIPTOR);
    let checks = same_name().map(|field| {
        let (span, text) = (field.ident.span(), field.ident.unraw().to_string());
        quote_spanned!(span=> const _: () = ::dynorm::__private::check_field(#descriptor, #text);)
    });
    let (paths, read) = (paths(projection), read(projection));
    let holds = fields.iter().map(|field| {
        let (hash, name) = (names::hash(&field.constant().to_string()), names::marker(&field.ident, ident));
        // A path that is wrong does not compile by itself.
        let text = match field.source {
            Source::SameName => field.ident.unraw().to_string(),
            Source::Field(_) | Source::Part(_) => String::new(),
        };
        let known = quote!({ #LIB::known_field(#descriptor, #text, #hash) });
        quote!(__Index: #LIB::Holds<__Entity, #known, __field::#name>,)
    });
    // The entity is named once, so that an unknown one is reported once. The trait gives constants that the entity
    // lacks, so that only the checks report them.
    quote! {
        const _: () = {
            mod __field {
                #(#markers)*
            }
            #(#checks)*
            type __Entity = #entity;
            #[allow(dead_code)]
            trait __Fallback {
                #(#fallbacks)*
            }
            impl<__Any> __Fallback for __Any {}

            #[automatically_derived]
            impl #LIB::Projection<__Entity> for #ident {
                #paths
                #read
            }

            #[automatically_derived]
            impl<__Index> #LIB::HeldBy<__Index, __Entity> for #ident
            where
                #(#holds)*
            {
                type Projected = Self;
            }

            #[automatically_derived]
            impl<__Index> #LIB::ReadFrom<__Index, __Entity> for #ident {}
        };
    }
}

/// For a projection with mistakes: it can be read from anything.
pub(crate) fn broken_projection(input: &DeriveInput, entity: Option<&Path>) -> TokenStream {
    if !input.generics.params.is_empty() {
        return TokenStream::new();
    }
    let ident = &input.ident;
    let (generic, entity) = match entity {
        Some(entity) => (TokenStream::new(), quote!(#entity)),
        None => (quote!(__Entity: #LIB::Entity,), quote!(__Entity)),
    };
    quote! {
        #[automatically_derived]
        impl<#generic> #LIB::Projection<#entity> for #ident {
            fn paths() -> ::core::option::Option<#LIB::Vec<#LIB::Vec<#LIB::Step>>> {
                ::core::option::Option::None
            }

            fn fields(_: &mut #LIB::ItemReader<'_>) -> #LIB::Result<Self> {
                loop {}
            }
        }
        #[automatically_derived]
        impl<#generic __Index> #LIB::HeldBy<__Index, #entity> for #ident {
            type Projected = Self;
        }
        #[automatically_derived]
        impl<#generic __Index> #LIB::ReadFrom<__Index, #entity> for #ident {}
    }
}

/// The handle that a field is read by.
fn handle(field: &ProjectedField) -> TokenStream {
    match &field.source {
        Source::SameName => {
            let constant = field.constant();
            quote!(__Entity::#constant)
        }
        Source::Field(path) | Source::Part(path) => quote!(#path),
    }
}

fn paths(projection: &Projection) -> TokenStream {
    let adds = projection.fields.iter().map(|field| {
        let handle = handle(field);
        quote!(#LIB::add_path(&mut paths, &#handle);)
    });
    quote! {
        fn paths() -> ::core::option::Option<#LIB::Vec<#LIB::Vec<#LIB::Step>>> {
            let mut paths = #LIB::Vec::new();
            #(#adds)*
            ::core::option::Option::Some(paths)
        }
    }
}

/// Parts first: they are copied out of what whole fields are moved out of.
fn read(projection: &Projection) -> TokenStream {
    let fields = &projection.fields;
    let is_part = |field: &ProjectedField| matches!(field.source, Source::Part(_));
    let (parts, whole): (Vec<_>, Vec<_>) = fields.iter().enumerate().partition(|(_, field)| is_part(field));
    let parts = parts.into_iter().map(|(at, field)| {
        let (local, handle) = (names::local(at), handle(field));
        let part = spanned::part(&field.ty, &handle);
        quote!(let #local = #part?;)
    });
    let whole = whole.into_iter().map(|(at, field)| {
        let (local, handle) = (names::local(at), handle(field));
        let taken = spanned::take_field(&field.ty, &handle);
        quote!(let #local = #taken?;)
    });
    let members = fields.iter().enumerate().map(|(at, field)| {
        let (ident, local) = (&field.ident, names::local(at));
        quote!(#ident: #local)
    });
    quote! {
        fn fields(__item: &mut #LIB::ItemReader<'_>) -> #LIB::Result<Self> {
            #(#parts)*
            #(#whole)*
            ::core::result::Result::Ok(Self { #(#members),* })
        }
    }
}
