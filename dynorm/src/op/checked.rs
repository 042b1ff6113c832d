//! Failed conditions as data: what stood in the way of a write, decoded.

use super::Outcome;
use crate::entity::{Entity, Key, decode_own};
use crate::error::{CancelledAction, Error, Kind, Result};
use crate::value::{DecodeError, Item, Value};

/// What became of a write with a condition: `.checked()` on [`Put`](super::Put), [`Update`](super::Update) and
/// [`Delete`](super::Delete).
///
/// Only that the condition did not hold is data; any other failure is an error as before. Nothing is written but in
/// the case of [`Done`](Self::Done).
///
/// ```
/// # use dynorm::prelude::*;
/// use dynorm::op::Checked;
///
/// # #[derive(Entity, Clone, Debug, PartialEq)]
/// # #[entity(table = "Accounts", pk = id)]
/// # struct Account { id: String, balance: u64 }
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> dynorm::Result<()> {
/// # let db = Db::new(dynorm_mem::MemBackend::new());
/// # db.create_table::<Account>().await?;
/// let ann = Account { id: "ann".into(), balance: 7 };
/// assert!(db.create(&ann).checked().await?.is_done());
///
/// let poorer = Account { balance: 2, ..ann.clone() };
/// match db.put(&poorer).when(Account::BALANCE.ge(9)).checked().await? {
///     Checked::Done(()) => unreachable!("Ann has 7"),
///     Checked::ConditionFailed(existing) => assert_eq!(existing.entity?, ann),
///     Checked::VersionConflict(_) => unreachable!("accounts have no version"),
///     Checked::NotFound => println!("no Ann"),
///     Checked::AlreadyExists(_) => unreachable!("a put does not create"),
///     Checked::UniqueViolation { .. } => unreachable!("no field is unique"),
/// }
/// assert!(matches!(db.delete(Account::key("bob")).when(Account::BALANCE.eq(0)).checked().await?, Checked::NotFound));
/// assert!(matches!(db.create(&ann).checked().await?, Checked::AlreadyExists(_)));
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
#[must_use = "a condition that did not hold is not an error here"]
pub enum Checked<E, Out = ()> {
    /// It is written.
    Done(Out),
    /// The item is there and does not satisfy the condition.
    ConditionFailed(Existing<E>),
    /// The item was written since the version of it that the write is based on.
    VersionConflict(Existing<E>),
    /// The item is not there, and the condition, the version or the operation needs it.
    NotFound,
    /// The item to create is there already.
    AlreadyExists(Existing<E>),
    /// Another entity has what must be unique.
    UniqueViolation {
        /// The name of the constraint, as of [`unique_constraint`](crate::Error::unique_constraint).
        constraint: &'static str,
        /// The key of the other entity, unless the backend does not tell.
        owner: Option<Key<E>>,
    },
}

/// The item that stood in the way of a write.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Existing<E> {
    /// The entity; an error if the item is not one.
    pub entity: Result<E>,
    /// The item as it is stored; empty if the backend does not tell.
    pub item: Item,
}

impl<E: Entity> Existing<E> {
    fn of(item: Option<&Item>) -> Self {
        let item = item.cloned().unwrap_or_default();
        Self { entity: decode_own(item.clone()), item }
    }
}

