//! What the writes of one item have in common.

use std::sync::Arc;

use dynorm::backend::call::{ReturnCapacity, ReturnValues};
use dynorm::backend::reply::Capacity;
use dynorm::backend::{Names, Values};
use dynorm::value::Item;

use crate::capacity::{Cost, Stated};
use crate::expr::{self, Condition, Placeholders, holds};
use crate::message::{self, Checked, Expression, Refusal};
use crate::table::item::check_expression_values;
use crate::table::store::Stored;
use crate::table::{Change, Table};

/// An item without attributes: what conditions see where there is no item.
pub(super) static NO_ITEM: Item = Item::new();

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
    let missing = text.is_none().then_some("ConditionExpression is null");
    let mut placeholders = Placeholders::new(names, values, text.is_some(), missing)?;
    let condition =
        text.map(|text| expr::condition(Expression::Condition, text, &mut placeholders)).transpose()?;
    placeholders.finish()?;
    Ok(condition)
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
    before: Option<&Arc<Stored>>,
    return_old_on_failure: bool,
) -> Checked {
    let Some(condition) = condition else { return Ok(()) };
    if holds(condition, before.map_or(&NO_ITEM, |stored| &stored.item)) {
        return Ok(());
    }
    let shown = before.filter(|_| return_old_on_failure).map(|stored| stored.item.clone());
    Err(Refusal::condition_failed(shown))
}

/// What put and delete return.
pub(super) fn old_attributes(returned: ReturnValues, change: &Change) -> Option<Item> {
    let before = change.before.as_ref().filter(|_| returned == ReturnValues::AllOld)?;
    Some(before.item.clone())
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
