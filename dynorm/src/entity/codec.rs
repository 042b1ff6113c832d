//! The way between an entity and an item: attributes, keys, the type tag.

use std::time::SystemTime;

use super::evolution::{self, Older};
use super::{AttributeRole, Entity, EntityDescriptor, OffloadRule, Table, TableSchema, index_keys};
use crate::error::{Error, Kind, Result};
use crate::key::{Given, KeyPart, KeyProblem, KeySource, parse_part};
use crate::value::{
    Attribute, DecodeError, EncodeError, Item, MapReader, MemberNames, Name, Number, Step, Timestamp, Value,
    put_encoded, put_members,
};

/// The largest item, counting attribute names and values.
///
/// Source: [quotas](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html).
const ITEM_SIZE_BYTES_MAX: usize = 400 * 1024;

/// Takes the attributes of an entity.
#[derive(Debug)]
pub struct ItemWriter {
    item: Item,
    error: Option<EncodeError>,
}

impl ItemWriter {
    /// Adds an attribute.
    pub fn put<T: Attribute>(&mut self, name: &'static str, value: &T) {
        self.put_encoded(name, value.encode());
    }

    /// Adds an attribute that something else than its type has encoded.
    pub fn put_encoded(&mut self, name: &'static str, encoded: Result<Option<Value>, EncodeError>) {
        let put = put_encoded(&mut self.item, name, encoded);
        self.keep_error(put);
    }

    /// Adds the members of a value as attributes.
    pub fn put_members<T: Attribute>(&mut self, value: &T) {
        let put = put_members(&mut self.item, value);
        self.keep_error(put);
    }

    fn keep_error(&mut self, put: Result<(), EncodeError>) {
        if let Err(error) = put {
            self.error.get_or_insert(error);
        }
    }

    /// Adds a time to live.
    pub fn put_ttl<T: Timestamp>(&mut self, name: &'static str, value: &T) {
        if let Some(seconds) = value.to_epoch_seconds() {
            self.item.insert(name, Value::N(seconds.into()));
        }
    }
}

/// The item of an entity: its attributes, its keys, its tag.
pub(crate) fn encode<E: Entity>(entity: &E) -> Result<Item> {
    let descriptor = E::DESCRIPTOR;
    let mut item = attributes(descriptor, |out| entity.write(out))?;
    item.extend(primary_key(descriptor, E::Table::SCHEMA, &|position| entity.part(position))?);
    index_keys::add(entity, &mut item)?;
    add_marks(descriptor.tag, descriptor, E::Table::SCHEMA, &mut item);
    item.conceal(descriptor.sensitive);
    check_size(descriptor, &item)?;
    Ok(item)
}

/// The item of an older form of an entity, without the keys of indexes.
pub(super) fn encode_older<F: Older>(older: &F) -> Result<Item> {
    let (descriptor, schema) = (F::DESCRIPTOR, <F::Entity as Entity>::Table::SCHEMA);
    let mut item = attributes(descriptor, |out| older.write(out))?;
    item.extend(primary_key(descriptor, schema, &|position| older.part(position))?);
    add_marks(F::Entity::DESCRIPTOR.tag, descriptor, schema, &mut item);
    item.conceal(descriptor.sensitive);
    Ok(item)
}

fn attributes(descriptor: &EntityDescriptor, write: impl FnOnce(&mut ItemWriter)) -> Result<Item> {
    let mut out = ItemWriter { item: Item::with_capacity(descriptor.attributes.len() + 6), error: None };
    write(&mut out);
    match out.error.map(|error| error.concealed(descriptor.sensitive)) {
        Some(source) => Err(Error::new(Kind::Encode { entity: descriptor.name, source })),
        None => Ok(out.item),
    }
}

/// Adds what says whose the item is, and in which form.
fn add_marks(tag: &'static str, descriptor: &EntityDescriptor, schema: &TableSchema, item: &mut Item) {
    if let Some(attribute) = schema.tag {
        item.insert(attribute, tag);
    }
    if let Some(version) = descriptor.version {
        item.insert(schema.version, Value::N(version.into()));
    }
}

/// The attributes of a primary key.
pub(super) fn primary_key<'g>(
    descriptor: &EntityDescriptor,
    schema: &TableSchema,
    given: &dyn Fn(usize) -> Given<'g>,
) -> Result<Item> {
    let mut key = Item::with_capacity(2);
    for (source, attribute) in descriptor.primary_sources(schema) {
        let value = source.value(descriptor.delimiter, given).map_err(|p| key_error(descriptor, p))?;
        let incomplete = Kind::KeyIncomplete { entity: descriptor.name, attribute: attribute.name };
        key.insert(attribute.name, value.ok_or_else(|| Error::new(incomplete))?);
    }
    Ok(key)
}

