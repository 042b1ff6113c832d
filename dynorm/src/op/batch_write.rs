//! Writing and deleting many entities, each on its own.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::future::IntoFuture;
use std::sync::Arc;

use super::batch::{self, Batched, Cost, Pace, incomplete, pace_methods};
use super::companions::Owner;
use super::condition::Presence;
use super::hooks::{self, Asked};
use super::offload::Outbox;
use super::{BatchDelete, BatchPut, BoxFuture, Context, ItemKey, Sent, refuse, table_method};
use crate::backend::Backend;
use crate::backend::call::{self, BatchWriteAction, ReturnCapacity};
use crate::backend::reply::{self, Capacity, CollectionMetricsByTable};
use crate::backend::retry::Effect;
use crate::entity::hook::WriteKind;
use crate::entity::{Entity, EntityDescriptor, Key, Table, TableSchema, decode_own, encode};
use crate::error::{Error, Result};
use crate::value::{Item, Number, Value};

/// Puts of many entities of one type; `.await` runs them, in as many requests as it takes, of up to 25 entities and
/// 16 MB.
///
/// Each put creates or replaces, and is one of its own: some may be carried out and others not, and DynamoDB has no
/// conditions here. For all or nothing, or for conditions, there is [`transact_write`](crate::Db::transact_write).
/// What the service leaves unprocessed is sent again after growing waits, until the [deadline](Self::deadline), or
/// without one until nothing was written for ten seconds of waiting.
///
/// ```
/// # use dynorm::prelude::*;
/// # #[derive(Entity, Clone, Debug, PartialEq)]
/// # #[entity(table = "Users", pk = id)]
/// # struct User { id: u32 }
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> dynorm::Result<()> {
/// # let db = Db::new(dynorm_mem::MemBackend::new());
/// # db.create_table::<User>().await?;
/// let users: Vec<User> = (0..60).map(|id| User { id }).collect();
/// db.put_many(users).await?.complete()?;
/// assert!(db.get(User::key(59u32)).await?.is_some());
/// # Ok(()) }
/// ```
///
/// Source: [BatchWriteItem](https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchWriteItem.html).
#[derive(Debug)]
#[must_use = "nothing is written until it is awaited"]
pub struct PutMany<E> {
    context: Arc<Context>,
    entities: Vec<E>,
    pace: Pace,
}

/// Deletions of many entities of one type by their keys; `.await` runs them, in as many requests as it takes, of up to
/// 25 keys.
///
/// What holds for [`PutMany`] holds here. To delete what is not there is no error.
///
/// ```
/// # use dynorm::prelude::*;
/// # #[derive(Entity, Clone, Debug, PartialEq)]
/// # #[entity(table = "Users", pk = id)]
/// # struct User { id: u32 }
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> dynorm::Result<()> {
/// # let db = Db::new(dynorm_mem::MemBackend::new());
/// # db.create_table::<User>().await?;
/// db.put(&User { id: 7 }).await?;
/// db.delete_many((0..60u32).map(User::key)).await?.complete()?;
/// assert_eq!(db.get(User::key(7u32)).await?, None);
/// # Ok(()) }
/// ```
#[derive(Debug)]
#[must_use = "nothing is deleted until it is awaited"]
pub struct DeleteMany<E> {
    context: Arc<Context>,
    keys: Vec<Key<E>>,
    pace: Pace,
}

/// Puts and deletions of entities of any tables; `.await` runs them, in as many requests as it takes, of up to 25
/// writes and 16 MB.
///
/// What holds for [`PutMany`] holds here: this is no transaction. What is left is a batch again.
///
/// ```
/// # use dynorm::prelude::*;
/// # use std::time::Duration;
/// # #[derive(Entity, Clone, Debug, PartialEq)]
/// # #[entity(table = "Users", pk = id)]
/// # struct User { id: u32 }
/// # #[derive(Entity, Clone, Debug, PartialEq)]
/// # #[entity(table = "Notes", pk = id)]
/// # struct Note { id: String, text: String }
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> dynorm::Result<()> {
/// # let db = Db::new(dynorm_mem::MemBackend::new());
/// # db.create_table::<User>().await?;
/// # db.create_table::<Note>().await?;
/// let note = Note { id: "n1".into(), text: "moved".into() };
/// let mut batch = db.batch().put(&note).delete(User::key(7u32)).put(&User { id: 8 });
/// while !batch.is_empty() {
///     batch = batch.deadline(Duration::from_secs(5)).await?.left;
/// }
/// assert_eq!(db.get(Note::key("n1")).await?, Some(note));
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
#[must_use = "nothing is written until it is awaited"]
pub struct Batch {
    context: Arc<Context>,
    entries: Vec<BatchEntry>,
    pace: Pace,
}

/// One write of a [`Batch`].
///
/// ```
/// # use dynorm::prelude::*;
/// # #[derive(Entity, Clone, Debug, PartialEq)]
/// # #[entity(table = "Users", pk = id)]
/// # struct User { id: u32 }
/// # let db = Db::new(dynorm_mem::MemBackend::new());
/// let batch = db.batch().put(&User { id: 7 }).delete(User::key(8u32));
/// let [put, delete] = batch.entries() else { unreachable!() };
/// assert_eq!((put.operation, put.entity), ("put", "User"));
/// assert_eq!(put.entity_to_put::<User>()?, Some(User { id: 7 }));
/// assert_eq!(delete.key::<User>()?, Some(User::key(8u32)));
/// # Ok::<(), dynorm::Error>(())
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct BatchEntry {
    /// `put` or `delete`.
    pub operation: &'static str,
    /// The entity's name.
    pub entity: &'static str,
    write: Result<Write>,
}

/// What a batch of writes did, and what it did not: `L` is [`Vec<E>`](PutMany), [`Vec<Key<E>>`](DeleteMany) or a
/// [`Batch`].
#[derive(Debug)]
#[must_use = "writes may be left that were not carried out: see `left`, or make that an error with `complete`"]
#[non_exhaustive]
pub struct BatchWritten<L> {
    /// How many writes were carried out.
    pub n_written: usize,
    /// Those that were not, in their order. After an [`error`](Self::error) that leaves open what happened, as a time
    /// out, the writes of the request that failed are here too, though they may have been carried out.
    pub left: L,
    /// Why writes are left, if the backend refused; without an error, time was up.
    pub error: Option<Error>,
    /// What the requests consumed together, for each table.
    pub capacity: Vec<Capacity>,
    /// The sizes of the item collections that the writes changed, if the [`Db`](crate::Db::with_collection_metrics) asks:
    /// as the service states them, one request after the other, so that the last of a collection is the newest.
    pub collection_metrics: CollectionMetricsByTable,
    n_left: usize,
    operation: &'static str,
    subject: &'static str,
}

impl<L> BatchWritten<L> {
    /// Nothing, if everything was written.
    ///
    /// # Errors
    ///
    /// [`is_incomplete`](crate::Error::is_incomplete) if writes are left.
    pub fn complete(self) -> Result<()> {
        if self.n_left == 0 {
            return Ok(());
        }
        let n_asked = self.n_left + self.n_written;
        Err(incomplete(self.operation, self.subject, self.n_left, n_asked, self.error))
    }
}

impl<L> BatchWritten<L> {
    fn map<M>(self, with: impl FnOnce(L) -> M) -> BatchWritten<M> {
        let Self { n_written, left, error, capacity, collection_metrics, n_left, operation, subject } = self;
        let left = with(left);
        BatchWritten { n_written, left, error, capacity, collection_metrics, n_left, operation, subject }
    }
}

impl<T> BatchWritten<Vec<T>> {
    /// Both together.
    pub(super) fn and(mut self, later: Self) -> Self {
        self.n_written += later.n_written;
        self.n_left += later.n_left;
        self.left.extend(later.left);
        self.error = self.error.or(later.error);
        let mut cost = Cost { capacity: self.capacity, collection_metrics: self.collection_metrics };
        cost.add(Cost { capacity: later.capacity, collection_metrics: later.collection_metrics });
        let Cost { capacity, collection_metrics } = cost;
        Self { capacity, collection_metrics, ..self }
    }
}

impl<E: Entity> PutMany<E> {
    pub(crate) fn new(context: Arc<Context>, entities: impl IntoIterator<Item = E>) -> Self {
        Self { context, entities: entities.into_iter().collect(), pace: Pace::default() }
    }

    table_method!();
    pace_methods!();

    /// The requests that are sent if nothing is left unprocessed.
    ///
    /// # Errors
    ///
    /// If an entity cannot be stored, or two have one key.
    pub fn to_requests(&self) -> Result<Vec<call::BatchWrite>> {
        requests(&self.context, &self.entries())
    }

    fn entries(&self) -> Vec<BatchEntry> {
        self.entities.iter().map(|entity| BatchEntry::put(&self.context, entity)).collect()
    }
}

impl<E: Entity> DeleteMany<E> {
    pub(crate) fn new(context: Arc<Context>, keys: impl IntoIterator<Item = Key<E>>) -> Self {
        Self { context, keys: keys.into_iter().collect(), pace: Pace::default() }
    }

    pub(super) fn paced(context: Arc<Context>, keys: Vec<Key<E>>, pace: Pace) -> Self {
        Self { context, keys, pace }
    }

    table_method!();
    pace_methods!();

    /// The requests that are sent if nothing is left unprocessed.
    ///
    /// # Errors
    ///
    /// If a field cannot be put into a key, or two keys are equal.
    pub fn to_requests(&self) -> Result<Vec<call::BatchWrite>> {
        requests(&self.context, &self.entries())
    }

    fn entries(&self) -> Vec<BatchEntry> {
        self.keys.iter().map(|key| BatchEntry::delete(&self.context, key)).collect()
    }
}

impl Batch {
    pub(crate) fn new(context: Arc<Context>) -> Self {
        Self { context, entries: Vec::new(), pace: Pace::default() }
    }

    /// Creates or replaces an entity.
    pub fn put<E: BatchPut>(mut self, entity: &E) -> Self {
        self.entries.push(BatchEntry::put(&self.context, entity));
        self
    }

    /// Deletes an entity, if it is there.
    pub fn delete<E: BatchDelete>(mut self, key: Key<E>) -> Self {
        self.entries.push(BatchEntry::delete(&self.context, &key));
        self
    }

    /// Has what is added after this use the table `T` under another name than the [`Db`](crate::Db) has for it.
    pub fn table<T: Table>(mut self, name: impl Into<String>) -> Self {
        self.context = self.context.with_table::<T>(name);
        self
    }

    pace_methods!();

    /// The writes, in their order.
    #[must_use]
    pub fn entries(&self) -> &[BatchEntry] {
        &self.entries
    }

    /// Whether there is nothing to write.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The requests that are sent if nothing is left unprocessed.
    ///
    /// # Errors
    ///
    /// If an entity cannot be stored or a key not be made, or two writes are on one item.
    pub fn to_requests(&self) -> Result<Vec<call::BatchWrite>> {
        requests(&self.context, &self.entries)
    }
}

/// Runs the puts.
///
/// # Errors
///
/// If an entity cannot be stored, or two have one key. Nothing is sent then: whatever happens after that is in the
/// [`BatchWritten`].
impl<E: Entity> IntoFuture for PutMany<E> {
    type Output = Result<BatchWritten<Vec<E>>>;
    type IntoFuture = BoxFuture<Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let outcome = run(&self.context, self.pace, &self.entries()).await?;
            Ok(outcome.leaving(self.entities))
        })
    }
}

