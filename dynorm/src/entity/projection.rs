//! What items are read as: whole entities, projections of them, or keys.

use super::codec::{ItemReader, ttl_attribute};
use super::evolution::{in_current_form, reader};
use super::{
    AttributeRole, Entity, EntityDescriptor, Everything, GlobalIndex, Key, LocalIndex, Partial, Primary,
    ReadsWholeItems, Table, Whole,
};
use crate::error::{ConstText, Error, Kind, Result, same_text};
use crate::expr::{Attr, Flat, Free, IndexField, Keyed, Optional, PartOf, PrimaryKey};
use crate::key::KeyPart;
use crate::value::{Attribute, Coded, Item, Members, Step, top};

/// What items of the entity `E` are read as: `E` itself, a struct with some of its fields that
/// derives [`Projection`](macro@crate::Projection), or [`Key<E>`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a projection of `{E}`",
    label = "not a projection of `{E}`",
    note = "add `#[derive(Projection)]` and `#[projection(of = {E})]` to `{Self}`"
)]
pub trait Projection<E: Entity>: Sized + Send + 'static {
    /// The attributes that it is read from; `None` for all.
    #[doc(hidden)]
    fn paths() -> Option<Vec<Vec<Step>>>;

    /// Reads it.
    #[doc(hidden)]
    fn read(item: Item) -> Result<Self> {
        Self::fields(&mut ItemReader::in_any_order::<E>(in_current_form::<E>(item)?))
    }

    /// Reads its fields, which are what is read of most projections.
    #[doc(hidden)]
    fn fields(item: &mut ItemReader<'_>) -> Result<Self>;
}

impl<E: Entity> Projection<E> for E {
    fn paths() -> Option<Vec<Vec<Step>>> {
        None
    }

    fn read(item: Item) -> Result<Self> {
        super::decode(item)
    }

    fn fields(item: &mut ItemReader<'_>) -> Result<Self> {
        E::read(item)
    }
}

impl<E: Entity> Projection<E> for Key<E> {
    fn paths() -> Option<Vec<Vec<Step>>> {
        Some(Vec::new())
    }

    fn read(item: Item) -> Result<Self> {
        Self::parse(&item)
    }

    fn fields(item: &mut ItemReader<'_>) -> Result<Self> {
        Self::parse(&item.rest())
    }
}

/// A projection of `E` that `Index` has all attributes for.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a projection of `{E}`",
    label = "not a projection of `{E}`",
    note = "add `#[derive(Projection)]` and `#[projection(of = {E})]` to `{Self}`"
)]
pub trait HeldBy<Index, E: Entity>: Projection<E> {
    /// Itself. Where it is no projection of `E`, this is no type, and nothing more is reported.
    type Projected;
}

/// What can be taken from a read of `Index`: a whole entity only if the index holds it; projections were checked
/// when they were asked for.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a projection of `{E}`",
    label = "not a projection of `{E}`",
    note = "add `#[derive(Projection)]` and `#[projection(of = {E})]` to `{Self}`"
)]
pub trait ReadFrom<Index, E: Entity>: Projection<E> {}

impl<Index: ReadsWholeItems, E: Entity> ReadFrom<Index, E> for E {}
impl<Index, E: Entity> ReadFrom<Index, E> for Key<E> {}

/// What is read that has the field of `E` whose constant's name has this hash.
pub trait Holds<E, const FIELD: u64, Field> {}

impl<E, const FIELD: u64, Field> Holds<E, FIELD, Field> for Primary {}
impl<E, const FIELD: u64, Field> Holds<E, FIELD, Field> for Everything {}
impl<E, const FIELD: u64, Field, Index> Holds<E, FIELD, Field> for LocalIndex<Index> {}
impl<E, const FIELD: u64, Field, Index> Holds<E, FIELD, Field> for GlobalIndex<Index, Whole> {}
impl<E: FieldAt<FIELD>, const FIELD: u64, Field, Index: Includes<E::Attribute, Field>> Holds<E, FIELD, Field>
    for GlobalIndex<Index, Partial>
{
}

/// An index that holds an attribute; `Field` is named after the field that is asked for.
#[diagnostic::on_unimplemented(
    message = "index `{Self}` does not hold the field `{Field}`",
    label = "`{Field}` is not in index `{Self}`",
    note = "include its attribute in the index (`projection = include(\"...\")`, or `all`), leave the field out of the projection, or read whole entities with `.hydrate()`"
)]
pub trait Includes<Attribute, Field> {}

