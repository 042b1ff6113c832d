//! Requests and answers about tables.

use std::collections::BTreeMap;
use std::time::SystemTime;

use crate::value::KeyKind;

/// One attribute of a key, and the kind of its values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyAttribute {
    /// The attribute's name.
    pub name: String,
    /// The kind of its values.
    pub kind: KeyKind,
}

/// The key of a table or an index: partition attributes, then sort attributes.
///
/// A table has one partition attribute and at most one sort attribute; a global index has up to four of each.
///
/// Source: [multi-attribute keys](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/GSI.html).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeySchema {
    /// What decides the partition; all values must be given to read.
    pub partition: Vec<KeyAttribute>,
    /// What orders the items of a partition; may be empty.
    pub sort: Vec<KeyAttribute>,
}

impl KeySchema {
    /// All attributes of the key, the partition's first.
    pub fn attributes(&self) -> impl Iterator<Item = &KeyAttribute> {
        self.partition.iter().chain(&self.sort)
    }
}

/// Which attributes of an item an index holds; always its own key and the table's.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Projection {
    /// All attributes.
    #[default]
    All,
    /// The keys only.
    KeysOnly,
    /// The keys and these.
    Include(Vec<String>),
}

/// Whether an index has its own partitions or orders those of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum IndexScope {
    /// Own partitions, eventually consistent: a global secondary index.
    Global,
    /// The table's partitions in another order, strongly consistent on demand: a local secondary index.
    Local,
}

/// A secondary index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Index {
    /// The index's name.
    pub name: String,
    /// Global or local.
    pub scope: IndexScope,
    /// The index's own key.
    pub key: KeySchema,
    /// What the index holds.
    pub projection: Projection,
}

/// Provisioned capacity; without it a table is paid per request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Throughput {
    /// Read units per second.
    pub read: u64,
    /// Write units per second.
    pub write: u64,
}

/// Units per second, of reads and of writes; a side that is not given has no number.
///
/// As a maximum on demand, -1 says that there is none, once there was one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct UnitsPerSecond {
    /// Read units per second.
    pub read: Option<i64>,
    /// Write units per second.
    pub write: Option<i64>,
}

/// The capacity of a global index, which is apart from its table's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct IndexCapacity {
    /// Provisioned capacity; as much as the table has without.
    pub throughput: Option<Throughput>,
    /// What the index may take at most while it is paid per request.
    pub on_demand: UnitsPerSecond,
    /// What the index is ready for at once.
    pub warm: UnitsPerSecond,
}

/// What storage costs in relation to requests.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum TableClass {
    /// For tables that are mainly read and written.
    #[default]
    Standard,
    /// For tables that are mainly kept.
    InfrequentAccess,
}

/// Which key a table is encrypted with; every table is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub enum Encryption {
    /// The service's own, at no cost.
    #[default]
    ServiceKey,
    /// The one that AWS keeps for the account: `alias/aws/dynamodb`.
    AccountKey,
    /// The key of this id, ARN or alias.
    Key(String),
}

/// What the records of a stream tell of an item, besides its key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum StreamView {
    /// Nothing.
    KeysOnly,
    /// The item as it is after the change.
    NewImage,
    /// The item as it was before the change.
    OldImage,
    /// Both.
    NewAndOldImages,
}

/// Parameters of `CreateTable`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CreateTable {
    /// The table's name.
    pub table: String,
    /// The primary key.
    pub key: KeySchema,
    /// The secondary indexes.
    pub indexes: Vec<Index>,
    /// Provisioned capacity of the table and each global index; paid per request without.
    pub throughput: Option<Throughput>,
    /// What the table may take at most while it is paid per request.
    pub on_demand: UnitsPerSecond,
    /// What the table is to be ready for at once.
    pub warm: UnitsPerSecond,
    /// The capacity of global indexes that is not as the table's, by name.
    pub index_capacity: BTreeMap<String, IndexCapacity>,
    /// The table's class.
    pub class: TableClass,
    /// The key that the table is encrypted with.
    pub encryption: Encryption,
    /// What the table's stream tells; no stream without.
    pub stream: Option<StreamView>,
    /// Whether the table is to be kept from deletion.
    pub deletion_protection: bool,
}

/// Parameters of `UpdateTimeToLive`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TimeToLive {
    /// The table's name or ARN.
    pub table: String,
    /// The attribute that holds the time.
    pub attribute: String,
    /// On or off.
    pub enabled: bool,
}

/// Where a table is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TableStatus {
    /// Not yet to be used.
    Creating,
    /// Ready.
    Active,
    /// Ready, while a change is made.
    Updating,
    /// Going away.
    Deleting,
    /// Any other state, as when the service cannot reach the table's encryption key.
    Unavailable,
}

/// What a backend tells of a global index besides its definition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IndexState {
    /// Where the index is in its life.
    pub status: TableStatus,
    /// Provisioned capacity; paid per request without.
    pub throughput: Option<Throughput>,
    /// What the index may take at most while it is paid per request.
    pub on_demand: UnitsPerSecond,
    /// What the index is ready for at once.
    pub warm: UnitsPerSecond,
    /// How many items it has; the service updates this about every six hours.
    pub n_items: u64,
    /// The size of its items in bytes; the service updates this about every six hours.
    pub size_bytes: u64,
}

/// A table as the backend has it.
#[derive(Clone, Debug, PartialEq)]
pub struct TableDescription {
    /// The table's name.
    pub table: String,
    /// Its Amazon resource name.
    pub arn: String,
    /// Where it is in its life.
    pub status: TableStatus,
    /// The primary key.
    pub key: KeySchema,
    /// The secondary indexes, sorted by name.
    pub indexes: Vec<Index>,
    /// The global indexes as they are now, by name.
    pub global_indexes: BTreeMap<String, IndexState>,
    /// Provisioned capacity; paid per request without.
    pub throughput: Option<Throughput>,
    /// What the table may take at most while it is paid per request.
    pub on_demand: UnitsPerSecond,
    /// What the table is ready for at once.
    pub warm: UnitsPerSecond,
    /// The table's class.
    pub class: TableClass,
    /// When the class was changed last, if it ever was.
    pub class_changed: Option<SystemTime>,
    /// The ARN of the key that the table is encrypted with, unless that is the service's own.
    pub encryption_key: Option<String>,
    /// What the table's stream tells, while the table has one.
    pub stream: Option<StreamView>,
    /// The Amazon resource name of the latest stream, which stays after the stream is switched off.
    pub stream_arn: Option<String>,
    /// Whether the table is kept from deletion.
    pub deletion_protection: bool,
    /// When the table was created.
    pub created: Option<SystemTime>,
    /// How many items it has; the service updates this about every six hours.
    pub n_items: u64,
    /// The size of its items in bytes; the service updates this about every six hours.
    pub size_bytes: u64,
}
