//! Keys as bytes in the order of the items, and where keys come from.

use dynorm::backend::table::KeySchema;
use dynorm::value::{Item, KeyKind, Name, Number, Value};

use crate::limits::{INDEX_KEY_ATTRIBUTES_MAX, PARTITION_KEY_BYTES_MAX, SORT_KEY_BYTES_MAX};
use crate::message::{self, Checked};

/// Where an item is: by the hash of its partition, then by partition, then by sort key.
///
/// The bytes compare as the values do. An index's key ends with the table's key, which breaks ties. Texts are in them
/// as they are, and everything else is characters of one byte, so that a key is a text too.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct StoreKey {
    /// The hash, then the values.
    bytes: Box<[u8]>,
}

impl StoreKey {
    /// The least key of this hash or a greater one.
    pub(crate) fn of_hash(hash: u32) -> Self {
        Self { bytes: bytes_of_hash(hash).into() }
    }

    /// The key of these bytes, which are those of another.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Self {
        Self { bytes: bytes.into() }
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The key of an item as text; those that only bound a range need not be one.
    pub(crate) fn as_text(&self) -> &str {
        std::str::from_utf8(&self.bytes).expect("keys are made of texts and characters of one byte")
    }

    pub(crate) fn hash(&self) -> u32 {
        hash_of_bytes(&self.bytes)
    }

    /// Whether another key begins with the bytes of this one's partition, of which there are so many.
    pub(crate) fn is_of_partition(&self, other: &Self, n_bytes: usize) -> bool {
        other.bytes.get(..n_bytes) == self.bytes.get(..n_bytes)
    }
}

/// What the hash takes of a key, at 7 bits a byte.
const HASH_BYTES: usize = 5;

fn bytes_of_hash(hash: u32) -> [u8; HASH_BYTES] {
    [28, 21, 14, 7, 0].map(|shift| seven_bits(u128::from(hash >> shift)))
}

/// The hash that the bytes of a key begin with.
pub(crate) fn hash_of_bytes(bytes: &[u8]) -> u32 {
    bytes.iter().take(HASH_BYTES).fold(0, |hash, bits| hash << 7 | u32::from(*bits))
}

fn seven_bits(integer: u128) -> u8 {
    u8::try_from(integer & 0x7F).expect("7 bits")
}

/// A key attribute, ready to be looked up and written.
#[derive(Clone, Debug)]
pub(crate) struct KeyPart {
    pub(crate) name: Name,
    pub(crate) kind: KeyKind,
}

/// The key of a table or an index, ready for use.
#[derive(Clone, Debug)]
pub(crate) struct KeyShape {
    pub(crate) partition: Vec<KeyPart>,
    pub(crate) sort: Vec<KeyPart>,
}

impl KeyShape {
    pub(crate) fn new(schema: &KeySchema) -> Self {
        let parts = |attributes: &[dynorm::backend::table::KeyAttribute]| {
            attributes.iter().map(|a| KeyPart { name: Name::from(&a.name), kind: a.kind }).collect()
        };
        Self { partition: parts(&schema.partition), sort: parts(&schema.sort) }
    }

    /// All attributes, the partition's first.
    pub(crate) fn parts(&self) -> impl Iterator<Item = &KeyPart> {
        self.partition.iter().chain(&self.sort)
    }

    pub(crate) fn contains(&self, name: &str) -> bool {
        self.parts().any(|part| part.name == *name)
    }

    /// The whole key of an item that has all attributes of it in their kinds, or `None`.
    pub(crate) fn of(&self, item: &Item) -> Option<KeyBytes> {
        Some(self.values_of(item, |_, _| ()).ok()?.bytes())
    }

    /// The partition of an item that has all attributes of the key in their kinds, or `None`.
    pub(crate) fn partition_of(&self, item: &Item) -> Option<KeyBytes> {
        Some(self.values_of(item, |_, _| ()).ok()?.partition())
    }

