//! Contradictions that show only when a table and its entities are seen together; the compiler runs these checks.
#![allow(
    clippy::large_types_passed_by_value,
    reason = "the compiler runs it, and a const fn builds by value"
)]

use crate::entity::{
    AttributeDescriptor, AttributeRole, EntityDescriptor, IndexSchema, KeyAttributeSchema, TableSchema,
};
use crate::error::{ConstText, same_text};
use crate::key::{KeySource, Overlap, Plain, same_source};
use crate::value::KeyKind;

/// Most global secondary indexes of a table.
const GLOBAL_INDEXES_MAX: usize = 20;
/// Most local secondary indexes of a table.
const LOCAL_INDEXES_MAX: usize = 5;
/// Most attributes of an index's partition key, and most of its sort key.
const KEY_ATTRIBUTES_MAX: usize = 4;

/// Stops the compiler with a message if the table contradicts itself or two of its entities can collide.
///
/// # Panics
///
/// In const evaluation, with the message.
#[track_caller]
pub const fn check_table(
    schema: &TableSchema,
    entities: &[&EntityDescriptor],
    allowed_overlaps: &[(&str, &str)],
) {
    let mut mistakes = check_indexes(schema);
    let mut a = 0;
    while a < entities.len() {
        let mut b = a + 1;
        while b < entities.len() {
            if !is_allowed(allowed_overlaps, entities[a].name, entities[b].name) {
                mistakes = mistakes.and(&check_disjoint(entities[a], entities[b], schema));
            }
            mistakes = mistakes.and(&check_tags(entities[a], entities[b], schema));
            b += 1;
        }
        a += 1;
    }
    report(&mistakes);
}

/// Stops the compiler with a message if an entity does not fit its table.
///
/// # Panics
///
/// In const evaluation, with the message.
#[track_caller]
pub const fn check_entity(entity: &EntityDescriptor, schema: &TableSchema) {
    let keys = check_delimiter(entity, schema).and(&check_primary_key(entity, schema));
    let keys = keys.and(&check_index_keys(entity, schema)).and(&check_sources(entity, schema));
    report(&keys.and(&check_attributes(entity, schema)).and(&check_version(entity, schema)));
}

#[track_caller]
const fn report(message: &ConstText) {
    assert!(message.is_empty(), "{}", message.as_str());
}

const fn is_allowed(allowed: &[(&str, &str)], a: &str, b: &str) -> bool {
    let mut at = 0;
    while at < allowed.len() {
        let (x, y) = allowed[at];
        if same_text(x, a) && same_text(y, b) || same_text(x, b) && same_text(y, a) {
            return true;
        }
        at += 1;
    }
    false
}

const fn check_disjoint(a: &EntityDescriptor, b: &EntityDescriptor, schema: &TableSchema) -> ConstText {
    let text = ConstText::new();
    let Some(overlap) = Overlap::find(&a.side(), &b.side(), schema.delimiter) else { return text };
    let text =
        text.add("entities `").add(a.name).add("` and `").add(b.name).add("` can write the same item: ");
    let text = text.add(schema.partition.name).add(" = \"").add(overlap.partition.as_str()).add("\"");
    let text = match &schema.sort {
        Some(sort) => text.add(", ").add(sort.name).add(" = \"").add(overlap.sort.as_str()).add("\""),
        None => text,
    };
    let text = text.add("; give one of them a literal that the other does not have, or declare ");
    text.add("`#[table(allow_overlap(").add(a.name).add(", ").add(b.name).add("))]`")
}

const fn check_tags(a: &EntityDescriptor, b: &EntityDescriptor, schema: &TableSchema) -> ConstText {
    let text = ConstText::new();
    let Some(tag) = (if schema.tag.is_some() { shared_tag(a, b) } else { None }) else { return text };
    let text =
        text.add("entities `").add(a.name).add("` and `").add(b.name).add("` have the same type tag \"");
    text.add(tag).add("\"; give one of them another: `#[entity(tag = \"...\")]`")
}

/// A tag that both have, now or before.
const fn shared_tag(a: &EntityDescriptor, b: &EntityDescriptor) -> Option<&'static str> {
    let mut at = 0;
    while let Some(tag) = nth_tag(a, at) {
        let mut other_at = 0;
        while let Some(other) = nth_tag(b, other_at) {
            if same_text(tag, other) {
                return Some(tag);
            }
            other_at += 1;
        }
        at += 1;
    }
    None
}

