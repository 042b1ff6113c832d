//! `DeleteItem`.

use aws_sdk_dynamodb::Client;

use super::parts::{
    capacity, maybe_item, maybe_metrics, names, return_capacity, return_metrics, return_old_on_failure,
    return_values, values,
};
use crate::aws::error::{failure, unreadable};
use crate::backend::{Failure, call, reply};

pub(in crate::aws) async fn send(client: &Client, call: call::Delete) -> Result<reply::Delete, Failure> {
    let done = client
        .delete_item()
        .table_name(call.table)
        .set_key(Some(call.key.into()))
        .set_condition_expression(call.condition)
        .set_expression_attribute_names(names(&call.names))
        .set_expression_attribute_values(values(call.values))
        .set_return_values(return_values(call.returned))
        .set_return_values_on_condition_check_failure(return_old_on_failure(call.return_old_on_failure))
        .set_return_consumed_capacity(return_capacity(call.capacity))
        .set_return_item_collection_metrics(return_metrics(call.collection_metrics))
        .send()
        .await
        .map_err(failure)?;
    Ok(reply::Delete {
        attributes: maybe_item(done.attributes).map_err(unreadable)?,
        capacity: done.consumed_capacity.map(capacity),
        collection_metrics: maybe_metrics(done.item_collection_metrics).map_err(unreadable)?,
    })
}
