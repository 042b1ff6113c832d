//! Schema versions: the forms that items of an entity had before, and how they become entities of today.
#![allow(
    clippy::large_types_passed_by_value,
    reason = "the compiler runs it, and a const fn builds by value"
)]

use super::codec::{ItemReader, ItemWriter, decode, encode, encode_older, show_key};
use super::{
    AttributeDescriptor, Entity, EntityDescriptor, Projection, ProjectionSchema, Table, TableSchema,
};
use crate::error::{ConstText, Error, Kind, Result, same_text};
use crate::key::{Given, writes_alike};
use crate::value::{DecodeError, Item, Step, Value, top};

/// The version of items that say none: they were written before their entity had versions.
const FIRST: u64 = 1;

/// A form that the items of an entity had before: a struct that derives [`Entity`](macro@crate::Entity) with
/// `#[entity(of = Order, version = 2, ..)]`. It is read, and becomes the entity of today; it is not written.
///
/// ```
/// use dynorm::prelude::*;
///
/// #[derive(Entity, Debug, PartialEq)]
/// #[entity(table = "Orders", pk = "ORDER#{id}", version = 2, upgrade_from = OrderV1)]
/// struct Order { id: u64, total_cents: u64 }
///
/// #[derive(Entity)]
/// #[entity(of = Order, pk = "ORDER#{id}", version = 1)]
/// struct OrderV1 { id: u64, total: u64 }
///
/// impl From<OrderV1> for Order {
///     fn from(old: OrderV1) -> Self {
///         Self { id: old.id, total_cents: old.total * 100 }
///     }
/// }
///
/// // An item as the program wrote it that knew the first form: for tests of what becomes of it.
/// use dynorm::entity::Older as _;
/// let item = OrderV1 { id: 7, total: 12 }.to_item()?;
/// assert_eq!(Order::from_item(item)?, Order { id: 7, total_cents: 1200 });
/// # Ok::<(), dynorm::Error>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no older version of an entity",
    label = "not an older version",
    note = "add `#[derive(Entity)]` and `#[entity(of = .., version = .., pk = ..)]` to `{Self}`, with the entity that it is an older version of"
)]
pub trait Older: Sized + Send + Sync + 'static {
    /// The entity of today.
    type Entity: Entity;

    /// What the library knows of the form.
    #[doc(hidden)]
    const DESCRIPTOR: &'static EntityDescriptor;

    /// How it is made of forms that are older still.
    #[doc(hidden)]
    const UPGRADE: Option<UpgradePath<Self>>;

    /// The item that it was stored as, without the keys of indexes: for tests.
    ///
    /// # Errors
    ///
    /// If a field cannot be stored or put into the key.
    fn to_item(&self) -> Result<Item> {
        encode_older(self)
    }

    /// Writes its attributes in the order of their names.
    #[doc(hidden)]
    fn write(&self, out: &mut ItemWriter);

    /// Reads its attributes in the order of their names.
    #[doc(hidden)]
    fn read(item: &mut ItemReader<'_>) -> Result<Self>;

    /// The value of the field at `position`, if it is part of the primary key.
    #[doc(hidden)]
    fn part(&self, position: usize) -> Given<'_>;
}

/// An older version of the entity `E`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no older version of `{E}`",
    label = "an older version of another entity",
    note = "name a struct with `#[entity(of = {E}, version = .., pk = ..)]`"
)]
pub trait OlderOf<E>: Older {}
#[diagnostic::do_not_recommend]
impl<F: Older<Entity = E>, E: Entity> OlderOf<E> for F {}

/// What an older form becomes.
#[diagnostic::on_unimplemented(
    message = "nothing says how `{Old}` becomes `{Self}`",
    label = "cannot be made of `{Old}`",
    note = "write `impl From<{Old}> for {Self}`, or `TryFrom` where that can fail"
)]
pub trait UpgradedFrom<Old>: Sized {
    /// The value of the newer form.
    ///
    /// # Errors
    ///
    /// What the conversion says.
    #[doc(hidden)]
    fn upgraded(old: Old) -> Result<Self, Box<dyn std::error::Error + Send + Sync>>;
}

