//! Reading a partition that is spread over shards: several requests at once, merged in the order of the sort key.
//!
//! Nothing is given before each shard has shown its next item, or its end. A shard is asked again only when all that was
//! read of it is given.

use std::cmp::Ordering;
use std::collections::VecDeque;
use std::sync::Arc;

use futures_util::stream::{self, StreamExt as _, TryStreamExt as _};

use super::pager::{Limits, PageRequest, Part, Parts, Plan, key_of, limit};
use super::{Context, refuse};
use crate::backend::reply;
use crate::error::{Error, Kind, Result};
use crate::page::{Cursor, Page, SegmentPlace, Way};
use crate::value::{Item, Value};

/// The shards that are read, and in which order they are merged.
#[derive(Debug, Default)]
pub struct Spread {
    /// The partition key of each shard.
    pub(crate) partitions: Vec<Item>,
    /// The attributes of the sort key.
    pub(crate) order: Vec<&'static str>,
    pub(crate) descending: bool,
    /// How many requests may be under way at once.
    pub(crate) concurrency: usize,
}

impl Spread {
    /// The attributes of a place in a shard that its partition key does not tell.
    pub(crate) fn place_names(&self, keys: &[&'static str]) -> Vec<&'static str> {
        let of_partition = |name: &&&str| !self.partitions.first().is_some_and(|key| key.contains(name));
        keys.iter().filter(of_partition).copied().collect()
    }
}

/// A read of several shards that is going on.
pub(crate) struct Fan<R> {
    context: Arc<Context>,
    plan: Plan<R>,
    spread: Spread,
    shards: Vec<Shard<R>>,
    /// How many items are still wanted.
    left: Option<usize>,
    requests_left: Option<u32>,
    requests: u32,
    done: bool,
}

/// One of the shards.
struct Shard<R> {
    request: R,
    requests: u32,
    /// Where the next request starts.
    start: SegmentPlace,
    /// What was read, and is not given yet.
    read: VecDeque<Item>,
    /// Where to go on after what was given.
    given: SegmentPlace,
}

impl<R> Shard<R> {
    /// Whether it may have more than was read.
    fn is_unfinished(&self) -> bool {
        self.start != SegmentPlace::Done
    }

    /// Whether it must be asked before anything is given.
    fn is_dry(&self) -> bool {
        self.read.is_empty() && self.is_unfinished()
    }

    fn place(&self) -> &SegmentPlace {
        if self.read.is_empty() { &self.start } else { &self.given }
    }
}

impl<R: PageRequest> Fan<R> {
    /// A read of these shards, by a request for each, from these places.
    pub(crate) fn new(
        context: Arc<Context>,
        plan: Plan<R>,
        spread: Spread,
        requests: Vec<R>,
        places: Vec<SegmentPlace>,
    ) -> Result<Self> {
        if spread.concurrency == 0 {
            return refuse("a query of several shards needs a `concurrency` of at least 1".to_owned());
        }
        let Limits { take, max_requests, .. } = plan.limits;
        let shard = |(request, start): (R, SegmentPlace)| Shard {
            request,
            requests: 0,
            given: start.clone(),
            start,
            read: VecDeque::new(),
        };
        let shards: Vec<Shard<R>> = requests.into_iter().zip(places).map(shard).collect();
        let n_first = shards.iter().filter(|shard| shard.is_unfinished()).count();
        if max_requests.is_some_and(|max| u32::try_from(n_first).unwrap_or(u32::MAX) > max) {
            return refuse(format!(
                "the query of `{}` reads {n_first} shards by a request each, and `max_requests` allows fewer; allow at least {n_first}, or read one shard by `shard`",
                plan.subject
            ));
        }
        let done = take == Some(0);
        Ok(Self { context, plan, spread, shards, left: take, requests_left: max_requests, requests: 0, done })
    }

    /// How many items there are. With `by_service` they are counted by the service, which knows only its filter.
    pub(crate) async fn count(mut self, by_service: bool) -> Result<u64> {
        let (mut count, wanted) = (0_u64, self.left.map(|left| left as u64));
        while let Some(replies) = self.round(by_service).await? {
            for (_, reply) in replies {
                let own = || reply.items.iter().filter(|item| (self.plan.wants)(item)).count() as u64;
                count += if by_service { reply.count } else { own() };
            }
            if let Some(wanted) = wanted {
                self.left = Some(usize::try_from(wanted.saturating_sub(count)).unwrap_or(usize::MAX));
                self.done |= count >= wanted;
            }
        }
        Ok(wanted.map_or(count, |wanted| count.min(wanted)))
    }

    /// Asks all shards of which nothing is left to give; `None` at the end.
    async fn round(&mut self, count: bool) -> Result<Option<Vec<(usize, reply::Query)>>> {
        let dry: Vec<usize> = (0..self.shards.len()).filter(|at| self.shards[*at].is_dry()).collect();
        if self.done || dry.is_empty() {
            return Ok(None);
        }
        if self.is_out_of_requests() {
            return Err(Error::new(Kind::Unfinished { requests: self.requests }));
        }
        let n_requests = u32::try_from(dry.len()).unwrap_or(u32::MAX);
        self.requests_left = self.requests_left.map(|left| left - n_requests);
        self.requests += n_requests;
        let calls: Vec<_> = dry.into_iter().map(|at| self.call(at, count)).collect();
        let replies = stream::iter(calls).buffer_unordered(self.spread.concurrency);
        let mut replies: Vec<(usize, reply::Query)> = replies.try_collect().await?;
        for (at, reply) in &mut replies {
            let shard = &mut self.shards[*at];
            shard.requests += 1;
            shard.given = std::mem::replace(
                &mut shard.start,
                reply.last_key.take().map_or(SegmentPlace::Done, SegmentPlace::After),
            );
        }
        Ok(Some(replies))
    }

    /// The next request to a shard.
    fn call(
        &self,
        at: usize,
        count: bool,
    ) -> impl Future<Output = Result<(usize, reply::Query)>> + Send + use<R> {
        let request = self.request(&self.shards[at], count);
        let (context, subject) = (Arc::clone(&self.context), self.plan.subject);
        async move {
            let reply = context.read(|backend| request.clone().send(backend)).await;
            reply.map(|reply| (at, reply)).map_err(|f| Error::backend(R::OPERATION, subject, f))
        }
    }

    fn request(&self, shard: &Shard<R>, count: bool) -> R {
        let limit = limit(self.plan.limits.evaluate, self.share(shard), self.plan.filtered, shard.requests);
        let start = match &shard.start {
            SegmentPlace::After(key) => Some(key.clone()),
            SegmentPlace::Start | SegmentPlace::Done => None,
        };
        shard.request.clone().page(limit, start, count)
    }

    /// The requests that would be sent first.
    pub(crate) fn into_first_requests(self) -> Vec<R> {
        self.shards.iter().filter(|shard| shard.is_dry()).map(|shard| self.request(shard, false)).collect()
    }

    /// How many of the items that are wanted a shard is asked for: twice its share at first, as they are not spread
    /// evenly, and twice as many each time that was not enough.
    fn share(&self, shard: &Shard<R>) -> Option<usize> {
        let left = self.left?;
        let n_shards = self.shards.iter().filter(|shard| shard.is_unfinished()).count().max(1);
        let growth = 2_usize.checked_shl(shard.requests).unwrap_or(usize::MAX);
        Some(left.div_ceil(n_shards).saturating_mul(growth).min(left))
    }

    /// The next item in order with its shard, if each shard has shown its own.
    fn next(&mut self) -> Option<(usize, Item)> {
        if self.shards.iter().any(Shard::is_dry) {
            return None;
        }
        let heads = self.shards.iter().enumerate().filter_map(|(at, shard)| Some((at, shard.read.front()?)));
        let backwards = self.spread.descending != (self.plan.start.way == Way::Back);
        let (at, _) = heads.min_by(|a, b| {
            let order = self.compare(*a, *b);
            if backwards { order.reverse() } else { order }
        })?;
        self.shards[at].read.pop_front().map(|item| (at, item))
    }

    /// By sort key, and where that is the same, by shard.
    fn compare(&self, (at, a): (usize, &Item), (other, b): (usize, &Item)) -> Ordering {
        let by_sort = self.spread.order.iter().map(|name| compare_values(a.get(name), b.get(name)));
        by_sort.fold(Ordering::Equal, Ordering::then).then(at.cmp(&other))
    }

    /// The place in a shard that what comes before the page ends at: the first item of the page or after it, or else where
    /// reading ended, of which nothing was wanted.
    fn behind(&self, shard: &Shard<R>, first: Option<Item>) -> SegmentPlace {
        let head = || shard.read.front().map(|item| key_of(&self.plan.keys, item));
        match (first.or_else(head), &shard.start) {
            (Some(key), _) => SegmentPlace::After(key),
            (None, SegmentPlace::After(key)) => SegmentPlace::After(key.clone()),
            (None, SegmentPlace::Start | SegmentPlace::Done) => SegmentPlace::Start,
        }
    }
}

impl<R: PageRequest> Parts for Fan<R> {
    type First = Vec<Option<Item>>;

    async fn part(&mut self) -> Result<Option<Part<Self::First>>> {
        let Some(mut replies) = self.round(false).await? else { return Ok(None) };
        // The order in which answers came must not show.
        replies.sort_unstable_by_key(|(at, _)| *at);
        let mut part = self.empty();
        for (at, reply) in replies {
            let page = Page { count: reply.count, scanned: reply.scanned, requests: 1, ..Page::empty() };
            part.page.append(Page { capacity: reply.capacity, ..page });
            let wanted = reply.items.into_iter().filter(|item| (self.plan.wants)(item));
            self.shards[at].read.extend(wanted);
        }
        while self.left != Some(0)
            && let Some((at, item)) = self.next()
        {
            self.left = self.left.map(|left| left - 1);
            let key = key_of(&self.plan.keys, &item);
            part.first[at].get_or_insert_with(|| key.clone());
            self.shards[at].given = SegmentPlace::After(key);
            part.page.items.push(item);
        }
        self.done |= self.left == Some(0);
        Ok(Some(part))
    }

    fn empty(&self) -> Part<Self::First> {
        Part { page: Page::empty(), first: vec![None; self.shards.len()] }
    }

    fn append(&self, part: &mut Part<Self::First>, later: Part<Self::First>) {
        part.page.append(later.page);
        for (first, later) in part.first.iter_mut().zip(later.first) {
            *first = first.take().or(later);
        }
    }

    fn began(&self) -> bool {
        self.shards.iter().any(|shard| *shard.place() != SegmentPlace::Start)
    }

    fn is_done(&self) -> bool {
        self.done
    }

    fn plan(&self) -> (Limits, Way) {
        (self.plan.limits, self.plan.start.way)
    }

    fn is_out_of_requests(&self) -> bool {
        let n_dry = self.shards.iter().filter(|shard| shard.is_dry()).count();
        self.requests_left.is_some_and(|left| u32::try_from(n_dry).unwrap_or(u32::MAX) > left)
    }

    fn close(&self, part: Part<Self::First>, began: bool) -> Page<Item> {
        let Part { mut page, first } = part;
        let way = self.plan.start.way;
        let names = self.spread.place_names(&self.plan.keys);
        let cursor = |way, places: &[SegmentPlace]| {
            Cursor::spread(&self.plan.meaning, way, &names, places, self.context.cursor_keys.as_ref())
        };
        let ahead: Vec<SegmentPlace> = self.shards.iter().map(|shard| shard.place().clone()).collect();
        let is_end = ahead.iter().all(|place| *place == SegmentPlace::Done);
        let ahead = (!is_end).then(|| cursor(way, &ahead));
        let behind: Vec<SegmentPlace> =
            self.shards.iter().zip(first).map(|(shard, first)| self.behind(shard, first)).collect();
        let behind = began.then(|| cursor(way.reversed(), &behind));
        (page.previous, page.next) = match way {
            Way::Onwards => (behind, ahead),
            Way::Back => {
                page.items.reverse();
                (ahead, behind)
            }
        };
        page
    }
}

/// Values of one key attribute, as DynamoDB sorts them.
fn compare_values(a: Option<&Value>, b: Option<&Value>) -> Ordering {
    match (a, b) {
        (Some(Value::S(a)), Some(Value::S(b))) => a.as_bytes().cmp(b.as_bytes()),
        (Some(Value::N(a)), Some(Value::N(b))) => a.cmp(b),
        (Some(Value::B(a)), Some(Value::B(b))) => a.cmp(b),
        _ => Ordering::Equal,
    }
}
