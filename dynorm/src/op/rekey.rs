//! Moving an entity to another key.

use std::future::IntoFuture;
use std::sync::Arc;

use super::companions::{self, Marker, Owner, moving_home};
use super::condition::{Needs, Presence, both, in_form, render, write_error};
use super::moving::{self, Move};
use super::offload::{Held, Outbox};
use super::transact_write::new_token;
use super::upgrade::{Failed, Tries, as_read};
use super::versions::Versions;
use super::{BoxFuture, Context, hooks, table_method};
use crate::backend::Backend;
use crate::backend::call::{self, ReturnCapacity, TransactWriteAction};
use crate::backend::retry::Patience;
use crate::entity::hook::WriteKind;
use crate::entity::{AttributeRole, Entity, Key, Table, decode, encode, key_in};
use crate::error::{CancellationReason, Error, Failure, FailureKind, Kind, Result};
use crate::expr::{Condition, Node, Renderer, Side};
use crate::value::{Item, top};

/// How often an item is taken anew that others store in ever other ways.
const READINGS_MAX: u32 = 8;

/// A move of an entity to another key, in one transaction; `.await` runs it and gives the entity as it is then.
///
/// The item must be as the entity that was handed over says, in every attribute that the entity has; if it was changed
/// or deleted meanwhile, nothing is written. At the new key there must be no item. Attributes that the entity does
/// not know do not move.
///
/// ```
/// # use dynorm::prelude::*;
/// # #[derive(Entity, Clone, Debug, PartialEq)]
/// # #[entity(table = "Files", pk = "OWNER#{owner}", sk = "FILE#{name}")]
/// # struct File { owner: String, name: String, size: u64 }
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> dynorm::Result<()> {
/// # let db = Db::new(dynorm_mem::MemBackend::new());
/// # db.create_table::<File>().await?;
/// let draft = File { owner: "ann".into(), name: "draft".into(), size: 9 };
/// db.create(&draft).await?;
/// let file = db.rekey(&draft, |file| file.name = "final".into()).await?;
/// assert_eq!(db.get(File::key("ann", "draft")).await?, None);
/// assert_eq!(db.get(File::key("ann", "final")).await?, Some(file));
///
/// // It is not there any more.
/// assert!(db.rekey(&draft, |file| file.name = "other".into()).await.unwrap_err().is_not_found());
/// # Ok(()) }
/// ```
#[derive(Debug)]
#[must_use = "nothing is written until it is awaited"]
pub struct Rekey<E> {
    context: Arc<Context>,
    old_key: Key<E>,
    old: Result<Item>,
    /// The item, if it says what `old` says in another way.
    stored: Option<Item>,
    n_readings: u32,
    entity: E,
    condition: Option<Condition<E>>,
}

impl<E: Entity + Clone> Rekey<E> {
    pub(crate) fn new(context: Arc<Context>, entity: &E, change: impl FnOnce(&mut E)) -> Self {
        let mut moved = entity.clone();
        change(&mut moved);
        let (old_key, old) = (Key::of_entity(entity), encode(entity));
        Self { context, old_key, old, stored: None, n_readings: 0, entity: moved, condition: None }
    }
}

impl<E: Entity> Rekey<E> {
    /// Moves the entity only if its item satisfies the condition. Several conditions must all hold.
    pub fn when(mut self, condition: Condition<E>) -> Self {
        self.condition = both(self.condition, condition);
        self
    }

    table_method!();

    /// The request that would be sent: a deletion and a put, or one put where the key stays the same; and the markers
    /// of unique fields.
    ///
    /// # Errors
    ///
    /// If a field cannot be stored or put into a key, or the item is too large; and if the entity has a history, of
    /// which versions are written too, by what is stored, or one of the keys is on its way to another shard; or if a value
    /// goes to an object store.
    pub fn to_request(&self) -> Result<call::TransactWrite> {
        if E::DESCRIPTOR.history.is_some() || !self.formers()?.is_empty() {
            return companions::refuse_request("rekey", E::DESCRIPTOR);
        }
        self.request(&[], &Outbox::to_show(&self.context))
    }

    /// The request that adds to these histories: that of the key that the entity had, and that of the new one.
    fn request(&self, versions: &[Versions], outbox: &Outbox) -> Result<call::TransactWrite> {
        let (old_key, new_key) = (self.old_key.item()?, Key::of_entity(&self.entity).into_item()?);
        let unchanged = match &self.stored {
            Some(stored) => as_read(stored),
            None => unchanged(self.old.as_ref().map_err(Clone::clone)?),
        };
        let unchanged = both(self.condition.clone(), unchanged);
        let mut actions = if *old_key == new_key {
            vec![self.put(Presence::Present, unchanged, outbox)?]
        } else {
            vec![self.delete(unchanged)?, self.put(Presence::Absent, None, outbox)?]
        };
        for marker in self.markers(&actions)? {
            actions.push(marker.action(E::DESCRIPTOR.name, self.context.backend.now())?);
        }
        actions.extend(self.next_versions(versions, &actions)?);
        for (_, former) in self.formers()? {
            let table = self.context.table::<E::Table>();
            actions.push(moving::check_absent(E::DESCRIPTOR, E::Table::SCHEMA, &table, &former)?);
        }
        Ok(call::TransactWrite {
            actions,
            token: None,
            capacity: self.context.capacity,
            collection_metrics: false,
        })
    }

    /// The histories that the move adds to: a deletion to that of the old key, and to that of the new one what is written.
    fn versions(&self) -> Result<Vec<Versions>> {
        let (old_key, new_key) = (self.old_key.item()?.clone(), Key::of_entity(&self.entity).into_item()?);
        let keys = if old_key == new_key { vec![new_key] } else { vec![old_key, new_key] };
        let table = self.context.table::<E::Table>();
        let versions = keys.iter().map(|key| Versions::of(E::DESCRIPTOR, E::Table::SCHEMA, &table, key));
        Ok(versions.collect::<Result<Vec<_>>>()?.into_iter().flatten().collect())
    }

    /// The old key and the new one, each with the shard where its item may be instead, if there is one.
    fn formers(&self) -> Result<Vec<(Item, Item)>> {
        let keys = [self.old_key.clone(), Key::of_entity(&self.entity)];
        let mut formers = Vec::new();
        for key in keys {
            let place = (key.item()?.clone(), key.former().cloned());
            if let (to, Some(from)) = place
                && !formers.iter().any(|(known, _)| *known == to)
            {
                formers.push((to, from));
            }
        }
        Ok(formers)
    }

    /// Sees to it that the items of both keys are in the shards where they belong.
    async fn settle(&self) -> Result<()> {
        let (entity, schema) = (E::DESCRIPTOR, E::Table::SCHEMA);
        let (context, table) = (&*self.context, self.context.table::<E::Table>());
        for (to, from) in &self.formers()? {
            moving_home(Move { context, entity, schema, table: &table, from, to }).await?;
        }
        Ok(())
    }

    fn next_versions(
        &self,
        versions: &[Versions],
        actions: &[TransactWriteAction],
    ) -> Result<Vec<TransactWriteAction>> {
        let (old, now) = (self.old.as_ref().map_err(Clone::clone)?, self.context.backend.now());
        let own = actions.iter().zip(versions).map(|(action, versions)| match action {
            TransactWriteAction::Put(put) => versions.next(&put.item, false, now),
            _ => versions.next(old, true, now),
        });
        Ok(own.collect::<Result<Vec<_>>>()?.concat())
    }

    /// Sends the move, after its objects.
    async fn carry_out(&mut self) -> Result<call::TransactWrite> {
        let outbox = Outbox::new(&self.context);
        let sent = self.send(&outbox).await;
        if sent.is_err() {
            outbox.discard().await;
        }
        sent
    }

    /// Sends the move; again, if others write to the histories meanwhile, or the item is stored otherwise than it would be
    /// now.
    async fn send(&mut self, outbox: &Outbox) -> Result<call::TransactWrite> {
        let mut tries = Tries::default();
        let (mut patience, mut versions) = (Patience::new(&*self.context.backend, None), self.versions()?);
        loop {
            self.settle().await?;
            for history in &mut versions {
                history.read(&self.context).await?;
            }
            let request = call::TransactWrite { token: new_token(), ..self.request(&versions, outbox)? };
            outbox.write().await?;
            let is_done_once = request.token.is_some();
            let sent = |backend| outbox.watch(Backend::transact_write(backend, request.clone()));
            let Err(failure) = self.context.write_once(is_done_once, sent).await else { return Ok(request) };
            if self.read_anew(&failure, &mut tries).await? {
                continue;
            }
            if let (Some(stored), Ok(says)) = (Self::failed(&failure), &self.old) {
                Owner::of::<E>(&self.context.table::<E::Table>(), stored).refuse_unread(says, stored)?;
            }
            // What is beside the move comes last, and is no fault of it.
            let n_beside = self.next_versions(&versions, &request.actions)?.len() + self.formers()?.len();
            let n_before = request.actions.len() - n_beside;
            let is_stale = failure.reasons.iter().skip(n_before).any(CancellationReason::is_condition);
            let wait = if is_stale { patience.next_wait(&*self.context.backend) } else { None };
            let Some(wait) = wait else { return Err(self.error(failure, outbox)) };
            self.context.backend.sleep(wait).await;
        }
    }

    /// The markers of unique fields that go with the entity: what is stored is as it was handed over, or nothing is
    /// written.
    fn markers(&self, actions: &[TransactWriteAction]) -> Result<Vec<Marker>> {
        let after = actions.iter().find_map(|action| match action {
            TransactWriteAction::Put(put) => Some(&put.item),
            _ => None,
        });
        let key = Key::of_entity(&self.entity).into_item()?;
        let (entity, schema) = (E::DESCRIPTOR, E::Table::SCHEMA);
        let owner = Owner { entity, schema, table: &self.context.table::<E::Table>(), key: &key };
        let before = self.old.as_ref().map_err(Clone::clone)?;
        owner.markers(&[self.old_key.item()?], Some(before), after, true)
    }

    fn delete(&self, condition: Option<Condition<E>>) -> Result<TransactWriteAction> {
        let mut renderer = Renderer::concealing(E::DESCRIPTOR.sensitive);
        let now = self.context.backend.now();
        let form = in_form::<E>(&Needs::user(Presence::Present));
        let condition = render(Presence::Present, condition.as_ref(), form.as_slice(), now, &mut renderer)?;
        let (names, values) = renderer.finish();
        Ok(TransactWriteAction::Delete(call::Delete {
            table: self.context.table::<E::Table>(),
            key: self.old_key.item()?.clone(),
            condition,
            names,
            values,
            return_old_on_failure: true,
            capacity: ReturnCapacity::None,
            ..call::Delete::default()
        }))
    }

    fn put(
        &self,
        presence: Presence,
        condition: Option<Condition<E>>,
        outbox: &Outbox,
    ) -> Result<TransactWriteAction> {
        // That the item is as it was read is required of all of its attributes, its version among them.
        let (was, is) = (self.old.as_ref().map_err(Clone::clone)?, encode(&self.entity)?);
        let (mut item, asked) = hooks::whole::<E>(&self.context, WriteKind::Rekey, Some(was), is)?;
        let table = self.context.table::<E::Table>();
        if presence == Presence::Absent {
            let to = key_in::<E>(&item);
            for from in std::iter::once(self.old_key.item()?).chain(self.old_key.former()) {
                outbox.copy(Owner::of::<E>(&table, from), Owner::of::<E>(&table, &to), &mut item)?;
            }
        }
        let held = outbox.take_own::<E>(&table, self.old_key.former(), presence, &mut item)?;
        let held: Vec<Node> = held.iter().map(Held::node).collect();
        let (mut renderer, now) = (Renderer::concealing(E::DESCRIPTOR.sensitive), self.context.backend.now());
        let form = in_form::<E>(&Needs::user(presence));
        let asked = [&asked.conditions, &held, form.as_slice()].concat();
        let condition = render(presence, condition.as_ref(), &asked, now, &mut renderer)?;
        let (names, values) = renderer.finish();
        Ok(TransactWriteAction::Put(call::Put {
            table,
            item,
            condition,
            names,
            values,
            return_old_on_failure: true,
            capacity: ReturnCapacity::None,
            ..call::Put::default()
        }))
    }

    /// The item that the entity was read from, if that is not as it was handed over.
    fn failed(failure: &Failure) -> Option<&Item> {
        let first = failure.reasons.first()?;
        first.item.as_ref().filter(|_| first.is_condition())
    }

    /// Whether the move failed as the item is of an older version, which it is no more, or as it says the same in
    /// another way, which is required then.
    async fn read_anew(&mut self, failure: &Failure, tries: &mut Tries) -> Result<bool> {
        let Some(item) = Self::failed(failure).cloned() else { return Ok(false) };
        let failed = Failed::of::<E>(&self.context.table::<E::Table>(), &item);
        Ok(tries.upgrade(&self.context, failed.into_iter().collect()).await? || self.learn(&item))
    }

    /// Whether the item says what the entity that was handed over says, in another way than it would be written now: as
    /// before its field was compressed. It is required then to be as it is.
    fn learn(&mut self, item: &Item) -> bool {
        let says = decode::<E>(item.clone()).and_then(|entity| encode(&entity));
        let is_same = matches!((&says, &self.old), (Ok(says), Ok(old)) if says == old);
        self.n_readings += 1;
        is_same && self.n_readings <= READINGS_MAX && self.stored.replace(item.clone()).as_ref() != Some(item)
    }

    fn is_move(&self) -> bool {
        let new_key = Key::of_entity(&self.entity).into_item();
        !matches!((self.old_key.item(), &new_key), (Ok(old), Ok(new)) if old == new)
    }

    /// The error of the action that failed, as if it had been sent alone.
    fn error(&self, mut failure: Failure, outbox: &Outbox) -> Error {
        failure.conceal(E::DESCRIPTOR.sensitive);
        let failed = failure.reasons.iter().position(CancellationReason::is_condition);
        let Some((at, 1..)) = failed.map(|at| (at, failure.reasons.len())) else {
            return Error::backend("rekey", E::DESCRIPTOR.name, failure);
        };
        let n_own = if self.is_move() { 2 } else { 1 };
        if let Some(at) = at.checked_sub(n_own) {
            let item = failure.reasons[at + n_own].item.as_ref();
            let markers = self.request(&[], outbox).and_then(|request| self.markers(&request.actions));
            let Some(marker) = markers.ok().and_then(|markers| markers.into_iter().nth(at)) else {
                return Error::backend("rekey", E::DESCRIPTOR.name, failure);
            };
            let (entity, constraint, owner) = (E::DESCRIPTOR.name, marker.unique.name, Marker::owner(item));
            return Error::new(Kind::Unique { operation: "rekey", entity, constraint, owner })
                .because(failure);
        }
        let presence = if at == 0 { Presence::Present } else { Presence::Absent };
        let item = failure.reasons[at].item.clone();
        let alone = Failure { kind: FailureKind::ConditionFailed, item, ..failure };
        let needs = Needs { presence, asked: at == 0, version: None, held: Vec::new() };
        write_error::<E>("rekey", &needs, self.context.backend.now(), alone)
    }
}

/// That an item has all attributes of an entity as they are in `old`; what the key says need not be asked.
fn unchanged<E: Entity>(old: &Item) -> Condition<E> {
    let sources = E::DESCRIPTOR.primary_sources(E::Table::SCHEMA);
    let in_key: Vec<usize> = sources.flat_map(|(source, _)| source.positions()).collect();
    let attributes = E::DESCRIPTOR.attributes.iter().enumerate();
    let mut nodes = Vec::new();
    for (_, attribute) in attributes.filter(|(position, _)| !in_key.contains(position)) {
        match attribute.role {
            AttributeRole::Skipped => {}
            // Which of its members have defaults and older names is known to their type only.
            AttributeRole::Flattened(names) => {
                nodes.extend(names.current().into_iter().map(|name| as_it_was(old, name, &[], true)));
            }
            AttributeRole::Stored | AttributeRole::TimeToLive | AttributeRole::Version => {
                nodes.push(as_it_was(old, attribute.name, attribute.aliases, attribute.has_default));
            }
        }
    }
    Condition::of(Node::And(nodes))
}

/// That an attribute is as in `old`, under its name or an older one; what was read as the default may be absent.
fn as_it_was(old: &Item, name: &'static str, aliases: &[&'static str], has_default: bool) -> Node {
    let absent = |name| Node::Call("attribute_not_exists", vec![Side::top(name)]);
    let holds = Node::holds(top(name), Ok(old.get(name).cloned()));
    if !has_default && aliases.is_empty() {
        return holds;
    }
    let mut others: Vec<Node> =
        aliases.iter().map(|alias| Node::holds(top(*alias), Ok(old.get(name).cloned()))).collect();
    if has_default || !old.contains(name) {
        others.push(Node::And(aliases.iter().copied().map(absent).collect()));
    }
    others.retain(|node| !matches!(node, Node::And(none) if none.is_empty()));
    let elsewhere =
        if others.is_empty() { absent(name) } else { Node::And(vec![absent(name), Node::Or(others)]) };
    Node::Or(vec![elsewhere, holds])
}

impl<E: Entity> IntoFuture for Rekey<E> {
    type Output = Result<E>;
    type IntoFuture = BoxFuture<Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let mut rekey = self;
            let written = rekey.carry_out().await?.actions.into_iter().find_map(|action| match action {
                TransactWriteAction::Put(put) => Some(put.item),
                _ => None,
            });
            written.map_or(Ok(rekey.entity), decode)
        })
    }
}
