//! Concurrent programs on the engine, one step at a time, in an order that a seed decides: a step is one call of one
//! program. The same seed is the same run.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Mutex, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, SystemTime};

use dynorm::backend::table::{CreateTable, TableDescription, TimeToLive};
use dynorm::backend::{Backend, CancellationReason, Failure, FailureKind, call, reply};
use dynorm_mem::MemBackend;

/// Numbers that a seed decides: splitmix64.
#[derive(Clone, Debug)]
pub struct Random(u64);

impl Random {
    #[must_use]
    pub fn of(seed: u64) -> Self {
        Self(seed)
    }

    /// One of the numbers below `n`.
    pub fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((z ^ (z >> 31)) % (n as u64)).unwrap_or(0)
    }

    /// One of the small numbers below `n`.
    pub fn small(&mut self, n: u8) -> u8 {
        u8::try_from(self.below(n.into())).unwrap_or(0)
    }

    /// True once in `n` times.
    pub fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }
}

/// A program, and what it is at its end.
pub type Program<'p> = Pin<Box<dyn Future<Output = ()> + 'p>>;

/// Runs programs to their ends, a step of one of them at a time, with `between` after each step.
///
/// # Panics
///
/// If the programs do not end.
pub fn interleave(mut programs: Vec<Program<'_>>, random: &mut Random, mut between: impl FnMut(&mut Random)) {
    const STEPS_MAX: usize = 100_000;
    let mut context = Context::from_waker(Waker::noop());
    for _ in 0..STEPS_MAX {
        if programs.is_empty() {
            return;
        }
        let at = random.below(programs.len());
        if programs[at].as_mut().poll(&mut context).is_ready() {
            drop(programs.swap_remove(at));
        }
        between(random);
    }
    panic!("the programs do not end");
}

/// What a future gives that has nothing to wait for.
///
/// # Panics
///
/// If it waits.
pub fn at_once<T>(future: impl Future<Output = T>) -> T {
    match std::pin::pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("it waits"),
    }
}

/// The engine, each call of which waits for its turn, and may fail.
#[derive(Debug)]
pub struct Stepped {
    pub inner: MemBackend,
    random: Mutex<Random>,
    /// Of so many transactions, one loses its answer, and one is refused because of another.
    pub one_fault_in: usize,
}

impl Stepped {
    #[must_use]
    pub fn new(inner: MemBackend, random: Random, one_fault_in: usize) -> Self {
        Self { inner, random: Mutex::new(random), one_fault_in }
    }

    fn is_faulty(&self) -> bool {
        self.random.lock().unwrap_or_else(PoisonError::into_inner).one_in(self.one_fault_in)
    }
}

/// Lets others go first, once.
async fn turn() {
    let mut is_asked = false;
    std::future::poll_fn(move |_| {
        if std::mem::replace(&mut is_asked, true) { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
}

fn conflict(n_actions: usize) -> Failure {
    let reason = |code: &str| CancellationReason { code: code.to_owned(), message: None, item: None };
    let mut failure = Failure::new(FailureKind::TransactionCancelled, "refused by the test");
    failure.reasons = vec![reason("TransactionConflict"); n_actions];
    failure
}

macro_rules! in_turn {
    ($($method:ident($call:ty) -> $reply:ty;)*) => {
        #[async_trait::async_trait]
        impl Backend for Stepped {
            $(
                async fn $method(&self, call: $call) -> Result<$reply, Failure> {
                    turn().await;
                    self.inner.$method(call).await
                }
            )*

            async fn transact_write(&self, call: call::TransactWrite) -> Result<reply::TransactWrite, Failure> {
                turn().await;
                if self.is_faulty() {
                    return Err(conflict(call.actions.len()));
                }
                let is_lost = self.is_faulty();
                let reply = self.inner.transact_write(call).await?;
                if is_lost { Err(Failure::new(FailureKind::Timeout, "lost by the test")) } else { Ok(reply) }
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

            async fn sleep(&self, _: Duration) {
                turn().await;
            }
        }
    };
}
in_turn! {
    get(call::Get) -> reply::Get;
    put(call::Put) -> reply::Put;
    update(call::Update) -> reply::Update;
    delete(call::Delete) -> reply::Delete;
    query(call::Query) -> reply::Query;
    scan(call::Scan) -> reply::Scan;
    batch_get(call::BatchGet) -> reply::BatchGet;
    batch_write(call::BatchWrite) -> reply::BatchWrite;
    transact_get(call::TransactGet) -> reply::TransactGet;
}
