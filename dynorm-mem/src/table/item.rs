//! What makes values and items storable.

use dynorm::backend::Values;
use dynorm::value::{Item, Value};

use crate::limits::{ATTRIBUTE_NAME_BYTES_MAX, ITEM_SIZE_BYTES_MAX, NESTING_LEVELS_MAX};
use crate::message::{self, Checked, Cohort, Refusal};

/// Checks the values of an item or a key.
pub(crate) fn check_values(item: &Item) -> Checked {
    item.iter().try_for_each(|(_, value)| check_value(value, 1))
}

/// Checks the names of an item's own attributes.
pub(crate) fn check_names(item: &Item) -> Checked {
    for name in item.names() {
        if name.is_empty() {
            return Err(message::empty_attribute_name());
        }
        if name.len() > ATTRIBUTE_NAME_BYTES_MAX {
            return Err(message::attribute_name_too_long());
        }
    }
    Ok(())
}

/// Checks the values that expressions may use.
pub(crate) fn check_expression_values(values: &Values) -> Checked {
    for (key, value) in values.iter() {
        check_value(value, 1)
            .map_err(|refusal| message::value_of_placeholder_invalid(&refusal.text(Cohort::Old), key))?;
    }
    Ok(())
}

/// Checks the values that expressions may use, but not how deep they are.
pub(crate) fn check_values_of_any_depth(values: &Values) -> Checked {
    let is_too_deep = |value: &Value| is_too_deep(value, 1);
    let shallow = values.iter().filter(|(_, value)| !is_too_deep(value));
    for (key, value) in shallow {
        check_value(value, 1)
            .map_err(|refusal| message::value_of_placeholder_invalid(&refusal.text(Cohort::Old), key))?;
    }
    Ok(())
}

/// Checks the result of an update, which no single value of the request decides.
pub(crate) fn check_nesting(item: &Item) -> Checked {
    if item.iter().any(|(_, value)| has_members(value) && is_too_deep(value, 1)) {
        return Err(message::nesting_exceeded());
    }
    Ok(())
}

/// Checks the size of an item against the limit.
pub(crate) fn check_size(item: &Item, too_large: fn() -> Refusal) -> Checked<usize> {
    let size_bytes = item.size_bytes();
    if size_bytes > ITEM_SIZE_BYTES_MAX { Err(too_large()) } else { Ok(size_bytes) }
}

/// Sorts the members of all sets, which is the order in which the service returns them.
pub(crate) fn sort_sets(item: &mut Item) {
    let names: Vec<_> =
        item.iter().filter(|(_, value)| has_members(value)).map(|(name, _)| name.clone()).collect();
    for name in names {
        if let Some(value) = item.get_mut(&name) {
            sort_sets_of(value);
        }
    }
}

fn has_members(value: &Value) -> bool {
    matches!(value, Value::Ss(_) | Value::Ns(_) | Value::Bs(_) | Value::M(_) | Value::L(_))
}

fn sort_sets_of(value: &mut Value) {
    match value {
        Value::Ss(set) => set.sort_unstable(),
        Value::Ns(set) => set.sort_unstable(),
        Value::Bs(set) => set.sort_unstable(),
        Value::M(map) => sort_sets(map),
        Value::L(list) => list.iter_mut().for_each(sort_sets_of),
        _ => {}
    }
}

/// The recursion ends at the deepest level that may be stored, whatever the value is.
fn check_value(value: &Value, level: usize) -> Checked {
    if level > NESTING_LEVELS_MAX {
        return Err(message::nesting_exceeded());
    }
    match value {
        Value::Ss(set) if set.is_empty() => Err(message::empty_string_set()),
        Value::Ns(set) if set.is_empty() => Err(message::empty_number_set()),
        Value::Bs(set) if set.is_empty() => Err(message::empty_binary_set()),
        Value::Ss(set) if has_duplicates(set) => {
            Err(message::set_duplicates(&format!("[{}]", set.join(", "))))
        }
        Value::Ns(set) if has_duplicates(set) => Err(message::number_set_duplicates()),
        Value::Bs(set) if has_duplicates(set) => {
            let shown: Vec<String> = set.iter().map(|bytes| base64(bytes)).collect();
            Err(message::binary_set_duplicates(&format!("[{}]", shown.join(", "))))
        }
        Value::M(map) => map.iter().try_for_each(|(_, value)| check_value(value, level + 1)),
        Value::L(list) => list.iter().try_for_each(|value| check_value(value, level + 1)),
        _ => Ok(()),
    }
}

fn is_too_deep(value: &Value, level: usize) -> bool {
    level > NESTING_LEVELS_MAX
        || match value {
            Value::M(map) => map.iter().any(|(_, value)| is_too_deep(value, level + 1)),
            Value::L(list) => list.iter().any(|value| is_too_deep(value, level + 1)),
            _ => false,
        }
}

fn has_duplicates<T: Ord>(set: &[T]) -> bool {
    if set.is_sorted_by(|a, b| a < b) {
        return false;
    }
    let mut sorted: Vec<&T> = set.iter().collect();
    sorted.sort_unstable();
    sorted.windows(2).any(|pair| pair[0] == pair[1])
}

/// Bytes as messages show them.
fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let group =
            chunk.iter().enumerate().fold(0u32, |group, (at, b)| group | u32::from(*b) << (16 - 8 * at));
        for at in 0..4 {
            let digit = usize::try_from(group >> (18 - 6 * at) & 63).expect("six bits");
            text.push(if at <= chunk.len() { char::from(DIGITS[digit]) } else { '=' });
        }
    }
    text
}
