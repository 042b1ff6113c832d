//! Counters: a number that starts with the item and that each update raises.

use super::{Adjustment, Hook, Write, WriteKind};
use crate::error::Result;
use crate::value::{Attribute, Number, Value};

/// The hook of `#[attr(counter)]`.
#[derive(Debug)]
pub struct Count {
    /// The attribute.
    pub attribute: &'static str,
    /// What it is in a new item.
    pub start: i64,
    /// What each update adds.
    pub step: i64,
}

impl Hook for Count {
    fn before_write(&self, write: &Write<'_>) -> Result<Adjustment> {
        let adjustment = Adjustment::none();
        Ok(match write.kind() {
            WriteKind::Create => adjustment.set(self.attribute, Value::N(Number::from(self.start))),
            WriteKind::Update => adjustment.add(self.attribute, self.step),
            // The entity says how far it is.
            WriteKind::Put | WriteKind::Rekey | WriteKind::Delete => adjustment,
        })
    }
}

/// That a field can be a counter.
pub const fn check_counter<T: Counter>() {}

/// A type that counters can have.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a counter",
    label = "not a whole number",
    note = "every update adds to a counter: use `u64` or `i64`, or a smaller one"
)]
pub trait Counter: Attribute {}

macro_rules! counters {
    ($($integer:ty)*) => {$(impl Counter for $integer {})*};
}

counters!(u16 u32 u64 u128 i16 i32 i64 i128);
