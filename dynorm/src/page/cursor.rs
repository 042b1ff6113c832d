//! Cursors: opaque, safe in URLs, and bound to the read that they come from.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::error::{Error, Kind, Result};
use crate::value::{Item, Value};

/// A place in a read, to go on from later: [`Page::next`](crate::Page::next).
///
/// Its text is opaque and safe in URLs. It belongs to the query that it came from: the same table, index, access
/// pattern, keys and direction; another query refuses it. It is not encrypted: it holds the key of the last entity
/// of the page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor {
    fingerprint: Fingerprint,
    key: Item,
}

/// What a read reads, as a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fingerprint(u64);

impl Fingerprint {
    /// FNV-1a over the parts and the borders between them.
    pub(crate) fn of(parts: &[&str]) -> Self {
        let mut hash = 0xcbf2_9ce4_8422_2325_u64;
        for part in parts {
            for byte in part.bytes().chain([0xFF]) {
                hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
            }
        }
        Self(hash)
    }
}

/// The format's version, first in every token.
const VERSION: u8 = 1;

impl Cursor {
    pub(crate) fn new(fingerprint: Fingerprint, key: Item) -> Self {
        Self { fingerprint, key }
    }

    /// The key to start after, if the cursor belongs to the read of this fingerprint.
    pub(crate) fn key_for(&self, fingerprint: Fingerprint) -> Result<&Item> {
        if self.fingerprint != fingerprint {
            return Err(error(
                "it belongs to another query: other keys, another index, pattern or direction",
            ));
        }
        Ok(&self.key)
    }
}

fn error(reason: &'static str) -> Error {
    Error::new(Kind::Cursor { reason })
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut bytes = vec![VERSION];
        bytes.extend(self.fingerprint.0.to_be_bytes());
        for (name, value) in self.key.iter() {
            let number;
            let (kind, content) = match value {
                Value::S(text) => (b'S', text.as_bytes()),
                Value::N(n) => {
                    number = n.to_string();
                    (b'N', number.as_bytes())
                }
                Value::B(bytes) => (b'B', bytes.as_slice()),
                // Keys are of these kinds only.
                _ => return Err(fmt::Error),
            };
            for part in [name.as_bytes(), content] {
                let len = u16::try_from(part.len()).map_err(|_| fmt::Error)?;
                bytes.extend(len.to_be_bytes());
                bytes.extend(part);
            }
            bytes.push(kind);
        }
        f.write_str(&URL_SAFE_NO_PAD.encode(bytes))
    }
}

impl FromStr for Cursor {
    type Err = Error;

    fn from_str(token: &str) -> Result<Self> {
        let damaged = || error("it is damaged: it is not a token that `Cursor` wrote");
        let bytes = URL_SAFE_NO_PAD.decode(token).map_err(|_| damaged())?;
        let mut rest = bytes.as_slice();
        if take(&mut rest, 1) != Some(&[VERSION]) {
            return Err(damaged());
        }
        let fingerprint = take(&mut rest, 8).and_then(|bytes| bytes.try_into().ok()).ok_or_else(damaged)?;
        let mut key = Item::new();
        while !rest.is_empty() {
            let (name, value) = take_attribute(&mut rest).ok_or_else(damaged)?;
            key.insert(name, value);
        }
        if key.is_empty() {
            return Err(damaged());
        }
        Ok(Self { fingerprint: Fingerprint(u64::from_be_bytes(fingerprint)), key })
    }
}

fn take_attribute(rest: &mut &[u8]) -> Option<(String, Value)> {
    let name = String::from_utf8(take_part(rest)?.to_vec()).ok()?;
    let content = take_part(rest)?;
    let text = || std::str::from_utf8(content).ok();
    let value = match take(rest, 1)? {
        b"S" => Value::S(text()?.to_owned()),
        b"N" => Value::N(text()?.parse().ok()?),
        b"B" => Value::B(content.to_vec()),
        _ => return None,
    };
    Some((name, value))
}

fn take_part<'b>(rest: &mut &'b [u8]) -> Option<&'b [u8]> {
    let len = u16::from_be_bytes(take(rest, 2)?.try_into().ok()?);
    take(rest, usize::from(len))
}

fn take<'b>(rest: &mut &'b [u8], n_bytes: usize) -> Option<&'b [u8]> {
    let (taken, left) = rest.split_at_checked(n_bytes)?;
    *rest = left;
    Some(taken)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn another_query_refuses_a_cursor() {
        let cursor = Cursor::new(Fingerprint::of(&["a", "bc"]), [("PK", "x")].into());
        assert!(cursor.key_for(Fingerprint::of(&["a", "bc"])).is_ok());
        assert!(cursor.key_for(Fingerprint::of(&["ab", "c"])).unwrap_err().is_cursor());
    }

    proptest! {
        #[test]
        fn tokens_read_back(text in "\\PC{1,20}", number in any::<i64>(), bytes in prop::collection::vec(any::<u8>(), 1..20)) {
            let key = Item::from([("s", Value::S(text)), ("n", Value::N(number.into())), ("b", Value::B(bytes))]);
            let cursor = Cursor::new(Fingerprint::of(&["q"]), key);
            let token = cursor.to_string();
            prop_assert!(token.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_'));
            prop_assert_eq!(token.parse::<Cursor>().unwrap(), cursor);
        }

        #[test]
        fn damaged_tokens_are_errors(token in "[A-Za-z0-9_=-]{0,60}") {
            if let Ok(cursor) = token.parse::<Cursor>() {
                prop_assert_eq!(cursor.to_string(), token);
            }
        }
    }
}
