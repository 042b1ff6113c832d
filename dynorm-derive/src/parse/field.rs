//! `#[attr(...)]` on fields and variants.

use syn::{Attribute, Expr, Ident, LitStr, Token};

use super::{attributes, set, suggest, value};
use crate::diagnostics::Diagnostics;

const KNOWN: [&str; 3] = ["rename", "default", "ttl"];

/// What is written on a field.
#[derive(Default)]
pub(crate) struct FieldAttributes {
    pub(crate) rename: Option<LitStr>,
    /// `default`, and its expression.
    pub(crate) default: Option<(Ident, Option<Expr>)>,
    pub(crate) ttl: Option<Ident>,
}

impl FieldAttributes {
    pub(crate) fn read(on: &[Attribute], diagnostics: &mut Diagnostics) -> Self {
        let mut all = Self::default();
        attributes(on, "attr", diagnostics, |name, input, diagnostics| {
            match name.to_string().as_str() {
                "rename" => {
                    let stored: LitStr = value(name, input, "\"name\"")?;
                    if stored.value().is_empty() {
                        diagnostics.at(&stored, "the name of an attribute must not be empty");
                    }
                    set(&mut all.rename, name, stored, diagnostics);
                }
                "default" => {
                    let default =
                        if input.peek(Token![=]) { Some(value(name, input, "expression")?) } else { None };
                    set(&mut all.default, name, (name.clone(), default), diagnostics);
                }
                "ttl" => set(&mut all.ttl, name, name.clone(), diagnostics),
                _ => return Err(suggest::unknown("argument of `#[attr(...)]`:", name, &KNOWN)),
            }
            Ok(())
        });
        all
    }
}
