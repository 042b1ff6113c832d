//! Capacity, class and encryption in the definitions and descriptions of tables.

use dynorm::backend::table::{Encryption, TableClass, TableDescription, Throughput, UnitsPerSecond};

use super::checks::Problem;
use super::reader::{Parsed, Reader, Wanted};
use super::writer::Writer;

const INVALID: &str = "One or more parameter values were invalid";

/// Reads `ProvisionedThroughput`.
pub(super) fn throughput(json: &mut Reader<'_>, path: &str) -> Parsed<Throughput> {
    let (mut read, mut write) = (None, None);
    json.members(Wanted::Field("ProvisionedThroughput"), |json, member| {
        match member {
            "ReadCapacityUnits" => read = Some(units(json, path, member)?),
            "WriteCapacityUnits" => write = Some(units(json, path, member)?),
            _ => json.skip()?,
        }
        Ok(())
    })?;
    let read = json.checks.required(path, "ReadCapacityUnits", read);
    Ok(Throughput { read, write: json.checks.required(path, "WriteCapacityUnits", write) })
}

fn units(json: &mut Reader<'_>, path: &str, member: &str) -> Parsed<u64> {
    let units = json.whole("Long")?;
    if units < 1 {
        let constraint = "Member must have value greater than or equal to 1";
        json.checks.constraint(format!("{path}{member}"), Some(units.to_string()), constraint);
    }
    Ok(u64::try_from(units).unwrap_or_default())
}

/// Reads `OnDemandThroughput`; its bounds are the engine's to check.
pub(super) fn on_demand(json: &mut Reader<'_>) -> Parsed<UnitsPerSecond> {
    units_per_second(json, "OnDemandThroughput", ["MaxReadRequestUnits", "MaxWriteRequestUnits"])
}

/// Reads `WarmThroughput`, which is at least one.
pub(super) fn warm(json: &mut Reader<'_>, path: &str) -> Parsed<UnitsPerSecond> {
    let names = ["ReadUnitsPerSecond", "WriteUnitsPerSecond"];
    let warm = units_per_second(json, "WarmThroughput", names)?;
    for (name, units) in names.into_iter().zip([warm.read, warm.write]) {
        if let Some(units) = units.filter(|units| *units < 1) {
            let constraint = "Member must have value greater than or equal to 1";
            json.checks.constraint(format!("{path}{name}"), Some(units.to_string()), constraint);
        }
    }
    Ok(warm)
}

fn units_per_second(
    json: &mut Reader<'_>,
    field: &'static str,
    [read, write]: [&str; 2],
) -> Parsed<UnitsPerSecond> {
    let mut units = UnitsPerSecond::default();
    json.members(Wanted::Field(field), |json, member| {
        if member == read {
            units.read = Some(json.whole("Long")?);
        } else if member == write {
            units.write = Some(json.whole("Long")?);
        } else {
            json.skip()?;
        }
        Ok(())
    })?;
    Ok(units)
}

/// Reads `TableClass`, which has a message of its own.
pub(super) fn class(json: &mut Reader<'_>) -> Parsed<TableClass> {
    Ok(match &*json.text()? {
        "STANDARD" => TableClass::Standard,
        "STANDARD_INFREQUENT_ACCESS" => TableClass::InfrequentAccess,
        _ => {
            json.checks.parameters(Problem::of_data(
                "Invalid table-class parameter provided. Please try again with a valid table-class value: \
                 [STANDARD, STANDARD_INFREQUENT_ACCESS].",
            ));
            TableClass::Standard
        }
    })
}

/// Reads `SSESpecification`.
pub(super) fn encryption(json: &mut Reader<'_>) -> Parsed<Encryption> {
    let (mut is_enabled, mut kind, mut key) = (false, None, None);
    json.members(Wanted::Field("SSESpecification"), |json, member| {
        match member {
            "Enabled" => is_enabled = json.flag()?,
            "SSEType" => {
                let words = [("AES256", Some("AES256")), ("KMS", Some("KMS"))];
                kind = super::member::word(json, "SSESpecification.SSEType", &words)?;
            }
            "KMSMasterKeyId" => key = Some(json.string()?),
            _ => json.skip()?,
        }
        Ok(())
    })?;
    let problem = match (is_enabled, kind, &key) {
        (false, Some(_), _) => Some("SSEType can not be specified if Enabled is false"),
        (false, None, Some(_)) => Some("KMSMasterKeyId can not be specified if Enabled is false"),
        (true, Some("AES256"), _) => Some("SSEType AES256 is not supported"),
        (true, None, Some(_)) => Some("SSEType KMS is required if KMSMasterKeyId is specified"),
        _ => None,
    };
    if let Some(problem) = problem {
        json.checks.parameters(Problem::of_data(format!("{INVALID}: {problem}")));
    }
    Ok(match (is_enabled, key) {
        (false, _) => Encryption::ServiceKey,
        (true, None) => Encryption::AccountKey,
        (true, Some(key)) => Encryption::Key(key),
    })
}

/// Writes what a table's description says of these, besides its throughput.
pub(super) fn write(out: &mut Writer, table: &TableDescription) {
    write_on_demand(out, table.on_demand);
    write_warm(out, table.warm);
    if table.class != TableClass::Standard || table.class_changed.is_some() {
        out.name("TableClassSummary").object(|out| {
            out.name("TableClass").plain(class_name(table.class));
            if let Some(changed) = table.class_changed {
                out.name("LastUpdateDateTime").time(changed);
            }
        });
    }
    if let Some(key) = &table.encryption_key {
        out.name("SSEDescription").object(|out| {
            out.name("Status").plain("ENABLED");
            out.name("SSEType").plain("KMS");
            out.name("KMSMasterKeyArn").text(key);
        });
    }
}

pub(super) fn class_name(class: TableClass) -> &'static str {
    match class {
        TableClass::Standard => "STANDARD",
        TableClass::InfrequentAccess => "STANDARD_INFREQUENT_ACCESS",
    }
}

/// Writes the maxima on demand, if there are any.
pub(super) fn write_on_demand(out: &mut Writer, units: UnitsPerSecond) {
    if units != UnitsPerSecond::default() {
        out.name("OnDemandThroughput").object(|out| {
            let members = [("MaxReadRequestUnits", units.read), ("MaxWriteRequestUnits", units.write)];
            write_units(out, members);
        });
    }
}

/// Writes what a table or an index is ready for.
pub(super) fn write_warm(out: &mut Writer, units: UnitsPerSecond) {
    out.name("WarmThroughput").object(|out| {
        write_units(out, [("ReadUnitsPerSecond", units.read), ("WriteUnitsPerSecond", units.write)]);
        out.name("Status").plain("ACTIVE");
    });
}

fn write_units(out: &mut Writer, members: [(&str, Option<i64>); 2]) {
    for (name, units) in members {
        if let Some(units) = units {
            out.name(name).signed(units);
        }
    }
}
