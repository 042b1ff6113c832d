//! Key conditions: the few conditions that Query can look up in an index.

use dynorm::value::Value;

use super::ast::{Comparator, Condition, Node, Operand, Path, Test};
use crate::message::{self, Checked};

/// What a key condition asks of one key attribute.
#[derive(Clone, Copy, Debug)]
pub(crate) enum KeyTerm<'e> {
    Compare(Comparator, &'e Value),
    Between(&'e Value, &'e Value),
    BeginsWith(&'e Value),
}

/// The terms of a key condition by attribute, in the order in which they are written.
pub(crate) fn key_terms<'e>(condition: &Condition<'e>) -> Checked<Vec<(&'e str, KeyTerm<'e>)>> {
    let mut terms = Vec::with_capacity(condition.nodes().len());
    for node in condition.nodes() {
        match node {
            Node::Test(test) => terms.push(term(test)?),
            Node::And => {}
            Node::Or => return Err(message::key_condition_operator("OR")),
            Node::Not => return Err(message::key_condition_operator("NOT")),
        }
    }
    for (at, (name, _)) in terms.iter().enumerate() {
        if terms[..at].iter().any(|(earlier, _)| earlier == name) {
            return Err(message::key_condition_twice());
        }
    }
    Ok(terms)
}

fn term<'e>(test: &Test<'e>) -> Checked<(&'e str, KeyTerm<'e>)> {
    match test {
        Test::In(..) => Err(message::key_condition_operator("IN")),
        Test::Exists(_) => Err(message::key_condition_operator("attribute_exists")),
        Test::NotExists(_) => Err(message::key_condition_operator("attribute_not_exists")),
        Test::HasType(..) => Err(message::key_condition_operator("attribute_type")),
        Test::Contains(..) => Err(message::key_condition_operator("contains")),
        Test::Compare(Comparator::NotEqual, ..) => Err(message::key_condition_operator("<>")),
        Test::Compare(comparator, left, right) => comparison(*comparator, left, right),
        Test::Between([value, low, high]) => {
            let (name, low) = first_is_key("BETWEEN", value, low)?;
            let (_, high) = first_is_key("BETWEEN", value, high)?;
            Ok((name, KeyTerm::Between(low, high)))
        }
        Test::BeginsWith(value, prefix) => {
            let (name, prefix) = first_is_key("begins_with", value, prefix)?;
            Ok((name, KeyTerm::BeginsWith(prefix)))
        }
    }
}

fn comparison<'e>(
    comparator: Comparator,
    left: &Operand<'e>,
    right: &Operand<'e>,
) -> Checked<(&'e str, KeyTerm<'e>)> {
    match (left, right) {
        (Operand::Path(path), Operand::Value(value)) => {
            Ok((attribute(path)?, KeyTerm::Compare(comparator, value)))
        }
        (Operand::Value(value), Operand::Path(path)) => {
            Ok((attribute(path)?, KeyTerm::Compare(comparator.mirrored(), value)))
        }
        (Operand::Size(_), _) | (_, Operand::Size(_)) => Err(message::key_condition_nested_operation()),
        (Operand::Path(_), Operand::Path(_)) => Err(message::key_condition_two_names()),
        (Operand::Value(_), Operand::Value(_)) => Err(message::key_condition_no_name()),
    }
}

fn first_is_key<'e>(
    operator: &str,
    first: &Operand<'e>,
    second: &Operand<'e>,
) -> Checked<(&'e str, &'e Value)> {
    match (first, second) {
        (Operand::Path(path), Operand::Value(value)) => Ok((attribute(path)?, value)),
        (Operand::Size(_), _) | (_, Operand::Size(_)) => Err(message::key_condition_nested_operation()),
        (Operand::Path(_), Operand::Path(_)) => Err(message::key_condition_two_names()),
        (Operand::Value(_), Operand::Path(_)) => Err(message::key_condition_first_operand(operator)),
        (Operand::Value(_), Operand::Value(_)) => Err(message::key_condition_no_name()),
    }
}

fn attribute<'e>(path: &Path<'e>) -> Checked<&'e str> {
    if path.is_attribute() { Ok(path.attribute()) } else { Err(message::key_condition_nested_path()) }
}
