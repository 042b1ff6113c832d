//! The read of a collection.

use std::fmt;
use std::future::IntoFuture;
use std::sync::Arc;
use std::time::SystemTime;

use futures_util::TryFutureExt as _;
use futures_util::stream::{self, TryStreamExt as _};

use super::gather::{Gathered, member_of, unknown};
use super::{Collection, CollectionKey, Entries, Gather, Place};
use crate::backend::call::{self, Select};
use crate::entity::{ConsistentReads, ProjectionSchema, Table, is_over};
use crate::error::{CursorProblem, Error, Kind, Result};
use crate::expr::{Node, Renderer, Side};
use crate::op::pager::{Limits, PageRequest as _, Pager, Parts as _, Plan};
use crate::op::{BoxFuture, Context, Items, canonical, key_node, unsendable_error};
use crate::page::{Cursor, Meaning, Page, Start, Way};
use crate::value::{Item, Value};

/// A read of a collection by one query, of as many requests as it takes.
///
/// A struct is awaited; an enum is asked for its entries, as a [`Read`](crate::Read) is asked for entities.
///
/// Items whose time to live is over are left out, as everywhere.
///
/// ```
/// # use dynorm::prelude::*;
/// # #[derive(Table)]
/// # #[table(name = "Shop", pk = "PK", sk = "SK", entities(Customer, Order))]
/// # struct Shop;
/// # #[derive(Entity, Debug, PartialEq)]
/// # #[entity(table = Shop, pk = "CUSTOMER#{id}", sk = "PROFILE")]
/// # struct Customer { id: String, name: String }
/// # #[derive(Entity, Debug, PartialEq)]
/// # #[entity(table = Shop, pk = "CUSTOMER#{customer}", sk = "ORDER#{number}", name = of_customer)]
/// # struct Order { customer: String, number: u32 }
/// #[derive(Collection, Debug)]
/// #[collection(table = Shop, pk = "CUSTOMER#{customer}")]
/// enum Entry {
///     Customer(Customer),
///     Order(Order),
/// }
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> dynorm::Result<()> {
/// # let db = Db::new(dynorm_mem::MemBackend::new());
/// # db.create_table::<Shop>().await?;
/// # db.put(&Customer { id: "ann".into(), name: "Ann".into() }).await?;
/// # for number in 1..=3 { db.put(&Order { customer: "ann".into(), number }).await?; }
/// let first = db.collect(Entry::of("ann")).take(2).page().await?;
/// assert_eq!(first.items.len(), 2);
/// let rest = db.collect(Entry::of("ann")).cursor(first.next).all().await?;
/// assert!(matches!(rest.as_slice(), [Entry::Order(_), Entry::Customer(_)]));
/// # Ok(()) }
/// ```
#[must_use = "nothing is read until it is awaited, or asked for its entries"]
pub struct Collect<C> {
    context: Arc<Context>,
    key: CollectionKey<C>,
    descending: bool,
    consistent: bool,
    include_expired: bool,
    limits: Limits,
    cursor: Option<Cursor>,
}

impl<C: Collection> Collect<C> {
    pub(crate) fn new(context: Arc<Context>, key: CollectionKey<C>) -> Self {
        Self {
            context,
            key,
            descending: false,
            consistent: false,
            include_expired: false,
            limits: Limits::default(),
            cursor: None,
        }
    }

    /// Reads from the end of the sort key, which is the order of entries and of the members that are a `Vec`.
    pub fn newest_first(mut self) -> Self {
        self.descending = true;
        self
    }

    /// Sees every write that succeeded before, for twice the read units. A global index cannot.
    pub fn consistent(mut self) -> Self
    where
        C::Index: ConsistentReads,
    {
        self.consistent = true;
        self
    }

    /// Gives items even if their time to live is over and DynamoDB has not deleted them yet.
    pub fn include_expired(mut self) -> Self {
        self.include_expired = true;
        self
    }

    /// Sends at most this many requests. If the read is not at its end then, a page of entries says where it goes on,
    /// and what must be complete fails with [`is_unfinished`](crate::Error::is_unfinished).
    pub fn max_requests(mut self, n_requests: u32) -> Self {
        self.limits.max_requests = Some(n_requests);
        self
    }

    /// Reads the table under another name than the [`Db`](crate::Db) has for it, as an archive of the same form.
    pub fn table(mut self, name: impl Into<String>) -> Self {
        self.context = self.context.with_table::<C::Table>(name);
        self
    }

    /// The first request that would be sent.
    ///
    /// # Errors
    ///
    /// If a value cannot be put into the key, or the cursor belongs to another read.
    pub fn to_request(&self) -> Result<call::Query> {
        Ok(self.plan()?.first_request())
    }

    fn pager(self) -> Result<Pager<call::Query>> {
        let plan = self.plan()?;
        Ok(Pager::new(self.context, plan))
    }

    fn plan(&self) -> Result<Plan<call::Query>> {
        let (collection, schema) = (C::DESCRIPTOR, C::Table::SCHEMA);
        let place = self.key.place.as_ref().map_err(Clone::clone)?;
        let meaning = Meaning {
            table: self.context.table::<C::Table>(),
            index: collection.index.unwrap_or_default().to_owned(),
            // A place is between keys, whichever entities they are of.
            pattern: "collect".to_owned(),
            keys: canonical(&place.condition),
            descending: self.descending,
            n_shards: 0,
        };
        let start = self.start(place, &meaning)?;
        let request = self.request(place)?;
        let filtered = request.filter.is_some();
        Ok(Plan {
            request: if start.way == Way::Back { request.reversed() } else { request },
            filtered,
            meaning,
            start,
            limits: self.limits,
            subject: collection.name,
            keys: schema.key_names(collection.index),
            wants: self.wants(place),
        })
    }

    fn start(&self, place: &Place, meaning: &Meaning) -> Result<Start> {
        let Some(cursor) = &self.cursor else { return Ok(Start { way: Way::Onwards, key: None }) };
        let start = cursor.start(meaning, self.context.cursor_keys.as_ref())?;
        if start.key.as_ref().is_some_and(|key| !place.condition.is_partition_of(key)) {
            return Err(Error::cursor(CursorProblem::Damaged, "it leads out of the keys of this read"));
        }
        Ok(start)
    }

    fn request(&self, place: &Place) -> Result<call::Query> {
        let (collection, schema) = (C::DESCRIPTOR, C::Table::SCHEMA);
        let refused = |unsendable| unsendable_error(collection.name, unsendable);
        let mut renderer = Renderer::default();
        let key_condition = renderer.condition(&key_node(place.condition.clone())).map_err(refused)?;
        let filter = own_tags::<C>().map(|node| renderer.condition(&node)).transpose().map_err(refused)?;
        let (names, values) = renderer.finish();
        let index = collection.index.and_then(|name| schema.index(name));
        // A local index fetches what it does not hold, but only if it is told to.
        let partial = index.is_some_and(|i| i.local && !matches!(i.projection, ProjectionSchema::All));
        Ok(call::Query {
            table: self.context.table::<C::Table>(),
            index: collection.index.map(str::to_owned),
            key_condition: Some(key_condition),
            filter,
            names,
            values,
            descending: self.descending,
            consistent: self.consistent,
            select: partial.then_some(Select::AllAttributes),
            capacity: self.context.capacity,
            ..call::Query::default()
        })
    }

    /// Which items are those of the collection. In a strict one, items of no member are, so that they are reported.
    fn wants(&self, place: &Place) -> Box<dyn Fn(&Item) -> bool + Send + Sync> {
        let (now, include_expired) = (self.context.backend.now(), self.include_expired);
        let prefix = place.prefix.clone();
        Box::new(move |item| {
            prefix
                .as_ref()
                .is_none_or(|(name, prefix)| goes_on(item.get(name), prefix, C::DESCRIPTOR.delimiter))
                && match member_of::<C>(item) {
                    Some(member) => include_expired || !is_expired::<C>(member, item, now),
                    None => C::DESCRIPTOR.strict,
                }
        })
    }
}

fn is_expired<C: Collection>(member: usize, item: &Item, now: SystemTime) -> bool {
    C::DESCRIPTOR.members.get(member).is_some_and(|member| is_over(member.entity, item, now))
}

/// Whether a sort key is `prefix`, or goes on after it with another segment. The range of the request is wider where
/// other characters sort near the delimiter.
fn goes_on(sort: Option<&Value>, prefix: &str, delimiter: char) -> bool {
    let Some(Value::S(sort)) = sort else { return false };
    sort.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with(delimiter))
}

