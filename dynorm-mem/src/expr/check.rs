//! Rules about an expression that are known before any item is seen.

use dynorm::value::Value;

use super::ast::{Action, Comparator, Operand, Path, Source, Step, Test};
use crate::message::{self, Checked, Expression, shown_value};

/// The names of types that `attribute_type` knows.
const TYPE_NAMES: [&str; 10] = ["S", "N", "B", "BOOL", "NULL", "M", "L", "SS", "NS", "BS"];

/// Checks one test; AND, OR and NOT have no rules of their own.
pub(super) fn test(expression: Expression, test: &Test<'_>) -> Checked {
    match test {
        Test::Compare(comparator, left, right) => {
            distinct(expression, comparator.symbol(), left, [right])?;
            if matches!(comparator, Comparator::Equal | Comparator::NotEqual) {
                return Ok(());
            }
            operand_types(expression, comparator.symbol(), [left, right], &["S", "N", "B"])
        }
        Test::Between([value, low, high]) => {
            distinct(expression, "BETWEEN", value, [low, high])?;
            operand_types(expression, "BETWEEN", [value, low, high], &["S", "N", "B"])?;
            between_bounds(expression, low, high)
        }
        Test::In(value, list) => distinct(expression, "IN", value, list),
        Test::BeginsWith(first, second) => {
            distinct(expression, "begins_with", first, [second])?;
            operand_types(expression, "begins_with", [first, second], &["S", "B"])
        }
        Test::Contains(first, second) => {
            distinct(expression, "contains", first, [second])?;
            operand_types(expression, "contains", [first], &["S", "B", "SS", "NS", "BS", "L"])
        }
        _ => Ok(()),
    }
}

/// The type that `attribute_type` asks for.
pub(super) fn type_name<'e>(
    expression: Expression,
    first: Operand<'e>,
    second: &Operand<'e>,
) -> Checked<Test<'e>> {
    const NAME: &str = "attribute_type";
    let Operand::Path(path) = first else { return Err(message::path_required(expression, NAME)) };
    match second {
        Operand::Value(Value::S(name)) if TYPE_NAMES.contains(&name.as_str()) => {
            Ok(Test::HasType(path, name))
        }
        Operand::Value(Value::S(name)) => Err(message::unknown_type_name(expression, name)),
        other => {
            let found = static_type(other).unwrap_or("{NS,SS,L,BS,N,M,B,BOOL,NULL,S}");
            Err(message::wrong_operand_type(expression, NAME, found))
        }
    }
}

/// What `size` is taken of.
pub(super) fn size(expression: Expression, operand: &Operand<'_>) -> Checked {
    operand_types(expression, "size", [operand], &["S", "B", "SS", "NS", "BS", "M", "L"])
}

