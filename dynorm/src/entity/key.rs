//! Primary keys of entities.

use std::fmt;
use std::marker::PhantomData;

use super::codec::{former_key, key_is_of, primary_key};
use super::{Entity, InPrimaryKey, Table};
use crate::error::{Error, Kind, Result};
use crate::expr::{Attr, Condition};
use crate::key::{BoxedPart, IndexPart, KeyPart, Plain};
use crate::key::{Given, KeySource, parse_part};
use crate::value::{Attribute, Item, Value};

/// The primary key of an item of the entity `E`; `E::key(..)` makes it.
///
/// A field that cannot be put into the key is an error when the key is used, not when it is made, so that a key
/// can be written where it is needed.
///
/// ```
/// # use dynorm::prelude::*;
/// # #[derive(Entity)]
/// # #[entity(table = "Shop", pk = "CUSTOMER#{customer}", sk = "ORDER#{number:06}")]
/// # struct Order { customer: String, number: u32 }
/// let key = Order::key("ann", 42);
/// assert_eq!(key.item()?.get("PK"), Some(&Value::from("CUSTOMER#ann")));
/// assert_eq!(key.item()?.get("SK"), Some(&Value::from("ORDER#000042")));
///
/// // And back: the fields are in the key.
/// let read = Key::<Order>::parse(key.item()?)?;
/// assert_eq!(read.field(Order::NUMBER)?, 42);
/// # Ok::<(), dynorm::Error>(())
/// ```
pub struct Key<E> {
    item: Result<Item>,
    /// Where the item was with the former number of shards, if they change and that is elsewhere.
    former: Option<Item>,
    entity: PhantomData<fn() -> E>,
}

impl<E: Entity> Key<E> {
    /// The key of these fields.
    #[doc(hidden)]
    #[must_use]
    pub fn of(given: &[(usize, Given<'_>)]) -> Self {
        Self::made(&|position| super::pattern::find(given, position))
    }

    fn made<'g>(given: &dyn Fn(usize) -> Given<'g>) -> Self {
        let item = primary_key(E::DESCRIPTOR, E::Table::SCHEMA, given);
        let former = item.as_ref().ok().filter(|_| E::DESCRIPTOR.is_moving());
        let former = former.and_then(|key| former_key(E::DESCRIPTOR, E::Table::SCHEMA, key, given));
        Self { item, former, entity: PhantomData }
    }

    /// The key of an entity's item.
    #[must_use]
    pub fn of_entity(entity: &E) -> Self {
        Self::made(&|position| entity.part(position))
    }

    /// The key in an item, or in a key that was stored elsewhere; other attributes are passed over.
    ///
    /// # Errors
    ///
    /// If it is not a key of this entity: [`Error::is_key`].
    pub fn parse(item: &Item) -> Result<Self> {
        let schema = E::Table::SCHEMA;
        if !key_is_of(E::DESCRIPTOR, schema, item) {
            let key = format!("{item:?}");
            return Err(Error::new(Kind::KeyForeign { entity: E::DESCRIPTOR.name, key }));
        }
        Ok(Self { item: Ok(key_in::<E>(item)), former: None, entity: PhantomData })
    }

    /// The key's attributes, as they are stored.
    ///
    /// # Errors
    ///
    /// If a field cannot be put into the key: [`Error::is_key`].
    pub fn item(&self) -> Result<&Item> {
        self.item.as_ref().map_err(Clone::clone)
    }

    /// Where the item was with the former number of shards, if they change and that is elsewhere.
    pub(crate) fn former(&self) -> Option<&Item> {
        self.former.as_ref()
    }

    /// The value of a field that is in the key.
    ///
    /// # Errors
    ///
    /// If the key is in error, or the field cannot be read from it.
    pub fn field<T: Attribute + KeyPart, R: InPrimaryKey>(&self, attr: Attr<E, T, R>) -> Result<T> {
        let name = attr.name().to_owned();
        let foreign = || {
            let key = format!("{:?}, for the field `{name}`", self.item);
            Error::new(Kind::KeyForeign { entity: E::DESCRIPTOR.name, key })
        };
        for (source, value) in self.sources()? {
            match (source, value) {
                (KeySource::Template(template), Value::S(text)) => {
                    let delimiter = E::DESCRIPTOR.delimiter;
                    let found = template.field(text, delimiter, |field| field.attribute == name);
                    if let Some((placeholder, text, closed)) = found {
                        return parse_part(text, placeholder.spec, delimiter, closed).ok_or_else(foreign);
                    }
                }
                (KeySource::Plain(Plain { attribute, .. }), value) if *attribute == name => {
                    return T::decode(value.clone()).map_err(|_| foreign());
                }
                _ => {}
            }
        }
        Err(foreign())
    }

    /// The key with a condition on its item, for the check of a transaction.
    #[must_use]
    pub fn when<K>(self, condition: Condition<E, K>) -> KeyCheck<E> {
        KeyCheck { key: self, condition: condition.unmarked() }
    }

    /// A key as it is stored, in a shard that may be gone.
    pub(crate) fn parse_any_shard(key: Item) -> Self {
        Self { item: Ok(key), former: None, entity: PhantomData }
    }

    /// The key's attributes, or the error, for good.
    pub(crate) fn into_item(self) -> Result<Item> {
        self.item
    }

    /// Each attribute of the key with the source that it is made by.
    fn sources(&self) -> Result<Vec<(&'static KeySource, &Value)>> {
        let (item, schema) = (self.item()?, E::Table::SCHEMA);
        let all = E::DESCRIPTOR.primary_sources(schema);
        Ok(all.filter_map(|(source, attribute)| Some((source, item.get(attribute.name)?))).collect())
    }

    /// The fields of the key that index keys are made of.
    pub(crate) fn parts(&self) -> Result<KeyParts> {
        let mut parts = Vec::new();
        for (source, value) in self.sources()? {
            for position in source.positions() {
                let stored =
                    StoredPart { source: Some(source), value, delimiter: E::DESCRIPTOR.delimiter, position };
                match E::stored_part(&stored) {
                    Some(Some(part)) => parts.push((position, part)),
                    // No index template uses it.
                    None => {}
                    Some(None) => {
                        let key = format!("{value:?}, of which a field cannot be read back");
                        return Err(Error::new(Kind::KeyForeign { entity: E::DESCRIPTOR.name, key }));
                    }
                }
            }
        }
        Ok(KeyParts(parts))
    }
}

/// The attributes of the primary key in an item.
pub(crate) fn key_in<E: Entity>(item: &Item) -> Item {
    let schema = E::Table::SCHEMA;
    let names = [Some(schema.partition), schema.sort].into_iter().flatten().map(|key| key.name);
    names.filter_map(|name| item.get(name).map(|value| (name, value.clone()))).collect()
}

/// A field of a stored primary key, to be read back as its type.
#[derive(Debug)]
pub struct StoredPart<'k> {
    /// The key that it is in; without one, the value is the field's own.
    source: Option<&'k KeySource>,
    value: &'k Value,
    delimiter: char,
    position: usize,
}

