//! Attributes of bigdecimal's type: exact numbers.

use ::bigdecimal::BigDecimal;

use super::KeyKind;
use super::attribute::{
    Addable, Attribute, DecodeError, EncodeError, KeyValue, Numeric, Ordered, Subtractable,
};
use super::{Number, NumberError, Value};

/// Stored as N, exactly; what needs more than the 38 digits of DynamoDB's numbers is refused. DynamoDB drops trailing
/// zeros, so `9.90` reads back as the equal `9.9`.
impl Attribute for BigDecimal {
    type Scalar = Self;

    fn encode(&self) -> Result<Option<Value>, EncodeError> {
        let number: Result<Number, NumberError> = self.normalized().to_scientific_notation().parse();
        number.map(|n| Some(Value::N(n))).map_err(|e| EncodeError::new(e.to_string()))
    }

    fn decode(value: Value) -> Result<Self, DecodeError> {
        match &value {
            Value::N(number) => number.to_string().parse().ok(),
            _ => None,
        }
        .ok_or_else(|| DecodeError::new("a number", &value))
    }
}

impl KeyValue for BigDecimal {
    const KIND: KeyKind = KeyKind::N;
}
impl Ordered for BigDecimal {}
impl Numeric for BigDecimal {}

impl<T: Numeric> Subtractable<T> for BigDecimal {}

impl<T: Numeric> Addable<T> for BigDecimal {
    fn addend(self) -> Result<Option<Value>, EncodeError> {
        self.encode()
    }
}