/// Keeps what the tag says is of a member, and what has no tag; `None` where nothing else can be among the items.
fn own_tags<C: Collection>() -> Option<Node> {
    let (collection, schema) = (C::DESCRIPTOR, C::Table::SCHEMA);
    let tag = schema.tag.filter(|tag| schema.index_holds(collection.index, tag))?;
    if collection.strict || collection.members.len() >= C::Table::ENTITIES.len() {
        return None;
    }
    let path = || Side::top(tag);
    let tags = collection.members.iter().flat_map(|member| member.entity.tags());
    let tags = tags.map(|tag| Side::Value(Value::from(tag)));
    let own = Node::In(path(), tags.collect());
    Some(Node::Or(vec![Node::Call("attribute_not_exists", vec![path()]), own]))
}

/// The terminals. Their bounds are their own, so that the compiler says what to do about the wrong one.
impl<C: Collection> Collect<C> {
    /// The collection, or `None` if there is no item of it at all.
    ///
    /// # Errors
    ///
    /// As for the collection itself, which fails if there is nothing but something is required.
    #[must_use = "nothing is read until it is awaited"]
    pub fn optional(self) -> BoxFuture<Result<Option<C>>>
    where
        C: Gather,
    {
        Box::pin(async {
            let mut gathered = self.gathered().await?;
            if gathered.is_empty() { Ok(None) } else { C::gather(&mut gathered).map(Some) }
        })
    }
}

