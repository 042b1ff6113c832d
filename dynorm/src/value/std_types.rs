//! Attributes of the standard library's types.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::hash::{BuildHasher, Hash};
use std::sync::Arc;

use super::KeyKind;
use super::attribute::{
    Addable, Attribute, DecodeError, Elements, EncodeError, Indexed, KeyValue, List, Mapped, MayBeAbsent,
    Measured, Merged, Numeric, Ordered, Prefixed, Set, Step, Subtractable,
};
use super::{Item, MapKey, Name, Number, Value};

impl Attribute for String {
    type Scalar = Self;

    fn encode(&self) -> Result<Option<Value>, EncodeError> {
        Ok(Some(Value::S(self.clone())))
    }

    fn decode(value: Value) -> Result<Self, DecodeError> {
        match value {
            Value::S(text) => Ok(text),
            other => Err(DecodeError::new("text", &other)),
        }
    }
}

impl KeyValue for String {
    const KIND: KeyKind = KeyKind::S;
}
impl Ordered for String {}
impl Prefixed for String {
    type Prefix = Self;
}
impl Measured for String {}
impl Elements for String {
    type Element = Self;
}

impl Attribute for char {
    type Scalar = Self;

    fn encode(&self) -> Result<Option<Value>, EncodeError> {
        Ok(Some(Value::S(self.to_string())))
    }

    fn decode(value: Value) -> Result<Self, DecodeError> {
        match &value {
            Value::S(text) => text.parse().map_err(|_| DecodeError::new("one character", &value)),
            other => Err(DecodeError::new("one character", other)),
        }
    }
}

impl Attribute for bool {
    type Scalar = Self;

    fn encode(&self) -> Result<Option<Value>, EncodeError> {
        Ok(Some(Value::Bool(*self)))
    }

    fn decode(value: Value) -> Result<Self, DecodeError> {
        match value {
            Value::Bool(flag) => Ok(flag),
            other => Err(DecodeError::new("true or false", &other)),
        }
    }
}

/// A number attribute: encoding into [`Number`] and the operators that all numbers have.
macro_rules! number {
    ($($type:ty)*) => {$(
        impl Ordered for $type {}
        impl Numeric for $type {}
    )*};
}

macro_rules! integer {
    ($($int:ty)*) => {$(
        impl Attribute for $int {
            type Scalar = Self;

            fn encode(&self) -> Result<Option<Value>, EncodeError> {
                integer!(@encode *self)
            }

            fn decode(value: Value) -> Result<Self, DecodeError> {
                decode_integer(value, || format!("an integer from {} to {}", <$int>::MIN, <$int>::MAX))
            }

            integer!(@bytes $int);
        }

        impl KeyValue for $int {
            const KIND: KeyKind = KeyKind::N;
        }
        number!($int);
    )*};
    (@encode $n:expr) => {
        Number::try_from($n).map(|n| Some(Value::N(n))).map_err(|e| EncodeError::new(e.to_string()))
    };
    // A sequence of bytes is one binary value.
    (@bytes u8) => {
        fn encode_sequence(items: &[Self]) -> Result<Value, EncodeError> {
            Ok(Value::B(items.to_vec()))
        }

        fn decode_sequence(value: Value) -> Result<Vec<Self>, DecodeError> {
            match value {
                Value::B(bytes) => Ok(bytes),
                other => Err(DecodeError::new("binary", &other)),
            }
        }

        fn encode_element(&self) -> Result<Option<Value>, EncodeError> {
            Ok(Some(Value::B(vec![*self])))
        }
    };
    (@bytes $int:ty) => {};
}
integer!(u16 u32 u64 u128 i8 i16 i32 i64 i128);

// `u8` by itself, so that the macro above sees the token and not a matched type.
impl Attribute for u8 {
    type Scalar = Self;

    fn encode(&self) -> Result<Option<Value>, EncodeError> {
        integer!(@encode *self)
    }

    fn decode(value: Value) -> Result<Self, DecodeError> {
        decode_integer(value, || format!("an integer from {} to {}", u8::MIN, u8::MAX))
    }

    integer!(@bytes u8);
}
impl KeyValue for u8 {
    const KIND: KeyKind = KeyKind::N;
}
number!(u8);

impl Attribute for usize {
    type Scalar = Self;

    fn encode(&self) -> Result<Option<Value>, EncodeError> {
        integer!(@encode *self as u64)
    }

    fn decode(value: Value) -> Result<Self, DecodeError> {
        decode_integer(value, || format!("an integer from {} to {}", usize::MIN, usize::MAX))
    }
}
number!(usize);

