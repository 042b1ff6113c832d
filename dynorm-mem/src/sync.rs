//! The locks: those of the standard library, or those whose schedule `shuttle` explores.
//!
//! Only a build with `--cfg shuttle` has the latter; see `tests/concurrency`.

#[cfg(shuttle)]
pub(crate) use shuttle::sync::{Mutex, MutexGuard, RwLock, RwLockReadGuard, RwLockWriteGuard};
#[cfg(not(shuttle))]
pub(crate) use std::sync::{Mutex, MutexGuard, RwLock, RwLockReadGuard, RwLockWriteGuard};
