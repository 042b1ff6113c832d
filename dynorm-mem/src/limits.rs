//! Every number that DynamoDB publishes as a limit, and nothing else.
//!
//! Other modules name these constants; no module repeats a value.
//!
//! Source: [quotas](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html) and
//! [constraints](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html).

use std::time::Duration;

/// Largest item, counting attribute names and values.
pub const ITEM_SIZE_BYTES_MAX: usize = 400 * 1024;
/// Deepest nesting of a value: a text at this level is stored, a list or a map with members is not.
pub const NESTING_LEVELS_MAX: usize = 32;
/// Longest value of a partition key attribute.
pub const PARTITION_KEY_BYTES_MAX: usize = 2048;
/// Longest value of all sort key attributes together.
pub const SORT_KEY_BYTES_MAX: usize = 1024;
/// Longest name of a key attribute, or of an attribute that an index names in its projection.
pub const KEY_NAME_BYTES_MAX: usize = 255;
/// Longest name of any other attribute.
pub const ATTRIBUTE_NAME_BYTES_MAX: usize = 65_535;

/// Longest text of an expression.
pub const EXPRESSION_BYTES_MAX: usize = 4096;
/// Most operators and functions in an expression.
pub const EXPRESSION_OPERATORS_MAX: usize = 300;
/// Most values that IN compares with.
pub const IN_OPERANDS_MAX: usize = 100;
/// Longest placeholder of a name or a value, with its first character.
pub const PLACEHOLDER_BYTES_MAX: usize = 255;
/// Most bytes of all names and values that stand for placeholders.
pub const SUBSTITUTIONS_BYTES_MAX: usize = 2 * 1024 * 1024;
/// Longest text of a statement, in characters.
pub const STATEMENT_CHARS_MAX: usize = 8192;
/// Most statements in one `BatchExecuteStatement` call.
pub const BATCH_STATEMENTS_MAX: usize = 25;
/// Longest path into an attribute, in steps.
pub const PATH_STEPS_MAX: usize = 32;

/// Where a page of Query or Scan ends, counted before the filter.
pub const PAGE_BYTES_MAX: usize = 1024 * 1024;
/// Most segments of a parallel scan.
pub const SCAN_SEGMENTS_MAX: u32 = 1_000_000;
/// Most keys in one `BatchGetItem` call.
pub const BATCH_GET_KEYS_MAX: usize = 100;
/// Where the answer of one `BatchGetItem` call ends.
pub const BATCH_GET_BYTES_MAX: usize = 16 * 1024 * 1024;
/// Most puts and deletes in one `BatchWriteItem` call.
pub const BATCH_WRITE_ACTIONS_MAX: usize = 25;
/// Most actions in one transaction.
pub const TRANSACTION_ACTIONS_MAX: usize = 100;
/// Most bytes that one transaction reads or writes.
pub const TRANSACTION_BYTES_MAX: usize = 4 * 1024 * 1024;
/// Longest idempotency token of a transaction, in characters.
pub const TOKEN_CHARS_MAX: usize = 36;
/// How long the token of a transaction is remembered.
pub const TOKEN_WINDOW: Duration = Duration::from_mins(10);

/// What one read unit reads at most.
pub const READ_UNIT_BYTES: usize = 4096;
/// What one write unit writes at most.
pub const WRITE_UNIT_BYTES: usize = 1024;

/// Most bytes of the items of one partition key and their entries in local indexes.
pub const ITEM_COLLECTION_BYTES_MAX: u64 = 10 * 1024 * 1024 * 1024;

/// Read units per second that a table or an index that is paid per request is ready for.
pub const ON_DEMAND_READ_UNITS: i64 = 12_000;
/// Write units per second that a table or an index that is paid per request is ready for.
pub const ON_DEMAND_WRITE_UNITS: i64 = 4000;

/// Shortest name of a table or an index, in characters.
pub const RESOURCE_NAME_CHARS_MIN: usize = 3;
/// Longest name of a table or an index, in characters.
pub const RESOURCE_NAME_CHARS_MAX: usize = 255;
/// Most global indexes of a table.
pub const GLOBAL_INDEXES_MAX: usize = 20;
/// Most local indexes of a table.
pub const LOCAL_INDEXES_MAX: usize = 5;
/// Most partition attributes, and most sort attributes, of a global index.
pub const INDEX_KEY_ATTRIBUTES_MAX: usize = 4;
/// Most attributes that the projection of one index names.
pub const PROJECTED_ATTRIBUTES_PER_INDEX_MAX: usize = 20;
/// Most attributes that the projections of all indexes of a table name.
pub const PROJECTED_ATTRIBUTES_MAX: usize = 100;

/// Items that expired longer ago than this are not deleted: the time is taken for a mistake.
pub const EXPIRY_AGE_MAX: Duration = Duration::from_hours(5 * 365 * 24);
/// How long the time to live setting of a table is fixed after a change.
pub const TIME_TO_LIVE_CHANGE_INTERVAL: Duration = Duration::from_hours(1);

/// Most names, streams or shards in one answer of a list.
pub const LIST_ENTRIES_MAX: u32 = 100;
/// How long the records of a stream, and a stream that was switched off, can be read.
pub const STREAM_RETENTION: Duration = Duration::from_hours(24);
/// How long the iterator of a shard is good for.
pub const SHARD_ITERATOR_LIFE: Duration = Duration::from_mins(15);
/// Most records in one answer of `GetRecords`.
pub const RECORDS_MAX: u32 = 1000;
/// Most bytes in one answer of `GetRecords`, unless the first record alone has more.
pub const RECORDS_BYTES_MAX: u64 = 1024 * 1024;

/// Most tags of a table.
pub const TAGS_MAX: usize = 50;
/// Longest key of a tag, in characters.
pub const TAG_KEY_CHARS_MAX: usize = 128;
/// Longest value of a tag, in characters.
pub const TAG_VALUE_CHARS_MAX: usize = 256;

// A transaction of largest items would be 40 MB, so both limits have to be checked.
const _: () = assert!(TRANSACTION_ACTIONS_MAX * ITEM_SIZE_BYTES_MAX > TRANSACTION_BYTES_MAX);
