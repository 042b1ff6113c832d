//! Scans in segments: a table read by several requests at once, within a budget, and from where it was left.

use std::collections::VecDeque;
use std::fmt;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context as TaskContext, Poll};
use std::time::{Duration, SystemTime};

use futures_core::Stream;
use futures_util::stream::{FuturesUnordered, StreamExt};

use super::pager::{Plan, key_of};
use super::scan::IndexScan;
use super::{BoxFuture, Context, refuse};
use crate::backend::call::{self, ReturnCapacity};
use crate::backend::reply::{self, Capacity};
use crate::entity::{Entity, Everything, ReadFrom, decode};
use crate::error::{Error, Kind, Result};
use crate::page::{ScanPosition, SegmentPlace};
use crate::value::Item;

/// Most segments of a scan.
///
/// Source: [Scan](https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Scan.html).
const SEGMENTS_MAX: u32 = 1_000_000;
/// Most read units of one request, which ends after the item that crosses 1 MB, of up to 400 KB: a unit for each 4 KB.
///
/// Source: [capacity units](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html).
const UNITS_OF_REQUEST_MAX: f64 = 356.0;

/// A scan in segments, made by [`segments`](IndexScan::segments), [`budget`](IndexScan::budget) or [`resume`](IndexScan::resume) of a scan.
///
/// What filters, is consistent or includes what is expired is said before, to the scan.
///
/// ```
/// # use dynorm::prelude::*;
/// # #[derive(Entity)]
/// # #[entity(table = "Settings", pk = name, scan)]
/// # struct Setting { name: String, value: u32 }
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> dynorm::Result<()> {
/// # let db = Db::new(dynorm_mem::MemBackend::new());
/// # db.create_table::<Setting>().await?;
/// # for value in 0..9 { db.put(&Setting { name: format!("n{value}"), value }).await?; }
/// let mut settings = db.scan::<Setting>().segments(4).budget(500.0).items();
/// for _ in 0..5 {
///     settings.next().await.expect("there are 9")?;
/// }
/// // The program ends here, and the next one goes on.
/// let position = settings.position().to_string();
/// let rest = db.scan::<Setting>().resume(position.parse()?).items();
/// assert_eq!(rest.all().await?.len(), 4);
/// # Ok(()) }
/// ```
#[derive(Debug)]
#[must_use = "nothing is read until `items` or `all` is awaited"]
pub struct SegmentedScan<E, I = Everything> {
    scan: IndexScan<E, I>,
    segments: Option<u32>,
    concurrency: Option<usize>,
    budget: Option<f64>,
    position: Option<ScanPosition>,
}

impl<E: Entity, I: 'static> IndexScan<E, I> {
    /// Reads the table or index in this many segments, from 1 to 1,000,000, by requests at once. The entities come in no order.
    pub fn segments(self, n: u32) -> SegmentedScan<E, I>
    where
        E: ReadFrom<I, E>,
    {
        SegmentedScan { segments: Some(n), ..SegmentedScan::of(self) }
    }

    /// Reads in one segment, on average at most this many read units a second: see [`SegmentedScan::budget`].
    pub fn budget(self, units_per_second: f64) -> SegmentedScan<E, I>
    where
        E: ReadFrom<I, E>,
    {
        SegmentedScan::of(self).budget(units_per_second)
    }

    /// Goes on where another scan in segments was left: it gives exactly what that one did not.
    pub fn resume(self, position: ScanPosition) -> SegmentedScan<E, I>
    where
        E: ReadFrom<I, E>,
    {
        SegmentedScan { position: Some(position), ..SegmentedScan::of(self) }
    }
}

