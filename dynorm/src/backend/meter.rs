//! What code consumes: by table, index and access pattern.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use super::observe::Label;
use super::reply::{Capacity, Units};
use super::{Call, Failure, Operation, Reply};

/// Adds up what a [`Db`](crate::Db) consumes: see [`Db::metered`](crate::Db::metered). Clones are handles of the same meter.
#[derive(Clone, Debug, Default)]
pub struct Meter {
    bill: Arc<Mutex<Bill>>,
}

impl Meter {
    /// What was consumed until now.
    #[must_use]
    pub fn bill(&self) -> Bill {
        self.bill.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Forgets what was consumed, and gives it.
    #[must_use = "it is forgotten"]
    pub fn take(&self) -> Bill {
        std::mem::take(&mut *self.bill.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Adds what a call came to.
    pub(super) fn add(&self, entry: &Entry) {
        self.bill.lock().unwrap_or_else(PoisonError::into_inner).add(entry.clone());
    }
}

/// What code consumed, as the service stated it; on the engine it is exact.
///
/// Requests are those that were sent, with those that were refused and sent again. What a refused request consumed the
/// service does not state, so that it is not in the units, though a write whose condition does not hold is paid.
///
/// A read unit is a strongly consistent read of up to 4 KB, half of one an eventually consistent read; a write unit is a
/// write of up to 1 KB. Transactions cost double.
///
/// As text it has a line for each entry, and a last one for the sum if there are several.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Bill {
    entries: Vec<Entry>,
}

/// What one operation for one access pattern consumed.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Entry {
    /// The operation.
    pub operation: Operation,
    /// The entity or the collection; `None` for transactions, batches of several entities, and calls by hand.
    pub entity: Option<&'static str>,
    /// The access pattern of a query.
    pub pattern: Option<&'static str>,
    /// How many requests were sent.
    pub requests: u64,
    /// How many of them were refused.
    pub refused: u64,
    /// How many items came back.
    pub items: u64,
    /// The parts.
    pub parts: BTreeMap<Place, Consumed>,
}

/// A table, or an index of one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub struct Place {
    /// The table's name.
    pub table: String,
    /// The index, if it is one.
    pub index: Option<String>,
}

/// Capacity units, apart by what they are for.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Consumed {
    /// Read units.
    pub read: f64,
    /// Write units.
    pub write: f64,
}

impl Bill {
    /// The entries, in the order in which their first requests ended.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// How many requests were sent.
    #[must_use]
    pub fn requests(&self) -> u64 {
        self.entries.iter().map(|entry| entry.requests).sum()
    }

    /// How many requests were refused.
    #[must_use]
    pub fn refused(&self) -> u64 {
        self.entries.iter().map(|entry| entry.refused).sum()
    }

    /// How many read units were consumed.
    #[must_use]
    pub fn read_units(&self) -> f64 {
        self.consumed().read
    }

    /// How many write units were consumed.
    #[must_use]
    pub fn write_units(&self) -> f64 {
        self.consumed().write
    }

    /// The part of one operation.
    #[must_use]
    pub fn of_operation(&self, operation: Operation) -> Self {
        self.keeping(|entry| entry.operation == operation)
    }

    /// The part of one entity or collection, by the name of its type.
    #[must_use]
    pub fn of_entity(&self, entity: &str) -> Self {
        self.keeping(|entry| entry.entity == Some(entity))
    }

    /// The part of one access pattern, by the names of its entity and of itself: `("Order", "by_status")`.
    #[must_use]
    pub fn of_pattern(&self, entity: &str, pattern: &str) -> Self {
        self.keeping(|entry| entry.entity == Some(entity) && entry.pattern == Some(pattern))
    }

    /// The part of a table, without its indexes. Its requests are those that consumed something of it.
    #[must_use]
    pub fn of_table(&self, table: &str) -> Self {
        self.at(|place| place.table == table && place.index.is_none())
    }

    /// The part of an index of a table. Its requests are those that consumed something of it.
    #[must_use]
    pub fn of_index(&self, table: &str, index: &str) -> Self {
        self.at(|place| place.table == table && place.index.as_deref() == Some(index))
    }

    fn keeping(&self, is_meant: impl Fn(&Entry) -> bool) -> Self {
        Self { entries: self.entries.iter().filter(|entry| is_meant(entry)).cloned().collect() }
    }

    fn at(&self, is_meant: impl Fn(&Place) -> bool) -> Self {
        let mut entries = self.entries.clone();
        for entry in &mut entries {
            entry.parts.retain(|place, _| is_meant(place));
        }
        entries.retain(|entry| !entry.parts.is_empty());
        Self { entries }
    }

