//! `BatchWriteItem`.

use std::collections::BTreeMap;

use dynorm::backend::call::BatchWriteAction;
use dynorm::backend::{Failure, call};
use dynorm::value::Item;

use super::checks::Problem;
use super::reader::{Parsed, Reader, Wanted};
use super::value::write_item;
use super::writer::{Writer, object};
use super::{Wire, member, value};

// The service uses its words for values here too.
const NO_ACTION: &str =
    "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes";
const TWO_ACTIONS: &str = "Supplied AttributeValue has more than one datatypes set, must contain exactly one of \
                           the supported datatypes";

pub(super) fn answer(wire: &Wire, body: &[u8]) -> Result<String, Failure> {
    let call = wire.read(body, parse)?;
    let reply = wire.carry_out_batch(call, |call| wire.backend.engine_mut().batch_write(call))?;
    Ok(object(|out| {
        out.name("UnprocessedItems").object(|out| {
            for (table, actions) in &reply.unprocessed {
                out.name(table).list(actions, write_action);
            }
        });
        member::write_capacities(out, &reply.capacity);
        member::write_metrics_of_tables(out, &reply.collection_metrics, |table| wire.partition_key(table));
    }))
}

fn write_action(out: &mut Writer, action: &BatchWriteAction) {
    out.object(|out| match action {
        BatchWriteAction::Put(item) => {
            out.name("PutRequest").object(|out| write_item(out.name("Item"), item));
        }
        BatchWriteAction::Delete(key) => {
            out.name("DeleteRequest").object(|out| write_item(out.name("Key"), key));
        }
    });
}

fn parse(json: &mut Reader<'_>) -> Parsed<call::BatchWrite> {
    let mut call = call::BatchWrite::default();
    let mut tables = None;
    json.members(Wanted::Element("BatchWriteItemInput"), |json, member| {
        match member {
            "RequestItems" => {
                let tables = tables.insert(BTreeMap::new());
                json.entries(
                    "java.util.List<com.amazonaws.dynamodb.v20120810.WriteRequest>",
                    |json, table| {
                        let mut actions = Vec::new();
                        json.list(|json| {
                            actions.extend(parse_action(json, table)?);
                            Ok(())
                        })?;
                        tables.insert(table.to_owned(), actions);
                        Ok(())
                    },
                )?;
            }
            "ReturnConsumedCapacity" => call.capacity = member::return_capacity(json)?,
            "ReturnItemCollectionMetrics" => call.collection_metrics = member::return_metrics(json)?,
            _ => json.skip()?,
        }
        Ok(())
    })?;
    call.tables = json.checks.required("", "RequestItems", tables);
    Ok(call)
}

/// Reads one write; one without an action, or with two, is noted.
fn parse_action(json: &mut Reader<'_>, table: &str) -> Parsed<Option<BatchWriteAction>> {
    let (mut put, mut delete) = (None, None);
    json.members(Wanted::Element("WriteRequest"), |json, member| {
        match member {
            "PutRequest" => put = Some(parse_item(json, "PutRequest", "Item", table)?),
            "DeleteRequest" => delete = Some(parse_item(json, "DeleteRequest", "Key", table)?),
            _ => json.skip()?,
        }
        Ok(())
    })?;
    match (put, delete) {
        (Some(item), None) => return Ok(Some(BatchWriteAction::Put(item))),
        (None, Some(key)) => return Ok(Some(BatchWriteAction::Delete(key))),
        (None, None) => json.checks.value(Problem::of_data(NO_ACTION)),
        (Some(_), Some(_)) => json.checks.value(Problem::of_data(TWO_ACTIONS)),
    }
    Ok(None)
}

fn parse_item(json: &mut Reader<'_>, class: &'static str, wanted: &str, table: &str) -> Parsed<Item> {
    let mut item = None;
    json.members(Wanted::Field(class), |json, member| {
        if member == wanted {
            item = Some(value::item(json)?);
            return Ok(());
        }
        json.skip()
    })?;
    let path = format!("RequestItems.{table}.member.{class}.");
    Ok(json.checks.required(&path, wanted, item))
}
