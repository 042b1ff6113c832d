//! The engine as a backend of dynorm: shared between tasks, with a clock.

use std::sync::{Arc, PoisonError};
use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use dynorm::backend::table::{CreateTable, TableDescription, TimeToLive};
use dynorm::backend::{Backend, Failure, call, reply};
use dynorm::value::Item;

use crate::sync::{RwLock, RwLockReadGuard, RwLockWriteGuard};
use crate::{Engine, ManualClock};

/// An engine behind dynorm's `Backend`.
///
/// Clones are handles of the same engine, as connections to one database are; [`fork`](Self::fork) makes a
/// database of its own. Reads do not wait for each other. Nothing is ever throttled or lost, unless
/// [`Faults`](crate::Faults) are put around it, and no call waits: `sleep` moves a manual clock and otherwise returns at
/// once.
///
/// ```
/// use dynorm::backend::{Backend, call};
/// use dynorm::backend::table::{CreateTable, KeyAttribute, KeySchema};
/// use dynorm::value::{Item, KeyKind};
/// use dynorm_mem::MemBackend;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), dynorm::backend::Failure> {
/// let backend = MemBackend::new();
/// let id = KeyAttribute { name: "id".into(), kind: KeyKind::S };
/// let key = KeySchema { partition: vec![id], sort: vec![] };
/// backend.create_table(CreateTable { table: "users".into(), key, ..Default::default() }).await?;
///
/// let fixture = backend.fork();
/// let item = Item::from([("id", "ann")]);
/// fixture.put(call::Put { table: "users".into(), item: item.clone(), ..Default::default() }).await?;
/// assert_eq!(fixture.items("users"), [item]);
/// assert_eq!(backend.items("users"), []);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct MemBackend {
    engine: Arc<RwLock<Engine>>,
    clock: Clock,
}

/// Without the items, which may be many, and sensitive.
impl std::fmt::Debug for MemBackend {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MemBackend").field("clock", &self.clock).finish_non_exhaustive()
    }
}

#[derive(Clone, Debug)]
enum Clock {
    System,
    Manual(ManualClock),
}

impl MemBackend {
    /// An empty engine under the system's clock.
    #[must_use]
    pub fn new() -> Self {
        Self::of(Engine::new())
    }

    /// This engine under the system's clock.
    #[must_use]
    pub fn of(engine: Engine) -> Self {
        Self { engine: Arc::new(RwLock::new(engine)), clock: Clock::System }
    }

    /// The same engine under a clock of the test's own.
    ///
    /// Handles that were cloned before keep their clock.
    #[must_use]
    pub fn with_clock(self, clock: ManualClock) -> Self {
        Self { clock: Clock::Manual(clock), ..self }
    }

    /// A database of its own that begins with what this one holds now, and with a manual clock at the same
    /// time.
    ///
    /// Takes the same time whatever the database holds.
    #[must_use]
    pub fn fork(&self) -> Self {
        let clock = match &self.clock {
            Clock::System => Clock::System,
            Clock::Manual(clock) => Clock::Manual(ManualClock::at(clock.now())),
        };
        Self { engine: Arc::new(RwLock::new(self.engine().clone())), clock }
    }

    /// The engine, to look into it.
    ///
    /// Writes wait until the guard is dropped, so drop it before the next call on this backend.
    pub fn engine(&self) -> RwLockReadGuard<'_, Engine> {
        let engine = self.engine.read().unwrap_or_else(PoisonError::into_inner);
        if !engine.awaits_time() {
            return engine;
        }
        drop(engine);
        // Something may be over by now, of which the engine has to be told.
        drop(self.engine_mut());
        self.engine.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// The engine, to change it directly. It is told the time of this backend's clock.
    ///
    /// All calls wait until the guard is dropped, so drop it before the next call on this backend.
    pub fn engine_mut(&self) -> RwLockWriteGuard<'_, Engine> {
        self.engine_at(self.time())
    }

    /// Has time pass, if the clock is one that is moved.
    pub(crate) fn pass(&self, duration: Duration) {
        if let Clock::Manual(clock) = &self.clock {
            clock.advance(duration);
        }
    }

    fn engine_at(&self, now: SystemTime) -> RwLockWriteGuard<'_, Engine> {
        let mut engine = self.engine.write().unwrap_or_else(PoisonError::into_inner);
        engine.set_now(now);
        engine
    }

    /// All items of a table in the order of a scan; none if there is no such table.
    #[must_use]
    pub fn items(&self, table: &str) -> Vec<Item> {
        self.engine().items(table).collect()
    }

    /// Has all reads see all that was written until now, if the engine has a [lag](Engine::with_index_lag).
    pub fn catch_up(&self) {
        self.engine_mut().catch_up();
    }

    /// Deletes the items whose time to live has passed on this backend's clock, and says how many there were.
    #[expect(clippy::must_use_candidate, reason = "the count is beside the point")]
    pub fn sweep_expired(&self) -> usize {
        let now = self.time();
        self.engine_at(now).sweep_expired(now)
    }

    #[expect(clippy::disallowed_methods, reason = "the one place where the system's clock comes in")]
    fn time(&self) -> SystemTime {
        match &self.clock {
            Clock::System => SystemTime::now(),
            Clock::Manual(clock) => clock.now(),
        }
    }
}

impl Default for MemBackend {
    fn default() -> Self {
        Self::new()
    }
}

#[async_trait]
impl Backend for MemBackend {
    async fn get(&self, call: call::Get) -> Result<reply::Get, Failure> {
        self.engine().get(&call)
    }

    async fn put(&self, call: call::Put) -> Result<reply::Put, Failure> {
        self.engine_mut().put(call)
    }

    async fn update(&self, call: call::Update) -> Result<reply::Update, Failure> {
        self.engine_mut().update(&call)
    }

    async fn delete(&self, call: call::Delete) -> Result<reply::Delete, Failure> {
        self.engine_mut().delete(&call)
    }

    async fn query(&self, call: call::Query) -> Result<reply::Query, Failure> {
        self.engine().query(&call)
    }

    async fn scan(&self, call: call::Scan) -> Result<reply::Scan, Failure> {
        self.engine().scan(&call)
    }

    async fn batch_get(&self, call: call::BatchGet) -> Result<reply::BatchGet, Failure> {
        self.engine().batch_get(&call)
    }

    async fn batch_write(&self, call: call::BatchWrite) -> Result<reply::BatchWrite, Failure> {
        self.engine_mut().batch_write(call)
    }

    async fn transact_get(&self, call: call::TransactGet) -> Result<reply::TransactGet, Failure> {
        self.engine().transact_get(&call)
    }

    async fn transact_write(&self, call: call::TransactWrite) -> Result<reply::TransactWrite, Failure> {
        let now = self.time();
        self.engine_at(now).transact_write(call, now)
    }

    async fn create_table(&self, call: CreateTable) -> Result<TableDescription, Failure> {
        let now = self.time();
        self.engine_at(now).create_table(call, now)
    }

    async fn describe_table(&self, table: &str) -> Result<TableDescription, Failure> {
        self.engine().describe_table(table)
    }

    async fn delete_table(&self, table: &str) -> Result<(), Failure> {
        self.engine_mut().delete_table(table).map(|_| ())
    }

    async fn update_time_to_live(&self, call: TimeToLive) -> Result<(), Failure> {
        let now = self.time();
        self.engine_at(now).update_time_to_live(&call, now)
    }

    fn now(&self) -> SystemTime {
        self.time()
    }

    async fn sleep(&self, duration: Duration) {
        self.pass(duration);
    }
}
