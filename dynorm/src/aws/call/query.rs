//! `Query`.

use aws_sdk_dynamodb::Client;

use super::parts::{capacity, count, flag, items, last_key, names, number, return_capacity, select, values};
use crate::aws::error::{failure, unreadable};
use crate::backend::{Failure, call, reply};

pub(in crate::aws) async fn send(client: &Client, call: call::Query) -> Result<reply::Query, Failure> {
    let done = client
        .query()
        .table_name(call.table)
        .set_index_name(call.index)
        .set_key_condition_expression(call.key_condition)
        .set_filter_expression(call.filter)
        .set_projection_expression(call.projection)
        .set_expression_attribute_names(names(&call.names))
        .set_expression_attribute_values(values(call.values))
        .set_scan_index_forward(call.descending.then_some(false))
        .set_limit(call.limit.map(number))
        .set_exclusive_start_key(call.start.map(Into::into))
        .set_consistent_read(flag(call.consistent))
        .set_select(call.select.map(select))
        .set_return_consumed_capacity(return_capacity(call.capacity))
        .send()
        .await
        .map_err(failure)?;
    Ok(reply::Query {
        items: items(done.items.unwrap_or_default()).map_err(unreadable)?,
        count: count(done.count),
        scanned: count(done.scanned_count),
        last_key: last_key(done.last_evaluated_key).map_err(unreadable)?,
        capacity: done.consumed_capacity.map(capacity),
    })
}
