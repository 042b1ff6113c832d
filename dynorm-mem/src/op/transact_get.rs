//! `TransactGetItems`.

use std::collections::BTreeMap;
use std::sync::Arc;

use dynorm::backend::{CancellationReason, call, reply};

use super::found::returned;
use super::get::{projection, read};
use super::transact_write::validation_reason;
use super::write;
use crate::capacity::{Consistency, Cost, Stated, read_units};
use crate::limits::{TRANSACTION_ACTIONS_MAX, TRANSACTION_BYTES_MAX};
use crate::message::{self, Checked, Refusal};
use crate::state::{State, checked_name};
use crate::table::item::check_values;
use crate::table::record::Record;
use crate::table::{Table, name_of};

pub(crate) fn transact_get(state: &State, call: &call::TransactGet) -> Checked<reply::TransactGet> {
    check_count("TransactItems", call.actions.len())?;
    let mut prepared = Vec::with_capacity(call.actions.len());
    for action in &call.actions {
        checked_name(&action.table)?;
        check_values(&action.key)?;
        let projection = projection(action.projection.as_deref(), &action.names)?;
        prepared.push((action, projection));
    }
    let mut tables = Vec::with_capacity(prepared.len());
    for (action, _) in &prepared {
        tables.push(state.table(&action.table)?);
    }
    let mut seen = Vec::with_capacity(prepared.len());
    for ((action, _), table) in prepared.iter().zip(&tables) {
        if let Ok(key) = table.key_of_key(&action.key) {
            seen.push((name_of(&action.table), key));
        }
    }
    seen.sort_unstable();
    if seen.windows(2).any(|pair| pair[0] == pair[1]) {
        return Err(message::transaction_duplicates());
    }
    check_held(&prepared, &tables)?;
    let mut reply = reply::TransactGet::default();
    let mut costs: BTreeMap<&str, Cost> = BTreeMap::new();
    let mut total_bytes = 0;
    for (at, ((action, projection), table)) in prepared.iter().zip(&tables).enumerate() {
        let record = read(table, &action.key).map_err(|refusal| {
            if refusal.is_about_empty_key() {
                return refusal;
            }
            let mut reasons = vec![CancellationReason::none(); call.actions.len()];
            reasons[at] = validation_reason(&refusal);
            Refusal::cancelled(reasons)
        })?;
        let size_bytes = record.map_or(0, Record::size_bytes);
        total_bytes += size_bytes;
        let cost = Cost::of_table(read_units(size_bytes, Consistency::Transactional));
        costs.entry(action.table.as_str()).or_default().add(cost);
        reply.items.push(record.map(|record| returned(table, record, projection.as_ref())));
    }
    if total_bytes > TRANSACTION_BYTES_MAX {
        return Err(message::transaction_too_large());
    }
    for (table, cost) in costs {
        reply.capacity.extend(cost.stated(call.capacity, table, Stated::AsReads));
    }
    Ok(reply)
}

/// Cancels the transaction if another is at work on one of its items.
fn check_held<P>(prepared: &[(&call::TransactGetAction, P)], tables: &[&Arc<Table>]) -> Checked {
    let mut reasons = vec![CancellationReason::none(); prepared.len()];
    let mut is_cancelled = false;
    for (at, ((action, _), table)) in prepared.iter().zip(tables).enumerate() {
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
