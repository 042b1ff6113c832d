//! Access patterns: what a query asks of the key of a table or an index.

use std::ops::{Bound, RangeBounds};

use super::codec::key_error;
use super::{Entity, EntityDescriptor, IndexSchema, Table, TableSchema};
use crate::error::{Error, Kind, Result};
use crate::key::{
    Given, KeyProblem, KeySource, Rendered, Sharding, SortCondition, Template, plain_range, shard_of,
    shard_text, text_range,
};
use crate::value::{Arg, Item, Value};

/// A way to read several items of an entity: `E::by_something(..)`, and what narrows it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an access pattern",
    label = "not an access pattern",
    note = "pass one of the entity's patterns, such as `Order::of_customer(\"ann\")`; for a single item use `db.get(Order::key(..))`, for a collection `db.collect(..)`"
)]
pub trait Pattern {
    /// What it reads.
    type Entity: Entity;
    /// Where it reads.
    type Index;

    /// The key condition so far.
    #[doc(hidden)]
    fn into_probe(self) -> Probe;
}

/// The state of a pattern that cannot be narrowed further.
#[doc(hidden)]
pub const END: usize = usize::MAX;

/// A field of a sort key that comes next, after `AT` others; `Field` and `Before` are named after it and the one before.
#[diagnostic::on_unimplemented(
    message = "`{Field}` cannot be narrowed here: a sort key is narrowed from left to right, and `{Field}` comes right after `{Before}`",
    label = "not the next field of the sort key",
    note = "fix the fields before it first, each by its own method; a range or a prefix is always the last step"
)]
pub trait Next<const AT: usize, Field, Before> {}

/// A field of a sort key, by how many are before it.
#[derive(Clone, Copy, Debug)]
pub enum Nth<const AT: usize> {}

#[diagnostic::do_not_recommend]
impl<const AT: usize, Field, Before> Next<AT, Field, Before> for Nth<AT> {}

/// The key condition of a query, under construction.
#[derive(Clone, Debug)]
pub struct Probe {
    pub(crate) pattern: &'static str,
    pub(crate) index: Option<&'static str>,
    descriptor: &'static EntityDescriptor,
    schema: &'static TableSchema,
    state: Result<State>,
}

#[derive(Clone, Debug)]
struct State {
    /// The attributes of the partition key and their values; where there are shards, without the number of one.
    partition: Vec<(&'static str, Value)>,
    spread: Option<Spread>,
    /// The attributes of the sort key and what is known of them. Each is narrowed only once all before it are fixed.
    sort: Vec<Sort>,
}

/// The shards of a partition, and what is known of the one that is wanted.
#[derive(Clone, Debug)]
struct Spread {
    sharding: &'static Sharding,
    /// The texts of the fields that decide.
    texts: Vec<Option<String>>,
    /// The shard that was asked for.
    asked: Option<u16>,
}

#[derive(Clone, Debug)]
struct Sort {
    name: &'static str,
    source: &'static KeySource,
    /// Of a template: what is rendered.
    rendered: Rendered,
    /// What was asked beyond equality of the first segments.
    condition: Option<SortCondition>,
}

/// What a probe asks for: of each attribute of the partition key, and of the first attributes of the sort key, all but
/// the last of which are fixed.
#[derive(Clone, Debug)]
pub(crate) struct KeyCondition {
    pub(crate) partition: Vec<(&'static str, Value)>,
    pub(crate) sort: Vec<(&'static str, SortCondition)>,
}

impl KeyCondition {
    /// Whether a key is in the partition.
    pub(crate) fn is_partition_of(&self, key: &Item) -> bool {
        self.partition.iter().all(|(name, value)| key.get(name) == Some(value))
    }
}

/// The value given for the field at `position`.
pub(super) fn find<'g>(given: &[(usize, Given<'g>)], position: usize) -> Given<'g> {
    given.iter().find(|(at, _)| *at == position).map_or_else(Given::none, |(_, value)| *value)
}

/// The bounds of a range, of the field's type.
#[doc(hidden)]
pub fn range_of<T, A: Arg<T> + Clone>(range: &impl RangeBounds<A>) -> (Bound<T>, Bound<T>) {
    let own = |bound: Bound<&A>| bound.cloned().map(Arg::arg);
    (own(range.start_bound()), own(range.end_bound()))
}

