//! What is measured: five operations on a fixture, and the subjects that carry them out.

pub mod floor;
pub mod mem;
#[cfg(feature = "peer")]
pub mod peer;

use std::time::{Duration, Instant};

use dynorm::value::{Item, Number, Value};

/// Partitions of the fixture, with [`ITEMS`] items each.
pub const PARTITIONS: u32 = 500;
/// Items of a partition, which a query reads.
pub const ITEMS: u32 = 20;

/// What is measured.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Op {
    Get,
    Put,
    Update,
    Query,
    Transact,
}

pub const OPS: [Op; 5] = [Op::Get, Op::Put, Op::Update, Op::Query, Op::Transact];

/// An engine, or what stands for one.
pub trait Subject {
    /// A request that is ready to be carried out.
    type Request;

    fn new() -> Self;
    fn load(&mut self, item: Item);
    /// The `n`th request of a round.
    fn request(&self, op: Op, n: u32) -> Self::Request;
    /// Carries it out, and says how many items it concerned.
    fn run(&mut self, request: Self::Request) -> usize;

    /// One with the fixture.
    fn loaded() -> Self
    where
        Self: Sized,
    {
        let mut subject = Self::new();
        for partition_number in 0..PARTITIONS {
            for sort_number in 0..ITEMS {
                subject.load(item(partition(partition_number), sort(sort_number), sort_number));
            }
        }
        subject
    }
}

/// The partition key of the `n`th request.
pub fn partition(n: u32) -> String {
    // A stride that is prime to the number of partitions visits all of them.
    format!("USER#{:08}", n.wrapping_mul(7919) % PARTITIONS)
}

/// The sort key of the `n`th request.
pub fn sort(n: u32) -> String {
    format!("ORDER#{:08}", n.wrapping_mul(31) % ITEMS)
}

/// An item of 300 bytes, or some digits more.
pub fn item(partition: String, sort: String, n: u32) -> Item {
    Item::from([
        ("PK", Value::S(partition)),
        ("SK", Value::S(sort)),
        ("name", Value::from("a name of usual length")),
        ("note", Value::S("x".repeat(222))),
        ("number", Value::N(Number::from(n))),
        ("status", Value::from("open")),
    ])
}

/// Carries out all requests. Not inlined, so that a profiler can collect in here only.
#[inline(never)]
pub fn run_all<S: Subject>(subject: &mut S, requests: Vec<S::Request>) -> usize {
    requests.into_iter().map(|request| subject.run(request)).sum()
}

/// The time of one call in a round of `n_calls`. Requests are made before the clock starts.
pub fn round<S: Subject>(subject: &mut S, op: Op, n_calls: u32) -> Duration {
    let requests: Vec<S::Request> = (0..n_calls).map(|n| subject.request(op, n)).collect();
    let start = Instant::now();
    let n_concerned = run_all(subject, requests);
    let elapsed = start.elapsed();
    let expected = match op {
        Op::Query => n_calls * ITEMS,
        Op::Transact => n_calls * 4,
        _ => n_calls,
    };
    assert_eq!(n_concerned, expected as usize, "{op:?} did not do its work");
    elapsed / n_calls
}

/// How much longer the first took.
pub fn ratio(first: Duration, second: Duration) -> f64 {
    first.as_secs_f64() / second.as_secs_f64()
}

/// The shortest of several times.
pub fn best(n_rounds: u32, mut round: impl FnMut() -> Duration) -> Duration {
    (0..n_rounds).map(|_| round()).min().unwrap_or_default()
}
