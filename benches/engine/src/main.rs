//! The engine in process, against `dynoxide` in process and a floor: a `BTreeMap` of `Arc` items with the same keys.
//!
//! Every operation is measured on all three in one run, in rounds; the best round counts. Requests are made before
//! the clock starts.

mod floor;
mod mem;
mod peer;

use std::time::{Duration, Instant};

use dynorm::value::{Item, Number, Value};

/// Partitions of the fixture, with [`ITEMS`] items each.
const PARTITIONS: u32 = 500;
/// Items of a partition, which a query reads.
const ITEMS: u32 = 20;
/// Operations of a round.
const CALLS: u32 = 2_000;
/// Rounds; the best counts.
const ROUNDS: u32 = 7;

/// What is measured.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Op {
    Get,
    Put,
    Update,
    Query,
    Transact,
}

/// One of the three.
pub trait Subject {
    /// A request that is ready to be carried out.
    type Request;

    fn new() -> Self;
    fn load(&mut self, item: Item);
    /// The `n`th request of a round.
    fn request(&self, op: Op, n: u32) -> Self::Request;
    /// Carries it out, and says how many items it concerned.
    fn run(&mut self, request: Self::Request) -> usize;
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

/// An item of about 300 bytes.
pub fn item(partition: String, sort: String, n: u32) -> Item {
    Item::from([
        ("PK", Value::S(partition)),
        ("SK", Value::S(sort)),
        ("name", Value::from("a name of usual length")),
        ("note", Value::S("x".repeat(180))),
        ("number", Value::N(Number::from(n))),
        ("status", Value::from("open")),
    ])
}

fn measure<S: Subject>(op: Op) -> Duration {
    let mut subject = S::new();
    for partition_number in 0..PARTITIONS {
        for sort_number in 0..ITEMS {
            subject.load(item(partition(partition_number), sort(sort_number), sort_number));
        }
    }
    let mut best = Duration::MAX;
    for _ in 0..ROUNDS {
        let requests: Vec<S::Request> = (0..CALLS).map(|n| subject.request(op, n)).collect();
        let start = Instant::now();
        let concerned: usize = requests.into_iter().map(|request| subject.run(request)).sum();
        best = best.min(start.elapsed());
        let expected = match op {
            Op::Query => CALLS * ITEMS,
            Op::Transact => CALLS * 4,
            _ => CALLS,
        };
        assert_eq!(concerned, expected as usize, "{op:?} did not do its work");
    }
    best / CALLS
}

fn main() {
    println!("{:10} {:>12} {:>12} {:>12} {:>10} {:>10}", "", "dynorm-mem", "dynoxide", "floor", "x faster", "x floor");
    for op in [Op::Get, Op::Put, Op::Update, Op::Query, Op::Transact] {
        let (ours, peer, floor) = (measure::<mem::Mem>(op), measure::<peer::Peer>(op), measure::<floor::Floor>(op));
        let ratio = |a: Duration, b: Duration| a.as_secs_f64() / b.as_secs_f64();
        println!(
            "{:10} {:>9} ns {:>9} ns {:>9} ns {:>10.1} {:>10.1}",
            format!("{op:?}"),
            ours.as_nanos(),
            peer.as_nanos(),
            floor.as_nanos(),
            ratio(peer, ours),
            ratio(ours, floor),
        );
    }
}
