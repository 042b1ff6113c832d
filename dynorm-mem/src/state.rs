//! Everything that lasts between calls: tables, streams that ended, and the tokens of transactions.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use dynorm::backend::call;

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
    /// The tables that are.
    pub(crate) changing: BTreeSet<String>,
    /// The streams that were switched off, or whose tables are gone, by table and label.
    pub(crate) ended_streams: BTreeMap<(String, String), Arc<Stream>>,
    pub(crate) tokens: BTreeMap<String, TokenUse>,
    pub(crate) statement_tokens: BTreeMap<String, StatementTokenUse>,
}

/// A transaction that was carried out under a token.
#[derive(Clone, Debug)]
pub(crate) struct TokenUse {
    pub(crate) at: SystemTime,
    pub(crate) call: Arc<call::TransactWrite>,
}

/// A transaction of statements that was carried out under a token.
#[derive(Clone, Debug)]
pub(crate) struct StatementTokenUse {
    pub(crate) at: SystemTime,
    pub(crate) statements: Arc<[Statement]>,
}

impl Default for State {
    fn default() -> Self {
        Self {
            now: UNIX_EPOCH,
            tables: BTreeMap::new(),
            collection_bytes_max: None,
            table_delay: Duration::ZERO,
            changing: BTreeSet::new(),
            ended_streams: BTreeMap::new(),
            tokens: BTreeMap::new(),
            statement_tokens: BTreeMap::new(),
        }
    }
}

impl State {
    /// The table of this name or resource name.
    pub(crate) fn table(&self, table: &str) -> Checked<&Arc<Table>> {
        let table = self.tables.get(checked_name(table)?).filter(|table| table.is_usable());
        table.ok_or_else(message::table_not_found)
    }

    /// The table of this name or resource name, to write it.
    pub(crate) fn table_mut(&mut self, table: &str) -> Checked<&mut Table> {
        let table = self.tables.get_mut(checked_name(table)?).filter(|table| table.is_usable());
        Ok(opened(table.ok_or_else(message::table_not_found)?, self.now))
    }

    /// Forgets streams that ended too long ago to be read.
    pub(crate) fn forget_streams(&mut self) {
        let now = self.now;
        self.ended_streams.retain(|_, stream| stream.is_readable(now));
    }

    /// Forgets tokens whose window has passed.
    pub(crate) fn forget_tokens(&mut self, now: SystemTime) {
        let is_remembered = |at: SystemTime| now.duration_since(at).map_or(true, |age| age < TOKEN_WINDOW);
        self.tokens.retain(|_, used| is_remembered(used.at));
        self.statement_tokens.retain(|_, used| is_remembered(used.at));
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
