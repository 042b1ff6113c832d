//! Moving the items of spread partitions after the number of shards has changed.

use std::future::IntoFuture;
use std::sync::Arc;

use super::companions;
use super::condition::unsendable_error;
use super::moving::{ATTEMPTS_MAX, Fate, Move, get};
use super::pager::key_of;
use super::query::Query;
use super::{BoxFuture, Context, refuse, table_method};
use crate::backend::call::{self, ReturnCapacity};
use crate::entity::{Entity, Key, Pattern, Primary, Probe, Table, decode, remake_index_keys};
use crate::error::{Error, Failure, FailureKind, Result};
use crate::expr::{Assigned, Changes, Renderer, Side};
use crate::value::{Item, top};

/// The move of the items of an access pattern to the shards where their keys say they are, after the number of shards
/// has changed; `.await` runs it.
///
/// It reads the shards that there are and that there were, one after the other, and moves each item that is in another
/// shard than its key says: in one transaction, as it is stored, attributes that the entity does not know included, and
/// only if it is still as it was read. Items that are where they should be cost nothing but the read. A failure leaves
/// every item in one of its two places, and running it again goes on.
///
/// An item whose new place is taken, as by a writer that knows the new number only, stays where it is, and its key is in
/// [`Resharded::taken`]. While the entity says `was`, writers know both numbers, and that does not happen.
///
/// Of a pattern of an index, it makes the index keys of the items anew, where they are not what they would be now; the items
/// stay where they are.
///
/// ```
/// # use dynorm::prelude::*;
/// # mod before {
/// # use dynorm::prelude::*;
/// #[derive(Entity, Clone)]
/// #[entity(table = "Events", pk = "EVENTS#{day}", sk = "{id}", name = of_day, shards = 4, by = id)]
/// pub struct Event { pub day: String, pub id: u64 }
/// # }
/// #[derive(Entity, Clone)]
/// #[entity(table = "Events", pk = "EVENTS#{day}", sk = "{id}", name = of_day, shards = 8, by = id)]
/// struct Event { day: String, id: u64 }
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> dynorm::Result<()> {
/// # let db = Db::new(dynorm_mem::MemBackend::new());
/// # db.create_table::<Event>().await?;
/// # for id in 0..40 { db.put(&before::Event { day: "monday".into(), id }).await?; }
/// // Written with 4 shards, and read with 8.
/// let moved = db.reshard(Event::of_day("monday"), 4).await?;
/// assert_eq!(moved.n_moved + moved.n_kept, 40);
/// for id in 0..40_u64 {
///     assert!(db.get(Event::key("monday", id)).await?.is_some());
/// }
/// # Ok(()) }
/// ```
#[derive(Debug)]
#[must_use = "nothing is moved until it is awaited"]
pub struct Reshard<E> {
    context: Arc<Context>,
    probe: Probe,
    was: u32,
    entity: std::marker::PhantomData<fn() -> E>,
}

/// What a [`Reshard`] did.
#[derive(Clone, Debug, PartialEq)]
#[must_use = "items whose new place is taken are not moved: look at `taken`"]
#[non_exhaustive]
pub struct Resharded<E> {
    /// Items that were moved.
    pub n_moved: u64,
    /// Items that are where their keys say.
    pub n_kept: u64,
    /// The keys, as they are stored, of items whose new place is taken; they stay where they are.
    pub taken: Vec<Key<E>>,
}

impl<E: Entity> Reshard<E> {
    pub(crate) fn new(context: Arc<Context>, pattern: impl Pattern<Entity = E>, was: u32) -> Self {
        Self { context, probe: pattern.into_probe(), was, entity: std::marker::PhantomData }
    }

    table_method!();

    async fn run(self) -> Result<Resharded<E>> {
        let mut done = Resharded { n_moved: 0, n_kept: 0, taken: Vec::new() };
        for probe in self.probe.in_each_shard(self.was)? {
            let query: Query<E, Primary> = Query::of_probe(Arc::clone(&self.context), probe);
            // A global index has no consistent reads; the items are read again from the table.
            let query = if self.probe.index.is_some() { query } else { query.consistent() };
            let mut items = query.include_expired().raw_items();
            while let Some(item) = items.next().await {
                let item = item?;
                let stored = key_of(&E::Table::SCHEMA.key_names(None), &item);
                if self.probe.index.is_some() {
                    self.renew(&stored, &mut done).await?;
                } else {
                    self.put_right(item, stored, &mut done).await?;
                }
            }
        }
        Ok(done)
    }

    /// Moves an item to where its key says that it is.
    async fn put_right(&self, item: Item, stored: Item, done: &mut Resharded<E>) -> Result<()> {
        let key = Key::of_entity(&decode::<E>(item.clone())?).into_item()?;
        if key == stored {
            done.n_kept += 1;
            return Ok(());
        }
        let (entity, schema) = (E::DESCRIPTOR, E::Table::SCHEMA);
        let (context, table) = (&*self.context, self.context.table::<E::Table>());
        match (Move { context, entity, schema, table: &table, from: &stored, to: &key }).run(item).await? {
            Fate::Moved => done.n_moved += 1,
            Fate::Taken => done.taken.push(Key::parse_any_shard(stored)),
            Fate::Gone => {}
        }
        Ok(())
    }

    /// Makes the index keys of an item anew, if they are not what they would be now.
    async fn renew(&self, stored: &Item, done: &mut Resharded<E>) -> Result<()> {
        let table = self.context.table::<E::Table>();
        for attempt in 1.. {
            let request = get(&table, stored);
            let reply = self.context.read(|backend| backend.get(request.clone())).await;
            let Some(item) = reply.map_err(error::<E>)?.item else { break };
            let mut renewed = item.clone();
            remake_index_keys::<E>(&mut renewed)?;
            let Some(update) = self.renewal(&item, &renewed, stored)? else {
                done.n_kept += 1;
                break;
            };
            match self.context.write(|backend| backend.update(update.clone())).await {
                Ok(_) => {
                    done.n_moved += 1;
                    break;
                }
                Err(failure) if failure.kind == FailureKind::ConditionFailed && attempt < ATTEMPTS_MAX => {}
                Err(failure) => return Err(error::<E>(failure)),
            }
        }
        Ok(())
    }

    /// The update that makes an item what it is renewed, if it is still as it was read; `None` if it is that already.
    fn renewal(&self, item: &Item, renewed: &Item, stored: &Item) -> Result<Option<call::Update>> {
        let mut changes = Changes::default();
        for (name, value) in renewed.iter().filter(|(name, value)| item.get(name.as_str()) != Some(value)) {
            changes.set(top(name.clone()), Assigned::Side(Side::Value(value.clone())));
        }
        for (name, _) in item.iter().filter(|(name, _)| !renewed.contains(name.as_str())) {
            changes.remove(top(name.clone()));
        }
        if changes.is_empty() {
            return Ok(None);
        }
        let unsendable = |error| unsendable_error(E::DESCRIPTOR.name, error);
        let mut renderer = Renderer::concealing(E::DESCRIPTOR.sensitive);
        let update = renderer.changes(&changes).map_err(unsendable)?;
        let nodes = companions::as_stored(item, companions::all(E::DESCRIPTOR));
        let condition = renderer.all(&nodes).map_err(unsendable)?;
        let (names, values) = renderer.finish();
        Ok(Some(call::Update {
            table: self.context.table::<E::Table>(),
            key: stored.clone(),
            update,
            condition,
            names,
            values,
            capacity: ReturnCapacity::None,
            ..call::Update::default()
        }))
    }
}

fn error<E: Entity>(mut failure: Failure) -> Error {
    failure.conceal(E::DESCRIPTOR.sensitive);
    Error::backend("reshard", E::DESCRIPTOR.name, failure)
}

/// Runs the move.
///
/// # Errors
///
/// If the pattern has no shards, `was` is no possible number of them, the backend refuses a read or a transaction, an item
/// is not of the entity's form, or one is changed by others each time it is tried. What was moved before stays moved.
impl<E: Entity> IntoFuture for Reshard<E> {
    type Output = Result<Resharded<E>>;
    type IntoFuture = BoxFuture<Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        if !(2..=1000).contains(&self.was) {
            let refused = refuse(format!(
                "`reshard` of `{}` wants the number of shards that there were, from 2 to 1000, and got {}",
                E::DESCRIPTOR.name,
                self.was
            ));
            return Box::pin(async { refused });
        }
        Box::pin(self.run())
    }
}
