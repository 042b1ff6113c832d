//! Values and items as DynamoDB JSON: the form of the wire, of exports to S3, and of the console.
//!
//! A value is an object with its type as the only member: `{"S": "x"}`, `{"N": "1"}`, `{"L": [{"BOOL": true}]}`.
//! Numbers are text and bytes are base64.

use std::fmt;
use std::marker::PhantomData;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde::de::{self, DeserializeSeed, MapAccess, SeqAccess, Visitor};
use serde::ser::{self, SerializeMap};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{Item, Number, Value};

/// How deep lists and maps may be nested: more than DynamoDB's 32 levels, so that the service's own words are heard,
/// and far from the end of any stack.
const LEVELS_MAX: u32 = 48;

const TOO_DEEP: &str = "lists and maps are nested more than 48 levels deep";
const EMPTY: &str = "a value without a type, expected one such as {\"S\": \"text\"}";
const NULL_FALSE: &str = "`NULL` can only be true";

/// DynamoDB JSON, with the feature `serde`.
///
/// ```
/// use dynorm::value::{Number, Value};
///
/// let price = Value::N(Number::from(999));
/// assert_eq!(serde_json::to_string(&price)?, r#"{"N":"999"}"#);
/// # Ok::<(), serde_json::Error>(())
/// ```
impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        OfValue { value: self, level: 0 }.serialize(serializer)
    }
}

/// DynamoDB JSON, with the feature `serde`: the attributes in order of name.
///
/// ```
/// use dynorm::value::Item;
///
/// let item = Item::from([("name", "Pro Laptop 15"), ("id", "laptop-001")]);
/// let json = r#"{"id":{"S":"laptop-001"},"name":{"S":"Pro Laptop 15"}}"#;
/// assert_eq!(serde_json::to_string(&item)?, json);
/// assert_eq!(serde_json::from_str::<Item>(json)?, item);
/// # Ok::<(), serde_json::Error>(())
/// ```
impl Serialize for Item {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        OfItem { item: self, level: 0 }.serialize(serializer)
    }
}

struct OfValue<'v> {
    value: &'v Value,
    level: u32,
}

struct OfItem<'v> {
    item: &'v Item,
    level: u32,
}

struct OfList<'v> {
    list: &'v [Value],
    level: u32,
}

impl Serialize for OfValue<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { value, level } = *self;
        if level > LEVELS_MAX {
            return Err(ser::Error::custom(TOO_DEEP));
        }
        let name = value.type_name();
        let mut object = serializer.serialize_map(Some(1))?;
        match value {
            Value::S(text) => object.serialize_entry(name, text),
            Value::N(number) => object.serialize_entry(name, &number.to_string()),
            Value::B(bytes) => object.serialize_entry(name, &BASE64_STANDARD.encode(bytes)),
            Value::Bool(flag) => object.serialize_entry(name, flag),
            Value::Null => object.serialize_entry(name, &true),
            Value::M(item) => object.serialize_entry(name, &OfItem { item, level: level + 1 }),
            Value::L(list) => object.serialize_entry(name, &OfList { list, level: level + 1 }),
            Value::Ss(set) => object.serialize_entry(name, set),
            Value::Ns(set) => {
                object.serialize_entry(name, &set.iter().map(Number::to_string).collect::<Vec<_>>())
            }
            Value::Bs(set) => object.serialize_entry(
                name,
                &set.iter().map(|bytes| BASE64_STANDARD.encode(bytes)).collect::<Vec<_>>(),
            ),
        }?;
        object.end()
    }
}

impl Serialize for OfItem<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let attributes = self.item.iter();
        serializer.collect_map(
            attributes.map(|(name, value)| (name.as_str(), OfValue { value, level: self.level })),
        )
    }
}

impl Serialize for OfList<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.list.iter().map(|value| OfValue { value, level: self.level }))
    }
}

/// DynamoDB JSON, with the feature `serde`: exactly one type, of the ten that DynamoDB has.
///
/// ```
/// use dynorm::value::Value;
///
/// let tags: Value = serde_json::from_str(r#"{"SS": ["new", "sale"]}"#)?;
/// assert_eq!(tags, Value::Ss(vec!["new".into(), "sale".into()]));
///
/// let error = serde_json::from_str::<Value>(r#"{"N": "many"}"#).unwrap_err();
/// assert!(error.to_string().starts_with("\"many\": not a number that DynamoDB can store"));
/// # Ok::<(), serde_json::Error>(())
/// ```
impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Read::<Self>::at(0).deserialize(deserializer)
    }
}

/// DynamoDB JSON, with the feature `serde`. Two attributes of one name are an error.
impl<'de> Deserialize<'de> for Item {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Read::<Self>::at(0).deserialize(deserializer)
    }
}

/// Reads a `T` that is inside `level` lists and maps.
struct Read<T> {
    level: u32,
    of: PhantomData<T>,
}

impl<T> Read<T> {
    fn at(level: u32) -> Self {
        Self { level, of: PhantomData }
    }
}

