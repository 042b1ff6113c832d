//! Every name that generated code uses.

pub use crate::entity::{
    AttributeDescriptor, AttributeRole, ConsistentReads, END, Entity, EntityDescriptor, Free, Global,
    IndexAt, IndexField, IndexKeys, IndexSchema, ItemReader, ItemWriter, Key, KeyAttributeSchema, Local,
    Optional, PartOf, Partial, Pattern, Primary, PrimaryKey, Probe, ProjectionSchema, Scannable, StoredPart,
    Table, TableSchema, Whole, range_of,
};
pub use crate::error::Result;
pub use crate::expr::Attr;
pub use crate::key::{
    BoxedPart, DescendingPart, Form, Given, IndexPart, KeyPart, KeySource, PaddedPart, PartError,
    Placeholder, Plain, RawPart, ScaledPart, Segment, Shape, SortPart, Spec, Template, TextPart,
};
pub use crate::schema::{check_entity, check_table};
pub use crate::value::{
    Arg, Attribute, DecodeError, EncodeError, Item, KeyKind, KeyValue, Measured, Step, Timestamp, Value,
};

/// Compiles only if `T` can be part of an index key.
pub const fn index_part<T: IndexPart>() {}
/// Compiles only if the text of `T` sorts as `T` does.
pub const fn sort_part<T: IndexPart<Part: SortPart>>() {}
/// Compiles only if `T` can be padded with zeros.
pub const fn padded_part<T: IndexPart<Part: PaddedPart>>() {}
/// Compiles only if `T` has decimals.
pub const fn scaled_part<T: IndexPart<Part: ScaledPart>>() {}
/// Compiles only if `T` can be written raw.
pub const fn raw_part<T: IndexPart<Part: RawPart>>() {}
/// Compiles only if `T` is text.
pub const fn text_part<T: IndexPart<Part: TextPart>>() {}
/// Compiles only if `T` can be sorted in descending order.
pub const fn descending_part<T: IndexPart<Part: DescendingPart>>() {}
/// Compiles only if `T` can be part of a primary key.
pub const fn key_part<T: KeyPart>() {}
/// Compiles only if `T` can be a key attribute by itself.
pub const fn key_value<T: Attribute<Scalar: KeyValue>>() {}
/// Compiles only if `T` can be a time to live.
pub const fn timestamp<T: Timestamp>() {}
/// Compiles only if table `T` has the index whose name has this hash.
pub const fn declared<T: IndexAt<NAME>, const NAME: u64>() {}
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
