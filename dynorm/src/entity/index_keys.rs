//! Index keys of an entity: those of a whole item, and those that an update changes.

use std::any::Any;

use super::codec::{decode, key_error};
use super::key::StoredPart;
use super::{Entity, EntityDescriptor, IndexKeys, Key, KeyAttributeSchema, Table, TableSchema};
use crate::error::Result;
use crate::key::{BoxedPart, Given, KeySource};
use crate::value::{Item, Value};

/// A key attribute of an index, and what makes it.
struct IndexKey {
    /// The index's place in the descriptor.
    index: usize,
    keys: &'static IndexKeys,
    source: &'static KeySource,
    attribute: KeyAttributeSchema,
}

/// All key attributes of indexes, but for those of the table: a local index has its partition key, and one that is the
/// primary key the other way round has both.
fn index_keys(
    descriptor: &'static EntityDescriptor,
    schema: &'static TableSchema,
) -> impl Iterator<Item = IndexKey> {
    let indexes = descriptor.indexes.iter().enumerate().filter(|(_, keys)| !keys.inverted);
    indexes.flat_map(move |(index, keys)| {
        let declared = schema.index(keys.index);
        let partition =
            declared.filter(|i| !i.local).into_iter().flat_map(|i| keys.partition.iter().zip(i.partition));
        let sort = declared.into_iter().flat_map(|i| keys.sort.iter().zip(i.sort));
        partition.chain(sort).map(move |(source, attribute)| IndexKey {
            index,
            keys,
            source,
            attribute: *attribute,
        })
    })
}

/// Makes the index keys of an item of `E` anew from its attributes; others stay, also those that `E` does not know.
pub(crate) fn remake<E: Entity>(item: &mut Item) -> Result<()> {
    let entity: E = decode(item.clone())?;
    for IndexKey { source, attribute, .. } in index_keys(E::DESCRIPTOR, E::Table::SCHEMA) {
        if matches!(source, KeySource::Template(_)) {
            item.remove(attribute.name);
        }
    }
    add(&entity, item)
}

/// Adds the keys of all indexes that the entity is in.
pub(super) fn add<E: Entity>(entity: &E, item: &mut Item) -> Result<()> {
    for key in index_keys(E::DESCRIPTOR, E::Table::SCHEMA) {
        let IndexKey { index, keys, source, attribute } = key;
        if !keys.when.is_empty() && !E::is_indexed(index, &|position| entity.any(position)) {
            continue;
        }
        let value = source.value(E::DESCRIPTOR.delimiter, |position| entity.part(position));
        if let Some(value) = value.map_err(|p| key_error(E::DESCRIPTOR, p))? {
            item.insert(attribute.name, value);
        }
    }
    Ok(())
}

/// Fields that hooks change in an update, and that index keys are made of.
#[derive(Debug, Default)]
pub(crate) struct IndexParts(Vec<(usize, BoxedPart)>);

impl IndexParts {
    /// Adds a field with its new value; false if it cannot be known.
    pub(crate) fn add<E: Entity>(&mut self, attribute: &str, value: Option<&Value>) -> bool {
        let position = E::DESCRIPTOR.attributes.iter().position(|known| known.name == attribute);
        let Some((position, value)) = position.zip(value) else { return false };
        let part = E::stored_part(&StoredPart::of_attribute(position, value)).flatten();
        part.map(|part| self.0.push((position, part))).is_some()
    }

    fn get(&self, position: usize) -> Option<&BoxedPart> {
        self.0.iter().rev().find(|(at, _)| *at == position).map(|(_, part)| part)
    }
}

/// What an update knows of fields that index keys are made of.
#[derive(Debug, Default)]
pub(crate) struct KnownFields(Vec<KnownField>);

#[derive(Debug)]
struct KnownField {
    position: usize,
    value: BoxedPart,
    /// Whether the update sets it; else it is lent.
    assigned: bool,
}

impl KnownFields {
    /// A field that the update sets; of two values the last counts.
    pub(crate) fn assign<E: Entity>(&mut self, attribute: &str, value: BoxedPart) {
        self.insert::<E>(attribute, value, true);
    }

    /// A field whose stored value is lent; one that is set counts more.
    pub(crate) fn lend<E: Entity>(&mut self, attribute: &str, value: BoxedPart) {
        self.insert::<E>(attribute, value, false);
    }

    fn insert<E: Entity>(&mut self, attribute: &str, value: BoxedPart, assigned: bool) {
        let Some(position) = E::DESCRIPTOR.attributes.iter().position(|known| known.name == attribute) else {
            return;
        };
        match self.0.iter_mut().find(|known| known.position == position) {
            Some(known) if known.assigned && !assigned => {}
            Some(known) => *known = KnownField { position, value, assigned },
            None => self.0.push(KnownField { position, value, assigned }),
        }
    }

    fn is_assigned(&self, position: usize) -> bool {
        self.0.iter().any(|known| known.assigned && known.position == position)
    }

    fn value(&self, position: usize) -> Option<&BoxedPart> {
        self.0.iter().find(|known| known.position == position).map(|known| &known.value)
    }

    /// The index keys that the update, and hooks in it, change: new values, or `None` where the key goes.
    ///
    /// What the update does not know is in the primary key; the types of updates see to that.
    pub(crate) fn changes<E: Entity>(
        &self,
        key: &Key<E>,
        of_hooks: &IndexParts,
    ) -> Result<Vec<(&'static str, Option<Value>)>> {
        let is_assigned = |position| self.is_assigned(position) || of_hooks.get(position).is_some();
        if of_hooks.0.is_empty() && !self.0.iter().any(|known| known.assigned) {
            return Ok(Vec::new());
        }
        let stored = key.parts()?;
        let find = |position| {
            of_hooks.get(position).or_else(|| self.value(position)).or_else(|| stored.get(position))
        };
        let given = |position| find(position).map_or_else(Given::none, BoxedPart::given);
        let any = |position| find(position).map(BoxedPart::any);
        let mut changes = Vec::new();
        for IndexKey { index, keys, source, attribute } in index_keys(E::DESCRIPTOR, E::Table::SCHEMA) {
            let KeySource::Template(_) = source else { continue };
            let mut fields = source.made_of().chain(keys.when.iter().copied());
            if !fields.any(is_assigned) {
                continue;
            }
            let is_indexed = keys.when.is_empty() || E::is_indexed(index, &any);
            let value = if is_indexed { source.value(E::DESCRIPTOR.delimiter, given) } else { Ok(None) };
            changes.push((attribute.name, value.map_err(|p| key_error(E::DESCRIPTOR, p))?));
        }
        Ok(changes)
    }
}

/// The value of a field for `when`.
#[must_use]
pub fn field<'f, T: 'static>(
    fields: &dyn Fn(usize) -> Option<&'f dyn Any>,
    position: usize,
) -> Option<&'f T> {
    fields(position)?.downcast_ref()
}
