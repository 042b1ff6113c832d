//! `BatchGetItem`.

use std::collections::BTreeMap;

use dynorm::backend::call::BatchGetTable;
use dynorm::backend::{Failure, call};

use super::reader::{Parsed, Reader, Wanted};
use super::value::write_item;
use super::writer::{Writer, object};
use super::{Wire, member, value};
use crate::legacy;

pub(super) fn answer(wire: &Wire, body: &[u8]) -> Result<String, Failure> {
    let (call, legacy) = wire.read(body, parse)?;
    let tables: Vec<String> = call.tables.keys().cloned().collect();
    let read = |call| wire.backend.engine().batch_get_legacy(&call, &legacy);
    let reply = wire.carry_out_batch(call, read)?;
    Ok(object(|out| {
        out.name("Responses").object(|out| {
            for table in &tables {
                let items = reply.items.get(table).map_or(&[][..], Vec::as_slice);
                out.name(table).list(items, write_item);
            }
        });
        out.name("UnprocessedKeys").object(|out| {
            for (table, of_table) in &reply.unprocessed {
                write_table(out.name(table), of_table, legacy.attributes.get(table));
            }
        });
        member::write_capacities(out, &reply.capacity);
    }))
}

/// Writes what is to be asked for again.
fn write_table(out: &mut Writer, of_table: &BatchGetTable, attributes: Option<&Vec<String>>) {
    out.object(|out| {
        out.name("Keys").list(&of_table.keys, write_item);
        if of_table.consistent {
            out.name("ConsistentRead").flag(true);
        }
        if let Some(projection) = &of_table.projection {
            out.name("ProjectionExpression").text(projection);
        }
        if !of_table.names.is_empty() {
            value::write_names(out.name("ExpressionAttributeNames"), &of_table.names);
        }
        if let Some(attributes) = attributes {
            out.name("AttributesToGet").list(attributes, |out, name| out.text(name));
        }
    });
}

fn parse(json: &mut Reader<'_>) -> Parsed<(call::BatchGet, legacy::BatchGet)> {
    let (mut call, mut legacy) = (call::BatchGet::default(), legacy::BatchGet::default());
    let mut tables = None;
    json.members(Wanted::Element("BatchGetItemInput"), |json, member| {
        match member {
            "RequestItems" => {
                let class = "com.amazonaws.dynamodb.v20120810.KeysAndAttributes";
                let tables = tables.insert(BTreeMap::new());
                json.entries(class, |json, table| {
                    let (of_table, attributes) = parse_table(json, table)?;
                    tables.insert(table.to_owned(), of_table);
                    legacy.attributes.extend(attributes.map(|attributes| (table.to_owned(), attributes)));
                    Ok(())
                })?;
            }
            "ReturnConsumedCapacity" => call.capacity = member::return_capacity(json)?,
            _ => json.skip()?,
        }
        Ok(())
    })?;
    call.tables = json.checks.required("", "RequestItems", tables);
    Ok((call, legacy))
}

fn parse_table(json: &mut Reader<'_>, table: &str) -> Parsed<(BatchGetTable, Option<Vec<String>>)> {
    let mut of_table = BatchGetTable::default();
    let (mut keys, mut attributes) = (None, None);
    json.members(Wanted::Element("KeysAndAttributes"), |json, member| {
        match member {
            "Keys" => keys = Some(value::elements(json, value::item)?),
            "ConsistentRead" => of_table.consistent = json.flag()?,
            "ProjectionExpression" => of_table.projection = Some(json.string()?),
            "ExpressionAttributeNames" => of_table.names = value::names(json)?,
            "AttributesToGet" => attributes = Some(value::strings(json)?),
            _ => json.skip()?,
        }
        Ok(())
    })?;
    if keys.is_none() {
        let member = format!("RequestItems.{table}.member.Keys");
        json.checks.constraint(member, None, "Member must not be null");
    }
    of_table.keys = keys.unwrap_or_default();
    Ok((of_table, attributes))
}
