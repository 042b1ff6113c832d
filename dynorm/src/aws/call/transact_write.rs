//! `TransactWriteItems`.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::BuildError;
use aws_sdk_dynamodb::types::{ConditionCheck, Delete, Put, TransactWriteItem, Update};

use super::parts::{
    capacities, metrics_by_table, names, return_capacity, return_metrics, return_old_on_failure, values,
};
use crate::aws::error::{failure, not_built, unreadable};
use crate::backend::call::TransactWriteAction;
use crate::backend::{Failure, call, reply};

pub(in crate::aws) async fn send(
    client: &Client,
    call: call::TransactWrite,
) -> Result<reply::TransactWrite, Failure> {
    let actions = call.actions.into_iter().map(to_sdk);
    let done = client
        .transact_write_items()
        .set_transact_items(Some(actions.collect::<Result<_, _>>().map_err(not_built)?))
        .set_client_request_token(call.token)
        .set_return_consumed_capacity(return_capacity(call.capacity))
        .set_return_item_collection_metrics(return_metrics(call.collection_metrics))
        .send()
        .await
        .map_err(failure)?;
    Ok(reply::TransactWrite {
        capacity: capacities(done.consumed_capacity),
        collection_metrics: metrics_by_table(done.item_collection_metrics).map_err(unreadable)?,
    })
}

fn to_sdk(action: TransactWriteAction) -> Result<TransactWriteItem, BuildError> {
    let item = TransactWriteItem::builder();
    Ok(match action {
        TransactWriteAction::Put(call) => item.put(put(call)?),
        TransactWriteAction::Update(call) => item.update(update(call)?),
        TransactWriteAction::Delete(call) => item.delete(delete(call)?),
        TransactWriteAction::Check(call) => item.condition_check(check(call)?),
    }
    .build())
}

fn put(call: call::Put) -> Result<Put, BuildError> {
    Put::builder()
        .table_name(call.table)
        .set_item(Some(call.item.into()))
        .set_condition_expression(call.condition)
        .set_expression_attribute_names(names(&call.names))
        .set_expression_attribute_values(values(call.values))
        .set_return_values_on_condition_check_failure(return_old_on_failure(call.return_old_on_failure))
        .build()
}

fn update(call: call::Update) -> Result<Update, BuildError> {
    Update::builder()
        .table_name(call.table)
        .set_key(Some(call.key.into()))
        .set_update_expression(call.update)
        .set_condition_expression(call.condition)
        .set_expression_attribute_names(names(&call.names))
        .set_expression_attribute_values(values(call.values))
        .set_return_values_on_condition_check_failure(return_old_on_failure(call.return_old_on_failure))
        .build()
}

fn delete(call: call::Delete) -> Result<Delete, BuildError> {
    Delete::builder()
        .table_name(call.table)
        .set_key(Some(call.key.into()))
        .set_condition_expression(call.condition)
        .set_expression_attribute_names(names(&call.names))
        .set_expression_attribute_values(values(call.values))
        .set_return_values_on_condition_check_failure(return_old_on_failure(call.return_old_on_failure))
        .build()
}

fn check(call: call::Check) -> Result<ConditionCheck, BuildError> {
    ConditionCheck::builder()
        .table_name(call.table)
        .set_key(Some(call.key.into()))
        .set_condition_expression(call.condition)
        .set_expression_attribute_names(names(&call.names))
        .set_expression_attribute_values(values(call.values))
        .set_return_values_on_condition_check_failure(return_old_on_failure(call.return_old_on_failure))
        .build()
}