#[diagnostic::do_not_recommend]
impl<New, Old> UpgradedFrom<Old> for New
where
    New: TryFrom<Old, Error: Into<Box<dyn std::error::Error + Send + Sync>>>,
{
    fn upgraded(old: Old) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Self::try_from(old).map_err(Into::into)
    }
}

/// The way from items of older versions to a `T`.
#[derive(Debug)]
pub struct UpgradePath<T> {
    form: fn(u64) -> Option<&'static EntityDescriptor>,
    /// Adds the forms that there were.
    forms: fn(&mut Vec<&'static EntityDescriptor>),
    read: fn(Item, u64) -> Result<T>,
    newer: &'static EntityDescriptor,
    older: &'static EntityDescriptor,
    schema: &'static TableSchema,
}

impl<T> UpgradePath<T> {
    /// To the form `newer` of the entity `E` from the next older one `F`, and through that from those before.
    #[must_use]
    pub const fn through<E: Entity, F: OlderOf<E>>(newer: &'static EntityDescriptor) -> Self
    where
        T: UpgradedFrom<F>,
    {
        Self {
            form: form_of::<F>,
            forms: forms_of::<F>,
            read: read_through::<T, F>,
            newer,
            older: F::DESCRIPTOR,
            schema: <E::Table as Table>::SCHEMA,
        }
    }

    /// Stops the compiler with a message if items of the two forms cannot be told apart, or have other keys.
    ///
    /// # Panics
    ///
    /// In const evaluation, with the message.
    #[track_caller]
    pub const fn check(path: Option<&Self>) {
        let Some(path) = path else { return };
        let mistakes = check(path.newer, path.older, path.schema);
        assert!(mistakes.is_empty(), "{}", mistakes.as_str());
    }
}

/// That a form and the one before it are of one key, and that their versions say which is which.
const fn check(newer: &EntityDescriptor, older: &EntityDescriptor, schema: &TableSchema) -> ConstText {
    let text = ConstText::new();
    let (Some(version), Some(before)) = (newer.version, older.version) else { return text };
    if before >= version {
        let text = text.add("`").add(older.name).add("` is to be an older version than `").add(newer.name);
        return text.add("`, and its `version` is not smaller; count up with each change of the form");
    }
    let same_sort = match (&newer.sort, &older.sort) {
        (Some(newer), Some(older)) => writes_alike(newer, older),
        (newer, older) => newer.is_none() && older.is_none(),
    };
    if !same_sort || !writes_alike(&newer.partition, &older.partition) {
        let text =
            text.add("items of `").add(older.name).add("` have other keys than those of `").add(newer.name);
        return text.add("`, so that they could not be upgraded in their place; write the same `pk` and `sk`, or make it another entity");
    }
    match stored_in(older, schema.version) {
        Some(attribute) => {
            let text = text.add("`").add(older.name).add("`: the field `").add(attribute.field);
            let text = text
                .add("` is stored as `")
                .add(schema.version)
                .add("`, where table `")
                .add(schema.type_name);
            text.add("` keeps the schema version; give that another attribute: `version_attribute = \"...\"` of the table")
        }
        None => text,
    }
}

/// The field that is stored in an attribute.
const fn stored_in(form: &EntityDescriptor, name: &str) -> Option<&'static AttributeDescriptor> {
    let mut at = 0;
    while at < form.attributes.len() {
        let mut n = 0;
        while let Some(stored) = form.attributes[at].nth_name(n) {
            if same_text(stored, name) {
                return Some(&form.attributes[at]);
            }
            n += 1;
        }
        at += 1;
    }
    None
}

/// What is known of the form of a version.
fn form_of<F: Older>(version: u64) -> Option<&'static EntityDescriptor> {
    if is_version(F::DESCRIPTOR, version) { Some(F::DESCRIPTOR) } else { (F::UPGRADE?.form)(version) }
}