const fn nth_tag(entity: &EntityDescriptor, n: usize) -> Option<&'static str> {
    match n {
        0 => Some(entity.tag),
        _ if n <= entity.tag_aliases.len() => Some(entity.tag_aliases[n - 1]),
        _ => None,
    }
}

const fn check_indexes(schema: &TableSchema) -> ConstText {
    let text = ConstText::new();
    let (mut n_global, mut n_local, mut at) = (0, 0, 0);
    while at < schema.indexes.len() {
        if schema.indexes[at].local {
            n_local += 1;
        } else {
            n_global += 1;
        }
        at += 1;
    }
    if n_global > GLOBAL_INDEXES_MAX {
        return text.add("table `").add(schema.type_name).add("` has more than 20 global secondary indexes");
    }
    if n_local > LOCAL_INDEXES_MAX {
        return text.add("table `").add(schema.type_name).add("` has more than 5 local secondary indexes");
    }
    if n_local > 0 && schema.sort.is_none() {
        let text = text.add("table `").add(schema.type_name).add("` has a local index but no sort key; ");
        return text.add("a local index orders the items of a partition anew: add `sk = \"...\"` to the table, or use a `gsi`");
    }
    text
}

const fn check_delimiter(entity: &EntityDescriptor, schema: &TableSchema) -> ConstText {
    let text = ConstText::new();
    if entity.delimiter == schema.delimiter {
        return text;
    }
    let text =
        text.add("entity `").add(entity.name).add("` has the delimiter `").add_byte(entity.delimiter as u8);
    let text =
        text.add("` and table `").add(schema.type_name).add("` has `").add_byte(schema.delimiter as u8);
    text.add("`; all entities of a table share one: write `delimiter = \"")
        .add_byte(schema.delimiter as u8)
        .add("\"` in `#[entity(...)]`")
}

const fn check_primary_key(entity: &EntityDescriptor, schema: &TableSchema) -> ConstText {
    let (source, attribute) =
        (std::slice::from_ref(&entity.partition), std::slice::from_ref(&schema.partition));
    let text = check_key(entity, "pk", source, attribute, schema, "");
    if !text.is_empty() {
        return text;
    }
    check_key(entity, "sk", entity.sort.as_slice(), schema.sort.as_slice(), schema, "")
}

const fn check_index_keys(entity: &EntityDescriptor, schema: &TableSchema) -> ConstText {
    let mut mistakes = ConstText::new();
    let mut at = 0;
    while at < entity.indexes.len() {
        let keys = &entity.indexes[at];
        // That the index is declared at all is checked by types, with a better place for the message.
        if let Some(index) = schema.index_named(keys.index) {
            let of_index = if keys.inverted {
                check_inverted(entity, schema, index)
            } else {
                let sort = check_key(entity, "sk", keys.sort, index.sort, schema, keys.index);
                if index.local {
                    sort
                } else {
                    check_key(entity, "pk", keys.partition, index.partition, schema, keys.index).and(&sort)
                }
            };
            mistakes = mistakes.and(&of_index);
        }
        at += 1;
    }
    mistakes
}

/// An index that is said to be the primary key the other way round.
const fn check_inverted(entity: &EntityDescriptor, schema: &TableSchema, index: &IndexSchema) -> ConstText {
    let Some(sort) = &schema.sort else { return ConstText::new() };
    let is_inverted = match (index.partition, index.sort) {
        ([a], [b]) => same_text(a.name, sort.name) && same_text(b.name, schema.partition.name),
        _ => false,
    };
    if is_inverted {
        return ConstText::new();
    }
    let text = of_entity(entity).add(" says that index `").add(index.name);
    let text = text.add("` is the primary key the other way round, and it is not; declare it as `gsi(");
    let text =
        text.add(index.name).add(", pk = \"").add(sort.name).add("\", sk = \"").add(schema.partition.name);
    text.add("\")`, or write the keys instead of `inverted`")
}

/// A key of an entity: the attribute that it is written to, and what makes it.
type KeyOf<'s> = (KeyAttributeSchema, &'s KeySource);

/// Most key attributes of the table or an index: those of the partition key, then those of the sort key.
const KEYS_MAX: usize = 2 * KEY_ATTRIBUTES_MAX;

/// How many keys [`nth_key`] has room for.
const fn n_keys(entity: &EntityDescriptor) -> usize {
    KEYS_MAX * (1 + entity.indexes.len())
}

