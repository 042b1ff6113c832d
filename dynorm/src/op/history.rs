//! Reading the versions of one item.

use std::future::IntoFuture;
use std::ops::{Bound, RangeBounds, RangeInclusive};
use std::sync::Arc;

use futures_util::TryFutureExt as _;
use futures_util::stream::{self, StreamExt as _, TryStreamExt as _};

use super::pager::{Limits, Pager, Parts as _, Plan};
use super::{BoxFuture, Context, Items, Pages, canonical, key_node, table_method, unsendable_error};
use crate::backend::call;
use crate::entity::{Historied, Key, Revision, Table, Trail, is_past};
use crate::error::{CursorProblem, Error, Kind, Result};
use crate::expr::Renderer;
use crate::page::{Cursor, Meaning, Page, Start, Way};
use crate::value::Item;

/// A read of the versions of one item, the first one first; it gives [`Revision`]s.
///
/// ```
/// # use dynorm::prelude::*;
/// # #[derive(Entity, Clone, Debug, PartialEq)]
/// #[entity(table = "Pages", pk = "PAGE#{id}", sk = "PAGE", history)]
/// struct Page { id: u32, text: String }
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> dynorm::Result<()> {
/// # let db = Db::new(dynorm_mem::MemBackend::new());
/// # db.create_table::<Page>().await?;
/// for text in ["a", "b", "c"] {
///     db.put(&Page { id: 7, text: text.into() }).await?;
/// }
/// let texts = |all: Vec<dynorm::op::Revision<Page>>| all.into_iter().map(|one| one.entity.text).collect::<Vec<_>>();
/// let key = || Page::key(7u32);
/// assert_eq!(texts(db.history(key()).all().await?), ["a", "b", "c"]);
/// assert_eq!(texts(db.history(key()).newest_first().take(2).page().await?.items), ["c", "b"]);
/// assert_eq!(texts(db.history(key()).versions(2..).all().await?), ["b", "c"]);
/// # Ok(()) }
/// ```
#[derive(Debug)]
#[must_use = "nothing is read until a method such as `all`, `first` or `page` is awaited"]
pub struct History<E> {
    context: Arc<Context>,
    key: Key<E>,
    /// None has a number if the range is empty.
    versions: Option<RangeInclusive<u64>>,
    descending: bool,
    consistent: bool,
    limits: Limits,
    cursor: Option<Cursor>,
}

impl<E: Historied> History<E> {
    pub(crate) fn new(context: Arc<Context>, key: Key<E>) -> Self {
        Self {
            context,
            key,
            versions: Some(0..=u64::MAX),
            descending: false,
            consistent: false,
            limits: Limits::default(),
            cursor: None,
        }
    }

    /// Reads from the last version to the first.
    pub fn newest_first(mut self) -> Self {
        self.descending = true;
        self
    }

    /// Reads the versions with these numbers: `..=7`, `3..`, `3..=7`.
    pub fn versions(mut self, numbers: impl RangeBounds<u64>) -> Self {
        let low = match numbers.start_bound() {
            Bound::Included(low) => Some(*low),
            Bound::Excluded(low) => low.checked_add(1),
            Bound::Unbounded => Some(0),
        };
        let high = match numbers.end_bound() {
            Bound::Included(high) => Some(*high),
            Bound::Excluded(high) => high.checked_sub(1),
            Bound::Unbounded => Some(u64::MAX),
        };
        let range = low.zip(high).map(|(low, high)| low..=high);
        self.versions = range.filter(|range| !range.is_empty());
        self
    }

    /// Returns at most this many versions.
    pub fn take(mut self, n_versions: usize) -> Self {
        self.limits.take = Some(n_versions);
        self
    }

    /// Sends at most this many requests, as [`Read::max_requests`](crate::Read::max_requests) does.
    pub fn max_requests(mut self, n_requests: u32) -> Self {
        self.limits.max_requests = Some(n_requests);
        self
    }

    /// Sees every write that succeeded before, for twice the read units.
    pub fn consistent(mut self) -> Self {
        self.consistent = true;
        self
    }

    /// Goes on from a [`Page`] of the history of the same item, as [`Read::cursor`](crate::Read::cursor) does.
    pub fn cursor(mut self, cursor: impl Into<Option<Cursor>>) -> Self {
        self.cursor = cursor.into();
        self
    }

    table_method!();

    /// The first request that would be sent.
    ///
    /// # Errors
    ///
    /// If a field cannot be put into the key, the key of its versions would be too long, the cursor belongs to another
    /// read, or the range has no numbers: [`is_empty_range`](crate::Error::is_empty_range).
    pub fn to_request(&self) -> Result<call::Query> {
        Ok(self.plan()?.first_request())
    }

    fn plan(&self) -> Result<Plan<call::Query>> {
        let (entity, schema) = (E::DESCRIPTOR, E::Table::SCHEMA);
        let trail = Trail::of(entity, schema, self.key.item()?)?;
        let empty = || Error::new(Kind::EmptyRange { entity: entity.name, pattern: "history" });
        let condition = trail.condition(self.versions.clone().ok_or_else(empty)?);
        let table = self.context.table::<E::Table>();
        let meaning = Meaning {
            table: table.clone(),
            index: String::new(),
            pattern: format!("history {}", entity.tag),
            keys: canonical(&condition),
            descending: self.descending,
            n_shards: 0,
        };
        let start = match &self.cursor {
            None => Start { way: Way::Onwards, key: None },
            Some(cursor) => cursor.start(&meaning, self.context.cursor_keys.as_ref())?,
        };
        if start.key.as_ref().is_some_and(|key| !condition.is_partition_of(key)) {
            return Err(Error::cursor(CursorProblem::Damaged, "it leads out of the keys of this read"));
        }
        let mut renderer = Renderer::default();
        let unsendable = |error| unsendable_error(entity.name, error);
        let condition = renderer.condition(&key_node(condition)).map_err(unsendable)?;
        let (names, values) = renderer.finish();
        let request = call::Query {
            table,
            key_condition: Some(condition),
            names,
            values,
            descending: self.descending != (start.way == Way::Back),
            consistent: self.consistent,
            capacity: self.context.capacity,
            ..call::Query::default()
        };
        let (now, ttl) = (self.context.backend.now(), schema.ttl);
        Ok(Plan {
            request,
            filtered: false,
            meaning,
            start,
            limits: self.limits,
            subject: entity.name,
            keys: schema.key_names(None),
            // The oldest versions, if any.
            wants: Box::new(move |item| ttl.is_none_or(|ttl| !is_past(item.get(ttl), now))),
        })
    }

    /// The read under way; `None` where the range has no numbers.
    fn pager(&self) -> Result<Option<Pager<call::Query>>> {
        match self.plan() {
            Err(error) if error.is_empty_range() => Ok(None),
            plan => Ok(Some(Pager::new(Arc::clone(&self.context), plan?))),
        }
    }

    /// The first version of the read, or `None`.
    ///
    /// # Errors
    ///
    /// As for [`page`](Self::page), and [`is_unfinished`](crate::Error::is_unfinished).
    pub async fn first(self) -> Result<Option<Revision<E>>> {
        let mut page = self.take(1).page().await?;
        match (page.items.pop(), page.next) {
            // Not to have looked is not to have found nothing.
            (None, Some(_)) => Err(Error::new(Kind::Unfinished { requests: page.requests })),
            (first, _) => Ok(first),
        }
    }

    /// All versions, from as many requests as it takes.
    ///
    /// # Errors
    ///
    /// As for [`page`](Self::page), and [`is_unfinished`](crate::Error::is_unfinished).
    pub async fn all(self) -> Result<Vec<Revision<E>>> {
        match self.pager()? {
            Some(pager) => pager.all(Revision::from_item).await,
            None => Ok(Vec::new()),
        }
    }

    /// One page: with [`take`](Self::take), that many versions if there are so many; without, what one request finds in
    /// 1 MB.
    ///
    /// # Errors
    ///
    /// If a field cannot be put into the key, the cursor belongs to another read, the backend refuses, or a version is not
    /// one of the entity: [`is_decode`](crate::Error::is_decode).
    pub async fn page(self) -> Result<Page<Revision<E>>> {
        match self.pager()? {
            Some(pager) => pager.page().await?.map(Revision::from_item).all_or_none(),
            None => Ok(Page::empty()),
        }
    }

    /// All pages, one for each request, as a stream.
    pub fn pages(self) -> Pages<Revision<E>> {
        Pages::new(self.raw_pages().and_then(|page| async { page.map(Revision::from_item).all_or_none() }))
    }

    /// All versions as a stream. One that cannot be read is an error in its place, and the stream goes on after it.
    pub fn items(self) -> Items<Revision<E>> {
        let revisions = |page: Page<Item>| stream::iter(page.items.into_iter().map(Revision::from_item));
        Items::new(self.raw_pages().map_ok(revisions).try_flatten())
    }

    fn raw_pages(self) -> impl futures_core::Stream<Item = Result<Page<Item>>> + Send {
        let pages = async move {
            let pages = self.pager()?.map(|pager| pager.pages().boxed());
            Ok::<_, Error>(pages.unwrap_or_else(|| stream::empty().boxed()))
        };
        pages.try_flatten_stream()
    }
}

/// A read of one version of an item, the last or that of a number; `.await` runs it and gives a [`Revision`], or `None`.
///
/// ```
/// # use dynorm::prelude::*;
/// # #[derive(Entity, Clone, Debug, PartialEq)]
/// #[entity(table = "Pages", pk = "PAGE#{id}", sk = "PAGE", history)]
/// struct Page { id: u32, text: String }
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> dynorm::Result<()> {
/// # let db = Db::new(dynorm_mem::MemBackend::new());
/// # db.create_table::<Page>().await?;
/// db.create(&Page { id: 7, text: "a".into() }).await?;
/// db.update(Page::key(7u32)).set(Page::TEXT, "b").await?;
/// let first = db.at_version(Page::key(7u32), 1).consistent().await?;
/// assert_eq!(first.map(|page| page.entity.text), Some("a".to_owned()));
/// let last = db.latest(Page::key(7u32)).await?;
/// assert_eq!(last.map(|page| page.version), Some(2));
/// assert_eq!(db.at_version(Page::key(7u32), 3).await?, None);
/// # Ok(()) }
/// ```
#[derive(Debug)]
#[must_use = "nothing is read until it is awaited"]
pub struct GetRevision<E> {
    history: History<E>,
}

impl<E: Historied> GetRevision<E> {
    pub(crate) fn latest(context: Arc<Context>, key: Key<E>) -> Self {
        Self { history: History::new(context, key).newest_first().take(1) }
    }

    pub(crate) fn at(context: Arc<Context>, key: Key<E>, version: u64) -> Self {
        Self { history: History::new(context, key).versions(version..=version) }
    }

    /// Sees every write that succeeded before, for twice the read units.
    pub fn consistent(mut self) -> Self {
        self.history = self.history.consistent();
        self
    }

    /// Uses the table under another name than the [`Db`](crate::Db) has for it, as an archive of the same form.
    pub fn table(mut self, name: impl Into<String>) -> Self {
        self.history = self.history.table(name);
        self
    }

    /// The request that would be sent.
    ///
    /// # Errors
    ///
    /// If a field cannot be put into the key, or the key of its versions would be too long.
    pub fn to_request(&self) -> Result<call::Query> {
        self.history.to_request()
    }
}

impl<E: Historied> IntoFuture for GetRevision<E> {
    type Output = Result<Option<Revision<E>>>;
    type IntoFuture = BoxFuture<Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.history.first())
    }
}
