//! Typed DynamoDB for Rust.

#[cfg(feature = "aws")]
pub mod aws;
pub mod backend;
pub mod entity;
mod error;
pub mod expr;
pub mod key;
pub mod schema;
pub mod value;

#[doc(hidden)]
#[path = "private.rs"]
pub mod __private;

pub use crate::error::{CancelledAction, Error, Result};
pub use crate::value::Expiry;
