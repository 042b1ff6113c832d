//! Attributes of uuid's type: canonical text.

use ::uuid::Uuid;

use super::KeyKind;
use super::Value;
use super::attribute::{Attribute, DecodeError, EncodeError, KeyValue, Ordered};

/// Stored as S in the hyphenated lower-case form; any form that uuid reads is read.
impl Attribute for Uuid {
    type Scalar = Self;

    fn encode(&self) -> Result<Option<Value>, EncodeError> {
        Ok(Some(Value::S(self.to_string())))
    }

    fn decode(value: Value) -> Result<Self, DecodeError> {
        match &value {
            Value::S(text) => Self::parse_str(text).ok(),
            _ => None,
        }
        .ok_or_else(|| DecodeError::new("a UUID", &value))
    }
}

impl KeyValue for Uuid {
    const KIND: KeyKind = KeyKind::S;
}
impl Ordered for Uuid {}
