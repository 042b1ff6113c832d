//! DynamoDB's data: ten kinds of value, exact numbers, items, and the conversion of Rust types to them.
//!
//! Nothing here knows the AWS SDK, a key template or an operation: the library and the in-memory engine share
//! this room.

mod attribute;
mod coded;
mod compress;
mod convert;
mod expiry;
mod item;
#[cfg(feature = "serde")]
mod json;
mod list;
mod map_key;
mod members;
mod number;
mod offload;
mod packed;
mod std_types;
mod tagged;

#[cfg(feature = "bigdecimal")]
mod bigdecimal;
#[cfg(feature = "bytes")]
mod bytes;
#[cfg(feature = "chrono")]
mod chrono;
#[cfg(feature = "jiff")]
mod jiff;
#[cfg(feature = "rust_decimal")]
mod rust_decimal;
#[cfg(feature = "time")]
mod time;
#[cfg(feature = "ulid")]
mod ulid;
#[cfg(feature = "url")]
mod url;
#[cfg(feature = "uuid")]
mod uuid;

pub use self::attribute::{
    Addable, Attribute, DecodeError, Elements, EncodeError, Indexed, KeyValue, List, Mapped, MayBeAbsent,
    Measured, Merged, Nullable, Numeric, Ordered, Prefixed, Set, Step, Subtractable, Timestamp, Transparent,
};
pub(crate) use self::attribute::{leads_into_sensitive, path_text, top, write_path};
#[cfg(feature = "chrono")]
pub(crate) use self::chrono::{date_text, instant_text};
pub use self::coded::{Coded, Coder, Serde};
#[doc(hidden)]
pub use self::compress::Plain;
pub use self::compress::{Compress, Compressed};
pub use self::convert::Arg;
pub use self::expiry::Expiry;
pub(crate) use self::item::Concealed;
pub use self::item::{Item, Name, Names, Values};
#[cfg(feature = "jiff")]
pub(crate) use self::jiff::{civil_date_text, timestamp_text};
#[doc(hidden)]
pub use self::list::{ListReader, ListWriter};
pub use self::map_key::MapKey;
#[doc(hidden)]
pub use self::members::{MapReader, put_encoded, put_member, put_members};
pub use self::members::{MemberNames, Members};
pub use self::number::{Number, NumberError};
pub(crate) use self::offload::{Content, Reference, Stored};
pub use self::offload::{Offload, Offloaded, OffloadedValue};
#[cfg(feature = "time")]
pub(crate) use self::time::{parse_time, parse_time_date, time_date_text, time_text};

#[doc(hidden)]
pub use self::tagged::{Opened, Tagging, Variants};

/// One DynamoDB attribute value.
///
/// The variants bear the wire's names, because that is what the AWS documentation and every console show.
/// Sets are vectors: the order of their members means nothing and equality ignores it. An empty set or a set with
/// duplicates can be written down but no backend accepts it.
///
/// Source: [data types](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html).
///
/// ```
/// use dynorm::value::Value;
///
/// let tags = Value::Ss(vec!["new".into(), "sale".into()]);
/// assert_eq!(tags, Value::Ss(vec!["sale".into(), "new".into()]));
/// assert_eq!(tags.type_name(), "SS");
/// ```
#[derive(Clone, Debug)]
pub enum Value {
    /// Text, UTF-8.
    S(String),
    /// A number of up to 38 digits.
    N(Number),
    /// Bytes.
    B(Vec<u8>),
    /// True or false.
    Bool(bool),
    /// The null value, which is not the same as an absent attribute.
    Null,
    /// A map of named values.
    M(Item),
    /// A list of values of any kinds.
    L(Vec<Value>),
    /// A set of distinct texts.
    Ss(Vec<String>),
    /// A set of distinct numbers.
    Ns(Vec<Number>),
    /// A set of distinct byte strings.
    Bs(Vec<Vec<u8>>),
}

/// What a list or a map costs on top of its members, in bytes.
const CONTAINER_BYTES: usize = 3;
/// What each member of a list or a map costs on top of itself, in bytes.
const MEMBER_BYTES: usize = 1;

impl Value {
    /// The kind of this value.
    #[must_use]
    pub const fn kind(&self) -> ValueKind {
        match self {
            Self::S(_) => ValueKind::S,
            Self::N(_) => ValueKind::N,
            Self::B(_) => ValueKind::B,
            Self::Bool(_) => ValueKind::Bool,
            Self::Null => ValueKind::Null,
            Self::M(_) => ValueKind::M,
            Self::L(_) => ValueKind::L,
            Self::Ss(_) => ValueKind::Ss,
            Self::Ns(_) => ValueKind::Ns,
            Self::Bs(_) => ValueKind::Bs,
        }
    }

