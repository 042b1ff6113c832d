//! `GetItem`.

use std::borrow::Cow;

use dynorm::backend::{Names, Values, call};
use dynorm::value::Item;

use super::found::{Found, One};
use crate::capacity::{Consistency, Cost, Stated, read_units};
use crate::expr::{self, Placeholders, Projection};
use crate::lag::View;
use crate::message::Checked;
use crate::state::{State, checked_name};
use crate::table::Table;
use crate::table::item::check_values;
use crate::table::record::Record;

static NO_VALUES: Values = Values::new();

pub(crate) fn get<'s>(state: &'s State, call: &call::Get) -> Checked<One<'s>> {
    checked_name(&call.table)?;
    check_values(&call.key)?;
    let projection = projection(call.projection.as_deref(), &call.names)?;
    run(state, call, projection.as_ref())
}

/// Reads the item with a projection that has been read.
pub(crate) fn run<'s>(
    state: &'s State,
    call: &call::Get,
    projection: Option<&Projection<'_>>,
) -> Checked<One<'s>> {
    let table = state.table_seen(&call.table, View::of(call.consistent))?;
    let record = read(table, &call.key)?;
    let consistency = Consistency::of(call.consistent);
    let cost = Cost::of_table(read_units(record.map_or(0, Record::size_bytes), consistency));
    Ok(One {
        names: Cow::Borrowed(&table.names),
        item: record.map(|record| Found::new(table, record, projection)),
        capacity: cost.stated(call.capacity, &call.table, Stated::Together),
    })
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

/// What is kept under a key, if there is something.
pub(super) fn read<'t>(table: &'t Table, key: &Item) -> Checked<Option<&'t Record>> {
    Ok(table.items.get(&table.key_of_key(key)?))
}
