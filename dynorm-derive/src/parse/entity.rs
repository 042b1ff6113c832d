//! `#[entity(...)]`.

use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream};
use syn::{Attribute, Expr, Ident, LitInt, LitStr, Path, Token};

use super::field::Rule;
use super::{
    IndexName, Projection, TypeAttribute, arguments, attributes, is_list, key_list, or_skip, set, suggest,
    value,
};
use crate::diagnostics::Diagnostics;

const KNOWN: [&str; 21] = [
    "table",
    "pk",
    "sk",
    "shards",
    "by",
    "was",
    "name",
    "tag",
    "alias",
    "rename_all",
    "scan",
    "delimiter",
    "index",
    "type_attribute",
    "hooks",
    "unique",
    "history",
    "version",
    "upgrade_from",
    "of",
    "version_attribute",
];
const KNOWN_OF_INDEX: [&str; 11] =
    ["name", "pk", "sk", "shards", "by", "was", "inverted", "when", "scan", "local", "projection"];

/// What is written on an entity.
#[derive(Default)]
pub(crate) struct EntityAttributes {
    pub(crate) table: Option<TableArgument>,
    pub(crate) pk: Option<KeyArgument>,
    pub(crate) sk: Option<KeyArgument>,
    pub(crate) shards: ShardArguments,
    pub(crate) name: Option<Ident>,
    pub(crate) tag: Option<LitStr>,
    pub(crate) aliases: Vec<LitStr>,
    pub(crate) rename_all: Option<Rule>,
    pub(crate) scan: Option<Ident>,
    pub(crate) delimiter: Option<LitStr>,
    pub(crate) type_attribute: Option<(Ident, TypeAttribute)>,
    pub(crate) indexes: Vec<IndexArguments>,
    pub(crate) hooks: Vec<Path>,
    pub(crate) unique: Vec<UniqueArguments>,
    pub(crate) history: Option<HistoryArguments>,
    pub(crate) version: Option<(Ident, LitInt)>,
    /// The form before; `None` if none is left.
    pub(crate) upgrade_from: Option<(Ident, Option<Path>)>,
    /// The entity of which this is an older version.
    pub(crate) of: Option<(Ident, Path)>,
    pub(crate) version_attribute: Option<(Ident, LitStr)>,
    /// The arguments that are there, be they right or wrong.
    pub(crate) mentioned: Vec<Ident>,
}

/// `table = Catalog`, or `table = "Users"` for a table of its own.
pub(crate) enum TableArgument {
    Path(Path),
    Name(LitStr),
}

/// `pk = "USER#{id}"` or `pk = id`.
pub(crate) enum KeyArgument {
    Template(LitStr),
    Field(Ident),
}

/// `index(GSI1, name = by_price, pk = ..., sk = ...)`.
pub(crate) struct IndexArguments {
    pub(crate) index: IndexName,
    pub(crate) name: Option<Ident>,
    pub(crate) pk: Option<Vec<KeyArgument>>,
    pub(crate) sk: Option<Vec<KeyArgument>>,
    pub(crate) shards: ShardArguments,
    /// The words `pk` and `sk`, be what follows right or wrong.
    pub(crate) mentioned_keys: Vec<Ident>,
    /// The word `inverted`: the keys are those of the table the other way round.
    pub(crate) inverted: Option<Ident>,
    pub(crate) when: Option<(Ident, Expr)>,
    pub(crate) scan: Option<Ident>,
    pub(crate) local: Option<Ident>,
    pub(crate) projection: Option<(Ident, Projection)>,
}

/// `shards = 16, by = order_id, was = 8`.
#[derive(Default)]
pub(crate) struct ShardArguments {
    pub(crate) count: Option<(Ident, LitInt)>,
    /// The number that there was before.
    pub(crate) was: Option<(Ident, LitInt)>,
    /// The fields, from `by = a`, `by = "a"` or `by = [a, b]`.
    pub(crate) by: Option<(Ident, Vec<Ident>)>,
    /// Whether an argument is wrong, which is said already.
    pub(crate) is_wrong: bool,
}

