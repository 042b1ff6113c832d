//! `GetItem`.

use aws_sdk_dynamodb::Client;

use super::parts::{capacity, flag, maybe_item, names, return_capacity};
use crate::aws::error::{failure, unreadable};
use crate::backend::{Failure, call, reply};

pub(in crate::aws) async fn send(client: &Client, call: call::Get) -> Result<reply::Get, Failure> {
    let done = client
        .get_item()
        .table_name(call.table)
        .set_key(Some(call.key.into()))
        .set_consistent_read(flag(call.consistent))
        .set_projection_expression(call.projection)
        .set_expression_attribute_names(names(&call.names))
        .set_return_consumed_capacity(return_capacity(call.capacity))
        .send()
        .await
        .map_err(failure)?;
    Ok(reply::Get {
        item: maybe_item(done.item).map_err(unreadable)?,
        capacity: done.consumed_capacity.map(capacity),
    })
}
