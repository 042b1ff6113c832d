//! Typed DynamoDB for Rust.

#[cfg(feature = "aws")]
pub mod aws;
pub mod backend;
mod db;
pub mod entity;
mod error;
pub mod expr;
pub mod key;
pub mod op;
mod page;
pub mod schema;
pub mod value;

#[doc(hidden)]
#[path = "private.rs"]
pub mod __private;

pub use crate::db::Db;
pub use crate::entity::{Entity, Key, Pattern, Scannable, Table};
pub use crate::error::{CancellationReason, CancelledAction, Error, Failure, FailureKind, Result};
pub use crate::expr::{Attr, Condition};
pub use crate::op::{Outcome, Query, Read, Returning, Scan};
pub use crate::page::{Cursor, Page};
pub use crate::value::{Attribute, Expiry};
// pub use dynorm_derive::{Attribute, Entity, Table};

/// What most programs need: `use dynorm::prelude::*;`.
pub mod prelude {
    pub use crate::value::{Item, Nullable, Number, Value};
    pub use crate::{Attribute, Cursor, Db, Entity, Expiry, Key, Page, Pattern, Returning, Table};
}
