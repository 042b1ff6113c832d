//! Several writes, all or none.

use std::future::IntoFuture;
use std::sync::Arc;
use std::time::SystemTime;

use super::companions::{self, Accompanied, Attempt, Guard, Marker, Prepared, ReadsFirst, moving_home};
use super::condition::{Needs, Presence, expression_error, in_form, judge};
use super::offload::Outbox;
use super::update::Sending;
use super::upgrade::{Failed, Tries, WriteBack, write_back};
use super::{BoxFuture, CheckedTransaction, Context, Delete, Outcome, Put, Target, Update, batch, refuse};
use crate::backend::call::{self, ReturnCapacity, TransactWriteAction};
use crate::backend::reply::{Capacity, CollectionMetricsByTable};
use crate::backend::retry::Patience;
use crate::entity::{Entity, EntityDescriptor, Key, KeyCheck, Settled, Table, newer_error};
use crate::error::{CancellationReason, CancelledAction, Error, Failure, FailureKind, Kind, Reason, Result};
use crate::expr::{Changes, Condition, Node, Renderer};
use crate::value::Item;

/// Most actions of one transaction.
///
/// Source: [TransactWriteItems](https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html).
pub(super) const ACTIONS_MAX: usize = 100;
/// Most bytes that the items of one transaction have together. The sizes of items that are put are known before.
const WRITTEN_BYTES_MAX: usize = 4 * 1024 * 1024;
/// Longest token, in characters.
const TOKEN_CHARS_MAX: usize = 36;

