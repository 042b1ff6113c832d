//! What a table is set to besides its key and indexes: capacity, class and encryption.
//!
//! Nothing of this changes what calls do; it is checked, kept and described as the service does. The rules of
//! combinations and bounds are observations of the service that were published in October 2026.

use std::collections::BTreeMap;
use std::fmt;
use std::time::SystemTime;

use dynorm::backend::table::{
    CreateTable, Encryption, IndexCapacity, IndexScope, TableClass, Throughput, UnitsPerSecond,
};

use super::uuid::uuid_of;
use crate::limits::{ON_DEMAND_READ_UNITS, ON_DEMAND_WRITE_UNITS};
use crate::message::{self, Checked};

/// The settings of a table.
#[derive(Clone, Debug, Default)]
pub(crate) struct Settings {
    pub(crate) capacity: Capacity,
    /// The capacity of each global index, by name.
    pub(crate) indexes: BTreeMap<String, Capacity>,
    pub(crate) class: TableClass,
    pub(crate) class_changed: Option<SystemTime>,
    /// The ARN of the key, unless it is the service's own.
    pub(crate) encryption_key: Option<String>,
}

/// What a table or a global index may take and is ready for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Capacity {
    pub(crate) throughput: Option<Throughput>,
    pub(crate) on_demand: UnitsPerSecond,
    warm: (i64, i64),
}

/// Whose capacity is spoken of.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Owner<'n> {
    Table,
    Index(&'n str),
}

impl fmt::Display for Owner<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Table => f.write_str("table"),
            Self::Index(name) => write!(f, "index {name}"),
        }
    }
}

impl Settings {
    /// The settings of a new table.
    pub(crate) fn new(call: &CreateTable, now: SystemTime) -> Checked<Self> {
        let of_table =
            IndexCapacity { throughput: call.throughput, on_demand: call.on_demand, warm: call.warm };
        let mut settings = Self {
            capacity: Capacity::new(of_table, Owner::Table)?,
            class: call.class,
            class_changed: (call.class != TableClass::Standard).then_some(now),
            encryption_key: key_arn(&call.encryption),
            ..Self::default()
        };
        for index in call.indexes.iter().filter(|index| index.scope == IndexScope::Global) {
            let asked = call.index_capacity.get(&index.name).copied().unwrap_or_default();
            if call.throughput.is_none() && asked.throughput.is_some() {
                return Err(message::index_throughput_unwanted(&index.name));
            }
            let asked = IndexCapacity { throughput: asked.throughput.or(call.throughput), ..asked };
            settings.indexes.insert(index.name.clone(), Capacity::new(asked, Owner::Index(&index.name))?);
        }
        match call.index_capacity.keys().find(|name| !settings.indexes.contains_key(*name)) {
            Some(name) => Err(message::capacity_of_no_global_index(name)),
            None => Ok(settings),
        }
    }
}

impl Settings {
    /// The capacity of the global indexes that is not as the table's.
    pub(crate) fn own_index_capacity(&self) -> Vec<(&String, IndexCapacity)> {
        let as_table = Capacity::default().with_throughput(self.capacity.throughput);
        let own = self.indexes.iter().filter(|(_, capacity)| **capacity != as_table);
        own.map(|(name, capacity)| {
            let Capacity { throughput, on_demand, .. } = *capacity;
            (name, IndexCapacity { throughput, on_demand, warm: capacity.warm() })
        })
        .collect()
    }
}

impl Capacity {
    /// The capacity of what is new.
    pub(crate) fn new(asked: IndexCapacity, owner: Owner<'_>) -> Checked<Self> {
        let IndexCapacity { throughput, on_demand, warm } = asked;
        for (name, units) in on_demand_members(on_demand) {
            if throughput.is_some() {
                let of_index = match owner {
                    Owner::Table => String::new(),
                    Owner::Index(index) => format!(" for index: {index}"),
                };
                return Err(message::on_demand_of_new_when_provisioned(name, &of_index));
            }
            if units < 1 {
                return Err(message::on_demand_out_of_range(name, &on_demand_owner(owner)));
            }
        }
        let least = Self { throughput, on_demand, warm: (0, 0) }.least_warm();
        for ((name, provisioned), units, least) in [
            (("ReadUnitsPerSecond", "ReadCapacityUnits"), warm.read, least.0),
            (("WriteUnitsPerSecond", "WriteCapacityUnits"), warm.write, least.1),
        ] {
            if units.is_some_and(|units| units < least) {
                return Err(match throughput {
                    None => message::warm_below_initial(name, owner),
                    Some(_) => message::warm_below_provisioned(name, owner, provisioned),
                });
            }
        }
        let warm = (warm.read.unwrap_or(least.0), warm.write.unwrap_or(least.1));
        Ok(Self { throughput, on_demand, warm })
    }

