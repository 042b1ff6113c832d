//! The entries of which the hashes begin alike.

use std::borrow::Borrow;
use std::cmp::Ordering;
use std::collections::{BTreeSet, btree_set};
use std::ops::Bound;
use std::slice;

use super::{Entry, hash_of_bytes};

/// How many entries are found by their marks. More are only where many items are in one partition.
const FEW_MAX: usize = 64;

/// Entries in order.
#[derive(Clone, Debug)]
pub(super) enum Bucket {
    Few(Few),
    Many(BTreeSet<ByKey>),
}

/// Entries with their marks, so that finding one looks at no other's key, which is far away.
#[derive(Clone, Debug)]
pub(super) struct Few {
    marks: [u8; FEW_MAX],
    entries: Vec<Entry>,
}

/// An entry that compares by its key.
#[derive(Clone, Debug)]
pub(super) struct ByKey(Entry);

impl Borrow<[u8]> for ByKey {
    fn borrow(&self) -> &[u8] {
        self.0.key()
    }
}

impl PartialEq for ByKey {
    fn eq(&self, other: &Self) -> bool {
        self.0.key() == other.0.key()
    }
}

impl Eq for ByKey {}

impl PartialOrd for ByKey {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for ByKey {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.key().cmp(other.0.key())
    }
}

impl Default for Bucket {
    fn default() -> Self {
        Self::Few(Few { marks: [0; FEW_MAX], entries: Vec::new() })
    }
}

impl Bucket {
    pub(super) fn get(&self, key: &[u8]) -> Option<&Entry> {
        match self {
            Self::Few(few) => few.find(key).map(|at| &few.entries[at]),
            Self::Many(many) => many.get(key).map(|entry| &entry.0),
        }
    }

    /// Puts an entry in the place of that of its key. Gives whether there was none.
    pub(super) fn insert(&mut self, entry: Entry) -> bool {
        match self {
            Self::Few(few) if few.entries.len() < FEW_MAX => few.insert(entry),
            Self::Few(few) => {
                if let Some(at) = few.find(entry.key()) {
                    few.entries[at] = entry;
                    return false;
                }
                let entries = std::mem::take(&mut few.entries);
                *self = Self::Many(entries.into_iter().chain([entry]).map(ByKey).collect());
                true
            }
            Self::Many(many) => many.replace(ByKey(entry)).is_none(),
        }
    }

    pub(super) fn remove(&mut self, key: &[u8]) {
        match self {
            Self::Few(few) => few.remove(key),
            Self::Many(many) => {
                many.remove(key);
                // Not at the size at which it became so, or it would come and go.
                if many.len() <= FEW_MAX / 2 {
                    *self = Self::of(std::mem::take(many));
                }
            }
        }
    }

    /// The entries between two bounds, in order.
    pub(super) fn range(&self, lower: Bound<&[u8]>, upper: Bound<&[u8]>) -> Entries<'_> {
        match self {
            Self::Few(few) => Entries::Few(few.range(lower, upper)),
            Self::Many(many) => Entries::Many(many.range::<[u8], _>((lower, upper))),
        }
    }

    /// The entries whose hashes do not have the bit, and those that do. All have the same bits above it.
    pub(super) fn split(self, bit: u32) -> [Self; 2] {
        match self {
            Self::Few(few) => few.split(bit).map(Self::Few),
            Self::Many(mut many) => {
                let first =
                    many.iter().find(|entry| has_bit(&entry.0, bit)).map(|entry| entry.0.key().to_vec());
                let upper = first.map_or_else(BTreeSet::new, |first| many.split_off(first.as_slice()));
                [Self::of(many), Self::of(upper)]
            }
        }
    }

    fn of(many: BTreeSet<ByKey>) -> Self {
        if many.len() > FEW_MAX {
            return Self::Many(many);
        }
        let entries: Vec<Entry> = many.into_iter().map(|entry| entry.0).collect();
        let mut marks = [0; FEW_MAX];
        for (mark, entry) in marks.iter_mut().zip(&entries) {
            *mark = mark_of(entry.key());
        }
        Self::Few(Few { marks, entries })
    }
}

