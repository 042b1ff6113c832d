//! `UpdateTable`.
//!
//! A call makes one kind of change. What is asked for is checked in full before any of it is done.

use std::sync::Arc;
use std::time::SystemTime;

use dynorm::backend::table::{
    Encryption, Index, IndexCapacity, IndexScope, TableDescription, TableStatus, Throughput, UnitsPerSecond,
};

use super::stream;
use super::table::{begin, describe, named};
use crate::call::table::{BillingMode, IndexUpdate, UpdateTable};
use crate::message::{self, Checked, Refusal};
use crate::state::State;
use crate::table::Table;
use crate::table::settings::{Capacity, Owner, Settings, key_arn};

pub(crate) fn update_table(
    state: &mut State,
    call: &UpdateTable,
    now: SystemTime,
) -> Checked<TableDescription> {
    check_request(call)?;
    let table = named(state, &call.table)?;
    check_phase(table, call)?;
    let name = table.schema.name.clone();
    let settings = changed_settings(table, call, now)?;
    check_stream(table, call)?;
    for update in &call.indexes {
        match update {
            IndexUpdate::Create(index, _) => create_index(state, &name, index)?,
            IndexUpdate::Delete(index) => delete_index(state, &name, index)?,
            IndexUpdate::Update(..) => {}
        }
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
    table.settings = settings;
    state.lag.forget(&name);
    if let Some((status, index)) = phase_of(call) {
        begin(state, &name, status, index);
    }
    describe(state, &name)
}

/// What the request alone decides.
fn check_request(call: &UpdateTable) -> Checked {
    check_alone(call)?;
    let is_about_units = call.throughput.is_some() || call.billing == Some(BillingMode::Provisioned);
    let changes_units = |update: &IndexUpdate| matches!(update, IndexUpdate::Update(..));
    if call.stream.is_some() && (is_about_units || call.indexes.iter().any(changes_units)) {
        return Err(message::stream_with_throughput());
    }
    let adds_or_drops = !call.indexes.iter().all(changes_units);
    if adds_or_drops && call.throughput.is_some() {
        return Err(message::index_with_throughput());
    }
    if adds_or_drops && call.stream.is_some() {
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

/// Changes that go with no others.
fn check_alone(call: &UpdateTable) -> Checked {
    let given = [
        call.encryption.is_some(),
        call.class.is_some(),
        call.deletion_protection.is_some(),
        call.warm.is_some(),
        call.on_demand.is_some(),
        call.billing.is_some(),
        call.throughput.is_some(),
        call.stream.is_some(),
        !call.indexes.is_empty(),
    ];
    let n_given = given.iter().filter(|is_given| **is_given).count();
    let is_new = |update: &IndexUpdate| matches!(update, IndexUpdate::Create(..));
    match n_given {
        0 => Err(message::update_of_nothing()),
        1 => Ok(()),
        _ if call.encryption.is_some() => Err(message::encryption_not_alone()),
        _ if call.class.is_some() => Err(message::class_not_alone()),
        _ if call.deletion_protection.is_some() => Err(message::deletion_protection_not_alone()),
        _ if call.warm.is_some() && call.indexes.iter().any(is_new) => Err(message::warm_with_new_index()),
        _ if call.warm.is_some() => Err(message::warm_not_alone()),
        2 if call.on_demand.is_some() && call.billing.is_some() => Ok(()),
        _ if call.on_demand.is_some() => Err(message::on_demand_not_alone()),
        _ => Ok(()),
    }
}

fn check_index_updates(updates: &[IndexUpdate]) -> Checked {
    let name = |update: &IndexUpdate| match update {
        IndexUpdate::Create(index, _) => index.name.clone(),
        IndexUpdate::Delete(index) | IndexUpdate::Update(index, _) => index.clone(),
    };
    for (at, update) in updates.iter().enumerate() {
        if updates[..at].iter().any(|before| name(before) == name(update)) {
            return Err(message::index_updated_twice(&name(update)));
        }
    }
    let n_online = updates.iter().filter(|update| !matches!(update, IndexUpdate::Update(..))).count();
    if n_online > 1 { Err(message::too_many_index_updates()) } else { Ok(()) }
}

/// While a table is changed, only what takes no time goes through.
fn check_phase(table: &Table, call: &UpdateTable) -> Checked {
    let takes_no_time =
        call.deletion_protection.is_some() || call.encryption.is_some() || call.warm.is_some();
    if takes_no_time && table.is_usable() {
        return Ok(());
    }
    let is_online = |update: &IndexUpdate| !matches!(update, IndexUpdate::Update(..));
    let has_index_in_work = table.phase.as_ref().is_some_and(|phase| phase.index.is_some());
    if has_index_in_work && call.indexes.iter().any(is_online) {
        return Err(message::too_many_index_updates());
    }
    if let Some((name, TableStatus::Updating)) = table.phase.as_ref().and_then(|phase| phase.index.as_ref())
        && call.indexes.iter().any(|update| matches!(update, IndexUpdate::Update(own, _) if own == name))
    {
        return Err(message::index_in_use(name, &table.schema.name));
    }
    table.check_idle()
}

/// What the call has last, if it has anything last.
fn phase_of(call: &UpdateTable) -> Option<(TableStatus, Option<(String, TableStatus)>)> {
    for update in &call.indexes {
        match update {
            IndexUpdate::Create(index, _) => {
                return Some((TableStatus::Updating, Some((index.name.clone(), TableStatus::Creating))));
            }
            IndexUpdate::Delete(_) => return Some((TableStatus::Updating, None)),
            IndexUpdate::Update(..) => {}
        }
    }
    let is_slow =
        call.billing.is_some() || call.throughput.is_some() || call.stream.is_some() || call.class.is_some();
    if is_slow {
        return Some((TableStatus::Updating, None));
    }
    call.indexes.iter().find_map(|update| match update {
        IndexUpdate::Update(name, _) => {
            Some((TableStatus::Active, Some((name.clone(), TableStatus::Updating))))
        }
        _ => None,
    })
}

/// The settings that the table is to have.
fn changed_settings(table: &Table, call: &UpdateTable, now: SystemTime) -> Checked<Settings> {
    let throughput = throughput(table, call)?;
    let was_provisioned = table.settings.capacity.throughput.is_some();
    let mut settings = table.settings.clone();
    settings.capacity = settings.capacity.with_throughput(throughput);
    if let Some(on_demand) = call.on_demand {
        settings.capacity = settings.capacity.with_on_demand(on_demand, Owner::Table)?;
    }
    if let Some(warm) = call.warm {
        settings.capacity = settings.capacity.with_warm(warm, Owner::Table)?;
    }
    if let Some(class) = call.class
        && class != settings.class
    {
        settings.class = class;
        settings.class_changed = Some(now);
    }
    if let Some(encryption) = &call.encryption {
        settings.encryption_key = changed_key(&settings, encryption)?;
    }
    if throughput.is_none() {
        for capacity in settings.indexes.values_mut() {
            *capacity = capacity.with_throughput(None);
        }
    }
    for update in &call.indexes {
        match update {
            IndexUpdate::Create(index, asked) => {
                let capacity = new_capacity(&index.name, *asked, throughput)?;
                settings.indexes.insert(index.name.clone(), capacity);
            }
            IndexUpdate::Update(name, asked) => update_index(table, &mut settings, name, *asked)?,
            IndexUpdate::Delete(name) => {
                settings.indexes.remove(name);
            }
        }
    }
    if throughput.is_some() && !was_provisioned {
        check_indexes_provisioned(&settings)?;
    }
    Ok(settings)
}

/// Nothing is provisioned that the call does not speak of.
fn check_indexes_provisioned(settings: &Settings) -> Checked {
    let is_bare = |name: &&String| settings.indexes.get(*name).is_some_and(|own| own.throughput.is_none());
    match settings.indexes.keys().find(is_bare) {
        Some(name) => Err(message::index_throughput_needed(name)),
        None => Ok(()),
    }
}

fn changed_key(settings: &Settings, encryption: &Encryption) -> Checked<Option<String>> {
    let key = key_arn(encryption);
    match (&settings.encryption_key, &key) {
        (None, None) => Err(message::encrypted_by_default()),
        (Some(current), Some(key)) if current == key => Err(message::encrypted_with_this_key()),
        _ => Ok(key),
    }
}

/// The capacity of an index that is added to a table of this throughput.
fn new_capacity(name: &str, asked: IndexCapacity, of_table: Option<Throughput>) -> Checked<Capacity> {
    match (of_table, asked.throughput) {
        (Some(_), None) => Err(message::index_units_needed(name)),
        (None, Some(_)) => Err(message::index_units_unwanted(name)),
        (_, throughput) => {
            throughput.map_or(Ok(()), |throughput| check_units(CREATE_READ, CREATE_WRITE, throughput))?;
            Capacity::new(asked, Owner::Index(name))
        }
    }
}

const CREATE_READ: &str = "GlobalSecondaryIndexUpdates.member.Create.ProvisionedThroughput.ReadCapacityUnits";
const CREATE_WRITE: &str =
    "GlobalSecondaryIndexUpdates.member.Create.ProvisionedThroughput.WriteCapacityUnits";
const UPDATE_READ: &str = "GlobalSecondaryIndexUpdates.member.Update.ProvisionedThroughput.ReadCapacityUnits";
const UPDATE_WRITE: &str =
    "GlobalSecondaryIndexUpdates.member.Update.ProvisionedThroughput.WriteCapacityUnits";

fn update_index(table: &Table, settings: &mut Settings, name: &str, asked: IndexCapacity) -> Checked {
    let at = table.schema.index(name).ok_or_else(|| message::index_not_found(name, &table.schema.name))?;
    if table.schema.indexes[at].is_local() {
        return Err(message::index_not_global("update", name));
    }
    let is_provisioned = settings.capacity.throughput.is_some();
    let capacity = settings.indexes.entry(name.to_owned()).or_default();
    let owner = Owner::Index(name);
    match asked.throughput {
        Some(throughput) => {
            if !is_provisioned {
                return Err(message::index_update_unwanted(name));
            }
            check_units(UPDATE_READ, UPDATE_WRITE, throughput)?;
            if capacity.throughput == Some(throughput) {
                return Err(message::index_throughput_unchanged(name, throughput.read, throughput.write));
            }
            *capacity = capacity.with_throughput(Some(throughput));
        }
        None if asked == IndexCapacity::default() => {
            return Err(if is_provisioned {
                message::index_units_needed(name)
            } else {
                message::index_update_unwanted(name)
            });
        }
        None => {}
    }
    if asked.on_demand != UnitsPerSecond::default() {
        *capacity = capacity.with_on_demand(asked.on_demand, owner)?;
    }
    if asked.warm != UnitsPerSecond::default() {
        *capacity = capacity.with_warm(asked.warm, owner)?;
    }
    Ok(())
}

/// The throughput that the table is to have.
fn throughput(table: &Table, call: &UpdateTable) -> Checked<Option<Throughput>> {
    let current = table.settings.capacity.throughput;
    let Some(wanted) = call.throughput else {
        return Ok(current.filter(|_| call.billing != Some(BillingMode::PayPerRequest)));
    };
    check_units(
        "ProvisionedThroughput.ReadCapacityUnits",
        "ProvisionedThroughput.WriteCapacityUnits",
        wanted,
    )?;
    match current {
        None if call.billing.is_none() => Err(message::throughput_without_provisioning()),
        Some(current) if current == wanted => Err(message::throughput_unchanged(wanted.read, wanted.write)),
        _ => Ok(Some(wanted)),
    }
}

fn check_units(read: &'static str, write: &'static str, throughput: Throughput) -> Checked {
    for (member, units) in [(read, throughput.read), (write, throughput.write)] {
        if units == 0 {
            let constraint = "Member must have value greater than or equal to 1";
            return Err(Refusal::constraint(member, units, constraint));
        }
    }
    Ok(())
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
        return Err(message::index_not_global("delete", index));
    }
    state.table_mut(table)?.drop_index(at);
    Ok(())
}
