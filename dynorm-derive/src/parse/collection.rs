//! `#[collection(...)]`.

use syn::parse::{Parse, ParseStream};
use syn::{Attribute, Ident, LitStr, Path};

use super::entity::KeyArgument;
use super::{IndexName, attributes, set, suggest, value};
use crate::diagnostics::Diagnostics;

const KNOWN: [&str; 6] = ["table", "pk", "sk", "index", "unknown", "delimiter"];

/// What is written on a collection.
#[derive(Default)]
pub(crate) struct CollectionAttributes {
    pub(crate) table: Option<Path>,
    pub(crate) pk: Option<KeyArgument>,
    pub(crate) sk: Option<LitStr>,
    pub(crate) index: Option<IndexName>,
    pub(crate) unknown: Option<Unknown>,
    pub(crate) delimiter: Option<LitStr>,
    /// The arguments that are there, be they right or wrong.
    pub(crate) mentioned: Vec<String>,
}

/// What becomes of items of no member.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unknown {
    Error,
    Skip,
}

impl CollectionAttributes {
    pub(crate) fn read(on: &[Attribute], diagnostics: &mut Diagnostics) -> Self {
        let mut all = Self::default();
        attributes(on, "collection", diagnostics, |name, input, diagnostics| {
            all.take(name, input, diagnostics)
        });
        all
    }

    /// Whether there is an argument of this name.
    pub(crate) fn mentions(&self, name: &str) -> bool {
        self.mentioned.iter().any(|mentioned| mentioned == name)
    }

    fn take(
        &mut self,
        name: &Ident,
        input: ParseStream<'_>,
        diagnostics: &mut Diagnostics,
    ) -> syn::Result<()> {
        self.mentioned.push(name.to_string());
        match name.to_string().as_str() {
            "table" => set(&mut self.table, name, value(name, input, "Shop")?, diagnostics),
            "pk" => set(&mut self.pk, name, value(name, input, "\"CUSTOMER#{customer}\"")?, diagnostics),
            "sk" => set(&mut self.sk, name, value(name, input, "\"ORDER#{number}\"")?, diagnostics),
            "index" => set(&mut self.index, name, value(name, input, "GSI1")?, diagnostics),
            "unknown" => {
                let unknown = value(name, input, "error` or `unknown = skip")?;
                set(&mut self.unknown, name, unknown, diagnostics);
            }
            "delimiter" => set(&mut self.delimiter, name, value(name, input, "\"#\"")?, diagnostics),
            _ => return Err(suggest::unknown("argument of `#[collection(...)]`:", name, &KNOWN)),
        }
        Ok(())
    }
}

impl Parse for Unknown {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let word: Ident = input.parse()?;
        match word.to_string().as_str() {
            "error" => Ok(Self::Error),
            "skip" => Ok(Self::Skip),
            _ => Err(syn::Error::new(word.span(), "expected `error` or `skip`")),
        }
    }
}