fn operand_types<const LEN: usize>(
    expression: Expression,
    operator: &str,
    operands: [&Operand<'_>; LEN],
    allowed: &[&str],
) -> Checked {
    for found in operands.into_iter().filter_map(static_type) {
        if !allowed.contains(&found) {
            return Err(message::wrong_operand_type(expression, operator, found));
        }
    }
    Ok(())
}

/// The type of an operand that is the same for every item.
fn static_type(operand: &Operand<'_>) -> Option<&'static str> {
    match operand {
        Operand::Path(_) => None,
        Operand::Value(value) => Some(value.type_name()),
        Operand::Size(_) => Some("N"),
    }
}

fn distinct<'o, 'e: 'o>(
    expression: Expression,
    operator: &str,
    first: &Operand<'e>,
    others: impl IntoIterator<Item = &'o Operand<'e>>,
) -> Checked {
    let Operand::Path(first) = first else { return Ok(()) };
    let is_first = |operand: &Operand<'e>| matches!(operand, Operand::Path(path) if path == first);
    if others.into_iter().any(is_first) {
        return Err(message::first_operand_not_distinct(expression, operator, &first.to_string()));
    }
    Ok(())
}

fn between_bounds(expression: Expression, low: &Operand<'_>, high: &Operand<'_>) -> Checked {
    let (Operand::Value(low), Operand::Value(high)) = (low, high) else { return Ok(()) };
    let is_reversed = match (low, high) {
        (Value::S(low), Value::S(high)) => low > high,
        (Value::N(low), Value::N(high)) => low > high,
        (Value::B(low), Value::B(high)) => low > high,
        _ => {
            let (low, high) = (shown_value(low), shown_value(high));
            return Err(message::between_types_differ(expression, &low, &high));
        }
    };
    if is_reversed {
        let (low, high) = (shown_value(low), shown_value(high));
        return Err(message::between_bounds_reversed(expression, &low, &high));
    }
    Ok(())
}

/// No path may be another, or lead into it; nor may two paths take the same value for a map and a list.
pub(super) fn disjoint_paths<'p>(
    expression: Expression,
    paths: impl Iterator<Item = &'p Path<'p>> + Clone,
) -> Checked {
    for (n_earlier, path) in paths.clone().enumerate() {
        for earlier in paths.clone().take(n_earlier) {
            match relation(earlier, path) {
                Relation::Disjoint => {}
                Relation::Overlap => {
                    let (one, two) = (earlier.to_string(), path.to_string());
                    return Err(message::paths_overlap(expression, &one, &two));
                }
                Relation::Conflict => {
                    let (one, two) = (earlier.to_string(), path.to_string());
                    return Err(message::paths_conflict(expression, &one, &two));
                }
            }
        }
    }
    Ok(())
}

enum Relation {
    Disjoint,
    Overlap,
    Conflict,
}

fn relation(one: &Path<'_>, two: &Path<'_>) -> Relation {
    if one.attribute() != two.attribute() {
        return Relation::Disjoint;
    }
    for steps in one.inner().iter().zip(two.inner()) {
        match steps {
            (Step::Name(a), Step::Name(b)) if a != b => return Relation::Disjoint,
            (Step::Index(a), Step::Index(b)) if a != b => return Relation::Disjoint,
            (Step::Name(_), Step::Index(_)) | (Step::Index(_), Step::Name(_)) => return Relation::Conflict,
            _ => {}
        }
    }
    Relation::Overlap
}

/// The operand types of an update.
pub(super) fn action(action: &Action<'_>) -> Checked {
    match action {
        Action::Set(_, source) => source_types(source).map(|_| ()),
        Action::Remove(_) | Action::Add(_, Value::N(_)) => Ok(()),
        Action::Add(_, value) => set_operand("ADD", value),
        Action::Delete(_, value) => set_operand("DELETE", value),
    }
}

fn set_operand(clause: &str, value: &Value) -> Checked {
    let found = match value {
        Value::Ss(_) | Value::Ns(_) | Value::Bs(_) => return Ok(()),
        Value::S(_) => "STRING",
        Value::N(_) => "NUMBER",
        Value::B(_) => "BINARY",
        Value::Bool(_) => "BOOLEAN",
        Value::Null => "NULL",
        Value::M(_) => "MAP",
        Value::L(_) => "LIST",
    };
    Err(message::wrong_clause_operand_type(clause, found))
}

/// The type of a source that is the same for every item.
fn source_types(source: &Source<'_>) -> Checked<Option<&'static str>> {
    match source {
        Source::Path(_) => Ok(None),
        Source::Value(value) => Ok(Some(value.type_name())),
        Source::IfNotExists(_, default) => {
            source_types(default)?;
            Ok(None)
        }
        Source::Sum(operands) => arithmetic_types("+", operands, "N"),
        Source::Difference(operands) => arithmetic_types("-", operands, "N"),
        Source::ListAppend(operands) => arithmetic_types("list_append", operands, "L"),
    }
}

fn arithmetic_types(
    operator: &str,
    operands: &[Source<'_>; 2],
    wanted: &'static str,
) -> Checked<Option<&'static str>> {
    for operand in operands {
        if let Some(found) = source_types(operand)?
            && found != wanted
        {
            return Err(message::wrong_operand_type(Expression::Update, operator, found));
        }
    }
    Ok(Some(wanted))
}
