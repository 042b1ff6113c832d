//! The same calls in process and through a client of the AWS SDK that talks to the same engine, in one run.
//!
//! `cargo run --no-default-features --features sdk --bin sdk`, with or without `--release`.

use std::time::Duration;

use dynorm::aws::AwsBackend;
use engine_bench::mem::{Mem, Through};
use engine_bench::{OPS, Subject, ratio, round};

const ROUNDS: u32 = 7;

fn main() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
    let _entered = runtime.enter();
    let profile = if cfg!(debug_assertions) { "debug" } else { "release" };
    println!("{profile:10} {:>12} {:>12} {:>10}", "in process", "through SDK", "x faster");
    let mut mem = Mem::loaded();
    let mut through = Through(AwsBackend::new(dynorm_mem::sdk_client(&mem.0)));
    for op in OPS {
        let [mut direct, mut remote] = [Duration::MAX; 2];
        for _ in 0..ROUNDS {
            direct = direct.min(round(&mut mem, op, 500));
            remote = remote.min(round(&mut through, op, 100));
        }
        println!(
            "{:10} {:>9} ns {:>9} ns {:>10.1}",
            format!("{op:?}"),
            direct.as_nanos(),
            remote.as_nanos(),
            ratio(remote, direct),
        );
    }
}