/// The primary key that an item had with the former number of shards, if that is another one than `key`.
pub(super) fn former_key<'g>(
    descriptor: &EntityDescriptor,
    schema: &TableSchema,
    key: &Item,
    given: &dyn Fn(usize) -> Given<'g>,
) -> Option<Item> {
    let partition = descriptor.partition.former()?.value(descriptor.delimiter, given).ok()??;
    let mut former = key.clone();
    former.insert(schema.partition.name, partition);
    (former != *key).then_some(former)
}

/// The error of a field that cannot be put into a key.
pub(super) fn key_error(descriptor: &EntityDescriptor, problem: KeyProblem) -> Error {
    let KeyProblem { field, value, reason } = problem;
    Error::new(Kind::Key { entity: descriptor.name, field, value, reason })
}

/// That an item is not too large, but for what will be moved out of it.
pub(crate) fn check_size(entity: &EntityDescriptor, item: &Item) -> Result<()> {
    let is_large = |rule: &&OffloadRule| item.get(rule.attribute).is_some_and(|value| rule.moves_out(value));
    let mut large = entity.offloads.iter().filter(is_large).peekable();
    if large.peek().is_none() {
        return check_whole_size(entity.name, item);
    }
    let mut left = item.clone();
    for rule in large {
        left.remove(rule.attribute);
    }
    check_whole_size(entity.name, &left)
}

/// That an item is not too large.
pub(crate) fn check_whole_size(entity: &'static str, item: &Item) -> Result<()> {
    if item.size_bytes_at_most() <= ITEM_SIZE_BYTES_MAX {
        return Ok(());
    }
    let size_bytes = item.size_bytes();
    if size_bytes <= ITEM_SIZE_BYTES_MAX { Ok(()) } else { Err(too_large(entity, size_bytes, item, None)) }
}

/// That the item that holds a version of `item` is not too large.
pub(super) fn check_version_size(entity: &'static str, version: &Item, item: &Item) -> Result<()> {
    let size_bytes = version.size_bytes();
    if size_bytes <= ITEM_SIZE_BYTES_MAX {
        return Ok(());
    }
    let around = ("what its history adds".to_owned(), size_bytes.saturating_sub(item.size_bytes()));
    Err(too_large(entity, size_bytes, item, Some(around)))
}

/// The error of an item of so many bytes, of which some are around it.
fn too_large(entity: &'static str, size_bytes: usize, item: &Item, around: Option<(String, usize)>) -> Error {
    let size = |(name, value): (&Name, &Value)| (name.as_str().to_owned(), name.len() + value.size_bytes());
    let mut attributes: Vec<(String, usize)> = item.iter().map(size).chain(around).collect();
    attributes.sort_by_key(|(_, bytes)| std::cmp::Reverse(*bytes));
    Error::new(Kind::TooLarge { entity, size_bytes, attributes })
}

/// Whether an item of the table is one of `E`: by its tag, and without a tag by its key.
///
/// An item that no entity of the table claims is taken for one of `E`, so that it is reported and not dropped.
pub(crate) fn belongs<E: Entity>(item: &Item) -> bool {
    let (descriptor, schema) = (E::DESCRIPTOR, E::Table::SCHEMA);
    if let Some(Value::S(tag)) = schema.tag.and_then(|tag| item.get(tag)) {
        return descriptor.has_tag(tag);
    }
    let claims = |entity: &EntityDescriptor| key_is_of(entity, schema, item);
    claims(descriptor) || !E::Table::ENTITIES.iter().any(|entity| claims(entity))
}

/// The entity of the table that an item is of: by its tag, and without a tag by its key.
pub(crate) fn owner<T: Table>(item: &Item) -> Option<&'static EntityDescriptor> {
    let (schema, mut entities) = (T::SCHEMA, T::ENTITIES.iter().copied());
    match schema.tag.and_then(|tag| item.get(tag)) {
        Some(Value::S(tag)) => entities.find(|entity| entity.has_tag(tag)),
        _ => entities.find(|entity| key_is_of(entity, schema, item)),
    }
}

