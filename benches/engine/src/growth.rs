//! Whether costs grow with the table, or with the page.

use std::time::{Duration, Instant};

use engine_bench::floor::{self, Floor};
use engine_bench::mem::{self, Mem};
use engine_bench::{Subject, best, item, ratio};

const PORTION: u32 = 200;
const PORTIONS: u32 = 100;
const CALLS: u32 = PORTIONS * PORTION;
const ROUNDS: u32 = 11;
const SIZES: [u32; 4] = [1_000, 10_000, 100_000, 1_000_000];

type Key = (String, String);

/// A subject, and how to ask it for an item and to give it one.
struct Growing<S: Subject> {
    subject: S,
    get: fn(Key) -> S::Request,
    put: fn(Key, u32) -> S::Request,
}

/// Gets and puts in tables of a thousand to a million items: the engine, and what memory alone makes slower.
pub fn print_items() {
    println!("{:>10} {:>10} {:>10} {:>10} {:>10}", "items", "get", "put", "floor get", "floor put");
    let mut first = None;
    for n_items in SIZES {
        let mem = Growing::<Mem> {
            subject: loaded(n_items),
            get: mem::Request::get,
            put: |(partition, sort), n| mem::Request::put(item(partition, sort, n)),
        };
        let floor = Growing::<Floor> {
            subject: loaded(n_items),
            get: floor::Request::Get,
            put: |key, n| floor::Request::Put(vec![(key.clone(), item(key.0, key.1, n))]),
        };
        let times = measured(mem, floor, n_items);
        let first = *first.get_or_insert(times);
        let [get, put, floor_get, floor_put] = times.map(|time| format!("{} ns", time.as_nanos()));
        println!("{n_items:>10} {get:>10} {put:>10} {floor_get:>10} {floor_put:>10}");
        if Some(&n_items) == SIZES.last() {
            let [get, put, floor_get, floor_put] =
                std::array::from_fn(|at| format!("{:.1} x", ratio(times[at], first[at])));
            println!("{:>10} {get:>10} {put:>10} {floor_get:>10} {floor_put:>10}", "growth");
        }
    }
}

fn key(n: u32) -> Key {
    (format!("USER#{:08}", n / 20), format!("ORDER#{:08}", n % 20))
}

fn loaded<S: Subject>(n_items: u32) -> S {
    let mut subject = S::new();
    for n in 0..n_items {
        let (partition, sort) = key(n);
        subject.load(item(partition, sort, n));
    }
    subject
}

/// The times of a get and a put, of both in turns. Of each portion of the calls the best round counts.
fn measured(mut mem: Growing<Mem>, mut floor: Growing<Floor>, n_items: u32) -> [Duration; 4] {
    let mut best = [[Duration::MAX; PORTIONS as usize]; 4];
    let note = |best: &mut [Duration], work: &mut dyn FnMut(u32) -> Duration| {
        for (portion, best) in (0..PORTIONS).zip(best) {
            *best = work(portion).min(*best);
        }
    };
    // One kind of call after the other, so that none finds in the cache what another has just read.
    for _ in 0..ROUNDS {
        note(&mut best[0], &mut |portion| timed(&mut mem.subject, portion, n_items, |key, _| (mem.get)(key)));
        note(&mut best[1], &mut |portion| timed(&mut mem.subject, portion, n_items, mem.put));
        note(&mut best[2], &mut |portion| {
            timed(&mut floor.subject, portion, n_items, |key, _| (floor.get)(key))
        });
        note(&mut best[3], &mut |portion| timed(&mut floor.subject, portion, n_items, floor.put));
    }
    best.map(|portions| portions.iter().sum::<Duration>() / CALLS)
}

/// The time of a portion of the calls. Requests are made before the clock starts, and are few, so that they stay in
/// the cache alike for all tables.
fn timed<S: Subject>(
    subject: &mut S,
    portion: u32,
    n_items: u32,
    request: impl Fn(Key, u32) -> S::Request,
) -> Duration {
    // A stride that is prime to the number of items visits all parts of the table.
    let chosen = |n: u32| key((u64::from(n) * 7919 % u64::from(n_items)) as u32);
    let numbers = portion * PORTION..(portion + 1) * PORTION;
    let requests: Vec<S::Request> = numbers.map(|n| request(chosen(n), n)).collect();
    let start = Instant::now();
    for request in requests {
        assert_eq!(subject.run(request), 1);
    }
    start.elapsed()
}

/// Queries of 1 to 1000 items of a partition.
pub fn print_pages() {
    println!("{:>10} {:>12} {:>12}", "page", "query", "an item");
    let mut mem = Mem::new();
    for n in 0..1_000 {
        mem.load(item("USER#pages".to_owned(), format!("ORDER#{n:08}"), n));
    }
    for n_items in [1u32, 10, 100, 1_000] {
        let n_calls = 20_000 / n_items;
        let time = best(ROUNDS, || {
            let requests: Vec<mem::Request> =
                (0..n_calls).map(|_| mem::Request::page("USER#pages", n_items)).collect();
            let start = Instant::now();
            for request in requests {
                assert_eq!(mem.run(request), n_items as usize);
            }
            start.elapsed() / n_calls
        });
        println!("{n_items:>10} {:>9} ns {:>9} ns", time.as_nanos(), time.as_nanos() / u128::from(n_items));
    }
}
