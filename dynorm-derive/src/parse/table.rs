//! `#[table(...)]`.

use syn::parse::{Parse, ParseStream};
use syn::{Attribute, Ident, LitStr, Path, Token};

use super::{
    IndexName, Projection, TypeAttribute, arguments, attributes, is_list, key_list, or_skip, set, suggest,
    value,
};
use crate::diagnostics::Diagnostics;

const KNOWN: [&str; 11] = [
    "name",
    "pk",
    "sk",
    "ttl",
    "type_attribute",
    "version_attribute",
    "delimiter",
    "gsi",
    "lsi",
    "entities",
    "allow_overlap",
];
const KNOWN_OF_INDEX: [&str; 3] = ["pk", "sk", "projection"];

/// What is written on a table.
#[derive(Default)]
pub(crate) struct TableAttributes {
    pub(crate) name: Option<LitStr>,
    pub(crate) pk: Option<KeyAttribute>,
    pub(crate) sk: Option<KeyAttribute>,
    pub(crate) ttl: Option<LitStr>,
    pub(crate) type_attribute: Option<TypeAttribute>,
    pub(crate) version_attribute: Option<LitStr>,
    pub(crate) delimiter: Option<LitStr>,
    pub(crate) indexes: Vec<IndexAttributes>,
    pub(crate) entities: Option<Vec<Path>>,
    pub(crate) allowed_overlaps: Vec<(Path, Path)>,
    /// The arguments that are there, be they right or wrong.
    pub(crate) mentioned: Vec<String>,
}

/// `"PK"` or `"id": N`.
#[derive(Clone)]
pub(crate) struct KeyAttribute {
    pub(crate) name: LitStr,
    pub(crate) kind: Option<Ident>,
}

/// `gsi(...)` or `lsi(...)`.
pub(crate) struct IndexAttributes {
    /// `gsi` or `lsi`.
    pub(crate) scope: Ident,
    pub(crate) local: bool,
    pub(crate) name: IndexName,
    pub(crate) pk: Option<Vec<KeyAttribute>>,
    /// Whether there is a `pk`, be it right or wrong.
    pub(crate) mentions_pk: bool,
    pub(crate) sk: Option<Vec<KeyAttribute>>,
    pub(crate) projection: Option<Projection>,
}

impl TableAttributes {
    pub(crate) fn read(on: &[Attribute], diagnostics: &mut Diagnostics) -> Self {
        let mut all = Self::default();
        attributes(on, "table", diagnostics, |name, input, diagnostics| all.take(name, input, diagnostics));
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
            "name" => set(&mut self.name, name, value(name, input, "\"TableName\"")?, diagnostics),
            "pk" => set(&mut self.pk, name, KeyAttribute::read(name, input)?, diagnostics),
            "sk" => set(&mut self.sk, name, KeyAttribute::read(name, input)?, diagnostics),
            "ttl" => set(&mut self.ttl, name, value(name, input, "\"ttl\"")?, diagnostics),
            "type_attribute" => {
                let tag = value(name, input, "\"_type\"` or `type_attribute = none")?;
                set(&mut self.type_attribute, name, tag, diagnostics);
            }
            "version_attribute" => {
                set(&mut self.version_attribute, name, value(name, input, "\"_v\"")?, diagnostics);
            }
            "delimiter" => set(&mut self.delimiter, name, value(name, input, "\"#\"")?, diagnostics),
            "gsi" | "lsi" => self.indexes.push(IndexAttributes::read(name, input, diagnostics)?),
            "entities" => {
                let entities = in_parentheses(name, input, "Product, Review")?;
                set(&mut self.entities, name, entities, diagnostics);
            }
            "allow_overlap" => {
                let pair: Vec<Path> = in_parentheses(name, input, "Product, Review")?;
                let [a, b] = pair.as_slice() else {
                    let message = "name the two entities that may collide: `allow_overlap(Product, Review)`";
                    return Err(syn::Error::new(name.span(), message));
                };
                self.allowed_overlaps.push((a.clone(), b.clone()));
            }
            _ => return Err(suggest::unknown("argument of `#[table(...)]`:", name, &KNOWN)),
        }
        Ok(())
    }
}

impl KeyAttribute {
    fn read(name: &Ident, input: ParseStream<'_>) -> syn::Result<Self> {
        if is_list(input) {
            let message = format!(
                "the primary key has one attribute as `{name}`: `{name} = \"{}\"`; keys of several are for `gsi(...)`",
                name.to_string().to_uppercase()
            );
            return Err(syn::Error::new(name.span(), message));
        }
        let attribute = value(name, input, "\"ATTRIBUTE\"")?;
        Self::with_kind(attribute, input)
    }

    /// The key of an index: an attribute, or a list of them.
    fn read_of_index(
        name: &Ident,
        input: ParseStream<'_>,
        diagnostics: &mut Diagnostics,
    ) -> syn::Result<Vec<Self>> {
        if !is_list(input) {
            return Ok(vec![Self::read(name, input)?]);
        }
        key_list(name, input, diagnostics, |input| {
            let attribute = input.parse::<LitStr>().map_err(|error| {
                let message =
                    format!("name the attributes, each in quotes: `{name} = [\"maker\", \"year\": N]`");
                syn::Error::new(error.span(), message)
            })?;
            Self::with_kind(attribute, input)
        })
    }

    fn with_kind(name: LitStr, input: ParseStream<'_>) -> syn::Result<Self> {
        let kind = match input.parse::<Option<Token![:]>>()? {
            Some(_) => Some(Ident::parse(input)?),
            None => None,
        };
        Ok(Self { name, kind })
    }
}

impl IndexAttributes {
    fn read(scope: &Ident, input: ParseStream<'_>, diagnostics: &mut Diagnostics) -> syn::Result<Self> {
        if !input.peek(syn::token::Paren) {
            let message = format!("write the index in parentheses: `{scope}(NAME, ...)`");
            return Err(syn::Error::new(scope.span(), message));
        }
        let inner;
        syn::parenthesized!(inner in input);
        let name = or_skip(&inner, inner.parse())?;
        inner.parse::<Option<Token![,]>>()?;
        let (mut pk, mut sk, mut projection, mut mentions_pk) = (None, None, None, false);
        arguments(&inner, diagnostics, |name, input, diagnostics| {
            match name.to_string().as_str() {
                "pk" => {
                    mentions_pk = true;
                    set(&mut pk, name, KeyAttribute::read_of_index(name, input, diagnostics)?, diagnostics);
                }
                "sk" => {
                    set(&mut sk, name, KeyAttribute::read_of_index(name, input, diagnostics)?, diagnostics);
                }
                "projection" => set(&mut projection, name, Projection::read(name, input)?, diagnostics),
                _ => return Err(suggest::unknown("argument of an index:", name, &KNOWN_OF_INDEX)),
            }
            Ok(())
        })?;
        Ok(Self { scope: scope.clone(), local: scope == "lsi", name, pk, mentions_pk, sk, projection })
    }
}

fn in_parentheses<T: Parse>(name: &Ident, input: ParseStream<'_>, example: &str) -> syn::Result<Vec<T>> {
    if !input.peek(syn::token::Paren) {
        return Err(syn::Error::new(name.span(), format!("write a list: `{name}({example})`")));
    }
    let inner;
    syn::parenthesized!(inner in input);
    Ok(or_skip(&inner, inner.parse_terminated(T::parse, Token![,]))?.into_iter().collect())
}
