//! A table, declared by itself or by its only entity.

use proc_macro2::Span;
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{Data, DeriveInput, Fields, Ident, LitStr, Path, Type};

use super::{TYPE_ATTRIBUTE, VERSION_ATTRIBUTE, delimiter, names};
use crate::diagnostics::Diagnostics;
use crate::parse::table::{IndexAttributes, KeyAttribute as WrittenKey, TableAttributes};
use crate::parse::{Projection, TypeAttribute, suggest};

/// A table.
pub(crate) struct Table {
    pub(crate) ident: Ident,
    pub(crate) name: LitStr,
    pub(crate) partition: KeyAttribute,
    pub(crate) sort: Option<KeyAttribute>,
    pub(crate) indexes: Vec<Index>,
    pub(crate) ttl: Option<LitStr>,
    pub(crate) tag: Option<LitStr>,
    /// The attribute of schema versions.
    pub(crate) version: LitStr,
    pub(crate) delimiter: char,
    pub(crate) entities: Vec<Path>,
    pub(crate) allowed_overlaps: Vec<(Path, Path)>,
}

/// A key attribute of a table or an index.
#[derive(Clone)]
pub(crate) struct KeyAttribute {
    pub(crate) name: LitStr,
    pub(crate) kind: Kind,
}

/// The kind of a key's values.
#[derive(Clone)]
pub(crate) enum Kind {
    S,
    N,
    B,
    /// That of a field of this type.
    Of(Box<Type>),
    /// That of a field of this type, which may be an `Option`.
    OfScalar(Box<Type>),
}

/// A secondary index.
pub(crate) struct Index {
    pub(crate) name: LitStr,
    pub(crate) local: bool,
    /// At least one; that of the table for a local index.
    pub(crate) partition: Vec<KeyAttribute>,
    /// None without a sort key.
    pub(crate) sort: Vec<KeyAttribute>,
    pub(crate) projection: Projection,
}

impl Index {
    /// What stands for its name in types.
    pub(crate) fn hash(&self) -> u64 {
        names::hash(&self.name.value())
    }
}

impl Table {
    /// The table that a struct declares; `None` if it lacks what a table needs.
    pub(crate) fn of_struct(input: &DeriveInput, diagnostics: &mut Diagnostics) -> Option<Self> {
        let written = TableAttributes::read(&input.attrs, diagnostics);
        let is_unit = matches!(&input.data, Data::Struct(data) if matches!(data.fields, Fields::Unit));
        if !is_unit || !input.generics.params.is_empty() {
            let message = format!("a table is a struct without fields: `struct {};`", input.ident);
            diagnostics.at(&input.ident, message);
            return None;
        }
        if !written.mentions("name") {
            let example = "`#[table(name = \"ProductCatalog\")]`";
            diagnostics.at(&input.ident, format!("table `{}` has no name; add {example}", input.ident));
        }
        if !written.mentions("pk") {
            let message =
                format!("table `{}` has no partition key; add `pk = \"PK\"` to `#[table(...)]`", input.ident);
            diagnostics.at(&input.ident, message);
        }
        let placeholder = || LitStr::new(&format!("{}___", input.ident), input.ident.span());
        let name = written.name.clone().unwrap_or_else(placeholder);
        let partition = KeyAttribute::of(written.pk.as_ref()?, diagnostics);
        let sort = written.sk.as_ref().map(|key| KeyAttribute::of(key, diagnostics));
        let indexes = written.indexes.iter();
        let indexes = indexes.filter_map(|index| Index::of(index, &partition, diagnostics)).collect();
        Some(Self {
            ident: input.ident.clone(),
            name,
            sort,
            indexes,
            partition,
            ttl: written.ttl,
            tag: tag(written.type_attribute, input.ident.span()),
            version: version(written.version_attribute, input.ident.span()),
            delimiter: delimiter(written.delimiter.as_ref(), diagnostics),
            entities: written.entities.unwrap_or_default(),
            allowed_overlaps: written.allowed_overlaps,
        })
    }
}

/// The attribute of the type tag, unless there is to be none.
pub(super) fn tag(written: Option<TypeAttribute>, span: Span) -> Option<LitStr> {
    match written {
        None => Some(LitStr::new(TYPE_ATTRIBUTE, span)),
        Some(TypeAttribute::Named(name)) => Some(name),
        Some(TypeAttribute::None) => None,
    }
}

/// The attribute of schema versions.
pub(super) fn version(written: Option<LitStr>, span: Span) -> LitStr {
    written.unwrap_or_else(|| LitStr::new(VERSION_ATTRIBUTE, span))
}

impl KeyAttribute {
    fn of(written: &WrittenKey, diagnostics: &mut Diagnostics) -> Self {
        let kind = match &written.kind {
            None => Kind::S,
            Some(kind) if kind == "S" => Kind::S,
            Some(kind) if kind == "N" => Kind::N,
            Some(kind) if kind == "B" => Kind::B,
            Some(kind) => {
                diagnostics.at(kind, "a key is of the kind `S` (text), `N` (number) or `B` (binary)");
                Kind::S
            }
        };
        Self { name: written.name.clone(), kind }
    }
}

impl Index {
    fn of(written: &IndexAttributes, table: &KeyAttribute, diagnostics: &mut Diagnostics) -> Option<Self> {
        let IndexAttributes { scope, local, name, pk, mentions_pk, sk, projection } = written;
        let partition = match (local, pk) {
            (false, Some(pk)) => pk.iter().map(|pk| KeyAttribute::of(pk, diagnostics)).collect(),
            (false, None) if *mentions_pk => return None,
            (false, None) => {
                let message = format!(
                    "global index `{}` has no partition key; add `pk = \"{0}PK\"`, or use `lsi(...)` for an index with that of the table",
                    name.text
                );
                diagnostics.at_span(name.span, message);
                return None;
            }
            (true, None) => vec![table.clone()],
            (true, Some(pk)) => {
                let message = format!(
                    "a local index has the partition key of its table; remove `pk`, or use `gsi({}, ...)`",
                    name.text
                );
                diagnostics.at(&pk[0].name, message);
                vec![table.clone()]
            }
        };
        if *local && sk.is_none() {
            let message = format!("local index `{}` has no sort key; add `sk = \"{0}SK\"`", name.text);
            diagnostics.at(scope, message);
        }
        if let (true, Some([_, second, ..])) = (local, sk.as_deref()) {
            let message = "a local index has one attribute as sort key; keys of several are for `gsi(...)`";
            diagnostics.at(&second.name, message);
        }
        let sort = sk.iter().flatten();
        Some(Self {
            name: LitStr::new(&name.text, name.span),
            local: *local,
            partition,
            sort: sort.map(|sk| KeyAttribute::of(sk, diagnostics)).collect(),
            projection: projection.clone().unwrap_or(Projection::All),
        })
    }
}

/// The name that an entity has in messages and descriptors.
pub(crate) fn entity_name(path: &Path) -> String {
    path.segments.last().map(|segment| segment.ident.unraw().to_string()).unwrap_or_default()
}

/// An error where an overlap is allowed for an entity that the table does not have.
pub(crate) fn unknown_entity(path: &Path, entities: &[Path]) -> syn::Error {
    let names: Vec<String> = entities.iter().map(entity_name).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let name = entity_name(path);
    let hint = match suggest::closest(&name, &names) {
        Some(name) => format!("did you mean `{name}`?"),
        None => "list it in `entities(...)`".to_owned(),
    };
    syn::Error::new(path.span(), format!("`{name}` is no entity of this table; {hint}"))
}
