//! Attributes of ulid's type: canonical text.

use ::ulid::Ulid;

use super::KeyKind;
use super::Value;
use super::attribute::{Attribute, DecodeError, EncodeError, KeyValue, Ordered};

/// Stored as S in 26 characters, which sort as the ULIDs do; lower case is read too.
impl Attribute for Ulid {
    type Scalar = Self;

    fn encode(&self) -> Result<Option<Value>, EncodeError> {
        Ok(Some(Value::S(self.to_string())))
    }

    fn decode(value: Value) -> Result<Self, DecodeError> {
        match &value {
            Value::S(text) => text.parse().ok(),
            _ => None,
        }
        .ok_or_else(|| DecodeError::new("a ULID", &value))
    }
}

impl KeyValue for Ulid {
    const KIND: KeyKind = KeyKind::S;
}
impl Ordered for Ulid {}
