//! `PutItem`.

use dynorm::backend::{call, reply};
use dynorm::value::Item;

use super::write;
use crate::capacity::collection_metrics;
use crate::expr::Condition;
use crate::message::{self, Checked};
use crate::state::{State, checked_name};
use crate::table::item::{check_names, check_size, check_values, sort_sets};
use crate::table::key::StoreKey;
use crate::table::record::Weighed;
use crate::table::{Change, Table};

pub(crate) fn put(state: &mut State, mut call: call::Put) -> Checked<reply::Put> {
    checked_name(&call.table)?;
    write::check_returned(call.returned)?;
    let item = checked(std::mem::take(&mut call.item))?;
    let condition = write::condition(call.condition.as_deref(), &call.names, &call.values)?;
    run(state, &call, item, condition.as_ref())
}

/// Puts an item that has been checked, under a condition that has been read.
pub(crate) fn run(
    state: &mut State,
    call: &call::Put,
    item: Weighed,
    condition: Option<&Condition<'_>>,
) -> Checked<reply::Put> {
    let table = state.table(&call.table)?;
    let key = table.key_of_item(&item.item)?;
    let change = plan(table, key, item, condition, call.return_old_on_failure)?;
    write::check_collection(state, table, &change)?;
    let reply = reply::Put {
        attributes: write::old_attributes(call.returned, table, &change),
        capacity: write::capacity(call.capacity, &call.table, table, &change),
        collection_metrics: call.collection_metrics.then(|| collection_metrics(table, &change)).flatten(),
    };
    state.table_mut(&call.table)?.commit(change);
    Ok(reply)
}

/// The item with its size, if it breaks no rule that it alone decides.
pub(crate) fn checked(item: Item) -> Checked<Weighed> {
    let size_bytes = check_item(&item)?;
    Ok(Weighed { item, size_bytes })
}

/// What the item alone decides; gives its size in bytes.
pub(crate) fn check_item(item: &Item) -> Checked<usize> {
    check_values(item)?;
    check_names(item)?;
    check_size(item, message::item_too_large)
}

/// The change that the put of an item under its key makes, if it may.
pub(super) fn plan(
    table: &Table,
    key: StoreKey,
    mut item: Weighed,
    condition: Option<&Condition<'_>>,
    return_old_on_failure: bool,
) -> Checked<Change> {
    table.check_index_kinds(&item.item)?;
    table.check_index_lengths(&item.item)?;
    let before = table.items.get(&key).cloned();
    write::check_held(table, &key)?;
    write::check_condition(condition, table, before.as_ref(), return_old_on_failure)?;
    sort_sets(&mut item.item);
    table.check_local_entries(&key, &item, message::item_too_large)?;
    Ok(Change { key, before, after: Some(item) })
}
