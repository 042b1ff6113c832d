//! Concurrent programs, one step at a time, in an order that a seed decides: behind `Faults` a step is one call of one
//! program. The same seed is the same run.

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::{Context, Poll, Waker};
use std::time::SystemTime;

use dynorm::Db;
use dynorm::backend::{Backend, Operation, call};
use dynorm::value::{Item, Number, Value};
use dynorm_mem::{Fault, Faults, MemBackend, Random};

/// A program, and what it is at its end.
pub type Program<'p> = Pin<Box<dyn Future<Output = ()> + 'p>>;

/// A few programs that run at once, each with numbers of its own.
pub fn programs<'p, F: Future<Output = ()> + 'p>(
    random: &mut Random,
    program: impl Fn(Random) -> F,
) -> Vec<Program<'p>> {
    (0..3).map(|_| Box::pin(program(Random::of(random.next()))) as Program<'p>).collect()
}

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

/// Lets other programs go first, once.
pub async fn turn() {
    let mut is_asked = false;
    poll_fn(move |context| {
        if std::mem::replace(&mut is_asked, true) {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
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

/// The engine, of whose transactions some are refused because of others, and some lose their answers; each call is a step.
#[must_use]
pub fn unreliable(backend: &MemBackend, random: &mut Random) -> Db {
    let faults = Faults::seeded(random.next());
    faults.inject(Fault::Conflict.on(Operation::TransactWrite).percent(12));
    faults.inject(Fault::lost().on(Operation::TransactWrite).percent(12));
    Db::new(faults.around(backend.clone()))
}

/// Whether a write was refused for a reason that another writer can be: by a condition, by what is unique, by what is there
/// or is not.
#[must_use]
pub fn is_refusal(error: &dynorm::Error) -> bool {
    error.is_unique_violation()
        || error.is_already_exists()
        || error.is_condition_failed()
        || error.is_not_found()
        || error.is_cancelled()
        || error.to_string().contains("two actions on one item")
}

/// The engine's time, in whole seconds since 1970.
#[must_use]
pub fn seconds(backend: &MemBackend) -> Number {
    backend.now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs().into()
}

/// Deletes one item of a table with `PK` and `SK` whose time to live is over, or none, as the service does at a time of its
/// own.
///
/// # Panics
///
/// If the engine refuses.
pub fn forget_one(backend: &MemBackend, table: &str, ttl: &str, random: &mut Random) {
    let (items, now) = (backend.items(table), seconds(backend));
    let is_over = |item: &&Item| matches!(item.get(ttl), Some(Value::N(ends)) if *ends < now);
    let expired: Vec<&Item> = items.iter().filter(is_over).collect();
    if expired.is_empty() {
        return;
    }
    let key = key_of(expired[random.below(expired.len())]);
    let delete = call::Delete { table: table.to_owned(), key, ..call::Delete::default() };
    at_once(backend.delete(delete)).unwrap();
}

/// The primary key of an item of a table with `PK` and `SK`.
#[must_use]
pub fn key_of(item: &Item) -> Item {
    ["PK", "SK"].iter().filter_map(|name| Some((*name, item.get(name)?.clone()))).collect()
}
