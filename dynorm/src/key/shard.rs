//! Shards: one partition key spread over several, by the text of fields.
//!
//! The number of an item's shard is kept in keys for good, so what is here must give every release the same number. It
//! is made of the fields' natural texts, each followed by the byte `FF`, which is in no text: FNV-1a of 64 bits, mixed by
//! the finaliser of `MurmurHash3`, taken to a shard by the jump consistent hash of Lamping and Veach in whole numbers.
//! The last moves only as many items as must move when the number of shards changes.

use super::part::{Form, Shape, Spec};
use super::template::{Given, KeyProblem, Placeholder, Segment};

/// Over how many partitions the items of one partition key are spread, and by what.
#[derive(Clone, Copy, Debug)]
pub struct Sharding {
    /// The number of shards, from 2 to 1000.
    pub count: u16,
    /// How many there were, until all items are where they belong: items are looked for there too.
    pub was: Option<u16>,
    /// The fields that decide about the shard.
    pub by: &'static [ShardField],
}

/// A field that decides about the shard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ShardField {
    /// The field's name in Rust.
    pub field: &'static str,
    /// The field's position in the entity.
    pub position: usize,
}

/// Digits of a shard's number in a key: as many for every number of shards, so that a shard keeps its text.
const SHARD_DIGITS: u8 = 3;
/// Of FNV-1a.
const FNV_START: u64 = 0xcbf2_9ce4_8422_2325;

impl Placeholder {
    /// The number of the shard.
    pub(crate) const SHARD: Self = Self {
        field: "shard",
        attribute: "",
        position: usize::MAX,
        spec: Spec { form: Form::Padded { width: SHARD_DIGITS, decimals: 0 }, descending: false },
        shape: Shape::Unsigned { digits: SHARD_DIGITS },
    };

    /// Whether it is the number of the shard, which is no field.
    pub(crate) const fn is_shard(&self) -> bool {
        self.position == Self::SHARD.position
    }
}

impl Segment {
    /// The last segment of a template with shards.
    pub const SHARD: Self = Self { literal: "", field: Some(Placeholder::SHARD) };
}

impl Sharding {
    /// The shard of an item with these values, or `None` where one is absent.
    pub(crate) fn shard<'g>(&self, given: impl Fn(usize) -> Given<'g>) -> Result<Option<u16>, KeyProblem> {
        let mut texts = Vec::with_capacity(self.by.len());
        for by in self.by {
            match given(by.position).natural(by.field)? {
                Some(text) => texts.push(text),
                None => return Ok(None),
            }
        }
        Ok(Some(shard_of(texts, self.count)))
    }

    /// Whether this is the text of a shard's number, of those that there are or were.
    pub(crate) fn accepts(&self, text: &str) -> bool {
        text.parse::<u16>().is_ok_and(|shard| shard < self.n_places())
    }

    /// How many shards can have items: those that there are and were.
    pub(crate) fn n_places(&self) -> u16 {
        self.count.max(self.was.unwrap_or_default())
    }

    /// The shards as they were.
    pub(crate) fn former(&self) -> Option<Self> {
        self.was.map(|count| Self { count, was: None, ..*self })
    }
}

/// The text of a shard's number.
pub(crate) fn shard_text(shard: u16) -> String {
    format!("{shard:0width$}", width = usize::from(SHARD_DIGITS))
}

/// The shard of these texts among `count`.
pub(crate) fn shard_of(texts: impl IntoIterator<Item = impl AsRef<str>>, count: u16) -> u16 {
    let hash = texts.into_iter().fold(FNV_START, |hash, text| {
        let bytes = text.as_ref().bytes().chain([0xff]);
        bytes.fold(hash, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
    });
    jump(mix(hash), count)
}

/// Each bit of the result depends on all bits.
fn mix(mut hash: u64) -> u64 {
    hash = (hash ^ (hash >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
    hash = (hash ^ (hash >> 33)).wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    hash ^ (hash >> 33)
}

/// The bucket of a key among `count`, by which few keys change theirs when the count changes.
fn jump(mut key: u64, count: u16) -> u16 {
    let (mut bucket, mut next) = (0_u64, 0_u64);
    while next < u64::from(count) {
        bucket = next;
        key = key.wrapping_mul(2_862_933_555_777_941_757).wrapping_add(1);
        next = ((bucket + 1) << 31) / ((key >> 33) + 1);
    }
    u16::try_from(bucket).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn of(text: &str, count: u16) -> u16 {
        shard_of([text], count)
    }

    /// Keys of earlier releases are in tables: if this fails, their items would not be found again.
    #[test]
    fn the_shards_of_texts_are_for_ever() {
        let shards = ["", "a", "order-1", "order-2", "é"].map(|text| [2, 8, 16, 1000].map(|n| of(text, n)));
        assert_eq!(shards, [[1, 6, 6, 610], [0, 6, 6, 959], [1, 5, 9, 464], [0, 3, 11, 333], [0, 5, 5, 500]]);
        assert_ne!(shard_of(["a", "b"], 1000), shard_of(["ab", ""], 1000));
    }

    #[test]
    fn numbers_of_shards_have_one_width() {
        assert_eq!([0, 7, 42, 999].map(shard_text), ["000", "007", "042", "999"]);
    }

    /// Of texts that differ in a number, each shard has as many, within six standard deviations.
    #[test]
    fn texts_are_spread_evenly() {
        for count in [2, 3, 8, 16, 100, 1000] {
            let n_each = 1000;
            let mut found = vec![0_i64; usize::from(count)];
            for at in 0..u32::from(count) * n_each {
                found[usize::from(of(&format!("order-{at}"), count))] += 1;
            }
            let worst = found.iter().map(|n| (n - i64::from(n_each)).abs()).max();
            assert!(worst < Some(190), "{count}: {worst:?}");
        }
    }

    proptest! {
        /// With more shards an item stays, or goes to a new one.
        #[test]
        fn more_shards_take_from_all(text in "\\PC{0,20}", few in 2..1000_u16, more in 0..998_u16) {
            let many = few.saturating_add(more).min(1000);
            let (before, after) = (of(&text, few), of(&text, many));
            prop_assert!(before < few && after < many);
            prop_assert!(after == before || after >= few, "{before} of {few}, {after} of {many}");
        }
    }
}
