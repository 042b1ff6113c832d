//! Contradictions that show only when a table and its entities are seen together; the compiler runs these checks.
#![allow(
    clippy::large_types_passed_by_value,
    reason = "the compiler runs it, and a const fn builds by value"
)]

use crate::entity::{AttributeDescriptor, AttributeRole, EntityDescriptor, KeyAttributeSchema, TableSchema};
use crate::error::{ConstText, same_text};
use crate::key::{KeySource, Overlap, same_source};

/// Most global secondary indexes of a table.
const GLOBAL_INDEXES_MAX: usize = 20;
/// Most local secondary indexes of a table.
const LOCAL_INDEXES_MAX: usize = 5;

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
    report(&keys.and(&check_attributes(entity, schema)));
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
    let text = check_key(entity, "pk", Some(&entity.partition), Some(schema.partition), schema, "");
    if !text.is_empty() {
        return text;
    }
    check_key(entity, "sk", entity.sort.as_ref(), schema.sort, schema, "")
}

const fn check_index_keys(entity: &EntityDescriptor, schema: &TableSchema) -> ConstText {
    let mut mistakes = ConstText::new();
    let mut at = 0;
    while at < entity.indexes.len() {
        let keys = &entity.indexes[at];
        // That the index is declared at all is checked by types, with a better place for the message.
        if let Some(index) = schema.index_named(keys.index) {
            if !index.local {
                let (source, attribute) = (Some(&keys.partition), Some(index.partition));
                mistakes = mistakes.and(&check_key(entity, "pk", source, attribute, schema, keys.index));
            }
            let sort = check_key(entity, "sk", keys.sort.as_ref(), index.sort, schema, keys.index);
            mistakes = mistakes.and(&sort);
        }
        at += 1;
    }
    mistakes
}

/// A key of an entity: the attribute that it is written to, and what makes it.
type KeyOf<'s> = (KeyAttributeSchema, &'s KeySource);

/// The `n`th key of an entity: the primary key's two, then two for each index; `None` where there is none, or where it
/// is that of the table.
const fn nth_key<'s>(entity: &'s EntityDescriptor, schema: &TableSchema, n: usize) -> Option<KeyOf<'s>> {
    let (source, attribute) = match n {
        0 => (Some(&entity.partition), Some(schema.partition)),
        1 => (entity.sort.as_ref(), schema.sort),
        _ => {
            let keys = &entity.indexes[n / 2 - 1];
            let Some(index) = schema.index_named(keys.index) else { return None };
            if n % 2 == 1 {
                (keys.sort.as_ref(), index.sort)
            } else if index.local {
                return None;
            } else {
                (Some(&keys.partition), Some(index.partition))
            }
        }
    };
    match (source, attribute) {
        (Some(source), Some(attribute)) => Some((attribute, source)),
        _ => None,
    }
}

/// Two keys in one attribute must be made the same way, or one would overwrite the other.
const fn check_sources(entity: &EntityDescriptor, schema: &TableSchema) -> ConstText {
    let n_keys = 2 + 2 * entity.indexes.len();
    let mut a = 0;
    while a < n_keys {
        let mut b = a + 1;
        while b < n_keys {
            if let (Some((name, source)), Some((other_name, other))) =
                (nth_key(entity, schema, a), nth_key(entity, schema, b))
                && same_text(name.name, other_name.name)
                && !same_source(source, other)
            {
                let text = of_entity(entity).add(" makes the attribute `").add(name.name);
                return text.add("` in two ways, so that one key would overwrite another; write the same template for both, or give the index another attribute");
            }
            b += 1;
        }
        a += 1;
    }
    ConstText::new()
}

