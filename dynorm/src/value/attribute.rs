//! The conversion of Rust types to attribute values and back, and which operators a type has.

use std::borrow::Cow;
use std::fmt;

use super::{Item, Name, Value};

/// A Rust type that can be stored in an attribute.
///
/// Implemented for the types of the standard library that DynamoDB has a kind of value for, for those behind the
/// features that are named after their crates, and by `#[derive(Attribute)]` for your own structs and enums.
///
/// | Rust | DynamoDB |
/// |---|---|
/// | `String`, `char`, `Uuid`, `Ulid`, `Url`, dates and times | S |
/// | integers, `f32`, `f64`, `Decimal`, `BigDecimal`, [`Expiry`](crate::Expiry) | N |
/// | `Vec<u8>`, `[u8; N]`, `Bytes` | B |
/// | `bool` | BOOL |
/// | `Vec<T>`, `[T; N]`, tuples | L |
/// | structs, `HashMap<K, T>`, `BTreeMap<K, T>` with keys that are [`MapKey`](crate::value::MapKey)s | M |
/// | enums | S or M, as [`#[derive(Attribute)]`](macro@crate::Attribute) says |
/// | `Box<T>`, `Arc<T>`, `Cow<T>` | as `T` |
/// | `HashSet<T>`, `BTreeSet<T>` of texts, numbers or bytes | SS, NS, BS; an empty set is an absent attribute |
/// | `Option<T>` | as `T`; `None` is an absent attribute |
/// | [`Nullable<T>`] | as `T`; its `Null` is NULL |
///
/// ```
/// use dynorm::value::{Attribute, Value};
///
/// assert_eq!(7u8.encode()?, Some(Value::N(7.into())));
/// assert_eq!(None::<u8>.encode()?, None);
/// assert!(f64::NAN.encode().is_err());
/// let error = u8::decode(Value::from("seven")).unwrap_err();
/// assert_eq!(error.to_string(), r#"expected an integer from 0 to 255, found S "seven""#);
/// # Ok::<(), dynorm::value::EncodeError>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be stored in a DynamoDB attribute",
    label = "not an attribute type",
    note = "derive `dynorm::Attribute` for `{Self}`; a type of another crate needs the feature of dynorm that is named after that (`chrono`, `uuid`, ...), or `#[attr(serde)]` or `#[attr(with = module)]` on the field",
    note = "what is read from an item is owned: write `String` for `&str`, and `Vec<u8>` for `&[u8]`"
)]
pub trait Attribute: Sized {
    /// What the operators of a typed expression compare: the type itself, and for `Option<T>` that of `T`.
    type Scalar: Attribute;

    /// The value to store, or `None` where the attribute is to be absent.
    ///
    /// # Errors
    ///
    /// If DynamoDB has no such value, such as NaN or a number of 39 digits.
    fn encode(&self) -> Result<Option<Value>, EncodeError>;

    /// Reads a stored value.
    ///
    /// # Errors
    ///
    /// If the value is of another kind, or out of the type's range.
    fn decode(value: Value) -> Result<Self, DecodeError>;

    /// What an absent attribute reads as, or `None` if the attribute must be there.
    #[must_use]
    fn absent() -> Option<Self> {
        None
    }

    /// Stores a sequence; bytes are not a list but one binary value.
    #[doc(hidden)]
    fn encode_sequence(items: &[Self]) -> Result<Value, EncodeError> {
        let encode = |(at, item): (usize, &Self)| {
            let value = item.encode().map_err(|e| e.inside(Step::Index(at)))?;
            value.ok_or_else(|| {
                EncodeError::new("a list element must have a value: use `Nullable<T>`")
                    .inside(Step::Index(at))
            })
        };
        Ok(Value::L(items.iter().enumerate().map(encode).collect::<Result<_, _>>()?))
    }

    /// Reads a sequence.
    #[doc(hidden)]
    fn decode_sequence(value: Value) -> Result<Vec<Self>, DecodeError> {
        let Value::L(items) = value else { return Err(DecodeError::new("a list", &value)) };
        let decode = |(at, item)| Self::decode(item).map_err(|e| e.inside(Step::Index(at)));
        items.into_iter().enumerate().map(decode).collect()
    }

    /// The value that `contains` looks for in a sequence of these.
    #[doc(hidden)]
    fn encode_element(&self) -> Result<Option<Value>, EncodeError> {
        self.encode()
    }
}