/// What makes the keys of the group that the `n`th is in: a partition key, or a sort key.
const fn group(entity: &EntityDescriptor, n: usize) -> &[KeySource] {
    match (n / KEYS_MAX, n % KEYS_MAX >= KEY_ATTRIBUTES_MAX) {
        (0, false) => std::slice::from_ref(&entity.partition),
        (0, true) => entity.sort.as_slice(),
        (of, false) => entity.indexes[of - 1].partition,
        (of, true) => entity.indexes[of - 1].sort,
    }
}

/// The number of the key after the `n`th. Most of the room is empty, and the compiler would be long about it.
const fn after(entity: &EntityDescriptor, n: usize) -> usize {
    let at = n % KEY_ATTRIBUTES_MAX;
    if at + 1 < group(entity, n).len() { n + 1 } else { n - at + KEY_ATTRIBUTES_MAX }
}

/// The `n`th key of an entity: room for those of the table, then for those of each index; `None` where there is none, or
/// where it is that of the table.
const fn nth_key<'s>(entity: &'s EntityDescriptor, schema: &'s TableSchema, n: usize) -> Option<KeyOf<'s>> {
    let (of, is_sort, at) = (n / KEYS_MAX, n % KEYS_MAX >= KEY_ATTRIBUTES_MAX, n % KEY_ATTRIBUTES_MAX);
    let sources = group(entity, n);
    if at >= sources.len() {
        return None;
    }
    let attributes = if of == 0 {
        if is_sort { schema.sort.as_slice() } else { std::slice::from_ref(&schema.partition) }
    } else {
        let keys = &entity.indexes[of - 1];
        let Some(index) = schema.index_named(keys.index) else { return None };
        if keys.inverted || index.local && !is_sort {
            return None;
        }
        if is_sort { index.sort } else { index.partition }
    };
    if sources.len() == attributes.len() { Some((attributes[at], &sources[at])) } else { None }
}

/// Two keys in one attribute must be made the same way, or one would overwrite the other.
const fn check_sources(entity: &EntityDescriptor, schema: &TableSchema) -> ConstText {
    let n_keys = n_keys(entity);
    let mut a = 0;
    while a < n_keys {
        let Some((name, source)) = nth_key(entity, schema, a) else {
            a = after(entity, a);
            continue;
        };
        let mut b = after(entity, a);
        while b < n_keys {
            if let Some((other_name, other)) = nth_key(entity, schema, b)
                && same_text(name.name, other_name.name)
                && !same_source(source, other)
            {
                let text = of_entity(entity).add(" makes the attribute `").add(name.name);
                return text.add("` in two ways, so that one key would overwrite another; write the same template for both, or give the index another attribute");
            }
            b = after(entity, b);
        }
        a = after(entity, a);
    }
    ConstText::new()
}

/// The partition key or the sort key of an entity against that of its table, or of the index of this name.
const fn check_key(
    entity: &EntityDescriptor,
    which: &str,
    sources: &[KeySource],
    attributes: &[KeyAttributeSchema],
    schema: &TableSchema,
    index: &str,
) -> ConstText {
    match (sources, attributes) {
        ([], [_]) => {
            let text = of_whom(of_entity(entity).add(" has no `").add(which).add("` for "), schema, index);
            let text = text.add(", which has one; add `").add(which).add(" = \"...\"` to `");
            return of_keys(text, index);
        }
        ([_, ..], []) => {
            let text = of_whom(of_entity(entity).add(" has a `").add(which).add("` for "), schema, index);
            let text = text.add(", which has none; remove it from `");
            return of_keys(text, index).add(", or declare one there");
        }
        _ if sources.len() != attributes.len() => {
            let text = of_entity(entity).add(": `").add(which).add("` has ").add_digit(sources.len());
            let text = text.add(if sources.len() == 1 { " attribute" } else { " attributes" });
            let text = of_whom(text.add(", and that of "), schema, index);
            let text = text.add(" has ").add_digit(attributes.len()).add(": ");
            return add_names(text, attributes)
                .add("; name the fields that are stored in these, in this order");
        }
        _ => {}
    }
    if let Some(plain) = out_of_place(sources, attributes) {
        let text = of_entity(entity).add(": the field `").add(plain.field);
        let text = text.add("` is out of its place; the attributes of `").add(which).add("` of ");
        return add_names(of_whom(text, schema, index).add(" are, in this order, "), attributes);
    }
    let mut mistakes = ConstText::new();
    let mut at = 0;
    while at < sources.len() {
        let part = check_key_attribute(entity, which, at, (sources, attributes), schema, index);
        mistakes = mistakes.and(&part);
        at += 1;
    }
    mistakes
}