/// `unique(email)`, `unique(tenant, email)` or `unique(email, scope = tenant)`.
pub(crate) struct UniqueArguments {
    pub(crate) argument: Ident,
    pub(crate) fields: Vec<Ident>,
    pub(crate) scope: Option<Ident>,
}

/// `history` or `history(keep = "90d")`.
pub(crate) struct HistoryArguments {
    pub(crate) argument: Ident,
    pub(crate) keep: Option<LitStr>,
}

impl EntityAttributes {
    pub(crate) fn read(on: &[Attribute], diagnostics: &mut Diagnostics) -> Self {
        let mut all = Self::default();
        attributes(on, "entity", diagnostics, |name, input, diagnostics| all.take(name, input, diagnostics));
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
        self.mentioned.push(name.clone());
        match name.to_string().as_str() {
            "table" => {
                let table = value(name, input, "Catalog` or `table = \"TableName\"")?;
                set(&mut self.table, name, table, diagnostics);
            }
            "pk" => set(&mut self.pk, name, KeyArgument::read(name, input)?, diagnostics),
            "sk" => set(&mut self.sk, name, KeyArgument::read(name, input)?, diagnostics),
            "shards" | "by" | "was" => self.shards.take(name, input, diagnostics)?,
            "name" => set(&mut self.name, name, value(name, input, "of_customer")?, diagnostics),
            "tag" => set(&mut self.tag, name, value(name, input, "\"Product\"")?, diagnostics),
            "alias" => self.aliases.push(value(name, input, "\"OldProduct\"")?),
            "rename_all" => set(&mut self.rename_all, name, Rule::read(name, input)?, diagnostics),
            "scan" => set(&mut self.scan, name, name.clone(), diagnostics),
            "delimiter" => set(&mut self.delimiter, name, value(name, input, "\"#\"")?, diagnostics),
            "type_attribute" => {
                let tag = value(name, input, "\"_type\"` or `type_attribute = none")?;
                set(&mut self.type_attribute, name, (name.clone(), tag), diagnostics);
            }
            "hooks" => self.hooks.extend(hooks(name, input)?),
            "unique" => self.unique.push(UniqueArguments::read(name, input)?),
            "history" => {
                let history = HistoryArguments::read(name, input)?;
                set(&mut self.history, name, history, diagnostics);
            }
            "version" => {
                let version = value(name, input, "2")?;
                set(&mut self.version, name, (name.clone(), version), diagnostics);
            }
            "upgrade_from" => {
                let path: Path = value(name, input, "OrderV1` or `upgrade_from = none")?;
                let from = Some(path).filter(|path| !path.is_ident("none"));
                set(&mut self.upgrade_from, name, (name.clone(), from), diagnostics);
            }
            "of" => set(&mut self.of, name, (name.clone(), value(name, input, "Order")?), diagnostics),
            "version_attribute" => {
                let attribute = value(name, input, "\"_v\"")?;
                set(&mut self.version_attribute, name, (name.clone(), attribute), diagnostics);
            }
            "index" => self.indexes.push(IndexArguments::read(name, input, diagnostics)?),
            _ => {
                // It may be meant as one of the two.
                self.shards.is_wrong = true;
                return Err(suggest::unknown("argument of `#[entity(...)]`:", name, &KNOWN));
            }
        }
        Ok(())
    }
}

/// `hooks(AUDIT, TENANT)`.
fn hooks(name: &Ident, input: ParseStream<'_>) -> syn::Result<Vec<Path>> {
    if !input.peek(syn::token::Paren) {
        let message = "name the hooks in parentheses: `hooks(AUDIT)`, with `const AUDIT: Audit = ...`";
        return Err(syn::Error::new(name.span(), message));
    }
    let inner;
    syn::parenthesized!(inner in input);
    let hooks = or_skip(&inner, inner.parse_terminated(Path::parse_mod_style, Token![,]))?;
    Ok(hooks.into_iter().collect())
}