/// Runs the deletions.
///
/// # Errors
///
/// If a field cannot be put into a key, or two keys are equal. Nothing is sent then: whatever happens after that is in
/// the [`BatchWritten`].
impl<E: Entity> IntoFuture for DeleteMany<E> {
    type Output = Result<BatchWritten<Vec<Key<E>>>>;
    type IntoFuture = BoxFuture<Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let outcome = run(&self.context, self.pace, &self.entries()).await?;
            Ok(outcome.leaving(self.keys))
        })
    }
}

/// Runs the writes.
///
/// # Errors
///
/// If an entity cannot be stored or a key not be made, or two writes are on one item. Nothing is sent then: whatever
/// happens after that is in the [`BatchWritten`].
impl IntoFuture for Batch {
    type Output = Result<BatchWritten<Self>>;
    type IntoFuture = BoxFuture<Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let outcome = run(&self.context.anew(), self.pace, &self.entries).await?;
            let written = outcome.leaving(self.entries);
            Ok(written.map(|entries| Self { context: self.context, entries, pace: self.pace }))
        })
    }
}

/// A write that can be sent.
#[derive(Clone, Debug)]
struct Write {
    table: String,
    key: Item,
    item_key: ItemKey,
    action: BatchWriteAction,
    descriptor: &'static EntityDescriptor,
    schema: &'static TableSchema,
}

