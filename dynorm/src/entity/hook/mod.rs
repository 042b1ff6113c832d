//! Hooks: what is done to each write before it is sent. Versions, timestamps and the like are hooks of the library.

mod count;
mod lifetime;
mod once;
mod stamp;
mod validate;
mod version;

use std::fmt::Debug;
use std::time::SystemTime;

#[doc(hidden)]
pub use self::count::{Count, check_counter};
#[doc(hidden)]
pub use self::lifetime::{Lifetime, LifetimeStart, check_lifetime, seconds_of, seconds_of_stamp};
#[doc(hidden)]
pub use self::once::Once;
pub use self::stamp::Clocked;
#[doc(hidden)]
pub use self::stamp::{Stamp, StampAt, check_clocked, stamp};
#[doc(hidden)]
pub use self::validate::{Validate, validate};
pub use self::version::{BatchDelete, BatchPut, VersionNumber, Versioned};
#[doc(hidden)]
pub use self::version::{Version, last_version};
use super::EntityDescriptor;
use crate::error::Result;
use crate::expr::{Assigned, Changes, Condition, Node, Side};
use crate::value::{Item, Name, Number, Value, top};

/// What is done to writes before they are sent: changes to what is written, and conditions.
///
/// A hook belongs to an entity, by `#[entity(hooks(AUDIT))]`, or to all that a [`Db`](crate::Db) writes, by
/// [`Db::with_hook`](crate::Db::with_hook). Those of the database come first, then those of the entity, then the library's
/// own: `created_at`, `updated_at`, `counter`, `ttl`, `validate`, `write_once`, `version`. Each sees what those before it
/// did. Hooks see every put, update and deletion, alone, in transactions and in batches.
///
/// ```
/// use dynorm::hook::{Adjustment, Hook, Write};
/// use dynorm::prelude::*;
///
/// /// Keeps who wrote last.
/// #[derive(Debug)]
/// struct Writer(&'static str);
///
/// impl Hook for Writer {
///     fn before_write(&self, write: &Write<'_>) -> dynorm::Result<Adjustment> {
///         let adjustment = Adjustment::none();
///         Ok(if write.is_deletion() { adjustment } else { adjustment.set("written_by", self.0) })
///     }
/// }
///
/// #[derive(Entity, Debug, PartialEq)]
/// #[entity(table = "Notes", pk = id)]
/// struct Note { id: u32, text: String, written_by: Option<String> }
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> dynorm::Result<()> {
/// # let db = Db::new(dynorm_mem::MemBackend::new());
/// # db.create_table::<Note>().await?;
/// let db = db.with_hook(Writer("ann"));
/// db.create(&Note { id: 7, text: "hello".into(), written_by: None }).await?;
/// assert_eq!(db.get(Note::key(7u32)).await?.unwrap().written_by.as_deref(), Some("ann"));
/// # Ok(()) }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a hook",
    label = "no `Hook`",
    note = "implement `dynorm::hook::Hook` for its type, and name a constant or a value of it: `hooks(AUDIT)`"
)]
pub trait Hook: Debug + Send + Sync {
    /// What to change of this write, or why it must not be.
    ///
    /// It may be called more often than something is sent, as by `to_request`, and must not have effects of its own.
    ///
    /// # Errors
    ///
    /// Whatever the hook refuses: [`Error::invalid`](crate::Error::invalid) makes an error. Nothing is sent then.
    fn before_write(&self, write: &Write<'_>) -> Result<Adjustment>;
}

/// A write that is about to be sent.
#[derive(Clone, Copy, Debug)]
pub struct Write<'w> {
    pub(crate) kind: WriteKind,
    pub(crate) entity: &'static EntityDescriptor,
    pub(crate) now: SystemTime,
    pub(crate) content: Content<'w>,
    /// The item as the writer knows it.
    pub(crate) known: Option<&'w Item>,
}

/// What a write does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum WriteKind {
    /// Writes an item that must not be there.
    Create,
    /// Creates or replaces an item.
    Put,
    /// Changes an item that must be there.
    Update,
    /// Moves an item to another key, or replaces it at the same.
    Rekey,
    /// Deletes an item.
    Delete,
}

