//! `TransactGetItems`.

use dynorm::backend::call::TransactGetAction;
use dynorm::backend::{Failure, call};

use super::reader::{Parsed, Reader, Wanted};
use super::value::write_item;
use super::writer::object;
use super::{Wire, member, value};

pub(super) fn answer(wire: &Wire, body: &[u8]) -> Result<String, Failure> {
    let call = wire.read(body, parse)?;
    let reply = wire.carry_out(call, |call| wire.backend.engine().transact_get(&call))?;
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

fn parse(json: &mut Reader<'_>) -> Parsed<call::TransactGet> {
    let mut call = call::TransactGet::default();
    let mut actions = None;
    json.members(Wanted::Element("TransactGetItemsInput"), |json, member| {
        match member {
            "TransactItems" => {
                let actions = actions.insert(Vec::new());
                json.list(|json| {
                    actions.push(parse_action(json, actions.len() + 1)?);
                    Ok(())
                })?;
            }
            "ReturnConsumedCapacity" => call.capacity = member::return_capacity(json)?,
            _ => json.skip()?,
        }
        Ok(())
    })?;
    call.actions = json.checks.required("", "TransactItems", actions);
    Ok(call)
}

fn parse_action(json: &mut Reader<'_>, position: usize) -> Parsed<TransactGetAction> {
    let mut action = None;
    json.members(Wanted::Element("TransactGetItem"), |json, member| {
        match member {
            "Get" => action = Some(parse_get(json, position)?),
            _ => json.skip()?,
        }
        Ok(())
    })?;
    if action.is_none() {
        let member = format!("TransactItems.{position}.member.Get");
        json.checks.constraint(member, None, "Member must not be null");
    }
    Ok(action.unwrap_or_default())
}

fn parse_get(json: &mut Reader<'_>, position: usize) -> Parsed<TransactGetAction> {
    let mut action = TransactGetAction::default();
    let (mut table, mut key) = (None, None);
    json.members(Wanted::Field("Get"), |json, member| {
        match member {
            "TableName" => table = member::table(json)?,
            "Key" => key = Some(value::item(json)?),
            "ProjectionExpression" => action.projection = Some(json.string()?),
            "ExpressionAttributeNames" => action.names = value::names(json)?,
            _ => json.skip()?,
        }
        Ok(())
    })?;
    let path = format!("TransactItems.{position}.member.Get.");
    action.table = json.checks.required(&path, "TableName", table);
    action.key = json.checks.required(&path, "Key", key);
    Ok(action)
}
