//! What an attribute means to keys, as types: its role.

use std::marker::PhantomData;

use super::mention::{Keyed, Mentions, NoKeys};

/// The role of an attribute that no key is made of.
#[derive(Clone, Copy, Debug)]
pub enum Free {}

/// The role of an attribute that no key is made of and that can be absent whatever its type: it has a default, or it
/// is an element of a list or an entry of a map.
#[derive(Clone, Copy, Debug)]
pub enum Optional {}

/// The role of an attribute that the library writes, and that means `R` to keys.
#[derive(Debug)]
pub struct Kept<R>(PhantomData<R>);

/// The role of an attribute that is written once, and that means `R` to keys.
#[derive(Debug)]
pub struct WriteOnce<R>(PhantomData<R>);

/// The role of a field of the primary key.
#[derive(Clone, Copy, Debug)]
pub enum PrimaryKey {}

/// The role of a field that is, besides fields of the primary key, the only one in its index keys, so that an update
/// can make the keys anew from it.
#[derive(Debug)]
pub struct IndexField<Use>(PhantomData<Use>);

/// The role of a field that makes index keys together with others; the mask says with which.
#[derive(Debug)]
pub struct PartOf<Mask, Use>(PhantomData<(Mask, Use)>);

/// The role of a path into a field that keys are made of.
#[derive(Debug)]
pub struct Within<R>(PhantomData<R>);

/// What index keys use a field for: a part of their text.
#[derive(Clone, Copy, Debug)]
pub enum InText {}

/// What index keys use a field for: `when` an item is in the index.
#[derive(Clone, Copy, Debug)]
pub enum InWhen {}

/// What index keys use a field for: both.
#[derive(Clone, Copy, Debug)]
pub enum InBoth {}

/// A role, and that of paths into the attribute.
pub trait Role {
    /// The role of a member whose own is `Member`.
    type Inside<Member>;
}

impl Role for Free {
    type Inside<Member> = Member;
}

impl Role for Optional {
    type Inside<Member> = Member;
}

impl<R> Role for Kept<R> {
    type Inside<Member> = Within<Self>;
}

impl<R> Role for WriteOnce<R> {
    type Inside<Member> = Within<Self>;
}

impl Role for PrimaryKey {
    type Inside<Member> = Within<Self>;
}

impl<Use> Role for IndexField<Use> {
    type Inside<Member> = Within<Self>;
}

impl<Mask, Use> Role for PartOf<Mask, Use> {
    type Inside<Member> = Within<Self>;
}

impl<R> Role for Within<R> {
    type Inside<Member> = Self;
}

impl<R: Role, Field> Role for Keyed<R, Field> {
    type Inside<Member> = Keyed<R::Inside<Member>, Field>;
}

macro_rules! mention_no_keys {
    ($(($($generics:tt)*) $role:ty;)*) => {$(
        impl<$($generics)*> Mentions for $role {
            type Keys = NoKeys;
        }
    )*};
}

mention_no_keys! {
    () Free;
    () Optional;
    (R) Kept<R>;
    (R) WriteOnce<R>;
    () PrimaryKey;
    (Use) IndexField<Use>;
    (Mask, Use) PartOf<Mask, Use>;
}

impl<R: Mentions> Mentions for Within<R> {
    type Keys = R::Keys;
}
