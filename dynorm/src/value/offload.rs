//! Values that are moved out of their item, into an object store: `#[attr(offload)]`.

use std::fmt;
use std::marker::PhantomData;

use super::attribute::{Attribute, DecodeError, EncodeError, MayBeAbsent};
use super::coded::{Coded, Coder};
use super::{Item, Value, packed};

/// A value that may be in an object store instead of its item: the type of fields that are `#[attr(offload)]`.
///
/// In a new entity it has its value. In one that was read it has that too if it was small enough to be stored in the item;
/// if not, it knows where the object is, and [`load`](Self::load) fetches it. `docs/patterns/large_values.md` in the
/// repository says how it is written, and how objects are found that nothing refers to any more.
///
/// ```
/// use dynorm::object::MemoryStore;
/// use dynorm::prelude::*;
///
/// #[derive(Entity)]
/// #[entity(table = "Articles", pk = id)]
/// struct Article {
///     id: u32,
///     #[attr(offload(inline_up_to = 100))]
///     body: Offloaded<String>,
/// }
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> dynorm::Result<()> {
/// let db = Db::new(dynorm_mem::MemBackend::new()).with_object_store(MemoryStore::new());
/// db.create_table::<Article>().await?;
/// let text = "All work and no play. ".repeat(50_000);
/// db.put(&Article { id: 7, body: Offloaded::new(text.clone()) }).await?;
/// let read = db.get(Article::key(7u32)).await?.expect("it was written");
/// assert_eq!((read.body.value(), read.body.size_bytes()), (None, Some(1_100_000)));
/// assert_eq!(read.body.load(&db).await?, text);
/// # Ok(()) }
/// ```
#[derive(Clone)]
pub struct Offloaded<T> {
    content: Content<T>,
}

/// Where an offloaded value is.
#[derive(Clone)]
pub(crate) enum Content<T> {
    Value(T),
    Object(Handle<T>),
}

/// A value that is in an object store, with the way to read it.
#[derive(Clone)]
pub(crate) struct Handle<T> {
    pub(crate) reference: Reference,
    decode: fn(Value) -> Result<T, DecodeError>,
}

impl<T> Offloaded<T> {
    /// A value that is to be written.
    pub const fn new(value: T) -> Self {
        Self { content: Content::Value(value) }
    }

    /// The value, unless it has to be [loaded](Self::load).
    #[must_use]
    pub const fn value(&self) -> Option<&T> {
        match &self.content {
            Content::Value(value) => Some(value),
            Content::Object(_) => None,
        }
    }

    /// How large the object is, if the value is in one.
    #[must_use]
    pub const fn size_bytes(&self) -> Option<u64> {
        match &self.content {
            Content::Value(_) => None,
            Content::Object(handle) => Some(handle.reference.size_bytes),
        }
    }

    /// The key of the object in the store, if the value is in one.
    #[must_use]
    pub fn object_key(&self) -> Option<&str> {
        match &self.content {
            Content::Value(_) => None,
            Content::Object(handle) => Some(&handle.reference.key),
        }
    }

    pub(crate) const fn content(&self) -> &Content<T> {
        &self.content
    }
}

impl<T> Handle<T> {
    /// The value that the object holds, or what was expected instead of it.
    pub(crate) fn read(&self, bytes: Vec<u8>) -> Result<T, String> {
        let expected = self.reference.size_bytes;
        if bytes.len() as u64 != expected {
            return Err(format!("{expected} bytes"));
        }
        let value =
            self.reference.kind.value(bytes).ok_or_else(|| "a value as dynorm writes it".to_owned())?;
        (self.decode)(value).map_err(|error| error.expected().to_owned())
    }
}

impl<T> From<T> for Offloaded<T> {
    fn from(value: T) -> Self {
        Self::new(value)
    }
}

impl<T: Default> Default for Offloaded<T> {
    fn default() -> Self {
        Self::new(T::default())
    }
}

/// Of values that are in objects, those in the same object are equal.
impl<T: PartialEq> PartialEq for Offloaded<T> {
    fn eq(&self, other: &Self) -> bool {
        match (&self.content, &other.content) {
            (Content::Value(one), Content::Value(other)) => one == other,
            (Content::Object(one), Content::Object(other)) => one.reference == other.reference,
            _ => false,
        }
    }
}

impl<T: fmt::Debug> fmt::Debug for Offloaded<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.content {
            Content::Value(value) => f.debug_tuple("Offloaded").field(value).finish(),
            Content::Object(handle) => f.debug_tuple("Offloaded").field(&handle.reference).finish(),
        }
    }
}

