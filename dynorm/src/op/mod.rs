//! Typed operations: builders that become calls of the backend, one file an operation.

mod condition;
mod delete;
mod get;
pub(crate) mod pager;
mod put;
mod query;
mod read;
mod scan;
mod transact_write;
mod update;

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

pub use self::delete::Delete;
pub use self::get::Get;
pub use self::put::Put;
pub use self::query::{Query, QuerySource};
pub use self::read::{Items, Pages, Read, Source};
pub use self::scan::{Scan, ScanSource};
pub use self::transact_write::TransactWrite;
pub use self::update::{Returning, Update};
use crate::backend::call::{ReturnCapacity, ReturnValues};
use crate::backend::reply::Capacity;
use crate::backend::retry::{self, Effect};
use crate::backend::{Backend, Failure};
use crate::entity::{Entity, Table, decode};
use crate::error::Result;
use crate::page::CursorKeys;
use crate::value::Item;

/// What the operations of one [`Db`](crate::Db) have in common.
#[derive(Clone, Debug)]
pub struct Context {
    pub(crate) backend: Arc<dyn Backend>,
    /// The names of tables that are not called as their schema says, by the name in the schema.
    pub(crate) table_names: BTreeMap<&'static str, String>,
    pub(crate) capacity: ReturnCapacity,
    /// What cursors are signed with, if they are.
    pub(crate) cursor_keys: Option<CursorKeys>,
}

impl Context {
    pub(crate) fn table<T: Table>(&self) -> String {
        let name = T::SCHEMA.name;
        self.table_names.get(name).cloned().unwrap_or_else(|| name.to_owned())
    }
}

/// A call of a backend that is under way.
type Sent<'b, T> = Pin<Box<dyn Future<Output = Result<T, Failure>> + Send + 'b>>;

impl Context {
    /// Sends a call that reads, again if it fails for a while.
    pub(crate) async fn read<'b, T>(
        &'b self,
        call: impl FnMut(&'b dyn Backend) -> Sent<'b, T> + Send,
    ) -> Result<T, Failure> {
        retry::send(&*self.backend, Effect::Read, call).await
    }

    /// Sends a call that writes, again if the service says that it did nothing and to come back.
    pub(crate) async fn write<'b, T>(
        &'b self,
        call: impl FnMut(&'b dyn Backend) -> Sent<'b, T> + Send,
    ) -> Result<T, Failure> {
        retry::send(&*self.backend, Effect::Write, call).await
    }
}

/// A future that can be sent to another thread.
pub type BoxFuture<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// The result of an operation, and what it cost.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Outcome<T> {
    /// The result.
    pub value: T,
    /// What the call consumed, unless the [`Db`](crate::Db) was told not to ask.
    pub capacity: Option<Capacity>,
}

/// What a write gives back: nothing, or the entity as it was or is.
pub trait Returned<E>: Sized + Send {
    /// Reads the attributes that the backend returned.
    #[doc(hidden)]
    fn read(attributes: Option<Item>) -> Result<Self>;

    /// What a put or delete asks for.
    #[doc(hidden)]
    const OLD: ReturnValues;
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

    const OLD: ReturnValues = ReturnValues::AllOld;
}
