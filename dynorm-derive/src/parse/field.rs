//! `#[attr(...)]` on fields, on variants, and on types that derive `Attribute`.

use syn::parse::{Parse, ParseStream};
use syn::{Attribute, Expr, Ident, LitInt, LitStr, Path, Token};

use super::{arguments, attributes, set, suggest, value};
use crate::diagnostics::Diagnostics;

const KNOWN: [&str; 17] = [
    "rename",
    "alias",
    "default",
    "flatten",
    "skip",
    "with",
    "serde",
    "ttl",
    "version",
    "created_at",
    "updated_at",
    "counter",
    "write_once",
    "validate",
    "sensitive",
    "compress",
    "offload",
];
const KNOWN_OF_COMPRESS: [&str; 1] = ["max"];
/// How many bytes of a compressed value are read if nothing is said.
const COMPRESSED_MAX: usize = 16 * 1024 * 1024;
const KNOWN_OF_OFFLOAD: [&str; 1] = ["inline_up_to"];
/// The size of the largest offloaded value that stays in its item if nothing is said.
const INLINE_UP_TO: usize = 4096;
const KNOWN_OF_COUNTER: [&str; 2] = ["start", "step"];
const KNOWN_OF_VARIANT: [&str; 4] = ["rename", "alias", "rename_all", "other"];
const KNOWN_OF_TYPE: [&str; 4] = ["rename_all", "tag", "content", "transparent"];

/// What is written on a field.
#[derive(Default)]
pub(crate) struct FieldAttributes {
    pub(crate) rename: Option<LitStr>,
    pub(crate) aliases: Vec<LitStr>,
    /// `default`, and its expression.
    pub(crate) default: Option<(Ident, Option<Expr>)>,
    pub(crate) flatten: Option<Ident>,
    pub(crate) skip: Option<Ident>,
    pub(crate) with: Option<(Ident, Path)>,
    pub(crate) serde: Option<Ident>,
    pub(crate) ttl: Option<Ident>,
    /// `ttl = "30d after created_at"`.
    pub(crate) lifetime: Option<LitStr>,
    /// What the library keeps in it; the first argument that says so.
    pub(crate) keeping: Option<(Ident, Keeping)>,
    pub(crate) write_once: Option<Ident>,
    pub(crate) validate: Option<(Ident, Path)>,
    pub(crate) sensitive: Option<Ident>,
    /// `compress`, and how many bytes are read at most.
    pub(crate) compress: Option<(Ident, usize)>,
    /// `offload`, and the size of the largest value that stays in the item.
    pub(crate) offload: Option<(Ident, usize)>,
}

/// What the library keeps in a field with every write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Keeping {
    Version,
    CreatedAt,
    UpdatedAt,
    Counter { start: i64, step: i64 },
}

/// What is written on a variant.
#[derive(Default)]
pub(crate) struct VariantAttributes {
    pub(crate) rename: Option<LitStr>,
    pub(crate) aliases: Vec<LitStr>,
    pub(crate) rename_all: Option<(Ident, Rule)>,
    pub(crate) other: Option<Ident>,
}

/// What is written on a struct or an enum that derives `Attribute`.
#[derive(Default)]
pub(crate) struct TypeAttributes {
    pub(crate) rename_all: Option<(Ident, Rule)>,
    pub(crate) tag: Option<(Ident, LitStr)>,
    pub(crate) content: Option<(Ident, LitStr)>,
    pub(crate) transparent: Option<Ident>,
}

