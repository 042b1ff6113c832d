//! Where a scan in segments was left, as a token.
//!
//! Before base64: the format's version; the hashes of the table's name and of what is scanned for, of 8 bytes each; the
//! number of segments; and for each its state, 0 not begun, 1 in the middle, 2 done, in the middle with the number of key
//! attributes and each one's name, kind and value. Numbers and lengths are as in cursors.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::cursor::{fnv, take, take_number, take_part, take_value, write_number, write_part, write_value};
use crate::error::{CursorProblem, Error, Result};
use crate::value::Item;

/// Where a scan in segments was left: [`ScanItems::position`](crate::op::ScanItems::position).
///
/// Its text is opaque, safe in URLs, and read by other releases of dynorm: keep it where a long scan can find it when it
/// starts again. It is for the program that scans, not for its clients: it is not signed, and holds keys of the table.
#[derive(Clone, Debug, PartialEq)]
pub struct ScanPosition {
    pub(crate) table: u64,
    pub(crate) pattern: u64,
    pub(crate) places: Vec<SegmentPlace>,
}

/// Where one segment was left.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum SegmentPlace {
    /// Nothing was read of it.
    Start,
    /// All up to this key was given.
    After(Item),
    /// All was given.
    Done,
}

const VERSION: u8 = 1;

impl ScanPosition {
    pub(crate) fn new(table: &str, pattern: &str, places: Vec<SegmentPlace>) -> Self {
        Self { table: fnv(table.as_bytes()), pattern: fnv(pattern.as_bytes()), places }
    }

    /// Whether everything was given.
    #[must_use]
    pub fn is_done(&self) -> bool {
        self.places.iter().all(|place| *place == SegmentPlace::Done)
    }

    /// In how many segments the table is scanned.
    #[must_use]
    pub fn segments(&self) -> u32 {
        u32::try_from(self.places.len()).unwrap_or(u32::MAX)
    }

    /// The places of the segments, if this is a position in a scan of this table for this.
    pub(crate) fn places(self, table: &str, pattern: &str) -> Result<Vec<SegmentPlace>> {
        let own = Self::new(table, pattern, Vec::new());
        let differs = match (self.table == own.table, self.pattern == own.pattern) {
            (true, true) => return Ok(self.places),
            (false, _) => "another table",
            (true, false) => "another entity",
        };
        let detail = format!("it is the position of another scan, of {differs}");
        Err(Error::cursor(CursorProblem::OtherRead, detail))
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        let mut rest = bytes;
        let number = |rest: &mut &[u8]| take(rest, 8)?.try_into().ok().map(u64::from_be_bytes);
        let (table, pattern) = (number(&mut rest)?, number(&mut rest)?);
        let n_segments = take_number(&mut rest)?;
        let mut places = Vec::new();
        for _ in 0..n_segments {
            places.push(match take(&mut rest, 1)? {
                [0] => SegmentPlace::Start,
                [1] => {
                    let mut key = Item::new();
                    for _ in 0..take_number(&mut rest)? {
                        let name = String::from_utf8(take_part(&mut rest)?.to_vec()).ok()?;
                        key.insert(name, take_value(&mut rest)?);
                    }
                    SegmentPlace::After(key)
                }
                [2] => SegmentPlace::Done,
                _ => return None,
            });
        }
        (rest.is_empty() && !places.is_empty()).then_some(Self { table, pattern, places })
    }
}

impl fmt::Display for ScanPosition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut bytes = vec![VERSION];
        bytes.extend(self.table.to_be_bytes());
        bytes.extend(self.pattern.to_be_bytes());
        write_number(&mut bytes, self.places.len());
        for place in &self.places {
            match place {
                SegmentPlace::Start => bytes.push(0),
                SegmentPlace::After(key) => {
                    bytes.push(1);
                    write_number(&mut bytes, key.len());
                    for (name, value) in key.iter() {
                        write_part(&mut bytes, name.as_bytes());
                        write_value(&mut bytes, value);
                    }
                }
                SegmentPlace::Done => bytes.push(2),
            }
        }
        f.write_str(&URL_SAFE_NO_PAD.encode(bytes))
    }
}

impl FromStr for ScanPosition {
    type Err = Error;

    fn from_str(token: &str) -> Result<Self> {
        let damaged = || {
            let detail = "it is damaged: it is not a token that `ScanPosition` wrote";
            Error::cursor(CursorProblem::Damaged, detail)
        };
        let bytes = URL_SAFE_NO_PAD.decode(token).map_err(|_| damaged())?;
        match bytes.split_first() {
            Some((&VERSION, rest)) => Self::read(rest).ok_or_else(damaged),
            Some((other, _)) => {
                let detail = format!(
                    "it is of version {other} of the format, and this release of dynorm reads version {VERSION}"
                );
                Err(Error::cursor(CursorProblem::OtherVersion, detail))
            }
            None => Err(damaged()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::Value;
    use proptest::prelude::*;

    /// Long scans are resumed by later releases: if this fails, the format needs a new version.
    #[test]
    fn the_bytes_of_a_position_are_for_ever() {
        let key = Item::from([("PK", Value::from("c")), ("at", Value::N(7.into()))]);
        let places = vec![SegmentPlace::Start, SegmentPlace::After(key), SegmentPlace::Done];
        let position = ScanPosition::new("Shop", "scan Order", places);
        assert_eq!(position.to_string(), "AXFqXyTj_pfpV3kK2UFcNJADAAECAlBLUwFjAmF0TgE3Ag");
        assert_eq!(position.to_string().parse::<ScanPosition>().unwrap(), position);
    }

    proptest! {
        #[test]
        fn damaged_positions_are_errors(token in "(AQ)?[A-Za-z0-9_-]{0,120}") {
            if let Ok(position) = token.parse::<ScanPosition>() {
                prop_assert!(position.segments() > 0);
            }
        }
    }
}
