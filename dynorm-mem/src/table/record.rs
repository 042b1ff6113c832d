//! Items as they are kept: in one piece, small, and quick to read back.
//!
//! A record is a text, so that the texts in it need no check when they are read; what is not text is written in
//! characters of one byte:
//!
//! ```text
//! record     = length key size attributes     the key as in `StoreKey`; the item's size in bytes
//! attributes = count (name value)*            in order of name
//! name       = number + 1                     in the table's `Names`
//!            | 0 length text
//! value      = kind payload                   texts and bytes with their length, members with their count
//! ```

#[cfg(feature = "wire")]
pub(crate) mod pieces;

use std::sync::Arc;

use dynorm::value::{Item, Name, Number, Value};

use super::key::StoreKey;
use super::names::Names;

/// An item that is to be kept, with its size, which every read and page counts.
#[derive(Clone, Debug)]
pub(crate) struct Weighed {
    pub(crate) item: Item,
    pub(crate) size_bytes: usize,
}

impl Weighed {
    pub(crate) fn new(item: Item) -> Self {
        let size_bytes = item.size_bytes();
        Self { item, size_bytes }
    }
}

/// An item that is kept, or what an index has of it. Cheap to clone.
///
/// Equal items under equal keys are equal records, since members of sets are sorted and numbers have one form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Record(Arc<str>);

impl Record {
    /// The record of an item. Names that are new become known.
    pub(crate) fn new(key: &StoreKey, item: &Weighed, names: &mut Arc<Names>) -> Self {
        Self::of(key, item.size_bytes, item.item.iter(), names)
    }

    /// The record of attributes in order of name.
    pub(crate) fn of<'i>(
        key: &StoreKey,
        size_bytes: usize,
        attributes: impl ExactSizeIterator<Item = (&'i Name, &'i Value)>,
        names: &mut Arc<Names>,
    ) -> Self {
        // The names are not written, which makes room for lengths and kinds.
        let mut writer = Writer { text: String::with_capacity(key.bytes().len() + size_bytes + 32), names };
        writer.length(key.bytes().len());
        writer.text.push_str(key.as_text());
        writer.length(size_bytes);
        writer.attributes(attributes);
        Self(writer.text.into())
    }

    /// The key under which the item is kept in its table; under that of an index it is an index's own record.
    pub(crate) fn key(&self) -> &[u8] {
        let mut reader = Reader { text: &self.0, at: 0 };
        let length = reader.length();
        &self.0.as_bytes()[reader.at..reader.at + length]
    }

    /// What the service counts for the item, in bytes.
    pub(crate) fn size_bytes(&self) -> usize {
        self.behind_key().length()
    }

    /// The item, of a table with these names.
    pub(crate) fn item(&self, names: &Names) -> Item {
        self.come_near();
        let mut reader = self.behind_key();
        reader.length();
        reader.attributes(names)
    }

    /// The attributes of the item that are wanted.
    pub(crate) fn part(&self, names: &Names, wanted: impl Fn(&str) -> bool) -> Item {
        let mut reader = self.behind_key();
        reader.length();
        let n_attributes = reader.length();
        let mut part = Vec::new();
        for _ in 0..n_attributes {
            match reader.name() {
                Written::Known(number) if wanted(names.name(number)) => {
                    part.push((names.name(number).clone(), reader.value(names)));
                }
                Written::Text(text) if wanted(text) => {
                    part.push((Name::from(text.to_owned()), reader.value(names)));
                }
                _ => reader.skip_value(),
            }
        }
        Item::from_sorted(part)
    }

    /// The item with its size.
    pub(crate) fn weighed(&self, names: &Names) -> Weighed {
        Weighed { item: self.item(names), size_bytes: self.size_bytes() }
    }

    /// Whether both are one, and not only equal.
    pub(crate) fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// Has all of the record come into the cache at once. Reading it from front to back would wait for each line of
    /// it in turn, and in a large table it is far away.
    pub(crate) fn come_near(&self) {
        const LINE_BYTES: usize = 64;
        const LINES_MAX: usize = 16;
        let lines = self.0.as_bytes().iter().step_by(LINE_BYTES).take(LINES_MAX);
        std::hint::black_box(lines.fold(0, |all, byte| all ^ byte));
    }

    fn behind_key(&self) -> Reader<'_> {
        let mut reader = Reader { text: &self.0, at: 0 };
        let length = reader.length();
        reader.at += length;
        reader
    }
}

