//! `UpdateTimeToLive` and `DescribeTimeToLive`.

use dynorm::backend::table::TimeToLive;
use dynorm::backend::{Backend as _, Failure};

use super::reader::{Parsed, Reader, Wanted};
use super::table::parse_name;
use super::writer::object;
use super::{Wire, member};

pub(super) fn update(wire: &Wire, body: &[u8]) -> Result<String, Failure> {
    let call = wire.read(body, parse)?;
    let now = wire.backend.now();
    wire.backend.engine_mut().update_time_to_live(&call, now)?;
    Ok(object(|out| {
        out.name("TimeToLiveSpecification").object(|out| {
            out.name("AttributeName").text(&call.attribute);
            out.name("Enabled").flag(call.enabled);
        });
    }))
}

pub(super) fn describe(wire: &Wire, body: &[u8]) -> Result<String, Failure> {
    let table = wire.read(body, |json| parse_name(json, "DescribeTimeToLiveInput"))?;
    let attribute = wire.backend.engine().describe_time_to_live(&table)?;
    Ok(object(|out| {
        out.name("TimeToLiveDescription").object(|out| {
            if let Some(attribute) = &attribute {
                out.name("AttributeName").text(attribute);
            }
            let status = if attribute.is_some() { "ENABLED" } else { "DISABLED" };
            out.name("TimeToLiveStatus").plain(status);
        });
    }))
}

fn parse(json: &mut Reader<'_>) -> Parsed<TimeToLive> {
    const PATH: &str = "TimeToLiveSpecification.";
    let (mut table, mut specification) = (None, None);
    json.members(Wanted::Element("UpdateTimeToLiveInput"), |json, member| {
        match member {
            "TableName" => table = member::table(json)?,
            "TimeToLiveSpecification" => {
                let (attribute, enabled) = specification.insert((None, None));
                json.members(Wanted::Field("TimeToLiveSpecification"), |json, member| {
                    match member {
                        "AttributeName" => *attribute = Some(json.string()?),
                        "Enabled" => *enabled = Some(json.flag()?),
                        _ => json.skip()?,
                    }
                    Ok(())
                })?;
            }
            _ => json.skip()?,
        }
        Ok(())
    })?;
    let table = json.checks.required("", "TableName", table);
    if specification.is_none() {
        json.checks.required::<()>("", "TimeToLiveSpecification", None);
        return Ok(TimeToLive { table, attribute: String::new(), enabled: false });
    }
    let (attribute, enabled) = specification.unwrap_or_default();
    let attribute = json.checks.required(PATH, "AttributeName", attribute);
    Ok(TimeToLive { table, attribute, enabled: json.checks.required(PATH, "Enabled", enabled) })
}
