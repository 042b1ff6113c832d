//! Reading the entities of an access pattern.

use std::marker::PhantomData;
use std::sync::Arc;

use super::condition::expression_error;
use super::fan::Spread;
use super::pager::PageRequest;
use super::read::{Read, Source, all_attributes, select};
use super::{Context, Sent};
use crate::backend::call;
use crate::backend::observe::Label;
use crate::backend::{Backend, reply};
use crate::entity::{ConsistentReads, Entity, KeyCondition, Pattern, Probe, Projection, Table};
use crate::error::Result;
use crate::expr::{Node, Renderer, Side};
use crate::key::SortCondition;
use crate::page::{Meaning, write_part, write_value};
use crate::value::Item;

/// A query of an access pattern of the entity `E`, which reads from `I`: the table, a local or a global index.
///
/// ```
/// # use dynorm::prelude::*;
/// # #[derive(Entity, Debug)]
/// # #[entity(table = "Shop", pk = "CUSTOMER#{customer}", sk = "ORDER#{year}#{number}", name = of_customer)]
/// # struct Order { customer: String, year: u16, number: u32, paid: bool }
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> dynorm::Result<()> {
/// # let db = Db::new(dynorm_mem::MemBackend::new());
/// # db.create_table::<Order>().await?;
/// # for number in 1..=4 { db.put(&Order { customer: "ann".into(), year: 2026, number, paid: number > 2 }).await?; }
/// let unpaid = db
///     .query(Order::of_customer("ann").year(2026u16).number_in(2..))
///     .filter(Order::PAID.eq(false))
///     .newest_first();
/// assert_eq!(unpaid.to_request()?.key_condition.as_deref(), Some("#0 = :0 AND #1 BETWEEN :1 AND :2"));
/// assert_eq!(unpaid.all().await?.len(), 1);
/// # Ok(()) }
/// ```
pub type Query<E, I, T = E> = Read<E, QuerySource<I>, T>;

/// What a query reads: a pattern, and how.
#[derive(Debug)]
pub struct QuerySource<I> {
    probe: Probe,
    descending: bool,
    consistent: bool,
    concurrency: usize,
    index: PhantomData<fn() -> I>,
}

/// Requests under way at once, of a query that reads several shards.
const CONCURRENCY_USUAL: usize = 8;

impl<I> Clone for QuerySource<I> {
    fn clone(&self) -> Self {
        Self { probe: self.probe.clone(), ..*self }
    }
}

impl<E: Entity, I: 'static> Query<E, I> {
    pub(crate) fn of<P: Pattern<Entity = E, Index = I>>(context: Arc<Context>, pattern: P) -> Self {
        let probe = pattern.into_probe();
        Self::of_probe(context.labelled("query", label::<E>(&probe)), probe)
    }

    pub(super) fn of_probe(context: Arc<Context>, probe: Probe) -> Self {
        let source = QuerySource {
            probe,
            descending: false,
            consistent: false,
            concurrency: CONCURRENCY_USUAL,
            index: PhantomData,
        };
        Read::new(context, source)
    }
}

impl<E: Entity, I: 'static, T: Projection<E>> Query<E, I, T> {
    /// Reads from the end of the sort key: the newest first where it is a time, the largest where it is a number, the
    /// other way round where the template says `desc`.
    pub fn newest_first(mut self) -> Self {
        self.source.descending = true;
        self
    }

    /// Reads one shard of a pattern whose partitions are spread over shards, counted from 0: for workers that share out
    /// the shards among them. Another number, and a pattern without shards, are errors when the query is sent.
    ///
    /// ```
    /// # use dynorm::prelude::*;
    /// # #[derive(Entity, Debug)]
    /// # #[entity(table = "Events", pk = "EVENTS#{day}", sk = "{at}#{id}", name = of_day, shards = 4, by = id)]
    /// # struct Event { day: String, at: u64, id: String }
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> dynorm::Result<()> {
    /// # let db = Db::new(dynorm_mem::MemBackend::new());
    /// # db.create_table::<Event>().await?;
    /// # for at in 0..20 { db.put(&Event { day: "monday".into(), at, id: format!("e{at}") }).await?; }
    /// let mut n_events = 0;
    /// for shard in 0..4 {
    ///     n_events += db.query(Event::of_day("monday")).shard(shard).count().await?;
    /// }
    /// assert_eq!(n_events, db.query(Event::of_day("monday")).count().await?);
    /// # Ok(()) }
    /// ```
    pub fn shard(mut self, number: u32) -> Self {
        self.source.probe = self.source.probe.in_shard(number);
        self
    }

    /// Has at most this many requests under way at once where the query reads several shards; 8 without. Each shard holds
    /// a page of up to 1 MB in memory, whatever this is. 0 is an error when the query is sent.
    pub fn concurrency(mut self, n_requests: usize) -> Self {
        self.source.concurrency = n_requests;
        self
    }

    /// Sees every write that succeeded before, for twice the read units. A global index cannot.
    pub fn consistent(mut self) -> Self
    where
        I: ConsistentReads,
    {
        self.source.consistent = true;
        self
    }
}

