//! Older versions of entities, and the way from them to those of today.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{Ident, Path};

use super::{LIB, entity, fields};
use crate::model::entity::Entity;

/// All that is generated for an older version.
pub(super) fn older(entity: &Entity, of: &Path, checked: bool) -> TokenStream {
    let ident = &entity.ident;
    let coders = fields::coders(entity.fields.iter().map(|field| (field, None)));
    let codec = entity::codec(entity);
    let upgrade = match upgrade(entity, &quote!(#of), &quote!(<Self as #LIB::Older>)) {
        upgrade if upgrade.is_empty() => {
            quote!(const UPGRADE: ::core::option::Option<#LIB::UpgradePath<Self>> = ::core::option::Option::None;)
        }
        upgrade => upgrade,
    };
    let checks = checked.then(|| {
        let members = fields::check(&ident.unraw().to_string(), &entity.fields);
        let check = check(entity, &quote!(<#ident as #LIB::Older>));
        quote!(#members #check)
    });
    quote! {
        const _: () = {
            #coders
            #[automatically_derived]
            impl #ident {
                #codec
            }
            #[automatically_derived]
            impl #LIB::Older for #ident {
                type Entity = #of;
                const DESCRIPTOR: &'static #LIB::EntityDescriptor = Self::__CODEC.descriptor;
                #upgrade

                fn write(&self, out: &mut #LIB::ItemWriter) {
                    (Self::__CODEC.write)(self, out);
                }

                fn read(item: &mut #LIB::ItemReader<'_>) -> #LIB::Result<Self> {
                    (Self::__CODEC.read)(item)
                }

                fn part(&self, position: ::core::primitive::usize) -> #LIB::Given<'_> {
                    (Self::__CODEC.part)(self, position)
                }
            }
        };
        #checks
    }
}

/// How an entity, or an older version, is made of those before; nothing if there are none.
pub(super) fn upgrade(entity: &Entity, of: &TokenStream, itself: &TokenStream) -> TokenStream {
    let Some(from) = &entity.evolution.from else { return TokenStream::new() };
    let through = quote_spanned! {from.span()=>
        ::dynorm::__private::UpgradePath::<Self>::through::<#of, #from>(#itself::DESCRIPTOR)
    };
    quote! {
        const UPGRADE: ::core::option::Option<#LIB::UpgradePath<Self>> = ::core::option::Option::Some(#through);
    }
}

/// What the compiler checks of an entity, or an older version, and the one before.
pub(super) fn check(entity: &Entity, itself: &TokenStream) -> TokenStream {
    let Some(from) = &entity.evolution.from else { return TokenStream::new() };
    let check = quote_spanned! {from.span()=>
        ::dynorm::__private::UpgradePath::check(#itself::UPGRADE.as_ref())
    };
    quote! {
        const _: () = #check;
    }
}

/// The attributes whose values are not shown, of this version and those before.
pub(super) fn sensitive(entity: &Entity) -> TokenStream {
    let own = entity.fields.iter().filter(|field| field.sensitive.is_some());
    let own = own.flat_map(|field| std::iter::once(&field.stored).chain(&field.aliases));
    let own = quote!(&[#(#own),*]);
    match &entity.evolution.from {
        None => own,
        Some(from) => quote!({
            const OWN: &[&::core::primitive::str] = #own;
            const OLDER: &[&::core::primitive::str] = <#from as #LIB::Older>::DESCRIPTOR.sensitive;
            const ALL: &[&::core::primitive::str] = &#LIB::joined::<{ OWN.len() + OLDER.len() }>(OWN, OLDER);
            ALL
        }),
    }
}

/// For an older version with mistakes.
pub(super) fn broken(ident: &Ident, of: &Path) -> TokenStream {
    quote! {
        #[automatically_derived]
        impl #LIB::Older for #ident {
            type Entity = #of;
            const DESCRIPTOR: &'static #LIB::EntityDescriptor = &#LIB::EntityDescriptor::NONE;
            const UPGRADE: ::core::option::Option<#LIB::UpgradePath<Self>> = ::core::option::Option::None;

            fn write(&self, _: &mut #LIB::ItemWriter) {}

            fn read(_: &mut #LIB::ItemReader<'_>) -> #LIB::Result<Self> {
                loop {}
            }

            fn part(&self, _: ::core::primitive::usize) -> #LIB::Given<'_> {
                #LIB::Given::none()
            }
        }
    }
}
