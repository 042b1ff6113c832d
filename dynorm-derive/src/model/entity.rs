//! An entity: its fields, its keys, its access patterns.

use syn::ext::IdentExt;
use syn::{Data, DeriveInput, Expr, Fields, Ident, LitStr, Path, Type, Visibility};

use super::evolution::Evolution;
use super::field::Storage;
use super::history::History;
use super::key::Key;
use super::lifetime::Lifetime;
use super::shards::Shards;
use super::table::{self, Index, KeyAttribute, Kind, Table};
use super::unique::Unique;
use super::when::When;
use super::{delimiter, names};
use crate::diagnostics::Diagnostics;
use crate::parse::entity::{EntityAttributes, IndexArguments, KeyArgument, TableArgument};
use crate::parse::field::{FieldAttributes, Keeping, Rule};
use crate::parse::{IndexName, Projection};

/// An entity.
pub(crate) struct Entity {
    pub(crate) ident: Ident,
    pub(crate) vis: Visibility,
    pub(crate) table: TableOf,
    pub(crate) tag: LitStr,
    /// What the tag was before.
    pub(crate) aliases: Vec<LitStr>,
    pub(crate) delimiter: char,
    pub(crate) scan: bool,
    pub(crate) fields: Vec<Field>,
    pub(crate) partition: Key,
    pub(crate) sort: Option<Key>,
    /// The access pattern of the primary key; an entity without a sort key has none.
    pub(crate) pattern: Option<Ident>,
    pub(crate) indexes: Vec<IndexKeys>,
    pub(crate) hooks: Vec<Path>,
    pub(crate) unique: Vec<Unique>,
    pub(crate) history: Option<History>,
    pub(crate) evolution: Evolution,
}

/// The table of an entity.
pub(crate) enum TableOf {
    Path(Path),
    Itself(Box<Table>),
    /// That of the entity of which it is an older version.
    Older(Path),
}

/// A field.
pub(crate) struct Field {
    pub(crate) ident: Ident,
    pub(crate) ty: Type,
    /// The name of the attribute; empty if it has none of its own.
    pub(crate) stored: LitStr,
    /// What the attribute was called before.
    pub(crate) aliases: Vec<LitStr>,
    pub(crate) storage: Storage,
    /// `default`, and its expression.
    pub(crate) default: Option<(Ident, Option<Expr>)>,
    pub(crate) ttl: Option<Ident>,
    pub(crate) lifetime_text: Option<LitStr>,
    /// How long the item lives if no time is given.
    pub(crate) lifetime: Option<Lifetime>,
    /// What the library keeps in it.
    pub(crate) keeping: Option<(Ident, Keeping)>,
    pub(crate) write_once: Option<Ident>,
    /// The rule of its values.
    pub(crate) validate: Option<(Ident, Path)>,
    /// Whether its values are not shown.
    pub(crate) sensitive: Option<Ident>,
}

/// The keys in an index.
pub(crate) struct IndexKeys {
    pub(crate) index: LitStr,
    pub(crate) pattern: Ident,
    /// Empty for a local index, which has that of the table, and for an inverted one.
    pub(crate) partition: Vec<Key>,
    /// Empty without a sort key, and for an inverted index.
    pub(crate) sort: Vec<Key>,
    /// The word `inverted`: the keys are those of the table the other way round.
    pub(crate) inverted: Option<Ident>,
    /// Whether an item is in the index; all are without.
    pub(crate) when: Option<When>,
    /// The word `scan`: the whole index can be read.
    pub(crate) scan: Option<Ident>,
}

/// What an attribute means to keys.
#[derive(PartialEq, Eq)]
pub(crate) enum Role {
    PrimaryKey,
    IndexField(Use),
    /// It makes index keys together with these fields, itself among them.
    PartOf(Vec<usize>, Use),
    Optional,
    Free,
}

/// What index keys use a field for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Use {
    Text,
    When,
    Both,
}

/// What is left of an entity that has mistakes: enough to keep other code from complaining too.
pub(crate) struct Broken {
    pub(crate) fields: Vec<Field>,
    /// The table, if it is another type.
    pub(crate) table: Option<Path>,
    /// The entity of which it is an older version.
    pub(crate) of: Option<Path>,
}

