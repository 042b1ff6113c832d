//! `UpdateItem`.

use dynorm::backend::call::ReturnValues;
use dynorm::backend::{Names, Values, call, reply};
use dynorm::value::Item;

use super::write;
use crate::capacity::collection_metrics;
use crate::expr::{self, Action, Condition, Placeholders, Projection, apply};
use crate::message::{self, Checked, Expression, Refusal};
use crate::state::{State, checked_name};
use crate::table::item::{check_expression_values, check_nesting, check_size, check_values, sort_sets};
use crate::table::key::StoreKey;
use crate::table::record::{Record, Weighed};
use crate::table::schema::IndexSchema;
use crate::table::{Change, Table};

/// The expressions of an update.
#[derive(Debug, Default)]
pub(crate) struct Prepared<'e> {
    pub(crate) actions: Vec<Action<'e>>,
    pub(crate) condition: Option<Condition<'e>>,
}

pub(crate) fn update(state: &mut State, call: &call::Update) -> Checked<reply::Update> {
    checked_name(&call.table)?;
    check_values(&call.key)?;
    let texts = (call.update.as_deref(), call.condition.as_deref());
    let prepared = prepare(texts, &call.names, &call.values)?;
    run(state, call, &prepared)
}

/// Updates an item by expressions that have been read.
pub(crate) fn run(state: &mut State, call: &call::Update, prepared: &Prepared<'_>) -> Checked<reply::Update> {
    let table = state.table(&call.table)?;
    let key = table.key_of_key(&call.key)?;
    let change = plan(table, (key, &call.key), prepared, call.return_old_on_failure)?;
    write::check_collection(state, table, &change)?;
    let reply = reply::Update {
        attributes: attributes(call.returned, &prepared.actions, table, &change),
        capacity: write::capacity(call.capacity, &call.table, table, &change),
        collection_metrics: call.collection_metrics.then(|| collection_metrics(table, &change)).flatten(),
    };
    if change.after.is_some() {
        state.table_mut(&call.table)?.commit(change);
    }
    Ok(reply)
}

/// Reads the update and the condition.
pub(crate) fn prepare<'e>(
    (update, condition): (Option<&'e str>, Option<&'e str>),
    names: &'e Names,
    values: &'e Values,
) -> Checked<Prepared<'e>> {
    check_expression_values(values)?;
    let has_expression = update.is_some() || condition.is_some();
    let missing = (!has_expression).then_some("UpdateExpression and ConditionExpression are null");
    let mut placeholders = Placeholders::new(names, values, has_expression, missing)?;
    let actions = update.map(|text| expr::update(text, &mut placeholders)).transpose()?.unwrap_or_default();
    let condition =
        condition.map(|text| expr::condition(Expression::Condition, text, &mut placeholders)).transpose()?;
    placeholders.finish()?;
    Ok(Prepared { actions, condition })
}

/// The change that the update of the item under a key makes, if it may. A change without an item after it does nothing.
pub(super) fn plan(
    table: &Table,
    (store_key, key): (StoreKey, &Item),
    prepared: &Prepared<'_>,
    return_old_on_failure: bool,
) -> Checked<Change> {
    for action in &prepared.actions {
        let attribute = action.path().attribute();
        if table.schema.key.contains(attribute) {
            return Err(message::cannot_update_key(attribute));
        }
    }
    write::check_held(table, &store_key)?;
    let before = table.items.get(&store_key).cloned();
    write::check_condition(prepared.condition.as_ref(), table, before.as_ref(), return_old_on_failure)?;
    let item = before.as_ref().map_or_else(|| key.clone(), |before| before.item(&table.names));
    let mut after = apply(&prepared.actions, item)?;
    let size_bytes = check_result(table, before.as_ref(), &after)?;
    // An update that only takes away has nothing to create an item for.
    let takes_away = |action: &Action<'_>| matches!(action, Action::Remove(_) | Action::Delete(..));
    let creates_nothing = !prepared.actions.is_empty() && prepared.actions.iter().all(takes_away);
    if before.is_none() && creates_nothing {
        return Ok(Change { key: store_key, before: None, after: None });
    }
    sort_sets(&mut after);
    let after = Weighed { item: after, size_bytes };
    table.check_local_entries(&store_key, &after, message::updated_item_too_large)?;
    Ok(Change { key: store_key, before, after: Some(after) })
}

/// What no action decides alone; gives the item's size in bytes.
fn check_result(table: &Table, before: Option<&Record>, after: &Item) -> Checked<usize> {
    let is_late = |index: &IndexSchema| index.is_late;
    let looks_back = table.schema.indexes.iter().any(is_late);
    let before = before.filter(|_| looks_back).map(|before| before.item(&table.names));
    let before = before.as_ref();
    for index in table.indexes_of_update(before, after) {
        index.check_kinds(after).map_err(|_: Refusal| message::index_key_update_type())?;
    }
    for index in table.indexes_of_update(before, after) {
        index.check_lengths(after)?;
    }
    check_nesting(after)?;
    check_size(after, message::updated_item_too_large)
}

fn attributes(
    returned: ReturnValues,
    actions: &[Action<'_>],
    table: &Table,
    change: &Change,
) -> Option<Item> {
    let before = || change.item_before(&table.names);
    let after = || change.after.as_ref().map(|after| &after.item);
    let touched = |item: &Item| {
        let part = Projection::of(actions.iter().map(Action::path)).apply(item);
        (!part.is_empty()).then_some(part)
    };
    match returned {
        ReturnValues::None => None,
        ReturnValues::AllOld => before(),
        ReturnValues::AllNew => after().cloned(),
        ReturnValues::UpdatedOld => touched(&before()?),
        ReturnValues::UpdatedNew => touched(after()?),
    }
}
