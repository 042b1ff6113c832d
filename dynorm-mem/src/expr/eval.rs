//! Conditions on items. Nothing here can fail.

use std::borrow::Cow;
use std::cmp::Ordering;

use dynorm::value::{Item, Number, Value};

use super::ast::{Comparator, Condition, Node, Operand, Path, Step, Test};

/// Whether the item satisfies the condition. An item that does not exist has no attributes.
pub(crate) fn holds(condition: &Condition<'_>, item: &Item) -> bool {
    if let [Node::Test(only)] = condition.nodes() {
        return passes(only, item);
    }
    let mut verdicts: Vec<bool> = Vec::with_capacity(condition.nodes().len());
    for node in condition.nodes() {
        let verdict = match node {
            Node::Test(test) => passes(test, item),
            Node::Not => !last(&mut verdicts),
            // Both sides are taken off the stack, whatever the first is.
            Node::And => last(&mut verdicts) & last(&mut verdicts),
            Node::Or => last(&mut verdicts) | last(&mut verdicts),
        };
        verdicts.push(verdict);
    }
    last(&mut verdicts)
}

fn last(verdicts: &mut Vec<bool>) -> bool {
    verdicts.pop().expect("the parser puts each joint behind what it joins")
}

fn passes(test: &Test<'_>, item: &Item) -> bool {
    match test {
        Test::Compare(comparator, left, right) => {
            compare(*comparator, value_of(left, item).as_deref(), value_of(right, item).as_deref())
        }
        Test::Between([value, low, high]) => {
            let value = value_of(value, item);
            let order = |bound| match (&value, value_of(bound, item)) {
                (Some(value), Some(bound)) => order(value, &bound),
                _ => None,
            };
            order(low).is_some_and(Ordering::is_ge) && order(high).is_some_and(Ordering::is_le)
        }
        Test::In(value, list) => value_of(value, item).is_some_and(|value| {
            list.iter().any(|member| value_of(member, item).is_some_and(|member| member == value))
        }),
        Test::Exists(path) => find(path, item).is_some(),
        Test::NotExists(path) => find(path, item).is_none(),
        Test::HasType(path, name) => find(path, item).is_some_and(|value| value.type_name() == *name),
        Test::BeginsWith(value, prefix) => match (value_of(value, item), value_of(prefix, item)) {
            (Some(value), Some(prefix)) => begins_with(&value, &prefix),
            _ => false,
        },
        Test::Contains(value, member) => match (value_of(value, item), value_of(member, item)) {
            (Some(value), Some(member)) => contains(&value, &member),
            _ => false,
        },
    }
}

/// The value that a path leads to.
pub(crate) fn find<'i>(path: &Path<'_>, item: &'i Item) -> Option<&'i Value> {
    find_inner(path.attribute(), path.inner(), item)
}

/// The value behind an attribute that the steps lead to.
pub(super) fn find_inner<'i>(attribute: &str, steps: &[Step<'_>], item: &'i Item) -> Option<&'i Value> {
    let mut value = item.get(attribute)?;
    for step in steps {
        value = match (step, value) {
            (Step::Name(name), Value::M(map)) => map.get(name)?,
            (Step::Index(index), Value::L(list)) => list.get(*index)?,
            _ => return None,
        };
    }
    Some(value)
}

fn value_of<'v>(operand: &'v Operand<'_>, item: &'v Item) -> Option<Cow<'v, Value>> {
    match operand {
        Operand::Path(path) => find(path, item).map(Cow::Borrowed),
        Operand::Value(value) => Some(Cow::Borrowed(value)),
        Operand::Size(inner) => {
            let n = size(&*value_of(inner, item)?)?;
            Some(Cow::Owned(Value::N(Number::from(u64::try_from(n).ok()?))))
        }
    }
}

/// What `size` gives: UTF-16 units of texts, bytes, or members.
fn size(value: &Value) -> Option<usize> {
    match value {
        Value::S(text) => Some(text.encode_utf16().count()),
        Value::B(bytes) => Some(bytes.len()),
        Value::M(map) => Some(map.len()),
        Value::L(list) => Some(list.len()),
        Value::Ss(set) => Some(set.len()),
        Value::Ns(set) => Some(set.len()),
        Value::Bs(set) => Some(set.len()),
        Value::N(_) | Value::Bool(_) | Value::Null => None,
    }
}

fn compare(comparator: Comparator, left: Option<&Value>, right: Option<&Value>) -> bool {
    let (Some(left), Some(right)) = (left, right) else {
        return comparator == Comparator::NotEqual;
    };
    match comparator {
        Comparator::Equal => left == right,
        Comparator::NotEqual => left != right,
        Comparator::Less => order(left, right).is_some_and(Ordering::is_lt),
        Comparator::LessOrEqual => order(left, right).is_some_and(Ordering::is_le),
        Comparator::Greater => order(left, right).is_some_and(Ordering::is_gt),
        Comparator::GreaterOrEqual => order(left, right).is_some_and(Ordering::is_ge),
    }
}

/// The order of two texts, numbers or byte strings; other values have none.
pub(crate) fn order(left: &Value, right: &Value) -> Option<Ordering> {
    match (left, right) {
        (Value::S(left), Value::S(right)) => Some(left.cmp(right)),
        (Value::N(left), Value::N(right)) => Some(left.cmp(right)),
        (Value::B(left), Value::B(right)) => Some(left.cmp(right)),
        _ => None,
    }
}

fn begins_with(value: &Value, prefix: &Value) -> bool {
    match (value, prefix) {
        (Value::S(value), Value::S(prefix)) => value.starts_with(prefix.as_str()),
        (Value::B(value), Value::B(prefix)) => value.starts_with(prefix),
        _ => false,
    }
}

fn contains(value: &Value, member: &Value) -> bool {
    match (value, member) {
        (Value::S(text), Value::S(part)) => text.contains(part.as_str()),
        (Value::B(bytes), Value::B(part)) => {
            part.is_empty() || bytes.windows(part.len()).any(|window| window == part)
        }
        (Value::Ss(set), Value::S(member)) => set.contains(member),
        (Value::Ns(set), Value::N(member)) => set.contains(member),
        (Value::Bs(set), Value::B(member)) => set.contains(member),
        (Value::L(list), member) => list.contains(member),
        _ => false,
    }
}
