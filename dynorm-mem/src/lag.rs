//! Eventual consistency that is eventual: tables as they were, for reads that see writes late.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use crate::table::Table;

/// How a read sees earlier writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum View {
    /// All of them.
    Strong,
    /// Those that all copies of the table have.
    Eventual,
    /// Those that a global index has.
    GlobalIndex,
}

impl View {
    pub(crate) fn of(consistent: bool) -> Self {
        if consistent { Self::Strong } else { Self::Eventual }
    }
}

/// How late reads see writes, and what those see that are late.
#[derive(Clone, Debug, Default)]
pub(crate) struct Lag {
    /// Of global indexes.
    pub(crate) of_indexes: Duration,
    /// Of eventually consistent reads of tables and local indexes.
    pub(crate) of_reads: Duration,
    /// The tables as they were, the oldest first, by name.
    past: BTreeMap<String, VecDeque<Past>>,
}

/// A table as it was until it was written.
#[derive(Clone, Debug)]
struct Past {
    until: SystemTime,
    table: Arc<Table>,
}

impl Lag {
    /// Remembers a table that is about to be written.
    pub(crate) fn keep(&mut self, name: &str, table: &Arc<Table>, now: SystemTime) {
        if self.longest().is_zero() {
            return;
        }
        if !self.past.contains_key(name) {
            self.past.insert(name.to_owned(), VecDeque::new());
        }
        let Some(past) = self.past.get_mut(name) else { return };
        // What is written twice at one time is not to be seen in between.
        if past.back().is_none_or(|last| last.until < now) {
            past.push_back(Past { until: now, table: Arc::clone(table) });
        }
    }

    /// The table as such a read sees it, unless that is as it is.
    pub(crate) fn seen(&self, name: &str, view: View, now: SystemTime) -> Option<&Arc<Table>> {
        let lag = match view {
            View::Strong => return None,
            View::Eventual => self.of_reads,
            View::GlobalIndex => self.of_indexes,
        };
        let past = self.past.get(name)?.iter().find(|past| is_late(past, lag, now))?;
        Some(&past.table)
    }

    /// Whether some write is not seen by all reads yet.
    pub(crate) fn has_past(&self) -> bool {
        !self.past.is_empty()
    }

    /// Forgets what no read sees any more.
    pub(crate) fn settle(&mut self, now: SystemTime) {
        let longest = self.longest();
        self.past.retain(|_, past| {
            while past.front().is_some_and(|oldest| !is_late(oldest, longest, now)) {
                past.pop_front();
            }
            !past.is_empty()
        });
    }

    /// Has all reads of a table see all that was written: after changes of the table itself.
    pub(crate) fn forget(&mut self, name: &str) {
        self.past.remove(name);
    }

    /// Has all reads see all that was written.
    pub(crate) fn catch_up(&mut self) {
        self.past.clear();
    }

    fn longest(&self) -> Duration {
        self.of_indexes.max(self.of_reads)
    }
}

/// Whether the write that ended this state is younger than the lag.
fn is_late(past: &Past, lag: Duration, now: SystemTime) -> bool {
    past.until + lag > now
}
