//! Models to code. Nothing fails here: what could be wrong is checked in `validate`.

mod attribute;
mod collection;
mod descriptor;
mod docs;
mod entity;
mod evolution;
mod fallback;
mod fields;
mod hooks;
mod pattern;
mod projection;
mod spanned;
mod table;
mod tagged;
mod unique;
mod wrapped;

pub(crate) use self::attribute::attribute;
pub(crate) use self::collection::{broken_collection, collection};
pub(crate) use self::entity::entity;
pub(crate) use self::fallback::{broken_attribute, broken_entity, broken_table};
pub(crate) use self::projection::{broken_projection, projection};
pub(crate) use self::table::table;

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::Ident;

/// The only module that generated code names, besides `core`.
struct Lib;

/// See [`Lib`].
const LIB: Lib = Lib;

impl ToTokens for Lib {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        tokens.extend(quote!(::dynorm::__private));
    }
}

/// A type without values, for its name.
fn marker(name: &Ident, doc: &str) -> TokenStream {
    quote! {
        #[doc = #doc]
        #[doc(hidden)]
        #[allow(dead_code, non_camel_case_types, missing_debug_implementations)]
        pub enum #name {}
    }
}