fn forms_of<F: Older>(forms: &mut Vec<&'static EntityDescriptor>) {
    forms.push(F::DESCRIPTOR);
    if let Some(upgrade) = F::UPGRADE {
        (upgrade.forms)(forms);
    }
}

fn read_through<T: UpgradedFrom<F>, F: Older>(item: Item, version: u64) -> Result<T> {
    let (schema, descriptor) = (<F::Entity as Entity>::Table::SCHEMA, F::DESCRIPTOR);
    let key = show_key(schema, |name| item.get(name));
    let old = if is_version(descriptor, version) {
        F::read(&mut ItemReader::new(descriptor, schema, item))?
    } else {
        match F::UPGRADE {
            Some(upgrade) => (upgrade.read)(item, version)?,
            None => return Err(unknown::<F::Entity>("read", key, version)),
        }
    };
    T::upgraded(old).map_err(|source| {
        let (entity, form) = (F::Entity::DESCRIPTOR, descriptor.name);
        Error::new(Kind::Upgrade { entity: entity.name, key, version, newest: newest(entity), form, source })
    })
}

fn is_version(form: &EntityDescriptor, version: u64) -> bool {
    form.version.is_some_and(|known| u64::from(known) == version)
}

fn newest(entity: &EntityDescriptor) -> u32 {
    entity.version.unwrap_or_default()
}

/// In which form an item of `E` is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// In that of today.
    Current,
    /// In an older one, from which there is a way.
    Older(u64),
    /// In one that the program does not know.
    Unknown(u64),
}

/// In which form an item of `E` is; `None` if its version is no version.
pub(crate) fn form<E: Entity>(item: &Item) -> Option<Form> {
    let Some(current) = E::DESCRIPTOR.version else { return Some(Form::Current) };
    let version = match item.get(E::Table::SCHEMA.version) {
        None => FIRST,
        Some(Value::N(version)) => u64::try_from(version.to_i128()?).ok().filter(|version| *version > 0)?,
        Some(_) => return None,
    };
    Some(match E::UPGRADE.as_ref().and_then(|upgrade| (upgrade.form)(version)) {
        _ if version == u64::from(current) => Form::Current,
        Some(_) => Form::Older(version),
        None => Form::Unknown(version),
    })
}

/// The entity of an item, by the form that the item is in.
pub(super) fn read_in_form<E: Entity>(item: Item) -> Result<E> {
    let schema = E::Table::SCHEMA;
    let form = form::<E>(&item);
    if form == Some(Form::Current) {
        return E::read(&mut ItemReader::new(E::DESCRIPTOR, schema, item));
    }
    let key = show_key(schema, |name| item.get(name));
    let (Some(Form::Older(version)), Some(upgrade)) = (form, E::UPGRADE) else {
        return Err(match form {
            Some(Form::Unknown(version)) => unknown::<E>("read", key, version),
            _ => no_version::<E>(&item, key),
        });
    };
    (upgrade.read)(item, version)
}

/// An item of the form of today: itself, or what it becomes.
pub(crate) fn in_current_form<E: Entity>(item: Item) -> Result<Item> {
    match form::<E>(&item) {
        Some(Form::Current) => Ok(item),
        _ => encode(&decode::<E>(item)?),
    }
}

fn no_version<E: Entity>(item: &Item, key: String) -> Error {
    let (name, expected) = (E::Table::SCHEMA.version, "a schema version, which is a whole number from 1");
    let found = item.get(name).map(|found| DecodeError::new(expected, found));
    let source = found.unwrap_or_else(|| DecodeError::missing(expected)).inside(Step::Name(name.into()));
    Error::new(Kind::Decode { entity: E::DESCRIPTOR.name, key, source })
}

