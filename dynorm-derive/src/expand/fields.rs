//! Fields with names, of structs and of variants: to the members of a map, and back.

use proc_macro2::TokenStream;
use quote::{format_ident, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{Ident, LitStr};

use super::LIB;
use super::entity::by_stored_name;
use crate::model::entity::Field;
use crate::model::field::{Coder, Storage};
use crate::model::names;

/// The type that stores the field, if it is stored in a way of its own; `of` is the variant that has the field.
pub(super) fn coder(field: &Field, of: Option<&Ident>) -> Option<TokenStream> {
    match &field.storage {
        Storage::Coded(coder) => Some(coder_type(coder, field, of)),
        Storage::Plain | Storage::Flattened(_) | Storage::Skipped(_) => None,
    }
}

fn coder_type(coder: &Coder, field: &Field, of: Option<&Ident>) -> TokenStream {
    match coder {
        Coder::Serde(serde) => quote_spanned!(serde.span()=> ::dynorm::__private::Serde),
        Coder::With(..) => {
            let name = coder_name(field, of);
            quote!(__with::#name)
        }
        Coder::Compress { argument, max, inner } => {
            let inner = inner_type(argument, inner.as_deref(), field, of);
            quote_spanned!(argument.span()=> ::dynorm::__private::Compress<#inner, #max>)
        }
        Coder::Offload { argument, inner, .. } => {
            let inner = inner_type(argument, inner.as_deref(), field, of);
            quote_spanned!(argument.span()=> ::dynorm::__private::Offload<#inner>)
        }
    }
}

/// The type whose values another compresses or moves.
fn inner_type(argument: &Ident, inner: Option<&Coder>, field: &Field, of: Option<&Ident>) -> TokenStream {
    inner.map_or_else(
        || quote_spanned!(argument.span()=> ::dynorm::__private::PlainCoder),
        |inner| coder_type(inner, field, of),
    )
}

fn coder_name(field: &Field, of: Option<&Ident>) -> Ident {
    match of {
        None => format_ident!("with_{}", field.ident.unraw()),
        Some(variant) => format_ident!("with_{}_{}", variant.unraw(), field.ident.unraw()),
    }
}

/// The type that the handle of the field compares and sets.
pub(super) fn stored_type(field: &Field, of: Option<&Ident>) -> TokenStream {
    let ty = &field.ty;
    if let (Some(coder), Some(argument)) = (coder(field, of), field.storage.argument()) {
        return quote_spanned!(argument.span()=> ::dynorm::__private::Coded<#ty, #coder>);
    }
    quote!(#ty)
}

/// The types that store fields by a module; nothing if there are none.
pub(super) fn coders<'f>(fields: impl Iterator<Item = (&'f Field, Option<&'f Ident>)>) -> TokenStream {
    let (mut markers, mut coders) = (TokenStream::new(), TokenStream::new());
    for (field, of) in fields {
        let Storage::Coded(coder) = &field.storage else { continue };
        let Some(path) = coder.module() else { continue };
        let (name, ty) = (coder_name(field, of), &field.ty);
        markers.extend(super::marker(&name, super::docs::KEY_FIELD));
        let encode = quote_spanned!(path.span()=> #path::encode(value));
        let decode = quote_spanned!(path.span()=> #path::decode(value));
        coders.extend(quote! {
            #[automatically_derived]
            impl #LIB::Coder<#ty> for __with::#name {
                type Scalar = #LIB::Coded<#ty, Self>;

                fn encode(
                    value: &#ty,
                ) -> ::core::result::Result<::core::option::Option<#LIB::Value>, #LIB::EncodeError> {
                    #encode
                }

                fn decode(value: #LIB::Value) -> ::core::result::Result<#ty, #LIB::DecodeError> {
                    #decode
                }
            }
        });
    }
    if markers.is_empty() { markers } else { quote!(mod __with { #markers } #coders) }
}

/// Puts the fields into `map`; `access` borrows one.
pub(super) fn put(
    fields: &[Field],
    of: Option<&Ident>,
    access: impl Fn(usize, &Field) -> TokenStream,
) -> TokenStream {
    let puts = by_stored_name(fields).into_iter().map(|(position, field)| {
        let Field { ty, stored, .. } = field;
        let value = access(position, field);
        match (&field.storage, coder(field, of)) {
            (Storage::Skipped(_), _) => TokenStream::new(),
            (Storage::Flattened(_), _) => quote!(#LIB::put_members::<#ty>(&mut map, #value)?;),
            (_, Some(coder)) => {
                let encoded = quote!(<#coder as #LIB::Coder<#ty>>::encode(#value));
                quote!(#LIB::put_encoded(&mut map, #stored, #encoded)?;)
            }
            (_, None) => quote!(#LIB::put_member::<#ty>(&mut map, #stored, #value)?;),
        }
    });
    puts.collect()
}

/// Takes the fields out of `reader` into local variables; `usual` takes one that its type is the store of.
pub(super) fn take(
    fields: &[Field],
    of: Option<&Ident>,
    reader: &Ident,
    usual: impl Fn(usize, &Field) -> Option<TokenStream>,
) -> TokenStream {
    let adopts = fields.iter().filter(|field| !field.aliases.is_empty()).map(|field| {
        let Field { stored, aliases, .. } = field;
        quote!(#reader.adopt(#stored, &[#(#aliases),*]);)
    });
    let takes = by_stored_name(fields).into_iter().map(|(position, field)| {
        let (ty, local) = (&field.ty, names::local(position));
        let value = match &field.storage {
            Storage::Skipped(_) => default(field).unwrap_or_else(|| default_of_type(field)),
            Storage::Flattened(_) => quote!(#reader.take_members::<#ty>(<#ty as #LIB::Members>::NAMES)?),
            Storage::Plain | Storage::Coded(_) => {
                let taken = usual(position, field).unwrap_or_else(|| take_stored(field, of));
                let inner = matches!(field.storage, Storage::Coded(_)).then(|| quote!(.into_inner()));
                quote!(#reader.#taken?#inner)
            }
        };
        let ty = matches!(field.storage, Storage::Skipped(_)).then(|| quote!(: #ty));
        quote!(let #local #ty = #value;)
    });
    quote!(#(#adopts)* #(#takes)*)
}

fn take_stored(field: &Field, of: Option<&Ident>) -> TokenStream {
    let (ty, stored) = (stored_type(field, of), &field.stored);
    stored_default(field)
        .map_or_else(|| quote!(take::<#ty>(#stored)), |default| quote!(take_or::<#ty>(#stored, #default)))
}

/// A function that gives what an absent attribute reads as, if the field says so.
pub(super) fn stored_default(field: &Field) -> Option<TokenStream> {
    let (_, written) = field.default.as_ref()?;
    let is_coded = matches!(field.storage, Storage::Coded(_));
    Some(match (written, is_coded) {
        (Some(default), false) => quote!(|| #default),
        (Some(default), true) => quote!(|| ::core::convert::From::from(#default)),
        (None, false) => {
            let ty = &field.ty;
            quote!(<#ty as ::core::default::Default>::default)
        }
        (None, true) => {
            let default = default_of_type(field);
            quote!(|| ::core::convert::From::from(#default))
        }
    })
}

fn default(field: &Field) -> Option<TokenStream> {
    let (_, written) = field.default.as_ref()?;
    Some(written.as_ref().map_or_else(|| default_of_type(field), |default| quote!(#default)))
}

fn default_of_type(field: &Field) -> TokenStream {
    let ty = &field.ty;
    quote!(<#ty as ::core::default::Default>::default())
}

/// The fields of a struct or a variant from their local variables.
pub(super) fn members(fields: &[Field]) -> TokenStream {
    let members = fields.iter().enumerate().map(|(position, field)| {
        let (ident, local) = (&field.ident, names::local(position));
        quote!(#ident: #local)
    });
    quote!({ #(#members),* })
}

/// The names that the fields are stored under, as const data; `more` are others.
pub(super) fn names_of(fields: &[&Field], more: &[&LitStr]) -> TokenStream {
    let stored = || fields.iter().filter(|field| field.storage.has_attribute());
    let own = stored().map(|field| &field.stored).chain(more.iter().copied());
    let aliases = stored().flat_map(|field| &field.aliases);
    let flattened = fields.iter().filter(|field| matches!(field.storage, Storage::Flattened(_)));
    let flattened = flattened.map(|field| {
        let ty = &field.ty;
        quote!(<#ty as #LIB::Members>::NAMES)
    });
    quote! {
        &#LIB::MemberNames { own: &[#(#own),*], aliases: &[#(#aliases),*], flattened: &[#(#flattened),*] }
    }
}

/// That no two fields have a name in common, where some are flattened.
pub(super) fn check(owner: &str, fields: &[Field]) -> TokenStream {
    let flatten = fields.iter().find_map(|field| match &field.storage {
        Storage::Flattened(flatten) => Some(flatten),
        _ => None,
    });
    let Some(flatten) = flatten else { return TokenStream::new() };
    let all = fields.iter().filter(|field| !matches!(field.storage, Storage::Skipped(_))).map(|field| {
        let (name, names) = (field.ident.unraw().to_string(), names_of(&[field], &[]));
        quote!((#name, #names))
    });
    let all = quote!(&[#(#all),*]);
    let call = quote_spanned!(flatten.span()=> ::dynorm::__private::check_members(#owner, #all));
    quote!(const _: () = #call;)
}