    /// What the capacity is ready for.
    pub(crate) fn warm(&self) -> UnitsPerSecond {
        UnitsPerSecond { read: Some(self.warm.0), write: Some(self.warm.1) }
    }

    /// The same with other maxima on demand.
    pub(crate) fn with_on_demand(self, change: UnitsPerSecond, owner: Owner<'_>) -> Checked<Self> {
        for (name, units) in on_demand_members(change) {
            if self.throughput.is_some() {
                let of_index = match owner {
                    Owner::Table => String::new(),
                    Owner::Index(index) => format!(" for index : {index}"),
                };
                return Err(message::on_demand_when_provisioned(name, &of_index));
            }
            if units == 0 || units < -1 {
                return Err(message::on_demand_out_of_range(name, &on_demand_owner(owner)));
            }
        }
        let on_demand = UnitsPerSecond {
            read: change.read.or(self.on_demand.read),
            write: change.write.or(self.on_demand.write),
        };
        Ok(Self { on_demand, ..self })
    }

    /// The same, ready for more.
    pub(crate) fn with_warm(self, change: UnitsPerSecond, owner: Owner<'_>) -> Checked<Self> {
        for (name, units, current) in [
            ("ReadUnitsPerSecond", change.read, self.warm.0),
            ("WriteUnitsPerSecond", change.write, self.warm.1),
        ] {
            if units.is_some_and(|units| units < current) {
                return Err(message::warm_decreased(name, owner));
            }
        }
        let warm = (change.read.unwrap_or(self.warm.0), change.write.unwrap_or(self.warm.1));
        Ok(Self { warm, ..self })
    }

    /// The same, provisioned or paid per request. What it was ready for it stays ready for; the other way of
    /// paying has no maxima on demand.
    pub(crate) fn with_throughput(self, throughput: Option<Throughput>) -> Self {
        let is_switched = throughput.is_some() != self.throughput.is_some();
        let on_demand = if is_switched { UnitsPerSecond::default() } else { self.on_demand };
        let changed = Self { throughput, on_demand, ..self };
        let least = changed.least_warm();
        Self { warm: (self.warm.0.max(least.0), self.warm.1.max(least.1)), ..changed }
    }

    /// What everything is ready for.
    fn least_warm(&self) -> (i64, i64) {
        let units = |units: u64| i64::try_from(units).unwrap_or(i64::MAX);
        let per_request = (ON_DEMAND_READ_UNITS, ON_DEMAND_WRITE_UNITS);
        self.throughput.map_or(per_request, |throughput| (units(throughput.read), units(throughput.write)))
    }
}

/// The members that are given, with their names on the wire.
fn on_demand_members(units: UnitsPerSecond) -> impl Iterator<Item = (&'static str, i64)> {
    let members = [("MaxReadRequestUnits", units.read), ("MaxWriteRequestUnits", units.write)];
    members.into_iter().filter_map(|(name, units)| Some((name, units?)))
}

/// Messages about the bounds of these name an index in a way of their own.
fn on_demand_owner(owner: Owner<'_>) -> String {
    match owner {
        Owner::Table => "table".to_owned(),
        Owner::Index(index) => format!("index : {index}"),
    }
}

const KEY_PREFIX: &str = "arn:aws:kms:us-east-1:000000000000:key/";

/// The ARN of a key. The engine has no keys: those it is told of are there, and an alias always stands for one
/// and the same key.
pub(crate) fn key_arn(encryption: &Encryption) -> Option<String> {
    let of_alias = |alias: &str| format!("{KEY_PREFIX}{}", uuid_of(alias.bytes()));
    match encryption {
        Encryption::ServiceKey => None,
        Encryption::AccountKey => Some(of_alias("alias/aws/dynamodb")),
        Encryption::Key(key) => Some(match key.find("alias/") {
            Some(at) => of_alias(&key[at..]),
            None if key.starts_with("arn:") => key.clone(),
            None => format!("{KEY_PREFIX}{key}"),
        }),
    }
}
