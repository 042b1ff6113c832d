//! The behaviour of the engine, call by call, and its properties.

#![allow(clippy::result_large_err, reason = "`Failure` is the seam's own type")]
#![allow(clippy::unwrap_used, reason = "helpers of tests are tests")]
#![allow(clippy::float_cmp, reason = "capacity units are exact multiples of one half")]

mod kit;

mod batch;
mod capacity;
mod condition;
mod conflict;
mod conformance;
mod delete;
mod diff;
mod get;
mod hostile;
mod index;
mod lag;
mod legacy;
mod mem_backend;
mod model;
mod number;
mod paging;
mod partiql;
mod put;
mod query;
mod scan;
mod stream;
mod syntax;
mod table;
mod table_phase;
mod table_settings;
mod tag;
mod time_to_live;
mod transact;
mod update;
mod update_table;
