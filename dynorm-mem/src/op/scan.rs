//! `Scan`, also of one segment.

use std::ops::Bound;

use dynorm::backend::call;
use dynorm::backend::call::Segment;

use super::found::Page;
use super::page::{self, Expressions, Parameters, Source};
use crate::limits::SCAN_SEGMENTS_MAX;
use crate::message::{self, Checked, Refusal};
use crate::state::{State, checked_name};
use crate::table::item::check_values;
use crate::table::key::StoreKey;
use crate::table::store::segment_hashes;

pub(crate) fn scan<'s>(state: &'s State, call: &call::Scan) -> Checked<Page<'s>> {
    checked_name(&call.table)?;
    check_parameters(call)?;
    let expressions = page::prepare(&parameters(call), None, "FilterExpression is null")?;
    run(state, call, &expressions)
}

/// What segment and start key are without the table.
pub(crate) fn check_parameters(call: &call::Scan) -> Checked {
    if let Some(segment) = call.segment {
        check_segment(segment)?;
    }
    call.start.as_ref().map_or(Ok(()), check_values)
}

/// Scans by expressions that have been read.
pub(crate) fn run<'s>(
    state: &'s State,
    call: &call::Scan,
    expressions: &Expressions<'_>,
) -> Checked<Page<'s>> {
    let parameters = parameters(call);
    let table = page::table(state, &parameters)?;
    let source = Source::new(table, &parameters, expressions)?;
    let hashes = call.segment.map_or(0..=u32::MAX, |segment| segment_hashes(segment.segment, segment.total));
    let start = match &call.start {
        Some(start) => Some(source.start_key(start).ok_or_else(Refusal::scan_start_key_invalid)?),
        None => None,
    };
    if start.as_ref().is_some_and(|start| !hashes.contains(&start.hash())) {
        return Err(message::start_key_outside_segment());
    }
    let first = StoreKey::of_hash(*hashes.start());
    let end = hashes.end().checked_add(1).map(StoreKey::of_hash);
    let lower = start.as_ref().map_or(Bound::Included(&first), Bound::Excluded);
    let upper = end.as_ref().map_or(Bound::Unbounded, Bound::Excluded);
    Ok(page::read(&source, &parameters, expressions, source.store.range(lower, upper)))
}

pub(crate) fn parameters(call: &call::Scan) -> Parameters<'_> {
    Parameters {
        table: &call.table,
        index: call.index.as_deref(),
        filter: call.filter.as_deref(),
        projection: call.projection.as_deref(),
        names_attributes: false,
        names: &call.names,
        values: &call.values,
        limit: call.limit,
        consistent: call.consistent,
        select: call.select,
        capacity: call.capacity,
    }
}

fn check_segment(Segment { segment, total }: Segment) -> Checked {
    if total == 0 {
        let constraint = "Member must have value greater than or equal to 1";
        return Err(Refusal::constraint("TotalSegments", total, constraint));
    }
    if total > SCAN_SEGMENTS_MAX {
        let constraint = "Member must have value less than or equal to 1000000";
        return Err(Refusal::constraint("TotalSegments", total, constraint));
    }
    if segment >= total {
        return Err(message::segment_too_large(segment, total));
    }
    Ok(())
}