impl Probe {
    /// Starts with the fields of the partition key.
    #[must_use]
    pub fn new<E: Entity>(
        index: Option<&'static str>,
        pattern: &'static str,
        given: &[(usize, Given<'_>)],
    ) -> Self {
        let (descriptor, schema) = (E::DESCRIPTOR, E::Table::SCHEMA);
        let state = State::new(descriptor, schema, index, given);
        Self { pattern, index, descriptor, schema, state }
    }

    /// Fixes the next field of the sort key.
    #[must_use]
    pub fn equal(self, position: usize, given: Given<'_>) -> Self {
        self.decide(position, given).narrow(|descriptor, sort| match sort.source {
            KeySource::Template(template) => {
                let known = |at| if at == position { given } else { Given::none() };
                let start = sort.rendered.clone();
                sort.rendered = template.advance(start, descriptor.delimiter, known)?;
                Ok(())
            }
            KeySource::Plain(plain) => {
                sort.condition = given.to_value(plain)?.map(SortCondition::Equal);
                Ok(())
            }
        })
    }

    /// Takes a field that may decide about the shard.
    fn decide(mut self, position: usize, given: Given<'_>) -> Self {
        let decided = match &mut self.state {
            Ok(State { spread: Some(spread), .. }) => spread.decide(position, given),
            _ => Ok(()),
        };
        if let Err(problem) = decided {
            self.state = Err(key_error(self.descriptor, problem));
        }
        self
    }

    /// Wants one shard of the partition.
    pub(crate) fn in_shard(mut self, shard: u32) -> Self {
        let Ok(state) = &mut self.state else { return self };
        let reason = match &mut state.spread {
            Some(spread) => {
                match u16::try_from(shard).ok().filter(|shard| *shard < spread.sharding.n_places()) {
                    Some(shard) => {
                        spread.asked = Some(shard);
                        return self;
                    }
                    None => format!(
                        "`shard({shard})` is none of its {} shards, which count from 0",
                        spread.sharding.n_places()
                    ),
                }
            }
            None => "its partitions have no shards; leave `shard` away".to_owned(),
        };
        let reason = format!("`{}` of `{}`: {reason}", self.pattern, self.descriptor.name);
        self.state = Err(Error::new(Kind::Request { reason }));
        self
    }

    /// The probe in each shard that there is, and that there was among `was`; those that items move to are first.
    pub(crate) fn in_each_shard(&self, was: u32) -> Result<Vec<Self>> {
        let state = self.state.as_ref().map_err(Clone::clone)?;
        let n_shards = match &state.spread {
            Some(spread) => u32::from(spread.sharding.n_places()).max(was),
            None => return self.clone().in_shard(0).condition(None).map(|_| Vec::new()),
        };
        let in_one = |shard| {
            let mut probe = self.clone();
            if let Ok(State { spread: Some(spread), .. }) = &mut probe.state {
                spread.asked = Some(shard);
            }
            probe
        };
        let mut shards: Vec<u16> = (0..u16::try_from(n_shards).unwrap_or(u16::MAX)).collect();
        // Of more shards than before the new ones are the last.
        if n_shards > was {
            shards.reverse();
        }
        Ok(shards.into_iter().map(in_one).collect())
    }

    /// The shards that the query reads; none where the partition is not spread.
    pub(crate) fn shards(&self) -> Result<Vec<u16>> {
        let state = self.state.as_ref().map_err(Clone::clone)?;
        Ok(state.spread.as_ref().map(Spread::shards).unwrap_or_default())
    }

    /// Holds the next field of the sort key to a range.
    #[must_use]
    pub fn range(self, low: Bound<Given<'_>>, high: Bound<Given<'_>>) -> Self {
        self.narrow(|descriptor, sort| {
            sort.condition = Some(match sort.source {
                KeySource::Template(template) => {
                    template_range(template, &sort.rendered, descriptor.delimiter, low, high)?
                }
                KeySource::Plain(plain) => {
                    let value = |bound: Bound<Given<'_>>| match bound {
                        Bound::Included(given) => given.to_value(plain).map(|v| v.map(Bound::Included)),
                        Bound::Excluded(given) => given.to_value(plain).map(|v| v.map(Bound::Excluded)),
                        Bound::Unbounded => Ok(None),
                    };
                    plain_range(
                        value(low)?.unwrap_or(Bound::Unbounded),
                        value(high)?.unwrap_or(Bound::Unbounded),
                    )
                }
            });
            Ok(())
        })
    }

    /// Wants the next field of the sort key to begin with a text.
    #[must_use]
    pub fn prefix(self, text: &str) -> Self {
        self.narrow(|descriptor, sort| {
            let prefix = match sort.source {
                KeySource::Template(template) => {
                    template.text_prefix(&sort.rendered, descriptor.delimiter, text)?
                }
                KeySource::Plain(_) => text.to_owned(),
            };
            // No text begins with nothing in particular; DynamoDB refuses an empty prefix.
            sort.condition = (!prefix.is_empty()).then_some(SortCondition::BeginsWith(Value::S(prefix)));
            Ok(())
        })
    }

    fn narrow(mut self, change: impl FnOnce(&EntityDescriptor, &mut Sort) -> Result<(), KeyProblem>) -> Self {
        let descriptor = self.descriptor;
        if let Ok(State { sort, .. }) = &mut self.state
            && let Some(sort) = sort.iter_mut().find(|sort| sort.condition.is_none())
            && let Err(problem) = change(descriptor, sort)
        {
            self.state = Err(key_error(descriptor, problem));
        }
        self
    }

    /// What the query asks of the keys, in one shard; without one, in a partition that is not spread, or, to compare
    /// queries, in all shards.
    pub(crate) fn condition(&self, shard: Option<u16>) -> Result<KeyCondition> {
        let state = self.state.as_ref().map_err(Clone::clone)?;
        let mut conditions = Vec::new();
        for sort in &state.sort {
            let condition = sort.to_condition(self.descriptor.delimiter);
            if condition == SortCondition::Nothing {
                let kind = Kind::EmptyRange { entity: self.descriptor.name, pattern: self.pattern };
                return Err(Error::new(kind));
            }
            // DynamoDB takes conditions from left to right, and none after one that is no equality. What is known of
            // later attributes comes from the partition key, which implies it.
            let is_last = !matches!(condition, SortCondition::Equal(_));
            if condition != SortCondition::Any {
                conditions.push((sort.name, condition));
            }
            if is_last {
                break;
            }
        }
        Ok(KeyCondition { partition: state.partition(self.descriptor.delimiter, shard), sort: conditions })
    }

    /// Whether items of other entities of the table can be among the keys that the query reads.
    pub(crate) fn meets_others(&self, entities: &[&EntityDescriptor]) -> bool {
        let Ok(state) = &self.state else { return false };
        if self.meets_companions(entities) {
            return true;
        }
        let mut others = entities.iter().filter(|entity| entity.path != self.descriptor.path).peekable();
        if others.peek().is_none() {
            return false;
        }
        let delimiter = self.descriptor.delimiter;
        // An entity that does not declare an index is in it all the same if its items have the keys: those of the table
        // the other way round, or fields.
        let shards = state.spread.as_ref().map(Spread::shards).unwrap_or_default();
        let shards: Vec<Option<u16>> =
            if shards.is_empty() { vec![None] } else { shards.into_iter().map(Some).collect() };
        let partitions: Vec<_> = shards.into_iter().map(|shard| state.partition(delimiter, shard)).collect();
        let in_partition = |entity: &EntityDescriptor, partition: &[(&str, Value)]| {
            partition.iter().all(|(name, value)| {
                entity.can_have(self.schema, name, |source| source.accepts(value, delimiter))
            })
        };
        others.any(|entity| {
            state.sort.iter().all(|sort| {
                let prefix = sort.prefix(delimiter);
                entity.can_have(self.schema, sort.name, |source| source.can_begin_with(&prefix, delimiter))
            }) && partitions.iter().any(|partition| in_partition(entity, partition))
        })
    }

    /// Whether markers and versions can be in the index that is read: they have the keys of the table, and its time to
    /// live.
    fn meets_companions(&self, entities: &[&EntityDescriptor]) -> bool {
        let schema = self.schema;
        let index = self.index.and_then(|name| schema.index(name)).filter(|index| !index.local);
        let known = [Some(schema.partition.name), schema.sort.map(|sort| sort.name), schema.ttl];
        let has = |index: &IndexSchema| {
            index.partition.iter().chain(index.sort).all(|key| known.contains(&Some(key.name)))
        };
        index.is_some_and(has) && entities.iter().any(|entity| entity.has_companions())
    }

    pub(crate) fn schema(&self) -> &'static TableSchema {
        self.schema
    }
}