impl<E: Entity, I: 'static> SegmentedScan<E, I> {
    fn of(scan: IndexScan<E, I>) -> Self {
        Self { scan, segments: None, concurrency: None, budget: None, position: None }
    }

    /// Has at most this many requests under way at once; all segments without. As many pages, of up to 1 MB, may be
    /// held in memory.
    pub fn concurrency(mut self, n_requests: usize) -> Self {
        self.concurrency = Some(n_requests);
        self
    }

    /// Reads on average at most this many read units a second, by waiting before requests: a request is sent when all
    /// before it are paid. What a request consumed is what the backend reports; while it is under way, and where the
    /// backend does not report, it counts as the most that it can be, 178 units, or 356 if it is consistent. So the
    /// scan is at no time more than one request ahead of its budget.
    pub fn budget(mut self, units_per_second: f64) -> Self {
        self.budget = Some(units_per_second);
        self
    }

    /// Goes on where another scan in segments was left, in the segments of that one.
    pub fn resume(mut self, position: ScanPosition) -> Self {
        self.position = Some(position);
        self
    }

    /// All entities as a stream, which sends requests only while it is polled.
    ///
    /// An item that is not one of the entity is an error in its place, and the stream goes on. It ends with any other
    /// error; its position is then still right.
    pub fn items(self) -> ScanItems<E> {
        let mut work = Work::idle(Arc::clone(&self.scan.context));
        let refused = work.begin(self).err();
        ScanItems { work, refused, entity: std::marker::PhantomData }
    }

    /// All entities, in no order.
    ///
    /// # Errors
    ///
    /// If an item is not one of the entity, the backend refuses, the position belongs to another scan, or what is asked
    /// is out of range.
    #[must_use = "nothing is read until it is awaited"]
    pub fn all(self) -> BoxFuture<Result<Vec<E>>> {
        self.items().all()
    }
}

/// Entities of a scan in segments, one after the other, in no order: [`SegmentedScan::items`].
#[must_use = "a stream does nothing until it is polled"]
pub struct ScanItems<E> {
    work: Work,
    /// Why the scan cannot begin, to be given first.
    refused: Option<Error>,
    entity: std::marker::PhantomData<fn() -> E>,
}

/// How far a scan in segments is: [`ScanItems::progress`].
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct ScanProgress {
    /// How many items the stream has given, be they entities or errors.
    pub items: u64,
    /// DynamoDB's `ScannedCount`: how many items were read, and paid for.
    pub scanned: u64,
    /// How many requests were answered.
    pub requests: u64,
    /// How many segments there are.
    pub segments: u32,
    /// How many segments are at their end.
    pub segments_done: u32,
    /// What the requests consumed, unless the [`Db`](crate::Db) was told not to ask.
    pub capacity: Option<Capacity>,
}

impl<E: Entity> ScanItems<E> {
    /// The next entity, or `None` at the end.
    pub async fn next(&mut self) -> Option<Result<E>> {
        StreamExt::next(self).await
    }

    /// The rest, in no order.
    ///
    /// # Errors
    ///
    /// With the first error of the stream.
    pub fn all(mut self) -> BoxFuture<Result<Vec<E>>> {
        Box::pin(async move {
            let mut all = Vec::new();
            while let Some(entity) = self.next().await {
                all.push(entity?);
            }
            Ok(all)
        })
    }

    /// How far the scan is.
    #[must_use]
    pub fn progress(&self) -> &ScanProgress {
        &self.work.progress
    }

    /// Where the scan is: [`resume`](IndexScan::resume) gives exactly what this stream has not given yet.
    #[must_use]
    pub fn position(&self) -> ScanPosition {
        ScanPosition::new(&self.work.table, &self.work.pattern, self.work.places.clone())
    }
}

impl<E: Entity> Stream for ScanItems<E> {
    type Item = Result<E>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut TaskContext<'_>) -> Poll<Option<Self::Item>> {
        if let Some(error) = self.refused.take() {
            return Poll::Ready(Some(Err(error)));
        }
        self.work.poll_item(cx).map(|item| item.map(|item| item.and_then(decode)))
    }
}

impl<E> fmt::Debug for ScanItems<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ScanItems").field("progress", &self.work.progress).finish_non_exhaustive()
    }
}

/// The answer to a request for a segment.
type Answer = (usize, Result<reply::Query>);

/// A scan in segments that is going on.
struct Work {
    context: Arc<Context>,
    table: String,
    pattern: String,
    plan: Option<Plan<call::Scan>>,
    concurrency: usize,
    pace: Option<Arc<Mutex<Pace>>>,
    /// What was given of each segment.
    places: Vec<SegmentPlace>,
    /// The segments that wait for a request, with the key that it starts after.
    waiting: VecDeque<(usize, Option<Item>)>,
    running: FuturesUnordered<BoxFuture<Answer>>,
    /// What was read and not given yet: at most a page for each request that may be under way.
    read: VecDeque<Read>,
    requests_left: Option<u32>,
    progress: ScanProgress,
}

/// What was read of a segment.
enum Read {
    Item(usize, Item),
    /// The end of a page, at which the segment is at this place.
    PageEnd(usize, SegmentPlace),
}

