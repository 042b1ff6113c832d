//! Reading several entities as of one moment.

use std::collections::HashMap;
use std::future::IntoFuture;
use std::sync::Arc;
use std::time::SystemTime;

use super::transact_write::{check_count, reasons};
use super::{BoxFuture, Context, ItemKey, Outcome};
use crate::backend::call::{self, TransactGetAction};
use crate::backend::reply::Capacity;
use crate::entity::{Entity, Key, Table, decode_own, is_expired};
use crate::error::{CancelledAction, Error, Failure, FailureKind, Kind, Reason, Result};
use crate::value::Item;

/// Reads of entities of any tables, as they are at one moment; `.await` runs them.
///
/// The keys may be a tuple of up to twelve, a `Vec` or an array, and any of these within another: the entities come in
/// the same shape. There may be up to 100, of up to 4 MB together. Equal keys are read once, and answered in each
/// place. A read costs twice the units of a consistent one.
///
/// ```
/// # use dynorm::prelude::*;
/// # #[derive(Entity, Clone, Debug, PartialEq)]
/// # #[entity(table = "Accounts", pk = id)]
/// # struct Account { id: String, balance: u64 }
/// # #[derive(Entity, Clone, Debug, PartialEq)]
/// # #[entity(table = "Orders", pk = number)]
/// # struct Order { number: u32, customer: String }
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> dynorm::Result<()> {
/// # let db = Db::new(dynorm_mem::MemBackend::new());
/// # db.create_table::<Account>().await?;
/// # db.create_table::<Order>().await?;
/// let ann = Account { id: "ann".into(), balance: 3 };
/// db.put(&ann).await?;
/// let (account, order) = db.transact_get((Account::key("ann"), Order::key(7u32))).await?;
/// assert_eq!((account, order), (Some(ann.clone()), None));
///
/// let accounts = db.transact_get(vec![Account::key("bob"), Account::key("ann")]).await?;
/// assert_eq!(accounts, [None, Some(ann)]);
/// # Ok(()) }
/// ```
///
/// Source: [TransactGetItems](https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactGetItems.html).
#[derive(Debug)]
#[must_use = "nothing is read until it is awaited"]
pub struct TransactGet<K> {
    context: Arc<Context>,
    keys: K,
    include_expired: bool,
}

/// Keys of one or several entities, and the shape of what is read by them.
///
/// ```
/// # use dynorm::prelude::*;
/// use dynorm::op::KeySet;
///
/// # #[derive(Entity)]
/// # #[entity(table = "Users", pk = id)]
/// # struct User { id: String }
/// fn shape<K: KeySet<Entities = (Option<User>, Vec<Option<User>>)>>(_keys: K) {}
/// shape((User::key("ann"), vec![User::key("bob"), User::key("eve")]));
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a key, nor a tuple, list or array of keys",
    label = "not keys of entities",
    note = "write `(Account::key(..), Order::key(..))`, or `vec![Account::key(..), ..]`"
)]
pub trait KeySet: Send + Sync {
    /// For each key the entity, or `None`.
    type Entities: Send;

    /// Adds the reads in the order of the keys.
    #[doc(hidden)]
    fn ask(&self, reads: &mut Reads<'_>) -> Result<()>;

    /// Reads the entities in the order of the keys.
    #[doc(hidden)]
    fn read(&self, found: &mut Found) -> Result<Self::Entities>;
}

/// The reads of a transaction, each item once.
#[doc(hidden)]
#[derive(Debug)]
pub struct Reads<'c> {
    context: &'c Context,
    actions: Vec<TransactGetAction>,
    entities: Vec<&'static str>,
    /// The action that reads each key.
    places: Vec<usize>,
    known: HashMap<ItemKey, usize>,
}

/// What the actions of a transaction found.
#[doc(hidden)]
#[derive(Debug)]
pub struct Found {
    items: Vec<Option<Item>>,
    places: std::vec::IntoIter<usize>,
    /// When to count what is expired as absent.
    now: Option<SystemTime>,
}

impl<E: Entity> KeySet for Key<E> {
    type Entities = Option<E>;

    fn ask(&self, reads: &mut Reads<'_>) -> Result<()> {
        let table = reads.context.table::<E::Table>();
        for key in std::iter::once(self.item()?).chain(self.former()) {
            let item_key = ItemKey::of::<E::Table>(&table, key);
            let place = *reads.known.entry(item_key).or_insert(reads.actions.len());
            if place == reads.actions.len() {
                let (table, key) = (table.clone(), key.clone());
                reads.actions.push(TransactGetAction { table, key, ..Default::default() });
                reads.entities.push(E::DESCRIPTOR.name);
            }
            reads.places.push(place);
        }
        Ok(())
    }

    fn read(&self, found: &mut Found) -> Result<Option<E>> {
        let mut next = || found.places.next().and_then(|place| found.items.get(place).cloned().flatten());
        let (item, before) = (next(), self.former().and_then(|_| next()));
        let item = item.or(before);
        let is_alive = |item: &Item| found.now.is_none_or(|now| !is_expired::<E>(item, now));
        item.filter(is_alive).map(decode_own).transpose()
    }
}

impl<K: KeySet> KeySet for Vec<K> {
    type Entities = Vec<K::Entities>;

