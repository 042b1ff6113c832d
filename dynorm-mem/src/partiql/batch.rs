//! `BatchExecuteStatement`: each statement is about one item, and fails on its own.

use dynorm::backend::FailureKind;
use dynorm::backend::call::{self, ReturnCapacity};
use dynorm::backend::reply::{self, Capacity};
use dynorm::value::Item;

use super::ast::{self, Select};
use super::plan::{self, Keyed};
use super::{BatchExecuteStatement, BatchStatementReply, StatementError, StatementOutcome, parse, run};
use crate::expr::holds;
use crate::limits::BATCH_STATEMENTS_MAX;
use crate::message::{self, Checked, Cohort, Refusal};
use crate::op::get;
use crate::state::State;

pub(super) fn execute(
    state: &mut State,
    call: &BatchExecuteStatement,
    cohort: Cohort,
) -> Checked<BatchStatementReply> {
    let constraint = match call.statements.len() {
        0 => Some("Member must have length greater than or equal to 1"),
        n if n > BATCH_STATEMENTS_MAX => Some("Member must have length less than or equal to 25"),
        _ => None,
    };
    if let Some(constraint) = constraint {
        let shown = format_args!("[{} statements]", call.statements.len());
        return Err(Refusal::constraint("Statements", shown, constraint));
    }
    let parsed: Vec<Checked<ast::Statement>> = call
        .statements
        .iter()
        .map(|member| parse::statement(&member.statement.text, &member.statement.parameters))
        .collect();
    let n_reads = parsed.iter().flatten().filter(|statement| statement.is_read()).count();
    if n_reads > 0 && n_reads < parsed.iter().flatten().count() {
        return Err(message::statements_mixed("BatchExecuteStatement"));
    }
    let mut reply = BatchStatementReply::default();
    for (member, parsed) in call.statements.iter().zip(parsed) {
        let returns_old = member.statement.return_old_on_failure;
        let done = parsed.and_then(|statement| {
            let (item, capacity) = match &statement {
                ast::Statement::Select(select) => read(state, select, member.consistent, call.capacity)?,
                written => run::write(state, written, returns_old, call.capacity)?,
            };
            Ok((statement.table().to_owned(), item, capacity))
        });
        reply.responses.push(match done {
            Ok((table, item, capacity)) => {
                reply.capacity.extend(capacity);
                StatementOutcome { table: Some(table), item, error: None }
            }
            Err(refusal) => StatementOutcome { error: Some(error(refusal, cohort)), ..Default::default() },
        });
    }
    Ok(reply)
}

/// Reads one item, which the rest of the WHERE clause may pass over.
fn read(
    state: &State,
    select: &Select,
    consistent: bool,
    capacity: ReturnCapacity,
) -> Checked<(Option<Item>, Option<Capacity>)> {
    let schema = &state.table(&select.source.table)?.schema;
    let keyed = plan::keyed(&select.filter, &schema.key)?.filter(|_| select.source.index.is_none());
    let Keyed { key, rest } = keyed.ok_or_else(message::batch_select_without_key)?;
    let table = select.source.table.clone();
    let call = call::Get { table, key, consistent, capacity, ..Default::default() };
    let reply = reply::Get::from(get::run(state, &call, None)?);
    let passes = |item: &Item| rest.as_ref().is_none_or(|rest| holds(rest, item));
    Ok((reply.item.filter(passes).map(|item| run::row(select, item)), reply.capacity))
}

fn error(refusal: Refusal, cohort: Cohort) -> StatementError {
    let failure = refusal.into_failure(cohort);
    let code = match &failure.kind {
        FailureKind::Validation => "ValidationError",
        FailureKind::ConditionFailed => "ConditionalCheckFailed",
        other => other.exception().trim_end_matches("Exception"),
    };
    StatementError { code: code.to_owned(), message: failure.message, item: failure.item }
}