impl Entity {
    /// The entity that a struct declares.
    pub(crate) fn of_struct(input: &DeriveInput, diagnostics: &mut Diagnostics) -> Result<Self, Broken> {
        let written = EntityAttributes::read(&input.attrs, diagnostics);
        let of = written.of.as_ref().map(|(_, of)| of.clone());
        let Some(fields) = named_fields(input, written.rename_all, diagnostics) else {
            return Err(Broken { fields: Vec::new(), table: None, of });
        };
        let evolution = Evolution::of(&input.ident, &written, diagnostics);
        require(input, &written, diagnostics);
        let delimiter = delimiter(written.delimiter.as_ref(), diagnostics);
        let mut key = |argument| Key::resolve(argument, &fields, delimiter, diagnostics);
        let partition = written.pk.as_ref().and_then(&mut key);
        let sort = written.sk.as_ref().map(&mut key);
        let indexes = written.indexes.iter();
        let indexes = indexes.filter_map(|index| IndexKeys::of(index, &fields, delimiter, diagnostics));
        let indexes: Vec<IndexKeys> = indexes.collect();
        let unique = written.unique.iter();
        let unique: Vec<Unique> = unique.filter_map(|u| Unique::of(u, &fields, diagnostics)).collect();
        let history = written.history.as_ref().and_then(|history| History::of(history, diagnostics));
        let path = match &written.table {
            Some(TableArgument::Path(path)) => Some(path.clone()),
            _ => None,
        };
        let (Some(mut partition), true, None | Some(Some(_)), true) = (
            partition,
            written.table.is_some() || of.is_some(),
            &sort,
            written.sk.is_some() || !written.mentions("sk"),
        ) else {
            return Err(Broken { fields, table: path, of });
        };
        let sort = sort.flatten();
        let primary = distinct(&std::iter::once(&partition).chain(&sort).collect::<Vec<_>>());
        Shards::attach(Some(&mut partition), &written.shards, Some(&primary), &fields, diagnostics);
        let keys = Keys { partition: &partition, sort: sort.as_ref(), indexes: &indexes };
        if !keys.are_stored(&fields, diagnostics) {
            return Err(Broken { fields, table: path, of });
        }
        let table = match (of, &written.table, path) {
            (Some(of), ..) => TableOf::Older(of),
            (None, Some(TableArgument::Name(name)), _) => {
                let table = own_table(input, name, &written, &fields, &keys, delimiter, diagnostics);
                TableOf::Itself(Box::new(table))
            }
            (None, _, path) => {
                refuse_table_arguments(&written, diagnostics);
                TableOf::Path(path.unwrap_or_else(|| input.ident.clone().into()))
            }
        };
        Ok(Self {
            ident: input.ident.clone(),
            vis: input.vis.clone(),
            tag: written
                .tag
                .unwrap_or_else(|| LitStr::new(&input.ident.unraw().to_string(), input.ident.span())),
            aliases: written.aliases,
            delimiter,
            scan: written.scan.is_some(),
            pattern: match &table {
                TableOf::Older(_) => None,
                _ => primary_pattern(input, written.name, sort.is_some(), diagnostics),
            },
            table,
            fields,
            partition,
            sort,
            indexes,
            hooks: written.hooks,
            unique,
            history,
            evolution,
        })
    }

    /// The field that is the version.
    pub(crate) fn version(&self) -> Option<&Field> {
        self.fields.iter().find(|field| field.is_version())
    }

    /// Whether the field is in a key template of an index.
    pub(crate) fn is_in_index_template(&self, position: usize) -> bool {
        self.index_templates().any(|(key, _)| key.made_of().contains(&position))
    }

    /// The fields of the primary key, each once, in the order of the key.
    pub(crate) fn primary_fields(&self) -> Vec<usize> {
        distinct(&self.primary_keys().collect::<Vec<_>>())
    }

    /// The keys of the primary key.
    pub(crate) fn primary_keys(&self) -> impl Iterator<Item = &Key> {
        [Some(&self.partition), self.sort.as_ref()].into_iter().flatten()
    }

    /// The keys of all indexes.
    pub(crate) fn index_keys(&self) -> impl Iterator<Item = &Key> {
        self.indexes.iter().flat_map(|index| index.partition.iter().chain(&index.sort))
    }

