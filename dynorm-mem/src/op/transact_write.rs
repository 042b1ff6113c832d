//! `TransactWriteItems`.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::SystemTime;

use dynorm::backend::call::{self, ReturnCapacity, TransactWriteAction};
use dynorm::backend::{CancellationReason, FailureKind, reply};

use super::transact_get::check_count;
use super::{delete, put, update, write};
use crate::capacity::{Consistency, Cost, Stated, collection_metrics, read_units};
use crate::expr::Condition;
use crate::limits::{TOKEN_CHARS_MAX, TRANSACTION_BYTES_MAX};
use crate::message::{self, Checked, Cohort, Refusal};
use crate::state::{State, checked_name};
use crate::table::item::check_values;
use crate::table::key::StoreKey;
use crate::table::{Change, Table, name_of};

/// An action whose expressions have been read.
pub(crate) enum Prepared<'e> {
    Put(&'e call::Put, Option<Condition<'e>>),
    Update(&'e call::Update, update::Prepared<'e>),
    Delete(&'e call::Delete, Option<Condition<'e>>),
    Check(&'e call::Check, Option<Condition<'e>>),
}

pub(crate) fn transact_write(
    state: &mut State,
    call: call::TransactWrite,
    now: SystemTime,
) -> Checked<reply::TransactWrite> {
    check_count("TransactItems", call.actions.len())?;
    let call = Arc::new(call);
    if let Some(token) = &call.token {
        check_token(token)?;
        if let Some(used) = state.tokens.get(token, now) {
            if used.actions != call.actions {
                return Err(message::token_mismatch());
            }
            let prepared = call.actions.iter().map(prepare).collect::<Checked<Vec<_>>>()?;
            return replayed(state, &prepared, call.capacity);
        }
    }
    let prepared = call.actions.iter().map(prepare).collect::<Checked<Vec<_>>>()?;
    let wanted = Wanted { capacity: call.capacity, collection_metrics: call.collection_metrics };
    let reply = run(state, &prepared, wanted)?;
    if let Some(token) = &call.token {
        state.tokens.insert(token, now, Arc::clone(&call));
    }
    Ok(reply)
}

/// What a reply is to state.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wanted {
    pub(crate) capacity: ReturnCapacity,
    pub(crate) collection_metrics: bool,
}

/// Carries out actions whose expressions have been read, all or none.
pub(crate) fn run(
    state: &mut State,
    prepared: &[Prepared<'_>],
    wanted: Wanted,
) -> Checked<reply::TransactWrite> {
    check_distinct(state, prepared)?;
    let changes = plan(state, prepared)?;
    check_written_bytes(&changes)?;
    let reply = reply(state, wanted, prepared, &changes)?;
    for (action, change) in prepared.iter().zip(&changes) {
        let writes = change.before.is_some() || change.after.is_some();
        if writes && !matches!(action, Prepared::Check(..)) {
            state.table_mut(action.table())?.commit(change);
        }
    }
    Ok(reply)
}

pub(crate) fn check_token(token: &str) -> Checked {
    let constraint = match token.chars().count() {
        0 => "Member must have length greater than or equal to 1",
        n if n > TOKEN_CHARS_MAX => "Member must have length less than or equal to 36",
        _ => return Ok(()),
    };
    Err(Refusal::constraint("ClientRequestToken", token, constraint))
}

fn prepare(action: &TransactWriteAction) -> Checked<Prepared<'_>> {
    match action {
        TransactWriteAction::Put(call) => {
            checked_name(&call.table)?;
            put::check_item(&call.item)?;
            let condition = write::condition(call.condition.as_deref(), &call.names, &call.values)?;
            Ok(Prepared::Put(call, condition))
        }
        TransactWriteAction::Update(call) => {
            checked_name(&call.table)?;
            check_values(&call.key)?;
            let texts = (call.update.as_deref(), call.condition.as_deref());
            if texts.0.is_none() {
                let constraint = "Member must not be null";
                return Err(Refusal::constraint(
                    "TransactItems.member.Update.UpdateExpression",
                    "null",
                    constraint,
                ));
            }
            Ok(Prepared::Update(call, update::prepare(texts, &call.names, &call.values)?))
        }
        TransactWriteAction::Delete(call) => {
            checked_name(&call.table)?;
            check_values(&call.key)?;
            let condition = write::condition(call.condition.as_deref(), &call.names, &call.values)?;
            Ok(Prepared::Delete(call, condition))
        }
        TransactWriteAction::Check(call) => {
            checked_name(&call.table)?;
            check_values(&call.key)?;
            if call.condition.is_none() {
                let constraint = "Member must not be null";
                return Err(Refusal::constraint(
                    "TransactItems.member.ConditionCheck.ConditionExpression",
                    "null",
                    constraint,
                ));
            }
            // The service does not look at how deep these values are.
            let condition = write::condition_of_check(call.condition.as_deref(), &call.names, &call.values)?;
            Ok(Prepared::Check(call, condition))
        }
    }
}

