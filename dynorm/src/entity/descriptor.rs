//! Entities and tables as const data, which the derives write and everything else reads.

use super::history::HistoryRules;
use super::hook::Hook;
use super::unique::Unique;
use crate::key::{KeySource, Side, Template};
use crate::value::{KeyKind, MemberNames, Reference, Value};

/// What the library knows of an entity.
#[derive(Clone, Copy, Debug)]
pub struct EntityDescriptor {
    /// The struct's name.
    pub name: &'static str,
    /// The struct's name with its module, which tells structs of one name apart.
    pub path: &'static str,
    /// What the type tag of its items is.
    pub tag: &'static str,
    /// What it was on items that were written before.
    pub tag_aliases: &'static [&'static str],
    /// The schema version of its items, if it has versions.
    pub version: Option<u32>,
    /// What stands between the segments of its key templates.
    pub delimiter: char,
    /// Where the partition key comes from.
    pub partition: KeySource,
    /// Where the sort key comes from.
    pub sort: Option<KeySource>,
    /// Where the keys of the indexes that it is in come from.
    pub indexes: &'static [IndexKeys],
    /// The attributes, one a field, in the order of the fields.
    pub attributes: &'static [AttributeDescriptor],
    /// The attributes whose values are not shown, by all their names.
    pub sensitive: &'static [&'static str],
    /// What is done to its writes, in this order.
    pub hooks: &'static [&'static dyn Hook],
    /// What no two of its items have alike.
    pub unique: &'static [Unique],
    /// How the versions of its items are kept, if they are.
    pub history: Option<HistoryRules>,
    /// The attributes whose values may be in an object store.
    pub offloads: &'static [OffloadRule],
}

/// An attribute whose values may be in an object store.
#[derive(Clone, Copy, Debug)]
pub struct OffloadRule {
    /// The attribute's name in the item.
    pub attribute: &'static str,
    /// What it is called in items that were written before.
    pub aliases: &'static [&'static str],
    /// The size of the largest value that stays in the item.
    pub inline_up_to: usize,
}

/// Where the keys of an entity in one index come from.
#[derive(Clone, Copy, Debug)]
pub struct IndexKeys {
    /// The index's name.
    pub index: &'static str,
    /// Where the attributes of its partition key come from, at least one.
    pub partition: &'static [KeySource],
    /// Where the attributes of its sort key come from; none without one.
    pub sort: &'static [KeySource],
    /// Whether the keys are the primary key the other way round, which needs no attributes of its own.
    pub inverted: bool,
    /// The positions of the fields that decide whether an item is in the index; none if all are.
    pub when: &'static [usize],
}

/// What makes the keys of the table or of an index: of the partition key, and of the sort key.
pub(crate) type KeySources = (&'static [KeySource], &'static [KeySource]);
/// The key attributes of the table or of an index: of the partition key, and of the sort key.
pub(crate) type KeyAttributes = (&'static [KeyAttributeSchema], &'static [KeyAttributeSchema]);

/// What the library knows of a field.
#[derive(Clone, Copy, Debug)]
pub struct AttributeDescriptor {
    /// The field's name in Rust.
    pub field: &'static str,
    /// The attribute's name in the item; empty if it has none of its own.
    pub name: &'static str,
    /// What it is called in items that were written before.
    pub aliases: &'static [&'static str],
    /// What dynorm does with it.
    pub role: AttributeRole,
    /// Whether an absent attribute reads as some value.
    pub has_default: bool,
    /// The kinds of its values as keys: none if they can be none.
    pub kinds: &'static [KeyKind],
}

impl AttributeDescriptor {
    /// The `n`th name that the field is stored under: its own, older ones, or those of its members.
    pub(crate) const fn nth_name(&self, n: usize) -> Option<&'static str> {
        match self.role {
            AttributeRole::Skipped => None,
            AttributeRole::Flattened(names) => names.nth(n),
            AttributeRole::Stored | AttributeRole::TimeToLive | AttributeRole::Version => match n {
                0 => Some(self.name),
                _ if n <= self.aliases.len() => Some(self.aliases[n - 1]),
                _ => None,
            },
        }
    }
}

/// What dynorm does with an attribute besides storing it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AttributeRole {
    /// Nothing.
    Stored,
    /// It has no attribute of its own: its members are attributes of the item.
    Flattened(&'static MemberNames),
    /// It is not stored at all.
    Skipped,
    /// The item expires at this time.
    TimeToLive,
    /// It counts the writes of the item, and each checks it.
    Version,
}