    fn consumed(&self) -> Consumed {
        self.entries.iter().fold(Consumed::default(), |sum, entry| sum.plus(entry.consumed()))
    }

    fn add(&mut self, more: Entry) {
        let label = |entry: &Entry| (entry.operation, entry.entity, entry.pattern);
        let Some(entry) = self.entries.iter_mut().find(|entry| label(entry) == label(&more)) else {
            self.entries.push(more);
            return;
        };
        entry.requests += more.requests;
        entry.refused += more.refused;
        entry.items += more.items;
        for (place, consumed) in more.parts {
            let part = entry.parts.entry(place).or_default();
            *part = part.plus(consumed);
        }
    }
}

impl Consumed {
    pub(super) fn plus(self, more: Self) -> Self {
        Self { read: self.read + more.read, write: self.write + more.write }
    }

    /// What the service states; only of transactions it says what the units are for.
    fn of(units: Units, is_read: bool) -> Self {
        match (units.read, units.write) {
            (None, None) if is_read => Self { read: units.total, write: 0.0 },
            (None, None) => Self { read: 0.0, write: units.total },
            (read, write) => Self { read: read.unwrap_or(0.0), write: write.unwrap_or(0.0) },
        }
    }

    fn is_zero(self) -> bool {
        self == Self::default()
    }
}

impl Entry {
    /// What one call came to, that read this index.
    pub(super) fn of<C: Call>(label: Label, index: Option<&str>, answer: &Result<C::Reply, Failure>) -> Self {
        let Label { entity, pattern } = label;
        let (operation, parts) = (C::OPERATION, BTreeMap::new());
        let mut entry = Self { operation, entity, pattern, requests: 1, refused: 0, items: 0, parts };
        match answer {
            Ok(reply) => {
                entry.items = reply.items() as u64;
                reply.capacity().iter().for_each(|capacity| entry.charge(capacity, index));
            }
            Err(_) => entry.refused = 1,
        }
        entry
    }

    /// What it consumed in all.
    #[must_use]
    pub fn consumed(&self) -> Consumed {
        self.parts.values().fold(Consumed::default(), |sum, part| sum.plus(*part))
    }

    /// Adds what a call that reads this index consumed.
    fn charge(&mut self, capacity: &Capacity, index: Option<&str>) {
        let is_read = self.operation.is_read();
        let mut add = |index: Option<&str>, units: Units| {
            let consumed = Consumed::of(units, is_read);
            if !consumed.is_zero() {
                let place = Place { table: capacity.table.clone(), index: index.map(str::to_owned) };
                let part = self.parts.entry(place).or_default();
                *part = part.plus(consumed);
            }
        };
        let Some(table_units) = capacity.table_units else {
            // A server that does not tell the parts: what is read is all that can have been.
            return add(index, capacity.units);
        };
        add(None, table_units);
        for (index, units) in capacity.local_indexes.iter().chain(&capacity.global_indexes) {
            add(Some(index), *units);
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.index {
            Some(index) => write!(f, "{}.{index}", self.table),
            None => f.write_str(&self.table),
        }
    }
}

/// `2 RCU`, `1.5 WCU`, or both.
impl fmt::Display for Consumed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.read > 0.0, self.write > 0.0) {
            (true, true) => write!(f, "{} RCU, {} WCU", self.read, self.write),
            (_, true) => write!(f, "{} WCU", self.write),
            _ => write!(f, "{} RCU", self.read),
        }
    }
}

fn write_requests(f: &mut fmt::Formatter<'_>, requests: u64, refused: u64) -> fmt::Result {
    write!(f, "{requests} request{}", if requests == 1 { "" } else { "s" })?;
    if refused > 0 { write!(f, " ({refused} refused)") } else { Ok(()) }
}

/// `query Order::by_status: 1 request, Shop.GSI1 0.5 RCU`.
impl fmt::Display for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let label = Label { entity: self.entity, pattern: self.pattern };
        write!(f, "{}: ", label.name(self.operation.method()))?;
        write_requests(f, self.requests, self.refused)?;
        self.parts.iter().try_for_each(|(place, consumed)| write!(f, ", {place} {consumed}"))
    }
}

impl fmt::Display for Bill {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, entry) in self.entries.iter().enumerate() {
            write!(f, "{}{entry}", if at > 0 { "\n" } else { "" })?;
        }
        if self.entries.len() == 1 {
            return Ok(());
        }
        f.write_str(if self.entries.is_empty() { "" } else { "\ntogether: " })?;
        write_requests(f, self.requests(), self.refused())?;
        let consumed = self.consumed();
        if consumed.is_zero() { Ok(()) } else { write!(f, ", {consumed}") }
    }
}
