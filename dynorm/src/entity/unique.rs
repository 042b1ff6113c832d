//! Unique constraints: the items that mark which entity has a value, and keys to find an entity by one.

use std::fmt;
use std::marker::PhantomData;

use super::codec::key_error;
use super::{Entity, EntityDescriptor, Table, TableSchema};
use crate::error::{Error, Kind, Result};
use crate::key::{KeyProblem, escape, escape_char};
use crate::value::{Attribute, EncodeError, Item, KeyKind, Value};

/// What the partition key of each marker begins with. Tables with unique constraints keep it from their templates.
pub(crate) const MARKER_PREFIX: &str = "UNIQUE";
/// The type tag of markers.
pub(crate) const MARKER_TAG: &str = "dynorm:unique";
/// The attribute of a marker that has the primary key of the entity which it belongs to.
pub(crate) const MARKER_OWNER: &str = "_owner";
/// How many segments the partition key of a marker has besides the values: the prefix, the tag, the attributes.
pub(crate) const MARKER_SEGMENTS: usize = 3;

/// Longest partition key, in bytes.
///
/// Source: [quotas](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html).
const PARTITION_KEY_BYTES_MAX: usize = 2048;
/// Longest sort key, in bytes; the source is the same.
const SORT_KEY_BYTES_MAX: usize = 1024;

/// A unique constraint: no two items of the entity have these fields alike.
#[derive(Clone, Copy, Debug)]
pub struct Unique {
    /// Its name.
    pub name: &'static str,
    /// The positions of its fields.
    pub fields: &'static [usize],
}

impl Unique {
    /// The key of the marker of an item; `None` if a field is absent, which then collides with nothing.
    pub(crate) fn marker_of(
        &self,
        entity: &EntityDescriptor,
        schema: &TableSchema,
        item: &Item,
    ) -> Result<Option<Item>> {
        let values = self.fields.iter().map(|field| item.get(entity.attributes[*field].name));
        match values.collect::<Option<Vec<&Value>>>() {
            Some(values) => self.marker(entity, schema, &values).map(Some),
            None => Ok(None),
        }
    }

    /// The key of the marker of these values.
    ///
    /// Its segments contain no delimiter, so that two sets of values never have the same.
    fn marker(&self, entity: &EntityDescriptor, schema: &TableSchema, values: &[&Value]) -> Result<Item> {
        let delimiter = schema.delimiter;
        let stored: Vec<&str> = self.fields.iter().map(|field| entity.attributes[*field].name).collect();
        let mut text = MARKER_PREFIX.to_owned();
        let fixed = [Value::from(entity.tag), Value::from(stored.join(","))];
        for (value, field) in fixed.iter().map(|value| (value, None)).chain(self.with_fields(values)) {
            text.push(delimiter);
            let segment =
                segment(value, delimiter).map_err(|reason| self.problem(entity, field, value, reason))?;
            text.push_str(&segment);
        }
        let bytes_max = match schema.sort.map(|sort| sort.kind) {
            Some(KeyKind::S) => SORT_KEY_BYTES_MAX,
            _ => PARTITION_KEY_BYTES_MAX,
        };
        if text.len() > bytes_max {
            let reason =
                format!("the key that marks it would have {} bytes, and {bytes_max} are allowed", text.len());
            return Err(self.problem(entity, self.fields.last().copied(), values[values.len() - 1], reason));
        }
        let mut key = Item::with_capacity(2);
        match schema.sort.map(|sort| (sort.name, sort.kind)) {
            // The same text again: where an index has the sort key for its partition key, markers then do not gather
            // in one partition of it.
            Some((name, KeyKind::S)) => key.insert(name, Value::S(text.clone())),
            Some((name, KeyKind::N)) => key.insert(name, Value::N(0.into())),
            Some((name, KeyKind::B)) => key.insert(name, Value::B(vec![0])),
            None => None,
        };
        key.insert(schema.partition.name, Value::S(text));
        Ok(key)
    }

