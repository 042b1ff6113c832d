//! The implementation of `Attribute`, and of what comes with it.

use proc_macro2::TokenStream;
use quote::quote;
use syn::ext::IdentExt;
use syn::{Ident, Member, Type};

use super::entity::constant;
use super::tagged::tagged;
use super::wrapped::wrapped;
use super::{LIB, fields};
use crate::model::attribute::{AttributeShape, AttributeType, Holds, Variant};
use crate::model::entity::Field;
use crate::model::field::Storage;
use crate::parse::suggest;

/// All that is generated for an attribute type. With `checked`, the compiler checks it with the types it is made of.
pub(crate) fn attribute(attribute: &AttributeType, checked: bool) -> TokenStream {
    match &attribute.shape {
        AttributeShape::Map(fields) => map(attribute, fields, checked),
        AttributeShape::List(types) => list(attribute, types),
        AttributeShape::Choice(variants) => choice(attribute, variants),
        AttributeShape::Tagged(tagging, variants) => tagged(attribute, tagging, variants, checked),
        AttributeShape::Wrapped(member, ty) => wrapped(attribute, member, ty),
    }
}

/// The implementation by two functions in one body, so that a type that does not fit is reported once.
pub(super) fn by_codec(ident: &Ident, encode: &TokenStream, decode: &TokenStream) -> TokenStream {
    quote! {
        #[automatically_derived]
        impl #ident {
            #[doc(hidden)]
            const __CODEC: #LIB::MapCodec<Self> = #LIB::MapCodec { encode: #encode, decode: #decode };
        }

        #[automatically_derived]
        impl #LIB::Attribute for #ident {
            type Scalar = Self;

            fn encode(&self) -> ::core::result::Result<::core::option::Option<#LIB::Value>, #LIB::EncodeError> {
                (Self::__CODEC.encode)(self)
            }

            fn decode(value: #LIB::Value) -> ::core::result::Result<Self, #LIB::DecodeError> {
                (Self::__CODEC.decode)(value)
            }
        }
    }
}

