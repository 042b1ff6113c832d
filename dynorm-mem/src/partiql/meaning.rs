//! Which operations statements are another way to say, for what decides by that.

use std::collections::BTreeSet;

use dynorm::backend::Operation;

use super::{BatchExecuteStatement, ExecuteStatement, ExecuteTransaction, Statement, ast, parse, run};
use crate::Engine;
use crate::message::Checked;

/// What statements say, by the operation that says the same, and about which tables.
pub(crate) struct Meaning {
    pub(crate) operation: Operation,
    pub(crate) tables: Vec<String>,
}

impl Engine {
    /// What a statement by itself says; `None` for one that is refused anyway.
    pub(crate) fn meaning(&self, call: &ExecuteStatement) -> Option<Meaning> {
        let statement = parsed(&call.statement).ok()?;
        let operation = match &statement {
            ast::Statement::Select(select) if run::names_partitions(&self.state, select).ok()? => {
                Operation::Query
            }
            ast::Statement::Select(_) => Operation::Scan,
            ast::Statement::Insert(_) => Operation::Put,
            ast::Statement::Update(_) => Operation::Update,
            ast::Statement::Delete(_) => Operation::Delete,
            ast::Statement::Exists(_) => return None,
        };
        Some(Meaning { operation, tables: vec![statement.table().to_owned()] })
    }
}

impl BatchExecuteStatement {
    /// What its statements say together.
    pub(crate) fn meaning(&self) -> Option<Meaning> {
        let statements: Vec<&Statement> = self.statements.iter().map(|member| &member.statement).collect();
        together(&statements, Operation::BatchGet, Operation::BatchWrite)
    }
}

impl ExecuteTransaction {
    /// What its statements say together.
    pub(crate) fn meaning(&self) -> Option<Meaning> {
        let statements: Vec<&Statement> = self.statements.iter().collect();
        together(&statements, Operation::TransactGet, Operation::TransactWrite)
    }
}

/// What statements say that are all reads or all writes; `None` for others, which are refused anyway.
fn together(statements: &[&Statement], reads: Operation, writes: Operation) -> Option<Meaning> {
    let statements: Vec<ast::Statement> =
        statements.iter().filter_map(|statement| parsed(statement).ok()).collect();
    let is_read = statements.first()?.is_read();
    if statements.iter().any(|statement| statement.is_read() != is_read) {
        return None;
    }
    let tables: BTreeSet<&str> = statements.iter().map(ast::Statement::table).collect();
    let tables = tables.into_iter().map(str::to_owned).collect();
    Some(Meaning { operation: if is_read { reads } else { writes }, tables })
}

fn parsed(statement: &Statement) -> Checked<ast::Statement> {
    parse::statement(&statement.text, &statement.parameters)
}
