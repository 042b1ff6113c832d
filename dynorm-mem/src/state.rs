//! Everything that lasts between calls: tables, streams that ended, and the tokens of transactions.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use dynorm::backend::call::TransactWriteAction;

use crate::lag::{Lag, View};
use crate::limits::TOKEN_WINDOW;
use crate::message::{self, Checked, Refusal};
use crate::partiql::Statement;
use crate::stream::Stream;
use crate::table::{Table, name_of};

/// The state of an engine. Cheap to clone: tables are shared until they are written.
#[derive(Clone, Debug)]
pub(crate) struct State {
    /// The time, as last told.
    pub(crate) now: SystemTime,
    pub(crate) tables: BTreeMap<String, Arc<Table>>,
    /// How large an item collection may grow, if that is looked at.
    pub(crate) collection_bytes_max: Option<u64>,
    /// How long tables are created, changed and deleted.
    pub(crate) table_delay: Duration,
    /// How late reads see writes.
    pub(crate) lag: Lag,
    /// How long items stay after they have expired, if they go by themselves, and when they last went.
    pub(crate) expiry: Option<Expiry>,
    /// The tables that are.
    pub(crate) changing: BTreeSet<String>,
    /// The streams that were switched off, or whose tables are gone, by table and label.
    pub(crate) ended_streams: BTreeMap<(String, String), Arc<Stream>>,
    pub(crate) tokens: Tokens<Arc<[TransactWriteAction]>>,
    pub(crate) statement_tokens: Tokens<Arc<[Statement]>>,
}

/// Items that go by themselves.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Expiry {
    /// How long after they have expired.
    pub(crate) delay: Duration,
    /// When it was last looked which do.
    pub(crate) swept: SystemTime,
}

impl Default for State {
    fn default() -> Self {
        Self {
            now: UNIX_EPOCH,
            tables: BTreeMap::new(),
            collection_bytes_max: None,
            table_delay: Duration::ZERO,
            lag: Lag::default(),
            expiry: None,
            changing: BTreeSet::new(),
            ended_streams: BTreeMap::new(),
            tokens: Tokens::default(),
            statement_tokens: Tokens::default(),
        }
    }
}

impl State {
    /// The table of this name or resource name.
    pub(crate) fn table(&self, table: &str) -> Checked<&Arc<Table>> {
        let table = self.tables.get(checked_name(table)?).filter(|table| table.is_usable());
        table.ok_or_else(message::table_not_found)
    }

    /// The table of this name or resource name, as a read sees it.
    pub(crate) fn table_seen(&self, table: &str, view: View) -> Checked<&Arc<Table>> {
        let now = self.table(table)?;
        Ok(self.lag.seen(name_of(table), view, self.now).unwrap_or(now))
    }

    /// The table of this name or resource name, to write it.
    pub(crate) fn table_mut(&mut self, table: &str) -> Checked<&mut Table> {
        let name = checked_name(table)?;
        let table = self.tables.get_mut(name).filter(|table| table.is_usable());
        let table = table.ok_or_else(message::table_not_found)?;
        self.lag.keep(name, table, self.now);
        Ok(opened(table, self.now))
    }

    /// Forgets streams that ended too long ago to be read.
    pub(crate) fn forget_streams(&mut self) {
        let now = self.now;
        self.ended_streams.retain(|_, stream| stream.is_readable(now));
    }
}

/// The table, to write it at this time.
pub(crate) fn opened(table: &mut Arc<Table>, now: SystemTime) -> &mut Table {
    let table = Arc::make_mut(table);
    if let Some(stream) = &mut table.stream {
        stream.now = now;
    }
    table
}

/// The table's name, which must have the length of one.
pub(crate) fn checked_name(table: &str) -> Checked<&str> {
    if table.is_empty() {
        let constraint = "Member must have length greater than or equal to 1";
        return Err(Refusal::constraint("TableName", table, constraint));
    }
    Ok(name_of(table))
}

/// How many parts tokens are kept in.
const TOKEN_PARTS: u8 = 64;

/// What was carried out under tokens, as long as those are remembered.
///
/// The tokens are cut into parts, so that the first use after a fork copies one part and not all.
#[derive(Clone, Debug)]
pub(crate) struct Tokens<T> {
    parts: Vec<Arc<TokenPart<T>>>,
}

#[derive(Clone, Debug)]
struct TokenPart<T> {
    /// When, and what.
    used: BTreeMap<String, (SystemTime, T)>,
    /// How many make it worth to look for those that can be forgotten.
    sweep_at: usize,
}

impl<T> Default for Tokens<T> {
    fn default() -> Self {
        let part = Arc::new(TokenPart { used: BTreeMap::new(), sweep_at: 16 });
        Self { parts: vec![part; usize::from(TOKEN_PARTS)] }
    }
}

impl<T: Clone> Tokens<T> {
    /// What was carried out under the token, if that is remembered.
    pub(crate) fn get(&self, token: &str, now: SystemTime) -> Option<&T> {
        let (at, what) = self.parts[part_of(token)].used.get(token)?;
        is_remembered(*at, now).then_some(what)
    }

    pub(crate) fn insert(&mut self, token: &str, now: SystemTime, what: T) {
        let part = Arc::make_mut(&mut self.parts[part_of(token)]);
        // Only when they have doubled, so that a use takes the same time however many are remembered.
        if part.used.len() >= part.sweep_at {
            part.used.retain(|_, (at, _)| is_remembered(*at, now));
            part.sweep_at = 2 * part.used.len().max(8);
        }
        part.used.insert(token.to_owned(), (now, what));
    }
}

fn part_of(token: &str) -> usize {
    let hash = token.bytes().fold(0_u8, |hash, byte| hash.wrapping_mul(31).wrapping_add(byte));
    usize::from(hash % TOKEN_PARTS)
}

/// A token of the future counts too, after a clock was set back.
fn is_remembered(at: SystemTime, now: SystemTime) -> bool {
    now.duration_since(at).map_or(true, |age| age < TOKEN_WINDOW)
}
