//! `UpdateTable`.

use dynorm::backend::table::{IndexCapacity, IndexScope, TableStatus};
use dynorm::backend::{Backend as _, Failure};

use super::checks::Problem;
use super::definition::{self, IndexDraft, attribute, billing};
use super::reader::{Parsed, Reader, Wanted};
use super::value::elements;
use super::writer::object;
use super::{Wire, member, settings, table};
use crate::call::table::{BillingMode, IndexUpdate, UpdateTable};

const NO_UPDATE: &str = "One or more parameter values were invalid: One of GlobalSecondaryIndexUpdate.Update, \
                         GlobalSecondaryIndexUpdate.Create, GlobalSecondaryIndexUpdate.Delete must not be null";
const MANY_UPDATES: &str = "One or more parameter values were invalid: Only one global secondary index action is \
                            allowed per GlobalSecondaryIndexUpdate object";
const EMPTY_UPDATES: &str =
    "One or more parameter values were invalid: List of GlobalSecondaryIndexUpdates is empty";

pub(super) fn answer(wire: &Wire, body: &[u8]) -> Result<String, Failure> {
    let call = wire.read(body, parse)?;
    let now = wire.backend.now();
    let mut description = wire.backend.engine_mut().update_table(&call, now)?;
    // The change is made already, which the service never says of changes that take time.
    if changes_slowly(&call) {
        description.status = TableStatus::Updating;
    }
    Ok(object(|out| table::write(out.name("TableDescription"), &description)))
}

/// Whether the service says of the change that it goes on.
fn changes_slowly(call: &UpdateTable) -> bool {
    let is_online = |update: &IndexUpdate| !matches!(update, IndexUpdate::Update(..));
    call.billing.is_some()
        || call.throughput.is_some()
        || call.stream.is_some()
        || call.class.is_some()
        || call.indexes.iter().any(is_online)
}

/// A change of an index, before its key is matched with the kinds of attributes.
enum Draft {
    Create(IndexDraft),
    Update(String, IndexCapacity),
    Delete(String),
}

pub(super) fn parse(json: &mut Reader<'_>) -> Parsed<UpdateTable> {
    let mut call = UpdateTable::default();
    let (mut table, mut kinds, mut drafts, mut has_no_updates) = (None, None, Vec::new(), false);
    json.members(Wanted::Element("UpdateTableInput"), |json, member| {
        match member {
            "TableName" => table = member::table(json)?,
            "AttributeDefinitions" => kinds = Some(elements(json, attribute)?),
            "BillingMode" => {
                call.billing = Some(match billing(json)? {
                    definition::Billing::Provisioned => BillingMode::Provisioned,
                    definition::Billing::PerRequest => BillingMode::PayPerRequest,
                });
            }
            "ProvisionedThroughput" => {
                call.throughput = Some(settings::throughput(json, "ProvisionedThroughput.")?);
            }
            "GlobalSecondaryIndexUpdates" => {
                json.list(|json| {
                    drafts.extend(parse_update(json, drafts.len() + 1)?);
                    Ok(())
                })?;
                has_no_updates = drafts.is_empty();
            }
            "StreamSpecification" => call.stream = Some(definition::stream(json)?),
            "DeletionProtectionEnabled" => call.deletion_protection = Some(json.flag()?),
            "SSESpecification" => call.encryption = Some(settings::encryption(json)?),
            "TableClass" => call.class = Some(settings::class(json)?),
            "OnDemandThroughput" => call.on_demand = Some(settings::on_demand(json)?),
            "WarmThroughput" => call.warm = Some(settings::warm(json, "WarmThroughput.")?),
            "ReplicaUpdates"
            | "MultiRegionConsistency"
            | "GlobalTableWitnessUpdates"
            | "VectorIndexUpdates"
            | "GlobalTableSettingsReplicationMode" => {
                json.checks.not_modelled(format_args!("{member} of UpdateTable"));
                json.skip()?;
            }
            _ => json.skip()?,
        }
        Ok(())
    })?;
    call.table = json.checks.required("", "TableName", table);
    // An empty list alone is as good as none.
    if has_no_updates && call != (UpdateTable { table: call.table.clone(), ..UpdateTable::default() }) {
        json.checks.parameters(Problem::of_data(EMPTY_UPDATES));
    }
    for draft in drafts {
        call.indexes.push(match draft {
            Draft::Create(index) => {
                let capacity = index.capacity;
                IndexUpdate::Create(index.finished(json, kinds.as_deref()), capacity)
            }
            Draft::Update(name, capacity) => IndexUpdate::Update(name, capacity),
            Draft::Delete(name) => IndexUpdate::Delete(name),
        });
    }
    Ok(call)
}

/// Reads one change; anything but exactly one is noted.
fn parse_update(json: &mut Reader<'_>, position: usize) -> Parsed<Option<Draft>> {
    let mut drafts = Vec::new();
    let path = format!("GlobalSecondaryIndexUpdates.{position}.member.");
    json.members(Wanted::Element("GlobalSecondaryIndexUpdate"), |json, member| {
        match member {
            "Create" => {
                let scope = IndexScope::Global;
                drafts.push(Draft::Create(definition::index(json, scope, &format!("{path}create."))?));
            }
            "Delete" => drafts.push(Draft::Delete(parse_delete(json, &path)?)),
            "Update" => drafts.push(parse_change(json, &format!("{path}update."))?),
            _ => json.skip()?,
        }
        Ok(())
    })?;
    match drafts.len() {
        0 => json.checks.parameters(Problem::of_data(NO_UPDATE)),
        1 => {}
        _ => json.checks.parameters(Problem::of_data(MANY_UPDATES)),
    }
    Ok(drafts.pop())
}

fn parse_change(json: &mut Reader<'_>, path: &str) -> Parsed<Draft> {
    let (mut name, mut capacity) = (None, IndexCapacity::default());
    json.members(Wanted::Field("UpdateGlobalSecondaryIndexAction"), |json, member| match member {
        "IndexName" => {
            name = Some(json.string()?);
            Ok(())
        }
        _ => definition::index_capacity(json, member, path, &mut capacity),
    })?;
    Ok(Draft::Update(json.checks.required(path, "IndexName", name), capacity))
}

fn parse_delete(json: &mut Reader<'_>, path: &str) -> Parsed<String> {
    let mut name = None;
    json.members(Wanted::Field("DeleteGlobalSecondaryIndexAction"), |json, member| match member {
        "IndexName" => {
            name = Some(json.string()?);
            Ok(())
        }
        _ => json.skip(),
    })?;
    Ok(json.checks.required(&format!("{path}delete."), "IndexName", name))
}
