//! Attributes of time's types: dates and times as text that sorts as time passes.

use ::time::format_description::well_known::Rfc3339;
use ::time::{Date, Month, OffsetDateTime, UtcDateTime};

use super::KeyKind;
use super::Value;
use super::attribute::{Attribute, DecodeError, EncodeError, KeyValue, Ordered, Timestamp};

/// The text of an instant: in UTC, always with nine digits of fraction, so that text order is time order.
pub(crate) fn time_text(at: UtcDateTime) -> Result<String, EncodeError> {
    let date = time_date_text(at.date())?;
    let (hour, minute, second, nanosecond) = at.time().as_hms_nano();
    Ok(format!("{date}T{hour:02}:{minute:02}:{second:02}.{nanosecond:09}Z"))
}

/// The text of a date: `2026-04-24`.
pub(crate) fn time_date_text(date: Date) -> Result<String, EncodeError> {
    if !(0..=9999).contains(&date.year()) {
        return Err(EncodeError::new(format!("cannot store {date}: a date is between the years 0 and 9999")));
    }
    Ok(format!("{:04}-{:02}-{:02}", date.year(), u8::from(date.month()), date.day()))
}

/// Reads any RFC 3339 text.
pub(crate) fn parse_time(text: &str) -> Option<UtcDateTime> {
    OffsetDateTime::parse(text, &Rfc3339).ok().map(OffsetDateTime::to_utc)
}

/// Reads `2026-04-24`.
pub(crate) fn parse_time_date(text: &str) -> Option<Date> {
    let is_plain =
        |(at, byte): (usize, u8)| if at == 4 || at == 7 { byte == b'-' } else { byte.is_ascii_digit() };
    if text.len() != 10 || !text.bytes().enumerate().all(is_plain) {
        return None;
    }
    let month = Month::try_from(text[5..7].parse::<u8>().ok()?).ok()?;
    Date::from_calendar_date(text[..4].parse().ok()?, month, text[8..].parse().ok()?).ok()
}

/// Stored as S, RFC 3339 in UTC with nanoseconds; any RFC 3339 text is read.
impl Attribute for UtcDateTime {
    type Scalar = Self;

    fn encode(&self) -> Result<Option<Value>, EncodeError> {
        time_text(*self).map(|text| Some(Value::S(text)))
    }

    fn decode(value: Value) -> Result<Self, DecodeError> {
        match &value {
            Value::S(text) => parse_time(text),
            _ => None,
        }
        .ok_or_else(|| DecodeError::new("a time such as 2026-04-24T10:11:12Z", &value))
    }
}

/// Stored as the same instant in UTC, which is equal to it; read in UTC.
impl Attribute for OffsetDateTime {
    type Scalar = Self;

    fn encode(&self) -> Result<Option<Value>, EncodeError> {
        self.to_utc().encode()
    }

    fn decode(value: Value) -> Result<Self, DecodeError> {
        UtcDateTime::decode(value).map(Self::from)
    }
}

macro_rules! instant {
    ($($type:ty)*) => {$(
        impl KeyValue for $type {
            const KIND: KeyKind = KeyKind::S;
        }
        impl Ordered for $type {}

        impl Timestamp for $type {
            type Stored = super::Expiry;

            fn to_epoch_seconds(&self) -> Option<i64> {
                Some(self.unix_timestamp())
            }

            fn from_epoch_seconds(seconds: i64) -> Option<Self> {
                Self::from_unix_timestamp(seconds).ok()
            }
        }
    )*};
}
instant!(UtcDateTime OffsetDateTime);

/// Stored as S, `2026-04-24`.
impl Attribute for Date {
    type Scalar = Self;

    fn encode(&self) -> Result<Option<Value>, EncodeError> {
        time_date_text(*self).map(|text| Some(Value::S(text)))
    }

    fn decode(value: Value) -> Result<Self, DecodeError> {
        match &value {
            Value::S(text) => parse_time_date(text),
            _ => None,
        }
        .ok_or_else(|| DecodeError::new("a date such as 2026-04-24", &value))
    }
}

impl KeyValue for Date {
    const KIND: KeyKind = KeyKind::S;
}
impl Ordered for Date {}