/// A field that is stored in another attribute of the key than in that of its place.
const fn out_of_place<'s>(sources: &'s [KeySource], attributes: &[KeyAttributeSchema]) -> Option<&'s Plain> {
    let mut at = 0;
    while at < sources.len() {
        if let KeySource::Plain(plain) = &sources[at]
            && !same_text(plain.attribute, attributes[at].name)
            && is_one_of(attributes, plain.attribute)
        {
            return Some(plain);
        }
        at += 1;
    }
    None
}

/// The names of key attributes, as a list.
const fn add_names(mut text: ConstText, attributes: &[KeyAttributeSchema]) -> ConstText {
    let mut at = 0;
    while at < attributes.len() {
        text = text.add(if at > 0 { ", `" } else { "`" }).add(attributes[at].name).add("`");
        at += 1;
    }
    text
}

/// One attribute of a key, of which there are as many on both sides.
const fn check_key_attribute(
    entity: &EntityDescriptor,
    which: &str,
    at: usize,
    (sources, attributes): (&[KeySource], &[KeyAttributeSchema]),
    schema: &TableSchema,
    index: &str,
) -> ConstText {
    let (source, attribute, is_list) = (&sources[at], attributes[at], attributes.len() > 1);
    if source.kind() as u8 != attribute.kind as u8 {
        let text = of_entity(entity).add(": `");
        let text = match source {
            KeySource::Plain(plain) if is_list => text.add(plain.field).add("` in `").add(which),
            _ => text.add(which),
        };
        let text = text.add("` is of kind ").add(source.kind().name()).add(" but `");
        let text = text.add(attribute.name).add("` of ");
        let text = of_whom(text, schema, index).add(" is of kind ").add(attribute.kind.name());
        let text = text.add("; write the same there, as `").add(which);
        let text = text.add(if is_list { " = [.., \"" } else { " = \"" });
        let text = text.add(attribute.name).add("\": ").add(source.kind().name());
        return text.add(if is_list { ", ..]`" } else { "`" });
    }
    match source {
        KeySource::Plain(plain) if !same_text(plain.attribute, attribute.name) => {
            let text = of_entity(entity).add(": the field `").add(plain.field);
            let text = text.add("` is stored as `").add(plain.attribute);
            let text = text.add("` but the key of ");
            let text = of_whom(text, schema, index)
                .add(" is `")
                .add(attribute.name)
                .add("`; add `#[attr(rename = \"");
            text.add(attribute.name).add("\")]` to the field")
        }
        _ => ConstText::new(),
    }
}

const fn of_whom(text: ConstText, schema: &TableSchema, index: &str) -> ConstText {
    if index.is_empty() {
        text.add("table `").add(schema.type_name).add("`")
    } else {
        text.add("index `").add(index).add("` of table `").add(schema.type_name).add("`")
    }
}

/// Where an entity declares its keys in the table, or in an index.
const fn of_keys(text: ConstText, index: &str) -> ConstText {
    if index.is_empty() { text.add("#[entity(...)]`") } else { text.add("index(").add(index).add(", ...)`") }
}

/// The schema version has an attribute of its own.
const fn check_version(entity: &EntityDescriptor, schema: &TableSchema) -> ConstText {
    let (text, name) = (ConstText::new(), schema.version);
    if entity.version.is_none() {
        return text;
    }
    let what = match (schema.tag, schema.ttl) {
        (Some(tag), _) if same_text(tag, name) => "the type tag",
        (_, Some(ttl)) if same_text(ttl, name) => "the time to live",
        _ if is_key_attribute(schema, name) => "a key",
        _ => return text,
    };
    let text = of_entity(entity).add(" has a schema version, which table `").add(schema.type_name);
    let text = text.add("` keeps in `").add(name).add("`, where ").add(what);
    text.add(" is; choose another attribute: `version_attribute = \"...\"` of the table")
}

