//! `Query`.

use std::ops::Bound;

use dynorm::backend::call;
use dynorm::value::{Item, Value};

use super::found::Page;
use super::page::{self, Expressions, Parameters, Source};
use crate::expr::{Comparator, KeyTerm, attributes_of, key_terms};
use crate::limits::{PARTITION_KEY_BYTES_MAX, SORT_KEY_BYTES_MAX};
use crate::message::{self, Checked};
use crate::state::{State, checked_name};
use crate::table::item::check_values;
use crate::table::key::{KeyBytes, KeyPart, KeyShape, StoreKey, is_of_kind, n_bytes};

pub(crate) fn query<'s>(state: &'s State, call: &call::Query) -> Checked<Page<'s>> {
    checked_name(&call.table)?;
    if let Some(start) = &call.start {
        check_values(start)?;
    }
    let missing = "FilterExpression and KeyConditionExpression are null";
    let expressions = page::prepare(&parameters(call), call.key_condition.as_deref(), missing)?;
    run(state, call, &expressions, FilterScope::Expression)
}

/// What the filter of a query may name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FilterScope {
    /// Anything but the key, as `FilterExpression`.
    Expression,
    /// Anything but the key, as `QueryFilter`.
    Legacy,
    /// Any attribute.
    All,
}

/// Queries by expressions that have been read.
pub(crate) fn run<'s>(
    state: &'s State,
    call: &call::Query,
    expressions: &Expressions<'_>,
    scope: FilterScope,
) -> Checked<Page<'s>> {
    let Some(key_condition) = &expressions.key_condition else { return Err(message::no_key_condition()) };
    let terms = key_terms(key_condition)?;
    let parameters = parameters(call);
    let table = page::table(state, &parameters)?;
    let source = Source::new(table, &parameters, expressions)?;
    let range = KeyRange::new(source.key(), &terms)?;
    check_filter(source.key(), expressions, scope)?;
    let start = call.start.as_ref().map(|start| range.start_key(&source, start, &terms)).transpose()?;
    let (lower, upper) = match (&start, call.descending) {
        (Some(start), false) => (Bound::Excluded(start), Bound::Excluded(&range.end)),
        (Some(start), true) => (Bound::Included(&range.first), Bound::Excluded(start)),
        (None, _) => (Bound::Included(&range.first), Bound::Excluded(&range.end)),
    };
    let entries = source.store.range(lower, upper);
    Ok(if call.descending {
        page::read(&source, &parameters, expressions, entries.rev())
    } else {
        page::read(&source, &parameters, expressions, entries)
    })
}

pub(crate) fn parameters(call: &call::Query) -> Parameters<'_> {
    Parameters {
        table: &call.table,
        index: call.index.as_deref(),
        filter: call.filter.as_deref(),
        projection: call.projection.as_deref(),
        names_attributes: false,
        names: &call.names,
        values: &call.values,
        limit: call.limit,
        consistent: call.consistent,
        select: call.select,
        capacity: call.capacity,
    }
}

/// A filter may not name the key attributes of what is queried.
fn check_filter(key: &KeyShape, expressions: &Expressions<'_>, scope: FilterScope) -> Checked {
    let parameter = match scope {
        FilterScope::Expression => "Filter Expression",
        FilterScope::Legacy => "QueryFilter",
        FilterScope::All => return Ok(()),
    };
    let Some(filter) = &expressions.filter else { return Ok(()) };
    let mut names = Vec::new();
    attributes_of(filter, &mut names);
    match names.into_iter().find(|name| key.contains(name)) {
        Some(name) => Err(message::filter_on_key(parameter, name)),
        None => Ok(()),
    }
}

/// The keys that a key condition selects.
struct KeyRange {
    /// How many bytes of the keys are the partition's.
    n_partition: usize,
    first: StoreKey,
    /// The least key behind the range.
    end: StoreKey,
}

