//! The semantics of each call on the state, one file a call.
//!
//! Each begins with what the request alone decides, then looks up the table, then keys, condition and result:
//! the service's order of checks.

pub(crate) mod batch_get;
pub(crate) mod batch_write;
pub(crate) mod delete;
pub(crate) mod found;
pub(crate) mod get;
pub(crate) mod page;
pub(crate) mod put;
pub(crate) mod query;
pub(crate) mod scan;
pub(crate) mod stream;
pub(crate) mod table;
pub(crate) mod tag;
pub(crate) mod transact_get;
pub(crate) mod transact_write;
pub(crate) mod update;
pub(crate) mod update_table;
pub(crate) mod write;