impl<E: Entity, Out> Checked<E, Out> {
    /// The data in the result of a write: also of [`outcome`](super::Put::outcome), where the cost is wanted too.
    ///
    /// ```
    /// # use dynorm::prelude::*;
    /// # use dynorm::op::Checked;
    /// # #[derive(Entity)]
    /// # #[entity(table = "Users", pk = id)]
    /// # struct User { id: String }
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> dynorm::Result<()> {
    /// # let db = Db::new(dynorm_mem::MemBackend::new());
    /// # db.create_table::<User>().await?;
    /// let created = db.create(&User { id: "ann".into() }).outcome().await;
    /// if let Checked::<User, _>::Done(outcome) = Checked::of(created)? {
    ///     assert_eq!(outcome.capacity.map(|capacity| capacity.units.total), Some(1.0));
    /// }
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    ///
    /// Every error but those of failed conditions.
    pub fn of(result: Result<Out>) -> Result<Self> {
        let error = match result {
            Ok(out) => return Ok(Self::Done(out)),
            Err(error) => error,
        };
        match error.kind() {
            Kind::Condition { existing: None, .. }
            | Kind::Version { existing: None, .. }
            | Kind::Missing { .. } => Ok(Self::NotFound),
            Kind::Version { existing, .. } => Ok(Self::VersionConflict(Existing::of(existing.as_ref()))),
            Kind::Condition { existing, .. } => Ok(Self::ConditionFailed(Existing::of(existing.as_ref()))),
            Kind::Exists { existing, .. } => Ok(Self::AlreadyExists(Existing::of(existing.as_ref()))),
            Kind::Unique { constraint, owner, .. } => {
                let owner = owner.as_ref().and_then(|owner| Key::parse(owner).ok());
                Ok(Self::UniqueViolation { constraint, owner })
            }
            _ => Err(error),
        }
    }

    /// The same of an outcome, of which the value counts.
    pub(super) fn of_outcome(result: Result<Outcome<Out>>) -> Result<Self> {
        Self::of(result.map(|outcome| outcome.value))
    }

    /// Whether it is written.
    #[must_use]
    pub fn is_done(&self) -> bool {
        matches!(self, Self::Done(_))
    }
}

/// What became of a transaction: [`TransactWrite::checked`](super::TransactWrite::checked).
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "a condition that did not hold is not an error here"]
pub enum CheckedTransaction {
    /// All is written.
    Done,
    /// A condition did not hold, so that nothing is written: the actions in their order, those at fault and those not.
    Cancelled(Vec<CancelledAction>),
}

impl CheckedTransaction {
    pub(super) fn of<T>(result: Result<T>) -> Result<Self> {
        let Err(error) = result else { return Ok(Self::Done) };
        // Contention and broken rules are no answers to what was asked.
        if error.cancelled().iter().any(|action| action.reason.is_condition()) {
            return Ok(Self::Cancelled(error.cancelled().to_vec()));
        }
        Err(error)
    }

    /// Whether it is written.
    #[must_use]
    pub fn is_done(&self) -> bool {
        *self == Self::Done
    }
}

impl CancelledAction {
    /// The entity that stood in the way of the action; `None` if there is none, or the action is not at fault. The
    /// item as it is stored stays in [`item`](Self::item).
    ///
    /// ```
    /// # use dynorm::prelude::*;
    /// # #[derive(Entity, Clone, Debug, PartialEq)]
    /// # #[entity(table = "Users", pk = id)]
    /// # struct User { id: String }
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> dynorm::Result<()> {
    /// # let db = Db::new(dynorm_mem::MemBackend::new());
    /// # db.create_table::<User>().await?;
    /// let ann = User { id: "ann".into() };
    /// db.put(&ann).await?;
    /// let error = db.transact_write().create(&ann).await.unwrap_err();
    /// assert_eq!(error.cancelled()[0].existing::<User>()?, Some(ann));
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    ///
    /// If the item is not one of `E`: the wrong entity is asked for, or what is stored does not have its form.
    pub fn existing<E: Entity>(&self) -> Result<Option<E>> {
        let entity = E::DESCRIPTOR.name;
        if self.entity != entity {
            // Where items have no tag, those of another entity could pass for its own.
            let key = format!("of the action to {} `{}`", self.operation, self.entity);
            let source = DecodeError::new(format!("an item of `{entity}`"), &Value::from(self.entity));
            return Err(Error::new(Kind::Decode { entity, key, source }));
        }
        self.item.clone().map(decode_own).transpose()
    }
}
