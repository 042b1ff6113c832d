//! What reads have found, still as it is kept: whoever asked makes items or text of it.

use std::borrow::Cow;
use std::sync::Arc;

use dynorm::backend::reply::{self, Capacity};
use dynorm::value::Item;

use crate::expr::Projection;
use crate::table::Table;
use crate::table::names::Names;
use crate::table::record::Record;

/// An item of an answer. Records are lent by the table until they are to stay.
#[derive(Debug)]
pub(crate) enum Found<'t> {
    /// All that is kept of it.
    Whole(Cow<'t, Record>),
    /// What a projection leaves of it.
    Part(Item),
}

impl<'t> Found<'t> {
    /// What is returned of an item.
    pub(super) fn new(table: &Table, record: &'t Record, projection: Option<&Projection<'_>>) -> Self {
        match projection {
            None => Self::Whole(Cow::Borrowed(record)),
            Some(projection) => {
                let part = record.part(&table.names, |name| projection.names(name));
                Self::Part(projection.apply(&part))
            }
        }
    }

    pub(super) fn into_item(self, names: &Names) -> Item {
        match self {
            Self::Whole(record) => record.item(names),
            Self::Part(item) => item,
        }
    }

    #[cfg(feature = "wire")]
    fn into_owned(self) -> Found<'static> {
        match self {
            Self::Whole(record) => Found::Whole(Cow::Owned(record.into_owned())),
            Self::Part(item) => Found::Part(item),
        }
    }
}

/// The answer to a get.
#[derive(Debug)]
pub(crate) struct One<'t> {
    /// Of the table, for its records.
    pub(crate) names: Cow<'t, Arc<Names>>,
    pub(crate) item: Option<Found<'t>>,
    pub(crate) capacity: Option<Capacity>,
}

impl From<One<'_>> for reply::Get {
    fn from(one: One<'_>) -> Self {
        let item = one.item.map(|item| item.into_item(&one.names));
        Self { item, capacity: one.capacity }
    }
}

/// The answer to a query or a scan.
#[derive(Debug)]
pub(crate) struct Page<'t> {
    /// Of the table, for its records.
    pub(crate) names: Cow<'t, Arc<Names>>,
    pub(crate) items: Vec<Found<'t>>,
    pub(crate) count: u64,
    pub(crate) scanned: u64,
    pub(crate) last_key: Option<Item>,
    pub(crate) capacity: Option<Capacity>,
}

impl<'t> Page<'t> {
    pub(super) fn of(names: &'t Arc<Names>) -> Self {
        let names = Cow::Borrowed(names);
        Self { names, items: Vec::new(), count: 0, scanned: 0, last_key: None, capacity: None }
    }
}

impl From<Page<'_>> for reply::Query {
    fn from(page: Page<'_>) -> Self {
        let Page { names, items, count, scanned, last_key, capacity } = page;
        let items = items.into_iter().map(|item| item.into_item(&names)).collect();
        Self { items, count, scanned, last_key, capacity }
    }
}

/// Answers that stay when the engine is let go: records are counted, not copied.
#[cfg(feature = "wire")]
impl One<'_> {
    pub(crate) fn into_owned(self) -> One<'static> {
        let names = Cow::Owned(self.names.into_owned());
        One { names, item: self.item.map(Found::into_owned), capacity: self.capacity }
    }
}

#[cfg(feature = "wire")]
impl Page<'_> {
    pub(crate) fn into_owned(self) -> Page<'static> {
        let Page { names, items, count, scanned, last_key, capacity } = self;
        let names = Cow::Owned(names.into_owned());
        let items = items.into_iter().map(Found::into_owned).collect();
        Page { names, items, count, scanned, last_key, capacity }
    }
}
