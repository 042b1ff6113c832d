//! `CreateTable`, `DescribeTable`, `DeleteTable` and `UpdateTimeToLive`.

use std::collections::BTreeMap;
use std::time::SystemTime;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::BuildError;
use aws_sdk_dynamodb::types::{
    self, AttributeDefinition, BillingMode, GlobalSecondaryIndex, GlobalSecondaryIndexDescription,
    KeySchemaElement, KeyType, LocalSecondaryIndex, LocalSecondaryIndexDescription, ProjectionType,
    ProvisionedThroughput, ProvisionedThroughputDescription, ScalarAttributeType, StreamSpecification,
    StreamViewType, TimeToLiveSpecification,
};

use super::parts::count;
use super::table_settings::{
    class_from_sdk, class_to_sdk, encryption_to_sdk, index_state_from_sdk, on_demand_from_sdk,
    on_demand_to_sdk, warm_to_sdk,
};
use crate::aws::error::{failure, not_built};
use crate::backend::table::{
    CreateTable, Index, IndexCapacity, IndexScope, IndexState, KeyAttribute, KeySchema, Projection,
    StreamView, TableDescription, TableStatus, Throughput, TimeToLive, UnitsPerSecond,
};
use crate::backend::{Failure, FailureKind};
use crate::value::KeyKind;

pub(in crate::aws) async fn create(client: &Client, call: CreateTable) -> Result<TableDescription, Failure> {
    let throughput = call.throughput.map(throughput_to_sdk).transpose().map_err(not_built)?;
    let (global, local) = indexes_to_sdk(&call, throughput.as_ref()).map_err(not_built)?;
    let done = client
        .create_table()
        .set_attribute_definitions(Some(definitions(&call).map_err(not_built)?))
        .set_key_schema(Some(key_to_sdk(&call.key).map_err(not_built)?))
        .set_global_secondary_indexes((!global.is_empty()).then_some(global))
        .set_local_secondary_indexes((!local.is_empty()).then_some(local))
        .billing_mode(if throughput.is_some() {
            BillingMode::Provisioned
        } else {
            BillingMode::PayPerRequest
        })
        .set_provisioned_throughput(throughput)
        .set_stream_specification(call.stream.map(stream_to_sdk).transpose().map_err(not_built)?)
        .set_deletion_protection_enabled(call.deletion_protection.then_some(true))
        .set_on_demand_throughput(on_demand_to_sdk(call.on_demand))
        .set_warm_throughput(warm_to_sdk(call.warm))
        .set_table_class(class_to_sdk(call.class))
        .set_sse_specification(encryption_to_sdk(call.encryption))
        .table_name(call.table)
        .send()
        .await
        .map_err(failure)?;
    described(done.table_description).map_err(unreadable)
}

pub(in crate::aws) async fn describe(client: &Client, table: &str) -> Result<TableDescription, Failure> {
    let done = client.describe_table().table_name(table).send().await.map_err(failure)?;
    described(done.table).map_err(unreadable)
}

pub(in crate::aws) async fn delete(client: &Client, table: &str) -> Result<(), Failure> {
    client.delete_table().table_name(table).send().await.map_err(failure)?;
    Ok(())
}

pub(in crate::aws) async fn update_time_to_live(client: &Client, call: TimeToLive) -> Result<(), Failure> {
    let specification = TimeToLiveSpecification::builder()
        .attribute_name(call.attribute)
        .enabled(call.enabled)
        .build()
        .map_err(not_built)?;
    client
        .update_time_to_live()
        .table_name(call.table)
        .time_to_live_specification(specification)
        .send()
        .await
        .map_err(failure)?;
    Ok(())
}

/// The kinds of all key attributes, each attribute once.
fn definitions(call: &CreateTable) -> Result<Vec<AttributeDefinition>, BuildError> {
    let mut attributes: Vec<&KeyAttribute> = Vec::new();
    for attribute in call.key.attributes().chain(call.indexes.iter().flat_map(|index| index.key.attributes()))
    {
        if !attributes.contains(&attribute) {
            attributes.push(attribute);
        }
    }
    attributes.into_iter().map(definition).collect()
}

fn definition(attribute: &KeyAttribute) -> Result<AttributeDefinition, BuildError> {
    let kind = match attribute.kind {
        KeyKind::S => ScalarAttributeType::S,
        KeyKind::N => ScalarAttributeType::N,
        KeyKind::B => ScalarAttributeType::B,
    };
    AttributeDefinition::builder().attribute_name(&attribute.name).attribute_type(kind).build()
}

