//! DynamoDB in process: an exact, deterministic engine for tests.
//!
//! [`MemBackend`] is a backend for dynorm's `Db`. It carries out the very calls that would go to the service,
//! with the service's rules, order of checks and messages: keys and sizes, the whole expression language,
//! global and local indexes, pages, batches, transactions, consumed capacity, time to live. What it does not
//! model is listed in `docs/conformance.md` of the repository.
//!
//! [`Engine`] is the state machine inside: requests and the time in, answers out. The engine has no thread,
//! no lock, no clock and no randomness; the same requests at the same times give the same answers. A scan
//! returns partitions in the order of a hash, as the service does, so that no test comes to rely on an order
//! that production has not.
//!
//! ```
//! use std::time::Duration;
//! use dynorm::backend::Backend;
//! use dynorm_mem::{ManualClock, MemBackend};
//!
//! // A test owns its database and its time.
//! let clock = ManualClock::new();
//! let backend = MemBackend::new().with_clock(clock.clone());
//! let start = backend.now();
//! clock.advance(Duration::from_secs(3600));
//! assert_eq!(backend.now(), start + Duration::from_secs(3600));
//! ```
//!
//! A fixture that is expensive to build is built once and forked: [`MemBackend::fork`] shares all items until
//! one side writes.

#![allow(clippy::result_large_err, reason = "`Failure` is the seam's own type and is moved once a call")]

mod backend;
mod capacity;
mod clock;
mod engine;
mod expr;
pub mod limits;
mod message;
mod op;
mod state;
mod table;

pub use crate::backend::MemBackend;
pub use crate::clock::ManualClock;
pub use crate::engine::{Engine, Request, Response};
pub use crate::message::Cohort;