/// One key of an entity against that of its table, or of the index of this name.
const fn check_key(
    entity: &EntityDescriptor,
    which: &str,
    source: Option<&KeySource>,
    attribute: Option<KeyAttributeSchema>,
    schema: &TableSchema,
    index: &str,
) -> ConstText {
    let (source, attribute) = match (source, attribute) {
        (None, None) => return ConstText::new(),
        (Some(source), Some(attribute)) => (source, attribute),
        (None, Some(_)) => {
            let text = of_whom(of_entity(entity).add(" has no `").add(which).add("` for "), schema, index);
            let text = text.add(", which has one; add `").add(which).add(" = \"...\"` to `");
            return of_keys(text, index);
        }
        (Some(_), None) => {
            let text = of_whom(of_entity(entity).add(" has a `").add(which).add("` for "), schema, index);
            let text = text.add(", which has none; remove it from `");
            return of_keys(text, index).add(", or declare one there");
        }
    };
    if source.kind() as u8 != attribute.kind as u8 {
        let text = of_entity(entity)
            .add(": `")
            .add(which)
            .add("` is of kind ")
            .add(source.kind().name())
            .add(" but `");
        let text = text.add(attribute.name).add("` of ");
        let text = of_whom(text, schema, index).add(" is of kind ").add(attribute.kind.name());
        return text
            .add("; write the same there, as `")
            .add(which)
            .add(" = \"")
            .add(attribute.name)
            .add("\": ")
            .add(source.kind().name())
            .add("`");
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

const fn check_attributes(entity: &EntityDescriptor, schema: &TableSchema) -> ConstText {
    let mut mistakes = ConstText::new();
    let mut at = 0;
    while at < entity.attributes.len() {
        let attribute = &entity.attributes[at];
        let mut n = 0;
        while let Some(name) = nth_name(attribute, n) {
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
    if is_template_key(entity, schema, name) {
        let text = stored_as(entity, attribute, name).add("where table `").add(schema.type_name);
        return text.add("` keeps a key that a template makes; add `#[attr(rename = \"...\")]`");
    }
    if let Some(index) = unasked_index(entity, schema, name) {
        let text = stored_as(entity, attribute, name).add("which is a key of index `").add(index);
        let text = text.add("`, so that the item would be in the index unasked; declare `#[entity(index(");
        return text.add(index).add(", ...))]`, or rename the field: `#[attr(rename = \"...\")]`");
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

/// The `n`th name of an attribute that a field is stored in: its own, older ones, or those of its members.
const fn nth_name(attribute: &AttributeDescriptor, n: usize) -> Option<&'static str> {
    match attribute.role {
        AttributeRole::Skipped => None,
        AttributeRole::Flattened(names) => names.nth(n),
        AttributeRole::Stored | AttributeRole::TimeToLive | AttributeRole::Version => match n {
            0 => Some(attribute.name),
            _ if n <= attribute.aliases.len() => Some(attribute.aliases[n - 1]),
            _ => None,
        },
    }
}

/// The index that an attribute is a key of although the entity does not say so.
const fn unasked_index<'s>(
    entity: &EntityDescriptor,
    schema: &'s TableSchema,
    name: &str,
) -> Option<&'s str> {
    let mut at = 0;
    while at < 2 + 2 * entity.indexes.len() {
        if let Some((attribute, _)) = nth_key(entity, schema, at)
            && same_text(attribute.name, name)
        {
            return None;
        }
        at += 1;
    }
    let mut at = 0;
    while at < schema.indexes.len() {
        let index = &schema.indexes[at];
        let is_sort = match index.sort {
            Some(sort) => same_text(sort.name, name),
            None => false,
        };
        if is_sort || !index.local && same_text(index.partition.name, name) {
            return Some(index.name);
        }
        at += 1;
    }
    None
}

/// Whether an attribute is a key that a template of the entity makes.
const fn is_template_key(entity: &EntityDescriptor, schema: &TableSchema, name: &str) -> bool {
    let mut at = 0;
    while at < 2 + 2 * entity.indexes.len() {
        if let Some((attribute, KeySource::Template(_))) = nth_key(entity, schema, at)
            && same_text(attribute.name, name)
        {
            return true;
        }
        at += 1;
    }
    false
}
