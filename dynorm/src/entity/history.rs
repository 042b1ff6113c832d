//! Histories: where the versions of an item are, and how they are read.

use std::ops::RangeInclusive;
use std::time::{Duration, SystemTime};

use super::codec::{check_version_size, decode_own, key_error};
use super::{Entity, EntityDescriptor, KeyCondition, Table, TableSchema};
use crate::error::{Error, Kind, Result};
use crate::key::{KeyProblem, SortCondition, escape};
use crate::value::{DecodeError, Item, Number, Value};

/// What the partition key of each version begins with. Tables with histories keep it from their templates.
pub(crate) const VERSION_PREFIX: &str = "HISTORY";
/// The type tag of versions.
pub(crate) const VERSION_TAG: &str = "dynorm:history";
/// The attribute of a version that has the item as it was written, or as it was before it was deleted.
const VERSION_ITEM: &str = "_item";
/// The attribute of a version that says when it was written, in milliseconds since 1970.
const VERSION_AT: &str = "_at";
/// The attribute of a version that says that the item was deleted.
const VERSION_DELETED: &str = "_deleted";
/// What versions have besides their keys.
pub(crate) const VERSION_ATTRIBUTES: [&str; 3] = [VERSION_ITEM, VERSION_AT, VERSION_DELETED];
/// Digits of a version's number in a key: those of the largest.
const VERSION_DIGITS: usize = 20;

/// Longest partition key, in bytes.
///
/// Source: [quotas](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html).
const PARTITION_KEY_BYTES_MAX: usize = 2048;
/// Longest sort key, in bytes; the source is the same.
const SORT_KEY_BYTES_MAX: usize = 1024;

/// How the versions of an entity's items are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HistoryRules {
    /// How long a version is kept after the next one was written; for ever without.
    pub keep_seconds: Option<u64>,
}

/// An entity that keeps the versions of its items: `#[entity(history)]`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` keeps no history",
    label = "there are no versions of its items",
    note = "add `history` to `#[entity(...)]`: each write then keeps what it wrote as a version; items that are there already get theirs by their next write"
)]
pub trait Historied: Entity {}

