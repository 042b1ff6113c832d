//! Default times to live: so long after the write, or after a time that the item has.

use std::fmt;
use std::time::{Duration, SystemTime};

use super::{Adjustment, Clocked, Hook, Write, WriteKind};
use crate::error::Result;
use crate::value::{Attribute, Expiry, Timestamp, Value};

/// The hook of `#[attr(ttl = "30d after created_at")]`.
#[derive(Debug)]
pub struct Lifetime {
    /// The attribute of the time to live.
    pub attribute: &'static str,
    /// How long an item lives.
    pub length: Duration,
    /// From when; without it, from the write that creates the item.
    pub start: Option<LifetimeStart>,
}

/// The attribute that a lifetime counts from.
pub struct LifetimeStart {
    /// The attribute.
    pub attribute: &'static str,
    /// Its value in seconds since 1970: [`seconds_of`].
    pub seconds: fn(&Value) -> Option<i64>,
}

impl fmt::Debug for LifetimeStart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.attribute)
    }
}

/// The seconds since 1970 of a time that a field of the type `T` stores.
#[must_use]
pub fn seconds_of<T: Timestamp + Attribute>(value: &Value) -> Option<i64> {
    T::decode(value.clone()).ok()?.to_epoch_seconds()
}

/// As [`seconds_of`], of the time of a write.
#[must_use]
pub fn seconds_of_stamp<T: Clocked>(value: &Value) -> Option<i64> {
    seconds_of::<T>(value)
}

/// A time to live that may not be given.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is always set, so that its default lifetime would never be used",
    label = "not an `Option`",
    note = "make the field an `Option`: without a time, the item lives as long as `ttl = \"..\"` says"
)]
pub trait Unset {}

impl<T: Timestamp> Unset for Option<T> {}

/// That a time to live can have a default.
pub const fn check_lifetime<T: Unset>() {}

impl Hook for Lifetime {
    fn before_write(&self, write: &Write<'_>) -> Result<Adjustment> {
        let adjustment = Adjustment::none();
        let is_given = match write.kind() {
            WriteKind::Delete => true,
            WriteKind::Update => write.touches(self.attribute),
            _ => write.assigned(self.attribute).is_some(),
        };
        if is_given {
            return Ok(adjustment);
        }
        let start = match &self.start {
            None if write.kind() == WriteKind::Update => None,
            None => Some(write.now()),
            Some(start) => {
                let seconds = write.assigned(start.attribute).and_then(start.seconds);
                let since = |seconds: i64| u64::try_from(seconds).ok().map(Duration::from_secs);
                seconds.and_then(since).map(|since| SystemTime::UNIX_EPOCH + since)
            }
        };
        let expiry = |start| Expiry::after(start, self.length).seconds();
        Ok(match start {
            Some(start) => adjustment.set(self.attribute, Value::N(expiry(start).into())),
            None => adjustment,
        })
    }
}