/// Fields in templates of the primary key are read back from it, and all indexes hold it.
#[diagnostic::do_not_recommend]
impl<Index, Field> Includes<InKey, Field> for Index {}

// The message is about the field, not about the number that stands for its attribute.
#[diagnostic::do_not_recommend]
impl<Index: Lists<NAME>, const NAME: u64, Field> Includes<Named<NAME>, Field> for Index {}

/// An index that holds the attribute whose name has this hash.
pub trait Lists<const NAME: u64> {}

/// Where the field is kept whose constant's name has this hash.
#[diagnostic::on_unimplemented(message = "`{Self}` has no such field")]
pub trait FieldAt<const FIELD: u64> {
    /// The attribute: [`Named`] or [`InKey`].
    type Attribute;
}

// A field that the entity does not have is reported where it is declared, not again where it is read.
impl<E> FieldAt<NO_FIELD> for E {
    type Attribute = InKey;
}

/// In the place of the hash of a field that the entity does not have.
const NO_FIELD: u64 = 0;

/// The hash of a field's constant, if the entity has the field; without a name, if it has fields at all: an entity
/// that is in error has none.
#[must_use]
pub const fn known_field(entity: &EntityDescriptor, field: &str, hash: u64) -> u64 {
    let mut at = 0;
    while at < entity.attributes.len() {
        let is_stored = !matches!(entity.attributes[at].role, AttributeRole::Skipped);
        if field.is_empty() || is_stored && same_text(entity.attributes[at].field, field) {
            return hash;
        }
        at += 1;
    }
    NO_FIELD
}

/// The attribute whose name has this hash.
#[derive(Clone, Copy, Debug)]
pub enum Named<const NAME: u64> {}

/// An attribute that can be read back from the primary key.
#[derive(Clone, Copy, Debug)]
pub enum InKey {}

/// Something that may be the handle of an attribute.
pub trait FieldPath {
    /// The steps to its attributes; none if the entity does not have the field.
    fn paths(&self) -> Vec<Vec<Step>>;
}

/// A field of an entity that is read as a `T`.
pub trait FieldOf<T> {
    /// Its value.
    ///
    /// # Errors
    ///
    /// If it is absent and must not be, or not a value of the type.
    fn take(self, item: &mut ItemReader<'_>) -> Result<T>;
}

impl<E, V, R> FieldPath for Attr<E, V, R> {
    fn paths(&self) -> Vec<Vec<Step>> {
        std::iter::once(self.steps()).chain(self.aliases().iter().copied().map(top)).collect()
    }
}

impl<E, V: Attribute, T: SameType<V>, R: Take<V>> FieldOf<T> for Attr<E, V, R> {
    fn take(self, item: &mut ItemReader<'_>) -> Result<T> {
        item.adopt(self.name(), self.aliases());
        let value = match self.default() {
            Some(default) => item.take_or(self.name(), default),
            None => R::take(item, self.name()),
        };
        value.map(T::from_entity)
    }
}

impl<E, V: Members> FieldPath for Flat<E, V> {
    fn paths(&self) -> Vec<Vec<Step>> {
        (0..V::NAMES.count()).filter_map(|at| V::NAMES.nth(at)).map(top).collect()
    }
}

impl<E, V: Members, T: SameType<V>> FieldOf<T> for Flat<E, V> {
    fn take(self, item: &mut ItemReader<'_>) -> Result<T> {
        item.take_members(V::NAMES).map(T::from_entity)
    }
}

/// In the place of a field that the entity does not have, which is reported elsewhere.
#[derive(Clone, Copy, Debug)]
pub struct NoField;

impl FieldPath for NoField {
    fn paths(&self) -> Vec<Vec<Step>> {
        Vec::new()
    }
}

impl<T> FieldOf<T> for NoField {
    fn take(self, _: &mut ItemReader<'_>) -> Result<T> {
        Err(Error::new(Kind::Request { reason: "a field of the projection is not in the entity".to_owned() }))
    }
}

/// The type that a field has in the entity.
#[diagnostic::on_unimplemented(
    message = "the field has the type `{V}` in the entity, not `{Self}`",
    label = "expected `{V}`",
    note = "a field of a projection has the name and the type that it has in the entity"
)]
pub trait SameType<V> {
    /// The value.
    #[doc(hidden)]
    fn from_entity(value: V) -> Self;
}