impl<E: Entity, I: 'static> Source<E> for QuerySource<I> {
    type Request = call::Query;
    type Index = I;
    type Keys = I;

    fn request(&self, context: &Context, renderer: &mut Renderer, shard: Option<u16>) -> Result<call::Query> {
        let condition = key_node(self.probe.condition(shard)?);
        Ok(call::Query {
            table: context.table::<E::Table>(),
            index: self.probe.index.map(str::to_owned),
            key_condition: Some(renderer.condition(&condition).map_err(expression_error::<E>)?),
            descending: self.descending,
            consistent: self.consistent,
            select: all_attributes::<E>(self.probe.index),
            capacity: context.capacity,
            ..call::Query::default()
        })
    }

    fn meets_others(&self) -> bool {
        self.probe.meets_others(E::Table::ENTITIES)
    }

    fn meaning(&self, context: &Context) -> Result<Meaning> {
        let shards = self.probe.shards()?;
        let (shard, n_shards) = match shards.as_slice() {
            [only] => (Some(*only), 0),
            shards => (None, shards.len()),
        };
        Ok(Meaning {
            table: context.table::<E::Table>(),
            index: self.probe.index.unwrap_or_default().to_owned(),
            pattern: format!("query {} {}", E::DESCRIPTOR.tag, self.probe.pattern),
            keys: canonical(&self.probe.condition(shard)?),
            descending: self.descending,
            n_shards,
        })
    }

    fn can_start_after(&self, key: &Item) -> Result<bool> {
        let shard = self.probe.shards()?.first().copied();
        Ok(self.probe.condition(shard)?.is_partition_of(key))
    }

    fn shards(&self) -> Result<Vec<u16>> {
        self.probe.shards()
    }

    fn spread(&self, shards: &[u16]) -> Result<Spread> {
        let partition = |shard: &u16| Ok(self.probe.condition(Some(*shard))?.partition.into_iter().collect());
        let keys = self.probe.schema().key_attributes(self.probe.index);
        Ok(Spread {
            partitions: shards.iter().map(partition).collect::<Result<_>>()?,
            order: keys.map(|(_, sort)| sort.iter().map(|key| key.name).collect()).unwrap_or_default(),
            descending: self.descending,
            concurrency: self.concurrency,
        })
    }

    fn index(&self) -> Option<&'static str> {
        self.probe.index
    }
}

/// What a query for this probe is for.
pub(super) fn label<E: Entity>(probe: &Probe) -> Label {
    Label::of_pattern(E::DESCRIPTOR.name, probe.pattern)
}

/// A key condition in bytes that every release writes alike: cursors are bound to them.
pub(crate) fn canonical(condition: &KeyCondition) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (name, value) in &condition.partition {
        write_part(&mut bytes, name.as_bytes());
        write_value(&mut bytes, value);
    }
    for (name, sort) in &condition.sort {
        write_part(&mut bytes, name.as_bytes());
        let (operator, values) = match sort {
            SortCondition::Any => ("any", vec![]),
            SortCondition::Equal(value) => ("=", vec![value]),
            SortCondition::BeginsWith(value) => ("begins_with", vec![value]),
            SortCondition::AtLeast(value) => (">=", vec![value]),
            SortCondition::Above(value) => (">", vec![value]),
            SortCondition::AtMost(value) => ("<=", vec![value]),
            SortCondition::Below(value) => ("<", vec![value]),
            SortCondition::Between(low, high) => ("between", vec![low, high]),
            SortCondition::Nothing => ("nothing", vec![]),
        };
        write_part(&mut bytes, operator.as_bytes());
        for value in values {
            write_value(&mut bytes, value);
        }
    }
    bytes
}

/// A key condition as the service wants it.
pub(crate) fn key_node(condition: KeyCondition) -> Node {
    let partition = condition.partition.into_iter();
    let partition = partition.map(|(name, value)| Node::Compare(Side::top(name), "=", Side::Value(value)));
    let sort = condition.sort.into_iter().filter_map(|(name, condition)| {
        let compare = |operator, value| Some(Node::Compare(Side::top(name), operator, Side::Value(value)));
        match condition {
            SortCondition::Any | SortCondition::Nothing => None,
            SortCondition::Equal(value) => compare("=", value),
            SortCondition::AtLeast(value) => compare(">=", value),
            SortCondition::Above(value) => compare(">", value),
            SortCondition::AtMost(value) => compare("<=", value),
            SortCondition::Below(value) => compare("<", value),
            SortCondition::BeginsWith(value) => {
                Some(Node::Call("begins_with", vec![Side::top(name), Side::Value(value)]))
            }
            SortCondition::Between(low, high) => {
                Some(Node::Between(Side::top(name), Side::Value(low), Side::Value(high)))
            }
        }
    });
    let mut nodes: Vec<Node> = partition.chain(sort).collect();
    if nodes.len() == 1 { nodes.remove(0) } else { Node::And(nodes) }
}

impl PageRequest for call::Query {
    const OPERATION: &'static str = "query";
    const REVERSIBLE: bool = true;

    fn with_expressions(
        self,
        filter: Option<String>,
        projection: Option<String>,
        renderer: Renderer,
    ) -> Self {
        let (names, values) = renderer.finish();
        // Attributes are chosen by the projection, or else by the selection.
        let select = if projection.is_some() { None } else { self.select };
        Self { filter, projection, names, values, select, ..self }
    }

    fn reversed(self) -> Self {
        Self { descending: !self.descending, ..self }
    }

    fn page(self, limit: Option<u32>, start: Option<Item>, count: bool) -> Self {
        Self { limit, start, select: select(count, self.select), ..self }
    }

    fn send(self, backend: &dyn Backend) -> Sent<'_, reply::Query> {
        backend.query(self)
    }
}
