//! The definition of a table: checked once, then ready for use.

use std::collections::BTreeMap;
use std::time::SystemTime;

use dynorm::backend::table::{CreateTable, Index, IndexScope, KeyAttribute, KeySchema, Projection};
use dynorm::value::{Item, KeyKind, Name};

use super::key::{KeyBytes, KeyShape, StoreKey, is_of_kind};
use crate::limits::{
    GLOBAL_INDEXES_MAX, INDEX_KEY_ATTRIBUTES_MAX, KEY_NAME_BYTES_MAX, LOCAL_INDEXES_MAX,
    PROJECTED_ATTRIBUTES_MAX, PROJECTED_ATTRIBUTES_PER_INDEX_MAX, RESOURCE_NAME_CHARS_MAX,
    RESOURCE_NAME_CHARS_MIN,
};
use crate::message::{self, Checked, Refusal};

/// A table's definition.
#[derive(Clone, Debug)]
pub(crate) struct Schema {
    pub(crate) name: String,
    pub(crate) definition: KeySchema,
    pub(crate) key: KeyShape,
    /// Sorted by name.
    pub(crate) indexes: Vec<IndexSchema>,
    pub(crate) created: SystemTime,
}

/// An index's definition.
#[derive(Clone, Debug)]
pub(crate) struct IndexSchema {
    pub(crate) definition: Index,
    pub(crate) key: KeyShape,
    /// The attributes that the index holds, sorted; all of them if `None`.
    pub(crate) projected: Option<Vec<Name>>,
    /// Whether the index came after its table, which then may have items with values that no key can have. The
    /// index does not hold those.
    pub(crate) is_late: bool,
}

impl Schema {
    /// Checks a definition and makes it ready.
    pub(crate) fn new(call: CreateTable, now: SystemTime) -> Checked<Self> {
        check_resource_name("TableName", &call.table)?;
        check_table_key(&call.key)?;
        check_kinds(&call)?;
        check_indexes(&call)?;
        if call.throughput.is_some_and(|throughput| throughput.read == 0 || throughput.write == 0) {
            return Err(message::throughput_out_of_bounds());
        }
        let key = KeyShape::new(&call.key);
        let mut indexes: Vec<IndexSchema> =
            call.indexes.into_iter().map(|index| IndexSchema::new(index, &key)).collect();
        indexes.sort_by(|a, b| a.definition.name.cmp(&b.definition.name));
        Ok(Self { name: call.table, definition: call.key, key, indexes, created: now })
    }

    /// The definition with one more global index, if it may have that.
    pub(crate) fn with_index(&self, index: &Index) -> Checked<Self> {
        let n_global = self.indexes.iter().filter(|index| !index.is_local()).count();
        if n_global >= GLOBAL_INDEXES_MAX {
            return Err(message::too_many_indexes_of_table());
        }
        let definitions = self.indexes.iter().map(|index| index.definition.clone());
        let call = CreateTable {
            table: self.name.clone(),
            key: self.definition.clone(),
            indexes: definitions.chain([index.clone()]).collect(),
            ..CreateTable::default()
        };
        check_kinds(&call)?;
        check_indexes(&call)?;
        let mut schema = self.clone();
        let at = schema.indexes.partition_point(|before| before.definition.name < index.name);
        let added = IndexSchema { is_late: true, ..IndexSchema::new(index.clone(), &self.key) };
        schema.indexes.insert(at, added);
        Ok(schema)
    }

    pub(crate) fn has_local_indexes(&self) -> bool {
        self.indexes.iter().any(IndexSchema::is_local)
    }

    /// The position of an index.
    pub(crate) fn index(&self, name: &str) -> Option<usize> {
        self.indexes.binary_search_by(|index| index.definition.name.as_str().cmp(name)).ok()
    }
}

impl IndexSchema {
    fn new(definition: Index, table_key: &KeyShape) -> Self {
        let key = KeyShape::new(&definition.key);
        let keys = || key.parts().chain(table_key.parts()).map(|part| part.name.clone());
        let mut projected = match &definition.projection {
            Projection::All => None,
            Projection::KeysOnly => Some(keys().collect::<Vec<_>>()),
            Projection::Include(names) => Some(keys().chain(names.iter().map(Name::from)).collect()),
        };
        if let Some(names) = &mut projected {
            names.sort();
            names.dedup();
        }
        Self { definition, key, projected, is_late: false }
    }

    pub(crate) fn is_local(&self) -> bool {
        self.definition.scope == IndexScope::Local
    }

    /// Whether the index holds the attribute.
    pub(crate) fn projects(&self, name: &str) -> bool {
        self.projected
            .as_ref()
            .is_none_or(|names| names.binary_search_by(|probe| probe.as_str().cmp(name)).is_ok())
    }

    /// The kinds of the key attributes that the item has.
    pub(crate) fn check_kinds(&self, item: &Item) -> Checked {
        for part in self.key.parts() {
            if let Some(value) = item.get(&part.name)
                && !is_of_kind(value, part.kind)
            {
                let (expected, actual) = (part.kind.name(), value.type_name());
                return Err(message::index_key_type(&part.name, expected, actual, &self.definition.name));
            }
        }
        Ok(())
    }

    /// The lengths of the key attributes that the item has.
    pub(crate) fn check_lengths(&self, item: &Item) -> Checked {
        let empty =
            |kind: &'static str, name: &str| message::index_key_empty(kind, name, &self.definition.name);
        self.key.check_lengths(item, empty)
    }

    /// Where the index has an item, or `None` if the item lacks a key attribute: the index is sparse.
    pub(crate) fn key_of(&self, item: &Item, table_key: &StoreKey) -> Option<StoreKey> {
        if self.is_late && self.check_lengths(item).is_err() {
            return None;
        }
        let mut bytes: KeyBytes = self.key.of(item)?;
        bytes.push_key(table_key);
        Some(bytes.into_key())
    }
}

