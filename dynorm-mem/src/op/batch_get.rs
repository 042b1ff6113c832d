//! `BatchGetItem`.

use dynorm::backend::call::{self, BatchGetTable, ReturnCapacity};
use dynorm::backend::reply;

use super::found::Found;
use super::get::projection;
use crate::capacity::{Consistency, Cost, Stated, read_units};
use crate::expr::Projection;
use crate::lag::View;
use crate::limits::{BATCH_GET_BYTES_MAX, BATCH_GET_KEYS_MAX};
use crate::message::{self, Batch, Checked, Refusal};
use crate::state::{State, checked_name};
use crate::table::item::check_values;
use crate::table::key::StoreKey;
use crate::table::record::Record;
use crate::table::{Table, name_of};

/// What one table is asked for, after all checks.
struct Wanted<'c, 't> {
    named: &'c str,
    call: &'c BatchGetTable,
    table: &'t Table,
    keys: Vec<StoreKey>,
    projection: Option<Projection<'c>>,
}

pub(crate) fn batch_get(state: &State, call: &call::BatchGet) -> Checked<reply::BatchGet> {
    run(state, call, |_, of_table| projection(of_table.projection.as_deref(), &of_table.names))
}

/// Reads with the projections that are given for each table.
pub(crate) fn run<'c>(
    state: &State,
    call: &'c call::BatchGet,
    projection: impl Fn(&'c str, &'c BatchGetTable) -> Checked<Option<Projection<'c>>>,
) -> Checked<reply::BatchGet> {
    check_counts(call)?;
    let mut wanted = Vec::with_capacity(call.tables.len());
    for (named, of_table) in &call.tables {
        checked_name(named)?;
        of_table.keys.iter().try_for_each(check_values)?;
        let projection = projection(named, of_table)?;
        wanted.push((named, of_table, projection));
    }
    let mut looked_up: Vec<Wanted<'_, '_>> = Vec::with_capacity(wanted.len());
    for (named, call, projection) in wanted {
        let table = state.table_seen(named, View::of(call.consistent))?;
        let keys = call.keys.iter().map(|key| table.key_of_key(key)).collect::<Checked<Vec<_>>>()?;
        looked_up.push(Wanted { named, call, table, keys, projection });
    }
    check_duplicates(&looked_up)?;
    let mut reply = reply::BatchGet::default();
    let mut left_bytes = BATCH_GET_BYTES_MAX;
    for of_table in looked_up {
        read(&of_table, call.capacity, &mut left_bytes, &mut reply);
    }
    Ok(reply)
}

fn check_counts(call: &call::BatchGet) -> Checked {
    if call.tables.is_empty() {
        return Err(Refusal::batch_empty(Batch::Get));
    }
    if call.tables.values().any(|of_table| of_table.keys.is_empty()) {
        let constraint = "Member must have length greater than or equal to 1";
        return Err(Refusal::constraint("RequestItems.member.Keys", "[]", constraint));
    }
    if call.tables.values().map(|of_table| of_table.keys.len()).sum::<usize>() > BATCH_GET_KEYS_MAX {
        return Err(message::batch_too_large("BatchGetItem"));
    }
    Ok(())
}

/// No item twice, also not under a table's name and its resource name.
fn check_duplicates(wanted: &[Wanted<'_, '_>]) -> Checked {
    let mut all: Vec<(&str, &StoreKey)> = wanted
        .iter()
        .flat_map(|of_table| of_table.keys.iter().map(|key| (name_of(of_table.named), key)))
        .collect();
    all.sort_unstable();
    if all.windows(2).any(|pair| pair[0] == pair[1]) {
        return Err(message::batch_duplicates());
    }
    Ok(())
}

/// Reads from one table while the answer has room; what has none is left to be asked for again.
fn read(
    wanted: &Wanted<'_, '_>,
    capacity: ReturnCapacity,
    left_bytes: &mut usize,
    reply: &mut reply::BatchGet,
) {
    let consistency = Consistency::of(wanted.call.consistent);
    let mut units = 0.0;
    let mut items = Vec::new();
    let mut left_over = Vec::new();
    for (key, asked) in wanted.keys.iter().zip(&wanted.call.keys) {
        let record = wanted.table.items.get(key);
        let size_bytes = record.map_or(0, Record::size_bytes);
        if size_bytes > *left_bytes || !left_over.is_empty() {
            left_over.push(asked.clone());
            continue;
        }
        *left_bytes -= size_bytes;
        units += read_units(size_bytes, consistency);
        if let Some(record) = record {
            let found = Found::new(wanted.table, record, wanted.projection.as_ref());
            items.push(found.into_item(&wanted.table.names));
        }
    }
    if !left_over.is_empty() {
        // What is left of the answer is for no other table either.
        *left_bytes = 0;
        let rest = BatchGetTable { keys: left_over, ..wanted.call.clone() };
        reply.unprocessed.insert(wanted.named.to_owned(), rest);
    }
    reply.items.insert(wanted.named.to_owned(), items);
    reply.capacity.extend(Cost::of_table(units).stated(capacity, wanted.named, Stated::Together));
}
