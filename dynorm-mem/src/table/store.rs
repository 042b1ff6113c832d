//! The ordered map of a table or an index: by hash of the partition, then by key.
//!
//! The upper bits of the hash choose a part, so that the first write after a fork copies one part and not the table. A
//! part has its entries by the hash of the whole key, which leads to one in two steps however many there are, and their
//! places in order.

mod order;
mod slots;

use std::cmp::Ordering;
use std::ops::{Bound, Range, RangeInclusive};
use std::sync::Arc;

use dynorm::value::Item;

use self::order::{Order, Sought};
use self::slots::{Place, Slots};
use super::key::{StoreKey, hash_of_bytes};
use super::names::Names;
use super::record::Record;

/// A record and where it is.
#[derive(Clone, Debug)]
pub(crate) enum Entry {
    /// Under its own key.
    Own(Record),
    /// Under another key: an index shares records with its table.
    Shared(Arc<(StoreKey, Record)>),
}

impl Entry {
    fn key(&self) -> &[u8] {
        match self {
            Self::Own(record) => record.key(),
            Self::Shared(shared) => shared.0.bytes(),
        }
    }

    fn record(&self) -> &Record {
        match self {
            Self::Own(record) => record,
            Self::Shared(shared) => &shared.1,
        }
    }
}

/// The upper bits of the hash that choose a part.
const PART_BITS: u32 = 6;

#[derive(Clone, Debug, Default)]
struct Part {
    slots: Slots,
    order: Order,
}

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
    pub(crate) fn get(&self, key: &StoreKey) -> Option<&Record> {
        let slots = &self.parts[part_of(key.hash())].slots;
        slots.get(slots.find(key.bytes())?).map(Entry::record)
    }

    /// Puts an entry in the place of that of its key.
    pub(crate) fn insert(&mut self, entry: Entry) {
        let part = part_of(hash_of_bytes(entry.key()));
        Arc::make_mut(&mut self.parts[part]).insert(entry);
    }

    pub(crate) fn remove(&mut self, key: &StoreKey) {
        let part = &mut self.parts[part_of(key.hash())];
        if let Some(place) = part.slots.find(key.bytes()) {
            Arc::make_mut(part).remove(key, place);
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.parts.iter().map(|part| part.slots.len()).sum()
    }

    /// All records in order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Record> {
        self.parts.iter().flat_map(|part| part.iter()).map(Entry::record)
    }

    /// The records between two bounds, in order. Bounds that cross have nothing between them.
    pub(crate) fn range<'s, 'b>(
        &'s self,
        lower: Bound<&'b StoreKey>,
        upper: Bound<&'b StoreKey>,
    ) -> impl DoubleEndedIterator<Item = &'s Record> {
        let parts = if crosses(lower, upper) { 0..0 } else { parts_between(lower, upper) };
        let (first, last) = (parts.start, parts.end.wrapping_sub(1));
        let entries = parts.flat_map(move |at| {
            // Only the parts at the ends have entries on both sides of a bound.
            let lower = if at == first { lower } else { Bound::Unbounded };
            let upper = if at == last { upper } else { Bound::Unbounded };
            self.parts[at].range(lower, upper)
        });
        entries.map(Entry::record)
    }
}

impl Part {
    fn insert(&mut self, entry: Entry) {
        if let Some(place) = self.slots.find(entry.key()) {
            self.slots.replace(place, entry);
            return;
        }
        if let Some(moved) = self.slots.make_room() {
            self.order.follow(&moved);
        }
        let key = entry.key();
        let sought = Sought { hash: hash_of_bytes(key), is_before: |place| self.key_in(place) < key };
        let position = self.order.find(&sought);
        let hash = sought.hash;
        let place = self.slots.add(entry);
        self.order.insert(position, hash, place);
    }

    /// Removes the entry that is in a place.
    fn remove(&mut self, key: &StoreKey, place: Place) {
        let is_before = |place| self.key_in(place) < key.bytes();
        let position = self.order.find(&Sought { hash: key.hash(), is_before });
        self.order.remove(position);
        self.slots.remove(place);
    }

