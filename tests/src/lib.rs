//! One suite for all backends: what dynorm promises, as cases that any backend must pass.
//!
//! A case gets a [`Test`], which makes tables of its own on the backend under test. The harness in
//! `tests/suite.rs` runs every case on every backend.
#![allow(
    missing_docs,
    reason = "the names of cases and fields say it, and nothing outside this package uses them"
)]
#![allow(
    clippy::missing_panics_doc,
    clippy::unwrap_used,
    reason = "a case panics where its fact does not hold"
)]

pub mod faults;
pub mod layouts;
pub mod mistakes;
pub mod scenario;
pub mod setup;
pub mod stepped;
pub mod suite;

use std::future::Future;
use std::pin::Pin;

use setup::Test;

/// A fact that holds on every backend.
#[derive(Clone, Copy, Debug)]
pub struct Case {
    /// The module of the suite, which is the operation's name.
    pub module: &'static str,
    /// The fact.
    pub name: &'static str,
    /// Panics where the fact does not hold.
    pub run: for<'t> fn(&'t Test) -> Pin<Box<dyn Future<Output = ()> + 't>>,
}

/// All cases.
#[must_use]
pub fn cases() -> Vec<Case> {
    let modules = [
        suite::create::CASES,
        suite::get::CASES,
        suite::put::CASES,
        suite::update::CASES,
        suite::rekey::CASES,
        suite::delete::CASES,
        suite::condition::CASES,
        suite::query::CASES,
        suite::range::CASES,
        suite::index::CASES,
        suite::projection::CASES,
        suite::hydrate::CASES,
        suite::page::CASES,
        suite::shards::CASES,
        suite::resharding::CASES,
        suite::scan::CASES,
        suite::checked::CASES,
        suite::batch_get::CASES,
        suite::batch_write::CASES,
        suite::transact_get::CASES,
        suite::collect::CASES,
        suite::delete_partition::CASES,
        suite::raw::CASES,
        suite::transact_write::CASES,
        suite::table::CASES,
        suite::value::CASES,
        suite::document::CASES,
        suite::decode::CASES,
        suite::evolution::CASES,
        suite::expiry::CASES,
        suite::version::CASES,
        suite::kept::CASES,
        suite::hook::CASES,
        suite::sensitive::CASES,
        suite::compress::CASES,
        suite::size::CASES,
        suite::unique::CASES,
        suite::history::CASES,
        suite::offload::CASES,
        suite::faults::CASES,
        suite::meter::CASES,
        suite::collection_metrics::CASES,
    ];
    modules.concat()
}

/// Defines the cases of a module, and lists them in `CASES`.
#[macro_export]
macro_rules! cases {
    ($($(#[$doc:meta])* async fn $name:ident($test:ident: &Test) $body:block)*) => {
        $(
            $(#[$doc])*
            async fn $name($test: &$crate::setup::Test) $body
        )*

        /// The cases of this module.
        pub const CASES: &[$crate::Case] = &[$(
            $crate::Case {
                module: module_path!(),
                name: stringify!($name),
                run: |test| Box::pin($name(test)),
            },
        )*];
    };
}
