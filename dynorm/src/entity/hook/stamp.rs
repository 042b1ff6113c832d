//! Times of writes: when an item was created, and when it was written last.

use std::time::SystemTime;

use super::{Adjustment, Hook, Write, WriteKind};
use crate::error::{Error, Kind, Result};
use crate::value::{Attribute, EncodeError, Expiry, Step, Timestamp, Value};

/// A type that the time of a write can be kept in.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the time of a write",
    label = "not a point in time",
    note = "use `chrono::DateTime<Utc>`, or `dynorm::Expiry` for whole seconds, or an `Option` of them"
)]
pub trait Clocked: Attribute + Timestamp {
    /// The time of a write.
    fn at(time: SystemTime) -> Self;
}

impl Clocked for Expiry {
    fn at(time: SystemTime) -> Self {
        Self::at(time)
    }
}

impl<T: Clocked> Clocked for Option<T> {
    fn at(time: SystemTime) -> Self {
        Some(T::at(time))
    }
}

#[cfg(feature = "chrono")]
impl Clocked for chrono::DateTime<chrono::Utc> {
    fn at(time: SystemTime) -> Self {
        time.into()
    }
}

/// The time of a write as it is stored in a field of the type `T`.
///
/// # Errors
///
/// If the type cannot hold the time.
pub fn stamp<T: Clocked>(time: SystemTime) -> Result<Option<Value>, EncodeError> {
    T::at(time).encode()
}

/// That a field can be the time of a write.
pub const fn check_clocked<T: Clocked>() {}

/// The hook of `#[attr(created_at)]` and `#[attr(updated_at)]`.
#[derive(Debug)]
pub struct Stamp {
    /// The attribute.
    pub attribute: &'static str,
    /// Which writes are stamped.
    pub at: StampAt,
    /// The time as it is stored: [`stamp`].
    pub time: fn(SystemTime) -> Result<Option<Value>, EncodeError>,
}

/// Which writes are stamped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StampAt {
    /// The first.
    Creation,
    /// Each.
    Write,
}

impl Hook for Stamp {
    fn before_write(&self, write: &Write<'_>) -> Result<Adjustment> {
        let encode = |time| {
            (self.time)(time).map_err(|error| {
                let source = error.inside(Step::Name(self.attribute.into()));
                Error::new(Kind::Encode { entity: write.entity().name, source })
            })
        };
        let is_stamped = match (self.at, write.kind()) {
            (_, WriteKind::Delete) | (StampAt::Creation, WriteKind::Update | WriteKind::Rekey) => false,
            (StampAt::Write, _) | (StampAt::Creation, WriteKind::Create) => true,
            // The entity has the time from when it was read; a new one has none, or that which stands for none.
            (StampAt::Creation, WriteKind::Put) => match write.assigned(self.attribute) {
                None => true,
                known => known == encode(SystemTime::UNIX_EPOCH)?.as_ref(),
            },
        };
        let adjustment = Adjustment::none();
        if !is_stamped {
            return Ok(adjustment);
        }
        Ok(match encode(write.now())? {
            Some(time) => adjustment.set(self.attribute, time),
            None => adjustment.remove(self.attribute),
        })
    }
}
