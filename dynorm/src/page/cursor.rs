//! Cursors: opaque, safe in URLs, and bound to the read that they come from.
//!
//! The bytes of a token, before base64:
//!
//! | Bytes | What |
//! |---|---|
//! | 1 | the version of this format |
//! | 1 | flags: 1 reads backwards, 2 the read is descending, 4 signed, 8 reads several shards |
//! | 4, 4, 4, 8 | hashes of the table's name, the index's name, the access pattern, the key condition |
//! | rest | for each key attribute its name, its value's kind and its value; nothing for an end of the read |
//! | or rest | of several shards: their number, the number of values of a key, and for each shard 0 at its start, 2 at its end, or 1 and the kinds and values of the key that it goes on after, without its partition key |
//! | 16 | if signed: the start of an HMAC-SHA256 of all the above and of what the hashes are of |
//!
//! Texts have their length before them, in groups of seven bits, the lowest first. A change of any of this needs a new
//! version, and so does a change of [`Meaning`]: tokens live in browsers and outlive releases.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::CursorKeys;
use super::position::SegmentPlace;
use crate::error::{CursorProblem, Error, Result};
use crate::value::{Item, Value};

/// A place in a read, to go on from later: [`Page::next`](crate::Page::next) and
/// [`Page::previous`](crate::Page::previous), for [`Read::cursor`](crate::Read::cursor).
///
/// Its text is opaque and safe in URLs. It belongs to the query that it came from: the same table, index, access
/// pattern, keys and direction; another query refuses it, and says what differs. Filters, limits and consistency do
/// not belong to it: a cursor is a place between keys, and may be gone on from with another filter or page size.
/// Releases of dynorm read each other's cursors.
///
/// It is not encrypted: it holds the key of an entity of the page. Without keys (`Db::with_cursor_keys`, behind the
/// feature `signed-cursors`) a client can make a cursor of its own, but none that leaves the partition of the query.
#[derive(Clone, PartialEq, Eq)]
pub struct Cursor {
    /// The token without its signature.
    bytes: Vec<u8>,
    signature: Option<Signature>,
}

/// The start of an HMAC-SHA256.
pub(crate) type Signature = [u8; SIGNATURE_BYTES];
pub(super) const SIGNATURE_BYTES: usize = 16;

/// What a read reads, in bytes that every release writes alike.
///
/// Two reads have the same meaning if a place in one is a place in the other. Debug texts, names of Rust types and
/// filters are not part of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Meaning {
    /// The table's name in the database.
    pub(crate) table: String,
    /// The index's name; empty for the table.
    pub(crate) index: String,
    /// The operation, the tag of the entity, the name of the access pattern.
    pub(crate) pattern: String,
    /// The key condition: its parts, written by [`write_part`] and [`write_value`].
    pub(crate) keys: Vec<u8>,
    /// Whether it reads from the end.
    pub(crate) descending: bool,
    /// Over how many partitions it reads; 0 if it is no matter of shards.
    pub(crate) n_shards: usize,
}

/// Which way a cursor goes on from its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// With what comes after.
    Onwards,
    /// With what comes before.
    Back,
}

/// Where a read starts: after this key, or at its beginning, in this direction.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Start {
    pub(crate) way: Way,
    pub(crate) key: Option<Item>,
}

/// The format's version, first in every token.
const VERSION: u8 = 1;
const BACK: u8 = 1;
const DESCENDING: u8 = 2;
const SIGNED: u8 = 4;
/// The token has a place for each shard instead of a key.
const SPREAD: u8 = 8;

impl Way {
    /// The other way.
    pub(crate) fn reversed(self) -> Self {
        match self {
            Self::Onwards => Self::Back,
            Self::Back => Self::Onwards,
        }
    }
}

