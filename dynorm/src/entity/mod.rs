//! Entities: what the derives generate, and the way between an entity and an item.

/// Implementations that the compiler does not list in its messages: what users could write instead is not among them.
macro_rules! unlisted {
    ($($implementation:item)*) => {$(
        #[diagnostic::do_not_recommend]
        $implementation
    )*};
}

mod attr;
mod codec;
mod descriptor;
mod evolution;
mod history;
pub mod hook;
mod index;
mod index_keys;
mod key;
mod pattern;
mod projection;
mod slots;
mod unique;

use std::any::Any;

pub use self::attr::{
    Assign, Fillable, InPrimaryKey, Keep, Leave, Lend, Movable, Removable, Rewritable, Separable, Spared,
    Unkept, Unkeyed,
};
pub use self::codec::{ItemReader, ItemWriter};
pub(crate) use self::codec::{
    belongs, check_size, check_whole_size, decode, decode_own, encode, epoch_seconds, is_expired, is_over,
    is_past, own, owner, ttl_attribute,
};
pub use self::descriptor::{
    AttributeDescriptor, AttributeRole, EntityDescriptor, IndexKeys, IndexSchema, KeyAttributeSchema,
    OffloadRule, ProjectionSchema, TableSchema,
};
pub(crate) use self::evolution::{Form, Reader, form, forms, newer_error, reader};
pub use self::evolution::{Older, OlderOf, UpgradePath, UpgradedFrom};
pub use self::history::{Historied, HistoryRules, Revision};
pub(crate) use self::history::{Trail, VERSION_ATTRIBUTES, VERSION_PREFIX, VERSION_TAG};
pub use self::index::{
    Collects, ConsistentReads, Everything, FilterOn, GlobalIndex, IndexAt, IndexToScan, LocalIndex, NoKeyOf,
    Partial, Primary, ReadsWholeItems, Unknown, Whole,
};
pub use self::index_keys::field;
pub(crate) use self::index_keys::{IndexParts, KnownFields, remake as remake_index_keys};
pub(crate) use self::key::key_in;
pub use self::key::{Key, KeyCheck, StoredPart};
pub(crate) use self::pattern::KeyCondition;
pub use self::pattern::{END, Next, Nth, Pattern, Probe, range_of};
pub use self::projection::{
    FieldAt, FieldOf, FieldPath, HeldBy, Holds, InKey, Includes, Lists, Named, NoField, Part, PartOfField,
    Projection, ReadFrom, SameType, Take, check_field, known_field,
};
pub(crate) use self::projection::{single_paths, without_overlaps};
pub use self::slots::{
    Apart, Assigned, Known, Lent, Mark, MarkOne, Missing, Own, Settled, Slot, Untouched, With,
};
pub(crate) use self::unique::{MARKER_OWNER, MARKER_PREFIX, MARKER_SEGMENTS, MARKER_TAG};
pub use self::unique::{Unique, UniqueKey, UniqueValue, check_unique};
use crate::error::Result;
use crate::key::{BoxedPart, Given};
use crate::value::Item;

