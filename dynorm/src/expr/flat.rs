//! Typed handles of fields whose members are attributes of the item.

use std::fmt;
use std::marker::PhantomData;

use super::attr::Attr;
use crate::value::Attribute;

/// A field of `E` of the type `T` that is flattened: its members are attributes of the item.
///
/// ```
/// # use dynorm::prelude::*;
/// #[derive(Attribute)]
/// struct Address { city: String }
///
/// #[derive(Entity)]
/// #[entity(table = "Orders", pk = id)]
/// struct Order { id: u64, #[attr(flatten)] ship_to: Address }
///
/// assert_eq!(Order::SHIP_TO.at(Address::CITY).eq("Bern").to_string(), "city = \"Bern\"");
/// ```
pub struct Flat<E, T> {
    types: PhantomData<fn() -> (E, T)>,
}

impl<E, T> Flat<E, T> {
    /// The handle of a field.
    #[doc(hidden)]
    #[must_use]
    #[allow(clippy::new_without_default, reason = "only the derive makes handles")]
    pub const fn new() -> Self {
        Self { types: PhantomData }
    }

    /// The attribute that holds this member.
    #[must_use]
    pub fn at<U, R>(self, inner: Attr<T::Scalar, U, R>) -> Attr<E, U, R>
    where
        T: Attribute,
    {
        inner.of_entity()
    }
}

impl<E, T> Clone for Flat<E, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<E, T> Copy for Flat<E, T> {}

impl<E, T> fmt::Debug for Flat<E, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Flat({})", std::any::type_name::<T>())
    }
}
