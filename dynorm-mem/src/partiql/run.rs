//! `ExecuteStatement`, and what one statement does.

use std::sync::Arc;

use dynorm::backend::call;
use dynorm::backend::call::ReturnCapacity;
use dynorm::backend::reply::{self, Capacity};
use dynorm::value::{Item, Name, Value};

use super::ast::{self, Select, Step};
use super::next_token::{self, Position};
use super::plan::{self, Keyed, Reading};
use super::{ExecuteStatement, StatementReply, parse};
use crate::expr::{self, Condition, Node, Projection, Test, attributes_of, find};
use crate::limits::PAGE_BYTES_MAX;
use crate::message::{self, Checked, Refusal};
use crate::op::page::Expressions;
use crate::op::query::FilterScope;
use crate::op::{delete, put, query, scan, update};
use crate::state::State;
use crate::table::key::KeyShape;
use crate::table::record::Weighed;
use crate::table::schema::{IndexSchema, Schema};

pub(super) fn execute(state: &mut State, call: &ExecuteStatement) -> Checked<StatementReply> {
    let statement = &call.statement;
    if call.limit == Some(0) {
        let constraint = "Member must have value greater than or equal to 1";
        return Err(Refusal::constraint("Limit", 0, constraint));
    }
    match parse::statement(&statement.text, &statement.parameters)? {
        ast::Statement::Select(select) => read(state, call, &select),
        ast::Statement::Exists(_) => Err(message::statement_exists_outside_transaction()),
        written => {
            let (item, capacity) = write(state, &written, statement.return_old_on_failure, call.capacity)?;
            Ok(StatementReply { items: item.into_iter().collect(), capacity, ..Default::default() })
        }
    }
}

/// Carries out a write, and gives what RETURNING asks for.
pub(super) fn write(
    state: &mut State,
    statement: &ast::Statement,
    return_old_on_failure: bool,
    capacity: ReturnCapacity,
) -> Checked<(Option<Item>, Option<Capacity>)> {
    let schema = Arc::clone(&state.table(statement.table())?.schema);
    match written(statement, &schema, return_old_on_failure)? {
        Written::Put(mut call, condition) => {
            let item = Weighed::new(std::mem::take(&mut call.item));
            let call = call::Put { capacity, ..call };
            let reply = put::run(state, &call, item, condition.as_ref()).map_err(as_duplicate)?;
            Ok((None, reply.capacity))
        }
        Written::Update(call, prepared) => {
            let reply = update::run(state, &call::Update { capacity, ..call }, &prepared)?;
            Ok((reply.attributes, reply.capacity))
        }
        Written::Delete(call, condition) => {
            let reply = delete::run(state, &call::Delete { capacity, ..call }, condition.as_ref())?;
            Ok((reply.attributes, reply.capacity))
        }
        Written::Check(..) => Err(message::statement_exists_outside_transaction()),
    }
}

/// An INSERT whose condition fails finds an item of its key.
fn as_duplicate(refusal: Refusal) -> Refusal {
    if refusal.is_condition_failed() { message::duplicate_item() } else { refusal }
}