/// Whether an attribute is a key of the table or an index.
const fn is_key_attribute(schema: &TableSchema, name: &str) -> bool {
    if same_text(schema.partition.name, name) || is_one_of(schema.sort.as_slice(), name) {
        return true;
    }
    let mut at = 0;
    while at < schema.indexes.len() {
        let index = &schema.indexes[at];
        if is_one_of(index.partition, name) || is_one_of(index.sort, name) {
            return true;
        }
        at += 1;
    }
    false
}

const fn check_attributes(entity: &EntityDescriptor, schema: &TableSchema) -> ConstText {
    let mut mistakes = ConstText::new();
    let mut at = 0;
    while at < entity.attributes.len() {
        let attribute = &entity.attributes[at];
        let mut n = 0;
        while let Some(name) = attribute.nth_name(n) {
            mistakes = mistakes.and(&check_attribute(entity, attribute, name, schema));
            n += 1;
        }
        at += 1;
    }
    mistakes
}

const fn check_attribute(
    entity: &EntityDescriptor,
    attribute: &AttributeDescriptor,
    name: &str,
    schema: &TableSchema,
) -> ConstText {
    if let Some(tag) = schema.tag
        && same_text(tag, name)
    {
        let text = stored_as(entity, attribute, name).add("where table `").add(schema.type_name);
        return text.add("` keeps the type tag; rename one: `#[attr(rename = \"...\")]` or `#[table(type_attribute = \"...\")]`");
    }
    if entity.version.is_some() && same_text(schema.version, name) {
        let text = stored_as(entity, attribute, name).add("where table `").add(schema.type_name);
        return text.add("` keeps the schema version; rename one: `#[attr(rename = \"...\")]` or `version_attribute = \"...\"` of the table");
    }
    if is_template_key(entity, schema, name) {
        let text = stored_as(entity, attribute, name).add("where table `").add(schema.type_name);
        return text.add("` keeps a key that a template makes; add `#[attr(rename = \"...\")]`");
    }
    if let Some(index) = unasked_index(entity, schema, name) {
        let text = stored_as(entity, attribute, name).add("which is a key of index `").add(index);
        let text = text.add("`, so that the item would be in the index unasked; declare `#[entity(index(");
        return text.add(index).add(", ...))]`, or rename the field: `#[attr(rename = \"...\")]`");
    }
    if let Some((index, key)) = foreign_kind(entity, attribute, name, schema) {
        let text = stored_as(entity, attribute, name).add("which is a key of index `").add(index);
        let text = text.add("` and of kind ").add(key.kind.name());
        let text = match attribute.kinds {
            [kind] => text.add(", but the field is of kind ").add(kind.name()),
            _ => text.add(", but the field is of a type that no key has"),
        };
        return text
            .add(", and DynamoDB would refuse the item; rename the field: `#[attr(rename = \"...\")]`");
    }
    match (attribute.role, schema.ttl) {
        (AttributeRole::Stored | AttributeRole::Flattened(_), Some(ttl)) if same_text(ttl, name) => {
            let text = stored_as(entity, attribute, name).add("which is the time to live of table `");
            text.add(schema.type_name).add(
                "`, so that DynamoDB would delete the item by it; add `#[attr(ttl)]`, or rename the field",
            )
        }
        (AttributeRole::TimeToLive, Some(ttl)) if !same_text(ttl, name) => {
            let text = of_field(entity, attribute).add("is a time to live, which table `");
            let text = text.add(schema.type_name).add("` keeps in `").add(ttl);
            text.add("`; add `rename = \"").add(ttl).add("\"` to its `#[attr(...)]`")
        }
        (AttributeRole::TimeToLive, None) => {
            let text = of_field(entity, attribute).add("is a time to live, but table `");
            let text = text.add(schema.type_name).add("` has none; add `ttl = \"");
            text.add(name).add("\"` to its `#[table(...)]`")
        }
        _ => ConstText::new(),
    }
}

const fn of_field(entity: &EntityDescriptor, attribute: &AttributeDescriptor) -> ConstText {
    of_entity(entity).add(": the field `").add(attribute.field).add("` ")
}

const fn stored_as(entity: &EntityDescriptor, attribute: &AttributeDescriptor, name: &str) -> ConstText {
    of_field(entity, attribute).add("is stored as `").add(name).add("`, ")
}

/// How messages begin. Few entities have mistakes, so it is written only for those.
const fn of_entity(entity: &EntityDescriptor) -> ConstText {
    ConstText::new().add("entity `").add(entity.name).add("`")
}