/// A type that can be a partition or sort key by itself, without a template: stored as S, N or B.
///
/// Floats are not: two floats that print alike need not be equal, and an item could not be found again.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a key attribute",
    label = "not a key type",
    note = "a key is text, an exact number or bytes; write a key template in quotes, such as `pk = \"USER#{{id}}\"`, to build one from other types"
)]
pub trait KeyValue: Attribute {
    /// The kind of value that the key attribute has.
    const KIND: super::KeyKind;
}

/// A type whose attribute may be absent: `Option`, sets.
#[diagnostic::on_unimplemented(
    message = "an attribute of type `{Self}` cannot be removed",
    label = "the entity could not be read without it",
    note = "declare the field as `Option<{Self}>`, or give it `#[attr(default)]`"
)]
pub trait MayBeAbsent: Attribute {}

/// A type with an order that DynamoDB compares by: text, numbers, bytes, times.
#[diagnostic::on_unimplemented(
    message = "attributes of type `{Self}` have no order",
    label = "cannot be compared with `<`, `<=`, `>`, `>=` or `between`",
    note = "DynamoDB orders text, numbers and binary; use `eq` or `ne`"
)]
pub trait Ordered: Attribute {}

/// A type that has beginnings: text and bytes.
#[diagnostic::on_unimplemented(
    message = "`begins_with` needs text or binary, not `{Self}`",
    label = "has no prefix",
    note = "DynamoDB knows `begins_with` on S and B only; for numbers and times use `between` or a comparison"
)]
pub trait Prefixed: Attribute {
    /// What a value begins with: of the same type.
    type Prefix: Attribute;
}

/// A type that has a size: text, bytes, sets, lists and maps.
#[diagnostic::on_unimplemented(
    message = "`size` needs text, binary, a set, a list or a map, not `{Self}`",
    label = "has no size",
    note = "compare the attribute itself: `.eq(..)`, `.lt(..)`, `.between(..)`"
)]
pub trait Measured: Attribute {}

/// A number, which can be subtracted from.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a number",
    label = "not a number",
    note = "name an attribute whose type is stored as a number: an integer, a float, a `Decimal`, a `Number`"
)]
pub trait Numeric: Attribute {}

/// A list, whose elements can be reached by their position.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a list",
    label = "not a list",
    note = "positions are of a `Vec<T>` or an array; a member of a struct is reached by `.at(..)`, an entry of a map by `.key(..)`"
)]
pub trait Indexed: Attribute {
    /// The type of the list's elements.
    type Element: Attribute;
}

/// A list of any length, which can be appended to.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a list",
    label = "not a list",
    note = "use `set` to replace the value, or make the field a `Vec`"
)]
pub trait List: Attribute {
    /// The type of the list's elements.
    type Element: Attribute;
}

/// A map with keys that the program chooses, whose entries can be reached.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a map with entries",
    label = "not a map",
    note = "entries are of a `HashMap<String, T>` or `BTreeMap<String, T>`; a member of a struct is reached by `.at(..)`"
)]
pub trait Mapped: Attribute {
    /// The type of the keys.
    type Key: super::MapKey;
    /// The type of the map's entries.
    type Entry: Attribute;
}

/// A struct around one value that is stored as that value: [`Attr::inner`](crate::Attr::inner).
///
/// `#[derive(Attribute)]` implements it for structs with one field without a name, and with `#[attr(transparent)]` for
/// those with one field that has a name.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not stored as another type",
    label = "not a struct around one value",
    note = "`.inner()` leads into structs around one value that derive `Attribute`; members of others are reached by `.at(..)`"
)]
pub trait Transparent: Attribute {
    /// The type of the value.
    type Inner: Attribute;
}

/// A struct or map, whose members can be set one by one: `Update::merge`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a struct or map whose members could be merged",
    label = "not a map",
    note = "use `set` to replace the value"
)]
pub trait Merged: Attribute {}

/// A set, which elements can be deleted from.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a set",
    label = "not a set",
    note = "use `set` to replace the value, or make the field a `HashSet` or `BTreeSet`"
)]
pub trait Set: Attribute {}

/// A type that `contains` looks into: text, sets and lists.
#[diagnostic::on_unimplemented(
    message = "`contains` needs text, a set or a list, not `{Self}`",
    label = "contains nothing",
    note = "compare the attribute itself: `.eq(..)`, or `.is_in([..])` for one of several values"
)]
pub trait Elements: Attribute {
    /// What is looked for.
    type Element: Attribute;
}

