//! DynamoDB in process: an exact, deterministic engine for tests.
//!
//! [`MemBackend`] is a backend for dynorm's `Db`. It carries out the very calls that would go to the service,
//! with the service's rules, order of checks and messages: keys and sizes, the whole expression language,
//! global and local indexes, pages, batches, transactions, consumed capacity, time to live, changes of tables,
//! streams, [statements](partiql) and [legacy parameters](legacy). What it does not model is listed in
//! `docs/conformance.md` of the repository.
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
//!
//! # Features
//!
//! | Feature | What it gives |
//! |---|---|
//! | `wire` | DynamoDB's protocol: JSON requests in, JSON answers out |
//! | `sdk` | a client of the AWS SDK that talks to the engine in process, without a socket or credentials |
//! | `sdk-streams` | the same for `aws_sdk_dynamodbstreams` |
//! | `server` | the HTTP server, as a library and as the program `dynorm-mem` |

#![allow(clippy::result_large_err, reason = "`Failure` is the seam's own type and is moved once a call")]

mod backend;
pub mod call;
mod capacity;
mod clock;
mod diff;
mod engine;
mod expr;
mod faulty;
mod lag;
pub mod legacy;
pub mod limits;
mod message;
mod op;
pub mod partiql;
#[cfg(any(feature = "sdk", feature = "server"))]
mod request_id;
#[cfg(feature = "sdk")]
mod sdk;
#[cfg(feature = "server")]
pub mod server;
mod state;
mod stream;
mod sync;
mod table;
#[cfg(feature = "wire")]
pub mod wire;

pub use crate::backend::MemBackend;
pub use crate::clock::ManualClock;
pub use crate::diff::{Diff, Difference};
pub use crate::engine::{Engine, Request, Response};
pub use crate::faulty::{Attempt, Fault, Faults, Faulty, Random, Rule};
pub use crate::message::Cohort;
#[cfg(feature = "sdk-streams")]
pub use crate::sdk::streams_sdk_client;
#[cfg(feature = "sdk")]
pub use crate::sdk::{SdkConnector, sdk_client};
