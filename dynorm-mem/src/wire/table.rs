//! `CreateTable`, `DescribeTable`, `DeleteTable` and `ListTables`, and how they describe a table.

use std::collections::BTreeMap;
use std::time::{SystemTime, UNIX_EPOCH};

use dynorm::backend::table::{
    Index, IndexScope, KeyAttribute, KeySchema, Projection, StreamView, TableDescription, TableStatus,
    Throughput,
};
use dynorm::backend::{Backend as _, Failure};

use super::definition;
use super::reader::{Parsed, Reader, Wanted};
use super::writer::{Writer, object};
use super::{Wire, member, settings};
use crate::call::table::ListTables;
use crate::table::uuid::uuid_of;

/// Most names in one answer of `ListTables`.
const LIST_MAX: u32 = 100;

pub(super) fn create(wire: &Wire, body: &[u8]) -> Result<String, Failure> {
    let (call, tags) = wire.read(body, definition::parse)?;
    let now = wire.backend.now();
    let mut description = definition::create(&mut wire.backend.engine_mut(), call, tags, now)?;
    // The table is ready already, but the service never says so here.
    description.status = TableStatus::Creating;
    Ok(object(|out| write(out.name("TableDescription"), &description)))
}

pub(super) fn describe(wire: &Wire, body: &[u8]) -> Result<String, Failure> {
    let table = wire.read(body, |json| parse_name(json, "DescribeTableInput"))?;
    let description = wire.backend.engine().describe_table(&table)?;
    Ok(object(|out| write(out.name("Table"), &description)))
}

/// The answer has not the table's definition.
pub(super) fn delete(wire: &Wire, body: &[u8]) -> Result<String, Failure> {
    let table = wire.read(body, |json| parse_name(json, "DeleteTableInput"))?;
    let mut description = wire.backend.engine_mut().delete_table(&table)?;
    description.status = TableStatus::Deleting;
    Ok(object(|out| {
        out.name("TableDescription").object(|out| write_state(out, &description));
    }))
}

pub(super) fn list(wire: &Wire, body: &[u8]) -> Result<String, Failure> {
    let call = wire.read(body, parse_list)?;
    let reply = wire.backend.engine().list_tables(&call)?;
    Ok(object(|out| {
        out.name("TableNames").list(&reply.tables, |out, name| out.text(name));
        if let Some(last) = &reply.last {
            out.name("LastEvaluatedTableName").text(last);
        }
    }))
}

fn parse_list(json: &mut Reader<'_>) -> Parsed<ListTables> {
    let mut call = ListTables::default();
    json.members(Wanted::Element("ListTablesInput"), |json, member| {
        match member {
            "ExclusiveStartTableName" => call.start = Some(json.string()?),
            "Limit" => call.limit = member::ranged(json, member, 1..=LIST_MAX)?,
            _ => json.skip()?,
        }
        Ok(())
    })?;
    Ok(call)
}

/// Reads a request that has only a table's name.
pub(super) fn parse_name(json: &mut Reader<'_>, class: &'static str) -> Parsed<String> {
    let mut table = None;
    json.members(Wanted::Element(class), |json, member| match member {
        "TableName" => {
            table = member::table(json)?;
            Ok(())
        }
        _ => json.skip(),
    })?;
    Ok(json.checks.required("", "TableName", table))
}

/// Writes a whole description.
pub(super) fn write(out: &mut Writer, table: &TableDescription) {
    out.object(|out| {
        write_definitions(out, &table.key, &table.indexes);
        write_key(out.name("KeySchema"), &table.key);
        if let Some(created) = table.created {
            out.name("CreationDateTime").time(created);
        }
        write_state(out, table);
        write_stream(out, table);
        for (name, scope) in
            [("LocalSecondaryIndexes", IndexScope::Local), ("GlobalSecondaryIndexes", IndexScope::Global)]
        {
            let of_scope: Vec<&Index> = table.indexes.iter().filter(|index| index.scope == scope).collect();
            if !of_scope.is_empty() {
                out.name(name).list(of_scope, |out, index| write_index(out, table, index));
            }
        }
    });
}

/// Writes what the answer to a deletion has too.
fn write_state(out: &mut Writer, table: &TableDescription) {
    out.name("TableName").text(&table.table);
    out.name("TableStatus").plain(status(table.status));
    out.name("TableArn").text(&table.arn);
    out.name("TableId").plain(id(table));
    out.name("TableSizeBytes").whole(table.size_bytes);
    out.name("ItemCount").whole(table.n_items);
    write_throughput(out, table.throughput);
    if table.throughput.is_none() {
        out.name("BillingModeSummary").object(|out| {
            out.name("BillingMode").plain("PAY_PER_REQUEST");
            if let Some(created) = table.created {
                out.name("LastUpdateToPayPerRequestDateTime").time(created);
            }
        });
    }
    settings::write(out, table);
    out.name("DeletionProtectionEnabled").flag(table.deletion_protection);
}

