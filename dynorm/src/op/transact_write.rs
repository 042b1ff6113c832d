//! Several writes, all or none.

use std::future::IntoFuture;
use std::sync::Arc;
use std::time::SystemTime;

use super::condition::{Needs, Presence, expression_error, judge};
use super::{BoxFuture, CheckedTransaction, Context, Delete, Put, Target, Update, refuse};
use crate::backend::call::{self, TransactWriteAction};
use crate::backend::reply::Capacity;
use crate::entity::{Entity, EntityDescriptor, Key, KeyCheck, Settled, Table};
use crate::error::{CancellationReason, CancelledAction, Error, Failure, FailureKind, Kind, Reason, Result};
use crate::expr::{Condition, Renderer};
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
    request: Result<ActionRequest>,
}

#[derive(Debug)]
struct ActionRequest {
    action: TransactWriteAction,
    needs: Needs,
    /// The table and the key, to see that no item is written twice.
    table: String,
    key: Item,
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
        self.add_put(&put, entity)
    }

    /// Writes an entity, and replaces one that is there.
    pub fn put<E: Entity>(self, entity: &E) -> Self {
        let put = Put::new(Arc::clone(&self.context), entity);
        self.add_put(&put, entity)
    }

    /// Writes an entity if the item that is there satisfies a condition.
    pub fn put_when<E: Entity>(self, entity: &E, condition: Condition<E>) -> Self {
        let put = Put::new(Arc::clone(&self.context), entity).when(condition);
        self.add_put(&put, entity)
    }

    /// Changes an entity that must be there, as `change` says: by its key, or as it was read, which checks its version.
    pub fn update<T: Target, S: Settled>(
        self,
        target: T,
        change: impl FnOnce(Update<T::Entity>) -> Update<T::Entity, (), S>,
    ) -> Self {
        let update = change(Update::new(Arc::clone(&self.context), target));
        let request = update.prepare().map(|(mut call, needs)| {
            call.capacity = call::ReturnCapacity::None;
            let (table, key) = (call.table.clone(), call.key.clone());
            ActionRequest { action: TransactWriteAction::Update(call), needs, table, key }
        });
        self.add::<T::Entity>("update", request)
    }

    /// Deletes an entity, if it is there: by its key, or as it was read, which checks its version.
    pub fn delete<T: Target>(self, target: T) -> Self {
        let delete = Delete::new(Arc::clone(&self.context), target);
        self.add_delete(&delete)
    }

    /// Deletes an entity that must satisfy a condition: `.delete_when(Account::key(id).when(..))`.
    pub fn delete_when<E: Entity>(self, check: KeyCheck<E>) -> Self {
        let delete = Delete::new(Arc::clone(&self.context), check.key).when(check.condition);
        self.add_delete(&delete)
    }

    /// Requires an item that is not written to satisfy a condition: `.check(Account::key(id).when(..))`.
    pub fn check<E: Entity>(self, check: KeyCheck<E>) -> Self {
        let KeyCheck { key, condition } = check;
        let table = self.context.table::<E::Table>();
        let request = key.into_item().and_then(|key| {
            let mut renderer = Renderer::concealing(E::DESCRIPTOR.sensitive);
            let condition = renderer.condition(&condition.node).map_err(expression_error::<E>)?;
            let (names, values) = renderer.finish();
            let check = call::Check {
                table: table.clone(),
                key: key.clone(),
                condition: Some(condition),
                names,
                values,
                return_old_on_failure: true,
            };
            let (action, needs) = (TransactWriteAction::Check(check), Needs::user(Presence::Any));
            Ok(ActionRequest { action, needs, table, key })
        });
        self.add::<E>("check", request)
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

    fn add_put<E: Entity>(self, put: &Put<E>, entity: &E) -> Self {
        let request = put.prepare().and_then(|(mut call, needs)| {
            call.capacity = call::ReturnCapacity::None;
            let (table, key) = (call.table.clone(), Key::of_entity(entity).into_item()?);
            Ok(ActionRequest { action: TransactWriteAction::Put(call), needs, table, key })
        });
        self.add::<E>(put.operation(), request)
    }

    fn add_delete<E: Entity>(self, delete: &Delete<E>) -> Self {
        let request = delete.prepare().map(|(mut call, needs)| {
            call.capacity = call::ReturnCapacity::None;
            let (table, key) = (call.table.clone(), call.key.clone());
            ActionRequest { action: TransactWriteAction::Delete(call), needs, table, key }
        });
        self.add::<E>("delete", request)
    }

    fn add<E: Entity>(mut self, operation: &'static str, request: Result<ActionRequest>) -> Self {
        let entity = E::DESCRIPTOR;
        self.actions.push(Action { operation, entity, judge: judge::<E>, request });
        self
    }

    /// The request that would be sent, but for a token that is not [given](Self::token): that is drawn when it is
    /// sent, so that the same transaction is the same request here.
    ///
    /// # Errors
    ///
    /// If an entity cannot be stored or a key not be made, if there is no action or more than 100, if two are on
    /// one item, if the entities that are put have more than 4 MB together, or if the token is too long.
    pub fn to_request(&self) -> Result<call::TransactWrite> {
        check_count(self.actions.len())?;
        let mut actions: Vec<TransactWriteAction> = Vec::with_capacity(self.actions.len());
        let mut keys: Vec<(&str, &Item)> = Vec::with_capacity(self.actions.len());
        for Action { operation, entity, request, .. } in &self.actions {
            let ActionRequest { action, table, key, .. } = request.as_ref().map_err(Clone::clone)?;
            if keys.contains(&(table, key)) {
                return refuse(format!(
                    "the transaction has two actions on one item: the second is to {operation} `{}` {key:?}",
                    entity.name
                ));
            }
            keys.push((table, key));
            actions.push(action.clone());
        }
        self.check_written_bytes(&actions)?;
        if self.token.as_ref().is_some_and(|token| !(1..=TOKEN_CHARS_MAX).contains(&token.chars().count())) {
            return refuse(format!("a token has 1 to {TOKEN_CHARS_MAX} characters, not {:?}", self.token));
        }
        Ok(call::TransactWrite {
            actions,
            token: self.token.clone(),
            capacity: self.context.capacity,
            collection_metrics: false,
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

    /// Runs the transaction and tells what it cost, for each table.
    ///
    /// # Errors
    ///
    /// [`is_cancelled`](crate::Error::is_cancelled) with the reasons in
    /// [`cancelled`](crate::Error::cancelled), or any other refusal of the backend. Nothing is written then.
    pub async fn outcome(self) -> Result<Vec<Capacity>> {
        let mut request = self.to_request()?;
        request.token = request.token.or_else(new_token);
        let sent =
            self.context.write_once(request.token.is_some(), |b| b.transact_write(request.clone())).await;
        let reply = sent.map_err(|failure| self.error(failure))?;
        Ok(reply.capacity)
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

    fn error(&self, mut failure: Failure) -> Error {
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
        let cancelled = |action: &Action, found: CancellationReason| {
            let (reason, item) = match (Reason::of_code(&found.code), &action.request) {
                (Reason::ConditionFailed, Ok(request)) => (action.judge)(&request.needs, now, found.item),
                (reason, _) => (reason, found.item),
            };
            let (operation, entity) = (action.operation, action.entity.name);
            CancelledAction { operation, entity, reason, message: found.message, item }
        };
        let actions =
            self.actions.iter().zip(reasons(&failure)).map(|(a, found)| cancelled(a, found)).collect();
        Error::new(Kind::Cancelled { actions, failure })
    }
}

/// The reasons of a cancelled transaction; those that the backend does not give are none.
pub(super) fn reasons(failure: &Failure) -> impl Iterator<Item = CancellationReason> {
    failure.reasons.iter().cloned().chain(std::iter::repeat_with(CancellationReason::none))
}

/// A transaction has 1 to 100 actions.
pub(super) fn check_count(n_actions: usize) -> Result<()> {
    if (1..=ACTIONS_MAX).contains(&n_actions) {
        return Ok(());
    }
    refuse(format!("a transaction has 1 to {ACTIONS_MAX} actions, not {n_actions}"))
}

/// A token that no other transaction has: 128 bits of the system's own randomness, which also clones of a virtual
/// machine do not share. `None` where the system has none; then nothing of unknown fate is repeated.
fn new_token() -> Option<String> {
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