    fn ask(&self, reads: &mut Reads<'_>) -> Result<()> {
        self.iter().try_for_each(|keys| keys.ask(reads))
    }

    fn read(&self, found: &mut Found) -> Result<Self::Entities> {
        self.iter().map(|keys| keys.read(found)).collect()
    }
}

impl<K: KeySet, const LEN: usize> KeySet for [K; LEN] {
    type Entities = [K::Entities; LEN];

    fn ask(&self, reads: &mut Reads<'_>) -> Result<()> {
        self.iter().try_for_each(|keys| keys.ask(reads))
    }

    fn read(&self, found: &mut Found) -> Result<Self::Entities> {
        let all = self.iter().map(|keys| keys.read(found)).collect::<Result<Vec<_>>>()?;
        Ok(all.try_into().unwrap_or_else(|_| unreachable!("each key is answered")))
    }
}

macro_rules! tuples {
    ($($($name:ident)+;)*) => {$(
        #[allow(non_snake_case, reason = "the fields are named as their types")]
        impl<$($name: KeySet),+> KeySet for ($($name,)+) {
            type Entities = ($($name::Entities,)+);

            fn ask(&self, reads: &mut Reads<'_>) -> Result<()> {
                let ($($name,)+) = self;
                $($name.ask(reads)?;)+
                Ok(())
            }

            fn read(&self, found: &mut Found) -> Result<Self::Entities> {
                let ($($name,)+) = self;
                Ok(($($name.read(found)?,)+))
            }
        }
    )*};
}
tuples! {
    A;
    A B;
    A B C;
    A B C D;
    A B C D F;
    A B C D F G;
    A B C D F G H;
    A B C D F G H I;
    A B C D F G H I J;
    A B C D F G H I J K;
    A B C D F G H I J K L;
    A B C D F G H I J K L M;
}

impl<K: KeySet> TransactGet<K> {
    pub(crate) fn new(context: Arc<Context>, keys: K) -> Self {
        Self { context, keys, include_expired: false }
    }

    /// Gives entities even if their time to live is over and DynamoDB has not deleted them yet.
    pub fn include_expired(mut self) -> Self {
        self.include_expired = true;
        self
    }

    /// Reads the table `T` under another name than the [`Db`](crate::Db) has for it, as an archive of the same form; for
    /// all keys, wherever it is called.
    ///
    /// ```
    /// # use dynorm::prelude::*;
    /// # #[derive(Entity, Debug, PartialEq)]
    /// # #[entity(table = "Users", pk = id)]
    /// # struct User { id: String }
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> dynorm::Result<()> {
    /// # let db = Db::new(dynorm_mem::MemBackend::new());
    /// let request = db.transact_get([User::key("ann")]).table::<User>("UsersOf2024").to_request()?;
    /// assert_eq!(request.actions[0].table, "UsersOf2024");
    /// # Ok(()) }
    /// ```
    pub fn table<T: Table>(mut self, name: impl Into<String>) -> Self {
        self.context = self.context.with_table::<T>(name);
        self
    }

    fn reads(&self) -> Result<Reads<'_>> {
        let mut reads = Reads {
            context: &self.context,
            actions: Vec::new(),
            entities: Vec::new(),
            places: Vec::new(),
            known: HashMap::new(),
        };
        self.keys.ask(&mut reads)?;
        check_count(reads.actions.len(), reads.actions.len())?;
        Ok(reads)
    }

    /// The request that would be sent.
    ///
    /// # Errors
    ///
    /// If a field cannot be put into a key, or if there is no key or more than 100 different ones.
    pub fn to_request(&self) -> Result<call::TransactGet> {
        Ok(call::TransactGet { actions: self.reads()?.actions, capacity: self.context.capacity })
    }

    /// Runs the reads and tells what they cost, for each table.
    ///
    /// # Errors
    ///
    /// If a key is in error, the backend refuses, or an item is not one of its entity; and
    /// [`is_cancelled`](crate::Error::is_cancelled) if a write was at work on an item for so long that dynorm gave up.
    pub async fn outcome(self) -> Result<Outcome<K::Entities, Vec<Capacity>>> {
        let Reads { actions, entities, places, .. } = self.reads()?;
        let request = call::TransactGet { actions, capacity: self.context.capacity };
        let reply = self.context.read(|backend| backend.transact_get(request.clone())).await;
        let reply = reply.map_err(|failure| error(&entities, failure))?;
        let now = (!self.include_expired).then(|| self.context.backend.now());
        let mut found = Found { items: reply.items, places: places.into_iter(), now };
        Ok(Outcome::of_read(self.keys.read(&mut found)?, reply.capacity))
    }
}

fn error(entities: &[&'static str], failure: Failure) -> Error {
    if failure.kind != FailureKind::TransactionCancelled {
        return Error::backend("run the transaction with", entities[0], failure);
    }
    let actions = entities.iter().zip(reasons(&failure)).map(|(&entity, found)| CancelledAction {
        operation: "get",
        entity,
        reason: Reason::of_code(&found.code),
        message: found.message,
        item: found.item,
        constraint: None,
    });
    Error::new(Kind::Cancelled { actions: actions.collect() }).because(failure)
}

impl<K: KeySet + 'static> IntoFuture for TransactGet<K> {
    type Output = Result<K::Entities>;
    type IntoFuture = BoxFuture<Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move { Ok(self.outcome().await?.value) })
    }
}
