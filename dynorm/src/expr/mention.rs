//! Which key attributes a condition mentions, as types: a query cannot filter by the keys that it reads by.

use std::marker::PhantomData;

/// The mark of a condition that mentions no field which is a key attribute itself.
#[derive(Clone, Copy, Debug)]
pub enum NoKeys {}

/// The mark of a condition that mentions a field which is a key attribute itself: `Field` is named after it.
#[derive(Debug)]
pub struct OfKey<Field>(PhantomData<Field>);

/// The role of a field that is a key attribute itself, as in `sk = at`; `R` says what that means to updates.
#[derive(Debug)]
pub struct Keyed<R, Field>(PhantomData<(R, Field)>);

/// What a condition on an attribute of this role mentions.
pub trait Mentions {
    /// The mark.
    type Keys: Mark;
}

impl<R, Field> Mentions for Keyed<R, Field> {
    type Keys = OfKey<Field>;
}

/// What a condition mentions. Two conditions without key attributes make one without.
pub trait Mark {
    /// The mark of this condition and another.
    type And<Other: Mark>: Mark;
    /// The mark of a condition with key attributes, and this one.
    type After<First: Mark>: Mark;
}

/// The mark of a condition with two marks.
pub type And<K, L> = <K as Mark>::And<L>;

/// The mark of a condition with three marks.
pub type And3<K, L, M> = And<K, And<L, M>>;

/// The mark of a condition that compares an attribute of the role `R` with something that has the mark `K`.
pub type Both<R, K> = And<<R as Mentions>::Keys, K>;

/// The same of two ends.
pub type BothEnds<R, K, L> = Both<R, And<K, L>>;

impl Mark for NoKeys {
    type And<Other: Mark> = Other;
    type After<First: Mark> = First;
}

impl<Field> Mark for OfKey<Field> {
    type And<Other: Mark> = Other::After<Self>;
    type After<First: Mark> = (First, Self);
}

impl<A, B> Mark for (A, B) {
    type And<Other: Mark> = Other::After<Self>;
    type After<First: Mark> = (First, Self);
}