    /// The values of a key's attributes in an item, or what the first part that has none of its kind is
    /// refused with.
    pub(crate) fn values_of<'i, E>(
        &self,
        item: &'i Item,
        refused: impl Fn(&KeyPart, Option<&Value>) -> E,
    ) -> Result<KeyValues<'i>, E> {
        let mut values = [&Value::Null; KEY_ATTRIBUTES_MAX];
        for (to, part) in values.iter_mut().zip(self.parts()) {
            match item.get(&part.name) {
                Some(value) if is_of_kind(value, part.kind) => *to = value,
                other => return Err(refused(part, other)),
            }
        }
        let n_partition = self.partition.len();
        Ok(KeyValues { values, n_partition, n_values: n_partition + self.sort.len() })
    }

    /// Checks that no value is empty and none too long, of those that the item has.
    pub(crate) fn check_lengths(
        &self,
        item: &Item,
        empty: impl Fn(&'static str, &str) -> message::Refusal,
    ) -> Checked {
        self.check_lengths_of(self.parts().map(|part| item.get(&part.name)), empty)
    }

    /// Checks that no value is empty and none too long, of those that there are, in order of the parts.
    #[expect(single_use_lifetimes, reason = "a lifetime inside of `impl` must have a name")]
    pub(crate) fn check_lengths_of<'i>(
        &self,
        values: impl Iterator<Item = Option<&'i Value>>,
        empty: impl Fn(&'static str, &str) -> message::Refusal,
    ) -> Checked {
        let mut sort_bytes = 0;
        for (at, (part, value)) in self.parts().zip(values).enumerate() {
            let (length, kind) = match value {
                Some(Value::S(text)) => (text.len(), "string"),
                Some(Value::B(bytes)) => (bytes.len(), "binary"),
                _ => continue,
            };
            if length == 0 {
                return Err(empty(kind, &part.name));
            }
            if at >= self.partition.len() {
                sort_bytes += length;
            } else if length > PARTITION_KEY_BYTES_MAX {
                return Err(message::partition_key_too_long());
            }
        }
        if sort_bytes > SORT_KEY_BYTES_MAX {
            return Err(message::sort_key_too_long());
        }
        Ok(())
    }
}

/// Most attributes of a key: those of an index's partition and sort key.
const KEY_ATTRIBUTES_MAX: usize = 2 * INDEX_KEY_ATTRIBUTES_MAX;

/// The values of a key's attributes, in their kinds.
pub(crate) struct KeyValues<'i> {
    values: [&'i Value; KEY_ATTRIBUTES_MAX],
    n_partition: usize,
    n_values: usize,
}

impl<'i> KeyValues<'i> {
    pub(crate) fn iter(&self) -> impl Iterator<Item = &'i Value> {
        self.values[..self.n_values].iter().copied()
    }

    pub(crate) fn bytes(&self) -> KeyBytes {
        let mut bytes = self.partition();
        self.iter().skip(self.n_partition).for_each(|value| bytes.push(value));
        bytes
    }

    /// The bytes of the partition, with room for the rest.
    fn partition(&self) -> KeyBytes {
        let mut bytes = KeyBytes::with_capacity(self.iter().map(n_bytes).sum());
        self.iter().take(self.n_partition).for_each(|value| bytes.push(value));
        bytes.end_partition()
    }
}

/// How many bytes a value takes in a key, unless it has zero bytes to escape.
pub(crate) fn n_bytes(value: &Value) -> usize {
    match value {
        Value::S(text) => text.len() + TERMINATOR.len(),
        Value::B(bytes) => 2 * bytes.len() + TERMINATOR.len(),
        _ => NUMBER_BYTES,
    }
}

/// Whether the value is of the kind.
pub(crate) fn is_of_kind(value: &Value, kind: KeyKind) -> bool {
    matches!((value, kind), (Value::S(_), KeyKind::S) | (Value::N(_), KeyKind::N) | (Value::B(_), KeyKind::B))
}

/// The bytes of a key, or of the beginning of one.
#[derive(Clone, Debug)]
pub(crate) struct KeyBytes {
    bytes: Vec<u8>,
}

