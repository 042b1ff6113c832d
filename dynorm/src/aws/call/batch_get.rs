//! `BatchGetItem`.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::KeysAndAttributes;

use super::parts::{capacities, flag, items, names, return_capacity};
use crate::aws::error::{failure, not_built};
use crate::backend::call::BatchGetTable;
use crate::backend::{Failure, call, reply};

pub(in crate::aws) async fn send(client: &Client, call: call::BatchGet) -> Result<reply::BatchGet, Failure> {
    let tables = call.tables.into_iter().map(|(name, table)| Ok((name, to_sdk(table)?)));
    let done = client
        .batch_get_item()
        .set_request_items(Some(tables.collect::<Result<_, Failure>>()?))
        .set_return_consumed_capacity(return_capacity(call.capacity))
        .send()
        .await
        .map_err(failure)?;
    let found = done.responses.unwrap_or_default().into_iter();
    let left = done.unprocessed_keys.unwrap_or_default().into_iter();
    Ok(reply::BatchGet {
        items: found.map(|(name, maps)| Ok((name, items(maps)?))).collect::<Result<_, Failure>>()?,
        unprocessed: left
            .map(|(name, table)| Ok((name, from_sdk(table)?)))
            .collect::<Result<_, Failure>>()?,
        capacity: capacities(done.consumed_capacity),
    })
}

fn to_sdk(table: BatchGetTable) -> Result<KeysAndAttributes, Failure> {
    KeysAndAttributes::builder()
        .set_keys(Some(table.keys.into_iter().map(Into::into).collect()))
        .set_consistent_read(flag(table.consistent))
        .set_projection_expression(table.projection)
        .set_expression_attribute_names(names(&table.names))
        .build()
        .map_err(not_built)
}

fn from_sdk(table: KeysAndAttributes) -> Result<BatchGetTable, Failure> {
    let names = table.expression_attribute_names.unwrap_or_default();
    Ok(BatchGetTable {
        keys: items(table.keys)?,
        consistent: table.consistent_read.unwrap_or(false),
        projection: table.projection_expression,
        names: names.into_iter().map(|(placeholder, name)| (placeholder.into(), name.into())).collect(),
    })
}
