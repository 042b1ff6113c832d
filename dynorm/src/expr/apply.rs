//! What the changes of an update make of an item, as the service does it.

use super::change::{Assigned, Changes};
use super::condition::Side;
use crate::value::{EncodeError, Item, Step, Value};

impl Changes {
    /// Makes the changes to an item. A change that the service would refuse, as of a member of what is no map, is
    /// passed over.
    ///
    /// # Errors
    ///
    /// If a number is added to what is none, or the sum has too many digits.
    pub(crate) fn apply(self, item: &mut Item) -> Result<(), EncodeError> {
        let Self { mut sets, mut removes, adds, deletes } = self;
        // Positions are those of the list as it was: a set beyond its end appends, and removals close gaps.
        sets.sort_by_key(|(path, _)| path.last().map(position));
        removes.sort_by_key(|path| std::cmp::Reverse(path.last().map(position)));
        for (path, assigned) in sets {
            if let Some(value) = assigned_value(assigned, get(item, &path)) {
                put(item, &path, value);
            }
        }
        for path in removes {
            remove(item, &path);
        }
        for (path, side) in adds {
            let Side::Value(addend) = side else { continue };
            let sum = sum(get(item, &path), addend);
            let sum = sum.map_err(|error| path.iter().rev().cloned().fold(error, EncodeError::inside))?;
            put(item, &path, sum);
        }
        for (path, side) in deletes {
            let Side::Value(elements) = side else { continue };
            match get(item, &path).cloned().and_then(|set| difference(set, &elements)) {
                Some(rest) => put(item, &path, rest),
                None => remove(item, &path),
            }
        }
        Ok(())
    }
}

fn position(step: &Step) -> usize {
    match step {
        Step::Name(_) => 0,
        Step::Index(at) => *at,
    }
}

fn assigned_value(assigned: Assigned, known: Option<&Value>) -> Option<Value> {
    match (assigned, known) {
        (Assigned::Side(Side::Value(value)), _) | (Assigned::IfAbsent(Side::Value(value)), None) => {
            Some(value)
        }
        (Assigned::Append(Side::Value(Value::L(more))), Some(Value::L(list))) => {
            Some(Value::L(list.iter().cloned().chain(more).collect()))
        }
        (Assigned::Prepend(Side::Value(Value::L(more))), Some(Value::L(list))) => {
            Some(Value::L(more.into_iter().chain(list.iter().cloned()).collect()))
        }
        _ => None,
    }
}

/// The sum of numbers, or the union of sets; what is absent counts as nothing.
fn sum(known: Option<&Value>, addend: Value) -> Result<Value, EncodeError> {
    match (known, addend) {
        (None, addend) => Ok(addend),
        (Some(Value::N(number)), Value::N(addend)) => {
            let sum = number.checked_add(addend).map_err(|error| EncodeError::new(error.to_string()))?;
            Ok(Value::N(sum))
        }
        (Some(Value::Ss(set)), Value::Ss(more)) => Ok(Value::Ss(union(set, more))),
        (Some(Value::Ns(set)), Value::Ns(more)) => Ok(Value::Ns(union(set, more))),
        (Some(Value::Bs(set)), Value::Bs(more)) => Ok(Value::Bs(union(set, more))),
        (Some(other), _) => Err(EncodeError::new(format!("cannot add to {}", other.describe()))),
    }
}

fn union<T: Clone + PartialEq>(set: &[T], more: Vec<T>) -> Vec<T> {
    let mut union = set.to_vec();
    for element in more {
        if !union.contains(&element) {
            union.push(element);
        }
    }
    union
}

/// A set without these elements; `None` if nothing is left.
fn difference(set: Value, elements: &Value) -> Option<Value> {
    fn without<T: PartialEq>(mut set: Vec<T>, elements: &[T]) -> Option<Vec<T>> {
        set.retain(|element| !elements.contains(element));
        Some(set).filter(|set| !set.is_empty())
    }
    match (set, elements) {
        (Value::Ss(set), Value::Ss(elements)) => without(set, elements).map(Value::Ss),
        (Value::Ns(set), Value::Ns(elements)) => without(set, elements).map(Value::Ns),
        (Value::Bs(set), Value::Bs(elements)) => without(set, elements).map(Value::Bs),
        (set, _) => Some(set),
    }
}

