//! Batches of which a part is left unprocessed.

use dynorm::backend::call::{BatchGet, BatchGetTable, BatchWrite};
use dynorm::backend::reply;

use super::Fault;
use crate::partiql::{BatchExecuteStatement, BatchStatementReply, StatementError, StatementOutcome};

/// A batch that can be done in part.
pub(crate) trait Partial {
    /// What is answered.
    type Answer: Default;

    /// Leaves so many entries in the call, the last ones, and gives the answer about the others, which the fault befell.
    fn take_off(&mut self, n_processed: usize, fault: &Fault) -> Self::Answer;

    /// Adds what was left out before to an answer.
    fn join(reply: Self::Answer, left: Self::Answer) -> Self::Answer;
}

impl Partial for BatchGet {
    type Answer = reply::BatchGet;

    fn take_off(&mut self, n_processed: usize, _: &Fault) -> reply::BatchGet {
        let off = split(self.tables.values_mut().map(|of_table| &mut of_table.keys), n_processed);
        let left = self.tables.iter().zip(off).filter(|(_, keys)| !keys.is_empty());
        let left =
            left.map(|((table, of_table), keys)| (table.clone(), BatchGetTable { keys, ..of_table.clone() }));
        let unprocessed = left.collect();
        self.tables.retain(|_, of_table| !of_table.keys.is_empty());
        reply::BatchGet { unprocessed, ..Default::default() }
    }

    fn join(mut reply: reply::BatchGet, left: reply::BatchGet) -> reply::BatchGet {
        for (table, of_table) in left.unprocessed {
            let keys = of_table.keys.clone();
            reply.unprocessed.entry(table).and_modify(|all| all.keys.extend(keys)).or_insert(of_table);
        }
        reply
    }
}

impl Partial for BatchWrite {
    type Answer = reply::BatchWrite;

    fn take_off(&mut self, n_processed: usize, _: &Fault) -> reply::BatchWrite {
        let off = split(self.tables.values_mut(), n_processed);
        let left = self.tables.keys().cloned().zip(off).filter(|(_, actions)| !actions.is_empty());
        let unprocessed = left.collect();
        self.tables.retain(|_, actions| !actions.is_empty());
        reply::BatchWrite { unprocessed, ..Default::default() }
    }

    fn join(mut reply: reply::BatchWrite, left: reply::BatchWrite) -> reply::BatchWrite {
        for (table, actions) in left.unprocessed {
            reply.unprocessed.entry(table).or_default().extend(actions);
        }
        reply
    }
}

/// Each statement fails by itself.
///
/// Source: [BatchStatementError](https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchStatementError.html).
impl Partial for BatchExecuteStatement {
    type Answer = BatchStatementReply;

    fn take_off(&mut self, n_processed: usize, fault: &Fault) -> BatchStatementReply {
        let code = match fault {
            Fault::Conflict => "TransactionConflict",
            _ => "ProvisionedThroughputExceeded",
        };
        let message = "refused by a fault of the test".to_owned();
        let error = StatementError { code: code.to_owned(), message, item: None };
        let n_off = self.statements.len().saturating_sub(n_processed);
        self.statements.drain(..n_off);
        let outcome = StatementOutcome { error: Some(error), ..Default::default() };
        BatchStatementReply { responses: vec![outcome; n_off], ..Default::default() }
    }

    fn join(reply: BatchStatementReply, mut left: BatchStatementReply) -> BatchStatementReply {
        left.responses.extend(reply.responses);
        BatchStatementReply { responses: left.responses, ..reply }
    }
}

/// Takes all but the last entries of the lists away, from the first list on.
fn split<'v, T: 'v>(lists: impl Iterator<Item = &'v mut Vec<T>>, n_processed: usize) -> Vec<Vec<T>> {
    let lists: Vec<_> = lists.collect();
    let mut n_off = lists.iter().map(|list| list.len()).sum::<usize>().saturating_sub(n_processed);
    let mut off = Vec::new();
    for list in lists {
        let here = n_off.min(list.len());
        n_off -= here;
        off.push(list.drain(..here).collect());
    }
    off
}
