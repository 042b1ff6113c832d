//! What queries and scans have in common: limits, filters, and the ways to take their results.

use std::fmt::Debug;
use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context as TaskContext, Poll};
use std::time::SystemTime;

use futures_core::Stream;
use futures_util::stream::{self, StreamExt as _, TryStreamExt as _};

use super::condition::{both, encode_error, expired};
use super::{BoxFuture, Context, Sent};
use crate::backend::call::Select;
use crate::backend::{Backend, reply};
use crate::entity::{
    Entity, IndexSchema, ProjectionSchema, ReadsWholeItems, Table, belongs, decode, is_expired, ttl_attribute,
};
use crate::error::{CursorProblem, Error, Kind, Result};
use crate::expr::{Condition, Node, Renderer, Side};
use crate::page::{Cursor, Meaning, Page, Start, Way};
use crate::value::{Item, Name, Step, Value};

/// A query or a scan: what it reads, how much of it, and in which shape the result comes.
///
/// There are three limits, with three names: [`take`](Self::take) counts entities returned,
/// [`evaluate`](Self::evaluate) items read by one request, [`max_requests`](Self::max_requests) requests.
#[derive(Debug)]
#[must_use = "nothing is read until a method such as `all`, `first` or `page` is awaited"]
pub struct Read<E, S> {
    pub(super) context: Arc<Context>,
    pub(super) source: S,
    filter: Option<Condition<E>>,
    take: Option<usize>,
    evaluate: Option<u32>,
    max_requests: Option<u32>,
    include_expired: bool,
    cursor: Option<Cursor>,
}

/// What is read: a [`QuerySource`](super::QuerySource) or a [`ScanSource`](super::ScanSource).
pub trait Source<E>: Send + 'static {
    /// The backend's request.
    type Request: PageRequest;
    /// Whether it gives whole entities.
    type Index;

    /// The request, without filter and limits.
    #[doc(hidden)]
    fn request(&self, context: &Context, renderer: &mut Renderer) -> Result<Self::Request>;

    /// Whether items of other entities can be among those that are read.
    #[doc(hidden)]
    fn meets_others(&self) -> bool;

    /// Whether it can be read backwards.
    #[doc(hidden)]
    const REVERSIBLE: bool;

    /// What makes this read another than others.
    #[doc(hidden)]
    fn meaning(&self, context: &Context) -> Result<Meaning>;

    /// Whether it can read on from this key, which a client may have made up.
    #[doc(hidden)]
    fn can_start_after(&self, key: &Item) -> Result<bool>;

    /// The index that is read.
    #[doc(hidden)]
    fn index(&self) -> Option<&'static str>;
}

/// A request for a page.
pub trait PageRequest: Clone + Debug + Send + Sync + 'static {
    /// The operation's name.
    #[doc(hidden)]
    const OPERATION: &'static str;

    /// Completes the request.
    #[doc(hidden)]
    fn with_filter(self, filter: Option<String>, renderer: Renderer) -> Self;

    /// The request in the other direction.
    #[doc(hidden)]
    fn reversed(self) -> Self;

    /// The request for one page.
    #[doc(hidden)]
    fn page(&self, limit: Option<u32>, start: Option<Item>, count: bool) -> Self;

    /// Sends it.
    #[doc(hidden)]
    fn send(self, backend: &dyn Backend) -> Sent<'_, reply::Query>;
}

impl<E: Entity, S: Source<E>> Read<E, S> {
    pub(super) fn new(context: Arc<Context>, source: S) -> Self {
        Self {
            context,
            source,
            filter: None,
            take: None,
            evaluate: None,
            max_requests: None,
            include_expired: false,
            cursor: None,
        }
    }

    /// Leaves out items that do not satisfy the condition, after they were read and paid for. Several filters must
    /// all be satisfied.
    pub fn filter(mut self, condition: Condition<E>) -> Self {
        self.filter = both(self.filter, condition);
        self
    }