impl<C: Gather> Collect<C> {
    async fn gathered(self) -> Result<Gathered> {
        let place = self.key.place.clone()?;
        let show = |(name, value): &(&str, Value)| format!("{name} = {}", value.describe());
        let partition: Vec<String> = place.condition.partition.iter().map(show).collect();
        let mut gathered = Gathered::new(C::DESCRIPTOR, partition.join(", "));
        let items = self.pager()?.all(|item| {
            let member = member_of::<C>(&item).ok_or_else(|| unknown::<C>(&item))?;
            Ok((member, item))
        });
        for (member, item) in items.await? {
            gathered.add(member, item);
        }
        Ok(gathered)
    }
}

/// Awaiting it reads the whole collection.
///
/// Fails with [`is_member_missing`](crate::Error::is_member_missing) if a member that is neither an `Option` nor a `Vec`
/// is not there, and with [`is_unexpected_item`](crate::Error::is_unexpected_item) if there are two where one is
/// expected.
impl<C: Gather> IntoFuture for Collect<C> {
    type Output = Result<C>;
    type IntoFuture = BoxFuture<Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async { C::gather(&mut self.gathered().await?) })
    }
}

impl<C: Collection> Collect<C> {
    /// Returns at most this many entries. As many requests are sent as it takes to find them.
    pub fn take(mut self, n_entries: usize) -> Self
    where
        C: Entries,
    {
        self.limits.take = Some(n_entries);
        self
    }

    /// Reads at most this many items in one request: DynamoDB's `Limit`.
    pub fn evaluate(mut self, n_items: u32) -> Self
    where
        C: Entries,
    {
        self.limits.evaluate = Some(n_items);
        self
    }

    /// Goes on from a page of the same collection, as [`Read::cursor`](crate::Read::cursor) does.
    pub fn cursor(mut self, cursor: impl Into<Option<Cursor>>) -> Self
    where
        C: Entries,
    {
        self.cursor = cursor.into();
        self
    }

    /// All entries in the order of the sort key, from as many requests as it takes.
    ///
    /// # Errors
    ///
    /// As for [`page`](Self::page), and [`is_unfinished`](crate::Error::is_unfinished).
    #[must_use = "nothing is read until it is awaited"]
    pub fn all(self) -> BoxFuture<Result<Vec<C>>>
    where
        C: Entries,
    {
        Box::pin(async { self.pager()?.all(entry).await })
    }

    /// The first entry, or `None`.
    ///
    /// # Errors
    ///
    /// As for [`page`](Self::page).
    #[must_use = "nothing is read until it is awaited"]
    pub fn first(self) -> BoxFuture<Result<Option<C>>>
    where
        C: Entries,
    {
        Box::pin(async {
            let mut page = self.take(1).page().await?;
            match (page.items.pop(), page.next) {
                // Not to have looked is not to have found nothing.
                (None, Some(_)) => Err(Error::new(Kind::Unfinished { requests: page.requests })),
                (first, _) => Ok(first),
            }
        })
    }

    /// One page: with [`take`](Self::take), that many entries if there are so many; without, what one request finds
    /// in 1 MB.
    ///
    /// # Errors
    ///
    /// If a value cannot be put into the key, the cursor belongs to another read, the backend refuses, or an item is
    /// not one of its entity, or in a collection with `unknown = error` of no member.
    #[must_use = "nothing is read until it is awaited"]
    pub fn page(self) -> BoxFuture<Result<Page<C>>>
    where
        C: Entries,
    {
        Box::pin(async { self.pager()?.page().await?.map(entry).all_or_none() })
    }

    /// All entries as a stream. An item that cannot be read is an error in its place, and the stream goes on.
    pub fn items(self) -> Items<C>
    where
        C: Entries,
    {
        let pages = async { Ok::<_, Error>(self.pager()?.pages()) };
        let items = pages.try_flatten_stream().map_ok(|page| stream::iter(page.items.into_iter().map(entry)));
        Items::new(items.try_flatten())
    }
}

fn entry<C: Entries>(item: Item) -> Result<C> {
    match member_of::<C>(&item) {
        Some(member) => C::read(member, item),
        None => Err(unknown::<C>(&item)),
    }
}

impl<C> fmt::Debug for Collect<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Collect")
            .field("key", &self.key)
            .field("descending", &self.descending)
            .field("consistent", &self.consistent)
            .field("include_expired", &self.include_expired)
            .field("limits", &self.limits)
            .field("cursor", &self.cursor)
            .finish_non_exhaustive()
    }
}
