//! Requests of the data plane, one struct a call, named as the operation is named everywhere in dynorm.
//!
//! The fields are DynamoDB's parameters under shorter names; an expression that is not given is `None`, a
//! placeholder map that is not given is empty. Construct with `..Default::default()`.

use std::collections::BTreeMap;

use super::{Names, Values};
use crate::value::Item;

/// How much of the consumed capacity a reply is to state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ReturnCapacity {
    /// Nothing.
    #[default]
    None,
    /// The sum.
    Total,
    /// The sum, and the parts of the table and of each index.
    Indexes,
}

/// Which attributes a write returns. Put and delete know `None` and `AllOld` only.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ReturnValues {
    /// None.
    #[default]
    None,
    /// The whole item as it was before.
    AllOld,
    /// What the update touched, as it was before.
    UpdatedOld,
    /// The whole item as it is now.
    AllNew,
    /// What the update touched, as it is now.
    UpdatedNew,
}

/// Which attributes a query or scan returns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Select {
    /// All of the item's attributes.
    AllAttributes,
    /// All that the index has.
    AllProjectedAttributes,
    /// Those of the projection.
    SpecificAttributes,
    /// Only their number.
    Count,
}

/// Parameters of `GetItem`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Get {
    /// The table's name or ARN.
    pub table: String,
    /// The whole primary key.
    pub key: Item,
    /// Whether the read must see every earlier write.
    pub consistent: bool,
    /// `ProjectionExpression`.
    pub projection: Option<String>,
    /// `ExpressionAttributeNames`.
    pub names: Names,
    /// `ReturnConsumedCapacity`.
    pub capacity: ReturnCapacity,
}

/// Parameters of `PutItem`. In a transaction `returned`, `capacity` and `collection_metrics` mean nothing.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Put {
    /// The table's name or ARN.
    pub table: String,
    /// The whole item.
    pub item: Item,
    /// `ConditionExpression`.
    pub condition: Option<String>,
    /// `ExpressionAttributeNames`.
    pub names: Names,
    /// `ExpressionAttributeValues`.
    pub values: Values,
    /// `ReturnValues`.
    pub returned: ReturnValues,
    /// Whether a failed condition returns the item that failed it.
    pub return_old_on_failure: bool,
    /// `ReturnConsumedCapacity`.
    pub capacity: ReturnCapacity,
    /// Whether to return item collection metrics.
    pub collection_metrics: bool,
}

/// Parameters of `UpdateItem`. In a transaction `returned`, `capacity` and `collection_metrics` mean nothing.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Update {
    /// The table's name or ARN.
    pub table: String,
    /// The whole primary key.
    pub key: Item,
    /// `UpdateExpression`.
    pub update: Option<String>,
    /// `ConditionExpression`.
    pub condition: Option<String>,
    /// `ExpressionAttributeNames`.
    pub names: Names,
    /// `ExpressionAttributeValues`.
    pub values: Values,
    /// `ReturnValues`.
    pub returned: ReturnValues,
    /// Whether a failed condition returns the item that failed it.
    pub return_old_on_failure: bool,
    /// `ReturnConsumedCapacity`.
    pub capacity: ReturnCapacity,
    /// Whether to return item collection metrics.
    pub collection_metrics: bool,
}

/// Parameters of `DeleteItem`. In a transaction `returned`, `capacity` and `collection_metrics` mean nothing.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Delete {
    /// The table's name or ARN.
    pub table: String,
    /// The whole primary key.
    pub key: Item,
    /// `ConditionExpression`.
    pub condition: Option<String>,
    /// `ExpressionAttributeNames`.
    pub names: Names,
    /// `ExpressionAttributeValues`.
    pub values: Values,
    /// `ReturnValues`.
    pub returned: ReturnValues,
    /// Whether a failed condition returns the item that failed it.
    pub return_old_on_failure: bool,
    /// `ReturnConsumedCapacity`.
    pub capacity: ReturnCapacity,
    /// Whether to return item collection metrics.
    pub collection_metrics: bool,
}

/// The condition check of a transaction: `ConditionCheck`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Check {
    /// The table's name or ARN.
    pub table: String,
    /// The whole primary key.
    pub key: Item,
    /// `ConditionExpression`, which a check must have.
    pub condition: Option<String>,
    /// `ExpressionAttributeNames`.
    pub names: Names,
    /// `ExpressionAttributeValues`.
    pub values: Values,
    /// Whether a failed condition returns the item that failed it.
    pub return_old_on_failure: bool,
}