fn decode_integer<T: TryFrom<i128>>(value: Value, expected: impl Fn() -> String) -> Result<T, DecodeError> {
    match &value {
        Value::N(number) => number.to_i128().and_then(|n| T::try_from(n).ok()),
        _ => None,
    }
    .ok_or_else(|| DecodeError::new(expected(), &value))
}

macro_rules! float {
    ($($float:ty)*) => {$(
        impl Attribute for $float {
            type Scalar = Self;

            fn encode(&self) -> Result<Option<Value>, EncodeError> {
                Number::try_from(*self)
                    .map(|n| Some(Value::N(n)))
                    .map_err(|e| EncodeError::new(format!("cannot store {self}: {e}")))
            }

            fn decode(value: Value) -> Result<Self, DecodeError> {
                match value {
                    #[allow(clippy::cast_possible_truncation, reason = "the nearest f32 is what was asked for")]
                    Value::N(number) => Ok(number.to_f64() as $float),
                    other => Err(DecodeError::new("a number", &other)),
                }
            }
        }
        number!($float);
    )*};
}
float!(f32 f64);

impl Attribute for Number {
    type Scalar = Self;

    fn encode(&self) -> Result<Option<Value>, EncodeError> {
        Ok(Some(Value::N(*self)))
    }

    fn decode(value: Value) -> Result<Self, DecodeError> {
        match value {
            Value::N(number) => Ok(number),
            other => Err(DecodeError::new("a number", &other)),
        }
    }
}

impl KeyValue for Number {
    const KIND: KeyKind = KeyKind::N;
}
number!(Number);

/// Any number that can be stored can be added to any number attribute: the service adds exactly.
macro_rules! addable {
    ($($type:ty)*) => {$(
        impl<T: Numeric> Addable<T> for $type {
            fn addend(self) -> Result<Option<Value>, EncodeError> {
                self.encode()
            }
        }

        impl<T: Numeric> Subtractable<T> for $type {}
    )*};
}
addable!(u8 u16 u32 u64 usize u128 i8 i16 i32 i64 i128 f32 f64 Number);

impl<T: Attribute> Attribute for Option<T> {
    type Scalar = T::Scalar;

    fn encode(&self) -> Result<Option<Value>, EncodeError> {
        self.as_ref().map_or(Ok(None), T::encode)
    }

    fn decode(value: Value) -> Result<Self, DecodeError> {
        T::decode(value).map(Some)
    }

    fn absent() -> Option<Self> {
        Some(None)
    }
}

impl<T: Attribute> MayBeAbsent for Option<T> {}

macro_rules! pointer {
    ($($pointer:ident)*) => {$(
        impl<T: Attribute> Attribute for $pointer<T> {
            type Scalar = T::Scalar;

            fn encode(&self) -> Result<Option<Value>, EncodeError> {
                T::encode(self)
            }

            fn decode(value: Value) -> Result<Self, DecodeError> {
                T::decode(value).map(Self::new)
            }

            fn absent() -> Option<Self> {
                T::absent().map(Self::new)
            }
        }
    )*};
}
pointer!(Box Arc);

/// What is borrowed is stored as what owns it; what is read is owned.
impl<T: ToOwned<Owned: Attribute> + ?Sized> Attribute for Cow<'_, T> {
    type Scalar = <T::Owned as Attribute>::Scalar;

    fn encode(&self) -> Result<Option<Value>, EncodeError> {
        match self {
            Self::Borrowed(value) => (*value).to_owned().encode(),
            Self::Owned(value) => value.encode(),
        }
    }

    fn decode(value: Value) -> Result<Self, DecodeError> {
        T::Owned::decode(value).map(Self::Owned)
    }

    fn absent() -> Option<Self> {
        T::Owned::absent().map(Self::Owned)
    }
}

macro_rules! unsized_pointer {
    ($($pointer:ident<$target:ty> as ($($generic:ident)?) $owned:ty;)*) => {$(
        impl$(<$generic: Attribute + Clone>)? Attribute for $pointer<$target> {
            type Scalar = $owned;

            fn encode(&self) -> Result<Option<Value>, EncodeError> {
                unsized_pointer!(@encode self $($generic)?)
            }

            fn decode(value: Value) -> Result<Self, DecodeError> {
                <$owned>::decode(value).map(Self::from)
            }
        }
    )*};
    (@encode $this:ident) => {
        Ok(Some(Value::S((**$this).to_owned())))
    };
    (@encode $this:ident $generic:ident) => {
        $generic::encode_sequence($this).map(Some)
    };
}
unsized_pointer! {
    Box<str> as () String;
    Arc<str> as () String;
    Box<[T]> as (T) Vec<T>;
    Arc<[T]> as (T) Vec<T>;
}