impl State {
    fn new(
        descriptor: &'static EntityDescriptor,
        schema: &'static TableSchema,
        index: Option<&'static str>,
        given: &[(usize, Given<'_>)],
    ) -> Result<Self> {
        let undeclared = |name: &str| {
            let reason = format!("table `{}` does not declare the index `{name}`", schema.type_name);
            Error::new(Kind::Request { reason })
        };
        let keys = descriptor.sources(index).zip(schema.key_attributes(index));
        let (sources, attributes) = keys.ok_or_else(|| undeclared(index.unwrap_or_default()))?;
        let lookup = |position| find(given, position);
        let error = |problem| key_error(descriptor, problem);
        let partition = sources.0.iter().zip(attributes.0).map(|(source, attribute)| {
            let value = source.before_shard().value(descriptor.delimiter, lookup).map_err(error)?;
            let incomplete = Kind::KeyIncomplete { entity: descriptor.name, attribute: attribute.name };
            Ok((attribute.name, value.ok_or_else(|| Error::new(incomplete))?))
        });
        let sort = sources.1.iter().zip(attributes.1).map(|(source, attribute)| {
            let (rendered, condition) = match source {
                KeySource::Template(template) => {
                    (template.start(descriptor.delimiter, lookup).map_err(error)?, None)
                }
                KeySource::Plain(plain) => {
                    let nothing = Rendered { text: String::new(), next: 0, known: Vec::new() };
                    (
                        nothing,
                        lookup(plain.position).to_value(plain).map_err(error)?.map(SortCondition::Equal),
                    )
                }
            };
            Ok(Sort { name: attribute.name, source, rendered, condition })
        });
        let spread =
            sources.0.iter().find_map(KeySource::shards).map(|sharding| Spread::new(sharding, lookup));
        Ok(Self {
            partition: partition.collect::<Result<_>>()?,
            spread: spread.transpose().map_err(error)?,
            sort: sort.collect::<Result<_>>()?,
        })
    }

    /// The partition key, of one shard where there are some.
    fn partition(&self, delimiter: char, shard: Option<u16>) -> Vec<(&'static str, Value)> {
        let mut partition = self.partition.clone();
        // What is spread is one template.
        if let (Some(shard), [(_, Value::S(text))]) = (shard, partition.as_mut_slice()) {
            text.push(delimiter);
            text.push_str(&shard_text(shard));
        }
        partition
    }
}

impl Spread {
    fn new<'g>(sharding: &'static Sharding, given: impl Fn(usize) -> Given<'g>) -> Result<Self, KeyProblem> {
        let texts = sharding.by.iter().map(|by| given(by.position).natural(by.field));
        Ok(Self { sharding, texts: texts.collect::<Result<_, _>>()?, asked: None })
    }

    fn decide(&mut self, position: usize, given: Given<'_>) -> Result<(), KeyProblem> {
        for (by, text) in self.sharding.by.iter().zip(&mut self.texts) {
            if by.position == position {
                *text = given.natural(by.field)?;
            }
        }
        Ok(())
    }

    /// The shards that are wanted, at least one.
    fn shards(&self) -> Vec<u16> {
        let decided: Option<Vec<&str>> = self.texts.iter().map(Option::as_deref).collect();
        match (self.asked, decided) {
            (Some(shard), _) => vec![shard],
            (None, Some(texts)) => {
                let counts = [Some(self.sharding.count), self.sharding.was];
                let mut shards: Vec<u16> =
                    counts.into_iter().flatten().map(|count| shard_of(&texts, count)).collect();
                shards.sort_unstable();
                shards.dedup();
                shards
            }
            (None, None) => (0..self.sharding.n_places()).collect(),
        }
    }
}

impl Sort {
    fn to_condition(&self, delimiter: char) -> SortCondition {
        match (&self.condition, self.source) {
            (Some(condition), _) => condition.clone(),
            (None, KeySource::Plain(_)) => SortCondition::Any,
            (None, KeySource::Template(template)) if self.rendered.next == template.segments.len() => {
                SortCondition::Equal(Value::S(self.rendered.text.clone()))
            }
            (None, KeySource::Template(_)) => match self.prefix(delimiter) {
                prefix if prefix.is_empty() => SortCondition::Any,
                prefix => SortCondition::BeginsWith(Value::S(prefix)),
            },
        }
    }