impl<'e> Prepared<'e> {
    fn table(&self) -> &'e str {
        match self {
            Self::Put(call, _) => &call.table,
            Self::Update(call, _) => &call.table,
            Self::Delete(call, _) => &call.table,
            Self::Check(call, _) => &call.table,
        }
    }

    fn key(&self, table: &Table) -> Checked<StoreKey> {
        match self {
            Self::Put(call, _) => table.key_of_item(&call.item),
            Self::Update(call, _) => table.key_of_key(&call.key),
            Self::Delete(call, _) => table.key_of_key(&call.key),
            Self::Check(call, _) => table.key_of_key(&call.key),
        }
    }

    /// What the action does; a check leaves the item as it is.
    fn plan(&self, table: &Table) -> Checked<Change> {
        match self {
            Self::Put(call, condition) => {
                put::plan(table, call.item.clone(), condition.as_ref(), call.return_old_on_failure)
            }
            Self::Update(call, prepared) => {
                update::plan(table, &call.key, prepared, call.return_old_on_failure)
            }
            Self::Delete(call, condition) => {
                delete::plan(table, &call.key, condition.as_ref(), call.return_old_on_failure)
            }
            Self::Check(call, condition) => {
                let change = delete::plan(table, &call.key, condition.as_ref(), call.return_old_on_failure)?;
                Ok(Change { after: change.before.clone(), ..change })
            }
        }
    }
}

/// Every table must exist, and no item may be named twice.
fn check_distinct(state: &State, prepared: &[Prepared<'_>]) -> Checked {
    let mut seen = Vec::with_capacity(prepared.len());
    for action in prepared {
        let table = state.table(action.table())?;
        // A key that is not one is a reason of cancellation, which is found later.
        if let Ok(key) = action.key(table) {
            seen.push((name_of(action.table()), key));
        }
    }
    seen.sort_unstable();
    if seen.windows(2).any(|pair| pair[0] == pair[1]) {
        return Err(message::transaction_duplicates());
    }
    Ok(())
}

/// All changes, or all conditions that failed, or the first action that breaks a rule.
fn plan(state: &State, prepared: &[Prepared<'_>]) -> Checked<Vec<Change>> {
    let mut changes = Vec::with_capacity(prepared.len());
    let mut reasons = vec![CancellationReason::none(); prepared.len()];
    let mut is_cancelled = false;
    for (at, action) in prepared.iter().enumerate() {
        let table = state.table(action.table())?;
        let planned = action.plan(table);
        match planned.and_then(|change| write::check_collection(state, table, &change).map(|()| change)) {
            Ok(change) => changes.push(change),
            Err(refusal) if refusal.is_condition_failed() => {
                is_cancelled = true;
                reasons[at] = refusal.into_reason("ConditionalCheckFailed");
            }
            Err(refusal) if *refusal.kind() == FailureKind::TransactionConflict => {
                is_cancelled = true;
                reasons[at] = refusal.into_reason("TransactionConflict");
            }
            Err(refusal) if *refusal.kind() == FailureKind::CollectionTooLarge => {
                is_cancelled = true;
                reasons[at] = refusal.into_reason("ItemCollectionSizeLimitExceeded");
            }
            Err(refusal) if refusal.is_about_empty_key() => return Err(refusal),
            Err(refusal) => {
                let mut reasons = vec![CancellationReason::none(); prepared.len()];
                reasons[at] = validation_reason(&refusal);
                return Err(Refusal::cancelled(reasons));
            }
        }
    }
    if is_cancelled { Err(Refusal::cancelled(reasons)) } else { Ok(changes) }
}

/// A rule that one action breaks.
pub(super) fn validation_reason(refusal: &Refusal) -> CancellationReason {
    CancellationReason {
        code: "ValidationError".to_owned(),
        message: Some(refusal.text(Cohort::Old)),
        item: None,
    }
}

/// Only what is written counts: deleting any amount is allowed.
fn check_written_bytes(changes: &[Change]) -> Checked {
    let written: usize =
        changes.iter().filter_map(|c| c.after.as_ref()).map(|stored| stored.size_bytes).sum();
    if written > TRANSACTION_BYTES_MAX { Err(message::transaction_too_large()) } else { Ok(()) }
}

/// The cost of one action: twice that of the write on the table, as the write on the indexes.
fn cost_of(table: &Table, change: &Change) -> Cost {
    let cost = Cost::of_write(table, change);
    Cost { table: 2.0 * cost.table, ..cost }
}

fn reply(
    state: &State,
    wanted: Wanted,
    prepared: &[Prepared<'_>],
    changes: &[Change],
) -> Checked<reply::TransactWrite> {
    let mut reply = reply::TransactWrite::default();
    let mut costs: BTreeMap<&str, Cost> = BTreeMap::new();
    for (action, change) in prepared.iter().zip(changes) {
        let table = state.table(action.table())?;
        if wanted.capacity != ReturnCapacity::None {
            costs.entry(action.table()).or_default().add(cost_of(table, change));
        }
        if wanted.collection_metrics && !matches!(action, Prepared::Check(..)) {
            let metrics = collection_metrics(table, change);
            if let Some(metrics) = metrics {
                reply.collection_metrics.entry(action.table().to_owned()).or_default().push(metrics);
            }
        }
    }
    for (table, cost) in costs {
        reply.capacity.extend(cost.stated(wanted.capacity, table, Stated::AsWrites));
    }
    Ok(reply)
}

/// The answer to a transaction that was carried out before: the items are read, and nothing is done.
pub(crate) fn replayed(
    state: &State,
    prepared: &[Prepared<'_>],
    wanted: ReturnCapacity,
) -> Checked<reply::TransactWrite> {
    let mut costs: BTreeMap<&str, Cost> = BTreeMap::new();
    for action in prepared {
        let table = state.table(action.table())?;
        let stored = table.items.get(&action.key(table)?);
        let units = read_units(stored.map_or(0, |stored| stored.size_bytes), Consistency::Transactional);
        costs.entry(action.table()).or_default().add(Cost::of_table(units));
    }
    let stated = |(table, cost): (&str, Cost)| cost.stated(wanted, table, Stated::AsReads);
    Ok(reply::TransactWrite {
        capacity: costs.into_iter().filter_map(stated).collect(),
        ..Default::default()
    })
}