impl<T: Attribute> Attribute for Vec<T> {
    type Scalar = Self;

    fn encode(&self) -> Result<Option<Value>, EncodeError> {
        T::encode_sequence(self).map(Some)
    }

    fn decode(value: Value) -> Result<Self, DecodeError> {
        T::decode_sequence(value)
    }
}

impl KeyValue for Vec<u8> {
    const KIND: KeyKind = KeyKind::B;
}
impl Ordered for Vec<u8> {}
impl Prefixed for Vec<u8> {
    type Prefix = Self;
}
impl<T: Attribute> Measured for Vec<T> {}
impl<T: Attribute> Indexed for Vec<T> {
    type Element = T;
}
impl<T: Attribute> List for Vec<T> {
    type Element = T;
}
impl<T: Attribute> Elements for Vec<T> {
    type Element = T;
}

impl<T: Attribute, const LEN: usize> Attribute for [T; LEN] {
    type Scalar = Self;

    fn encode(&self) -> Result<Option<Value>, EncodeError> {
        T::encode_sequence(self).map(Some)
    }

    fn decode(value: Value) -> Result<Self, DecodeError> {
        let items = T::decode_sequence(value)?;
        let n_items = items.len();
        items.try_into().map_err(|_| DecodeError::other_length(LEN, n_items))
    }
}

impl<T: Attribute, const LEN: usize> Measured for [T; LEN] {}
impl<T: Attribute, const LEN: usize> Indexed for [T; LEN] {
    type Element = T;
}
impl<T: Attribute, const LEN: usize> Elements for [T; LEN] {
    type Element = T;
}

/// Gathers encoded members into the set of their kind; all members of one Rust type are of one kind.
fn encode_set<'a, T: Attribute + 'a>(
    members: impl Iterator<Item = &'a T>,
) -> Result<Option<Value>, EncodeError> {
    let mut set: Option<Value> = None;
    for member in members {
        match (member.encode()?, &mut set) {
            (Some(Value::S(text)), Some(Value::Ss(all))) => all.push(text),
            (Some(Value::S(text)), None) => set = Some(Value::Ss(vec![text])),
            (Some(Value::N(number)), Some(Value::Ns(all))) => all.push(number),
            (Some(Value::N(number)), None) => set = Some(Value::Ns(vec![number])),
            (Some(Value::B(bytes)), Some(Value::Bs(all))) => all.push(bytes),
            (Some(Value::B(bytes)), None) => set = Some(Value::Bs(vec![bytes])),
            _ => return Err(EncodeError::new("a set holds texts, numbers or byte strings, all of one kind")),
        }
    }
    if let Some(Value::Ns(numbers)) = &mut set {
        numbers.sort_unstable();
        // Two Rust values can be one number, as `0.0` and `-0.0` are.
        numbers.dedup();
    }
    Ok(set)
}

fn decode_set<T: Attribute, C: FromIterator<T>>(value: Value) -> Result<C, DecodeError> {
    match value {
        Value::Ss(all) => all.into_iter().map(|text| T::decode(Value::S(text))).collect(),
        Value::Ns(all) => all.into_iter().map(|number| T::decode(Value::N(number))).collect(),
        Value::Bs(all) => all.into_iter().map(|bytes| T::decode(Value::B(bytes))).collect(),
        other => Err(DecodeError::new("a set", &other)),
    }
}

macro_rules! set {
    ($(($($generics:tt)*) $set:ty;)*) => {$(
        impl<$($generics)*> Attribute for $set {
            type Scalar = Self;

            fn encode(&self) -> Result<Option<Value>, EncodeError> {
                encode_set(self.iter())
            }

            fn decode(value: Value) -> Result<Self, DecodeError> {
                decode_set(value)
            }

            fn absent() -> Option<Self> {
                Some(Self::default())
            }
        }

        impl<$($generics)*> MayBeAbsent for $set {}
        impl<$($generics)*> Measured for $set {}
        impl<$($generics)*> Set for $set {}
        impl<$($generics)*> Elements for $set {
            type Element = T;
        }
        impl<$($generics)*> Addable<$set> for $set {
            fn addend(self) -> Result<Option<Value>, EncodeError> {
                self.encode()
            }
        }
    )*};
}
set! {
    (T: Attribute + Ord) BTreeSet<T>;
    (T: Attribute + Eq + Hash, S: BuildHasher + Default) HashSet<T, S>;
}

