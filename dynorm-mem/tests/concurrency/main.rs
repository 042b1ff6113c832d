//! Concurrent calls on one backend are as if each happened at one moment between its begin and its end.
//!
//! Threads carry out random programs and record what they were answered; the checker then looks for an order
//! that explains all answers. In a usual build the threads are those of the system; with `--cfg shuttle` they
//! and the backend's locks belong to a scheduler that explores seeded schedules:
//!
//! ```text
//! RUSTFLAGS="--cfg shuttle" cargo test -p dynorm-mem --test concurrency --target-dir target/shuttle
//! ```

#![allow(clippy::unwrap_used, reason = "helpers of tests are tests")]

mod checker;
mod history;
mod program;

use std::sync::Arc;

use dynorm_mem::MemBackend;

use crate::checker::check;
use crate::history::{Event, LogicalClock};
use crate::program::{Program, perform};

#[cfg(shuttle)]
use shuttle::thread;
#[cfg(not(shuttle))]
use std::thread;

/// Runs each thread's operations on a thread of its own, and gives what all were answered.
fn record(program: &Program) -> Vec<Event> {
    let backend = program::backend();
    let clock = Arc::new(LogicalClock::default());
    let threads: Vec<_> = program
        .threads
        .iter()
        .map(|operations| {
            let (backend, clock, operations) = (backend.clone(), Arc::clone(&clock), operations.clone());
            thread::spawn(move || run(&backend, &clock, operations))
        })
        .collect();
    threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
}

fn run(backend: &MemBackend, clock: &LogicalClock, operations: Vec<history::Operation>) -> Vec<Event> {
    let event = |operation: history::Operation| {
        let begin = clock.tick();
        thread::yield_now();
        let outcome = perform(backend, &operation);
        Event { operation, outcome, begin, end: clock.tick() }
    };
    operations.into_iter().map(event).collect()
}

#[track_caller]
fn check_program(seed: u64) {
    let history = record(&Program::random(seed));
    if let Err(stuck) = check(&history) {
        panic!("no order explains the history of the program with seed {seed}\n{stuck}");
    }
}

#[cfg(not(shuttle))]
#[test]
fn histories_of_threads_have_an_order() {
    for seed in 0..2_000 {
        check_program(seed);
    }
}

/// Random schedules, and schedules with few but well-placed changes of thread.
#[cfg(shuttle)]
mod explored {
    use shuttle::scheduler::{PctScheduler, RandomScheduler, Scheduler};
    use shuttle::{Config, Runner};

    const PROGRAMS: u64 = 300;
    const SCHEDULES: usize = 20;

    fn explore<S: Scheduler + 'static>(scheduler: impl Fn(u64) -> S) {
        for seed in 0..PROGRAMS {
            let runner = Runner::new(scheduler(seed), Config::default());
            runner.run(move || super::check_program(seed));
        }
    }

    #[test]
    fn histories_of_random_schedules_have_an_order() {
        explore(|seed| RandomScheduler::new_from_seed(seed, SCHEDULES));
    }

    #[test]
    fn histories_of_schedules_with_few_changes_have_an_order() {
        explore(|seed| PctScheduler::new_from_seed(seed, 3, SCHEDULES));
    }
}
