//! Changing attributes of one entity, with its index keys.

use std::borrow::Cow;
use std::fmt;
use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context as TaskContext, Poll};

use super::companions::{self, Accompanied, Owner, Prepared, ReadsFirst};
use super::condition::{Needs, Presence, both, expression_error, in_form, render, write_error};
use super::hooks::Asked;
use super::offload::{Held, Outbox};
use super::target::of_version;
use super::{
    BoxFuture, Checked, Context, Outcome, Returned, Target, Versioned, hooks, table_method, transact_write,
    upgrade,
};
use crate::backend::call::{self, ReturnCapacity, ReturnValues, TransactWriteAction};
use crate::entity::{
    Assign, Entity, Fillable, Key, KnownFields, Lend, Movable, Removable, Rewritable, Separable, Settled,
    Spared, Unkept, Unkeyed,
};
use crate::error::{Error, Kind, Result};
use crate::expr::{Assigned, Attr, Changes, Condition, Node, Renderer, Side};
use crate::value::{
    Addable, Arg, Attribute, EncodeError, Item, List, Merged, Set, Step, Subtractable, Value, path_text,
};

/// Which state of the entity an update returns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Returning {
    /// As it was before.
    Old,
    /// As it is now.
    New,
}

/// A change of some attributes of an entity that exists; `.await` runs it.
///
/// An update never creates an item: without the attributes that it does not name, that would be half an entity.
/// Where a field is part of an index key, the key changes with it. All changes see the item as it was before.
///
/// ```
/// # use dynorm::prelude::*;
/// # #[derive(Entity, Debug, PartialEq)]
/// # #[entity(table = "Products", pk = id)]
/// # struct Product { id: String, stock: u32, note: Option<String>, tags: Vec<String> }
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> dynorm::Result<()> {
/// # let db = Db::new(dynorm_mem::MemBackend::new());
/// # db.create_table::<Product>().await?;
/// # db.put(&Product { id: "p1".into(), stock: 5, note: Some("x".into()), tags: vec![] }).await?;
/// let now = db
///     .update(Product::key("p1"))
///     .sub(Product::STOCK, 2)
///     .remove(Product::NOTE)
///     .append(Product::TAGS, ["sale"])
///     .when(Product::STOCK.ge(2))
///     .returning(Returning::New)
///     .await?;
/// assert_eq!(now, Product { id: "p1".into(), stock: 3, note: None, tags: vec!["sale".into()] });
///
/// let error = db.update(Product::key("p2")).sub(Product::STOCK, 1).await.unwrap_err();
/// assert!(error.is_not_found());
/// # Ok(()) }
/// ```
#[must_use = "nothing is written until it is awaited"]
pub struct Update<E: Entity, Out = (), S = <E as Entity>::Slots> {
    context: Arc<Context>,
    key: Key<E>,
    known: Option<Result<Item>>,
    changes: Changes,
    fields: KnownFields,
    condition: Option<Condition<E>>,
    returned: ReturnValues,
    /// Once it is polled.
    sent: Option<BoxFuture<Result<Out>>>,
    types: PhantomData<fn() -> S>,
}

impl<E: Entity> Update<E> {
    pub(crate) fn new(context: Arc<Context>, target: impl Target<Entity = E>) -> Self {
        let (key, known) = target.target();
        Self {
            context,
            key,
            known,
            changes: Changes::default(),
            fields: KnownFields::default(),
            condition: None,
            returned: ReturnValues::None,
            sent: None,
            types: PhantomData,
        }
    }
}

impl<E: Entity, S> Update<E, (), S> {
    /// Gives the entity as it was, or as it is now.
    pub fn returning(mut self, state: Returning) -> Update<E, E, S> {
        self.returned = match state {
            Returning::Old => ReturnValues::AllOld,
            Returning::New => ReturnValues::AllNew,
        };
        self.retyped()
    }
}

impl<E: Entity, Out, S> Update<E, Out, S> {
    /// Sets an attribute; `None` and the empty set remove it.
    ///
    /// A key of an index that is made of the field changes with it. If it is made of other fields too, those must be
    /// set as well, or lent with [`given`](Self::given); without them the update does not compile.
    pub fn set<T: Attribute, R: Assign<T, S> + Movable<E> + Separable + Unkept + Rewritable>(
        mut self,
        attr: Attr<E, T, R>,
        value: impl Arg<T>,
    ) -> Update<E, Out, R::Next> {
        let (value, path) = (value.arg(), attr.steps());
        self.remove_older(attr.older());
        match value.encode() {
            Ok(None) => self.changes.remove(path),
            encoded => {
                let side = Side::of(encoded, &path);
                self.changes.set(path, Assigned::Side(side));
            }
        }
        if let Some(part) = R::keep(value) {
            self.fields.assign::<E>(attr.name(), part);
        }
        self.retyped()
    }

    /// Lends the stored value of a field, to make index keys of it together with fields that are set.
    ///
    /// The update requires the field to have this value: if another was written meanwhile, it fails with
    /// [`is_condition_failed`](crate::Error::is_condition_failed) and changes nothing.
    ///
    /// ```
    /// # use dynorm::prelude::*;
    /// # #[derive(Entity, Debug, PartialEq)]
    /// #[entity(table = "Tasks", pk = id)]
    /// #[entity(index(ByState, name = by_state, pk = "TASKS", sk = "{state}#{urgency}"))]
    /// struct Task { id: u64, state: String, urgency: u8 }
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> dynorm::Result<()> {
    /// # let db = Db::new(dynorm_mem::MemBackend::new());
    /// # db.create_table::<Task>().await?;
    /// db.put(&Task { id: 7, state: "open".into(), urgency: 3 }).await?;
    /// // The sort key needs the urgency, which the program knows from an earlier read.
    /// db.update(Task::key(7u64)).set(Task::STATE, "done").given(Task::URGENCY, 3).await?;
    /// assert_eq!(db.query(Task::by_state().state("done").urgency(3)).count().await?, 1);
    ///
    /// let stale = db.update(Task::key(7u64)).set(Task::STATE, "open").given(Task::URGENCY, 9).await;
    /// assert!(stale.unwrap_err().is_condition_failed());
    /// # Ok(()) }
    /// ```
    pub fn given<T: Attribute, R: Lend<T, S>>(
        mut self,
        attr: Attr<E, T, R>,
        value: impl Arg<T>,
    ) -> Update<E, Out, R::Next> {
        let value = value.arg();
        let condition = attr.holds(&value);
        self.fields.lend::<E>(attr.name(), R::keep(value));
        self.when(condition).retyped()
    }

    /// Removes an attribute that the entity can do without.
    pub fn remove<T: Attribute, R: Removable<T, S> + Spared<T> + Unkept + Rewritable>(
        mut self,
        attr: Attr<E, T, R>,
    ) -> Update<E, Out, R::Next> {
        if let Some(part) = R::keep() {
            self.fields.assign::<E>(attr.name(), part);
        }
        self.remove_older(attr.older());
        self.changes.remove(attr.steps());
        self.retyped()
    }

    /// Removes what is stored under older names of an attribute, which would be read where the new one is not there.
    fn remove_older(&mut self, paths: impl Iterator<Item = Vec<Step>>) {
        for path in paths {
            self.changes.remove(path);
        }
    }

    /// Sets the members that a struct or map has, and leaves the others as they are; [`set`](Self::set) replaces the
    /// whole.
    ///
    /// Maps within it are merged too. A map that is merged into must be there; otherwise the backend refuses the
    /// update.
    ///
    /// ```
    /// # use dynorm::prelude::*;
    /// #[derive(Attribute, Clone, Debug, PartialEq)]
    /// struct Address { city: Option<String>, street: Option<String> }
    /// # #[derive(Entity, Debug, PartialEq)]
    /// # #[entity(table = "Customers", pk = id)]
    /// # struct Customer { id: u64, address: Address }
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> dynorm::Result<()> {
    /// # let db = Db::new(dynorm_mem::MemBackend::new());
    /// # db.create_table::<Customer>().await?;
    /// let full = Address { city: Some("Bern".into()), street: Some("Main St".into()) };
    /// db.put(&Customer { id: 7, address: full }).await?;
    /// let moved = Address { city: Some("Basel".into()), street: None };
    /// let update = db.update(Customer::key(7u64)).merge(Customer::ADDRESS, &moved);
    /// let now = update.returning(Returning::New).await?;
    /// assert_eq!(now.address, Address { city: Some("Basel".into()), street: Some("Main St".into()) });
    /// # Ok(()) }
    /// ```
    pub fn merge<T: Attribute<Scalar: Merged>, R: Unkeyed>(
        mut self,
        attr: Attr<E, T, R>,
        members: impl Arg<T::Scalar>,
    ) -> Self {
        let path = attr.steps();
        match members.arg().encode() {
            Ok(Some(Value::M(members))) => self.changes.merge(&path, members),
            encoded => self.changes.set(path.clone(), Assigned::Side(Side::of(encoded, &path))),
        }
        self
    }

    /// Sets an attribute that the item does not have; leaves one that it has.
    pub fn set_if_absent<T: Attribute, R: Fillable>(
        mut self,
        attr: Attr<E, T, R>,
        value: impl Arg<T>,
    ) -> Self {
        let path = attr.steps();
        let side = Side::of_value(&value.arg(), &path);
        self.changes.set(path, Assigned::IfAbsent(side));
        self
    }

    /// Adds a number to a number, or elements to a set. What is absent counts as 0, or as the empty set.
    pub fn add<T: Attribute, R: Unkeyed>(self, attr: Attr<E, T, R>, value: impl Addable<T::Scalar>) -> Self {
        let encoded = value.addend();
        self.add_encoded(attr.steps(), encoded)
    }

    /// Subtracts a number from a number. What is absent counts as 0.
    pub fn sub<T: Attribute, R: Unkeyed>(
        self,
        attr: Attr<E, T, R>,
        value: impl Subtractable<T::Scalar>,
    ) -> Self {
        let negated = value.addend().map(|value| match value {
            Some(Value::N(number)) => Some(Value::N(-number)),
            other => other,
        });
        self.add_encoded(attr.steps(), negated)
    }

    /// Deletes elements from a set; with the last one the attribute goes.
    pub fn delete<T: Attribute<Scalar: Set>, R: Unkeyed>(
        mut self,
        attr: Attr<E, T, R>,
        elements: impl Arg<T::Scalar>,
    ) -> Self {
        let path = attr.steps();
        match elements.arg().encode() {
            // Nothing to delete.
            Ok(None) => {}
            encoded => {
                let side = Side::of(encoded, &path);
                self.changes.delete(path, side);
            }
        }
        self
    }

    /// Adds elements at the end of a list, which must be there.
    pub fn append<T, R: Unkeyed, A>(self, attr: Attr<E, T, R>, elements: impl IntoIterator<Item = A>) -> Self
    where
        T: Attribute<Scalar: List>,
        A: Arg<<T::Scalar as List>::Element>,
    {
        self.extend_list(attr, elements, Assigned::Append)
    }

    /// Adds elements at the beginning of a list, which must be there.
    pub fn prepend<T, R: Unkeyed, A>(self, attr: Attr<E, T, R>, elements: impl IntoIterator<Item = A>) -> Self
    where
        T: Attribute<Scalar: List>,
        A: Arg<<T::Scalar as List>::Element>,
    {
        self.extend_list(attr, elements, Assigned::Prepend)
    }

    /// Writes only if the item satisfies the condition. Several conditions must all hold.
    pub fn when<K>(mut self, condition: Condition<E, K>) -> Self {
        self.condition = both(self.condition, condition);
        self
    }

    /// Changes the item only if this version is stored, as one that a client was shown and sends back; what is known of
    /// the entity otherwise is forgotten.
    ///
    /// ```
    /// # use dynorm::prelude::*;
    /// # #[derive(Entity, Clone, Debug, PartialEq)]
    /// # #[entity(table = "Pages", pk = id)]
    /// # struct Page { id: u32, text: String, #[attr(version)] version: u64 }
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> dynorm::Result<()> {
    /// # let db = Db::new(dynorm_mem::MemBackend::new());
    /// # db.create_table::<Page>().await?;
    /// db.create(&Page { id: 7, text: "a".into(), version: 0 }).await?;
    /// db.update(Page::key(7u32)).set(Page::TEXT, "b").at_version(1).await?;
    /// let late = db.update(Page::key(7u32)).set(Page::TEXT, "c").at_version(1).await;
    /// assert!(late.unwrap_err().is_version_conflict());
    /// # Ok(()) }
    /// ```
    pub fn at_version(mut self, version: E::Version) -> Self
    where
        E: Versioned,
    {
        self.known = Some(of_version::<E>(&version));
        self
    }

    fn extend_list<T, R, A>(
        mut self,
        attr: Attr<E, T, R>,
        elements: impl IntoIterator<Item = A>,
        assigned: fn(Side) -> Assigned,
    ) -> Self
    where
        T: Attribute<Scalar: List>,
        A: Arg<<T::Scalar as List>::Element>,
    {
        let path = attr.steps();
        let elements: Vec<<T::Scalar as List>::Element> = elements.into_iter().map(Arg::arg).collect();
        let side = Side::of(elements.encode(), &path);
        self.changes.set(path, assigned(side));
        self
    }

    fn add_encoded(mut self, path: Vec<Step>, encoded: Result<Option<Value>, EncodeError>) -> Self {
        match encoded {
            // Nothing to add.
            Ok(None) => {}
            encoded => {
                let side = Side::of(encoded, &path);
                self.changes.add(path, side);
            }
        }
        self
    }

    table_method!();

    /// What it is to do, for good.
    fn take(&mut self) -> Self {
        Self {
            context: Arc::clone(&self.context),
            key: self.key.clone(),
            known: self.known.take(),
            changes: std::mem::take(&mut self.changes),
            fields: std::mem::take(&mut self.fields),
            condition: self.condition.take(),
            returned: self.returned,
            sent: None,
            types: PhantomData,
        }
    }

    fn retyped<NewOut, NewS>(self) -> Update<E, NewOut, NewS> {
        let Self { context, key, known, changes, fields, condition, returned, .. } = self;
        Update { context, key, known, changes, fields, condition, returned, sent: None, types: PhantomData }
    }

    /// The request that would be sent.
    ///
    /// # Errors
    ///
    /// If a value cannot be stored or put into a key, if nothing is changed, or if a hook refuses; and if unique fields
    /// are changed, or the time to live of an entity with some, or if the entity has a history, so that other items are
    /// written too, by what is stored; or if a value goes to an object store.
    pub fn to_request(&self) -> Result<call::Update>
    where
        S: Settled,
    {
        let (call, _, changes) = self.prepare(&[], &Outbox::to_show(&self.context))?;
        if companions::are_changed(E::DESCRIPTOR, &changes) || self.key.former().is_some() {
            return companions::refuse_request("update", E::DESCRIPTOR);
        }
        Ok(call)
    }

    /// All that it changes, and what hooks ask for that.
    fn all_changes(&self) -> Result<(Cow<'_, Changes>, Asked)> {
        if self.changes.is_empty() {
            let reason = format!("the update of `{}` changes nothing", E::DESCRIPTOR.name);
            return Err(Error::new(Kind::Request { reason }));
        }
        let known = self.known.as_ref().map(|known| known.as_ref().map_err(Clone::clone)).transpose()?;
        let (mut changes, parts, asked) = hooks::changes::<E>(&self.context, known, &self.changes)?;
        for (name, value) in self.fields.changes(&self.key, &parts)? {
            changes.to_mut().put_key(name, value);
        }
        if let Some((outer, inner)) = changes.overlap() {
            let (outer, inner) = (path_text(outer), path_text(inner));
            let reason = format!(
                "the update of `{}` changes both `{outer}` and `{inner}`, of which one is within the other; keep one",
                E::DESCRIPTOR.name
            );
            return Err(Error::new(Kind::Request { reason }));
        }
        Ok((changes, asked))
    }

    /// The request, which requires this too, what it needs, and all that it changes.
    pub(super) fn prepare(
        &self,
        guard: &[Node],
        outbox: &Outbox,
    ) -> Result<(call::Update, Needs, Cow<'_, Changes>)> {
        self.request(self.all_changes()?, guard, outbox)
    }

    fn request<'c>(
        &self,
        (mut changes, asked): (Cow<'c, Changes>, Asked),
        guard: &[Node],
        outbox: &Outbox,
    ) -> Result<(call::Update, Needs, Cow<'c, Changes>)> {
        let (table, key) = (self.context.table::<E::Table>(), self.key.item()?);
        let held = outbox.take_changes(Owner::of::<E>(&table, key), self.key.former(), &mut changes)?;
        let held_nodes: Vec<Node> = held.iter().map(Held::node).collect();
        let mut renderer = Renderer::concealing(E::DESCRIPTOR.sensitive);
        let update = renderer.changes(&changes).map_err(expression_error::<E>)?;
        let (condition, now) = (self.condition.as_ref(), self.context.backend.now());
        let needs = Needs::of(Presence::Present, condition, &asked, held);
        let asked = [&asked.conditions, guard, &held_nodes, in_form::<E>(&needs).as_slice()].concat();
        let condition = render(Presence::Present, condition, &asked, now, &mut renderer)?;
        let (names, values) = renderer.finish();
        let call = call::Update {
            table,
            key: key.clone(),
            update,
            condition,
            names,
            values,
            returned: self.returned,
            return_old_on_failure: true,
            capacity: self.context.capacity,
            collection_metrics: self.context.collection_metrics,
        };
        Ok((call, needs, changes))
    }

    /// The update as it is sent: by itself, or with its companions.
    fn sending(self) -> Result<Sending> {
        let all = self.all_changes()?;
        let goes_along = companions::are_changed(E::DESCRIPTOR, &all.0);
        if goes_along || self.key.former().is_some() {
            drop(all);
            return self.along(goes_along);
        }
        let outbox = Outbox::new(&self.context);
        let (call, needs, _) = self.request(all, &[], &outbox)?;
        Ok(Sending::Alone(call, needs, outbox))
    }

    /// The update as a part of a transaction, which writes its objects.
    pub(super) fn part(self) -> Result<Sending> {
        if E::DESCRIPTOR.offloads.is_empty() {
            return self.sending();
        }
        let goes_along = companions::are_changed(E::DESCRIPTOR, &self.all_changes()?.0);
        self.along(goes_along)
    }

    fn along(self, goes_along: bool) -> Result<Sending> {
        let reads = match self.returned {
            ReturnValues::None if goes_along => ReadsFirst::Deciding,
            ReturnValues::None => ReadsFirst::Nothing,
            _ => ReadsFirst::Whole,
        };
        let (table, key) = (self.context.table::<E::Table>(), self.key.clone());
        // Without the types of what is returned and known.
        let mut update = self.retyped::<(), ()>();
        let returned = std::mem::replace(&mut update.returned, ReturnValues::None);
        let prepare = move |guard: &[Node], outbox: &Outbox| {
            let (mut call, needs, changes) = update.prepare(guard, outbox)?;
            (call.capacity, call.collection_metrics) = (ReturnCapacity::None, false);
            let changes = changes.into_owned();
            Ok(Prepared { action: TransactWriteAction::Update(call), needs, changes })
        };
        Ok(Sending::Along(Accompanied::of_table::<E>(table, &key, reads, prepare)?, returned))
    }
}

/// An update that is ready.
#[derive(Debug)]
pub(super) enum Sending {
    /// By itself, after its objects.
    Alone(call::Update, Needs, Outbox),
    /// With its companions; which state it gives back.
    Along(Accompanied, ReturnValues),
}

impl<E: Entity, Out: Returned<E> + 'static, S> Update<E, Out, S> {
    /// Runs the update and tells what it cost.
    ///
    /// # Errors
    ///
    /// [`is_not_found`](crate::Error::is_not_found), [`is_condition_failed`](crate::Error::is_condition_failed),
    /// a value that cannot be stored, or a refusal of the backend. Nothing is written then.
    #[must_use = "nothing is written until it is awaited"]
    pub fn outcome(self) -> BoxFuture<Result<Outcome<Out>>>
    where
        S: Settled,
    {
        // Not an `async fn`, in whose type the compiler would report a missing field once more for each use.
        let context = Arc::clone(&self.context);
        let sending = self.sending();
        Box::pin(async move { send::<E, Out>(context, sending?).await })
    }

    /// Runs the update, and gives a condition that did not hold as data, with what is there.
    ///
    /// ```
    /// # use dynorm::prelude::*;
    /// use dynorm::op::Checked;
    ///
    /// # #[derive(Entity, Clone, Debug, PartialEq)]
    /// # #[entity(table = "Accounts", pk = id)]
    /// # struct Account { id: String, balance: u64 }
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> dynorm::Result<()> {
    /// # let db = Db::new(dynorm_mem::MemBackend::new());
    /// # db.create_table::<Account>().await?;
    /// # db.put(&Account { id: "ann".into(), balance: 7 }).await?;
    /// let pay = |id: &str| db.update(Account::key(id)).sub(Account::BALANCE, 9).when(Account::BALANCE.ge(9));
    /// match pay("ann").checked().await? {
    ///     Checked::ConditionFailed(existing) => assert_eq!(existing.entity?.balance, 7),
    ///     other => unreachable!("{other:?}"),
    /// }
    /// assert!(matches!(pay("bob").checked().await?, Checked::NotFound));
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    ///
    /// As for [`outcome`](Self::outcome), but for conditions that did not hold.
    #[must_use = "nothing is written until it is awaited"]
    pub fn checked(self) -> BoxFuture<Result<Checked<E, Out>>>
    where
        S: Settled,
    {
        let outcome = self.outcome();
        Box::pin(async move { Checked::of_outcome(outcome.await) })
    }
}

/// Sends an update.
async fn send<E: Entity, Out: Returned<E>>(context: Arc<Context>, sending: Sending) -> Result<Outcome<Out>> {
    let (request, needs, outbox) = match sending {
        Sending::Alone(request, needs, outbox) => (request, needs, outbox),
        Sending::Along(accompanied, returned) => {
            let done = transact_write::alone::<E>(context, "update", accompanied).await?;
            let returned = if returned == ReturnValues::AllNew { done.after } else { done.before };
            let value = Out::read(returned)?;
            let (capacity, collection_metrics) = (done.capacity, done.collection_metrics);
            return Ok(Outcome { value, capacity, collection_metrics });
        }
    };
    let now = context.backend.now();
    let send = || context.write(|backend| outbox.watch(backend.update(request.clone())));
    let reply = outbox.sending(upgrade::first::<E, _, _>(&context, &request.table, send));
    let reply = reply.await?.map_err(|f| write_error::<E>("update", &needs, now, f))?;
    let value = Out::read(reply.attributes)?;
    Ok(Outcome::of_write(value, reply.capacity, request.table, reply.collection_metrics))
}

/// An update is a future itself, and not only turned into one: so the compiler says which field is missing, and not
/// only that there is no future.
impl<E: Entity, Out: Returned<E> + 'static, S: Settled> Future for Update<E, Out, S> {
    type Output = Result<Out>;

    fn poll(self: Pin<&mut Self>, cx: &mut TaskContext<'_>) -> Poll<Self::Output> {
        let this = self.get_mut();
        let mut sent = this.sent.take().unwrap_or_else(|| {
            let (context, sending) = (Arc::clone(&this.context), this.take().sending());
            Box::pin(async move { Ok(send::<E, Out>(context, sending?).await?.value) })
        });
        let poll = sent.as_mut().poll(cx);
        this.sent = Some(sent);
        poll
    }
}

impl<E: Entity, Out, S> fmt::Debug for Update<E, Out, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Update")
            .field("key", &self.key)
            .field("changes", &self.changes)
            .field("condition", &self.condition)
            .finish_non_exhaustive()
    }
}
