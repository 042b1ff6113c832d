//! Moving the items of spread partitions after the number of shards has changed.

use std::future::IntoFuture;
use std::sync::Arc;

use super::condition::{Presence, render};
use super::pager::key_of;
use super::query::Query;
use super::upgrade::as_read;
use super::{BoxFuture, Context, refuse, table_method};
use crate::backend::call::{self, ReturnCapacity, TransactWriteAction};
use crate::entity::{Entity, Key, Pattern, Primary, Probe, Table, decode};
use crate::error::{Error, Failure, Result};
use crate::expr::{Condition, Node, Renderer};
use crate::value::{Item, Name, Step};

/// How often an item is read again that others change meanwhile.
const ATTEMPTS_MAX: u32 = 8;

/// The move of the items of an access pattern to the shards where their keys say they are, after the number of shards
/// has changed; `.await` runs it.
///
/// It reads the shards that there are and that there were, one after the other, and moves each item that is in another
/// shard than its key says: in one transaction, as it is stored, attributes that the entity does not know included, and
/// only if it is still as it was read. Items that are where they should be cost nothing but the read. A failure leaves
/// every item in one of its two places, and running it again goes on.
///
/// An item whose new place is taken, as by a writer that knows the new number only, stays where it is, and its key is in
/// [`Resharded::taken`].
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

/// What became of an item.
enum Fate {
    Kept,
    Moved,
    Taken,
    /// It was deleted meanwhile.
    Gone,
}

impl<E: Entity> Reshard<E> {
    pub(crate) fn new(
        context: Arc<Context>,
        pattern: impl Pattern<Entity = E, Index = Primary>,
        was: u32,
    ) -> Self {
        Self { context, probe: pattern.into_probe(), was, entity: std::marker::PhantomData }
    }

    table_method!();

    async fn run(self) -> Result<Resharded<E>> {
        let (mut n_moved, mut n_kept, mut taken) = (0, 0, Vec::new());
        for probe in self.probe.in_each_shard(self.was)? {
            let query: Query<E, Primary> = Query::of_probe(Arc::clone(&self.context), probe);
            let mut items = query.consistent().include_expired().raw_items();
            while let Some(item) = items.next().await {
                let item = item?;
                let stored = key_of(&E::Table::SCHEMA.key_names(None), &item);
                match self.move_item(item, &stored).await? {
                    Fate::Kept => n_kept += 1,
                    Fate::Moved => n_moved += 1,
                    Fate::Taken => taken.push(Key::parse_any_shard(stored)),
                    Fate::Gone => {}
                }
            }
        }
        Ok(Resharded { n_moved, n_kept, taken })
    }

    async fn move_item(&self, mut item: Item, stored: &Item) -> Result<Fate> {
        let mut attempts = 0;
        loop {
            let key = Key::of_entity(&decode::<E>(item.clone())?).into_item()?;
            if key == *stored {
                return Ok(Fate::Kept);
            }
            let request = self.request(&item, stored, &key)?;
            let reply = self.context.write(|backend| backend.transact_write(request.clone())).await;
            let Err(failure) = reply else { return Ok(Fate::Moved) };
            let failed = |at: usize| {
                failure.reasons.get(at).is_some_and(|reason| reason.code == "ConditionalCheckFailed")
            };
            if failed(1) {
                return Ok(Fate::Taken);
            }
            attempts += 1;
            if !failed(0) || attempts == ATTEMPTS_MAX {
                return Err(error::<E>(failure));
            }
            match self.read(stored).await? {
                Some(again) => item = again,
                None => return Ok(Fate::Gone),
            }
        }
    }

    /// The deletion of the item where it is, if it is as it was read, and its put where it belongs.
    fn request(&self, item: &Item, stored: &Item, key: &Item) -> Result<call::TransactWrite> {
        let (table, now) = (self.context.table::<E::Table>(), self.context.backend.now());
        let mut renderer = Renderer::concealing(E::DESCRIPTOR.sensitive);
        let condition = render::<E>(Presence::Any, Some(&as_read(item)), &[], now, &mut renderer)?;
        let (names, values) = renderer.finish();
        let delete = call::Delete {
            table: table.clone(),
            key: stored.clone(),
            condition,
            names,
            values,
            capacity: ReturnCapacity::None,
            ..call::Delete::default()
        };
        let mut moved = item.clone();
        for (name, value) in key.iter() {
            moved.insert(name.clone(), value.clone());
        }
        let mut renderer = Renderer::concealing(E::DESCRIPTOR.sensitive);
        let absent = Node::And(key.iter().map(|(name, _)| Node::holds(path(name), Ok(None))).collect());
        let condition = render::<E>(Presence::Any, Some(&Condition::of(absent)), &[], now, &mut renderer)?;
        let (names, values) = renderer.finish();
        let put = call::Put {
            table,
            item: moved,
            condition,
            names,
            values,
            capacity: ReturnCapacity::None,
            ..call::Put::default()
        };
        Ok(call::TransactWrite {
            actions: vec![TransactWriteAction::Delete(delete), TransactWriteAction::Put(put)],
            token: None,
            capacity: self.context.capacity,
            collection_metrics: false,
        })
    }

    async fn read(&self, stored: &Item) -> Result<Option<Item>> {
        let request = call::Get {
            table: self.context.table::<E::Table>(),
            key: stored.clone(),
            consistent: true,
            capacity: ReturnCapacity::None,
            ..call::Get::default()
        };
        let reply = self.context.read(|backend| backend.get(request.clone())).await;
        reply.map(|reply| reply.item).map_err(error::<E>)
    }
}

fn path(name: &Name) -> Vec<Step> {
    vec![Step::Name(name.clone())]
}

fn error<E: Entity>(failure: Failure) -> Error {
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
