//! `TransactGetItems`.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::BuildError;
use aws_sdk_dynamodb::types::{Get, TransactGetItem};

use super::parts::{capacities, maybe_item, names, return_capacity};
use crate::aws::error::{failure, not_built, unreadable};
use crate::backend::call::TransactGetAction;
use crate::backend::{Failure, call, reply};

pub(in crate::aws) async fn send(
    client: &Client,
    call: call::TransactGet,
) -> Result<reply::TransactGet, Failure> {
    let actions = call.actions.into_iter().map(to_sdk);
    let done = client
        .transact_get_items()
        .set_transact_items(Some(actions.collect::<Result<_, _>>().map_err(not_built)?))
        .set_return_consumed_capacity(return_capacity(call.capacity))
        .send()
        .await
        .map_err(failure)?;
    let items = done.responses.unwrap_or_default().into_iter().map(|response| maybe_item(response.item));
    Ok(reply::TransactGet {
        items: items.collect::<Result<_, _>>().map_err(unreadable)?,
        capacity: capacities(done.consumed_capacity),
    })
}

fn to_sdk(action: TransactGetAction) -> Result<TransactGetItem, BuildError> {
    let get = Get::builder()
        .table_name(action.table)
        .set_key(Some(action.key.into()))
        .set_projection_expression(action.projection)
        .set_expression_attribute_names(names(&action.names))
        .build()?;
    Ok(TransactGetItem::builder().get(get).build())
}
