//! The one error type of the library, and refusals of backends.

mod const_text;
mod failure;

use std::fmt;
use std::sync::Arc;

pub(crate) use self::const_text::ConstText;
pub(crate) use self::const_text::same_text;
pub use self::failure::{CancellationReason, Failure, FailureKind, Reason};
use crate::value::{DecodeError, EncodeError, Item};

/// A result with dynorm's [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why an operation failed.
///
/// Ask the `is_*` methods what to do about it; [`code`](Self::code) names the page in `docs/errors.md`.
///
/// ```
/// # use dynorm::prelude::*;
/// # #[derive(Entity, Debug)]
/// # #[entity(table = "Users", pk = "USER#{id}")]
/// # struct User { id: String }
/// # #[tokio::main(flavor = "current_thread")] async fn main() {
/// let db = Db::new(dynorm_mem::MemBackend::new());
/// let error = db.get(User::key("a#b")).await.unwrap_err();
/// assert!(error.is_key());
/// assert_eq!(error.code(), "DYN0101");
/// assert!(error.to_string().starts_with(r##"cannot put `id` = "a#b" into the key of `User`"##));
/// # }
/// ```
#[derive(Clone)]
pub struct Error {
    kind: Arc<Kind>,
    /// The refusal of the backend that it comes from, if it comes from one.
    failure: Option<Arc<Failure>>,
}

