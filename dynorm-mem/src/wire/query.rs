//! `Query`, and the form of the pages that `Scan` answers with too.

use dynorm::backend::call::Select;
use dynorm::backend::{Failure, call};

use super::reader::{Parsed, Reader, Wanted};
use super::value::{write_found, write_item};
use super::writer::object;
use super::{Wire, member, value};
use crate::legacy;
use crate::op::found::Page;

pub(super) fn answer(wire: &Wire, body: &[u8]) -> Result<String, Failure> {
    let (call, legacy) = wire.read(body, parse)?;
    let select = call.select;
    let find = |call| Ok(wire.backend.engine().find_by_query(&call, &legacy)?.into_owned());
    Ok(page(&wire.carry_out(call, find)?, select))
}

/// The answer with a page. A count has no items.
pub(super) fn page(found: &Page<'_>, select: Option<Select>) -> String {
    object(|out| {
        out.name("Count").whole(found.count);
        out.name("ScannedCount").whole(found.scanned);
        if select != Some(Select::Count) {
            out.key("Items").list(&found.items, |out, item| write_found(out, item, &found.names));
        }
        if let Some(key) = &found.last_key {
            write_item(out.name("LastEvaluatedKey"), key);
        }
        member::write_capacity(out, found.capacity.as_ref());
    })
}

fn parse(json: &mut Reader<'_>) -> Parsed<(call::Query, legacy::Query)> {
    let (mut call, mut legacy) = (call::Query::default(), legacy::Query::default());
    let mut table = None;
    json.members(Wanted::Element("QueryInput"), |json, member| {
        match member {
            "TableName" => table = member::table(json)?,
            "IndexName" => call.index = Some(json.string()?),
            "KeyConditionExpression" => call.key_condition = Some(json.string()?),
            "FilterExpression" => call.filter = Some(json.string()?),
            "ProjectionExpression" => call.projection = Some(json.string()?),
            "ExpressionAttributeNames" => call.names = value::names(json)?,
            "ExpressionAttributeValues" => call.values = value::values(json)?,
            "ScanIndexForward" => call.descending = !json.flag()?,
            "Limit" => call.limit = member::ranged(json, member, 1..=i32::MAX.unsigned_abs())?,
            "ExclusiveStartKey" => call.start = Some(value::item(json)?),
            "ConsistentRead" => call.consistent = json.flag()?,
            "Select" => call.select = member::select(json)?,
            "ReturnConsumedCapacity" => call.capacity = member::return_capacity(json)?,
            "KeyConditions" => legacy.key_conditions = super::legacy::conditions(json, member)?,
            "QueryFilter" => legacy.filter = super::legacy::conditions(json, member)?,
            "ConditionalOperator" => legacy.joint = super::legacy::joint(json)?,
            "AttributesToGet" => legacy.attributes = Some(value::strings(json)?),
            _ => json.skip()?,
        }
        Ok(())
    })?;
    call.table = json.checks.required("", "TableName", table);
    Ok((call, legacy))
}
