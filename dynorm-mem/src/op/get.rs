//! `GetItem`.

use dynorm::backend::{Names, Values, call, reply};
use dynorm::value::Item;

use crate::capacity::{Consistency, Cost, Stated, read_units};
use crate::expr::{self, Placeholders, Projection};
use crate::message::Checked;
use crate::state::{State, checked_name};
use crate::table::Table;
use crate::table::item::check_values;
use crate::table::record::Record;

static NO_VALUES: Values = Values::new();

pub(crate) fn get(state: &State, call: &call::Get) -> Checked<reply::Get> {
    checked_name(&call.table)?;
    check_values(&call.key)?;
    let projection = projection(call.projection.as_deref(), &call.names)?;
    run(state, call, projection.as_ref())
}

/// Reads the item with a projection that has been read.
pub(crate) fn run(
    state: &State,
    call: &call::Get,
    projection: Option<&Projection<'_>>,
) -> Checked<reply::Get> {
    let table = state.table(&call.table)?;
    let (item, size_bytes) = read(table, &call.key, projection)?;
    let consistency = Consistency::of(call.consistent);
    let cost = Cost::of_table(read_units(size_bytes, consistency));
    Ok(reply::Get { item, capacity: cost.stated(call.capacity, &call.table, Stated::Together) })
}

/// The projection of a call that has no other expression.
pub(crate) fn projection<'e>(text: Option<&'e str>, names: &'e Names) -> Checked<Option<Projection<'e>>> {
    if text.is_none() && names.is_empty() {
        return Ok(None);
    }
    let mut placeholders = Placeholders::new(names, &NO_VALUES, text.is_some(), None)?;
    let projection = text.map(|text| expr::projection(text, &mut placeholders)).transpose()?;
    placeholders.finish()?;
    Ok(projection)
}

/// The item of a key, if there is one, and the size that is paid for.
pub(super) fn read(
    table: &Table,
    key: &Item,
    projection: Option<&Projection<'_>>,
) -> Checked<(Option<Item>, usize)> {
    let key = table.key_of_key(key)?;
    let Some(record) = table.items.get(&key) else { return Ok((None, 0)) };
    Ok((Some(returned(table, record, projection)), record.size_bytes()))
}

/// What is returned of an item.
pub(super) fn returned(table: &Table, record: &Record, projection: Option<&Projection<'_>>) -> Item {
    match projection {
        None => record.item(&table.names),
        Some(projection) => projection.apply(&record.part(&table.names, |name| projection.names(name))),
    }
}
