//! Attributes of jiff's types: dates and times as text that sorts as time passes.

use ::jiff::Timestamp as Instant;
use ::jiff::civil::Date;

use super::KeyKind;
use super::Value;
use super::attribute::{Attribute, DecodeError, EncodeError, KeyValue, Ordered, Timestamp};

/// The text of an instant: always nine digits of fraction, so that text order is time order.
pub(crate) fn timestamp_text(at: &Instant) -> Result<String, EncodeError> {
    const INSTANT_CHARS: usize = "2026-04-24T10:11:12.000000000Z".len();
    sortable(format!("{at:.9}"), INSTANT_CHARS)
}

/// The text of a date: `2026-04-24`.
pub(crate) fn civil_date_text(date: Date) -> Result<String, EncodeError> {
    const DATE_CHARS: usize = "2026-04-24".len();
    sortable(date.to_string(), DATE_CHARS)
}

/// Years before 0 are written with a sign, which does not sort.
fn sortable(text: String, n_chars: usize) -> Result<String, EncodeError> {
    if text.len() == n_chars {
        return Ok(text);
    }
    Err(EncodeError::new(format!("cannot store {text}: a date is between the years 0 and 9999")))
}

/// Stored as S, RFC 3339 in UTC with nanoseconds; any RFC 3339 text is read.
impl Attribute for Instant {
    type Scalar = Self;

    fn encode(&self) -> Result<Option<Value>, EncodeError> {
        timestamp_text(self).map(|text| Some(Value::S(text)))
    }

    fn decode(value: Value) -> Result<Self, DecodeError> {
        match &value {
            Value::S(text) => text.parse().ok(),
            _ => None,
        }
        .ok_or_else(|| DecodeError::new("a time such as 2026-04-24T10:11:12Z", &value))
    }
}

impl KeyValue for Instant {
    const KIND: KeyKind = KeyKind::S;
}
impl Ordered for Instant {}

impl Timestamp for Instant {
    type Stored = super::Expiry;

    fn to_epoch_seconds(&self) -> Option<i64> {
        Some(self.as_nanosecond().div_euclid(1_000_000_000)).and_then(|seconds| i64::try_from(seconds).ok())
    }

    fn from_epoch_seconds(seconds: i64) -> Option<Self> {
        Self::from_second(seconds).ok()
    }
}

/// Stored as S, `2026-04-24`.
impl Attribute for Date {
    type Scalar = Self;

    fn encode(&self) -> Result<Option<Value>, EncodeError> {
        civil_date_text(*self).map(|text| Some(Value::S(text)))
    }

    fn decode(value: Value) -> Result<Self, DecodeError> {
        match &value {
            Value::S(text) => text.parse().ok(),
            _ => None,
        }
        .ok_or_else(|| DecodeError::new("a date such as 2026-04-24", &value))
    }
}

impl KeyValue for Date {
    const KIND: KeyKind = KeyKind::S;
}
impl Ordered for Date {}
