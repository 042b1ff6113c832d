//! `BatchWriteItem`.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{DeleteRequest, PutRequest, WriteRequest};

use super::parts::{capacities, item, metrics_by_table, return_capacity, return_metrics};
use crate::aws::error::{failure, not_built};
use crate::backend::call::BatchWriteAction;
use crate::backend::{Failure, call, reply};

pub(in crate::aws) async fn send(
    client: &Client,
    call: call::BatchWrite,
) -> Result<reply::BatchWrite, Failure> {
    let tables = call.tables.into_iter().map(|(name, actions)| Ok((name, all_to_sdk(actions)?)));
    let done = client
        .batch_write_item()
        .set_request_items(Some(tables.collect::<Result<_, Failure>>()?))
        .set_return_consumed_capacity(return_capacity(call.capacity))
        .set_return_item_collection_metrics(return_metrics(call.collection_metrics))
        .send()
        .await
        .map_err(failure)?;
    let left = done.unprocessed_items.unwrap_or_default().into_iter();
    Ok(reply::BatchWrite {
        unprocessed: left
            .map(|(name, requests)| Ok((name, all_from_sdk(requests)?)))
            .collect::<Result<_, Failure>>()?,
        capacity: capacities(done.consumed_capacity),
        collection_metrics: metrics_by_table(done.item_collection_metrics)?,
    })
}

fn all_to_sdk(actions: Vec<BatchWriteAction>) -> Result<Vec<WriteRequest>, Failure> {
    actions.into_iter().map(to_sdk).collect()
}

fn to_sdk(action: BatchWriteAction) -> Result<WriteRequest, Failure> {
    let request = WriteRequest::builder();
    Ok(match action {
        BatchWriteAction::Put(item) => {
            let put = PutRequest::builder().set_item(Some(item.into())).build().map_err(not_built)?;
            request.put_request(put).build()
        }
        BatchWriteAction::Delete(key) => {
            let delete = DeleteRequest::builder().set_key(Some(key.into())).build().map_err(not_built)?;
            request.delete_request(delete).build()
        }
    })
}

fn all_from_sdk(requests: Vec<WriteRequest>) -> Result<Vec<BatchWriteAction>, Failure> {
    requests.into_iter().filter_map(|request| from_sdk(request).transpose()).collect()
}

/// The service always names one of the two.
fn from_sdk(request: WriteRequest) -> Result<Option<BatchWriteAction>, Failure> {
    Ok(match (request.put_request, request.delete_request) {
        (Some(put), _) => Some(BatchWriteAction::Put(item(put.item)?)),
        (None, Some(delete)) => Some(BatchWriteAction::Delete(item(delete.key)?)),
        (None, None) => None,
    })
}
