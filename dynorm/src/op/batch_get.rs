//! Reading many entities by their keys.

use std::collections::HashMap;
use std::future::IntoFuture;
use std::marker::PhantomData;
use std::sync::Arc;

use super::batch::{self, Batched, Cost, Pace, incomplete, pace_methods};
use super::{BoxFuture, Context, Get, ItemKey, Sent, table_method};
use crate::backend::Backend;
use crate::backend::call::{self, BatchGetTable, ReturnCapacity};
use crate::backend::reply::{self, Capacity};
use crate::backend::retry::Effect;
use crate::entity::{Entity, HeldBy, Key, Primary, Projection, is_expired, own, single_paths};
use crate::error::{Error, Result};
use crate::expr::Renderer;
use crate::value::Item;

/// Reads of many entities; `.await` runs them, in as many requests as it takes, of up to 100 keys.
///
/// Each read is one of its own: together they are not of one moment, as [`transact_get`](crate::Db::transact_get)'s
/// are. Keys that the service leaves unprocessed are asked for again after growing waits, until the
/// [deadline](Self::deadline), or without one until nothing was read for ten seconds of waiting. Equal keys are read
/// once, and answered in each place.
///
/// ```
/// # use dynorm::prelude::*;
/// # #[derive(Entity, Clone, Debug, PartialEq)]
/// # #[entity(table = "Users", pk = id)]
/// # struct User { id: String }
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> dynorm::Result<()> {
/// # let db = Db::new(dynorm_mem::MemBackend::new());
/// # db.create_table::<User>().await?;
/// let ann = User { id: "ann".into() };
/// db.put(&ann).await?;
/// let keys = ["bob", "ann"].map(User::key);
/// let users: Vec<Option<User>> = db.get_many(keys).await?.complete()?;
/// assert_eq!(users, [None, Some(ann)]);
/// # Ok(()) }
/// ```
///
/// Source: [BatchGetItem](https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html).
#[derive(Debug)]
#[must_use = "nothing is read until it is awaited"]
pub struct GetMany<E, T = E> {
    context: Arc<Context>,
    keys: Vec<Key<E>>,
    consistent: bool,
    include_expired: bool,
    pace: Pace,
    output: PhantomData<fn() -> T>,
}

/// What was read of the keys of a [`GetMany`], and what was not: each key is in one of the two, in the order in which
/// they were asked.
///
/// ```
/// # use dynorm::prelude::*;
/// # use std::time::Duration;
/// # #[derive(Entity, Clone, Debug, PartialEq)]
/// # #[entity(table = "Users", pk = id)]
/// # struct User { id: String }
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> dynorm::Result<()> {
/// # let db = Db::new(dynorm_mem::MemBackend::new());
/// # db.create_table::<User>().await?;
/// # db.put(&User { id: "ann".into() }).await?;
/// let mut users = Vec::new();
/// let mut keys = vec![User::key("ann"), User::key("bob")];
/// while !keys.is_empty() {
///     let some = db.get_many(keys).deadline(Duration::from_secs(5)).await?;
///     for (key, user) in some.read {
///         users.extend(user?);
///     }
///     keys = some.left;
/// }
/// assert_eq!(users, [User { id: "ann".into() }]);
/// # Ok(()) }
/// ```
#[derive(Debug)]
#[must_use = "keys may be left that were not read: see `left`, or make that an error with `complete`"]
#[non_exhaustive]
pub struct BatchRead<E, T = E> {
    /// The keys that were read, each with its entity, or what that is projected to, or `None` where there is none; or
    /// with the error of an item that is not one of the entity.
    pub read: Vec<(Key<E>, Result<Option<T>>)>,
    /// The keys that were not read.
    pub left: Vec<Key<E>>,
    /// Why keys are left, if the backend refused; without an error, time was up.
    pub error: Option<Error>,
    /// What the requests consumed together, for each table.
    pub capacity: Vec<Capacity>,
}

impl<E: Entity, T> BatchRead<E, T> {
    /// All entities in the order of the keys, with `None` where there is none.
    ///
    /// # Errors
    ///
    /// [`is_incomplete`](crate::Error::is_incomplete) if keys are left, and the first error of an item that is not one
    /// of the entity.
    pub fn complete(self) -> Result<Vec<Option<T>>> {
        let (n_left, n_asked) = (self.left.len(), self.left.len() + self.read.len());
        if n_left > 0 {
            return Err(incomplete("get", E::DESCRIPTOR.name, n_left, n_asked, self.error));
        }
        self.read.into_iter().map(|(_, entity)| entity).collect()
    }
}

impl<E: Entity> GetMany<E> {
    pub(crate) fn new(context: Arc<Context>, keys: impl IntoIterator<Item = Key<E>>) -> Self {
        let keys = keys.into_iter().collect();
        let pace = Pace::default();
        Self { context, keys, consistent: false, include_expired: false, pace, output: PhantomData }
    }
}

impl<E: Entity, T: Projection<E>> GetMany<E, T> {
    /// Reads only the attributes of a projection: a struct that derives [`Projection`](macro@crate::Projection). It costs
    /// as much as the whole items; less is sent.
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
    /// let names = db.get_many(["ann", "bob"].map(User::key)).project::<UserName>().await?.complete()?;
    /// assert_eq!(names, [Some(UserName { name: "Ann".into() }), None]);
    /// # Ok(()) }
    /// ```
    pub fn project<P: HeldBy<Primary, E>>(self) -> GetMany<E, P::Projected> {
        let Self { context, keys, consistent, include_expired, pace, output: _ } = self;
        GetMany { context, keys, consistent, include_expired, pace, output: PhantomData }
    }

    /// Sees every write that succeeded before, for twice the read units.
    pub fn consistent(mut self) -> Self {
        self.consistent = true;
        self
    }

    /// Gives entities even if their time to live is over and DynamoDB has not deleted them yet.
    pub fn include_expired(mut self) -> Self {
        self.include_expired = true;
        self
    }

    table_method!();
    pace_methods!();

    fn reads(&self) -> Result<Reads> {
        let table = self.context.table::<E::Table>();
        let (mut keys, mut known, mut places) = (Vec::new(), HashMap::new(), Vec::new());
        let mut formers = Vec::new();
        for key in &self.keys {
            let key = key.item()?;
            let place = *known.entry(ItemKey::of::<E::Table>(&table, key)).or_insert(keys.len());
            if place == keys.len() {
                keys.push(key.clone());
            }
            places.push(place);
            // It may be where it was, with the former number of shards.
            if let Some(former) = self.keys.get(places.len() - 1).and_then(Key::former) {
                formers.push(former);
            }
        }
        for former in formers {
            known.entry(ItemKey::of::<E::Table>(&table, former)).or_insert_with(|| {
                keys.push(former.clone());
                keys.len() - 1
            });
        }
        let mut renderer = Renderer::concealing(E::DESCRIPTOR.sensitive);
        let projection = single_paths::<E, T>(self.include_expired).map(|paths| renderer.projection(&paths));
        let (names, _) = renderer.finish();
        Ok(Reads {
            table,
            keys,
            known,
            key_of: ItemKey::of::<E::Table>,
            places,
            form: BatchGetTable { keys: Vec::new(), consistent: self.consistent, projection, names },
            capacity: self.context.capacity,
        })
    }

    /// The requests that are sent if nothing is left unprocessed.
    ///
    /// # Errors
    ///
    /// If a field cannot be put into a key.
    pub fn to_requests(&self) -> Result<Vec<call::BatchGet>> {
        Ok(batch::requests(&self.reads()?))
    }

    async fn run(self) -> Result<BatchRead<E, T>> {
        let reads = self.reads()?;
        let mut done = batch::run(&self.context, &reads, self.pace).await;
        let now = self.context.backend.now();
        let mut n_uses = vec![0_usize; reads.keys.len()];
        reads.places.iter().for_each(|place| n_uses[*place] += 1);
        let (mut read, mut left) = (Vec::new(), Vec::new());
        let place_of = |key: &Item| reads.place(key).unwrap_or_default();
        for (key, place) in self.keys.into_iter().zip(reads.places.iter().copied()) {
            n_uses[place] -= 1;
            let answer = &mut done.answers[place];
            let answer = if n_uses[place] == 0 { answer.take() } else { answer.clone() };
            let before = key.former().filter(|_| answer == Some(None)).map(&place_of);
            match before.map_or(answer, |before| done.answers[before].clone()) {
                // Neither where it is nor where it was: it may have been on its way between the two reads.
                Some(None) if before.is_some() => {
                    let get = Get::again(&self.context, &key, self.consistent, self.include_expired);
                    read.push((key, get.await));
                }
                Some(item) => {
                    let alive = item.filter(|item| self.include_expired || !is_expired::<E>(item, now));
                    let read_one = |item| own::<E>(item).and_then(T::read);
                    read.push((key, alive.map(read_one).transpose()));
                }
                None => left.push(key),
            }
        }
        let error = done.failure.map(|failure| Error::backend("get", E::DESCRIPTOR.name, failure));
        Ok(BatchRead { read, left, error, capacity: done.cost.capacity })
    }
}

/// Waits for all keys.
///
/// # Errors
///
/// If a field cannot be put into a key. Nothing is sent then: whatever happens after that is in the [`BatchRead`].
impl<E: Entity, T: Projection<E>> IntoFuture for GetMany<E, T> {
    type Output = Result<BatchRead<E, T>>;
    type IntoFuture = BoxFuture<Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.run())
    }
}