fn key_to_sdk(key: &KeySchema) -> Result<Vec<KeySchemaElement>, BuildError> {
    let element = |attribute: &KeyAttribute, key_type| {
        KeySchemaElement::builder().attribute_name(&attribute.name).key_type(key_type).build()
    };
    let partition = key.partition.iter().map(|attribute| element(attribute, KeyType::Hash));
    partition.chain(key.sort.iter().map(|attribute| element(attribute, KeyType::Range))).collect()
}

fn indexes_to_sdk(
    call: &CreateTable,
    throughput: Option<&ProvisionedThroughput>,
) -> Result<(Vec<GlobalSecondaryIndex>, Vec<LocalSecondaryIndex>), BuildError> {
    let (mut global, mut local) = (Vec::new(), Vec::new());
    for index in &call.indexes {
        let capacity = call.index_capacity.get(&index.name).copied().unwrap_or_default();
        match index.scope {
            IndexScope::Global => global.push(global_to_sdk(index, capacity, throughput.cloned())?),
            IndexScope::Local => local.push(local_to_sdk(index)?),
        }
    }
    Ok((global, local))
}

fn global_to_sdk(
    index: &Index,
    capacity: IndexCapacity,
    of_table: Option<ProvisionedThroughput>,
) -> Result<GlobalSecondaryIndex, BuildError> {
    let own = capacity.throughput.map(throughput_to_sdk).transpose()?;
    GlobalSecondaryIndex::builder()
        .index_name(&index.name)
        .set_key_schema(Some(key_to_sdk(&index.key)?))
        .projection(projection_to_sdk(&index.projection))
        .set_provisioned_throughput(own.or(of_table))
        .set_on_demand_throughput(on_demand_to_sdk(capacity.on_demand))
        .set_warm_throughput(warm_to_sdk(capacity.warm))
        .build()
}

fn local_to_sdk(index: &Index) -> Result<LocalSecondaryIndex, BuildError> {
    LocalSecondaryIndex::builder()
        .index_name(&index.name)
        .set_key_schema(Some(key_to_sdk(&index.key)?))
        .projection(projection_to_sdk(&index.projection))
        .build()
}

fn projection_to_sdk(projection: &Projection) -> types::Projection {
    let (kind, attributes) = match projection {
        Projection::All => (ProjectionType::All, None),
        Projection::KeysOnly => (ProjectionType::KeysOnly, None),
        Projection::Include(attributes) => (ProjectionType::Include, Some(attributes.clone())),
    };
    types::Projection::builder().projection_type(kind).set_non_key_attributes(attributes).build()
}

fn stream_to_sdk(view: StreamView) -> Result<StreamSpecification, BuildError> {
    let view = match view {
        StreamView::KeysOnly => StreamViewType::KeysOnly,
        StreamView::NewImage => StreamViewType::NewImage,
        StreamView::OldImage => StreamViewType::OldImage,
        StreamView::NewAndOldImages => StreamViewType::NewAndOldImages,
    };
    StreamSpecification::builder().stream_enabled(true).stream_view_type(view).build()
}

fn throughput_to_sdk(throughput: Throughput) -> Result<ProvisionedThroughput, BuildError> {
    let units = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
    ProvisionedThroughput::builder()
        .read_capacity_units(units(throughput.read))
        .write_capacity_units(units(throughput.write))
        .build()
}

fn described(table: Option<types::TableDescription>) -> Result<TableDescription, String> {
    let table = table.ok_or("the table is not described")?;
    let definitions = table.attribute_definitions.unwrap_or_default();
    let global = table.global_secondary_indexes.unwrap_or_default();
    let billing = table.billing_mode_summary.and_then(|summary| summary.billing_mode);
    let states = global.iter().map(|index| index_state_from_sdk(index, billing.as_ref()));
    let global_indexes: BTreeMap<String, IndexState> = states.collect();
    let local = table.local_secondary_indexes.unwrap_or_default().into_iter();
    let mut indexes = global
        .into_iter()
        .map(|index| global_from_sdk(index, &definitions))
        .chain(local.map(|index| local_from_sdk(index, &definitions)))
        .collect::<Result<Vec<_>, _>>()?;
    indexes.sort_by(|a, b| a.name.cmp(&b.name));
    let (class, class_changed) = class_from_sdk(table.table_class_summary);
    let warm =
        table.warm_throughput.unwrap_or_else(|| types::TableWarmThroughputDescription::builder().build());
    Ok(TableDescription {
        table: table.table_name.unwrap_or_default(),
        arn: table.table_arn.unwrap_or_default(),
        status: status(table.table_status.as_ref()),
        key: key_from_sdk(table.key_schema, &definitions)?,
        indexes,
        global_indexes,
        throughput: throughput_from_sdk(billing.as_ref(), table.provisioned_throughput.as_ref()),
        on_demand: on_demand_from_sdk(table.on_demand_throughput.as_ref()),
        warm: UnitsPerSecond { read: warm.read_units_per_second, write: warm.write_units_per_second },
        class,
        class_changed,
        encryption_key: table.sse_description.and_then(|encryption| encryption.kms_master_key_arn),
        stream: stream_from_sdk(table.stream_specification.as_ref()),
        stream_arn: table.latest_stream_arn,
        deletion_protection: table.deletion_protection_enabled.unwrap_or(false),
        created: table.creation_date_time.and_then(|at| SystemTime::try_from(at).ok()),
        n_items: count(table.item_count.unwrap_or(0)),
        size_bytes: count(table.table_size_bytes.unwrap_or(0)),
    })
}

