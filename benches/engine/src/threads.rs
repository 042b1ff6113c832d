//! Whether readers scale: the same reads by one thread and by two, on one engine.
//!
//! Beside it, the reads of two threads on an engine each: what the machine gives at best.

use std::sync::Barrier;
use std::thread;
use std::time::{Duration, Instant};

use engine_bench::mem::{Mem, Request};
use engine_bench::{Op, Subject, best, run_all};

const ROUNDS: u32 = 15;

pub fn print() {
    println!("{:10} {:>14} {:>14} {:>8} {:>16}", "", "1 thread", "2 threads", "x more", "x more, apart");
    for (op, n_calls) in [(Op::Get, 100_000), (Op::Query, 10_000)] {
        let shared = Mem::loaded();
        let apart = [Mem::loaded(), Mem::loaded()];
        let [mut one, mut two, mut two_apart] = [Duration::MAX; 3];
        for _ in 0..ROUNDS {
            one = one.min(best(1, || reads(&[&shared], op, n_calls)));
            two = two.min(best(1, || reads(&[&shared, &shared], op, n_calls)));
            two_apart = two_apart.min(best(1, || reads(&[&apart[0], &apart[1]], op, n_calls)));
        }
        let per_second = |n_threads: u32, time: Duration| f64::from(n_threads * n_calls) / time.as_secs_f64();
        let base = per_second(1, one);
        println!(
            "{:10} {:>12.0}/s {:>12.0}/s {:>8.2} {:>16.2}",
            format!("{op:?}"),
            base,
            per_second(2, two),
            per_second(2, two) / base,
            per_second(2, two_apart) / base,
        );
    }
}

/// How long it takes until the last of the threads, one a subject, has made its calls.
fn reads(subjects: &[&Mem], op: Op, n_calls: u32) -> Duration {
    let barrier = Barrier::new(subjects.len());
    thread::scope(|scope| {
        let threads: Vec<_> = subjects
            .iter()
            .enumerate()
            .map(|(thread_number, subject)| {
                let mut handle = (*subject).clone();
                let barrier = &barrier;
                scope.spawn(move || {
                    let first = thread_number as u32 * 1_000;
                    let requests: Vec<Request> =
                        (first..first + n_calls).map(|n| handle.request(op, n)).collect();
                    barrier.wait();
                    let start = Instant::now();
                    run_all(&mut handle, requests);
                    (start, Instant::now())
                })
            })
            .collect();
        let times: Vec<(Instant, Instant)> =
            threads.into_iter().map(|thread| thread.join().expect("the thread reads")).collect();
        let start = times.iter().map(|(start, _)| *start).min();
        let end = times.iter().map(|(_, end)| *end).max();
        start.zip(end).map_or(Duration::MAX, |(start, end)| end - start)
    })
}