impl ShardArguments {
    /// Reads `shards`, `by` or `was`.
    fn take(
        &mut self,
        name: &Ident,
        input: ParseStream<'_>,
        diagnostics: &mut Diagnostics,
    ) -> syn::Result<()> {
        // What is returned early is a mistake, which is told; then the two are not compared.
        let was_wrong = std::mem::replace(&mut self.is_wrong, true);
        if name == "shards" {
            let count = value(name, input, "16")?;
            set(&mut self.count, name, (name.clone(), count), diagnostics);
        } else if name == "was" {
            let was = value(name, input, "8")?;
            set(&mut self.was, name, (name.clone(), was), diagnostics);
        } else {
            let fields =
                value(name, input, "order_id` or `by = [customer, order_id]").map(|ShardFields(by)| by)?;
            set(&mut self.by, name, (name.clone(), fields), diagnostics);
        }
        self.is_wrong = was_wrong;
        Ok(())
    }
}

impl UniqueArguments {
    fn read(argument: &Ident, input: ParseStream<'_>) -> syn::Result<Self> {
        const EXAMPLE: &str = "name the fields in parentheses: `unique(email)`, `unique(tenant, email)` for both together, or `unique(email, scope = tenant)`";
        if !input.peek(syn::token::Paren) {
            return Err(syn::Error::new(argument.span(), EXAMPLE));
        }
        let inner;
        syn::parenthesized!(inner in input);
        let mut all = Self { argument: argument.clone(), fields: Vec::new(), scope: None };
        or_skip(&inner, all.take(&inner))?;
        if all.fields.is_empty() {
            return Err(syn::Error::new(argument.span(), EXAMPLE));
        }
        Ok(all)
    }

    fn take(&mut self, input: ParseStream<'_>) -> syn::Result<()> {
        while !input.is_empty() {
            let name = Ident::parse_any(input)?;
            if input.peek(Token![=]) {
                if name != "scope" {
                    return Err(suggest::unknown("argument of `unique(...)`:", &name, &["scope"]));
                }
                let scope: Ident = value(&name, input, "tenant")?;
                if self.scope.replace(scope).is_some() {
                    return Err(syn::Error::new(name.span(), "`scope` is given twice; keep one"));
                }
            } else {
                self.fields.push(name);
            }
            if !input.is_empty() {
                input.parse::<Token![,]>()?;
            }
        }
        Ok(())
    }
}

impl HistoryArguments {
    fn read(argument: &Ident, input: ParseStream<'_>) -> syn::Result<Self> {
        let mut all = Self { argument: argument.clone(), keep: None };
        if input.peek(syn::token::Paren) {
            let inner;
            syn::parenthesized!(inner in input);
            or_skip(&inner, all.take(&inner))?;
        }
        Ok(all)
    }

    fn take(&mut self, input: ParseStream<'_>) -> syn::Result<()> {
        if input.is_empty() {
            let message = "say how long versions are kept, `history(keep = \"90d\")`, or write `history`";
            return Err(syn::Error::new(self.argument.span(), message));
        }
        let name = Ident::parse_any(input)?;
        if name != "keep" {
            return Err(suggest::unknown("argument of `history(...)`:", &name, &["keep"]));
        }
        self.keep = Some(value(&name, input, "\"90d\"")?);
        input.parse::<Option<Token![,]>>()?;
        if input.is_empty() { Ok(()) } else { Err(input.error("`history(...)` takes nothing but `keep`")) }
    }
}

/// The value of `by`.
struct ShardFields(Vec<Ident>);

impl Parse for ShardFields {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let field = |input: ParseStream<'_>| {
            if input.peek(LitStr) { input.parse::<LitStr>()?.parse() } else { input.parse::<Ident>() }
        };
        if !input.peek(syn::token::Bracket) {
            return field(input).map(|name| Self(vec![name]));
        }
        let inner;
        syn::bracketed!(inner in input);
        let fields = or_skip(&inner, inner.parse_terminated(field, Token![,]))?;
        if fields.is_empty() {
            return Err(inner.error("expected a field"));
        }
        Ok(Self(fields.into_iter().collect()))
    }
}