/// What is written.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Content<'w> {
    Whole(&'w Item),
    Changes(&'w Changes),
    Nothing,
}

impl<'w> Write<'w> {
    /// What it does.
    #[must_use]
    pub fn kind(&self) -> WriteKind {
        self.kind
    }

    /// Whether it deletes.
    #[must_use]
    pub fn is_deletion(&self) -> bool {
        self.kind == WriteKind::Delete
    }

    /// The entity that is written.
    #[must_use]
    pub fn entity(&self) -> &'static EntityDescriptor {
        self.entity
    }

    /// The time, by the clock of the backend.
    #[must_use]
    pub fn now(&self) -> SystemTime {
        self.now
    }

    /// The item that is written, with its keys; `None` for updates and deletions.
    #[must_use]
    pub fn item(&self) -> Option<&'w Item> {
        match self.content {
            Content::Whole(item) => Some(item),
            Content::Changes(_) | Content::Nothing => None,
        }
    }

    /// The value that an attribute of the item gets, if that is known before: `None` too if it gets none.
    #[must_use]
    pub fn assigned(&self, attribute: &str) -> Option<&'w Value> {
        match self.content {
            Content::Whole(item) => item.get(attribute),
            Content::Changes(changes) => changes.assigned(attribute),
            Content::Nothing => None,
        }
    }

    /// Whether it may change an attribute of the item, or something within it. What replaces the item changes all.
    #[must_use]
    pub fn touches(&self, attribute: &str) -> bool {
        match self.content {
            Content::Whole(_) => true,
            Content::Changes(changes) => changes.touches(attribute),
            Content::Nothing => false,
        }
    }

    /// Whether it leaves the item without an attribute. A deletion does not: it leaves no item.
    #[must_use]
    pub fn removes(&self, attribute: &str) -> bool {
        match self.content {
            Content::Whole(item) => !item.contains(attribute),
            Content::Changes(changes) => changes.removes(attribute),
            Content::Nothing => false,
        }
    }

    /// The item as the writer knows it: of a whole item, that itself; of an update or deletion, the entity that it
    /// was asked for by, unless that was a key.
    #[must_use]
    pub fn known(&self) -> Option<&'w Item> {
        self.item().or(self.known)
    }
}

/// What a hook changes of a write.
///
/// For updates, the changes are made as the update's own are; for whole items they are made to the item. Keys of indexes
/// that are made of a changed attribute change with it. The primary key must not change.
#[derive(Clone, Debug, Default)]
#[must_use = "it has no effect unless `before_write` returns it"]
pub struct Adjustment {
    pub(crate) changes: Changes,
    pub(crate) conditions: Vec<Node>,
    /// The attribute of the version, and which the item must have.
    pub(crate) version: Option<ExpectedVersion>,
}

/// The version that an item must have; without one it must have none.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ExpectedVersion {
    pub(crate) attribute: &'static str,
    pub(crate) version: Option<Number>,
}

impl ExpectedVersion {
    /// That the item has it.
    pub(crate) fn condition(&self) -> Node {
        Node::holds(top(self.attribute), Ok(self.version.map(Value::N)))
    }

    /// Whether the item, if there is one, has it.
    pub(crate) fn is_of(&self, item: Option<&Item>) -> bool {
        match item.and_then(|item| item.get(self.attribute)) {
            Some(Value::N(version)) => self.version == Some(*version),
            _ => self.version.is_none(),
        }
    }
}

impl Adjustment {
    /// No change.
    pub fn none() -> Self {
        Self::default()
    }

    /// Sets an attribute of the item.
    pub fn set(mut self, attribute: impl Into<Name>, value: impl Into<Value>) -> Self {
        self.changes.set(top(attribute), Assigned::Side(Side::Value(value.into())));
        self
    }

    /// Removes an attribute of the item.
    pub fn remove(mut self, attribute: impl Into<Name>) -> Self {
        self.changes.remove(top(attribute));
        self
    }

    /// Adds to a number of the item; one that is absent counts as 0.
    pub fn add(mut self, attribute: impl Into<Name>, number: impl Into<Number>) -> Self {
        self.changes.add(top(attribute), Side::Value(Value::N(number.into())));
        self
    }

    /// Writes only if the item that is stored satisfies the condition.
    pub fn require<E, K>(mut self, condition: Condition<E, K>) -> Self {
        self.conditions.push(condition.unmarked().node);
        self
    }

    /// Writes only if the attribute has this value in the item that is stored.
    pub fn require_value(mut self, attribute: impl Into<Name>, value: impl Into<Value>) -> Self {
        self.conditions.push(Node::Compare(Side::top(attribute), "=", Side::Value(value.into())));
        self
    }

    /// Writes only if there is no such attribute in the item that is stored, or no item.
    pub fn require_absent(mut self, attribute: impl Into<Name>) -> Self {
        self.conditions.push(Node::Call("attribute_not_exists", vec![Side::top(attribute)]));
        self
    }
}
