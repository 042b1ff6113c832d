//! `DeleteItem`, also as an action of `TransactWriteItems`.

use dynorm::backend::{Failure, call};

use super::reader::{Parsed, Reader, Wanted};
use super::writer::object;
use super::{Wire, member, value};
use crate::legacy;

pub(super) fn answer(wire: &Wire, body: &[u8]) -> Result<String, Failure> {
    let (call, legacy) = wire.read(body, |json| parse(json, Wanted::Element("DeleteItemInput"), ""))?;
    let table = call.collection_metrics.then(|| call.table.clone());
    let reply = wire.carry_out(call, |call| wire.backend.engine_mut().delete_legacy(&call, &legacy))?;
    Ok(object(|out| {
        if let Some(attributes) = &reply.attributes {
            value::write_item(out.name("Attributes"), attributes);
        }
        member::write_capacity(out, reply.capacity.as_ref());
        if let (Some(metrics), Some(table)) = (&reply.collection_metrics, table) {
            let partition_key = wire.partition_key(&table);
            member::write_metrics(out.name("ItemCollectionMetrics"), metrics, &partition_key);
        }
    }))
}

/// Reads the parameters; `path` is where in the request they are. An action has no legacy parameters.
pub(super) fn parse(
    json: &mut Reader<'_>,
    wanted: Wanted,
    path: &str,
) -> Parsed<(call::Delete, legacy::Write)> {
    let (mut call, mut legacy) = (call::Delete::default(), legacy::Write::default());
    let (mut table, mut key) = (None, None);
    json.members(wanted, |json, member| {
        match member {
            "TableName" => table = member::table(json)?,
            "Key" => key = Some(value::item(json)?),
            "ConditionExpression" => call.condition = Some(json.string()?),
            "ExpressionAttributeNames" => call.names = value::names(json)?,
            "ExpressionAttributeValues" => call.values = value::values(json)?,
            "ReturnValues" => call.returned = member::return_values(json)?,
            "ReturnValuesOnConditionCheckFailure" => {
                call.return_old_on_failure = member::return_on_failure(json)?;
            }
            "ReturnConsumedCapacity" => call.capacity = member::return_capacity(json)?,
            "ReturnItemCollectionMetrics" => call.collection_metrics = member::return_metrics(json)?,
            "Expected" => legacy.expected = super::legacy::expected(json)?,
            "ConditionalOperator" => legacy.joint = super::legacy::joint(json)?,
            _ => json.skip()?,
        }
        Ok(())
    })?;
    call.table = json.checks.required(path, "TableName", table);
    call.key = json.checks.required(path, "Key", key);
    Ok((call, legacy))
}