    /// What makes the partition key and the sort key of the table, or of an index.
    pub(crate) fn keys_of<'e>(&'e self, index: Option<&'e IndexKeys>) -> (Vec<&'e Key>, Vec<&'e Key>) {
        let (partition, sort) = (vec![&self.partition], self.sort.iter().collect());
        match index {
            None => (partition, sort),
            Some(keys) if keys.inverted.is_some() => (sort, partition),
            Some(keys) if keys.partition.is_empty() => (partition, keys.sort.iter().collect()),
            Some(keys) => (keys.partition.iter().collect(), keys.sort.iter().collect()),
        }
    }

    /// The fields that are key attributes themselves, of the table or an index.
    pub(crate) fn plain_keys(&self) -> Vec<usize> {
        let keys = self.primary_keys().chain(self.index_keys());
        distinct(&keys.filter(|key| key.template().is_none()).collect::<Vec<_>>())
    }

    /// Whether the field is itself a key attribute of an index, or of the table.
    pub(crate) fn is_plain_key_of(&self, position: usize, index: Option<&IndexKeys>) -> bool {
        let (partition, sort) = self.keys_of(index);
        partition.into_iter().chain(sort).any(|key| matches!(key, Key::Plain(at) if *at == position))
    }

    /// What the attribute of a field means to keys.
    pub(crate) fn role(&self, position: usize) -> Role {
        let primary = self.primary_fields();
        if primary.contains(&position) {
            return Role::PrimaryKey;
        }
        let in_text = self.index_templates().any(|(key, _)| key.made_of().contains(&position));
        let in_when = self.index_templates().any(|(_, when)| when.contains(&position));
        let used = match (in_text, in_when) {
            (_, false) => Use::Text,
            (false, true) => Use::When,
            (true, true) => Use::Both,
        };
        let fields = self.index_templates().map(|(key, when)| [key.made_of(), when.to_vec()].concat());
        let mut companions: Vec<usize> =
            fields.filter(|fields| fields.contains(&position)).flatten().collect();
        companions.retain(|field| !primary.contains(field));
        companions.sort_unstable();
        companions.dedup();
        match companions.len() {
            0 if self.fields[position].default.is_some() && !self.is_in_key(position) => Role::Optional,
            0 => Role::Free,
            1 => Role::IndexField(used),
            _ => Role::PartOf(companions, used),
        }
    }

    /// The fields that make index keys together with others, in the order of the struct.
    pub(crate) fn shared_fields(&self) -> Vec<usize> {
        (0..self.fields.len()).filter(|at| matches!(self.role(*at), Role::PartOf(..))).collect()
    }

    /// The key templates of indexes, and the fields that decide whether an item is in the index.
    fn index_templates(&self) -> impl Iterator<Item = (&Key, &[usize])> {
        self.indexes.iter().flat_map(|index| {
            let when = index.when.as_ref().map_or(&[][..], |when| &when.positions);
            let keys = index.partition.iter().chain(&index.sort);
            keys.filter(|key| key.template().is_some()).map(move |key| (key, when))
        })
    }

    /// The fields that some `when` names.
    pub(crate) fn when_fields(&self) -> Vec<usize> {
        let whens = self.indexes.iter().filter_map(|index| index.when.as_ref());
        let mut fields: Vec<usize> = whens.flat_map(|when| when.positions.iter().copied()).collect();
        fields.sort_unstable();
        fields.dedup();
        fields
    }

    pub(crate) fn is_in_key(&self, position: usize) -> bool {
        self.primary_keys().chain(self.index_keys()).any(|key| key.made_of().contains(&position))
    }
}

/// The fields of some keys, each once.
pub(crate) fn distinct(keys: &[&Key]) -> Vec<usize> {
    let mut fields = Vec::new();
    for position in keys.iter().flat_map(|key| key.positions()) {
        if !fields.contains(&position) {
            fields.push(position);
        }
    }
    fields
}

fn named_fields(
    input: &DeriveInput,
    rule: Option<Rule>,
    diagnostics: &mut Diagnostics,
) -> Option<Vec<Field>> {
    let Data::Struct(data) = &input.data else {
        let message = "an entity is a struct with named fields; for an enum, derive `Attribute` and use it as the type of a field";
        diagnostics.at(&input.ident, message);
        return None;
    };
    if !input.generics.params.is_empty() {
        let message = match input.generics.lifetimes().next() {
            Some(_) => {
                "an entity owns its values, as they are read from items; write `String` for `&str`, and remove the lifetime"
            }
            None => "an entity must not be generic: its keys and its type tag belong to one type of item",
        };
        diagnostics.at(&input.generics, message);
        return None;
    }
    match &data.fields {
        Fields::Named(fields) => {
            let fields: Vec<Field> = fields.named.iter().map(|f| Field::of(f, rule, diagnostics)).collect();
            Some(with_lifetimes(fields, diagnostics))
        }
        Fields::Unnamed(_) | Fields::Unit => {
            let message =
                format!("an entity is a struct with named fields: `struct {} {{ id: String }}`", input.ident);
            diagnostics.at(&input.ident, message);
            None
        }
    }
}

