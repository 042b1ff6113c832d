//! Typed DynamoDB for Rust.

pub mod backend;
mod error;
pub mod value;

pub use crate::value::Expiry;