impl Meaning {
    /// The hashes that a token holds.
    fn hashes(&self) -> Hashes {
        let short = |text: &str| {
            let hash = fnv(text.as_bytes());
            u32::try_from((hash >> 32) ^ (hash & u64::from(u32::MAX))).unwrap_or_default()
        };
        Hashes {
            table: short(&self.table),
            index: short(&self.index),
            pattern: short(&self.pattern),
            keys: fnv(&self.keys),
            descending: self.descending,
            n_shards: self.n_shards,
        }
    }

    /// All of it, for signatures, which must not rest on hashes that can be forged.
    fn bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        for part in [self.table.as_bytes(), self.index.as_bytes(), self.pattern.as_bytes(), &self.keys] {
            write_part(&mut bytes, part);
        }
        bytes
    }
}

/// FNV-1a.
pub(super) fn fnv(bytes: &[u8]) -> u64 {
    let step = |hash: u64, byte: &u8| (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, step)
}

/// The meaning of a read, as far as a token tells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Hashes {
    table: u32,
    index: u32,
    pattern: u32,
    keys: u64,
    descending: bool,
    n_shards: usize,
}

impl Hashes {
    /// What differs from another read.
    fn differences(self, other: Self) -> Vec<&'static str> {
        let parts = [
            (self.table == other.table, "another table"),
            (self.index == other.index, "another index"),
            (self.pattern == other.pattern, "another access pattern"),
            (self.keys == other.keys, "other key values"),
            (self.descending == other.descending, "another direction"),
            (self.n_shards == other.n_shards, "another number of shards"),
        ];
        parts.into_iter().filter(|(same, _)| !same).map(|(_, part)| part).collect()
    }
}

impl Cursor {
    /// The cursor of a place in a read; an empty key is the read's beginning, or going back, its end.
    pub(crate) fn new(meaning: &Meaning, way: Way, key: &Item, keys: Option<&CursorKeys>) -> Self {
        let mut bytes = Self::head(meaning, way, keys);
        for (name, value) in key.iter() {
            write_part(&mut bytes, name.as_bytes());
            write_value(&mut bytes, value);
        }
        Self::signed(bytes, meaning, keys)
    }