    /// The wire's name of this kind of value: `S`, `N`, `B`, `BOOL`, `NULL`, `M`, `L`, `SS`, `NS` or `BS`.
    #[must_use]
    pub const fn type_name(&self) -> &'static str {
        self.kind().name()
    }

    /// What DynamoDB counts for this value against the 400 KB of an item, in bytes.
    ///
    /// Source: [item sizes](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html);
    /// the size of numbers was observed on the service.
    ///
    /// ```
    /// use dynorm::value::Value;
    ///
    /// assert_eq!(Value::S("héllo".into()).size_bytes(), 6);
    /// assert_eq!(Value::L(vec![Value::Null, Value::Bool(true)]).size_bytes(), 3 + 2 * (1 + 1));
    /// ```
    #[must_use]
    pub fn size_bytes(&self) -> usize {
        self.size_of(Number::size_bytes)
    }

    /// The size, in which a number has as many bytes as `number` says.
    fn size_of(&self, number: impl Fn(Number) -> usize + Copy) -> usize {
        match self {
            Self::S(text) => text.len(),
            Self::N(n) => number(*n),
            Self::B(bytes) => bytes.len(),
            Self::Bool(_) | Self::Null => 1,
            Self::M(map) => CONTAINER_BYTES + map.len() * MEMBER_BYTES + map.size_of(number),
            Self::L(list) => {
                CONTAINER_BYTES + list.iter().map(|v| MEMBER_BYTES + v.size_of(number)).sum::<usize>()
            }
            Self::Ss(set) => set.iter().map(String::len).sum(),
            Self::Ns(set) => set.iter().map(|n| number(*n)).sum(),
            Self::Bs(set) => set.iter().map(Vec::len).sum(),
        }
    }

    /// A short description for error messages: the kind, and the value if it is short.
    #[must_use]
    pub fn describe(&self) -> String {
        const SHOWN_CHARS_MAX: usize = 40;
        let shown = match self {
            Self::S(text) => format!("{text:?}"),
            Self::N(number) => number.to_string(),
            Self::Bool(flag) => flag.to_string(),
            _ => return self.type_name().to_owned(),
        };
        match shown.char_indices().nth(SHOWN_CHARS_MAX) {
            None => format!("{} {shown}", self.type_name()),
            Some((cut, _)) => format!("{} {}...", self.type_name(), &shown[..cut]),
        }
    }
}

impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::S(a), Self::S(b)) => a == b,
            (Self::N(a), Self::N(b)) => a == b,
            (Self::B(a), Self::B(b)) => a == b,
            (Self::Bool(a), Self::Bool(b)) => a == b,
            (Self::Null, Self::Null) => true,
            (Self::M(a), Self::M(b)) => a == b,
            (Self::L(a), Self::L(b)) => a == b,
            (Self::Ss(a), Self::Ss(b)) => same_members(a, b),
            (Self::Ns(a), Self::Ns(b)) => same_members(a, b),
            (Self::Bs(a), Self::Bs(b)) => same_members(a, b),
            _ => false,
        }
    }
}

impl Eq for Value {}

fn same_members<T: Ord>(a: &[T], b: &[T]) -> bool {
    if a.len() != b.len() {
        return false;
    }
    if a == b {
        return true;
    }
    let (mut a, mut b): (Vec<&T>, Vec<&T>) = (a.iter().collect(), b.iter().collect());
    a.sort_unstable();
    b.sort_unstable();
    a == b
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::S(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::S(text)
    }
}

impl From<Number> for Value {
    fn from(number: Number) -> Self {
        Self::N(number)
    }
}

impl From<bool> for Value {
    fn from(flag: bool) -> Self {
        Self::Bool(flag)
    }
}

impl From<Item> for Value {
    fn from(map: Item) -> Self {
        Self::M(map)
    }
}

/// The ten kinds of value.
///
/// ```
/// use dynorm::value::{Value, ValueKind};
///
/// assert_eq!(Value::from("text").kind(), ValueKind::S);
/// assert_eq!(ValueKind::Bool.name(), "BOOL");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ValueKind {
    /// Text.
    S,
    /// A number.
    N,
    /// Bytes.
    B,
    /// True or false.
    Bool,
    /// The null value.
    Null,
    /// A map.
    M,
    /// A list.
    L,
    /// A set of texts.
    Ss,
    /// A set of numbers.
    Ns,
    /// A set of bytes.
    Bs,
}

impl ValueKind {
    /// The wire's name of the kind.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::S => "S",
            Self::N => "N",
            Self::B => "B",
            Self::Bool => "BOOL",
            Self::Null => "NULL",
            Self::M => "M",
            Self::L => "L",
            Self::Ss => "SS",
            Self::Ns => "NS",
            Self::Bs => "BS",
        }
    }
}

/// The three kinds of value that a key attribute may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum KeyKind {
    /// Text.
    S,
    /// A number.
    N,
    /// Bytes.
    B,
}

impl KeyKind {
    /// The wire's name of the kind: `S`, `N` or `B`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::S => "S",
            Self::N => "N",
            Self::B => "B",
        }
    }
}
