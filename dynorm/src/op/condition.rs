//! The conditions of writes: what the user asks, what the operation needs, and what it means if they fail.

use std::time::SystemTime;

use super::hooks::Asked;
use super::offload::Held;
use crate::entity::hook::ExpectedVersion;
use crate::entity::{Entity, Table, epoch_seconds, is_expired, newer_error, ttl_attribute};
use crate::error::{Error, Failure, FailureKind, Kind, Reason, Result};
use crate::expr::{Condition, Node, Renderer, Side, Unsendable};
use crate::value::{Item, Value};

/// What a write needs of the item besides what the user asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Presence {
    /// Nothing.
    Any,
    /// It must be there.
    Present,
    /// It must not be there.
    Absent,
}

/// What is asked already, and more.
#[expect(clippy::unnecessary_wraps, reason = "it goes back to where it came from")]
pub(super) fn both<E, K>(known: Option<Condition<E>>, more: Condition<E, K>) -> Option<Condition<E>> {
    let more = more.unmarked();
    match known {
        Some(known) => Some(known & more),
        None => Some(more),
    }
}

/// What a write needs of the item that is stored, to tell what it means if it is not so.
#[derive(Clone, Debug)]
pub(super) struct Needs {
    pub(super) presence: Presence,
    /// Whether there are conditions of the user's, or of hooks.
    pub(super) asked: bool,
    pub(super) version: Option<ExpectedVersion>,
    /// The references to objects that it keeps.
    pub(super) held: Vec<Held>,
}

impl Needs {
    /// What the operation needs, the user's condition, those of hooks, and references that are kept.
    pub(super) fn of<E>(
        presence: Presence,
        condition: Option<&Condition<E>>,
        asked: &Asked,
        held: Vec<Held>,
    ) -> Self {
        let is_asked = condition.is_some() || !asked.conditions.is_empty() || !held.is_empty();
        Self { presence, asked: is_asked, version: asked.version.clone(), held }
    }

    /// Of a write that is made by one condition that the user has.
    pub(super) fn user(presence: Presence) -> Self {
        Self { presence, asked: true, version: None, held: Vec::new() }
    }
}

/// The condition expression of a write. What is expired at `now` counts as absent.
pub(super) fn render<E: Entity>(
    presence: Presence,
    condition: Option<&Condition<E>>,
    of_hooks: &[Node],
    now: SystemTime,
    renderer: &mut Renderer,
) -> Result<Option<String>> {
    let needed = needed::<E>(presence, now);
    let nodes = needed.iter().chain(condition.map(|condition| &condition.node)).chain(of_hooks);
    renderer.all(nodes).map_err(expression_error::<E>)
}

fn needed<E: Entity>(presence: Presence, now: SystemTime) -> Vec<Node> {
    let partition = || vec![of_partition::<E>()];
    match (presence, expired::<E>(now)) {
        (Presence::Any, _) => Vec::new(),
        (Presence::Present, None) => vec![Node::Call("attribute_exists", partition())],
        (Presence::Present, Some(expired)) => {
            vec![Node::Call("attribute_exists", partition()), Node::Not(Box::new(expired))]
        }
        (Presence::Absent, None) => vec![Node::Call("attribute_not_exists", partition())],
        (Presence::Absent, Some(expired)) => {
            vec![Node::Or(vec![Node::Call("attribute_not_exists", partition()), expired])]
        }
    }
}

/// That what is asked of an item is asked of one in the form of today: an older one is upgraded first, and a newer one
/// is left alone. Empty if nothing is asked, or the entity has no versions.
pub(super) fn in_form<E: Entity>(needs: &Needs) -> Option<Node> {
    let version = E::DESCRIPTOR.version?;
    if needs.presence == Presence::Absent || needs.presence == Presence::Any && !needs.asked {
        return None;
    }
    let is_current = Node::Compare(of_version::<E>(), "=", Side::Value(Value::N(version.into())));
    let absent = |side| Node::Call("attribute_not_exists", vec![side]);
    Some(match needs.presence {
        // What has no version is of the first.
        _ if version == 1 => Node::Or(vec![absent(of_version::<E>()), is_current]),
        Presence::Present => is_current,
        _ => Node::Or(vec![absent(of_partition::<E>()), is_current]),
    })
}

