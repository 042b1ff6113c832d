//! The rules of tables that can be seen without their entities.

use syn::LitStr;

use crate::diagnostics::Diagnostics;
use crate::model::table::{KeyAttribute, Kind, Table, entity_name, unknown_entity};

/// Most global secondary indexes of a table.
///
/// Source: [quotas](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html).
const GLOBAL_INDEXES_MAX: usize = 20;
/// Most local secondary indexes of a table.
const LOCAL_INDEXES_MAX: usize = 5;
/// The lengths of the names of tables and indexes.
const NAME_CHARS: std::ops::RangeInclusive<usize> = 3..=255;
/// The longest name of a key attribute.
const KEY_NAME_BYTES_MAX: usize = 255;

/// Checks all rules.
pub(crate) fn check(table: &Table, diagnostics: &mut Diagnostics) {
    names_are_legal(table, diagnostics);
    key_attributes_differ(table, diagnostics);
    other_attributes_are_no_keys(table, diagnostics);
    each_attribute_has_one_kind(table, diagnostics);
    index_names_are_unique(table, diagnostics);
    indexes_are_not_too_many(table, diagnostics);
    local_indexes_need_a_sort_key(table, diagnostics);
    overlaps_are_of_entities(table, diagnostics);
}

/// DynamoDB refuses other names, though only when the table is created.
fn names_are_legal(table: &Table, diagnostics: &mut Diagnostics) {
    let is_legal = |c: char| c.is_ascii_alphanumeric() || "_.-".contains(c);
    let indexes = table.indexes.iter().map(|index| ("an index", &index.name));
    for (what, name) in [("a table", &table.name)].into_iter().chain(indexes) {
        let text = name.value();
        if !NAME_CHARS.contains(&text.len()) || !text.chars().all(is_legal) {
            let message = format!(
                "`{text}` cannot be the name of {what}: it needs 3 to 255 letters, digits, `_`, `.` or `-`"
            );
            diagnostics.at(name, message);
        }
    }
    for key in key_attributes(table) {
        if key.name.value().is_empty() || key.name.value().len() > KEY_NAME_BYTES_MAX {
            diagnostics.at(&key.name, "the name of a key attribute has 1 to 255 bytes");
        }
    }
    let others = table.ttl.iter().chain(&table.tag).chain([&table.version]);
    for name in others.filter(|name| name.value().is_empty()) {
        diagnostics.at(name, "the name of an attribute must not be empty");
    }
}

/// All key attributes; those of local indexes' partitions are the table's.
fn key_attributes(table: &Table) -> impl Iterator<Item = &KeyAttribute> {
    let partitions = table.indexes.iter().filter(|index| !index.local).flat_map(|index| &index.partition);
    let sorts = table.indexes.iter().flat_map(|index| &index.sort);
    std::iter::once(&table.partition).chain(&table.sort).chain(partitions).chain(sorts)
}

/// An attribute has one value, which cannot be both keys.
fn key_attributes_differ(table: &Table, diagnostics: &mut Diagnostics) {
    let own: Vec<&KeyAttribute> = std::iter::once(&table.partition).chain(&table.sort).collect();
    let indexes = table.indexes.iter().map(|index| index.partition.iter().chain(&index.sort).collect());
    for key in std::iter::once(own).chain(indexes) {
        for (at, attribute) in key.iter().enumerate() {
            let name = attribute.name.value();
            if key[..at].iter().any(|other| other.name.value() == name) {
                let what = if key.len() > 2 { "in the key of this index" } else { "the partition key" };
                diagnostics.at(&attribute.name, format!("`{name}` is {what} already; name another"));
            }
        }
    }
}

/// The type tag and the time to live are values of their own.
fn other_attributes_are_no_keys(table: &Table, diagnostics: &mut Diagnostics) {
    let is_key = |name: &&LitStr| key_attributes(table).any(|key| key.name.value() == name.value());
    if let Some(tag) = table.tag.as_ref().filter(is_key) {
        let message = format!(
            "`{}` is a key attribute and cannot hold the type tag; choose another: `type_attribute = \"...\"`",
            tag.value()
        );
        diagnostics.at(tag, message);
    }
    let is_tag = |ttl: &&LitStr| table.tag.as_ref().is_some_and(|tag| tag.value() == ttl.value());
    if let Some(ttl) = table.ttl.as_ref().filter(is_tag) {
        let message = format!("`{}` holds the type tag and cannot be the time to live", ttl.value());
        diagnostics.at(ttl, message);
    }
}

/// A table defines each key attribute once, for the table and all indexes.
fn each_attribute_has_one_kind(table: &Table, diagnostics: &mut Diagnostics) {
    let letter = |kind: &Kind| match kind {
        Kind::S => Some('S'),
        Kind::N => Some('N'),
        Kind::B => Some('B'),
        Kind::Of(_) | Kind::OfScalar(_) => None,
    };
    let mut known: Vec<(String, char)> = Vec::new();
    for key in key_attributes(table) {
        let Some(kind) = letter(&key.kind) else { continue };
        let name = key.name.value();
        match known.iter().find(|(other, _)| *other == name) {
            Some((_, other)) if *other != kind => {
                let message = format!(
                    "`{name}` is of kind {other} in another key of this table and of kind {kind} here; an attribute has one kind"
                );
                diagnostics.at(&key.name, message);
            }
            Some(_) => {}
            None => known.push((name, kind)),
        }
    }
}

/// A query names its index.
fn index_names_are_unique(table: &Table, diagnostics: &mut Diagnostics) {
    for (at, index) in table.indexes.iter().enumerate() {
        if table.indexes[..at].iter().any(|other| other.name.value() == index.name.value()) {
            let message = format!("index `{}` is declared twice; rename one", index.name.value());
            diagnostics.at(&index.name, message);
        }
    }
}

/// DynamoDB's quotas.
fn indexes_are_not_too_many(table: &Table, diagnostics: &mut Diagnostics) {
    let quotas = [(false, GLOBAL_INDEXES_MAX, "global"), (true, LOCAL_INDEXES_MAX, "local")];
    for (local, max, what) in quotas {
        if let Some(index) = table.indexes.iter().filter(|index| index.local == local).nth(max) {
            let message = format!("a table has at most {max} {what} secondary indexes, and this is one more");
            diagnostics.at(&index.name, message);
        }
    }
}

/// A local index orders the items of a partition anew.
fn local_indexes_need_a_sort_key(table: &Table, diagnostics: &mut Diagnostics) {
    if table.sort.is_some() {
        return;
    }
    for index in table.indexes.iter().filter(|index| index.local) {
        let message = format!(
            "`{}` is a local index, but table `{}` has no sort key; add `sk` to the table, or make the index global",
            index.name.value(),
            table.ident
        );
        diagnostics.at(&index.name, message);
    }
}

/// A misspelt entity would leave the overlap an error.
fn overlaps_are_of_entities(table: &Table, diagnostics: &mut Diagnostics) {
    for path in table.allowed_overlaps.iter().flat_map(|(a, b)| [a, b]) {
        if !table.entities.iter().any(|entity| entity_name(entity) == entity_name(path)) {
            diagnostics.add(unknown_entity(path, &table.entities));
        }
    }
}