/// The characters that stand for the kinds of values.
mod kind {
    pub(super) const S: u8 = b'S';
    pub(super) const N: u8 = b'N';
    pub(super) const B: u8 = b'B';
    pub(super) const TRUE: u8 = b'T';
    pub(super) const FALSE: u8 = b'F';
    pub(super) const NULL: u8 = b'0';
    pub(super) const M: u8 = b'M';
    pub(super) const L: u8 = b'L';
    pub(super) const SS: u8 = b's';
    pub(super) const NS: u8 = b'n';
    pub(super) const BS: u8 = b'b';
}

/// How many bits of an integer a character has.
const GROUP_BITS: u32 = 6;
/// The mark of a character that another one of the same integer follows.
const MORE: u8 = 1 << GROUP_BITS;
/// As many bytes are written as one more character, of 7 bits each.
const CHUNK: usize = 7;

struct Writer<'n> {
    text: String,
    names: &'n mut Arc<Names>,
}

impl Writer<'_> {
    fn byte(&mut self, byte: u8) {
        self.text.push(char::from(byte));
    }

    /// The lowest bits first.
    fn integer(&mut self, mut integer: u64) {
        while integer >= u64::from(MORE) {
            self.byte(MORE | low_bits(integer, GROUP_BITS));
            integer >>= GROUP_BITS;
        }
        self.byte(low_bits(integer, GROUP_BITS));
    }

    fn length(&mut self, length: usize) {
        self.integer(length as u64);
    }

    fn attributes<'i>(&mut self, attributes: impl ExactSizeIterator<Item = (&'i Name, &'i Value)>) {
        self.length(attributes.len());
        let mut previous = None;
        for (name, value) in attributes {
            previous = self.name(previous, name);
            self.value(value);
        }
    }

    /// Gives the number of the name, if it has one.
    fn name(&mut self, previous: Option<usize>, name: &Name) -> Option<usize> {
        let known = self.names.find(previous, name);
        if let Some(number) = known.filter(|number| self.names.is_too_open(*number, name)) {
            Arc::make_mut(self.names).replace(number, name);
        }
        let number = known.or_else(|| {
            let has_room = self.names.has_room_for(name);
            has_room.then(|| Arc::make_mut(self.names).add(previous, name))
        });
        self.length(number.map_or(0, |number| number + 1));
        if number.is_none() {
            self.piece(name);
        }
        number
    }

    fn value(&mut self, value: &Value) {
        match value {
            Value::S(text) => {
                self.byte(kind::S);
                self.piece(text);
            }
            Value::N(number) => {
                self.byte(kind::N);
                self.number(*number);
            }
            Value::B(bytes) => {
                self.byte(kind::B);
                self.bytes(bytes);
            }
            Value::Bool(true) => self.byte(kind::TRUE),
            Value::Bool(false) => self.byte(kind::FALSE),
            Value::Null => self.byte(kind::NULL),
            Value::M(map) => {
                self.byte(kind::M);
                self.attributes(map.iter());
            }
            Value::L(list) => self.members(kind::L, list, Self::value),
            Value::Ss(set) => self.members(kind::SS, set, |writer, text| writer.piece(text)),
            Value::Ns(set) => self.members(kind::NS, set, |writer, number| writer.number(*number)),
            Value::Bs(set) => self.members(kind::BS, set, |writer, bytes| writer.bytes(bytes)),
        }
    }

    fn members<T>(&mut self, kind: u8, members: &[T], write: impl Fn(&mut Self, &T)) {
        self.byte(kind);
        self.length(members.len());
        for member in members {
            write(self, member);
        }
    }

    fn piece(&mut self, text: &str) {
        self.length(text.len());
        self.text.push_str(text);
    }

    /// The exponent with both signs and whether there is a high half, then the digits.
    fn number(&mut self, number: Number) {
        let (negative, digits, exponent) = number.to_parts();
        let high = u64::try_from(digits >> u64::BITS).expect("half of the bits");
        let low = u64::try_from(digits & u128::from(u64::MAX)).expect("half of the bits");
        let magnitude = u64::from(exponent.unsigned_abs()) << 1 | u64::from(exponent < 0);
        self.integer(magnitude << 2 | u64::from(high != 0) << 1 | u64::from(negative));
        self.integer(low);
        if high != 0 {
            self.integer(high);
        }
    }

    fn bytes(&mut self, bytes: &[u8]) {
        self.length(bytes.len());
        for chunk in bytes.chunks(CHUNK) {
            let mut group = chunk.iter().rev().fold(0, |group, byte| group << 8 | u64::from(*byte));
            for _ in 0..=chunk.len() {
                self.byte(low_bits(group, 7));
                group >>= 7;
            }
        }
    }
}