impl<'k> StoredPart<'k> {
    /// A field by its value.
    pub(super) fn of_attribute(position: usize, value: &'k Value) -> Self {
        Self { source: None, value, delimiter: '\0', position }
    }

    /// The value of a field that hooks change, to be put into index keys.
    #[must_use]
    pub fn read_own<T: IndexPart + Attribute + Send + Sync + 'static>(&self) -> Option<BoxedPart> {
        T::decode(self.value.clone()).ok().map(BoxedPart::new)
    }

    /// The field's position in the entity.
    #[must_use]
    pub fn position(&self) -> usize {
        self.position
    }

    /// The field's value, to be put into another key.
    #[must_use]
    pub fn read<T: KeyPart + Attribute + Send + Sync + 'static>(&self) -> Option<BoxedPart> {
        let value: T = match (self.source, self.value) {
            (Some(KeySource::Template(template)), Value::S(text)) => {
                let (placeholder, text, closed) =
                    template.field(text, self.delimiter, |field| field.position == self.position)?;
                parse_part(text, placeholder.spec, self.delimiter, closed)?
            }
            (_, value) => T::decode(value.clone()).ok()?,
        };
        Some(BoxedPart::new(value))
    }

    /// The value of a plain key that decides about keys, and need not be in one.
    #[must_use]
    pub fn read_plain<T: Attribute + Send + Sync + 'static>(&self) -> Option<BoxedPart> {
        T::decode(self.value.clone()).ok().map(BoxedPart::opaque)
    }
}

/// Fields of a primary key.
pub(crate) struct KeyParts(Vec<(usize, BoxedPart)>);

impl KeyParts {
    pub(crate) fn get(&self, position: usize) -> Option<&BoxedPart> {
        self.0.iter().find(|(at, _)| *at == position).map(|(_, part)| part)
    }
}

impl<E> Clone for Key<E> {
    fn clone(&self) -> Self {
        Self { item: self.item.clone(), former: self.former.clone(), entity: PhantomData }
    }
}

impl<E> fmt::Debug for Key<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.item {
            Ok(item) => f.debug_tuple("Key").field(item).finish(),
            Err(error) => f.debug_tuple("Key").field(error).finish(),
        }
    }
}

impl<E> PartialEq for Key<E> {
    fn eq(&self, other: &Self) -> bool {
        matches!((&self.item, &other.item), (Ok(a), Ok(b)) if a == b)
    }
}

/// A key and a condition on its item: what a transaction checks without writing.
#[derive(Debug)]
pub struct KeyCheck<E> {
    pub(crate) key: Key<E>,
    pub(crate) condition: Condition<E>,
}
