//! Values that a write moves out of its item: objects are written first, and the item refers to them then.

use std::borrow::Cow;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use futures_util::stream::{self, StreamExt as _, TryStreamExt as _};

use super::Context;
use super::companions::Owner;
use super::condition::Presence;
use super::object_key;
use crate::backend::Sent;
use crate::backend::retry::leaves_open;
use crate::entity::{Entity, OffloadRule, check_whole_size, key_in};
use crate::error::{Error, Failure, Kind, Result};
use crate::expr::{Changes, Node, Side};
use crate::object::ObjectStore;
use crate::value::{Content, Item, Offloaded, Reference, Stored, Value};

/// How many objects are on their way at once.
const CONCURRENCY: usize = 8;

/// The objects of one write. However often the write is prepared, each has one key.
#[derive(Debug)]
pub(super) struct Outbox {
    purpose: Purpose,
    now: SystemTime,
    contents: Mutex<Contents>,
    /// Whether it may be that something refers to the objects, though the write failed.
    may_be_written: Arc<AtomicBool>,
}

#[derive(Debug, Default)]
struct Contents {
    /// What the keys of its objects end with.
    mark: Option<String>,
    objects: Vec<Object>,
}

#[derive(Debug)]
enum Purpose {
    Send(Option<Arc<dyn ObjectStore>>),
    Show,
}

/// An object that a write needs.
#[derive(Debug)]
struct Object {
    key: String,
    /// What it is made of, until it is written.
    source: Option<Source>,
}

#[derive(Debug)]
enum Source {
    Bytes(Vec<u8>),
    /// The object of this key.
    Copy(String),
}

/// A reference that a write keeps, under one of these names of its attribute: no other may be stored.
#[derive(Clone, Debug)]
pub(super) struct Held {
    names: Vec<&'static str>,
    reference: Value,
}

impl Held {
    /// That the item has it.
    pub(super) fn node(&self) -> Node {
        let is =
            |name: &&'static str| Node::Compare(Side::top(*name), "=", Side::Value(self.reference.clone()));
        match self.names.as_slice() {
            [name] => is(name),
            names => Node::Or(names.iter().map(is).collect()),
        }
    }

    /// Whether the item, if there is one, has it.
    pub(super) fn is_in(&self, item: Option<&Item>) -> bool {
        self.names.iter().any(|name| item.and_then(|item| item.get(name)) == Some(&self.reference))
    }
}

impl Outbox {
    pub(super) fn new(context: &Context) -> Self {
        Self::of(Purpose::Send(context.object_store.clone()), context)
    }

    /// For a request that is shown, and not sent.
    pub(super) fn to_show(context: &Context) -> Self {
        Self::of(Purpose::Show, context)
    }

    fn of(purpose: Purpose, context: &Context) -> Self {
        let now = context.backend.now();
        Self { purpose, now, contents: Mutex::default(), may_be_written: Arc::default() }
    }

    /// Moves out of a whole item what is too large for it. Gives the references that it keeps: to its own objects, also of
    /// the shard where it was before.
    ///
    /// # Errors
    ///
    /// If there is no store, a reference is another item's, or is to be in an item that is not there yet; or if the item is
    /// too large even so.
    pub(super) fn take(
        &self,
        owner: Owner<'_>,
        former: Option<&Item>,
        presence: Presence,
        item: &mut Item,
    ) -> Result<Vec<Held>> {
        let mut held = Vec::new();
        for rule in owner.entity.offloads {
            let Some(value) = item.get_mut(rule.attribute) else { continue };
            *value = self.stored(owner, former, rule, std::mem::replace(value, Value::Null), &mut held)?;
            if presence == Presence::Absent && !held.is_empty() {
                return refuse(
                    owner,
                    rule,
                    "it is in an object of an item that was there before; load it and set it anew: `Offloaded::new(value)`",
                );
            }
        }
        if !owner.entity.offloads.is_empty() {
            check_whole_size(owner.entity.name, item)?;
        }
        Ok(held)
    }

    /// As [`take`](Self::take), for one entity.
    pub(super) fn take_own<E: Entity>(
        &self,
        table: &str,
        former: Option<&Item>,
        presence: Presence,
        item: &mut Item,
    ) -> Result<Vec<Held>> {
        if E::DESCRIPTOR.offloads.is_empty() {
            return Ok(Vec::new());
        }
        let key = key_in::<E>(item);
        self.take(Owner::of::<E>(table, &key), former, presence, item)
    }

