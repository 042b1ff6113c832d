//! Everything that lasts between calls: tables and the tokens of transactions.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::SystemTime;

use dynorm::backend::call;

use crate::limits::TOKEN_WINDOW;
use crate::message::{self, Checked, Refusal};
use crate::table::{Table, name_of};

/// The state of an engine. Cheap to clone: tables are shared until they are written.
#[derive(Clone, Debug, Default)]
pub(crate) struct State {
    pub(crate) tables: BTreeMap<String, Arc<Table>>,
    pub(crate) tokens: BTreeMap<String, TokenUse>,
}

/// A transaction that was carried out under a token.
#[derive(Clone, Debug)]
pub(crate) struct TokenUse {
    pub(crate) at: SystemTime,
    pub(crate) call: Arc<call::TransactWrite>,
}

impl State {
    /// The table of this name or resource name.
    pub(crate) fn table(&self, table: &str) -> Checked<&Arc<Table>> {
        self.tables.get(checked_name(table)?).ok_or_else(message::table_not_found)
    }

    /// The table of this name or resource name, to write it.
    pub(crate) fn table_mut(&mut self, table: &str) -> Checked<&mut Table> {
        let table = self.tables.get_mut(checked_name(table)?).ok_or_else(message::table_not_found)?;
        Ok(Arc::make_mut(table))
    }

    /// Forgets tokens whose window has passed.
    pub(crate) fn forget_tokens(&mut self, now: SystemTime) {
        self.tokens.retain(|_, used| now.duration_since(used.at).map_or(true, |age| age < TOKEN_WINDOW));
    }
}

/// The table's name, which must have the length of one.
pub(crate) fn checked_name(table: &str) -> Checked<&str> {
    if table.is_empty() {
        let constraint = "Member must have length greater than or equal to 1";
        return Err(Refusal::constraint("TableName", table, constraint));
    }
    Ok(name_of(table))
}