impl Write {
    fn of<E: Entity>(table: String, key: Item, action: BatchWriteAction) -> Self {
        let item_key = ItemKey::of::<E::Table>(&table, &key);
        Self { table, key, item_key, action, descriptor: E::DESCRIPTOR, schema: E::Table::SCHEMA }
    }

    /// The same, of which the large values are in objects.
    fn moved_out(&self, outbox: &Outbox) -> Result<Cow<'_, Self>> {
        let BatchWriteAction::Put(item) = &self.action else { return Ok(Cow::Borrowed(self)) };
        if self.descriptor.offloads.is_empty() {
            return Ok(Cow::Borrowed(self));
        }
        let Self { table, key, descriptor, schema, .. } = self;
        let mut item = item.clone();
        let owner = Owner { entity: descriptor, schema, table, key };
        if !outbox.take(owner, None, Presence::Any, &mut item)?.is_empty() {
            return refuse(format!(
                "an object that `{}` {key:?} was read with must still be its own when it is written, and batches have no conditions; use `put` or `transact_write`",
                descriptor.name
            ));
        }
        Ok(Cow::Owned(Self { action: BatchWriteAction::Put(item), ..self.clone() }))
    }
}

impl BatchEntry {
    fn put<E: Entity>(context: &Context, entity: &E) -> Self {
        let whole = encode(entity).and_then(|item| hooks::whole::<E>(context, WriteKind::Put, None, item));
        let write = whole.and_then(|(item, asked)| {
            refuse_conditions::<E>("put", &asked)?;
            let (table, key) = (context.table::<E::Table>(), Key::of_entity(entity).into_item()?);
            Ok(Write::of::<E>(table, key, BatchWriteAction::Put(item)))
        });
        Self { operation: "put", entity: E::DESCRIPTOR.name, write }
    }