/// The way of `#[attr(offload)]`: what `C` stores, or a reference to the object that has it.
///
/// A reference is binary: `DC 0F`, the version of this format, what the object holds (`S`, `B`, or `V` for any other
/// value), its size as eight bytes, the largest first, and its key. Bytes that would be taken for one have `DC 0F`, the
/// version and `I` before them.
#[derive(Clone, Copy, Debug)]
pub struct Offload<C>(PhantomData<fn() -> C>);

/// What the handle of an offloaded attribute is compared with: nothing, as the service may see a reference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OffloadedValue {}

impl Attribute for OffloadedValue {
    type Scalar = Self;

    fn encode(&self) -> Result<Option<Value>, EncodeError> {
        match *self {}
    }

    fn decode(value: Value) -> Result<Self, DecodeError> {
        Err(DecodeError::new("nothing", &value))
    }
}

impl<T, C: Coder<T>> Coder<Offloaded<T>> for Offload<C> {
    type Scalar = OffloadedValue;

    fn encode(value: &Offloaded<T>) -> Result<Option<Value>, EncodeError> {
        match &value.content {
            Content::Value(value) => Ok(C::encode(value)?.map(inline)),
            Content::Object(handle) => Ok(Some(handle.reference.to_value())),
        }
    }

    fn decode(value: Value) -> Result<Offloaded<T>, DecodeError> {
        Ok(match Stored::of(value)? {
            Stored::Inline(value) => Offloaded::new(C::decode(value)?),
            Stored::Object(reference) => {
                Offloaded { content: Content::Object(Handle { reference, decode: C::decode }) }
            }
        })
    }

    fn absent() -> Option<Offloaded<T>> {
        C::absent().map(Offloaded::new)
    }
}

impl<T, C: Coder<T>> Coder<Option<Offloaded<T>>> for Offload<C> {
    type Scalar = OffloadedValue;

    fn encode(value: &Option<Offloaded<T>>) -> Result<Option<Value>, EncodeError> {
        value.as_ref().map_or(Ok(None), <Self as Coder<Offloaded<T>>>::encode)
    }

    fn decode(value: Value) -> Result<Option<Offloaded<T>>, DecodeError> {
        <Self as Coder<Offloaded<T>>>::decode(value).map(Some)
    }

    fn absent() -> Option<Option<Offloaded<T>>> {
        Some(None)
    }
}

#[diagnostic::do_not_recommend]
impl<T, C: Coder<T>> MayBeAbsent for Coded<Option<Offloaded<T>>, Offload<C>> {}

const MAGIC: [u8; 2] = [0xdc, 0x0f];
const VERSION: u8 = 1;
const INLINE: u8 = b'I';

/// What an object holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A text, as UTF-8.
    Text,
    /// Bytes, as they are.
    Bytes,
    /// Any other value, in dynorm's own form.
    Packed,
}

impl Kind {
    const ALL: [(Self, u8); 3] = [(Self::Text, b'S'), (Self::Bytes, b'B'), (Self::Packed, b'V')];

    /// What an object with this value holds.
    fn split(value: Value) -> (Self, Vec<u8>) {
        match value {
            Value::S(text) => (Self::Text, text.into_bytes()),
            Value::B(bytes) => (Self::Bytes, bytes),
            other => {
                let mut bytes = Vec::with_capacity(other.size_bytes());
                packed::write(&other, &mut bytes);
                (Self::Packed, bytes)
            }
        }
    }

    /// The value in an object; `None` if it is damaged.
    fn value(self, bytes: Vec<u8>) -> Option<Value> {
        match self {
            Self::Text => String::from_utf8(bytes).ok().map(Value::S),
            Self::Bytes => Some(Value::B(bytes)),
            Self::Packed => packed::read(&bytes),
        }
    }
}

/// What an item has instead of a value that is in an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Reference {
    pub(crate) key: String,
    kind: Kind,
    pub(crate) size_bytes: u64,
}

impl Reference {
    /// The reference to a value that goes to the object of this key, and the object.
    pub(crate) fn to_new(key: String, value: Value) -> (Self, Vec<u8>) {
        let (kind, bytes) = Kind::split(value);
        (Self { key, kind, size_bytes: bytes.len() as u64 }, bytes)
    }

    /// The reference to a copy of the object.
    pub(crate) fn to_copy(&self, key: String) -> Self {
        Self { key, ..*self }
    }

