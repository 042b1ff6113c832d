//! Times to live.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::attribute::{Attribute, DecodeError, EncodeError, KeyValue, Ordered, Timestamp};
use super::{KeyKind, Number, Value};

/// A time to live, in whole seconds since 1970-01-01T00:00:00Z, as DynamoDB wants it.
///
/// It is made of times and durations only, so that milliseconds cannot slip in.
///
/// Source: [time to live](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/howitworks-ttl.html).
///
/// ```
/// use std::time::{Duration, UNIX_EPOCH};
/// use dynorm::Expiry;
///
/// let expiry = Expiry::at(UNIX_EPOCH + Duration::from_millis(1_500));
/// assert_eq!(expiry, Expiry::after(UNIX_EPOCH, Duration::from_secs(1)));
/// assert_eq!(expiry.time(), UNIX_EPOCH + Duration::from_secs(1));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Expiry {
    seconds: u64,
}

/// The end of the year 9999. Anything later is milliseconds that somebody took for seconds.
const SECONDS_MAX: u64 = 253_402_300_799;

impl Expiry {
    /// Expires at this time, held to the years 1970 to 9999; a fraction of a second is dropped.
    #[must_use]
    pub fn at(time: SystemTime) -> Self {
        let seconds = time.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
        Self { seconds: seconds.min(SECONDS_MAX) }
    }

    /// Expires when `lifetime` has passed since `start`.
    #[must_use]
    pub fn after(start: SystemTime, lifetime: Duration) -> Self {
        let seconds = Self::at(start).seconds.saturating_add(lifetime.as_secs());
        Self { seconds: seconds.min(SECONDS_MAX) }
    }

    /// Seconds since 1970, as it is stored.
    pub(crate) fn seconds(self) -> u64 {
        self.seconds
    }

    /// The time of expiry.
    #[must_use]
    pub fn time(self) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(self.seconds)
    }
}

/// Stored as N.
impl Attribute for Expiry {
    type Scalar = Self;

    fn encode(&self) -> Result<Option<Value>, EncodeError> {
        Ok(Some(Value::N(Number::from(self.seconds))))
    }

    fn decode(value: Value) -> Result<Self, DecodeError> {
        match value {
            Value::N(number) => number.to_i128().and_then(|n| u64::try_from(n).ok()),
            _ => None,
        }
        .filter(|seconds| *seconds <= SECONDS_MAX)
        .map(|seconds| Self { seconds })
        .ok_or_else(|| DecodeError::new("seconds since 1970, up to the year 9999", &value))
    }
}

impl KeyValue for Expiry {
    const KIND: KeyKind = KeyKind::N;
}
impl Ordered for Expiry {}

impl Timestamp for Expiry {
    type Stored = Self;

    fn to_epoch_seconds(&self) -> Option<i64> {
        i64::try_from(self.seconds).ok()
    }

    fn from_epoch_seconds(seconds: i64) -> Option<Self> {
        u64::try_from(seconds).ok().filter(|s| *s <= SECONDS_MAX).map(|seconds| Self { seconds })
    }
}
