//! `ExecuteTransaction`: all statements or none, as the transactions of calls.

use std::sync::Arc;
use std::time::SystemTime;

use dynorm::backend::{FailureKind, call};

use super::ast;
use super::plan::{self, Keyed};
use super::run::{self, Written};
use super::{ExecuteTransaction, TransactionReply, parse};
use crate::expr::{Condition, holds};
use crate::message::{self, Checked, Cohort, Refusal};
use crate::op::transact_get::{check_count, transact_get};
use crate::op::transact_write::{self, Prepared, Wanted, check_token};
use crate::state::State;
use crate::table::record::Weighed;
use crate::table::schema::Schema;

pub(super) fn execute(
    state: &mut State,
    call: &ExecuteTransaction,
    now: SystemTime,
) -> Checked<TransactionReply> {
    check_count("TransactStatements", call.statements.len())?;
    if let Some(token) = &call.token {
        check_token(token)?;
    }
    let parsed = parsed(call)?;
    match parsed.iter().filter(|statement| statement.is_read()).count() {
        0 => write(state, call, &parsed, now),
        n if n == parsed.len() => read(state, call, &parsed),
        _ => Err(message::statements_mixed("ExecuteTransaction")),
    }
}

/// The statements, of which each may be in a transaction.
fn parsed(call: &ExecuteTransaction) -> Checked<Vec<ast::Statement>> {
    let mut parsed = Vec::with_capacity(call.statements.len());
    for (at, statement) in call.statements.iter().enumerate() {
        let checked =
            parse::statement(&statement.text, &statement.parameters).and_then(|parsed| match &parsed {
                ast::Statement::Update(ast::Update { returned, .. })
                | ast::Statement::Delete(ast::Delete { returned, .. })
                    if *returned != call::ReturnValues::None =>
                {
                    Err(message::transaction_returning())
                }
                ast::Statement::Select(select) if select.source.index.is_some() => {
                    Err(message::transaction_select_on_index())
                }
                _ => Ok(parsed),
            });
        parsed.push(checked.map_err(|refusal| at_statement(at, refusal))?);
    }
    Ok(parsed)
}

/// Says which statement breaks a rule.
fn at_statement(at: usize, refusal: Refusal) -> Refusal {
    if *refusal.kind() == FailureKind::Validation {
        return message::statement_of_transaction_invalid(at, &refusal.text(Cohort::Old));
    }
    refusal
}

fn read(state: &State, call: &ExecuteTransaction, parsed: &[ast::Statement]) -> Checked<TransactionReply> {
    let mut actions = Vec::with_capacity(parsed.len());
    let mut rests: Vec<(&ast::Select, Option<Condition<'_>>)> = Vec::with_capacity(parsed.len());
    for (at, statement) in parsed.iter().enumerate() {
        let ast::Statement::Select(select) = statement else { continue };
        let schema = &state.table(&select.source.table)?.schema;
        let keyed = plan::keyed(&select.filter, &schema.key)
            .and_then(|keyed| keyed.ok_or_else(message::transaction_select_without_key));
        let Keyed { key, rest } = keyed.map_err(|refusal| at_statement(at, refusal))?;
        let table = select.source.table.clone();
        actions.push(call::TransactGetAction { table, key, ..Default::default() });
        rests.push((select, rest));
    }
    let reply = transact_get(state, &call::TransactGet { actions, capacity: call.capacity })?;
    let items = reply.items.into_iter().zip(rests).map(|(item, (select, rest))| {
        let item = item.filter(|item| rest.is_none_or(|rest| holds(&rest, item)));
        item.map(|item| run::row(select, item))
    });
    Ok(TransactionReply { items: items.collect(), capacity: reply.capacity })
}

fn write(
    state: &mut State,
    call: &ExecuteTransaction,
    parsed: &[ast::Statement],
    now: SystemTime,
) -> Checked<TransactionReply> {
    let used = call.token.as_ref().and_then(|token| state.statement_tokens.get(token, now));
    let is_replay = match used {
        Some(used) if **used != *call.statements => return Err(message::token_mismatch()),
        used => used.is_some(),
    };
    let schemas = parsed
        .iter()
        .map(|statement| Ok(Arc::clone(&state.table(statement.table())?.schema)))
        .collect::<Checked<Vec<Arc<Schema>>>>()?;
    let mut actions = Vec::with_capacity(parsed.len());
    for (at, ((statement, schema), given)) in parsed.iter().zip(&schemas).zip(&call.statements).enumerate() {
        let written = run::written(statement, schema, given.return_old_on_failure);
        actions.push(written.map_err(|refusal| at_statement(at, refusal))?);
    }
    let prepared: Vec<Prepared<'_>> = actions.iter_mut().map(prepare).collect();
    let capacity = if is_replay {
        transact_write::replayed(state, &prepared, call.capacity)?.capacity
    } else {
        let wanted = Wanted { capacity: call.capacity, collection_metrics: false };
        let done = transact_write::run(state, prepared, wanted);
        done.map_err(|refusal| name_duplicates(refusal, parsed))?.capacity
    };
    if let Some(token) = &call.token
        && !is_replay
    {
        let statements = call.statements.clone().into();
        state.statement_tokens.insert(token, now, statements);
    }
    Ok(TransactionReply { items: Vec::new(), capacity })
}

/// The action of a write; its expressions are taken out of it.
fn prepare<'a>(written: &'a mut Written<'_>) -> Prepared<'a> {
    match written {
        Written::Put(call, condition) => {
            let item = Weighed::new(std::mem::take(&mut call.item));
            Prepared::Put(call, item, condition.take())
        }
        Written::Update(call, prepared) => Prepared::Update(call, std::mem::take(prepared)),
        Written::Delete(call, condition) => Prepared::Delete(call, condition.take()),
        Written::Check(call, condition) => Prepared::Check(call, condition.take()),
    }
}

/// An INSERT whose condition fails finds an item of its key.
fn name_duplicates(refusal: Refusal, parsed: &[ast::Statement]) -> Refusal {
    if *refusal.kind() != FailureKind::TransactionCancelled {
        return refusal;
    }
    let mut reasons = refusal.into_reasons();
    for (reason, statement) in reasons.iter_mut().zip(parsed) {
        if matches!(statement, ast::Statement::Insert(_)) && reason.code == "ConditionalCheckFailed" {
            *reason = message::duplicate_item().into_reason("DuplicateItem");
        }
    }
    Refusal::cancelled(reasons)
}
