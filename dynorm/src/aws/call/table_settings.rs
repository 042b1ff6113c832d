//! Capacity, class and encryption of tables and indexes.

use std::time::SystemTime;

use aws_sdk_dynamodb::types::{
    self, BillingMode, GlobalSecondaryIndexDescription, IndexStatus, OnDemandThroughput, SseSpecification,
    SseType, TableClassSummary, WarmThroughput,
};

use super::parts::count;
use super::table::throughput_from_sdk;
use crate::backend::table::{Encryption, IndexState, TableClass, TableStatus, UnitsPerSecond};

pub(super) fn on_demand_to_sdk(units: UnitsPerSecond) -> Option<OnDemandThroughput> {
    let UnitsPerSecond { read, write } = units;
    (units != UnitsPerSecond::default()).then(|| {
        OnDemandThroughput::builder()
            .set_max_read_request_units(read)
            .set_max_write_request_units(write)
            .build()
    })
}

pub(super) fn on_demand_from_sdk(units: Option<&OnDemandThroughput>) -> UnitsPerSecond {
    units.map_or_else(UnitsPerSecond::default, |units| UnitsPerSecond {
        read: units.max_read_request_units,
        write: units.max_write_request_units,
    })
}

pub(super) fn warm_to_sdk(units: UnitsPerSecond) -> Option<WarmThroughput> {
    let UnitsPerSecond { read, write } = units;
    (units != UnitsPerSecond::default()).then(|| {
        WarmThroughput::builder().set_read_units_per_second(read).set_write_units_per_second(write).build()
    })
}

/// The standard class need not be named.
pub(super) fn class_to_sdk(class: TableClass) -> Option<types::TableClass> {
    match class {
        TableClass::Standard => None,
        TableClass::InfrequentAccess => Some(types::TableClass::StandardInfrequentAccess),
    }
}

pub(super) fn class_from_sdk(summary: Option<TableClassSummary>) -> (TableClass, Option<SystemTime>) {
    let Some(summary) = summary else { return (TableClass::Standard, None) };
    let class = match summary.table_class {
        Some(types::TableClass::StandardInfrequentAccess) => TableClass::InfrequentAccess,
        _ => TableClass::Standard,
    };
    (class, summary.last_update_date_time.and_then(|at| SystemTime::try_from(at).ok()))
}

/// The service's own key need not be asked for.
pub(super) fn encryption_to_sdk(encryption: Encryption) -> Option<SseSpecification> {
    let specification = SseSpecification::builder().enabled(true).sse_type(SseType::Kms);
    match encryption {
        Encryption::ServiceKey => None,
        Encryption::AccountKey => Some(specification.build()),
        Encryption::Key(key) => Some(specification.kms_master_key_id(key).build()),
    }
}

pub(super) fn index_state_from_sdk(
    index: &GlobalSecondaryIndexDescription,
    billing: Option<&BillingMode>,
) -> (String, IndexState) {
    let warm = index.warm_throughput.as_ref();
    let state = IndexState {
        status: match index.index_status {
            Some(IndexStatus::Creating) => TableStatus::Creating,
            Some(IndexStatus::Updating) => TableStatus::Updating,
            Some(IndexStatus::Deleting) => TableStatus::Deleting,
            _ => TableStatus::Active,
        },
        throughput: throughput_from_sdk(billing, index.provisioned_throughput.as_ref()),
        on_demand: on_demand_from_sdk(index.on_demand_throughput.as_ref()),
        warm: UnitsPerSecond {
            read: warm.and_then(|warm| warm.read_units_per_second),
            write: warm.and_then(|warm| warm.write_units_per_second),
        },
        n_items: count(index.item_count.unwrap_or(0)),
        size_bytes: count(index.index_size_bytes.unwrap_or(0)),
    };
    (index.index_name.clone().unwrap_or_default(), state)
}
