//! The one loop of batches: requests as full as they may be, what is left unprocessed, waits, the deadline.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures_util::stream::{FuturesUnordered, StreamExt as _};

use super::{Context, Sent};
use crate::backend::reply::{Capacity, CollectionMetricsByTable};
use crate::backend::retry::{Effect, Patience, is_transient, leaves_open};
use crate::backend::{Backend, Failure};
use crate::error::{Error, Kind};

/// How many requests are under way at once, unless the user says otherwise.
const CONCURRENCY: usize = 4;
/// The largest request. What frames the entries has the rest of 16 MB.
///
/// Source: [BatchWriteItem](https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchWriteItem.html).
const REQUEST_BYTES_MAX: usize = 16 * 1024 * 1024 - 64 * 1024;

/// How fast a batch is sent, and how long it is tried.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pace {
    pub(super) deadline: Option<Duration>,
    pub(super) concurrency: usize,
}

impl Default for Pace {
    fn default() -> Self {
        Self { deadline: None, concurrency: CONCURRENCY }
    }
}

/// The methods of builders that say how a batch is sent.
macro_rules! pace_methods {
    () => {
        /// Sends no request later than this after the start; those that are under way then are waited for. What is not
        /// done by then is left.
        pub fn deadline(mut self, deadline: std::time::Duration) -> Self {
            self.pace.deadline = Some(deadline);
            self
        }

        /// Has at most this many requests under way at once, at least 1; 4 if not told.
        pub fn concurrency(mut self, n_requests: usize) -> Self {
            self.pace.concurrency = n_requests;
            self
        }
    };
}
pub(super) use pace_methods;

/// Entries that are sent several at a time, each carried out on its own.
pub(super) trait Batched: Sync {
    /// The backend's request.
    type Request: Send;
    /// The backend's answer.
    type Reply: Send;
    /// What is answered for one entry.
    type Answer: Send;

    /// What it does to send an entry again.
    const EFFECT: Effect;
    /// Most entries of one request.
    const ENTRIES_MAX: usize;

    fn n_entries(&self) -> usize;

    /// How much of a request an entry takes.
    fn wire_bytes(&self, entry: usize) -> usize;

    /// The request for these entries.
    fn request(&self, entries: &[usize]) -> Self::Request;

    fn send(backend: &dyn Backend, request: Self::Request) -> Sent<'_, Self::Reply>;

    /// The answers to these entries, without those that are left unprocessed, and what they cost.
    fn read(&self, entries: &[usize], reply: Self::Reply) -> (Vec<(usize, Self::Answer)>, Cost);
}

/// What requests cost and what they changed, for each table.
#[derive(Debug, Default)]
pub(super) struct Cost {
    pub(super) capacity: Vec<Capacity>,
    pub(super) collection_metrics: CollectionMetricsByTable,
}

impl Cost {
    pub(super) fn add(&mut self, more: Self) {
        self.capacity = sum(std::mem::take(&mut self.capacity), more.capacity);
        for (table, metrics) in more.collection_metrics {
            self.collection_metrics.entry(table).or_default().extend(metrics);
        }
    }
}

/// What came of a batch.
pub(super) struct Done<A> {
    /// For each entry its answer; `None` for those that are left.
    pub(super) answers: Vec<Option<A>>,
    pub(super) cost: Cost,
    /// The failure that ended it early, if it was one.
    pub(super) failure: Option<Failure>,
    /// Whether it may be that entries are carried out that have no answer.
    pub(super) leaves_open: bool,
}

/// The requests that are sent if each is processed whole.
pub(super) fn requests<B: Batched>(batch: &B) -> Vec<B::Request> {
    let mut waiting: VecDeque<usize> = (0..batch.n_entries()).collect();
    let mut requests = Vec::new();
    while !waiting.is_empty() {
        requests.push(batch.request(&fill(batch, Vec::new(), &mut waiting)));
    }
    requests
}

