//! One file a call: the request to the SDK's, and its reply to ours.

mod parts;

pub(super) mod batch_get;
pub(super) mod batch_write;
pub(super) mod delete;
pub(super) mod get;
pub(super) mod put;
pub(super) mod query;
pub(super) mod scan;
pub(super) mod table;
mod table_settings;
pub(super) mod transact_get;
pub(super) mod transact_write;
pub(super) mod update;
