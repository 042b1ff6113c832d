//! `PutItem`.

use dynorm::backend::{call, reply};
use dynorm::value::Item;

use super::write;
use crate::capacity::collection_metrics;
use crate::expr::Condition;
use crate::message::{self, Checked};
use crate::state::{State, checked_name};
use crate::table::item::{check_names, check_size, check_values, sort_sets};
use crate::table::store::Stored;
use crate::table::{Change, Table};

pub(crate) fn put(state: &mut State, mut call: call::Put) -> Checked<reply::Put> {
    checked_name(&call.table)?;
    write::check_returned(call.returned)?;
    check_item(&call.item)?;
    let item = std::mem::take(&mut call.item);
    let condition = write::condition(call.condition.as_deref(), &call.names, &call.values)?;
    run(state, &call, item, condition.as_ref())
}

/// Puts an item that has been checked, under a condition that has been read.
pub(crate) fn run(
    state: &mut State,
    call: &call::Put,
    item: Item,
    condition: Option<&Condition<'_>>,
) -> Checked<reply::Put> {
    let table = state.table(&call.table)?;
    let change = plan(table, item, condition, call.return_old_on_failure)?;
    write::check_collection(state, table, &change)?;
    let reply = reply::Put {
        attributes: write::old_attributes(call.returned, &change),
        capacity: write::capacity(call.capacity, &call.table, table, &change),
        collection_metrics: call.collection_metrics.then(|| collection_metrics(table, &change)).flatten(),
    };
    state.table_mut(&call.table)?.commit(&change);
    Ok(reply)
}

/// What the item alone decides.
pub(crate) fn check_item(item: &Item) -> Checked {
    check_values(item)?;
    check_names(item)?;
    check_size(item, message::item_too_large).map(|_| ())
}

/// The change that the put makes, if it may.
pub(super) fn plan(
    table: &Table,
    mut item: Item,
    condition: Option<&Condition<'_>>,
    return_old_on_failure: bool,
) -> Checked<Change> {
    let key = table.key_of_item(&item)?;
    table.check_index_kinds(&item)?;
    table.check_index_lengths(&item)?;
    let before = table.items.get(&key).cloned();
    write::check_held(table, &key)?;
    write::check_condition(condition, before.as_ref(), return_old_on_failure)?;
    sort_sets(&mut item);
    let stored = Stored::new(item);
    table.check_local_entries(&key, &stored, message::item_too_large)?;
    Ok(Change { key, before, after: Some(stored) })
}
