//! Entries by the hash of their whole key, each in a place that it keeps until all move.
//!
//! To find an entry takes one look at the slots, however many there are, and one at the entry itself. In a large table
//! each of the two waits for memory, and nothing else does.

use super::Entry;

/// At most so many of four slots are in use. More of them, and finding what is not there takes long.
const USED_OF_FOUR: usize = 3;

/// As the entries of a table have them: with open addressing, one behind the other where hashes meet.
#[derive(Clone, Debug, Default)]
pub(super) struct Slots {
    all: Vec<Slot>,
    n_entries: usize,
    /// How many slots are not free: the entries', and those of entries that are gone.
    n_used: usize,
}

#[derive(Clone, Debug)]
enum Slot {
    /// Where a search ends.
    Free,
    /// An entry was here, and others may be behind it.
    Gone,
    Taken(u32, Entry),
}

// A table has more of them than items.
const _: () = assert!(size_of::<Slot>() == 3 * size_of::<usize>());

/// Where an entry is.
pub(super) type Place = u32;

impl Slots {
    pub(super) fn len(&self) -> usize {
        self.n_entries
    }

    /// The entry in a place that [`find`](Self::find) or [`add`](Self::add) gave, or nothing if it is gone.
    pub(super) fn get(&self, place: Place) -> Option<&Entry> {
        match self.all.get(index(place))? {
            Slot::Taken(_, entry) => Some(entry),
            _ => None,
        }
    }

    pub(super) fn find(&self, key: &[u8]) -> Option<Place> {
        let mark = mark_of(key);
        let mut at = self.home(mark);
        loop {
            match self.all.get(at)? {
                Slot::Free => return None,
                Slot::Taken(other, entry) if *other == mark => {
                    // While the key is waited for, as who finds an item mostly reads it.
                    entry.record().come_near();
                    if entry.key() == key {
                        return Some(place(at));
                    }
                }
                _ => {}
            }
            at = self.behind(at);
        }
    }

    /// Puts an entry in the place of one with its key.
    pub(super) fn replace(&mut self, place: Place, entry: Entry) {
        if let Some(Slot::Taken(_, old)) = self.all.get_mut(index(place)) {
            *old = entry;
        }
    }

    /// Gives a place to an entry whose key there is not. There must be [room](Self::make_room).
    pub(super) fn add(&mut self, entry: Entry) -> Place {
        let mark = mark_of(entry.key());
        let at = self.vacancy(mark);
        self.n_used += usize::from(matches!(self.all[at], Slot::Free));
        self.n_entries += 1;
        self.all[at] = Slot::Taken(mark, entry);
        place(at)
    }

    pub(super) fn remove(&mut self, place: Place) {
        let at = index(place);
        if matches!(self.all.get(at), Some(Slot::Taken(..))) {
            // Nothing that is behind a free slot is looked for through this one.
            let is_last = matches!(self.all[self.behind(at)], Slot::Free);
            self.all[at] = if is_last { Slot::Free } else { Slot::Gone };
            self.n_used -= usize::from(is_last);
            self.n_entries -= 1;
        }
    }

    /// Makes room for one more. If entries have to move for it, gives the new place of each old one.
    pub(super) fn make_room(&mut self) -> Option<Vec<Place>> {
        if (self.n_used + 1) * 4 <= self.all.len() * USED_OF_FOUR {
            return None;
        }
        let room = vec![Slot::Free; (self.n_entries + 1) * 2];
        let old = std::mem::replace(&mut self.all, room);
        self.n_used = self.n_entries;
        Some(old.into_iter().map(|slot| self.moved(slot)).collect())
    }

    /// The new place of what was in a slot, if something was.
    fn moved(&mut self, slot: Slot) -> Place {
        let Slot::Taken(mark, entry) = slot else { return Place::MAX };
        let at = self.vacancy(mark);
        self.all[at] = Slot::Taken(mark, entry);
        place(at)
    }

    /// The first slot for this mark that has no entry.
    fn vacancy(&self, mark: u32) -> usize {
        let mut at = self.home(mark);
        while matches!(self.all[at], Slot::Taken(..)) {
            at = self.behind(at);
        }
        at
    }

