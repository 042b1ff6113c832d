//! The one error type of the library, and refusals of backends.

mod failure;

pub use self::failure::{CancellationReason, Failure, FailureKind};