impl Work {
    /// A scan that gives nothing.
    fn idle(context: Arc<Context>) -> Self {
        Self {
            context,
            table: String::new(),
            pattern: String::new(),
            plan: None,
            concurrency: 0,
            pace: None,
            places: Vec::new(),
            waiting: VecDeque::new(),
            running: FuturesUnordered::new(),
            read: VecDeque::new(),
            requests_left: None,
            progress: ScanProgress::default(),
        }
    }

    fn begin<E: Entity, I: 'static>(&mut self, scan: SegmentedScan<E, I>) -> Result<()> {
        let SegmentedScan { scan, segments, concurrency, budget, position } = scan;
        let mut plan = scan.plan(None)?;
        (self.table, self.pattern) = (plan.meaning.table.clone(), plan.meaning.pattern.clone());
        self.places = places(&self.table, &self.pattern, segments, position)?;
        if plan.limits.take.is_some() || plan.start.key.is_some() {
            return refuse("a scan in segments has no order, and so no `take` and no `cursor`; stop reading its stream when it is enough".to_owned());
        }
        if concurrency == Some(0) {
            return refuse("a scan needs a `concurrency` of at least 1".to_owned());
        }
        if let Some(units_per_second) = budget {
            if !(units_per_second.is_finite() && units_per_second > 0.0) {
                return refuse(
                    "the `budget` of a scan is a number of read units a second above 0".to_owned(),
                );
            }
            if plan.request.capacity == ReturnCapacity::None {
                plan.request.capacity = ReturnCapacity::Total;
            }
            let units_of_request = UNITS_OF_REQUEST_MAX / if plan.request.consistent { 1.0 } else { 2.0 };
            let began = self.context.backend.now();
            let pace = Pace { units_per_second, units_of_request, began, consumed: 0.0 };
            self.pace = Some(Arc::new(Mutex::new(pace)));
        }
        self.requests_left = plan.limits.max_requests;
        self.concurrency = concurrency.unwrap_or(self.places.len());
        self.waiting = waiting(&self.places);
        self.progress.segments = u32::try_from(self.places.len()).unwrap_or(u32::MAX);
        self.progress.segments_done = self.progress.segments - u32::try_from(self.waiting.len()).unwrap_or(0);
        self.plan = Some(plan);
        Ok(())
    }

    fn poll_item(&mut self, cx: &mut TaskContext<'_>) -> Poll<Option<Result<Item>>> {
        loop {
            if self.read.is_empty()
                && let Err(error) = self.launch()
            {
                return self.fail(error);
            }
            // Also while there is something to give, so that requests go on in the meantime.
            while let Poll::Ready(Some((segment, reply))) = self.running.poll_next_unpin(cx) {
                match reply {
                    Ok(reply) => self.take(segment, reply),
                    Err(error) => return self.fail(error),
                }
            }
            match self.read.pop_front() {
                Some(Read::Item(segment, item)) => {
                    let keys = self.plan.as_ref().map(|plan| key_of(&plan.keys, &item)).unwrap_or_default();
                    self.places[segment] = SegmentPlace::After(keys);
                    self.progress.items += 1;
                    return Poll::Ready(Some(Ok(item)));
                }
                Some(Read::PageEnd(segment, place)) => {
                    self.progress.segments_done += u32::from(place == SegmentPlace::Done);
                    self.places[segment] = place;
                }
                None if self.running.is_empty() && self.waiting.is_empty() => return Poll::Ready(None),
                None if self.running.is_empty() => {}
                None => return Poll::Pending,
            }
        }
    }

    /// Sends requests for as many segments as may be under way at once.
    fn launch(&mut self) -> Result<()> {
        let Some(plan) = &self.plan else { return Ok(()) };
        while self.running.len() < self.concurrency {
            let Some((segment, start)) = self.waiting.pop_front() else { return Ok(()) };
            if self.requests_left == Some(0) {
                let requests = u32::try_from(self.progress.requests).unwrap_or(u32::MAX);
                return Err(Error::new(Kind::Unfinished { requests }));
            }
            self.requests_left = self.requests_left.map(|left| left - 1);
            let total = self.progress.segments;
            let part = call::Segment { segment: u32::try_from(segment).unwrap_or(u32::MAX), total };
            let request = call::Scan {
                segment: (total > 1).then_some(part),
                start,
                limit: plan.limits.evaluate,
                ..plan.request.clone()
            };
            self.running.push(Box::pin(send(
                Arc::clone(&self.context),
                self.pace.clone(),
                plan.subject,
                segment,
                request,
            )));
        }
        Ok(())
    }

    /// Takes in what was read of a segment.
    fn take(&mut self, segment: usize, reply: reply::Query) {
        let Some(plan) = &self.plan else { return };
        self.progress.requests += 1;
        self.progress.scanned += reply.scanned;
        self.progress.capacity = match (self.progress.capacity.take(), reply.capacity) {
            (Some(sum), Some(more)) => Some(sum.plus(more)),
            (sum, more) => sum.or(more),
        };
        let wanted = reply.items.into_iter().filter(|item| (plan.wants)(item));
        self.read.extend(wanted.map(|item| Read::Item(segment, item)));
        let place = match reply.last_key {
            Some(key) => {
                self.waiting.push_back((segment, Some(key.clone())));
                SegmentPlace::After(key)
            }
            None => SegmentPlace::Done,
        };
        self.read.push_back(Read::PageEnd(segment, place));
    }

    /// Gives an error and ends; what was read and not given is read again from the position.
    fn fail(&mut self, error: Error) -> Poll<Option<Result<Item>>> {
        self.waiting.clear();
        self.running.clear();
        self.read.clear();
        Poll::Ready(Some(Err(error)))
    }
}