    /// Where the search for a mark begins.
    fn home(&self, mark: u32) -> usize {
        let scaled = u64::from(mark) * self.all.len() as u64;
        usize::try_from(scaled >> u32::BITS).expect("less than there are slots")
    }

    fn behind(&self, at: usize) -> usize {
        if at + 1 < self.all.len() { at + 1 } else { 0 }
    }
}

fn place(at: usize) -> Place {
    Place::try_from(at).expect("a part of a table has not that many items")
}

fn index(place: Place) -> usize {
    usize::try_from(place).expect("it was the index of a slot")
}

/// The hash of a whole key. Where two keys have the same, both are looked at.
fn mark_of(key: &[u8]) -> u32 {
    const FACTOR: u64 = 0x9E37_79B9_7F4A_7C15;
    let (words, rest) = key.as_chunks();
    let mixed = words
        .iter()
        .fold(0, |mixed: u64, word| (mixed ^ u64::from_le_bytes(*word)).wrapping_mul(FACTOR).rotate_left(29));
    let rest = rest.iter().fold(0, |rest, byte| rest << 8 | u64::from(*byte));
    let mixed = (mixed ^ rest).wrapping_mul(FACTOR);
    // The upper bits of a product depend on all bits of its factors.
    let mixed = (mixed ^ mixed >> 32).wrapping_mul(FACTOR);
    u32::try_from(mixed >> 32).expect("half of the bits")
}

#[cfg(test)]
mod tests {
    use dynorm::value::{Item, Value};

    use super::*;
    use crate::table::key::{KeyBytes, StoreKey};
    use crate::table::record::{Record, Weighed};

    fn key(partition: &Value, sort: &Value) -> StoreKey {
        let mut key = KeyBytes::with_capacity(0);
        key.push(partition);
        let mut key = key.end_partition();
        key.push(sort);
        key.into_key()
    }

    fn slots_of(keys: impl Iterator<Item = StoreKey>) -> Slots {
        let (mut slots, mut names) = (Slots::default(), std::sync::Arc::default());
        for key in keys {
            slots.make_room();
            slots.add(Entry::Own(Record::new(&key, &Weighed::new(Item::new()), &mut names)));
        }
        slots
    }

    /// How many slots it takes on average to find an entry that is there.
    fn steps(slots: &Slots) -> f64 {
        let n_slots = slots.all.len();
        let distance = |at: usize, slot: &Slot| match slot {
            Slot::Taken(mark, _) => (at + n_slots - slots.home(*mark)) % n_slots + 1,
            _ => 0,
        };
        let all: usize = slots.all.iter().enumerate().map(|(at, slot)| distance(at, slot)).sum();
        f64::from(u32::try_from(all).unwrap()) / f64::from(u32::try_from(slots.len()).unwrap())
    }

    #[test]
    fn an_entry_is_near_its_home_whatever_the_keys_look_like() {
        let numbers = || (0..20_000).map(|n| Value::N(n.into()));
        let texts = || (0..20_000).map(|n| Value::S(format!("{n:08}")));
        let one = &Value::from("one");
        for slots in [
            slots_of(numbers().map(|n| key(one, &n))),
            slots_of(numbers().map(|n| key(&n, one))),
            slots_of(texts().map(|text| key(one, &text))),
            slots_of(texts().map(|text| key(&text, one))),
            slots_of(texts().zip(numbers()).map(|(text, n)| key(&text, &n))),
        ] {
            assert_eq!(slots.len(), 20_000);
            assert!(slots.all.len() <= 2 * slots.len(), "{}", slots.all.len());
            assert!(steps(&slots) < 3.0, "{}", steps(&slots));
        }
    }

    #[test]
    fn entries_that_are_gone_take_no_room_for_good() {
        let mut slots = Slots::default();
        let mut names = std::sync::Arc::default();
        for n in 0..10_000 {
            let key = key(&Value::N(n.into()), &Value::from("one"));
            slots.make_room();
            slots.add(Entry::Own(Record::new(&key, &Weighed::new(Item::new()), &mut names)));
            slots.remove(slots.find(key.bytes()).unwrap());
            assert!(slots.find(key.bytes()).is_none());
        }
        assert!(slots.all.len() <= 8, "{}", slots.all.len());
    }
}
