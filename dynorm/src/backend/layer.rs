//! Backends around other backends, which say only what they do otherwise.

use std::fmt::Debug;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use async_trait::async_trait;

use super::table::{CreateTable, TableDescription, TimeToLive};
use super::{Backend, Call, Failure, call, reply};

/// A backend around another one. It implements what it changes; the rest goes on as it came.
///
/// [`on_call`](Self::on_call) sees every call of the data plane, and a method like [`on_put`](Self::on_put) those of one
/// operation, before `on_call`. A layer is a [`Backend`], so that layers go around layers.
///
/// ```
/// use std::sync::Arc;
/// use std::sync::atomic::{AtomicU32, Ordering};
/// use dynorm::backend::{Backend, Call, Failure, Layer};
/// use dynorm::prelude::*;
///
/// /// Counts the calls.
/// #[derive(Clone, Debug)]
/// struct Counting { inner: Arc<dyn Backend>, calls: Arc<AtomicU32> }
///
/// impl Layer for Counting {
///     fn inner(&self) -> &dyn Backend {
///         &*self.inner
///     }
///
///     async fn on_call<C: Call>(&self, call: C) -> Result<C::Reply, Failure> {
///         self.calls.fetch_add(1, Ordering::Relaxed);
///         call.send(self.inner()).await
///     }
/// }
///
/// #[derive(Entity)]
/// #[entity(table = "Users", pk = id)]
/// struct User { id: u32 }
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> dynorm::Result<()> {
/// let counting = Counting { inner: Arc::new(dynorm_mem::MemBackend::new()), calls: Arc::default() };
/// let db = Db::new(counting.clone());
/// db.create_table::<User>().await?;
/// db.put(&User { id: 1 }).await?;
/// db.get(User::key(1u32)).await?;
/// assert_eq!(counting.calls.load(Ordering::Relaxed), 2);
/// # Ok(()) }
/// ```
pub trait Layer: Debug + Send + Sync + 'static {
    /// The backend that this one is around.
    fn inner(&self) -> &dyn Backend;

    /// Any call of the data plane.
    fn on_call<C: Call>(&self, call: C) -> impl Future<Output = Result<C::Reply, Failure>> + Send {
        call.send(self.inner())
    }

    /// `GetItem`.
    fn on_get(&self, call: call::Get) -> impl Future<Output = Result<reply::Get, Failure>> + Send {
        self.on_call(call)
    }

    /// `PutItem`.
    fn on_put(&self, call: call::Put) -> impl Future<Output = Result<reply::Put, Failure>> + Send {
        self.on_call(call)
    }

    /// `UpdateItem`.
    fn on_update(&self, call: call::Update) -> impl Future<Output = Result<reply::Update, Failure>> + Send {
        self.on_call(call)
    }

    /// `DeleteItem`.
    fn on_delete(&self, call: call::Delete) -> impl Future<Output = Result<reply::Delete, Failure>> + Send {
        self.on_call(call)
    }

    /// `Query`.
    fn on_query(&self, call: call::Query) -> impl Future<Output = Result<reply::Query, Failure>> + Send {
        self.on_call(call)
    }

    /// `Scan`.
    fn on_scan(&self, call: call::Scan) -> impl Future<Output = Result<reply::Scan, Failure>> + Send {
        self.on_call(call)
    }

    /// `BatchGetItem`.
    fn on_batch_get(
        &self,
        call: call::BatchGet,
    ) -> impl Future<Output = Result<reply::BatchGet, Failure>> + Send {
        self.on_call(call)
    }

    /// `BatchWriteItem`.
    fn on_batch_write(
        &self,
        call: call::BatchWrite,
    ) -> impl Future<Output = Result<reply::BatchWrite, Failure>> + Send {
        self.on_call(call)
    }

    /// `TransactGetItems`.
    fn on_transact_get(
        &self,
        call: call::TransactGet,
    ) -> impl Future<Output = Result<reply::TransactGet, Failure>> + Send {
        self.on_call(call)
    }

    /// `TransactWriteItems`.
    fn on_transact_write(
        &self,
        call: call::TransactWrite,
    ) -> impl Future<Output = Result<reply::TransactWrite, Failure>> + Send {
        self.on_call(call)
    }

    /// `CreateTable`.
    fn on_create_table(
        &self,
        call: CreateTable,
    ) -> impl Future<Output = Result<TableDescription, Failure>> + Send {
        self.inner().create_table(call)
    }

    /// `DescribeTable`.
    fn on_describe_table(
        &self,
        table: &str,
    ) -> impl Future<Output = Result<TableDescription, Failure>> + Send {
        async move { self.inner().describe_table(table).await }
    }

    /// `DeleteTable`.
    fn on_delete_table(&self, table: &str) -> impl Future<Output = Result<(), Failure>> + Send {
        async move { self.inner().delete_table(table).await }
    }

    /// `UpdateTimeToLive`.
    fn on_update_time_to_live(&self, call: TimeToLive) -> impl Future<Output = Result<(), Failure>> + Send {
        self.inner().update_time_to_live(call)
    }

    /// The current time.
    fn on_now(&self) -> SystemTime {
        self.inner().now()
    }

    /// A wait between two tries.
    fn on_sleep(&self, duration: Duration) -> impl Future<Output = ()> + Send {
        self.inner().sleep(duration)
    }

    /// A number that decides how long a wait is.
    fn on_random(&self) -> u64 {
        self.inner().random()
    }
}

/// Implements `Backend` for layers.
macro_rules! layers {
    ($($method:ident $on:ident $call:ident;)*) => {
        #[async_trait]
        impl<L: Layer> Backend for L {
            $(
                async fn $method(&self, call: call::$call) -> Result<reply::$call, Failure> {
                    self.$on(call).await
                }
            )*

            async fn create_table(&self, call: CreateTable) -> Result<TableDescription, Failure> {
                self.on_create_table(call).await
            }

            async fn describe_table(&self, table: &str) -> Result<TableDescription, Failure> {
                self.on_describe_table(table).await
            }

            async fn delete_table(&self, table: &str) -> Result<(), Failure> {
                self.on_delete_table(table).await
            }

            async fn update_time_to_live(&self, call: TimeToLive) -> Result<(), Failure> {
                self.on_update_time_to_live(call).await
            }

            fn now(&self) -> SystemTime {
                self.on_now()
            }

            async fn sleep(&self, duration: Duration) {
                self.on_sleep(duration).await;
            }

            fn random(&self) -> u64 {
                self.on_random()
            }
        }
    };
}
layers! {
    get on_get Get;
    put on_put Put;
    update on_update Update;
    delete on_delete Delete;
    query on_query Query;
    scan on_scan Scan;
    batch_get on_batch_get BatchGet;
    batch_write on_batch_write BatchWrite;
    transact_get on_transact_get TransactGet;
    transact_write on_transact_write TransactWrite;
}

/// A backend that is shared is one.
impl Layer for Arc<dyn Backend> {
    fn inner(&self) -> &dyn Backend {
        &**self
    }
}
