//! Collections: the items of one partition, of several entities, read by one query.

mod check;
mod collect;
mod gather;

use std::fmt;
use std::marker::PhantomData;

pub use self::check::check_collection;
pub use self::collect::Collect;
pub use self::gather::Gathered;
use crate::entity::{EntityDescriptor, KeyAttributeSchema, KeyCondition, Table, TableSchema};
use crate::error::{Error, Kind, Result};
use crate::key::{Given, KeyProblem, KeySource, SortCondition, Template, closed_range};
use crate::value::{Item, Value};

/// The items of one partition, as a struct with a member for each entity, or as an enum with a variant for each: see
/// `#[derive(Collection)]`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a collection",
    label = "not a collection",
    note = "add `#[derive(Collection)]` and `#[collection(table = ..., pk = ...)]` to `{Self}`; for one entity query one of its access patterns"
)]
pub trait Collection: Sized + Send + 'static {
    /// The table that it reads.
    type Table: Table;
    /// Where it reads: the table or an index.
    type Index: 'static;

    /// What the library knows of it.
    const DESCRIPTOR: &'static CollectionDescriptor;
}

/// A collection that is one value: a struct whose members are entities.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not one value but one of several entries",
    label = "a collection as an enum",
    note = "ask for the entries: `.all()`, `.items()`, `.page()` or `.first()`"
)]
pub trait Gather: Collection {
    /// Takes the members out of the items that were found.
    #[doc(hidden)]
    fn gather(items: &mut Gathered) -> Result<Self>;
}

/// A collection of entries in the order of the sort key: an enum whose variants are entities.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is one value and has no entries",
    label = "a collection as a struct",
    note = "await the read: `db.collect({Self}::of(..)).await`; for entries one by one derive `Collection` for an enum"
)]
pub trait Entries: Collection {
    /// The entry that an item of the member at this position is.
    #[doc(hidden)]
    fn read(member: usize, item: Item) -> Result<Self>;
}

/// What the library knows of a collection.
#[derive(Clone, Copy, Debug)]
pub struct CollectionDescriptor {
    /// The type's name.
    pub name: &'static str,
    /// The index that it reads.
    pub index: Option<&'static str>,
    /// What stands between the segments of its key templates.
    pub delimiter: char,
    /// The partition key.
    pub partition: Outline,
    /// What the sort keys are, or begin with.
    pub sort: Option<Outline>,
    /// The members, at least one.
    pub members: &'static [MemberDescriptor],
    /// Whether items of no member are errors.
    pub strict: bool,
}

/// All of a collection that depends on the types of its members, in one body: the compiler then complains once about
/// each.
#[derive(Clone, Copy, Debug)]
pub struct Plan<F: 'static> {
    /// The description.
    pub descriptor: &'static CollectionDescriptor,
    /// How items become the collection.
    pub read: F,
}

/// The form of a key: literals, and which segments have fields.
#[derive(Clone, Copy, Debug)]
pub struct Outline {
    /// As it is written.
    pub text: &'static str,
    /// Its segments; none for a field as the key itself.
    pub segments: &'static [OutlineSegment],
}

/// What stands between two delimiters of an outline.
#[derive(Clone, Copy, Debug)]
pub struct OutlineSegment {
    /// The literal; empty where the segment is a field alone.
    pub literal: &'static str,
    /// Whether a field follows.
    pub field: bool,
}

/// A member of a collection.
#[derive(Clone, Copy, Debug)]
pub struct MemberDescriptor {
    /// The field or variant.
    pub name: &'static str,
    /// Its entity.
    pub entity: &'static EntityDescriptor,
}

impl MemberDescriptor {
    /// What makes the keys of the member in the table or index that is read, if those are of one attribute each.
    const fn sources(&self, index: Option<&str>) -> Option<(&'static KeySource, Option<&'static KeySource>)> {
        match self.entity.sources(index) {
            Some(([partition], [])) => Some((partition, None)),
            Some(([partition], [sort])) => Some((partition, Some(sort))),
            _ => None,
        }
    }
}

/// Which partition a collection is read from: `CustomerOrders::of("ann")`.
///
/// A value that cannot be put into the key is an error when the collection is read.
pub struct CollectionKey<C> {
    place: Result<Place>,
    collection: PhantomData<fn() -> C>,
}

