//! What an update may do with an attribute, by its role, so that one which would spoil a key does not compile.

use super::slots::Mark;
use crate::expr::{
    Free, InBoth, InText, InWhen, IndexField, Kept, Keyed, Optional, PartOf, PrimaryKey, Within, WriteOnce,
};
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

#[diagnostic::do_not_recommend]
impl<T, S> Assign<T, S> for Free {
    type Next = S;

    fn keep(_: T) -> Option<BoxedPart> {
        None
    }
}

#[diagnostic::do_not_recommend]
impl<T, S> Assign<T, S> for Optional {
    type Next = S;

    fn keep(_: T) -> Option<BoxedPart> {
        None
    }
}

#[diagnostic::do_not_recommend]
impl<T, S, Use: Keep<T>> Assign<T, S> for IndexField<Use> {
    type Next = S;

    fn keep(value: T) -> Option<BoxedPart> {
        Some(Use::keep(value))
    }
}

#[diagnostic::do_not_recommend]
impl<T, S, Mask: Mark<S>, Use: Keep<T>> Assign<T, S> for PartOf<Mask, Use> {
    type Next = Mask::Assigned;

    fn keep(value: T) -> Option<BoxedPart> {
        Some(Use::keep(value))
    }
}

#[diagnostic::do_not_recommend]
impl<T, S, R: Assign<T, S>, Field> Assign<T, S> for Keyed<R, Field> {
    type Next = R::Next;

    fn keep(value: T) -> Option<BoxedPart> {
        R::keep(value)
    }
}

#[diagnostic::do_not_recommend]
impl<T, S> Assign<T, S> for PrimaryKey {
    type Next = S;

    fn keep(_: T) -> Option<BoxedPart> {
        None
    }
}

#[diagnostic::do_not_recommend]
impl<T, S, R> Assign<T, S> for Within<R> {
    type Next = S;

    fn keep(_: T) -> Option<BoxedPart> {
        None
    }
}

#[diagnostic::do_not_recommend]
impl<T, S, R> Assign<T, S> for Kept<R> {
    type Next = S;

    fn keep(_: T) -> Option<BoxedPart> {
        None
    }
}

#[diagnostic::do_not_recommend]
impl<T, S, R> Assign<T, S> for WriteOnce<R> {
    type Next = S;

    fn keep(_: T) -> Option<BoxedPart> {
        None
    }
}

/// An attribute of the entity `E` that is not in its primary key.
#[diagnostic::on_unimplemented(
    message = "a field of the primary key of `{E}` cannot be set by an update",
    label = "the item is found by this field",
    note = "to move the item to another key: `db.rekey(&entity, |e| e.field = value)`"
)]
pub trait Movable<E> {}

unlisted! {
    impl<E> Movable<E> for Free {}
    impl<E> Movable<E> for Optional {}
    impl<E, Use> Movable<E> for IndexField<Use> {}
    impl<E, Mask, Use> Movable<E> for PartOf<Mask, Use> {}
    impl<E, R> Movable<E> for Within<R> {}
    impl<E, R> Movable<E> for Kept<R> {}
    impl<E, R> Movable<E> for WriteOnce<R> {}
    impl<E, R: Movable<E>, Field> Movable<E> for Keyed<R, Field> {}
}

/// A whole attribute, or a part of one that no key is made of.
#[diagnostic::on_unimplemented(
    message = "a part of a field that keys are made of cannot be set by itself",
    label = "an index key depends on the whole field",
    note = "set the whole field, without `.at(..)`"
)]
pub trait Separable {}

unlisted! {
    impl Separable for Free {}
    impl Separable for Optional {}
    impl Separable for PrimaryKey {}
    impl<Use> Separable for IndexField<Use> {}
    impl<Mask, Use> Separable for PartOf<Mask, Use> {}
    impl<R> Separable for Kept<R> {}
    impl<R> Separable for WriteOnce<R> {}
    impl<R: Separable, Field> Separable for Keyed<R, Field> {}
}

/// An attribute that users write, and not the library.
#[diagnostic::on_unimplemented(
    message = "this attribute is written by dynorm, and an update does not change it",
    label = "kept by dynorm with every write",
    note = "versions, counters, `created_at` and `updated_at` need no call; leave this one away"
)]
pub trait Unkept {}

unlisted! {
    impl Unkept for Free {}
    impl Unkept for Optional {}
    impl Unkept for PrimaryKey {}
    impl<R> Unkept for Within<R> {}
    impl<R> Unkept for WriteOnce<R> {}
    impl<Use> Unkept for IndexField<Use> {}
    impl<Mask, Use> Unkept for PartOf<Mask, Use> {}
    impl<R: Unkept, Field> Unkept for Keyed<R, Field> {}
}

/// An attribute that may be written more than once.
#[diagnostic::on_unimplemented(
    message = "this attribute is written once, when the item is, and an update does not change it",
    label = "`#[attr(write_once)]`",
    note = "where it may be absent yet: `.set_if_absent(Entity::FIELD, value)`"
)]
pub trait Rewritable {}

unlisted! {
    impl Rewritable for Free {}
    impl Rewritable for Optional {}
    impl Rewritable for PrimaryKey {}
    impl<R> Rewritable for Within<R> {}
    impl<R> Rewritable for Kept<R> {}
    impl<Use> Rewritable for IndexField<Use> {}
    impl<Mask, Use> Rewritable for PartOf<Mask, Use> {}
    impl<R: Rewritable, Field> Rewritable for Keyed<R, Field> {}
}