/// The index that an attribute is a key of although the entity does not say so.
///
/// Of a key of several attributes, an item may have some: it is in the index only with all.
const fn unasked_index<'s>(
    entity: &EntityDescriptor,
    schema: &'s TableSchema,
    name: &str,
) -> Option<&'s str> {
    let mut at = 0;
    while at < schema.indexes.len() {
        let index = &schema.indexes[at];
        let is_part = is_one_of(index.sort, name) || !index.local && is_one_of(index.partition, name);
        let is_list = index.partition.len() > 1 || index.sort.len() > 1;
        if is_part
            && entity.index_named(index.name).is_none()
            && if is_list {
                // One mistake is enough for all of its attributes.
                is_first_stored(entity, index, name)
                    && has_all(entity, schema, index.partition)
                    && has_all(entity, schema, index.sort)
            } else {
                !is_key(entity, schema, name)
            }
        {
            return Some(index.name);
        }
        at += 1;
    }
    None
}

/// Whether an attribute is the first of an index's key that a field is stored in.
const fn is_first_stored(entity: &EntityDescriptor, index: &IndexSchema, name: &str) -> bool {
    let mut at = 0;
    while at < index.partition.len() {
        if is_stored(entity, index.partition[at].name) {
            return same_text(index.partition[at].name, name);
        }
        at += 1;
    }
    true
}

/// Whether the items of an entity have all of these attributes, or may have.
const fn has_all(entity: &EntityDescriptor, schema: &TableSchema, attributes: &[KeyAttributeSchema]) -> bool {
    let mut at = 0;
    while at < attributes.len() {
        if !is_stored(entity, attributes[at].name) && !is_key(entity, schema, attributes[at].name) {
            return false;
        }
        at += 1;
    }
    true
}

/// Whether a field is stored in the attribute of this name.
const fn is_stored(entity: &EntityDescriptor, name: &str) -> bool {
    let mut at = 0;
    while at < entity.attributes.len() {
        let mut n = 0;
        while let Some(stored) = entity.attributes[at].nth_name(n) {
            if same_text(stored, name) {
                return true;
            }
            n += 1;
        }
        at += 1;
    }
    false
}

/// Whether an attribute is a key of the entity.
const fn is_key(entity: &EntityDescriptor, schema: &TableSchema, name: &str) -> bool {
    let mut at = 0;
    while at < n_keys(entity) {
        if let Some((attribute, _)) = nth_key(entity, schema, at)
            && same_text(attribute.name, name)
        {
            return true;
        }
        at = after(entity, at);
    }
    false
}

const fn is_one_of(attributes: &[KeyAttributeSchema], name: &str) -> bool {
    let mut at = 0;
    while at < attributes.len() {
        if same_text(attributes[at].name, name) {
            return true;
        }
        at += 1;
    }
    false
}

const fn has_kind(kinds: &[KeyKind], kind: KeyKind) -> bool {
    let mut at = 0;
    while at < kinds.len() {
        if kinds[at] as u8 == kind as u8 {
            return true;
        }
        at += 1;
    }
    false
}

/// An index that the entity is not in, and that has a key attribute which a field is stored in as another kind of value:
/// DynamoDB refuses such items, be they in the index or not.
const fn foreign_kind<'s>(
    entity: &EntityDescriptor,
    attribute: &AttributeDescriptor,
    stored: &str,
    schema: &'s TableSchema,
) -> Option<(&'s str, KeyAttributeSchema)> {
    let mut at = 0;
    while at < schema.indexes.len() {
        let IndexSchema { name, partition, sort, .. } = &schema.indexes[at];
        let mut key = 0;
        while key < partition.len() + sort.len() {
            let part = if key < partition.len() { partition[key] } else { sort[key - partition.len()] };
            let fits = has_kind(attribute.kinds, part.kind);
            if same_text(part.name, stored) && !fits && entity.index_named(name).is_none() {
                return Some((name, part));
            }
            key += 1;
        }
        at += 1;
    }
    None
}

/// Whether an attribute is a key that a template of the entity makes.
const fn is_template_key(entity: &EntityDescriptor, schema: &TableSchema, name: &str) -> bool {
    let mut at = 0;
    while at < n_keys(entity) {
        if let Some((attribute, KeySource::Template(_))) = nth_key(entity, schema, at)
            && same_text(attribute.name, name)
        {
            return true;
        }
        at = after(entity, at);
    }
    false
}
