//! Attributes of `rust_decimal`'s type: exact numbers.

use ::rust_decimal::Decimal;

use super::KeyKind;
use super::attribute::{
    Addable, Attribute, DecodeError, EncodeError, KeyValue, Numeric, Ordered, Subtractable,
};
use super::{Number, NumberError, Value};

/// Stored as N, exactly. DynamoDB drops trailing zeros, so `9.90` reads back as the equal `9.9`.
impl Attribute for Decimal {
    type Scalar = Self;

    fn encode(&self) -> Result<Option<Value>, EncodeError> {
        let number: Result<Number, NumberError> = self.to_string().parse();
        number.map(|n| Some(Value::N(n))).map_err(|e| EncodeError::new(e.to_string()))
    }

    fn decode(value: Value) -> Result<Self, DecodeError> {
        match &value {
            Value::N(number) => Self::from_str_exact(&number.to_string()).ok(),
            _ => None,
        }
        .ok_or_else(|| DecodeError::new("a decimal of up to 28 digits", &value))
    }
}

impl KeyValue for Decimal {
    const KIND: KeyKind = KeyKind::N;
}
impl Ordered for Decimal {}
impl Numeric for Decimal {}

impl<T: Numeric> Subtractable<T> for Decimal {}

impl<T: Numeric> Addable<T> for Decimal {
    fn addend(self) -> Result<Option<Value>, EncodeError> {
        self.encode()
    }
}
