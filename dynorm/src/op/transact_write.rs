//! Several writes, all or none.

use std::future::IntoFuture;
use std::sync::Arc;

use super::{BoxFuture, Context, Delete, Put, Update};
use crate::backend::call::{self, TransactWriteAction};
use crate::backend::reply::Capacity;
use crate::entity::{Entity, Key, KeyCheck};
use crate::error::{CancellationReason, CancelledAction, Error, Failure, FailureKind, Kind, Result};
use crate::expr::Renderer;
use crate::value::Item;

/// Most actions of one transaction.
///
/// Source: [TransactWriteItems](https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html).
const ACTIONS_MAX: usize = 100;

/// Writes of entities of any tables, all carried out or none; `.await` runs them.
///
/// ```
/// # use dynorm::prelude::*;
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
/// let error = pay(7).await.unwrap_err();
/// assert!(error.is_cancelled());
/// assert_eq!(error.cancelled()[0].reason.code, "ConditionalCheckFailed");
/// assert_eq!(db.get(Account::key("bob")).await?, Some(Account { id: "bob".into(), balance: 17 }));
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
    entity: &'static str,
    /// The table and the key, to see that no item is written twice.
    request: Result<(TransactWriteAction, String, Item)>,
}

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

    /// Changes an entity that must be there, as `change` says.
    pub fn update<E: Entity>(self, key: Key<E>, change: impl FnOnce(Update<E>) -> Update<E>) -> Self {
        let update = change(Update::new(Arc::clone(&self.context), key));
        let request = update.to_request().map(|mut call| {
            call.capacity = call::ReturnCapacity::None;
            let (table, key) = (call.table.clone(), call.key.clone());
            (TransactWriteAction::Update(call), table, key)
        });
        self.add::<E>("update", request)
    }

    /// Deletes an entity, if it is there.
    pub fn delete<E: Entity>(self, key: Key<E>) -> Self {
        let delete = Delete::new(Arc::clone(&self.context), key);
        let request = delete.to_request().map(|mut call| {
            call.capacity = call::ReturnCapacity::None;
            let (table, key) = (call.table.clone(), call.key.clone());
            (TransactWriteAction::Delete(call), table, key)
        });
        self.add::<E>("delete", request)
    }

    /// Requires an item that is not written to satisfy a condition: `.check(Account::key(id).when(..))`.
    pub fn check<E: Entity>(self, check: KeyCheck<E>) -> Self {
        let KeyCheck { key, condition } = check;
        let table = self.context.table::<E::Table>();
        let request = key.into_item().and_then(|key| {
            let mut renderer = Renderer::default();
            let condition =
                renderer.condition(&condition.node).map_err(super::condition::encode_error::<E>)?;
            let (names, values) = renderer.finish();
            let check = call::Check {
                table: table.clone(),
                key: key.clone(),
                condition: Some(condition),
                names,
                values,
                return_old_on_failure: true,
            };
            Ok((TransactWriteAction::Check(check), table, key))
        });
        self.add::<E>("check", request)
    }

    /// The token by which the service knows a repeated transaction, and does it once, for ten minutes; 1 to 36
    /// characters.
    pub fn token(mut self, token: impl Into<String>) -> Self {
        self.token = Some(token.into());
        self
    }

    fn add_put<E: Entity>(self, put: Put<E>, entity: &E) -> Self {
        let operation = put.operation();
        let request = put.to_request().and_then(|mut call| {
            call.capacity = call::ReturnCapacity::None;
            let (table, key) = (call.table.clone(), Key::of_entity(entity).into_item()?);
            Ok((TransactWriteAction::Put(call), table, key))
        });
        self.add::<E>(operation, request)
    }

    fn add<E: Entity>(
        mut self,
        operation: &'static str,
        request: Result<(TransactWriteAction, String, Item)>,
    ) -> Self {
        self.actions.push(Action { operation, entity: E::DESCRIPTOR.name, request });
        self
    }

    /// The request that would be sent.
    ///
    /// # Errors
    ///
    /// If an entity cannot be stored or a key not be made, if there is no action or more than 100, or if two are on
    /// one item.
    pub fn to_request(&self) -> Result<call::TransactWrite> {
        let refuse = |reason: String| Err(Error::new(Kind::Request { reason }));
        if self.actions.is_empty() || self.actions.len() > ACTIONS_MAX {
            let n_actions = self.actions.len();
            return refuse(format!("a transaction has 1 to {ACTIONS_MAX} actions, not {n_actions}"));
        }
        let mut actions: Vec<TransactWriteAction> = Vec::with_capacity(self.actions.len());
        let mut keys: Vec<(&str, &Item)> = Vec::with_capacity(self.actions.len());
        for Action { operation, entity, request } in &self.actions {
            let (action, table, key) = request.as_ref().map_err(Clone::clone)?;
            if keys.contains(&(table, key)) {
                let reason = format!(
                    "the transaction has two actions on one item: the second is to {operation} `{entity}` {key:?}"
                );
                return refuse(reason);
            }
            keys.push((table, key));
            actions.push(action.clone());
        }
        Ok(call::TransactWrite {
            actions,
            token: self.token.clone(),
            capacity: self.context.capacity,
            collection_metrics: false,
        })
    }

    /// Runs the transaction and tells what it cost, for each table.
    ///
    /// # Errors
    ///
    /// [`is_cancelled`](crate::Error::is_cancelled) with the reasons in
    /// [`cancelled`](crate::Error::cancelled), or any other refusal of the backend. Nothing is written then.
    pub async fn outcome(self) -> Result<Vec<Capacity>> {
        let request = self.to_request()?;
        let reply = self.context.write(|backend| backend.transact_write(request.clone())).await;
        let reply = reply.map_err(|failure| self.error(failure))?;
        Ok(reply.capacity)
    }

    fn error(&self, failure: Failure) -> Error {
        if failure.kind != FailureKind::TransactionCancelled {
            return Error::backend("run the transaction with", self.actions[0].entity, failure);
        }
        let reasons = failure.reasons.iter().cloned().chain(std::iter::repeat_with(CancellationReason::none));
        let actions = self.actions.iter().zip(reasons);
        let actions = actions
            .map(|(action, reason)| CancelledAction {
                operation: action.operation,
                entity: action.entity,
                reason,
            })
            .collect();
        Error::new(Kind::Cancelled { actions, failure })
    }
}

impl IntoFuture for TransactWrite {
    type Output = Result<()>;
    type IntoFuture = BoxFuture<Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move { self.outcome().await.map(|_| ()) })
    }
}
