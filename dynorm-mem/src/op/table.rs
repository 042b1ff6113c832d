//! `CreateTable`, `DescribeTable`, `DeleteTable`, `ListTables` and the time to live.

use std::ops::Bound;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use dynorm::backend::table::{CreateTable, TableDescription, TableStatus, TimeToLive};
use dynorm::value::{Name, Number, Value};

use super::stream;
use crate::call::table::{ContinuousBackups, ListTables, TableList};
use crate::limits::{EXPIRY_AGE_MAX, LIST_ENTRIES_MAX, TIME_TO_LIVE_CHANGE_INTERVAL};
use crate::message::{self, Checked};
use crate::state::{State, checked_name, opened};
use crate::table::key::StoreKey;
use crate::table::phase::Phase;
use crate::table::record::Record;
use crate::table::schema::Schema;
use crate::table::settings::Settings;
use crate::table::{Change, Table};

pub(crate) fn create(state: &mut State, call: CreateTable, now: SystemTime) -> Checked<TableDescription> {
    let (view, deletion_protection) = (call.stream, call.deletion_protection);
    let settings = Settings::new(&call, now);
    let mut table = Table::new(Schema::new(call, now)?, settings?);
    if let Some(existing) = state.tables.get(&table.schema.name) {
        return Err(match existing.status() {
            TableStatus::Creating => message::table_in_use("created", &table.schema.name),
            _ => message::table_exists(&table.schema.name),
        });
    }
    table.deletion_protection = deletion_protection;
    if let Some(view) = view {
        stream::enable(&state.ended_streams, &mut table, view, now);
    }
    let name = table.schema.name.clone();
    state.tables.insert(name.clone(), Arc::new(table));
    begin(state, &name, TableStatus::Creating, None);
    describe(state, &name)
}

/// Has a change of a table last, if changes do.
pub(super) fn begin(
    state: &mut State,
    name: &str,
    status: TableStatus,
    index: Option<(String, TableStatus)>,
) {
    if state.table_delay.is_zero() {
        return;
    }
    let Some(table) = state.tables.get_mut(name) else { return };
    let until = state.now + state.table_delay;
    Arc::make_mut(table).phase = Some(Phase { status, index, until });
    state.changing.insert(name.to_owned());
}

/// Ends the changes of tables that are over by now.
pub(crate) fn settle(state: &mut State) {
    let now = state.now;
    for name in std::mem::take(&mut state.changing) {
        let Some(phase) = state.tables.get(&name).and_then(|table| table.phase.clone()) else { continue };
        if phase.until > now {
            state.changing.insert(name);
        } else if phase.status == TableStatus::Deleting {
            remove(state, &name);
        } else if let Some(table) = state.tables.get_mut(&name) {
            Arc::make_mut(table).phase = None;
        }
    }
}

fn remove(state: &mut State, name: &str) {
    stream::end(state, name);
    state.lag.forget(name);
    state.tables.remove(name);
}

pub(crate) fn describe(state: &State, table: &str) -> Checked<TableDescription> {
    Ok(named(state, table)?.describe())
}

pub(crate) fn delete(state: &mut State, table: &str) -> Checked<TableDescription> {
    let table = named(state, table)?;
    if table.deletion_protection {
        return Err(message::deletion_protected());
    }
    table.check_deletable()?;
    let description = table.describe();
    if state.table_delay.is_zero() {
        remove(state, &description.table);
        return Ok(description);
    }
    begin(state, &description.table, TableStatus::Deleting, None);
    describe(state, &description.table)
}

pub(crate) fn list(state: &State, call: &ListTables) -> Checked<TableList> {
    let limit = stream::checked_limit(call.limit, LIST_ENTRIES_MAX)?;
    let lower = call.start.as_deref().map_or(Bound::Unbounded, Bound::Excluded);
    let mut rest = state.tables.range::<str, _>((lower, Bound::Unbounded)).map(|(name, _)| name);
    let tables: Vec<String> = rest.by_ref().take(limit).cloned().collect();
    let last = rest.next().and(tables.last()).cloned();
    Ok(TableList { tables, last })
}

