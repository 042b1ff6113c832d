//! Rules of values that are checked before every write.

use std::fmt::Display;

use super::{Adjustment, Hook, Write};
use crate::error::{Error, Result};
use crate::value::{Attribute, Value};

/// The hook of `#[attr(validate = path)]`.
#[derive(Debug)]
pub struct Validate {
    /// The field.
    pub field: &'static str,
    /// The attribute.
    pub attribute: &'static str,
    /// Why a value must not be written: [`validate`].
    pub check: fn(Option<&Value>) -> Result<(), String>,
}

/// Whether a value of a field of the type `T`, or its absence, keeps a rule; if not, why.
///
/// # Errors
///
/// The reason.
pub fn validate<T: Attribute, D: Display>(
    value: Option<&Value>,
    rule: impl FnOnce(&T) -> Result<(), D>,
) -> Result<(), String> {
    let value = match value {
        Some(value) => T::decode(value.clone()).map_err(|error| error.to_string())?,
        None => match T::absent() {
            Some(absent) => absent,
            // What has no value where it must have one is found where it is read.
            None => return Ok(()),
        },
    };
    rule(&value).map_err(|reason| reason.to_string())
}

impl Hook for Validate {
    fn before_write(&self, write: &Write<'_>) -> Result<Adjustment> {
        let value = write.assigned(self.attribute);
        // What an update adds to, or changes within, is not known before.
        if value.is_some() || write.removes(self.attribute) {
            let reason = (self.check)(value).err();
            if let Some(reason) = reason {
                return Err(Error::invalid_field(write.entity().name, self.field, reason));
            }
        }
        Ok(Adjustment::none())
    }
}
