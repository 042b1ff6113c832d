//! Typed operations: builders that become calls of the backend, one file an operation.

mod ahead;
mod argument;
mod batch;
mod batch_get;
mod batch_write;
mod checked;
mod companions;
mod condition;
mod delete;
mod delete_partition;
mod fan;
mod get;
mod get_by;
mod history;
mod hooks;
mod hydrate;
mod moving;
mod object_key;
mod offload;
mod orphans;
pub(crate) mod pager;
mod put;
mod query;
mod read;
mod rekey;
mod reshard;
mod scan;
mod segments;
mod send;
mod target;
mod transact_get;
mod transact_write;
mod update;
mod upgrade;
mod versions;

use std::collections::BTreeMap;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

pub use self::argument::{Awaitable, OneIndex, OneKey};
pub use self::batch_get::{BatchRead, GetMany};
pub use self::batch_write::{Batch, BatchEntry, BatchWritten, DeleteMany, PutMany};
pub use self::checked::{Checked, CheckedTransaction, Existing};
pub(crate) use self::condition::unsendable_error;
pub use self::delete::Delete;
pub use self::delete_partition::DeletePartition;
pub use self::get::Get;
pub use self::get_by::GetBy;
pub use self::history::{GetRevision, History};
pub use self::hydrate::Hydrate;
pub(crate) use self::offload::load;
pub use self::orphans::{OldOrphans, Orphan, Orphans};
pub use self::put::Put;
pub use self::query::{Query, QuerySource};
pub(crate) use self::query::{canonical, key_node};
pub use self::read::{Items, Pages, Read, Source};
pub use self::rekey::Rekey;
pub use self::reshard::{Reshard, Resharded};
pub use self::scan::{IndexScan, Scan, ScanSource};
pub use self::segments::{ScanItems, ScanProgress, SegmentedScan};
pub(crate) use self::send::send;
pub use self::target::Target;
pub use self::transact_get::{Found, KeySet, Reads, TransactGet};
pub use self::transact_write::TransactWrite;
pub use self::update::{Returning, Update};
pub use self::upgrade::Upgrade;
use crate::backend::call::{ReturnCapacity, ReturnValues};
use crate::backend::meter::Meter;
use crate::backend::observe::{Label, Observed};
use crate::backend::reply::{Capacity, CollectionMetrics, CollectionMetricsByTable};
use crate::backend::retry::{self, Effect};
use crate::backend::trace;
use crate::backend::{Backend, Failure, Layer as _, Sent};
use crate::entity::hook::Hook;
pub use crate::entity::hook::{BatchDelete, BatchPut, VersionNumber, Versioned};
use crate::entity::{Entity, Table, decode};
pub use crate::entity::{Historied, Offloads, Revision, UniqueKey};
use crate::error::{Error, Kind, Result};
use crate::object::ObjectStore;
use crate::page::CursorKeys;
use crate::value::{Item, Number, Value};

/// What the operations of one [`Db`](crate::Db) have in common.
#[derive(Clone)]
pub struct Context {
    pub(crate) backend: Arc<dyn Backend>,
    /// The names of tables that are not called as their schema says, by the name in the schema.
    pub(crate) table_names: BTreeMap<&'static str, String>,
    pub(crate) capacity: ReturnCapacity,
    /// Whether writes ask for the sizes of item collections.
    pub(crate) collection_metrics: bool,
    /// What is done to writes of all entities, before what theirs do.
    pub(crate) hooks: Vec<Arc<dyn Hook>>,
    /// What cursors are signed with, if they are.
    pub(crate) cursor_keys: Option<CursorKeys>,
    /// Where offloaded values are.
    pub(crate) object_store: Option<Arc<dyn ObjectStore>>,
    /// What consumption is told to.
    pub(crate) meters: Vec<Meter>,
    /// The backend, if it is told what its calls are for.
    pub(crate) observed: Option<Arc<Observed>>,
}

/// Without what the backend is or holds: an engine in this process has all items.
impl fmt::Debug for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Context")
            .field("table_names", &self.table_names)
            .field("hooks", &self.hooks)
            .finish_non_exhaustive()
    }
}

impl Context {
    pub(crate) fn table<T: Table>(&self) -> String {
        let name = T::SCHEMA.name;
        self.table_names.get(name).cloned().unwrap_or_else(|| name.to_owned())
    }
}

impl Context {
    /// The same, whose calls are for an operation, by the method of the [`Db`](crate::Db) and what it is about, which
    /// meters and spans are told. What is labelled stays so.
    pub(crate) fn labelled(self: &Arc<Self>, method: &'static str, label: Label) -> Arc<Self> {
        if self.observed.is_some() || self.meters.is_empty() && !trace::is_on() {
            return Arc::clone(self);
        }
        self.observed_by(Observed::new(Arc::clone(&self.backend), method, label, self.meters.clone()))
    }

    /// The same for another operation of the same kind, as each has a span of its own.
    pub(crate) fn anew(self: &Arc<Self>) -> Arc<Self> {
        self.observed.as_ref().map_or_else(|| Arc::clone(self), |observed| self.observed_by(observed.anew()))
    }

    fn observed_by(&self, observed: Observed) -> Arc<Self> {
        let observed = Arc::new(observed);
        let backend: Arc<dyn Backend> = Arc::clone(&observed) as _;
        Arc::new(Self { backend, observed: Some(observed), ..self.clone() })
    }

