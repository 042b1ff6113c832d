//! One page of a query or a scan: what is read, counted, filtered and returned.

use dynorm::backend::call::{ReturnCapacity, Select};
use dynorm::backend::table::TableStatus;
use dynorm::backend::{Names, Values};
use dynorm::value::Item;

use super::found::{Found, Page};
use crate::capacity::{Consistency, Cost, Stated, read_units};
use crate::expr::{self, Condition, Placeholders, Projection, attributes_of, holds};
use crate::lag::View;
use crate::limits::PAGE_BYTES_MAX;
use crate::message::{self, Checked, Expression, Refusal};
use crate::state::State;
use crate::table::Table;
use crate::table::item::check_expression_values;
use crate::table::key::{KeyShape, StoreKey};
use crate::table::record::Record;
use crate::table::schema::IndexSchema;
use crate::table::store::Store;

/// The parameters that Query and Scan share.
pub(crate) struct Parameters<'e> {
    /// The table as the call names it.
    pub(super) table: &'e str,
    pub(super) index: Option<&'e str>,
    pub(super) filter: Option<&'e str>,
    pub(super) projection: Option<&'e str>,
    /// Whether `AttributesToGet` says what to return.
    pub(super) names_attributes: bool,
    pub(super) names: &'e Names,
    pub(super) values: &'e Values,
    pub(super) limit: Option<u32>,
    pub(super) consistent: bool,
    pub(super) select: Option<Select>,
    pub(super) capacity: ReturnCapacity,
}

impl Parameters<'_> {
    /// The same call, of which `AttributesToGet` may say what to return.
    pub(crate) fn naming_attributes(self, names_attributes: bool) -> Self {
        Self { names_attributes, ..self }
    }
}

/// The expressions that Query and Scan share, and the key condition of Query.
#[derive(Debug, Default)]
pub(crate) struct Expressions<'e> {
    pub(crate) filter: Option<Condition<'e>>,
    pub(crate) projection: Option<Projection<'e>>,
    pub(crate) key_condition: Option<Condition<'e>>,
}

/// Reads the expressions of a call, after the parameters that need none.
pub(crate) fn prepare<'e>(
    call: &Parameters<'e>,
    key_condition: Option<&'e str>,
    missing: &str,
) -> Checked<Expressions<'e>> {
    if call.limit == Some(0) {
        let constraint = "Member must have value greater than or equal to 1";
        return Err(Refusal::constraint("Limit", 0, constraint));
    }
    check_select(call)?;
    check_expression_values(call.values)?;
    let has_condition = call.filter.is_some() || key_condition.is_some();
    let has_expression = has_condition || call.projection.is_some();
    let missing = (!has_condition).then_some(missing);
    let mut placeholders = Placeholders::new(call.names, call.values, has_expression, missing)?;
    let projection = call.projection.map(|text| expr::projection(text, &mut placeholders)).transpose()?;
    let mut condition = |expression, text: Option<&'e str>| {
        text.map(|text| expr::condition(expression, text, &mut placeholders)).transpose()
    };
    let filter = condition(Expression::Filter, call.filter)?;
    let key_condition = condition(Expression::KeyCondition, key_condition)?;
    placeholders.finish()?;
    Ok(Expressions { filter, projection, key_condition })
}

fn check_select(call: &Parameters<'_>) -> Checked {
    match call.select {
        Some(Select::SpecificAttributes) if call.projection.is_none() && !call.names_attributes => {
            Err(message::select_specific_without_projection())
        }
        Some(Select::AllProjectedAttributes) if call.index.is_none() => {
            Err(message::select_projected_without_index())
        }
        Some(select)
            if select != Select::SpecificAttributes
                && (call.projection.is_some() || call.names_attributes) =>
        {
            let parameter = if call.names_attributes { "AttributesToGet" } else { "ProjectionExpression" };
            let select = match select {
                Select::AllAttributes => "ALL_ATTRIBUTES",
                Select::AllProjectedAttributes => "ALL_PROJECTED_ATTRIBUTES",
                Select::SpecificAttributes => "SPECIFIC_ATTRIBUTES",
                Select::Count => "only the Count",
            };
            Err(message::select_with_projection(parameter, select))
        }
        _ => Ok(()),
    }
}

/// The table as the call sees it. Who names a local index, or one that is not there, reads the table.
pub(super) fn table<'s>(state: &'s State, call: &Parameters<'_>) -> Checked<&'s Table> {
    let schema = &state.table(call.table)?.schema;
    let index = call.index.and_then(|name| schema.index(name)).map(|at| &schema.indexes[at]);
    let view = match index {
        Some(index) if !index.is_local() => View::GlobalIndex,
        _ => View::of(call.consistent),
    };
    Ok(state.table_seen(call.table, view)?)
}

/// The table or the index that a call reads.
pub(super) struct Source<'t> {
    pub(super) table: &'t Table,
    pub(super) index: Option<&'t IndexSchema>,
    pub(super) store: &'t Store,
    /// Whether items are fetched from the table, because a local index does not hold all that is wanted.
    fetches: bool,
}