impl<V> SameType<V> for V {
    fn from_entity(value: V) -> Self {
        value
    }
}

#[diagnostic::do_not_recommend]
impl<V, C> SameType<Coded<V, C>> for V {
    fn from_entity(value: Coded<V, C>) -> Self {
        value.into_inner()
    }
}

/// How the value of a field with this role is read.
pub trait Take<V> {
    /// The value.
    ///
    /// # Errors
    ///
    /// If it is absent and must not be, or not a value of the type.
    #[doc(hidden)]
    fn take(item: &mut ItemReader<'_>, name: &'static str) -> Result<V>;
}

macro_rules! taken_from_its_attribute {
    ($([$($generic:ident),*] $role:ty),* $(,)?) => {$(
        impl<V: Attribute, $($generic),*> Take<V> for $role {
            fn take(item: &mut ItemReader<'_>, name: &'static str) -> Result<V> {
                item.take(name)
            }
        }
    )*};
}
taken_from_its_attribute!([] Free, [] Optional, [Use] IndexField<Use>, [Mask, Use] PartOf<Mask, Use>, [R, Field] Keyed<R, Field>);

impl<V: Attribute + KeyPart> Take<V> for PrimaryKey {
    fn take(item: &mut ItemReader<'_>, name: &'static str) -> Result<V> {
        item.take_key(name)
    }
}

/// A type for what a path leads to, where there may be nothing.
#[diagnostic::on_unimplemented(
    message = "a field of type `{Self}` cannot be read from a path to a `{V}`",
    label = "expected `Option` of `{V}`",
    note = "what is within an attribute may be absent, and is read as an `Option`"
)]
pub trait Part<V>: Sized {
    /// The value that was found.
    #[doc(hidden)]
    fn from_part(value: Option<V>) -> Self;
}

impl<V> Part<V> for Option<V> {
    fn from_part(value: Option<V>) -> Self {
        value
    }
}

#[diagnostic::do_not_recommend]
impl<V, C> Part<Coded<V, C>> for Option<V> {
    fn from_part(value: Option<Coded<V, C>>) -> Self {
        value.map(Coded::into_inner)
    }
}

impl<V> Part<Option<V>> for Option<V> {
    fn from_part(value: Option<Option<V>>) -> Self {
        value.flatten()
    }
}

