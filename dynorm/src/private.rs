//! Every name that generated code uses.

pub use crate::collection::{
    Collection, CollectionDescriptor, CollectionKey, Entries, Gather, Gathered, MemberDescriptor, Outline,
    OutlineSegment, Plan, check_collection,
};
pub use crate::entity::hook::{
    BatchDelete, BatchPut, Count, Lifetime, LifetimeStart, Once, Stamp, StampAt, Validate, Version,
    Versioned, check_clocked, check_counter, check_lifetime, last_version, seconds_of, seconds_of_stamp,
    stamp, validate,
};
pub use crate::entity::{
    Apart, AttributeDescriptor, AttributeRole, Collects, ConsistentReads, END, Entity, EntityDescriptor,
    FieldAt, FieldOf, FieldPath, GlobalIndex, HeldBy, Historied, HistoryRules, Holds, InKey, IndexAt,
    IndexKeys, IndexSchema, IndexToScan, ItemReader, ItemWriter, Itself, Key, KeyAttributeSchema, Lists,
    LocalIndex, Named, Next, NoField, NoKeyOf, Nth, OffloadRule, Offloads, Older, Own, PartOfField, Partial,
    Pattern, Primary, Probe, Projection, ProjectionSchema, ReadFrom, Scannable, ScannableIn, StoredPart,
    Table, TableSchema, Unique, UniqueKey, Unknown, Untouched, UpgradePath, Whole, With, check_field,
    check_unique, field, known_field, range_of,
};
pub use crate::error::Result;
pub use crate::expr::{
    Attr, Flat, Free, InBoth, InText, InWhen, IndexField, Kept, Keyed, Optional, PartOf, PrimaryKey,
    WriteOnce,
};
pub use crate::key::{
    BoxedPart, DescendingPart, Form, Given, IndexPart, KeyPart, KeySource, PaddedPart, PartError,
    Placeholder, Plain, RawPart, ScaledPart, Segment, Shape, ShardField, Sharding, SortPart, SortedAsWritten,
    SortsAsWritten, Spec, Template, TextPart,
};
pub use crate::schema::{check_members, check_table, check_tagged};
pub use crate::value::{
    Arg, Attribute, Coded, Coder, Compress, DecodeError, EncodeError, Item, KeyKind, KeyValue, ListReader,
    ListWriter, MapKey, MapReader, MayBeAbsent, Measured, MemberNames, Members, Merged, Numeric, Offload,
    Opened, Ordered, Plain as PlainCoder, Prefixed, Serde, Step, Tagging, Timestamp, Transparent, Value,
    Variants, put_encoded, put_member, put_members,
};
pub use std::borrow::Cow;
pub use std::string::String;
pub use std::vec::Vec;

use crate::entity::decode;
use crate::error::{ConstText, same_text};
use crate::schema::{check_companions, check_entity};
use crate::value::Expiry;

/// What the derive makes of an entity's fields, in one body, so that a type that does not fit is reported once.
pub struct Codec<E> {
    /// See [`Entity::DESCRIPTOR`].
    pub descriptor: &'static EntityDescriptor,
    /// See [`Entity::write`].
    pub write: fn(&E, &mut ItemWriter),
    /// See [`Entity::read`].
    pub read: fn(&mut ItemReader<'_>) -> Result<E>,
    /// See [`Entity::part`].
    pub part: fn(&E, usize) -> Given<'_>,
    /// See [`Entity::stored_part`].
    pub stored_part: fn(&StoredPart<'_>) -> Option<Option<BoxedPart>>,
}

impl<E> std::fmt::Debug for Codec<E> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Codec").field("descriptor", self.descriptor).finish_non_exhaustive()
    }
}

/// What the derive makes of a nested struct's fields, in one body, as [`Codec`] is.
pub struct MapCodec<T> {
    /// See [`Attribute::encode`].
    pub encode: fn(&T) -> Result<Option<Value>, EncodeError>,
    /// See [`Attribute::decode`].
    pub decode: fn(Value) -> Result<T, DecodeError>,
}

impl<T> std::fmt::Debug for MapCodec<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MapCodec").finish_non_exhaustive()
    }
}

/// Stores an enum as the name of its variant.
///
/// # Errors
///
/// None; the signature is that of [`Attribute::encode`].
pub fn encode_choice<T: MapKey>(choice: &T) -> Result<Option<Value>, EncodeError> {
    Ok(Some(Value::S(choice.name().into_owned())))
}

/// Reads an enum from the name of its variant; `expected` lists the names.
///
/// # Errors
///
/// If the value is no text, or none of the names.
pub fn decode_choice<T: MapKey>(value: Value, expected: &'static str) -> Result<T, DecodeError> {
    let known = match &value {
        Value::S(name) => T::from_name(name),
        _ => None,
    };
    known.ok_or_else(|| DecodeError::new(expected, &value))
}

/// Adds the paths of a field to those that a projection is read from.
pub fn add_path<F: FieldPath>(paths: &mut Vec<Vec<Step>>, field: &F) {
    paths.extend(field.paths());
}