impl KeyRange {
    fn new(key: &KeyShape, terms: &[(&str, KeyTerm<'_>)]) -> Checked<Self> {
        if terms.len() > 2 && key.parts().count() <= 2 {
            return Err(message::key_conditions_count());
        }
        let term_of =
            |part: &KeyPart| terms.iter().find(|(name, _)| part.name == **name).map(|(_, term)| *term);
        let mut prefix = KeyBytes::with_capacity(terms.iter().map(|(_, term)| n_bytes_of(*term)).sum());
        for part in &key.partition {
            match term_of(part) {
                None => return Err(message::key_condition_missing(&part.name)),
                Some(KeyTerm::Compare(Comparator::Equal, value)) => {
                    check_operand(part, value, PARTITION_KEY_BYTES_MAX)?;
                    prefix.push(value);
                }
                Some(_) => return Err(message::key_condition_not_supported()),
            }
        }
        let mut prefix = prefix.end_partition();
        let n_partition = prefix.len();
        let mut n_used = key.partition.len();
        let mut sort = key.sort.iter();
        let mut range = None;
        for part in sort.by_ref() {
            let Some(term) = term_of(part) else { break };
            n_used += 1;
            check_term(part, term)?;
            let KeyTerm::Compare(Comparator::Equal, value) = term else {
                range = Some(term);
                break;
            };
            prefix.push(value);
        }
        if n_used < terms.len() {
            return Err(unusable_term(key, terms));
        }
        let (first, end) = match range {
            Some(term) => bounds(prefix, term),
            None => (prefix.to_key(), prefix.into_end()),
        };
        Ok(Self { n_partition, first, end })
    }

    /// The position after which to read on, which must be one that the condition selects.
    fn start_key(
        &self,
        source: &Source<'_>,
        start: &Item,
        terms: &[(&str, KeyTerm<'_>)],
    ) -> Checked<StoreKey> {
        let key = source.start_key(start).ok_or_else(message::start_key_invalid)?;
        if !self.first.is_of_partition(&key, self.n_partition) {
            return Err(self.other_partition(source, start, terms));
        }
        if !self.contains(&key) {
            return Err(message::start_key_outside_range());
        }
        Ok(key)
    }

    fn contains(&self, key: &StoreKey) -> bool {
        *key >= self.first && *key < self.end
    }

    /// What is wrong with a start key of another partition: its sort key, if there is a condition on that, comes first.
    fn other_partition(
        &self,
        source: &Source<'_>,
        start: &Item,
        terms: &[(&str, KeyTerm<'_>)],
    ) -> message::Refusal {
        let partition = &source.key().partition;
        if terms.len() == partition.len() {
            return message::start_key_outside_query();
        }
        let mut moved = start.clone();
        for (name, term) in terms {
            if let KeyTerm::Compare(Comparator::Equal, value) = term
                && partition.iter().any(|part| part.name == **name)
            {
                moved.insert((*name).to_owned(), (*value).clone());
            }
        }
        match source.start_key(&moved) {
            Some(key) if self.contains(&key) => message::start_key_of_other_partition(),
            _ => message::start_key_outside_range(),
        }
    }
}

/// Why a term could not be used: it is not about the key, or not about the next attribute of it.
fn unusable_term(key: &KeyShape, terms: &[(&str, KeyTerm<'_>)]) -> message::Refusal {
    let has_term = |part: &KeyPart| terms.iter().any(|(name, _)| part.name == **name);
    let foreign = terms.iter().any(|(name, _)| !key.contains(name));
    match key.sort.iter().find(|part| !has_term(part)) {
        Some(part) if foreign => message::key_condition_missing(&part.name),
        _ => message::key_condition_not_supported(),
    }
}

fn check_term(part: &KeyPart, term: KeyTerm<'_>) -> Checked {
    match term {
        KeyTerm::Compare(_, value) => check_operand(part, value, SORT_KEY_BYTES_MAX),
        KeyTerm::Between(low, high) => {
            check_operand(part, low, SORT_KEY_BYTES_MAX)?;
            check_operand(part, high, SORT_KEY_BYTES_MAX)
        }
        KeyTerm::BeginsWith(prefix) => check_operand(part, prefix, SORT_KEY_BYTES_MAX),
    }
}

fn check_operand(part: &KeyPart, value: &Value, bytes_max: usize) -> Checked {
    if !is_of_kind(value, part.kind) {
        return Err(message::key_condition_type());
    }
    let (length, kind) = match value {
        Value::S(text) => (text.len(), "string"),
        Value::B(bytes) => (bytes.len(), "binary"),
        _ => return Ok(()),
    };
    if length == 0 {
        return Err(message::key_empty(kind, &part.name));
    }
    if length > bytes_max {
        let is_partition = bytes_max == PARTITION_KEY_BYTES_MAX;
        return Err(if is_partition {
            message::partition_key_too_long()
        } else {
            message::sort_key_too_long()
        });
    }
    Ok(())
}

/// How many bytes a term needs in a key, or almost.
fn n_bytes_of(term: KeyTerm<'_>) -> usize {
    match term {
        KeyTerm::Compare(_, value) | KeyTerm::BeginsWith(value) => n_bytes(value),
        KeyTerm::Between(low, high) => n_bytes(low).max(n_bytes(high)),
    }
}

/// The first key and the end of what a term selects behind a prefix.
fn bounds(prefix: KeyBytes, term: KeyTerm<'_>) -> (StoreKey, StoreKey) {
    let with = |value: &Value| {
        let mut bytes = prefix.clone();
        bytes.push(value);
        bytes
    };
    match term {
        KeyTerm::Compare(Comparator::Less, value) => (prefix.to_key(), with(value).into_key()),
        KeyTerm::Compare(Comparator::LessOrEqual, value) => (prefix.to_key(), with(value).into_end()),
        KeyTerm::Compare(Comparator::Greater, value) => (with(value).into_end(), prefix.into_end()),
        KeyTerm::Compare(Comparator::GreaterOrEqual, value) => (with(value).into_key(), prefix.into_end()),
        KeyTerm::Compare(Comparator::Equal | Comparator::NotEqual, value) => {
            let bytes = with(value);
            (bytes.to_key(), bytes.into_end())
        }
        KeyTerm::Between(low, high) => (with(low).into_key(), with(high).into_end()),
        KeyTerm::BeginsWith(value) => {
            let mut bytes = prefix;
            bytes.push_prefix(value);
            (bytes.to_key(), bytes.into_end())
        }
    }
}