/// Where the segments are to begin.
fn places(
    table: &str,
    pattern: &str,
    segments: Option<u32>,
    position: Option<ScanPosition>,
) -> Result<Vec<SegmentPlace>> {
    let asked = segments.or(position.is_none().then_some(1));
    if asked.is_some_and(|n| n == 0 || n > SEGMENTS_MAX) {
        return refuse("a scan has from 1 to 1,000,000 segments".to_owned());
    }
    let Some(position) = position else {
        return Ok(vec![SegmentPlace::Start; usize::try_from(asked.unwrap_or(1)).unwrap_or(1)]);
    };
    if asked.is_some_and(|n| n != position.segments()) {
        return refuse(
            "a scan goes on in the segments that it began with; leave `segments` away, or write their number"
                .to_owned(),
        );
    }
    position.places(table, pattern)
}

fn waiting(places: &[SegmentPlace]) -> VecDeque<(usize, Option<Item>)> {
    let start = |(segment, place): (usize, &SegmentPlace)| match place {
        SegmentPlace::Start => Some((segment, None)),
        SegmentPlace::After(key) => Some((segment, Some(key.clone()))),
        SegmentPlace::Done => None,
    };
    places.iter().enumerate().filter_map(start).collect()
}

/// Sends a request, when it is paid for.
async fn send(
    context: Arc<Context>,
    pace: Option<Arc<Mutex<Pace>>>,
    subject: &'static str,
    segment: usize,
    request: call::Scan,
) -> Answer {
    if let Some(pace) = &pace {
        let now = context.backend.now();
        let wait = pace.lock().unwrap_or_else(PoisonError::into_inner).reserve(now);
        if !wait.is_zero() {
            context.pause(wait).await;
        }
    }
    let reply = context.read(|backend| backend.scan(request.clone())).await;
    if let (Some(pace), Ok(reply)) = (&pace, &reply) {
        let units = reply.capacity.as_ref().map(|capacity| capacity.units.total);
        pace.lock().unwrap_or_else(PoisonError::into_inner).settle(units);
    }
    (segment, reply.map_err(|failure| Error::backend("scan", subject, failure)))
}

/// How fast read units may be consumed.
#[derive(Debug)]
struct Pace {
    units_per_second: f64,
    /// What a request that is under way counts as.
    units_of_request: f64,
    began: SystemTime,
    /// By all requests so far.
    consumed: f64,
}

impl Pace {
    /// How long the next request has to wait, which is taken as sent then.
    fn reserve(&mut self, now: SystemTime) -> Duration {
        let elapsed = now.duration_since(self.began).unwrap_or_default();
        let paid_at = Duration::try_from_secs_f64(self.consumed / self.units_per_second);
        self.consumed += self.units_of_request;
        paid_at.unwrap_or(Duration::MAX).saturating_sub(elapsed)
    }

    /// Counts a request as what it consumed, if that is known.
    fn settle(&mut self, units: Option<f64>) {
        if let Some(units) = units {
            self.consumed += units - self.units_of_request;
        }
    }
}