/// One version of an item, in its history.
///
/// ```
/// # use dynorm::prelude::*;
/// use dynorm::op::Revision;
///
/// # #[derive(Entity, Clone, Debug, PartialEq)]
/// #[entity(table = "Pages", pk = "PAGE#{id}", sk = "PAGE", history)]
/// struct Page { id: u32, text: String }
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> dynorm::Result<()> {
/// # let db = Db::new(dynorm_mem::MemBackend::new());
/// # db.create_table::<Page>().await?;
/// let page = Page { id: 7, text: "a".into() };
/// db.create(&page).await?;
/// db.delete(Page::key(7u32)).await?;
/// let last: Revision<Page> = db.latest(Page::key(7u32)).await?.expect("it was written");
/// assert_eq!((last.version, last.deleted, &last.entity), (2, true, &page));
/// assert_eq!(last.current(), None);
/// # Ok(()) }
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Revision<E> {
    /// Its number: 1 for the first write of an item, and one more for each write after it, deletions among them.
    pub version: u64,
    /// When it was written, by the clock of the backend, to the millisecond.
    pub at: SystemTime,
    /// Whether the item was deleted then.
    pub deleted: bool,
    /// The entity as it was written; of a deletion, as it was before.
    pub entity: E,
}

impl<E> Revision<E> {
    /// The entity as this version left it: none if it was deleted.
    #[must_use]
    pub fn current(self) -> Option<E> {
        (!self.deleted).then_some(self.entity)
    }
}

impl<E: Historied> Revision<E> {
    /// The version that an item of a history holds, as from a stream or an export.
    ///
    /// ```
    /// # use dynorm::prelude::*;
    /// # use dynorm::op::Revision;
    /// # #[derive(Entity, Clone, Debug, PartialEq)]
    /// # #[entity(table = "Pages", pk = "PAGE#{id}", sk = "PAGE", history)]
    /// # struct Page { id: u32, text: String }
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> dynorm::Result<()> {
    /// # let backend = dynorm_mem::MemBackend::new();
    /// # let db = Db::new(backend.clone());
    /// # db.create_table::<Page>().await?;
    /// db.create(&Page { id: 7, text: "a".into() }).await?;
    /// let items = backend.items(&db.table_name::<Page>());
    /// let versions: Vec<_> = items.into_iter().filter_map(|item| Revision::<Page>::from_item(item).ok()).collect();
    /// assert_eq!(versions[0].entity.text, "a");
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    ///
    /// If the item is no version of the entity: [`Error::is_decode`](crate::Error::is_decode).
    pub fn from_item(mut item: Item) -> Result<Self> {
        let schema = E::Table::SCHEMA;
        let key = item.clone();
        let wrong = |expected: &'static str, name: &'static str| {
            let source = match key.get(name) {
                Some(found) => DecodeError::new(expected, found),
                None => DecodeError::missing(expected),
            };
            let source = source.inside(crate::value::Step::Name(name.into()));
            Error::new(Kind::Decode { entity: E::DESCRIPTOR.name, key: "of a version".to_owned(), source })
        };
        let sort = schema.sort.map_or("", |sort| sort.name);
        let version = number(&item, sort, schema.delimiter);
        let version = version.ok_or_else(|| wrong("a sort key that ends with a version's number", sort))?;
        let at = time(item.get(VERSION_AT)).ok_or_else(|| wrong("milliseconds since 1970", VERSION_AT))?;
        let deleted = item.get(VERSION_DELETED) == Some(&Value::Bool(true));
        let Some(Value::M(whole)) = item.remove(VERSION_ITEM) else {
            return Err(wrong("the item as it was written", VERSION_ITEM));
        };
        Ok(Self { version, at, deleted, entity: decode_own(whole)? })
    }
}

/// The number at the end of a version's sort key.
fn number(item: &Item, sort: &str, delimiter: char) -> Option<u64> {
    let Some(Value::S(text)) = item.get(sort) else { return None };
    let (_, digits) = text.rsplit_once(delimiter)?;
    let are_digits = digits.len() == VERSION_DIGITS && digits.bytes().all(|byte| byte.is_ascii_digit());
    if are_digits { digits.parse().ok() } else { None }
}

fn time(value: Option<&Value>) -> Option<SystemTime> {
    let Some(Value::N(millis)) = value else { return None };
    let millis = u64::try_from(millis.to_i128()?).ok()?;
    SystemTime::UNIX_EPOCH.checked_add(Duration::from_millis(millis))
}

fn millis(time: SystemTime) -> Number {
    let since = time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX).into()
}

/// Where the versions of one item are.
///
/// Its sort key is one segment of theirs, with its delimiters escaped, so that the versions of two items of one
/// partition never mix.
#[derive(Clone, Debug)]
pub(crate) struct Trail {
    entity: &'static EntityDescriptor,
    schema: &'static TableSchema,
    partition: Value,
    /// What the sort keys begin with: all but the number.
    prefix: String,
}

impl Trail {
    /// The versions of the item with this key.
    pub(crate) fn of(
        entity: &'static EntityDescriptor,
        schema: &'static TableSchema,
        key: &Item,
    ) -> Result<Self> {
        let incomplete = |attribute| Error::new(Kind::KeyIncomplete { entity: entity.name, attribute });
        let text = |name: &'static str| match key.get(name) {
            Some(Value::S(text)) => Ok(text),
            _ => Err(incomplete(name)),
        };
        let sort_name = schema.sort.map_or("", |sort| sort.name);
        let delimiter = schema.delimiter;
        let partition = format!("{VERSION_PREFIX}{delimiter}{}", text(schema.partition.name)?);
        let sort = text(sort_name)?;
        let problem = |field, value: &str, reason| {
            key_error(entity, KeyProblem { field, value: value.to_owned(), reason })
        };
        let escaped = escape(sort, delimiter);
        let escaped = escaped.map_err(|error| problem(sort_name, sort, error.to_string()))?;
        let prefix = format!("{escaped}{delimiter}");
        let sizes = [
            (schema.partition.name, partition.len(), PARTITION_KEY_BYTES_MAX),
            (sort_name, prefix.len() + VERSION_DIGITS, SORT_KEY_BYTES_MAX),
        ];
        if let Some((name, bytes, most)) = sizes.into_iter().find(|(_, bytes, most)| bytes > most) {
            let reason = format!(
                "the key of its versions would have {bytes} bytes as `{name}`, and {most} are allowed"
            );
            return Err(problem(name, text(name)?, reason));
        }
        Ok(Self { entity, schema, partition: Value::S(partition), prefix })
    }

    /// The key of a version.
    pub(crate) fn key(&self, version: u64) -> Item {
        let mut key = Item::with_capacity(2);
        key.insert(self.schema.partition.name, self.partition.clone());
        if let Some(sort) = self.schema.sort {
            key.insert(sort.name, Value::S(self.text(version)));
        }
        key
    }

    fn text(&self, version: u64) -> String {
        format!("{}{version:0VERSION_DIGITS$}", self.prefix)
    }

    /// The versions with these numbers.
    pub(crate) fn condition(&self, versions: RangeInclusive<u64>) -> KeyCondition {
        let text = |version: &u64| Value::S(self.text(*version));
        let between = SortCondition::Between(text(versions.start()), text(versions.end()));
        KeyCondition {
            partition: vec![(self.schema.partition.name, self.partition.clone())],
            sort: self.schema.sort.iter().map(|sort| (sort.name, between.clone())).collect(),
        }
    }

    /// The number of the version that an item holds.
    pub(crate) fn number(&self, item: &Item) -> Option<u64> {
        number(item, self.schema.sort?.name, self.schema.delimiter)
    }

    /// The item that holds a version.
    ///
    /// # Errors
    ///
    /// If it is too large.
    pub(crate) fn version(&self, version: u64, item: &Item, deleted: bool, now: SystemTime) -> Result<Item> {
        let mut whole = item.clone();
        whole.conceal(self.entity.sensitive);
        let mut held = self.key(version);
        held.insert(VERSION_ITEM, Value::M(whole));
        held.insert(VERSION_AT, Value::N(millis(now)));
        if deleted {
            held.insert(VERSION_DELETED, Value::Bool(true));
        }
        if let Some(tag) = self.schema.tag {
            held.insert(tag, VERSION_TAG);
        }
        check_version_size(self.entity.name, &held, item)?;
        Ok(held)
    }
}
