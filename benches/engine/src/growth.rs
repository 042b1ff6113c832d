//! Whether costs grow with the table, or with the page.

use std::time::{Duration, Instant};

use engine_bench::mem::{Mem, Request};
use engine_bench::{Subject, best, item};

const CALLS: u32 = 20_000;
const ROUNDS: u32 = 7;

/// Gets and puts in tables of a thousand to a million items.
pub fn print_items() {
    println!("{:>10} {:>10} {:>10}", "items", "get", "put");
    for n_items in [1_000, 10_000, 100_000, 1_000_000] {
        let key = |n: u32| (format!("USER#{:08}", n / 20), format!("ORDER#{:08}", n % 20));
        let mut mem = Mem::new();
        for n in 0..n_items {
            let (partition, sort) = key(n);
            mem.load(item(partition, sort, n));
        }
        // A stride that is prime to the number of items visits all parts of the table.
        let chosen = |n: u32| key((u64::from(n) * 7919 % u64::from(n_items)) as u32);
        let [mut get, mut put] = [Duration::MAX; 2];
        for _ in 0..ROUNDS {
            get = get.min(timed(&mut mem, |n| Request::get(chosen(n))));
            put = put.min(timed(&mut mem, |n| {
                let (partition, sort) = chosen(n);
                Request::put(item(partition, sort, n))
            }));
        }
        println!("{n_items:>10} {:>7} ns {:>7} ns", get.as_nanos(), put.as_nanos());
    }
}

/// The time of one call. Requests are made in portions before the clock starts, so that they stay in the cache
/// alike for all tables.
fn timed(mem: &mut Mem, request: impl Fn(u32) -> Request) -> Duration {
    const PORTION: u32 = 500;
    let mut total = Duration::ZERO;
    for portion in 0..CALLS / PORTION {
        let requests: Vec<Request> = (0..PORTION).map(|n| request(portion * PORTION + n)).collect();
        let start = Instant::now();
        for request in requests {
            assert_eq!(mem.run(request), 1);
        }
        total += start.elapsed();
    }
    total / CALLS
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
            let requests: Vec<Request> = (0..n_calls).map(|_| Request::page("USER#pages", n_items)).collect();
            let start = Instant::now();
            for request in requests {
                assert_eq!(mem.run(request), n_items as usize);
            }
            start.elapsed() / n_calls
        });
        println!("{n_items:>10} {:>9} ns {:>9} ns", time.as_nanos(), time.as_nanos() / u128::from(n_items));
    }
}
