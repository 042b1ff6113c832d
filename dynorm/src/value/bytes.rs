//! Attributes of bytes' type: binary.

use ::bytes::Bytes;

use super::KeyKind;
use super::Value;
use super::attribute::{Attribute, DecodeError, EncodeError, KeyValue, Measured, Ordered, Prefixed};

/// Stored as B.
impl Attribute for Bytes {
    type Scalar = Self;

    fn encode(&self) -> Result<Option<Value>, EncodeError> {
        Ok(Some(Value::B(self.to_vec())))
    }

    fn decode(value: Value) -> Result<Self, DecodeError> {
        match value {
            Value::B(bytes) => Ok(Self::from(bytes)),
            other => Err(DecodeError::new("binary", &other)),
        }
    }
}

impl KeyValue for Bytes {
    const KIND: KeyKind = KeyKind::B;
}
impl Ordered for Bytes {}
impl Prefixed for Bytes {
    type Prefix = Self;
}
impl Measured for Bytes {}