/// The fields, with the lifetimes that they name other fields in.
fn with_lifetimes(mut fields: Vec<Field>, diagnostics: &mut Diagnostics) -> Vec<Field> {
    for position in 0..fields.len() {
        let Some(text) = fields[position].lifetime_text.take() else { continue };
        let lifetime = Lifetime::of(&text, &fields, diagnostics);
        if lifetime.is_some_and(|lifetime| lifetime.start == Some(position)) {
            diagnostics.at(&text, "a time to live cannot count from itself; name another field, or none");
        }
        fields[position].lifetime = lifetime;
    }
    fields
}

impl Field {
    /// A named field with its `#[attr(...)]`.
    pub(crate) fn of(field: &syn::Field, rule: Option<Rule>, diagnostics: &mut Diagnostics) -> Self {
        let written = FieldAttributes::read(&field.attrs, diagnostics);
        let storage = Storage::of(&written, &field.ty, diagnostics);
        let ident = field.ident.clone().unwrap_or_else(|| names::local(0));
        let name = || {
            let name = ident.unraw().to_string();
            LitStr::new(&rule.map_or_else(|| name.clone(), |rule| names::renamed(&name, rule)), ident.span())
        };
        let stored = if storage.has_attribute() {
            written.rename.unwrap_or_else(name)
        } else {
            LitStr::new("", ident.span())
        };
        Self {
            stored,
            aliases: written.aliases,
            storage,
            ident: ident.clone(),
            ty: field.ty.clone(),
            // What was written before there were versions has version 0.
            default: written.default.or(match &written.keeping {
                Some((name, Keeping::Version)) => Some((name.clone(), None)),
                _ => None,
            }),
            ttl: written.ttl,
            lifetime: None,
            lifetime_text: written.lifetime,
            keeping: written.keeping,
            write_once: written.write_once,
            validate: written.validate,
            sensitive: written.sensitive,
        }
    }

    /// Whether it is the version.
    pub(crate) fn is_version(&self) -> bool {
        matches!(self.keeping, Some((_, Keeping::Version)))
    }
}

/// What every entity has to say.
fn require(input: &DeriveInput, written: &EntityAttributes, diagnostics: &mut Diagnostics) {
    let name = &input.ident;
    if !written.mentions("table") && !written.mentions("of") {
        let message = format!(
            "entity `{name}` has no table; add `#[entity(table = Catalog)]` with the type that derives `Table`, or `#[entity(table = \"Name\")]` for a table of its own"
        );
        diagnostics.at(name, message);
    }
    if !written.mentions("pk") {
        let message = format!(
            "entity `{name}` has no partition key; add `#[entity(pk = \"{}#{{field}}\")]`, or `#[entity(pk = field)]` for a plain attribute",
            name.to_string().to_uppercase()
        );
        diagnostics.at(name, message);
    }
}

/// The name of the access pattern of the primary key.
fn primary_pattern(
    input: &DeriveInput,
    name: Option<Ident>,
    has_sort: bool,
    diagnostics: &mut Diagnostics,
) -> Option<Ident> {
    match (name, has_sort) {
        (name, true) => Some(name.unwrap_or_else(|| Ident::new("partition", input.ident.span()))),
        (Some(name), false) => {
            let message = format!(
                "`{}` has no sort key, so a partition holds one item and `get` reads it; remove `name`, or add `sk`",
                input.ident
            );
            diagnostics.at(&name, message);
            None
        }
        (None, false) => None,
    }
}

/// An entity of a shared table must not say what the table says.
fn refuse_table_arguments(written: &EntityAttributes, diagnostics: &mut Diagnostics) {
    if let Some((name, _)) = &written.type_attribute {
        diagnostics.at(name, "the type tag is the table's matter: `#[table(type_attribute = ...)]`");
    }
    if let Some((name, _)) = &written.version_attribute {
        let message = "where versions are kept is the table's matter: `#[table(version_attribute = ...)]`";
        diagnostics.at(name, message);
    }
    for index in &written.indexes {
        if let Some(local) = &index.local {
            let message = "whether an index is local is the table's matter: `#[table(lsi(...))]`; leave `local` and `pk` out";
            diagnostics.at(local, message);
        }
        if let Some((name, _)) = &index.projection {
            let message =
                "what an index projects is the table's matter: `#[table(gsi(..., projection = ...))]`";
            diagnostics.at(name, message);
        }
    }
}

