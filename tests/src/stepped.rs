//! Concurrent programs, one step at a time, in an order that a seed decides: behind `Faults` a step is one call of one
//! program. The same seed is the same run.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use dynorm_mem::Random;

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