    /// Copies the objects of an item that comes from another key.
    ///
    /// # Errors
    ///
    /// If there is no store.
    pub(super) fn copy(&self, from: Owner<'_>, to: Owner<'_>, item: &mut Item) -> Result<()> {
        for rule in to.entity.offloads {
            for name in rule.names() {
                let Some(value) = item.get_mut(name) else { continue };
                let Some(reference) = Reference::of(value).filter(|reference| from.owns(&reference.key))
                else {
                    continue;
                };
                let copy = reference.to_copy(self.key(to, rule, name)?);
                self.add(&copy, Source::Copy(reference.key));
                *value = copy.to_value();
            }
        }
        Ok(())
    }

    /// Moves out of the changes of an item what is too large for it. Gives the references that they keep.
    pub(super) fn take_changes(
        &self,
        owner: Owner<'_>,
        former: Option<&Item>,
        changes: &mut Cow<'_, Changes>,
    ) -> Result<Vec<Held>> {
        let mut held = Vec::new();
        for rule in owner.entity.offloads {
            if !changes.touches(rule.attribute) {
                continue;
            }
            if let Some(value) = changes.to_mut().assigned_mut(rule.attribute) {
                *value =
                    self.stored(owner, former, rule, std::mem::replace(value, Value::Null), &mut held)?;
            }
        }
        Ok(held)
    }

    /// What the item has of an offloaded value.
    fn stored(
        &self,
        owner: Owner<'_>,
        former: Option<&Item>,
        rule: &'static OffloadRule,
        value: Value,
        held: &mut Vec<Held>,
    ) -> Result<Value> {
        if rule.moves_out(&value) {
            return self.move_out(owner, rule, value);
        }
        let Some(reference) = Reference::of(&value) else { return Ok(value) };
        if self.contents().objects.iter().any(|object| object.key == reference.key) {
            return Ok(value);
        }
        if owner.owns(&reference.key) || former.is_some_and(|key| Owner { key, ..owner }.owns(&reference.key))
        {
            held.push(Held { names: rule.names().collect(), reference: value.clone() });
            return Ok(value);
        }
        refuse(
            owner,
            rule,
            "it is in an object of another item, which may delete it; load it and set it anew: `Offloaded::new(value)`",
        )
    }

    fn move_out(&self, owner: Owner<'_>, rule: &OffloadRule, value: Value) -> Result<Value> {
        let key = self.key(owner, rule, rule.attribute)?;
        let Ok(Stored::Inline(value)) = Stored::of(value) else {
            // Bytes of a hook that begin as a reference does.
            return refuse(owner, rule, "it is a reference to an object that is damaged");
        };
        let (reference, bytes) = Reference::to_new(key, value);
        self.add(&reference, Source::Bytes(bytes));
        Ok(reference.to_value())
    }

    fn add(&self, reference: &Reference, source: Source) {
        let objects = &mut self.contents().objects;
        if objects.iter().all(|object| object.key != reference.key) {
            objects.push(Object { key: reference.key.clone(), source: Some(source) });
        }
    }

    /// The key of an object that the write needs.
    fn key(&self, owner: Owner<'_>, rule: &OffloadRule, attribute: &str) -> Result<String> {
        match &self.purpose {
            Purpose::Send(Some(_)) => {}
            Purpose::Send(None) => {
                let reason = format!(
                    "it is larger than {} bytes, and the database has no object store for it; give it one: `Db::with_object_store`",
                    rule.inline_up_to
                );
                return refuse(owner, rule, &reason);
            }
            Purpose::Show => {
                return refuse(
                    owner,
                    rule,
                    "its object is written first, and what the item says of it is decided then; there is no request to show before",
                );
            }
        }
        let mut contents = self.contents();
        if contents.mark.is_none() {
            let mut random = [0; 16];
            if getrandom::fill(&mut random).is_err() {
                return refuse(owner, rule, "the system has no randomness for the key of its object");
            }
            contents.mark = Some(object_key::mark(self.now, u128::from_ne_bytes(random)));
        }
        let mark = contents.mark.as_deref().unwrap_or_default();
        owner.object_key(attribute, mark).or_else(|reason| refuse(owner, rule, &reason))
    }

    /// Whether the write needs objects.
    pub(super) fn is_empty(&self) -> bool {
        self.contents().objects.is_empty()
    }

    /// Writes the objects that are not written yet.
    pub(super) async fn write(&self) -> Result<()> {
        let waiting: Vec<(String, Source)> = {
            let objects = &mut self.contents().objects;
            let waiting =
                objects.iter_mut().filter_map(|object| Some((object.key.clone(), object.source.take()?)));
            waiting.collect()
        };
        let Purpose::Send(Some(store)) = &self.purpose else { return Ok(()) };
        let written = stream::iter(waiting.into_iter().map(Ok));
        written
            .try_for_each_concurrent(CONCURRENCY, |(key, source)| async move {
                match source {
                    Source::Bytes(bytes) => {
                        store.put(&key, bytes).await.map_err(|error| failed("put", &key, error))
                    }
                    Source::Copy(from) => match store.copy(&from, &key).await {
                        Ok(true) => Ok(()),
                        Ok(false) => Err(missing(from)),
                        Err(error) => Err(failed("copy", &from, error)),
                    },
                }
            })
            .await
    }

