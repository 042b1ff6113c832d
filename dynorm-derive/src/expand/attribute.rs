//! The implementation of `Attribute`, and of what comes with it.

use proc_macro2::TokenStream;
use quote::quote;
use syn::Type;

use super::LIB;
use super::entity::{by_stored_name, constant};
use crate::model::attribute::{AttributeShape, AttributeType, Choice};
use crate::model::entity::Field;
use crate::model::names;
use crate::parse::suggest;

/// All that is generated for an attribute type.
pub(crate) fn attribute(attribute: &AttributeType) -> TokenStream {
    match &attribute.shape {
        AttributeShape::Map(fields) => map(attribute, fields),
        AttributeShape::Choice(choices) => choice(attribute, choices),
        AttributeShape::Wrapped(ty) => wrapped(attribute, ty),
    }
}

fn map(attribute: &AttributeType, fields: &[Field]) -> TokenStream {
    let ident = &attribute.ident;
    let (encode, decode) = (encode_map(fields), decode_map(fields));
    let constants = fields.iter().map(|field| {
        let role = if field.default.is_some() { quote!(#LIB::Optional) } else { quote!(#LIB::Free) };
        constant(&attribute.vis, field, &role)
    });
    quote! {
        #[automatically_derived]
        #[allow(dead_code, private_interfaces)]
        impl #ident {
            #[doc(hidden)]
            const __CODEC: #LIB::MapCodec<Self> = #LIB::MapCodec { encode: #encode, decode: #decode };
            #(#constants)*
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

        #[automatically_derived]
        impl #LIB::Measured for #ident {}

        #[automatically_derived]
        impl #LIB::Merged for #ident {}
    }
}

fn encode_map(fields: &[Field]) -> TokenStream {
    let n_fields = fields.len();
    let puts = by_stored_name(fields).into_iter().map(|(_, field)| {
        let Field { ident, ty, stored, .. } = field;
        quote!(#LIB::put_member::<#ty>(&mut map, #stored, &this.#ident)?;)
    });
    let (this, map) =
        if fields.is_empty() { (quote!(_), quote!(map)) } else { (quote!(this), quote!(mut map)) };
    quote!(|#this| {
        let #map = #LIB::Item::with_capacity(#n_fields);
        #(#puts)*
        ::core::result::Result::Ok(::core::option::Option::Some(#LIB::Value::M(map)))
    })
}

fn decode_map(fields: &[Field]) -> TokenStream {
    let takes = by_stored_name(fields).into_iter().map(|(position, field)| {
        let Field { ty, stored, default, .. } = field;
        let local = names::local(position);
        let taken = match default {
            Some((_, Some(default))) => {
                quote!(take_member_or::<#ty>(__map, #stored, || #default))
            }
            Some((_, None)) => {
                quote!(take_member_or::<#ty>(__map, #stored, <#ty as ::core::default::Default>::default))
            }
            None => quote!(take_member::<#ty>(__map, #stored)),
        };
        quote!(let #local = #LIB::#taken?;)
    });
    let members = fields.iter().enumerate().map(|(position, field)| {
        let (ident, local) = (&field.ident, names::local(position));
        quote!(#ident: #local)
    });
    quote!(|value| {
        let __map = &mut <#LIB::Item as #LIB::Attribute>::decode(value)?;
        #(#takes)*
        ::core::result::Result::Ok(Self { #(#members),* })
    })
}

fn choice(attribute: &AttributeType, choices: &[Choice]) -> TokenStream {
    let ident = &attribute.ident;
    let (variants, stored): (Vec<_>, Vec<_>) = choices.iter().map(|c| (&c.ident, &c.stored)).unzip();
    let known: Vec<String> = stored.iter().map(|name| name.value()).collect();
    let known: Vec<&str> = known.iter().map(String::as_str).collect();
    let expected = match known.as_slice() {
        [only] => format!("`{only}`"),
        _ => format!("one of {}", suggest::list(&known)),
    };
    quote! {
        #[automatically_derived]
        impl #LIB::KeyPart for #ident {
            const SHAPE: #LIB::Shape = #LIB::Shape::OneOf(&[#(#stored),*]);

            fn write(
                &self,
                _: #LIB::Form,
                out: &mut #LIB::String,
            ) -> ::core::result::Result<(), #LIB::PartError> {
                out.push_str(match self {
                    #(Self::#variants => #stored,)*
                });
                ::core::result::Result::Ok(())
            }

            #[allow(unreachable_patterns)]
            fn parse(text: &::core::primitive::str, _: #LIB::Form) -> ::core::option::Option<Self> {
                match text {
                    #(#stored => ::core::option::Option::Some(Self::#variants),)*
                    _ => ::core::option::Option::None,
                }
            }
        }

        #[automatically_derived]
        impl #LIB::SortPart for #ident {}

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

fn wrapped(attribute: &AttributeType, ty: &Type) -> TokenStream {
    let ident = &attribute.ident;
    // A bound with a lifetime of its own is not held against the type at once: the implementation exists where
    // the wrapped type has it.
    let markers = [
        "Ordered",
        "Measured",
        "Merged",
        "Numeric",
        "SortPart",
        "PaddedPart",
        "ScaledPart",
        "RawPart",
        "TextPart",
        "DescendingPart",
    ];
    let markers = markers.map(|name| {
        let marker = syn::Ident::new(name, proc_macro2::Span::call_site());
        quote! {
            #[automatically_derived]
            impl #LIB::#marker for #ident where for<'trivial> #ty: #LIB::#marker {}
        }
    });
    quote! {
        #[automatically_derived]
        impl #LIB::Attribute for #ident {
            type Scalar = Self;

            fn encode(&self) -> ::core::result::Result<::core::option::Option<#LIB::Value>, #LIB::EncodeError> {
                <#ty as #LIB::Attribute>::encode(&self.0)
            }

            fn decode(value: #LIB::Value) -> ::core::result::Result<Self, #LIB::DecodeError> {
                ::core::result::Result::map(<#ty as #LIB::Attribute>::decode(value), Self)
            }

            fn absent() -> ::core::option::Option<Self> {
                ::core::option::Option::map(<#ty as #LIB::Attribute>::absent(), Self)
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
                <#ty as #LIB::KeyPart>::write(&self.0, form, out)
            }

            fn parse(text: &::core::primitive::str, form: #LIB::Form) -> ::core::option::Option<Self> {
                ::core::option::Option::map(<#ty as #LIB::KeyPart>::parse(text, form), Self)
            }
        }

        #[automatically_derived]
        impl #LIB::KeyValue for #ident
        where
            for<'trivial> #ty: #LIB::KeyValue,
        {
            const KIND: #LIB::KeyKind = <#ty as #LIB::KeyValue>::KIND;
        }

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
