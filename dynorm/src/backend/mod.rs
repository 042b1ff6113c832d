//! The seam: DynamoDB's own calls as plain data, and the trait that carries them out.
//!
//! Whatever stands behind this trait gets exactly what the service would get: rendered expressions, placeholder
//! maps, items. A backend decides nothing that the service would not decide.

pub mod call;
mod layer;
pub(crate) mod meter;
pub(crate) mod observe;
mod operation;
pub mod reply;
pub(crate) mod retry;
pub mod table;
pub(crate) mod trace;

use std::fmt::Debug;
use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::time::{Duration, SystemTime};

use async_trait::async_trait;

pub use self::layer::Layer;
pub use self::meter::{Bill, Consumed, Entry, Meter, Place};
pub use self::operation::{Call, Operation, Reply, Sent};
pub use crate::error::{CancellationReason, Failure, FailureKind};
pub use crate::value::{Names, Values};

/// Something that carries out DynamoDB's calls.
///
/// Implementors answer with DynamoDB's rules and words, keep no state between calls that the service would not
/// keep, and may be called from many tasks at once. They do not retry: the library does, by the kind of the
/// [`Failure`]. What goes around another backend is a [`Layer`].
#[async_trait]
pub trait Backend: Debug + Send + Sync + 'static {
    /// Reads one item: `GetItem`.
    async fn get(&self, call: call::Get) -> Result<reply::Get, Failure>;
    /// Creates or replaces one item: `PutItem`.
    async fn put(&self, call: call::Put) -> Result<reply::Put, Failure>;
    /// Changes or creates one item: `UpdateItem`.
    async fn update(&self, call: call::Update) -> Result<reply::Update, Failure>;
    /// Deletes one item: `DeleteItem`.
    async fn delete(&self, call: call::Delete) -> Result<reply::Delete, Failure>;
    /// Reads a page of one partition: `Query`.
    async fn query(&self, call: call::Query) -> Result<reply::Query, Failure>;
    /// Reads a page of a whole table or index: `Scan`.
    async fn scan(&self, call: call::Scan) -> Result<reply::Scan, Failure>;
    /// Reads up to 100 items: `BatchGetItem`.
    async fn batch_get(&self, call: call::BatchGet) -> Result<reply::BatchGet, Failure>;
    /// Puts and deletes up to 25 items, each on its own: `BatchWriteItem`.
    async fn batch_write(&self, call: call::BatchWrite) -> Result<reply::BatchWrite, Failure>;
    /// Reads up to 100 items as of one moment: `TransactGetItems`.
    async fn transact_get(&self, call: call::TransactGet) -> Result<reply::TransactGet, Failure>;
    /// Carries out up to 100 actions, all or none: `TransactWriteItems`.
    async fn transact_write(&self, call: call::TransactWrite) -> Result<reply::TransactWrite, Failure>;

    /// Creates a table: `CreateTable`.
    async fn create_table(&self, call: table::CreateTable) -> Result<table::TableDescription, Failure>;
    /// Describes a table: `DescribeTable`.
    async fn describe_table(&self, table: &str) -> Result<table::TableDescription, Failure>;
    /// Deletes a table and everything in it: `DeleteTable`.
    async fn delete_table(&self, table: &str) -> Result<(), Failure>;
    /// Turns the time to live on or off: `UpdateTimeToLive`.
    async fn update_time_to_live(&self, call: table::TimeToLive) -> Result<(), Failure>;

    /// The current time, which expiry is measured against. A test backend takes it from its own clock.
    fn now(&self) -> SystemTime;

    /// Waits, between retries. A test backend moves its clock instead.
    async fn sleep(&self, duration: Duration);

    /// A number that decides how long the next wait between retries is. A test backend takes it from its seed.
    fn random(&self) -> u64 {
        RandomState::new().build_hasher().finish()
    }
}
