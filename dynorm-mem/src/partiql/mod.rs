//! Statements in `PartiQL`: SELECT, INSERT, UPDATE and DELETE, alone, in batches and in transactions.
//!
//! ```text
//! text -token-> tokens -parse-> statement -plan-> key, condition, update -run-> the engine's own operations
//! ```
//!
//! Statements are carried out by the operations that the expressions have, so that capacity, pages and limits
//! are the same.
//!
//! Source: [PartiQL for DynamoDB](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ql-reference.html).

mod ast;
mod batch;
#[cfg(feature = "wire")]
mod meaning;
mod next_token;
mod parse;
mod plan;
mod run;
mod token;
mod transact;
mod value;

use std::time::SystemTime;

use dynorm::backend::Failure;
use dynorm::backend::call::ReturnCapacity;
use dynorm::backend::reply::Capacity;
use dynorm::value::{Item, Value};

#[cfg(feature = "wire")]
pub(crate) use self::meaning::Meaning;
use crate::Engine;

/// A statement and its parameters.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Statement {
    /// `Statement`.
    pub text: String,
    /// `Parameters`: what stands for each `?`, in order.
    pub parameters: Vec<Value>,
    /// Whether a failed condition returns the item that failed it.
    pub return_old_on_failure: bool,
}

/// Parameters of `ExecuteStatement`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ExecuteStatement {
    /// What to do.
    pub statement: Statement,
    /// Whether the read must see every earlier write.
    pub consistent: bool,
    /// How many items to evaluate at most.
    pub limit: Option<u32>,
    /// `NextToken` of the page before, which belongs to its statement and parameters.
    pub next_token: Option<String>,
    /// `ReturnConsumedCapacity`.
    pub capacity: ReturnCapacity,
}

/// Answer of `ExecuteStatement`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct StatementReply {
    /// What was read, or what RETURNING asks for.
    pub items: Vec<Item>,
    /// Where the next page starts; `None` at the end.
    pub next_token: Option<String>,
    /// The key that the next page starts after, if it starts inside of a partition.
    pub last_key: Option<Item>,
    /// What the call consumed, if it asked.
    pub capacity: Option<Capacity>,
}

/// One statement of `BatchExecuteStatement`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct BatchStatement {
    /// What to do to one item.
    pub statement: Statement,
    /// Whether the read must see every earlier write.
    pub consistent: bool,
}

/// Parameters of `BatchExecuteStatement`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct BatchExecuteStatement {
    /// 1 to 25 statements, all of them reads or all of them writes.
    pub statements: Vec<BatchStatement>,
    /// `ReturnConsumedCapacity`.
    pub capacity: ReturnCapacity,
}

/// Why one statement of a batch failed.
#[derive(Clone, Debug, PartialEq)]
pub struct StatementError {
    /// The service's code, as `ConditionalCheckFailed`.
    pub code: String,
    /// The service's message.
    pub message: String,
    /// The item that failed the condition, if the statement asked for it.
    pub item: Option<Item>,
}

/// Answer to one statement of a batch.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct StatementOutcome {
    /// The table, unless the statement failed.
    pub table: Option<String>,
    /// The item that was read, or that RETURNING asks for.
    pub item: Option<Item>,
    /// Why the statement failed, if it did.
    pub error: Option<StatementError>,
}

/// Answer of `BatchExecuteStatement`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct BatchStatementReply {
    /// In the order of the statements.
    pub responses: Vec<StatementOutcome>,
    /// What each statement that did not fail consumed, if the call asked.
    pub capacity: Vec<Capacity>,
}

/// Parameters of `ExecuteTransaction`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ExecuteTransaction {
    /// 1 to 100 statements, all of them reads or all of them writes.
    pub statements: Vec<Statement>,
    /// `ClientRequestToken`: the same token within ten minutes does nothing again.
    pub token: Option<String>,
    /// `ReturnConsumedCapacity`.
    pub capacity: ReturnCapacity,
}

/// Answer of `ExecuteTransaction`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TransactionReply {
    /// What was read, in the order of the statements; empty for writes.
    pub items: Vec<Option<Item>>,
    /// What the call consumed, by table, if it asked.
    pub capacity: Vec<Capacity>,
}

/// Statements.
impl Engine {
    /// Carries out `ExecuteStatement`.
    ///
    /// # Errors
    ///
    /// If the service would refuse the statement; then nothing is changed.
    pub fn execute_statement(&mut self, call: &ExecuteStatement) -> Result<StatementReply, Failure> {
        let done = run::execute(&mut self.state, call);
        self.answer(done)
    }

    /// Carries out `BatchExecuteStatement`: each statement on its own.
    ///
    /// # Errors
    ///
    /// If the service would refuse the batch as a whole. What is wrong with one statement is in its answer.
    pub fn batch_execute_statement(
        &mut self,
        call: &BatchExecuteStatement,
    ) -> Result<BatchStatementReply, Failure> {
        let cohort = self.cohort();
        let done = batch::execute(&mut self.state, call, cohort);
        self.answer(done)
    }

    /// Carries out `ExecuteTransaction`. The time is that of the token's window.
    ///
    /// # Errors
    ///
    /// If the service would refuse or cancel the transaction; then nothing is changed.
    pub fn execute_transaction(
        &mut self,
        call: &ExecuteTransaction,
        now: SystemTime,
    ) -> Result<TransactionReply, Failure> {
        let done = transact::execute(&mut self.state, call, now);
        self.answer(done)
    }
}