impl Parse for TableArgument {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        if input.peek(LitStr) { input.parse().map(Self::Name) } else { input.parse().map(Self::Path) }
    }
}

impl Parse for KeyArgument {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        if input.peek(LitStr) { input.parse().map(Self::Template) } else { input.parse().map(Self::Field) }
    }
}

impl KeyArgument {
    fn read(name: &Ident, input: ParseStream<'_>) -> syn::Result<Self> {
        if is_list(input) {
            let message = format!(
                "a primary key has one attribute as `{name}`; write the fields in a template: `{name} = \"{{a}}#{{b}}\"`"
            );
            return Err(syn::Error::new(name.span(), message));
        }
        value(name, input, &format!("\"USER#{{id}}\"`, or the name of a field: `{name} = id"))
    }

    /// The key of an index: a template, a field, or a list of fields.
    fn read_of_index(
        name: &Ident,
        input: ParseStream<'_>,
        diagnostics: &mut Diagnostics,
    ) -> syn::Result<Vec<Self>> {
        if !is_list(input) {
            return Ok(vec![Self::read(name, input)?]);
        }
        key_list(name, input, diagnostics, |input| {
            input.parse().map(Self::Field).map_err(|error| {
                let message = format!(
                    "a list names fields, without quotes: `{name} = [maker, line]`; a template is a key by itself: `{name} = \"{{maker}}#{{line}}\"`"
                );
                syn::Error::new(error.span(), message)
            })
        })
    }
}

impl IndexArguments {
    fn read(of: &Ident, input: ParseStream<'_>, diagnostics: &mut Diagnostics) -> syn::Result<Self> {
        if !input.peek(syn::token::Paren) {
            let message = "write the index in parentheses: `index(NAME, pk = \"...\", sk = \"...\")`";
            return Err(syn::Error::new(of.span(), message));
        }
        let inner;
        syn::parenthesized!(inner in input);
        let index = or_skip(&inner, inner.parse())?;
        inner.parse::<Option<Token![,]>>()?;
        let mut all = Self {
            index,
            name: None,
            pk: None,
            sk: None,
            shards: ShardArguments::default(),
            mentioned_keys: Vec::new(),
            inverted: None,
            when: None,
            scan: None,
            local: None,
            projection: None,
        };
        arguments(&inner, diagnostics, |name, input, diagnostics| {
            match name.to_string().as_str() {
                "name" => set(&mut all.name, name, value(name, input, "by_price")?, diagnostics),
                "pk" => {
                    all.mentioned_keys.push(name.clone());
                    let key = KeyArgument::read_of_index(name, input, diagnostics)?;
                    set(&mut all.pk, name, key, diagnostics);
                }
                "sk" => {
                    all.mentioned_keys.push(name.clone());
                    let key = KeyArgument::read_of_index(name, input, diagnostics)?;
                    set(&mut all.sk, name, key, diagnostics);
                }
                "shards" | "by" | "was" => all.shards.take(name, input, diagnostics)?,
                "inverted" => set(&mut all.inverted, name, name.clone(), diagnostics),
                "when" => {
                    let when = (name.clone(), value(name, input, "status == Status::Open")?);
                    set(&mut all.when, name, when, diagnostics);
                }
                "scan" => set(&mut all.scan, name, name.clone(), diagnostics),
                "local" => set(&mut all.local, name, name.clone(), diagnostics),
                "projection" => {
                    let projection = (name.clone(), Projection::read(name, input)?);
                    set(&mut all.projection, name, projection, diagnostics);
                }
                _ => {
                    all.shards.is_wrong = true;
                    return Err(suggest::unknown("argument of `index(...)`:", name, &KNOWN_OF_INDEX));
                }
            }
            Ok(())
        })?;
        Ok(all)
    }
}
