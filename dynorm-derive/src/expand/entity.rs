//! The implementation of `Entity`, the attribute constants, the primary key.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::Ident;
use syn::ext::IdentExt;

use super::descriptor::{self, places, usual};
use super::{LIB, docs, evolution, fields, hooks, pattern, spanned, unique};
use crate::model::entity::{Entity, Field, IndexKeys, Role, TableOf, Use};
use crate::model::field::Storage;
use crate::model::key::{Key, Template};
use crate::model::names;
use crate::parse::field::Keeping;
use crate::parse::template::Form;

/// All that is generated for an entity. With `checked`, the compiler checks it against its table.
pub(crate) fn entity(entity: &Entity, checked: bool) -> TokenStream {
    if let TableOf::Older(of) = &entity.table {
        return evolution::older(entity, of, checked);
    }
    let implementation = implementation(entity);
    let inherent = inherent(entity);
    let (patterns, methods) = (pattern::types(entity), pattern::methods(entity));
    let held = held(entity);
    // Two keys in one index, a mistake, would be two implementations.
    let arguments =
        if checked { pattern::key_arguments(entity) } else { pattern::any_arguments(&entity.ident) };
    let table = match &entity.table {
        TableOf::Path(_) | TableOf::Older(_) => TokenStream::new(),
        TableOf::Itself(table) => super::table::implementation(table),
    };
    let checks = checked.then(|| {
        let (checks, members) =
            (checks(entity), fields::check(&entity.ident.unraw().to_string(), &entity.fields));
        quote!(#checks #members)
    });
    let markers = markers(entity);
    let markers = {
        let coders = fields::coders(entity.fields.iter().map(|field| (field, None)));
        quote!(#markers #coders)
    };
    // Inside a block, the markers cannot clash with names of the module.
    let own = if markers.is_empty() {
        quote!(#implementation #inherent #methods)
    } else {
        quote!(const _: () = { #markers #implementation #inherent #methods };)
    };
    quote!(#own #held #patterns #arguments #table #checks)
}

fn implementation(entity: &Entity) -> TokenStream {
    let ident = &entity.ident;
    let table = table(entity);
    let when = when(entity);
    let slots = slots(entity);
    let upgrade = evolution::upgrade(entity, &quote!(#ident), &quote!(<Self as #LIB::Entity>));
    let abilities = hooks::abilities(entity);
    let scannable_in = pattern::scannable(entity);
    let scannable = entity.scan.then(|| {
        quote! {
            #[automatically_derived]
            impl #LIB::Scannable for #ident {}
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
            const DESCRIPTOR: &'static #LIB::EntityDescriptor = Self::__CODEC.descriptor;
            type Slots = #slots;

            fn write(&self, out: &mut #LIB::ItemWriter) {
                (Self::__CODEC.write)(self, out);
            }

            fn read(item: &mut #LIB::ItemReader<'_>) -> #LIB::Result<Self> {
                (Self::__CODEC.read)(item)
            }

            fn part(&self, position: ::core::primitive::usize) -> #LIB::Given<'_> {
                (Self::__CODEC.part)(self, position)
            }

            fn stored_part(
                stored: &#LIB::StoredPart<'_>,
            ) -> ::core::option::Option<::core::option::Option<#LIB::BoxedPart>> {
                (Self::__CODEC.stored_part)(stored)
            }

            #when
            #upgrade
        }
        #scannable
        #scannable_in
        #abilities
    }
}

/// The table's type.
fn table(entity: &Entity) -> TokenStream {
    match &entity.table {
        TableOf::Path(path) => quote!(#path),
        TableOf::Itself(_) => quote!(Self),
        TableOf::Older(of) => quote!(<#of as #LIB::Entity>::Table),
    }
}

fn inherent(entity: &Entity) -> TokenStream {
    let ident = &entity.ident;
    let codec = codec(entity);
    let constants = constants(entity);
    let key = key(entity);
    let patterns = pattern::functions(entity);
    let unique = unique::functions(entity);
    quote! {
        #[automatically_derived]
        #[allow(dead_code, private_interfaces, clippy::too_many_arguments)]
        impl #ident {
            #codec
            #constants
            #key
            #patterns
            #unique
        }
    }
}

/// All that depends on the types of fields, in one body: the compiler then complains once about each.
pub(super) fn codec(entity: &Entity) -> TokenStream {
    let checks = formats(entity);
    let times = times_to_live(entity);
    let (kept, unique) = (hooks::checks(entity), unique::checks(entity));
    let write = write(entity);
    let read = read(entity);
    let part = part(entity);
    let stored_part = stored_part(entity);
    let descriptor = descriptor::descriptor(entity);
    quote! {
        #[doc(hidden)]
        const __CODEC: #LIB::Codec<Self> = {
            let part: fn(&Self, ::core::primitive::usize) -> #LIB::Given<'_> = #part;
            #checks
            #times
            #kept
            #unique
            #[allow(unused_imports)]
            use #LIB::NoKind as _;
            #LIB::Codec {
                part,
                write: #write,
                read: #read,
                stored_part: #stored_part,
                descriptor: #descriptor,
            }
        };
    }
}

/// That the types of key fields have the formats that they are written in.
fn formats(entity: &Entity) -> TokenStream {
    let mut checks = TokenStream::new();
    for (key, place) in places(entity) {
        for field in key.template().into_iter().flat_map(Template::fields) {
            let ty = &entity.fields[field.position].ty;
            let required = match usual(field.format, place) {
                Form::Usual => None,
                Form::Sorted => Some(quote!(sorted)),
                Form::Padded { decimals: 0, .. } => Some(quote!(padded)),
                Form::Padded { .. } => Some(quote!(scaled)),
                Form::Raw => Some(quote!(raw)),
                Form::Escaped => Some(quote!(text)),
            };
            let descending = field.format.descending.then(|| quote!(descending));
            for method in required.into_iter().chain(descending) {
                checks.extend(spanned::format(&method, ty));
            }
        }
    }
    // No lint sees the closure, and the compiler looks into it as into the rest of the body.
    quote! {
        let _ = || {
            #[allow(unused_imports)]
            use #LIB::NoFormats as _;
            #checks
        };
    }
}

/// That times to live are times, in the words of their constants' types, and are stored as keys want them.
fn times_to_live(entity: &Entity) -> TokenStream {
    let plain_keys = entity.plain_keys();
    let times = entity.fields.iter().enumerate().filter(|(_, field)| field.ttl.is_some());
    let checks = times.map(|(position, field)| {
        let stored = attribute_type(field);
        let key = plain_keys.contains(&position).then(|| spanned::of_type(&quote!(expiry_key), &field.ty));
        quote!(let _ = |_: #stored| (); #key)
    });
    checks.collect()
}

/// The type of the value that is stored.
fn attribute_type(field: &Field) -> TokenStream {
    let ty = &field.ty;
    if field.ttl.is_none() {
        return fields::stored_type(field, None);
    }
    spanned::projection(ty, &quote!(Timestamp), &quote!(Stored))
}

/// The fields in the order of their attributes' names, which items are sorted by.
pub(super) fn by_stored_name(fields: &[Field]) -> Vec<(usize, &Field)> {
    let mut sorted: Vec<(usize, &Field)> = fields.iter().enumerate().collect();
    sorted.sort_by_key(|(_, field)| field.stored.value());
    sorted
}

/// Which attributes an index has to hold for the fields, unless they are in the primary key.
fn held(entity: &Entity) -> TokenStream {
    let ident = &entity.ident;
    let in_template = in_primary_template(entity);
    let stored = entity.fields.iter().enumerate();
    let stored = stored.filter(|(_, field)| !matches!(field.storage, Storage::Skipped(_)));
    let held = stored.map(|(position, field)| {
        let hash = names::hash(&names::constant(&field.ident).to_string());
        let attribute = if in_template.contains(&position) {
            quote!(#LIB::InKey)
        } else {
            let name = names::hash(&field.stored.value());
            quote!(#LIB::Named<#name>)
        };
        quote! {
            #[automatically_derived]
            impl #LIB::FieldAt<#hash> for #ident {
                type Attribute = #attribute;
            }
        }
    });
    held.collect()
}

/// The fields in the templates of the primary key.
fn in_primary_template(entity: &Entity) -> Vec<usize> {
    let templates = entity.primary_keys().filter_map(Key::template);
    templates.flat_map(|template| template.fields().map(|field| field.position)).collect()
}

fn write(entity: &Entity) -> TokenStream {
    let puts = by_stored_name(&entity.fields).into_iter().map(|(_, field)| {
        let Field { ident, ty, stored, .. } = field;
        match (&field.storage, fields::coder(field, None)) {
            (Storage::Skipped(_), _) => TokenStream::new(),
            (Storage::Flattened(_), _) => quote!(out.put_members::<#ty>(&this.#ident);),
            (_, Some(coder)) => {
                quote!(out.put_encoded(#stored, <#coder as #LIB::Coder<#ty>>::encode(&this.#ident));)
            }
            (_, None) if field.ttl.is_some() => quote!(out.put_ttl::<#ty>(#stored, &this.#ident);),
            (_, None) => quote!(out.put::<#ty>(#stored, &this.#ident);),
        }
    });
    quote!(|this, out| { #(#puts)* })
}

fn read(entity: &Entity) -> TokenStream {
    let in_template = in_primary_template(entity);
    let reader = Ident::new("__item", proc_macro2::Span::call_site());
    let takes = fields::take(&entity.fields, None, &reader, |position, field| {
        let Field { ty, stored, default, .. } = field;
        match default {
            _ if field.ttl.is_some() => Some(quote!(take_ttl::<#ty>(#stored))),
            None if in_template.contains(&position) => Some(quote!(take_key::<#ty>(#stored))),
            _ => None,
        }
    });
    let members = fields::members(&entity.fields);
    quote!(|__item| {
        #takes
        ::core::result::Result::Ok(Self #members)
    })
}

/// The function that gives a field to these keys: as text, as a value, or both.
///
/// All code names the same functions, and those of the codec come first in its body, so that the compiler sees
/// that its complaints about one type are one.
pub(super) fn given(entity: &Entity, keys: &[&Key], position: usize) -> Option<TokenStream> {
    let primary = entity.primary_fields().contains(&position);
    let (mut text, mut plain) = (false, false);
    for key in keys.iter().filter(|key| key.made_of().contains(&position)) {
        match key {
            Key::Template(_) => text = true,
            Key::Plain(..) => plain = true,
        }
    }
    match (text, plain) {
        (true, true) if primary => Some(quote!(#LIB::key_both)),
        (true, false) if primary => Some(quote!(#LIB::key_text)),
        (true, true) => Some(quote!(#LIB::Given::both)),
        (true, false) => Some(quote!(#LIB::Given::text)),
        (false, true) => Some(quote!(#LIB::Given::plain)),
        (false, false) => None,
    }
}

fn part(entity: &Entity) -> TokenStream {
    let keys: Vec<&Key> = places(entity).map(|(key, _)| key).collect();
    let arms = entity.fields.iter().enumerate().filter_map(|(position, field)| {
        let given = given(entity, &keys, position)?;
        let Field { ident, ty, .. } = field;
        Some(quote!(#position => #given::<#ty>(&this.#ident),))
    });
    quote!(|this, position| match position {
        #(#arms)*
        _ => #LIB::Given::none(),
    })
}

fn stored_part(entity: &Entity) -> TokenStream {
    let templates: Vec<usize> =
        entity.index_keys().filter(|key| key.template().is_some()).flat_map(Key::made_of).collect();
    let when = entity.when_fields();
    let is_plain = |position: usize| {
        entity.primary_keys().any(|key| matches!(key, Key::Plain(plain) if *plain == position))
    };
    let arm = |position: usize| {
        let ty = &entity.fields[position].ty;
        let read = match (templates.contains(&position), when.contains(&position)) {
            (false, false) => return None,
            (false, true) if is_plain(position) => quote!(read_plain),
            _ => quote!(read),
        };
        Some(quote!(#position => ::core::option::Option::Some(stored.#read::<#ty>()),))
    };
    let own = entity.fields.iter().enumerate().filter(|(position, field)| {
        matches!(field.keeping, Some((_, Keeping::UpdatedAt))) && entity.is_in_index_template(*position)
    });
    let own = own.map(|(position, field)| {
        let ty = &field.ty;
        quote!(#position => ::core::option::Option::Some(stored.read_own::<#ty>()),)
    });
    let arms: Vec<TokenStream> = entity.primary_fields().into_iter().filter_map(arm).chain(own).collect();
    if arms.is_empty() {
        return quote!(|_| ::core::option::Option::None);
    }
    quote!(|stored| match stored.position() {
        #(#arms)*
        _ => ::core::option::Option::None,
    })
}

/// The methods for the `when` of indexes; nothing if there is none.
fn when(entity: &Entity) -> TokenStream {
    let fields = entity.when_fields();
    if fields.is_empty() {
        return TokenStream::new();
    }
    let values = fields.iter().map(|position| {
        let ident = &entity.fields[*position].ident;
        quote!(#position => ::core::option::Option::Some(&self.#ident),)
    });
    let arms = entity.indexes.iter().enumerate().filter_map(|(at, index)| is_indexed(entity, at, index));
    quote! {
        fn any(&self, position: ::core::primitive::usize) -> ::core::option::Option<&dyn ::core::any::Any> {
            match position {
                #(#values)*
                _ => ::core::option::Option::None,
            }
        }

        fn is_indexed<'f>(
            index: ::core::primitive::usize,
            fields: &dyn ::core::ops::Fn(::core::primitive::usize) -> ::core::option::Option<&'f dyn ::core::any::Any>,
        ) -> ::core::primitive::bool {
            match index {
                #(#arms)*
                _ => true,
            }
        }
    }
}

/// Whether an item is in one index.
fn is_indexed(entity: &Entity, at: usize, index: &IndexKeys) -> Option<TokenStream> {
    let when = index.when.as_ref()?;
    let condition = &when.condition;
    let (locals, values): (Vec<Ident>, Vec<TokenStream>) = when
        .positions
        .iter()
        .map(|position| {
            let ty = &entity.fields[*position].ty;
            (names::local(*position), quote!(#LIB::field::<#ty>(fields, #position)))
        })
        .unzip();
    Some(quote! {
        #at => match (#(#values,)*) {
            (#(::core::option::Option::Some(#locals),)*) => {
                let is_indexed: ::core::primitive::bool = #condition;
                is_indexed
            }
            _ => false,
        },
    })
}

/// What an update knows at first of fields that make keys together.
fn slots(entity: &Entity) -> TokenStream {
    list(entity.shared_fields().into_iter().map(|position| {
        let marker = marker(entity, position);
        quote!(#LIB::Untouched<__field::#marker>)
    }))
}

/// Types as a list of nested pairs.
fn list(types: impl DoubleEndedIterator<Item = TokenStream>) -> TokenStream {
    types.rev().fold(quote!(()), |rest, ty| quote!((#ty, #rest)))
}

/// The constants of fields.
fn constants(entity: &Entity) -> TokenStream {
    let (shared, plain_keys) = (entity.shared_fields(), entity.plain_keys());
    let constants = entity.fields.iter().enumerate().map(|(position, field)| {
        let role = match entity.role(position) {
            Role::PrimaryKey => quote!(#LIB::PrimaryKey),
            Role::IndexField(used) => {
                let used = used_for(used);
                quote!(#LIB::IndexField<#used>)
            }
            Role::Optional => quote!(#LIB::Optional),
            Role::Free => quote!(#LIB::Free),
            Role::PartOf(companions, used) => {
                let mask = list(shared.iter().map(|other| match *other {
                    other if other == position => quote!(#LIB::Own),
                    other if companions.contains(&other) => quote!(#LIB::With),
                    _ => quote!(#LIB::Apart),
                }));
                let used = used_for(used);
                quote!(#LIB::PartOf<#mask, #used>)
            }
        };
        let role = match field {
            _ if field.keeping.is_some() => quote!(#LIB::Kept<#role>),
            _ if field.write_once.is_some() => quote!(#LIB::WriteOnce<#role>),
            _ => role,
        };
        let role = if plain_keys.contains(&position) {
            let field = marker(entity, position);
            quote!(#LIB::Keyed<#role, __field::#field>)
        } else {
            role
        };
        constant(&entity.vis, field, &role)
    });
    constants.collect()
}

fn used_for(used: Use) -> TokenStream {
    match used {
        Use::Text => quote!(#LIB::InText),
        Use::When => quote!(#LIB::InWhen),
        Use::Both => quote!(#LIB::InBoth),
    }
}

/// The types that are named after fields which messages name: keys themselves, those that make keys together with
/// others, those that narrow patterns; and what a field that is a key is no key of.
fn markers(entity: &Entity) -> TokenStream {
    let plain_keys = entity.plain_keys();
    let mut positions =
        [plain_keys.clone(), entity.shared_fields(), pattern::explained_fields(entity)].concat();
    positions.sort_unstable();
    positions.dedup();
    if positions.is_empty() {
        return TokenStream::new();
    }
    let define = |position: usize| super::marker(&marker(entity, position), docs::KEY_FIELD);
    let fields: TokenStream = positions.into_iter().map(define).collect();
    let mut no_keys = TokenStream::new();
    for position in plain_keys {
        let name = marker(entity, position);
        let indexes = entity.indexes.iter().map(Some);
        for index in std::iter::once(None).chain(indexes) {
            if !entity.is_plain_key_of(position, index) {
                let index = pattern::index_type(entity, index.map(|keys| &keys.index));
                no_keys.extend(quote! {
                    #[automatically_derived]
                    impl #LIB::NoKeyOf<#index> for __field::#name {}
                });
            }
        }
    }
    quote!(mod __field { #fields } #no_keys)
}

/// The type that is named after a field.
fn marker(entity: &Entity, position: usize) -> Ident {
    names::marker(&entity.fields[position].ident, &entity.ident)
}

/// The constant of one field.
pub(super) fn constant(vis: &syn::Visibility, field: &Field, role: &TokenStream) -> TokenStream {
    let name = names::constant(&field.ident);
    let doc = docs::constant(field);
    let (ty, stored, aliases) = (attribute_type(field), &field.stored, &field.aliases);
    match &field.storage {
        Storage::Skipped(_) => return TokenStream::new(),
        Storage::Flattened(_) => {
            return quote! {
                #[doc = #doc]
                #vis const #name: #LIB::Flat<Self, #ty> = #LIB::Flat::new();
            };
        }
        Storage::Plain | Storage::Coded(_) => {}
    }
    let new = match (&field.ttl, fields::stored_default(field)) {
        (Some(_), _) => spanned::new_attr(stored, &field.ty),
        (None, default) if !aliases.is_empty() => {
            let default = descriptor::optional(default);
            quote!(#LIB::Attr::with_aliases(#stored, &[#(#aliases),*], #default))
        }
        (None, None) => quote!(#LIB::Attr::new(#stored)),
        (None, Some(default)) => quote!(#LIB::Attr::with_default(#stored, #default)),
    };
    let sensitive = field.sensitive.as_ref().map(|_| quote!(.sensitive()));
    quote! {
        #[doc = #doc]
        #vis const #name: #LIB::Attr<Self, #ty, #role> = #new #sensitive;
    }
}

fn key(entity: &Entity) -> TokenStream {
    let Entity { vis, fields, .. } = entity;
    let doc = docs::key(entity);
    let primary = entity.primary_fields();
    let keys: Vec<&Key> = entity.primary_keys().collect();
    let arguments = primary.iter().map(|position| {
        let Field { ident, ty, .. } = &fields[*position];
        let argument = names::argument(ident);
        quote!(#argument: impl #LIB::Arg<#ty>)
    });
    let values = primary.iter().map(|position| {
        let Field { ident, ty, .. } = &fields[*position];
        let argument = names::argument(ident);
        let given = given(entity, &keys, *position);
        quote!((#position, #given::<#ty>(&#LIB::Arg::<#ty>::arg(#argument))))
    });
    quote! {
        #[doc = #doc]
        #[must_use]
        #vis fn key(#(#arguments),*) -> #LIB::Key<Self> {
            #LIB::Key::of(&[#(#values),*])
        }
    }
}

/// What the compiler checks of an entity and its table.
fn checks(entity: &Entity) -> TokenStream {
    let ident = &entity.ident;
    let span = ident.span();
    let check = quote_spanned!(span=> ::dynorm::__private::check_entity_of::<#ident>());
    let upgrade = evolution::check(entity, &quote!(<#ident as #LIB::Entity>));
    if matches!(entity.table, TableOf::Itself(_)) {
        return quote!(const _: () = #check; #upgrade);
    }
    let indexes = entity.indexes.iter().map(|index| {
        let (span, hash) = (index.index.span(), names::hash(&index.index.value()));
        let is_local = index.partition.is_empty() && index.inverted.is_none();
        let function = if is_local { "local_index" } else { "global_index" };
        let (function, mut ident) = (Ident::new(function, span), ident.clone());
        ident.set_span(span);
        quote_spanned! {span=>
            ::dynorm::__private::#function::<<#ident as ::dynorm::__private::Entity>::Table, #hash>();
        }
    });
    quote! {
        const _: () = {
            #(#indexes)*
        };
        const _: () = #check;
        #upgrade
    }
}