fn check_resource_name(member: &'static str, name: &str) -> Checked {
    const PATTERN: &str = "[a-zA-Z0-9_.-]+";
    let n_chars = name.chars().count();
    if !(RESOURCE_NAME_CHARS_MIN..=RESOURCE_NAME_CHARS_MAX).contains(&n_chars) {
        return Err(message::resource_name_length(member));
    }
    if !name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'-')) {
        let constraint = format!("Member must satisfy regular expression pattern: {PATTERN}");
        return Err(Refusal::constraint(member, name, constraint));
    }
    Ok(())
}

fn check_table_key(key: &KeySchema) -> Checked {
    if key.partition.is_empty() {
        return Err(message::no_partition_key());
    }
    if key.partition.len() > 1 || key.sort.len() > 1 {
        let constraint = "Member must have length less than or equal to 2";
        return Err(Refusal::constraint("KeySchema", shown_names(key), constraint));
    }
    check_distinct(key)
}

fn shown_names(key: &KeySchema) -> String {
    let names: Vec<&str> = key.attributes().map(|attribute| attribute.name.as_str()).collect();
    format!("[{}]", names.join(", "))
}

fn check_distinct(key: &KeySchema) -> Checked {
    let mut names: Vec<&str> = key.attributes().map(|attribute| attribute.name.as_str()).collect();
    names.sort_unstable();
    if names.windows(2).any(|pair| pair[0] == pair[1]) {
        let is_plain = key.partition.len() == 1 && key.sort.len() == 1;
        return Err(if is_plain {
            message::key_attribute_twice()
        } else {
            message::key_attribute_repeated()
        });
    }
    for name in names {
        if name.is_empty() {
            return Err(message::empty_attribute_name());
        }
        if name.len() > KEY_NAME_BYTES_MAX {
            return Err(message::key_name_too_long(name));
        }
    }
    Ok(())
}

/// One attribute has one kind, in whichever keys it is.
fn check_kinds(call: &CreateTable) -> Checked {
    let mut kinds: BTreeMap<&str, KeyKind> = BTreeMap::new();
    let all = call.indexes.iter().flat_map(|index| index.key.attributes());
    for KeyAttribute { name, kind } in call.key.attributes().chain(all) {
        if *kinds.entry(name).or_insert(*kind) != *kind {
            return Err(message::key_attribute_kinds_differ(name));
        }
    }
    Ok(())
}

fn check_indexes(call: &CreateTable) -> Checked {
    let mut names: Vec<&str> = Vec::new();
    for index in &call.indexes {
        check_resource_name("IndexName", &index.name)?;
        check_index_key(index, &call.key)?;
        check_projection(index)?;
        if names.contains(&index.name.as_str()) {
            return Err(message::duplicate_index(&index.name));
        }
        names.push(&index.name);
    }
    let n_local = call.indexes.iter().filter(|index| index.scope == IndexScope::Local).count();
    if n_local > LOCAL_INDEXES_MAX {
        return Err(message::too_many_local_indexes());
    }
    if call.indexes.len() - n_local > GLOBAL_INDEXES_MAX {
        return Err(message::too_many_global_indexes());
    }
    let n_projected: usize = call
        .indexes
        .iter()
        .map(|index| if let Projection::Include(names) = &index.projection { names.len() } else { 0 })
        .sum();
    if n_projected > PROJECTED_ATTRIBUTES_MAX {
        return Err(message::too_many_projected_attributes());
    }
    Ok(())
}

fn check_index_key(index: &Index, table: &KeySchema) -> Checked {
    if index.key.partition.is_empty() {
        return Err(message::no_partition_key());
    }
    check_distinct(&index.key)?;
    match index.scope {
        IndexScope::Global => {
            for (role, attributes) in [("HASH", &index.key.partition), ("RANGE", &index.key.sort)] {
                if attributes.len() > INDEX_KEY_ATTRIBUTES_MAX {
                    return Err(message::too_many_key_attributes(role));
                }
            }
        }
        IndexScope::Local => {
            if table.sort.is_empty() {
                return Err(message::local_index_without_sort_key());
            }
            if index.key.sort.is_empty() {
                return Err(message::local_index_needs_sort_key(&index.name));
            }
            if index.key.partition.len() > 1 || index.key.sort.len() > 1 {
                let constraint = "Member must have length less than or equal to 2";
                let member = "LocalSecondaryIndexes.member.KeySchema";
                return Err(Refusal::constraint(member, shown_names(&index.key), constraint));
            }
            if index.key.partition != table.partition {
                let (own, table) = (&index.key.partition[0].name, &table.partition[0].name);
                return Err(message::local_index_partition_key(&index.name, own, table));
            }
        }
    }
    Ok(())
}

fn check_projection(index: &Index) -> Checked {
    let Projection::Include(names) = &index.projection else { return Ok(()) };
    if names.len() > PROJECTED_ATTRIBUTES_PER_INDEX_MAX {
        let constraint = "Member must have length less than or equal to 20";
        let shown = format_args!("[{}]", names.join(", "));
        return Err(Refusal::constraint("Projection.NonKeyAttributes", shown, constraint));
    }
    if names.is_empty() {
        return Err(message::projection_names_empty());
    }
    let mut sorted: Vec<&String> = names.iter().collect();
    sorted.sort_unstable();
    if let Some(pair) = sorted.windows(2).find(|pair| pair[0] == pair[1]) {
        return Err(message::projection_names_twice(pair[0]));
    }
    if let Some(name) = names.iter().find(|name| name.len() > KEY_NAME_BYTES_MAX) {
        return Err(message::key_name_too_long(name));
    }
    Ok(())
}
