//! Access patterns: what a query asks of the key of a table or an index.

use std::ops::{Bound, RangeBounds};

use super::codec::key_error;
use super::{Entity, EntityDescriptor, Table, TableSchema};
use crate::error::{Error, Kind, Result};
use crate::key::{Given, KeySource, Rendered, SortCondition, Template, plain_range, text_range};
use crate::value::{Arg, Value};

/// A way to read several items of an entity: `E::by_something(..)`, and what narrows it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an access pattern",
    label = "not an access pattern",
    note = "pass one of the entity's patterns, such as `Order::of_customer(\"ann\")`; for a single item use `db.get(Order::key(..))`"
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
    /// The partition key attribute and its value.
    partition: (&'static str, Value),
    /// The sort key attribute and what is known of it.
    sort: Option<Sort>,
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

/// What a probe asks for: of the partition key, and of the sort key.
#[derive(Clone, Debug)]
pub(crate) struct KeyCondition {
    pub(crate) partition: (&'static str, Value),
    pub(crate) sort: Option<(&'static str, SortCondition)>,
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
        self.narrow(|descriptor, sort| match sort.source {
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

    fn narrow(
        mut self,
        change: impl FnOnce(&EntityDescriptor, &mut Sort) -> Result<(), crate::key::KeyProblem>,
    ) -> Self {
        let descriptor = self.descriptor;
        if let Ok(State { sort: Some(sort), .. }) = &mut self.state
            && let Err(problem) = change(descriptor, sort)
        {
            self.state = Err(key_error(descriptor, problem));
        }
        self
    }

    /// What the query asks of the keys.
    pub(crate) fn condition(&self) -> Result<KeyCondition> {
        let state = self.state.as_ref().map_err(Clone::clone)?;
        let sort = state.sort.as_ref().map(|sort| (sort.name, sort.to_condition(self.descriptor.delimiter)));
        if matches!(sort, Some((_, SortCondition::Nothing))) {
            let kind = Kind::EmptyRange { entity: self.descriptor.name, pattern: self.pattern };
            return Err(Error::new(kind));
        }
        let sort = sort.filter(|(_, condition)| *condition != SortCondition::Any);
        Ok(KeyCondition { partition: state.partition.clone(), sort })
    }

    /// Whether items of other entities of the table can be among the keys that the query reads.
    pub(crate) fn meets_others(&self, entities: &[&EntityDescriptor]) -> bool {
        let Ok(state) = &self.state else { return false };
        let delimiter = self.descriptor.delimiter;
        let prefix = state.sort.as_ref().map(|sort| sort.prefix(delimiter)).unwrap_or_default();
        entities.iter().any(|entity| {
            let keys = match self.index {
                None => Some((&entity.partition, entity.sort.as_ref())),
                Some(name) => entity.index(name).map(|keys| (&keys.partition, keys.sort.as_ref())),
            };
            entity.path != self.descriptor.path
                && keys.is_some_and(|(partition, sort)| {
                    partition.accepts(&state.partition.1, delimiter)
                        && sort.is_none_or(|sort| sort.can_begin_with(&prefix, delimiter))
                })
        })
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
        let (partition, sort, names) = match index {
            None => (&descriptor.partition, descriptor.sort.as_ref(), (schema.partition, schema.sort)),
            Some(name) => {
                let keys = descriptor.index(name).ok_or_else(|| undeclared(name))?;
                let index = schema.index(name).ok_or_else(|| undeclared(name))?;
                (&keys.partition, keys.sort.as_ref(), (index.partition, index.sort))
            }
        };
        let lookup = |position| find(given, position);
        let error = |problem| key_error(descriptor, problem);
        let value = partition.value(descriptor.delimiter, lookup).map_err(error)?;
        let incomplete = Kind::KeyIncomplete { entity: descriptor.name, attribute: names.0.name };
        let value = value.ok_or_else(|| Error::new(incomplete))?;
        let sort = match sort.zip(names.1) {
            None => None,
            Some((source, attribute)) => {
                let rendered = match source {
                    KeySource::Template(template) => {
                        template.start(descriptor.delimiter, lookup).map_err(error)?
                    }
                    KeySource::Plain(_) => Rendered { text: String::new(), next: 0, known: Vec::new() },
                };
                Some(Sort { name: attribute.name, source, rendered, condition: None })
            }
        };
        Ok(Self { partition: (names.0.name, value), sort })
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
) -> Result<SortCondition, crate::key::KeyProblem> {
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
