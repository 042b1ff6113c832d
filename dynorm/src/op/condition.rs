//! The conditions of writes: what the user asks, what the operation needs, and what it means if they fail.

use crate::entity::{Entity, Table};
use crate::error::{Error, Failure, FailureKind, Kind, Result};
use crate::expr::{Condition, Node, Renderer, Side};
use crate::value::{EncodeError, Name, Step};

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
pub(super) fn both<E>(known: Option<Condition<E>>, more: Condition<E>) -> Option<Condition<E>> {
    match known {
        Some(known) => Some(known & more),
        None => Some(more),
    }
}

/// The condition expression of a write.
pub(super) fn render<E: Entity>(
    presence: Presence,
    condition: Option<&Condition<E>>,
    renderer: &mut Renderer,
) -> Result<Option<String>> {
    let partition = || Side::Path(vec![Step::Name(Name::from(E::Table::SCHEMA.partition.name))]);
    let needed = match presence {
        Presence::Any => None,
        Presence::Present => Some(Node::Call("attribute_exists", vec![partition()])),
        Presence::Absent => Some(Node::Call("attribute_not_exists", vec![partition()])),
    };
    let asked = condition.map(|condition| condition.node.clone());
    let node = match (needed, asked) {
        (None, None) => return Ok(None),
        (Some(node), None) | (None, Some(node)) => node,
        (Some(needed), Some(Node::And(mut all))) => {
            all.insert(0, needed);
            Node::And(all)
        }
        (Some(needed), Some(asked)) => Node::And(vec![needed, asked]),
    };
    renderer.condition(&node).map(Some).map_err(encode_error::<E>)
}

/// The error of a value in an expression that cannot be stored.
pub(super) fn encode_error<E: Entity>(source: EncodeError) -> Error {
    Error::new(Kind::Encode { entity: E::DESCRIPTOR.name, source })
}

/// The error of a write that the backend refused.
pub(super) fn write_error<E: Entity>(operation: &'static str, presence: Presence, failure: Failure) -> Error {
    let entity = E::DESCRIPTOR.name;
    if failure.kind != FailureKind::ConditionFailed {
        return Error::backend(operation, entity, failure);
    }
    let existing = failure.item;
    Error::new(match presence {
        Presence::Absent => Kind::Exists { entity, existing },
        Presence::Present if existing.is_none() => Kind::Missing { entity },
        _ => Kind::Condition { operation, entity, existing },
    })
}