/// A write as a call without expressions, beside what its expressions would be read to.
pub(super) enum Written<'s> {
    Put(call::Put, Option<Condition<'s>>),
    Update(call::Update, update::Prepared<'s>),
    Delete(call::Delete, Option<Condition<'s>>),
    Check(call::Check, Option<Condition<'s>>),
}

/// What a write does to a table of this definition.
pub(super) fn written<'s>(
    statement: &'s ast::Statement,
    schema: &'s Schema,
    return_old_on_failure: bool,
) -> Checked<Written<'s>> {
    let table = statement.table().to_owned();
    let returned = statement.returned();
    let item_exists = || Node::Test(Test::Exists(expr::Path::of_attribute(&schema.key.partition[0].name)));
    match statement {
        ast::Statement::Insert(insert) => {
            put::check_item(&insert.item)?;
            let condition = Condition::of(vec![item_exists(), Node::Not]);
            let item = insert.item.clone();
            Ok(Written::Put(call::Put { table, item, ..Default::default() }, condition))
        }
        ast::Statement::Update(update) => {
            let actions = plan::actions(&update.changes)?;
            let Keyed { key, rest } = keyed(&update.filter, schema)?;
            // An update never creates: without an item its condition fails.
            let condition = match rest {
                Some(rest) => Some(rest.and_then([item_exists(), Node::And])),
                None => Condition::of(vec![item_exists()]),
            };
            let call = call::Update { table, key, returned, return_old_on_failure, ..Default::default() };
            Ok(Written::Update(call, update::Prepared { actions, condition }))
        }
        ast::Statement::Delete(delete) => {
            let Keyed { key, rest } = keyed(&delete.filter, schema)?;
            // Without an item there is nothing to delete, whatever the condition.
            let condition = rest.map(|rest| rest.and_then([item_exists(), Node::Not, Node::Or]));
            let call = call::Delete { table, key, returned, return_old_on_failure, ..Default::default() };
            Ok(Written::Delete(call, condition))
        }
        ast::Statement::Exists(select) | ast::Statement::Select(select) => {
            let keyed = plan::keyed(&select.filter, &schema.key)?;
            let keyed = keyed.filter(|keyed| keyed.rest.is_some() && select.source.index.is_none());
            let Keyed { key, rest } = keyed.ok_or_else(message::statement_exists_without_condition)?;
            let call = call::Check { table, key, return_old_on_failure, ..Default::default() };
            Ok(Written::Check(call, rest))
        }
    }
}

fn keyed<'s>(filter: &'s ast::Filter, schema: &Schema) -> Checked<Keyed<'s>> {
    plan::keyed(filter, &schema.key)?.ok_or_else(message::statement_without_key)
}

/// Reads a page: partition by partition, or of the whole table.
fn read(state: &State, call: &ExecuteStatement, select: &Select) -> Checked<StatementReply> {
    let token = call.next_token.as_deref();
    let position = token.map(|token| next_token::decode(&call.statement, token)).transpose()?;
    let schema = &state.table(&select.source.table)?.schema;
    let index = index_of(schema, select)?;
    let key = key_of(schema, index);
    let mut reading = plan::reading(select, key)?;
    let filter = reading.filter.take();
    check_projected(filter.as_ref(), index)?;
    let expressions = Expressions { filter, projection: projection(select), key_condition: None };
    let position = position.unwrap_or_default();
    match &reading.partitions {
        Some(partitions) => {
            let pages = Pages { state, call, select, reading: &reading, key };
            pages.read(partitions, expressions, position)
        }
        None => scan(state, call, select, &expressions, position.after),
    }
}

/// Whether a SELECT reads partition by partition.
#[cfg(feature = "wire")]
pub(super) fn names_partitions(state: &State, select: &Select) -> Checked<bool> {
    let schema = &state.table(&select.source.table)?.schema;
    Ok(plan::reading(select, key_of(schema, index_of(schema, select)?))?.partitions.is_some())
}

/// The pages of the partitions that a SELECT names.
struct Pages<'c> {
    state: &'c State,
    call: &'c ExecuteStatement,
    select: &'c Select,
    reading: &'c Reading<'c>,
    key: &'c KeyShape,
}

impl<'c> Pages<'c> {
    /// Reads partition after partition, until one has more than fits.
    fn read(
        &self,
        partitions: &'c [Vec<&'c Value>],
        mut expressions: Expressions<'c>,
        mut position: Position,
    ) -> Checked<StatementReply> {
        let mut done = StatementReply::default();
        let mut left = self.call.limit;
        let mut size_bytes = 0;
        while let Some(values) = usize::try_from(position.partition).ok().and_then(|at| partitions.get(at)) {
            if left == Some(0) || size_bytes > PAGE_BYTES_MAX {
                done.next_token = Some(next_token::encode(&self.call.statement, &position));
                break;
            }
            expressions.key_condition = self.reading.key_condition(self.key, values)?;
            let query = self.query(left, position.after.take());
            let page = query::run(self.state, &query, &expressions, FilterScope::All)?;
            let reply = reply::Query::from(page);
            left = left.map(|left| left.saturating_sub(u32::try_from(reply.scanned).unwrap_or(u32::MAX)));
            size_bytes += reply.items.iter().map(Item::size_bytes).sum::<usize>();
            if let Some(last_key) = &reply.last_key {
                position.after = Some(last_key.clone());
                done.next_token = Some(next_token::encode(&self.call.statement, &position));
                done.take(self.select, reply);
                break;
            }
            done.take(self.select, reply);
            position.partition += 1;
        }
        Ok(done)
    }

    fn query(&self, limit: Option<u32>, start: Option<Item>) -> call::Query {
        call::Query {
            table: self.select.source.table.clone(),
            index: self.select.source.index.clone(),
            descending: self.reading.descending,
            limit,
            start,
            consistent: self.call.consistent,
            capacity: self.call.capacity,
            ..Default::default()
        }
    }
}

