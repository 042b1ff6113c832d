//! Legacy parameters as the resolved forms of expressions.

use std::collections::BTreeMap;

use dynorm::value::Value;

use super::{AttributeUpdate, Comparison, Conditions, Expected, Joint, UpdateAction, check};
use crate::expr::{self, Action, Comparator, Node, Operand, Path, Projection, Source, Test};
use crate::message::{self, Checked};

static EMPTY_LIST: Value = Value::L(Vec::new());

/// The condition of a filter; `None` if the filter is empty.
pub(super) fn conditions(
    conditions: &Conditions,
    joint: Option<Joint>,
) -> Checked<Option<expr::Condition<'_>>> {
    let mut nodes = Vec::new();
    for (name, asked) in conditions {
        check::comparison(asked.comparison, &asked.values)?;
        let is_first = nodes.is_empty();
        compare(name, asked.comparison, asked.values.iter(), &mut nodes);
        join(is_first, joint, &mut nodes);
    }
    Ok(expr::Condition::of(nodes))
}

/// The condition of a query on its key.
pub(super) fn key_conditions(conditions: &Conditions) -> Checked<Option<expr::Condition<'_>>> {
    for condition in conditions.values() {
        check::comparison(condition.comparison, &condition.values)?;
    }
    if !matches!(conditions.len(), 1 | 2) {
        return Err(message::key_conditions_count());
    }
    let is_indexable = |comparison| {
        !matches!(
            comparison,
            Comparison::NotEqual
                | Comparison::Null
                | Comparison::NotNull
                | Comparison::Contains
                | Comparison::NotContains
                | Comparison::In
        )
    };
    if !conditions.values().all(|condition| is_indexable(condition.comparison)) {
        return Err(message::key_comparison_not_indexable());
    }
    self::conditions(conditions, None)
}

/// The condition of a write; `None` if nothing is expected.
pub(super) fn expected(
    expected: &BTreeMap<String, Expected>,
    joint: Option<Joint>,
) -> Checked<Option<expr::Condition<'_>>> {
    let mut nodes = Vec::new();
    for (name, wanted) in expected {
        let comparison = comparison_of(name, wanted)?;
        let is_first = nodes.is_empty();
        let values = wanted.values.iter().flatten().chain(&wanted.value);
        compare(name, comparison, values, &mut nodes);
        join(is_first, joint, &mut nodes);
    }
    Ok(expr::Condition::of(nodes))
}

/// The comparison that is written, or that `Exists` stands for.
fn comparison_of(name: &str, expected: &Expected) -> Checked<Comparison> {
    if expected.values.is_some() && expected.value.is_some() {
        return Err(message::expected_value_and_list(name));
    }
    if let Some(comparison) = expected.comparison {
        if expected.exists.is_some() {
            return Err(message::expected_exists_and_comparison(name));
        }
        let takes_values = !matches!(comparison, Comparison::Null | Comparison::NotNull);
        if takes_values && expected.values.is_none() && expected.value.is_none() {
            return Err(message::expected_no_value(comparison.name(), name));
        }
        match (&expected.values, &expected.value) {
            (Some(values), _) => check::comparison(comparison, values)?,
            (None, value) => check::comparison(comparison, value.as_slice())?,
        }
        return Ok(comparison);
    }
    if expected.values.is_some() {
        return Err(message::expected_list_without_comparison(name));
    }
    match (expected.exists, &expected.value) {
        (Some(false), Some(_)) => Err(message::expected_value_unwanted(name)),
        (Some(false), None) => Ok(Comparison::Null),
        (exists, None) => {
            Err(message::expected_value_missing(if exists.is_some() { "true" } else { "null" }, name))
        }
        (_, Some(value)) => check::value(value).map(|()| Comparison::Equal),
    }
}

fn join(is_first: bool, joint: Option<Joint>, nodes: &mut Vec<Node<Test<'_>>>) {
    if !is_first {
        nodes.push(if joint == Some(Joint::Or) { Node::Or } else { Node::And });
    }
}

