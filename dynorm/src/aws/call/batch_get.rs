//! `BatchGetItem`.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::BuildError;
use aws_sdk_dynamodb::operation::batch_get_item::BatchGetItemOutput;
use aws_sdk_dynamodb::types::KeysAndAttributes;

use super::parts::{capacities, flag, items, names, return_capacity};
use crate::aws::convert::ConvertError;
use crate::aws::error::{failure, not_built, unreadable};
use crate::backend::call::BatchGetTable;
use crate::backend::{Failure, call, reply};

pub(in crate::aws) async fn send(client: &Client, call: call::BatchGet) -> Result<reply::BatchGet, Failure> {
    let tables = call.tables.into_iter().map(|(name, table)| Ok((name, to_sdk(table)?)));
    let done = client
        .batch_get_item()
        .set_request_items(Some(tables.collect::<Result<_, _>>().map_err(not_built)?))
        .set_return_consumed_capacity(return_capacity(call.capacity))
        .send()
        .await
        .map_err(failure)?;
    read(done).map_err(unreadable)
}

fn to_sdk(table: BatchGetTable) -> Result<KeysAndAttributes, BuildError> {
    KeysAndAttributes::builder()
        .set_keys(Some(table.keys.into_iter().map(Into::into).collect()))
        .set_consistent_read(flag(table.consistent))
        .set_projection_expression(table.projection)
        .set_expression_attribute_names(names(&table.names))
        .build()
}

fn read(done: BatchGetItemOutput) -> Result<reply::BatchGet, ConvertError> {
    let mut found = BTreeMap::new();
    for (name, maps) in done.responses.unwrap_or_default() {
        found.insert(name, items(maps)?);
    }
    let mut unprocessed = BTreeMap::new();
    for (name, table) in done.unprocessed_keys.unwrap_or_default() {
        unprocessed.insert(name, from_sdk(table)?);
    }
    Ok(reply::BatchGet { items: found, unprocessed, capacity: capacities(done.consumed_capacity) })
}

fn from_sdk(table: KeysAndAttributes) -> Result<BatchGetTable, ConvertError> {
    let names = table.expression_attribute_names.unwrap_or_default();
    Ok(BatchGetTable {
        keys: items(table.keys)?,
        consistent: table.consistent_read.unwrap_or(false),
        projection: table.projection_expression,
        names: names.into_iter().map(|(placeholder, name)| (placeholder.into(), name.into())).collect(),
    })
}
