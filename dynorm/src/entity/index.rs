//! Where a read reads, as types: the table, a scan of it, and each of its indexes.

use std::marker::PhantomData;

use crate::expr::{NoKeys, OfKey};

/// The table itself, as what a pattern reads.
#[derive(Clone, Copy, Debug)]
pub enum Primary {}

/// All items of the table, as what a scan reads.
#[derive(Clone, Copy, Debug)]
pub enum Everything {}

/// The local secondary index that `Name` is named after, as what a pattern reads.
#[derive(Debug)]
pub struct LocalIndex<Name>(PhantomData<Name>);

/// The global secondary index that `Name` is named after, as what a pattern reads.
#[derive(Debug)]
pub struct GlobalIndex<Name, Projection>(PhantomData<(Name, Projection)>);

/// The index of an access pattern `P` that is read as a whole, named by functions such as `Order::scan_by_state`: for
/// [`Db::scan_index`](crate::Db::scan_index).
#[derive(Debug)]
pub struct IndexToScan<P> {
    pub(crate) name: &'static str,
    /// The function that names it here.
    pub(crate) function: &'static str,
    pattern: PhantomData<fn() -> P>,
}

impl<P> IndexToScan<P> {
    /// The index of this name, as a function of the entity names it.
    #[doc(hidden)]
    #[must_use]
    pub fn named(name: &'static str, function: &'static str) -> Self {
        Self { name, function, pattern: PhantomData }
    }
}

/// The projection of an index that holds whole items.
#[derive(Clone, Copy, Debug)]
pub enum Whole {}

/// The projection of an index that does not hold whole items.
#[derive(Clone, Copy, Debug)]
pub enum Partial {}

/// The name of an index of a table that is in error.
#[derive(Clone, Copy, Debug)]
pub enum Unknown<const NAME: u64> {}

/// What can be read consistently: the table and local indexes.
#[diagnostic::on_unimplemented(
    message = "a global secondary index has no consistent read",
    label = "this reads a global secondary index",
    note = "it is updated after the table, and DynamoDB refuses `ConsistentRead` on it; read the table or a local index, or leave `.consistent()` away"
)]
pub trait ConsistentReads {}
unlisted! {
    impl ConsistentReads for Primary {}
    impl ConsistentReads for Everything {}
    impl<Name> ConsistentReads for LocalIndex<Name> {}
}

/// What whole entities can be read from: the table, local indexes, and global indexes that project all attributes.
#[diagnostic::on_unimplemented(
    message = "this index does not hold whole entities",
    label = "the index projects only some attributes",
    note = "read less: `.project::<P>()` with a struct that derives `Projection`, or `.keys()`; or read the entities from the table with `.hydrate()`; or declare the index with `projection = all`"
)]
pub trait ReadsWholeItems {}
unlisted! {
    impl ReadsWholeItems for Primary {}
    impl ReadsWholeItems for Everything {}
    impl<Name> ReadsWholeItems for LocalIndex<Name> {}
    impl<Name> ReadsWholeItems for GlobalIndex<Name, Whole> {}
}

/// What a collection can read, as [`ReadsWholeItems`] in its own words.
#[diagnostic::on_unimplemented(
    message = "a collection reads whole items, which this index does not hold",
    label = "the index projects only some attributes",
    note = "declare the index with `projection = all` on the table, or collect from the table: leave `index = ..` away"
)]
pub trait Collects {}
unlisted! {
    impl Collects for Primary {}
    impl Collects for Everything {}
    impl<Name> Collects for LocalIndex<Name> {}
    impl<Name> Collects for GlobalIndex<Name, Whole> {}
}

/// A field that is a key attribute itself, though not of `Index`.
#[diagnostic::on_unimplemented(
    message = "a query cannot filter by the field `{Self}`: it is a key of what the query reads, `{Index}`",
    label = "mentions `{Self}`",
    note = "DynamoDB refuses filters that mention a key of the index or table that is queried; narrow the pattern instead, such as `Order::of_customer(\"ann\").number_in(3..)`"
)]
pub trait NoKeyOf<Index> {}
impl<Field> NoKeyOf<Everything> for Field {}

/// The mark of a condition that a read of `Index` can filter by.
pub trait FilterOn<Index> {}
impl<Index> FilterOn<Index> for NoKeys {}
impl<Index, Field: NoKeyOf<Index>> FilterOn<Index> for OfKey<Field> {}
impl<Index, A: FilterOn<Index>, B: FilterOn<Index>> FilterOn<Index> for (A, B) {}

/// That a table has the index whose name has this hash.
#[diagnostic::on_unimplemented(
    message = "table `{Self}` does not declare this index",
    label = "no such index",
    note = "declare it on the table: `#[table(gsi(NAME, pk = \"...\", sk = \"...\"))]` or `#[table(lsi(NAME, sk = \"...\"))]`"
)]
pub trait IndexAt<const NAME: u64> {
    /// What kind of index it is.
    type Index;
}
