//! `UpdateTable`.

use dynorm::backend::table::{IndexScope, TableStatus};
use dynorm::backend::{Backend as _, Failure};

use super::checks::Problem;
use super::definition::{self, IndexDraft, attribute, billing, throughput};
use super::reader::{Parsed, Reader, Wanted};
use super::value::elements;
use super::writer::object;
use super::{Wire, member, table};
use crate::call::table::{BillingMode, IndexUpdate, UpdateTable};

const NOT_ONE_UPDATE: &str = "One or more parameter values were invalid: One of \
                              GlobalSecondaryIndexUpdate, GlobalSecondaryIndexCreate, or \
                              GlobalSecondaryIndexDelete must be specified";

pub(super) fn answer(wire: &Wire, body: &[u8]) -> Result<String, Failure> {
    let call = wire.read(body, parse)?;
    let now = wire.backend.now();
    let mut description = wire.backend.engine_mut().update_table(&call, now)?;
    // The change is made already, but the service never says so here.
    description.status = TableStatus::Updating;
    Ok(object(|out| table::write(out.name("TableDescription"), &description)))
}

/// A change of an index, before its key is matched with the kinds of attributes.
enum Draft {
    Create(IndexDraft),
    Delete(String),
}

fn parse(json: &mut Reader<'_>) -> Parsed<UpdateTable> {
    let mut call = UpdateTable::default();
    let (mut table, mut kinds, mut drafts) = (None, Vec::new(), Vec::new());
    json.members(Wanted::Element("UpdateTableInput"), |json, member| {
        match member {
            "TableName" => table = member::table(json)?,
            "AttributeDefinitions" => kinds = elements(json, attribute)?,
            "BillingMode" => {
                call.billing = Some(match billing(json)? {
                    definition::Billing::Provisioned => BillingMode::Provisioned,
                    definition::Billing::PerRequest => BillingMode::PayPerRequest,
                });
            }
            "ProvisionedThroughput" => call.throughput = Some(throughput(json, "ProvisionedThroughput.")?),
            "GlobalSecondaryIndexUpdates" => json.list(|json| {
                drafts.extend(parse_update(json, drafts.len() + 1)?);
                Ok(())
            })?,
            "StreamSpecification" => call.stream = Some(definition::stream(json)?),
            "DeletionProtectionEnabled" => call.deletion_protection = Some(json.flag()?),
            "SSESpecification"
            | "ReplicaUpdates"
            | "TableClass"
            | "OnDemandThroughput"
            | "WarmThroughput"
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
    for draft in drafts {
        call.indexes.push(match draft {
            Draft::Create(index) => IndexUpdate::Create(index.finished(json, &kinds)),
            Draft::Delete(name) => IndexUpdate::Delete(name),
        });
    }
    Ok(call)
}

/// Reads one change; anything but exactly one is noted, and so is a change of an index's throughput.
fn parse_update(json: &mut Reader<'_>, position: usize) -> Parsed<Option<Draft>> {
    let mut drafts = Vec::new();
    let mut n_others = 0;
    let path = format!("GlobalSecondaryIndexUpdates.{position}.member.");
    json.members(Wanted::Element("GlobalSecondaryIndexUpdate"), |json, member| {
        match member {
            "Create" => {
                let scope = IndexScope::Global;
                drafts.push(Draft::Create(definition::index(json, scope, &format!("{path}create."))?));
            }
            "Delete" => drafts.push(Draft::Delete(parse_delete(json, &path)?)),
            "Update" => {
                n_others += 1;
                json.checks.not_modelled("the throughput of single indexes");
                json.skip()?;
            }
            _ => json.skip()?,
        }
        Ok(())
    })?;
    if drafts.len() + n_others != 1 {
        json.checks.parameters(Problem::of_data(NOT_ONE_UPDATE));
    }
    Ok(drafts.pop())
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
