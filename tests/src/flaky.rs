//! A backend that fails as it is told, and notes what it was asked and how long it was waited for.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard};
use std::time::{Duration, SystemTime};

use dynorm::backend::table::{CreateTable, TableDescription, TimeToLive};
use dynorm::backend::{Backend, CancellationReason, Failure, FailureKind, call, reply};
use dynorm_mem::MemBackend;

/// What happens to a call.
#[derive(Clone, Debug)]
pub enum Fault {
    /// Nothing.
    None,
    /// It is refused.
    Refused(FailureKind),
    /// It is carried out, and the answer is lost.
    Lost(FailureKind),
    /// It is refused as a cancelled transaction with these reasons.
    Cancelled(&'static [&'static str]),
    /// Of a batch, so many entries are processed, from the last one.
    Partial(usize),
}

/// The engine behind faults.
#[derive(Debug, Default)]
pub struct Flaky {
    inner: MemBackend,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    faults: VecDeque<Fault>,
    waits: Vec<Duration>,
    seen: Seen,
    under_way: usize,
}

/// What a backend was asked.
#[derive(Debug, Default)]
pub struct Seen {
    /// For each batch, how many entries it had.
    pub batches: Vec<usize>,
    /// The tokens of transactions.
    pub tokens: Vec<Option<String>>,
    /// How many calls were under way at once.
    pub concurrency: usize,
}

impl Flaky {
    /// Refuses the next calls, each with the next kind.
    pub fn refuse(&self, kinds: impl IntoIterator<Item = FailureKind>) {
        self.fail(kinds.into_iter().map(Fault::Refused));
    }

    /// Lets the next calls fail, each as said.
    pub fn fail(&self, faults: impl IntoIterator<Item = Fault>) {
        self.state().faults.extend(faults);
    }

    /// How long the library waited between tries, since it was last asked.
    pub fn waits(&self) -> Vec<Duration> {
        std::mem::take(&mut self.state().waits)
    }

    /// What the backend was asked, since it was last asked for that; faults that are left are forgotten.
    pub fn seen(&self) -> Seen {
        let mut state = self.state();
        state.faults.clear();
        std::mem::take(&mut state.seen)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no test panics with the lock")
    }

    /// Lets the calls that are under way at once all begin before the first of them ends.
    async fn begin(&self) -> Fault {
        let fault = {
            let mut state = self.state();
            state.under_way += 1;
            state.seen.concurrency = state.seen.concurrency.max(state.under_way);
            state.faults.pop_front().unwrap_or(Fault::None)
        };
        tokio::task::yield_now().await;
        self.state().under_way -= 1;
        fault
    }
}

/// The answer to a call on the engine, or the fault.
macro_rules! faulty {
    ($fault:expr, $answer:expr) => {
        match $fault {
            Fault::None | Fault::Partial(_) => $answer,
            Fault::Refused(kind) => Err(Failure::new(kind, "refused by the test")),
            Fault::Lost(kind) => match $answer {
                Ok(_) => Err(Failure::new(kind, "lost by the test")),
                refused => refused,
            },
            Fault::Cancelled(codes) => Err(cancelled(codes)),
        }
    };
}

fn cancelled(codes: &[&str]) -> Failure {
    let mut failure = Failure::new(FailureKind::TransactionCancelled, "cancelled by the test");
    let reason = |code: &&str| CancellationReason { code: (*code).to_owned(), message: None, item: None };
    failure.reasons = codes.iter().map(reason).collect();
    failure
}

