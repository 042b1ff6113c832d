//! `TransactWriteItems`.

use std::collections::BTreeMap;
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
use crate::table::record::{Record, Weighed};
use crate::table::{Change, Table, name_of};

/// An action whose expressions have been read.
pub(crate) enum Prepared<'e> {
    Put(&'e call::Put, Weighed, Option<Condition<'e>>),
    Update(&'e call::Update, update::Prepared<'e>),
    Delete(&'e call::Delete, Option<Condition<'e>>),
    Check(&'e call::Check, Option<Condition<'e>>),
}

pub(crate) fn transact_write(
    state: &mut State,
    mut call: call::TransactWrite,
    now: SystemTime,
) -> Checked<reply::TransactWrite> {
    check_count("TransactItems", call.actions.len())?;
    let wanted = Wanted { capacity: call.capacity, collection_metrics: call.collection_metrics };
    let Some(token) = call.token.take() else {
        let prepared = prepare_all(&mut call.actions)?;
        return run(state, prepared, wanted);
    };
    check_token(&token)?;
    if let Some(used) = state.tokens.get(&token, now) {
        if **used != *call.actions {
            return Err(message::token_mismatch());
        }
        let prepared = prepare_all(&mut call.actions)?;
        return replayed(state, &prepared, call.capacity);
    }
    // Carrying out the actions takes their items.
    let actions = call.actions.clone().into();
    let prepared = prepare_all(&mut call.actions)?;
    let reply = run(state, prepared, wanted)?;
    state.tokens.insert(&token, now, actions);
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
    prepared: Vec<Prepared<'_>>,
    wanted: Wanted,
) -> Checked<reply::TransactWrite> {
    let targets = prepared.iter().map(|action| action.target(state)).collect::<Checked<Vec<_>>>()?;
    check_distinct(&prepared, &targets)?;
    let planned = plan(state, prepared, targets)?;
    check_written_bytes(&planned)?;
    let reply = reply(state, wanted, &planned)?;
    for Planned { table, change, is_check } in planned {
        let writes = change.before.is_some() || change.after.is_some();
        if writes && !is_check {
            state.table_mut(table)?.commit(change);
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

/// Reads the expressions of all actions, and takes the items of puts out of them.
fn prepare_all(actions: &mut [TransactWriteAction]) -> Checked<Vec<Prepared<'_>>> {
    actions.iter_mut().map(prepare).collect()
}

fn prepare(action: &mut TransactWriteAction) -> Checked<Prepared<'_>> {
    match action {
        TransactWriteAction::Put(call) => {
            checked_name(&call.table)?;
            let item = put::checked(std::mem::take(&mut call.item))?;
            let condition = write::condition(call.condition.as_deref(), &call.names, &call.values)?;
            Ok(Prepared::Put(call, item, condition))
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
            Self::Put(call, ..) => &call.table,
            Self::Update(call, _) => &call.table,
            Self::Delete(call, _) => &call.table,
            Self::Check(call, _) => &call.table,
        }
    }

    /// The table, which must exist, and the key, which may not be one: that is a reason of cancellation.
    fn target<'s>(&self, state: &'s State) -> Checked<Target<'s>> {
        let table = state.table(self.table())?;
        Ok(Target { table, key: self.key(table) })
    }

    fn key(&self, table: &Table) -> Checked<StoreKey> {
        match self {
            Self::Put(_, item, _) => table.key_of_item(&item.item),
            Self::Update(call, _) => table.key_of_key(&call.key),
            Self::Delete(call, _) => table.key_of_key(&call.key),
            Self::Check(call, _) => table.key_of_key(&call.key),
        }
    }

    /// What the action does; a check leaves the item as it is.
    fn plan(self, Target { table, key }: Target<'_>) -> Checked<Change> {
        let key = key?;
        match self {
            Self::Put(call, item, condition) => {
                put::plan(table, key, item, condition.as_ref(), call.return_old_on_failure)
            }
            Self::Update(call, prepared) => {
                update::plan(table, (key, &call.key), &prepared, call.return_old_on_failure)
            }
            Self::Delete(call, condition) => {
                delete::plan(table, key, condition.as_ref(), call.return_old_on_failure)
            }
            Self::Check(call, condition) => {
                let change = delete::plan(table, key, condition.as_ref(), call.return_old_on_failure)?;
                let after = change.before.as_ref().map(|before| before.weighed(&table.names));
                Ok(Change { after, ..change })
            }
        }
    }
}