impl Few {
    fn find(&self, key: &[u8]) -> Option<usize> {
        let mark = mark_of(key);
        let marks = self.marks[..self.entries.len()].iter().enumerate();
        let mut alike = marks.filter(|(_, other)| **other == mark).map(|(at, _)| at);
        alike.find(|at| self.entries[*at].key() == key)
    }

    fn insert(&mut self, entry: Entry) -> bool {
        if let Some(at) = self.find(entry.key()) {
            self.entries[at] = entry;
            return false;
        }
        let n_entries = self.entries.len();
        let at = self.entries.partition_point(|other| other.key() < entry.key());
        self.marks.copy_within(at..n_entries, at + 1);
        self.marks[at] = mark_of(entry.key());
        if n_entries == self.entries.capacity() {
            // There are many buckets, and what they have room for beyond that is lost.
            self.entries.reserve_exact(4);
        }
        self.entries.insert(at, entry);
        true
    }

    fn remove(&mut self, key: &[u8]) {
        if let Some(at) = self.find(key) {
            self.marks.copy_within(at + 1.., at);
            self.entries.remove(at);
        }
    }

    fn range(&self, lower: Bound<&[u8]>, upper: Bound<&[u8]>) -> slice::Iter<'_, Entry> {
        let count_before = |bound: Bound<&[u8]>, with: Ordering| match bound {
            Bound::Unbounded => None,
            Bound::Included(key) | Bound::Excluded(key) => {
                Some(self.entries.partition_point(|entry| entry.key().cmp(key).then(with).is_lt()))
            }
        };
        let is_included = |bound| matches!(bound, Bound::Included(_));
        // An entry of the key itself is before a lower bound that excludes it, and an upper one that includes it.
        let side = |is_before| if is_before { Ordering::Less } else { Ordering::Greater };
        let first = count_before(lower, side(!is_included(lower))).unwrap_or(0);
        let end = count_before(upper, side(is_included(upper))).unwrap_or(self.entries.len());
        self.entries.get(first..end).unwrap_or_default().iter()
    }

    fn split(mut self, bit: u32) -> [Self; 2] {
        let at = self.entries.partition_point(|entry| !has_bit(entry, bit));
        let entries = self.entries.split_off(at);
        self.entries.shrink_to_fit();
        let mut marks = [0; FEW_MAX];
        marks[..FEW_MAX - at].copy_from_slice(&self.marks[at..]);
        [self, Self { marks, entries }]
    }
}

fn has_bit(entry: &Entry, bit: u32) -> bool {
    hash_of_bytes(entry.key()) & bit != 0
}

/// A few bits of the whole key. Where two keys have the same, both are looked at.
fn mark_of(key: &[u8]) -> u8 {
    const FACTOR: u64 = 0x9E37_79B9_7F4A_7C15;
    let (words, rest) = key.as_chunks();
    let mixed = words
        .iter()
        .fold(0, |mixed: u64, word| (mixed ^ u64::from_le_bytes(*word)).wrapping_mul(FACTOR).rotate_left(29));
    let rest = rest.iter().fold(0, |rest, byte| rest << 8 | u64::from(*byte));
    // The upper bits of a product depend on all bits of its factors.
    (mixed ^ rest).wrapping_mul(FACTOR).to_be_bytes()[0]
}

/// The entries of a range.
pub(super) enum Entries<'b> {
    Few(slice::Iter<'b, Entry>),
    Many(btree_set::Range<'b, ByKey>),
}

impl<'b> Iterator for Entries<'b> {
    type Item = &'b Entry;

    fn next(&mut self) -> Option<&'b Entry> {
        match self {
            Self::Few(few) => few.next(),
            Self::Many(many) => many.next().map(|entry| &entry.0),
        }
    }
}

impl DoubleEndedIterator for Entries<'_> {
    fn next_back(&mut self) -> Option<Self::Item> {
        match self {
            Self::Few(few) => few.next_back(),
            Self::Many(many) => many.next_back().map(|entry| &entry.0),
        }
    }
}