/// An attribute that an update may set where it is absent.
#[diagnostic::on_unimplemented(
    message = "this attribute cannot be set only where it is absent",
    label = "keys are made of this field, or it is kept by dynorm",
    note = "keys cannot be made of a value that is not known before: read the item, and use `set`"
)]
pub trait Fillable {}

unlisted! {
    impl Fillable for Free {}
    impl Fillable for Optional {}
    impl<R: Fillable> Fillable for WriteOnce<R> {}
    impl<R: Fillable, Field> Fillable for Keyed<R, Field> {}
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

#[diagnostic::do_not_recommend]
impl<T, S, Mask: Mark<S>, Use: Keep<T>> Lend<T, S> for PartOf<Mask, Use> {
    type Next = Mask::Lent;

    fn keep(value: T) -> BoxedPart {
        Use::keep(value)
    }
}

macro_rules! lend_as_inside {
    ($($role:ident<R $(, $field:ident)?>;)*) => {$(
        #[diagnostic::do_not_recommend]
        impl<T, S, R: Lend<T, S> $(, $field)?> Lend<T, S> for $role<R $(, $field)?> {
            type Next = R::Next;

            fn keep(value: T) -> BoxedPart {
                R::keep(value)
            }
        }
    )*};
}

lend_as_inside! {
    Keyed<R, Field>;
    Kept<R>;
    WriteOnce<R>;
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

#[diagnostic::do_not_recommend]
impl<T, S> Removable<T, S> for Free {
    type Next = S;

    fn keep() -> Option<BoxedPart> {
        None
    }
}

#[diagnostic::do_not_recommend]
impl<T, S> Removable<T, S> for Optional {
    type Next = S;

    fn keep() -> Option<BoxedPart> {
        None
    }
}

#[diagnostic::do_not_recommend]
impl<T: Attribute, S, Use: Keep<T>> Removable<T, S> for IndexField<Use> {
    type Next = S;

    fn keep() -> Option<BoxedPart> {
        T::absent().map(Use::keep)
    }
}

#[diagnostic::do_not_recommend]
impl<T: Attribute, S, Mask: Mark<S>, Use: Keep<T> + Leave> Removable<T, S> for PartOf<Mask, Use> {
    type Next = Use::Next<S, Mask>;

    fn keep() -> Option<BoxedPart> {
        T::absent().map(Use::keep)
    }
}

/// What an update knows after the removal of a field that index keys use in this way.
pub trait Leave {
    /// Of the states `S`, with the field's mask.
    type Next<S, Mask: Mark<S>>;
}

impl Leave for InText {
    type Next<S, Mask: Mark<S>> = Mask::Removed;
}

impl Leave for InWhen {
    type Next<S, Mask: Mark<S>> = Mask::Assigned;
}

impl Leave for InBoth {
    type Next<S, Mask: Mark<S>> = Mask::Assigned;
}

#[diagnostic::do_not_recommend]
impl<T, S, R: Removable<T, S>, Field> Removable<T, S> for Keyed<R, Field> {
    type Next = R::Next;

    fn keep() -> Option<BoxedPart> {
        R::keep()
    }
}

#[diagnostic::do_not_recommend]
impl<T, S, R> Removable<T, S> for Kept<R> {
    type Next = S;

    fn keep() -> Option<BoxedPart> {
        None
    }
}

#[diagnostic::do_not_recommend]
impl<T, S, R> Removable<T, S> for WriteOnce<R> {
    type Next = S;

    fn keep() -> Option<BoxedPart> {
        None
    }
}

/// An attribute that the entity can do without, by its role or by its type `T`.
#[diagnostic::on_unimplemented(message = "the entity could not be read without this attribute")]
pub trait Spared<T> {}

impl<T: MayBeAbsent> Spared<T> for Free {}
impl<T> Spared<T> for Optional {}
impl<T: MayBeAbsent, Use> Spared<T> for IndexField<Use> {}
impl<T: MayBeAbsent, Mask, Use> Spared<T> for PartOf<Mask, Use> {}
impl<T, R: Spared<T>, Field> Spared<T> for Keyed<R, Field> {}
// These cannot be removed at all, which `Removable` says.
impl<T> Spared<T> for PrimaryKey {}
impl<T, R> Spared<T> for Within<R> {}
impl<T, R> Spared<T> for Kept<R> {}
impl<T, R> Spared<T> for WriteOnce<R> {}

/// An attribute that an update may change by its stored value: no index key is made of it.
#[diagnostic::on_unimplemented(
    message = "this attribute cannot be changed by its stored value",
    label = "a key is made of this field, or it is not an update's to change",
    note = "of an index key: read the item, and use `set`",
    note = "of the primary key: move the item to another key, with `db.rekey(&entity, |e| e.field = value)`",
    note = "versions, counters and times of writes are kept by dynorm; what is written once stays as it is"
)]
pub trait Unkeyed {}

unlisted! {
    impl Unkeyed for Free {}
    impl Unkeyed for Optional {}
    impl<R: Unkeyed, Field> Unkeyed for Keyed<R, Field> {}
}
