//! Pages of a read, and the cursors between them.

mod cursor;

pub use self::cursor::Cursor;
pub(crate) use self::cursor::Fingerprint;
use crate::backend::reply::Capacity;

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
/// let rest = db.query(Event::of_device("d")).after(token.parse()?).take(3).page().await?;
/// assert_eq!(rest.items.iter().map(|e| e.at).collect::<Vec<_>>(), [3, 4]);
/// assert!(rest.next.is_none());
/// # Ok(()) }
/// ```
#[derive(Clone, Debug, PartialEq)]
#[must_use = "a page may not be the whole result: look at `next`"]
#[non_exhaustive]
pub struct Page<E> {
    /// The entities, in the order of the read.
    pub items: Vec<E>,
    /// Where the next page starts, after the last entity of this one; `None` at the end.
    pub next: Option<Cursor>,
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
        Self { items: Vec::new(), next: None, count: 0, scanned: 0, capacity: None, requests: 0 }
    }

    /// Adds a page that was read after this one.
    pub(crate) fn append(&mut self, later: Self) {
        self.items.extend(later.items);
        self.next = later.next;
        self.count += later.count;
        self.scanned += later.scanned;
        self.requests += later.requests;
        self.capacity = match (self.capacity.take(), later.capacity) {
            (Some(sum), Some(more)) => Some(sum.plus(more)),
            (sum, more) => sum.or(more),
        };
    }
}
