//! Reading page after page: what queries, scans and collections have in common below their types.

use std::fmt::Debug;
use std::sync::Arc;

use futures_core::Stream;
use futures_util::stream;

use super::{Context, Sent, refuse};
use crate::backend::{Backend, reply};
use crate::error::{Error, Kind, Result};
use crate::expr::Renderer;
use crate::page::{Cursor, Meaning, Page, Start, Way};
use crate::value::Item;

/// A request for a page.
pub trait PageRequest: Clone + Debug + Send + Sync + 'static {
    /// The operation's name.
    #[doc(hidden)]
    const OPERATION: &'static str;
    /// Whether it can be read backwards.
    #[doc(hidden)]
    const REVERSIBLE: bool;

    /// Completes the request.
    #[doc(hidden)]
    fn with_expressions(self, filter: Option<String>, projection: Option<String>, renderer: Renderer)
    -> Self;

    /// The request in the other direction.
    #[doc(hidden)]
    fn reversed(self) -> Self;

    /// The request for one page.
    #[doc(hidden)]
    fn page(self, limit: Option<u32>, start: Option<Item>, count: bool) -> Self;

    /// Sends it.
    #[doc(hidden)]
    fn send(self, backend: &dyn Backend) -> Sent<'_, reply::Query>;
}

/// How much to read.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Limits {
    /// Items returned.
    pub(crate) take: Option<usize>,
    /// Items evaluated by one request.
    pub(crate) evaluate: Option<u32>,
    pub(crate) max_requests: Option<u32>,
    /// Pages of a stream that are asked for before they are wanted.
    pub(crate) read_ahead: usize,
}

impl Limits {
    /// The first of the requests that are sent.
    pub(crate) fn first_request<R: PageRequest>(self, request: R, filtered: bool, start: Option<Item>) -> R {
        request.page(limit(self.evaluate, self.take, filtered, 0), start, false)
    }
}

/// What a read asks for, in the service's terms.
pub(crate) struct Plan<R> {
    /// The request without limits, in the direction of `start`.
    pub(crate) request: R,
    /// Whether the request filters.
    pub(crate) filtered: bool,
    pub(crate) meaning: Meaning,
    pub(crate) start: Start,
    pub(crate) limits: Limits,
    /// The entity, for messages.
    pub(crate) subject: &'static str,
    /// The attributes that a read goes on after: the keys of the table and of the index.
    pub(crate) keys: Vec<&'static str>,
    /// Which of the items that the service gives are those of the read.
    pub(crate) wants: Box<dyn Fn(&Item) -> bool + Send + Sync>,
}

impl<R: PageRequest> Plan<R> {
    /// The first request that would be sent.
    pub(crate) fn first_request(self) -> R {
        self.limits.first_request(self.request, self.filtered, self.start.key)
    }
}

/// A read that is going on.
pub(crate) struct Pager<R> {
    context: Arc<Context>,
    plan: Plan<R>,
    /// How many items are still wanted.
    left: Option<usize>,
    requests_left: Option<u32>,
    requests: u32,
    done: bool,
}

impl<R: PageRequest> Pager<R> {
    pub(crate) fn new(context: Arc<Context>, plan: Plan<R>) -> Self {
        let Limits { take, max_requests, .. } = plan.limits;
        Self { context, left: take, requests_left: max_requests, requests: 0, done: take == Some(0), plan }
    }

    /// How many items there are. With `by_service` they are counted by the service, which knows only its filter.
    pub(crate) async fn count(mut self, by_service: bool) -> Result<u64> {
        let (mut count, wanted) = (0, self.left);
        while let Some(reply) = self.fetch(by_service).await? {
            let own = reply.items.iter().filter(|item| (self.plan.wants)(item)).count();
            count += if by_service { usize::try_from(reply.count).unwrap_or(usize::MAX) } else { own };
            if let Some(wanted) = wanted {
                self.left = Some(wanted.saturating_sub(count));
                self.done |= count >= wanted;
            }
        }
        Ok(wanted.map_or(count, |wanted| count.min(wanted)) as u64)
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
        let limit = limit(self.plan.limits.evaluate, self.left, self.plan.filtered, self.requests);
        self.requests += 1;
        let (request, start) = (&self.plan.request, self.plan.start.key.take());
        let reply = self
            .context
            .read(|backend| request.clone().page(limit, start.clone(), count).send(backend))
            .await;
        let mut reply = reply.map_err(|f| Error::backend(R::OPERATION, self.plan.subject, f))?;
        self.plan.start.key = reply.last_key.take();
        self.done = self.plan.start.key.is_none();
        Ok(Some(reply))
    }

    fn key_of(&self, item: &Item) -> Item {
        key_of(&self.plan.keys, item)
    }
}

/// A read that goes on part by part.
pub(crate) trait Parts: Sized + Send {
    /// What is known of the first items of a part: their keys.
    type First: Send;

    /// What the next requests give, or `None` at the end.
    fn part(&mut self) -> impl Future<Output = Result<Option<Part<Self::First>>>> + Send;

    /// A part with nothing in it.
    fn empty(&self) -> Part<Self::First>;

    /// Adds what was read after a part.
    fn append(&self, part: &mut Part<Self::First>, later: Part<Self::First>);