impl IndexKeys {
    fn of(
        written: &IndexArguments,
        fields: &[Field],
        delimiter: char,
        diagnostics: &mut Diagnostics,
    ) -> Option<Self> {
        let index = &written.index;
        let keys = |key: &Option<Vec<KeyArgument>>, diagnostics: &mut Diagnostics| {
            let resolve = |argument| Key::resolve(argument, fields, delimiter, diagnostics);
            let keys: Vec<Option<Key>> = key.iter().flatten().map(resolve).collect();
            keys.into_iter().collect::<Option<Vec<Key>>>()
        };
        let partition = keys(&written.pk, diagnostics);
        let sort = keys(&written.sk, diagnostics);
        let pattern = written.name.clone();
        let pattern = pattern.unwrap_or_else(|| Self::default_pattern(index, diagnostics));
        if written.mentioned_keys.is_empty() && written.inverted.is_none() {
            let message = format!(
                "index `{}` has no keys; add `pk` and `sk`, only `sk` for a local index, or `inverted` for the primary key the other way round",
                index.text
            );
            diagnostics.at_span(index.span, message);
            return None;
        }
        if let (Some(inverted), Some(key)) = (&written.inverted, written.mentioned_keys.first()) {
            let message = format!(
                "an inverted index has the keys of the table, the other way round; remove `{key}`, or `{inverted}`"
            );
            diagnostics.at(key, message);
            return None;
        }
        let (mut partition, mut sort) = (partition?, sort?);
        if written.mentioned_keys.iter().any(|key| key == "pk") && partition.is_empty() {
            return None;
        }
        fields_differ(written, &mut partition, &mut sort, diagnostics);
        Shards::attach(partition.first_mut(), &written.shards, None, fields, diagnostics);
        Some(Self {
            index: LitStr::new(&index.text, index.span),
            pattern,
            partition,
            sort,
            inverted: written.inverted.clone(),
            when: written.when.as_ref().map(|(name, when)| When::of(name, when, fields)),
            scan: written.scan.clone(),
        })
    }

    /// The name of the index, as that of a function.
    fn default_pattern(index: &IndexName, diagnostics: &mut Diagnostics) -> Ident {
        let snake = names::snake(&index.text);
        if syn::parse_str::<Ident>(&snake).is_ok() {
            return Ident::new(&snake, index.span);
        }
        let message = format!(
            "`{snake}` cannot be the name of a function; name the access pattern: `index({}, name = by_..., ...)`",
            index.text
        );
        diagnostics.at_span(index.span, message);
        Ident::new(&format!("index_{snake}"), index.span)
    }
}

/// A key of several attributes has each of them once; the second is left out.
fn fields_differ(
    written: &IndexArguments,
    partition: &mut Vec<Key>,
    sort: &mut Vec<Key>,
    diagnostics: &mut Diagnostics,
) {
    if partition.len() < 2 && sort.len() < 2 {
        return;
    }
    let mut known = Vec::new();
    for (keys, arguments) in [(partition, &written.pk), (sort, &written.sk)] {
        let mut arguments = arguments.iter().flatten();
        keys.retain(|key| {
            let (argument, positions) = (arguments.next(), key.positions());
            let (Key::Plain(position), Some(KeyArgument::Field(field))) = (key, argument) else {
                return true;
            };
            let is_new = !known.contains(position);
            if !is_new {
                let message = format!(
                    "`{field}` is in the key of index `{}` already; name another field",
                    written.index.text
                );
                diagnostics.at(field, message);
            }
            known.extend(positions);
            is_new
        });
    }
}

/// The keys of an entity, before there is an entity.
struct Keys<'k> {
    partition: &'k Key,
    sort: Option<&'k Key>,
    indexes: &'k [IndexKeys],
}

impl Keys<'_> {
    /// A key is made of what is stored, as the type of the field writes it.
    fn are_stored(&self, fields: &[Field], diagnostics: &mut Diagnostics) -> bool {
        let of_index = self.indexes.iter().flat_map(|index| index.partition.iter().chain(&index.sort));
        let keys = std::iter::once(self.partition).chain(self.sort).chain(of_index);
        let whens = self.indexes.iter().filter_map(|index| index.when.as_ref());
        let mut positions: Vec<usize> =
            keys.flat_map(Key::positions).chain(whens.flat_map(|when| when.positions.clone())).collect();
        positions.sort_unstable();
        positions.dedup();
        let mut all = true;
        for field in positions.into_iter().map(|position| &fields[position]) {
            if let Some(argument) = field.storage.argument() {
                let message = format!(
                    "`{}` is part of a key, and keys are made of fields that are stored as their type says; remove `{argument}`, or take the field out of the key",
                    field.ident.unraw()
                );
                diagnostics.at(argument, message);
                all = false;
            }
        }
        all
    }
}