/// What failed, with everything that a message needs.
#[derive(Debug)]
pub(crate) enum Kind {
    /// A field cannot be put into a key.
    Key { entity: &'static str, field: &'static str, value: String, reason: String },
    /// A part of a primary key is absent.
    KeyIncomplete { entity: &'static str, attribute: &'static str },
    /// A stored key is not one of the entity.
    KeyForeign { entity: &'static str, key: String },
    /// A value cannot be stored.
    Encode { entity: &'static str, source: EncodeError },
    /// A stored item is not one of the entity.
    Decode { entity: &'static str, key: String, source: DecodeError },
    /// A stored item is of a schema version that the program does not know.
    UnknownSchema { operation: &'static str, entity: &'static str, key: String, version: u64, newest: u32 },
    /// An item of an older version cannot become one of today.
    Upgrade {
        entity: &'static str,
        key: String,
        version: u64,
        newest: u32,
        /// The form that could not be upgraded.
        form: &'static str,
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// A collection lacks a member that it must have.
    MemberMissing { collection: &'static str, member: &'static str, entity: &'static str, partition: String },
    /// A collection has an item that it must not have.
    Unexpected { collection: &'static str, reason: String },
    /// A value cannot be written to an object store, or there is none.
    Offload { message: String },
    /// An object is not there, or is not what it should be.
    Object { key: String, expected: Option<String> },
    /// An object store did not do what it was asked.
    ObjectStore { operation: &'static str, key: String, source: Box<dyn std::error::Error + Send + Sync> },
    /// The item is larger than DynamoDB allows.
    TooLarge { entity: &'static str, size_bytes: usize, attributes: Vec<(String, usize)> },
    /// The condition of a write did not hold.
    Condition { operation: &'static str, entity: &'static str, existing: Option<Item> },
    /// The item was written since its version was read; gone, if there is none.
    Version { operation: &'static str, entity: &'static str, existing: Option<Item> },
    /// Another entity has what must be unique.
    Unique {
        operation: &'static str,
        entity: &'static str,
        constraint: &'static str,
        /// The primary key of the other.
        owner: Option<Item>,
    },
    /// A value that must not be written, or a write that must not be done, by a rule of the entity's.
    Invalid { entity: &'static str, field: Option<&'static str>, reason: String },
    /// The item to create is there already.
    Exists { entity: &'static str, existing: Option<Item> },
    /// The item to update is not there.
    Missing { entity: &'static str },
    /// A transaction was cancelled.
    Cancelled { actions: Vec<CancelledAction> },
    /// A range without values, which DynamoDB has no request for.
    EmptyRange { entity: &'static str, pattern: &'static str },
    /// A cursor that cannot be used here.
    Cursor { problem: CursorProblem, detail: String },
    /// A batch that was not carried out to its end.
    Incomplete {
        operation: &'static str,
        subject: &'static str,
        n_left: usize,
        n_asked: usize,
        cause: Option<Error>,
    },
    /// A read that was not at its end after as many requests as it may send.
    Unfinished { requests: u32 },
    /// A request that breaks a rule before it is sent.
    Request { reason: String },
    /// The backend refused.
    Backend { operation: &'static str, subject: &'static str },
}

/// One action of a cancelled transaction, and why it was, or was not, at fault.
///
/// [`existing`](Self::existing) gives the entity that stood in the way.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CancelledAction {
    /// What the action would have done: `create`, `put`, `update`, `delete`, `check` or `get`.
    pub operation: &'static str,
    /// The entity's name.
    pub entity: &'static str,
    /// Why it was at fault, or that it was not.
    pub reason: Reason,
    /// The service's words, if it was at fault.
    pub message: Option<String>,
    /// The item that stood in the way, as it is stored; for a
    /// [`UniqueViolation`](Reason::UniqueViolation), the primary key of the entity that did.
    pub item: Option<Item>,
    /// The unique constraint that it would break.
    pub constraint: Option<&'static str>,
}

/// Why a cursor cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CursorProblem {
    /// It is no token, or was changed on its way.
    Damaged,
    /// It was written by a release with another format.
    OtherVersion,
    /// It belongs to another read; the message says what differs.
    OtherRead,
    /// It is not signed, or by none of the keys of the database.
    BadSignature,
}

impl Error {
    pub(crate) fn new(kind: Kind) -> Self {
        Self { kind: Arc::new(kind), failure: None }
    }

    /// The same error, which comes from this refusal of the backend.
    pub(crate) fn because(self, failure: impl Into<Arc<Failure>>) -> Self {
        Self { failure: Some(failure.into()), ..self }
    }

    /// The same error, which comes from where the other one does.
    pub(crate) fn because_of(self, other: &Self) -> Self {
        Self { failure: other.failure.clone(), ..self }
    }

    /// A cursor that cannot be used.
    pub(crate) fn cursor(problem: CursorProblem, detail: impl Into<String>) -> Self {
        Self::new(Kind::Cursor { problem, detail: detail.into() })
    }

    /// The refusal of a [`Hook`](crate::hook::Hook) to let an entity be written.
    #[must_use]
    pub fn invalid(entity: &'static str, reason: impl Into<String>) -> Self {
        Self::new(Kind::Invalid { entity, field: None, reason: reason.into() })
    }

    /// A value of a field that must not be written.
    pub(crate) fn invalid_field(entity: &'static str, field: &'static str, reason: String) -> Self {
        Self::new(Kind::Invalid { entity, field: Some(field), reason })
    }

    pub(crate) fn kind(&self) -> &Kind {
        &self.kind
    }

    /// The refusal of a backend to carry out `operation` on `subject`, an entity or a table.
    pub(crate) fn backend(operation: &'static str, subject: &'static str, failure: Failure) -> Self {
        Self::new(Kind::Backend { operation, subject }).because(failure)
    }

    /// The stable code of this kind of error, such as `DYN0101`; `docs/errors.md` has a section on each.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match &*self.kind {
            Kind::Key { .. } => "DYN0101",
            Kind::KeyIncomplete { .. } => "DYN0102",
            Kind::KeyForeign { .. } => "DYN0103",
            Kind::EmptyRange { .. } => "DYN0104",
            Kind::Encode { .. } => "DYN0201",
            Kind::Decode { .. } => "DYN0202",
            Kind::TooLarge { .. } => "DYN0203",
            Kind::MemberMissing { .. } => "DYN0204",
            Kind::Unexpected { .. } => "DYN0205",
            Kind::Invalid { .. } => "DYN0206",
            Kind::UnknownSchema { .. } => "DYN0207",
            Kind::Upgrade { .. } => "DYN0208",
            Kind::Offload { .. } => "DYN0209",
            Kind::Object { .. } => "DYN0210",
            Kind::Condition { .. } => "DYN0301",
            Kind::Exists { .. } => "DYN0302",
            Kind::Missing { .. } => "DYN0303",
            Kind::Cancelled { .. } => "DYN0304",
            Kind::Version { .. } => "DYN0305",
            Kind::Unique { .. } => "DYN0306",
            Kind::Cursor { .. } => "DYN0401",
            Kind::Request { .. } => "DYN0402",
            Kind::Unfinished { .. } => "DYN0403",
            Kind::Incomplete { .. } => "DYN0404",
            Kind::Backend { .. } => "DYN0501",
            Kind::ObjectStore { .. } => "DYN0502",
        }
    }

    /// A value cannot be part of a key, or a stored key is not one of the entity; nothing was sent.
    #[must_use]
    pub fn is_key(&self) -> bool {
        matches!(*self.kind, Kind::Key { .. } | Kind::KeyIncomplete { .. } | Kind::KeyForeign { .. })
    }

    /// A value cannot be stored, as NaN; nothing was sent.
    #[must_use]
    pub fn is_encode(&self) -> bool {
        matches!(*self.kind, Kind::Encode { .. })
    }

    /// A stored item does not have the form of the entity, or of one of its older versions; or an object not that of its
    /// field.
    #[must_use]
    pub fn is_decode(&self) -> bool {
        matches!(
            *self.kind,
            Kind::Decode { .. } | Kind::Upgrade { .. } | Kind::Object { expected: Some(_), .. }
        )
    }

    /// A value of a field that is `#[attr(offload)]` cannot be written: there is no object store, or its object is another
    /// item's; or it cannot be loaded, as there is no store. Nothing was sent.
    #[must_use]
    pub fn is_offload(&self) -> bool {
        matches!(*self.kind, Kind::Offload { .. })
    }

    /// The object that an item referred to when it was read is not there: the value was replaced since, and the object
    /// deleted as an orphan. Read the item again.
    #[must_use]
    pub fn is_object_missing(&self) -> bool {
        matches!(*self.kind, Kind::Object { expected: None, .. })
    }

    /// The object store did not do what it was asked; its own error is the [`source`](std::error::Error::source). No item
    /// was written.
    #[must_use]
    pub fn is_object_store(&self) -> bool {
        matches!(*self.kind, Kind::ObjectStore { .. })
    }

    /// A stored item has a schema version that the program does not know: one that a newer program wrote, or one that
    /// is so old that no `upgrade_from` leads to it. Nothing was written.
    #[must_use]
    pub fn is_unknown_schema(&self) -> bool {
        matches!(*self.kind, Kind::UnknownSchema { .. })
    }

    /// A collection lacks a member that is neither an `Option` nor a `Vec`.
    #[must_use]
    pub fn is_member_missing(&self) -> bool {
        matches!(*self.kind, Kind::MemberMissing { .. })
    }

    /// A collection has an item that it must not have: a second one of a member that is no `Vec`, or with
    /// `unknown = error` one that is of no member.
    #[must_use]
    pub fn is_unexpected_item(&self) -> bool {
        matches!(*self.kind, Kind::Unexpected { .. })
    }

    /// The item is larger than 400 KB; nothing was sent.
    #[must_use]
    pub fn is_too_large(&self) -> bool {
        matches!(*self.kind, Kind::TooLarge { .. })
    }

    /// The item is there, but does not satisfy the condition; nothing was written.
    #[must_use]
    pub fn is_condition_failed(&self) -> bool {
        matches!(*self.kind, Kind::Condition { .. })
    }

    /// Somebody else wrote or deleted the item since its version was read; nothing was written. [`existing`](Self::existing)
    /// is what is there now: read it, decide again, and write again.
    #[must_use]
    pub fn is_version_conflict(&self) -> bool {
        matches!(*self.kind, Kind::Version { .. })
    }

    /// Another entity has what must be unique by `#[entity(unique(..))]`; nothing was written.
    /// [`unique_constraint`](Self::unique_constraint) says what. In a transaction, it is a reason of
    /// [`cancelled`](Self::cancelled), and true here too.
    #[must_use]
    pub fn is_unique_violation(&self) -> bool {
        self.unique_constraint().is_some()
    }

    /// The name of the unique constraint that a write would break: `email`, `tenant_email` or `email_in_tenant`.
    #[must_use]
    pub fn unique_constraint(&self) -> Option<&'static str> {
        match &*self.kind {
            Kind::Unique { constraint, .. } => Some(constraint),
            Kind::Cancelled { actions } => actions.iter().find_map(|action| action.constraint),
            _ => None,
        }
    }

    /// A value breaks a rule of the entity's, by `#[attr(validate = ..)]` or a hook; nothing was sent.
    #[must_use]
    pub fn is_invalid(&self) -> bool {
        matches!(*self.kind, Kind::Invalid { .. })
    }

    /// The item to create is there already; nothing was written.
    #[must_use]
    pub fn is_already_exists(&self) -> bool {
        matches!(*self.kind, Kind::Exists { .. })
    }

    /// The item to change is not there; nothing was written.
    #[must_use]
    pub fn is_not_found(&self) -> bool {
        matches!(*self.kind, Kind::Missing { .. })
    }

    /// A transaction was cancelled; [`cancelled`](Self::cancelled) says why. Nothing was written.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        matches!(*self.kind, Kind::Cancelled { .. })
    }

    /// The range of a query has no values, as `5..5`: [`to_request`](crate::Read::to_request) has no request to
    /// show. Reads answer that there is nothing and do not fail.
    #[must_use]
    pub fn is_empty_range(&self) -> bool {
        matches!(*self.kind, Kind::EmptyRange { .. })
    }

    /// A cursor is damaged, belongs to another query, or is not signed as it must be;
    /// [`cursor_problem`](Self::cursor_problem) says which.
    #[must_use]
    pub fn is_cursor(&self) -> bool {
        matches!(*self.kind, Kind::Cursor { .. })
    }

    /// Why a cursor cannot be used.
    #[must_use]
    pub fn cursor_problem(&self) -> Option<CursorProblem> {
        match *self.kind {
            Kind::Cursor { problem, .. } => Some(problem),
            _ => None,
        }
    }

    /// A read was not at its end after as many requests as [`max_requests`](crate::Read::max_requests) allows.
    #[must_use]
    pub fn is_unfinished(&self) -> bool {
        matches!(*self.kind, Kind::Unfinished { .. })
    }

    /// A batch was not carried out to its end; what is left was in its result.
    #[must_use]
    pub fn is_incomplete(&self) -> bool {
        matches!(*self.kind, Kind::Incomplete { .. })
    }

    /// The table or index does not exist.
    #[must_use]
    pub fn is_table_not_found(&self) -> bool {
        self.failure().is_some_and(|failure| failure.kind == FailureKind::NotFound)
    }

    /// The backend asks to slow down: throughput, request limit or throttling.
    #[must_use]
    pub fn is_throttled(&self) -> bool {
        use FailureKind::{RequestLimitExceeded, Throttled, ThroughputExceeded};
        let throttled = |f: &Failure| matches!(f.kind, ThroughputExceeded | RequestLimitExceeded | Throttled);
        self.failure().is_some_and(throttled)
    }

    /// The backend's refusal, in the service's words, if it came to that: also of a condition that did not hold.
    #[must_use]
    pub fn failure(&self) -> Option<&Failure> {
        match &*self.kind {
            Kind::Incomplete { cause, .. } => cause.as_ref()?.failure(),
            _ => self.failure.as_deref(),
        }
    }

    /// The service's id of the request that was refused, which it is asked about by. The engine in process has none.
    ///
    /// ```
    /// # use dynorm::prelude::*;
    /// # #[derive(Entity)]
    /// # #[entity(table = "Users", pk = id)]
    /// # struct User { id: u32 }
    /// # async fn create(db: &Db) {
    /// if let Err(error) = db.create(&User { id: 7 }).await {
    ///     eprintln!("{error} (request {})", error.request_id().unwrap_or("without an id"));
    /// }
    /// # }
    /// ```
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        self.failure()?.request_id.as_deref()
    }

    /// The item that stood in the way of a write: that failed its condition, or is there already.
    #[must_use]
    pub fn existing(&self) -> Option<&Item> {
        match &*self.kind {
            Kind::Condition { existing, .. }
            | Kind::Version { existing, .. }
            | Kind::Exists { existing, .. } => existing.as_ref(),
            _ => None,
        }
    }

    /// The actions of a cancelled transaction in their order, those at fault and those not; empty for other errors.
    #[must_use]
    pub fn cancelled(&self) -> &[CancelledAction] {
        match &*self.kind {
            Kind::Cancelled { actions } => actions,
            _ => &[],
        }
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Error {{ code: {}, kind: {:?}, failure: {:?} }}", self.code(), self.kind, self.failure)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &*self.kind {
            Kind::Key { entity, field, value, reason } => {
                write!(f, "cannot put `{field}` = {value:?} into the key of `{entity}`: {reason}")
            }
            Kind::KeyIncomplete { entity, attribute } => {
                write!(f, "cannot make the key of `{entity}`: a part of `{attribute}` is absent")
            }
            Kind::KeyForeign { entity, key } => write!(f, "not a key of `{entity}`: {key}"),
            Kind::Encode { entity, .. } => write!(f, "cannot store `{entity}`"),
            Kind::Decode { entity, key, .. } => write!(f, "cannot read `{entity}` from the item {key}"),
            Kind::TooLarge { entity, size_bytes, attributes } => {
                write_too_large(f, entity, *size_bytes, attributes)
            }
            schema @ (Kind::UnknownSchema { .. } | Kind::Upgrade { .. }) => write_schema(f, schema),
            objects @ (Kind::Offload { .. } | Kind::Object { .. } | Kind::ObjectStore { .. }) => {
                write_objects(f, objects)
            }
            Kind::MemberMissing { collection, member, entity, partition } => write!(
                f,
                "cannot read `{collection}` from {partition}: there is no `{entity}` for the member `{member}`; make it an `Option<{entity}>`, or ask with `.optional()` where there may be nothing at all"
            ),
            Kind::Unexpected { collection, reason } => write!(f, "cannot read `{collection}`: {reason}"),
            Kind::Condition { operation, entity, .. } => {
                write!(f, "cannot {operation} `{entity}`: the item does not satisfy the condition")
            }
            Kind::Version { operation, entity, existing } => {
                write_version(f, operation, entity, existing.is_some())
            }
            Kind::Unique { operation, entity, constraint, .. } => write!(
                f,
                "cannot {operation} `{entity}`: another one has this `{constraint}`, which must be unique"
            ),
            Kind::Invalid { entity, field: Some(field), reason } => {
                write!(f, "cannot write `{entity}`: `{field}` breaks its rule: {reason}")
            }
            Kind::Invalid { entity, field: None, reason } => write!(f, "cannot write `{entity}`: {reason}"),
            Kind::Exists { entity, .. } => {
                write!(f, "cannot create `{entity}`: an item with this key exists; use `put` to replace it")
            }
            Kind::Missing { entity } => {
                write!(
                    f,
                    "cannot update `{entity}`: there is no item with this key; use `create` or `put` first"
                )
            }
            Kind::Cancelled { actions } => write_cancelled(f, actions),
            Kind::EmptyRange { entity, pattern } => {
                write!(f, "the range of `{entity}::{pattern}` has no values, so there is no request to send")
            }
            Kind::Cursor { detail, .. } => write!(f, "cannot go on from this cursor: {detail}"),
            Kind::Unfinished { requests } => {
                write!(
                    f,
                    "the read is not at its end after {requests} requests; allow more, or read page by page"
                )
            }
            Kind::Incomplete { operation, subject, n_left, n_asked, .. } => {
                write!(f, "cannot {operation} `{subject}`: {n_left} of {n_asked} are left")
            }
            Kind::Request { reason } => write!(f, "cannot send the request: {reason}"),
            Kind::Backend { operation, subject } => write!(f, "cannot {operation} `{subject}`"),
        }?;
        match &*self.kind {
            Kind::Backend { .. } => self.failure.iter().try_for_each(|failure| write!(f, ": {failure}")),
            Kind::Encode { source, .. } => write!(f, ": {source}"),
            Kind::Decode { source, .. } => write!(f, ": {source}"),
            Kind::Incomplete { cause: Some(cause), .. } => write!(f, ": {cause}"),
            _ => Ok(()),
        }
    }
}

fn write_version(f: &mut fmt::Formatter<'_>, operation: &str, entity: &str, is_there: bool) -> fmt::Result {
    let what = if is_there {
        "written since this version of it was read; read it again"
    } else {
        "deleted since this version of it was read"
    };
    write!(f, "cannot {operation} `{entity}`: the item was {what}")
}

/// Of schema versions.
fn write_schema(f: &mut fmt::Formatter<'_>, kind: &Kind) -> fmt::Result {
    match kind {
        Kind::UnknownSchema { operation, entity, key, version, newest } => {
            let at = if *operation == "read" { "from" } else { "at" };
            write!(
                f,
                "cannot {operation} `{entity}` {at} the item {key}: it has schema version {version}, "
            )?;
            if *version > u64::from(*newest) {
                let advice = "use a program that is as new as the item";
                write!(f, "and this program knows versions up to {newest}; {advice}")
            } else {
                write!(f, "and no `upgrade_from` leads from that to {newest}; declare the older version")
            }
        }
        Kind::Upgrade { entity, key, version, newest, form, source } => write!(
            f,
            "cannot read `{entity}` from the item {key}: it has schema version {version}, and cannot become one of version {newest}: `{form}` is not converted: {source}"
        ),
        _ => Ok(()),
    }
}

/// The errors about object stores.
fn write_objects(f: &mut fmt::Formatter<'_>, kind: &Kind) -> fmt::Result {
    match kind {
        Kind::Offload { message } => f.write_str(message),
        Kind::Object { key, expected: Some(expected) } => {
            write!(f, "cannot load the object `{key}`: expected {expected}")
        }
        Kind::Object { key, expected: None } => write!(
            f,
            "the object `{key}` is not there: its value was replaced since the item was read; read it again"
        ),
        Kind::ObjectStore { operation, key, source } => {
            write!(f, "cannot {operation} the object `{key}`: {source}")
        }
        _ => Ok(()),
    }
}

fn write_too_large(
    f: &mut fmt::Formatter<'_>,
    entity: &str,
    size_bytes: usize,
    attributes: &[(String, usize)],
) -> fmt::Result {
    write!(f, "cannot store `{entity}`: the item has {size_bytes} bytes and DynamoDB takes 409600; ")?;
    for (at, (name, bytes)) in attributes.iter().enumerate() {
        let comma = if at == 0 { "" } else { ", " };
        write!(f, "{comma}`{name}` {bytes}")?;
    }
    Ok(())
}

fn write_cancelled(f: &mut fmt::Formatter<'_>, actions: &[CancelledAction]) -> fmt::Result {
    f.write_str("the transaction was cancelled")?;
    let at_fault = actions.iter().enumerate().filter(|(_, action)| action.reason != Reason::None);
    for (n, (at, action)) in at_fault.enumerate() {
        let separator = if n == 0 { ": " } else { "; " };
        write!(
            f,
            "{separator}action {} ({} `{}`): {}",
            at + 1,
            action.operation,
            action.entity,
            action.reason
        )?;
    }
    Ok(())
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &*self.kind {
            Kind::Encode { source, .. } => Some(source),
            Kind::Decode { source, .. } => Some(source),
            Kind::Upgrade { source, .. } | Kind::ObjectStore { source, .. } => Some(&**source),
            Kind::Incomplete { cause: Some(cause), .. } => Some(cause),
            _ => self.failure.as_deref().map(|failure| failure as _),
        }
    }
}