/// The items of these keys, of which no two are the same, as they are stored after all writes before.
pub(super) async fn items_of<E: Entity>(context: &Context, keys: Vec<Item>) -> Result<Vec<Option<Item>>> {
    let table = context.table::<E::Table>();
    let key_of: fn(&str, &Item) -> ItemKey = ItemKey::of::<E::Table>;
    let known = keys.iter().enumerate().map(|(at, key)| (key_of(&table, key), at)).collect();
    let form = BatchGetTable { consistent: true, ..BatchGetTable::default() };
    let (capacity, n_keys) = (context.capacity, keys.len());
    let reads = Reads { table, keys, known, key_of, places: Vec::new(), form, capacity };
    let done = batch::run(context, &reads, Pace::default()).await;
    let n_left = done.answers.iter().filter(|answer| answer.is_none()).count();
    if n_left > 0 {
        let error = done.failure.map(|failure| Error::backend("get", E::DESCRIPTOR.name, failure));
        return Err(incomplete("get", E::DESCRIPTOR.name, n_left, n_keys, error));
    }
    Ok(done.answers.into_iter().map(Option::flatten).collect())
}

/// The keys of a batch, each once.
struct Reads {
    table: String,
    keys: Vec<Item>,
    /// The place in `keys` of each.
    known: HashMap<ItemKey, usize>,
    key_of: fn(&str, &Item) -> ItemKey,
    /// The place in `keys` of each key that was asked for.
    places: Vec<usize>,
    /// What is asked for the keys of each request.
    form: BatchGetTable,
    capacity: ReturnCapacity,
}