/// That the item which a whole one replaces is not of a newer version; as [`in_form`] where something is asked.
pub(super) fn replaceable<E: Entity>(needs: &Needs) -> Option<Node> {
    let version = E::DESCRIPTOR.version?;
    if needs.presence != Presence::Any || needs.asked {
        return in_form::<E>(needs);
    }
    let known = Node::Compare(of_version::<E>(), "<=", Side::Value(Value::N(version.into())));
    Some(Node::Or(vec![Node::Call("attribute_not_exists", vec![of_version::<E>()]), known]))
}

fn of_version<E: Entity>() -> Side {
    Side::top(E::Table::SCHEMA.version)
}

fn of_partition<E: Entity>() -> Side {
    Side::top(E::Table::SCHEMA.partition.name)
}

/// That the time to live of an item was over before `now`; `None` if the entity has none.
///
/// An item without the attribute, or with one that is no number, is not expired.
pub(super) fn expired<E: Entity>(now: SystemTime) -> Option<Node> {
    let path = Side::top(ttl_attribute(E::DESCRIPTOR)?);
    Some(Node::Compare(path, "<", Side::Value(Value::N(epoch_seconds(now)))))
}

/// The error of an expression that cannot be sent.
pub(super) fn expression_error<E: Entity>(unsendable: Unsendable) -> Error {
    unsendable_error(E::DESCRIPTOR.name, unsendable)
}

/// As [`expression_error`], of an entity or collection by its name.
pub(crate) fn unsendable_error(entity: &'static str, unsendable: Unsendable) -> Error {
    Error::new(match unsendable {
        Unsendable::Value(source) => Kind::Encode { entity, source },
        Unsendable::TooLarge { size_bytes, n_operators } => {
            let limits = Unsendable::limits(size_bytes, n_operators);
            Kind::Request { reason: format!("in a request for `{entity}`, {limits}") }
        }
    })
}

/// The error of a write that the backend refused.
pub(super) fn write_error<E: Entity>(
    operation: &'static str,
    needs: &Needs,
    now: SystemTime,
    mut failure: Failure,
) -> Error {
    let entity = E::DESCRIPTOR.name;
    failure.conceal(E::DESCRIPTOR.sensitive);
    if failure.kind != FailureKind::ConditionFailed {
        return Error::backend(operation, entity, failure);
    }
    let (reason, existing) = judge::<E>(needs, now, failure.item.clone());
    if reason == Reason::UnknownSchema
        && let Some(error) = existing.as_ref().and_then(|item| newer_error::<E>(operation, item))
    {
        return error.because(failure);
    }
    let error = Error::new(match reason {
        Reason::AlreadyExists => Kind::Exists { entity, existing },
        Reason::VersionConflict => Kind::Version { operation, entity, existing },
        Reason::NotFound if needs.presence == Presence::Present => Kind::Missing { entity },
        _ => Kind::Condition { operation, entity, existing },
    });
    error.because(failure)
}

/// What it means that the condition of a write did not hold on this item, and the item, if it is there: what is expired
/// at `now` is not.
pub(super) fn judge<E: Entity>(needs: &Needs, now: SystemTime, item: Option<Item>) -> (Reason, Option<Item>) {
    let existing = item.filter(|item| !is_expired::<E>(item, now));
    let reason = match (needs.presence, &existing) {
        (Presence::Absent, Some(_)) => Reason::AlreadyExists,
        (Presence::Absent, None) if !needs.asked => Reason::AlreadyExists,
        (_, Some(item)) if newer_error::<E>("", item).is_some() => Reason::UnknownSchema,
        _ if needs.version.as_ref().is_some_and(|version| !version.is_of(existing.as_ref())) => {
            Reason::VersionConflict
        }
        _ if needs.held.iter().any(|held| !held.is_in(existing.as_ref())) => Reason::VersionConflict,
        (_, None) => Reason::NotFound,
        (_, Some(_)) => Reason::ConditionFailed,
    };
    (reason, existing)
}
