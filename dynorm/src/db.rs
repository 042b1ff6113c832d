//! The handle that applications hold.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use crate::backend::call::ReturnCapacity;
use crate::backend::meter::{Bill, Meter};
use crate::backend::observe::Label;
use crate::backend::table::{TableStatus, TimeToLive};
use crate::backend::{Backend, Call};
use crate::collection::{Collect, Collection, OnePartition};
use crate::entity::hook::Hook;
use crate::entity::{
    Entity, Historied, Itself, Key, Offloads, Pattern, Primary, Scannable, Table, UniqueKey,
};
use crate::error::{Error, Failure, FailureKind, Result};
use crate::object::ObjectStore;
use crate::op::{
    self, Batch, BatchDelete, BatchPut, Context, Delete, DeleteMany, DeletePartition, Get, GetBy, GetMany,
    GetRevision, History, IndexScan, KeySet, OneIndex, OneKey, Orphans, Put, PutMany, Query, Rekey, Reshard,
    Scan, Target, TransactGet, TransactWrite, Update, Upgrade,
};
#[cfg(feature = "signed-cursors")]
use crate::page::CursorKeys;
use crate::schema;
use crate::value::Offloaded;

/// How long a table that is being created is given before it counts as failed.
const CREATION_CHECKS_MAX: u32 = 120;
/// How long to wait between looking whether a table is there.
const CREATION_CHECK_INTERVAL: Duration = Duration::from_secs(1);

