//! Unique constraints, as const data, and the functions that find by them.

use proc_macro2::TokenStream;
use quote::quote;

use super::{LIB, docs, spanned};
use crate::model::entity::{Entity, Field};
use crate::model::names;

/// `[Unique { .. }, ..]`.
pub(super) fn constraints(entity: &Entity) -> TokenStream {
    let constraints = entity.unique.iter().map(|unique| {
        let name = &unique.name;
        let fields = unique.fields.iter().map(|(_, position)| position);
        quote!(#LIB::Unique { name: #name, fields: &[#(#fields),*] })
    });
    quote!([#(#constraints),*])
}

/// That the types of unique fields can be, each in its place.
pub(super) fn checks(entity: &Entity) -> TokenStream {
    let mut positions: Vec<usize> =
        entity.unique.iter().flat_map(|unique| unique.fields.iter().map(|(_, position)| *position)).collect();
    // That a time to live cannot be unique is said before.
    positions.retain(|position| entity.fields[*position].ttl.is_none());
    positions.sort_unstable();
    positions.dedup();
    let check = |position: usize| spanned::of_type(&quote!(check_unique), &entity.fields[position].ty);
    positions.into_iter().map(check).collect()
}

/// The functions that make keys of unique values.
pub(super) fn functions(entity: &Entity) -> TokenStream {
    let vis = &entity.vis;
    // Two of one name are a mistake that is reported already.
    let first = |at: usize| entity.unique[..at].iter().all(|known| known.name != entity.unique[at].name);
    let functions = entity.unique.iter().enumerate().filter(|(at, _)| first(*at)).map(|(at, unique)| {
        let function = names::unique_function(unique);
        let doc = docs::unique(entity, &unique.name);
        let fields: Vec<&Field> =
            unique.fields.iter().map(|(_, position)| &entity.fields[*position]).collect();
        let arguments = fields.iter().map(|Field { ident, ty, .. }| {
            let argument = names::argument(ident);
            quote!(#argument: impl #LIB::Arg<<#ty as #LIB::Attribute>::Scalar>)
        });
        let values = fields.iter().map(|Field { ident, ty, .. }| {
            let argument = names::argument(ident);
            quote! {
                #LIB::Attribute::encode(&#LIB::Arg::<<#ty as #LIB::Attribute>::Scalar>::arg(#argument))
            }
        });
        quote! {
            #[doc = #doc]
            #[must_use]
            #vis fn #function(#(#arguments),*) -> #LIB::UniqueKey<Self> {
                #LIB::UniqueKey::of(#at, &[#(#values),*])
            }
        }
    });
    functions.collect()
}
