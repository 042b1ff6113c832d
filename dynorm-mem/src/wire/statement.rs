//! `ExecuteStatement`, `BatchExecuteStatement` and `ExecuteTransaction`: requests in `PartiQL`.

use dynorm::backend::{Backend as _, Failure};

use super::reader::{Parsed, Reader, Wanted};
use super::value::{self, elements, write_item};
use super::writer::{Writer, object};
use super::{Wire, member};
use crate::partiql::{
    BatchExecuteStatement, BatchStatement, ExecuteStatement, ExecuteTransaction, Statement, StatementOutcome,
};

pub(super) fn execute(wire: &Wire, body: &[u8]) -> Result<String, Failure> {
    let call = wire.read(body, parse)?;
    let run = || wire.backend.engine_mut().execute_statement(&call);
    let reply = match wire.faults_of(|engine| engine.meaning(&call), 1, None) {
        Some((faults, attempt)) => faults.carry_out(&wire.backend, attempt, run),
        None => run(),
    }?;
    Ok(object(|out| {
        out.name("Items").list(&reply.items, write_item);
        if let Some(token) = &reply.next_token {
            out.name("NextToken").text(token);
        }
        if let Some(key) = &reply.last_key {
            write_item(out.name("LastEvaluatedKey"), key);
        }
        member::write_capacity(out, reply.capacity.as_ref());
    }))
}

fn parse(json: &mut Reader<'_>) -> Parsed<ExecuteStatement> {
    let mut call = ExecuteStatement::default();
    let mut text = None;
    json.members(Wanted::Element("ExecuteStatementInput"), |json, member| {
        match member {
            "Statement" => text = Some(json.string()?),
            "ConsistentRead" => call.consistent = json.flag()?,
            "Limit" => call.limit = member::ranged(json, member, 1..=i32::MAX.unsigned_abs())?,
            "NextToken" => call.next_token = Some(json.string()?),
            "ReturnConsumedCapacity" => call.capacity = member::return_capacity(json)?,
            _ => parse_more(json, member, &mut call.statement)?,
        }
        Ok(())
    })?;
    call.statement.text = json.checks.required("", "Statement", text);
    Ok(call)
}

/// Reads what all statements may have besides their text.
fn parse_more(json: &mut Reader<'_>, member: &str, statement: &mut Statement) -> Parsed<()> {
    match member {
        "Parameters" => statement.parameters = elements(json, value::value)?,
        "ReturnValuesOnConditionCheckFailure" => {
            statement.return_old_on_failure = member::return_on_failure(json)?;
        }
        _ => json.skip()?,
    }
    Ok(())
}

pub(super) fn batch(wire: &Wire, body: &[u8]) -> Result<String, Failure> {
    let call = wire.read(body, parse_batch)?;
    let run = |call| wire.backend.engine_mut().batch_execute_statement(&call);
    let reply = match wire.faults_of(|_| call.meaning(), call.statements.len(), None) {
        Some((faults, attempt)) => faults.carry_out_batch(&wire.backend, attempt, call, run),
        None => run(call),
    }?;
    Ok(object(|out| {
        out.name("Responses").list(&reply.responses, write_outcome);
        member::write_capacities(out, &reply.capacity);
    }))
}

fn write_outcome(out: &mut Writer, outcome: &StatementOutcome) {
    out.object(|out| {
        if let Some(error) = &outcome.error {
            out.name("Error").object(|out| {
                out.name("Code").text(&error.code);
                out.name("Message").text(&error.message);
                if let Some(item) = &error.item {
                    write_item(out.name("Item"), item);
                }
            });
        }
        if let Some(table) = &outcome.table {
            out.name("TableName").text(table);
        }
        if let Some(item) = &outcome.item {
            write_item(out.name("Item"), item);
        }
    });
}

fn parse_batch(json: &mut Reader<'_>) -> Parsed<BatchExecuteStatement> {
    let mut call = BatchExecuteStatement::default();
    let mut statements = None;
    json.members(Wanted::Element("BatchExecuteStatementInput"), |json, member| {
        match member {
            "Statements" => statements = Some(elements(json, parse_batch_statement)?),
            "ReturnConsumedCapacity" => call.capacity = member::return_capacity(json)?,
            _ => json.skip()?,
        }
        Ok(())
    })?;
    call.statements = json.checks.required("", "Statements", statements);
    Ok(call)
}

fn parse_batch_statement(json: &mut Reader<'_>) -> Parsed<BatchStatement> {
    let mut parsed = BatchStatement::default();
    let mut text = None;
    json.members(Wanted::Element("BatchStatementRequest"), |json, member| {
        match member {
            "Statement" => text = Some(json.string()?),
            "ConsistentRead" => parsed.consistent = json.flag()?,
            _ => parse_more(json, member, &mut parsed.statement)?,
        }
        Ok(())
    })?;
    parsed.statement.text = json.checks.required("Statements.member.", "Statement", text);
    Ok(parsed)
}

pub(super) fn transaction(wire: &Wire, body: &[u8]) -> Result<String, Failure> {
    let call = wire.read(body, parse_transaction)?;
    let now = wire.backend.now();
    let run = || wire.backend.engine_mut().execute_transaction(&call, now);
    let reply = match wire.faults_of(|_| call.meaning(), call.statements.len(), call.token.as_deref()) {
        Some((faults, attempt)) => faults.carry_out(&wire.backend, attempt, run),
        None => run(),
    }?;
    Ok(object(|out| {
        out.name("Responses").list(&reply.items, |out, found| {
            out.object(|out| {
                if let Some(item) = found {
                    write_item(out.name("Item"), item);
                }
            });
        });
        member::write_capacities(out, &reply.capacity);
    }))
}

fn parse_transaction(json: &mut Reader<'_>) -> Parsed<ExecuteTransaction> {
    let mut call = ExecuteTransaction::default();
    let mut statements = None;
    json.members(Wanted::Element("ExecuteTransactionInput"), |json, member| {
        match member {
            "TransactStatements" => statements = Some(elements(json, parse_statement)?),
            "ClientRequestToken" => call.token = Some(json.string()?),
            "ReturnConsumedCapacity" => call.capacity = member::return_capacity(json)?,
            _ => json.skip()?,
        }
        Ok(())
    })?;
    call.statements = json.checks.required("", "TransactStatements", statements);
    Ok(call)
}

fn parse_statement(json: &mut Reader<'_>) -> Parsed<Statement> {
    let mut statement = Statement::default();
    let mut text = None;
    json.members(Wanted::Element("ParameterizedStatement"), |json, member| match member {
        "Statement" => {
            text = Some(json.string()?);
            Ok(())
        }
        _ => parse_more(json, member, &mut statement),
    })?;
    statement.text = json.checks.required("TransactStatements.member.", "Statement", text);
    Ok(statement)
}