impl FieldAttributes {
    pub(crate) fn read(on: &[Attribute], diagnostics: &mut Diagnostics) -> Self {
        let mut all = Self::default();
        attributes(on, "attr", diagnostics, |name, input, diagnostics| {
            match name.to_string().as_str() {
                "rename" => set(&mut all.rename, name, stored(name, input, diagnostics)?, diagnostics),
                "alias" => all.aliases.push(stored(name, input, diagnostics)?),
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
                "sensitive" => set(&mut all.sensitive, name, name.clone(), diagnostics),
                "compress" => {
                    let max = limit("compress", &KNOWN_OF_COMPRESS, "1_000_000", input, diagnostics)?;
                    let max = max.unwrap_or(COMPRESSED_MAX);
                    set(&mut all.compress, name, (name.clone(), max), diagnostics);
                }
                "offload" => {
                    let most = limit("offload", &KNOWN_OF_OFFLOAD, "4096", input, diagnostics)?;
                    let most = most.unwrap_or(INLINE_UP_TO);
                    set(&mut all.offload, name, (name.clone(), most), diagnostics);
                }
                "flatten" => set(&mut all.flatten, name, name.clone(), diagnostics),
                "skip" => set(&mut all.skip, name, name.clone(), diagnostics),
                "with" => {
                    let with = (name.clone(), value(name, input, "module")?);
                    set(&mut all.with, name, with, diagnostics);
                }
                "serde" => set(&mut all.serde, name, name.clone(), diagnostics),
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

/// The number of `compress(max = 1_000_000)` or `offload(inline_up_to = 4096)`, if one is written.
fn limit(
    of: &str,
    known: &[&str; 1],
    example: &str,
    input: ParseStream<'_>,
    diagnostics: &mut Diagnostics,
) -> syn::Result<Option<usize>> {
    let mut limit = None;
    if input.peek(syn::token::Paren) {
        let inner;
        syn::parenthesized!(inner in input);
        arguments(&inner, diagnostics, |name, input, diagnostics| {
            if name != known[0] {
                return Err(suggest::unknown(&format!("argument of `{of}(...)`:"), name, known));
            }
            let written: LitInt = value(name, input, example)?;
            set(&mut limit, name, written.base10_parse()?, diagnostics);
            Ok(())
        })?;
    }
    Ok(limit)
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

impl VariantAttributes {
    pub(crate) fn read(on: &[Attribute], diagnostics: &mut Diagnostics) -> Self {
        let mut all = Self::default();
        attributes(on, "attr", diagnostics, |name, input, diagnostics| {
            match name.to_string().as_str() {
                "rename" => set(&mut all.rename, name, stored(name, input, diagnostics)?, diagnostics),
                "alias" => all.aliases.push(stored(name, input, diagnostics)?),
                "rename_all" => {
                    let rule = (name.clone(), Rule::read(name, input)?);
                    set(&mut all.rename_all, name, rule, diagnostics);
                }
                "other" => set(&mut all.other, name, name.clone(), diagnostics),
                "default" => {
                    let message =
                        "a variant has no default; put `#[attr(default)]` on the field that has this type";
                    return Err(syn::Error::new(name.span(), message));
                }
                _ => {
                    return Err(suggest::unknown(
                        "argument of `#[attr(...)]` on a variant:",
                        name,
                        &KNOWN_OF_VARIANT,
                    ));
                }
            }
            Ok(())
        });
        all
    }
}

impl TypeAttributes {
    pub(crate) fn read(on: &[Attribute], diagnostics: &mut Diagnostics) -> Self {
        let mut all = Self::default();
        attributes(on, "attr", diagnostics, |name, input, diagnostics| {
            match name.to_string().as_str() {
                "rename_all" => {
                    let rule = (name.clone(), Rule::read(name, input)?);
                    set(&mut all.rename_all, name, rule, diagnostics);
                }
                "tag" => {
                    let tag = (name.clone(), stored(name, input, diagnostics)?);
                    set(&mut all.tag, name, tag, diagnostics);
                }
                "content" => {
                    let content = (name.clone(), stored(name, input, diagnostics)?);
                    set(&mut all.content, name, content, diagnostics);
                }
                "transparent" => set(&mut all.transparent, name, name.clone(), diagnostics),
                _ => {
                    return Err(suggest::unknown(
                        "argument of `#[attr(...)]` on a type:",
                        name,
                        &KNOWN_OF_TYPE,
                    ));
                }
            }
            Ok(())
        });
        all
    }
}

/// The name of an attribute or a variant in items.
fn stored(name: &Ident, input: ParseStream<'_>, diagnostics: &mut Diagnostics) -> syn::Result<LitStr> {
    let stored: LitStr = value(name, input, "\"name\"")?;
    if stored.value().is_empty() {
        diagnostics.at(&stored, "the name of an attribute must not be empty");
    }
    Ok(stored)
}

/// How names in Rust become names in items: the value of `rename_all`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rule {
    Lower,
    Upper,
    Pascal,
    Camel,
    Snake,
    ScreamingSnake,
    Kebab,
    ScreamingKebab,
}

impl Rule {
    const ALL: [(&'static str, Self); 8] = [
        ("lowercase", Self::Lower),
        ("UPPERCASE", Self::Upper),
        ("PascalCase", Self::Pascal),
        ("camelCase", Self::Camel),
        ("snake_case", Self::Snake),
        ("SCREAMING_SNAKE_CASE", Self::ScreamingSnake),
        ("kebab-case", Self::Kebab),
        ("SCREAMING-KEBAB-CASE", Self::ScreamingKebab),
    ];

    /// The value of `rename_all = "..."`.
    pub(crate) fn read(name: &Ident, input: ParseStream<'_>) -> syn::Result<Self> {
        value(name, input, "\"camelCase\"").and_then(|written: Written| written.0)
    }
}

/// A rule, or what is wrong with its name; in two steps, as the error of a parser would not be shown.
struct Written(syn::Result<Rule>);

impl Parse for Written {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let text: LitStr = input.parse()?;
        let found = Rule::ALL.iter().find(|(name, _)| *name == text.value()).map(|(_, rule)| *rule);
        let unknown = || {
            let known = Rule::ALL.map(|(name, _)| name);
            let hint = match suggest::closest(&text.value(), &known) {
                Some(name) => format!("did you mean `{name}`?"),
                None => format!("known are {}", suggest::list(&known)),
            };
            syn::Error::new(text.span(), format!("unknown rule `{}`; {hint}", text.value()))
        };
        Ok(Self(found.ok_or_else(unknown)))
    }
}
