//! `DeleteItem`.

use dynorm::backend::{call, reply};

use super::write;
use crate::capacity::collection_metrics;
use crate::expr::Condition;
use crate::message::Checked;
use crate::state::{State, checked_name};
use crate::table::item::check_values;
use crate::table::key::StoreKey;
use crate::table::{Change, Table};

pub(crate) fn delete(state: &mut State, call: &call::Delete) -> Checked<reply::Delete> {
    checked_name(&call.table)?;
    write::check_returned(call.returned)?;
    check_values(&call.key)?;
    let condition = write::condition(call.condition.as_deref(), &call.names, &call.values)?;
    run(state, call, condition.as_ref())
}

/// Deletes an item under a condition that has been read.
pub(crate) fn run(
    state: &mut State,
    call: &call::Delete,
    condition: Option<&Condition<'_>>,
) -> Checked<reply::Delete> {
    let table = state.table(&call.table)?;
    let key = table.key_of_key(&call.key)?;
    let change = plan(table, key, condition, call.return_old_on_failure)?;
    let reply = reply::Delete {
        attributes: write::old_attributes(call.returned, table, &change),
        capacity: write::capacity(call.capacity, &call.table, table, &change),
        collection_metrics: call.collection_metrics.then(|| collection_metrics(table, &change)).flatten(),
    };
    if change.before.is_some() {
        state.table_mut(&call.table)?.commit(change);
    }
    Ok(reply)
}

/// The change that the delete makes, if it may.
pub(super) fn plan(
    table: &Table,
    key: StoreKey,
    condition: Option<&Condition<'_>>,
    return_old_on_failure: bool,
) -> Checked<Change> {
    write::check_held(table, &key)?;
    let before = table.items.get(&key).cloned();
    write::check_condition(condition, table, before.as_ref(), return_old_on_failure)?;
    Ok(Change { key, before, after: None })
}
