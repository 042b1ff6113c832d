//! `ListStreams`, `DescribeStream`, `GetShardIterator`, `GetRecords`, and streams switched on and off.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use dynorm::backend::table::StreamView;

use crate::call::stream::{
    DescribeStream, GetRecords, GetShardIterator, ListStreams, Records, ShardIteratorType, StreamDescription,
    StreamList, StreamStatus, StreamSummary,
};
use crate::limits::{LIST_ENTRIES_MAX, RECORDS_BYTES_MAX, RECORDS_MAX};
use crate::message::{self, Checked, Refusal};
use crate::state::State;
use crate::stream::{Log, ShardIterator, Stream, count_of_sequence_number, label_at, parts_of_arn};
use crate::table::{Table, name_of};

/// Switches the table's stream on, which it has not.
pub(super) fn enable(
    ended: &BTreeMap<(String, String), Arc<Stream>>,
    table: &mut Table,
    view: StreamView,
    now: SystemTime,
) {
    let name = &table.schema.name;
    // A label is good for one stream, also if two are switched on in one millisecond.
    let mut at = now;
    while ended.contains_key(&(name.clone(), label_at(at))) {
        at += Duration::from_millis(1);
    }
    let stream = Stream {
        table: name.clone(),
        label: label_at(at),
        key: table.schema.definition.clone(),
        view,
        created: now,
        closed: None,
        now,
        log: Log::default(),
        names: Arc::clone(&table.names),
    };
    table.stream_arn = Some(stream.arn());
    table.stream = Some(stream);
}

/// Switches the stream of a table off, if it has one. What was recorded can be read for a day.
pub(super) fn end(state: &mut State, table: &str) {
    state.forget_streams();
    let now = state.now;
    let Some(table) = state.tables.get_mut(table) else { return };
    if table.stream.is_none() {
        return;
    }
    if let Some(stream) = Arc::make_mut(table).stream.take() {
        let key = (stream.table.clone(), stream.label.clone());
        state.ended_streams.insert(key, Arc::new(Stream { closed: Some(now), ..stream }));
    }
}

pub(crate) fn list_streams(state: &State, call: &ListStreams, now: SystemTime) -> Checked<StreamList> {
    let limit = checked_limit(call.limit, LIST_ENTRIES_MAX)?;
    let start = call.start.as_deref().map(checked_arn).transpose()?;
    let wanted = call.table.as_deref().map(name_of);
    let mut all: BTreeMap<(&str, &str), &Stream> = BTreeMap::new();
    let live = state.tables.values().filter_map(|table| table.stream.as_ref());
    let ended = state.ended_streams.values().map(Arc::as_ref);
    for stream in live.chain(ended.filter(|stream| stream.is_readable(now))) {
        if wanted.is_none_or(|table| table == stream.table) {
            all.insert((&stream.table, &stream.label), stream);
        }
    }
    let lower = start.map_or(Bound::Unbounded, Bound::Excluded);
    let mut rest = all.range((lower, Bound::Unbounded)).map(|(_, stream)| *stream);
    let streams: Vec<StreamSummary> = rest.by_ref().take(limit).map(summary).collect();
    let last = rest.next().and(streams.last()).map(|last| last.arn.clone());
    Ok(StreamList { streams, last })
}

fn summary(stream: &Stream) -> StreamSummary {
    StreamSummary { arn: stream.arn(), table: stream.table.clone(), label: stream.label.clone() }
}

pub(crate) fn describe_stream(
    state: &State,
    call: &DescribeStream,
    now: SystemTime,
) -> Checked<StreamDescription> {
    checked_limit(call.limit, LIST_ENTRIES_MAX)?;
    if let Some(start) = &call.start {
        check_length("ExclusiveStartShardId", start, 28, 65)?;
    }
    let stream = find(state, &call.stream, now)?;
    let shard = stream.shard();
    let is_behind = call.start.as_ref().is_some_and(|start| *start >= shard.id);
    Ok(StreamDescription {
        arn: stream.arn(),
        label: stream.label.clone(),
        table: stream.table.clone(),
        key: stream.key.clone(),
        view: stream.view,
        status: if stream.closed.is_none() { StreamStatus::Enabled } else { StreamStatus::Disabled },
        created: stream.created,
        shards: if is_behind { Vec::new() } else { vec![shard] },
        last_shard: None,
    })
}

