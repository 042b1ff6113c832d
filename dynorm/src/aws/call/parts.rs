//! What several calls have in common: placeholders, options, items, capacity, metrics.
//!
//! What a call does not give is not sent, rather than sent empty or at its default.

use std::collections::{BTreeMap, HashMap};

use aws_sdk_dynamodb::types::{
    self, AttributeValue, ConsumedCapacity, ItemCollectionMetrics, ReturnConsumedCapacity,
    ReturnItemCollectionMetrics, ReturnValue, ReturnValuesOnConditionCheckFailure,
};

use crate::aws::convert::ConvertError;
use crate::backend::call::{ReturnCapacity, ReturnValues, Select};
use crate::backend::reply::{Capacity, CollectionMetrics, Units};
use crate::backend::{Names, Values};
use crate::value::{Item, Name, Value};

pub(super) type AttributeMap = HashMap<String, AttributeValue>;

pub(super) fn names(names: &Names) -> Option<HashMap<String, String>> {
    let owned = |(placeholder, name): (&Name, &Name)| (placeholder.to_string(), name.to_string());
    (!names.is_empty()).then(|| names.iter().map(owned).collect())
}

pub(super) fn values(values: Values) -> Option<AttributeMap> {
    (!values.is_empty()).then(|| values.into())
}

/// A flag that is off unless it is sent.
pub(super) fn flag(on: bool) -> Option<bool> {
    on.then_some(true)
}

/// A number that the service limits far below where it would saturate here.
pub(super) fn number(n: u32) -> i32 {
    i32::try_from(n).unwrap_or(i32::MAX)
}

pub(super) fn return_capacity(wanted: ReturnCapacity) -> Option<ReturnConsumedCapacity> {
    match wanted {
        ReturnCapacity::None => None,
        ReturnCapacity::Total => Some(ReturnConsumedCapacity::Total),
        ReturnCapacity::Indexes => Some(ReturnConsumedCapacity::Indexes),
    }
}

pub(super) fn return_values(wanted: ReturnValues) -> Option<ReturnValue> {
    match wanted {
        ReturnValues::None => None,
        ReturnValues::AllOld => Some(ReturnValue::AllOld),
        ReturnValues::UpdatedOld => Some(ReturnValue::UpdatedOld),
        ReturnValues::AllNew => Some(ReturnValue::AllNew),
        ReturnValues::UpdatedNew => Some(ReturnValue::UpdatedNew),
    }
}

pub(super) fn return_old_on_failure(wanted: bool) -> Option<ReturnValuesOnConditionCheckFailure> {
    wanted.then_some(ReturnValuesOnConditionCheckFailure::AllOld)
}

pub(super) fn return_metrics(wanted: bool) -> Option<ReturnItemCollectionMetrics> {
    wanted.then_some(ReturnItemCollectionMetrics::Size)
}

pub(super) fn select(wanted: Select) -> types::Select {
    match wanted {
        Select::AllAttributes => types::Select::AllAttributes,
        Select::AllProjectedAttributes => types::Select::AllProjectedAttributes,
        Select::SpecificAttributes => types::Select::SpecificAttributes,
        Select::Count => types::Select::Count,
    }
}

pub(super) fn item(map: AttributeMap) -> Result<Item, ConvertError> {
    map.try_into()
}

pub(super) fn maybe_item(map: Option<AttributeMap>) -> Result<Option<Item>, ConvertError> {
    map.map(item).transpose()
}

pub(super) fn items(maps: Vec<AttributeMap>) -> Result<Vec<Item>, ConvertError> {
    maps.into_iter().map(item).collect()
}

/// A count, which is never negative.
pub(super) fn count(n: impl TryInto<u64>) -> u64 {
    n.try_into().unwrap_or(0)
}

/// Where the next page starts; some servers write an empty key for the end.
pub(super) fn last_key(map: Option<AttributeMap>) -> Result<Option<Item>, ConvertError> {
    maybe_item(map.filter(|key| !key.is_empty()))
}

pub(super) fn capacity(consumed: ConsumedCapacity) -> Capacity {
    Capacity {
        table: consumed.table_name.unwrap_or_default(),
        units: units(consumed.capacity_units, consumed.read_capacity_units, consumed.write_capacity_units),
        table_units: consumed.table.as_ref().map(part_units),
        local_indexes: index_units(consumed.local_secondary_indexes),
        global_indexes: index_units(consumed.global_secondary_indexes),
    }
}

pub(super) fn capacities(consumed: Option<Vec<ConsumedCapacity>>) -> Vec<Capacity> {
    consumed.unwrap_or_default().into_iter().map(capacity).collect()
}

fn index_units(indexes: Option<HashMap<String, types::Capacity>>) -> BTreeMap<String, Units> {
    indexes.unwrap_or_default().into_iter().map(|(name, part)| (name, part_units(&part))).collect()
}

fn part_units(part: &types::Capacity) -> Units {
    units(part.capacity_units, part.read_capacity_units, part.write_capacity_units)
}

fn units(total: Option<f64>, read: Option<f64>, write: Option<f64>) -> Units {
    let total = total.unwrap_or_else(|| read.unwrap_or(0.0) + write.unwrap_or(0.0));
    Units { total, read, write }
}

/// The metrics, unless the service left out the key or the bounds.
pub(super) fn metrics(metrics: ItemCollectionMetrics) -> Result<Option<CollectionMetrics>, ConvertError> {
    let key = metrics.item_collection_key.and_then(|key| key.into_values().next());
    let (Some(key), Some([low, high])) = (key, metrics.size_estimate_range_gb.as_deref()) else {
        return Ok(None);
    };
    let partition_key = Value::try_from(key)?;
    Ok(Some(CollectionMetrics { partition_key, size_gb: [*low, *high] }))
}

pub(super) fn maybe_metrics(
    written: Option<ItemCollectionMetrics>,
) -> Result<Option<CollectionMetrics>, ConvertError> {
    written.map_or(Ok(None), metrics)
}

pub(super) fn metrics_by_table(
    tables: Option<HashMap<String, Vec<ItemCollectionMetrics>>>,
) -> Result<BTreeMap<String, Vec<CollectionMetrics>>, ConvertError> {
    tables.unwrap_or_default().into_iter().map(|(table, all)| Ok((table, all_metrics(all)?))).collect()
}

fn all_metrics(collections: Vec<ItemCollectionMetrics>) -> Result<Vec<CollectionMetrics>, ConvertError> {
    collections.into_iter().filter_map(|one| metrics(one).transpose()).collect()
}