fn encode_map<'a, K: MapKey + 'a, T: Attribute + 'a>(
    entries: impl Iterator<Item = (&'a K, &'a T)>,
) -> Result<Option<Value>, EncodeError> {
    let mut map = Vec::new();
    for (key, entry) in entries {
        let name = Name::from(key.name().into_owned());
        if let Some(value) = entry.encode().map_err(|e| e.inside(Step::Name(name.clone())))? {
            map.push((name, value));
        }
    }
    Ok(Some(Value::M(map.into_iter().collect())))
}

fn decode_map<K: MapKey, T: Attribute, C: FromIterator<(K, T)>>(value: Value) -> Result<C, DecodeError> {
    let decode = |(name, value): (Name, Value)| {
        let key = K::from_name(&name).ok_or_else(|| {
            let short = std::any::type_name::<K>().rsplit("::").next().unwrap_or_default();
            DecodeError::new(format!("the name of an entry that is a `{short}`"), &Value::from(name.as_str()))
        });
        let entry = key.and_then(|key| Ok((key, T::decode(value)?)));
        entry.map_err(|error| error.inside(Step::Name(name)))
    };
    Item::decode(value)?.into_iter().map(decode).collect()
}

macro_rules! map {
    ($(($($generics:tt)*) $map:ty;)*) => {$(
        impl<$($generics)*> Attribute for $map {
            type Scalar = Self;

            fn encode(&self) -> Result<Option<Value>, EncodeError> {
                encode_map(self.iter())
            }

            fn decode(value: Value) -> Result<Self, DecodeError> {
                decode_map(value)
            }
        }

        impl<$($generics)*> Measured for $map {}
        impl<$($generics)*> Mapped for $map {
            type Key = K;
            type Entry = T;
        }
        impl<$($generics)*> Merged for $map {}
    )*};
}
map! {
    (K: MapKey + Ord, T: Attribute) BTreeMap<K, T>;
    (K: MapKey + Eq + Hash, T: Attribute, S: BuildHasher + Default) HashMap<K, T, S>;
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fmt::Debug;

    #[track_caller]
    fn stored<T: Attribute + PartialEq + Debug>(rust: T, value: impl Into<Option<Value>>) {
        let value = value.into();
        assert_eq!(rust.encode().unwrap(), value);
        let read = value.map_or_else(|| T::absent().unwrap(), |value| T::decode(value).unwrap());
        assert_eq!(read, rust);
    }

    #[test]
    fn types_are_stored_as_documented() {
        stored(String::new(), Value::from(""));
        stored('é', Value::from("é"));
        stored(true, Value::Bool(true));
        stored(u64::MAX, Value::N(Number::from(u64::MAX)));
        stored(i8::MIN, Value::N(Number::from(-128)));
        stored(0.25f32, Value::N("0.25".parse().unwrap()));
        stored(vec![1u8, 2], Value::B(vec![1, 2]));
        stored([1u8, 2], Value::B(vec![1, 2]));
        stored(vec![1u16, 2], Value::L(vec![Value::N(1.into()), Value::N(2.into())]));
        stored(BTreeSet::from([2, 1]), Value::Ns(vec![1.into(), 2.into()]));
        stored(HashSet::from([String::from("a")]), Value::Ss(vec!["a".into()]));
        stored(BTreeSet::from([vec![7u8]]), Value::Bs(vec![vec![7]]));
        stored(BTreeSet::<String>::new(), None);
        stored(None::<u8>, None);
        stored(Some(Box::new(1u8)), Value::N(1.into()));
        stored(HashMap::from([(String::from("k"), 1u8)]), Value::M([("k", Value::N(1.into()))].into()));
    }

    #[test]
    fn errors_say_where_in_a_container() {
        let bad = Value::L(vec![Value::M([("n", Value::from("x"))].into())]);
        let error = Vec::<BTreeMap<String, u8>>::decode(bad).unwrap_err();
        assert_eq!(error.to_string(), "`[0].n`: expected an integer from 0 to 255, found S \"x\"");
        let error = BTreeMap::from([(String::from("n"), vec![f64::NAN])]).encode().unwrap_err();
        assert_eq!(error.to_string(), "`n[0]`: cannot store NaN: not a number that DynamoDB can store");
    }

    #[test]
    fn integers_out_of_range_or_with_a_fraction_are_refused() {
        for text in ["256", "-1", "0.5", "1E30"] {
            assert!(u8::decode(Value::N(text.parse().unwrap())).is_err(), "{text}");
        }
        assert!(u128::MAX.encode().is_err());
    }
}
