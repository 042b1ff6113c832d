//! The keys of objects, which say whose they are: table, type tag, attribute, primary key, time and chance.

use std::time::{Duration, SystemTime};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::companions::Owner;
use crate::entity::TableSchema;
use crate::object::escaped;
use crate::value::{Item, KeyKind, Value};

/// Longest key of an object.
///
/// Source: [object keys](https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html).
const KEY_BYTES_MAX: usize = 1024;
/// Digits of a time in milliseconds, so that keys sort by it for three hundred years.
const TIME_DIGITS: usize = 13;

impl Owner<'_> {
    /// The key of an object of the item; if that is too long, how long it would be.
    pub(super) fn object_key(&self, attribute: &str, mark: &str) -> Result<String, String> {
        let (prefix, place) = (prefix(self.table, self.entity.tag), self.place());
        let key = format!("{prefix}{}/{place}/{mark}", part(attribute));
        if key.len() <= KEY_BYTES_MAX {
            return Ok(key);
        }
        Err(format!(
            "the key of its object would have {} bytes, and stores take {KEY_BYTES_MAX}; shorten the primary key, or the names of the table and the entity",
            key.len()
        ))
    }

    /// Whether an object is one of the item's.
    pub(super) fn owns(&self, object_key: &str) -> bool {
        let is_of = |tag| {
            let rest = object_key.strip_prefix(&prefix(self.table, tag))?;
            let (_, rest) = rest.split_once('/')?;
            let (place, _) = rest.split_once('/')?;
            Some(place == self.place())
        };
        self.entity.tags().any(|tag| is_of(tag) == Some(true))
    }

    /// The primary key as a part of a key.
    fn place(&self) -> String {
        let names = std::iter::once(self.schema.partition).chain(self.schema.sort);
        let parts = names.filter_map(|key| self.key.get(key.name)).map(|value| match value {
            Value::S(text) => URL_SAFE_NO_PAD.encode(text),
            Value::B(bytes) => URL_SAFE_NO_PAD.encode(bytes),
            Value::N(number) => URL_SAFE_NO_PAD.encode(number.to_string()),
            // Nothing else can be in a key.
            _ => String::new(),
        });
        parts.collect::<Vec<_>>().join(".")
    }
}

/// What the keys of all objects of an entity with this tag begin with.
pub(super) fn prefix(table: &str, tag: &str) -> String {
    format!("{}/{}/", part(table), part(tag))
}

/// What the keys of objects end with that are written at a time: nothing else ever has it.
pub(super) fn mark(at: SystemTime, random: u128) -> String {
    let since = at.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    format!("{:0TIME_DIGITS$}-{random:032x}", since.as_millis())
}

/// What the key of an object says.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct ObjectOf {
    /// The primary key of its item.
    pub(super) owner: Item,
    pub(super) written_at: SystemTime,
}

impl ObjectOf {
    /// What a key says after its prefix; `None` if it is not one of dynorm's.
    pub(super) fn read(schema: &TableSchema, rest: &str) -> Option<Self> {
        let [_, place, mark] = rest.split('/').collect::<Vec<_>>()[..] else { return None };
        let (millis, _) = mark.split_once('-')?;
        let written_at = SystemTime::UNIX_EPOCH.checked_add(Duration::from_millis(millis.parse().ok()?))?;
        let names: Vec<_> = std::iter::once(schema.partition).chain(schema.sort).collect();
        let parts: Vec<&str> = place.split('.').collect();
        if names.len() != parts.len() {
            return None;
        }
        let mut owner = Item::with_capacity(names.len());
        for (key, part) in names.into_iter().zip(parts) {
            let bytes = URL_SAFE_NO_PAD.decode(part).ok()?;
            let text = |bytes| String::from_utf8(bytes).ok();
            let value = match key.kind {
                KeyKind::S => Value::S(text(bytes)?),
                KeyKind::N => Value::N(text(bytes)?.parse().ok()?),
                KeyKind::B => Value::B(bytes),
            };
            owner.insert(key.name, value);
        }
        Some(Self { owner, written_at })
    }
}

/// A name as a part of a key, which is in all stores what it is here.
fn part(name: &str) -> String {
    escaped(name, '!')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::entity::{EntityDescriptor, KeyAttributeSchema};

    const ENTITY: EntityDescriptor =
        EntityDescriptor { tag: "a/B", tag_aliases: &["..", "old"], ..EntityDescriptor::NONE };

    const fn schema(partition: KeyKind, sort: Option<KeyKind>) -> TableSchema {
        TableSchema {
            type_name: "",
            name: "",
            partition: KeyAttributeSchema { name: "PK", kind: partition },
            sort: match sort {
                Some(kind) => Some(KeyAttributeSchema { name: "SK", kind }),
                None => None,
            },
            indexes: &[],
            ttl: None,
            tag: None,
            version: "_v",
            delimiter: '#',
        }
    }

    const TEXTS: TableSchema = schema(KeyKind::S, Some(KeyKind::S));
    const PLAIN: TableSchema = schema(KeyKind::N, Some(KeyKind::B));
    const ALONE: TableSchema = schema(KeyKind::S, None);

    fn check(schema: &'static TableSchema, owner: &Item) {
        let of = Owner { entity: &ENTITY, schema, table: "my.Table", key: owner };
        let at = SystemTime::UNIX_EPOCH + Duration::from_millis(1_700_000_000_123);
        let key = of.object_key("b ody", &mark(at, 7)).unwrap();
        assert!(key.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-.!/".contains(&byte)), "{key}");
        let rest = key.strip_prefix("my!2eTable/a!2fB/").unwrap();
        let expected = ObjectOf { owner: owner.clone(), written_at: at };
        assert_eq!(ObjectOf::read(schema, rest), Some(expected));
        assert!(of.owns(&key));
        assert!(of.owns(&key.replace("/a!2fB/", "/old/")), "the tag was another");
        assert!(!of.owns(&key.replace("my!2eTable", "my")));
        assert!(!of.owns(&key.replace("/a!2fB/", "/b/")));
    }

    proptest! {
        #[test]
        fn a_key_says_whose_the_object_is(text: String, other: String, number: i64, bytes: Vec<u8>) {
            check(&TEXTS, &Item::from([("PK", Value::S(text.clone())), ("SK", Value::S(other))]));
            check(&PLAIN, &Item::from([("PK", Value::N(number.into())), ("SK", Value::B(bytes))]));
            check(&ALONE, &Item::from([("PK", Value::S(text))]));
        }

        #[test]
        fn what_is_no_key_is_passed_over(rest: String) {
            let _ = ObjectOf::read(&TEXTS, &rest);
            prop_assert_eq!(ObjectOf::read(&TEXTS, &format!("x{}", rest.replace('/', ""))), None);
        }
    }

    #[test]
    fn a_key_that_is_too_long_is_refused() {
        let owner = |n| Item::from([("PK", Value::S("x".repeat(n)))]);
        let key = |n| {
            let key = owner(n);
            Owner { entity: &ENTITY, schema: &ALONE, table: "T", key: &key }
                .object_key("body", &mark(SystemTime::UNIX_EPOCH, 1))
        };
        assert_eq!(key(723).map(|key| key.len()), Ok(1024));
        assert!(key(724).unwrap_err().contains("would have 1026 bytes"));
    }

    #[test]
    fn no_name_leads_elsewhere() {
        assert_eq!(["..", "a/b", "é"].map(part), ["!2e!2e", "a!2fb", "!c3!a9"]);
    }
}