/// What can be added to an attribute of type `T`: a number to a number, elements to a set.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be added to an attribute of type `{T}`",
    label = "DynamoDB adds numbers to numbers and sets to sets",
    note = "use `set` to replace the value, or `append` for lists"
)]
pub trait Addable<T> {
    /// The operand of ADD; `None` where there is nothing to add.
    ///
    /// # Errors
    ///
    /// If the operand cannot be stored.
    fn addend(self) -> Result<Option<Value>, EncodeError>;
}

/// What can be subtracted from an attribute of type `T`: a number from a number.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be subtracted from an attribute of type `{T}`",
    label = "DynamoDB subtracts numbers from numbers",
    note = "use `set` to replace the value, or `delete` for elements of sets"
)]
pub trait Subtractable<T>: Addable<T> {}

/// A point in time that can be a time to live, which DynamoDB wants as whole seconds since 1970.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a time to live",
    label = "not a timestamp",
    note = "DynamoDB expires items by a number of seconds since 1970; use `dynorm::Expiry` or `chrono::DateTime<Utc>`, or an `Option` of them"
)]
pub trait Timestamp: Sized {
    /// What is stored: [`Expiry`](crate::Expiry), or an `Option` of it.
    type Stored: Attribute;

    /// Seconds since 1970-01-01T00:00:00Z, or `None` for a time that is not set.
    fn to_epoch_seconds(&self) -> Option<i64>;

    /// The time at `seconds` since 1970-01-01T00:00:00Z, or `None` if it is out of the type's range.
    fn from_epoch_seconds(seconds: i64) -> Option<Self>;

    /// What an absent time to live reads as, or `None` if it must be there.
    #[must_use]
    fn unset() -> Option<Self> {
        None
    }
}

impl<T: Timestamp> Timestamp for Option<T> {
    type Stored = Option<T::Stored>;

    fn to_epoch_seconds(&self) -> Option<i64> {
        self.as_ref().and_then(T::to_epoch_seconds)
    }

    fn from_epoch_seconds(seconds: i64) -> Option<Self> {
        T::from_epoch_seconds(seconds).map(Some)
    }

    fn unset() -> Option<Self> {
        Some(None)
    }
}

/// A value or DynamoDB's NULL, where `Option` would mean an absent attribute.
///
/// ```
/// use dynorm::value::{Attribute, Nullable, Value};
///
/// assert_eq!(Nullable::<u8>::Null.encode()?, Some(Value::Null));
/// assert_eq!(Nullable::<u8>::decode(Value::Null), Ok(Nullable::Null));
/// # Ok::<(), dynorm::value::EncodeError>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Nullable<T> {
    /// The null value, stored.
    #[default]
    Null,
    /// A value.
    Value(T),
}

impl<T: Attribute> Attribute for Nullable<T> {
    type Scalar = T::Scalar;

    fn encode(&self) -> Result<Option<Value>, EncodeError> {
        match self {
            Self::Null => Ok(Some(Value::Null)),
            Self::Value(value) => value.encode(),
        }
    }

    fn decode(value: Value) -> Result<Self, DecodeError> {
        if value == Value::Null { Ok(Self::Null) } else { T::decode(value).map(Self::Value) }
    }
}

/// One step of a path into an attribute.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Step {
    /// Into the map entry, or the attribute, of this name.
    Name(Name),
    /// To the list element at this position, from 0.
    Index(usize),
}

/// Writes a path as DynamoDB writes it: `address.lines[0]`.
pub(crate) fn write_path(steps: &[Step], f: &mut impl fmt::Write) -> fmt::Result {
    for (at, step) in steps.iter().enumerate() {
        match step {
            Step::Name(name) if at == 0 => f.write_str(name)?,
            Step::Name(name) => write!(f, ".{name}")?,
            Step::Index(index) => write!(f, "[{index}]")?,
        }
    }
    Ok(())
}

/// The path of an attribute of the item itself.
pub(crate) fn top(name: impl Into<Name>) -> Vec<Step> {
    vec![Step::Name(name.into())]
}

/// A path as DynamoDB writes it.
pub(crate) fn path_text(steps: &[Step]) -> String {
    let mut text = String::new();
    // Text takes all that is written into it.
    let _ = write_path(steps, &mut text);
    text
}

/// Why a Rust value cannot be stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EncodeError {
    path: Vec<Step>,
    reason: Cow<'static, str>,
}