/// Takes all but the last entries of a batch away.
fn take_off<'v, T: 'v>(lists: impl Iterator<Item = &'v mut Vec<T>>, n_processed: usize) -> Vec<Vec<T>> {
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

impl Flaky {
    async fn part_of_batch_get(
        &self,
        mut call: call::BatchGet,
        n_processed: usize,
    ) -> Result<reply::BatchGet, Failure> {
        let off = take_off(call.tables.values_mut().map(|of_table| &mut of_table.keys), n_processed);
        let off = call.tables.iter().zip(off).filter(|(_, keys)| !keys.is_empty());
        let left = |(name, of_table): (&String, &call::BatchGetTable), keys| {
            (name.clone(), call::BatchGetTable { keys, ..of_table.clone() })
        };
        let unprocessed = off.map(|(table, keys)| left(table, keys)).collect();
        call.tables.retain(|_, of_table| !of_table.keys.is_empty());
        let reply = if call.tables.is_empty() {
            reply::BatchGet::default()
        } else {
            self.inner.batch_get(call).await?
        };
        Ok(reply::BatchGet { unprocessed, ..reply })
    }

    async fn part_of_batch_write(
        &self,
        mut call: call::BatchWrite,
        n_processed: usize,
    ) -> Result<reply::BatchWrite, Failure> {
        let off = take_off(call.tables.values_mut(), n_processed);
        let off = call.tables.keys().cloned().zip(off).filter(|(_, actions)| !actions.is_empty());
        let unprocessed = off.collect();
        call.tables.retain(|_, actions| !actions.is_empty());
        let reply = if call.tables.is_empty() {
            reply::BatchWrite::default()
        } else {
            self.inner.batch_write(call).await?
        };
        Ok(reply::BatchWrite { unprocessed, ..reply })
    }
}

macro_rules! pass_on {
    ($($method:ident($call:ty) -> $reply:ty;)*) => {
        #[async_trait::async_trait]
        impl Backend for Flaky {
            $(
                async fn $method(&self, call: $call) -> Result<$reply, Failure> {
                    faulty!(self.begin().await, self.inner.$method(call).await)
                }
            )*

            async fn batch_get(&self, call: call::BatchGet) -> Result<reply::BatchGet, Failure> {
                let n_keys = call.tables.values().map(|of_table| of_table.keys.len()).sum();
                self.state().seen.batches.push(n_keys);
                match self.begin().await {
                    Fault::Partial(n_processed) => self.part_of_batch_get(call, n_processed).await,
                    fault => faulty!(fault, self.inner.batch_get(call).await),
                }
            }

            async fn batch_write(&self, call: call::BatchWrite) -> Result<reply::BatchWrite, Failure> {
                self.state().seen.batches.push(call.tables.values().map(Vec::len).sum());
                match self.begin().await {
                    Fault::Partial(n_processed) => self.part_of_batch_write(call, n_processed).await,
                    fault => faulty!(fault, self.inner.batch_write(call).await),
                }
            }

            async fn transact_write(&self, call: call::TransactWrite) -> Result<reply::TransactWrite, Failure> {
                self.state().seen.tokens.push(call.token.clone());
                faulty!(self.begin().await, self.inner.transact_write(call).await)
            }

            async fn create_table(&self, call: CreateTable) -> Result<TableDescription, Failure> {
                self.inner.create_table(call).await
            }

            async fn describe_table(&self, table: &str) -> Result<TableDescription, Failure> {
                self.inner.describe_table(table).await
            }

            async fn delete_table(&self, table: &str) -> Result<(), Failure> {
                self.inner.delete_table(table).await
            }

            async fn update_time_to_live(&self, call: TimeToLive) -> Result<(), Failure> {
                self.inner.update_time_to_live(call).await
            }

            fn now(&self) -> SystemTime {
                self.inner.now()
            }

            async fn sleep(&self, duration: Duration) {
                self.state().waits.push(duration);
            }
        }
    };
}
pass_on! {
    get(call::Get) -> reply::Get;
    put(call::Put) -> reply::Put;
    update(call::Update) -> reply::Update;
    delete(call::Delete) -> reply::Delete;
    query(call::Query) -> reply::Query;
    scan(call::Scan) -> reply::Scan;
    transact_get(call::TransactGet) -> reply::TransactGet;
}
