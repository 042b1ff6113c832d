//! The versions that writes add to the histories of items.
//!
//! The number of the next version is one more than that of the last that is stored, which is read before the item is.
//! The transaction puts the version only if there is none of its number: then nobody wrote the item since, and what was
//! read of it is what is stored.

use std::time::{Duration, SystemTime};

use super::condition::unsendable_error;
use super::{Context, key_node};
use crate::backend::call::{self, ReturnCapacity, TransactWriteAction};
use crate::backend::reply::Capacity;
use crate::entity::{EntityDescriptor, HistoryRules, TableSchema, Trail, epoch_seconds};
use crate::error::{Error, Kind, Result};
use crate::expr::{Assigned, Changes, Node, Renderer, Side};
use crate::value::{Item, Step, Value, top};

/// The history of one item, as a write needs it.
#[derive(Clone, Debug)]
pub(super) struct Versions {
    entity: &'static EntityDescriptor,
    schema: &'static TableSchema,
    rules: HistoryRules,
    table: String,
    trail: Trail,
    /// The number of the last version; 0 if there is none.
    last: u64,
}

impl Versions {
    /// The history of the item with this key, if the entity keeps one.
    pub(super) fn of(
        entity: &'static EntityDescriptor,
        schema: &'static TableSchema,
        table: &str,
        key: &Item,
    ) -> Result<Option<Self>> {
        let Some(rules) = entity.history else { return Ok(None) };
        let trail = Trail::of(entity, schema, key)?;
        Ok(Some(Self { entity, schema, rules, table: table.to_owned(), trail, last: 0 }))
    }

    /// Reads the number of the last version.
    pub(super) async fn read(&mut self, context: &Context) -> Result<Option<Capacity>> {
        let request = self.request(context.capacity)?;
        let reply = context.read(|backend| backend.query(request.clone())).await;
        let reply = reply.map_err(|failure| Error::backend("read", self.entity.name, failure))?;
        self.last = reply.items.first().and_then(|item| self.trail.number(item)).unwrap_or(0);
        Ok(reply.capacity)
    }

    fn request(&self, capacity: ReturnCapacity) -> Result<call::Query> {
        let mut renderer = Renderer::default();
        let unsendable = |error| unsendable_error(self.entity.name, error);
        let condition = key_node(self.trail.condition(0..=u64::MAX));
        let condition = renderer.condition(&condition).map_err(unsendable)?;
        let keys = std::iter::once(self.schema.partition).chain(self.schema.sort);
        let keys: Vec<Vec<Step>> = keys.map(|key| top(key.name)).collect();
        let projection = renderer.projection(&keys);
        let (names, values) = renderer.finish();
        Ok(call::Query {
            table: self.table.clone(),
            key_condition: Some(condition),
            projection: Some(projection),
            names,
            values,
            descending: true,
            limit: Some(1),
            consistent: true,
            capacity,
            ..call::Query::default()
        })
    }

    /// The actions that add a version: what is written, or what is deleted.
    pub(super) fn next(
        &self,
        item: &Item,
        deleted: bool,
        now: SystemTime,
    ) -> Result<Vec<TransactWriteAction>> {
        let overflow = || Error::new(Kind::Request { reason: self.full() });
        let version = self.last.checked_add(1).ok_or_else(overflow)?;
        let put = self.put(self.trail.version(version, item, deleted, now)?)?;
        Ok(match self.rules.keep_seconds {
            Some(keep) if self.last > 0 => vec![put, self.expire_last(keep, now)?],
            _ => vec![put],
        })
    }

    fn full(&self) -> String {
        format!("the history of this `{}` has as many versions as can be counted", self.entity.name)
    }

    fn put(&self, item: Item) -> Result<TransactWriteAction> {
        let mut renderer = Renderer::default();
        let condition = self.presence("attribute_not_exists", &mut renderer)?;
        let (names, values) = renderer.finish();
        let table = self.table.clone();
        Ok(TransactWriteAction::Put(call::Put {
            table,
            item,
            condition,
            names,
            values,
            ..call::Put::default()
        }))
    }

    /// The version that is the last no more gets its time to live.
    fn expire_last(&self, keep_seconds: u64, now: SystemTime) -> Result<TransactWriteAction> {
        let ends = epoch_seconds(now.checked_add(Duration::from_secs(keep_seconds)).unwrap_or(now));
        let mut changes = Changes::default();
        changes.set(top(self.schema.ttl.unwrap_or_default()), Assigned::Side(Side::Value(Value::N(ends))));
        let mut renderer = Renderer::default();
        let update = renderer.changes(&changes).map_err(|e| unsendable_error(self.entity.name, e))?;
        let condition = self.presence("attribute_exists", &mut renderer)?;
        let (names, values) = renderer.finish();
        Ok(TransactWriteAction::Update(call::Update {
            table: self.table.clone(),
            key: self.trail.key(self.last),
            update,
            condition,
            names,
            values,
            ..call::Update::default()
        }))
    }

    fn presence(&self, function: &'static str, renderer: &mut Renderer) -> Result<Option<String>> {
        let node = Node::Call(function, vec![Side::top(self.schema.partition.name)]);
        let condition = renderer.condition(&node);
        condition.map(Some).map_err(|error| unsendable_error(self.entity.name, error))
    }
}