    /// Writes the objects, and then what refers to them; deletes them if that fails.
    pub(super) async fn sending<T>(
        &self,
        send: impl Future<Output = Result<Result<T, Failure>>>,
    ) -> Result<Result<T, Failure>> {
        let outcome = match self.write().await {
            Ok(()) => send.await,
            Err(error) => Err(error),
        };
        if !matches!(outcome, Ok(Ok(_))) {
            self.discard().await;
        }
        outcome
    }

    /// A call whose failure may leave open whether it was carried out.
    pub(super) fn watch<'b, T: 'b>(&self, sent: Sent<'b, T>) -> Sent<'b, T> {
        if self.is_empty() {
            return sent;
        }
        let may_be_written = Arc::clone(&self.may_be_written);
        Box::pin(async move {
            let reply = sent.await;
            if reply.as_ref().is_err_and(leaves_open) {
                may_be_written.store(true, Ordering::Relaxed);
            }
            reply
        })
    }

    /// Deletes the objects of a write that failed, unless something may refer to them. What stays is an orphan.
    pub(super) async fn discard(&self) {
        let Purpose::Send(Some(store)) = &self.purpose else { return };
        if self.may_be_written.load(Ordering::Relaxed) {
            return;
        }
        let objects = std::mem::take(&mut self.contents().objects);
        let keys = objects.into_iter().map(|object| object.key);
        stream::iter(keys)
            .for_each_concurrent(CONCURRENCY, |key| async move {
                // It is found later, among the orphans.
                let _ = store.delete(&key).await;
            })
            .await;
    }

    /// Deletes the objects that these items refer to.
    pub(super) async fn discard_of(&self, items: &[&Item]) {
        let unused = items.iter().copied().flat_map(Reference::all_in);
        let unused: Vec<String> = unused.map(|reference| reference.key).collect();
        self.contents().objects.retain(|object| unused.contains(&object.key));
        self.discard().await;
    }

    /// Forgets the objects of what was prepared, for a write of other values.
    pub(super) async fn begin_anew(&self) {
        self.discard().await;
        *self.contents() = Contents::default();
    }

    /// Whatever panicked with the lock left the list whole.
    fn contents(&self) -> MutexGuard<'_, Contents> {
        self.contents.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Owner<'_> {
    /// The error of an entity that has a large value where its item, which is not as the entity says, has a reference.
    pub(super) fn refuse_unread(self, says: &Item, stored: &Item) -> Result<()> {
        for rule in self.entity.offloads {
            let is_large = says.get(rule.attribute).is_some_and(|value| rule.moves_out(value));
            if is_large && stored.get(rule.attribute).and_then(Reference::of).is_some() {
                return refuse(
                    self,
                    rule,
                    "the entity to move must be as its item is, where this value is in an object; read it, or take what `returning_new()` gives",
                );
            }
        }
        Ok(())
    }
}

fn refuse<T>(owner: Owner<'_>, rule: &OffloadRule, reason: &str) -> Result<T> {
    let (entity, attribute) = (owner.entity.name, rule.attribute);
    Err(Error::new(Kind::Offload { message: format!("cannot write `{attribute}` of `{entity}`: {reason}") }))
}

/// The error of a store.
pub(super) fn failed(operation: &'static str, key: &str, source: crate::object::StoreError) -> Error {
    Error::new(Kind::ObjectStore { operation, key: key.to_owned(), source })
}

fn missing(key: String) -> Error {
    Error::new(Kind::Object { key, expected: None })
}

/// The store of objects.
pub(super) fn store(context: &Context) -> Result<&Arc<dyn ObjectStore>> {
    let message = "the database has no object store; give it one: `Db::with_object_store`";
    context.object_store.as_ref().ok_or_else(|| Error::new(Kind::Offload { message: message.to_owned() }))
}

/// An offloaded value, wherever it is.
pub(crate) async fn load<T: Clone>(context: &Context, offloaded: &Offloaded<T>) -> Result<T> {
    let handle = match offloaded.content() {
        Content::Value(value) => return Ok(value.clone()),
        Content::Object(handle) => handle,
    };
    let key = &handle.reference.key;
    let bytes = store(context)?.get(key).await.map_err(|error| failed("get", key, error))?;
    let bytes = bytes.ok_or_else(|| missing(key.clone()))?;
    handle
        .read(bytes)
        .map_err(|expected| Error::new(Kind::Object { key: key.clone(), expected: Some(expected) }))
}
