//! The ordered map of a table or an index: by hash of the partition, then by key.
//!
//! The map is cut into parts by the hash, so that the first write after a fork copies one part and not the
//! table.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::ops::{Bound, RangeInclusive};
use std::sync::Arc;

use dynorm::value::Item;

use super::key::StoreKey;

/// An item with its size, which every read and page counts.
#[derive(Debug)]
pub(crate) struct Stored {
    pub(crate) item: Item,
    pub(crate) size_bytes: usize,
}

impl Stored {
    pub(crate) fn new(item: Item) -> Self {
        let size_bytes = item.size_bytes();
        Self { item, size_bytes }
    }
}

/// The upper bits of the hash that choose a part.
const PART_BITS: u32 = 6;

type Part = BTreeMap<StoreKey, Arc<Stored>>;

#[derive(Clone, Debug)]
pub(crate) struct Store {
    /// By the upper bits of the hash.
    parts: Vec<Arc<Part>>,
}

impl Default for Store {
    fn default() -> Self {
        // One empty part, shared until the first write.
        Self { parts: vec![Arc::default(); 1 << PART_BITS] }
    }
}

impl Store {
    pub(crate) fn get(&self, key: &StoreKey) -> Option<&Arc<Stored>> {
        self.parts[part_of(key.hash)].get(key)
    }

    pub(crate) fn insert(&mut self, key: StoreKey, stored: Arc<Stored>) -> Option<Arc<Stored>> {
        Arc::make_mut(&mut self.parts[part_of(key.hash)]).insert(key, stored)
    }

    pub(crate) fn remove(&mut self, key: &StoreKey) -> Option<Arc<Stored>> {
        let part = &mut self.parts[part_of(key.hash)];
        if !part.contains_key(key) {
            return None;
        }
        Arc::make_mut(part).remove(key)
    }

    pub(crate) fn len(&self) -> usize {
        self.parts.iter().map(|part| part.len()).sum()
    }

    /// All entries in order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&StoreKey, &Arc<Stored>)> {
        self.parts.iter().flat_map(|part| part.iter())
    }

    /// The entries between two bounds, in order. Bounds that cross have nothing between them.
    pub(crate) fn range<'s>(
        &'s self,
        lower: Bound<&'s StoreKey>,
        upper: Bound<&'s StoreKey>,
    ) -> impl DoubleEndedIterator<Item = (&'s StoreKey, &'s Arc<Stored>)> {
        self.parts[parts_between(lower, upper)].iter().flat_map(move |part| part.range((lower, upper)))
    }
}

/// The two sides of a key that is not the same on both.
pub(crate) type Pair<'s> = (Option<&'s Stored>, Option<&'s Stored>);

impl Store {
    /// What one store has otherwise than another, in order. Both must be of one key.
    pub(crate) fn differing<'s>(&'s self, other: &'s Self) -> Vec<Pair<'s>> {
        let mut pairs = Vec::new();
        for (own, other) in self.parts.iter().zip(&other.parts) {
            if !Arc::ptr_eq(own, other) {
                differing_of_part(&mut pairs, own, other);
            }
        }
        pairs
    }
}

fn differing_of_part<'s>(pairs: &mut Vec<Pair<'s>>, own: &'s Part, other: &'s Part) {
    let (mut own, mut other) = (own.iter().peekable(), other.iter().peekable());
    loop {
        let order = match (own.peek(), other.peek()) {
            (None, None) => return,
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some((key, _)), Some((other, _))) => key.cmp(other),
        };
        let before = if order.is_le() { own.next() } else { None };
        let after = if order.is_ge() { other.next() } else { None };
        let (before, after) = (before.map(|(_, stored)| stored), after.map(|(_, stored)| stored));
        let is_same = match (before, after) {
            (Some(before), Some(after)) => Arc::ptr_eq(before, after) || before.item == after.item,
            _ => false,
        };
        if !is_same {
            pairs.push((before.map(Arc::as_ref), after.map(Arc::as_ref)));
        }
    }
}

fn part_of(hash: u64) -> usize {
    usize::try_from(hash >> (u64::BITS - PART_BITS)).expect("the upper bits are a small number")
}

/// The parts that the range touches; none, as an empty range, if the bounds cross.
fn parts_between(lower: Bound<&StoreKey>, upper: Bound<&StoreKey>) -> std::ops::Range<usize> {
    let crosses = match (lower, upper) {
        (Bound::Unbounded, _) | (_, Bound::Unbounded) => false,
        (Bound::Included(low), Bound::Included(high)) => low > high,
        (Bound::Included(low) | Bound::Excluded(low), Bound::Included(high) | Bound::Excluded(high)) => {
            low >= high
        }
    };
    if crosses {
        return 0..0;
    }
    let first = match lower {
        Bound::Included(key) | Bound::Excluded(key) => part_of(key.hash),
        Bound::Unbounded => 0,
    };
    let last = match upper {
        Bound::Included(key) | Bound::Excluded(key) => part_of(key.hash),
        Bound::Unbounded => (1 << PART_BITS) - 1,
    };
    first..last + 1
}

/// The hashes of one segment of a parallel scan: disjoint, and complete over all segments.
pub(crate) fn segment_hashes(segment: u32, total: u32) -> RangeInclusive<u64> {
    let start = |segment: u32| (u128::from(segment) << u64::BITS).div_ceil(u128::from(total));
    let last = start(segment + 1) - 1;
    let hash = |hash: u128| u64::try_from(hash).expect("segments divide the 64 bits of a hash");
    hash(start(segment))..=hash(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn segments_are_disjoint_and_complete() {
        for total in [1, 2, 3, 7, 64, 1_000_000] {
            let mut next = 0u128;
            for segment in 0..total {
                let hashes = segment_hashes(segment, total);
                assert_eq!(u128::from(*hashes.start()), next, "segment {segment} of {total}");
                next = u128::from(*hashes.end()) + 1;
            }
            assert_eq!(next, 1 << 64);
        }
    }
}
