//! Updates of items. Every clause reads the item as it was before.

use dynorm::value::{Item, Name, Number, NumberError, Value};

use super::ast::{Action, Path, Source, Step};
use super::eval::{find, find_inner};
use crate::message::{self, Checked};

/// What becomes of what a path leads to.
enum Outcome {
    Kept,
    Removed,
    Written(Value),
}

/// The item after the update of `before`.
pub(crate) fn apply(actions: &[Action<'_>], before: Item) -> Checked<Item> {
    let (mut writes, mut removals) = (Vec::new(), Vec::new());
    for action in actions {
        match outcome(action, &before)? {
            Outcome::Kept => {}
            Outcome::Removed => removals.push(action.path()),
            Outcome::Written(value) => writes.push((action.path(), value)),
        }
    }
    let mut after = before;
    // In order of the paths, elements behind the end of a list are appended in order of their positions.
    writes.sort_by_key(|(path, _)| *path);
    for (path, value) in writes {
        write(path, value, &mut after)?;
    }
    // From the end, removals do not move what is still to be removed.
    removals.sort_by_key(|path| std::cmp::Reverse(*path));
    for path in removals {
        remove(path, &mut after);
    }
    Ok(after)
}

/// What an action makes of its path, by the item as it was before.
fn outcome(action: &Action<'_>, before: &Item) -> Checked<Outcome> {
    Ok(match action {
        Action::Set(_, source) => Outcome::Written(compute(source, before)?),
        Action::Remove(path) => {
            parent_exists(path, before)?;
            Outcome::Removed
        }
        Action::Add(path, operand) => Outcome::Written(add(find(path, before), operand)?),
        Action::Delete(path, operand) => match find(path, before) {
            None => {
                parent_exists(path, before)?;
                Outcome::Kept
            }
            Some(set) => delete(set, operand)?.map_or(Outcome::Removed, Outcome::Written),
        },
    })
}

fn compute(source: &Source<'_>, before: &Item) -> Checked<Value> {
    match source {
        Source::Path(path) => find(path, before).cloned().ok_or_else(message::missing_operand),
        Source::Value(value) => Ok((*value).clone()),
        Source::IfNotExists(path, default) => {
            find(path, before).map_or_else(|| compute(default, before), |value| Ok(value.clone()))
        }
        Source::Sum(operands) => arithmetic(operands, before, Number::checked_add),
        Source::Difference(operands) => arithmetic(operands, before, Number::checked_sub),
        Source::ListAppend(operands) => {
            let [first, second] = &**operands;
            match (compute(first, before)?, compute(second, before)?) {
                (Value::L(mut list), Value::L(tail)) => {
                    list.extend(tail);
                    Ok(Value::L(list))
                }
                _ => Err(message::wrong_update_operand()),
            }
        }
    }
}

fn arithmetic(
    operands: &[Source<'_>; 2],
    before: &Item,
    operation: fn(Number, Number) -> Result<Number, NumberError>,
) -> Checked<Value> {
    let [left, right] = operands;
    match (compute(left, before)?, compute(right, before)?) {
        (Value::N(left), Value::N(right)) => number(operation(left, right)),
        _ => Err(message::wrong_update_operand()),
    }
}

fn number(result: Result<Number, NumberError>) -> Checked<Value> {
    match result {
        Ok(number) => Ok(Value::N(number)),
        Err(NumberError::Underflow) => Err(message::number_underflow()),
        // The service says so too of sums that need more than 38 digits.
        Err(_) => Err(message::number_overflow()),
    }
}

fn add(existing: Option<&Value>, operand: &Value) -> Checked<Value> {
    match (existing, operand) {
        (None, operand) => Ok(operand.clone()),
        (Some(Value::N(existing)), Value::N(operand)) => number(existing.checked_add(*operand)),
        (Some(Value::Ss(existing)), Value::Ss(operand)) => Ok(Value::Ss(union(existing, operand))),
        (Some(Value::Ns(existing)), Value::Ns(operand)) => Ok(Value::Ns(union(existing, operand))),
        (Some(Value::Bs(existing)), Value::Bs(operand)) => Ok(Value::Bs(union(existing, operand))),
        _ => Err(message::wrong_update_operand()),
    }
}

fn union<T: Ord + Clone>(existing: &[T], more: &[T]) -> Vec<T> {
    let mut all: Vec<T> = existing.iter().chain(more).cloned().collect();
    all.sort_unstable();
    all.dedup();
    all
}

/// What is left of a set, or `None` if nothing is.
fn delete(existing: &Value, operand: &Value) -> Checked<Option<Value>> {
    fn difference<T: PartialEq + Clone>(existing: &[T], less: &[T]) -> Option<Vec<T>> {
        let rest: Vec<T> = existing.iter().filter(|member| !less.contains(member)).cloned().collect();
        (!rest.is_empty()).then_some(rest)
    }
    match (existing, operand) {
        (Value::Ss(existing), Value::Ss(operand)) => Ok(difference(existing, operand).map(Value::Ss)),
        (Value::Ns(existing), Value::Ns(operand)) => Ok(difference(existing, operand).map(Value::Ns)),
        (Value::Bs(existing), Value::Bs(operand)) => Ok(difference(existing, operand).map(Value::Bs)),
        _ => Err(message::wrong_update_operand()),
    }
}

/// The container of the last step must be there, and of the step's kind.
fn parent_exists(path: &Path<'_>, item: &Item) -> Checked {
    if path.is_attribute() {
        return Ok(());
    }
    let (last, parents) = path.split_last();
    match (find_inner(path.attribute(), parents, item), last) {
        (Some(Value::M(_)), Step::Name(_)) | (Some(Value::L(_)), Step::Index(_)) => Ok(()),
        _ => Err(message::invalid_update_path()),
    }
}

fn write(path: &Path<'_>, value: Value, item: &mut Item) -> Checked {
    let Some(container) = container_mut(path, item) else {
        return Err(message::invalid_update_path());
    };
    match (container, path.split_last().0) {
        (Container::Map(map), Step::Name(name)) => match map.get_mut(name) {
            Some(existing) => *existing = value,
            None => {
                map.insert(Name::shared(name), value);
            }
        },
        (Container::List(list), Step::Index(index)) => match list.get_mut(index) {
            Some(existing) => *existing = value,
            None => list.push(value),
        },
        _ => return Err(message::invalid_update_path()),
    }
    Ok(())
}

fn remove(path: &Path<'_>, item: &mut Item) {
    match (container_mut(path, item), path.split_last().0) {
        (Some(Container::Map(map)), Step::Name(name)) => {
            map.remove(name);
        }
        (Some(Container::List(list)), Step::Index(index)) if index < list.len() => {
            list.remove(index);
        }
        _ => {}
    }
}

enum Container<'i> {
    Map(&'i mut Item),
    List(&'i mut Vec<Value>),
}

/// What holds the value that the path leads to.
fn container_mut<'i>(path: &Path<'_>, item: &'i mut Item) -> Option<Container<'i>> {
    if path.is_attribute() {
        return Some(Container::Map(item));
    }
    let mut value = item.get_mut(path.attribute())?;
    for step in path.split_last().1 {
        value = match (step, value) {
            (Step::Name(name), Value::M(map)) => map.get_mut(name)?,
            (Step::Index(index), Value::L(list)) => list.get_mut(*index)?,
            _ => return None,
        };
    }
    match value {
        Value::M(map) => Some(Container::Map(map)),
        Value::L(list) => Some(Container::List(list)),
        _ => None,
    }
}