/// Writes of entities of any tables, all carried out or none; `.await` runs them.
///
/// Each transaction bears a token, [given](Self::token) or drawn for it, by which the service does it once. So it is
/// safe to send it again after a failure that leaves open whether it was carried out, and dynorm does.
///
/// ```
/// # use dynorm::prelude::*;
/// use dynorm::Reason;
///
/// # #[derive(Entity, Debug, PartialEq)]
/// # #[entity(table = "Accounts", pk = id)]
/// # struct Account { id: String, balance: u64 }
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> dynorm::Result<()> {
/// # let db = Db::new(dynorm_mem::MemBackend::new());
/// # db.create_table::<Account>().await?;
/// # for id in ["ann", "bob"] { db.put(&Account { id: id.into(), balance: 10 }).await?; }
/// let pay = |amount: u64| {
///     db.transact_write()
///         .update(Account::key("ann"), |u| u.sub(Account::BALANCE, amount).when(Account::BALANCE.ge(amount)))
///         .update(Account::key("bob"), |u| u.add(Account::BALANCE, amount))
/// };
/// pay(7).await?;
/// assert_eq!(db.get(Account::key("bob")).await?, Some(Account { id: "bob".into(), balance: 17 }));
///
/// let error = pay(7).await.unwrap_err();
/// let ann = &error.cancelled()[0];
/// assert_eq!(ann.reason, Reason::ConditionFailed);
/// assert_eq!(ann.existing()?, Some(Account { id: "ann".into(), balance: 3 }));
/// # Ok(()) }
/// ```
#[derive(Debug)]
#[must_use = "nothing is written until it is awaited"]
pub struct TransactWrite {
    context: Arc<Context>,
    actions: Vec<Action>,
    token: Option<String>,
}

#[derive(Debug)]
struct Action {
    operation: &'static str,
    entity: &'static EntityDescriptor,
    judge: Judge,
    write_back: WriteBack,
    body: Result<Body>,
}

#[derive(Debug)]
enum Body {
    Ready(Box<Attempt>),
    /// What it writes depends on what is stored.
    Along(Box<Accompanied>),
}

impl Body {
    /// An action that takes nothing along.
    fn ready(action: TransactWriteAction, needs: Needs, table: String, key: Item) -> Self {
        let (guard, changes, markers, beside) = (Guard::None, Changes::default(), Vec::new(), Vec::new());
        Self::Ready(Box::new(Attempt { table, key, action, needs, guard, changes, markers, beside }))
    }
}

/// A transaction that can be sent.
struct Transaction {
    attempts: Vec<Attempt>,
    /// The markers that come after the actions, each with the place of its action.
    markers: Vec<(usize, Marker)>,
    /// The places of the actions that those after the markers are beside.
    beside: Vec<usize>,
    request: call::TransactWrite,
}

/// What became of the items of a transaction's actions that take others along, and what it cost.
struct Carried {
    attempts: Vec<Attempt>,
    actions: Vec<Action>,
    capacity: Vec<Capacity>,
    collection_metrics: CollectionMetricsByTable,
}

/// [`judge`] for one entity.
type Judge = fn(&Needs, SystemTime, Option<Item>) -> (Reason, Option<Item>);

impl TransactWrite {
    pub(crate) fn new(context: Arc<Context>) -> Self {
        Self { context, actions: Vec::new(), token: None }
    }

    /// Writes an entity that must not be there.
    pub fn create<E: Entity>(self, entity: &E) -> Self {
        let put = Put::create(Arc::clone(&self.context), entity);
        self.add_put(put, entity)
    }

    /// Writes an entity, and replaces one that is there.
    pub fn put<E: Entity>(self, entity: &E) -> Self {
        let put = Put::new(Arc::clone(&self.context), entity);
        self.add_put(put, entity)
    }

    /// Writes an entity if the item that is there satisfies a condition.
    pub fn put_when<E: Entity>(self, entity: &E, condition: Condition<E>) -> Self {
        let put = Put::new(Arc::clone(&self.context), entity).when(condition);
        self.add_put(put, entity)
    }

    /// Changes an entity that must be there, as `change` says: by its key, or as it was read, which checks its version.
    pub fn update<T: Target, S: Settled>(
        self,
        target: T,
        change: impl FnOnce(Update<T::Entity>) -> Update<T::Entity, (), S>,
    ) -> Self {
        let update = change(Update::new(Arc::clone(&self.context), target));
        let body = update.part().map(|part| match part {
            Sending::Along(accompanied, _) => Body::Along(Box::new(accompanied)),
            Sending::Alone(mut call, needs, _) => {
                (call.capacity, call.collection_metrics) = (ReturnCapacity::None, false);
                let (table, key) = (call.table.clone(), call.key.clone());
                Body::ready(TransactWriteAction::Update(call), needs, table, key)
            }
        });
        self.add::<T::Entity>("update", body)
    }

    /// Deletes an entity, if it is there: by its key, or as it was read, which checks its version.
    pub fn delete<T: Target>(self, target: T) -> Self {
        let delete = Delete::new(Arc::clone(&self.context), target);
        self.add_delete(delete)
    }

    /// Deletes an entity that must satisfy a condition: `.delete_when(Account::key(id).when(..))`.
    pub fn delete_when<E: Entity>(self, check: KeyCheck<E>) -> Self {
        let delete = Delete::new(Arc::clone(&self.context), check.key).when(check.condition);
        self.add_delete(delete)
    }

    /// Requires an item that is not written to satisfy a condition: `.check(Account::key(id).when(..))`.
    pub fn check<E: Entity>(self, check: KeyCheck<E>) -> Self {
        let KeyCheck { key, condition } = check;
        let table = self.context.table::<E::Table>();
        let body = if key.former().is_some() {
            let of = key.clone();
            let prepare = move |_: &[Node], _: &Outbox| prepare_check(&table, &of, &condition);
            let accompanied = Accompanied::new::<E>(&self.context, &key, ReadsFirst::Nothing, prepare);
            accompanied.map(|accompanied| Body::Along(Box::new(accompanied)))
        } else {
            prepare_check(&table, &key, &condition).and_then(|Prepared { action, needs, .. }| {
                Ok(Body::ready(action, needs, table, key.into_item()?))
            })
        };
        self.add::<E>("check", body)
    }

    /// Has the actions that follow use the table `T` under another name than the [`Db`](crate::Db) has for it.
    pub fn table<T: Table>(mut self, name: impl Into<String>) -> Self {
        self.context = self.context.with_table::<T>(name);
        self
    }

    /// The token by which the service knows a repeated transaction, and does it once, for ten minutes; 1 to 36
    /// characters. It is for repetitions by the program itself, after a crash for example: dynorm's own have a token
    /// anyway.
    pub fn token(mut self, token: impl Into<String>) -> Self {
        self.token = Some(token.into());
        self
    }

    fn add_put<E: Entity>(self, put: Put<E>, entity: &E) -> Self {
        let operation = put.operation();
        let body = if put.is_accompanied() || !E::DESCRIPTOR.offloads.is_empty() {
            put.accompanied().map(|accompanied| Body::Along(Box::new(accompanied)))
        } else {
            put.prepare(&[], &Outbox::to_show(&self.context)).and_then(|(mut call, needs)| {
                (call.capacity, call.collection_metrics) = (ReturnCapacity::None, false);
                let (table, key) = (call.table.clone(), Key::of_entity(entity).into_item()?);
                Ok(Body::ready(TransactWriteAction::Put(call), needs, table, key))
            })
        };
        self.add::<E>(operation, body)
    }

    fn add_delete<E: Entity>(self, delete: Delete<E>) -> Self {
        let body = if delete.is_accompanied() {
            delete.accompanied().map(|accompanied| Body::Along(Box::new(accompanied)))
        } else {
            delete.prepare(&[]).map(|(mut call, needs)| {
                (call.capacity, call.collection_metrics) = (ReturnCapacity::None, false);
                let (table, key) = (call.table.clone(), call.key.clone());
                Body::ready(TransactWriteAction::Delete(call), needs, table, key)
            })
        };
        self.add::<E>("delete", body)
    }

    fn add<E: Entity>(mut self, operation: &'static str, body: Result<Body>) -> Self {
        let entity = E::DESCRIPTOR;
        let (judge, write_back): (Judge, WriteBack) = (judge::<E>, write_back::<E>);
        self.actions.push(Action { operation, entity, judge, write_back, body });
        self
    }

    /// The request that would be sent, but for a token that is not [given](Self::token): that is drawn when it is
    /// sent, so that the same transaction is the same request here.
    ///
    /// # Errors
    ///
    /// If an entity cannot be stored or a key not be made, if there is no action or more than 100, if two are on
    /// one item, if the entities that are put have more than 4 MB together, or if the token is too long; and if an
    /// entity with unique fields or a history is written, of which items are written too, by what is stored, or a value
    /// goes to an object store.
    pub fn to_request(&self) -> Result<call::TransactWrite> {
        let has_companions =
            |action: &&Action| matches!(&action.body, Ok(Body::Along(along)) if along.has_companions());
        if let Some(action) = self.actions.iter().find(has_companions) {
            return refuse(format!(
                "what the transaction writes with `{}`, {}, depends on what is stored then; there is no request to show before",
                action.entity.name,
                companions::going_along(action.entity)
            ));
        }
        Ok(self.transaction(&Outbox::to_show(&self.context))?.request)
    }

    /// The request from what is known to be stored.
    fn transaction(&self, outbox: &Outbox) -> Result<Transaction> {
        let now = self.context.backend.now();
        let mut attempts: Vec<Attempt> = Vec::with_capacity(self.actions.len());
        for Action { operation, entity, body, .. } in &self.actions {
            let attempt = match body.as_ref().map_err(Clone::clone)? {
                Body::Ready(attempt) => Attempt::clone(attempt),
                Body::Along(accompanied) => accompanied.attempt(now, outbox)?,
            };
            if attempts.iter().any(|known| known.table == attempt.table && known.key == attempt.key) {
                let key = &attempt.key;
                return refuse(format!(
                    "the transaction has two actions on one item: the second is to {operation} `{}` {key:?}",
                    entity.name
                ));
            }
            attempts.push(attempt);
        }
        let markers = self.markers(&attempts)?;
        let mut actions: Vec<TransactWriteAction> = attempts.iter().map(|a| a.action.clone()).collect();
        for (at, marker) in &markers {
            actions.push(marker.action(self.actions[*at].entity.name, now)?);
        }
        let mut beside = Vec::new();
        for (at, attempt) in attempts.iter().enumerate() {
            beside.extend(attempt.beside.iter().map(|_| at));
            actions.extend(attempt.beside.iter().cloned());
        }
        check_count(actions.len(), attempts.len())?;
        self.check_written_bytes(&actions)?;
        if self.token.as_ref().is_some_and(|token| !(1..=TOKEN_CHARS_MAX).contains(&token.chars().count())) {
            return refuse(format!("a token has 1 to {TOKEN_CHARS_MAX} characters, not {:?}", self.token));
        }
        let Context { capacity, collection_metrics, .. } = *self.context;
        let request =
            call::TransactWrite { actions, token: self.token.clone(), capacity, collection_metrics };
        Ok(Transaction { attempts, markers, beside, request })
    }

    /// The markers of all actions, each once.
    fn markers(&self, attempts: &[Attempt]) -> Result<Vec<(usize, Marker)>> {
        let all = attempts.iter().enumerate();
        let all =
            all.flat_map(|(at, attempt)| attempt.markers.iter().map(move |marker| (at, marker.clone())));
        companions::merge(all.collect()).map_err(|(at, unique)| {
            let (operation, entity) = (self.actions[at].operation, self.actions[at].entity.name);
            Error::new(Kind::Unique { operation, entity, constraint: unique.name, owner: None })
        })
    }

    fn check_written_bytes(&self, requests: &[TransactWriteAction]) -> Result<()> {
        let put_bytes = |request: &TransactWriteAction| match request {
            TransactWriteAction::Put(put) => put.item.size_bytes(),
            _ => 0,
        };
        let total: usize = requests.iter().map(put_bytes).sum();
        if total <= WRITTEN_BYTES_MAX {
            return Ok(());
        }
        let sizes = requests.iter().zip(&self.actions).map(|(request, action)| (put_bytes(request), action));
        let largest = sizes.enumerate().max_by_key(|(_, (bytes, _))| *bytes);
        let largest = largest.map_or_else(String::new, |(at, (bytes, action))| {
            format!(
                "; the largest is {bytes}, of action {} ({} `{}`)",
                at + 1,
                action.operation,
                action.entity.name
            )
        });
        refuse(format!(
            "the transaction writes {total} bytes and DynamoDB takes {WRITTEN_BYTES_MAX}{largest}; write less at once"
        ))
    }

    /// Runs the transaction and tells what it cost, for each table, and how large the item collections are that it changed,
    /// if the [`Db`](crate::Db::with_collection_metrics) asks.
    ///
    /// # Errors
    ///
    /// [`is_cancelled`](crate::Error::is_cancelled) with the reasons in
    /// [`cancelled`](crate::Error::cancelled), or any other refusal of the backend. Nothing is written then.
    pub async fn outcome(self) -> Result<Outcome<(), Vec<Capacity>>> {
        let Carried { capacity, collection_metrics, .. } = self.carry_out().await?;
        Ok(Outcome { value: (), capacity, collection_metrics })
    }

    /// Sends the transaction, after its objects.
    async fn carry_out(self) -> Result<Carried> {
        let outbox = Outbox::new(&self.context);
        let carried = self.send(&outbox).await;
        if carried.is_err() {
            outbox.discard().await;
        }
        carried
    }

    /// Sends the transaction; again, if what it was made from is not stored any more.
    async fn send(mut self, outbox: &Outbox) -> Result<Carried> {
        let mut patience = Patience::new(&*self.context.backend, None);
        let mut tries = Tries::default();
        let mut capacity = self.read_first().await?;
        loop {
            let transaction = self.transaction(outbox)?;
            if self.token.is_some() && !outbox.is_empty() {
                return refuse("a transaction with a token must be the same when it is repeated, and each time its large values go to new objects; leave the token out, or write them before".to_owned());
            }
            outbox.write().await?;
            let mut request = transaction.request.clone();
            request.token = request.token.or_else(new_token);
            let is_done_once = request.token.is_some();
            let sent =
                self.context.write_once(is_done_once, |b| outbox.watch(b.transact_write(request.clone())));
            let sent = sent.await;
            let failure = match sent {
                Ok(reply) => {
                    let capacity = batch::sum(capacity, reply.capacity);
                    let (attempts, actions) = (transaction.attempts, self.actions);
                    let collection_metrics = reply.collection_metrics;
                    return Ok(Carried { attempts, actions, capacity, collection_metrics });
                }
                Err(failure) => failure,
            };
            if tries.upgrade(&Arc::clone(&self.context), self.failed(&transaction, &failure)).await? {
                continue;
            }
            let is_stale = self.learn(&transaction, &failure);
            let wait = if is_stale { patience.next_wait(&*self.context.backend) } else { None };
            let Some(wait) = wait else { return Err(self.error(&transaction, failure)) };
            self.context.backend.sleep(wait).await;
            capacity = batch::sum(capacity, self.read_first().await?);
        }
    }

    /// Reads what is stored of the items whose companions depend on it.
    async fn read_first(&mut self) -> Result<Vec<Capacity>> {
        let context = Arc::clone(&self.context);
        let reads = self.first_reads()?;
        self.settle().await?;
        // The numbers of versions first: what is read of an item after that is no older than they say.
        let mut capacity = self.read_versions().await?;
        let read = reads.into_iter().map(|(at, entity, get)| {
            let context = &context;
            async move {
                let reply = context.read(|backend| backend.get(get.clone())).await;
                reply.map(|reply| (at, reply)).map_err(|failure| Error::backend("read", entity, failure))
            }
        });
        for (at, reply) in futures_util::future::try_join_all(read).await? {
            if let Ok(Body::Along(accompanied)) = &mut self.actions[at].body {
                accompanied.take(reply.item);
            }
            capacity = batch::sum(capacity, reply.capacity.into_iter().collect());
        }
        Ok(capacity)
    }

    /// The reads of items that must come before, each with the place of its action and the name of its entity.
    fn first_reads(&self) -> Result<Vec<(usize, &'static str, call::Get)>> {
        let along = self.along();
        if let (Some((_, first, _)), Some(_)) =
            (along.iter().find(|(_, _, accompanied)| accompanied.reads_first()), &self.token)
        {
            return refuse(format!(
                "a transaction with a token must be the same when it is repeated, and what is written with `{}`, {}, depends on what is stored; leave the token out",
                first.name,
                companions::going_along(first)
            ));
        }
        let reads = along.into_iter().filter_map(|(at, entity, accompanied)| {
            Some((at, entity.name, accompanied.first_read(self.context.capacity)?))
        });
        Ok(reads.collect())
    }

    /// The actions that may take items along, each with its place.
    fn along(&self) -> Vec<(usize, &'static EntityDescriptor, &Accompanied)> {
        let along = self.actions.iter().enumerate().filter_map(|(at, action)| match &action.body {
            Ok(Body::Along(accompanied)) => Some((at, action.entity, &**accompanied)),
            _ => None,
        });
        along.collect()
    }

    /// Sees to it that no item is in the shard where it may have been before.
    fn settle(&self) -> impl Future<Output = Result<()>> + use<'_> {
        let ways = self.along().into_iter();
        let ways = ways.filter_map(|(_, _, accompanied)| accompanied.way_home(&self.context));
        let ways: Vec<_> = ways.map(moving_home).collect();
        async move {
            for way in ways {
                way.await?;
            }
            Ok(())
        }
    }

    /// Reads the numbers of the last versions.
    async fn read_versions(&mut self) -> Result<Vec<Capacity>> {
        let context = Arc::clone(&self.context);
        let versions = self.actions.iter_mut().filter_map(|action| match &mut action.body {
            Ok(Body::Along(accompanied)) => accompanied.versions.as_mut(),
            _ => None,
        });
        let reads = versions.map(|versions| versions.read(&context));
        let read = futures_util::future::try_join_all(reads).await?;
        Ok(batch::sum(Vec::new(), read.into_iter().flatten().collect()))
    }

    /// The items that failed the conditions of their actions.
    fn failed(&self, transaction: &Transaction, failure: &Failure) -> Vec<Failed> {
        let all = transaction.attempts.iter().zip(reasons(failure)).zip(&self.actions);
        let failed = all.filter_map(|((attempt, found), action)| {
            let item = found.is_condition().then_some(found.item).flatten()?;
            let (entity, table) = (action.entity, attempt.table.clone());
            Some(Failed { entity, write_back: action.write_back, table, item })
        });
        failed.collect()
    }

    /// Whether the transaction failed because what it was made from is not stored any more.
    fn learn(&mut self, transaction: &Transaction, failure: &Failure) -> bool {
        let Transaction { attempts, markers, beside, .. } = transaction;
        let mut found = reasons(failure);
        let mut is_stale = false;
        for (attempt, found) in attempts.iter().zip(&mut found) {
            is_stale |= found.is_condition() && !attempt.guard.is_kept(found.item.as_ref());
        }
        for ((at, marker), found) in markers.iter().zip(&mut found) {
            if let Ok(Body::Along(accompanied)) = &mut self.actions[*at].body
                && found.is_condition()
            {
                is_stale |= accompanied.learn(marker);
            }
        }
        // Somebody else wrote the version, or the item into its former shard.
        is_stale || beside.iter().zip(found).any(|(_, found)| found.is_condition())
    }

    /// Runs the transaction, and gives conditions that did not hold as data: each action with its reason, and with
    /// the entity that stood in its way.
    ///
    /// ```
    /// # use dynorm::prelude::*;
    /// use dynorm::Reason;
    /// use dynorm::op::CheckedTransaction;
    ///
    /// # #[derive(Entity, Clone, Debug, PartialEq)]
    /// # #[entity(table = "Seats", pk = number)]
    /// # struct Seat { number: u32, taken_by: String }
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> dynorm::Result<()> {
    /// # let db = Db::new(dynorm_mem::MemBackend::new());
    /// # db.create_table::<Seat>().await?;
    /// let seat = |number, name: &str| Seat { number, taken_by: name.into() };
    /// db.create(&seat(2, "ann")).await?;
    /// match db.transact_write().create(&seat(1, "bob")).create(&seat(2, "bob")).checked().await? {
    ///     CheckedTransaction::Done => unreachable!("Ann sits there"),
    ///     CheckedTransaction::Cancelled(actions) => {
    ///         assert_eq!(actions[0].reason, Reason::None);
    ///         assert_eq!(actions[1].reason, Reason::AlreadyExists);
    ///         assert_eq!(actions[1].existing()?, Some(seat(2, "ann")));
    ///     }
    /// }
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    ///
    /// As for [`outcome`](Self::outcome), but for transactions with an action whose condition did not hold.
    pub async fn checked(self) -> Result<CheckedTransaction> {
        CheckedTransaction::of(self.outcome().await)
    }

    fn error(&self, transaction: &Transaction, mut failure: Failure) -> Error {
        let Transaction { attempts, markers, beside, .. } = transaction;
        if failure.kind != FailureKind::TransactionCancelled {
            return Error::backend("run the transaction with", self.actions[0].entity.name, failure);
        }
        for (reason, action) in failure.reasons.iter_mut().zip(&self.actions) {
            if let Some(item) = &mut reason.item {
                item.conceal(action.entity.sensitive);
            }
            if !action.entity.sensitive.is_empty() {
                // The SDK's own error shows the items.
                failure.source = None;
            }
        }
        let now = self.context.backend.now();
        let mut found = reasons(&failure);
        let own = self.actions.iter().zip(attempts).zip(&mut found);
        let own = own.map(|((action, attempt), found)| {
            let (reason, item) = match Reason::of_code(&found.code) {
                Reason::ConditionFailed => (action.judge)(&attempt.needs, now, found.item),
                reason => (reason, found.item),
            };
            let (operation, entity, message) = (action.operation, action.entity.name, found.message);
            CancelledAction { operation, entity, reason, message, item, constraint: None }
        });
        let mut actions: Vec<CancelledAction> = own.collect();
        // What is wrong with a marker is wrong with its entity, unless more is.
        for ((at, marker), found) in markers.iter().zip(&mut found) {
            let action = &mut actions[*at];
            if action.reason != Reason::None {
                continue;
            }
            action.reason = Reason::of_code(&found.code);
            action.message = found.message;
            if action.reason == Reason::ConditionFailed {
                action.reason = Reason::UniqueViolation;
                action.constraint = Some(marker.unique.name);
                action.item = Marker::owner(found.item.as_ref());
            }
        }
        for (at, found) in beside.iter().zip(found) {
            let action = &mut actions[*at];
            if action.reason == Reason::None {
                // Others wrote the item each time.
                action.reason = match Reason::of_code(&found.code) {
                    Reason::ConditionFailed => Reason::Conflict,
                    reason => reason,
                };
                action.message = found.message;
            }
        }
        Error::new(Kind::Cancelled { actions }).because(failure)
    }
}

/// The check of a condition on an item.
fn prepare_check<E: Entity>(table: &str, key: &Key<E>, condition: &Condition<E>) -> Result<Prepared> {
    let (mut renderer, needs) = (Renderer::concealing(E::DESCRIPTOR.sensitive), Needs::user(Presence::Any));
    let nodes: Vec<Node> = [condition.node.clone()].into_iter().chain(in_form::<E>(&needs)).collect();
    let condition = renderer.all(&nodes).map_err(expression_error::<E>)?;
    let (names, values) = renderer.finish();
    let check = call::Check {
        table: table.to_owned(),
        key: key.item()?.clone(),
        condition,
        names,
        values,
        return_old_on_failure: true,
    };
    Ok(Prepared { action: TransactWriteAction::Check(check), needs, changes: Changes::default() })
}

/// What became of one write with its companions.
pub(super) struct DoneAlone {
    /// The item before.
    pub(super) before: Option<Item>,
    /// The item after; `None` for a deletion.
    pub(super) after: Option<Item>,
    pub(super) capacity: Option<Capacity>,
    pub(super) collection_metrics: CollectionMetricsByTable,
}

/// Runs one write with its companions.
pub(super) async fn alone<E: Entity>(
    context: Arc<Context>,
    operation: &'static str,
    accompanied: Accompanied,
) -> Result<DoneAlone> {
    let transaction = TransactWrite::new(context).add::<E>(operation, Ok(Body::Along(Box::new(accompanied))));
    let carried = transaction.carry_out().await.map_err(|error| alone_error::<E>(&error).unwrap_or(error))?;
    let Carried { mut attempts, mut actions, mut capacity, collection_metrics } = carried;
    let (Some(attempt), Some(Action { body: Ok(Body::Along(accompanied)), .. })) =
        (attempts.pop(), actions.pop())
    else {
        return refuse(format!("the write of `{}` was lost on its way", E::DESCRIPTOR.name));
    };
    let (before, changed) = accompanied.into_states(attempt.changes)?;
    let after = match attempt.action {
        TransactWriteAction::Put(put) => Some(put.item),
        TransactWriteAction::Update(_) => changed,
        _ => None,
    };
    Ok(DoneAlone { before, after, capacity: capacity.pop(), collection_metrics })
}

/// The error of a transaction of one write, as if there were no transaction; `None` if it is the same.
fn alone_error<E: Entity>(error: &Error) -> Option<Error> {
    let CancelledAction { operation, entity, reason, item, constraint, .. } = error.cancelled().first()?;
    let (operation, entity, existing) = (*operation, *entity, item.clone());
    let alone = Error::new(match reason {
        Reason::AlreadyExists => Kind::Exists { entity, existing },
        Reason::VersionConflict => Kind::Version { operation, entity, existing },
        Reason::UnknownSchema => {
            return Some(newer_error::<E>(operation, existing.as_ref()?)?.because_of(error));
        }
        Reason::NotFound if operation == "update" => Kind::Missing { entity },
        Reason::NotFound | Reason::ConditionFailed => Kind::Condition { operation, entity, existing },
        Reason::UniqueViolation => {
            Kind::Unique { operation, entity, constraint: (*constraint)?, owner: existing }
        }
        _ => return None,
    });
    Some(alone.because_of(error))
}

/// The reasons of a cancelled transaction; those that the backend does not give are none.
pub(super) fn reasons(failure: &Failure) -> impl Iterator<Item = CancellationReason> {
    failure.reasons.iter().cloned().chain(std::iter::repeat_with(CancellationReason::none))
}

/// A transaction has 1 to 100 actions.
///
/// `n_own` of them are asked for; the others go along with them.
pub(super) fn check_count(n_actions: usize, n_own: usize) -> Result<()> {
    if (1..=ACTIONS_MAX).contains(&n_actions) {
        return Ok(());
    }
    let along = if n_own < n_actions {
        format!(
            ": {n_own} that are asked for, and {} for the unique fields, histories and former shards of what is written",
            n_actions - n_own
        )
    } else {
        String::new()
    };
    refuse(format!("a transaction has 1 to {ACTIONS_MAX} actions, not {n_actions}{along}"))
}

/// A token that no other transaction has: 128 bits of the system's own randomness, which also clones of a virtual
/// machine do not share. `None` where the system has none; then nothing of unknown fate is repeated.
pub(super) fn new_token() -> Option<String> {
    let mut random = [0; 16];
    getrandom::fill(&mut random).ok()?;
    Some(format!("{:032x}", u128::from_ne_bytes(random)))
}

impl IntoFuture for TransactWrite {
    type Output = Result<()>;
    type IntoFuture = BoxFuture<Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move { self.outcome().await.map(|_| ()) })
    }
}
