//! What a field means to keys, as types, so that an update which would spoil a key does not compile.

use crate::expr::{Keyed, Mentions, NoKeys};
use crate::key::{Given, IndexPart};

/// The role of an attribute that no key is made of.
#[derive(Clone, Copy, Debug)]
pub enum Free {}

/// The role of an attribute that no key is made of and that has a default when it is absent.
#[derive(Clone, Copy, Debug)]
pub enum Optional {}

/// The role of a field of the primary key.
#[derive(Clone, Copy, Debug)]
pub enum PrimaryKey {}

/// The role of a field that is, besides fields of the primary key, the only one in its index key templates, so
/// that an update can make the keys anew from it.
#[derive(Clone, Copy, Debug)]
pub enum IndexField {}

/// The role of a field that shares an index key template with others; `With` is named after them.
#[derive(Debug)]
pub struct PartOf<With>(std::marker::PhantomData<With>);

impl Mentions for Free {
    type Keys = NoKeys;
}

impl Mentions for Optional {
    type Keys = NoKeys;
}

impl Mentions for PrimaryKey {
    type Keys = NoKeys;
}

impl Mentions for IndexField {
    type Keys = NoKeys;
}

impl<With> Mentions for PartOf<With> {
    type Keys = NoKeys;
}

/// A field of the primary key.
#[diagnostic::on_unimplemented(message = "this field is not in the primary key", label = "{Self}")]
pub trait InPrimaryKey {}

impl InPrimaryKey for PrimaryKey {}
impl<R: InPrimaryKey, Field> InPrimaryKey for Keyed<R, Field> {}

/// An attribute that an update may set by itself.
#[diagnostic::on_unimplemented(
    message = "this attribute cannot be set by itself",
    label = "{Self}",
    note = "`PrimaryKey`: the item is found by this field; create another item and delete this one",
    note = "`PartOf<A__and__B>`: an index key is made of these fields together, and would be half written; replace the item with `put`"
)]
pub trait SetAlone<T> {
    /// The field's value, if index keys have to be made anew from it.
    #[doc(hidden)]
    fn part(value: &T) -> Option<Given<'_>>;
}

impl<T> SetAlone<T> for Free {
    fn part(_: &T) -> Option<Given<'_>> {
        None
    }
}

impl<T> SetAlone<T> for Optional {
    fn part(_: &T) -> Option<Given<'_>> {
        None
    }
}

impl<T, R: SetAlone<T>, Field> SetAlone<T> for Keyed<R, Field> {
    fn part(value: &T) -> Option<Given<'_>> {
        R::part(value)
    }
}

impl<T: IndexPart> SetAlone<T> for IndexField {
    fn part(value: &T) -> Option<Given<'_>> {
        Some(Given::text(value))
    }
}

/// An attribute that an update may remove.
#[diagnostic::on_unimplemented(
    message = "this attribute cannot be removed",
    label = "{Self} of type `{T}`",
    note = "the entity could not be read without it: declare the field as `Option`, or give it `#[attr(default)]`"
)]
pub trait Removable<T> {}

impl<T: crate::value::MayBeAbsent> Removable<T> for Free {}
impl<T: crate::value::MayBeAbsent> Removable<T> for IndexField {}
impl<T> Removable<T> for Optional {}
impl<T, R: Removable<T>, Field> Removable<T> for Keyed<R, Field> {}

/// An attribute that an update may change by its stored value: no index key is made of it.
#[diagnostic::on_unimplemented(
    message = "this attribute cannot be changed by its stored value",
    label = "{Self}",
    note = "a key is made of this field, and the new key cannot be known without the new value: read the item, and use `set`"
)]
pub trait Unkeyed {}

impl Unkeyed for Free {}
impl Unkeyed for Optional {}
impl<R: Unkeyed, Field> Unkeyed for Keyed<R, Field> {}