    pub(crate) fn to_value(&self) -> Value {
        let kind =
            Kind::ALL.iter().find(|(kind, _)| *kind == self.kind).map_or(INLINE, |(_, letter)| *letter);
        let mut bytes = Vec::with_capacity(12 + self.key.len());
        bytes.extend(MAGIC);
        bytes.extend([VERSION, kind]);
        bytes.extend(self.size_bytes.to_be_bytes());
        bytes.extend(self.key.as_bytes());
        Value::B(bytes)
    }

    /// The reference that a stored value is, if it is one.
    pub(crate) fn of(value: &Value) -> Option<Self> {
        let Value::B(stored) = value else { return None };
        let [VERSION, letter, rest @ ..] = stored.strip_prefix(&MAGIC)? else { return None };
        let (_, kind) = Kind::ALL.iter().map(|(kind, of)| (of, *kind)).find(|(of, _)| *of == letter)?;
        let (size, key) = rest.split_first_chunk::<8>()?;
        let key = std::str::from_utf8(key).ok()?.to_owned();
        Some(Self { key, kind, size_bytes: u64::from_be_bytes(*size) })
    }

    /// All references in an item, and in maps in it.
    pub(crate) fn all_in(item: &Item) -> Vec<Self> {
        let of = |(_, value): (_, &Value)| match value {
            Value::M(map) => Self::all_in(map),
            value => Self::of(value).into_iter().collect(),
        };
        item.iter().flat_map(of).collect()
    }
}

/// What is stored of an offloaded value.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Stored {
    Inline(Value),
    Object(Reference),
}

impl Stored {
    pub(crate) fn of(value: Value) -> Result<Self, DecodeError> {
        let Value::B(stored) = &value else { return Ok(Self::Inline(value)) };
        match stored.strip_prefix(&MAGIC) {
            None => Ok(Self::Inline(value)),
            Some([VERSION, INLINE, bytes @ ..]) => Ok(Self::Inline(Value::B(bytes.to_vec()))),
            Some(_) => Reference::of(&value).map(Self::Object).ok_or_else(|| {
                DecodeError::new(format!("a reference to an object, of version {VERSION}"), &value)
            }),
        }
    }
}

/// A value as an item has it.
fn inline(value: Value) -> Value {
    match value {
        // It would be taken for what it is not.
        Value::B(bytes) if bytes.starts_with(&MAGIC) => {
            Value::B([&MAGIC[..], &[VERSION, INLINE], &bytes].concat())
        }
        value => value,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn values() -> impl Strategy<Value = Value> {
        prop_oneof![
            any::<String>().prop_map(Value::S),
            any::<Vec<u8>>().prop_map(Value::B),
            any::<Vec<u8>>().prop_map(|rest| Value::B([MAGIC.to_vec(), rest].concat())),
            any::<Vec<u8>>().prop_map(|rest| Value::B([&MAGIC[..], &[VERSION, b'S'], &rest].concat())),
            any::<i64>().prop_map(|n| Value::N(n.into())),
            prop::collection::vec(any::<String>().prop_map(Value::S), 0..4).prop_map(Value::L),
        ]
    }

    proptest! {
        #[test]
        fn what_is_inline_is_never_taken_for_a_reference(value in values()) {
            let stored = inline(value.clone());
            prop_assert_eq!(Reference::of(&stored), None);
            prop_assert_eq!(Stored::of(stored), Ok(Stored::Inline(value)));
        }

        #[test]
        fn what_is_in_an_object_reads_back(value in values(), key: String) {
            let (reference, bytes) = Reference::to_new(key, value.clone());
            prop_assert_eq!(Stored::of(reference.to_value()), Ok(Stored::Object(reference.clone())));
            prop_assert_eq!(reference.kind.value(bytes), Some(value));
        }

        #[test]
        fn anything_after_the_magic_is_safe(rest: Vec<u8>) {
            let _ = Stored::of(Value::B([&MAGIC[..], &rest].concat()));
        }
    }

    #[test]
    fn texts_and_bytes_are_objects_as_they_are() {
        let bytes = |value| Reference::to_new("k".into(), value).1;
        assert_eq!(bytes(Value::S("äb".into())), "äb".as_bytes());
        assert_eq!(bytes(Value::B(vec![1, 2])), [1, 2]);
    }

    #[test]
    fn an_object_of_another_length_is_damaged() {
        let (reference, _) = Reference::to_new("k".into(), Value::S("ab".into()));
        let handle = Handle { reference, decode: String::decode };
        assert_eq!(handle.read(b"ab".to_vec()), Ok("ab".to_owned()));
        assert_eq!(handle.read(b"a".to_vec()), Err("2 bytes".to_owned()));
        assert_eq!(handle.read(vec![0xff, 0xff]), Err("a value as dynorm writes it".to_owned()));
    }
}