    /// The key of the entry in a place; less than every other if there is none.
    fn key_in(&self, place: Place) -> &[u8] {
        self.slots.get(place).map(Entry::key).unwrap_or_default()
    }

    fn iter(&self) -> impl Iterator<Item = &Entry> {
        self.range(Bound::Unbounded, Bound::Unbounded)
    }

    fn range<'s>(
        &'s self,
        lower: Bound<&StoreKey>,
        upper: Bound<&StoreKey>,
    ) -> impl DoubleEndedIterator<Item = &'s Entry> + use<'s> {
        // Whatever is equal to a bound is before it in one of these cases.
        let position = |bound: Bound<&StoreKey>, counts_equal| {
            let (Bound::Included(bound) | Bound::Excluded(bound)) = bound else { return None };
            let is_before = |place| {
                let order = self.key_in(place).cmp(bound.bytes());
                order.is_lt() || counts_equal && order.is_eq()
            };
            Some(self.order.find(&Sought { hash: bound.hash(), is_before }))
        };
        let from = position(lower, matches!(lower, Bound::Excluded(_)));
        let to = position(upper, matches!(upper, Bound::Included(_)));
        self.order.between(from, to).filter_map(|place| self.slots.get(place))
    }
}

impl Store {
    /// The items that one store of a table's has otherwise than another, in order: what this one has, and the other.
    /// Both must be of one key.
    pub(crate) fn differing(
        &self,
        names: &Names,
        other: &Self,
        other_names: &Names,
    ) -> Vec<(Option<Item>, Option<Item>)> {
        let mut pairs = Vec::new();
        for (own, other) in self.parts.iter().zip(&other.parts) {
            if Arc::ptr_eq(own, other) {
                continue;
            }
            for_each_pair(own, other, |own, other| {
                if own.zip(other).is_some_and(|(own, other)| own.is(other)) {
                    return;
                }
                let (own, other) =
                    (own.map(|own| own.item(names)), other.map(|other| other.item(other_names)));
                if own != other {
                    pairs.push((own, other));
                }
            });
        }
        pairs
    }
}

/// Walks through two parts, and pairs the records of one key.
fn for_each_pair(own: &Part, other: &Part, mut each: impl FnMut(Option<&Record>, Option<&Record>)) {
    let (mut own, mut other) = (own.iter().peekable(), other.iter().peekable());
    loop {
        let order = match (own.peek(), other.peek()) {
            (None, None) => return,
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(own), Some(other)) => own.key().cmp(other.key()),
        };
        let own = if order.is_le() { own.next() } else { None };
        let other = if order.is_ge() { other.next() } else { None };
        each(own.map(Entry::record), other.map(Entry::record));
    }
}

fn part_of(hash: u32) -> usize {
    usize::try_from(hash >> (u32::BITS - PART_BITS)).expect("the upper bits are a small number")
}

fn hash_at(bound: Bound<&StoreKey>) -> Option<u32> {
    match bound {
        Bound::Included(key) | Bound::Excluded(key) => Some(key.hash()),
        Bound::Unbounded => None,
    }
}

fn crosses(lower: Bound<&StoreKey>, upper: Bound<&StoreKey>) -> bool {
    match (lower, upper) {
        (Bound::Unbounded, _) | (_, Bound::Unbounded) => false,
        (Bound::Included(low), Bound::Included(high)) => low > high,
        (Bound::Included(low) | Bound::Excluded(low), Bound::Included(high) | Bound::Excluded(high)) => {
            low >= high
        }
    }
}

/// The parts that a range touches.
fn parts_between(lower: Bound<&StoreKey>, upper: Bound<&StoreKey>) -> Range<usize> {
    let first = hash_at(lower).map_or(0, part_of);
    let last = hash_at(upper).map_or((1 << PART_BITS) - 1, part_of);
    first..last + 1
}

