//! The cases, by operation.

pub mod batch_get;
pub mod batch_write;
pub mod checked;
pub mod collect;
pub mod condition;
pub mod create;
pub mod decode;
pub mod delete;
pub mod delete_partition;
pub mod expiry;
pub mod get;
pub mod hydrate;
pub mod page;
pub mod projection;
pub mod put;
pub mod query;
pub mod range;
pub mod raw;
pub mod rekey;
pub mod scan;
pub mod table;
pub mod transact_get;
pub mod transact_write;
pub mod update;
pub mod value;
