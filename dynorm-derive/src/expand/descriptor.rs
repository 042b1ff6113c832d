//! Entities and their keys as const data.

use proc_macro2::TokenStream;
use quote::quote;
use syn::ext::IdentExt;

use super::{LIB, evolution, hooks, unique};
use crate::model::entity::{Entity, Field, IndexKeys};
use crate::model::field::Storage;
use crate::model::key::{Key, Placeholder, Segment};
use crate::model::shards::Shards;
use crate::parse::template::{Form, Format};

/// Where a key is, which decides how a field without a format is written and whether it may be absent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) sort: bool,
    pub(super) index: bool,
}

impl Place {
    pub(super) const PARTITION: Self = Self { sort: false, index: false };
    const SORT: Self = Self { sort: true, index: false };
    const INDEX_PARTITION: Self = Self { sort: false, index: true };
    const INDEX_SORT: Self = Self { sort: true, index: true };
}

/// All keys of an entity with their places.
pub(super) fn places(entity: &Entity) -> impl Iterator<Item = (&Key, Place)> {
    let sort = entity.sort.as_ref().map(|key| (key, Place::SORT));
    let keys = entity.indexes.iter().flat_map(|index| {
        let partition = index.partition.iter().map(|key| (key, Place::INDEX_PARTITION));
        partition.chain(index.sort.iter().map(|key| (key, Place::INDEX_SORT)))
    });
    std::iter::once((&entity.partition, Place::PARTITION)).chain(sort).chain(keys)
}