/// What is asked of the keys.
#[derive(Clone, Debug)]
struct Place {
    condition: KeyCondition,
    /// What sort keys are, or begin with before a delimiter, where the collection says.
    prefix: Option<(&'static str, String)>,
}

/// The partition of a collection: a [`CollectionKey`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not the partition of a collection",
    label = "not of a type that derives `Collection`",
    note = "give the partition by the collection's function, `CustomerOrders::of(..)`; entities of one type are read by `db.query(..)`"
)]
pub trait OnePartition {
    /// The collection.
    type Collection: Collection;

    /// The partition itself.
    #[doc(hidden)]
    fn partition(self) -> CollectionKey<Self::Collection>;
}

impl<C: Collection> OnePartition for CollectionKey<C> {
    type Collection = C;

    fn partition(self) -> Self {
        self
    }
}

impl<C: Collection> CollectionKey<C> {
    /// The partition of these fields, in the order of the templates.
    #[doc(hidden)]
    #[must_use]
    pub fn of(given: &[Given<'_>]) -> Self {
        Self { place: Place::new(C::DESCRIPTOR, C::Table::SCHEMA, given), collection: PhantomData }
    }
}

impl Place {
    fn new(
        collection: &'static CollectionDescriptor,
        schema: &'static TableSchema,
        given: &[Given<'_>],
    ) -> Result<Self> {
        let error = |problem: KeyProblem| {
            let KeyProblem { field, value, reason } = problem;
            Error::new(Kind::Key { entity: collection.name, field, value, reason })
        };
        let undeclared = || {
            let reason = format!("the members of `{}` have no such keys", collection.name);
            Error::new(Kind::Request { reason })
        };
        // That all members have the same keys is checked by the compiler.
        let first = collection.members.first().and_then(|member| member.sources(collection.index));
        let (partition, sort) = first.ok_or_else(undeclared)?;
        let attributes = schema.key_attributes(collection.index);
        let Some(([partition_attribute, ..], sort_attributes)) = attributes else { return Err(undeclared()) };
        let partition_name = partition_attribute.name;
        let positions: Vec<usize> = partition.positions().collect();
        let (of_partition, of_sort) = given.split_at_checked(positions.len()).ok_or_else(undeclared)?;
        let value =
            partition.value(collection.delimiter, |at| nth(&positions, of_partition, at)).map_err(error)?;
        let incomplete = Kind::KeyIncomplete { entity: collection.name, attribute: partition_name };
        let value = value.ok_or_else(|| Error::new(incomplete))?;
        let partition = vec![(partition_name, value)];
        let (Some(outline), Some(KeySource::Template(template)), Some(KeyAttributeSchema { name, .. })) =
            (collection.sort, sort, sort_attributes.first())
        else {
            let condition = KeyCondition { partition, sort: Vec::new() };
            return Ok(Self { condition, prefix: None });
        };
        let template = Template {
            segments: template.segments.get(..outline.segments.len()).unwrap_or_default(),
            shards: None,
        };
        let positions: Vec<usize> = KeySource::Template(template).positions().collect();
        let rendered =
            template.start(collection.delimiter, |at| nth(&positions, of_sort, at)).map_err(error)?;
        let prefix = rendered.text;
        let sort = vec![(*name, condition_of_prefix(collection, &prefix))];
        Ok(Self { condition: KeyCondition { partition, sort }, prefix: Some((name, prefix)) })
    }
}

/// The value that is given for the field at `position`.
fn nth<'g>(positions: &[usize], given: &[Given<'g>], position: usize) -> Given<'g> {
    let at = positions.iter().position(|known| *known == position);
    at.and_then(|at| given.get(at).copied()).unwrap_or_default()
}

/// Keys that are `prefix`, or go on after it with a delimiter, as far as members have such keys.
fn condition_of_prefix(collection: &CollectionDescriptor, prefix: &str) -> SortCondition {
    let n_segments = collection.sort.map_or(0, |outline| outline.segments.len());
    let is_whole = |member: &MemberDescriptor| match member.sources(collection.index) {
        Some((_, Some(KeySource::Template(template)))) => template.segments.len() == n_segments,
        _ => false,
    };
    let n_whole = collection.members.iter().filter(|member| is_whole(member)).count();
    if n_whole == collection.members.len() {
        SortCondition::Equal(Value::S(prefix.to_owned()))
    } else if n_whole == 0 {
        SortCondition::BeginsWith(Value::S(format!("{prefix}{}", collection.delimiter)))
    } else {
        closed_range(prefix, collection.delimiter)
    }
}

impl<C> Clone for CollectionKey<C> {
    fn clone(&self) -> Self {
        Self { place: self.place.clone(), collection: PhantomData }
    }
}

impl<C> fmt::Debug for CollectionKey<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("CollectionKey").field(&self.place).finish()
    }
}
