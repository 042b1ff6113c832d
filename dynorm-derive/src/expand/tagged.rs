//! The implementation of `Attribute` for enums with data.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::Ident;
use syn::ext::IdentExt;
use syn::spanned::Spanned;

use super::attribute::{by_codec, expected, in_block, is_skipped};
use super::{LIB, fields};
use crate::model::attribute::{AttributeType, Holds, Tagging, Variant};
use crate::model::entity::Field;
use crate::model::field::Storage;
use crate::model::names;

/// The implementation for an enum with data. With `checked`, the compiler checks the types that its variants hold.
pub(super) fn tagged(
    attribute: &AttributeType,
    tagging: &Tagging,
    variants: &[Variant],
    checked: bool,
) -> TokenStream {
    let ident = &attribute.ident;
    let tagging_data = match tagging {
        Tagging::External => quote!(#LIB::Tagging::External),
        Tagging::Internal(tag) => quote!(#LIB::Tagging::Internal(#tag)),
        Tagging::Adjacent { tag, content } => {
            quote!(#LIB::Tagging::Adjacent { tag: #tag, content: #content })
        }
    };
    let encodes = variants.iter().map(encode_variant);
    let encode = quote!(|this| {
        let tagging = #tagging_data;
        match this { #(#encodes)* }
    });
    let names = variants.iter().enumerate().flat_map(|(at, variant)| {
        let is_known = !matches!(variant.holds, Holds::Unknown(_));
        let names = std::iter::once(&variant.stored).chain(&variant.aliases).filter(move |_| is_known);
        names.map(move |name| quote!((#name, #at)))
    });
    let other = variants.iter().position(|variant| matches!(variant.holds, Holds::Unknown(_)));
    let other = super::descriptor::optional(other.map(|at| quote!(#at)));
    let expected = expected(variants);
    let last = variants.len() - 1;
    let decodes = variants.iter().enumerate().map(|(at, variant)| {
        let read = decode_variant(variant);
        if at == last { quote!(_ => #read,) } else { quote!(#at => #read,) }
    });
    let decode = quote!(|value| {
        let variants = #LIB::Variants { names: &[#(#names),*], other: #other, expected: #expected };
        let opened = (#tagging_data).open(value, &variants)?;
        match opened.variant { #(#decodes)* }
    });
    let implementation = by_codec(ident, &encode, &decode);
    let members = members_of_tagged(ident, tagging, variants);
    let checks = checked.then(|| checks_of_tagged(ident, tagging, variants));
    let with = variants.iter().flat_map(|variant| {
        let fields: &[Field] = if let Holds::Map(fields) = &variant.holds { fields } else { &[] };
        fields.iter().map(|field| (field, Some(&variant.ident)))
    });
    in_block(&fields::coders(with), &quote!(#implementation #members #checks))
}

fn encode_variant(variant: &Variant) -> TokenStream {
    let Variant { ident, stored, holds, .. } = variant;
    match holds {
        Holds::Nothing => quote!(Self::#ident => tagging.unit(#stored),),
        Holds::Unknown(ty) => quote!(Self::#ident(value) => <#ty as #LIB::Attribute>::encode(value),),
        Holds::Value(ty) => {
            quote!(Self::#ident(value) => tagging.wrap(#stored, || <#ty as #LIB::Attribute>::encode(value)),)
        }
        Holds::List(types) => {
            let locals: Vec<Ident> = (0..types.len()).map(names::local).collect();
            let n_elements = types.len();
            let list = if types.is_empty() { quote!(list) } else { quote!(mut list) };
            quote! {
                Self::#ident(#(#locals),*) => tagging.wrap(#stored, || {
                    let #list = #LIB::ListWriter::with_capacity(#n_elements);
                    #(list.put::<#types>(#locals)?;)*
                    list.finish()
                }),
            }
        }
        Holds::Map(all) => {
            let locals = all.iter().enumerate().map(|(position, field)| {
                let name = &field.ident;
                let local = names::local(position);
                if is_skipped(field) { quote!(#name: _) } else { quote!(#name: #local) }
            });
            let puts = fields::put(all, Some(ident), |position, _| {
                let local = names::local(position);
                quote!(#local)
            });
            let map = if puts.is_empty() { quote!(map) } else { quote!(mut map) };
            let n_fields = all.len();
            quote! {
                Self::#ident { #(#locals),* } => tagging.wrap(#stored, || {
                    let #map = #LIB::Item::with_capacity(#n_fields);
                    #puts
                    ::core::result::Result::Ok(::core::option::Option::Some(#LIB::Value::M(map)))
                }),
            }
        }
    }
}

fn decode_variant(variant: &Variant) -> TokenStream {
    let Variant { ident, holds, .. } = variant;
    match holds {
        Holds::Nothing => quote!(::core::result::Result::Ok(Self::#ident)),
        Holds::Value(ty) | Holds::Unknown(ty) => {
            quote!(::core::result::Result::map(opened.value::<#ty>(), Self::#ident))
        }
        Holds::List(types) => {
            let n_elements = types.len();
            let list = if types.is_empty() { quote!(_) } else { quote!(list) };
            quote! {
                opened.list(#n_elements, |#list| {
                    ::core::result::Result::Ok(Self::#ident(#(list.take::<#types>()?),*))
                })
            }
        }
        Holds::Map(all) => {
            let reader = Ident::new("__map", proc_macro2::Span::call_site());
            let takes = fields::take(all, Some(ident), &reader, |_, _| None);
            let members = fields::members(all);
            quote! {
                opened.map(|__map| {
                    #takes
                    ::core::result::Result::Ok(Self::#ident #members)
                })
            }
        }
    }
}

/// An enum with a tag is a map whose members are known, unless it keeps what is unknown.
fn members_of_tagged(ident: &Ident, tagging: &Tagging, variants: &[Variant]) -> TokenStream {
    let own = match tagging {
        Tagging::External => return TokenStream::new(),
        Tagging::Internal(tag) => vec![tag],
        Tagging::Adjacent { tag, content } => vec![tag, content],
    };
    if variants.iter().any(|variant| matches!(variant.holds, Holds::Unknown(_))) {
        return TokenStream::new();
    }
    let is_internal = matches!(tagging, Tagging::Internal(_));
    let inner = variants.iter().filter(|_| is_internal).filter_map(|variant| match &variant.holds {
        Holds::Map(all) => Some(fields::names_of(&all.iter().collect::<Vec<_>>(), &[])),
        Holds::Value(ty) => Some(quote!(<#ty as #LIB::Members>::NAMES)),
        _ => None,
    });
    quote! {
        #[automatically_derived]
        impl #LIB::Members for #ident {
            const NAMES: &'static #LIB::MemberNames = &#LIB::MemberNames {
                own: &[#(#own),*], aliases: &[], flattened: &[#(#inner),*],
            };
        }
    }
}

/// What the compiler checks of variants and the types that they hold.
fn checks_of_tagged(ident: &Ident, tagging: &Tagging, variants: &[Variant]) -> TokenStream {
    let owner = ident.unraw().to_string();
    let checks = variants.iter().map(|variant| {
        let name = variant.ident.unraw().to_string();
        match (&variant.holds, tagging) {
            (Holds::Value(ty), Tagging::Internal(tag)) => {
                let members = quote!(<#ty as #LIB::Members>::NAMES);
                let call = quote_spanned! {ty.span()=>
                    ::dynorm::__private::check_tagged(#owner, #name, #tag, #members)
                };
                quote!(const _: () = #call;)
            }
            (Holds::Map(all), _) => {
                let inner = fields::check(&format!("{owner}::{name}"), all);
                let flattened = all.iter().filter_map(|field| match (&field.storage, tagging) {
                    (Storage::Flattened(flatten), Tagging::Internal(tag)) => {
                        let ty = &field.ty;
                        let members = quote!(<#ty as #LIB::Members>::NAMES);
                        let call = quote_spanned! {flatten.span()=>
                            ::dynorm::__private::check_tagged(#owner, #name, #tag, #members)
                        };
                        Some(quote!(const _: () = #call;))
                    }
                    _ => None,
                });
                quote!(#inner #(#flattened)*)
            }
            _ => TokenStream::new(),
        }
    });
    checks.collect()
}