/// `&EntityDescriptor { .. }`.
pub(super) fn descriptor(entity: &Entity) -> TokenStream {
    let Entity { ident, tag, aliases, delimiter, fields, .. } = entity;
    let name = ident.unraw().to_string();
    let partition = source(entity, &entity.partition, Place::PARTITION);
    let sort = optional(entity.sort.as_ref().map(|key| source(entity, key, Place::SORT)));
    let indexes = entity.indexes.iter().map(|index| index_keys(entity, index));
    let attributes = fields.iter().map(attribute);
    let (hooks, unique) = (hooks::hooks(entity), unique::constraints(entity));
    let history = optional(entity.history.as_ref().map(|history| {
        let keep_seconds = optional(history.keep_seconds.map(|seconds| quote!(#seconds)));
        quote!(#LIB::HistoryRules { keep_seconds: #keep_seconds })
    }));
    let offloads = fields.iter().filter_map(|field| {
        let (Field { stored, aliases, .. }, inline_up_to) = (field, field.storage.inline_up_to()?);
        Some(quote!(#LIB::OffloadRule {
            attribute: #stored, aliases: &[#(#aliases),*], inline_up_to: #inline_up_to,
        }))
    });
    let (version, sensitive) =
        (optional(entity.evolution.version.map(|v| quote!(#v))), evolution::sensitive(entity));
    quote! {
        &#LIB::EntityDescriptor {
            name: #name,
            path: ::core::concat!(::core::module_path!(), "::", #name),
            tag: #tag,
            tag_aliases: &[#(#aliases),*],
            version: #version,
            delimiter: #delimiter,
            partition: #partition,
            sort: #sort,
            indexes: &[#(#indexes),*],
            attributes: &[#(#attributes),*],
            sensitive: #sensitive,
            hooks: &[#(#hooks),*],
            unique: &#unique,
            history: #history,
            offloads: &[#(#offloads),*],
        }
    }
}

/// `Some(..)` or `None`, without the prelude.
pub(super) fn optional(value: Option<TokenStream>) -> TokenStream {
    value.map_or_else(
        || quote!(::core::option::Option::None),
        |value| quote!(::core::option::Option::Some(#value)),
    )
}

fn index_keys(entity: &Entity, keys: &IndexKeys) -> TokenStream {
    let (index, inverted) = (&keys.index, keys.inverted.is_some());
    // The keys of the table are written as the table has them, wherever they stand.
    let (partition_place, sort_place) = match () {
        () if inverted => (Place::SORT, Place::PARTITION),
        () if keys.partition.is_empty() => (Place::PARTITION, Place::INDEX_SORT),
        () => (Place::INDEX_PARTITION, Place::INDEX_SORT),
    };
    let (partition, sort) = entity.keys_of(Some(keys));
    let partition = partition.into_iter().map(|key| source(entity, key, partition_place));
    let sort = sort.into_iter().map(|key| source(entity, key, sort_place));
    let when = keys.when.iter().flat_map(|when| &when.positions);
    quote! {
        #LIB::IndexKeys {
            index: #index,
            partition: &[#(#partition),*],
            sort: &[#(#sort),*],
            inverted: #inverted,
            when: &[#(#when),*],
        }
    }
}

fn attribute(field: &Field) -> TokenStream {
    let name = field.ident.unraw().to_string();
    let stored = &field.stored;
    let role = match &field.storage {
        Storage::Skipped(_) => quote!(Skipped),
        Storage::Flattened(_) => {
            let ty = &field.ty;
            quote!(Flattened(<#ty as #LIB::Members>::NAMES))
        }
        Storage::Plain | Storage::Coded(_) if field.ttl.is_some() => quote!(TimeToLive),
        Storage::Plain | Storage::Coded(_) if field.is_version() => quote!(Version),
        Storage::Plain | Storage::Coded(_) => quote!(Stored),
    };
    let (has_default, aliases) = (field.default.is_some(), &field.aliases);
    let ty = &field.ty;
    let kinds = match &field.storage {
        // What a codec makes of a value, and what members are, is their own matter.
        Storage::Skipped(_) | Storage::Flattened(_) | Storage::Coded(_) => quote!(#LIB::ANY_KIND),
        Storage::Plain if field.ttl.is_some() => quote!(&[#LIB::KeyKind::N]),
        Storage::Plain => quote!(#LIB::KindOf::<#ty>::KINDS),
    };
    quote! {
        #LIB::AttributeDescriptor {
            field: #name,
            name: #stored,
            aliases: &[#(#aliases),*],
            role: #LIB::AttributeRole::#role,
            has_default: #has_default,
            kinds: #kinds,
        }
    }
}

/// `KeySource::..`.
fn source(entity: &Entity, key: &Key, place: Place) -> TokenStream {
    match key {
        Key::Template(template) => {
            let segments = template.segments.iter().map(|s| segment(entity, s, place));
            let shard = template.shards.as_ref().map(|_| quote!(#LIB::Segment::SHARD));
            let segments = segments.chain(shard);
            let shards = optional(template.shards.as_ref().map(|shards| sharding(entity, shards)));
            quote! {
                #LIB::KeySource::Template(#LIB::Template { segments: &[#(#segments),*], shards: #shards })
            }
        }
        Key::Plain(position) => {
            let Field { ident, ty, stored, .. } = &entity.fields[*position];
            let name = ident.unraw().to_string();
            let kind = if place.index {
                quote!(#LIB::kind_of::<#ty>())
            } else {
                quote!(<#ty as #LIB::KeyValue>::KIND)
            };
            quote! {
                #LIB::KeySource::Plain(#LIB::Plain {
                    field: #name, attribute: #stored, position: #position, kind: #kind,
                })
            }
        }
    }
}

/// `Sharding { .. }`.
fn sharding(entity: &Entity, shards: &Shards) -> TokenStream {
    let (count, was) = (shards.count, optional(shards.was.map(|was| quote!(#was))));
    let by = shards.by.iter().map(|position| {
        let field = entity.fields[*position].ident.unraw().to_string();
        quote!(#LIB::ShardField { field: #field, position: #position })
    });
    quote!(#LIB::Sharding { count: #count, was: #was, by: &[#(#by),*] })
}

fn segment(entity: &Entity, segment: &Segment, place: Place) -> TokenStream {
    let literal = &segment.literal;
    let field = optional(segment.field.map(|field| placeholder(entity, field, place)));
    quote!(#LIB::Segment { literal: #literal, field: #field })
}

fn placeholder(entity: &Entity, placeholder: Placeholder, place: Place) -> TokenStream {
    let Placeholder { position, format } = placeholder;
    let Field { ident, ty, stored, .. } = &entity.fields[position];
    let name = ident.unraw().to_string();
    let form = match usual(format, place) {
        Form::Usual => quote!(Natural),
        Form::Sorted => quote!(Sorted),
        Form::Padded { width, decimals } => quote!(Padded { width: #width, decimals: #decimals }),
        Form::Raw => quote!(Raw),
        Form::Escaped => quote!(Escaped),
    };
    let descending = format.descending;
    let shape =
        if place.index { quote!(#LIB::shape_of::<#ty>()) } else { quote!(<#ty as #LIB::KeyPart>::SHAPE) };
    quote! {
        #LIB::Placeholder {
            field: #name,
            attribute: #stored,
            position: #position,
            spec: #LIB::Spec { form: #LIB::Form::#form, descending: #descending },
            shape: #shape,
        }
    }
}

/// How a field is written in its place: one without a format must sort in a sort key, and so must one that is
/// sorted the other way round.
pub(super) fn usual(format: Format, place: Place) -> Form {
    match format.form {
        Form::Usual if place.sort || format.descending => Form::Sorted,
        form => form,
    }
}
