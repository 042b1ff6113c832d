//! What queries and scans have in common: limits, filters, and the ways to take their results.

use std::fmt::Debug;
use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context as TaskContext, Poll};
use std::time::SystemTime;

use futures_core::Stream;
use futures_util::TryFutureExt as _;
use futures_util::stream::{self, StreamExt as _, TryStreamExt as _};

use super::ahead::Ahead;
use super::argument::Awaitable;
use super::condition::{both, expired, expression_error};
use super::fan::{Fan, Spread};
use super::hydrate::Hydrate;
use super::pager::{Limits, PageRequest, Pager, Parts, Plan};
use super::{BoxFuture, Context, refuse};
use crate::backend::call::Select;
use crate::entity::{
    Entity, FilterOn, HeldBy, IndexSchema, Key, Projection, ProjectionSchema, ReadFrom, Reader, Table,
    belongs, is_expired, reader, ttl_attribute, without_overlaps,
};
use crate::error::{CursorProblem, Error, Kind, Result};
use crate::expr::{Condition, Node, Renderer, Side};
use crate::page::{Cursor, Meaning, Page, SegmentPlace, Start, Way};
use crate::value::{Item, Step, Value, top};

/// A query or a scan: what it reads, how much of it, and in which shape the result comes.
///
/// There are three limits, with three names: [`take`](Self::take) counts entities returned,
/// [`evaluate`](Self::evaluate) items read by one request, [`max_requests`](Self::max_requests) requests.
#[derive(Debug)]
#[must_use = "nothing is read until a method such as `all`, `first` or `page` is awaited"]
pub struct Read<E, S, T = E> {
    pub(super) context: Arc<Context>,
    pub(super) source: S,
    filter: Option<Condition<E>>,
    pub(super) limits: Limits,
    pub(super) include_expired: bool,
    pub(super) cursor: Option<Cursor>,
    output: PhantomData<fn() -> T>,
}

/// A clone is a read of its own.
impl<E, S: Clone, T> Clone for Read<E, S, T> {
    fn clone(&self) -> Self {
        Self { context: self.context.anew(), ..self.again() }
    }
}

impl<E, S: Clone, T> Read<E, S, T> {
    /// The same read once more.
    pub(super) fn again(&self) -> Self {
        Self {
            context: Arc::clone(&self.context),
            source: self.source.clone(),
            filter: self.filter.clone(),
            limits: self.limits,
            include_expired: self.include_expired,
            cursor: self.cursor.clone(),
            output: PhantomData,
        }
    }
}

/// What is read: a [`QuerySource`](super::QuerySource) or a [`ScanSource`](super::ScanSource).
pub trait Source<E>: Send + 'static {
    /// The backend's request.
    type Request: PageRequest;
    /// Whether it gives whole entities.
    type Index;
    /// What it reads by the keys of, so that filters cannot mention them.
    type Keys;

    /// The request, without filter and limits, to one of the shards if there are some.
    #[doc(hidden)]
    fn request(
        &self,
        context: &Context,
        renderer: &mut Renderer,
        shard: Option<u16>,
    ) -> Result<Self::Request>;

    /// Whether items of other entities can be among those that are read.
    #[doc(hidden)]
    fn meets_others(&self) -> bool;

    /// What makes this read another than others.
    #[doc(hidden)]
    fn meaning(&self, context: &Context) -> Result<Meaning>;

    /// Whether it can read on from this key, which a client may have made up.
    #[doc(hidden)]
    fn can_start_after(&self, key: &Item) -> Result<bool>;

    /// The index that is read.
    #[doc(hidden)]
    fn index(&self) -> Option<&'static str>;

    /// The shards that are read; none if what is read has no shards.
    #[doc(hidden)]
    fn shards(&self) -> Result<Vec<u16>> {
        Ok(Vec::new())
    }

    /// How several shards are read.
    #[doc(hidden)]
    fn spread(&self, _: &[u16]) -> Result<Spread> {
        Ok(Spread::default())
    }
}

/// Never: that it would be a future if it said what it gives makes the compiler ask for that.
impl<E, S: Awaitable, T> Future for Read<E, S, T> {
    type Output = S::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut TaskContext<'_>) -> Poll<Self::Output> {
        S::poll(cx)
    }
}