impl<'de> DeserializeSeed<'de> for Read<Value> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        if self.level > LEVELS_MAX {
            return Err(de::Error::custom(TOO_DEEP));
        }
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Read<Value> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value with its type, such as {\"S\": \"text\"}")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Value, A::Error> {
        let inner = self.level + 1;
        let tag = object.next_key::<Tag>()?.ok_or_else(|| de::Error::custom(EMPTY))?;
        let value = match tag {
            Tag::S => Value::S(object.next_value()?),
            Tag::N => Value::N(object.next_value::<Digits>()?.0),
            Tag::B => Value::B(object.next_value::<Base64>()?.0),
            Tag::Bool => Value::Bool(object.next_value()?),
            Tag::Null if object.next_value()? => Value::Null,
            Tag::Null => return Err(de::Error::custom(NULL_FALSE)),
            Tag::M => Value::M(object.next_value_seed(Read::<Item>::at(inner))?),
            Tag::L => Value::L(object.next_value_seed(Read::<Vec<Value>>::at(inner))?),
            Tag::Ss => Value::Ss(object.next_value()?),
            Tag::Ns => Value::Ns(object.next_value::<Vec<Digits>>()?.into_iter().map(|n| n.0).collect()),
            Tag::Bs => Value::Bs(object.next_value::<Vec<Base64>>()?.into_iter().map(|b| b.0).collect()),
        };
        match object.next_key::<Tag>()? {
            None => Ok(value),
            Some(second) => Err(de::Error::custom(format_args!(
                "a value of two types, `{}` and `{}`, expected exactly one",
                tag.name(),
                second.name()
            ))),
        }
    }
}

impl<'de> DeserializeSeed<'de> for Read<Item> {
    type Value = Item;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Item, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Read<Item> {
    type Value = Item;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object of attributes, such as {\"id\": {\"S\": \"text\"}}")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Item, A::Error> {
        let mut item = Item::new();
        while let Some(name) = object.next_key::<String>()? {
            if item.contains(&name) {
                return Err(de::Error::custom(format_args!("duplicate attribute `{name}`")));
            }
            item.insert(name, object.next_value_seed(Read::<Value>::at(self.level))?);
        }
        Ok(item)
    }
}

impl<'de> DeserializeSeed<'de> for Read<Vec<Value>> {
    type Value = Vec<Value>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Vec<Value>, D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Read<Vec<Value>> {
    type Value = Vec<Value>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of values")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Vec<Value>, A::Error> {
        let mut list = Vec::new();
        while let Some(value) = sequence.next_element_seed(Read::<Value>::at(self.level))? {
            list.push(value);
        }
        Ok(list)
    }
}

/// The type of a value, the name of its only member.
#[derive(Clone, Copy)]
enum Tag {
    S,
    N,
    B,
    Bool,
    Null,
    M,
    L,
    Ss,
    Ns,
    Bs,
}

impl Tag {
    const ALL: [(&'static str, Self); 10] = [
        ("S", Self::S),
        ("N", Self::N),
        ("B", Self::B),
        ("BOOL", Self::Bool),
        ("NULL", Self::Null),
        ("M", Self::M),
        ("L", Self::L),
        ("SS", Self::Ss),
        ("NS", Self::Ns),
        ("BS", Self::Bs),
    ];

    fn name(self) -> &'static str {
        Self::ALL[self as usize].0
    }
}

impl<'de> Deserialize<'de> for Tag {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_identifier(OfText { expected: "the type of a value", read: tag })
    }
}

/// The text of a number.
struct Digits(Number);

impl<'de> Deserialize<'de> for Digits {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(OfText { expected: "a number as text, such as \"9.5\"", read: digits })
    }
}

/// The base64 of bytes.
struct Base64(Vec<u8>);

impl<'de> Deserialize<'de> for Base64 {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(OfText { expected: "bytes as base64", read: bytes })
    }
}

fn tag(text: &str) -> Result<Tag, String> {
    let found = Tag::ALL.iter().find(|(name, _)| *name == text);
    found.map(|(_, tag)| *tag).ok_or_else(|| {
        format!("unknown type `{text}` of a value, expected one of S, N, B, BOOL, NULL, M, L, SS, NS, BS")
    })
}

fn digits(text: &str) -> Result<Digits, String> {
    text.parse().map(Digits).map_err(|error| format!("{text:?}: {error}"))
}

fn bytes(text: &str) -> Result<Base64, String> {
    BASE64_STANDARD.decode(text).map(Base64).map_err(|error| format!("not base64: {error}"))
}

/// Reads text, borrowed or not, without keeping it.
struct OfText<T> {
    expected: &'static str,
    read: fn(&str) -> Result<T, String>,
}

