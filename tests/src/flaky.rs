//! A backend that refuses its first calls, and notes how long it was waited for.

use std::collections::VecDeque;
use std::sync::Mutex;
use std::time::{Duration, SystemTime};

use dynorm::backend::table::{CreateTable, TableDescription, TimeToLive};
use dynorm::backend::{Backend, Failure, FailureKind, call, reply};
use dynorm_mem::MemBackend;

/// The engine behind refusals.
#[derive(Debug, Default)]
pub struct Flaky {
    inner: MemBackend,
    refusals: Mutex<VecDeque<FailureKind>>,
    waits: Mutex<Vec<Duration>>,
}

impl Flaky {
    /// Refuses the next calls, each with the next kind.
    pub fn refuse(&self, kinds: impl IntoIterator<Item = FailureKind>) {
        self.refusals.lock().expect("no test panics with the lock").extend(kinds);
    }

    /// How long the library waited between tries, since it was last asked.
    pub fn waits(&self) -> Vec<Duration> {
        std::mem::take(&mut *self.waits.lock().expect("no test panics with the lock"))
    }

    fn refusal(&self) -> Option<Failure> {
        let kind = self.refusals.lock().expect("no test panics with the lock").pop_front()?;
        Some(Failure::new(kind, "refused by the test"))
    }
}

macro_rules! pass_on {
    ($($method:ident($call:ty) -> $reply:ty;)*) => {
        #[async_trait::async_trait]
        impl Backend for Flaky {
            $(
                async fn $method(&self, call: $call) -> Result<$reply, Failure> {
                    match self.refusal() {
                        Some(refusal) => Err(refusal),
                        None => self.inner.$method(call).await,
                    }
                }
            )*

            async fn create_table(&self, call: CreateTable) -> Result<TableDescription, Failure> {
                self.inner.create_table(call).await
            }

            async fn describe_table(&self, table: &str) -> Result<TableDescription, Failure> {
                self.inner.describe_table(table).await
            }

            async fn delete_table(&self, table: &str) -> Result<(), Failure> {
                self.inner.delete_table(table).await
            }

            async fn update_time_to_live(&self, call: TimeToLive) -> Result<(), Failure> {
                self.inner.update_time_to_live(call).await
            }

            fn now(&self) -> SystemTime {
                self.inner.now()
            }

            async fn sleep(&self, duration: Duration) {
                self.waits.lock().expect("no test panics with the lock").push(duration);
            }
        }
    };
}
pass_on! {
    get(call::Get) -> reply::Get;
    put(call::Put) -> reply::Put;
    update(call::Update) -> reply::Update;
    delete(call::Delete) -> reply::Delete;
    query(call::Query) -> reply::Query;
    scan(call::Scan) -> reply::Scan;
    batch_get(call::BatchGet) -> reply::BatchGet;
    batch_write(call::BatchWrite) -> reply::BatchWrite;
    transact_get(call::TransactGet) -> reply::TransactGet;
    transact_write(call::TransactWrite) -> reply::TransactWrite;
}
