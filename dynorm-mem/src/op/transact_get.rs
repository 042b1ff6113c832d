//! `TransactGetItems`.

use std::collections::BTreeMap;
use std::sync::Arc;

use dynorm::backend::{CancellationReason, call, reply};

use super::found::Found;
use super::get::{projection, read};
use super::transact_write::validation_reason;
use super::write;
use crate::capacity::{Consistency, Cost, Stated, read_units};
use crate::expr::Projection;
use crate::limits::{TRANSACTION_ACTIONS_MAX, TRANSACTION_BYTES_MAX};
use crate::message::{self, Checked, Refusal};
use crate::state::{State, checked_name};
use crate::table::item::check_values;
use crate::table::key::StoreKey;
use crate::table::record::Record;
use crate::table::{Table, name_of};

/// An action whose parameters have been read.
struct Prepared<'c> {
    action: &'c call::TransactGetAction,
    projection: Option<Projection<'c>>,
}

pub(crate) fn transact_get(state: &State, call: &call::TransactGet) -> Checked<reply::TransactGet> {
    check_count("TransactItems", call.actions.len())?;
    let prepared = call.actions.iter().map(prepare).collect::<Checked<Vec<_>>>()?;
    let tables = call.actions.iter().map(|action| state.table(&action.table)).collect::<Checked<Vec<_>>>()?;
    check_distinct(&prepared, &tables)?;
    check_held(&prepared, &tables)?;
    let mut reply = reply::TransactGet::default();
    let mut costs: BTreeMap<&str, Cost> = BTreeMap::new();
    let mut total_bytes = 0;
    for (at, (Prepared { action, projection }, table)) in prepared.iter().zip(&tables).enumerate() {
        let record = read(table, &action.key).map_err(|refusal| cancelling(refusal, at, prepared.len()))?;
        let size_bytes = record.map_or(0, Record::size_bytes);
        total_bytes += size_bytes;
        let cost = Cost::of_table(read_units(size_bytes, Consistency::Transactional));
        costs.entry(action.table.as_str()).or_default().add(cost);
        let found = record.map(|record| Found::new(table, record, projection.as_ref()));
        reply.items.push(found.map(|found| found.into_item(&table.names)));
    }
    if total_bytes > TRANSACTION_BYTES_MAX {
        return Err(message::transaction_too_large());
    }
    for (table, cost) in costs {
        reply.capacity.extend(cost.stated(call.capacity, table, Stated::AsReads));
    }
    Ok(reply)
}

fn prepare(action: &call::TransactGetAction) -> Checked<Prepared<'_>> {
    checked_name(&action.table)?;
    check_values(&action.key)?;
    let projection = projection(action.projection.as_deref(), &action.names)?;
    Ok(Prepared { action, projection })
}

/// A transaction reads an item once. Keys that are none of the table's are refused later.
fn check_distinct(prepared: &[Prepared<'_>], tables: &[&Arc<Table>]) -> Checked {
    let keys = prepared.iter().zip(tables).filter_map(|(Prepared { action, .. }, table)| {
        Some((name_of(&action.table), table.key_of_key(&action.key).ok()?))
    });
    let mut keys: Vec<(&str, StoreKey)> = keys.collect();
    keys.sort_unstable();
    if keys.windows(2).any(|pair| pair[0] == pair[1]) {
        return Err(message::transaction_duplicates());
    }
    Ok(())
}

/// What a broken rule of one action makes of the whole call.
fn cancelling(refusal: Refusal, at: usize, n_actions: usize) -> Refusal {
    if refusal.is_about_empty_key() {
        return refusal;
    }
    let mut reasons = vec![CancellationReason::none(); n_actions];
    reasons[at] = validation_reason(&refusal);
    Refusal::cancelled(reasons)
}

/// Cancels the transaction if another is at work on one of its items.
fn check_held(prepared: &[Prepared<'_>], tables: &[&Arc<Table>]) -> Checked {
    let mut reasons = vec![CancellationReason::none(); prepared.len()];
    let mut is_cancelled = false;
    for (at, (Prepared { action, .. }, table)) in prepared.iter().zip(tables).enumerate() {
        if let Ok(key) = table.key_of_key(&action.key)
            && let Err(refusal) = write::check_held(table, &key)
        {
            is_cancelled = true;
            reasons[at] = refusal.into_reason("TransactionConflict");
        }
    }
    if is_cancelled { Err(Refusal::cancelled(reasons)) } else { Ok(()) }
}

/// A transaction has 1 to 100 actions.
pub(crate) fn check_count(member: &'static str, n_actions: usize) -> Checked {
    let constraint = match n_actions {
        0 => "Member must have length greater than or equal to 1",
        n if n > TRANSACTION_ACTIONS_MAX => "Member must have length less than or equal to 100",
        _ => return Ok(()),
    };
    Err(Refusal::constraint(member, format_args!("[{n_actions} actions]"), constraint))
}