/// The hashes of one segment of a parallel scan: disjoint, and complete over all segments.
pub(crate) fn segment_hashes(segment: u32, total: u32) -> RangeInclusive<u32> {
    let start = |segment: u32| (u64::from(segment) << u32::BITS).div_ceil(u64::from(total));
    let last = start(segment + 1) - 1;
    let hash = |hash: u64| u32::try_from(hash).expect("segments divide the 32 bits of a hash");
    hash(start(segment))..=hash(last)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::ops::RangeBounds;

    use dynorm::value::{KeyKind, Name, Value};
    use proptest::prelude::*;

    use super::*;
    use crate::table::key::{KeyPart, KeyShape};
    use crate::table::record::Weighed;

    /// The key and the item of a partition and a sort key.
    fn item((partition, sort): (u8, u16), value: u32) -> (StoreKey, Weighed) {
        let part = |name: &'static str| vec![KeyPart { name: Name::from(name), kind: KeyKind::N }];
        let shape = KeyShape { partition: part("p"), sort: part("s") };
        let attributes = [("p", u32::from(partition)), ("s", u32::from(sort)), ("v", value)];
        let item = Item::from(attributes.map(|(name, n)| (name, Value::N(n.into()))));
        (shape.of(&item).unwrap().into_key(), Weighed::new(item))
    }

    /// Most keys are in two partitions, so that buckets have few entries and many.
    fn any_key() -> impl Strategy<Value = (u8, u16)> {
        prop_oneof![(0u8..2, 0u16..200), (any::<u8>(), 0u16..2)]
    }

    fn any_bound() -> impl Strategy<Value = Bound<(u8, u16)>> {
        prop_oneof![
            Just(Bound::Unbounded),
            any_key().prop_map(Bound::Included),
            any_key().prop_map(Bound::Excluded),
        ]
    }

    proptest! {
        #[test]
        fn a_store_is_an_ordered_map(
            inserted in proptest::collection::vec((any_key(), any::<u32>()), 0..800),
            removed in proptest::collection::vec(any_key(), 0..400),
            bounds in (any_bound(), any_bound()),
        ) {
            let (mut store, mut names) = (Store::default(), Arc::default());
            let mut model: BTreeMap<StoreKey, Item> = BTreeMap::new();
            for (key, value) in inserted {
                let (key, item) = item(key, value);
                store.insert(Entry::Own(Record::new(&key, &item, &mut names)));
                model.insert(key, item.item);
            }
            let before = store.clone();
            let n_before = model.len();
            for key in removed {
                let (key, _) = item(key, 0);
                store.remove(&key);
                prop_assert!(store.get(&key).is_none());
                model.remove(&key);
            }
            prop_assert_eq!((before.len(), store.len()), (n_before, model.len()));
            prop_assert_eq!(store.iter().map(|record| record.item(&names)).collect::<Vec<_>>(), model.values().cloned().collect::<Vec<_>>());
            for (key, item) in &model {
                prop_assert_eq!(&store.get(key).unwrap().item(&names), item);
            }
            prop_assert_eq!(store.differing(&names, &before, &names).len(), n_before - model.len());

            let [lower, upper] = [bounds.0, bounds.1].map(|bound| bound.map(|key| item(key, 0).0));
            let (lower, upper) = (lower.as_ref(), upper.as_ref());
            let mut found: Vec<Item> = store.range(lower, upper).map(|record| record.item(&names)).collect();
            let expected = |key: &StoreKey| !crosses(lower, upper) && (lower, upper).contains(key);
            let expected: Vec<&Item> =
                model.iter().filter(|(key, _)| expected(key)).map(|(_, item)| item).collect();
            prop_assert_eq!(found.iter().collect::<Vec<_>>(), expected);
            found.reverse();
            let back: Vec<Item> = store.range(lower, upper).rev().map(|record| record.item(&names)).collect();
            prop_assert_eq!(found, back);
        }
    }

    #[test]
    fn segments_are_disjoint_and_complete() {
        for total in [1, 2, 3, 7, 64, 1_000_000] {
            let mut next = 0u64;
            for segment in 0..total {
                let hashes = segment_hashes(segment, total);
                assert_eq!(u64::from(*hashes.start()), next, "segment {segment} of {total}");
                next = u64::from(*hashes.end()) + 1;
            }
            assert_eq!(next, 1 << 32);
        }
    }
}