    /// The cursor of a place in each shard, whose keys are written by the values of these attributes.
    pub(crate) fn spread(
        meaning: &Meaning,
        way: Way,
        attributes: &[&'static str],
        places: &[SegmentPlace],
        keys: Option<&CursorKeys>,
    ) -> Self {
        let mut bytes = Self::head(meaning, way, keys);
        write_number(&mut bytes, places.len());
        write_number(&mut bytes, attributes.len());
        for place in places {
            match place {
                SegmentPlace::Start => bytes.push(0),
                SegmentPlace::After(key) => {
                    bytes.push(1);
                    for value in attributes.iter().filter_map(|name| key.get(name)) {
                        write_value(&mut bytes, value);
                    }
                }
                SegmentPlace::Done => bytes.push(2),
            }
        }
        Self::signed(bytes, meaning, keys)
    }

    /// The start of a token.
    fn head(meaning: &Meaning, way: Way, keys: Option<&CursorKeys>) -> Vec<u8> {
        let flag = |flag, set| if set { flag } else { 0 };
        let flags = flag(BACK, way == Way::Back)
            | flag(DESCENDING, meaning.descending)
            | flag(SIGNED, keys.is_some())
            | flag(SPREAD, meaning.n_shards > 0);
        let hashes = meaning.hashes();
        let mut bytes = vec![VERSION, flags];
        for hash in [hashes.table, hashes.index, hashes.pattern] {
            bytes.extend(hash.to_be_bytes());
        }
        bytes.extend(hashes.keys.to_be_bytes());
        bytes
    }

    fn signed(bytes: Vec<u8>, meaning: &Meaning, keys: Option<&CursorKeys>) -> Self {
        let signature = keys.map(|keys| keys.sign(&signed(&bytes, meaning)));
        Self { bytes, signature }
    }

    /// Whether it goes on with what comes before its place, if it is no damaged one.
    pub(crate) fn leads_back(&self) -> bool {
        self.bytes.get(1).is_some_and(|flags| flags & BACK != 0)
    }

    /// Where to go on, if the cursor belongs to the read of this meaning and, where there are keys, is signed by one.
    pub(crate) fn start(&self, meaning: &Meaning, keys: Option<&CursorKeys>) -> Result<Start> {
        let token = self.own(meaning, keys)?;
        let Place::Key(key) = token.place else { return Err(damaged()) };
        Ok(Start { way: token.way, key: (!key.is_empty()).then_some(key) })
    }

    /// Where to go on in each shard: the values of these attributes.
    pub(crate) fn starts(
        &self,
        meaning: &Meaning,
        attributes: &[&'static str],
        keys: Option<&CursorKeys>,
    ) -> Result<Vec<SegmentPlace>> {
        let token = self.own(meaning, keys)?;
        let Place::Shards(places) = token.place else { return Err(damaged()) };
        let place = |place| match place {
            ShardPlace::Start => Ok(SegmentPlace::Start),
            ShardPlace::After(values) if values.len() == attributes.len() => {
                Ok(SegmentPlace::After(attributes.iter().copied().zip(values).collect()))
            }
            ShardPlace::After(_) => Err(damaged()),
            ShardPlace::Done => Ok(SegmentPlace::Done),
        };
        places.into_iter().map(place).collect()
    }

    /// What the token says, if it belongs to the read of this meaning.
    fn own(&self, meaning: &Meaning, keys: Option<&CursorKeys>) -> Result<Token> {
        let Some(token) = Token::read(&self.bytes) else { return Err(damaged()) };
        let differences = token.hashes.differences(meaning.hashes());
        if !differences.is_empty() {
            let detail = format!("it belongs to another read, with {}", differences.join(", "));
            return Err(Error::cursor(CursorProblem::OtherRead, detail));
        }
        if let Some(keys) = keys {
            let refused = |detail: &str| Err(Error::cursor(CursorProblem::BadSignature, detail));
            match &self.signature {
                None => return refused("it is not signed, and this database signs its cursors"),
                Some(signature) if !keys.accepts(&signed(&self.bytes, meaning), signature) => {
                    return refused("its signature is of none of the keys of this database");
                }
                Some(_) => {}
            }
        }
        Ok(token)
    }
}

/// What a signature is of.
fn signed(bytes: &[u8], meaning: &Meaning) -> Vec<u8> {
    [bytes, &meaning.bytes()].concat()
}

fn damaged() -> Error {
    Error::cursor(CursorProblem::Damaged, "it is damaged: it is not a token that `Cursor` wrote")
}

/// What the bytes of a token say.
struct Token {
    way: Way,
    signed: bool,
    hashes: Hashes,
    place: Place,
}

/// Where the read goes on.
enum Place {
    /// After this key; at its start if it is empty.
    Key(Item),
    Shards(Vec<ShardPlace>),
}

/// Where a shard goes on, by the values of its key.
enum ShardPlace {
    Start,
    After(Vec<Value>),
    Done,
}

impl Place {
    fn key(mut rest: &[u8]) -> Option<Self> {
        let mut key = Item::new();
        while !rest.is_empty() {
            let name = String::from_utf8(take_part(&mut rest)?.to_vec()).ok()?;
            key.insert(name, take_value(&mut rest)?);
        }
        Some(Self::Key(key))
    }

    fn shards(mut rest: &[u8]) -> Option<Self> {
        let (n_shards, n_values) = (take_number(&mut rest)?, take_number(&mut rest)?);
        let mut places = Vec::new();
        for _ in 0..n_shards {
            places.push(match take(&mut rest, 1)? {
                [0] => ShardPlace::Start,
                [1] => {
                    let mut values = Vec::new();
                    for _ in 0..n_values {
                        values.push(take_value(&mut rest)?);
                    }
                    ShardPlace::After(values)
                }
                [2] => ShardPlace::Done,
                _ => return None,
            });
        }
        rest.is_empty().then_some(Self::Shards(places))
    }
}

impl Token {
    fn read(bytes: &[u8]) -> Option<Self> {
        let mut rest = bytes;
        let [VERSION, flags] = *take(&mut rest, 2)? else { return None };
        if flags & !(BACK | DESCENDING | SIGNED | SPREAD) != 0 {
            return None;
        }
        let mut short = || take(&mut rest, 4)?.try_into().ok().map(u32::from_be_bytes);
        let (table, index, pattern) = (short()?, short()?, short()?);
        let keys = u64::from_be_bytes(take(&mut rest, 8)?.try_into().ok()?);
        let place = if flags & SPREAD == 0 { Place::key(rest)? } else { Place::shards(rest)? };
        let n_shards = match &place {
            Place::Key(_) => 0,
            Place::Shards(places) => places.len(),
        };
        Some(Self {
            way: if flags & BACK == 0 { Way::Onwards } else { Way::Back },
            signed: flags & SIGNED != 0,
            hashes: Hashes { table, index, pattern, keys, descending: flags & DESCENDING != 0, n_shards },
            place,
        })
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let signature = self.signature.as_ref().map(|signature| &signature[..]).unwrap_or_default();
        f.write_str(&URL_SAFE_NO_PAD.encode([&self.bytes, signature].concat()))
    }
}

impl fmt::Debug for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Cursor({self})")
    }
}