/// A path into an attribute of an entity, to what is read as a `T`.
pub trait PartOfField<T> {
    /// What is there, in an item that was returned for all of `paths`.
    ///
    /// # Errors
    ///
    /// If it is not a value of the type.
    fn take(&self, item: &ItemReader<'_>, paths: fn() -> Option<Vec<Vec<Step>>>) -> Result<T>;
}

impl<E, V: Attribute, T: Part<V>, R> PartOfField<T> for Attr<E, V, R> {
    fn take(&self, item: &ItemReader<'_>, paths: fn() -> Option<Vec<Vec<Step>>>) -> Result<T> {
        let mut path = self.steps();
        if path.iter().any(|step| matches!(step, Step::Index(_))) {
            path = as_returned(path, &paths().unwrap_or_default());
        }
        item.at(&path).map(T::from_part)
    }
}

/// The path in the item that is returned: DynamoDB leaves elements of lists out that nobody asks for.
fn as_returned(path: Vec<Step>, paths: &[Vec<Step>]) -> Vec<Step> {
    let mut returned = path.clone();
    for (at, step) in path.iter().enumerate() {
        let Step::Index(index) = step else { continue };
        let before = &path[..at];
        if paths.iter().any(|other| other.len() <= at && before.starts_with(other)) {
            continue;
        }
        let mut asked: Vec<usize> = Vec::new();
        for other in paths.iter().filter(|other| other.starts_with(before)) {
            if let Some(Step::Index(other)) = other.get(at)
                && other < index
                && !asked.contains(other)
            {
                asked.push(*other);
            }
        }
        returned[at] = Step::Index(asked.len());
    }
    returned
}

/// The paths without those that others lead to: DynamoDB refuses paths that overlap.
pub(crate) fn without_overlaps(paths: Vec<Vec<Step>>) -> Vec<Vec<Step>> {
    let mut kept: Vec<Vec<Step>> = Vec::with_capacity(paths.len());
    for path in paths {
        if kept.iter().any(|known| path.starts_with(known)) {
            continue;
        }
        kept.retain(|known| !known.starts_with(&path));
        kept.push(path);
    }
    kept
}

/// What is asked for to read `T` of items that are read by their keys: its attributes, with those that tell whose an item
/// is, by which key it was read, and whether it is expired; `None` for all.
pub(crate) fn single_paths<E: Entity, T: Projection<E>>(include_expired: bool) -> Option<Vec<Vec<Step>>> {
    let mut paths = reader::<E, T>(None).ok()?.paths?;
    let schema = E::Table::SCHEMA;
    let keys = [Some(schema.partition), schema.sort].into_iter().flatten().map(|key| key.name);
    let expiry = ttl_attribute(E::DESCRIPTOR).filter(|_| !include_expired);
    paths.extend(keys.chain(schema.tag).chain(expiry).map(top));
    Some(without_overlaps(paths))
}

/// Stops the compiler with a message if an entity does not have a field; an entity that is in error itself has none.
///
/// # Panics
///
/// In const evaluation, with the message.
#[track_caller]
pub const fn check_field(entity: &EntityDescriptor, field: &str) {
    let attributes = entity.attributes;
    let (mut at, mut closest, mut distance) = (0, None, usize::MAX);
    while at < attributes.len() {
        let is_stored = !matches!(attributes[at].role, AttributeRole::Skipped);
        if is_stored && same_text(attributes[at].field, field) {
            return;
        }
        let found = distance_between(attributes[at].field, field);
        if is_stored && found < distance {
            (closest, distance) = (Some(attributes[at].field), found);
        }
        at += 1;
    }
    let Some(closest) = closest else { return };
    let mut text = ConstText::new().add("entity `").add(entity.name).add("` has no field `").add(field);
    if distance <= field.len() / 3 + 1 {
        text = text.add("`; did you mean `").add(closest).add("`?");
    } else {
        text = text.add("`; its fields are ");
        at = 0;
        while at < attributes.len() {
            text = text.add(if at > 0 { ", `" } else { "`" }).add(attributes[at].field).add("`");
            at += 1;
        }
    }
    panic!("{}", text.as_str());
}

/// How many bytes have to be changed, added or removed to make one name of the other; names are compared up to
/// their 63rd byte.
const fn distance_between(a: &str, b: &str) -> usize {
    const BYTES_MAX: usize = 63;
    let (a, b) = (a.as_bytes(), b.as_bytes());
    let (a_len, b_len) = (shorter(a.len(), BYTES_MAX), shorter(b.len(), BYTES_MAX));
    let mut line = [0; BYTES_MAX + 1];
    let mut j = 0;
    while j <= b_len {
        line[j] = j;
        j += 1;
    }
    let mut i = 1;
    while i <= a_len {
        let mut before = line[0];
        line[0] = i;
        j = 1;
        while j <= b_len {
            let replaced = if a[i - 1] == b[j - 1] { before } else { before + 1 };
            before = line[j];
            line[j] = shorter(replaced, shorter(line[j], line[j - 1]) + 1);
            j += 1;
        }
        i += 1;
    }
    line[b_len]
}

const fn shorter(a: usize, b: usize) -> usize {
    if a < b { a } else { b }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::Name;

    fn path(text: &str) -> Vec<Step> {
        let step = |step: &str| match step.parse() {
            Ok(index) => Step::Index(index),
            Err(_) => Step::Name(Name::from(step.to_owned())),
        };
        text.split('.').map(step).collect()
    }

    #[test]
    fn names_are_as_far_apart_as_their_edits() {
        let cases = [("status", "status", 0), ("status", "statsu", 2), ("", "abc", 3), ("id", "ib", 1)];
        for (a, b, distance) in cases {
            assert_eq!(distance_between(a, b), distance, "{a} and {b}");
        }
    }

    #[test]
    fn overlapping_paths_become_the_shorter() {
        let paths = ["a.b", "c", "a", "c", "d.0", "d.1", "a.c"].map(path).to_vec();
        assert_eq!(without_overlaps(paths), ["c", "a", "d.0", "d.1"].map(path));
    }

    #[test]
    fn elements_move_up_to_where_nobody_asks_for_those_before() {
        let paths = ["a.2.x", "a.5", "b", "a.2.y", "c.1.3"].map(path);
        let cases = [("a.2.x", "a.0.x"), ("a.5", "a.1"), ("b.4", "b.4"), ("c.1.3", "c.0.0")];
        for (asked, returned) in cases {
            assert_eq!(as_returned(path(asked), &paths), path(returned), "{asked}");
        }
    }
}
