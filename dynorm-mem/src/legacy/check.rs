//! Which legacy parameters may stand together, and with what.

use dynorm::value::Value;

use super::{Comparison, Joint};
use crate::message::{self, Checked, Refusal};
use crate::table::item::check_values;

/// A parameter by its name on the wire, and whether the request has it.
pub(super) type Given = (&'static str, bool);

/// Expressions and legacy parameters exclude each other.
pub(super) fn not_mixed(legacy: &[Given], expressions: &[Given]) -> Checked {
    let given = |parameters: &[Given]| {
        let names = parameters.iter().filter(|(_, is_given)| *is_given).map(|(name, _)| *name);
        names.collect::<Vec<_>>().join(", ")
    };
    let (legacy, expressions) = (given(legacy), given(expressions));
    if legacy.is_empty() || expressions.is_empty() {
        return Ok(());
    }
    Err(message::expressions_mixed(&legacy, &expressions))
}

/// A joint needs something to join.
pub(super) fn joint(joint: Option<Joint>, n_conditions: usize) -> Checked {
    match (joint, n_conditions) {
        (Some(_), 0) => Err(message::conditional_without_conditions()),
        (Some(_), 1) => Err(message::conditional_with_one_condition()),
        _ => Ok(()),
    }
}

/// Names of attributes to return: at least one, none twice.
pub(super) fn attributes(names: &[String]) -> Checked {
    if names.is_empty() {
        let constraint = "Member must have length greater than or equal to 1";
        return Err(Refusal::constraint("AttributesToGet", "[]", constraint));
    }
    let mut sorted: Vec<&String> = names.iter().collect();
    sorted.sort_unstable();
    match sorted.windows(2).find(|pair| pair[0] == pair[1]) {
        Some(pair) => Err(message::attributes_to_get_twice(pair[0])),
        None => Ok(()),
    }
}

/// The values of a comparison: storable, as many as the operator takes, and of kinds that it compares.
pub(super) fn comparison(comparison: Comparison, values: &[Value]) -> Checked {
    values.iter().try_for_each(value)?;
    let is_right_count = match comparison {
        Comparison::Null | Comparison::NotNull => values.is_empty(),
        Comparison::Between => values.len() == 2,
        Comparison::In => !values.is_empty(),
        _ => values.len() == 1,
    };
    if !is_right_count {
        return Err(message::comparison_argument_count(comparison.name()));
    }
    let kinds: &[&str] = match comparison {
        Comparison::Equal | Comparison::NotEqual | Comparison::Null | Comparison::NotNull => return Ok(()),
        Comparison::Contains | Comparison::NotContains => &["S", "N", "B", "BOOL", "NULL"],
        Comparison::BeginsWith => &["S", "B"],
        _ => &["S", "N", "B"],
    };
    for value in values {
        if !kinds.contains(&value.type_name()) {
            return Err(message::comparison_argument_kind(comparison.name(), value.type_name()));
        }
    }
    if values.windows(2).any(|pair| pair[0].type_name() != pair[1].type_name()) {
        return Err(message::comparison_argument_kinds_differ());
    }
    match (comparison, values) {
        (Comparison::Between, [low, high]) if is_greater(low, high) => {
            Err(message::comparison_bounds_reversed())
        }
        _ => Ok(()),
    }
}

fn is_greater(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::S(one), Value::S(other)) => one > other,
        (Value::N(one), Value::N(other)) => one > other,
        (Value::B(one), Value::B(other)) => one > other,
        _ => false,
    }
}

/// Whether the value may be stored or compared with.
pub(super) fn value(value: &Value) -> Checked {
    check_values(&[("value", value.clone())].into())
}
