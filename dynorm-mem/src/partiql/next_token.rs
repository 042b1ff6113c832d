//! Tokens that lead from one page of a statement to the next.
//!
//! A token is the hash of the statement and its parameters, the partition's position, and the key to go on
//! after, in hexadecimal digits. Nothing is kept between calls.

use std::fmt::Write as _;

use dynorm::value::{Item, Name, Value};

use super::Statement;
use crate::message::{self, Checked};

/// Where a page begins.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Position {
    /// The partition, in the order in which the statement reads them.
    pub(super) partition: u32,
    /// The key to go on after; from the beginning of the partition if `None`.
    pub(super) after: Option<Item>,
}

/// The token for the page that begins here.
pub(super) fn encode(statement: &Statement, position: &Position) -> String {
    let mut bytes = hash(statement).to_be_bytes().to_vec();
    bytes.extend(position.partition.to_be_bytes());
    for (name, value) in position.after.iter().flat_map(Item::iter) {
        let (kind, content) = match value {
            Value::S(text) => (b'S', text.as_bytes().to_vec()),
            Value::N(number) => (b'N', number.to_string().into_bytes()),
            Value::B(raw) => (b'B', raw.clone()),
            _ => continue,
        };
        bytes.push(kind);
        for part in [name.as_bytes(), &content] {
            bytes.extend(u32::try_from(part.len()).unwrap_or(u32::MAX).to_be_bytes());
            bytes.extend(part);
        }
    }
    let mut token = String::with_capacity(2 * bytes.len());
    for byte in bytes {
        write!(token, "{byte:02x}").expect("a string takes any text");
    }
    token
}

/// Where the page of a token begins, if the token is of this statement.
pub(super) fn decode(statement: &Statement, token: &str) -> Checked<Position> {
    let bytes = from_digits(token).ok_or_else(message::next_token_invalid)?;
    let mut rest = bytes.as_slice();
    let of = take(&mut rest).map(u64::from_be_bytes).ok_or_else(message::next_token_invalid)?;
    if of != hash(statement) {
        return Err(message::next_token_mismatch());
    }
    position(&mut rest).ok_or_else(message::next_token_invalid)
}

fn position(rest: &mut &[u8]) -> Option<Position> {
    let partition = u32::from_be_bytes(take(rest)?);
    let mut after = Item::new();
    while !rest.is_empty() {
        let [kind] = take(rest)?;
        let name = String::from_utf8(part(rest)?).ok()?;
        let content = part(rest)?;
        let value = match kind {
            b'S' => Value::S(String::from_utf8(content).ok()?),
            b'N' => Value::N(String::from_utf8(content).ok()?.parse().ok()?),
            b'B' => Value::B(content),
            _ => return None,
        };
        after.insert(Name::from(name), value);
    }
    Some(Position { partition, after: (!after.is_empty()).then_some(after) })
}

fn take<const LEN: usize>(rest: &mut &[u8]) -> Option<[u8; LEN]> {
    let (first, others) = rest.split_first_chunk::<LEN>()?;
    *rest = others;
    Some(*first)
}

fn part(rest: &mut &[u8]) -> Option<Vec<u8>> {
    let length = usize::try_from(u32::from_be_bytes(take(rest)?)).ok()?;
    let (first, others) = rest.split_at_checked(length)?;
    *rest = others;
    Some(first.to_vec())
}

fn from_digits(token: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let pairs = token.as_bytes().chunks(2);
    pairs
        .map(|pair| match pair {
            [high, low] => Some(digit(*high)? << 4 | digit(*low)?),
            _ => None,
        })
        .collect()
}

/// FNV-1a of the statement and its parameters: the same on every machine.
fn hash(statement: &Statement) -> u64 {
    let text = format!("{}\n{:?}", statement.text, statement.parameters);
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}
