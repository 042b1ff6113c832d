//! Versions: a number that each write checks and raises, so that of two writers who read the same item one fails.

use super::{Adjustment, ExpectedVersion, Hook, Write, WriteKind};
use crate::entity::Entity;
use crate::error::{Error, Result};
use crate::expr::{Node, Side};
use crate::value::{Attribute, Number, Value};

/// A type that versions can have.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a version",
    label = "not an unsigned integer",
    note = "a version is counted up from 0 by every write: use `u64`, or `u32`"
)]
pub trait VersionNumber: Attribute {}

impl VersionNumber for u32 {}
impl VersionNumber for u64 {}
impl VersionNumber for u128 {}

/// An entity with a field that is its version: `#[attr(version)]`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no version",
    label = "there is no version to check or to pass over",
    note = "mark the field that counts its writes: `#[attr(version)] version: u64`"
)]
pub trait Versioned: Entity {
    /// The version's type.
    type Version: VersionNumber;
}

/// An entity that can be put without conditions, as batches do.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be put by a batch",
    label = "its writes need conditions, which a batch does not have",
    note = "`version`, `write_once`, `unique`, `history` and `was` are checked by each write: use `db.put` for each, or `db.transact_write()` for several",
    note = "only entities can be put: types with `#[derive(Entity)]`"
)]
pub trait BatchPut: Entity {}

/// An entity that can be deleted without looking at what is stored, as batches do.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be deleted by a batch",
    label = "other items go with it, which a batch does not know",
    note = "`unique` has items in the table that mark whose a value is, `history` the versions, and with `was` an item may be in another shard: use `db.delete` for each, or `db.transact_write()` for several",
    note = "only entities can be deleted: types with `#[derive(Entity)]`"
)]
pub trait BatchDelete: Entity {}

/// The hook of `#[attr(version)]`.
#[derive(Debug)]
pub struct Version {
    /// The attribute.
    pub attribute: &'static str,
    /// The last version that the field can hold, where writes can come to it.
    pub last: Option<u32>,
}

/// The last version that a type can hold, where writes can come to it: 2^64 are more than an item ever has.
///
/// That the type is a [`VersionNumber`] is required elsewhere, so that a mistake is told once.
#[must_use]
pub const fn last_version<T>() -> Option<u32> {
    if size_of::<T>() > size_of::<u32>() { None } else { Some(u32::MAX) }
}

impl Hook for Version {
    fn before_write(&self, write: &Write<'_>) -> Result<Adjustment> {
        let known = write.known().map(|item| match item.get(self.attribute) {
            Some(Value::N(version)) => *version,
            _ => Number::ZERO,
        });
        let adjustment = Adjustment::none();
        let adjustment = match (write.kind(), known) {
            (WriteKind::Delete, _) => adjustment,
            (WriteKind::Update, Some(known)) => {
                self.next(write, known)?;
                adjustment.add(self.attribute, Number::ONE)
            }
            (WriteKind::Update, None) => self.below_last(adjustment).add(self.attribute, Number::ONE),
            (_, known) => {
                let next = self.next(write, known.unwrap_or(Number::ZERO))?;
                adjustment.set(self.attribute, Value::N(next))
            }
        };
        Ok(match (write.kind(), known) {
            (WriteKind::Put | WriteKind::Update | WriteKind::Delete, Some(version)) => {
                adjustment.require_version(self.attribute, version)
            }
            _ => adjustment,
        })
    }
}

impl Version {
    /// The version after `known`, if the field can hold it.
    fn next(&self, write: &Write<'_>, known: Number) -> Result<Number> {
        let next = known.checked_add(Number::ONE).ok();
        let is_held = |next: &Number| self.last.is_none_or(|last| *next <= Number::from(last));
        next.filter(is_held).ok_or_else(|| {
            let reason = format!("{known} is the last version that its type can hold; use `u64`");
            Error::invalid_field(write.entity().name, self.attribute, reason)
        })
    }

    /// Writes only if the version that is stored, whichever it is, has a next one.
    fn below_last(&self, mut adjustment: Adjustment) -> Adjustment {
        if let Some(last) = self.last {
            let version = || Side::top(self.attribute);
            let absent = Node::Call("attribute_not_exists", vec![version()]);
            let below = Node::Compare(version(), "<", Side::Value(Value::N(last.into())));
            adjustment.conditions.push(Node::Or(vec![absent, below]));
        }
        adjustment
    }
}

impl Adjustment {
    /// Writes only if this is the version that is stored; at version 0 nothing has been.
    pub(crate) fn require_version(mut self, attribute: &'static str, version: Number) -> Self {
        let version = Some(version).filter(|version| *version != Number::ZERO);
        let expected = ExpectedVersion { attribute, version };
        self.conditions.push(expected.condition());
        self.version = Some(expected);
        self
    }
}