    fn with_fields<'v>(
        &self,
        values: &[&'v Value],
    ) -> impl Iterator<Item = (&'v Value, Option<usize>)> + use<'v> {
        let fields: Vec<_> = values.iter().copied().zip(self.fields.iter().copied().map(Some)).collect();
        fields.into_iter()
    }

    fn problem(
        &self,
        entity: &EntityDescriptor,
        field: Option<usize>,
        value: &Value,
        reason: String,
    ) -> Error {
        let field = field.map_or(self.name, |field| entity.attributes[field].field);
        let value = match value {
            Value::S(text) => text.clone(),
            other => other.describe(),
        };
        key_error(entity, KeyProblem { field, value, reason })
    }
}

/// A value as a segment of a key, such that no other value has the same: text is escaped, and what is no text begins
/// as no escaped text does.
fn segment(value: &Value, delimiter: char) -> Result<String, String> {
    let escaped = |text: &str| escape(text, delimiter).map_err(|error| error.to_string());
    let mark = escape_char(delimiter);
    match value {
        Value::S(text) => escaped(text),
        Value::N(number) => Ok(format!("{mark}N{}", escaped(&number.to_string())?)),
        Value::B(bytes) => {
            let start = format!("{mark}X");
            Ok(bytes.iter().fold(start, |text, byte| format!("{text}{byte:02X}")))
        }
        other => Err(format!("{} cannot be unique: only text, numbers and bytes can", other.describe())),
    }
}

/// A value that one entity can have, to find it by: `User::unique_email("ann@example.com")`, for
/// [`Db::get_by`](crate::Db::get_by).
pub struct UniqueKey<E> {
    pub(crate) unique: &'static Unique,
    pub(crate) marker: Result<Item>,
    entity: PhantomData<fn() -> E>,
}

impl<E: Entity> UniqueKey<E> {
    /// The key of these values, by the place of the constraint in the descriptor.
    #[doc(hidden)]
    #[must_use]
    pub fn of(constraint: usize, values: &[Result<Option<Value>, EncodeError>]) -> Self {
        let unique = &E::DESCRIPTOR.unique[constraint];
        Self { unique, marker: Self::marker(unique, values), entity: PhantomData }
    }

    fn marker(unique: &Unique, values: &[Result<Option<Value>, EncodeError>]) -> Result<Item> {
        let entity = E::DESCRIPTOR;
        let mut known = Vec::with_capacity(values.len());
        for value in values {
            let value = value
                .as_ref()
                .map_err(|source| Error::new(Kind::Encode { entity: entity.name, source: source.clone() }))?;
            let none = || Error::new(Kind::KeyIncomplete { entity: entity.name, attribute: unique.name });
            known.push(value.as_ref().ok_or_else(none)?);
        }
        unique.marker(entity, E::Table::SCHEMA, &known)
    }
}

impl<E> Clone for UniqueKey<E> {
    fn clone(&self) -> Self {
        Self { unique: self.unique, marker: self.marker.clone(), entity: PhantomData }
    }
}

impl<E> fmt::Debug for UniqueKey<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UniqueKey").field("name", &self.unique.name).field("marker", &self.marker).finish()
    }
}

/// A type of which no two items can have the same value: stored as text, an exact number, or bytes.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be unique",
    label = "not text, an exact number or bytes",
    note = "what is unique becomes a key of an item that marks it: use a `String`, an integer, `Decimal`, `Uuid`, a date or bytes, or an `Option` of one"
)]
pub trait UniqueValue: Attribute {}

impl UniqueValue for String {}
impl UniqueValue for crate::value::Number {}
impl UniqueValue for Vec<u8> {}
macro_rules! unique_integers {
    ($($int:ty)*) => {$(impl UniqueValue for $int {})*};
}
unique_integers!(u8 u16 u32 u64 u128 i8 i16 i32 i64 i128);
#[cfg(feature = "uuid")]
impl UniqueValue for uuid::Uuid {}
#[cfg(feature = "rust_decimal")]
impl UniqueValue for rust_decimal::Decimal {}
#[cfg(feature = "chrono")]
impl UniqueValue for chrono::DateTime<chrono::Utc> {}
#[cfg(feature = "chrono")]
impl UniqueValue for chrono::NaiveDate {}

/// Compiles only if a field of type `T` can be unique.
pub const fn check_unique<T: Attribute<Scalar: UniqueValue>>() {}
