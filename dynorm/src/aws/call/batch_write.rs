//! `BatchWriteItem`.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::BuildError;
use aws_sdk_dynamodb::operation::batch_write_item::BatchWriteItemOutput;
use aws_sdk_dynamodb::types::{DeleteRequest, PutRequest, WriteRequest};

use super::parts::{capacities, item, metrics_by_table, return_capacity, return_metrics};
use crate::aws::convert::ConvertError;
use crate::aws::error::{failure, not_built, unreadable};
use crate::backend::call::BatchWriteAction;
use crate::backend::{Failure, call, reply};

pub(in crate::aws) async fn send(
    client: &Client,
    call: call::BatchWrite,
) -> Result<reply::BatchWrite, Failure> {
    let tables = call.tables.into_iter().map(|(name, actions)| {
        let requests = actions.into_iter().map(to_sdk).collect::<Result<_, _>>()?;
        Ok((name, requests))
    });
    let done = client
        .batch_write_item()
        .set_request_items(Some(tables.collect::<Result<_, _>>().map_err(not_built)?))
        .set_return_consumed_capacity(return_capacity(call.capacity))
        .set_return_item_collection_metrics(return_metrics(call.collection_metrics))
        .send()
        .await
        .map_err(failure)?;
    read(done).map_err(unreadable)
}

fn to_sdk(action: BatchWriteAction) -> Result<WriteRequest, BuildError> {
    let request = WriteRequest::builder();
    Ok(match action {
        BatchWriteAction::Put(item) => {
            request.put_request(PutRequest::builder().set_item(Some(item.into())).build()?)
        }
        BatchWriteAction::Delete(key) => {
            request.delete_request(DeleteRequest::builder().set_key(Some(key.into())).build()?)
        }
    }
    .build())
}

fn read(done: BatchWriteItemOutput) -> Result<reply::BatchWrite, ConvertError> {
    let mut unprocessed = BTreeMap::new();
    for (name, requests) in done.unprocessed_items.unwrap_or_default() {
        let left = requests.into_iter().filter_map(|request| from_sdk(request).transpose());
        unprocessed.insert(name, left.collect::<Result<_, _>>()?);
    }
    Ok(reply::BatchWrite {
        unprocessed,
        capacity: capacities(done.consumed_capacity),
        collection_metrics: metrics_by_table(done.item_collection_metrics)?,
    })
}

/// The service always names one of the two.
fn from_sdk(request: WriteRequest) -> Result<Option<BatchWriteAction>, ConvertError> {
    Ok(match (request.put_request, request.delete_request) {
        (Some(put), _) => Some(BatchWriteAction::Put(item(put.item)?)),
        (None, Some(delete)) => Some(BatchWriteAction::Delete(item(delete.key)?)),
        (None, None) => None,
    })
}