impl<E: Entity, S: Source<E>> Read<E, S> {
    pub(super) fn new(context: Arc<Context>, source: S) -> Self {
        Self {
            context,
            source,
            filter: None,
            limits: Limits::default(),
            include_expired: false,
            cursor: None,
            output: PhantomData,
        }
    }
}

impl<E: Entity, S: Source<E>, T: Projection<E>> Read<E, S, T> {
    /// Reads only the attributes of a projection: a struct that derives [`Projection`](macro@crate::Projection).
    ///
    /// A global index must hold them all; if it does not, the program does not compile. A local index fetches what it does
    /// not hold from the table, for the price of reading each such item as a whole, once more. What is read from the
    /// table costs as much as whole items; less is sent.
    ///
    /// ```
    /// use dynorm::prelude::*;
    ///
    /// #[derive(Entity)]
    /// #[entity(table = "Orders", pk = "CUSTOMER#{customer}", sk = "ORDER#{number}")]
    /// #[entity(index(ByState, name = by_state, pk = "STATE#{state}", projection = include("total", "_type")))]
    /// struct Order { customer: String, number: u32, state: String, total: u64, notes: Vec<String> }
    ///
    /// #[derive(Projection, Debug, PartialEq)]
    /// #[projection(of = Order)]
    /// struct Total { number: u32, total: u64 }
    ///
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> dynorm::Result<()> {
    /// # let db = Db::new(dynorm_mem::MemBackend::new());
    /// # db.create_table::<Order>().await?;
    /// # db.put(&Order { customer: "ann".into(), number: 7, state: "open".into(), total: 12, notes: vec![] }).await?;
    /// // The number is not in the index, but it is part of the key, which every index holds.
    /// let open = db.query(Order::by_state("open")).project::<Total>().all().await?;
    /// assert_eq!(open, [Total { number: 7, total: 12 }]);
    /// # Ok(()) }
    /// ```
    pub fn project<P: HeldBy<S::Index, E>>(self) -> Read<E, S, P::Projected> {
        self.output()
    }

    /// Reads only keys. Every index holds them, and so it costs least.
    ///
    /// ```
    /// # use dynorm::prelude::*;
    /// # #[derive(Entity)]
    /// # #[entity(table = "Orders", pk = "CUSTOMER#{customer}", sk = "ORDER#{number}")]
    /// # #[entity(index(ByState, name = by_state, pk = "STATE#{state}", projection = keys_only))]
    /// # struct Order { customer: String, number: u32, state: String }
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> dynorm::Result<()> {
    /// # let db = Db::new(dynorm_mem::MemBackend::new());
    /// # db.create_table::<Order>().await?;
    /// # db.put(&Order { customer: "ann".into(), number: 7, state: "open".into() }).await?;
    /// let open: Vec<Key<Order>> = db.query(Order::by_state("open")).keys().all().await?;
    /// assert_eq!(open, [Order::key("ann", 7u32)]);
    /// # Ok(()) }
    /// ```
    pub fn keys(self) -> Read<E, S, Key<E>> {
        self.output()
    }

    /// Reads keys, and fetches the entities from the table: for indexes that do not hold whole entities.
    pub fn hydrate(self) -> Hydrate<E, S>
    where
        S: Clone,
    {
        Hydrate::new(self.output())
    }

    fn output<P>(self) -> Read<E, S, P> {
        let Self { context, source, filter, limits, include_expired, cursor, output: _ } = self;
        Read { context, source, filter, limits, include_expired, cursor, output: PhantomData }
    }

    /// Leaves out items that do not satisfy the condition, after they were read and paid for. Several filters must
    /// all be satisfied.
    ///
    /// A query cannot filter by a field that is a key attribute of what it reads; a scan can.
    pub fn filter<K: FilterOn<S::Keys>>(mut self, condition: Condition<E, K>) -> Self {
        self.filter = both(self.filter, condition);
        self
    }

    /// Returns at most this many entities. As many requests are sent as it takes to find them.
    pub fn take(mut self, n_items: usize) -> Self {
        self.limits.take = Some(n_items);
        self
    }

    /// Reads at most this many items in one request, before the filter: DynamoDB's `Limit`.
    pub fn evaluate(mut self, n_items: u32) -> Self {
        self.limits.evaluate = Some(n_items);
        self
    }

    /// Sends at most this many requests; if the read is not at its end then, [`page`](Self::page) says where it
    /// goes on, and the methods that give everything fail with
    /// [`is_unfinished`](crate::Error::is_unfinished).
    pub fn max_requests(mut self, n_requests: u32) -> Self {
        self.limits.max_requests = Some(n_requests);
        self
    }

    /// Has the streams [`pages`](Self::pages) and [`items`](Self::items) ask for up to this many pages before they are
    /// wanted, so that a request is under way while what came before is used; none without.
    ///
    /// So many pages are held in memory, each up to 1 MB, and are paid whether they are wanted or not. A stream that is
    /// dropped asks for nothing more, and gives up the request that is under way.
    pub fn read_ahead(mut self, n_pages: usize) -> Self {
        self.limits.read_ahead = n_pages;
        self
    }

    /// Gives entities even if their time to live is over and DynamoDB has not deleted them yet.
    pub fn include_expired(mut self) -> Self {
        self.include_expired = true;
        self
    }

    /// Goes on from a [`Page`] of the same read: from its [`next`](Page::next) with what comes after it, from its
    /// [`previous`](Page::previous) with what comes before it, nearest first to be found, and given in the usual order.
    /// `None` starts from the beginning.
    ///
    /// Streams go on only from `next`.
    pub fn cursor(mut self, cursor: impl Into<Option<Cursor>>) -> Self {
        self.cursor = cursor.into();
        self
    }

    /// Reads the table under another name than the [`Db`](crate::Db) has for it, as an archive of the same form.
    pub fn table(mut self, name: impl Into<String>) -> Self {
        self.context = self.context.with_table::<E::Table>(name);
        self
    }

    /// Whether it reads what comes before its cursor.
    pub(super) fn goes_back(&self) -> bool {
        self.cursor.as_ref().is_some_and(Cursor::leads_back)
    }

    /// The first request that would be sent.
    ///
    /// # Errors
    ///
    /// If a value cannot be put into a key or stored, if the cursor belongs to another read, or if the range has no
    /// values, so that there is no request: [`is_empty_range`](crate::Error::is_empty_range). If the read has several
    /// shards, and so no first request: see [`to_requests`](Self::to_requests).
    pub fn to_request(&self) -> Result<S::Request> {
        let mut requests = self.to_requests()?;
        match (requests.pop(), requests.len()) {
            (Some(request), 0) => Ok(request),
            (_, others) => refuse(format!(
                "a read of several shards of `{}` has no first request, but one for each shard, {} of them; `to_requests` gives them",
                E::DESCRIPTOR.name,
                others + 1
            )),
        }
    }

    /// The requests that would be sent first: one for each shard that is not read to its end, or the first request of a
    /// read without shards.
    ///
    /// # Errors
    ///
    /// As for [`to_request`](Self::to_request), but for several shards.
    pub fn to_requests(&self) -> Result<Vec<S::Request>> {
        let (paths, shards) = (self.reader()?.paths, self.source.shards()?);
        if shards.len() > 1 {
            return self.fan(paths, shards).map(Fan::into_first_requests);
        }
        // Without what only its answers need.
        let (start, now) = (self.start()?, self.context.backend.now());
        let (request, filtered) = self.request(now, start.way, paths, shards.first().copied())?;
        Ok(vec![self.limits.first_request(request, filtered, start.key)])
    }

    /// The number of entities that the read finds, at most [`take`](Self::take), without reading them into memory where
    /// the service can count.
    ///
    /// Counting costs as many read units as reading. An index that does not hold the time to live cannot tell what is
    /// expired, and counts it.
    ///
    /// # Errors
    ///
    /// As for [`page`](Self::page), and [`is_unfinished`](crate::Error::is_unfinished).
    pub async fn count(self) -> Result<u64> {
        // The service counts what the filter passes; whose the items are shows only on the items.
        let by_service = !self.source.meets_others() && !self.sees_expiry_on_items();
        let paths = if by_service { None } else { Some(Vec::new()) };
        match self.pager(paths)? {
            Some(Paging::One(pager)) => pager.count(by_service).await,
            Some(Paging::Shards(fan)) => fan.count(by_service).await,
            None => Ok(0),
        }
    }

    /// What is to be sent to read some attributes, or all.
    pub(super) fn plan(&self, paths: Option<Vec<Vec<Step>>>) -> Result<Plan<S::Request>> {
        let now = self.context.backend.now();
        // First, as it fails where the range has no values, which is no error.
        let meaning = self.source.meaning(&self.context)?;
        let start = self.start()?;
        let shard = self.source.shards()?.first().copied();
        let (request, filtered) = self.request(now, start.way, paths, shard)?;
        let include_expired = self.include_expired;
        Ok(Plan {
            request,
            filtered,
            meaning,
            start,
            limits: self.limits,
            subject: E::DESCRIPTOR.name,
            keys: E::Table::SCHEMA.key_names(self.source.index()),
            // Filters of the service see to most of it.
            wants: Box::new(move |item| {
                belongs::<E>(item) && (include_expired || !is_expired::<E>(item, now))
            }),
        })
    }

    /// The read under way; `None` where the range has no values.
    fn pager(self, paths: Option<Vec<Vec<Step>>>) -> Result<Option<Paging<S::Request>>> {
        match self.under_way(paths) {
            Err(error) if error.is_empty_range() => Ok(None),
            paging => paging.map(Some),
        }
    }

    fn under_way(&self, paths: Option<Vec<Vec<Step>>>) -> Result<Paging<S::Request>> {
        let shards = self.source.shards()?;
        if shards.len() > 1 {
            return self.fan(paths, shards).map(Paging::Shards);
        }
        Ok(Paging::One(Pager::new(Arc::clone(&self.context), self.plan(paths)?)))
    }

    fn fan(&self, paths: Option<Vec<Vec<Step>>>, shards: Vec<u16>) -> Result<Fan<S::Request>> {
        let plan = self.plan(paths.clone())?;
        let spread = self.source.spread(&shards)?;
        let places = self.places(&spread, &plan)?;
        let now = self.context.backend.now();
        let request = |shard| Ok(self.request(now, plan.start.way, paths.clone(), Some(shard))?.0);
        let requests = shards.into_iter().map(request).collect::<Result<_>>()?;
        Fan::new(Arc::clone(&self.context), plan, spread, requests, places)
    }

    /// Where each shard is to begin.
    fn places(&self, spread: &Spread, plan: &Plan<S::Request>) -> Result<Vec<SegmentPlace>> {
        let Some(cursor) = &self.cursor else {
            return Ok(vec![SegmentPlace::Start; spread.partitions.len()]);
        };
        let names = spread.place_names(&plan.keys);
        let places = cursor.starts(&plan.meaning, &names, self.context.cursor_keys.as_ref())?;
        let place = |(place, partition): (SegmentPlace, &Item)| match place {
            SegmentPlace::After(key) => {
                let partition = partition.iter().map(|(name, value)| (name.clone(), value.clone()));
                SegmentPlace::After(key.into_iter().chain(partition).collect())
            }
            place => place,
        };
        Ok(places.into_iter().zip(&spread.partitions).map(place).collect())
    }

    /// Whether there may be too few requests left for a page: it takes one for each shard.
    pub(super) fn is_out_of_requests(&self) -> bool {
        let n_shards = self.source.shards().map_or(0, |shards| shards.len());
        self.limits.max_requests.is_some_and(|left| u64::from(left) < n_shards.max(1) as u64)
    }

    /// Where to begin in one partition; of several shards, only in which direction.
    fn start(&self) -> Result<Start> {
        let Some(cursor) = &self.cursor else { return Ok(Start { way: Way::Onwards, key: None }) };
        if self.source.shards()?.len() > 1 {
            let way = if cursor.leads_back() { Way::Back } else { Way::Onwards };
            return Ok(Start { way, key: None });
        }
        let start = cursor.start(&self.source.meaning(&self.context)?, self.context.cursor_keys.as_ref())?;
        let is_possible = match &start.key {
            Some(key) => self.source.can_start_after(key)?,
            None => true,
        };
        if !is_possible || start.way == Way::Back && !S::Request::REVERSIBLE {
            return Err(Error::cursor(CursorProblem::Damaged, "it leads out of the keys of this read"));
        }
        Ok(start)
    }

    /// Whether what is expired can only be told from the items: DynamoDB refuses filters by keys of what is queried.
    fn sees_expiry_on_items(&self) -> bool {
        let keys = self.source.index().map(|index| E::Table::SCHEMA.key_names(Some(index)));
        let is_key = |name: &str| keys.iter().flatten().any(|key| *key == name);
        !self.include_expired && ttl_attribute(E::DESCRIPTOR).is_some_and(is_key)
    }

    /// The request without limits, and whether it filters.
    fn request(
        &self,
        now: SystemTime,
        way: Way,
        paths: Option<Vec<Vec<Step>>>,
        shard: Option<u16>,
    ) -> Result<(S::Request, bool)> {
        let mut renderer = Renderer::concealing(E::DESCRIPTOR.sensitive);
        let request = self.source.request(&self.context, &mut renderer, shard)?;
        let request = if way == Way::Back { request.reversed() } else { request };
        let mut added = Vec::new();
        let index = self.source.index().and_then(|name| E::Table::SCHEMA.index(name));
        let is_held = |name: &&str| E::Table::SCHEMA.index_holds(self.source.index(), name);
        let expiry = ttl_attribute(E::DESCRIPTOR).filter(|_| !self.include_expired).filter(is_held);
        let tag = E::Table::SCHEMA.tag.filter(|_| self.source.meets_others()).filter(is_held);
        if !self.sees_expiry_on_items() {
            added.extend(expiry.and_then(|_| alive::<E>(now)));
        }
        added.extend(tag.and_then(|_| own_tag::<E>()));
        let nodes = self.filter.iter().map(|filter| &filter.node).chain(&added);
        let filter = renderer.all(nodes).map_err(expression_error::<E>)?;
        let filtered = filter.is_some();
        let projection = paths.map(|mut paths| {
            paths.retain(|path| !is_read_from_key::<E>(index, path));
            let needed = E::Table::SCHEMA.key_names(self.source.index()).into_iter().chain(expiry).chain(tag);
            paths.extend(needed.map(top));
            renderer.projection(&without_overlaps(paths))
        });
        Ok((request.with_expressions(filter, projection, renderer), filtered))
    }
}

/// The terminals, which give entities or what they are projected to. They return boxed futures, so that a mistake in what is read is one
/// error of the compiler and not one for each use of the future.
impl<E: Entity, S: Source<E>, T: Projection<E>> Read<E, S, T> {
    /// The first entity, or `None`.
    ///
    /// # Errors
    ///
    /// As for [`page`](Self::page).
    pub fn first(self) -> BoxFuture<Result<Option<T>>>
    where
        T: ReadFrom<S::Index, E>,
    {
        Box::pin(async {
            let mut page = self.take(1).results().await?.all_or_none()?;
            match (page.items.pop(), page.next) {
                // Not to have looked is not to have found nothing.
                (None, Some(_)) => Err(Error::new(Kind::Unfinished { requests: page.requests })),
                (first, _) => Ok(first),
            }
        })
    }

    /// All entities, from as many requests as it takes.
    ///
    /// # Errors
    ///
    /// As for [`page`](Self::page), and [`is_unfinished`](crate::Error::is_unfinished).
    pub fn all(self) -> BoxFuture<Result<Vec<T>>>
    where
        T: ReadFrom<S::Index, E>,
    {
        Box::pin(async {
            let Reader { paths, read } = self.reader()?;
            match self.pager(paths)? {
                Some(Paging::One(pager)) => pager.all(read).await,
                Some(Paging::Shards(fan)) => fan.all(read).await,
                None => Ok(Vec::new()),
            }
        })
    }

    /// One page: with [`take`](Self::take), that many entities if there are so many; without, what one request
    /// finds in 1 MB.
    ///
    /// # Errors
    ///
    /// If a value cannot be put into a key or stored, if the cursor belongs to another read, if the backend refuses,
    /// or if an item is not one of the entity: [`is_decode`](crate::Error::is_decode), which names the item.
    pub fn page(self) -> BoxFuture<Result<Page<T>>>
    where
        T: ReadFrom<S::Index, E>,
    {
        Box::pin(async { self.results().await?.all_or_none() })
    }

    /// As [`page`](Self::page), but an item that is not one of the entity is an error in its place, and the others are
    /// not lost.
    ///
    /// # Errors
    ///
    /// As for [`page`](Self::page), but for such items.
    pub fn page_of_results(self) -> BoxFuture<Result<Page<Result<T>>>>
    where
        T: ReadFrom<S::Index, E>,
    {
        Box::pin(self.results())
    }

    /// All pages, one for each request, as a stream.
    pub fn pages(self) -> Pages<T>
    where
        T: ReadFrom<S::Index, E>,
    {
        Pages::new(self.stream().and_then(|page| async { page.all_or_none() }))
    }

    /// All entities as a stream, which asks for a page when the one before is used up.
    ///
    /// An item that is not one of the entity is an error in its place, and the stream goes on after it. It ends with
    /// any other error.
    pub fn items(self) -> Items<T>
    where
        T: ReadFrom<S::Index, E>,
    {
        Items::new(self.stream().map_ok(|page| stream::iter(page.items)).try_flatten())
    }
}

/// The escape hatch: items as they are stored, of this entity by tag or key, whether they can be read as it or not.
impl<E: Entity, S: Source<E>, T: Projection<E>> Read<E, S, T> {
    /// As [`page`](Self::page), of items as they are stored. From an index they have what the index holds.
    ///
    /// # Errors
    ///
    /// As for [`page`](Self::page), but for items that are not of the entity's form.
    #[must_use = "nothing is read until it is awaited"]
    pub fn raw_page(self) -> BoxFuture<Result<Page<Item>>> {
        Box::pin(async {
            match self.pager(None)? {
                Some(pager) => pager.page().await,
                None => Ok(Page::empty()),
            }
        })
    }

    /// As [`items`](Self::items), of items as they are stored.
    pub fn raw_items(self) -> Items<Item> {
        let items = self.raw_pages().map_ok(|page| stream::iter(page.items.into_iter().map(Ok)));
        Items::new(items.try_flatten())
    }

    /// A page of items as they are stored for each request.
    fn raw_pages(self) -> impl Stream<Item = Result<Page<Item>>> {
        let pages = async {
            Ok(stream::iter(self.pager(None)?.map(Paging::pages).map(Ok::<_, Error>)).try_flatten())
        };
        pages.try_flatten_stream()
    }
}

impl<E: Entity, S: Source<E>, T: Projection<E>> Read<E, S, T> {
    fn reader(&self) -> Result<Reader<T>> {
        reader::<E, T>(self.source.index())
    }

    async fn results(self) -> Result<Page<Result<T>>> {
        let Reader { paths, read } = self.reader()?;
        match self.pager(paths)? {
            Some(pager) => Ok(pager.page().await?.map(read)),
            None => Ok(Page::empty()),
        }
    }

    /// A page for each request.
    fn stream(self) -> impl Stream<Item = Result<Page<Result<T>>>> {
        let pages = async {
            let Reader { paths, read } = self.reader()?;
            let pages = stream::iter(self.pager(paths)?.map(Paging::pages).map(Ok::<_, Error>)).try_flatten();
            Ok(pages.map_ok(move |page: Page<Item>| page.map(read)))
        };
        pages.try_flatten_stream()
    }
}

/// A read under way: of one partition or a whole table, or of several shards.
enum Paging<R> {
    One(Pager<R>),
    Shards(Fan<R>),
}

impl<R: PageRequest> Paging<R> {
    async fn page(self) -> Result<Page<Item>> {
        match self {
            Self::One(pager) => pager.page().await,
            Self::Shards(fan) => fan.page().await,
        }
    }

    fn pages(self) -> Pin<Box<dyn Stream<Item = Result<Page<Item>>> + Send>> {
        match self {
            Self::One(pager) => ahead_of(pager),
            Self::Shards(fan) => ahead_of(fan),
        }
    }
}

/// The pages of a read, as many of them ahead as is allowed.
fn ahead_of(read: impl Parts + 'static) -> Pin<Box<dyn Stream<Item = Result<Page<Item>>> + Send>> {
    let n_ahead = read.plan().0.read_ahead;
    let pages = read.pages();
    if n_ahead == 0 { Box::pin(pages) } else { Box::pin(Ahead::new(pages, n_ahead)) }
}

/// Whether an attribute need not be asked for: the index does not hold it, and it can be read back from the key.
fn is_read_from_key<E: Entity>(index: Option<&IndexSchema>, path: &[Step]) -> bool {
    let Some((index, Step::Name(name))) = index.zip(path.first()) else { return false };
    let is_held = match index.projection {
        ProjectionSchema::All => true,
        ProjectionSchema::KeysOnly => false,
        ProjectionSchema::Include(names) => names.contains(&name.as_str()),
    };
    let mut sources = E::DESCRIPTOR.primary_sources(E::Table::SCHEMA);
    !is_held && sources.any(|(source, _)| source.reads_back(name))
}

/// Keeps what is not expired. An item without the attribute, or with one that is no number, is not.
fn alive<E: Entity>(now: SystemTime) -> Option<Node> {
    Some(Node::Not(Box::new(expired::<E>(now)?)))
}

/// Keeps what the tag says is the entity's, and what has no tag.
fn own_tag<E: Entity>() -> Option<Node> {
    let path = || Side::top(E::Table::SCHEMA.tag.unwrap_or_default());
    E::Table::SCHEMA.tag?;
    let tag = |tag: &'static str| Side::Value(Value::from(tag));
    let own = match E::DESCRIPTOR.tag_aliases {
        [] => Node::Compare(path(), "=", tag(E::DESCRIPTOR.tag)),
        _ => Node::In(path(), E::DESCRIPTOR.tags().map(tag).collect()),
    };
    Some(Node::Or(vec![Node::Call("attribute_not_exists", vec![path()]), own]))
}

/// That all attributes are wanted of what is read, where that must be said: a local index fetches what it does not hold
/// only if it is told to.
pub(super) fn all_attributes<E: Entity>(index: Option<&str>) -> Option<Select> {
    let index = index.and_then(|name| E::Table::SCHEMA.index(name))?;
    let is_partial = index.local && !matches!(index.projection, ProjectionSchema::All);
    is_partial.then_some(Select::AllAttributes)
}

/// Sets what `page` and `count` change of a request; for [`PageRequest::page`].
pub(super) fn select(count: bool, known: Option<Select>) -> Option<Select> {
    if count { Some(Select::Count) } else { known }
}

/// Entities, one after the other: [`Read::items`].
///
/// ```
/// # use dynorm::prelude::*;
/// # #[derive(Entity, Debug)]
/// # #[entity(table = "Events", pk = device, sk = at, name = of_device)]
/// # struct Event { device: String, at: u64 }
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> dynorm::Result<()> {
/// # let db = Db::new(dynorm_mem::MemBackend::new());
/// # db.create_table::<Event>().await?;
/// # for at in 0..5 { db.put(&Event { device: "d".into(), at }).await?; }
/// let mut events = db.query(Event::of_device("d")).newest_first().items();
/// while let Some(event) = events.next().await {
///     println!("{:?}", event?);
/// }
/// # Ok(()) }
/// ```
#[must_use = "a stream does nothing until it is polled"]
pub struct Items<E> {
    items: Pin<Box<dyn Stream<Item = Result<E>> + Send>>,
}

impl<E> Items<E> {
    pub(crate) fn new(items: impl Stream<Item = Result<E>> + Send + 'static) -> Self {
        Self { items: Box::pin(items) }
    }

    /// The next entity, or `None` at the end.
    pub async fn next(&mut self) -> Option<Result<E>> {
        self.items.next().await
    }
}

impl<E> Stream for Items<E> {
    type Item = Result<E>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut TaskContext<'_>) -> Poll<Option<Self::Item>> {
        self.items.as_mut().poll_next(cx)
    }
}

impl<E> Debug for Items<E> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Items").finish_non_exhaustive()
    }
}

/// Pages, one after the other: [`Read::pages`].
#[must_use = "a stream does nothing until it is polled"]
pub struct Pages<E> {
    pages: Pin<Box<dyn Stream<Item = Result<Page<E>>> + Send>>,
}

impl<E> Pages<E> {
    pub(super) fn new(pages: impl Stream<Item = Result<Page<E>>> + Send + 'static) -> Self {
        Self { pages: Box::pin(pages) }
    }

    /// The next page, or `None` at the end.
    pub async fn next(&mut self) -> Option<Result<Page<E>>> {
        self.pages.next().await
    }
}

impl<E> Stream for Pages<E> {
    type Item = Result<Page<E>>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut TaskContext<'_>) -> Poll<Option<Self::Item>> {
        self.pages.as_mut().poll_next(cx)
    }
}

impl<E> Debug for Pages<E> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Pages").finish_non_exhaustive()
    }
}
