//! What does not depend on data: `DescribeLimits`, `DescribeEndpoints`, `DescribeContinuousBackups`, and the
//! names of the operations that are not modelled.

use dynorm::backend::Failure;

use super::Wire;
use super::reader::Wanted;
use super::table::parse_name;
use super::writer::object;

/// Operations of the service that the engine does not model.
pub(super) const NOT_MODELLED: [&str; 34] = [
    "CreateBackup",
    "CreateGlobalTable",
    "DeleteBackup",
    "DeleteResourcePolicy",
    "DescribeBackup",
    "DescribeContributorInsights",
    "DescribeExport",
    "DescribeGlobalTable",
    "DescribeGlobalTableSettings",
    "DescribeImport",
    "DescribeKinesisStreamingDestination",
    "DescribeTableReplicaAutoScaling",
    "DisableKinesisStreamingDestination",
    "EnableKinesisStreamingDestination",
    "ExportTableToPointInTime",
    "GetResourcePolicy",
    "ImportTable",
    "ListBackups",
    "ListContributorInsights",
    "ListExports",
    "ListGlobalTables",
    "ListImports",
    "PutResourcePolicy",
    "RestoreTableFromBackup",
    "RestoreTableToPointInTime",
    "SearchVectors",
    "StartBulkPutItems",
    "ListBulkOperations",
    "UpdateContinuousBackups",
    "UpdateContributorInsights",
    "UpdateGlobalTable",
    "UpdateGlobalTableSettings",
    "UpdateKinesisStreamingDestination",
    "UpdateTableReplicaAutoScaling",
];

/// How long clients may keep an endpoint.
const ENDPOINT_MINUTES: u64 = 1440;

/// The limits of an account, none of which the engine holds anyone to.
pub(super) fn limits(wire: &Wire, body: &[u8]) -> Result<String, Failure> {
    wire.read(body, |json| json.members(Wanted::Element("DescribeLimitsInput"), |json, _| json.skip()))?;
    let limits = wire.backend.engine().describe_limits();
    Ok(object(|out| {
        out.name("AccountMaxReadCapacityUnits").whole(limits.account_read_units_max);
        out.name("AccountMaxWriteCapacityUnits").whole(limits.account_write_units_max);
        out.name("TableMaxReadCapacityUnits").whole(limits.table_read_units_max);
        out.name("TableMaxWriteCapacityUnits").whole(limits.table_write_units_max);
    }))
}

/// The endpoint is where the client is already, never the service itself.
pub(super) fn endpoints(wire: &Wire, body: &[u8]) -> Result<String, Failure> {
    wire.read(body, |json| json.members(Wanted::Element("DescribeEndpointsRequest"), |json, _| json.skip()))?;
    Ok(object(|out| {
        out.name("Endpoints").list([&wire.endpoint], |out, address| {
            out.object(|out| {
                out.name("Address").text(address);
                out.name("CachePeriodInMinutes").whole(ENDPOINT_MINUTES);
            });
        });
    }))
}

pub(super) fn continuous_backups(wire: &Wire, body: &[u8]) -> Result<String, Failure> {
    let table = wire.read(body, |json| parse_name(json, "DescribeContinuousBackupsInput"))?;
    let backups = wire.backend.engine().describe_continuous_backups(&table)?;
    let status = |is_on| if is_on { "ENABLED" } else { "DISABLED" };
    Ok(object(|out| {
        out.name("ContinuousBackupsDescription").object(|out| {
            out.name("ContinuousBackupsStatus").plain(status(backups.is_enabled));
            out.name("PointInTimeRecoveryDescription").object(|out| {
                out.name("PointInTimeRecoveryStatus").plain(status(backups.point_in_time_recovery));
            });
        });
    }))
}