impl FromStr for Cursor {
    type Err = Error;

    fn from_str(token: &str) -> Result<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(token).map_err(|_| damaged())?;
        match bytes.first() {
            Some(&VERSION) => {}
            Some(other) => {
                let detail = format!(
                    "it is of version {other} of the format, and this release of dynorm reads version {VERSION}"
                );
                return Err(Error::cursor(CursorProblem::OtherVersion, detail));
            }
            None => return Err(damaged()),
        }
        let is_signed = bytes.get(1).is_some_and(|flags| flags & SIGNED != 0);
        let (bytes, signature) = match bytes.split_last_chunk() {
            Some((bytes, signature)) if is_signed => (bytes.to_vec(), Some(*signature)),
            _ => (bytes, None),
        };
        match Token::read(&bytes) {
            Some(token) if token.signed == signature.is_some() => Ok(Self { bytes, signature }),
            _ => Err(damaged()),
        }
    }
}

/// Writes bytes with their length.
pub(crate) fn write_part(out: &mut Vec<u8>, part: &[u8]) {
    write_number(out, part.len());
    out.extend(part);
}

pub(super) fn write_number(out: &mut Vec<u8>, mut number: usize) {
    while number > 0x7F {
        out.push(0x80 | u8::try_from(number & 0x7F).unwrap_or_default());
        number >>= 7;
    }
    out.push(u8::try_from(number).unwrap_or_default());
}

/// Writes the value of a key attribute, which is text, a number or bytes.
pub(crate) fn write_value(out: &mut Vec<u8>, value: &Value) {
    match value {
        Value::S(text) => {
            out.push(b'S');
            write_part(out, text.as_bytes());
        }
        Value::N(number) => {
            out.push(b'N');
            write_part(out, number.to_string().as_bytes());
        }
        Value::B(bytes) => {
            out.push(b'B');
            write_part(out, bytes);
        }
        _ => unreachable!("DynamoDB has keys of these kinds only"),
    }
}

pub(super) fn take_value(rest: &mut &[u8]) -> Option<Value> {
    let kind = take(rest, 1)?;
    let content = take_part(rest)?;
    let text = || std::str::from_utf8(content).ok();
    match kind {
        b"S" => Some(Value::S(text()?.to_owned())),
        b"N" => Some(Value::N(text()?.parse().ok()?)),
        b"B" => Some(Value::B(content.to_vec())),
        _ => None,
    }
}

pub(super) fn take_part<'b>(rest: &mut &'b [u8]) -> Option<&'b [u8]> {
    let len = take_number(rest)?;
    take(rest, len)
}