pub(crate) fn get_shard_iterator(state: &State, call: &GetShardIterator, now: SystemTime) -> Checked<String> {
    check_length("ShardId", &call.shard, 28, 65)?;
    if let Some(number) = &call.sequence_number {
        check_length("SequenceNumber", number, 21, 40)?;
    }
    let (kind, needs_number) = match call.kind {
        ShardIteratorType::TrimHorizon => ("TRIM_HORIZON", false),
        ShardIteratorType::Latest => ("LATEST", false),
        ShardIteratorType::AtSequenceNumber => ("AT_SEQUENCE_NUMBER", true),
        ShardIteratorType::AfterSequenceNumber => ("AFTER_SEQUENCE_NUMBER", true),
    };
    match &call.sequence_number {
        None if needs_number => return Err(message::sequence_number_required(kind)),
        Some(_) if !needs_number => return Err(message::sequence_number_not_allowed(kind)),
        _ => {}
    }
    let stream = find(state, &call.stream, now)?;
    if call.shard != stream.shard_id() {
        return Err(message::shard_not_found());
    }
    let log = &stream.log;
    let position = match (call.kind, &call.sequence_number) {
        (ShardIteratorType::Latest, _) => log.end(),
        (kind, Some(number)) => position_of(log, kind, number, now)?,
        (_, None) => log.horizon(now),
    };
    Ok(ShardIterator::new(stream.arn(), position, now).to_text())
}

/// The position at or after the record of a sequence number, or of the shard's first number, which has none.
fn position_of(log: &Log, kind: ShardIteratorType, number: &str, now: SystemTime) -> Checked<u64> {
    let n = count_of_sequence_number(number).filter(|n| *n <= log.end());
    let n = n.ok_or_else(message::sequence_number_invalid)?;
    let position = if kind == ShardIteratorType::AtSequenceNumber { n.saturating_sub(1) } else { n };
    if position < log.horizon(now) {
        return Err(message::records_trimmed());
    }
    Ok(position)
}

pub(crate) fn get_records(state: &State, call: &GetRecords, now: SystemTime) -> Checked<Records> {
    check_length("ShardIterator", &call.iterator, 1, 2048)?;
    let limit = checked_limit(call.limit, RECORDS_MAX)?;
    let iterator = ShardIterator::parse(&call.iterator).ok_or_else(message::shard_iterator_invalid)?;
    if iterator.is_expired(now) {
        return Err(message::shard_iterator_expired());
    }
    let stream = find(state, &iterator.stream, now)?;
    if iterator.position < stream.log.horizon(now) {
        return Err(message::records_trimmed());
    }
    let mut position = iterator.position;
    let mut records = Vec::new();
    let mut size_bytes = 0;
    while records.len() < limit
        && let Some(entry) = stream.log.get(position)
    {
        let record = stream.record_of(position, entry);
        size_bytes += record.size_bytes;
        if size_bytes > RECORDS_BYTES_MAX && !records.is_empty() {
            break;
        }
        records.push(record);
        position += 1;
    }
    let is_over = stream.closed.is_some() && position >= stream.log.end();
    let next = (!is_over).then(|| ShardIterator::new(iterator.stream, position, now).to_text());
    Ok(Records { records, next })
}

/// The stream of this resource name, on or off.
fn find<'s>(state: &'s State, arn: &str, now: SystemTime) -> Checked<&'s Stream> {
    let (table, label) = checked_arn(arn)?;
    let live = state.tables.get(table).and_then(|table| table.stream.as_ref());
    if let Some(stream) = live.filter(|stream| stream.label == label) {
        return Ok(stream);
    }
    let ended = state.ended_streams.get(&(table.to_owned(), label.to_owned()));
    let ended = ended.filter(|stream| stream.is_readable(now));
    ended.map(Arc::as_ref).ok_or_else(|| message::stream_not_found(arn))
}

fn checked_arn(arn: &str) -> Checked<(&str, &str)> {
    check_length("StreamArn", arn, 37, 1024)?;
    parts_of_arn(arn).ok_or_else(message::stream_arn_invalid)
}

/// How many entries a list may have.
pub(super) fn checked_limit(limit: Option<u32>, max: u32) -> Checked<usize> {
    let constraint = match limit {
        Some(0) => "Member must have value greater than or equal to 1".to_owned(),
        Some(limit) if limit > max => format!("Member must have value less than or equal to {max}"),
        _ => {
            let limit = limit.unwrap_or(max);
            return Ok(usize::try_from(limit).expect("a limit is a small number"));
        }
    };
    Err(Refusal::constraint("Limit", limit.unwrap_or_default(), constraint))
}

fn check_length(member: &'static str, value: &str, min: usize, max: usize) -> Checked {
    let n_chars = value.chars().count();
    let constraint = if n_chars < min {
        format!("Member must have length greater than or equal to {min}")
    } else if n_chars > max {
        format!("Member must have length less than or equal to {max}")
    } else {
        return Ok(());
    };
    Err(Refusal::constraint(member, value, constraint))
}
