//! Requests and answers about tables.

use dynorm::backend::table::{
    Encryption, Index, IndexCapacity, StreamView, TableClass, Throughput, UnitsPerSecond,
};

/// Parameters of `ListTables`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ListTables {
    /// How many names to return at most: 1 to 100.
    pub limit: Option<u32>,
    /// The name to go on after.
    pub start: Option<String>,
}

/// The answer of `ListTables`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TableList {
    /// The names, sorted.
    pub tables: Vec<String>,
    /// Where to go on, if there are more.
    pub last: Option<String>,
}

/// Parameters of `UpdateTable`: what is not given stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UpdateTable {
    /// The table's name or ARN.
    pub table: String,
    /// How the table is paid for.
    pub billing: Option<BillingMode>,
    /// Provisioned capacity.
    pub throughput: Option<Throughput>,
    /// What the table may take at most while it is paid per request; -1 takes a maximum away.
    pub on_demand: Option<UnitsPerSecond>,
    /// What the table is to be ready for: not less than it is now.
    pub warm: Option<UnitsPerSecond>,
    /// The table's class.
    pub class: Option<TableClass>,
    /// The key that the table is encrypted with.
    pub encryption: Option<Encryption>,
    /// Global indexes to change, and one to add or to drop.
    pub indexes: Vec<IndexUpdate>,
    /// The stream to switch on or off.
    pub stream: Option<StreamSpecification>,
    /// Whether the table is to be kept from deletion.
    pub deletion_protection: Option<bool>,
}

/// How a table is paid for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BillingMode {
    /// Per request.
    PayPerRequest,
    /// For capacity that is set aside.
    Provisioned,
}

/// A change of the global indexes of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum IndexUpdate {
    /// Adds an index of this capacity, and fills it with the items that the table has.
    Create(Index, IndexCapacity),
    /// Changes the capacity of the index of this name.
    Update(String, IndexCapacity),
    /// Drops the index of this name.
    Delete(String),
}

/// A stream to switch on or off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StreamSpecification {
    /// On or off.
    pub enabled: bool,
    /// What the stream is to tell, if it is switched on, and only then.
    pub view: Option<StreamView>,
}

/// The answer of `DescribeLimits`: the units per second that an account may provision.
///
/// The engine limits nothing, and states what the service grants a new account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AccountLimits {
    /// Read units of all tables.
    pub account_read_units_max: u64,
    /// Write units of all tables.
    pub account_write_units_max: u64,
    /// Read units of one table.
    pub table_read_units_max: u64,
    /// Write units of one table.
    pub table_write_units_max: u64,
}

impl AccountLimits {
    pub(crate) const OF_NEW_ACCOUNTS: Self = Self {
        account_read_units_max: 80_000,
        account_write_units_max: 80_000,
        table_read_units_max: 40_000,
        table_write_units_max: 40_000,
    };
}

/// The answer of `DescribeContinuousBackups`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ContinuousBackups {
    /// Whether the table is backed up by the service, as every table is.
    pub is_enabled: bool,
    /// Whether the table can be restored to a point in time, which the engine does not offer.
    pub point_in_time_recovery: bool,
}
