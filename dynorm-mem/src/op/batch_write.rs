//! `BatchWriteItem`.

use dynorm::backend::call::{self, BatchWriteAction, ReturnCapacity};
use dynorm::backend::reply;

use super::put::check_item;
use super::write;
use crate::capacity::{Cost, Stated, collection_metrics};
use crate::limits::BATCH_WRITE_ACTIONS_MAX;
use crate::message::{self, Batch, Checked, Refusal};
use crate::state::{State, checked_name};
use crate::table::item::{check_values, sort_sets};
use crate::table::key::StoreKey;
use crate::table::record::Weighed;
use crate::table::{Change, Table, name_of};

pub(crate) fn batch_write(state: &mut State, call: call::BatchWrite) -> Checked<reply::BatchWrite> {
    // The whole request is checked before anything is written.
    check_counts(&call)?;
    check_actions(&call)?;
    let keys = keys_of(state, &call)?;
    check_duplicates(&call, &keys)?;
    check_sizes(state, &call, &keys)?;
    let mut reply = reply::BatchWrite::default();
    let asked = Asked { capacity: call.capacity, collection_metrics: call.collection_metrics };
    for ((named, actions), keys) in call.tables.into_iter().zip(keys) {
        write_table(state, named, actions.into_iter().zip(keys), asked, &mut reply)?;
    }
    Ok(reply)
}

/// What the call wants to be told.
#[derive(Clone, Copy)]
struct Asked {
    capacity: ReturnCapacity,
    collection_metrics: bool,
}

/// Carries out the writes of one table.
fn write_table(
    state: &mut State,
    named: String,
    writes: impl Iterator<Item = (BatchWriteAction, StoreKey)>,
    asked: Asked,
    reply: &mut reply::BatchWrite,
) -> Checked {
    let table = state.table_mut(&named)?;
    let mut cost = Cost::default();
    let mut metrics = Vec::new();
    for (action, key) in writes {
        if table.held.contains(&key) {
            // A transaction is at work on the item; the write may be tried again.
            reply.unprocessed.entry(named.clone()).or_default().push(action);
            continue;
        }
        let change = change_of(table, action, key);
        if asked.capacity != ReturnCapacity::None {
            cost.add(Cost::of_write(table, &change));
        }
        if asked.collection_metrics {
            metrics.extend(collection_metrics(table, &change));
        }
        table.commit(change);
    }
    reply.capacity.extend(cost.stated(asked.capacity, &named, Stated::Together));
    if !metrics.is_empty() {
        reply.collection_metrics.insert(named, metrics);
    }
    Ok(())
}

/// What each action alone decides.
fn check_actions(call: &call::BatchWrite) -> Checked {
    for (named, actions) in &call.tables {
        checked_name(named)?;
        for action in actions {
            match action {
                BatchWriteAction::Put(item) => check_item(item).map(|_| ())?,
                BatchWriteAction::Delete(key) => check_values(key)?,
            }
        }
    }
    Ok(())
}

/// The keys of all actions, table by table.
fn keys_of(state: &State, call: &call::BatchWrite) -> Checked<Vec<Vec<StoreKey>>> {
    let of_table = |(named, actions): (&String, &Vec<BatchWriteAction>)| {
        let table = state.table(named)?;
        actions.iter().map(|action| key_of(table, action)).collect()
    };
    call.tables.iter().map(of_table).collect()
}

fn check_counts(call: &call::BatchWrite) -> Checked {
    if call.tables.is_empty() {
        return Err(Refusal::batch_empty(Batch::Write));
    }
    let too_short = "Member must have length greater than or equal to 1";
    if call.tables.values().any(Vec::is_empty) {
        return Err(Refusal::constraint("RequestItems.member", "[]", too_short));
    }
    if call.tables.values().map(Vec::len).sum::<usize>() > BATCH_WRITE_ACTIONS_MAX {
        return Err(message::batch_too_large("BatchWriteItem"));
    }
    Ok(())
}

fn key_of(table: &Table, action: &BatchWriteAction) -> Checked<StoreKey> {
    match action {
        BatchWriteAction::Put(item) => {
            let key = table.key_of_item(item)?;
            table.check_index_kinds(item)?;
            table.check_index_lengths(item)?;
            Ok(key)
        }
        BatchWriteAction::Delete(key) => table.key_of_key(key),
    }
}

/// What each put alone makes too large.
fn check_sizes(state: &State, call: &call::BatchWrite, keys: &[Vec<StoreKey>]) -> Checked {
    for ((named, actions), keys) in call.tables.iter().zip(keys) {
        let table = state.table(named)?;
        if !table.schema.has_local_indexes() {
            continue;
        }
        for (action, key) in actions.iter().zip(keys) {
            if let BatchWriteAction::Put(item) = action {
                let change = change_of(table, BatchWriteAction::Put(item.clone()), key.clone());
                if let Some(stored) = &change.after {
                    table.check_local_entries(key, stored, message::item_too_large)?;
                }
                write::check_collection(state, table, &change)?;
            }
        }
    }
    Ok(())
}

fn check_duplicates(call: &call::BatchWrite, keys: &[Vec<StoreKey>]) -> Checked {
    let mut all: Vec<(&str, &StoreKey)> = Vec::with_capacity(BATCH_WRITE_ACTIONS_MAX);
    for (named, keys) in call.tables.keys().zip(keys) {
        all.extend(keys.iter().map(|key| (name_of(named), key)));
    }
    all.sort_unstable();
    if all.windows(2).any(|pair| pair[0] == pair[1]) {
        return Err(message::batch_duplicates());
    }
    Ok(())
}

fn change_of(table: &Table, action: BatchWriteAction, key: StoreKey) -> Change {
    let before = table.items.get(&key).cloned();
    let after = match action {
        BatchWriteAction::Put(mut item) => {
            sort_sets(&mut item);
            Some(Weighed::new(item))
        }
        BatchWriteAction::Delete(_) => None,
    };
    Change { key, before, after }
}
