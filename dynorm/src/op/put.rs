//! Writing whole entities: put, which replaces, and create, which does not.

use std::future::IntoFuture;
use std::marker::PhantomData;
use std::sync::Arc;

use super::companions::{self, Accompanied, Prepared, ReadsFirst};
use super::condition::{Needs, Presence, both, render, replaceable, write_error};
use super::offload::{Held, Outbox};
use super::{
    BoxFuture, Checked, Context, Outcome, Returned, Versioned, hooks, table_method, transact_write, upgrade,
};
use crate::backend::call::{self, ReturnCapacity, ReturnValues, TransactWriteAction};
use crate::entity::hook::WriteKind;
use crate::entity::{Entity, Key, encode, key_in};
use crate::error::Result;
use crate::expr::{Changes, Condition, Node, Renderer};
use crate::value::Item;

/// A write of a whole entity; `.await` runs it.
///
/// ```
/// # use dynorm::prelude::*;
/// # #[derive(Entity, Clone, Debug, PartialEq)]
/// # #[entity(table = "Users", pk = id)]
/// # struct User { id: String, visits: u32 }
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> dynorm::Result<()> {
/// # let db = Db::new(dynorm_mem::MemBackend::new());
/// # db.create_table::<User>().await?;
/// let ann = User { id: "ann".into(), visits: 1 };
/// db.create(&ann).await?;
/// assert!(db.create(&ann).await.unwrap_err().is_already_exists());
///
/// let again = User { visits: 2, ..ann.clone() };
/// let old = db.put(&again).when(User::VISITS.lt(2)).returning_old().await?;
/// assert_eq!(old, Some(ann));
/// # Ok(()) }
/// ```
#[derive(Debug)]
#[must_use = "nothing is written until it is awaited"]
pub struct Put<E, Out = ()> {
    context: Arc<Context>,
    item: Result<Item>,
    presence: Presence,
    condition: Option<Condition<E>>,
    any_version: bool,
    /// Where the item may be instead, while it is on its way to another shard.
    former: Option<Key<E>>,
    out: PhantomData<fn() -> Out>,
}

impl<E: Entity> Put<E> {
    /// Creates or replaces.
    pub(crate) fn new(context: Arc<Context>, entity: &E) -> Self {
        let item = encode(entity);
        let former = E::DESCRIPTOR.is_moving().then(|| Key::of_entity(entity));
        let former = former.filter(|key| key.former().is_some());
        let (presence, condition, any_version) = (Presence::Any, None, false);
        Self { context, item, presence, condition, any_version, former, out: PhantomData }
    }

    /// Only creates.
    pub(crate) fn create(context: Arc<Context>, entity: &E) -> Self {
        Self { presence: Presence::Absent, ..Self::new(context, entity) }
    }

    /// Gives the entity that was replaced. If that cannot be read as this entity, the error comes after the write.
    pub fn returning_old(self) -> Put<E, Option<E>> {
        self.giving()
    }

    /// Gives the entity as it was written: with its new version, its timestamps, and whatever else hooks changed. It
    /// costs nothing.
    ///
    /// ```
    /// # use dynorm::prelude::*;
    /// # #[derive(Entity, Clone, Debug, PartialEq)]
    /// # #[entity(table = "Pages", pk = id)]
    /// # struct Page { id: u32, text: String, #[attr(version)] version: u64 }
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> dynorm::Result<()> {
    /// # let db = Db::new(dynorm_mem::MemBackend::new());
    /// # db.create_table::<Page>().await?;
    /// let page = db.create(&Page { id: 7, text: "a".into(), version: 0 }).returning_new().await?;
    /// assert_eq!(page.version, 1);
    /// let page = db.put(&Page { text: "b".into(), ..page }).returning_new().await?;
    /// assert_eq!(page.version, 2);
    /// # Ok(()) }
    /// ```
    pub fn returning_new(self) -> Put<E, E> {
        self.giving()
    }
}

impl<E, Out> Put<E, Out> {
    fn giving<New>(self) -> Put<E, New> {
        let Self { context, item, presence, condition, any_version, former, out: _ } = self;
        Put { context, item, presence, condition, any_version, former, out: PhantomData }
    }
}

impl<E: Entity, Out: Returned<E>> Put<E, Out> {
    /// Writes only if the item that is there satisfies the condition. Several conditions must all hold.
    pub fn when<K>(mut self, condition: Condition<E, K>) -> Self {
        self.condition = both(self.condition, condition);
        self
    }

    /// Writes whatever version is stored, and so may undo what others wrote: for repairs and imports. What is stored
    /// then is the version after the entity's own.
    pub fn any_version(mut self) -> Self
    where
        E: Versioned,
    {
        self.any_version = true;
        self
    }

    table_method!();

    /// The request that would be sent.
    ///
    /// # Errors
    ///
    /// If a field cannot be stored or put into a key, the item is too large, or a hook refuses; and if the entity has
    /// unique fields or a history, of which items are written too, by what is stored, or the item is on its way to another
    /// shard, or a value goes to an object store.
    pub fn to_request(&self) -> Result<call::Put> {
        if self.is_accompanied() {
            return companions::refuse_request(self.operation(), E::DESCRIPTOR);
        }
        Ok(self.prepare(&[], &Outbox::to_show(&self.context))?.0)
    }

    /// The request, which requires this too, and what it needs.
    pub(super) fn prepare(&self, guard: &[Node], outbox: &Outbox) -> Result<(call::Put, Needs)> {
        self.prepare_item(self.item.clone()?, guard, outbox)
    }

    fn prepare_item(&self, item: Item, guard: &[Node], outbox: &Outbox) -> Result<(call::Put, Needs)> {
        let kind = if self.presence == Presence::Absent { WriteKind::Create } else { WriteKind::Put };
        let (mut item, asked) = hooks::whole::<E>(&self.context, kind, None, item)?;
        let asked = if self.any_version { asked.without_version() } else { asked };
        let table = self.context.table::<E::Table>();
        let former = self.former.as_ref().and_then(Key::former);
        let held = outbox.take_own::<E>(&table, former, self.presence, &mut item)?;
        let held_nodes: Vec<Node> = held.iter().map(Held::node).collect();
        let mut renderer = Renderer::concealing(E::DESCRIPTOR.sensitive);
        let (condition, now) = (self.condition.as_ref(), self.context.backend.now());
        let needs = Needs::of(self.presence, condition, &asked, held);
        let asked = [&asked.conditions, guard, &held_nodes, replaceable::<E>(&needs).as_slice()].concat();
        let condition = render(self.presence, condition, &asked, now, &mut renderer)?;
        let (names, values) = renderer.finish();
        let call = call::Put {
            table,
            item,
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

    /// Runs the write and tells what it cost.
    ///
    /// # Errors
    ///
    /// [`is_already_exists`](crate::Error::is_already_exists), [`is_condition_failed`](crate::Error::is_condition_failed),
    /// an entity that cannot be stored, or a refusal of the backend. Nothing is written then.
    pub async fn outcome(mut self) -> Result<Outcome<Out>> {
        if self.is_accompanied() {
            let (context, operation) = (Arc::clone(&self.context), self.operation());
            let done = transact_write::alone::<E>(context, operation, self.accompanied()?).await?;
            let returned = if Out::WRITTEN { done.after } else { done.before };
            let value = Out::read(returned)?;
            let (capacity, collection_metrics) = (done.capacity, done.collection_metrics);
            return Ok(Outcome { value, capacity, collection_metrics });
        }
        // It is sent for good, and needs no copy.
        let item = std::mem::replace(&mut self.item, Ok(Item::new()))?;
        let outbox = Outbox::new(&self.context);
        let (request, needs) = self.prepare_item(item, &[], &outbox)?;
        let (operation, now) = (self.operation(), self.context.backend.now());
        let send = || self.context.write(|backend| outbox.watch(backend.put(request.clone())));
        let reply = outbox.sending(upgrade::first::<E, _, _>(&self.context, &request.table, send));
        let reply = reply.await?.map_err(|f| write_error::<E>(operation, &needs, now, f))?;
        let returned = if Out::WRITTEN { Some(request.item) } else { reply.attributes };
        Ok(Outcome::of_write(Out::read(returned)?, reply.capacity, request.table, reply.collection_metrics))
    }

    /// Runs the write, and gives a condition that did not hold as data, with what is there.
    ///
    /// # Errors
    ///
    /// As for [`outcome`](Self::outcome), but for conditions that did not hold.
    pub async fn checked(self) -> Result<Checked<E, Out>> {
        Checked::of_outcome(self.outcome().await)
    }

    /// The write with its companions.
    pub(super) fn accompanied(self) -> Result<Accompanied> {
        let reads = match (self.presence, Out::OLD) {
            (Presence::Absent, _) => ReadsFirst::Nothing,
            (_, ReturnValues::None) if E::DESCRIPTOR.unique.is_empty() => ReadsFirst::Nothing,
            (_, ReturnValues::None) => ReadsFirst::Deciding,
            _ => ReadsFirst::Whole,
        };
        let item = self.item.as_ref().map_err(Clone::clone)?;
        let key = self.former.clone().unwrap_or_else(|| Key::parse_any_shard(key_in::<E>(item)));
        // Without the output, of which nothing is known.
        let put = self.giving::<()>();
        Accompanied::new::<E>(&Arc::clone(&put.context), &key, reads, move |guard, outbox| {
            let (mut call, needs) = put.prepare(guard, outbox)?;
            (call.capacity, call.collection_metrics) = (ReturnCapacity::None, false);
            call.return_old_on_failure = true;
            Ok(Prepared { action: TransactWriteAction::Put(call), needs, changes: Changes::default() })
        })
    }

    /// Whether other items are written, or looked at, with it.
    pub(super) fn is_accompanied(&self) -> bool {
        E::DESCRIPTOR.has_companions() || self.former.is_some()
    }

    pub(crate) fn operation(&self) -> &'static str {
        if self.presence == Presence::Absent { "create" } else { "put" }
    }
}

impl<E: Entity, Out: Returned<E> + 'static> IntoFuture for Put<E, Out> {
    type Output = Result<Out>;
    type IntoFuture = BoxFuture<Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move { Ok(self.outcome().await?.value) })
    }
}