/// Parameters of `Query`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Query {
    /// The table's name or ARN.
    pub table: String,
    /// The index to read instead of the table.
    pub index: Option<String>,
    /// `KeyConditionExpression`.
    pub key_condition: Option<String>,
    /// `FilterExpression`.
    pub filter: Option<String>,
    /// `ProjectionExpression`.
    pub projection: Option<String>,
    /// `ExpressionAttributeNames`.
    pub names: Names,
    /// `ExpressionAttributeValues`.
    pub values: Values,
    /// Whether to read from the end; the opposite of `ScanIndexForward`.
    pub descending: bool,
    /// How many items to evaluate at most.
    pub limit: Option<u32>,
    /// `ExclusiveStartKey`.
    pub start: Option<Item>,
    /// Whether the read must see every earlier write.
    pub consistent: bool,
    /// Which attributes to return.
    pub select: Option<Select>,
    /// `ReturnConsumedCapacity`.
    pub capacity: ReturnCapacity,
}

/// Which part of a table a worker of a parallel scan reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Segment {
    /// This worker's part, from 0.
    pub segment: u32,
    /// Of how many.
    pub total: u32,
}

/// Parameters of `Scan`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Scan {
    /// The table's name or ARN.
    pub table: String,
    /// The index to read instead of the table.
    pub index: Option<String>,
    /// `FilterExpression`.
    pub filter: Option<String>,
    /// `ProjectionExpression`.
    pub projection: Option<String>,
    /// `ExpressionAttributeNames`.
    pub names: Names,
    /// `ExpressionAttributeValues`.
    pub values: Values,
    /// How many items to evaluate at most.
    pub limit: Option<u32>,
    /// `ExclusiveStartKey`.
    pub start: Option<Item>,
    /// The part of a parallel scan.
    pub segment: Option<Segment>,
    /// Whether the read must see every earlier write.
    pub consistent: bool,
    /// Which attributes to return.
    pub select: Option<Select>,
    /// `ReturnConsumedCapacity`.
    pub capacity: ReturnCapacity,
}

/// What `BatchGetItem` reads from one table.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct BatchGetTable {
    /// Whole primary keys, all different.
    pub keys: Vec<Item>,
    /// Whether the reads must see every earlier write.
    pub consistent: bool,
    /// `ProjectionExpression`.
    pub projection: Option<String>,
    /// `ExpressionAttributeNames`.
    pub names: Names,
}

/// Parameters of `BatchGetItem`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct BatchGet {
    /// What to read, by the table's name or ARN.
    pub tables: BTreeMap<String, BatchGetTable>,
    /// `ReturnConsumedCapacity`.
    pub capacity: ReturnCapacity,
}

/// One write of `BatchWriteItem`.
#[derive(Clone, Debug, PartialEq)]
pub enum BatchWriteAction {
    /// Creates or replaces this item.
    Put(Item),
    /// Deletes the item of this key.
    Delete(Item),
}

impl BatchWriteAction {
    /// The item that is put, or the key of the one that is deleted.
    #[must_use]
    pub fn item(&self) -> &Item {
        let (Self::Put(item) | Self::Delete(item)) = self;
        item
    }
}

/// Parameters of `BatchWriteItem`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct BatchWrite {
    /// What to write, by the table's name or ARN.
    pub tables: BTreeMap<String, Vec<BatchWriteAction>>,
    /// `ReturnConsumedCapacity`.
    pub capacity: ReturnCapacity,
    /// Whether to return item collection metrics.
    pub collection_metrics: bool,
}

/// One read of `TransactGetItems`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TransactGetAction {
    /// The table's name or ARN.
    pub table: String,
    /// The whole primary key.
    pub key: Item,
    /// `ProjectionExpression`.
    pub projection: Option<String>,
    /// `ExpressionAttributeNames`.
    pub names: Names,
}

/// Parameters of `TransactGetItems`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TransactGet {
    /// What to read, in the order of the replies.
    pub actions: Vec<TransactGetAction>,
    /// `ReturnConsumedCapacity`.
    pub capacity: ReturnCapacity,
}

/// One action of `TransactWriteItems`.
#[derive(Clone, Debug, PartialEq)]
pub enum TransactWriteAction {
    /// Creates or replaces an item.
    Put(Put),
    /// Changes or creates an item.
    Update(Update),
    /// Deletes an item.
    Delete(Delete),
    /// Checks an item without changing it.
    Check(Check),
}

/// Parameters of `TransactWriteItems`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TransactWrite {
    /// What to do, in the order of the cancellation reasons.
    pub actions: Vec<TransactWriteAction>,
    /// `ClientRequestToken`: the same token within ten minutes does nothing again.
    pub token: Option<String>,
    /// `ReturnConsumedCapacity`.
    pub capacity: ReturnCapacity,
    /// Whether to return item collection metrics.
    pub collection_metrics: bool,
}
