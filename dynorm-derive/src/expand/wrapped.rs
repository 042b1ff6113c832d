//! The implementation of `Attribute` for structs around one value.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Ident, Member, Type};

use super::LIB;
use crate::model::attribute::AttributeType;

/// The implementation for a struct around one value: what the value has, by the value.
pub(super) fn wrapped(attribute: &AttributeType, member: &Member, ty: &Type) -> TokenStream {
    let ident = &attribute.ident;
    // A bound with a lifetime of its own is not held against the type at once: the implementation exists where
    // the wrapped type has it.
    let markers = [
        "Ordered",
        "Measured",
        "Merged",
        "MayBeAbsent",
        "Numeric",
        "SortPart",
        "SortsAsWritten",
        "PaddedPart",
        "ScaledPart",
        "RawPart",
        "TextPart",
        "DescendingPart",
    ];
    let markers = markers.map(|name| {
        let marker = Ident::new(name, proc_macro2::Span::call_site());
        quote! {
            #[automatically_derived]
            impl #LIB::#marker for #ident where for<'trivial> #ty: #LIB::#marker {}
        }
    });
    let wrap = quote!(|value| Self { #member: value });
    let keys = keys(ident, member, ty, &wrap);
    quote! {
        #[automatically_derived]
        impl #LIB::Attribute for #ident {
            type Scalar = Self;

            fn encode(&self) -> ::core::result::Result<::core::option::Option<#LIB::Value>, #LIB::EncodeError> {
                <#ty as #LIB::Attribute>::encode(&self.#member)
            }

            fn decode(value: #LIB::Value) -> ::core::result::Result<Self, #LIB::DecodeError> {
                ::core::result::Result::map(<#ty as #LIB::Attribute>::decode(value), #wrap)
            }

            fn absent() -> ::core::option::Option<Self> {
                ::core::option::Option::map(<#ty as #LIB::Attribute>::absent(), #wrap)
            }
        }

        #[automatically_derived]
        impl #LIB::Transparent for #ident
        where
            for<'trivial> #ty: #LIB::Attribute,
        {
            type Inner = #ty;
        }

        #[automatically_derived]
        impl #LIB::Members for #ident
        where
            for<'trivial> #ty: #LIB::Members,
        {
            const NAMES: &'static #LIB::MemberNames = <#ty as #LIB::Members>::NAMES;
        }

        #keys
        #[automatically_derived]
        impl #LIB::Prefixed for #ident
        where
            for<'trivial> #ty: #LIB::Prefixed,
        {
            type Prefix = Self;
        }

        #(#markers)*
    }
}

/// What makes keys and names entries, where the value does.
fn keys(ident: &Ident, member: &Member, ty: &Type, wrap: &TokenStream) -> TokenStream {
    quote! {
        #[automatically_derived]
        impl #LIB::MapKey for #ident
        where
            for<'trivial> #ty: #LIB::MapKey,
        {
            fn name(&self) -> #LIB::Cow<'_, ::core::primitive::str> {
                <#ty as #LIB::MapKey>::name(&self.#member)
            }

            fn from_name(name: &::core::primitive::str) -> ::core::option::Option<Self> {
                ::core::option::Option::map(<#ty as #LIB::MapKey>::from_name(name), #wrap)
            }
        }

        #[automatically_derived]
        impl #LIB::KeyPart for #ident
        where
            for<'trivial> #ty: #LIB::KeyPart,
        {
            const SHAPE: #LIB::Shape = <#ty as #LIB::KeyPart>::SHAPE;

            fn write(
                &self,
                form: #LIB::Form,
                out: &mut #LIB::String,
            ) -> ::core::result::Result<(), #LIB::PartError> {
                <#ty as #LIB::KeyPart>::write(&self.#member, form, out)
            }

            fn parse(text: &::core::primitive::str, form: #LIB::Form) -> ::core::option::Option<Self> {
                ::core::option::Option::map(<#ty as #LIB::KeyPart>::parse(text, form), #wrap)
            }
        }

        #[automatically_derived]
        impl #LIB::KeyValue for #ident
        where
            for<'trivial> #ty: #LIB::KeyValue,
        {
            const KIND: #LIB::KeyKind = <#ty as #LIB::KeyValue>::KIND;
        }
    }
}
