//! Deleting one entity by its key.

use std::future::IntoFuture;
use std::marker::PhantomData;
use std::sync::Arc;

use super::companions::{self, Accompanied, Prepared, ReadsFirst};
use super::condition::{Needs, Presence, both, in_form, render, write_error};
use super::target::of_version;
use super::{
    BoxFuture, Checked, Context, Outcome, Returned, Target, Versioned, hooks, table_method, transact_write,
    upgrade,
};
use crate::backend::call::{self, ReturnCapacity, ReturnValues, TransactWriteAction};
use crate::entity::{Entity, Key};
use crate::error::Result;
use crate::expr::{Changes, Condition, Node, Renderer};
use crate::value::Item;

/// A deletion; `.await` runs it. To delete what is not there is no error.
///
/// ```
/// # use dynorm::prelude::*;
/// # #[derive(Entity, Debug, PartialEq)]
/// # #[entity(table = "Users", pk = id)]
/// # struct User { id: String, visits: u32 }
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> dynorm::Result<()> {
/// # let db = Db::new(dynorm_mem::MemBackend::new());
/// # db.create_table::<User>().await?;
/// # db.put(&User { id: "ann".into(), visits: 0 }).await?;
/// let kept = db.delete(User::key("ann")).when(User::VISITS.gt(0)).await;
/// assert!(kept.unwrap_err().is_condition_failed());
/// let gone = db.delete(User::key("ann")).returning_old().await?;
/// assert_eq!(gone, Some(User { id: "ann".into(), visits: 0 }));
/// # Ok(()) }
/// ```
#[derive(Debug)]
#[must_use = "nothing is deleted until it is awaited"]
pub struct Delete<E, Out = ()> {
    context: Arc<Context>,
    key: Key<E>,
    known: Option<Result<Item>>,
    condition: Option<Condition<E>>,
    out: PhantomData<fn() -> Out>,
}

impl<E: Entity> Delete<E> {
    pub(crate) fn new(context: Arc<Context>, target: impl Target<Entity = E>) -> Self {
        let (key, known) = target.target();
        Self { context, key, known, condition: None, out: PhantomData }
    }

    /// Gives the entity that was deleted, if there was one. If that cannot be read as this entity, the error comes after
    /// the deletion.
    pub fn returning_old(self) -> Delete<E, Option<E>> {
        let Self { context, key, known, condition, out: _ } = self;
        Delete { context, key, known, condition, out: PhantomData }
    }
}

impl<E: Entity, Out: Returned<E>> Delete<E, Out> {
    /// Deletes only if the item satisfies the condition. Several conditions must all hold.
    pub fn when<K>(mut self, condition: Condition<E, K>) -> Self {
        self.condition = both(self.condition, condition);
        self
    }

    table_method!();

    /// Deletes only if this version is stored, as one that a client was shown and sends back; what is known of the
    /// entity otherwise is forgotten.
    pub fn at_version(mut self, version: E::Version) -> Self
    where
        E: Versioned,
    {
        self.known = Some(of_version::<E>(&version));
        self
    }

    /// The request that would be sent.
    ///
    /// # Errors
    ///
    /// If a field cannot be put into the key, a value of the condition cannot be stored, or a hook refuses; and if the
    /// entity has unique fields or a history, of which items are written too, by what is stored, or the item is on its way
    /// to another shard.
    pub fn to_request(&self) -> Result<call::Delete> {
        if self.is_accompanied() {
            return companions::refuse_request("delete", E::DESCRIPTOR);
        }
        Ok(self.prepare(&[])?.0)
    }

    /// The deletion with its companions.
    pub(super) fn accompanied(self) -> Result<Accompanied> {
        let reads = match Out::OLD {
            ReturnValues::None => companions::first_read_of(E::DESCRIPTOR),
            _ => ReadsFirst::Whole,
        };
        let Self { context, key: of, known, condition, out: _ } = self;
        let delete = Delete::<E> { context, key: of, known, condition, out: PhantomData };
        let key = delete.key.clone();
        Accompanied::new::<E>(&Arc::clone(&delete.context), &key, reads, move |guard, _| {
            let (mut call, needs) = delete.prepare(guard)?;
            (call.capacity, call.collection_metrics) = (ReturnCapacity::None, false);
            call.return_old_on_failure = true;
            Ok(Prepared { action: TransactWriteAction::Delete(call), needs, changes: Changes::default() })
        })
    }

    /// Whether other items are written, or looked at, with it.
    pub(super) fn is_accompanied(&self) -> bool {
        E::DESCRIPTOR.has_companions() || self.key.former().is_some()
    }

    /// The request, which requires this too, and what it needs.
    pub(super) fn prepare(&self, guard: &[Node]) -> Result<(call::Delete, Needs)> {
        let known = self.known.as_ref().map(|known| known.as_ref().map_err(Clone::clone)).transpose()?;
        let asked = hooks::deletion::<E>(&self.context, known)?;
        let mut renderer = Renderer::concealing(E::DESCRIPTOR.sensitive);
        let (condition, now) = (self.condition.as_ref(), self.context.backend.now());
        let needs = Needs::of(Presence::Any, condition, &asked, Vec::new());
        let asked = [&asked.conditions, guard, in_form::<E>(&needs).as_slice()].concat();
        let condition = render(Presence::Any, condition, &asked, now, &mut renderer)?;
        let (names, values) = renderer.finish();
        let call = call::Delete {
            table: self.context.table::<E::Table>(),
            key: self.key.item()?.clone(),
            return_old_on_failure: condition.is_some(),
            condition,
            names,
            values,
            returned: Out::OLD,
            capacity: self.context.capacity,
            collection_metrics: self.context.collection_metrics,
        };
        Ok((call, needs))
    }

    /// Runs the deletion and tells what it cost.
    ///
    /// # Errors
    ///
    /// [`is_condition_failed`](crate::Error::is_condition_failed), or a refusal of the backend. Nothing is deleted
    /// then.
    pub async fn outcome(self) -> Result<Outcome<Out>> {
        if self.is_accompanied() {
            let context = Arc::clone(&self.context);
            let done = transact_write::alone::<E>(context, "delete", self.accompanied()?).await?;
            let value = Out::read(done.before)?;
            let (capacity, collection_metrics) = (done.capacity, done.collection_metrics);
            return Ok(Outcome { value, capacity, collection_metrics });
        }
        let (request, needs) = self.prepare(&[])?;
        let now = self.context.backend.now();
        let send = || self.context.write(|backend| backend.delete(request.clone()));
        let reply = upgrade::first::<E, _, _>(&self.context, &request.table, send).await?;
        let reply = reply.map_err(|f| write_error::<E>("delete", &needs, now, f))?;
        let value = Out::read(reply.attributes)?;
        Ok(Outcome::of_write(value, reply.capacity, request.table, reply.collection_metrics))
    }

    /// Runs the deletion, and gives a condition that did not hold as data, with what is there.
    ///
    /// # Errors
    ///
    /// As for [`outcome`](Self::outcome), but for conditions that did not hold.
    pub async fn checked(self) -> Result<Checked<E, Out>> {
        Checked::of_outcome(self.outcome().await)
    }
}

impl<E: Entity, Out: Returned<E> + 'static> IntoFuture for Delete<E, Out> {
    type Output = Result<Out>;
    type IntoFuture = BoxFuture<Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move { Ok(self.outcome().await?.value) })
    }
}