/// Appends the test of one attribute. The number of values has been checked.
fn compare<'e>(
    name: &'e str,
    comparison: Comparison,
    mut values: impl Iterator<Item = &'e Value>,
    nodes: &mut Vec<Node<Test<'e>>>,
) {
    let attribute = || Path::of_attribute(name);
    let left = Operand::Path(attribute());
    let mut next = || values.next().map(Operand::Value);
    let test = match comparison {
        Comparison::Null => Some(Test::NotExists(attribute())),
        Comparison::NotNull => Some(Test::Exists(attribute())),
        Comparison::In => Some(Test::In(left, values.map(Operand::Value).collect())),
        Comparison::Between => next().zip(next()).map(|(low, high)| Test::Between([left, low, high])),
        Comparison::BeginsWith => next().map(|value| Test::BeginsWith(left, value)),
        Comparison::Contains | Comparison::NotContains => next().map(|value| Test::Contains(left, value)),
        Comparison::Equal => next().map(|value| Test::Compare(Comparator::Equal, left, value)),
        Comparison::NotEqual => next().map(|value| Test::Compare(Comparator::NotEqual, left, value)),
        Comparison::Less => next().map(|value| Test::Compare(Comparator::Less, left, value)),
        Comparison::LessOrEqual => next().map(|value| Test::Compare(Comparator::LessOrEqual, left, value)),
        Comparison::Greater => next().map(|value| Test::Compare(Comparator::Greater, left, value)),
        Comparison::GreaterOrEqual => {
            next().map(|value| Test::Compare(Comparator::GreaterOrEqual, left, value))
        }
    };
    nodes.extend(test.map(Node::Test));
    if comparison == Comparison::NotContains {
        // What is not there contains nothing, but does not pass either: tests of ScyllaDB's Alternator against
        // the service.
        nodes.extend([Node::Not, Node::Test(Test::Exists(attribute())), Node::And]);
    }
}

/// The actions of an update.
pub(super) fn updates(updates: &BTreeMap<String, AttributeUpdate>) -> Checked<Vec<Action<'_>>> {
    updates.iter().map(|(name, update)| action(name, update)).collect()
}

fn action<'e>(name: &'e str, update: &'e AttributeUpdate) -> Checked<Action<'e>> {
    let path = Path::of_attribute(name);
    let Some(value) = &update.value else {
        return match update.action {
            UpdateAction::Delete => Ok(Action::Remove(path)),
            UpdateAction::Put | UpdateAction::Add => Err(message::attribute_update_without_value()),
        };
    };
    check::value(value)?;
    match (update.action, value) {
        (UpdateAction::Put, value) => Ok(Action::Set(path, Source::Value(value))),
        (UpdateAction::Add, Value::N(_) | Value::Ss(_) | Value::Ns(_) | Value::Bs(_)) => {
            Ok(Action::Add(path, value))
        }
        (UpdateAction::Add, Value::L(_)) => {
            let list = Source::IfNotExists(path.clone(), Box::new(Source::Value(&EMPTY_LIST)));
            Ok(Action::Set(path, Source::ListAppend(Box::new([list, Source::Value(value)]))))
        }
        (UpdateAction::Delete, Value::Ss(_) | Value::Ns(_) | Value::Bs(_)) => Ok(Action::Delete(path, value)),
        (UpdateAction::Add, other) => Err(message::attribute_add_kind(other.type_name())),
        (UpdateAction::Delete, other) => Err(message::attribute_delete_kind(other.type_name())),
    }
}

/// The attributes to return.
pub(super) fn attributes(names: &[String]) -> Checked<Projection<'_>> {
    check::attributes(names)?;
    let paths: Vec<Path<'_>> = names.iter().map(|name| Path::of_attribute(name)).collect();
    Ok(Projection::of(&paths))
}
