//! What an update may do with an attribute, by its role, so that one which would spoil a key does not compile.

use super::slots::Mark;
use crate::expr::{Free, InBoth, InText, InWhen, IndexField, Keyed, Optional, PartOf, PrimaryKey, Within};
use crate::key::{BoxedPart, IndexPart};
use crate::value::{Attribute, MayBeAbsent};

/// A field of the primary key.
#[diagnostic::on_unimplemented(message = "this field is not in the primary key", label = "{Self}")]
pub trait InPrimaryKey {}

impl InPrimaryKey for PrimaryKey {}
impl<R: InPrimaryKey, Field> InPrimaryKey for Keyed<R, Field> {}

/// How the value of a field is kept until index keys are made of it.
pub trait Keep<T> {
    /// The value, for keys.
    #[doc(hidden)]
    fn keep(value: T) -> BoxedPart;
}

impl<T: IndexPart + Attribute + Send + Sync + 'static> Keep<T> for InText {
    fn keep(value: T) -> BoxedPart {
        BoxedPart::new(value)
    }
}

impl<T: Send + Sync + 'static> Keep<T> for InWhen {
    fn keep(value: T) -> BoxedPart {
        BoxedPart::opaque(value)
    }
}

impl<T: IndexPart + Attribute + Send + Sync + 'static> Keep<T> for InBoth {
    fn keep(value: T) -> BoxedPart {
        BoxedPart::new(value)
    }
}

/// An attribute that an update may set; `S` is what the update knows of fields that make keys together.
#[diagnostic::on_unimplemented(message = "this attribute cannot be set by an update")]
pub trait Assign<T, S> {
    /// What the update knows then.
    type Next;

    /// The value, if index keys have to be made anew from it.
    #[doc(hidden)]
    fn keep(value: T) -> Option<BoxedPart>;
}

impl<T, S> Assign<T, S> for Free {
    type Next = S;

    fn keep(_: T) -> Option<BoxedPart> {
        None
    }
}

impl<T, S> Assign<T, S> for Optional {
    type Next = S;

    fn keep(_: T) -> Option<BoxedPart> {
        None
    }
}

impl<T, S, Use: Keep<T>> Assign<T, S> for IndexField<Use> {
    type Next = S;

    fn keep(value: T) -> Option<BoxedPart> {
        Some(Use::keep(value))
    }
}

impl<T, S, Mask: Mark<S>, Use: Keep<T>> Assign<T, S> for PartOf<Mask, Use> {
    type Next = Mask::Assigned;

    fn keep(value: T) -> Option<BoxedPart> {
        Some(Use::keep(value))
    }
}

impl<T, S, R: Assign<T, S>, Field> Assign<T, S> for Keyed<R, Field> {
    type Next = R::Next;

    fn keep(value: T) -> Option<BoxedPart> {
        R::keep(value)
    }
}

/// Nothing: a value for a field of the primary key, which stays as it is.
#[diagnostic::on_unimplemented(
    message = "a field of the primary key cannot be set by an update",
    label = "the item is found by this field",
    note = "to move the item to another key: `db.rekey(&entity, |e| e.field = value)`"
)]
pub trait Movable {}

impl<T: Movable, S> Assign<T, S> for PrimaryKey {
    type Next = S;

    fn keep(_: T) -> Option<BoxedPart> {
        None
    }
}

/// Nothing: a value for a part of a field that keys are made of.
#[diagnostic::on_unimplemented(
    message = "a part of a field that keys are made of cannot be set by itself",
    label = "an index key depends on the whole field",
    note = "set the whole field, without `.at(..)`"
)]
pub trait Separable {}

impl<T: Separable, S, R> Assign<T, S> for Within<R> {
    type Next = S;

    fn keep(_: T) -> Option<BoxedPart> {
        None
    }
}

/// An attribute that an update may be lent the stored value of.
#[diagnostic::on_unimplemented(
    message = "no index key needs this attribute to be lent",
    label = "makes no index key together with other fields",
    note = "only a field that makes an index key together with other fields can be lent; to require a value, use `.when(..)`"
)]
pub trait Lend<T, S> {
    /// What the update knows then.
    type Next;

    /// The value, for keys.
    #[doc(hidden)]
    fn keep(value: T) -> BoxedPart;
}

impl<T, S, Mask: Mark<S>, Use: Keep<T>> Lend<T, S> for PartOf<Mask, Use> {
    type Next = Mask::Lent;

    fn keep(value: T) -> BoxedPart {
        Use::keep(value)
    }
}

impl<T, S, R: Lend<T, S>, Field> Lend<T, S> for Keyed<R, Field> {
    type Next = R::Next;

    fn keep(value: T) -> BoxedPart {
        R::keep(value)
    }
}

/// An attribute that an update may remove.
#[diagnostic::on_unimplemented(
    message = "this attribute cannot be removed",
    label = "must be there, with a value of type `{T}`",
    note = "the entity could not be read without it: declare the field as `Option`, or give it `#[attr(default)]`",
    note = "a field of the primary key is always there, and so is what lies within a field that keys are made of"
)]
pub trait Removable<T, S> {
    /// What the update knows then.
    type Next;

    /// The value that takes its place, if index keys have to be made anew from it.
    #[doc(hidden)]
    fn keep() -> Option<BoxedPart>;
}

impl<T: MayBeAbsent, S> Removable<T, S> for Free {
    type Next = S;

    fn keep() -> Option<BoxedPart> {
        None
    }
}

impl<T, S> Removable<T, S> for Optional {
    type Next = S;

    fn keep() -> Option<BoxedPart> {
        None
    }
}

impl<T: MayBeAbsent, S, Use: Keep<T>> Removable<T, S> for IndexField<Use> {
    type Next = S;

    fn keep() -> Option<BoxedPart> {
        T::absent().map(Use::keep)
    }
}

impl<T: MayBeAbsent, S, Mask: Mark<S>> Removable<T, S> for PartOf<Mask, InText>
where
    InText: Keep<T>,
{
    type Next = Mask::Removed;

    fn keep() -> Option<BoxedPart> {
        T::absent().map(InText::keep)
    }
}

impl<T: MayBeAbsent, S, Mask: Mark<S>> Removable<T, S> for PartOf<Mask, InWhen>
where
    InWhen: Keep<T>,
{
    type Next = Mask::Assigned;

    fn keep() -> Option<BoxedPart> {
        T::absent().map(InWhen::keep)
    }
}

impl<T: MayBeAbsent, S, Mask: Mark<S>> Removable<T, S> for PartOf<Mask, InBoth>
where
    InBoth: Keep<T>,
{
    type Next = Mask::Assigned;

    fn keep() -> Option<BoxedPart> {
        T::absent().map(InBoth::keep)
    }
}

impl<T, S, R: Removable<T, S>, Field> Removable<T, S> for Keyed<R, Field> {
    type Next = R::Next;

    fn keep() -> Option<BoxedPart> {
        R::keep()
    }
}

/// An attribute that an update may change by its stored value: no index key is made of it.
#[diagnostic::on_unimplemented(
    message = "this attribute cannot be changed by its stored value",
    label = "a key is made of this field, and the new key cannot be known without the new value",
    note = "of an index key: read the item, and use `set`",
    note = "of the primary key: move the item to another key, with `db.rekey(&entity, |e| e.field = value)`"
)]
pub trait Unkeyed {}

impl Unkeyed for Free {}
impl Unkeyed for Optional {}
impl<R: Unkeyed, Field> Unkeyed for Keyed<R, Field> {}
