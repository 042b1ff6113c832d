//! Consumed capacity: exact units of reads and writes, and how replies state them.

use std::collections::BTreeMap;

use dynorm::backend::call::ReturnCapacity;
use dynorm::backend::reply::{Capacity, CollectionMetrics, Units};
use dynorm::value::Item;

use crate::limits::READ_UNIT_BYTES;
use crate::table::index::{entry_of, units, write_units};
use crate::table::record::Record;
use crate::table::{Change, Table};

/// How a read sees earlier writes, which decides its price.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Consistency {
    Eventual,
    Strong,
    Transactional,
}

impl Consistency {
    pub(crate) fn of(consistent: bool) -> Self {
        if consistent { Self::Strong } else { Self::Eventual }
    }

    fn factor(self) -> f64 {
        match self {
            Self::Eventual => 0.5,
            Self::Strong => 1.0,
            Self::Transactional => 2.0,
        }
    }
}

/// The units of one read of this many bytes; a read of nothing costs the least there is.
pub(crate) fn read_units(size_bytes: usize, consistency: Consistency) -> f64 {
    let blocks = u32::try_from(size_bytes.div_ceil(READ_UNIT_BYTES).max(1)).unwrap_or(u32::MAX);
    f64::from(blocks) * consistency.factor()
}

/// Whether units are of reads or of writes, where a reply says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stated {
    Together,
    AsReads,
    AsWrites,
}

/// Units of one table, summed over the parts of a call.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Cost {
    pub(crate) table: f64,
    pub(crate) local: BTreeMap<String, f64>,
    pub(crate) global: BTreeMap<String, f64>,
}

impl Cost {
    /// The cost of reading the table.
    pub(crate) fn of_table(units: f64) -> Self {
        Self { table: units, ..Self::default() }
    }

    /// The cost of a write: the table by the larger of both items, each index by what changes in it.
    pub(crate) fn of_write(table: &Table, change: &Change) -> Self {
        let (before, after) = (change.before.as_ref(), change.after.as_ref());
        let size = before.map(Record::size_bytes).max(after.map(|after| after.size_bytes));
        let mut cost = Self::of_table(f64::from(units(size.unwrap_or(0))));
        if table.schema.indexes.is_empty() {
            return cost;
        }
        let (before, after) = (change.item_before(&table.names), after.map(|after| &after.item));
        for index in &table.schema.indexes {
            let [before, after] =
                [before.as_ref(), after].map(|item: Option<&Item>| entry_of(index, &change.key, item?));
            let n = write_units(before.as_ref(), after.as_ref());
            if n > 0 {
                let arm = if index.is_local() { &mut cost.local } else { &mut cost.global };
                arm.insert(index.definition.name.clone(), f64::from(n));
            }
        }
        cost
    }

    pub(crate) fn add(&mut self, other: Self) {
        self.table += other.table;
        for (arm, more) in [(&mut self.local, other.local), (&mut self.global, other.global)] {
            for (name, units) in more {
                *arm.entry(name).or_default() += units;
            }
        }
    }

    /// The reply's statement, if the call asked for one.
    pub(crate) fn stated(self, wanted: ReturnCapacity, table: &str, stated: Stated) -> Option<Capacity> {
        if wanted == ReturnCapacity::None {
            return None;
        }
        let units = |total: f64| Units {
            total,
            read: (stated == Stated::AsReads).then_some(total),
            write: (stated == Stated::AsWrites).then_some(total),
        };
        let sum = self.table + self.local.values().sum::<f64>() + self.global.values().sum::<f64>();
        let total = Capacity { table: table.to_owned(), units: units(sum), ..Capacity::default() };
        let arms = |arm: BTreeMap<String, f64>| arm.into_iter().map(|(name, n)| (name, units(n))).collect();
        match wanted {
            ReturnCapacity::None => None,
            ReturnCapacity::Total => Some(total),
            ReturnCapacity::Indexes => Some(Capacity {
                table_units: Some(units(self.table)),
                local_indexes: arms(self.local),
                global_indexes: arms(self.global),
                ..total
            }),
        }
    }
}

/// The metrics of the item collection that a change belongs to, if the table has any.
pub(crate) fn collection_metrics(table: &Table, change: &Change) -> Option<CollectionMetrics> {
    let sizes = table.collection_bytes(change)?;
    let name = &*table.schema.key.partition[0].name;
    let partition_key = match (&change.after, &change.before) {
        (Some(after), _) => after.item.get(name)?.clone(),
        (None, before) => before.as_ref()?.part(&table.names, |other| other == name).remove(name)?,
    };
    Some(CollectionMetrics { partition_key, size_gb: estimate_gb(sizes.after).map(f64::from) })
}

/// The whole gigabytes below and above.
fn estimate_gb(size_bytes: u64) -> [u32; 2] {
    let below = u32::try_from(size_bytes >> 30).unwrap_or(u32::MAX);
    [below, below.saturating_add(1)]
}

#[cfg(test)]
mod tests {
    use super::estimate_gb;

    #[test]
    fn sizes_are_estimated_in_whole_gigabytes() {
        assert_eq!(estimate_gb(0), [0, 1]);
        assert_eq!(estimate_gb((1 << 30) - 1), [0, 1]);
        assert_eq!(estimate_gb(7 << 29), [3, 4]);
    }
}