/// What the library knows of a table.
#[derive(Clone, Copy, Debug)]
pub struct TableSchema {
    /// The Rust type's name.
    pub type_name: &'static str,
    /// The table's name, unless the [`Db`](crate::Db) says otherwise.
    pub name: &'static str,
    /// The partition key.
    pub partition: KeyAttributeSchema,
    /// The sort key.
    pub sort: Option<KeyAttributeSchema>,
    /// The secondary indexes.
    pub indexes: &'static [IndexSchema],
    /// The attribute of the time to live.
    pub ttl: Option<&'static str>,
    /// The attribute of the type tag; without one, items are told apart by their keys.
    pub tag: Option<&'static str>,
    /// The attribute of the schema version, in items of entities that have one.
    pub version: &'static str,
    /// What stands between the segments of key templates.
    pub delimiter: char,
}

/// A key attribute of a table or an index.
#[derive(Clone, Copy, Debug)]
pub struct KeyAttributeSchema {
    /// The attribute's name.
    pub name: &'static str,
    /// The kind of its values.
    pub kind: KeyKind,
}

/// What the library knows of a secondary index.
#[derive(Clone, Copy, Debug)]
pub struct IndexSchema {
    /// The index's name.
    pub name: &'static str,
    /// Whether it is local.
    pub local: bool,
    /// The attributes of its partition key, at least one; for a local index, that of the table.
    pub partition: &'static [KeyAttributeSchema],
    /// The attributes of its sort key; none without one.
    pub sort: &'static [KeyAttributeSchema],
    /// What it holds.
    pub projection: ProjectionSchema,
}

/// Which attributes an index holds besides the keys.
#[derive(Clone, Copy, Debug)]
pub enum ProjectionSchema {
    /// All.
    All,
    /// None.
    KeysOnly,
    /// These.
    Include(&'static [&'static str]),
}

impl OffloadRule {
    /// Whether a value does not stay in the item.
    pub(crate) fn moves_out(&self, value: &Value) -> bool {
        value.size_bytes() > self.inline_up_to && Reference::of(value).is_none()
    }

    /// The attribute's names, the one of now first.
    pub(crate) fn names(&self) -> impl Iterator<Item = &'static str> + use<> {
        std::iter::once(self.attribute).chain(self.aliases.iter().copied())
    }
}

impl EntityDescriptor {
    /// Of an older version that is in error, which is reported elsewhere.
    pub const NONE: Self = Self {
        name: "",
        path: "",
        tag: "",
        tag_aliases: &[],
        version: None,
        delimiter: '#',
        partition: KeySource::Template(Template { segments: &[], shards: None }),
        sort: None,
        indexes: &[],
        attributes: &[],
        sensitive: &[],
        hooks: &[],
        unique: &[],
        history: None,
        offloads: &[],
    };

