//! The entries of which the hashes begin alike.

use std::borrow::Borrow;
use std::cmp::Ordering;
use std::collections::{BTreeSet, btree_set};
use std::ops::Bound;
use std::slice;

use super::{Entry, hash_of_bytes};

/// How many entries are found by their marks. More are only where many items are in one partition.
const FEW_MAX: usize = 40;

/// Entries in order.
#[expect(
    clippy::large_enum_variant,
    reason = "behind a pointer the entries would be one more wait for memory"
)]
#[derive(Clone, Debug)]
pub(super) enum Bucket {
    Few(Few),
    Many(BTreeSet<ByKey>),
}

/// Entries with their marks, so that finding one looks at no other's key, which is far away.
#[derive(Clone, Debug)]
pub(super) struct Few {
    n_entries: usize,
    marks: [u8; FEW_MAX],
    /// As many as there are, and none behind them.
    entries: [Option<Entry>; FEW_MAX],
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
        Self::Few(Few::default())
    }
}

impl Bucket {
    pub(super) fn get(&self, key: &[u8]) -> Option<&Entry> {
        match self {
            Self::Few(few) => few.entries[few.find(key)?].as_ref(),
            Self::Many(many) => many.get(key).map(|entry| &entry.0),
        }
    }

    /// Puts an entry in the place of that of its key. Gives whether there was none.
    pub(super) fn insert(&mut self, entry: Entry) -> bool {
        match self {
            Self::Few(few) => {
                if let Some(at) = few.find(entry.key()) {
                    few.entries[at] = Some(entry);
                    return false;
                }
                if few.n_entries < FEW_MAX {
                    few.insert(entry);
                } else {
                    let entries = few.entries.iter_mut().filter_map(Option::take);
                    *self = Self::Many(entries.chain([entry]).map(ByKey).collect());
                }
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
                let first = many.iter().map(|entry| entry.0.key()).find(|key| hash_of_bytes(key) & bit != 0);
                let first = first.map(<[u8]>::to_vec);
                let upper = first.map_or_else(BTreeSet::new, |first| many.split_off(first.as_slice()));
                [Self::of(many), Self::of(upper)]
            }
        }
    }

    fn of(many: BTreeSet<ByKey>) -> Self {
        if many.len() > FEW_MAX {
            return Self::Many(many);
        }
        let mut few = Few::default();
        for ByKey(entry) in many {
            few.marks[few.n_entries] = mark_of(entry.key());
            few.entries[few.n_entries] = Some(entry);
            few.n_entries += 1;
        }
        Self::Few(few)
    }
}

impl Default for Few {
    fn default() -> Self {
        Self { n_entries: 0, marks: [0; FEW_MAX], entries: [const { None }; FEW_MAX] }
    }
}

impl Few {
    fn find(&self, key: &[u8]) -> Option<usize> {
        self.come_near();
        let mark = mark_of(key);
        let marks = self.marks[..self.n_entries].iter().enumerate();
        let mut alike = marks.filter(|(_, other)| **other == mark).map(|(at, _)| at);
        alike.find(|at| self.entries[*at].as_ref().is_some_and(|entry| entry.key() == key))
    }

    /// Has the entries come into the cache with their marks. Which one is needed is only known once those are there, and
    /// in a large table both are far away.
    fn come_near(&self) {
        const ENTRIES_OF_LINE: usize = 64 / size_of::<Entry>();
        let lines = self.entries[..self.n_entries].iter().step_by(ENTRIES_OF_LINE);
        std::hint::black_box(lines.filter(|entry| entry.is_some()).count());
    }

    /// Adds an entry whose key there is not, where there is room.
    fn insert(&mut self, entry: Entry) {
        let at = self.count_while(|key| key < entry.key());
        self.marks.copy_within(at..self.n_entries, at + 1);
        self.marks[at] = mark_of(entry.key());
        self.entries[at..=self.n_entries].rotate_right(1);
        self.entries[at] = Some(entry);
        self.n_entries += 1;
    }

    fn remove(&mut self, key: &[u8]) {
        if let Some(at) = self.find(key) {
            self.marks.copy_within(at + 1.., at);
            self.entries[at] = None;
            self.entries[at..self.n_entries].rotate_left(1);
            self.n_entries -= 1;
        }
    }

    fn range(&self, lower: Bound<&[u8]>, upper: Bound<&[u8]>) -> slice::Iter<'_, Option<Entry>> {
        let first = match lower {
            Bound::Unbounded => 0,
            Bound::Included(bound) => self.count_while(|key| key < bound),
            Bound::Excluded(bound) => self.count_while(|key| key <= bound),
        };
        let end = match upper {
            Bound::Unbounded => self.n_entries,
            Bound::Included(bound) => self.count_while(|key| key <= bound),
            Bound::Excluded(bound) => self.count_while(|key| key < bound),
        };
        self.entries.get(first..end).unwrap_or_default().iter()
    }

    /// How many entries there are before the first whose key is not so.
    fn count_while(&self, is_so: impl Fn(&[u8]) -> bool) -> usize {
        let entries = &self.entries[..self.n_entries];
        entries.partition_point(|entry| entry.as_ref().is_some_and(|entry| is_so(entry.key())))
    }

    fn split(mut self, bit: u32) -> [Self; 2] {
        let at = self.count_while(|key| hash_of_bytes(key) & bit == 0);
        let mut upper = Self { n_entries: self.n_entries - at, ..Self::default() };
        upper.marks[..FEW_MAX - at].copy_from_slice(&self.marks[at..]);
        for (to, from) in upper.entries.iter_mut().zip(&mut self.entries[at..]) {
            *to = from.take();
        }
        self.n_entries = at;
        [self, upper]
    }
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
    Few(slice::Iter<'b, Option<Entry>>),
    Many(btree_set::Range<'b, ByKey>),
}

impl<'b> Iterator for Entries<'b> {
    type Item = &'b Entry;

    fn next(&mut self) -> Option<&'b Entry> {
        match self {
            Self::Few(few) => few.next()?.as_ref(),
            Self::Many(many) => many.next().map(|entry| &entry.0),
        }
    }
}

impl DoubleEndedIterator for Entries<'_> {
    fn next_back(&mut self) -> Option<Self::Item> {
        match self {
            Self::Few(few) => few.next_back()?.as_ref(),
            Self::Many(many) => many.next_back().map(|entry| &entry.0),
        }
    }
}
