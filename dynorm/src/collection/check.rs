//! What the compiler checks of a collection and the keys of its members.
#![allow(
    clippy::large_types_passed_by_value,
    reason = "the compiler runs it, and a const fn builds by value"
)]

use super::{CollectionDescriptor, MemberDescriptor, Outline};
use crate::entity::TableSchema;
use crate::error::{ConstText, same_text};
use crate::key::{KeySource, same_form};

/// Stops the compiler with a message if the members of a collection are not in one partition.
///
/// # Panics
///
/// In const evaluation, with the message.
#[track_caller]
pub const fn check_collection(collection: &CollectionDescriptor, schema: &TableSchema) {
    let mut mistakes = check_delimiter(collection, schema);
    let mut at = 0;
    while at < collection.members.len() {
        let member = &collection.members[at];
        let mut other = 0;
        while other < at {
            mistakes = mistakes.and(&check_twice(collection, member, &collection.members[other]));
            other += 1;
        }
        mistakes = mistakes.and(&check_keys(collection, member, schema));
        at += 1;
    }
    assert!(mistakes.is_empty(), "{}", mistakes.as_str());
}

const fn check_delimiter(collection: &CollectionDescriptor, schema: &TableSchema) -> ConstText {
    let text = ConstText::new();
    if collection.delimiter == schema.delimiter {
        return text;
    }
    let text = text.add("collection `").add(collection.name).add("` has the delimiter `");
    let text = text.add_byte(collection.delimiter as u8).add("` and table `").add(schema.type_name);
    let text = text.add("` has `").add_byte(schema.delimiter as u8).add("`; write `delimiter = \"");
    text.add_byte(schema.delimiter as u8).add("\"` in `#[collection(...)]`")
}

/// Which member an item is would not be known.
const fn check_twice(
    collection: &CollectionDescriptor,
    member: &MemberDescriptor,
    other: &MemberDescriptor,
) -> ConstText {
    let text = ConstText::new();
    if !same_text(member.entity.path, other.entity.path) {
        return text;
    }
    let text = text.add("members `").add(other.name).add("` and `").add(member.name).add("` of `");
    let text = text.add(collection.name).add("` are both of the entity `").add(member.entity.name);
    text.add("`, so that it is not known which one an item is; keep one")
}

const fn check_keys(
    collection: &CollectionDescriptor,
    member: &MemberDescriptor,
    schema: &TableSchema,
) -> ConstText {
    if let KeySource::Template(template) = &member.entity.partition
        && template.segments.is_empty()
    {
        // The entity is in error, which the compiler says there.
        return ConstText::new();
    }
    let Some((partition, sort)) = member.sources(collection.index) else {
        let index = match collection.index {
            Some(index) if schema.index_named(index).is_some() => index,
            // That the table does not declare the index is said where the collection names it.
            _ => return ConstText::new(),
        };
        if member.entity.index_named(index).is_some() {
            let text =
                of_member(collection, member).add(" has keys of several attributes in index `").add(index);
            return text.add("`, and a collection reads an index with one partition key and one sort key; write the keys as templates, as `pk = \"{a}#{b}\"`, or query the entities one by one");
        }
        let text = of_member(collection, member).add(" is not in index `").add(index);
        return text
            .add("`; declare its keys there: `#[entity(index(")
            .add(index)
            .add(", ...))]`, or remove the member");
    };
    if partition.shards().is_some() {
        let text = of_member(collection, member).add(" spreads each partition over shards");
        return text.add(", and a collection reads one partition; query the entity by itself");
    }
    // The first member lends its formats to the values of the key.
    let (first_partition, first_sort) = match collection.members[0].sources(collection.index) {
        Some(sources) => sources,
        None => (partition, sort),
    };
    if !is_whole(partition, &collection.partition) || !begins_alike(partition, first_partition, usize::MAX) {
        let text = of_member(collection, member).add(" has the partition key `");
        let text = add_source(text, partition, collection.delimiter).add("`, and the collection reads `");
        return text
            .add(collection.partition.text)
            .add("`; they need the same literals, and fields in the same segments and formats");
    }
    let Some(outline) = &collection.sort else { return ConstText::new() };
    match (sort, first_sort) {
        (Some(sort), Some(first)) => {
            if begins(sort, outline) && begins_alike(sort, first, outline.segments.len()) {
                return ConstText::new();
            }
            let text = of_member(collection, member).add(" has the sort key `");
            let text = add_source(text, sort, collection.delimiter).add("`, which does not begin with `");
            text.add(outline.text).add("`, as the collection wants it; they need the same literals, and fields in the same segments and formats")
        }
        _ => of_member(collection, member)
            .add(" has no sort key, which the collection wants to begin with `")
            .add(outline.text)
            .add("`; remove `sk` from the collection"),
    }
}

const fn of_member(collection: &CollectionDescriptor, member: &MemberDescriptor) -> ConstText {
    let text = ConstText::new().add("member `").add(member.name).add("` of `").add(collection.name);
    text.add("`: `").add(member.entity.name).add("`")
}

/// Whether a key has exactly this form.
const fn is_whole(source: &KeySource, outline: &Outline) -> bool {
    match source {
        KeySource::Template(template) => {
            template.segments.len() == outline.segments.len() && begins(source, outline)
        }
        KeySource::Plain(_) => outline.segments.is_empty(),
    }
}

/// Whether a key begins with this form, segment by segment.
const fn begins(source: &KeySource, outline: &Outline) -> bool {
    let KeySource::Template(template) = source else { return false };
    if outline.segments.is_empty() || template.segments.len() < outline.segments.len() {
        return false;
    }
    let mut at = 0;
    while at < outline.segments.len() {
        let (segment, wanted) = (&template.segments[at], &outline.segments[at]);
        if segment.field.is_some() != wanted.field || !same_text(segment.literal, wanted.literal) {
            return false;
        }
        at += 1;
    }
    true
}

/// Whether the first segments of two keys of one form write the same value as the same text.
const fn begins_alike(a: &KeySource, b: &KeySource, n_segments: usize) -> bool {
    let (a, b) = match (a, b) {
        (KeySource::Template(a), KeySource::Template(b)) => (a.segments, b.segments),
        (KeySource::Plain(a), KeySource::Plain(b)) => return a.kind as u8 == b.kind as u8,
        _ => return false,
    };
    let mut at = 0;
    while at < n_segments && at < a.len() && at < b.len() {
        if let (Some(a), Some(b)) = (&a[at].field, &b[at].field)
            && !same_form(a, b)
        {
            return false;
        }
        at += 1;
    }
    true
}

/// A key as it is written, without formats.
const fn add_source(mut text: ConstText, source: &KeySource, delimiter: char) -> ConstText {
    let template = match source {
        KeySource::Plain(plain) => return text.add(plain.field),
        KeySource::Template(template) => template,
    };
    let mut at = 0;
    while at < template.segments.len() {
        if at > 0 {
            text = text.add_byte(delimiter as u8);
        }
        text = text.add(template.segments[at].literal);
        if let Some(field) = &template.segments[at].field {
            text = text.add("{").add(field.field).add("}");
        }
        at += 1;
    }
    text
}
