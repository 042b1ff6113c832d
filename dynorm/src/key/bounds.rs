//! Ranges of keys as the one condition that DynamoDB allows on a sort key.
//!
//! A condition is `=`, a comparison, `BETWEEN` or `begins_with`, and `BETWEEN` includes both ends. So an excluded
//! end becomes the neighbour of its value: the next number, the next text. The conditions stay inside the prefix
//! that they are given, so that a range over one entity never reaches another.

use std::ops::Bound;

use super::part::LAST_CHAR;
use crate::value::Value;

/// The longest sort key, in bytes.
const SORT_KEY_BYTES_MAX: usize = 1024;

/// What a query asks of the sort key.
#[derive(Clone, Debug, PartialEq)]
pub enum SortCondition {
    /// Nothing: the whole partition.
    Any,
    /// This value.
    Equal(Value),
    /// A text, or bytes, that begin with this.
    BeginsWith(Value),
    /// At least this.
    AtLeast(Value),
    /// More than this.
    Above(Value),
    /// At most this.
    AtMost(Value),
    /// Less than this.
    Below(Value),
    /// From the first to the second, both included.
    Between(Value, Value),
    /// A range without values, such as `5..5`; DynamoDB has no condition for it.
    Nothing,
}

/// The keys that go on after `prefix` with a text of the range, and, if a delimiter is given, with that delimiter.
pub(crate) fn text_range(
    prefix: &str,
    low: &Bound<String>,
    high: &Bound<String>,
    delimiter: Option<char>,
) -> SortCondition {
    let is_empty = match (low, high) {
        (Bound::Included(low), Bound::Included(high)) => low > high,
        (Bound::Included(low) | Bound::Excluded(low), Bound::Excluded(high) | Bound::Included(high)) => {
            low >= high
        }
        _ => false,
    };
    if is_empty {
        return SortCondition::Nothing;
    }
    let text = |end: &str, then: Option<char>| {
        let mut text = String::with_capacity(prefix.len() + end.len() + 2 * LAST_CHAR.len_utf8());
        text.push_str(prefix);
        text.push_str(end);
        text.extend(then);
        text
    };
    let from = match low {
        Bound::Included(low) => text(low, delimiter),
        Bound::Excluded(low) => text(low, Some(delimiter.map_or('\0', super::part::escape_char))),
        Bound::Unbounded => prefix.to_owned(),
    };
    let to = match (high, delimiter) {
        (Bound::Included(high), Some(_)) => {
            let mut to = text(high, delimiter);
            to.push(LAST_CHAR);
            to
        }
        // With a delimiter, a key goes on after the text, so none is equal to it.
        (Bound::Included(high), None) | (Bound::Excluded(high), Some(_)) => text(high, None),
        (Bound::Excluded(high), None) => text(&text_before(high), None),
        (Bound::Unbounded, _) if matches!(low, Bound::Unbounded) && !prefix.is_empty() => {
            return SortCondition::BeginsWith(Value::S(prefix.to_owned()));
        }
        (Bound::Unbounded, _) => text("", Some(LAST_CHAR)),
    };
    // A key is never empty, and DynamoDB refuses conditions with empty values.
    match (from.is_empty(), to.is_empty()) {
        _ if from > to => SortCondition::Nothing,
        (_, true) => SortCondition::Nothing,
        (true, false) => SortCondition::AtMost(Value::S(to)),
        (false, false) => SortCondition::Between(Value::S(from), Value::S(to)),
    }
}

/// The keys that are `prefix` or go on after it with the delimiter, and others that sort between these.
pub(crate) fn closed_range(prefix: &str, delimiter: char) -> SortCondition {
    SortCondition::Between(Value::S(prefix.to_owned()), Value::S(format!("{prefix}{delimiter}{LAST_CHAR}")))
}

/// A text that sorts before `text`, and after every shorter text before it that does not have the last character.
fn text_before(text: &str) -> String {
    let mut chars = text.chars();
    match chars.next_back().map(|last| (last, char_before(last))) {
        Some((_, Some(before))) => format!("{}{before}{LAST_CHAR}", chars.as_str()),
        // Before `ab\0` comes `ab`.
        _ => chars.as_str().to_owned(),
    }
}

/// The character before; surrogates are none.
fn char_before(c: char) -> Option<char> {
    let code = u32::from(c).checked_sub(1)?;
    Some(char::from_u32(code).unwrap_or('\u{D7FF}'))
}

/// The values of a plain sort key in a range.
pub(crate) fn plain_range(low: Bound<Value>, high: Bound<Value>) -> SortCondition {
    use Bound::{Excluded, Included, Unbounded};
    match (low, high) {
        (Unbounded, Unbounded) => SortCondition::Any,
        (Included(low), Unbounded) => SortCondition::AtLeast(low),
        (Excluded(low), Unbounded) => SortCondition::Above(low),
        (Unbounded, Included(high)) => SortCondition::AtMost(high),
        (Unbounded, Excluded(high)) => SortCondition::Below(high),
        (low, high) => {
            let low = match low {
                Excluded(low) => value_after(low),
                Included(low) => Some(low),
                Unbounded => None,
            };
            let high = match high {
                Excluded(high) => value_before(high),
                Included(high) => Some(high),
                Unbounded => None,
            };
            match (low, high) {
                (Some(low), Some(high)) if in_order(&low, &high) => SortCondition::Between(low, high),
                _ => SortCondition::Nothing,
            }
        }
    }
}

fn in_order(low: &Value, high: &Value) -> bool {
    match (low, high) {
        (Value::S(low), Value::S(high)) => low <= high,
        (Value::N(low), Value::N(high)) => low <= high,
        (Value::B(low), Value::B(high)) => low <= high,
        _ => false,
    }
}

/// The smallest key that is larger.
fn value_after(value: Value) -> Option<Value> {
    match value {
        Value::S(text) => Some(Value::S(text + "\0")),
        Value::N(number) => number.next_up().map(Value::N),
        Value::B(mut bytes) => {
            bytes.push(0);
            Some(Value::B(bytes))
        }
        _ => None,
    }
}

/// The largest key that is smaller, of all that fit into a sort key.
fn value_before(value: Value) -> Option<Value> {
    match value {
        Value::S(text) => {
            let mut chars = text.chars();
            let last = chars.next_back()?;
            let mut before = chars.as_str().to_owned();
            if let Some(c) = char_before(last) {
                before.push(c);
                fill(&mut before);
            }
            (!before.is_empty()).then_some(Value::S(before))
        }
        Value::N(number) => number.next_down().map(Value::N),
        Value::B(mut bytes) => {
            let last = bytes.pop()?;
            if let Some(byte) = last.checked_sub(1) {
                bytes.push(byte);
                bytes.resize(SORT_KEY_BYTES_MAX.max(bytes.len()), u8::MAX);
            }
            (!bytes.is_empty()).then_some(Value::B(bytes))
        }
        _ => None,
    }
}

/// Fills a text with the largest characters that still fit into a sort key.
fn fill(text: &mut String) {
    for c in [LAST_CHAR, '\u{FFFF}', '\u{7FF}', '\u{7F}'] {
        while text.len() + c.len_utf8() <= SORT_KEY_BYTES_MAX {
            text.push(c);
        }
    }
}
