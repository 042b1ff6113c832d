//! That the items which entities take along are told from entities; the compiler runs these checks.
#![allow(
    clippy::large_types_passed_by_value,
    reason = "the compiler runs it, and a const fn builds by value"
)]

use crate::entity::{
    EntityDescriptor, KeyAttributeSchema, MARKER_OWNER, MARKER_PREFIX, MARKER_SEGMENTS, MARKER_TAG,
    TableSchema, Unique, VERSION_ATTRIBUTES, VERSION_PREFIX, VERSION_TAG,
};
use crate::error::{ConstText, same_text};
use crate::key::{KeySource, Template, can_begin};
use crate::value::KeyKind;

/// Stops the compiler with a message if an entity of the table could be taken for an item that goes along with this one's:
/// a marker of its unique fields, a version of its history.
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
    let unique = check_unique_fields(entity, schema, entities);
    assert!(unique.is_empty(), "{}", unique.as_str());
    let history = check_history(entity, schema, entities);
    assert!(history.is_empty(), "{}", history.as_str());
}

const fn check_unique_fields(
    entity: &EntityDescriptor,
    schema: &TableSchema,
    entities: &[&EntityDescriptor],
) -> ConstText {
    if entity.unique.is_empty() {
        return ConstText::new();
    }
    let mut mistakes = MARKERS.check_schema(entity, schema, &[MARKER_OWNER]);
    let mut at = 0;
    while at < entities.len() && mistakes.is_empty() {
        let mut constraint = 0;
        while constraint < entity.unique.len() && mistakes.is_empty() {
            let Unique { fields, .. } = entity.unique[constraint];
            mistakes = MARKERS.check_apart(entity, MARKER_SEGMENTS + fields.len(), entities[at], schema);
            constraint += 1;
        }
        at += 1;
    }
    mistakes
}

const fn check_history(
    entity: &EntityDescriptor,
    schema: &TableSchema,
    entities: &[&EntityDescriptor],
) -> ConstText {
    let Some(rules) = entity.history else { return ConstText::new() };
    let mut mistakes = VERSIONS.check_schema(entity, schema, &VERSION_ATTRIBUTES);
    if mistakes.is_empty() {
        mistakes = check_versions_keys(entity, schema);
    }
    if mistakes.is_empty() && rules.keep_seconds.is_some() && schema.ttl.is_none() {
        let text = VERSIONS.of(entity).add("of which versions are to end, and table `").add(schema.type_name);
        return text
            .add("` has no time to live; give it one, `ttl = \"ttl\"`, or write `history` without `keep`");
    }
    let n_segments = match &entity.partition {
        KeySource::Template(Template { segments, .. }) => segments.len() + 1,
        KeySource::Plain(_) => 0,
    };
    let mut at = 0;
    while at < entities.len() && mistakes.is_empty() {
        mistakes = VERSIONS.check_apart(entity, n_segments, entities[at], schema);
        at += 1;
    }
    mistakes
}

/// That the keys of the table can have the number of a version in their order.
const fn check_versions_keys(entity: &EntityDescriptor, schema: &TableSchema) -> ConstText {
    let text = VERSIONS.of(entity);
    let Some(sort) = &schema.sort else {
        let text =
            text.add("whose versions are in the order of a sort key, and table `").add(schema.type_name);
        return text.add("` has none; give it one: `sk = \"").add(entity.name).add("\"`");
    };
    if matches!(sort.kind, KeyKind::S) {
        return ConstText::new();
    }
    let text = text.add("whose versions have their number in the sort key, and `").add(sort.name);
    text.add("` is no text; make it by a template: `sk = \"{").add(sort.name).add("}\"`")
}

/// Items that go along with those of an entity.
struct Companions {
    /// What of the entity they are for.
    has: &'static str,
    /// What they do with what they are for.
    deed: &'static str,
    /// What their partition keys begin with.
    prefix: &'static str,
    tag: &'static str,
}

const MARKERS: Companions =
    Companions { has: "unique fields", deed: "mark", prefix: MARKER_PREFIX, tag: MARKER_TAG };
const VERSIONS: Companions =
    Companions { has: "a history", deed: "keep", prefix: VERSION_PREFIX, tag: VERSION_TAG };

impl Companions {
    /// How messages begin.
    const fn of(&self, entity: &EntityDescriptor) -> ConstText {
        ConstText::new().add("entity `").add(entity.name).add("` has ").add(self.has).add(", ")
    }

    /// That the table has a tag, and no index by the attributes that they have of their own.
    const fn check_schema(
        &self,
        entity: &EntityDescriptor,
        schema: &TableSchema,
        attributes: &[&str],
    ) -> ConstText {
        if schema.tag.is_none() {
            let text = self.of(entity).add("which items of table `").add(schema.type_name).add("` ");
            let text =
                text.add(self.deed).add(" that only a type tag tells from entities; give the table one: ");
            return text.add("remove `type_attribute = none`");
        }
        let mut at = 0;
        while at < schema.indexes.len() {
            let (index, mut name) = (&schema.indexes[at], 0);
            while name < attributes.len() {
                if has(index.partition, attributes[name]) || has(index.sort, attributes[name]) {
                    let text =
                        self.of(entity).add("for which items have an attribute `").add(attributes[name]);
                    let text = text.add("`, and that is a key of index `").add(index.name);
                    return text.add("`; give the index another");
                }
                name += 1;
            }
            at += 1;
        }
        ConstText::new()
    }

    /// That no item of an entity can have the key of one of them, or their tag.
    const fn check_apart(
        &self,
        entity: &EntityDescriptor,
        n_segments: usize,
        other: &EntityDescriptor,
        schema: &TableSchema,
    ) -> ConstText {
        if same_text(other.tag, self.tag) {
            let text = ConstText::new().add("entity `").add(other.name).add("` has the type tag \"");
            let text = text.add(self.tag).add("\", which items have that ").add(self.deed).add(" ");
            return text.add(self.has).add("; give it another: `#[entity(tag = \"...\")]`");
        }
        if !can_begin(&other.partition, self.prefix, n_segments) {
            return ConstText::new();
        }
        let text = self.of(entity).add("which items of table `").add(schema.type_name).add("` ");
        let text = text.add(self.deed).add(" whose `").add(schema.partition.name).add("` begins with \"");
        let text = text.add(self.prefix).add_byte(schema.delimiter as u8).add("\"; ");
        add_way_out(text, other, schema)
    }
}

/// What to change of an entity whose partition key can be that of another's companions.
const fn add_way_out(text: ConstText, other: &EntityDescriptor, schema: &TableSchema) -> ConstText {
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
