//! Requests and answers of streams.

use std::time::SystemTime;

use dynorm::backend::table::{KeySchema, StreamView};
use dynorm::value::Item;

/// Parameters of `ListStreams`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ListStreams {
    /// The table's name or ARN; the streams of all tables without.
    pub table: Option<String>,
    /// How many streams to return at most: 1 to 100.
    pub limit: Option<u32>,
    /// The ARN of the stream to go on after.
    pub start: Option<String>,
}

/// The answer of `ListStreams`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StreamList {
    /// The streams, by table and age. Streams that were switched off are among them for a day.
    pub streams: Vec<StreamSummary>,
    /// Where to go on, if there are more.
    pub last: Option<String>,
}

/// A stream in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StreamSummary {
    /// The stream's ARN.
    pub arn: String,
    /// The name of its table.
    pub table: String,
    /// What tells the stream from earlier and later ones of the table: when it was switched on.
    pub label: String,
}

/// Parameters of `DescribeStream`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DescribeStream {
    /// The stream's ARN.
    pub stream: String,
    /// How many shards to return at most: 1 to 100.
    pub limit: Option<u32>,
    /// The id of the shard to go on after.
    pub start: Option<String>,
}

/// Where a stream is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum StreamStatus {
    /// Changes are recorded.
    Enabled,
    /// Switched off, or its table is gone. Readable for a day.
    Disabled,
}

/// The answer of `DescribeStream`.
#[derive(Clone, Debug, PartialEq)]
pub struct StreamDescription {
    /// The stream's ARN.
    pub arn: String,
    /// The stream's label.
    pub label: String,
    /// The name of its table.
    pub table: String,
    /// The key of its table.
    pub key: KeySchema,
    /// What its records tell.
    pub view: StreamView,
    /// Whether it still records.
    pub status: StreamStatus,
    /// When it was switched on.
    pub created: SystemTime,
    /// Its shards. The engine's streams have one.
    pub shards: Vec<Shard>,
    /// Where to go on, if there are more.
    pub last_shard: Option<String>,
}

/// A part of a stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shard {
    /// The shard's id.
    pub id: String,
    /// A sequence number that no record of the shard is before.
    pub first: String,
    /// The sequence number of the last record, if no more will come.
    pub last: Option<String>,
}

/// Where in a shard to begin to read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum ShardIteratorType {
    /// With the oldest record that is not yet trimmed.
    #[default]
    TrimHorizon,
    /// With the next record to come.
    Latest,
    /// With the record of a sequence number.
    AtSequenceNumber,
    /// Behind the record of a sequence number.
    AfterSequenceNumber,
}

/// Parameters of `GetShardIterator`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GetShardIterator {
    /// The stream's ARN.
    pub stream: String,
    /// The shard's id.
    pub shard: String,
    /// Where to begin.
    pub kind: ShardIteratorType,
    /// The sequence number, for the two kinds that need one, and only for those.
    pub sequence_number: Option<String>,
}

/// Parameters of `GetRecords`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GetRecords {
    /// An iterator that was given out less than 15 minutes ago.
    pub iterator: String,
    /// How many records to return at most: 1 to 1000.
    pub limit: Option<u32>,
}

/// The answer of `GetRecords`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Records {
    /// The records, oldest first.
    pub records: Vec<Record>,
    /// The iterator to go on with; none at the end of a shard that gets no more records.
    pub next: Option<String>,
}

/// What happened to an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Event {
    /// It is new.
    Insert,
    /// It was replaced or updated, and is not as before.
    Modify,
    /// It is gone.
    Remove,
}

impl Event {
    /// The wire's name of the event.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Insert => "INSERT",
            Self::Modify => "MODIFY",
            Self::Remove => "REMOVE",
        }
    }
}

/// The change of one item.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    /// An id that no other record has: 32 hexadecimal digits.
    pub id: String,
    /// What happened.
    pub event: Event,
    /// When, in whole seconds.
    pub created: SystemTime,
    /// The item's key.
    pub keys: Item,
    /// The item after the change, if the stream tells and there is one.
    pub new_image: Option<Item>,
    /// The item before the change, if the stream tells and there was one.
    pub old_image: Option<Item>,
    /// Where in the stream the record is: 24 digits, growing.
    pub sequence_number: String,
    /// The bytes of key and images, counted as those of items.
    pub size_bytes: u64,
    /// What the stream tells.
    pub view: StreamView,
    /// Whether the service deleted the item because its time to live had passed. The wire says so by a
    /// `userIdentity` of type [`Record::SERVICE_TYPE`] and principal [`Record::SERVICE_PRINCIPAL`].
    pub is_expiry: bool,
}

impl Record {
    /// The version of the form of records.
    pub const VERSION: &'static str = "1.1";
    /// Where records come from.
    pub const SOURCE: &'static str = "aws:dynamodb";
    /// The region that records and ARNs of the engine name.
    pub const REGION: &'static str = "us-east-1";
    /// The type of the identity that deletes expired items.
    pub const SERVICE_TYPE: &'static str = "Service";
    /// The principal of the identity that deletes expired items.
    pub const SERVICE_PRINCIPAL: &'static str = "dynamodb.amazonaws.com";
}