impl Reads {
    fn place(&self, item: &Item) -> Option<usize> {
        self.known.get(&(self.key_of)(&self.table, item)).copied()
    }
}

impl Batched for Reads {
    type Request = call::BatchGet;
    type Reply = reply::BatchGet;
    type Answer = Option<Item>;

    const EFFECT: Effect = Effect::Repeatable;
    const ENTRIES_MAX: usize = 100;

    fn n_entries(&self) -> usize {
        self.keys.len()
    }

    /// A hundred keys are far below the limit.
    fn wire_bytes(&self, _: usize) -> usize {
        0
    }

    fn request(&self, entries: &[usize]) -> call::BatchGet {
        let keys = entries.iter().map(|entry| self.keys[*entry].clone()).collect();
        let of_table = BatchGetTable { keys, ..self.form.clone() };
        call::BatchGet { tables: [(self.table.clone(), of_table)].into(), capacity: self.capacity }
    }

    fn send(backend: &dyn Backend, request: call::BatchGet) -> Sent<'_, reply::BatchGet> {
        backend.batch_get(request)
    }

    fn read(&self, entries: &[usize], reply: reply::BatchGet) -> (Vec<(usize, Option<Item>)>, Cost) {
        let mut answers: HashMap<usize, Option<Item>> = entries.iter().map(|entry| (*entry, None)).collect();
        for key in reply.unprocessed.values().flat_map(|of_table| &of_table.keys) {
            self.place(key).and_then(|place| answers.remove(&place));
        }
        for item in reply.items.into_values().flatten() {
            if let Some(answer) = self.place(&item).and_then(|place| answers.get_mut(&place)) {
                *answer = Some(item);
            }
        }
        (answers.into_iter().collect(), Cost { capacity: reply.capacity, ..Cost::default() })
    }
}