pub(super) fn take_number(rest: &mut &[u8]) -> Option<usize> {
    let mut number = 0_usize;
    for shift in (0..usize::BITS).step_by(7) {
        let [byte] = *take(rest, 1)? else { return None };
        number |= usize::from(byte & 0x7F).checked_shl(shift)?;
        if byte & 0x80 == 0 {
            return Some(number);
        }
    }
    None
}

pub(super) fn take<'b>(rest: &mut &'b [u8], n_bytes: usize) -> Option<&'b [u8]> {
    let (taken, left) = rest.split_at_checked(n_bytes)?;
    *rest = left;
    Some(taken)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn meaning() -> Meaning {
        let keys = [1, 2, 3].into();
        Meaning {
            table: "Shop".into(),
            index: String::new(),
            pattern: "query Order of_customer".into(),
            keys,
            descending: false,
            n_shards: 0,
        }
    }

    /// Tokens of earlier releases are in browsers: if this fails, the format needs a new version.
    #[test]
    fn the_bytes_of_a_token_are_for_ever() {
        let key = Item::from([("PK", Value::from("c")), ("at", Value::N(7.into()))]);
        let cursor = Cursor::new(&meaning(), Way::Onwards, &key, None);
        assert_eq!(cursor.to_string(), "AQCSlMjNT9C_wbCKMbvQqmIYZyz1qwJQS1MBYwJhdE4BNw");
    }

    #[test]
    fn another_read_refuses_a_cursor_and_says_what_differs() {
        let cursor = Cursor::new(&meaning(), Way::Onwards, &[("PK", "x")].into(), None);
        assert!(cursor.start(&meaning(), None).is_ok());
        let others = [
            (Meaning { table: "Sho".into(), ..meaning() }, "with another table"),
            (Meaning { index: "GSI1".into(), ..meaning() }, "with another index"),
            (Meaning { pattern: "query Order".into(), ..meaning() }, "with another access pattern"),
            (Meaning { keys: vec![1, 2], ..meaning() }, "with other key values"),
            (Meaning { descending: true, ..meaning() }, "with another direction"),
            (Meaning { n_shards: 3, ..meaning() }, "with another number of shards"),
            (
                Meaning { keys: vec![], descending: true, ..meaning() },
                "with other key values, another direction",
            ),
        ];
        for (other, said) in others {
            let error = cursor.start(&other, None).unwrap_err();
            assert_eq!(error.cursor_problem(), Some(CursorProblem::OtherRead));
            assert!(error.to_string().contains(said), "{error}");
        }
    }

    #[test]
    fn a_token_of_another_version_says_so() {
        let error = URL_SAFE_NO_PAD.encode([9, 0, 0]).parse::<Cursor>().unwrap_err();
        assert_eq!(error.cursor_problem(), Some(CursorProblem::OtherVersion));
        assert!(error.to_string().contains("version 9"), "{error}");
    }

    proptest! {
        #[test]
        fn tokens_read_back(
            text in "\\PC{1,200}",
            number in any::<i64>(),
            bytes in prop::collection::vec(any::<u8>(), 1..300),
            back in any::<bool>(),
        ) {
            let key = Item::from([("s", Value::S(text)), ("n", Value::N(number.into())), ("b", Value::B(bytes))]);
            let way = if back { Way::Back } else { Way::Onwards };
            let cursor = Cursor::new(&meaning(), way, &key, None);
            let token = cursor.to_string();
            prop_assert!(token.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_'));
            let read = token.parse::<Cursor>().unwrap();
            prop_assert_eq!(&read, &cursor);
            prop_assert_eq!(read.start(&meaning(), None).unwrap(), Start { way, key: Some(key) });
        }

        #[test]
        fn damaged_tokens_are_errors(token in "(AQ)?[A-Za-z0-9_=-]{0,80}") {
            if let Ok(cursor) = token.parse::<Cursor>() {
                prop_assert_eq!(cursor.to_string(), token);
                let _ = cursor.start(&meaning(), None);
            }
        }
    }
}