/// Whether the primary key in `item` can be one of the entity.
pub(super) fn key_is_of(entity: &EntityDescriptor, schema: &TableSchema, item: &Item) -> bool {
    let accepts = |source: &KeySource, name| {
        item.get(name).is_some_and(|value| source.accepts(value, entity.delimiter))
    };
    accepts(&entity.partition, schema.partition.name)
        && entity.sort.as_ref().zip(schema.sort).is_none_or(|(source, sort)| accepts(source, sort.name))
}

/// Whether the item's time to live was over before `now`, in whole seconds, as a filter of the service would say.
pub(crate) fn is_expired<E: Entity>(item: &Item, now: SystemTime) -> bool {
    is_over(E::DESCRIPTOR, item, now)
}

/// As [`is_expired`], for an entity that is known by its descriptor.
pub(crate) fn is_over(entity: &EntityDescriptor, item: &Item, now: SystemTime) -> bool {
    is_past(ttl_attribute(entity).and_then(|name| item.get(name)), now)
}

/// Whether a time to live was over before `now`.
pub(crate) fn is_past(value: Option<&Value>, now: SystemTime) -> bool {
    matches!(value, Some(Value::N(seconds)) if *seconds < epoch_seconds(now))
}

/// Whole seconds since 1970.
pub(crate) fn epoch_seconds(time: SystemTime) -> Number {
    Number::from(time.duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_secs()))
}

/// The attribute of the entity's time to live.
pub(crate) fn ttl_attribute(descriptor: &EntityDescriptor) -> Option<&'static str> {
    descriptor.attributes.iter().find(|a| a.role == AttributeRole::TimeToLive).map(|a| a.name)
}

/// The entity that an item holds.
pub(crate) fn decode<E: Entity>(item: Item) -> Result<E> {
    if E::DESCRIPTOR.version.is_some() {
        return evolution::read_in_form(item);
    }
    E::read(&mut ItemReader::new(E::DESCRIPTOR, E::Table::SCHEMA, item))
}

/// The primary key of an item, for messages.
pub(super) fn show_key<'i>(schema: &TableSchema, get: impl Fn(&str) -> Option<&'i Value>) -> String {
    let names = [Some(schema.partition), schema.sort];
    let show = |name: &str| get(name).map(|value| format!("{name} = {}", value.describe()));
    let key: Vec<String> = names.into_iter().flatten().filter_map(|key| show(key.name)).collect();
    key.join(", ")
}

/// An item that was found by a key of `E`, unless another entity's tag claims it.
pub(crate) fn own<E: Entity>(item: Item) -> Result<Item> {
    let Some(tag) = E::Table::SCHEMA.tag.filter(|_| !belongs::<E>(&item)) else { return Ok(item) };
    let reader = ItemReader::new(E::DESCRIPTOR, E::Table::SCHEMA, item);
    let expected = match E::DESCRIPTOR.tag_aliases {
        [] => format!("the type tag {:?}", E::DESCRIPTOR.tag),
        aliases => format!("the type tag {:?}, or one of {aliases:?}", E::DESCRIPTOR.tag),
    };
    let found = reader.attributes.peek(tag).map(|found| DecodeError::new(expected, found));
    Err(reader.error(tag, found.unwrap_or_else(|| DecodeError::missing("a type tag"))))
}

/// The entity that an item of its key holds, unless another entity's tag claims the item.
pub(crate) fn decode_own<E: Entity>(item: Item) -> Result<E> {
    own::<E>(item).and_then(decode)
}

/// Gives out the attributes of an item in the order of their names.
#[derive(Debug)]
pub struct ItemReader<'d> {
    descriptor: &'d EntityDescriptor,
    schema: &'d TableSchema,
    attributes: MapReader,
}

impl<'d> ItemReader<'d> {
    pub(super) fn new(descriptor: &'d EntityDescriptor, schema: &'d TableSchema, item: Item) -> Self {
        Self { descriptor, schema, attributes: MapReader::new(item) }
    }

    /// Gives out the attributes of an item of `E` in any order, each once.
    #[must_use]
    pub fn in_any_order<E: Entity>(item: Item) -> Self {
        let attributes = MapReader::new(item).in_any_order();
        Self { descriptor: E::DESCRIPTOR, schema: E::Table::SCHEMA, attributes }
    }

    /// Reads an attribute under one of its older names, the first that is there; to be called before any is taken.
    pub fn adopt(&mut self, name: &'static str, aliases: &[&str]) {
        self.attributes.adopt(name, aliases);
    }

