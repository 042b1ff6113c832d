//! The entities of the keys that a read finds, for indexes that do not hold them.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context as TaskContext, Poll};

use futures_util::stream::{self, TryStreamExt as _};

use super::argument::Awaitable;
use super::read::{Items, Pages};
use super::{BoxFuture, Context, GetMany, Read, Source};
use crate::backend::reply::Capacity;
use crate::entity::{Entity, Key};
use crate::error::{Error, Kind, Result};
use crate::page::Page;

/// A read of keys that fetches the entities from the table, in the order of the keys: [`Read::hydrate`].
///
/// What was deleted since the index was written, and what is expired, is left out; [`Page::count`] says how many keys
/// there were. Keys that the service leaves unprocessed are asked for again; if some cannot be read in the end, that is
/// an error, and nothing is dropped. Filters apply to what the index holds.
///
/// It costs what the read of the keys costs, and one read of each entity. A page tells both together in
/// [`Page::capacity`]; [`Page::requests`] counts those that read keys.
///
/// ```
/// # use dynorm::prelude::*;
/// # #[derive(Entity, Debug, PartialEq)]
/// #[entity(table = "Orders", pk = "CUSTOMER#{customer}", sk = "ORDER#{number}")]
/// #[entity(index(ByState, name = by_state, pk = "STATE#{state}", projection = keys_only))]
/// struct Order { customer: String, number: u32, state: String, notes: String }
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> dynorm::Result<()> {
/// # let db = Db::new(dynorm_mem::MemBackend::new());
/// # db.create_table::<Order>().await?;
/// # for number in 1..=3 {
/// #     db.put(&Order { customer: "ann".into(), number, state: "open".into(), notes: "by bus".into() }).await?;
/// # }
/// let open = db.query(Order::by_state("open")).hydrate().all().await?;
/// assert_eq!(open.len(), 3);
/// assert_eq!(open[0].notes, "by bus");
/// # Ok(()) }
/// ```
#[derive(Debug)]
#[must_use = "nothing is read until a method such as `all`, `first` or `page` is awaited"]
pub struct Hydrate<E, S> {
    keys: Read<E, S, Key<E>>,
    consistent: bool,
}

/// Never: that it would be a future if it said what it gives makes the compiler ask for that.
impl<E, S: Awaitable> Future for Hydrate<E, S> {
    type Output = S::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut TaskContext<'_>) -> Poll<Self::Output> {
        S::poll(cx)
    }
}

impl<E: Entity, S: Source<E> + Clone> Hydrate<E, S> {
    pub(super) fn new(keys: Read<E, S, Key<E>>) -> Self {
        Self { keys, consistent: false }
    }

    /// Reads the entities as the last write left them, for twice the read units; which of them are found depends on the
    /// index still.
    pub fn consistent(mut self) -> Self {
        self.consistent = true;
        self
    }

    /// The first entity that is there, or `None`.
    ///
    /// # Errors
    ///
    /// As for [`page`](Self::page).
    pub fn first(mut self) -> BoxFuture<Result<Option<E>>> {
        self.keys.limits.take = Some(1);
        Box::pin(async {
            let mut page = self.page().await?;
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
    pub fn all(self) -> BoxFuture<Result<Vec<E>>> {
        Box::pin(self.pages().try_fold(Vec::new(), |mut all, page| async {
            all.extend(page.items);
            Ok(all)
        }))
    }

    /// One page: with [`take`](Read::take), that many entities if there are so many, and in a page that leads
    /// [back](Page::previous) at most that many; without, those of the keys that one request finds.
    ///
    /// # Errors
    ///
    /// As for [`Read::page`], and [`is_incomplete`](crate::Error::is_incomplete) if keys stay unprocessed.
    pub fn page(self) -> BoxFuture<Result<Page<E>>> {
        Box::pin(async {
            let to_be_filled = self.keys.limits.take.is_some() && !self.keys.goes_back();
            let mut rounds = Rounds::new(self);
            let mut whole = Page::empty();
            let mut first = true;
            while let Some(page) = rounds.next().await? {
                let (next, previous) = (page.next.clone(), page.previous.clone());
                whole.append(page);
                whole.next = next;
                if std::mem::take(&mut first) {
                    whole.previous = previous;
                }
                if !to_be_filled || rounds.is_out_of_requests() {
                    break;
                }
            }
            Ok(whole)
        })
    }

    /// All pages, one for each request for keys, as a stream.
    pub fn pages(self) -> Pages<E> {
        Pages::new(stream::try_unfold(Rounds::new(self), |mut rounds| async move {
            Ok(rounds.next().await?.map(|page| (page, rounds)))
        }))
    }

    /// All entities as a stream, which asks for a page when the one before is used up.
    pub fn items(self) -> Items<E> {
        let items = self.pages().map_ok(|page| stream::iter(page.items.into_iter().map(Ok)));
        Items::new(items.try_flatten())
    }
}

/// A read that goes on until there are enough entities.
struct Rounds<E, S> {
    /// What is still to be read.
    keys: Option<Read<E, S, Key<E>>>,
    consistent: bool,
    requests: u32,
}

impl<E: Entity, S: Source<E> + Clone> Rounds<E, S> {
    fn new(hydrate: Hydrate<E, S>) -> Self {
        let Hydrate { keys, consistent } = hydrate;
        Self { keys: Some(keys), consistent, requests: 0 }
    }

    fn is_out_of_requests(&self) -> bool {
        self.keys.as_ref().is_none_or(Read::is_out_of_requests)
    }

    /// The entities of some keys, or `None` at the end.
    async fn next(&mut self) -> Result<Option<Page<E>>> {
        let Some(mut keys) = self.keys.take() else { return Ok(None) };
        // A first page says by itself what it needs.
        if keys.limits.max_requests == Some(0) || self.requests > 0 && keys.is_out_of_requests() {
            return Err(Error::new(Kind::Unfinished { requests: self.requests }));
        }
        let found = keys.again().page().await?;
        self.requests += found.requests;
        let next = found.next.clone();
        let page = fetch(&keys.context, keys.include_expired, self.consistent, found).await?;
        let limits = &mut keys.limits;
        limits.take = limits.take.map(|take| take.saturating_sub(page.items.len()));
        limits.max_requests = limits.max_requests.map(|left| left.saturating_sub(page.requests));
        if next.is_some() && limits.take != Some(0) && !keys.goes_back() {
            keys.cursor = next;
            self.keys = Some(keys);
        }
        Ok(Some(page))
    }
}

/// The entities of a page of keys, without those that are not there.
async fn fetch<E: Entity>(
    context: &Arc<Context>,
    include_expired: bool,
    consistent: bool,
    mut keys: Page<Key<E>>,
) -> Result<Page<E>> {
    let found = std::mem::take(&mut keys.items);
    let mut page = keys.map(|_| unreachable!("the keys are taken"));
    if found.is_empty() {
        return Ok(page);
    }
    let mut get = GetMany::new(Arc::clone(context), found);
    if consistent {
        get = get.consistent();
    }
    if include_expired {
        get = get.include_expired();
    }
    let mut read = get.await?;
    let costs = page.capacity.take().into_iter().chain(std::mem::take(&mut read.capacity));
    page.capacity = costs.reduce(Capacity::plus);
    page.items = read.complete()?.into_iter().flatten().collect();
    Ok(page)
}