    /// Returns at most this many entities. As many requests are sent as it takes to find them.
    pub fn take(mut self, n_items: usize) -> Self {
        self.take = Some(n_items);
        self
    }

    /// Reads at most this many items in one request, before the filter: DynamoDB's `Limit`.
    pub fn evaluate(mut self, n_items: u32) -> Self {
        self.evaluate = Some(n_items);
        self
    }

    /// Sends at most this many requests; if the read is not at its end then, [`page`](Self::page) says where it
    /// goes on, and the methods that give everything fail with
    /// [`is_unfinished`](crate::Error::is_unfinished).
    pub fn max_requests(mut self, n_requests: u32) -> Self {
        self.max_requests = Some(n_requests);
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

    /// The first request that would be sent.
    ///
    /// # Errors
    ///
    /// If a value cannot be put into a key or stored, if the cursor belongs to another read, or if the range has no
    /// values, so that there is no request: [`is_empty_range`](crate::Error::is_empty_range).
    pub fn to_request(&self) -> Result<S::Request> {
        let now = self.context.backend.now();
        let start = self.start()?;
        let (request, filtered) = self.request(now, start.way)?;
        Ok(request.page(self.first_limit(filtered), start.key, false))
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
        let by_service = !self.source.meets_others();
        let Some(mut reader) = Reader::new(self)? else { return Ok(0) };
        let (mut count, wanted) = (0, reader.left);
        while let Some(reply) = reader.fetch(by_service).await? {
            let own = reply.items.iter().filter(|item| reader.wants(item)).count();
            count += if by_service { usize::try_from(reply.count).unwrap_or(usize::MAX) } else { own };
            if let Some(wanted) = wanted {
                reader.left = Some(wanted.saturating_sub(count));
                reader.done |= count >= wanted;
            }
        }
        Ok(wanted.map_or(count, |wanted| count.min(wanted)) as u64)
    }

    fn start(&self) -> Result<Start> {
        let Some(cursor) = &self.cursor else { return Ok(Start { way: Way::Onwards, key: None }) };
        let start = cursor.start(&self.source.meaning(&self.context)?, self.context.cursor_keys.as_ref())?;
        let is_possible = match &start.key {
            Some(key) => self.source.can_start_after(key)?,
            None => true,
        };
        if !is_possible || start.way == Way::Back && !S::REVERSIBLE {
            let detail = "it is not one that this read wrote: it leaves the keys of the read";
            return Err(Error::cursor(CursorProblem::Damaged, detail));
        }
        Ok(start)
    }

    /// The request without limits, and whether it filters.
    fn request(&self, now: SystemTime, way: Way) -> Result<(S::Request, bool)> {
        let mut renderer = Renderer::default();
        let request = self.source.request(&self.context, &mut renderer)?;
        let request = if way == Way::Back { request.reversed() } else { request };
        let mut nodes = Vec::new();
        match self.filter.as_ref().map(|filter| filter.node.clone()) {
            Some(Node::And(all)) => nodes.extend(all),
            Some(node) => nodes.push(node),
            None => {}
        }
        let holds =
            |name: &str| index_holds(self.source.index().and_then(|i| E::Table::SCHEMA.index(i)), name);
        let is_held = |name: Option<&'static str>| name.is_some_and(holds);
        if !self.include_expired && is_held(ttl_attribute(E::DESCRIPTOR)) {
            nodes.extend(alive::<E>(now));
        }
        if self.source.meets_others() && is_held(E::Table::SCHEMA.tag) {
            nodes.extend(own_tag::<E>());
        }
        let node = if nodes.len() > 1 { Some(Node::And(nodes)) } else { nodes.pop() };
        let filter = node.map(|node| renderer.condition(&node)).transpose().map_err(encode_error::<E>)?;
        let filtered = filter.is_some();
        Ok((request.with_filter(filter, renderer), filtered))
    }

    fn first_limit(&self, filtered: bool) -> Option<u32> {
        limit(self.evaluate, self.take, filtered, 0)
    }
}

/// The terminals, which give whole entities. They return boxed futures, so that a mistake in what is read is one
/// error of the compiler and not one for each use of the future.
impl<E: Entity, S: Source<E>> Read<E, S> {
    /// The first entity, or `None`.
    ///
    /// # Errors
    ///
    /// As for [`page`](Self::page).
    pub fn first(self) -> BoxFuture<Result<Option<E>>>
    where
        S::Index: ReadsWholeItems,
    {
        Box::pin(async {
            let mut page = self.take(1).next_page().await?.all_or_none()?;
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
    pub fn all(self) -> BoxFuture<Result<Vec<E>>>
    where
        S::Index: ReadsWholeItems,
    {
        Box::pin(async {
            let Some(mut reader) = Reader::new(self)? else { return Ok(Vec::new()) };
            let mut all = Vec::new();
            while let Some(part) = reader.part().await? {
                for entity in part.page.items {
                    all.push(entity?);
                }
            }
            if reader.way == Way::Back {
                all.reverse();
            }
            Ok(all)
        })
    }

    /// One page: with [`take`](Self::take), that many entities if there are so many; without, what one request
    /// finds in 1 MB.
    ///
    /// # Errors
    ///
    /// If a value cannot be put into a key or stored, if the cursor belongs to another read, if the backend refuses,
    /// or if an item is not one of the entity: [`is_decode`](crate::Error::is_decode), which names the item.
    pub fn page(self) -> BoxFuture<Result<Page<E>>>
    where
        S::Index: ReadsWholeItems,
    {
        Box::pin(async { self.next_page().await?.all_or_none() })
    }

    /// As [`page`](Self::page), but an item that is not one of the entity is an error in its place, and the others are
    /// not lost.
    ///
    /// # Errors
    ///
    /// As for [`page`](Self::page), but for such items.
    pub fn page_of_results(self) -> BoxFuture<Result<Page<Result<E>>>>
    where
        S::Index: ReadsWholeItems,
    {
        Box::pin(self.next_page())
    }

    /// All pages, one for each request, as a stream.
    pub fn pages(self) -> Pages<E>
    where
        S::Index: ReadsWholeItems,
    {
        let pages = self.stream().and_then(|page| async { page.all_or_none() });
        Pages { pages: Box::pin(pages) }
    }

    /// All entities as a stream, which asks for a page when the one before is used up.
    ///
    /// An item that is not one of the entity is an error in its place, and the stream goes on after it. It ends with
    /// any other error.
    pub fn items(self) -> Items<E>
    where
        S::Index: ReadsWholeItems,
    {
        let items = self.stream().map_ok(|page| stream::iter(page.items)).try_flatten();
        Items { items: Box::pin(items) }
    }
}

impl<E: Entity, S: Source<E>> Read<E, S> {
    async fn next_page(self) -> Result<Page<Result<E>>> {
        let to_be_filled = self.take.is_some();
        let Some(mut reader) = Reader::new(self)? else { return Ok(Page::empty()) };
        let (began, mut whole) = (reader.start.is_some(), Part::empty());
        while let Some(part) = reader.part().await? {
            whole.append(part);
            if !to_be_filled || reader.requests_left == Some(0) {
                break;
            }
        }
        Ok(reader.close(whole, began))
    }

    /// A page for each request.
    fn stream(self) -> impl Stream<Item = Result<Page<Result<E>>>> {
        stream::try_unfold(Stage::Read(self), |stage| async move {
            let mut reader = match stage {
                Stage::Reader(reader) => reader,
                Stage::Read(read) => match Reader::new(read)? {
                    None => return Ok(None),
                    Some(reader) if reader.way == Way::Back => {
                        let reason =
                            "a stream cannot go on from `Page::previous`; ask for a `page`".to_owned();
                        return Err(Error::new(Kind::Request { reason }));
                    }
                    Some(reader) => reader,
                },
            };
            let began = reader.start.is_some();
            let part = reader.part().await?;
            Ok(part.map(|part| (reader.close(part, began), Stage::Reader(reader))))
        })
    }
}

/// A read before and after its first request.
enum Stage<E, S: Source<E>> {
    Read(Read<E, S>),
    Reader(Reader<E, S>),
}

/// A read that is going on.
struct Reader<E, S: Source<E>> {
    context: Arc<Context>,
    request: S::Request,
    meaning: Meaning,
    way: Way,
    index: Option<&'static str>,
    filtered: bool,
    include_expired: bool,
    now: SystemTime,
    evaluate: Option<u32>,
    /// How many entities are still wanted.
    left: Option<usize>,
    requests_left: Option<u32>,
    requests: u32,
    start: Option<Item>,
    done: bool,
    entity: PhantomData<fn() -> E>,
}

impl<E: Entity, S: Source<E>> Reader<E, S> {
    /// `None` where the range has no values.
    fn new(read: Read<E, S>) -> Result<Option<Self>> {
        let now = read.context.backend.now();
        let (meaning, start) = match (read.source.meaning(&read.context), read.start()) {
            (Err(error), _) if error.is_empty_range() => return Ok(None),
            (meaning, start) => (meaning?, start?),
        };
        let (request, filtered) = read.request(now, start.way)?;
        Ok(Some(Self {
            request,
            meaning,
            way: start.way,
            index: read.source.index(),
            filtered,
            include_expired: read.include_expired,
            now,
            evaluate: read.evaluate,
            left: read.take,
            requests_left: read.max_requests,
            requests: 0,
            start: start.key,
            done: read.take == Some(0),
            entity: PhantomData,
            context: read.context,
        }))
    }

    /// The next answer of the backend, or `None` at the end.
    async fn fetch(&mut self, count: bool) -> Result<Option<reply::Query>> {
        if self.done {
            return Ok(None);
        }
        if self.requests_left == Some(0) {
            return Err(Error::new(Kind::Unfinished { requests: self.requests }));
        }
        self.requests_left = self.requests_left.map(|left| left - 1);
        let limit = limit(self.evaluate, self.left, self.filtered, self.requests);
        self.requests += 1;
        let request = self.request.page(limit, self.start.take(), count);
        let reply = self.context.read(|backend| request.clone().send(backend)).await;
        let mut reply = reply.map_err(|f| Error::backend(S::Request::OPERATION, E::DESCRIPTOR.name, f))?;
        self.start = reply.last_key.take();
        self.done = self.start.is_none();
        Ok(Some(reply))
    }

    /// What the next request gives, or `None` at the end.
    async fn part(&mut self) -> Result<Option<Part<E>>> {
        let Some(reply) = self.fetch(false).await? else { return Ok(None) };
        let mut part = Part::empty();
        part.page = Page { count: reply.count, scanned: reply.scanned, requests: 1, ..part.page };
        part.page.capacity = reply.capacity;
        let mut last = None;
        for item in reply.items {
            if !self.wants(&item) {
                continue;
            }
            if self.left == Some(0) {
                // More was read than is wanted: the next page starts after the last entity of this one.
                self.start = last;
                break;
            }
            self.left = self.left.map(|left| left - 1);
            if S::REVERSIBLE && part.first.is_none() {
                part.first = Some(self.key_of(&item));
            }
            if self.left == Some(0) {
                last = Some(self.key_of(&item));
            }
            part.page.items.push(decode(item));
        }
        if self.left == Some(0) {
            self.done = true;
        }
        Ok(Some(part))
    }

    /// The page with its cursors, in the order of the read; `began` says whether anything was read before it.
    fn close(&self, part: Part<E>, began: bool) -> Page<Result<E>> {
        let Part { mut page, first } = part;
        let cursor =
            |way, key: &Item| Cursor::new(&self.meaning, way, key, self.context.cursor_keys.as_ref());
        let ahead = self.start.as_ref().map(|key| cursor(self.way, key));
        // Behind an empty page is what is behind the place where it ended, which may be the end of the read.
        let behind = first.or_else(|| self.start.clone()).unwrap_or_default();
        let behind = (S::REVERSIBLE && began).then(|| cursor(self.way.reversed(), &behind));
        (page.previous, page.next) = match self.way {
            Way::Onwards => (behind, ahead),
            Way::Back => {
                page.items.reverse();
                (ahead, behind)
            }
        };
        page
    }

    /// Whether an item is an entity of this read; filters of the service see to most of it.
    fn wants(&self, item: &Item) -> bool {
        belongs::<E>(item) && (self.include_expired || !is_expired::<E>(item, self.now))
    }

    /// The attributes that a read goes on after: the keys of the table and of the index.
    fn key_of(&self, item: &Item) -> Item {
        let schema = E::Table::SCHEMA;
        let index = self.index.and_then(|name| schema.index(name));
        let of_index = index.into_iter().flat_map(|index| [Some(index.partition), index.sort]);
        let names = [Some(schema.partition), schema.sort].into_iter().chain(of_index).flatten();
        names.filter_map(|key| item.get(key.name).map(|value| (key.name, value.clone()))).collect()
    }
}

/// What a request gave, before its cursors are known.
struct Part<E> {
    page: Page<Result<E>>,
    /// The key of its first entity.
    first: Option<Item>,
}

impl<E> Part<E> {
    fn empty() -> Self {
        Self { page: Page::empty(), first: None }
    }

    fn append(&mut self, later: Self) {
        self.page.append(later.page);
        self.first = self.first.take().or(later.first);
    }
}

/// How many items a request may read.
///
/// Without a filter, what is read is returned, and the service need not read more than is wanted. With one, a first
/// guess of twice what is wanted grows with each request, so that neither much is read for nothing nor many requests
/// are sent.
fn limit(evaluate: Option<u32>, left: Option<usize>, filtered: bool, n_requests: u32) -> Option<u32> {
    const GUESS_MIN: u32 = 16;
    /// The wire's integers have a sign.
    const LIMIT_MAX: u32 = i32::MAX.cast_unsigned();
    if evaluate.is_some() {
        return evaluate;
    }
    let left = u32::try_from(left?).unwrap_or(LIMIT_MAX);
    if !filtered {
        return Some(left.min(LIMIT_MAX));
    }
    let growth = 1u32.checked_shl(n_requests.saturating_add(1)).unwrap_or(u32::MAX);
    Some(left.max(GUESS_MIN / 2).saturating_mul(growth).min(LIMIT_MAX))
}

/// Whether a read of the index can filter by an attribute; a local index fetches what it does not hold.
fn index_holds(index: Option<&IndexSchema>, name: &str) -> bool {
    index.is_none_or(|index| match index.projection {
        ProjectionSchema::All => true,
        ProjectionSchema::KeysOnly => index.local,
        ProjectionSchema::Include(names) => index.local || names.contains(&name),
    })
}

/// Keeps what is not expired. An item without the attribute, or with one that is no number, is not.
fn alive<E: Entity>(now: SystemTime) -> Option<Node> {
    Some(Node::Not(Box::new(expired::<E>(now)?)))
}

/// Keeps what the tag says is the entity's, and what has no tag.
fn own_tag<E: Entity>() -> Option<Node> {
    let path = || Side::Path(vec![Step::Name(Name::from(E::Table::SCHEMA.tag.unwrap_or_default()))]);
    E::Table::SCHEMA.tag?;
    let own = Node::Compare(path(), "=", Side::Value(Value::from(E::DESCRIPTOR.tag)));
    Some(Node::Or(vec![Node::Call("attribute_not_exists", vec![path()]), own]))
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