    /// What all sort keys begin with that the query reads.
    fn prefix(&self, delimiter: char) -> String {
        match self.source {
            KeySource::Template(template) => template.prefix(&self.rendered, delimiter),
            KeySource::Plain(_) => String::new(),
        }
    }
}

fn template_range(
    template: &Template,
    rendered: &Rendered,
    delimiter: char,
    low: Bound<Given<'_>>,
    high: Bound<Given<'_>>,
) -> Result<SortCondition, KeyProblem> {
    let Some(placeholder) = template.awaited(rendered) else { return Ok(SortCondition::Nothing) };
    let closed = rendered.next + 1 < template.segments.len();
    let text = |given: Given<'_>| {
        let mut text = String::new();
        given.write_bound(placeholder, delimiter, closed, &mut text).map(|_| text)
    };
    let bound = |bound: Bound<Given<'_>>| match bound {
        Bound::Included(given) => text(given).map(Bound::Included),
        Bound::Excluded(given) => text(given).map(Bound::Excluded),
        Bound::Unbounded => Ok(Bound::Unbounded),
    };
    let (mut low, mut high) = (bound(low)?, bound(high)?);
    if placeholder.spec.descending {
        std::mem::swap(&mut low, &mut high);
    }
    Ok(text_range(&template.prefix(rendered, delimiter), &low, &high, closed.then_some(delimiter)))
}
