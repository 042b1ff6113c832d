//! Attributes exactly as they are written; what they mean is decided in `model`.

pub(crate) mod collection;
pub(crate) mod entity;
pub(crate) mod field;
pub(crate) mod projection;
pub(crate) mod suggest;
pub(crate) mod table;
pub(crate) mod template;

use proc_macro2::{Span, TokenTree};
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseBuffer, ParseStream};
use syn::{Attribute, Ident, LitStr, Meta, Token};

use crate::diagnostics::Diagnostics;

/// Reads each argument of each `#[name(argument, ...)]`; a mistake in one does not hide those in others.
pub(crate) fn attributes(
    attributes: &[Attribute],
    name: &str,
    diagnostics: &mut Diagnostics,
    mut read: impl FnMut(&Ident, ParseStream<'_>, &mut Diagnostics) -> syn::Result<()>,
) {
    for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident(name)) {
        let Meta::List(list) = &attribute.meta else {
            diagnostics.at(&attribute.meta, format!("write the arguments in parentheses: `#[{name}(...)]`"));
            continue;
        };
        let result = list.parse_args_with(|input: ParseStream<'_>| arguments(input, diagnostics, &mut read));
        if let Err(error) = result {
            diagnostics.add(error);
        }
    }
}

/// Reads the arguments of a list up to its end.
pub(crate) fn arguments(
    input: ParseStream<'_>,
    diagnostics: &mut Diagnostics,
    mut read: impl FnMut(&Ident, ParseStream<'_>, &mut Diagnostics) -> syn::Result<()>,
) -> syn::Result<()> {
    while !input.is_empty() {
        let mut result = Ident::parse_any(input).and_then(|name| read(&name, input, diagnostics));
        if result.is_ok() && !input.is_empty() && !input.peek(Token![,]) {
            result = Err(input.error("expected `,`"));
        }
        if let Err(error) = result {
            diagnostics.add(error);
            while !input.is_empty() && !input.peek(Token![,]) {
                input.parse::<TokenTree>()?;
            }
        }
        input.parse::<Option<Token![,]>>()?;
    }
    Ok(())
}

/// The value of `name = value`.
pub(crate) fn value<T: Parse>(name: &Ident, input: ParseStream<'_>, example: &str) -> syn::Result<T> {
    let missing = |span| syn::Error::new(span, format!("`{name}` needs a value: `{name} = {example}`"));
    if !input.peek(Token![=]) {
        return Err(missing(name.span()));
    }
    input.parse::<Token![=]>()?;
    if input.is_empty() || input.peek(Token![,]) {
        return Err(missing(name.span()));
    }
    let span = input.span();
    input.parse().map_err(|_| syn::Error::new(span, format!("expected `{name} = {example}`")))
}

/// Most attributes of the partition key of an index, and most of its sort key.
///
/// Source: [multi-attribute keys](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/GSI.DesignPattern.MultiAttributeKeys.html).
const KEY_ATTRIBUTES_MAX: usize = 4;

/// Whether the value of an argument comes next, and is a list.
pub(crate) fn is_list(input: ParseStream<'_>) -> bool {
    input.peek(Token![=]) && input.peek2(syn::token::Bracket)
}

/// The value of `name = [value, value]`, a key of an index.
pub(crate) fn key_list<T>(
    name: &Ident,
    input: ParseStream<'_>,
    diagnostics: &mut Diagnostics,
    element: impl Fn(ParseStream<'_>) -> syn::Result<T>,
) -> syn::Result<Vec<T>> {
    input.parse::<Token![=]>()?;
    let inner;
    let bracket = syn::bracketed!(inner in input);
    let (mut all, mut one_more) = (Vec::new(), None);
    while !inner.is_empty() {
        if all.len() == KEY_ATTRIBUTES_MAX {
            one_more = one_more.or(Some(inner.span()));
        }
        let value = or_skip(&inner, element(&inner))?;
        if one_more.is_none() {
            all.push(value);
        }
        if !inner.is_empty() {
            or_skip(&inner, inner.parse::<Token![,]>())?;
        }
    }
    if all.is_empty() {
        let message = format!("`{name}` names no attribute; name at least one, or leave `{name}` away");
        return Err(syn::Error::new(bracket.span.join(), message));
    }
    if let Some(span) = one_more {
        let message = format!(
            "the `{name}` of an index has at most {KEY_ATTRIBUTES_MAX} attributes, and this is one more"
        );
        diagnostics.at_span(span, message);
    }
    Ok(all)
}

/// The result, with the rest of the input passed over if it is an error: one mistake is enough.
pub(crate) fn or_skip<T>(input: ParseStream<'_>, result: syn::Result<T>) -> syn::Result<T> {
    if result.is_err() {
        while !input.is_empty() {
            input.parse::<TokenTree>()?;
        }
    }
    result
}

/// Keeps the first value of an argument, and reports a second.
pub(crate) fn set<T>(slot: &mut Option<T>, name: &Ident, value: T, diagnostics: &mut Diagnostics) {
    if slot.is_some() {
        diagnostics.at(name, format!("`{name}` is given twice; keep one"));
    } else {
        *slot = Some(value);
    }
}

/// The name of an index: `GSI1` or `"gsi-1"`.
#[derive(Clone)]
pub(crate) struct IndexName {
    pub(crate) text: String,
    pub(crate) span: Span,
}

impl Parse for IndexName {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        if input.peek(LitStr) {
            let text: LitStr = input.parse()?;
            return Ok(Self { text: text.value(), span: text.span() });
        }
        if input.peek(Ident::peek_any) && !input.peek2(Token![=]) {
            let name = Ident::parse_any(input)?;
            return Ok(Self { text: name.unraw().to_string(), span: name.span() });
        }
        Err(input.error("expected the name of the index first, such as `GSI1` or `\"gsi-1\"`"))
    }
}

/// The attribute of the type tag: `"_type"`, or `none`.
#[derive(Clone)]
pub(crate) enum TypeAttribute {
    Named(LitStr),
    None,
}

impl Parse for TypeAttribute {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        if input.peek(LitStr) {
            return input.parse().map(Self::Named);
        }
        let none: Ident = input.parse()?;
        if none == "none" { Ok(Self::None) } else { Err(syn::Error::new(none.span(), "expected `none`")) }
    }
}

/// What an index holds besides the keys: `all`, `keys_only` or `include("a", "b")`.
#[derive(Clone)]
pub(crate) enum Projection {
    All,
    KeysOnly,
    Include(Vec<String>),
}

impl Projection {
    /// The value of `projection = ...`.
    pub(crate) fn read(name: &Ident, input: ParseStream<'_>) -> syn::Result<Self> {
        const KNOWN: [&str; 3] = ["all", "keys_only", "include"];
        let kind: Ident = value(name, input, "all | keys_only | include(\"a\", \"b\")")?;
        if kind == "all" {
            return Ok(Self::All);
        }
        if kind == "keys_only" {
            return Ok(Self::KeysOnly);
        }
        if kind != "include" {
            return Err(suggest::unknown("projection", &kind, &KNOWN));
        }
        if !input.peek(syn::token::Paren) {
            return Err(syn::Error::new(kind.span(), "name the attributes: `include(\"a\", \"b\")`"));
        }
        let names;
        syn::parenthesized!(names in input);
        let names = or_skip(&names, names.parse_terminated(ParseBuffer::parse::<LitStr>, Token![,]))?;
        Ok(Self::Include(names.iter().map(LitStr::value).collect()))
    }
}
