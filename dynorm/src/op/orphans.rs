//! Finding objects that no item refers to.

use std::collections::HashSet;
use std::fmt::Debug;
use std::marker::PhantomData;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use futures_util::stream::{self, TryStreamExt as _};

use super::object_key::{ObjectOf, prefix};
use super::offload::{failed, store};
use super::{Context, ItemKey, Items, batch_get, key_node, table_method, unsendable_error};
use crate::backend::call;
use crate::entity::{Entity, Key, Offloads, Table, Trail};
use crate::error::{Error, Result};
use crate::expr::Renderer;
use crate::object::ObjectStore;
use crate::value::{Item, Reference};

/// A search for the objects of an entity's offloaded values that no item refers to: of values that were replaced or
/// removed, of items that were deleted, and of writes that failed half way.
///
/// It lists the objects of the entity in the store. The key of each says whose it is: so it reads the items of these keys,
/// and no others, and after them their [histories](crate::Db::history), whose versions refer to objects too. An object that
/// is an orphan stays one: nothing refers to an object again that it did not refer to.
///
/// ```
/// # use dynorm::object::MemoryStore;
/// # use dynorm::prelude::*;
/// use std::time::Duration;
///
/// # #[derive(Entity)]
/// # #[entity(table = "Articles", pk = id)]
/// # struct Article { id: u32, #[attr(offload(inline_up_to = 10))] body: Offloaded<String> }
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> dynorm::Result<()> {
/// # let db = Db::new(dynorm_mem::MemBackend::new()).with_object_store(MemoryStore::new());
/// # db.create_table::<Article>().await?;
/// # db.put(&Article { id: 7, body: Offloaded::new("a long text".into()) }).await?;
/// db.update(Article::key(7u32)).set(Article::BODY, Offloaded::new("another long text".into())).await?;
///
/// // Those of writes that may be under way are younger.
/// assert!(db.orphans::<Article>().older_than(Duration::from_hours(24)).all().await?.is_empty());
/// let mut orphans = db.orphans::<Article>().older_than(Duration::ZERO).items();
/// while let Some(orphan) = orphans.next().await {
///     let orphan = orphan?;
///     assert_eq!(orphan.owner, Article::key(7u32));
///     orphan.delete().await?;
/// }
/// # Ok(()) }
/// ```
#[derive(Debug)]
#[must_use = "nothing is looked for until it is said how old orphans are, and their list is asked for"]
pub struct Orphans<E> {
    context: Arc<Context>,
    entity: PhantomData<fn() -> E>,
}

impl<E: Offloads> Orphans<E> {
    pub(crate) fn new(context: Arc<Context>) -> Self {
        Self { context, entity: PhantomData }
    }

    table_method!();

    /// Those that were written so long ago, by the clock of the backend. It must be longer than any write takes, with all
    /// its tries and whatever delays it on the way, and than clocks differ: what a write under way has written is no orphan
    /// yet, and looks like one. A day is safe.
    pub fn older_than(self, age: Duration) -> OldOrphans<E> {
        OldOrphans { context: self.context, age, entity: PhantomData }
    }
}

/// The orphans of an entity that are old enough: see [`Orphans`].
#[derive(Debug)]
#[must_use = "nothing is looked for until their list is asked for"]
pub struct OldOrphans<E> {
    context: Arc<Context>,
    age: Duration,
    entity: PhantomData<fn() -> E>,
}

/// An object that no item refers to.
#[derive(Clone, Debug)]
#[must_use = "it is still there: `delete` deletes it"]
#[non_exhaustive]
pub struct Orphan<E> {
    /// The key of the object in the store.
    pub object_key: String,
    /// The item that it was written for.
    pub owner: Key<E>,
    /// How long ago it was written, by the clock of the backend.
    pub age: Duration,
    store: Arc<dyn ObjectStore>,
}

impl<E: Entity> Orphan<E> {
    /// Deletes the object.
    ///
    /// # Errors
    ///
    /// If the [store](Error::is_object_store) fails.
    pub async fn delete(self) -> Result<()> {
        let Self { object_key, store, .. } = self;
        store.delete(&object_key).await.map_err(|error| failed("delete", &object_key, error))
    }
}

impl<E: Offloads> OldOrphans<E> {
    /// All of them.
    ///
    /// # Errors
    ///
    /// If the database has no object store, or the store or the backend fails.
    pub async fn all(self) -> Result<Vec<Orphan<E>>> {
        self.items().try_collect().await
    }

    /// One after the other, in pages of the store.
    pub fn items(self) -> Items<Orphan<E>> {
        let table = self.context.table::<E::Table>();
        let prefixes = E::DESCRIPTOR.tags().map(|tag| prefix(&table, tag)).collect();
        let first = Place { prefixes, after: None };
        let search = Arc::new(self);
        let pages = stream::try_unfold(first, move |mut place| {
            let search = Arc::clone(&search);
            async move {
                let Some(prefix) = place.prefixes.last().cloned() else { return Ok(None) };
                let store = store(&search.context)?;
                let page = store.list(&prefix, place.after.as_deref()).await;
                let page = page.map_err(|error| failed("list", &prefix, error))?;
                place.after = page.keys.last().cloned();
                if !page.has_more || place.after.is_none() {
                    place.prefixes.pop();
                    place.after = None;
                }
                Ok(Some((search.orphans_among(store, &prefix, page.keys).await?, place)))
            }
        });
        Items::new(pages.map_ok(|orphans| stream::iter(orphans.into_iter().map(Ok))).try_flatten())
    }

    /// The orphans among the objects of these keys.
    async fn orphans_among(
        &self,
        store: &Arc<dyn ObjectStore>,
        prefix: &str,
        keys: Vec<String>,
    ) -> Result<Vec<Orphan<E>>> {
        let now = self.context.backend.now();
        let mut objects = self.old(prefix, keys, now);
        let (table, mut known) = (self.context.table::<E::Table>(), HashSet::new());
        let mut owners: Vec<Item> = objects.iter().map(|object| object.owner.clone()).collect();
        owners.retain(|owner| known.insert(ItemKey::of::<E::Table>(&table, owner)));
        for item in batch_get::items_of::<E>(&self.context, owners.clone()).await?.into_iter().flatten() {
            forget_referenced(&mut objects, &item);
        }
        if E::DESCRIPTOR.history.is_some() {
            // What an item refers to no more its history does, so that this comes after.
            owners.retain(|owner| objects.iter().any(|object| object.owner == *owner));
            for owner in &owners {
                self.forget_in_history(owner, &mut objects).await?;
            }
        }
        let orphan = |object: Old| Orphan {
            object_key: object.key,
            owner: Key::parse_any_shard(object.owner),
            age: object.age,
            store: Arc::clone(store),
        };
        Ok(objects.into_iter().map(orphan).collect())
    }

    /// The objects that are old enough; what is not dynorm's is passed over.
    fn old(&self, prefix: &str, keys: Vec<String>, now: SystemTime) -> Vec<Old> {
        let objects = keys.into_iter().filter_map(|key| {
            let ObjectOf { owner, written_at } = ObjectOf::read(E::Table::SCHEMA, key.strip_prefix(prefix)?)?;
            let age = now.duration_since(written_at).ok().filter(|age| *age >= self.age)?;
            Some(Old { key, owner, age })
        });
        objects.collect()
    }

    /// Forgets the objects that versions of an item refer to, whether their time is over or not.
    async fn forget_in_history(&self, owner: &Item, objects: &mut Vec<Old>) -> Result<()> {
        let entity = E::DESCRIPTOR;
        let trail = Trail::of(entity, E::Table::SCHEMA, owner)?;
        let mut renderer = Renderer::default();
        let condition = renderer.condition(&key_node(trail.condition(0..=u64::MAX)));
        let condition = condition.map_err(|error| unsendable_error(entity.name, error))?;
        let (names, values) = renderer.finish();
        let mut request = call::Query {
            table: self.context.table::<E::Table>(),
            key_condition: Some(condition),
            names,
            values,
            consistent: true,
            capacity: self.context.capacity,
            ..call::Query::default()
        };
        loop {
            let reply = self.context.read(|backend| backend.query(request.clone())).await;
            let reply = reply.map_err(|failure| Error::backend("read", entity.name, failure))?;
            for item in &reply.items {
                forget_referenced(objects, item);
            }
            request.start = reply.last_key;
            if request.start.is_none() {
                return Ok(());
            }
        }
    }
}

/// Where a search is: what the keys of the objects begin with that it has not seen, the next one last, and the last key.
struct Place {
    prefixes: Vec<String>,
    after: Option<String>,
}

/// An object that is old enough.
struct Old {
    key: String,
    owner: Item,
    age: Duration,
}

fn forget_referenced(objects: &mut Vec<Old>, item: &Item) {
    let referenced: HashSet<String> =
        Reference::all_in(item).into_iter().map(|reference| reference.key).collect();
    objects.retain(|object| !referenced.contains(&object.key));
}