/// Where an action reads and writes.
struct Target<'s> {
    table: &'s Table,
    key: Checked<StoreKey>,
}

/// An action that may be carried out.
struct Planned<'e> {
    table: &'e str,
    change: Change,
    is_check: bool,
}

/// No item may be named twice.
fn check_distinct(prepared: &[Prepared<'_>], targets: &[Target<'_>]) -> Checked {
    let mut seen: Vec<(&StoreKey, &str)> = Vec::with_capacity(targets.len());
    for (action, target) in prepared.iter().zip(targets) {
        if let Ok(key) = &target.key {
            seen.push((key, name_of(action.table())));
        }
    }
    seen.sort_unstable();
    if seen.windows(2).any(|pair| pair[0] == pair[1]) {
        return Err(message::transaction_duplicates());
    }
    Ok(())
}

/// All changes, or all conditions that failed, or the first action that breaks a rule.
fn plan<'e>(
    state: &State,
    prepared: Vec<Prepared<'e>>,
    targets: Vec<Target<'_>>,
) -> Checked<Vec<Planned<'e>>> {
    let n_actions = prepared.len();
    let no_reasons = || vec![CancellationReason::none(); n_actions];
    let mut planned = Vec::with_capacity(n_actions);
    let mut failed: Option<Vec<CancellationReason>> = None;
    for (at, (action, target)) in prepared.into_iter().zip(targets).enumerate() {
        let (table, is_check) = (action.table(), matches!(action, Prepared::Check(..)));
        let target_table = target.table;
        let change = action.plan(target).and_then(|change| {
            write::check_collection(state, target_table, &change)?;
            Ok(change)
        });
        match change {
            Ok(change) => planned.push(Planned { table, change, is_check }),
            Err(refusal) if refusal.is_condition_failed() => {
                failed.get_or_insert_with(no_reasons)[at] = refusal.into_reason("ConditionalCheckFailed");
            }
            Err(refusal) if *refusal.kind() == FailureKind::TransactionConflict => {
                failed.get_or_insert_with(no_reasons)[at] = refusal.into_reason("TransactionConflict");
            }
            Err(refusal) if *refusal.kind() == FailureKind::CollectionTooLarge => {
                failed.get_or_insert_with(no_reasons)[at] =
                    refusal.into_reason("ItemCollectionSizeLimitExceeded");
            }
            Err(refusal) if refusal.is_about_empty_key() => return Err(refusal),
            Err(refusal) => {
                let mut reasons = no_reasons();
                reasons[at] = validation_reason(&refusal);
                return Err(Refusal::cancelled(reasons));
            }
        }
    }
    failed.map_or(Ok(planned), |reasons| Err(Refusal::cancelled(reasons)))
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
fn check_written_bytes(planned: &[Planned<'_>]) -> Checked {
    let after = planned.iter().filter_map(|action| action.change.after.as_ref());
    let written: usize = after.map(|item| item.size_bytes).sum();
    if written > TRANSACTION_BYTES_MAX { Err(message::transaction_too_large()) } else { Ok(()) }
}

/// The cost of one action: twice that of the write on the table, as the write on the indexes.
fn cost_of(table: &Table, change: &Change) -> Cost {
    let cost = Cost::of_write(table, change);
    Cost { table: 2.0 * cost.table, ..cost }
}

fn reply(state: &State, wanted: Wanted, planned: &[Planned<'_>]) -> Checked<reply::TransactWrite> {
    let mut reply = reply::TransactWrite::default();
    if wanted.capacity == ReturnCapacity::None && !wanted.collection_metrics {
        return Ok(reply);
    }
    let mut costs: BTreeMap<&str, Cost> = BTreeMap::new();
    for Planned { table: named, change, is_check } in planned {
        let table = state.table(named)?;
        if wanted.capacity != ReturnCapacity::None {
            costs.entry(named).or_default().add(cost_of(table, change));
        }
        if wanted.collection_metrics && !is_check {
            let metrics = collection_metrics(table, change);
            if let Some(metrics) = metrics {
                reply.collection_metrics.entry((*named).to_owned()).or_default().push(metrics);
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
        let record = table.items.get(&action.key(table)?);
        let units = read_units(record.map_or(0, Record::size_bytes), Consistency::Transactional);
        costs.entry(action.table()).or_default().add(Cost::of_table(units));
    }
    let stated = |(table, cost): (&str, Cost)| cost.stated(wanted, table, Stated::AsReads);
    Ok(reply::TransactWrite {
        capacity: costs.into_iter().filter_map(stated).collect(),
        ..Default::default()
    })
}