/// What ends a text or bytes.
const TERMINATOR: [u8; 2] = [0, 0];
/// What stands behind a zero byte inside of a text: less than every other byte, and more than the terminator.
const ESCAPE: u8 = 1;
/// What the digits of a number take, at 7 bits a byte.
const DIGITS_BYTES: usize = 19;
/// What a number other than zero takes: its sign, its magnitude and its digits.
const NUMBER_BYTES: usize = 3 + DIGITS_BYTES;

impl KeyBytes {
    /// No values, with room for some.
    pub(crate) fn with_capacity(n_bytes: usize) -> Self {
        let mut bytes = Vec::with_capacity(HASH_BYTES + n_bytes);
        bytes.extend_from_slice(&[0; HASH_BYTES]);
        Self { bytes }
    }

    /// Appends the value of a key attribute. Values of other kinds have no bytes.
    pub(crate) fn push(&mut self, value: &Value) {
        match value {
            Value::S(text) => {
                push_escaped(&mut self.bytes, text.as_bytes());
                self.bytes.extend_from_slice(&TERMINATOR);
            }
            Value::B(bytes) => {
                push_halves(&mut self.bytes, bytes);
                self.bytes.extend_from_slice(&TERMINATOR);
            }
            Value::N(number) => push_number(&mut self.bytes, *number),
            _ => {}
        }
    }

    /// Appends the beginning of a value, which the bytes of every value that begins so begin with.
    pub(crate) fn push_prefix(&mut self, value: &Value) {
        match value {
            Value::S(text) => push_escaped(&mut self.bytes, text.as_bytes()),
            Value::B(bytes) => push_halves(&mut self.bytes, bytes),
            _ => {}
        }
    }

    /// Appends another key: that of the table to that of an index.
    pub(crate) fn push_key(&mut self, key: &StoreKey) {
        self.bytes.extend_from_slice(&key.bytes[HASH_BYTES..]);
    }

    /// Fixes the hash once the partition attributes are in.
    pub(crate) fn end_partition(mut self) -> Self {
        let hash = u32::try_from(hash(&self.bytes[HASH_BYTES..]) >> 32).expect("half of the bits");
        self.bytes[..HASH_BYTES].copy_from_slice(&bytes_of_hash(hash));
        self
    }

    /// How many bytes there are.
    pub(crate) fn len(&self) -> usize {
        self.bytes.len()
    }

    pub(crate) fn to_key(&self) -> StoreKey {
        StoreKey { bytes: self.bytes.as_slice().into() }
    }

    pub(crate) fn into_key(self) -> StoreKey {
        StoreKey { bytes: self.bytes.into() }
    }

    /// The least key after all keys that begin with these bytes.
    pub(crate) fn into_end(mut self) -> StoreKey {
        while let Some(last) = self.bytes.pop() {
            if let Some(next) = last.checked_add(1) {
                self.bytes.push(next);
                return self.into_key();
            }
        }
        unreachable!("the partition's bytes end with a terminator or are a number, which is not all 0xFF")
    }
}

/// Zero bytes are escaped, so that two of them can end a value and sort before every continuation.
fn push_escaped(bytes: &mut Vec<u8>, raw: &[u8]) {
    if !raw.contains(&0) {
        bytes.extend_from_slice(raw);
        return;
    }
    for byte in raw {
        bytes.push(*byte);
        if *byte == 0 {
            bytes.push(ESCAPE);
        }
    }
}

/// Each half of a byte becomes a character that is not zero.
fn push_halves(bytes: &mut Vec<u8>, raw: &[u8]) {
    bytes.extend(raw.iter().flat_map(|byte| [(byte >> 4) + 1, (byte & 0xF) + 1]));
}

const NEGATIVE: u8 = 1;
const ZERO: u8 = 2;
const POSITIVE: u8 = 3;
/// The digits of a coefficient that fills the 38 digits.
const DIGITS: u32 = 38;
/// What makes the magnitude of a number positive, which is -130 at least.
const MAGNITUDE_OFFSET: i32 = 130;