/// Sends all entries. After a failure that does not pass, and when time is up, no further request is sent, and those
/// that are under way are waited for, so that what they did is known.
pub(super) async fn run<B: Batched>(context: &Context, batch: &B, pace: Pace) -> Done<B::Answer> {
    let backend = &*context.backend;
    let mut waiting: VecDeque<usize> = (0..batch.n_entries()).collect();
    let mut done = Done::nothing(batch.n_entries());
    let mut idle = vec![Patience::new(backend, pace.deadline); pace.concurrency.max(1)];
    let is_over = AtomicBool::new(false);
    let mut under_way = FuturesUnordered::new();
    loop {
        while !is_over.load(Ordering::Relaxed)
            && !waiting.is_empty()
            && let Some(patience) = idle.pop()
        {
            if patience.is_over(backend) {
                is_over.store(true, Ordering::Relaxed);
            } else {
                let entries = fill(batch, Vec::new(), &mut waiting);
                let first = Attempt { entries, wait: Duration::ZERO, patience };
                under_way.push(send(backend, batch, &is_over, first));
            }
        }
        let Some((Attempt { entries, mut patience, .. }, result)) = under_way.next().await else {
            return done;
        };
        let failure = match result {
            Some(Ok(reply)) => {
                done.add(batch.read(&entries, reply), &mut patience);
                None
            }
            Some(Err(failure)) => Some(failure),
            None => continue,
        };
        done.leaves_open |= failure.as_ref().is_some_and(leaves_open);
        let left: Vec<usize> = entries.into_iter().filter(|entry| done.answers[*entry].is_none()).collect();
        if left.is_empty() {
            patience.renew();
            idle.push(patience);
            continue;
        }
        let may_pass = failure.as_ref().is_none_or(|failure| is_transient(failure, B::EFFECT));
        match if may_pass { patience.next_wait(backend) } else { None } {
            Some(wait) if !is_over.load(Ordering::Relaxed) => {
                let entries = fill(batch, left, &mut waiting);
                under_way.push(send(backend, batch, &is_over, Attempt { entries, wait, patience }));
            }
            _ => {
                is_over.store(true, Ordering::Relaxed);
                done.failure = done.failure.or(failure);
            }
        }
    }
}

/// Entries that are sent together, after a wait if it is not for the first time.
struct Attempt {
    entries: Vec<usize>,
    wait: Duration,
    patience: Patience,
}

/// Sends a request, unless all is over when its wait is.
async fn send<B: Batched>(
    backend: &dyn Backend,
    batch: &B,
    is_over: &AtomicBool,
    attempt: Attempt,
) -> (Attempt, Option<Result<B::Reply, Failure>>) {
    if !attempt.wait.is_zero() {
        backend.sleep(attempt.wait).await;
        if is_over.load(Ordering::Relaxed) {
            return (attempt, None);
        }
    }
    let result = B::send(backend, batch.request(&attempt.entries)).await;
    (attempt, Some(result))
}

/// Adds entries that wait while the request has room.
fn fill<B: Batched>(batch: &B, mut entries: Vec<usize>, waiting: &mut VecDeque<usize>) -> Vec<usize> {
    let mut bytes: usize = entries.iter().map(|entry| batch.wire_bytes(*entry)).sum();
    while entries.len() < B::ENTRIES_MAX
        && let Some(&next) = waiting.front()
    {
        bytes += batch.wire_bytes(next);
        if bytes > REQUEST_BYTES_MAX && !entries.is_empty() {
            break;
        }
        waiting.pop_front();
        entries.push(next);
    }
    entries
}

impl<A> Done<A> {
    fn nothing(n_entries: usize) -> Self {
        let answers = std::iter::repeat_with(|| None).take(n_entries).collect();
        Self { answers, cost: Cost::default(), failure: None, leaves_open: false }
    }

    fn add(&mut self, (answers, cost): (Vec<(usize, A)>, Cost), patience: &mut Patience) {
        if !answers.is_empty() {
            patience.progress();
        }
        for (entry, answer) in answers {
            self.answers[entry] = Some(answer);
        }
        self.cost.add(cost);
    }
}

/// What two batches consumed together, for each table.
pub(super) fn sum(mut sums: Vec<Capacity>, capacity: Vec<Capacity>) -> Vec<Capacity> {
    for more in capacity {
        match sums.iter_mut().find(|sum| sum.table == more.table) {
            Some(sum) => *sum = std::mem::take(sum).plus(more),
            None => sums.push(more),
        }
    }
    sums
}

/// The error of what was to be complete and is not.
pub(super) fn incomplete(
    operation: &'static str,
    subject: &'static str,
    n_left: usize,
    n_asked: usize,
    cause: Option<Error>,
) -> Error {
    Error::new(Kind::Incomplete { operation, subject, n_left, n_asked, cause })
}