    /// Whether something comes before what is given next.
    fn began(&self) -> bool;

    /// Whether nothing more is wanted.
    fn is_done(&self) -> bool;

    /// The read's plan, of which nothing here is a matter of requests.
    fn plan(&self) -> (Limits, Way);

    /// Whether there are not enough requests left to go on.
    fn is_out_of_requests(&self) -> bool;

    /// The page with its cursors, in the order of the read; `began` says whether anything was given before it.
    fn close(&self, part: Part<Self::First>, began: bool) -> Page<Item>;

    /// One page: with a limit of items, that many, if there are so many; without, what one part has.
    async fn page(mut self) -> Result<Page<Item>> {
        if self.is_done() {
            return Ok(Page::empty());
        }
        let (began, mut whole, limits) = (self.began(), self.empty(), self.plan().0);
        while let Some(part) = self.part().await? {
            self.append(&mut whole, part);
            if limits.take.is_none() || self.is_out_of_requests() {
                break;
            }
        }
        Ok(self.close(whole, began))
    }

    /// Everything, in the usual order, each item read as it comes.
    async fn all<T>(mut self, mut read: impl FnMut(Item) -> Result<T>) -> Result<Vec<T>> {
        let mut all = Vec::new();
        while let Some(part) = self.part().await? {
            for item in part.page.items {
                all.push(read(item)?);
            }
        }
        if self.plan().1 == Way::Back {
            all.reverse();
        }
        Ok(all)
    }

    /// A page for each part.
    fn pages(self) -> impl Stream<Item = Result<Page<Item>>> + Send {
        stream::try_unfold(self, |mut read| async move {
            if read.plan().1 == Way::Back {
                return refuse("a stream cannot go on from `Page::previous`; ask for a `page`".to_owned());
            }
            let began = read.began();
            let part = read.part().await?;
            Ok(part.map(|part| (read.close(part, began), read)))
        })
    }
}

/// What requests gave, before its cursors are known.
pub(crate) struct Part<F> {
    pub(crate) page: Page<Item>,
    /// The keys of its first items.
    pub(crate) first: F,
}

impl<R: PageRequest> Parts for Pager<R> {
    type First = Option<Item>;

    fn empty(&self) -> Part<Self::First> {
        Part { page: Page::empty(), first: None }
    }

    fn append(&self, part: &mut Part<Self::First>, later: Part<Self::First>) {
        part.page.append(later.page);
        part.first = part.first.take().or(later.first);
    }

    fn began(&self) -> bool {
        self.plan.start.key.is_some()
    }

    fn is_done(&self) -> bool {
        self.done
    }

    fn plan(&self) -> (Limits, Way) {
        (self.plan.limits, self.plan.start.way)
    }

    fn is_out_of_requests(&self) -> bool {
        self.requests_left == Some(0)
    }

    async fn part(&mut self) -> Result<Option<Part<Self::First>>> {
        let Some(reply) = self.fetch(false).await? else { return Ok(None) };
        let mut part = self.empty();
        part.page = Page { count: reply.count, scanned: reply.scanned, requests: 1, ..part.page };
        part.page.capacity = reply.capacity;
        let mut last = None;
        for item in reply.items.into_iter().filter(|item| (self.plan.wants)(item)) {
            if self.left == Some(0) {
                // More was read than is wanted: the next page starts after the last item of this one.
                self.plan.start.key = last;
                break;
            }
            self.left = self.left.map(|left| left - 1);
            if R::REVERSIBLE && part.first.is_none() {
                part.first = Some(self.key_of(&item));
            }
            if self.left == Some(0) {
                last = Some(self.key_of(&item));
            }
            part.page.items.push(item);
        }
        if self.left == Some(0) {
            self.done = true;
        }
        Ok(Some(part))
    }

    fn close(&self, part: Part<Self::First>, began: bool) -> Page<Item> {
        let Part { mut page, first } = part;
        let Plan { meaning, start, .. } = &self.plan;
        let cursor = |way, key: &Item| Cursor::new(meaning, way, key, self.context.cursor_keys.as_ref());
        let ahead = start.key.as_ref().map(|key| cursor(start.way, key));
        // Behind an empty page is what is behind the place where it ended, which may be the end of the read.
        let behind = first.or_else(|| start.key.clone()).unwrap_or_default();
        let behind = (R::REVERSIBLE && began).then(|| cursor(start.way.reversed(), &behind));
        (page.previous, page.next) = match start.way {
            Way::Onwards => (behind, ahead),
            Way::Back => {
                page.items.reverse();
                (ahead, behind)
            }
        };
        page
    }
}

/// The attributes of an item that have these names.
pub(crate) fn key_of(names: &[&'static str], item: &Item) -> Item {
    names.iter().filter_map(|name| item.get(name).map(|value| (*name, value.clone()))).collect()
}

/// How many items a request may read.
///
/// Without a filter, what is read is returned, and the service need not read more than is wanted. With one, a first
/// guess of twice what is wanted grows with each request, so that neither much is read for nothing nor many requests
/// are sent.
pub(super) fn limit(
    evaluate: Option<u32>,
    left: Option<usize>,
    filtered: bool,
    n_requests: u32,
) -> Option<u32> {
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