impl EncodeError {
    /// An error at the value itself.
    #[must_use]
    pub fn new(reason: impl Into<Cow<'static, str>>) -> Self {
        Self { path: Vec::new(), reason: reason.into() }
    }

    /// The same error, seen from the list or map that holds the value at `step`.
    #[must_use]
    pub fn inside(mut self, step: Step) -> Self {
        self.path.insert(0, step);
        self
    }

    /// The same error without what it tells of the value, if that is in one of these attributes.
    pub(crate) fn concealed(mut self, names: &[&str]) -> Self {
        if is_sensitive(&self.path, names) {
            self.path.truncate(1);
            self.reason = "the sensitive value cannot be stored".into();
        }
        self
    }
}

/// Whether a path leads into an attribute that is sensitive, or one of these.
fn is_sensitive(path: &[Step], names: &[&str]) -> bool {
    matches!(path.first(), Some(Step::Name(name)) if name.is_sensitive() || names.contains(&name.as_str()))
}

/// Whether a path leads into a sensitive attribute.
pub(crate) fn leads_into_sensitive(path: &[Step]) -> bool {
    is_sensitive(path, &[])
}

impl fmt::Display for EncodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.path.is_empty() {
            f.write_str("`")?;
            write_path(&self.path, f)?;
            f.write_str("`: ")?;
        }
        f.write_str(&self.reason)
    }
}

impl std::error::Error for EncodeError {}

/// Why a stored value is not one of the Rust type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecodeError {
    path: Vec<Step>,
    expected: Cow<'static, str>,
    found: String,
}

impl DecodeError {
    /// An error at the value itself: `expected` says what the type reads, as "a list" or "an integer from 0 to 9".
    #[must_use]
    pub fn new(expected: impl Into<Cow<'static, str>>, found: &Value) -> Self {
        Self { path: Vec::new(), expected: expected.into(), found: found.describe() }
    }

    /// An error about a sequence of another length.
    pub(crate) fn other_length(expected: usize, found: usize) -> Self {
        let elements = |n| if n == 1 { "1 element".to_owned() } else { format!("{n} elements") };
        Self { path: Vec::new(), expected: elements(expected).into(), found: elements(found) }
    }

    /// An error about an attribute that is not there.
    #[must_use]
    pub fn missing(expected: impl Into<Cow<'static, str>>) -> Self {
        Self { path: Vec::new(), expected: expected.into(), found: "nothing".to_owned() }
    }

    /// The same error, seen from the list or map that holds the value at `step`.
    #[must_use]
    pub fn inside(mut self, step: Step) -> Self {
        self.path.insert(0, step);
        self
    }

    /// The same error without what it tells of the value, if that is in one of these attributes.
    pub(crate) fn concealed(mut self, names: &[&str]) -> Self {
        if is_sensitive(&self.path, names) {
            self.path.truncate(1);
            self.expected = "a value of its type".into();
            if self.found != "nothing" {
                self.found = String::from("a sensitive value");
            }
        }
        self
    }

    /// Where in the item the value is.
    #[must_use]
    pub fn path(&self) -> &[Step] {
        &self.path
    }

    /// What the Rust type reads.
    #[must_use]
    pub fn expected(&self) -> &str {
        &self.expected
    }

    /// What is stored: the kind of the value, and the value if it is short.
    #[must_use]
    pub fn found(&self) -> &str {
        &self.found
    }
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.path.is_empty() {
            f.write_str("`")?;
            write_path(&self.path, f)?;
            f.write_str("`: ")?;
        }
        write!(f, "expected {}, found {}", self.expected, self.found)
    }
}

impl std::error::Error for DecodeError {}

/// Any value, as it is stored.
impl Attribute for Value {
    type Scalar = Self;

    fn encode(&self) -> Result<Option<Value>, EncodeError> {
        Ok(Some(self.clone()))
    }

    fn decode(value: Value) -> Result<Self, DecodeError> {
        Ok(value)
    }
}

/// Any map, as it is stored.
impl Attribute for Item {
    type Scalar = Self;

    fn encode(&self) -> Result<Option<Value>, EncodeError> {
        Ok(Some(Value::M(self.clone())))
    }

    fn decode(value: Value) -> Result<Self, DecodeError> {
        match value {
            Value::M(map) => Ok(map),
            other => Err(DecodeError::new("a map", &other)),
        }
    }
}

impl Measured for Item {}
impl Merged for Item {}