/// A struct that is stored as items of a table: see `#[derive(Entity)]`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an entity",
    label = "not an entity",
    note = "add `#[derive(Entity)]` and `#[entity(table = ..., pk = ...)]` to `{Self}`",
    note = "an older version, with `#[entity(of = ...)]`, is read only: use the entity that it is a version of"
)]
pub trait Entity: Itself<Itself = Self> + Sized + Send + Sync + 'static {
    /// The table that its items are in.
    type Table: Table;

    /// What the library knows of it.
    const DESCRIPTOR: &'static EntityDescriptor;

    /// The fields that make index keys together with others, for updates.
    #[doc(hidden)]
    type Slots;

    /// The item that it is stored as: its attributes, its keys, its tag.
    ///
    /// ```
    /// # use dynorm::prelude::*;
    /// # #[derive(Entity, Debug, PartialEq)]
    /// # #[entity(table = "Users", pk = "USER#{id}")]
    /// # struct User { id: u64, name: String }
    /// let item = User { id: 7, name: "Ann".into() }.to_item()?;
    /// assert_eq!(item.get("PK"), Some(&Value::from("USER#7")));
    /// assert_eq!(User::from_item(item)?.name, "Ann");
    /// # Ok::<(), dynorm::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If a field cannot be stored or put into a key, or the item is too large.
    fn to_item(&self) -> Result<Item> {
        encode(self)
    }

    /// The entity that an item holds, as from a stream, an export or a call by hand.
    ///
    /// # Errors
    ///
    /// If the item does not have the form of the entity, or the tag of another: [`Error::is_decode`](crate::Error::is_decode).
    fn from_item(item: Item) -> Result<Self> {
        decode_own(item)
    }

    /// Writes its attributes in the order of their names, without the keys that templates make.
    #[doc(hidden)]
    fn write(&self, out: &mut ItemWriter);

    /// Reads its attributes in the order of their names.
    #[doc(hidden)]
    fn read(item: &mut ItemReader<'_>) -> Result<Self>;

    /// The value of the field at `position`, if it is part of a key.
    #[doc(hidden)]
    fn part(&self, position: usize) -> Given<'_>;

    /// The value of the field at `position`, if a `when` of an index asks for it.
    #[doc(hidden)]
    fn any(&self, position: usize) -> Option<&dyn Any> {
        let _ = position;
        None
    }

    /// Whether an item with these fields is in the index at this place of the descriptor.
    #[doc(hidden)]
    fn is_indexed<'f>(index: usize, fields: &dyn Fn(usize) -> Option<&'f dyn Any>) -> bool {
        let _ = (index, fields);
        true
    }

    /// How it is made of items of older versions.
    #[doc(hidden)]
    const UPGRADE: Option<UpgradePath<Self>> = None;

    /// The value of a field of the primary key, `None` if no index template uses it, and `Some(None)` if it cannot be
    /// read back.
    #[doc(hidden)]
    fn stored_part(stored: &StoredPart<'_>) -> Option<Option<BoxedPart>>;
}

/// An entity with fields whose values may be in an object store: `#[attr(offload)]`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no fields in an object store",
    label = "there are no objects of it",
    note = "mark a field whose values may be large: `#[attr(offload)] body: Offloaded<Vec<u8>>`"
)]
pub trait Offloads: Entity {}

/// The type itself, of an entity. Of another type it is no type: an operation on that is reported once, and not again
/// for all that is made of it.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an entity",
    label = "not an entity",
    note = "add `#[derive(Entity)]` and `#[entity(table = ..., pk = ...)]` to `{Self}`"
)]
pub trait Itself {
    /// `Self`.
    type Itself;
}

/// An entity that says that it may be scanned: `#[entity(scan)]`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not allow scans",
    label = "a scan reads, and bills, the whole table",
    note = "query one of its access patterns instead, or allow it with `#[entity(scan)]` on `{Self}`, which has to be an entity"
)]
pub trait Scannable: Entity {}

/// An entity that says that the index `I` may be scanned for it: `index(.., scan)`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not allow scans of the index `{I}`",
    label = "a scan reads, and bills, the whole index",
    note = "query the access pattern of the index instead, or allow it where `{Self}` says its keys: `#[entity(index(.., scan))]`"
)]
pub trait ScannableIn<I>: Entity {}

/// A table: see `#[derive(Table)]`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a table",
    label = "not a table",
    note = "add `#[derive(Table)]` and `#[table(name = ..., pk = ..., entities(...))]` to `{Self}`"
)]
pub trait Table: Sized + Send + Sync + 'static {
    /// What the library knows of it.
    const SCHEMA: &'static TableSchema;

    /// The entities whose items are in it.
    const ENTITIES: &'static [&'static EntityDescriptor];
}