    /// Waits, and not to try again.
    pub(crate) async fn pause(&self, duration: Duration) {
        match &self.observed {
            Some(observed) => observed.inner().sleep(duration).await,
            None => self.backend.sleep(duration).await,
        }
    }

    /// The same, in which the table `T` has another name.
    pub(crate) fn with_table<T: Table>(&self, name: impl Into<String>) -> Arc<Self> {
        let mut context = self.clone();
        context.table_names.insert(T::SCHEMA.name, name.into());
        Arc::new(context)
    }
}

/// The method of builders for one entity that names its table otherwise.
macro_rules! table_method {
    () => {
        /// Uses the table under another name than the [`Db`](crate::Db) has for it, as an archive of the same form.
        pub fn table(mut self, name: impl Into<String>) -> Self {
            self.context = self.context.with_table::<E::Table>(name);
            self
        }
    };
}
use table_method;

impl Context {
    /// Sends a call that reads, again if it fails for a while.
    pub(crate) async fn read<'b, T>(
        &'b self,
        call: impl FnMut(&'b dyn Backend) -> Sent<'b, T> + Send,
    ) -> Result<T, Failure> {
        retry::send(&*self.backend, Effect::Repeatable, call).await
    }

    /// Sends a call that writes, again if the service says that it did nothing and to come back.
    pub(crate) async fn write<'b, T>(
        &'b self,
        call: impl FnMut(&'b dyn Backend) -> Sent<'b, T> + Send,
    ) -> Result<T, Failure> {
        retry::send(&*self.backend, Effect::Single, call).await
    }

    /// Sends a call that writes; one that the service does once, however often it is sent, also again after failures
    /// that leave open what happened.
    pub(crate) async fn write_once<'b, T>(
        &'b self,
        is_done_once: bool,
        call: impl FnMut(&'b dyn Backend) -> Sent<'b, T> + Send,
    ) -> Result<T, Failure> {
        let effect = if is_done_once { Effect::Repeatable } else { Effect::Single };
        retry::send(&*self.backend, effect, call).await
    }
}

/// An item of a table: no two have the same.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct ItemKey {
    table: String,
    partition: Option<KeyValue>,
    sort: Option<KeyValue>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum KeyValue {
    S(String),
    N(Number),
    B(Vec<u8>),
}

impl ItemKey {
    /// The key in an item of the table `T`, which is called `table`.
    fn of<T: Table>(table: &str, item: &Item) -> Self {
        let value = |name: &str| match item.get(name)? {
            Value::S(text) => Some(KeyValue::S(text.clone())),
            Value::N(number) => Some(KeyValue::N(*number)),
            Value::B(bytes) => Some(KeyValue::B(bytes.clone())),
            // Nothing else can be in a key.
            _ => None,
        };
        let schema = T::SCHEMA;
        Self {
            table: table.to_owned(),
            partition: value(schema.partition.name),
            sort: schema.sort.and_then(|sort| value(sort.name)),
        }
    }
}

/// The error of a request that breaks a rule.
fn refuse<T>(reason: String) -> Result<T> {
    Err(Error::new(Kind::Request { reason }))
}

/// A future that can be sent to another thread.
pub type BoxFuture<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// The result of an operation, and what it cost; for operations on several tables, `C` is a cost for each.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Outcome<T, C = Option<Capacity>> {
    /// The result.
    pub value: T,
    /// What the call consumed, unless the [`Db`](crate::Db) was told not to ask.
    pub capacity: C,
    /// The sizes of the item collections that a write changed, if the [`Db`](crate::Db::with_collection_metrics) asks:
    /// as the service states them, of tables with local indexes only.
    pub collection_metrics: CollectionMetricsByTable,
}

impl<T, C> Outcome<T, C> {
    fn of_read(value: T, capacity: C) -> Self {
        Self { value, capacity, collection_metrics: CollectionMetricsByTable::new() }
    }
}

impl<T> Outcome<T> {
    /// Of a write of one item of this table.
    fn of_write(
        value: T,
        capacity: Option<Capacity>,
        table: String,
        metrics: Option<CollectionMetrics>,
    ) -> Self {
        let collection_metrics = metrics.into_iter().map(|metrics| (table.clone(), vec![metrics])).collect();
        Self { value, capacity, collection_metrics }
    }
}

/// What a write gives back: nothing, or the entity as it was or is.
pub trait Returned<E>: Sized + Send {
    /// Reads the attributes that the backend returned.
    #[doc(hidden)]
    fn read(attributes: Option<Item>) -> Result<Self>;

    /// What a put or delete asks for.
    #[doc(hidden)]
    const OLD: ReturnValues;

    /// Whether a put gives back what it wrote.
    #[doc(hidden)]
    const WRITTEN: bool = false;
}

impl<E: Entity> Returned<E> for () {
    fn read(_: Option<Item>) -> Result<Self> {
        Ok(())
    }

    const OLD: ReturnValues = ReturnValues::None;
}

impl<E: Entity> Returned<E> for Option<E> {
    fn read(attributes: Option<Item>) -> Result<Self> {
        attributes.map(decode).transpose()
    }

    const OLD: ReturnValues = ReturnValues::AllOld;
}

impl<E: Entity> Returned<E> for E {
    fn read(attributes: Option<Item>) -> Result<Self> {
        decode(attributes.unwrap_or_default())
    }

    const OLD: ReturnValues = ReturnValues::None;
    const WRITTEN: bool = true;
}