    fn delete<E: Entity>(context: &Context, key: &Key<E>) -> Self {
        let write = key.item().and_then(|key| {
            refuse_conditions::<E>("delete", &hooks::deletion::<E>(context, None)?)?;
            let table = context.table::<E::Table>();
            Ok(Write::of::<E>(table, key.clone(), BatchWriteAction::Delete(key.clone())))
        });
        Self { operation: "delete", entity: E::DESCRIPTOR.name, write }
    }

    /// The entity that is put; `None` for a deletion, and for a put of an entity of another name.
    ///
    /// # Errors
    ///
    /// If the entity cannot be stored, or does not read back.
    pub fn entity_to_put<E: Entity>(&self) -> Result<Option<E>> {
        match &self.write.as_ref().map_err(Clone::clone)?.action {
            BatchWriteAction::Put(item) if self.entity == E::DESCRIPTOR.name => {
                decode_own(item.clone()).map(Some)
            }
            _ => Ok(None),
        }
    }

    /// The key of what is put or deleted; `None` if it is an entity of another name.
    ///
    /// # Errors
    ///
    /// If the key is in error, or is not one of `E`.
    pub fn key<E: Entity>(&self) -> Result<Option<Key<E>>> {
        let write = self.write.as_ref().map_err(Clone::clone)?;
        if self.entity == E::DESCRIPTOR.name { Key::parse(&write.key).map(Some) } else { Ok(None) }
    }
}