    /// The keys of the entity in an index, for the compiler.
    pub(crate) const fn index_named(&self, name: &str) -> Option<&'static IndexKeys> {
        let mut at = 0;
        while at < self.indexes.len() {
            if crate::error::same_text(self.indexes[at].index, name) {
                return Some(&self.indexes[at]);
            }
            at += 1;
        }
        None
    }

    /// Whether keys of indexes are made of the attribute, or it decides about them; not as a key itself.
    pub(crate) fn makes_index_keys(&self, attribute: &str) -> bool {
        self.indexes.iter().filter(|keys| !keys.inverted).any(|keys| {
            let sources = keys.partition.iter().chain(keys.sort);
            let made = sources.filter(|source| matches!(source, KeySource::Template(_)));
            let mut positions = made.flat_map(KeySource::made_of).chain(keys.when.iter().copied());
            positions.any(|position| self.attributes[position].name == attribute)
        })
    }

    /// What makes the entity's keys in the table, or in an index that it says it is in.
    pub(crate) const fn sources(&'static self, index: Option<&str>) -> Option<KeySources> {
        let Some(name) = index else {
            return Some((std::slice::from_ref(&self.partition), self.sort.as_slice()));
        };
        match self.index_named(name) {
            Some(keys) => Some((keys.partition, keys.sort)),
            None => None,
        }
    }

    /// Whether the entity's items can have this attribute with values that `accepts` takes: those that a key makes, or any
    /// if it is that of a field.
    pub(crate) fn can_have(
        &self,
        schema: &TableSchema,
        name: &str,
        accepts: impl Fn(&KeySource) -> bool,
    ) -> bool {
        let of_index = |keys: &'static IndexKeys| {
            let declared = schema.index(keys.index);
            let attributes = declared.into_iter().flat_map(|index| [index.partition, index.sort]);
            attributes.zip([keys.partition, keys.sort]).flat_map(|(a, s)| a.iter().zip(s))
        };
        let of_table = self.primary_sources(schema).map(|(source, attribute)| (attribute, source));
        let of_indexes = self.indexes.iter().flat_map(of_index).map(|(a, source)| (*a, source));
        let mut keys = of_table.chain(of_indexes);
        match keys.find(|(attribute, _)| attribute.name == name) {
            Some((_, source)) => accepts(source),
            None => self.attributes.iter().any(|attribute| attribute.name == name),
        }
    }

    /// What makes each attribute of the primary key.
    pub(crate) fn primary_sources(
        &self,
        schema: &TableSchema,
    ) -> impl Iterator<Item = (&KeySource, KeyAttributeSchema)> {
        let sort = self.sort.as_ref().zip(schema.sort);
        std::iter::once((&self.partition, schema.partition)).chain(sort)
    }

    /// Whether further items of the table go along with its items: markers of unique fields, versions of a history.
    pub(crate) const fn has_companions(&self) -> bool {
        !self.unique.is_empty() || self.history.is_some()
    }

    /// Whether its items are on their way to other shards of the table.
    pub(crate) const fn is_moving(&self) -> bool {
        match self.partition.shards() {
            Some(shards) => shards.was.is_some(),
            None => false,
        }
    }

    /// Whether this is a type tag of its items, now or before.
    pub(crate) fn has_tag(&self, tag: &str) -> bool {
        self.tag == tag || self.tag_aliases.contains(&tag)
    }

    /// The type tags of its items, the one of now first.
    pub(crate) fn tags(&self) -> impl Iterator<Item = &'static str> {
        std::iter::once(self.tag).chain(self.tag_aliases.iter().copied())
    }

    /// The primary key, to be compared with other entities'.
    #[must_use]
    pub const fn side(&self) -> Side {
        Side { partition: self.partition, sort: self.sort }
    }
}

impl TableSchema {
    /// The names of the key attributes of the table, and of an index.
    pub(crate) fn key_names(&self, index: Option<&str>) -> Vec<&'static str> {
        let index = index.and_then(|name| self.index(name));
        let of_index = index.into_iter().flat_map(|index| index.partition.iter().chain(index.sort));
        let mut names: Vec<&'static str> = Vec::new();
        for key in std::iter::once(&self.partition).chain(&self.sort).chain(of_index) {
            if !names.contains(&key.name) {
                names.push(key.name);
            }
        }
        names
    }

    /// The key attributes of the table, or of an index that is declared.
    pub(crate) fn key_attributes(&'static self, index: Option<&str>) -> Option<KeyAttributes> {
        let Some(name) = index else {
            return Some((std::slice::from_ref(&self.partition), self.sort.as_slice()));
        };
        self.index(name).map(|index| (index.partition, index.sort))
    }

    /// Whether a read of the table, or of an index, can filter by an attribute; a local index fetches what it does not
    /// hold.
    pub(crate) fn index_holds(&self, index: Option<&str>, name: &str) -> bool {
        index.and_then(|index| self.index(index)).is_none_or(|index| match index.projection {
            ProjectionSchema::All => true,
            ProjectionSchema::KeysOnly => index.local,
            ProjectionSchema::Include(names) => index.local || names.contains(&name),
        })
    }

    /// The index of this name, for the compiler.
    pub(crate) const fn index_named(&self, name: &str) -> Option<&'static IndexSchema> {
        let mut at = 0;
        while at < self.indexes.len() {
            if crate::error::same_text(self.indexes[at].name, name) {
                return Some(&self.indexes[at]);
            }
            at += 1;
        }
        None
    }

    /// The index of this name.
    pub(crate) fn index(&self, name: &str) -> Option<&'static IndexSchema> {
        self.indexes.iter().find(|index| index.name == name)
    }
}