fn low_bits(integer: u64, n_bits: u32) -> u8 {
    u8::try_from(integer & ((1 << n_bits) - 1)).expect("less than the bits of a byte")
}

/// A name as a record has it.
enum Written<'r> {
    Known(usize),
    Text(&'r str),
}

/// What reads a record that a [`Writer`] wrote, from front to back.
struct Reader<'r> {
    text: &'r str,
    at: usize,
}

impl<'r> Reader<'r> {
    fn byte(&mut self) -> u8 {
        let byte = self.text.as_bytes()[self.at];
        self.at += 1;
        byte
    }

    fn integer(&mut self) -> u64 {
        let first = self.byte();
        if first < MORE {
            return u64::from(first);
        }
        let (mut integer, mut shift) = (u64::from(first & !MORE), GROUP_BITS);
        loop {
            let byte = self.byte();
            integer |= u64::from(byte & !MORE) << shift;
            if byte < MORE {
                return integer;
            }
            shift += GROUP_BITS;
        }
    }

    fn length(&mut self) -> usize {
        usize::try_from(self.integer()).expect("it was the length of something in memory")
    }

    fn piece(&mut self) -> &'r str {
        let length = self.length();
        let piece = &self.text[self.at..self.at + length];
        self.at += length;
        piece
    }

    fn attributes(&mut self, names: &Names) -> Item {
        let n_attributes = self.length();
        let mut attributes = Vec::with_capacity(n_attributes);
        for _ in 0..n_attributes {
            let name = match self.name() {
                Written::Known(number) => names.name(number).clone(),
                Written::Text(text) => Name::from(text.to_owned()),
            };
            attributes.push((name, self.value(names)));
        }
        Item::from_sorted(attributes)
    }

    fn name(&mut self) -> Written<'r> {
        match self.length().checked_sub(1) {
            Some(number) => Written::Known(number),
            None => Written::Text(self.piece()),
        }
    }

    fn value(&mut self, names: &Names) -> Value {
        match self.byte() {
            kind::S => Value::S(self.piece().to_owned()),
            kind::N => Value::N(self.number()),
            kind::B => Value::B(self.bytes()),
            kind::TRUE => Value::Bool(true),
            kind::FALSE => Value::Bool(false),
            kind::NULL => Value::Null,
            kind::M => Value::M(self.attributes(names)),
            kind::L => Value::L(self.members(|reader| reader.value(names))),
            kind::SS => Value::Ss(self.members(|reader| reader.piece().to_owned())),
            kind::NS => Value::Ns(self.members(Self::number)),
            kind::BS => Value::Bs(self.members(Self::bytes)),
            _ => unreachable!("a writer writes no other kind"),
        }
    }

    fn members<T>(&mut self, read: impl Fn(&mut Self) -> T) -> Vec<T> {
        let n_members = self.length();
        (0..n_members).map(|_| read(self)).collect()
    }

    fn number(&mut self) -> Number {
        let head = self.integer();
        let low = self.integer();
        let high = if head & 2 == 0 { 0 } else { self.integer() };
        let magnitude = i16::try_from(head >> 3).expect("it was the exponent of a number");
        let exponent = if head & 4 == 0 { magnitude } else { -magnitude };
        let digits = u128::from(high) << u64::BITS | u128::from(low);
        Number::from_parts(head & 1 == 1, digits, exponent).expect("these were the parts of a number")
    }

    fn bytes(&mut self) -> Vec<u8> {
        let length = self.length();
        let mut bytes = Vec::with_capacity(length);
        while bytes.len() < length {
            let n_bytes = CHUNK.min(length - bytes.len());
            let chunk = &self.text.as_bytes()[self.at..=self.at + n_bytes];
            self.at += chunk.len();
            let group = chunk.iter().rev().fold(0_u64, |group, bits| group << 7 | u64::from(*bits));
            bytes.extend_from_slice(&group.to_le_bytes()[..n_bytes]);
        }
        bytes
    }

    fn skip_value(&mut self) {
        match self.byte() {
            kind::S => self.skip_piece(),
            kind::N => self.skip_number(),
            kind::B => self.skip_bytes(),
            kind::M => {
                for _ in 0..self.length() {
                    self.name();
                    self.skip_value();
                }
            }
            kind::L => self.skip_members(Self::skip_value),
            kind::SS => self.skip_members(Self::skip_piece),
            kind::NS => self.skip_members(Self::skip_number),
            kind::BS => self.skip_members(Self::skip_bytes),
            _ => {}
        }
    }

    fn skip_members(&mut self, skip: impl Fn(&mut Self)) {
        for _ in 0..self.length() {
            skip(self);
        }
    }

    fn skip_piece(&mut self) {
        let length = self.length();
        self.at += length;
    }

    fn skip_number(&mut self) {
        let n_integers = if self.integer() & 2 == 0 { 1 } else { 2 };
        for _ in 0..n_integers {
            self.integer();
        }
    }

    fn skip_bytes(&mut self) {
        let length = self.length();
        self.at += length + length.div_ceil(CHUNK);
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::table::key::{KeyBytes, StoreKey};

    fn any_number() -> impl Strategy<Value = Number> {
        let digits = prop_oneof![0..1000u128, 0..10u128.pow(38)];
        (any::<bool>(), digits, -130i16..88).prop_filter_map("in range", |(negative, digits, exponent)| {
            Number::from_parts(negative, digits, exponent).ok()
        })
    }

    fn any_value() -> impl Strategy<Value = Value> {
        let bytes = || proptest::collection::vec(any::<u8>(), 0..30);
        let leaf = prop_oneof![
            ".{0,100}".prop_map(Value::S),
            any_number().prop_map(Value::N),
            bytes().prop_map(Value::B),
            any::<bool>().prop_map(Value::Bool),
            Just(Value::Null),
            proptest::collection::vec(".{0,9}", 1..3).prop_map(Value::Ss),
            proptest::collection::vec(any_number(), 1..3).prop_map(Value::Ns),
            proptest::collection::vec(bytes(), 1..3).prop_map(Value::Bs),
        ];
        leaf.prop_recursive(3, 20, 4, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::L),
                proptest::collection::vec(("[a-dé]{0,3}", inner), 0..4)
                    .prop_map(|members| Value::M(members.into_iter().collect())),
            ]
        })
    }

    pub(crate) fn any_item() -> impl Strategy<Value = Item> {
        proptest::collection::vec(("[a-f]{1,2}", any_value()), 0..6)
            .prop_map(|attributes| attributes.into_iter().collect())
    }

    pub(crate) fn key() -> StoreKey {
        let mut key = KeyBytes::with_capacity(0);
        key.push(&Value::from("k\0é"));
        key.end_partition().into_key()
    }

    proptest! {
        #[test]
        fn items_read_back(items in proptest::collection::vec(any_item(), 1..4), wanted in "[a-f]{1,2}") {
            let (key, mut names) = (key(), Arc::default());
            let records: Vec<Record> = items
                .iter()
                .map(|item| Record::new(&key, &Weighed::new(item.clone()), &mut names))
                .collect();
            for (record, item) in records.iter().zip(&items) {
                prop_assert_eq!(record.key(), key.bytes());
                prop_assert_eq!(record.size_bytes(), item.size_bytes());
                prop_assert_eq!(&record.item(&names), item);
                let part: Item = item.iter().filter(|(name, _)| **name == *wanted).map(|(n, v)| (n.clone(), v.clone())).collect();
                prop_assert_eq!(record.part(&names, |name| name == wanted), part);
                prop_assert_eq!(record, &Record::new(&key, &Weighed::new(item.clone()), &mut names));
            }
        }
    }

    #[test]
    fn names_beyond_those_that_are_kept_read_back() {
        let item = |n: u32| {
            Item::from([(format!("name {n}"), Value::from(true)), ("x".repeat(300), Value::from("long"))])
        };
        let mut names = Arc::default();
        let records: Vec<Record> =
            (0..2000).map(|n| Record::new(&key(), &Weighed::new(item(n)), &mut names)).collect();
        for (n, record) in (0..2000).zip(&records) {
            assert_eq!(record.item(&names), item(n));
        }
    }
}