/// Reads a field of a projection.
///
/// # Errors
///
/// If it is absent and must not be, or not a value of the type.
pub fn take_field<T, F: FieldOf<T>>(item: &mut ItemReader<'_>, field: F) -> Result<T> {
    field.take(item)
}

/// Reads what is at the end of a path for a field of a projection that is read from these paths.
///
/// # Errors
///
/// If it is not a value of the type.
pub fn take_part<T, F: PartOfField<T>>(
    item: &ItemReader<'_>,
    path: &F,
    paths: fn() -> Option<Vec<Vec<Step>>>,
) -> Result<T> {
    path.take(item, paths)
}

/// The value of a field of the primary key for templates.
pub fn key_text<T: KeyPart>(value: &T) -> Given<'_> {
    Given::text(value)
}

/// The value of a field of the primary key for templates and plain keys.
pub fn key_both<T: KeyPart + Attribute>(value: &T) -> Given<'_> {
    Given::both(value)
}

/// Holds the next field of the sort key to a range.
#[must_use]
pub fn in_range<T, A: Arg<T> + Clone>(
    probe: Probe,
    range: &impl std::ops::RangeBounds<A>,
    given: fn(&T) -> Given<'_>,
) -> Probe {
    let (low, high) = range_of::<T, A>(range);
    probe.range(low.as_ref().map(given), high.as_ref().map(given))
}

/// The formats that a field of type `T` is written in: a method compiles only if `T` has the format.
#[derive(Debug)]
pub struct FormatsOf<T>(std::marker::PhantomData<T>);

impl<T> FormatsOf<T> {
    /// The formats of `T`.
    pub const FIELD: Self = Self(std::marker::PhantomData);
}

impl<T: IndexPart> FormatsOf<T> {
    /// The text of `T` sorts as `T` does.
    pub fn sorted(&self)
    where
        T::Part: SortPart,
    {
    }
    /// `T` can be padded with zeros.
    pub fn padded(&self)
    where
        T::Part: PaddedPart,
    {
    }
    /// `T` has decimals.
    pub fn scaled(&self)
    where
        T::Part: ScaledPart,
    {
    }
    /// `T` can be written raw.
    pub fn raw(&self)
    where
        T::Part: RawPart,
    {
    }
    /// `T` is text.
    pub fn text(&self)
    where
        T::Part: TextPart,
    {
    }
    /// `T` can be sorted in descending order.
    pub fn descending(&self)
    where
        T::Part: DescendingPart,
    {
    }
}

/// The methods of [`FormatsOf`] for types that can be in no key: that is reported already.
pub trait NoFormats {
    /// See [`FormatsOf::sorted`].
    fn sorted(&self) {}
    /// See [`FormatsOf::padded`].
    fn padded(&self) {}
    /// See [`FormatsOf::scaled`].
    fn scaled(&self) {}
    /// See [`FormatsOf::raw`].
    fn raw(&self) {}
    /// See [`FormatsOf::text`].
    fn text(&self) {}
    /// See [`FormatsOf::descending`].
    fn descending(&self) {}
}

impl<T> NoFormats for &FormatsOf<T> {}

/// The texts that a field of type `T` can have.
#[must_use]
pub const fn shape_of<T: IndexPart>() -> Shape {
    <T::Part as KeyPart>::SHAPE
}

/// The kind of a plain key of type `T`.
#[must_use]
pub const fn kind_of<T: Attribute<Scalar: KeyValue>>() -> KeyKind {
    <T::Scalar as KeyValue>::KIND
}

/// The kind of a key of type `T`, if there are keys of this type.
#[derive(Debug)]
pub struct KindOf<T>(std::marker::PhantomData<T>);

impl<T: Attribute<Scalar: KeyValue>> KindOf<T> {
    /// The kind: this constant hides that of [`NoKind`].
    pub const KINDS: &'static [KeyKind] = &[<T::Scalar as KeyValue>::KIND];
}

/// The kind of types that can be no keys.
pub trait NoKind {
    /// None.
    const KINDS: &'static [KeyKind] = &[];
}

/// The kinds of values that can be of any kind, as far as is known.
pub const ANY_KIND: &[KeyKind] = &[KeyKind::S, KeyKind::N, KeyKind::B];

impl<T> NoKind for KindOf<T> {}

/// A table or index with a partition key of its own.
#[diagnostic::on_unimplemented(
    message = "a local index has the partition key of its table",
    label = "declared with `lsi(...)`",
    note = "leave `pk` out of `index(...)`, or declare the index with `gsi(...)`"
)]
pub trait OwnPartition {}
#[diagnostic::do_not_recommend]
impl<Name, P> OwnPartition for GlobalIndex<Name, P> {}

/// An index with the partition key of its table.
#[diagnostic::on_unimplemented(
    message = "a global index has a partition key of its own",
    label = "declared with `gsi(...)`",
    note = "add `pk = \"...\"` to `index(...)`, or declare the index with `lsi(...)`"
)]
pub trait SharedPartition {}
#[diagnostic::do_not_recommend]
impl<Name> SharedPartition for LocalIndex<Name> {}