/// The table that an entity has for itself.
fn own_table(
    input: &DeriveInput,
    name: &LitStr,
    written: &EntityAttributes,
    fields: &[Field],
    keys: &Keys<'_>,
    delimiter: char,
    diagnostics: &mut Diagnostics,
) -> Table {
    let attribute = |key: &Key, default: String, optional: bool| match key {
        Key::Template(template) => {
            KeyAttribute { name: LitStr::new(&default, template.text.span()), kind: Kind::S }
        }
        Key::Plain(position) => {
            let field = &fields[*position];
            let ty = Box::new(field.ty.clone());
            let kind = if optional { Kind::OfScalar(ty) } else { Kind::Of(ty) };
            KeyAttribute { name: field.stored.clone(), kind }
        }
    };
    let partition = attribute(keys.partition, "PK".into(), false);
    let sort = keys.sort.map(|key| attribute(key, "SK".into(), false));
    let index = |(keys, written): (&IndexKeys, &IndexArguments)| {
        let name = keys.index.value();
        check_locality(keys, written, diagnostics);
        let local = written.local.is_some() && keys.inverted.is_none();
        let of = |keys: &[Key], default: &str| -> Vec<KeyAttribute> {
            keys.iter().map(|key| attribute(key, format!("{name}{default}"), true)).collect()
        };
        let (own_partition, own_sort) = match keys.inverted {
            Some(_) => (sort.iter().cloned().collect(), sort.iter().map(|_| partition.clone()).collect()),
            None => (of(&keys.partition, "PK"), of(&keys.sort, "SK")),
        };
        let has_that_of_table = local || own_partition.is_empty();
        Index {
            name: keys.index.clone(),
            local,
            partition: if has_that_of_table { vec![partition.clone()] } else { own_partition },
            sort: own_sort,
            projection: written.projection.as_ref().map_or(Projection::All, |(_, kind)| kind.clone()),
        }
    };
    let written_of =
        |keys: &IndexKeys| written.indexes.iter().find(|index| index.index.text == keys.index.value());
    let indexes = keys.indexes.iter().filter_map(|keys| Some((keys, written_of(keys)?))).map(index).collect();
    let tag = written.type_attribute.as_ref().map(|(_, tag)| tag.clone());
    Table {
        ident: input.ident.clone(),
        name: name.clone(),
        sort,
        partition,
        indexes,
        ttl: fields.iter().find(|field| field.ttl.is_some()).map(|field| field.stored.clone()),
        tag: table::tag(tag, input.ident.span()),
        version: table::version(
            written.version_attribute.as_ref().map(|(_, name)| name.clone()),
            input.ident.span(),
        ),
        delimiter,
        entities: vec![input.ident.clone().into()],
        allowed_overlaps: Vec::new(),
    }
}

fn check_locality(keys: &IndexKeys, written: &IndexArguments, diagnostics: &mut Diagnostics) {
    let name = keys.index.value();
    match (&written.local, keys.partition.is_empty()) {
        (Some(local), _) if keys.inverted.is_some() => {
            let message =
                "an inverted index is global: its partition key is the sort key of the table; remove `local`";
            diagnostics.at(local, message);
        }
        (None, true) if keys.inverted.is_none() => {
            let message = format!(
                "index `{name}` has no `pk`; add one, or `local` for an index with the partition key of the table: `index({name}, local, sk = ...)`"
            );
            diagnostics.at(&keys.index, message);
        }
        (Some(local), false) => {
            diagnostics.at(local, "a local index has the partition key of its table; remove `pk` or `local`");
        }
        (Some(local), true) if keys.sort.is_empty() => {
            diagnostics.at(local, format!("local index `{name}` has no sort key; add `sk`"));
        }
        (Some(local), true) if keys.sort.len() > 1 => {
            let message = "a local index has one attribute as sort key; write the fields in a template, as `sk = \"{a}#{b}\"`, or remove `local` and add `pk`";
            diagnostics.at(local, message);
        }
        _ => {}
    }
}
