//! Typed DynamoDB: keys that cannot be wrong, no accidental scan, and tests that tell the truth.
//!
//! Write the access patterns of an application once, as annotated structs. The compiler proves what can be proved of
//! keys, indexes, operators, scans and consistency; the same code runs on the in-process engine `dynorm-mem` in tests
//! and on DynamoDB in production.
//!
//! ```
//! use dynorm::prelude::*;
//!
//! #[derive(Entity, Debug, PartialEq)]
//! #[entity(table = "Shop", pk = "CUSTOMER#{customer}", sk = "ORDER#{number}", name = of_customer)]
//! struct Order {
//!     customer: String,
//!     number: u32,
//!     paid: bool,
//! }
//!
//! # #[tokio::main(flavor = "current_thread")] async fn main() -> dynorm::Result<()> {
//! let db = Db::new(dynorm_mem::MemBackend::new());
//! db.create_table::<Order>().await?;
//! db.create(&Order { customer: "ann".into(), number: 1, paid: false }).await?;
//! db.update(Order::key("ann", 1u32)).set(Order::PAID, true).await?;
//! let paid = db.query(Order::of_customer("ann")).filter(Order::PAID.eq(true)).all().await?;
//! assert_eq!(paid, [Order { customer: "ann".into(), number: 1, paid: true }]);
//! # Ok(()) }
//! ```
//!
//! # Where things are
//!
//! * [`Table`], [`Entity`], [`Attribute`]: the derives, with everything that can be said in their attributes.
//! * [`Db`]: every operation.
//! * [`Attr`]: the operators of conditions and filters; [`op::Update`]: the changes of an update.
//! * [`Read`]: limits, filters and the ways to take the result of a query or scan; [`Page`], [`Cursor`].
//! * [`Error`]: what can go wrong. Each error has a code, and `docs/errors.md` in the repository a section for it.
//! * [`backend`]: the seam, for backends of your own; `aws`: the production backend.
//!
//! # Features
//!
//! | Feature | What it gives |
//! |---|---|
//! | `aws` (default) | the backend on aws-sdk-dynamodb |
//! | `aws-local` | `AwsBackend::local`, for servers on this machine, over plain HTTP |
//! | `chrono`, `rust_decimal`, `uuid` | attributes and key parts of these crates' types |
//! | `serde` | [`value::Value`] and [`value::Item`] as DynamoDB JSON |

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
pub use dynorm_derive::{Attribute, Entity, Table};

/// What most programs need: `use dynorm::prelude::*;`.
pub mod prelude {
    pub use crate::value::{Item, Nullable, Number, Value};
    pub use crate::{Attribute, Cursor, Db, Entity, Expiry, Key, Page, Pattern, Returning, Table};
}

/// The README's example, as a test.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
pub struct Readme;
