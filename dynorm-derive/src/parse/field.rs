//! `#[attr(...)]` on fields and variants.

use syn::parse::ParseStream;
use syn::{Attribute, Expr, Ident, LitInt, LitStr, Path, Token};

use super::{arguments, attributes, set, suggest, value};
use crate::diagnostics::Diagnostics;

const KNOWN: [&str; 9] =
    ["rename", "default", "ttl", "version", "created_at", "updated_at", "counter", "write_once", "validate"];
const KNOWN_OF_COUNTER: [&str; 2] = ["start", "step"];

/// What is written on a field.
#[derive(Default)]
pub(crate) struct FieldAttributes {
    pub(crate) rename: Option<LitStr>,
    /// `default`, and its expression.
    pub(crate) default: Option<(Ident, Option<Expr>)>,
    pub(crate) ttl: Option<Ident>,
    /// `ttl = "30d after created_at"`.
    pub(crate) lifetime: Option<LitStr>,
    /// What the library keeps in it; the first argument that says so.
    pub(crate) keeping: Option<(Ident, Keeping)>,
    pub(crate) write_once: Option<Ident>,
    pub(crate) validate: Option<(Ident, Path)>,
}

/// What the library keeps in a field with every write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Keeping {
    Version,
    CreatedAt,
    UpdatedAt,
    Counter { start: i64, step: i64 },
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
                "ttl" => {
                    if input.peek(Token![=]) {
                        all.lifetime = Some(value(name, input, "\"30d after created_at\"")?);
                    }
                    set(&mut all.ttl, name, name.clone(), diagnostics);
                }
                "version" => all.keep(name, Keeping::Version, diagnostics),
                "created_at" => all.keep(name, Keeping::CreatedAt, diagnostics),
                "updated_at" => all.keep(name, Keeping::UpdatedAt, diagnostics),
                "counter" => {
                    let counter = counter(input, diagnostics)?;
                    all.keep(name, counter, diagnostics);
                }
                "write_once" => set(&mut all.write_once, name, name.clone(), diagnostics),
                "validate" => {
                    let rule = (name.clone(), value(name, input, "is_valid")?);
                    set(&mut all.validate, name, rule, diagnostics);
                }
                _ => return Err(suggest::unknown("argument of `#[attr(...)]`:", name, &KNOWN)),
            }
            Ok(())
        });
        all
    }

    fn keep(&mut self, name: &Ident, keeping: Keeping, diagnostics: &mut Diagnostics) {
        match &self.keeping {
            Some((other, _)) if other != name => {
                diagnostics.at(name, format!("the field is kept as `{other}` already; keep one of the two"));
            }
            _ => set(&mut self.keeping, name, (name.clone(), keeping), diagnostics),
        }
    }
}

/// `counter`, or `counter(start = 1, step = 1)`.
fn counter(input: ParseStream<'_>, diagnostics: &mut Diagnostics) -> syn::Result<Keeping> {
    let (mut start, mut step) = (None, None);
    if input.peek(syn::token::Paren) {
        let inner;
        syn::parenthesized!(inner in input);
        arguments(&inner, diagnostics, |name, input, diagnostics| {
            let slot = match name.to_string().as_str() {
                "start" => &mut start,
                "step" => &mut step,
                _ => return Err(suggest::unknown("argument of `counter(...)`:", name, &KNOWN_OF_COUNTER)),
            };
            set(slot, name, integer(name, input)?, diagnostics);
            Ok(())
        })?;
    }
    Ok(Keeping::Counter { start: start.unwrap_or(0), step: step.unwrap_or(1) })
}

/// The value of `name = -1`.
fn integer(name: &Ident, input: ParseStream<'_>) -> syn::Result<i64> {
    let example = format!("expected a whole number: `{name} = 1`");
    if !input.peek(Token![=]) {
        return Err(syn::Error::new(name.span(), example));
    }
    input.parse::<Token![=]>()?;
    let is_negative = input.parse::<Option<Token![-]>>()?.is_some();
    let span = input.span();
    let digits = input.parse::<LitInt>().and_then(|digits| digits.base10_parse::<i64>());
    let magnitude = digits.map_err(|_| syn::Error::new(span, example))?;
    Ok(if is_negative { -magnitude } else { magnitude })
}
