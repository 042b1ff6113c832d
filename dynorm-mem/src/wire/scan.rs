//! `Scan`.

use dynorm::backend::call::Segment;
use dynorm::backend::{Failure, call};

use super::checks::Problem;
use super::reader::{Parsed, Reader, Wanted};
use super::{Wire, member, query, value};
use crate::legacy;
use crate::limits::SCAN_SEGMENTS_MAX;

const NO_TOTAL: &str = "The TotalSegments parameter is required but was not present in the request when Segment \
                        parameter is present";
const NO_SEGMENT: &str = "The Segment parameter is required but was not present in the request when parameter \
                          TotalSegments is present";

pub(super) fn answer(wire: &Wire, body: &[u8]) -> Result<String, Failure> {
    let (call, legacy) = wire.read(body, parse)?;
    let select = call.select;
    let find = |call| Ok(wire.backend.engine().find_by_scan(&call, &legacy)?.into_owned());
    Ok(query::page(&wire.carry_out(call, find)?, select))
}

fn parse(json: &mut Reader<'_>) -> Parsed<(call::Scan, legacy::Scan)> {
    let (mut call, mut legacy) = (call::Scan::default(), legacy::Scan::default());
    let (mut table, mut segment, mut total) = (None, None, None);
    json.members(Wanted::Element("ScanInput"), |json, member| {
        match member {
            "TableName" => table = member::table(json)?,
            "IndexName" => call.index = Some(json.string()?),
            "FilterExpression" => call.filter = Some(json.string()?),
            "ProjectionExpression" => call.projection = Some(json.string()?),
            "ExpressionAttributeNames" => call.names = value::names(json)?,
            "ExpressionAttributeValues" => call.values = value::values(json)?,
            "Limit" => call.limit = member::ranged(json, member, 1..=i32::MAX.unsigned_abs())?,
            "ExclusiveStartKey" => call.start = Some(value::item(json)?),
            "Segment" => segment = member::ranged(json, member, 0..=SCAN_SEGMENTS_MAX - 1)?,
            "TotalSegments" => total = member::ranged(json, member, 1..=SCAN_SEGMENTS_MAX)?,
            "ConsistentRead" => call.consistent = json.flag()?,
            "Select" => call.select = member::select(json)?,
            "ReturnConsumedCapacity" => call.capacity = member::return_capacity(json)?,
            "ScanFilter" => legacy.filter = super::legacy::conditions(json, member)?,
            "ConditionalOperator" => legacy.joint = super::legacy::joint(json)?,
            "AttributesToGet" => legacy.attributes = Some(value::strings(json)?),
            _ => json.skip()?,
        }
        Ok(())
    })?;
    call.table = json.checks.required("", "TableName", table);
    match (segment, total) {
        (Some(segment), Some(total)) => call.segment = Some(Segment { segment, total }),
        (Some(_), None) => json.checks.parameters(Problem::of_data(NO_TOTAL)),
        (None, Some(_)) => json.checks.parameters(Problem::of_data(NO_SEGMENT)),
        (None, None) => {}
    }
    Ok((call, legacy))
}