impl<'t> Source<'t> {
    /// What the call reads, if the index can give what the call wants.
    pub(super) fn new(
        table: &'t Table,
        call: &Parameters<'_>,
        expressions: &Expressions<'_>,
    ) -> Checked<Self> {
        let Some(name) = call.index else {
            return Ok(Self { table, index: None, store: &table.items, fetches: false });
        };
        let at = table.schema.index(name).ok_or_else(|| message::index_unknown(name))?;
        let (index, store) = (&table.schema.indexes[at], &table.indexes[at]);
        if table.status_of_index(name) == TableStatus::Creating {
            return Err(message::index_backfilling(name));
        }
        let lacks = lacking(index, expressions);
        let wants_all = call.select == Some(Select::AllAttributes) && index.projected.is_some();
        if index.is_local() {
            return Ok(Self { table, index: Some(index), store, fetches: wants_all || !lacks.is_empty() });
        }
        if call.consistent {
            return Err(message::index_consistent_read());
        }
        if wants_all {
            return Err(message::index_select_all(name));
        }
        if !lacks.is_empty() {
            return Err(message::index_does_not_project(name, &lacks.join(", ")));
        }
        Ok(Self { table, index: Some(index), store, fetches: false })
    }

    /// The key that orders what is read.
    pub(super) fn key(&self) -> &'t KeyShape {
        self.index.map_or(&self.table.schema.key, |index| &index.key)
    }

    /// The position after which to read: the key of the index and of the table, and nothing else.
    pub(super) fn start_key(&self, start: &Item) -> Option<StoreKey> {
        let table_key = self.table.schema.key.of(start)?;
        let own = self.key();
        let extra = |shape: &KeyShape| shape.parts().filter(|part| !own.contains(&part.name)).count();
        if start.len() != own.parts().count() + extra(&self.table.schema.key) {
            return None;
        }
        let table_key = table_key.into_key();
        match self.index {
            None => Some(table_key),
            Some(index) => index.key_of(start, &table_key),
        }
    }

    /// The start key that leads on after this item.
    fn key_after(&self, entry: &Record) -> Item {
        let (own, of_table) = (self.key(), &self.table.schema.key);
        entry.part(&self.table.names, |name| own.contains(name) || of_table.contains(name))
    }

    /// The whole item behind an entry of an index, where that does not have all that is wanted.
    fn fetch(&self, entry: &Record) -> Option<&'t Record> {
        if !self.fetches {
            return None;
        }
        let shape = &self.table.schema.key;
        let key = shape.of(&entry.part(&self.table.names, |name| shape.contains(name)))?.into_key();
        self.table.items.get(&key)
    }
}

/// The attributes that the call names and the index does not hold.
fn lacking<'e>(index: &IndexSchema, expressions: &Expressions<'e>) -> Vec<&'e str> {
    if index.projected.is_none() {
        return Vec::new();
    }
    let mut names = Vec::new();
    if let Some(projection) = &expressions.projection {
        names.extend(projection.attributes());
    }
    if let Some(filter) = &expressions.filter {
        attributes_of(filter, &mut names);
    }
    names.retain(|name| !index.projects(name));
    names.sort_unstable();
    names.dedup();
    names
}

/// For how many items a page has room from the start, unless its limit is lower: most pages have no more.
const PAGE_ITEMS: u64 = 32;

/// Reads entries until the page is full: the limit reached or 1 MB crossed, counted before the filter.
pub(super) fn read<'t>(
    source: &Source<'t>,
    call: &Parameters<'_>,
    expressions: &Expressions<'_>,
    entries: impl Iterator<Item = &'t Record>,
) -> Page<'t> {
    let consistency = Consistency::of(call.consistent);
    let limit = call.limit.map_or(u64::MAX, u64::from);
    let room = usize::try_from(limit.min(PAGE_ITEMS)).unwrap_or_default();
    let wants_items = call.select != Some(Select::Count);
    let filter = Filter::new(source.table, expressions);
    let mut page = Page::of(&source.table.names);
    let (mut size_bytes, mut fetched_units) = (0, 0.0);
    for entry in entries {
        page.scanned += 1;
        size_bytes += entry.size_bytes();
        let fetched = source.fetch(entry);
        fetched_units += fetched.map_or(0.0, |whole| read_units(whole.size_bytes(), consistency));
        let record = fetched.unwrap_or(entry);
        if filter.passes(record) {
            page.count += 1;
            if wants_items {
                if page.items.is_empty() {
                    page.items.reserve(room);
                }
                page.items.push(Found::new(source.table, record, expressions.projection.as_ref()));
            }
        }
        if page.scanned >= limit || size_bytes > PAGE_BYTES_MAX {
            page.last_key = Some(source.key_after(entry));
            break;
        }
    }
    let cost = cost(source, read_units(size_bytes, consistency), fetched_units);
    page.capacity = cost.stated(call.capacity, call.table, Stated::Together);
    page
}

/// The filter of a call, with the attributes that it looks at.
struct Filter<'f> {
    table: &'f Table,
    condition: Option<&'f Condition<'f>>,
    attributes: Vec<&'f str>,
}

impl<'f> Filter<'f> {
    fn new(table: &'f Table, expressions: &'f Expressions<'_>) -> Self {
        let condition = expressions.filter.as_ref();
        let mut attributes = Vec::new();
        if let Some(condition) = condition {
            attributes_of(condition, &mut attributes);
        }
        Self { table, condition, attributes }
    }

    fn passes(&self, record: &Record) -> bool {
        let seen = || record.part(&self.table.names, |name| self.attributes.contains(&name));
        self.condition.is_none_or(|condition| holds(condition, &seen()))
    }
}

fn cost(source: &Source<'_>, units: f64, fetched_units: f64) -> Cost {
    let Some(index) = source.index else { return Cost::of_table(units) };
    let mut cost = Cost::of_table(fetched_units);
    let arm = if index.is_local() { &mut cost.local } else { &mut cost.global };
    arm.insert(index.definition.name.clone(), units);
    cost
}
