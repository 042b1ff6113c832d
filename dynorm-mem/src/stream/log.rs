//! The records of a stream, of which a fork shares all but the newest few.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::SystemTime;

use crate::limits::STREAM_RETENTION;
use crate::table::record::Record;

/// A change, before it is told in the words of a record.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) at: SystemTime,
    pub(crate) before: Option<Record>,
    pub(crate) after: Option<Record>,
    pub(crate) is_expiry: bool,
}

/// How many entries a chunk has, except the last.
const CHUNK: usize = 256;

/// Entries by position, counted from the beginning of the stream.
#[derive(Clone, Debug, Default)]
pub(crate) struct Log {
    chunks: VecDeque<Arc<Vec<Entry>>>,
    /// The position of the oldest entry that is kept.
    start: u64,
}

impl Log {
    /// Appends an entry. Times do not run backwards in a log.
    pub(crate) fn push(&mut self, mut entry: Entry) {
        if let Some(last) = self.chunks.back().and_then(|chunk| chunk.last()) {
            entry.at = entry.at.max(last.at);
        }
        match self.chunks.back_mut() {
            Some(chunk) if chunk.len() < CHUNK => Arc::make_mut(chunk).push(entry),
            _ => self.chunks.push_back(Arc::new(vec![entry])),
        }
    }

    /// The position of the next entry to come.
    pub(crate) fn end(&self) -> u64 {
        let last = self.chunks.back().map_or(0, |chunk| chunk.len());
        let full = self.chunks.len().saturating_sub(1) * CHUNK;
        self.start + (full + last) as u64
    }

    /// The entry at a position, if there is one and it is kept.
    pub(crate) fn get(&self, position: u64) -> Option<&Entry> {
        let offset = usize::try_from(position.checked_sub(self.start)?).ok()?;
        self.chunks.get(offset / CHUNK)?.get(offset % CHUNK)
    }

    /// The position of the oldest entry that may be read still.
    pub(crate) fn horizon(&self, now: SystemTime) -> u64 {
        let whole = self.chunks.partition_point(|chunk| chunk.last().is_none_or(|last| is_old(last, now)));
        let rest =
            self.chunks.get(whole).map_or(0, |chunk| chunk.partition_point(|entry| is_old(entry, now)));
        if whole == self.chunks.len() {
            return self.end();
        }
        self.start + (whole * CHUNK + rest) as u64
    }

    /// Forgets chunks of which all is old.
    pub(crate) fn trim(&mut self, now: SystemTime) {
        while let Some(chunk) = self.chunks.front()
            && chunk.len() == CHUNK
            && chunk.last().is_some_and(|last| is_old(last, now))
        {
            self.chunks.pop_front();
            self.start += CHUNK as u64;
        }
    }
}

fn is_old(entry: &Entry, now: SystemTime) -> bool {
    now.duration_since(entry.at).is_ok_and(|age| age >= STREAM_RETENTION)
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use super::*;

    fn at(hours: u64) -> SystemTime {
        UNIX_EPOCH + Duration::from_hours(hours)
    }

    /// A log with as many entries as there are hours, one an hour.
    fn hourly(n: u64) -> Log {
        let mut log = Log::default();
        for hour in 0..n {
            log.push(Entry { at: at(hour), before: None, after: None, is_expiry: false });
        }
        log
    }

    #[test]
    fn positions_stay_when_old_entries_go() {
        let mut log = hourly(1000);
        let now = at(1000);
        assert_eq!((log.end(), log.horizon(now)), (1000, 977));
        log.trim(now);
        assert_eq!((log.end(), log.horizon(now)), (1000, 977));
        assert!(log.get(767).is_none());
        assert_eq!(log.get(768).unwrap().at, at(768));
        assert_eq!(log.get(999).unwrap().at, at(999));
        assert!(log.get(1000).is_none());
    }

    #[test]
    fn all_may_be_old() {
        let mut log = hourly(512);
        let now = at(10_000);
        assert_eq!((log.end(), log.horizon(now)), (512, 512));
        log.trim(now);
        assert_eq!((log.end(), log.horizon(now)), (512, 512));
        log.push(Entry { at: now, before: None, after: None, is_expiry: false });
        assert_eq!((log.end(), log.horizon(now)), (513, 512));
        assert_eq!(log.get(512).unwrap().at, now);
    }

    #[test]
    fn times_do_not_run_backwards() {
        let mut log = hourly(3);
        log.push(Entry { at: at(0), before: None, after: None, is_expiry: false });
        assert_eq!(log.get(3).unwrap().at, at(2));
    }
}