pub(crate) fn describe_continuous_backups(state: &State, table: &str) -> Checked<ContinuousBackups> {
    let name = checked_name(table)?;
    if !state.tables.contains_key(name) {
        return Err(message::backed_up_table_not_found(name));
    }
    Ok(ContinuousBackups { is_enabled: true, point_in_time_recovery: false })
}

/// The table, or a refusal that names it, as the control plane does.
pub(super) fn named<'s>(state: &'s State, table: &str) -> Checked<&'s Arc<Table>> {
    let name = checked_name(table)?;
    state.tables.get(name).ok_or_else(|| message::named_table_not_found(name))
}

pub(crate) fn update_time_to_live(state: &mut State, call: &TimeToLive, now: SystemTime) -> Checked {
    let table = named(state, &call.table)?;
    if !table.is_usable() {
        table.check_idle()?;
    }
    let current = &table.time_to_live;
    if call.attribute.is_empty() {
        return Err(message::empty_attribute_name());
    }
    match (&current.attribute, call.enabled) {
        (Some(attribute), true) if *attribute == *call.attribute => {
            return Err(message::time_to_live_already("enabled"));
        }
        (None, false) => return Err(message::time_to_live_already("disabled")),
        (Some(attribute), _) if *attribute != *call.attribute => {
            return Err(message::time_to_live_other_attribute(attribute));
        }
        _ => {}
    }
    let age = current.changed.and_then(|changed| now.duration_since(changed).ok());
    if age.is_some_and(|age| age < TIME_TO_LIVE_CHANGE_INTERVAL) {
        return Err(message::time_to_live_changed_recently());
    }
    let setting = &mut state.table_mut(&call.table)?.time_to_live;
    setting.attribute = call.enabled.then(|| Name::from(&call.attribute));
    setting.changed = Some(now);
    Ok(())
}

/// The attribute that the table's items expire by, if any.
pub(crate) fn describe_time_to_live(state: &State, table: &str) -> Checked<Option<String>> {
    let table = named(state, table)?;
    match table.status() {
        TableStatus::Creating => Err(message::time_to_live_unknown("CREATING")),
        TableStatus::Deleting => Err(message::time_to_live_unknown("DELETING")),
        _ => Ok(table.time_to_live.attribute.as_ref().map(ToString::to_string)),
    }
}

/// Deletes what has expired, in all tables, and counts it.
pub(crate) fn sweep_expired(state: &mut State, expired_by: SystemTime) -> usize {
    let State { tables, lag, now: at, .. } = state;
    let Ok(now) = expired_by.duration_since(UNIX_EPOCH) else { return 0 };
    let mut n_deleted = 0;
    for (name, table) in tables {
        let Some(attribute) = &table.time_to_live.attribute else { continue };
        let expired: Vec<Change> = table
            .items
            .iter()
            .filter(|record| is_expired(record, table, attribute, now))
            .map(|record| Change {
                key: StoreKey::from_bytes(record.key()),
                before: Some(record.clone()),
                after: None,
            })
            .collect();
        if expired.is_empty() {
            continue;
        }
        n_deleted += expired.len();
        lag.keep(name, table, *at);
        let table = opened(table, *at);
        for change in expired {
            table.commit_expiry(change);
        }
    }
    n_deleted
}

/// Deletes the items that go by themselves by now; looks for them once a second, since it costs a look at every item.
pub(crate) fn expire(state: &mut State) {
    let now = state.now;
    let Some(expiry) = &mut state.expiry else { return };
    let second = |time: SystemTime| time.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    if second(expiry.swept) == second(now) {
        return;
    }
    expiry.swept = now;
    if let Some(expired_by) = now.checked_sub(expiry.delay) {
        sweep_expired(state, expired_by);
    }
}

/// Whether the time has passed, but not so long ago that it must be a mistake.
fn is_expired(record: &Record, table: &Table, attribute: &str, now: Duration) -> bool {
    let mut item = record.part(&table.names, |name| name == attribute);
    let Some(Value::N(expiry)) = item.remove(attribute) else { return false };
    let oldest = Number::from(now.saturating_sub(EXPIRY_AGE_MAX).as_secs());
    expiry < Number::from(now.as_secs()) && expiry >= oldest
}