    /// Takes the attributes of these names, as the members of a value.
    ///
    /// # Errors
    ///
    /// If they are not those of a value of the type.
    pub fn take_members<T: Attribute>(&mut self, names: &MemberNames) -> Result<T> {
        self.attributes.take_members(names).map_err(|error| self.decode_error(error))
    }

    /// The attributes that were not taken.
    pub(super) fn rest(&mut self) -> Item {
        self.attributes.rest()
    }

    /// What is at the end of a path, if it is there.
    ///
    /// # Errors
    ///
    /// If it is not a value of the type.
    pub(super) fn at<T: Attribute>(&self, path: &[Step]) -> Result<Option<T>> {
        let Some((Step::Name(top), rest)) = path.split_first() else { return Ok(None) };
        let mut found = self.attributes.peek(top);
        for step in rest {
            found = match (found, step) {
                (Some(Value::M(map)), Step::Name(name)) => map.get(name),
                (Some(Value::L(list)), Step::Index(at)) => list.get(*at),
                _ => None,
            };
        }
        let Some(value) = found else { return Ok(None) };
        let inside = |error| rest.iter().rev().cloned().fold(error, DecodeError::inside);
        T::decode(value.clone()).map(Some).map_err(|error| self.error(top.clone(), inside(error)))
    }

    /// Takes an attribute that must be there unless its type says what an absent one is.
    ///
    /// # Errors
    ///
    /// If it is absent, or not a value of the type.
    pub fn take<T: Attribute>(&mut self, name: &'static str) -> Result<T> {
        match self.attributes.value(name) {
            Some(value) => T::decode(value).map_err(|e| self.error(name, e)),
            None => T::absent().ok_or_else(|| self.missing::<T>(name)),
        }
    }

    /// Takes an attribute that has a default when it is absent.
    ///
    /// # Errors
    ///
    /// If it is not a value of the type.
    pub fn take_or<T: Attribute>(&mut self, name: &'static str, default: impl FnOnce() -> T) -> Result<T> {
        self.attributes.take_or(name, default).map_err(|error| self.decode_error(error))
    }

    /// Takes an attribute that can be read from the primary key when it is absent, as in items that others wrote.
    ///
    /// # Errors
    ///
    /// If it is neither there nor in the key, or not a value of the type.
    pub fn take_key<T: Attribute + KeyPart>(&mut self, name: &'static str) -> Result<T> {
        match self.attributes.value(name) {
            Some(value) => T::decode(value).map_err(|e| self.error(name, e)),
            None => self.read_key(name).ok_or_else(|| self.missing::<T>(name)),
        }
    }

    /// Takes a time to live.
    ///
    /// # Errors
    ///
    /// If it is absent and must not be, or not a whole number of seconds in the range of the type.
    pub fn take_ttl<T: Timestamp>(&mut self, name: &'static str) -> Result<T> {
        let Some(value) = self.attributes.value(name) else {
            return T::unset().ok_or_else(|| self.missing::<T>(name));
        };
        let seconds = match &value {
            Value::N(seconds) => seconds.to_i128().and_then(|seconds| i64::try_from(seconds).ok()),
            _ => None,
        };
        seconds
            .and_then(T::from_epoch_seconds)
            .ok_or_else(|| self.error(name, DecodeError::new("seconds since 1970", &value)))
    }

    fn read_key<T: KeyPart>(&self, name: &str) -> Option<T> {
        let delimiter = self.descriptor.delimiter;
        self.descriptor.primary_sources(self.schema).find_map(|(source, attribute)| {
            let (KeySource::Template(template), Some(Value::S(text))) =
                (source, self.attributes.peek(attribute.name))
            else {
                return None;
            };
            let (placeholder, text, closed) =
                template.field(text, delimiter, |field| field.attribute == name)?;
            parse_part(text, placeholder.spec, delimiter, closed)
        })
    }

    fn missing<T>(&self, name: &'static str) -> Error {
        let full = std::any::type_name::<T>();
        let short = full.split('<').next().and_then(|path| path.rsplit("::").next()).unwrap_or(full);
        self.error(name, DecodeError::missing(format!("a value of type `{short}`")))
    }

    fn error(&self, name: impl Into<Name>, source: DecodeError) -> Error {
        self.decode_error(source.inside(Step::Name(name.into())))
    }

    fn decode_error(&self, source: DecodeError) -> Error {
        let key = show_key(self.schema, |name| self.attributes.peek(name));
        let source = source.concealed(self.descriptor.sensitive);
        Error::new(Kind::Decode { entity: self.descriptor.name, key, source })
    }
}
