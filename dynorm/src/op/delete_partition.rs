//! Deleting the entities of an access pattern.

use std::future::IntoFuture;
use std::sync::Arc;

use super::batch::{Pace, pace_methods};
use super::batch_write::{BatchWritten, DeleteMany};
use super::query::{Query, label};
use super::{BoxFuture, Context};
use crate::entity::{Entity, Key, Pattern, Primary};
use crate::error::Result;

/// The deletion of all entities of an access pattern of the table; `.await` runs it: a consistent query for the keys, and
/// batches of deletions.
///
/// Only items of the entity are deleted, also those whose time to live is over; items of other entities among them, as
/// their tags or keys tell, are left alone. Deletions are not undone by a failure, and running it again goes on: what
/// is written meanwhile may be deleted or not. Each deletion costs as much as the write of the item, and the query as
/// much as reading the items.
///
/// ```
/// # use dynorm::prelude::*;
/// # #[derive(Entity, Debug)]
/// # #[entity(table = "Events", pk = device, sk = at, name = of_device)]
/// # struct Event { device: String, at: u64 }
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> dynorm::Result<()> {
/// # let db = Db::new(dynorm_mem::MemBackend::new());
/// # db.create_table::<Event>().await?;
/// # for at in 0..60 { db.put(&Event { device: "d".into(), at }).await?; }
/// let deleted = db.delete_partition(Event::of_device("d").at_in(..50)).await?;
/// assert_eq!(deleted.n_written, 50);
/// deleted.complete()?;
/// assert_eq!(db.query(Event::of_device("d")).count().await?, 10);
/// # Ok(()) }
/// ```
#[derive(Debug)]
#[must_use = "nothing is deleted until it is awaited"]
pub struct DeletePartition<E> {
    context: Arc<Context>,
    query: Query<E, Primary>,
    pace: Pace,
}

impl<E: Entity> DeletePartition<E> {
    pub(crate) fn new(context: Arc<Context>, pattern: impl Pattern<Entity = E, Index = Primary>) -> Self {
        let probe = pattern.into_probe();
        let context = context.labelled("delete_partition", label::<E>(&probe));
        let query = Query::of_probe(Arc::clone(&context), probe).consistent().include_expired();
        Self { context, query, pace: Pace::default() }
    }

    pace_methods!();
}

/// Runs the deletion, until a page of deletions is left incomplete.
///
/// # Errors
///
/// If a value cannot be put into the key, or the backend refuses the query; what was deleted before stays deleted.
/// Whatever happens to the deletions is in the [`BatchWritten`].
impl<E: Entity> IntoFuture for DeletePartition<E> {
    type Output = Result<BatchWritten<Vec<Key<E>>>>;
    type IntoFuture = BoxFuture<Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let Self { context, query, pace } = self;
            let delete = |keys| DeleteMany::paced(Arc::clone(&context), keys, pace);
            let mut deleted = delete(Vec::new()).await?;
            let mut pages = query.keys().pages();
            while let Some(page) = pages.next().await {
                deleted = deleted.and(delete(page?.items).await?);
                if !deleted.left.is_empty() {
                    break;
                }
            }
            Ok(deleted)
        })
    }
}
