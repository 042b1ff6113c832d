//! Reading one entity by its key.

use std::future::IntoFuture;
use std::marker::PhantomData;
use std::sync::Arc;

use super::{BoxFuture, Context, Outcome, table_method};
use crate::backend::{call, reply};
use crate::entity::{Entity, HeldBy, Key, Primary, Projection, is_expired, own, single_paths};
use crate::error::{Error, Result};
use crate::expr::Renderer;

/// A read of one entity; `.await` runs it and gives the entity, or what it is projected to, or `None`.
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
pub struct Get<E, T = E> {
    context: Arc<Context>,
    key: Key<E>,
    consistent: bool,
    include_expired: bool,
    output: PhantomData<fn() -> T>,
}

impl<E: Entity> Get<E> {
    pub(crate) fn new(context: Arc<Context>, key: Key<E>) -> Self {
        Self { context, key, consistent: false, include_expired: false, output: PhantomData }
    }
}

impl<E: Entity, T: Projection<E>> Get<E, T> {
    /// Reads only the attributes of a projection: a struct that derives [`Projection`](macro@crate::Projection). It costs
    /// as much as the whole item; less is sent.
    ///
    /// ```
    /// use dynorm::prelude::*;
    ///
    /// #[derive(Entity)]
    /// #[entity(table = "Users", pk = id)]
    /// struct User { id: String, name: String, photo: Vec<u8> }
    ///
    /// #[derive(Projection, Debug, PartialEq)]
    /// #[projection(of = User)]
    /// struct UserName { name: String }
    ///
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> dynorm::Result<()> {
    /// # let db = Db::new(dynorm_mem::MemBackend::new());
    /// # db.create_table::<User>().await?;
    /// # db.put(&User { id: "ann".into(), name: "Ann".into(), photo: vec![1; 1000] }).await?;
    /// let ann = db.get(User::key("ann")).project::<UserName>().await?;
    /// assert_eq!(ann, Some(UserName { name: "Ann".into() }));
    /// # Ok(()) }
    /// ```
    pub fn project<P: HeldBy<Primary, E>>(self) -> Get<E, P::Projected> {
        let Self { context, key, consistent, include_expired, output: _ } = self;
        Get { context, key, consistent, include_expired, output: PhantomData }
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

    table_method!();

    /// The request that would be sent.
    ///
    /// # Errors
    ///
    /// If a field cannot be put into the key.
    pub fn to_request(&self) -> Result<call::Get> {
        let mut renderer = Renderer::concealing(E::DESCRIPTOR.sensitive);
        let projection = single_paths::<E, T>(self.include_expired).map(|paths| renderer.projection(&paths));
        let (names, _) = renderer.finish();
        Ok(call::Get {
            table: self.context.table::<E::Table>(),
            key: self.key.item()?.clone(),
            consistent: self.consistent,
            projection,
            names,
            capacity: self.context.capacity,
        })
    }

    /// Runs the read and tells what it cost.
    ///
    /// # Errors
    ///
    /// If the key is in error, the backend refuses, or the item is not one of the entity.
    pub async fn outcome(self) -> Result<Outcome<Option<T>>> {
        let request = self.to_request()?;
        let mut reply = self.send(&request).await?;
        if let Some(former) = self.key.former() {
            // It may be where it was, or on its way from there meanwhile.
            let before = call::Get { key: former.clone(), ..request.clone() };
            for place in [&before, &request] {
                if reply.item.is_none() {
                    let spent = reply.capacity.take();
                    reply = self.send(place).await?;
                    reply.capacity = match (spent, reply.capacity.take()) {
                        (Some(spent), Some(more)) => Some(spent.plus(more)),
                        (spent, more) => spent.or(more),
                    };
                }
            }
        }
        let now = self.context.backend.now();
        let item = reply.item.filter(|item| self.include_expired || !is_expired::<E>(item, now));
        let value = item.map(own::<E>).transpose()?.map(T::read).transpose()?;
        Ok(Outcome::of_read(value, reply.capacity))
    }
}

impl<E: Entity, T> Get<E, T> {
    /// A read of what was looked for already.
    pub(super) fn again(
        context: &Arc<Context>,
        key: &Key<E>,
        consistent: bool,
        include_expired: bool,
    ) -> Self {
        let (context, key) = (Arc::clone(context), key.clone());
        Self { context, key, consistent, include_expired, output: PhantomData }
    }

    async fn send(&self, request: &call::Get) -> Result<reply::Get> {
        let reply = self.context.read(|backend| backend.get(request.clone())).await;
        reply.map_err(|failure| Error::backend("get", E::DESCRIPTOR.name, failure))
    }
}

impl<E: Entity, T: Projection<E>> IntoFuture for Get<E, T> {
    type Output = Result<Option<T>>;
    type IntoFuture = BoxFuture<Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move { Ok(self.outcome().await?.value) })
    }
}
