//! `GetItem`.

use dynorm::backend::{Failure, call};

use super::reader::{Parsed, Reader, Wanted};
use super::writer::object;
use super::{Wire, member, value};
use crate::legacy;

pub(super) fn answer(wire: &Wire, body: &[u8]) -> Result<String, Failure> {
    let (call, legacy) = wire.read(body, parse)?;
    let found =
        wire.carry_out(call, |call| Ok(wire.backend.engine().find_one(&call, &legacy)?.into_owned()))?;
    Ok(object(|out| {
        if let Some(item) = &found.item {
            value::write_found(out.key("Item"), item, &found.names);
        }
        member::write_capacity(out, found.capacity.as_ref());
    }))
}

fn parse(json: &mut Reader<'_>) -> Parsed<(call::Get, legacy::Get)> {
    let (mut call, mut legacy) = (call::Get::default(), legacy::Get::default());
    let (mut table, mut key) = (None, None);
    json.members(Wanted::Element("GetItemInput"), |json, member| {
        match member {
            "TableName" => table = member::table(json)?,
            "Key" => key = Some(value::item(json)?),
            "ConsistentRead" => call.consistent = json.flag()?,
            "ProjectionExpression" => call.projection = Some(json.string()?),
            "ExpressionAttributeNames" => call.names = value::names(json)?,
            "ReturnConsumedCapacity" => call.capacity = member::return_capacity(json)?,
            "AttributesToGet" => legacy.attributes = Some(value::strings(json)?),
            _ => json.skip()?,
        }
        Ok(())
    })?;
    call.table = json.checks.required("", "TableName", table);
    call.key = json.checks.required("", "Key", key);
    Ok((call, legacy))
}