/// Compiles only if table `T` has the global index whose name has this hash.
pub const fn global_index<T: IndexAt<NAME, Index: OwnPartition>, const NAME: u64>() {}
/// Compiles only if table `T` has the local index whose name has this hash.
pub const fn local_index<T: IndexAt<NAME, Index: SharedPartition>, const NAME: u64>() {}

/// A time to live that is stored as its type is.
#[diagnostic::on_unimplemented(
    message = "a time to live of type `{Self}` cannot be a key by itself",
    label = "not stored as seconds outside of times to live",
    note = "make the field an `Expiry`, or an `Option` of it; or make the key by a template: `sk = \"{{field}}\"`"
)]
pub trait ExpiryKey {}
impl ExpiryKey for Expiry {}
impl ExpiryKey for Option<Expiry> {}

/// Compiles only if `T` can be a time to live and a key at once.
pub const fn expiry_key<T: ExpiryKey>() {}

/// The names of one list, and of another.
#[must_use]
pub const fn joined<const N: usize>(
    a: &'static [&'static str],
    b: &'static [&'static str],
) -> [&'static str; N] {
    let (mut all, mut at) = ([""; N], 0);
    while at < N {
        all[at] = if at < a.len() { a[at] } else { b[at - a.len()] };
        at += 1;
    }
    all
}

/// The same table.
#[diagnostic::on_unimplemented(
    message = "this entity is in table `{Self}`, not in `{T}`",
    label = "an entity of `{Self}`",
    note = "write `#[entity(table = {T}, ...)]` on the entity, or remove it from `entities(...)`"
)]
pub trait SameTable<T> {}
impl<T> SameTable<T> for T {}

/// The table of a collection.
#[diagnostic::on_unimplemented(
    message = "this entity is in table `{Self}`, and the collection reads `{T}`",
    label = "an entity of `{Self}`",
    note = "one query reads one table: remove the member, or write the table that all members are in"
)]
pub trait TableOfCollection<T> {}
impl<T> TableOfCollection<T> for T {}

/// Compiles only if `E` is an entity of the table `T` of a collection.
pub const fn member_of<T, E: Entity<Table: TableOfCollection<T>>>() {}

/// The entity that an item of a collection is.
///
/// # Errors
///
/// If the item does not have its form.
pub fn read_entity<E: Entity>(item: Item) -> Result<E> {
    decode(item)
}

/// The table of a collection that is in error.
#[derive(Debug)]
pub enum NoTable {}

impl Table for NoTable {
    const SCHEMA: &'static TableSchema = &TableSchema {
        type_name: "",
        name: "",
        partition: KeyAttributeSchema { name: "PK", kind: KeyKind::S },
        sort: None,
        indexes: &[],
        ttl: None,
        tag: None,
        version: "_v",
        delimiter: '#',
    };
    const ENTITIES: &'static [&'static EntityDescriptor] = &[];
}

/// Compiles only if what a collection reads holds whole items.
pub const fn whole_items<I: Collects>() {}

/// The keys of an entity as arguments of type `A`: the `N`th field of the partition key, or of the sort key, of the
/// table (0) or of the index whose name has this hash.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has fewer fields in its key than the collection, or they are of other types than `{A}`",
    label = "the key of this member",
    note = "the arguments of a collection have the types of the fields in the key of its first member, in their order"
)]
pub trait KeyArgument<const INDEX: u64, const SORT: bool, const N: usize, A>: Entity {
    /// Hands on the value for the key.
    fn part<R>(argument: A, then: impl FnOnce(Given<'_>) -> R) -> R;
}

/// Compiles only if `E` is an entity of table `T`.
pub const fn entity_of<T, E: Entity<Table: SameTable<T>>>() {}

/// Stops the compiler with a message if an entity does not fit its table; a table that is in error itself has no
/// name.
///
/// # Panics
///
/// In const evaluation, with the message.
#[track_caller]
pub const fn check_entity_of<E: Entity>() {
    let schema = <E::Table as Table>::SCHEMA;
    if !schema.name.is_empty() {
        check_entity(E::DESCRIPTOR, schema);
        check_listed(E::DESCRIPTOR, schema, <E::Table as Table>::ENTITIES);
        check_companions(E::DESCRIPTOR, schema, <E::Table as Table>::ENTITIES);
    }
}

#[track_caller]
const fn check_listed(entity: &EntityDescriptor, schema: &TableSchema, entities: &[&EntityDescriptor]) {
    let mut at = 0;
    while at < entities.len() {
        if same_text(entities[at].path, entity.path) {
            return;
        }
        at += 1;
    }
    let text = ConstText::new().add("table `").add(schema.type_name).add("` does not list entity `");
    let text =
        text.add(entity.name).add("`, so that its keys are not checked against those of others; add `");
    panic!("{}", text.add(entity.name).add("` to `#[table(entities(...))]`").as_str());
}