/// A database: a backend and how to use it. Clones are cheap and share the backend.
///
/// ```
/// use dynorm::prelude::*;
///
/// #[derive(Entity, Debug, PartialEq)]
/// #[entity(table = "Users", pk = "USER#{id}")]
/// struct User { id: u64, name: String }
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> dynorm::Result<()> {
/// let db = Db::new(dynorm_mem::MemBackend::new());
/// db.create_table::<User>().await?;
/// db.create(&User { id: 7, name: "Ann".into() }).await?;
/// assert_eq!(db.get(User::key(7u64)).await?.map(|user| user.name), Some("Ann".to_owned()));
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
pub struct Db {
    context: Arc<Context>,
}

impl Db {
    /// A database on this backend.
    #[must_use]
    pub fn new(backend: impl Backend) -> Self {
        Self::from_backend(Arc::new(backend))
    }

    /// A database on a backend that is used elsewhere too.
    #[must_use]
    pub fn from_backend(backend: Arc<dyn Backend>) -> Self {
        let capacity = ReturnCapacity::Total;
        let context = Context {
            backend,
            table_names: BTreeMap::new(),
            capacity,
            collection_metrics: false,
            hooks: Vec::new(),
            cursor_keys: None,
            object_store: None,
            meters: Vec::new(),
            observed: None,
        };
        Self { context: Arc::new(context) }
    }

    /// The same database, in which the table `T` has another name than its schema says: one per stage, for example.
    #[must_use]
    pub fn with_table_name<T: Table>(&self, name: impl Into<String>) -> Self {
        Self { context: self.context.with_table::<T>(name) }
    }

    /// The same database, which asks for this much about consumed capacity; at first for the total.
    #[must_use]
    pub fn with_capacity(&self, capacity: ReturnCapacity) -> Self {
        let context = Context { capacity, ..Context::clone(&self.context) };
        Self { context: Arc::new(context) }
    }

    /// The same database, whose writes ask how large the item collections are that they change: all items of one partition
    /// key, and what local indexes hold of them, which may not be more than 10 GB. The service estimates it in whole
    /// gigabytes, for tables with local indexes only. Outcomes and batches tell it.
    ///
    /// ```
    /// use dynorm::prelude::*;
    ///
    /// #[derive(Table)]
    /// #[table(name = "Mail", pk = "PK", sk = "SK", lsi(BySender, sk = "LSI1SK"), entities(Letter))]
    /// struct Mail;
    ///
    /// #[derive(Entity)]
    /// #[entity(table = Mail, pk = "TO#{to}", sk = "LETTER#{number}")]
    /// #[entity(index(BySender, name = by_sender, sk = "FROM#{from}"))]
    /// struct Letter { to: String, number: u32, from: String }
    ///
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> dynorm::Result<()> {
    /// let db = Db::new(dynorm_mem::MemBackend::new()).with_collection_metrics();
    /// db.create_table::<Mail>().await?;
    /// let written = db.put(&Letter { to: "ann".into(), number: 1, from: "bob".into() }).outcome().await?;
    /// let [letters] = &written.collection_metrics["Mail"][..] else { unreachable!("one item is written") };
    /// assert_eq!(letters.partition_key, "TO#ann".into());
    /// assert_eq!(letters.size_gb, [0.0, 1.0]);
    /// # Ok(()) }
    /// ```
    ///
    /// Source: [item collections](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/LSI.html#LSI.ItemCollections).
    #[must_use]
    pub fn with_collection_metrics(&self) -> Self {
        let context = Context { collection_metrics: true, ..Context::clone(&self.context) };
        Self { context: Arc::new(context) }
    }

    /// The same database, with a hook that sees each write before it is sent, after those that are there already.
    ///
    /// The [trait](Hook) has an example.
    #[must_use]
    pub fn with_hook(&self, hook: impl Hook + 'static) -> Self {
        let mut context = Context::clone(&self.context);
        context.hooks.push(Arc::new(hook));
        Self { context: Arc::new(context) }
    }

    /// The same database, which keeps the large values of fields that are `#[attr(offload)]` in this store.
    ///
    /// [`Offloaded`] has an example.
    #[must_use]
    pub fn with_object_store(&self, store: impl ObjectStore) -> Self {
        let object_store: Option<Arc<dyn ObjectStore>> = Some(Arc::new(store));
        Self { context: Arc::new(Context { object_store, ..Context::clone(&self.context) }) }
    }

    /// The same database, which signs the cursors of pages with these keys, and accepts no others.
    ///
    /// Without keys a client can write cursors of its own, though none that leaves the partition of a query; and what
    /// it may read at all is not the cursor's matter but the query's. Needs the feature `signed-cursors`.
    #[cfg(feature = "signed-cursors")]
    #[must_use]
    pub fn with_cursor_keys(&self, keys: CursorKeys) -> Self {
        let context = Context { cursor_keys: Some(keys), ..Context::clone(&self.context) };
        Self { context: Arc::new(context) }
    }

    /// The same database, and a meter of what it consumes: by operation, entity and access pattern, table and index.
    ///
    /// Its requests ask for the capacity by index, so that outcomes tell it too. Calls on [`backend`](Self::backend) and
    /// calls about tables are not metered. A database that is metered twice tells both meters.
    ///
    /// ```
    /// use dynorm::prelude::*;
    ///
    /// #[derive(Entity, Debug, PartialEq)]
    /// #[entity(table = "Users", pk = "USER#{id}")]
    /// struct User { id: u64, name: String }
    ///
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> dynorm::Result<()> {
    /// let (db, meter) = Db::new(dynorm_mem::MemBackend::new()).metered();
    /// db.create_table::<User>().await?;
    /// db.create(&User { id: 7, name: "Ann".into() }).await?;
    /// db.get(User::key(7u64)).await?;
    /// assert_eq!(meter.bill().to_string(), "\
    /// put User: 1 request, Users 1 WCU
    /// get User: 1 request, Users 0.5 RCU
    /// together: 2 requests, 0.5 RCU, 1 WCU");
    /// # Ok(()) }
    /// ```
    #[must_use]
    pub fn metered(&self) -> (Self, Meter) {
        let (meter, mut context) = (Meter::default(), Context::clone(&self.context));
        context.meters.push(meter.clone());
        (Self { context: Arc::new(context) }, meter)
    }

    /// Runs code with a [metered](Self::metered) handle of this database, and gives what it consumed too: for tests of what
    /// something costs.
    ///
    /// ```
    /// use dynorm::backend::Operation;
    /// use dynorm::prelude::*;
    ///
    /// #[derive(Entity, Debug, PartialEq)]
    /// #[entity(table = "Orders", pk = "CUSTOMER#{customer}", sk = "ORDER#{number}")]
    /// #[entity(index(ByStatus, name = by_status, pk = "STATUS#{status}", sk = number))]
    /// struct Order { customer: String, number: u32, status: String }
    ///
    /// /// A page of a web site.
    /// async fn open_orders(db: &Db) -> dynorm::Result<Vec<Order>> {
    ///     db.query(Order::by_status("open")).all().await
    /// }
    ///
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> dynorm::Result<()> {
    /// let db = Db::new(dynorm_mem::MemBackend::new());
    /// db.create_table::<Order>().await?;
    /// db.put(&Order { customer: "ann".into(), number: 1, status: "open".into() }).await?;
    ///
    /// let (orders, bill) = db.meter(async |db| open_orders(&db).await).await;
    /// assert_eq!(orders?.len(), 1);
    /// let of_index = bill.of_operation(Operation::Query).of_index("Orders", "ByStatus");
    /// assert_eq!((bill.requests(), of_index.requests()), (1, 1));
    /// assert_eq!((bill.read_units(), bill.write_units()), (0.5, 0.0));
    /// # Ok(()) }
    /// ```
    pub async fn meter<T>(&self, code: impl AsyncFnOnce(Self) -> T) -> (T, Bill) {
        let (db, meter) = self.metered();
        let value = code(db).await;
        (value, meter.take())
    }

    /// The backend, for calls that dynorm has no method for.
    #[must_use]
    pub fn backend(&self) -> &Arc<dyn Backend> {
        &self.context.backend
    }

    /// Sends a call that was made by hand, or by a builder and then changed, and gives the plain answer; again after
    /// failures that pass, as for the library's own calls.
    ///
    /// ```
    /// # use dynorm::prelude::*;
    /// # #[derive(Entity, Debug, PartialEq)]
    /// # #[entity(table = "Events", pk = device, sk = at, name = of_device)]
    /// # struct Event { device: String, at: u64 }
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> dynorm::Result<()> {
    /// # let db = Db::new(dynorm_mem::MemBackend::new());
    /// # db.create_table::<Event>().await?;
    /// # for at in 0..3 { db.put(&Event { device: "d".into(), at }).await?; }
    /// let mut request = db.query(Event::of_device("d")).to_request()?;
    /// request.projection = Some("device, #0x".to_owned());
    /// request.names.insert("#0x".into(), "at".into());
    /// let reply = db.send(request).await?;
    /// assert_eq!(Event::from_item(reply.items[0].clone())?, Event { device: "d".into(), at: 0 });
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    ///
    /// If the backend refuses.
    pub async fn send<C: Call>(&self, call: C) -> Result<C::Reply> {
        op::send(&self.context, call).await
    }

    /// The name of the table `T` in this database.
    #[must_use]
    pub fn table_name<T: Table>(&self) -> String {
        self.context.table::<T>()
    }

    /// Writes an entity that must not be there yet.
    pub fn create<E: Entity + Itself>(&self, entity: &E) -> Put<E::Itself> {
        Put::create(self.labelled::<E>("create"), entity)
    }

    /// Writes an entity, and replaces one of the same key.
    pub fn put<E: Entity + Itself>(&self, entity: &E) -> Put<E::Itself> {
        Put::new(self.labelled::<E>("put"), entity)
    }

    /// Reads an entity by its key.
    pub fn get<K: OneKey>(&self, key: K) -> Get<K::Entity> {
        Get::new(self.labelled::<K::Entity>("get"), key.key())
    }

    /// Reads the entity that has a unique value: `User::unique_email("ann@example.com")`.
    pub fn get_by<E: Entity>(&self, key: UniqueKey<E>) -> GetBy<E> {
        GetBy::new(self.labelled::<E>("get_by"), key)
    }

    /// Reads the versions of an item, of an entity with `#[entity(history)]`.
    pub fn history<E: Historied>(&self, key: Key<E>) -> History<E> {
        History::new(self.labelled::<E>("history"), key)
    }

    /// Reads the last version of an item, also after it was deleted.
    pub fn latest<E: Historied>(&self, key: Key<E>) -> GetRevision<E> {
        GetRevision::latest(self.labelled::<E>("latest"), key)
    }

    /// Reads one version of an item, by its number.
    pub fn at_version<E: Historied>(&self, key: Key<E>, version: u64) -> GetRevision<E> {
        GetRevision::at(self.labelled::<E>("at_version"), key, version)
    }

    /// Finds the objects of an entity's offloaded values that nothing refers to: see [`Orphans`].
    pub fn orphans<E: Offloads>(&self) -> Orphans<E> {
        Orphans::new(self.labelled::<E>("orphans"))
    }

    /// Changes attributes of an entity that must be there.
    pub fn update<T: Target>(&self, target: T) -> Update<T::Entity> {
        Update::new(self.labelled::<T::Entity>("update"), target)
    }

    /// Moves an entity to another key, or changes it otherwise, if it is stored as it is handed over.
    pub fn rekey<E: Entity + Itself + Clone>(
        &self,
        entity: &E,
        change: impl FnOnce(&mut E),
    ) -> Rekey<E::Itself> {
        Rekey::new(self.labelled::<E>("rekey"), entity, change)
    }

    /// Writes an item in the form of today, if it is of an older version: see [`Upgrade`](crate::op::Upgrade).
    pub fn upgrade<E: Entity>(&self, key: Key<E>) -> Upgrade<E> {
        Upgrade::new(self.labelled::<E>("upgrade"), key)
    }

    /// Deletes an entity, if it is there.
    pub fn delete<T: Target>(&self, target: T) -> Delete<T::Entity> {
        Delete::new(self.labelled::<T::Entity>("delete"), target)
    }

    /// Reads the entities of an access pattern.
    pub fn query<P: Pattern<Index: 'static>>(&self, pattern: P) -> Query<P::Entity, P::Index> {
        Query::of(Arc::clone(&self.context), pattern)
    }

    /// Deletes the entities of an access pattern of the table, and no items of others.
    pub fn delete_partition<P: Pattern<Entity: BatchDelete, Index = Primary>>(
        &self,
        pattern: P,
    ) -> DeletePartition<P::Entity> {
        DeletePartition::new(Arc::clone(&self.context), pattern)
    }

    /// Moves the items of an access pattern to the shards where their keys say they are, after the number of shards has
    /// changed from `was`: see [`Reshard`](crate::op::Reshard).
    pub fn reshard<P: Pattern>(&self, pattern: P, was: u32) -> Reshard<P::Entity> {
        Reshard::new(self.labelled::<P::Entity>("reshard"), pattern, was)
    }

    /// Reads the items of one partition, of several entities, by one query: see `#[derive(Collection)]`.
    pub fn collect<P: OnePartition>(&self, partition: P) -> Collect<P::Collection> {
        let label = Label::of_entity(P::Collection::DESCRIPTOR.name);
        Collect::new(self.context.labelled("collect", label), partition.partition())
    }

    /// Reads the whole table for the entities `E`, if `E` says `#[entity(scan)]`.
    pub fn scan<E: Scannable + Itself>(&self) -> Scan<E::Itself> {
        Scan::of_table(self.labelled::<E>("scan"))
    }

    /// Reads a whole index for the entities `E`, if `E` says so of the index: `index(.., scan)`. Of a sparse index that
    /// is less than the table.
    pub fn scan_index<I: OneIndex>(&self, index: I) -> IndexScan<I::Entity, I::Index> {
        let (name, function) = index.names();
        let label = Label::of_pattern(I::Entity::DESCRIPTOR.name, function);
        IndexScan::of_index(self.context.labelled("scan_index", label), name)
    }

    /// Reads many entities by their keys, each read on its own.
    pub fn get_many<E: Entity>(&self, keys: impl IntoIterator<Item = Key<E>>) -> GetMany<E> {
        GetMany::new(self.labelled::<E>("get_many"), keys)
    }

    /// Writes many entities, and replaces those of the same keys; each write on its own and without conditions.
    pub fn put_many<E: BatchPut + Itself>(
        &self,
        entities: impl IntoIterator<Item = E>,
    ) -> PutMany<E::Itself> {
        PutMany::new(self.labelled::<E>("put_many"), entities)
    }

    /// Deletes many entities by their keys, each deletion on its own and without conditions.
    pub fn delete_many<E: BatchDelete>(&self, keys: impl IntoIterator<Item = Key<E>>) -> DeleteMany<E> {
        DeleteMany::new(self.labelled::<E>("delete_many"), keys)
    }

    /// Writes and deletes entities of any types, each write on its own and without conditions.
    pub fn batch(&self) -> Batch {
        Batch::new(self.context.labelled("batch", Label::default()))
    }

    /// Reads several entities of any types, as they are at one moment.
    pub fn transact_get<K: KeySet>(&self, keys: K) -> TransactGet<K> {
        TransactGet::new(self.context.labelled("transact_get", Label::default()), keys)
    }

    /// Writes several entities, all or none.
    pub fn transact_write(&self) -> TransactWrite {
        TransactWrite::new(self.context.labelled("transact_write", Label::default()))
    }

    /// What operations on one entity work with.
    fn labelled<E: Entity>(&self, method: &'static str) -> Arc<Context> {
        self.context.labelled(method, Label::of_entity(E::DESCRIPTOR.name))
    }

    /// Creates the table `T` with its indexes and its time to live, paid per request, and waits until it can be used.
    ///
    /// # Errors
    ///
    /// If the table is there already, the backend refuses, or the table is not ready after two minutes.
    pub async fn create_table<T: Table>(&self) -> Result<()> {
        let (schema, name) = (T::SCHEMA, self.table_name::<T>());
        let refused = |failure| Error::backend("create the table", schema.type_name, failure);
        let backend = self.backend();
        let mut table = backend.create_table(schema::create_table::<T>(&name)).await.map_err(refused)?;
        let mut n_checks = 0;
        while table.status != TableStatus::Active {
            if n_checks == CREATION_CHECKS_MAX {
                let message = format!("the table is {:?} after {n_checks} s", table.status);
                return Err(refused(Failure::new(FailureKind::Timeout, message)));
            }
            n_checks += 1;
            backend.sleep(CREATION_CHECK_INTERVAL).await;
            table = backend.describe_table(&name).await.map_err(refused)?;
        }
        if let Some(attribute) = schema.ttl {
            let call = TimeToLive { table: name, attribute: attribute.to_owned(), enabled: true };
            backend.update_time_to_live(call).await.map_err(refused)?;
        }
        Ok(())
    }

    /// Deletes the table `T` with everything in it.
    ///
    /// # Errors
    ///
    /// If there is no such table, or the backend refuses.
    pub async fn delete_table<T: Table>(&self) -> Result<()> {
        let refused = |failure| Error::backend("delete the table", T::SCHEMA.type_name, failure);
        self.backend().delete_table(&self.table_name::<T>()).await.map_err(refused)
    }
}

impl<T: Clone> Offloaded<T> {
    /// The value, fetched from the object store of the database if it is there. It is not kept: load it once.
    ///
    /// # Errors
    ///
    /// [`is_object_missing`](crate::Error::is_object_missing) if the value was replaced since the item was read, and its
    /// object deleted; [`is_object_store`](crate::Error::is_object_store) if the store fails;
    /// [`is_offload`](crate::Error::is_offload) if the database has none; [`is_decode`](crate::Error::is_decode) if the object
    /// is damaged.
    pub async fn load(&self, db: &Db) -> Result<T> {
        op::load(&db.context, self).await
    }
}
