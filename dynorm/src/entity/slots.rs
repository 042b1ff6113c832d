//! What an update knows of fields that make index keys together, as types: an update that leaves a key half written
//! does not compile.
//!
//! Each such field of an entity has a place in a list of nested pairs, and there one of four states. Setting a field
//! makes those that share a key with it [`Missing`], unless they are set or lent too. An update with a missing field
//! has no way to be sent.

use std::marker::PhantomData;

/// The state of a field that was neither set nor lent, and that nothing asks for.
#[derive(Debug)]
pub struct Untouched<F>(PhantomData<F>);

/// The state of a field whose stored value is known.
#[derive(Debug)]
pub struct Lent<F>(PhantomData<F>);

/// The state of a field that the update sets or removes.
#[derive(Debug)]
pub struct Assigned<F>(PhantomData<F>);

/// The state of a field that is needed for an index key and not known.
#[derive(Debug)]
pub struct Missing<F>(PhantomData<F>);

/// A state, and the states that follow it.
pub trait Slot {
    /// The field, as a marker of its name.
    type Field;
    /// After the field was set or removed.
    type Assigned;
    /// After the field was lent.
    type Lent;
    /// After a field was set that makes a key together with this one.
    type Needed;
}

macro_rules! slots {
    ($($state:ident: assigned $assigned:ident, lent $lent:ident, needed $needed:ident;)*) => {$(
        impl<F> Slot for $state<F> {
            type Field = F;
            type Assigned = $assigned<F>;
            type Lent = $lent<F>;
            type Needed = $needed<F>;
        }
    )*};
}

slots! {
    Untouched: assigned Assigned, lent Lent, needed Missing;
    Lent: assigned Assigned, lent Lent, needed Lent;
    Assigned: assigned Assigned, lent Assigned, needed Assigned;
    Missing: assigned Assigned, lent Lent, needed Missing;
}

/// In the mask of a field: the field itself.
#[derive(Clone, Copy, Debug)]
pub enum Own {}

/// In the mask of a field: one that makes a key together with it.
#[derive(Clone, Copy, Debug)]
pub enum With {}

/// In the mask of a field: one that shares no key with it.
#[derive(Clone, Copy, Debug)]
pub enum Apart {}

/// The mask of a field over the states of all: what becomes of them.
pub trait Mark<Slots> {
    /// After the field was set.
    type Assigned;
    /// After the field was removed, which removes its keys whatever the others are.
    type Removed;
    /// After the field was lent.
    type Lent;
}

impl Mark<()> for () {
    type Assigned = ();
    type Removed = ();
    type Lent = ();
}

impl<S, Slots, M: MarkOne<S>, Masks: Mark<Slots>> Mark<(S, Slots)> for (M, Masks) {
    type Assigned = (M::Assigned, Masks::Assigned);
    type Removed = (M::Removed, Masks::Removed);
    type Lent = (M::Lent, Masks::Lent);
}

/// What becomes of one state.
pub trait MarkOne<S> {
    /// After the mask's field was set.
    type Assigned;
    /// After the mask's field was removed.
    type Removed;
    /// After the mask's field was lent.
    type Lent;
}

impl<S: Slot> MarkOne<S> for Own {
    type Assigned = S::Assigned;
    type Removed = S::Assigned;
    type Lent = S::Lent;
}

impl<S: Slot> MarkOne<S> for With {
    type Assigned = S::Needed;
    type Removed = S;
    type Lent = S;
}

impl<S> MarkOne<S> for Apart {
    type Assigned = S;
    type Removed = S;
    type Lent = S;
}

/// An update of which no index key is half written.
pub trait Settled {}

impl Settled for () {}
impl<S: Slot + Known<<S as Slot>::Field>, Slots: Settled> Settled for (S, Slots) {}

/// A field that an update knows, or does not need to.
#[diagnostic::on_unimplemented(
    message = "this update would leave an index key half written: `{F}` is missing",
    label = "`{F}` makes an index key together with a field that is set here",
    note = "set it too: `.set(Entity::FIELD, value)`",
    note = "or lend the value that is stored: `.given(Entity::FIELD, value)`; the update then fails if another value is stored"
)]
pub trait Known<F> {}

unlisted! {
    impl<F> Known<F> for Untouched<F> {}
    impl<F> Known<F> for Lent<F> {}
    impl<F> Known<F> for Assigned<F> {}
}
