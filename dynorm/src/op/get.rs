//! Reading one entity by its key.

use std::future::IntoFuture;
use std::sync::Arc;

use super::{BoxFuture, Context, Outcome};
use crate::backend::call;
use crate::entity::{Entity, Key, decode_own, is_expired};
use crate::error::{Error, Result};

/// A read of one entity; `.await` runs it and gives the entity, or `None`.
///
/// ```
/// # use dynorm::prelude::*;
/// # #[derive(Entity, Debug, PartialEq)]
/// # #[entity(table = "Users", pk = id)]
/// # struct User { id: String }
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> dynorm::Result<()> {
/// # let db = Db::new(dynorm_mem::MemBackend::new());
/// # db.create_table::<User>().await?;
/// # db.put(&User { id: "ann".into() }).await?;
/// let ann = db.get(User::key("ann")).consistent().await?;
/// assert_eq!(ann, Some(User { id: "ann".into() }));
/// assert_eq!(db.get(User::key("bob")).await?, None);
/// # Ok(()) }
/// ```
#[derive(Debug)]
#[must_use = "nothing is read until it is awaited"]
pub struct Get<E> {
    context: Arc<Context>,
    key: Key<E>,
    consistent: bool,
    include_expired: bool,
}

impl<E: Entity> Get<E> {
    pub(crate) fn new(context: Arc<Context>, key: Key<E>) -> Self {
        Self { context, key, consistent: false, include_expired: false }
    }

    /// Sees every write that succeeded before, for twice the read units.
    pub fn consistent(mut self) -> Self {
        self.consistent = true;
        self
    }

    /// Gives the entity even if its time to live is over and DynamoDB has not deleted it yet.
    pub fn include_expired(mut self) -> Self {
        self.include_expired = true;
        self
    }

    /// The request that would be sent.
    ///
    /// # Errors
    ///
    /// If a field cannot be put into the key.
    pub fn to_request(&self) -> Result<call::Get> {
        Ok(call::Get {
            table: self.context.table::<E::Table>(),
            key: self.key.item()?.clone(),
            consistent: self.consistent,
            capacity: self.context.capacity,
            ..call::Get::default()
        })
    }

    /// Runs the read and tells what it cost.
    ///
    /// # Errors
    ///
    /// If the key is in error, the backend refuses, or the item is not one of the entity.
    pub async fn outcome(self) -> Result<Outcome<Option<E>>> {
        let request = self.to_request()?;
        let reply = self.context.read(|backend| backend.get(request.clone())).await;
        let reply = reply.map_err(|failure| Error::backend("get", E::DESCRIPTOR.name, failure))?;
        let now = self.context.backend.now();
        let item = reply.item.filter(|item| self.include_expired || !is_expired::<E>(item, now));
        let value = item.map(decode_own).transpose()?;
        Ok(Outcome { value, capacity: reply.capacity })
    }
}

impl<E: Entity> IntoFuture for Get<E> {
    type Output = Result<Option<E>>;
    type IntoFuture = BoxFuture<Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move { Ok(self.outcome().await?.value) })
    }
}
