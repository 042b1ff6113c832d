//! What the writes of one item have in common.

use dynorm::backend::call::{ReturnCapacity, ReturnValues};
use dynorm::backend::reply::Capacity;
use dynorm::backend::{Names, Values};
use dynorm::value::Item;

use crate::capacity::{Cost, Stated};
use crate::expr::{self, Condition, Placeholders, attributes_of, holds};
use crate::message::{self, Checked, Expression, Refusal};
use crate::state::State;
use crate::table::item::{check_expression_values, check_values_of_any_depth};
use crate::table::key::StoreKey;
use crate::table::record::Record;
use crate::table::{Change, Table};

/// An item without attributes: what conditions see where there is no item.
static NO_ITEM: Item = Item::new();

/// The condition of a write that has no other expression.
pub(crate) fn condition<'e>(
    text: Option<&'e str>,
    names: &'e Names,
    values: &'e Values,
) -> Checked<Option<Condition<'e>>> {
    if text.is_none() && names.is_empty() && values.is_empty() {
        return Ok(None);
    }
    check_expression_values(values)?;
    checked_condition(text, names, values)
}

/// The condition of a check in a transaction, whose values may be of any depth.
pub(super) fn condition_of_check<'e>(
    text: Option<&'e str>,
    names: &'e Names,
    values: &'e Values,
) -> Checked<Option<Condition<'e>>> {
    check_values_of_any_depth(values)?;
    checked_condition(text, names, values)
}

fn checked_condition<'e>(
    text: Option<&'e str>,
    names: &'e Names,
    values: &'e Values,
) -> Checked<Option<Condition<'e>>> {
    let missing = text.is_none().then_some("ConditionExpression is null");
    let mut placeholders = Placeholders::new(names, values, text.is_some(), missing)?;
    let condition =
        text.map(|text| expr::condition(Expression::Condition, text, &mut placeholders)).transpose()?;
    placeholders.finish()?;
    Ok(condition)
}

/// Has a transaction be at work on the item.
pub(crate) fn hold(state: &mut State, table: &str, key: &Item) -> Checked {
    let key = state.table(table)?.key_of_key(key)?;
    state.table_mut(table)?.held.insert(key);
    Ok(())
}

/// Has the transaction end.
pub(crate) fn release(state: &mut State, table: &str, key: &Item) -> Checked {
    let key = state.table(table)?.key_of_key(key)?;
    state.table_mut(table)?.held.remove(&key);
    Ok(())
}

/// Refuses the write of an item that a transaction is at work on.
pub(super) fn check_held(table: &Table, key: &StoreKey) -> Checked {
    if table.held.contains(key) { Err(message::transaction_ongoing()) } else { Ok(()) }
}

/// Refuses what makes an item collection larger than it may be.
pub(super) fn check_collection(state: &State, table: &Table, change: &Change) -> Checked {
    let Some(max) = state.collection_bytes_max else { return Ok(()) };
    match table.collection_bytes(change) {
        Some(sizes) if sizes.after > max && sizes.after > sizes.before => {
            Err(message::collection_too_large())
        }
        _ => Ok(()),
    }
}

/// Put and delete return the old item or nothing.
pub(crate) fn check_returned(returned: ReturnValues) -> Checked {
    match returned {
        ReturnValues::None | ReturnValues::AllOld => Ok(()),
        _ => Err(message::return_values_invalid()),
    }
}

/// Refuses the write unless its condition holds for the item as it is.
pub(super) fn check_condition(
    condition: Option<&Condition<'_>>,
    table: &Table,
    before: Option<&Record>,
    return_old_on_failure: bool,
) -> Checked {
    let Some(condition) = condition else { return Ok(()) };
    let is_met = match before {
        None => holds(condition, &NO_ITEM),
        Some(before) => {
            let mut named = Vec::new();
            attributes_of(condition, &mut named);
            holds(condition, &before.part(&table.names, |name| named.contains(&name)))
        }
    };
    if is_met {
        return Ok(());
    }
    let shown = before.filter(|_| return_old_on_failure).map(|before| before.item(&table.names));
    Err(Refusal::condition_failed(shown))
}

/// What put and delete return.
pub(super) fn old_attributes(returned: ReturnValues, table: &Table, change: &Change) -> Option<Item> {
    if returned == ReturnValues::AllOld { change.item_before(&table.names) } else { None }
}

/// The capacity of one write, if the call asked for it.
pub(super) fn capacity(
    wanted: ReturnCapacity,
    named: &str,
    table: &Table,
    change: &Change,
) -> Option<Capacity> {
    if wanted == ReturnCapacity::None {
        return None;
    }
    Cost::of_write(table, change).stated(wanted, named, Stated::Together)
}