impl<T> Visitor<'_> for OfText<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.expected)
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<T, E> {
        (self.read)(text).map_err(E::custom)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn round_trips(value: &Value, json: &str) {
        assert_eq!(serde_json::to_string(value).unwrap(), json);
        assert_eq!(&serde_json::from_str::<Value>(json).unwrap(), value);
        // The way through a tree of another model reads owned text where the text above was borrowed.
        let tree: serde_json::Value = serde_json::from_str(json).unwrap();
        assert_eq!(&serde_json::from_value::<Value>(tree).unwrap(), value);
    }

    #[track_caller]
    fn refused(json: &str, message: &str) {
        let error = serde_json::from_str::<Value>(json).unwrap_err().to_string();
        assert!(error.starts_with(message), "{error}");
    }

    #[test]
    fn every_kind_of_value_has_its_form() {
        round_trips(&Value::S("a \"b\"".into()), r#"{"S":"a \"b\""}"#);
        round_trips(&Value::N("-1.50".parse().unwrap()), r#"{"N":"-1.5"}"#);
        round_trips(&Value::B(b"sun".to_vec()), r#"{"B":"c3Vu"}"#);
        round_trips(&Value::Bool(false), r#"{"BOOL":false}"#);
        round_trips(&Value::Null, r#"{"NULL":true}"#);
        round_trips(
            &Value::M(Item::from([("b", "2"), ("a", "1")])),
            r#"{"M":{"a":{"S":"1"},"b":{"S":"2"}}}"#,
        );
        round_trips(&Value::L(vec![Value::Null, Value::L(vec![])]), r#"{"L":[{"NULL":true},{"L":[]}]}"#);
        round_trips(&Value::Ss(vec!["x".into(), String::new()]), r#"{"SS":["x",""]}"#);
        round_trips(&Value::Ns(vec![Number::from(1), Number::from(2)]), r#"{"NS":["1","2"]}"#);
        round_trips(&Value::Bs(vec![vec![], vec![0, 255]]), r#"{"BS":["","AP8="]}"#);
    }

    #[test]
    fn what_is_not_a_value_is_refused_with_a_reason() {
        refused("{}", "a value without a type, expected one such as {\"S\": \"text\"}");
        refused(r#"{"S":"x","N":"1"}"#, "a value of two types, `S` and `N`, expected exactly one");
        refused(r#"{"S":"x","S":"y"}"#, "a value of two types, `S` and `S`, expected exactly one");
        refused(r#"{"X":"x"}"#, "unknown type `X` of a value, expected one of S, N, B, BOOL");
        refused(r#"{"N":1}"#, "invalid type: integer `1`, expected a number as text, such as \"9.5\"");
        refused(r#"{"N":"1e126"}"#, "\"1e126\": the magnitude of a number is less than 1E126");
        refused(r#"{"B":"c3V"}"#, "not base64: ");
        refused(r#"{"NULL":false}"#, "`NULL` can only be true");
        refused(r#"{"BOOL":"true"}"#, "invalid type: string \"true\", expected a boolean");
        refused(
            r#""x""#,
            "invalid type: string \"x\", expected a value with its type, such as {\"S\": \"text\"}",
        );
        refused(r#"{"M":[]}"#, "invalid type: sequence, expected an object of attributes");
        refused(r#"{"L":{}}"#, "invalid type: map, expected a list of values");
    }

    #[test]
    fn an_attribute_that_comes_twice_is_refused() {
        let error = serde_json::from_str::<Item>(r#"{"a":{"S":"1"},"a":{"S":"2"}}"#).unwrap_err();
        assert!(error.to_string().starts_with("duplicate attribute `a`"), "{error}");
    }

    fn nested(n_levels: u32) -> Value {
        (0..n_levels).fold(Value::Null, |value, _| Value::L(vec![value]))
    }

    #[test]
    fn nesting_ends_before_the_stack_does() {
        let deepest = serde_json::to_value(nested(LEVELS_MAX)).unwrap();
        assert_eq!(serde_json::from_value::<Value>(deepest.clone()).unwrap(), nested(LEVELS_MAX));
        let too_deep = serde_json::json!({ "L": [deepest] });
        assert_eq!(serde_json::from_value::<Value>(too_deep).unwrap_err().to_string(), TOO_DEEP);
        assert_eq!(serde_json::to_value(nested(LEVELS_MAX + 1)).unwrap_err().to_string(), TOO_DEEP);

        let bomb = r#"{"L":["#.repeat(100_000);
        assert!(serde_json::from_str::<Value>(&bomb).is_err());
    }

    fn any_number() -> impl Strategy<Value = Number> {
        (any::<i64>(), -100..80_i32)
            .prop_map(|(digits, exponent)| format!("{digits}e{exponent}").parse().unwrap())
    }

    fn any_value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            any::<String>().prop_map(Value::S),
            any_number().prop_map(Value::N),
            any::<Vec<u8>>().prop_map(Value::B),
            any::<bool>().prop_map(Value::Bool),
            Just(Value::Null),
            prop::collection::vec(any::<String>(), 0..4).prop_map(Value::Ss),
            prop::collection::vec(any_number(), 0..4).prop_map(Value::Ns),
            prop::collection::vec(any::<Vec<u8>>(), 0..4).prop_map(Value::Bs),
        ];
        leaf.prop_recursive(6, 64, 6, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..6).prop_map(Value::L),
                prop::collection::btree_map(any::<String>(), inner, 0..6)
                    .prop_map(|map| Value::M(map.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(value in any_value()) {
            let json = serde_json::to_string(&value).unwrap();
            prop_assert_eq!(serde_json::from_str::<Value>(&json).unwrap(), value);
        }
    }
}
