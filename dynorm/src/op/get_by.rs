//! Reading one entity by what is unique of it.

use std::future::IntoFuture;
use std::sync::Arc;

use super::{BoxFuture, Context, Get, Outcome, batch, table_method};
use crate::backend::call;
use crate::backend::reply::Capacity;
use crate::entity::{Entity, Key, MARKER_OWNER, Table, UniqueKey, encode, is_expired};
use crate::error::{Error, Result};
use crate::value::{Item, Value};

/// How often it is looked again after an entity that passed its value on between the two reads.
const LOOKS_MAX: usize = 4;

/// A read of the entity that has a unique value; `.await` runs it and gives the entity, or `None`.
///
/// It reads two items, one after the other: the one that marks whose the value is, and the entity. If the value changed
/// hands in between, it looks again, with consistent reads.
///
/// ```
/// # use dynorm::prelude::*;
/// #[derive(Entity, Debug, PartialEq)]
/// #[entity(table = "Users", pk = "USER#{id}", unique(email))]
/// struct User { id: u32, email: String }
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> dynorm::Result<()> {
/// # let db = Db::new(dynorm_mem::MemBackend::new());
/// # db.create_table::<User>().await?;
/// db.create(&User { id: 7, email: "ann@example.com".into() }).await?;
/// let ann = db.get_by(User::unique_email("ann@example.com")).consistent().await?;
/// assert_eq!(ann.map(|user| user.id), Some(7));
/// assert_eq!(db.get_by(User::unique_email("bob@example.com")).await?, None);
/// # Ok(()) }
/// ```
#[derive(Debug)]
#[must_use = "nothing is read until it is awaited"]
pub struct GetBy<E> {
    context: Arc<Context>,
    key: UniqueKey<E>,
    consistent: bool,
}

impl<E: Entity> GetBy<E> {
    pub(crate) fn new(context: Arc<Context>, key: UniqueKey<E>) -> Self {
        Self { context, key, consistent: false }
    }

    /// Sees every write that succeeded before, for twice the read units.
    pub fn consistent(mut self) -> Self {
        self.consistent = true;
        self
    }

    table_method!();

    /// The first request that would be sent, for the item that marks whose the value is.
    ///
    /// # Errors
    ///
    /// If a value cannot be stored, or is too long.
    pub fn to_request(&self) -> Result<call::Get> {
        Ok(call::Get {
            table: self.context.table::<E::Table>(),
            key: self.key.marker.clone()?,
            consistent: self.consistent,
            capacity: self.context.capacity,
            ..call::Get::default()
        })
    }

    /// Runs the reads and tells what they cost together.
    ///
    /// # Errors
    ///
    /// If a value cannot be stored or is too long, the backend refuses, or the item is not one of the entity.
    pub async fn outcome(mut self) -> Result<Outcome<Option<E>>> {
        let mut capacity: Vec<Capacity> = Vec::new();
        for _ in 0..LOOKS_MAX {
            let request = self.to_request()?;
            let marker = self.context.read(|backend| backend.get(request.clone())).await;
            let marker = marker.map_err(|failure| Error::backend("get", E::DESCRIPTOR.name, failure))?;
            capacity = batch::sum(capacity, marker.capacity.into_iter().collect());
            let Some(owner) = marker.item.as_ref().and_then(|marker| self.owner(marker)) else { break };
            let get = Get::new(Arc::clone(&self.context), Key::<E>::parse(owner)?);
            let found = if self.consistent { get.consistent() } else { get }.outcome().await?;
            capacity = batch::sum(capacity, found.capacity.into_iter().collect());
            if let Some(entity) = found.value
                && self.is_of(&entity)?
            {
                return Ok(Outcome::of_read(Some(entity), capacity.pop()));
            }
            self.consistent = true;
        }
        Ok(Outcome::of_read(None, capacity.pop()))
    }

    /// Whose the value is, unless its time is over.
    fn owner<'m>(&self, marker: &'m Item) -> Option<&'m Item> {
        match marker.get(MARKER_OWNER)? {
            Value::M(owner) if !is_expired::<E>(marker, self.context.backend.now()) => Some(owner),
            _ => None,
        }
    }

    /// Whether the entity has the value.
    fn is_of(&self, entity: &E) -> Result<bool> {
        let marker = self.key.unique.marker_of(E::DESCRIPTOR, E::Table::SCHEMA, &encode(entity)?)?;
        Ok(marker.as_ref() == self.key.marker.as_ref().ok())
    }
}

impl<E: Entity> IntoFuture for GetBy<E> {
    type Output = Result<Option<E>>;
    type IntoFuture = BoxFuture<Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move { Ok(self.outcome().await?.value) })
    }
}