/// A batch has no place for what hooks ask of the items that are stored.
fn refuse_conditions<E: Entity>(operation: &str, asked: &Asked) -> Result<()> {
    if asked.conditions.is_empty() {
        return Ok(());
    }
    refuse(format!(
        "a hook of `{}` asks for a condition, which batches do not have; use `{operation}` or `transact_write`",
        E::DESCRIPTOR.name
    ))
}

fn requests(context: &Context, entries: &[BatchEntry]) -> Result<Vec<call::BatchWrite>> {
    Ok(batch::requests(&Writes::of(context, entries, &Outbox::to_show(context))?))
}

async fn run(context: &Context, pace: Pace, entries: &[BatchEntry]) -> Result<Outcome> {
    let outbox = Outbox::new(context);
    let writes = Writes::of(context, entries, &outbox)?;
    if let Err(error) = outbox.write().await {
        outbox.discard().await;
        return Err(error);
    }
    let done = batch::run(context, &writes, pace).await;
    let is_written: Vec<bool> = done.answers.iter().map(Option::is_some).collect();
    if !outbox.is_empty() && !done.leaves_open {
        let left = writes.all.iter().zip(&is_written).filter(|(_, is_written)| !**is_written);
        let left: Vec<&Item> = left.map(|(write, _)| write.action.item()).collect();
        outbox.discard_of(&left).await;
    }
    let left = is_written.iter().position(|is_written| !is_written).and_then(|first| entries.get(first));
    let (operation, subject) = left.map_or(("write", "nothing"), |left| (left.operation, left.entity));
    let error = done.failure.map(|failure| Error::backend(operation, subject, failure));
    Ok(Outcome { is_written, error, cost: done.cost, operation, subject })
}

/// What became of each write.
struct Outcome {
    is_written: Vec<bool>,
    error: Option<Error>,
    cost: Cost,
    /// Of the first write that is left.
    operation: &'static str,
    subject: &'static str,
}

impl Outcome {
    fn leaving<T>(self, all: Vec<T>) -> BatchWritten<Vec<T>> {
        let Self { is_written, error, cost, operation, subject } = self;
        let Cost { capacity, collection_metrics } = cost;
        let n_written = is_written.iter().filter(|is_written| **is_written).count();
        let left = all.into_iter().zip(is_written).filter(|(_, is_written)| !is_written);
        let left: Vec<T> = left.map(|(left, _)| left).collect();
        let n_left = left.len();
        BatchWritten { n_written, left, error, capacity, collection_metrics, n_left, operation, subject }
    }
}

/// The writes of a batch, each on an item of its own.
struct Writes<'e> {
    all: Vec<Cow<'e, Write>>,
    capacity: ReturnCapacity,
    collection_metrics: bool,
}

impl<'e> Writes<'e> {
    fn of(context: &Context, entries: &'e [BatchEntry], outbox: &Outbox) -> Result<Self> {
        let mut known = HashMap::with_capacity(entries.len());
        let mut all = Vec::with_capacity(entries.len());
        for (at, BatchEntry { entity, write, .. }) in entries.iter().enumerate() {
            let write = write.as_ref().map_err(Clone::clone)?;
            if let Some(first) = known.insert(&write.item_key, at) {
                // DynamoDB refuses the two in one request, and in two requests either could be the last.
                return refuse(format!(
                    "the batch writes `{entity}` {:?} twice, as entries {} and {}; leave one away",
                    write.key,
                    first + 1,
                    at + 1
                ));
            }
            all.push(write.moved_out(outbox)?);
        }
        let Context { capacity, collection_metrics, .. } = *context;
        Ok(Self { all, capacity, collection_metrics })
    }
}

