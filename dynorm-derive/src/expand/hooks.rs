//! The hooks of an entity, as const data, and what follows from them.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;

use super::{LIB, spanned};
use crate::model::entity::{Entity, Field};
use crate::parse::field::Keeping;

/// The hooks, in the order in which they see a write: the user's, those that fill in, those that check.
pub(super) fn hooks(entity: &Entity) -> Vec<TokenStream> {
    let own = entity.hooks.iter().map(|hook| quote_spanned!(hook.span()=> &#hook));
    let order: [fn(&Entity, &Field) -> Option<TokenStream>; 5] = [kept, lifetime, rule, once, version];
    let of_fields =
        order.iter().flat_map(|hook| entity.fields.iter().filter_map(|field| hook(entity, field)));
    own.chain(of_fields).collect()
}

/// That the types of fields can hold what is kept in them, each in its place.
pub(super) fn checks(entity: &Entity) -> TokenStream {
    let checks = entity.fields.iter().map(|field| {
        let ty = &field.ty;
        match &field.keeping {
            Some((_, Keeping::CreatedAt | Keeping::UpdatedAt)) => {
                spanned::of_type(&quote!(check_clocked), ty)
            }
            Some((_, Keeping::Counter { .. })) => spanned::of_type(&quote!(check_counter), ty),
            None if field.lifetime.is_some() => spanned::of_type(&quote!(check_lifetime), ty),
            // Of a version, the implementation of `Versioned` says it.
            Some((_, Keeping::Version)) | None => TokenStream::new(),
        }
    });
    checks.collect()
}

/// What the library can do with the entity because of its hooks.
pub(super) fn abilities(entity: &Entity) -> TokenStream {
    let ident = &entity.ident;
    let version = entity.version().map(|field| {
        let ty = &field.ty;
        quote! {
            #[automatically_derived]
            impl #LIB::Versioned for #ident {
                type Version = #ty;
            }
        }
    });
    let is_unconditional = entity.version().is_none() && entity.fields.iter().all(|f| f.write_once.is_none());
    let is_moving = entity.partition.shards().is_some_and(|shards| shards.was.is_some());
    let has_companions = !entity.unique.is_empty() || entity.history.is_some() || is_moving;
    let put = (is_unconditional && !has_companions).then(|| {
        quote! {
            #[automatically_derived]
            impl #LIB::BatchPut for #ident {}
        }
    });
    let delete = (!has_companions).then(|| {
        quote! {
            #[automatically_derived]
            impl #LIB::BatchDelete for #ident {}
        }
    });
    let history = entity.history.as_ref().map(|_| {
        quote! {
            #[automatically_derived]
            impl #LIB::Historied for #ident {}
        }
    });
    let offloads = entity.fields.iter().any(|field| field.storage.inline_up_to().is_some()).then(|| {
        quote! {
            #[automatically_derived]
            impl #LIB::Offloads for #ident {}
        }
    });
    quote!(#version #put #delete #history #offloads)
}

fn kept(_: &Entity, field: &Field) -> Option<TokenStream> {
    let Field { ty, stored, .. } = field;
    match field.keeping.as_ref()?.1 {
        Keeping::Version => None,
        Keeping::CreatedAt => Some(stamp(stored, ty, &quote!(Creation))),
        Keeping::UpdatedAt => Some(stamp(stored, ty, &quote!(Write))),
        Keeping::Counter { start, step } => {
            Some(quote!(&#LIB::Count { attribute: #stored, start: #start, step: #step }))
        }
    }
}

fn stamp(stored: &syn::LitStr, ty: &syn::Type, at: &TokenStream) -> TokenStream {
    quote!(&#LIB::Stamp { attribute: #stored, at: #LIB::StampAt::#at, time: #LIB::stamp::<#ty> })
}

fn version(_: &Entity, field: &Field) -> Option<TokenStream> {
    let (stored, ty) = (&field.stored, &field.ty);
    field.is_version().then(|| {
        let last = spanned::of_type_value(&quote!(last_version), ty);
        quote!(&#LIB::Version { attribute: #stored, last: #last() })
    })
}

fn lifetime(entity: &Entity, field: &Field) -> Option<TokenStream> {
    let (stored, lifetime) = (&field.stored, field.lifetime.as_ref()?);
    let start = super::descriptor::optional(lifetime.start.map(|position| {
        let Field { ty, stored, .. } = &entity.fields[position];
        let is_stamp = entity.fields[position].keeping.is_some();
        let seconds = if is_stamp { quote!(seconds_of_stamp) } else { quote!(seconds_of) };
        let seconds = spanned::of_type_value(&seconds, ty);
        quote!(#LIB::LifetimeStart { attribute: #stored, seconds: #seconds })
    }));
    let seconds = lifetime.seconds;
    Some(quote!(&#LIB::Lifetime {
        attribute: #stored,
        length: ::core::time::Duration::from_secs(#seconds),
        start: #start,
    }))
}

fn once(_: &Entity, field: &Field) -> Option<TokenStream> {
    let stored = &field.stored;
    field.write_once.as_ref().map(|_| quote!(&#LIB::Once { attribute: #stored }))
}

fn rule(_: &Entity, field: &Field) -> Option<TokenStream> {
    let Field { ty, stored, ident, .. } = field;
    let (_, rule) = field.validate.as_ref()?;
    let name = ident.unraw().to_string();
    Some(quote!(&#LIB::Validate {
        field: #name,
        attribute: #stored,
        check: |value| #LIB::validate::<#ty, _>(value, #rule),
    }))
}
