//! Moving an item from the shard that it was in to the one where its key says that it is.

use super::Context;
use super::companions::{self, Marker, Owner};
use super::condition::unsendable_error;
use super::offload::Outbox;
use super::transact_write::new_token;
use crate::backend::Backend;
use crate::backend::call::{self, ReturnCapacity, TransactWriteAction};
use crate::entity::{EntityDescriptor, TableSchema};
use crate::error::{CancellationReason, Error, Failure, Result};
use crate::expr::{Node, Renderer, Side};
use crate::value::Item;

/// How often an item is read again that others change meanwhile.
pub(super) const ATTEMPTS_MAX: u32 = 8;

/// A move of one item.
#[derive(Clone, Copy, Debug)]
pub(super) struct Move<'m> {
    pub(super) context: &'m Context,
    pub(super) entity: &'static EntityDescriptor,
    pub(super) schema: &'static TableSchema,
    pub(super) table: &'m str,
    /// The key where it is.
    pub(super) from: &'m Item,
    /// The key where it belongs.
    pub(super) to: &'m Item,
}

/// What became of an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    Moved,
    /// Its new place has an item, so that it stays.
    Taken,
    /// Somebody else moved or deleted it meanwhile.
    Gone,
}

impl Move<'_> {
    /// Moves the item as it is stored, which was read as `item`, with the markers of its unique fields; again, if others
    /// change it meanwhile.
    pub(super) async fn run(&self, item: Item) -> Result<Fate> {
        let outbox = Outbox::new(self.context);
        let fate = self.send(item, &outbox).await;
        if !matches!(fate, Ok(Fate::Moved)) {
            outbox.discard().await;
        }
        fate
    }

    async fn send(&self, mut item: Item, outbox: &Outbox) -> Result<Fate> {
        let mut markers = self.markers(&item)?;
        let mut attempts = 0;
        loop {
            let request = self.request(&item, &markers, outbox)?;
            if let Err(error) = outbox.write().await {
                attempts += 1;
                if !error.is_object_missing() || attempts == ATTEMPTS_MAX {
                    return Err(error);
                }
                // Others may have replaced the value since it was read.
                match self.read().await? {
                    Some(again) if again != item => item = again,
                    Some(_) => return Err(error),
                    None => return Ok(Fate::Gone),
                }
                outbox.begin_anew().await;
                markers = self.markers(&item)?;
                continue;
            }
            let is_done_once = request.token.is_some();
            let sent = |backend| outbox.watch(Backend::transact_write(backend, request.clone()));
            let Err(failure) = self.context.write_once(is_done_once, sent).await else {
                return Ok(Fate::Moved);
            };
            let failed = |at: usize| failure.reasons.get(at).is_some_and(CancellationReason::is_condition);
            attempts += 1;
            if failed(0) && attempts < ATTEMPTS_MAX {
                match self.read().await? {
                    Some(again) => item = again,
                    None => return Ok(Fate::Gone),
                }
                outbox.begin_anew().await;
                markers = self.markers(&item)?;
            } else if failed(1) {
                return Ok(Fate::Taken);
            } else if let Some(at) = (0..markers.len()).find(|at| failed(2 + at)) {
                // Another has the value: items that are older than the constraint.
                drop(markers.remove(at));
            } else {
                return Err(self.error(failure));
            }
        }
    }

    /// The markers of the item, which get its new key.
    fn markers(&self, item: &Item) -> Result<Vec<Marker>> {
        let Self { entity, schema, table, from, to, .. } = *self;
        Owner { entity, schema, table, key: to }.markers(&[from], Some(item), Some(item), true)
    }

    /// The deletion of the item where it is, if it is as it was read, and its put where it belongs.
    fn request(&self, item: &Item, markers: &[Marker], outbox: &Outbox) -> Result<call::TransactWrite> {
        let mut renderer = Renderer::concealing(self.entity.sensitive);
        let nodes = companions::as_stored(item, companions::all(self.entity));
        let condition = renderer.all(&nodes).map_err(|e| unsendable_error(self.entity.name, e))?;
        let (names, values) = renderer.finish();
        let delete = call::Delete {
            table: self.table.to_owned(),
            key: self.from.clone(),
            condition,
            names,
            values,
            capacity: ReturnCapacity::None,
            ..call::Delete::default()
        };
        let mut moved = item.clone();
        for (name, value) in self.to.iter() {
            moved.insert(name.clone(), value.clone());
        }
        moved.conceal(self.entity.sensitive);
        let owner = |key| Owner { entity: self.entity, schema: self.schema, table: self.table, key };
        outbox.copy(owner(self.from), owner(self.to), &mut moved)?;
        let (condition, names) = absent(self.entity, self.schema)?;
        let put = call::Put {
            table: self.table.to_owned(),
            item: moved,
            condition,
            names,
            capacity: ReturnCapacity::None,
            ..call::Put::default()
        };
        let mut actions = vec![TransactWriteAction::Delete(delete), TransactWriteAction::Put(put)];
        for marker in markers {
            actions.push(marker.action(self.entity.name, self.context.backend.now())?);
        }
        let capacity = self.context.capacity;
        Ok(call::TransactWrite { actions, token: new_token(), capacity, collection_metrics: false })
    }

    async fn read(&self) -> Result<Option<Item>> {
        let request = get(self.table, self.from);
        let reply = self.context.read(|backend| backend.get(request.clone())).await;
        reply.map(|reply| reply.item).map_err(|failure| self.error(failure))
    }

    fn error(&self, mut failure: Failure) -> Error {
        failure.conceal(self.entity.sensitive);
        Error::backend("reshard", self.entity.name, failure)
    }
}

/// A consistent read of an item.
pub(super) fn get(table: &str, key: &Item) -> call::Get {
    call::Get { table: table.to_owned(), key: key.clone(), consistent: true, ..call::Get::default() }
}

/// The check that an item is not in the other shard of its key, where it may have been before.
pub(super) fn check_absent(
    entity: &EntityDescriptor,
    schema: &TableSchema,
    table: &str,
    key: &Item,
) -> Result<TransactWriteAction> {
    let (condition, names) = absent(entity, schema)?;
    let (table, key) = (table.to_owned(), key.clone());
    Ok(TransactWriteAction::Check(call::Check { table, key, condition, names, ..call::Check::default() }))
}

/// That there is no item.
fn absent(
    entity: &EntityDescriptor,
    schema: &TableSchema,
) -> Result<(Option<String>, crate::backend::Names)> {
    let mut renderer = Renderer::default();
    let node = Node::Call("attribute_not_exists", vec![Side::top(schema.partition.name)]);
    let condition = renderer.condition(&node).map_err(|error| unsendable_error(entity.name, error))?;
    Ok((Some(condition), renderer.finish().0))
}
