//! What names the entries of a map.

use std::borrow::Cow;
use std::sync::Arc;

/// A type whose values name the entries of a map: text, integers, and by `#[derive(Attribute)]` enums that are stored as
/// text and structs around one such value.
///
/// ```
/// use std::collections::BTreeMap;
///
/// use dynorm::prelude::*;
///
/// #[derive(Attribute, PartialEq, Eq, PartialOrd, Ord)]
/// enum Size { Small, Large }
///
/// let stock = BTreeMap::from([(Size::Small, 3u32), (Size::Large, 0)]);
/// let stored = Value::M([("Large", Value::N(0.into())), ("Small", Value::N(3.into()))].into());
/// assert_eq!(stock.encode()?, Some(stored));
/// # Ok::<(), dynorm::value::EncodeError>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot name the entries of a map",
    label = "not a key of a map",
    note = "the entries of a DynamoDB map have names: use text, an integer, an enum without fields or a struct around one of them that derive `Attribute`",
    note = "or store a list of pairs: `Vec<({Self}, T)>`"
)]
pub trait MapKey: Sized {
    /// The name of the entry.
    fn name(&self) -> Cow<'_, str>;

    /// The key of the entry of this name, or `None` if it is not one.
    fn from_name(name: &str) -> Option<Self>;
}

macro_rules! text {
    ($(($($generics:tt)*) $text:ty;)*) => {$(
        impl<$($generics)*> MapKey for $text {
            fn name(&self) -> Cow<'_, str> {
                Cow::Borrowed(self)
            }

            fn from_name(name: &str) -> Option<Self> {
                Some(name.to_owned().into())
            }
        }
    )*};
}
text! {
    () String;
    () Box<str>;
    () Arc<str>;
    () Cow<'_, str>;
}

macro_rules! parsed {
    ($($type:ty)*) => {$(
        impl MapKey for $type {
            fn name(&self) -> Cow<'_, str> {
                Cow::Owned(self.to_string())
            }

            fn from_name(name: &str) -> Option<Self> {
                name.parse().ok()
            }
        }
    )*};
}
parsed!(u8 u16 u32 u64 u128 usize i8 i16 i32 i64 i128 isize char);
#[cfg(feature = "uuid")]
parsed!(::uuid::Uuid);
#[cfg(feature = "ulid")]
parsed!(::ulid::Ulid);
