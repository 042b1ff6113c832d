//! Pages of a read, and the cursors between them.

mod cursor;
mod position;
#[cfg(feature = "signed-cursors")]
mod sign;

pub use self::cursor::Cursor;
pub(crate) use self::cursor::{Meaning, Start, Way, write_part, write_value};
pub use self::position::ScanPosition;
pub(crate) use self::position::SegmentPlace;
#[cfg(feature = "signed-cursors")]
pub use self::sign::CursorKeys;
use crate::backend::reply::Capacity;
use crate::error::Result;

/// Without the feature `signed-cursors` there are no keys.
#[cfg(not(feature = "signed-cursors"))]
#[derive(Clone, Debug)]
pub(crate) enum CursorKeys {}

#[cfg(not(feature = "signed-cursors"))]
impl CursorKeys {
    fn sign(&self, _: &[u8]) -> cursor::Signature {
        match *self {}
    }

    fn accepts(&self, _: &[u8], _: &cursor::Signature) -> bool {
        match *self {}
    }
}

/// A part of a read, and where the next one starts.
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
/// let first = db.query(Event::of_device("d")).take(3).page().await?;
/// assert_eq!(first.items.len(), 3);
///
/// // A cursor travels as text, to a web client and back.
/// let token = first.next.expect("two are left").to_string();
/// let next = token.parse::<Cursor>()?;
/// let rest = db.query(Event::of_device("d")).cursor(next).take(3).page().await?;
/// assert_eq!(rest.items.iter().map(|e| e.at).collect::<Vec<_>>(), [3, 4]);
/// assert!(rest.next.is_none());
///
/// let back = db.query(Event::of_device("d")).cursor(rest.previous).take(3).page().await?;
/// assert_eq!(back.items.iter().map(|e| e.at).collect::<Vec<_>>(), [0, 1, 2]);
/// # Ok(()) }
/// ```
#[derive(Clone, Debug, PartialEq)]
#[must_use = "a page may not be the whole result: look at `next`"]
#[non_exhaustive]
pub struct Page<E> {
    /// The entities, in the order of the read.
    pub items: Vec<E>,
    /// Where the next page starts, after the last entity of this one; `None` at the end. DynamoDB may know that only
    /// after another, empty page.
    pub next: Option<Cursor>,
    /// Where the page before this one ends, before the first entity of this one. A read with this cursor reads
    /// backwards and gives its page in the usual order; with the same filter and [`take`](crate::Read::take), the pages
    /// are those that were read on the way here.
    ///
    /// `None` on a page that is known to be the first without another request: that of a read without a cursor. Else
    /// the page before may turn out to be empty. Scans do not go backwards, and have none.
    pub previous: Option<Cursor>,
    /// DynamoDB's `Count`: how many items passed the filter.
    pub count: u64,
    /// DynamoDB's `ScannedCount`: how many items were read, and paid for.
    pub scanned: u64,
    /// What the requests consumed, unless the [`Db`](crate::Db) was told not to ask.
    pub capacity: Option<Capacity>,
    /// How many requests were sent.
    pub requests: u32,
}

impl<E> Page<E> {
    pub(crate) fn empty() -> Self {
        Self {
            items: Vec::new(),
            next: None,
            previous: None,
            count: 0,
            scanned: 0,
            capacity: None,
            requests: 0,
        }
    }

    /// The page with its items made into others.
    pub(crate) fn map<T>(self, change: impl FnMut(E) -> T) -> Page<T> {
        Page {
            items: self.items.into_iter().map(change).collect(),
            next: self.next,
            previous: self.previous,
            count: self.count,
            scanned: self.scanned,
            capacity: self.capacity,
            requests: self.requests,
        }
    }

    /// Adds what was read after this page.
    pub(crate) fn append(&mut self, later: Self) {
        self.items.extend(later.items);
        self.count += later.count;
        self.scanned += later.scanned;
        self.requests += later.requests;
        self.capacity = match (self.capacity.take(), later.capacity) {
            (Some(sum), Some(more)) => Some(sum.plus(more)),
            (sum, more) => sum.or(more),
        };
    }
}

impl<E> Page<Result<E>> {
    /// The page, if all its items are entities.
    pub(crate) fn all_or_none(mut self) -> Result<Page<E>> {
        let items = std::mem::take(&mut self.items).into_iter().collect::<Result<_>>()?;
        Ok(Page { items, ..self.map(|_| unreachable!("the items are taken")) })
    }
}
