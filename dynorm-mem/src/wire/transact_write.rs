//! `TransactWriteItems`.

use dynorm::backend::call::TransactWriteAction;
use dynorm::backend::{Backend as _, Failure, call};

use super::checks::Problem;
use super::reader::{Parsed, Reader, Wanted};
use super::writer::object;
use super::{Wire, delete, member, put, update, value};

const NOT_ONE_ACTION: &str = "TransactItems can only contain one of Check, Put, Update or Delete";

pub(super) fn answer(wire: &Wire, body: &[u8]) -> Result<String, Failure> {
    let call = wire.read(body, parse)?;
    let now = wire.backend.now();
    let reply = wire.carry_out(call, |call| wire.backend.engine_mut().transact_write(call, now))?;
    Ok(object(|out| {
        member::write_capacities(out, &reply.capacity);
        member::write_metrics_of_tables(out, &reply.collection_metrics, |table| wire.partition_key(table));
    }))
}

fn parse(json: &mut Reader<'_>) -> Parsed<call::TransactWrite> {
    let mut call = call::TransactWrite::default();
    let mut actions = None;
    json.members(Wanted::Element("TransactWriteItemsInput"), |json, member| {
        match member {
            "TransactItems" => {
                let mut position = 0;
                let actions = actions.insert(Vec::new());
                json.list(|json| {
                    position += 1;
                    actions.extend(parse_action(json, position)?);
                    Ok(())
                })?;
            }
            "ClientRequestToken" => call.token = Some(json.string()?),
            "ReturnConsumedCapacity" => call.capacity = member::return_capacity(json)?,
            "ReturnItemCollectionMetrics" => call.collection_metrics = member::return_metrics(json)?,
            _ => json.skip()?,
        }
        Ok(())
    })?;
    call.actions = json.checks.required("", "TransactItems", actions);
    Ok(call)
}

/// Reads one action; anything but exactly one is noted.
fn parse_action(json: &mut Reader<'_>, position: usize) -> Parsed<Option<TransactWriteAction>> {
    let mut actions = Vec::with_capacity(1);
    json.members(Wanted::Element("TransactWriteItem"), |json, member| {
        let path = format!("TransactItems.{position}.member.{member}.");
        actions.push(match member {
            "Put" => TransactWriteAction::Put(put::parse(json, Wanted::Field("Put"), &path)?.0),
            "Update" => {
                let (update, _) = update::parse(json, Wanted::Field("Update"), &path)?;
                json.checks.required(&path, "UpdateExpression", update.update.as_ref().map(|_| ()));
                TransactWriteAction::Update(update)
            }
            "Delete" => TransactWriteAction::Delete(delete::parse(json, Wanted::Field("Delete"), &path)?.0),
            "ConditionCheck" => TransactWriteAction::Check(parse_check(json, &path)?),
            _ => return json.skip(),
        });
        Ok(())
    })?;
    if actions.len() != 1 {
        json.checks.value(Problem::of_data(NOT_ONE_ACTION));
    }
    Ok(actions.pop())
}

fn parse_check(json: &mut Reader<'_>, path: &str) -> Parsed<call::Check> {
    let mut call = call::Check::default();
    let (mut table, mut key) = (None, None);
    json.members(Wanted::Field("ConditionCheck"), |json, member| {
        match member {
            "TableName" => table = member::table(json)?,
            "Key" => key = Some(value::item(json)?),
            "ConditionExpression" => call.condition = Some(json.string()?),
            "ExpressionAttributeNames" => call.names = value::names(json)?,
            "ExpressionAttributeValues" => call.values = value::values(json)?,
            "ReturnValuesOnConditionCheckFailure" => {
                call.return_old_on_failure = member::return_on_failure(json)?;
            }
            _ => json.skip()?,
        }
        Ok(())
    })?;
    call.table = json.checks.required(path, "TableName", table);
    call.key = json.checks.required(path, "Key", key);
    json.checks.required(path, "ConditionExpression", call.condition.as_ref().map(|_| ()));
    Ok(call)
}
