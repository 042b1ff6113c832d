//! `UpdateTable`.
//!
//! A call makes one kind of change. What is asked for is checked in full before any of it is done.

use std::sync::Arc;
use std::time::SystemTime;

use dynorm::backend::table::{Index, IndexScope, TableDescription, Throughput};

use super::stream;
use super::table::named;
use crate::call::table::{BillingMode, IndexUpdate, UpdateTable};
use crate::message::{self, Checked, Refusal};
use crate::state::State;
use crate::table::Table;

pub(crate) fn update_table(
    state: &mut State,
    call: &UpdateTable,
    now: SystemTime,
) -> Checked<TableDescription> {
    check_request(call)?;
    let table = named(state, &call.table)?;
    let throughput = throughput(table, call)?;
    check_stream(table, call)?;
    let name = table.schema.name.clone();
    match call.indexes.first() {
        Some(IndexUpdate::Create(index)) => create_index(state, &name, index)?,
        Some(IndexUpdate::Delete(index)) => delete_index(state, &name, index)?,
        None => {}
    }
    if call.stream.is_some_and(|stream| !stream.enabled) {
        stream::end(state, &name);
    }
    let enabled = call.stream.and_then(|stream| stream.view);
    let State { tables, ended_streams, .. } = state;
    let table = tables.get_mut(&name).map(Arc::make_mut);
    let table = table.ok_or_else(|| message::named_table_not_found(&name))?;
    if let Some(view) = enabled {
        stream::enable(ended_streams, table, view, now);
    }
    if let Some(protection) = call.deletion_protection {
        table.deletion_protection = protection;
    }
    if throughput != table.schema.throughput {
        Arc::make_mut(&mut table.schema).throughput = throughput;
    }
    Ok(table.describe())
}

/// What the request alone decides.
fn check_request(call: &UpdateTable) -> Checked {
    let is_about_throughput = call.throughput.is_some() || call.billing.is_some();
    let is_about_more = is_about_throughput || call.stream.is_some() || !call.indexes.is_empty();
    match call.deletion_protection {
        None if !is_about_more => return Err(message::update_of_nothing()),
        Some(_) if is_about_more => return Err(message::deletion_protection_not_alone()),
        _ => {}
    }
    let is_about_units = call.throughput.is_some() || call.billing == Some(BillingMode::Provisioned);
    if call.stream.is_some() && is_about_units {
        return Err(message::stream_with_throughput());
    }
    if !call.indexes.is_empty() && is_about_throughput {
        return Err(message::index_with_throughput());
    }
    if !call.indexes.is_empty() && call.stream.is_some() {
        return Err(message::index_with_stream());
    }
    match (call.billing, call.throughput) {
        (Some(BillingMode::PayPerRequest), Some(_)) => {
            return Err(message::throughput_with_pay_per_request());
        }
        (Some(BillingMode::Provisioned), None) => return Err(message::provisioning_without_throughput()),
        _ => {}
    }
    match call.stream {
        Some(stream) if stream.enabled && stream.view.is_none() => Err(message::stream_without_view()),
        Some(stream) if !stream.enabled && stream.view.is_some() => Err(message::no_stream_with_view()),
        _ => check_index_updates(&call.indexes),
    }
}

fn check_index_updates(updates: &[IndexUpdate]) -> Checked {
    let name = |update: &IndexUpdate| match update {
        IndexUpdate::Create(index) => index.name.clone(),
        IndexUpdate::Delete(index) => index.clone(),
    };
    for (at, update) in updates.iter().enumerate() {
        if updates[..at].iter().any(|before| name(before) == name(update)) {
            return Err(message::index_updated_twice(&name(update)));
        }
    }
    if updates.len() > 1 { Err(message::too_many_index_updates()) } else { Ok(()) }
}

/// The throughput that the table is to have.
fn throughput(table: &Table, call: &UpdateTable) -> Checked<Option<Throughput>> {
    let current = table.schema.throughput;
    let Some(wanted) = call.throughput else {
        return Ok(current.filter(|_| call.billing != Some(BillingMode::PayPerRequest)));
    };
    for (member, units) in [
        ("ProvisionedThroughput.ReadCapacityUnits", wanted.read),
        ("ProvisionedThroughput.WriteCapacityUnits", wanted.write),
    ] {
        if units == 0 {
            let constraint = "Member must have value greater than or equal to 1";
            return Err(Refusal::constraint(member, units, constraint));
        }
    }
    match current {
        None if call.billing.is_none() => Err(message::throughput_without_provisioning()),
        Some(current) if current == wanted => Err(message::throughput_unchanged(wanted.read, wanted.write)),
        _ => Ok(Some(wanted)),
    }
}

fn check_stream(table: &Table, call: &UpdateTable) -> Checked {
    match (call.stream, &table.stream) {
        (Some(stream), Some(_)) if stream.enabled => Err(message::stream_already(&table.schema.name)),
        (Some(stream), None) if !stream.enabled => Err(message::stream_missing(&table.schema.name)),
        _ => Ok(()),
    }
}

fn create_index(state: &mut State, table: &str, index: &Index) -> Checked {
    if state.table(table)?.schema.index(&index.name).is_some() {
        return Err(message::index_exists());
    }
    if index.scope == IndexScope::Local {
        return Err(message::local_index_after_table(&index.name));
    }
    let schema = state.table(table)?.schema.with_index(index)?;
    state.table_mut(table)?.add_index(schema, &index.name);
    Ok(())
}

fn delete_index(state: &mut State, table: &str, index: &str) -> Checked {
    let schema = &state.table(table)?.schema;
    let at = schema.index(index).ok_or_else(|| message::index_not_found(index, &schema.name))?;
    if schema.indexes[at].is_local() {
        return Err(message::index_not_global(index));
    }
    state.table_mut(table)?.drop_index(at);
    Ok(())
}