/// The sign, then the magnitude, then the digits; all turned around for negative numbers.
fn push_number(bytes: &mut Vec<u8>, number: Number) {
    if number.is_zero() {
        bytes.push(ZERO);
        return;
    }
    let (is_negative, digits, exponent) = number.to_parts();
    let n_digits = digits.ilog10();
    let magnitude = (i32::from(exponent) + n_digits.cast_signed() + MAGNITUDE_OFFSET).unsigned_abs();
    let full = digits * 10u128.pow(DIGITS - 1 - n_digits);
    let flip = if is_negative { 0x7F } else { 0 };
    bytes.push(if is_negative { NEGATIVE } else { POSITIVE });
    bytes.extend([7, 0].map(|shift| seven_bits(u128::from(magnitude >> shift)) ^ flip));
    bytes.extend((0..DIGITS_BYTES).rev().map(|at| seven_bits(full >> (7 * at)) ^ flip));
}

/// FNV-1a with a final mix: the same on every machine and in every run, as the order of Scan and the ids of
/// records depend on it.
pub(crate) fn hash(bytes: &[u8]) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325u64;
    for byte in bytes {
        hash = (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
    }
    hash = (hash ^ (hash >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
    hash = (hash ^ (hash >> 33)).wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    hash ^ (hash >> 33)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn bytes_of(value: &Value) -> Vec<u8> {
        let mut key = KeyBytes::with_capacity(0);
        key.push(value);
        key.bytes
    }

    fn any_number() -> impl Strategy<Value = Number> {
        (any::<bool>(), 0u64..1_000_000_000_000, -120i32..100).prop_map(|(negative, digits, exponent)| {
            format!("{}{digits}e{exponent}", if negative { "-" } else { "" }).parse().unwrap()
        })
    }

    proptest! {
        #[test]
        fn numbers_sort_by_value(a in any_number(), b in any_number()) {
            prop_assert_eq!(bytes_of(&Value::N(a)).cmp(&bytes_of(&Value::N(b))), a.cmp(&b));
        }

        #[test]
        fn integers_sort_by_value(a in any::<i64>(), b in -100i64..100) {
            let (x, y) = (Value::N(a.into()), Value::N(b.into()));
            prop_assert_eq!(bytes_of(&x).cmp(&bytes_of(&y)), a.cmp(&b));
        }

        #[test]
        fn bytes_sort_as_they_are_and_nothing_after_them_matters(
            a in proptest::collection::vec(0u8..3, 0..5),
            b in proptest::collection::vec(0u8..3, 0..5),
            tail in proptest::collection::vec(any::<u8>(), 0..3),
        ) {
            let (mut x, y) = (bytes_of(&Value::B(a.clone())), bytes_of(&Value::B(b.clone())));
            if a != b {
                x.extend(tail);
            }
            prop_assert_eq!(x.cmp(&y), a.cmp(&b));
        }

        #[test]
        fn a_prefix_bounds_what_begins_with_it(
            prefix in proptest::collection::vec(0u8..3, 0..3),
            value in proptest::collection::vec(0u8..3, 0..5),
        ) {
            let mut low = KeyBytes::with_capacity(0);
            low.push(&Value::S("p".into()));
            let mut key = low.clone();
            key.push(&Value::B(value.clone()));
            low.push_prefix(&Value::B(prefix.clone()));
            let is_inside = low.bytes.as_slice() <= key.bytes.as_slice()
                && key.bytes.as_slice() < &*low.clone().into_end().bytes;
            prop_assert_eq!(is_inside, value.starts_with(&prefix));
        }
    }

    #[test]
    fn the_extremes_of_numbers_have_keys() {
        let texts = [
            "-1E38", "-9E37", "-1", "-1E-130", "0", "1E-130", "0.99", "1", "9.9E37", "1E38", "1.5E38", "1E39",
        ];
        let numbers = texts.map(|text| text.parse().unwrap());
        let all = [Number::MIN].into_iter().chain(numbers).chain([Number::MAX]);
        assert!(all.map(|n| bytes_of(&Value::N(n))).is_sorted_by(|a, b| a < b));
    }
}
