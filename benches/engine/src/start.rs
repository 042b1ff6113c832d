//! What a test pays before its first call: a fresh engine with a table, or a fork of a fixture.

use std::time::{Duration, Instant};

use engine_bench::mem::Mem;
use engine_bench::{Op, Subject, best};

const ROUNDS: u32 = 200;

pub fn print() {
    let timed = |work: &mut dyn FnMut()| {
        let start = Instant::now();
        work();
        start.elapsed()
    };
    let fresh = best(ROUNDS, || {
        let mut made = None;
        timed(&mut || made = Some(Mem::new()))
    });
    print_time("fresh engine with one table", fresh);

    let fixture = Mem::loaded();
    print_time(
        "fork of 10,000 items",
        best(ROUNDS, || {
            let mut made = None;
            timed(&mut || made = Some(fixture.fork()))
        }),
    );
    let mut nth = 0;
    let [mut first, mut second] = [Duration::MAX; 2];
    for _ in 0..ROUNDS {
        let mut fork = fixture.fork();
        nth += 1;
        let mut put = || {
            let request = fork.request(Op::Put, nth);
            timed(&mut || assert_eq!(fork.run(request.clone()), 1))
        };
        first = first.min(put());
        second = second.min(put());
    }
    print_time("first put after the fork", first);
    print_time("the same put again", second);
}

fn print_time(what: &str, time: Duration) {
    println!("{what:30} {:>8.2} us", time.as_secs_f64() * 1e6);
}
