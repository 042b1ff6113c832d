//! Members that several operations share: table names, enumerations, ranges, capacity and metrics.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use dynorm::backend::call::{ReturnCapacity, ReturnValues, Select};
use dynorm::backend::reply::{Capacity, CollectionMetrics, Units};

use super::reader::{Parsed, Reader};
use super::value::write_value;
use super::writer::Writer;

/// Reads `TableName`, a name or an ARN.
pub(super) fn table(json: &mut Reader<'_>) -> Parsed<Option<String>> {
    let table = json.string()?;
    if table.is_empty() {
        json.checks.constraint(
            "TableName",
            Some(String::new()),
            "Member must have length greater than or equal to 1",
        );
    }
    Ok(Some(table))
}

/// Reads one of these words; another one breaks the member's constraint.
pub(super) fn word<T: Clone + Default>(
    json: &mut Reader<'_>,
    member: &str,
    words: &[(&str, T)],
) -> Parsed<T> {
    let text = json.text()?;
    if let Some((_, meaning)) = words.iter().find(|(word, _)| *word == text) {
        return Ok(meaning.clone());
    }
    let all: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
    let constraint = format!("Member must satisfy enum value set: [{}]", all.join(", "));
    json.checks.constraint(member, Some(text.into_owned()), constraint);
    Ok(T::default())
}

/// Reads a number that must be in a range.
pub(super) fn ranged(json: &mut Reader<'_>, member: &str, range: RangeInclusive<u32>) -> Parsed<Option<u32>> {
    let number = json.whole("Integer")?;
    let constraint = if number < i64::from(*range.start()) {
        format!("Member must have value greater than or equal to {}", range.start())
    } else if number > i64::from(*range.end()) {
        format!("Member must have value less than or equal to {}", range.end())
    } else {
        return Ok(u32::try_from(number).ok());
    };
    json.checks.constraint(member, Some(number.to_string()), constraint);
    Ok(None)
}

/// Reads `ReturnConsumedCapacity`.
pub(super) fn return_capacity(json: &mut Reader<'_>) -> Parsed<ReturnCapacity> {
    let words = [
        ("INDEXES", ReturnCapacity::Indexes),
        ("TOTAL", ReturnCapacity::Total),
        ("NONE", ReturnCapacity::None),
    ];
    word(json, "ReturnConsumedCapacity", &words)
}

/// Reads `ReturnValues`.
pub(super) fn return_values(json: &mut Reader<'_>) -> Parsed<ReturnValues> {
    let words = [
        ("ALL_NEW", ReturnValues::AllNew),
        ("UPDATED_OLD", ReturnValues::UpdatedOld),
        ("ALL_OLD", ReturnValues::AllOld),
        ("NONE", ReturnValues::None),
        ("UPDATED_NEW", ReturnValues::UpdatedNew),
    ];
    word(json, "ReturnValues", &words)
}

/// Reads `ReturnValues` of an update, which the new framework refuses in words of its own, of which one is misspelt.
pub(super) fn return_values_of_update(json: &mut Reader<'_>) -> Parsed<ReturnValues> {
    let text = json.text()?;
    Ok(match &*text {
        "ALL_NEW" => ReturnValues::AllNew,
        "UPDATED_OLD" => ReturnValues::UpdatedOld,
        "ALL_OLD" => ReturnValues::AllOld,
        "NONE" => ReturnValues::None,
        "UPDATED_NEW" => ReturnValues::UpdatedNew,
        other => {
            let value = other.to_owned();
            json.checks.constraint_of_two_words(
                "ReturnValues",
                value,
                "Member must satisfy enum value set: [ALL_NEW, UPDATED_OLD, ALL_OLD, NONE, UPDATED_NEW]",
                "Failed to satisfy constraint: Member must satisfy enum value set: [ALL_OLD, UPDATED_OLD, ALL_NEW, \
                 UPDATE_NEW, NONE]",
            );
            ReturnValues::None
        }
    })
}

/// Reads `ReturnValuesOnConditionCheckFailure`: whether the item is wanted.
pub(super) fn return_on_failure(json: &mut Reader<'_>) -> Parsed<bool> {
    word(json, "ReturnValuesOnConditionCheckFailure", &[("ALL_OLD", true), ("NONE", false)])
}

/// Reads `ReturnItemCollectionMetrics`: whether the size is wanted.
pub(super) fn return_metrics(json: &mut Reader<'_>) -> Parsed<bool> {
    word(json, "ReturnItemCollectionMetrics", &[("SIZE", true), ("NONE", false)])
}

/// Reads `Select`.
pub(super) fn select(json: &mut Reader<'_>) -> Parsed<Option<Select>> {
    let words = [
        ("SPECIFIC_ATTRIBUTES", Some(Select::SpecificAttributes)),
        ("COUNT", Some(Select::Count)),
        ("ALL_ATTRIBUTES", Some(Select::AllAttributes)),
        ("ALL_PROJECTED_ATTRIBUTES", Some(Select::AllProjectedAttributes)),
    ];
    word(json, "Select", &words)
}

/// Writes `ConsumedCapacity` of one table, if there is any.
pub(super) fn write_capacity(out: &mut Writer, capacity: Option<&Capacity>) {
    if let Some(capacity) = capacity {
        capacity_of(out.name("ConsumedCapacity"), capacity);
    }
}

/// Writes `ConsumedCapacity` of several tables, if there is any.
pub(super) fn write_capacities(out: &mut Writer, capacities: &[Capacity]) {
    if !capacities.is_empty() {
        out.name("ConsumedCapacity").list(capacities, capacity_of);
    }
}

fn capacity_of(out: &mut Writer, capacity: &Capacity) {
    out.object(|out| {
        out.name("TableName").text(&capacity.table);
        units(out, capacity.units);
        if let Some(own) = capacity.table_units {
            out.name("Table").object(|out| units(out, own));
        }
        let indexes = [
            ("LocalSecondaryIndexes", &capacity.local_indexes),
            ("GlobalSecondaryIndexes", &capacity.global_indexes),
        ];
        for (name, of_indexes) in indexes.into_iter().filter(|(_, of_indexes)| !of_indexes.is_empty()) {
            out.name(name).object(|out| {
                for (index, own) in of_indexes {
                    out.name(index).object(|out| units(out, *own));
                }
            });
        }
    });
}

fn units(out: &mut Writer, units: Units) {
    out.name("CapacityUnits").decimal(units.total);
    if let Some(read) = units.read {
        out.name("ReadCapacityUnits").decimal(read);
    }
    if let Some(write) = units.write {
        out.name("WriteCapacityUnits").decimal(write);
    }
}

/// Writes `ItemCollectionMetrics` of one table, whose partition key has this name.
pub(super) fn write_metrics(out: &mut Writer, metrics: &CollectionMetrics, partition_key: &str) {
    out.object(|out| {
        out.name("ItemCollectionKey")
            .object(|out| write_value(out.name(partition_key), &metrics.partition_key));
        out.name("SizeEstimateRangeGB").list(metrics.size_gb, Writer::decimal);
    });
}

/// Writes `ItemCollectionMetrics` of several tables, if there is any; each with its partition key's name.
pub(super) fn write_metrics_of_tables(
    out: &mut Writer,
    metrics: &BTreeMap<String, Vec<CollectionMetrics>>,
    partition_key: impl Fn(&str) -> String,
) {
    if metrics.is_empty() {
        return;
    }
    out.name("ItemCollectionMetrics").object(|out| {
        for (table, of_table) in metrics {
            let name = partition_key(table);
            out.name(table).list(of_table, |out, metrics| write_metrics(out, metrics, &name));
        }
    });
}
