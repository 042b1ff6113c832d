//! Attributes of url's type: text.

use ::url::Url;

use super::KeyKind;
use super::Value;
use super::attribute::{Attribute, DecodeError, EncodeError, KeyValue, Measured, Ordered};

/// Stored as S, as the URL Standard serializes it.
impl Attribute for Url {
    type Scalar = Self;

    fn encode(&self) -> Result<Option<Value>, EncodeError> {
        Ok(Some(Value::from(self.as_str())))
    }

    fn decode(value: Value) -> Result<Self, DecodeError> {
        match &value {
            Value::S(text) => Self::parse(text).ok(),
            _ => None,
        }
        .ok_or_else(|| DecodeError::new("a URL", &value))
    }
}

impl KeyValue for Url {
    const KIND: KeyKind = KeyKind::S;
}
impl Ordered for Url {}
impl Measured for Url {}
