//! That the items which entities take along are told from entities; the compiler runs these checks.
#![allow(
    clippy::large_types_passed_by_value,
    reason = "the compiler runs it, and a const fn builds by value"
)]

use crate::entity::{
    EntityDescriptor, KeyAttributeSchema, MARKER_OWNER, MARKER_PREFIX, MARKER_SEGMENTS, MARKER_TAG,
    TableSchema, Unique,
};
use crate::error::{ConstText, same_text};
use crate::key::{KeySource, can_begin};
use crate::value::KeyKind;

/// Stops the compiler with a message if an entity of the table could be taken for a marker of this one's unique fields.
///
/// # Panics
///
/// In const evaluation, with the message.
#[track_caller]
pub const fn check_companions(
    entity: &EntityDescriptor,
    schema: &TableSchema,
    entities: &[&EntityDescriptor],
) {
    if entity.unique.is_empty() {
        return;
    }
    let mut mistakes = check_schema(entity, schema);
    let mut at = 0;
    while at < entities.len() && mistakes.is_empty() {
        let mut constraint = 0;
        while constraint < entity.unique.len() && mistakes.is_empty() {
            mistakes = check_apart(entity, &entity.unique[constraint], entities[at], schema);
            constraint += 1;
        }
        at += 1;
    }
    assert!(mistakes.is_empty(), "{}", mistakes.as_str());
}

/// How messages begin.
const fn of_entity(entity: &EntityDescriptor) -> ConstText {
    ConstText::new().add("entity `").add(entity.name).add("` has unique fields, ")
}

const fn check_schema(entity: &EntityDescriptor, schema: &TableSchema) -> ConstText {
    if schema.tag.is_none() {
        let text = of_entity(entity).add("which items of table `").add(schema.type_name);
        return text.add("` mark that only a type tag tells from entities; give the table one: remove `type_attribute = none`");
    }
    let mut at = 0;
    while at < schema.indexes.len() {
        let index = &schema.indexes[at];
        if has(index.partition, MARKER_OWNER) || has(index.sort, MARKER_OWNER) {
            let text =
                of_entity(entity).add("and the items that mark them have an attribute `").add(MARKER_OWNER);
            return text.add("`, which is a key of index `").add(index.name).add("`; give the index another");
        }
        at += 1;
    }
    ConstText::new()
}

const fn has(keys: &[KeyAttributeSchema], name: &str) -> bool {
    let mut at = 0;
    while at < keys.len() {
        if same_text(keys[at].name, name) {
            return true;
        }
        at += 1;
    }
    false
}

/// That no item of an entity can have the key of a marker, or its tag.
const fn check_apart(
    entity: &EntityDescriptor,
    unique: &Unique,
    other: &EntityDescriptor,
    schema: &TableSchema,
) -> ConstText {
    if same_text(other.tag, MARKER_TAG) {
        let text =
            ConstText::new().add("entity `").add(other.name).add("` has the type tag \"").add(MARKER_TAG);
        return text.add(
            "\", which items have that mark unique fields; give it another: `#[entity(tag = \"...\")]`",
        );
    }
    if !can_begin(&other.partition, MARKER_PREFIX, MARKER_SEGMENTS + unique.fields.len()) {
        return ConstText::new();
    }
    let text = of_entity(entity).add("which items of table `").add(schema.type_name).add("` mark whose `");
    let text = text.add(schema.partition.name).add("` begins with \"").add(MARKER_PREFIX);
    let text = text.add_byte(schema.delimiter as u8).add("\"; ");
    match &other.partition {
        KeySource::Plain(plain) => {
            let text = match schema.partition.kind {
                KeyKind::S => {
                    text.add("the partition key of `").add(other.name).add("` could be such a text")
                }
                _ => text.add("the partition key of `").add(other.name).add("` is no text"),
            };
            let text = text.add("; make it by a template: `pk = \"").add(other.name);
            text.add_byte(schema.delimiter as u8).add("{").add(plain.field).add("}\"`")
        }
        KeySource::Template(_) => {
            let text = text.add("the partition key of `").add(other.name).add("` can begin so too; ");
            let text = text.add("begin its template with a literal, such as `").add(other.name);
            text.add_byte(schema.delimiter as u8).add("`")
        }
    }
}