/// The code, in a block of its own if it has types that must not clash with names of the module.
pub(super) fn in_block(types: &TokenStream, code: &TokenStream) -> TokenStream {
    if types.is_empty() { quote!(#code) } else { quote!(const _: () = { #types #code };) }
}

fn map(attribute: &AttributeType, all: &[Field], checked: bool) -> TokenStream {
    let ident = &attribute.ident;
    let is_stored = |field: &Field| !is_skipped(field);
    let puts = fields::put(all, None, |_, field| {
        let ident = &field.ident;
        quote!(&this.#ident)
    });
    let (this, map) =
        if all.iter().any(is_stored) { (quote!(this), quote!(mut map)) } else { (quote!(_), quote!(map)) };
    let n_fields = all.len();
    let encode = quote!(|#this| {
        let #map = #LIB::Item::with_capacity(#n_fields);
        #puts
        ::core::result::Result::Ok(::core::option::Option::Some(#LIB::Value::M(map)))
    });
    let reader = Ident::new("__map", proc_macro2::Span::call_site());
    let (takes, members) = (fields::take(all, None, &reader, |_, _| None), fields::members(all));
    let decode = quote!(|value| {
        let __map = &mut #LIB::MapReader::decode(value)?;
        #takes
        ::core::result::Result::Ok(Self #members)
    });
    let implementation = by_codec(ident, &encode, &decode);
    let constants = all.iter().map(|field| {
        let role = if field.default.is_some() { quote!(#LIB::Optional) } else { quote!(#LIB::Free) };
        constant(&attribute.vis, field, &role)
    });
    let names = fields::names_of(&all.iter().collect::<Vec<_>>(), &[]);
    let check = checked.then(|| fields::check(&ident.unraw().to_string(), all));
    let code = quote! {
        #implementation

        #[automatically_derived]
        #[allow(dead_code, private_interfaces)]
        impl #ident {
            #(#constants)*
        }

        #[automatically_derived]
        impl #LIB::Measured for #ident {}

        #[automatically_derived]
        impl #LIB::Merged for #ident {}

        #[automatically_derived]
        impl #LIB::Members for #ident {
            const NAMES: &'static #LIB::MemberNames = #names;
        }

        #check
    };
    in_block(&fields::coders(all.iter().map(|field| (field, None))), &code)
}

pub(super) fn is_skipped(field: &Field) -> bool {
    matches!(field.storage, Storage::Skipped(_))
}

fn list(attribute: &AttributeType, types: &[Type]) -> TokenStream {
    let ident = &attribute.ident;
    let n_elements = types.len();
    let puts = types.iter().enumerate().map(|(at, ty)| {
        let member = Member::from(at);
        quote!(list.put::<#ty>(&this.#member)?;)
    });
    let encode = quote!(|this| {
        let mut list = #LIB::ListWriter::with_capacity(#n_elements);
        #(#puts)*
        list.finish()
    });
    let decode = quote!(|value| {
        let mut list = #LIB::ListReader::decode(value, #n_elements)?;
        ::core::result::Result::Ok(Self(#(list.take::<#types>()?),*))
    });
    let implementation = by_codec(ident, &encode, &decode);
    quote! {
        #implementation

        #[automatically_derived]
        impl #LIB::Measured for #ident {}
    }
}

fn choice(attribute: &AttributeType, variants: &[Variant]) -> TokenStream {
    let ident = &attribute.ident;
    let known: Vec<&Variant> = variants.iter().filter(|v| matches!(v.holds, Holds::Nothing)).collect();
    let names = known.iter().map(|variant| {
        let Variant { ident, stored, .. } = variant;
        quote!(Self::#ident => #LIB::Cow::Borrowed(#stored),)
    });
    let of_names = known.iter().map(|variant| {
        let Variant { ident, stored, aliases, .. } = variant;
        quote!(#stored #(| #aliases)* => ::core::option::Option::Some(Self::#ident),)
    });
    let stored = known.iter().flat_map(|variant| std::iter::once(&variant.stored).chain(&variant.aliases));
    let others = variants.iter().filter_map(|variant| match &variant.holds {
        Holds::Unknown(ty) => Some((&variant.ident, ty)),
        _ => None,
    });
    // More than one is a mistake, and must not be another one in what is generated.
    let other_names =
        others.clone().map(|(ident, ty)| quote!(Self::#ident(name) => <#ty as #LIB::MapKey>::name(name),));
    let (of_other_name, shape, expected) = match others.clone().next() {
        None => (
            quote!(::core::option::Option::None),
            quote!(#LIB::Shape::OneOf(&[#(#stored),*])),
            expected(variants),
        ),
        Some((ident, ty)) => (
            quote!(::core::option::Option::map(<#ty as #LIB::MapKey>::from_name(text), Self::#ident)),
            quote!(#LIB::Shape::Text),
            "text".to_owned(),
        ),
    };
    let map_key = quote! {
        #[automatically_derived]
        impl #LIB::MapKey for #ident {
            fn name(&self) -> #LIB::Cow<'_, ::core::primitive::str> {
                match self {
                    #(#names)*
                    #(#other_names)*
                }
            }

            #[allow(unreachable_patterns)]
            fn from_name(text: &::core::primitive::str) -> ::core::option::Option<Self> {
                match text {
                    #(#of_names)*
                    _ => #of_other_name,
                }
            }
        }
    };
    let key_and_attribute = text(ident, &shape, &expected);
    quote!(#map_key #key_and_attribute)
}

/// What is stored as a text that names it: a key part, a key, an attribute.
fn text(ident: &Ident, shape: &TokenStream, expected: &str) -> TokenStream {
    quote! {
        #[automatically_derived]
        impl #LIB::KeyPart for #ident {
            const SHAPE: #LIB::Shape = #shape;

            fn write(
                &self,
                _: #LIB::Form,
                out: &mut #LIB::String,
            ) -> ::core::result::Result<(), #LIB::PartError> {
                out.push_str(&#LIB::MapKey::name(self));
                ::core::result::Result::Ok(())
            }

            fn parse(text: &::core::primitive::str, _: #LIB::Form) -> ::core::option::Option<Self> {
                #LIB::MapKey::from_name(text)
            }
        }

        #[automatically_derived]
        impl #LIB::SortPart for #ident {}

        #[automatically_derived]
        impl #LIB::SortsAsWritten for #ident {}

        #[automatically_derived]
        impl #LIB::KeyValue for #ident {
            const KIND: #LIB::KeyKind = #LIB::KeyKind::S;
        }

        #[automatically_derived]
        impl #LIB::Attribute for #ident {
            type Scalar = Self;

            fn encode(&self) -> ::core::result::Result<::core::option::Option<#LIB::Value>, #LIB::EncodeError> {
                #LIB::encode_choice(self)
            }

            fn decode(value: #LIB::Value) -> ::core::result::Result<Self, #LIB::DecodeError> {
                #LIB::decode_choice(value, #expected)
            }
        }
    }
}

/// The variants, for errors of values that are none of them.
pub(super) fn expected(variants: &[Variant]) -> String {
    let known = variants.iter().filter(|variant| !matches!(variant.holds, Holds::Unknown(_)));
    let known: Vec<String> = known.map(|variant| variant.stored.value()).collect();
    let known: Vec<&str> = known.iter().map(String::as_str).collect();
    match known.as_slice() {
        [only] => format!("`{only}`"),
        _ => format!("one of {}", suggest::list(&known)),
    }
}