fn scan(
    state: &State,
    call: &ExecuteStatement,
    select: &Select,
    expressions: &Expressions<'_>,
    start: Option<Item>,
) -> Checked<StatementReply> {
    let scan = call::Scan {
        table: select.source.table.clone(),
        index: select.source.index.clone(),
        limit: call.limit,
        start,
        consistent: call.consistent,
        capacity: call.capacity,
        ..Default::default()
    };
    let reply = reply::Scan::from(scan::run(state, &scan, expressions)?);
    let position = Position { partition: 0, after: reply.last_key.clone() };
    let next_token = position.after.is_some().then(|| next_token::encode(&call.statement, &position));
    let mut done = StatementReply { next_token, ..Default::default() };
    done.take(select, reply);
    Ok(done)
}

fn index_of<'t>(schema: &'t Schema, select: &Select) -> Checked<Option<&'t IndexSchema>> {
    let Some(name) = &select.source.index else { return Ok(None) };
    let at = schema.index(name).ok_or_else(|| message::index_unknown(name))?;
    Ok(Some(&schema.indexes[at]))
}

/// The key of what is read.
fn key_of<'t>(schema: &'t Schema, index: Option<&'t IndexSchema>) -> &'t KeyShape {
    index.map_or(&schema.key, |index| &index.key)
}

/// An index must hold what the filter names; a local one does not fetch it.
fn check_projected(filter: Option<&Condition<'_>>, index: Option<&IndexSchema>) -> Checked {
    let (Some(filter), Some(index)) = (filter, index) else { return Ok(()) };
    let mut names = Vec::new();
    attributes_of(filter, &mut names);
    names.retain(|name| !index.projects(name));
    names.sort_unstable();
    names.dedup();
    if names.is_empty() {
        return Ok(());
    }
    Err(message::statement_filter_not_projected(&index.definition.name, &names.join(", ")))
}

/// The attributes that the columns are in.
fn projection(select: &Select) -> Option<Projection<'_>> {
    let columns = select.columns.as_ref()?;
    let attributes: Vec<expr::Path<'_>> =
        columns.iter().map(|column| expr::Path::of_attribute(plan::path(column).attribute())).collect();
    Some(Projection::of(&attributes))
}

/// The columns of an item, each under the last name of its path, or else under its position.
pub(super) fn row(select: &Select, item: Item) -> Item {
    let Some(columns) = &select.columns else { return item };
    let mut row = Item::with_capacity(columns.len());
    for (at, column) in columns.iter().enumerate() {
        if let Some(value) = find(&plan::path(column), &item) {
            let name = match column.0.last() {
                Some(Step::Name(name)) => name.clone(),
                _ => format!("_{}", at + 1),
            };
            row.insert(Name::from(name), value.clone());
        }
    }
    row
}

impl StatementReply {
    /// Adds what was read of a partition.
    fn take(&mut self, select: &Select, reply: reply::Query) {
        self.items.extend(reply.items.into_iter().map(|item| row(select, item)));
        self.last_key = reply.last_key;
        self.capacity = match (self.capacity.take(), reply.capacity) {
            (Some(sum), Some(more)) => Some(sum.plus(more)),
            (sum, more) => sum.or(more),
        };
    }
}
