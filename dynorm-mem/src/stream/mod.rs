//! The stream of a table: what each change appends to it, and where its records are.

mod iterator;
mod label;
mod log;

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use dynorm::backend::table::{KeySchema, StreamView};
use dynorm::value::{Item, Name};

pub(crate) use self::iterator::ShardIterator;
pub(crate) use self::label::label_at;
pub(crate) use self::log::{Entry, Log};
use crate::call::stream::{Event, Record, Shard};
use crate::limits::STREAM_RETENTION;
use crate::table::key::hash;
use crate::table::names::Names;
use crate::table::{arn_of, record as table};

/// The stream of a table, from when it is switched on until it is switched off and a day later.
///
/// It has one shard, which is as old as the stream: what the service splits to spread load, the engine need not.
#[derive(Clone, Debug)]
pub(crate) struct Stream {
    pub(crate) table: String,
    pub(crate) label: String,
    pub(crate) key: KeySchema,
    pub(crate) view: StreamView,
    pub(crate) created: SystemTime,
    /// When it was switched off.
    pub(crate) closed: Option<SystemTime>,
    /// When what is recorded next happens.
    pub(crate) now: SystemTime,
    pub(crate) log: Log,
    /// The names in the entries of the log.
    pub(crate) names: Arc<Names>,
}

/// What the sequence number before that of the first record stands for.
const SEQUENCE_START: u128 = 100_000_000_000_000_000_000_000;

impl Stream {
    pub(crate) fn arn(&self) -> String {
        arn(&self.table, &self.label)
    }

    /// Records a change, unless it changes nothing.
    pub(crate) fn record(
        &mut self,
        before: Option<&table::Record>,
        after: Option<&table::Record>,
        names: &Arc<Names>,
        is_expiry: bool,
    ) {
        if before == after {
            return;
        }
        if !Arc::ptr_eq(&self.names, names) {
            self.names = Arc::clone(names);
        }
        self.log.trim(self.now);
        self.log.push(Entry { at: self.now, before: before.cloned(), after: after.cloned(), is_expiry });
    }

    /// Whether the stream can be read still.
    pub(crate) fn is_readable(&self, now: SystemTime) -> bool {
        self.closed.is_none_or(|closed| {
            now.duration_since(closed).map_or(true, |since_closed| since_closed < STREAM_RETENTION)
        })
    }

    /// The id of the stream's only shard.
    pub(crate) fn shard_id(&self) -> String {
        let millis = self.created.duration_since(UNIX_EPOCH).map_or(0, |age| age.as_millis());
        format!("shardId-{millis:020}-{:08x}", hash(self.arn().as_bytes()) >> 32)
    }

    pub(crate) fn shard(&self) -> Shard {
        Shard {
            id: self.shard_id(),
            first: sequence_number(0),
            last: self.closed.map(|_| sequence_number(self.log.end())),
        }
    }

    /// The record at a position that the log has.
    pub(crate) fn record_of(&self, position: u64, entry: &Entry) -> Record {
        let images = [&entry.before, &entry.after].map(|image| Some(image.as_ref()?.item(&self.names)));
        let [before, after] = images.each_ref().map(Option::as_ref);
        let tells = |views: [StreamView; 2]| views.contains(&self.view);
        let new = after.filter(|_| tells([StreamView::NewImage, StreamView::NewAndOldImages]));
        let old = before.filter(|_| tells([StreamView::OldImage, StreamView::NewAndOldImages]));
        let keys = self.keys_of(after.or(before));
        let size = |item: Option<&Item>| item.map_or(0, Item::size_bytes) as u64;
        let sequence_number = sequence_number(position + 1);
        Record {
            id: self.event_id(&sequence_number),
            event: match (before, after) {
                (None, _) => Event::Insert,
                (Some(_), Some(_)) => Event::Modify,
                (Some(_), None) => Event::Remove,
            },
            created: whole_seconds(entry.at),
            size_bytes: size(Some(&keys)) + size(new) + size(old),
            keys,
            new_image: new.cloned(),
            old_image: old.cloned(),
            sequence_number,
            view: self.view,
            is_expiry: entry.is_expiry,
        }
    }

    fn keys_of(&self, item: Option<&Item>) -> Item {
        let attribute = |name: &String| Some((Name::from(name), item?.get(name)?.clone()));
        self.key.attributes().filter_map(|key| attribute(&key.name)).collect()
    }

    /// The same in every run, as everything in the engine is.
    fn event_id(&self, sequence_number: &str) -> String {
        let half = |salt: &str| hash(format!("{salt}{}{sequence_number}", self.arn()).as_bytes());
        format!("{:016x}{:016x}", half("a"), half("b"))
    }
}

/// The resource name of a stream.
pub(crate) fn arn(table: &str, label: &str) -> String {
    format!("{}/stream/{label}", arn_of(table))
}

/// The table's name and the label in a stream's resource name, of whichever account and region.
pub(crate) fn parts_of_arn(arn: &str) -> Option<(&str, &str)> {
    let (prefix, rest) = arn.split_once(":table/")?;
    let (table, label) = rest.split_once("/stream/")?;
    (prefix.starts_with("arn:") && !table.is_empty() && !label.is_empty()).then_some((table, label))
}

/// The number of the record at the position before, or what all numbers of records are larger than.
fn sequence_number(n: u64) -> String {
    (SEQUENCE_START + u128::from(n)).to_string()
}

/// What [`sequence_number`] was made of.
pub(crate) fn count_of_sequence_number(text: &str) -> Option<u64> {
    if !text.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    u64::try_from(text.parse::<u128>().ok()?.checked_sub(SEQUENCE_START)?).ok()
}

fn whole_seconds(at: SystemTime) -> SystemTime {
    let seconds = at.duration_since(UNIX_EPOCH).map_or(0, |age| age.as_secs());
    UNIX_EPOCH + Duration::from_secs(seconds)
}
