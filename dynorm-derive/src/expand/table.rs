//! The implementation of `Table`.

use std::collections::BTreeSet;

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::ext::IdentExt;

use super::descriptor::optional;
use super::{LIB, docs, marker, spanned};
use crate::model::names;
use crate::model::table::{Index, KeyAttribute, Kind, Table, entity_name};
use crate::parse::Projection;

/// All that is generated for a table of its own. With `checked`, the compiler checks its entities.
pub(crate) fn table(table: &Table, checked: bool) -> TokenStream {
    let implementation = implementation(table);
    let checks = checked.then(|| checks(table));
    quote!(#implementation #checks)
}

/// The implementations for a table, or for an entity with a table of its own.
pub(super) fn implementation(table: &Table) -> TokenStream {
    let Table { ident, name, version, delimiter, entities, .. } = table;
    let type_name = ident.unraw().to_string();
    let partition = key(&table.partition);
    let sort = optional(table.sort.as_ref().map(key));
    let indexes = table.indexes.iter().map(index);
    let ttl = optional(table.ttl.as_ref().map(|name| quote!(#name)));
    let tag = optional(table.tag.as_ref().map(|name| quote!(#name)));
    let of_this_table = entities.iter().map(|entity| spanned::of_self(&quote!(entity_of), entity));
    let descriptors = entities.iter().map(|entity| quote!(<#entity as #LIB::Entity>::DESCRIPTOR));
    let first = |at: usize| table.indexes[..at].iter().all(|i| i.hash() != table.indexes[at].hash());
    let index_types = (0..table.indexes.len()).filter(|at| first(*at));
    let index_types = index_types.map(|at| index_type(table, &table.indexes[at]));
    quote! {
        #[automatically_derived]
        impl #LIB::Table for #ident {
            const SCHEMA: &'static #LIB::TableSchema = &#LIB::TableSchema {
                type_name: #type_name,
                name: #name,
                partition: #partition,
                sort: #sort,
                indexes: &[#(#indexes),*],
                ttl: #ttl,
                tag: #tag,
                version: #version,
                delimiter: #delimiter,
            };
            const ENTITIES: &'static [&'static #LIB::EntityDescriptor] = {
                #(#of_this_table)*
                &[#(#descriptors),*]
            };
        }
        #(#index_types)*
    }
}

fn key(key: &KeyAttribute) -> TokenStream {
    let name = &key.name;
    let kind = match &key.kind {
        Kind::S => quote!(#LIB::KeyKind::S),
        Kind::N => quote!(#LIB::KeyKind::N),
        Kind::B => quote!(#LIB::KeyKind::B),
        Kind::Of(ty) => quote!(<#ty as #LIB::KeyValue>::KIND),
        Kind::OfScalar(ty) => quote!(#LIB::kind_of::<#ty>()),
    };
    quote!(#LIB::KeyAttributeSchema { name: #name, kind: #kind })
}

fn index(index: &Index) -> TokenStream {
    let Index { name, local, .. } = index;
    let (partition, sort) = (index.partition.iter().map(key), index.sort.iter().map(key));
    let projection = match &index.projection {
        Projection::All => quote!(All),
        Projection::KeysOnly => quote!(KeysOnly),
        Projection::Include(names) => quote!(Include(&[#(#names),*])),
    };
    quote! {
        #LIB::IndexSchema {
            name: #name,
            local: #local,
            partition: &[#(#partition),*],
            sort: &[#(#sort),*],
            projection: #LIB::ProjectionSchema::#projection,
        }
    }
}

fn index_type(table: &Table, index: &Index) -> TokenStream {
    let (ident, hash, name) = (&table.ident, index.hash(), names::index(&index.name.value(), &table.ident));
    let kind = match (index.local, &index.projection) {
        (true, _) => quote!(#LIB::LocalIndex<__index::#name>),
        (false, Projection::All) => quote!(#LIB::GlobalIndex<__index::#name, #LIB::Whole>),
        (false, _) => quote!(#LIB::GlobalIndex<__index::#name, #LIB::Partial>),
    };
    let marker = marker(&name, docs::INDEX);
    let included = included(table, index).into_iter().map(|attribute| {
        let attribute = names::hash(&attribute);
        quote! {
            #[automatically_derived]
            impl #LIB::Lists<#attribute> for __index::#name {}
        }
    });
    // Inside a block, the name cannot clash with those of the module.
    quote! {
        const _: () = {
            mod __index {
                #marker
            }
            #[automatically_derived]
            impl #LIB::IndexAt<#hash> for #ident {
                type Index = #kind;
            }
            #(#included)*
        };
    }
}

/// The attributes that a global index holds, if those are not all: what it includes, and the keys.
fn included(table: &Table, index: &Index) -> BTreeSet<String> {
    let included: &[String] = match &index.projection {
        _ if index.local => return BTreeSet::new(),
        Projection::All => return BTreeSet::new(),
        Projection::KeysOnly => &[],
        Projection::Include(names) => names,
    };
    let of_table = std::iter::once(&table.partition).chain(&table.sort);
    let keys = of_table.chain(&index.partition).chain(&index.sort).map(|key| key.name.value());
    included.iter().cloned().chain(keys).collect()
}

/// What the compiler checks of a table and its entities.
fn checks(table: &Table) -> TokenStream {
    let ident = &table.ident;
    let allowed = table.allowed_overlaps.iter().map(|(a, b)| {
        let (a, b) = (entity_name(a), entity_name(b));
        quote!((#a, #b))
    });
    let check = quote_spanned! {ident.span()=>
        ::dynorm::__private::check_table(
            <#ident as ::dynorm::__private::Table>::SCHEMA,
            <#ident as ::dynorm::__private::Table>::ENTITIES,
            &[#(#allowed),*],
        )
    };
    // Every two entities are compared, which takes the compiler long for hundreds of them.
    quote! {
        #[allow(long_running_const_eval)]
        const _: () = #check;
    }
}
