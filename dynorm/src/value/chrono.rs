//! Attributes of chrono's types: dates and times as text that sorts as time passes.

use ::chrono::{DateTime, NaiveDate, SecondsFormat, Utc};

use super::KeyKind;
use super::Value;
use super::attribute::{Attribute, DecodeError, EncodeError, KeyValue, Ordered, Timestamp};

/// The text of an instant: always nine digits of fraction, so that text order is time order.
pub(crate) fn instant_text(at: &DateTime<Utc>) -> Result<String, EncodeError> {
    let text = at.to_rfc3339_opts(SecondsFormat::Nanos, true);
    // Years outside 0..=9999 are written with a sign and leap seconds as :60; neither sorts.
    if text.len() == INSTANT_CHARS && !text.contains(":60.") {
        return Ok(text);
    }
    Err(EncodeError::new(format!(
        "cannot store {text}: a time is between the years 0 and 9999, without leap second"
    )))
}

/// `2026-04-24T10:11:12.000000000Z`.
const INSTANT_CHARS: usize = 30;

/// The text of a date: `2026-04-24`.
pub(crate) fn date_text(date: NaiveDate) -> Result<String, EncodeError> {
    const DATE_CHARS: usize = 10;
    let text = date.to_string();
    if text.len() == DATE_CHARS {
        return Ok(text);
    }
    Err(EncodeError::new(format!("cannot store {text}: a date is between the years 0 and 9999")))
}

/// Stored as S, RFC 3339 in UTC with nanoseconds; any RFC 3339 text is read.
impl Attribute for DateTime<Utc> {
    type Scalar = Self;

    fn encode(&self) -> Result<Option<Value>, EncodeError> {
        instant_text(self).map(|text| Some(Value::S(text)))
    }

    fn decode(value: Value) -> Result<Self, DecodeError> {
        match &value {
            Value::S(text) => DateTime::parse_from_rfc3339(text).ok(),
            _ => None,
        }
        .map(|at| at.to_utc())
        .ok_or_else(|| DecodeError::new("a time such as 2026-04-24T10:11:12Z", &value))
    }
}

impl KeyValue for DateTime<Utc> {
    const KIND: KeyKind = KeyKind::S;
}
impl Ordered for DateTime<Utc> {}

impl Timestamp for DateTime<Utc> {
    type Stored = super::Expiry;

    fn to_epoch_seconds(&self) -> Option<i64> {
        Some(self.timestamp())
    }

    fn from_epoch_seconds(seconds: i64) -> Option<Self> {
        Self::from_timestamp(seconds, 0)
    }
}

/// Stored as S, `2026-04-24`.
impl Attribute for NaiveDate {
    type Scalar = Self;

    fn encode(&self) -> Result<Option<Value>, EncodeError> {
        date_text(*self).map(|text| Some(Value::S(text)))
    }

    fn decode(value: Value) -> Result<Self, DecodeError> {
        match &value {
            Value::S(text) => text.parse().ok(),
            _ => None,
        }
        .ok_or_else(|| DecodeError::new("a date such as 2026-04-24", &value))
    }
}

impl KeyValue for NaiveDate {
    const KIND: KeyKind = KeyKind::S;
}
impl Ordered for NaiveDate {}
