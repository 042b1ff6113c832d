//! Answers of the data plane, one struct a call, under the names of the requests.

use std::collections::BTreeMap;

use super::call::{BatchGetTable, BatchWriteAction};
use crate::value::{Item, Value};

/// What one part, a table or an index, consumed.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Units {
    /// Read and write units together.
    pub total: f64,
    /// Read units, where the service states them apart: transactions do, other calls do not.
    pub read: Option<f64>,
    /// Write units, where the service states them apart.
    pub write: Option<f64>,
}

/// Capacity that a call consumed on one table: `ConsumedCapacity`.
///
/// A read unit is a strongly consistent read of up to 4 KB, half of one an eventually consistent read; a write
/// unit is a write of up to 1 KB. Transactions cost double.
///
/// Source: [capacity units](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Capacity {
    /// The table's name, or its ARN if that was in the call.
    pub table: String,
    /// The sum over the table and its indexes.
    pub units: Units,
    /// The table's own part, if the call asked for `Indexes`.
    pub table_units: Option<Units>,
    /// The part of each local index that was used, if the call asked for `Indexes`.
    pub local_indexes: BTreeMap<String, Units>,
    /// The part of each global index that was used, if the call asked for `Indexes`.
    pub global_indexes: BTreeMap<String, Units>,
}

impl Units {
    fn plus(self, more: Self) -> Self {
        let sum = |a: Option<f64>, b: Option<f64>| match (a, b) {
            (Some(a), Some(b)) => Some(a + b),
            (a, b) => a.or(b),
        };
        Self {
            total: self.total + more.total,
            read: sum(self.read, more.read),
            write: sum(self.write, more.write),
        }
    }
}

impl Capacity {
    /// The sum of what two calls on one table consumed.
    #[must_use]
    pub fn plus(mut self, more: Self) -> Self {
        self.units = self.units.plus(more.units);
        self.table_units = match (self.table_units, more.table_units) {
            (Some(a), Some(b)) => Some(a.plus(b)),
            (a, b) => a.or(b),
        };
        for (sums, parts) in
            [(&mut self.local_indexes, more.local_indexes), (&mut self.global_indexes, more.global_indexes)]
        {
            for (index, units) in parts {
                let sum = sums.entry(index).or_default();
                *sum = sum.plus(units);
            }
        }
        self
    }
}

/// The estimated size of the item collection that a write changed: `ItemCollectionMetrics`.
#[derive(Clone, Debug, PartialEq)]
pub struct CollectionMetrics {
    /// The partition key's value.
    pub partition_key: Value,
    /// Lower and upper bound, in gigabytes: of the items, and of what local indexes hold of them.
    pub size_gb: [f64; 2],
}

/// The sizes of item collections that writes changed, by the name of the table.
pub type CollectionMetricsByTable = BTreeMap<String, Vec<CollectionMetrics>>;

/// Answer of `GetItem`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Get {
    /// The item, if there is one.
    pub item: Option<Item>,
    /// What the call consumed, if it asked.
    pub capacity: Option<Capacity>,
}

/// Answer of `PutItem`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Put {
    /// The attributes that `returned` asked for, if there are any.
    pub attributes: Option<Item>,
    /// What the call consumed, if it asked.
    pub capacity: Option<Capacity>,
    /// The item collection's size, if the call asked and the table has local indexes.
    pub collection_metrics: Option<CollectionMetrics>,
}

/// Answer of `UpdateItem`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Update {
    /// The attributes that `returned` asked for, if there are any.
    pub attributes: Option<Item>,
    /// What the call consumed, if it asked.
    pub capacity: Option<Capacity>,
    /// The item collection's size, if the call asked and the table has local indexes.
    pub collection_metrics: Option<CollectionMetrics>,
}

/// Answer of `DeleteItem`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Delete {
    /// The attributes that `returned` asked for, if there are any.
    pub attributes: Option<Item>,
    /// What the call consumed, if it asked.
    pub capacity: Option<Capacity>,
    /// The item collection's size, if the call asked and the table has local indexes.
    pub collection_metrics: Option<CollectionMetrics>,
}

/// Answer of `Query`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Query {
    /// The items in order of the sort key; empty for `Select::Count`.
    pub items: Vec<Item>,
    /// How many items passed the filter.
    pub count: u64,
    /// How many items were evaluated, and paid for.
    pub scanned: u64,
    /// Where the next page starts; `None` at the end.
    pub last_key: Option<Item>,
    /// What the call consumed, if it asked.
    pub capacity: Option<Capacity>,
}

/// Answer of `Scan`.
pub type Scan = Query;

/// Answer of `BatchGetItem`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct BatchGet {
    /// The items that were found, in no order, by table.
    pub items: BTreeMap<String, Vec<Item>>,
    /// What was not read and has to be asked for again, by table.
    pub unprocessed: BTreeMap<String, BatchGetTable>,
    /// What the call consumed, by table, if it asked.
    pub capacity: Vec<Capacity>,
}

/// Answer of `BatchWriteItem`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct BatchWrite {
    /// What was not written and has to be sent again, by table.
    pub unprocessed: BTreeMap<String, Vec<BatchWriteAction>>,
    /// What the call consumed, by table, if it asked.
    pub capacity: Vec<Capacity>,
    /// The sizes of the item collections, by table, if the call asked.
    pub collection_metrics: CollectionMetricsByTable,
}

/// Answer of `TransactGetItems`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TransactGet {
    /// The items, `None` where there is none, in the order of the actions.
    pub items: Vec<Option<Item>>,
    /// What the call consumed, by table, if it asked.
    pub capacity: Vec<Capacity>,
}

/// Answer of `TransactWriteItems`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TransactWrite {
    /// What the call consumed, by table, if it asked.
    pub capacity: Vec<Capacity>,
    /// The sizes of the item collections, by table, if the call asked.
    pub collection_metrics: CollectionMetricsByTable,
}