fn get<'i>(item: &'i Item, path: &[Step]) -> Option<&'i Value> {
    let (Step::Name(top), rest) = path.split_first()? else { return None };
    rest.iter().try_fold(item.get(top)?, |value, step| match (value, step) {
        (Value::M(map), Step::Name(name)) => map.get(name),
        (Value::L(list), Step::Index(at)) => list.get(*at),
        _ => None,
    })
}

fn put(item: &mut Item, path: &[Step], value: Value) {
    match path {
        [Step::Name(name)] => {
            item.insert(name.clone(), value);
        }
        [Step::Name(name), rest @ ..] => {
            if let Some(mut inner) = item.remove(name) {
                put_within(&mut inner, rest, value);
                item.insert(name.clone(), inner);
            }
        }
        _ => {}
    }
}

fn put_within(inside: &mut Value, path: &[Step], value: Value) {
    match (inside, path) {
        (Value::M(map), path) => put(map, path, value),
        (Value::L(list), [Step::Index(at)]) => match list.get_mut(*at) {
            Some(element) => *element = value,
            None => list.push(value),
        },
        (Value::L(list), [Step::Index(at), rest @ ..]) => {
            if let Some(element) = list.get_mut(*at) {
                put_within(element, rest, value);
            }
        }
        _ => {}
    }
}

fn remove(item: &mut Item, path: &[Step]) {
    match path {
        [Step::Name(name)] => {
            item.remove(name);
        }
        [Step::Name(name), rest @ ..] => {
            if let Some(mut inner) = item.remove(name) {
                remove_within(&mut inner, rest);
                item.insert(name.clone(), inner);
            }
        }
        _ => {}
    }
}

fn remove_within(inside: &mut Value, path: &[Step]) {
    match (inside, path) {
        (Value::M(map), path) => remove(map, path),
        (Value::L(list), [Step::Index(at)]) if *at < list.len() => {
            list.remove(*at);
        }
        (Value::L(list), [Step::Index(at), rest @ ..]) => {
            if let Some(element) = list.get_mut(*at) {
                remove_within(element, rest);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(text: &str) -> Vec<Step> {
        let step = |part: &str| match part.parse() {
            Ok(at) => Step::Index(at),
            Err(_) => Step::Name(part.to_owned().into()),
        };
        text.split('.').map(step).collect()
    }

    fn numbers(numbers: &[i64]) -> Value {
        Value::L(numbers.iter().map(|n| Value::N((*n).into())).collect())
    }

    #[test]
    fn all_changes_are_made_as_the_service_makes_them() {
        let mut item = Item::default();
        item.insert("list", numbers(&[1, 2, 3]));
        item.insert("more", numbers(&[5]));
        item.insert("n", Value::N(7.into()));
        item.insert("set", Value::Ss(vec!["a".into(), "b".into()]));
        item.insert("map", Value::M([("x", Value::N(1.into()))].into_iter().collect()));
        let value = |n: i64| Side::Value(Value::N(n.into()));
        let mut changes = Changes::default();
        changes.remove(path("list.0"));
        changes.remove(path("list.1"));
        changes.set(path("list.9"), Assigned::Side(value(9)));
        changes.set(path("more"), Assigned::Append(Side::Value(numbers(&[6]))));
        changes.set(path("n"), Assigned::IfAbsent(value(0)));
        changes.set(path("m"), Assigned::IfAbsent(value(1)));
        changes.add(path("map.x"), value(2));
        changes.set(path("map.y"), Assigned::Side(value(4)));
        changes.set(path("nothing.y"), Assigned::Side(value(4)));
        changes.delete(path("set"), Side::Value(Value::Ss(vec!["a".into(), "b".into()])));
        changes.apply(&mut item).unwrap();
        let map = [("x", Value::N(3.into())), ("y", Value::N(4.into()))].into_iter().collect();
        let expected: Item = [
            ("list", numbers(&[3, 9])),
            ("more", numbers(&[5, 6])),
            ("n", Value::N(7.into())),
            ("m", Value::N(1.into())),
            ("map", Value::M(map)),
        ]
        .into_iter()
        .collect();
        assert_eq!(item, expected);
    }
}