#[expect(clippy::needless_pass_by_value, reason = "the form that `map_err` wants")]
fn unreadable(what: String) -> Failure {
    Failure::new(FailureKind::Serialization, format!("cannot read the reply: {what}"))
}

/// A description without a status says that the table is there, which is all that is certain.
fn status(status: Option<&types::TableStatus>) -> TableStatus {
    match status {
        Some(types::TableStatus::Creating) => TableStatus::Creating,
        Some(types::TableStatus::Active) | None => TableStatus::Active,
        Some(types::TableStatus::Updating) => TableStatus::Updating,
        Some(types::TableStatus::Deleting) => TableStatus::Deleting,
        Some(_) => TableStatus::Unavailable,
    }
}

fn key_from_sdk(
    elements: Option<Vec<KeySchemaElement>>,
    definitions: &[AttributeDefinition],
) -> Result<KeySchema, String> {
    let mut key = KeySchema::default();
    for element in elements.unwrap_or_default() {
        let name = element.attribute_name;
        let kind = kind(&name, definitions)?;
        let part = if element.key_type == KeyType::Hash { &mut key.partition } else { &mut key.sort };
        part.push(KeyAttribute { name, kind });
    }
    Ok(key)
}

fn kind(name: &str, definitions: &[AttributeDefinition]) -> Result<KeyKind, String> {
    let definition = definitions.iter().find(|definition| definition.attribute_name == name);
    match definition.map(AttributeDefinition::attribute_type) {
        Some(ScalarAttributeType::S) => Ok(KeyKind::S),
        Some(ScalarAttributeType::N) => Ok(KeyKind::N),
        Some(ScalarAttributeType::B) => Ok(KeyKind::B),
        _ => Err(format!("the key attribute `{name}` has no known type")),
    }
}

fn global_from_sdk(
    index: GlobalSecondaryIndexDescription,
    definitions: &[AttributeDefinition],
) -> Result<Index, String> {
    Ok(Index {
        name: index.index_name.unwrap_or_default(),
        scope: IndexScope::Global,
        key: key_from_sdk(index.key_schema, definitions)?,
        projection: projection_from_sdk(index.projection),
    })
}

fn local_from_sdk(
    index: LocalSecondaryIndexDescription,
    definitions: &[AttributeDefinition],
) -> Result<Index, String> {
    Ok(Index {
        name: index.index_name.unwrap_or_default(),
        scope: IndexScope::Local,
        key: key_from_sdk(index.key_schema, definitions)?,
        projection: projection_from_sdk(index.projection),
    })
}

fn projection_from_sdk(projection: Option<types::Projection>) -> Projection {
    let Some(projection) = projection else {
        return Projection::All;
    };
    match projection.projection_type {
        Some(ProjectionType::KeysOnly) => Projection::KeysOnly,
        Some(ProjectionType::Include) => {
            Projection::Include(projection.non_key_attributes.unwrap_or_default())
        }
        _ => Projection::All,
    }
}

/// What is paid per request is described with a throughput of zero.
pub(super) fn throughput_from_sdk(
    billing: Option<&BillingMode>,
    provisioned: Option<&ProvisionedThroughputDescription>,
) -> Option<Throughput> {
    let provisioned = provisioned.filter(|_| billing != Some(&BillingMode::PayPerRequest))?;
    let read = count(provisioned.read_capacity_units.unwrap_or(0));
    let write = count(provisioned.write_capacity_units.unwrap_or(0));
    (read > 0 || write > 0).then_some(Throughput { read, write })
}

/// A stream that is switched off, or of a view that this version does not know, is none.
fn stream_from_sdk(specification: Option<&StreamSpecification>) -> Option<StreamView> {
    let specification = specification.filter(|specification| specification.stream_enabled)?;
    match specification.stream_view_type.as_ref()? {
        StreamViewType::KeysOnly => Some(StreamView::KeysOnly),
        StreamViewType::NewImage => Some(StreamView::NewImage),
        StreamViewType::OldImage => Some(StreamView::OldImage),
        StreamViewType::NewAndOldImages => Some(StreamView::NewAndOldImages),
        _ => None,
    }
}