fn write_stream(out: &mut Writer, table: &TableDescription) {
    if let Some(view) = table.stream {
        out.name("StreamSpecification").object(|out| write_stream_view(out, view));
    }
    if let Some(arn) = &table.stream_arn {
        out.name("LatestStreamArn").text(arn);
        out.name("LatestStreamLabel").text(arn.rsplit('/').next().unwrap_or_default());
    }
}

pub(super) fn write_stream_view(out: &mut Writer, view: StreamView) {
    out.name("StreamEnabled").flag(true);
    out.name("StreamViewType").plain(view_name(view));
}

pub(super) fn view_name(view: StreamView) -> &'static str {
    match view {
        StreamView::KeysOnly => "KEYS_ONLY",
        StreamView::NewImage => "NEW_IMAGE",
        StreamView::OldImage => "OLD_IMAGE",
        StreamView::NewAndOldImages => "NEW_AND_OLD_IMAGES",
    }
}

fn status(status: TableStatus) -> &'static str {
    match status {
        TableStatus::Creating => "CREATING",
        TableStatus::Updating => "UPDATING",
        TableStatus::Deleting => "DELETING",
        TableStatus::Unavailable => "INACCESSIBLE_ENCRYPTION_CREDENTIALS",
        _ => "ACTIVE",
    }
}

/// Writes the names and kinds of all key attributes.
pub(super) fn write_definitions(out: &mut Writer, key: &KeySchema, indexes: &[Index]) {
    let all = key.attributes().chain(indexes.iter().flat_map(|index| index.key.attributes()));
    let kinds: BTreeMap<&str, &KeyAttribute> =
        all.map(|attribute| (attribute.name.as_str(), attribute)).collect();
    out.name("AttributeDefinitions").list(kinds, |out, (name, attribute)| {
        out.object(|out| {
            out.name("AttributeName").text(name);
            out.name("AttributeType").plain(attribute.kind.name());
        });
    });
}

pub(super) fn write_key(out: &mut Writer, key: &KeySchema) {
    let partition = key.partition.iter().map(|attribute| (attribute, "HASH"));
    let sort = key.sort.iter().map(|attribute| (attribute, "RANGE"));
    out.list(partition.chain(sort), |out, (attribute, kind)| {
        out.object(|out| {
            out.name("AttributeName").text(&attribute.name);
            out.name("KeyType").plain(kind);
        });
    });
}

/// Writes the throughput; a table that is paid per request has zeros.
fn write_throughput(out: &mut Writer, throughput: Option<Throughput>) {
    let Throughput { read, write } = throughput.unwrap_or(Throughput { read: 0, write: 0 });
    out.name("ProvisionedThroughput").object(|out| {
        out.name("NumberOfDecreasesToday").whole(0);
        out.name("ReadCapacityUnits").whole(read);
        out.name("WriteCapacityUnits").whole(write);
    });
}

pub(super) fn write_projection(out: &mut Writer, projection: &Projection) {
    out.object(|out| {
        out.name("ProjectionType").plain(match projection {
            Projection::All => "ALL",
            Projection::KeysOnly => "KEYS_ONLY",
            Projection::Include(_) => "INCLUDE",
        });
        if let Projection::Include(names) = projection {
            let mut names = names.clone();
            names.sort_unstable();
            out.name("NonKeyAttributes").list(&names, |out, name| out.text(name));
        }
    });
}

fn write_index(out: &mut Writer, table: &TableDescription, index: &Index) {
    out.object(|out| {
        out.name("IndexName").text(&index.name);
        write_key(out.name("KeySchema"), &index.key);
        write_projection(out.name("Projection"), &index.projection);
        let state = table.global_indexes.get(&index.name);
        if let Some(state) = state {
            let is_created = table.status == TableStatus::Creating;
            let index_status = if is_created { TableStatus::Creating } else { state.status };
            out.name("IndexStatus").plain(status(index_status));
            if !is_created && state.status == TableStatus::Creating {
                out.name("Backfilling").flag(true);
            }
            write_throughput(out, state.throughput);
            settings::write_on_demand(out, state.on_demand);
            settings::write_warm(out, state.warm);
        }
        out.name("IndexArn").text(&format!("{}/index/{}", table.arn, index.name));
        // The engine does not count the entries of a local index.
        out.name("IndexSizeBytes").whole(state.map_or(0, |state| state.size_bytes));
        out.name("ItemCount").whole(state.map_or(0, |state| state.n_items));
    });
}

/// An id that two tables never share: of the name and the time of creation.
fn id(table: &TableDescription) -> String {
    let created = table.created.and_then(|created: SystemTime| created.duration_since(UNIX_EPOCH).ok());
    let created = created.unwrap_or_default().as_nanos().to_be_bytes();
    uuid_of(table.table.bytes().chain(created))
}
