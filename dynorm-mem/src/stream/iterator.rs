//! The iterators of shards, as the text that callers hand back.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::limits::SHARD_ITERATOR_LIFE;
use crate::table::key::hash;

/// A position in a stream, and when it was given out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ShardIterator {
    /// The resource name of the stream.
    pub(crate) stream: String,
    pub(crate) position: u64,
    issued_millis: u64,
}

/// The digits of a number in the text.
const DIGITS: usize = 16;

impl ShardIterator {
    pub(crate) fn new(stream: String, position: u64, now: SystemTime) -> Self {
        Self { stream, position, issued_millis: millis(now) }
    }

    /// Whether the iterator was given out too long ago.
    pub(crate) fn is_expired(&self, now: SystemTime) -> bool {
        let age = Duration::from_millis(millis(now).saturating_sub(self.issued_millis));
        age > SHARD_ITERATOR_LIFE
    }

    /// The text: the stream, the version of the form, then position, time and a check, so that no other text
    /// is taken for an iterator.
    pub(crate) fn to_text(&self) -> String {
        let body = format!("{}|1|{:016x}{:016x}", self.stream, self.position, self.issued_millis);
        let check = hash(body.as_bytes());
        format!("{body}{check:016x}")
    }

    /// The iterator of a text that [`to_text`](Self::to_text) gave.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (stream, numbers) = text.rsplit_once("|1|")?;
        if numbers.len() != 3 * DIGITS || !numbers.is_ascii() {
            return None;
        }
        let number = |at: usize| u64::from_str_radix(&numbers[at * DIGITS..(at + 1) * DIGITS], 16).ok();
        let iterator = Self { stream: stream.to_owned(), position: number(0)?, issued_millis: number(1)? };
        (iterator.to_text() == text).then_some(iterator)
    }
}

fn millis(at: SystemTime) -> u64 {
    at.duration_since(UNIX_EPOCH).map_or(0, |age| u64::try_from(age.as_millis()).unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_gives_its_iterator_back() {
        let iterator =
            ShardIterator::new("arn:x:table/t/stream/1".into(), 77, UNIX_EPOCH + Duration::from_secs(9));
        assert_eq!(ShardIterator::parse(&iterator.to_text()), Some(iterator));
    }

    #[test]
    fn other_texts_give_none() {
        let text = ShardIterator::new("arn:x:table/t/stream/1".into(), 77, UNIX_EPOCH).to_text();
        for other in ["", "|1|", "x|1|é", &text[1..], &text[..text.len() - 1], &text.replace("4d", "4e")] {
            assert_eq!(ShardIterator::parse(other), None, "{other}");
        }
    }
}
