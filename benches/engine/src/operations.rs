//! The five operations on the engine, the peer and the floor, in rounds that take turns; the best round counts.

use std::time::Duration;

use engine_bench::floor::Floor;
use engine_bench::mem::Mem;
use engine_bench::peer::Peer;
use engine_bench::{OPS, Op, Subject, ratio, round, run_all};

/// Calls of a round.
const CALLS: u32 = 2_000;
const ROUNDS: u32 = 15;

pub fn print() {
    println!(
        "{:10} {:>12} {:>12} {:>12} {:>10} {:>10}",
        "", "dynorm-mem", "dynoxide", "floor", "x faster", "x floor"
    );
    for op in OPS {
        let (mut mem, mut peer, mut floor) = (Mem::loaded(), Peer::loaded(), Floor::loaded());
        let [mut ours, mut theirs, mut least] = [Duration::MAX; 3];
        for _ in 0..ROUNDS {
            ours = ours.min(round(&mut mem, op, CALLS));
            least = least.min(round(&mut floor, op, CALLS));
            theirs = theirs.min(round(&mut peer, op, CALLS));
        }
        println!(
            "{:10} {:>9} ns {:>9} ns {:>9} ns {:>10.1} {:>10.1}",
            format!("{op:?}"),
            ours.as_nanos(),
            theirs.as_nanos(),
            least.as_nanos(),
            ratio(theirs, ours),
            ratio(ours, least),
        );
    }
}

/// One round of one operation, for a profiler that collects inside of `run_all`.
pub fn profile(op: &str, subject: &str) {
    fn once<S: Subject>(op: Op) {
        let mut subject = S::loaded();
        let requests = (0..CALLS).map(|n| subject.request(op, n)).collect();
        std::hint::black_box(run_all(&mut subject, requests));
    }
    let op =
        OPS.into_iter().find(|known| format!("{known:?}").eq_ignore_ascii_case(op)).expect("an operation");
    match subject {
        "mem" => once::<Mem>(op),
        "floor" => once::<Floor>(op),
        "peer" => once::<Peer>(op),
        other => panic!("no subject `{other}`"),
    }
}
