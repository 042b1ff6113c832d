//! How much memory items take: the growth of the process, each subject in a process of its own.

use std::process::Command;

use dynorm::value::Item;
use engine_bench::floor::Floor;
use engine_bench::mem::Mem;
use engine_bench::peer::Peer;
use engine_bench::{Subject, item};

const ITEMS: u32 = 100_000;

pub fn print() {
    let payload = an_item(0).size_bytes();
    println!("{ITEMS} items of {payload} bytes, growth of the resident set");
    for subject in ["mem", "peer", "floor"] {
        let this = std::env::current_exe().expect("the program has a path");
        let output =
            Command::new(this).args(["memory-of", subject]).output().expect("the program starts itself");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        print!("{}", String::from_utf8_lossy(&output.stdout));
    }
}

/// Loads one subject, and prints what that took.
pub fn print_of(subject: &str) {
    let bytes = match subject {
        "mem" => growth::<Mem>(),
        "peer" => growth::<Peer>(),
        "floor" => growth::<Floor>(),
        other => panic!("no subject `{other}`"),
    };
    let mebibytes = bytes as f64 / f64::from(1 << 20);
    println!("{subject:10} {mebibytes:>8.1} MiB {:>8.0} bytes an item", bytes as f64 / f64::from(ITEMS));
}

fn an_item(n: u32) -> Item {
    item(format!("USER#{:08}", n / 20), format!("ORDER#{:08}", n % 20), n)
}

fn growth<S: Subject>() -> usize {
    let mut subject = S::new();
    let before = resident_bytes();
    for n in 0..ITEMS {
        subject.load(an_item(n));
    }
    let after = resident_bytes();
    drop(subject);
    after - before
}

fn resident_bytes() -> usize {
    const PAGE_BYTES: usize = 4096;
    let statm = std::fs::read_to_string("/proc/self/statm").expect("the system is Linux");
    let pages = statm.split(' ').nth(1).and_then(|pages| pages.parse::<usize>().ok());
    pages.expect("the second number is that of resident pages") * PAGE_BYTES
}