fn unknown<E: Entity>(operation: &'static str, key: String, version: u64) -> Error {
    let (entity, newest) = (E::DESCRIPTOR.name, newest(E::DESCRIPTOR));
    Error::new(Kind::UnknownSchema { operation, entity, key, version, newest })
}

/// The error of a write whose item is of a version that the program does not know; `None` if it is not.
pub(crate) fn newer_error<E: Entity>(operation: &'static str, item: &Item) -> Option<Error> {
    match form::<E>(item)? {
        Form::Unknown(version) => {
            Some(unknown::<E>(operation, show_key(E::Table::SCHEMA, |name| item.get(name)), version))
        }
        Form::Current | Form::Older(_) => None,
    }
}

/// All forms that items of `E` can have, that of today first.
pub(crate) fn forms<E: Entity>() -> Vec<&'static EntityDescriptor> {
    let mut forms = vec![E::DESCRIPTOR];
    if let Some(upgrade) = E::UPGRADE {
        (upgrade.forms)(&mut forms);
    }
    forms
}

/// How a `T` is read: the attributes that are asked for, all if there are none, and what is made of them.
pub(crate) struct Reader<T> {
    pub(crate) paths: Option<Vec<Vec<Step>>>,
    pub(crate) read: fn(Item) -> Result<T>,
}

/// How a `T` is read from the table, or from an index.
///
/// An older form is upgraded as a whole. So where there are older forms, and what is read holds whole items, the whole
/// item is asked for.
pub(crate) fn reader<E: Entity, T: Projection<E>>(index: Option<&str>) -> Result<Reader<T>> {
    let (schema, entity, mut paths) = (E::Table::SCHEMA, E::DESCRIPTOR, T::paths());
    // Keys are those of all forms.
    let Some(asked) = paths.as_mut().filter(|asked| entity.version.is_some() && !asked.is_empty()) else {
        return Ok(Reader { paths, read: T::read });
    };
    let held = index.and_then(|name| schema.index(name)).filter(|index| !index.local);
    match held.map(|index| (index.name, index.projection)) {
        None | Some((_, ProjectionSchema::All)) => {
            asked.push(top(schema.version));
            let paths = paths.filter(|_| E::UPGRADE.is_none());
            Ok(Reader { paths, read: T::read })
        }
        Some((_, ProjectionSchema::KeysOnly)) => Ok(Reader { paths, read: read_as_it_is::<E, T> }),
        Some((_, ProjectionSchema::Include(names))) if names.contains(&schema.version) => {
            asked.push(top(schema.version));
            Ok(Reader { paths, read: read_current::<E, T> })
        }
        Some((name, ProjectionSchema::Include(_))) => Err(Error::new(Kind::Request {
            reason: format!(
                "index `{name}` does not hold `{}`, by which older versions of `{}` are known; include it in the index, or read keys or whole entities: `.keys()`, `.hydrate()`",
                schema.version, entity.name
            ),
        })),
    }
}

/// The parts of an item, whatever its form is.
fn read_as_it_is<E: Entity, T: Projection<E>>(item: Item) -> Result<T> {
    T::fields(&mut ItemReader::in_any_order::<E>(item))
}

/// The parts of an item that must be in the form of today: it is not held as a whole.
fn read_current<E: Entity, T: Projection<E>>(item: Item) -> Result<T> {
    let Some(Form::Older(version)) = form::<E>(&item) else { return T::read(item) };
    let (entity, key) = (E::DESCRIPTOR, show_key(E::Table::SCHEMA, |name| item.get(name)));
    let source = "the index does not hold the whole item, which that takes; read with `.hydrate()`, or upgrade the item: `db.upgrade(key)`";
    let (name, newest) = (entity.name, newest(entity));
    Err(Error::new(Kind::Upgrade { entity: name, key, version, newest, form: name, source: source.into() }))
}