impl Batched for Writes<'_> {
    type Request = call::BatchWrite;
    type Reply = reply::BatchWrite;
    type Answer = ();

    const EFFECT: Effect = Effect::Single;
    const ENTRIES_MAX: usize = 25;

    fn n_entries(&self) -> usize {
        self.all.len()
    }

    fn wire_bytes(&self, entry: usize) -> usize {
        let item = self.all[entry].action.item();
        r#"{"DeleteRequest":{"Key":{}}},"#.len() + members_wire_bytes(item)
    }

    fn request(&self, entries: &[usize]) -> call::BatchWrite {
        let mut tables: BTreeMap<String, Vec<BatchWriteAction>> = BTreeMap::new();
        for entry in entries {
            let Write { table, action, .. } = &*self.all[*entry];
            tables.entry(table.clone()).or_default().push(action.clone());
        }
        let Self { capacity, collection_metrics, .. } = *self;
        call::BatchWrite { tables, capacity, collection_metrics }
    }

    fn send(backend: &dyn Backend, request: call::BatchWrite) -> Sent<'_, reply::BatchWrite> {
        backend.batch_write(request)
    }

    fn read(&self, entries: &[usize], reply: reply::BatchWrite) -> (Vec<(usize, ())>, Cost) {
        let is_left = |entry: &usize| {
            let Write { table, key, .. } = &*self.all[*entry];
            reply.unprocessed.get(table).into_iter().flatten().any(|action| {
                let item = action.item();
                key.iter().all(|(name, value)| item.get(name) == Some(value))
            })
        };
        let written = entries.iter().filter(|entry| !is_left(entry)).map(|entry| (*entry, ())).collect();
        let reply::BatchWrite { capacity, collection_metrics, .. } = reply;
        (written, Cost { capacity, collection_metrics })
    }
}

/// How long attributes are as DynamoDB's JSON, which is what the limit of a request counts: up to seven times what is
/// stored. A character that a writer may escape is taken for escaped.
fn members_wire_bytes(item: &Item) -> usize {
    item.iter().map(|(name, value)| text_wire_bytes(name) + 2 + value_wire_bytes(value)).sum()
}

fn value_wire_bytes(value: &Value) -> usize {
    let inside = match value {
        Value::S(text) => text_wire_bytes(text),
        Value::N(number) => number_wire_bytes(number),
        Value::B(bytes) => binary_wire_bytes(bytes),
        Value::Bool(_) => 5,
        Value::Null => 4,
        Value::M(item) => 2 + members_wire_bytes(item),
        Value::L(list) => 2 + list.iter().map(|value| value_wire_bytes(value) + 1).sum::<usize>(),
        Value::Ss(texts) => 2 + texts.iter().map(|text| text_wire_bytes(text) + 1).sum::<usize>(),
        Value::Ns(numbers) => 2 + numbers.iter().map(|number| number_wire_bytes(number) + 1).sum::<usize>(),
        Value::Bs(all) => 2 + all.iter().map(|bytes| binary_wire_bytes(bytes) + 1).sum::<usize>(),
    };
    r#"{"NULL":}"#.len() + inside
}

fn text_wire_bytes(text: &str) -> usize {
    let escaped = |byte: u8| match byte {
        b'"' | b'\\' | b'/' => 2,
        0..=0x1f | 0x7f => 6,
        _ => 1,
    };
    2 + text.bytes().map(escaped).sum::<usize>()
}

fn number_wire_bytes(number: &Number) -> usize {
    2 + number.to_string().len()
}

fn binary_wire_bytes(bytes: &[u8]) -> usize {
    2 + bytes.len().div_ceil(3) * 4
}
