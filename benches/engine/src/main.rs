//! The engine in process, against `dynoxide` in process and a floor: a `BTreeMap` of `Arc` items with the same keys.
//!
//! `cargo run --release` prints all sections; `cargo run --release -- operations threads` prints some of them.

mod growth;
mod memory;
mod operations;
mod start;
mod threads;

type Section = (&'static str, fn());

const SECTIONS: [Section; 6] = [
    ("operations", operations::print),
    ("threads", threads::print),
    ("memory", memory::print),
    ("start", start::print),
    ("growth", growth::print_items),
    ("pages", growth::print_pages),
];

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        // What the section `memory` starts, and what a profiler is to look at.
        ["memory-of", subject] => return memory::print_of(subject),
        ["profile", op, subject] => return operations::profile(op, subject),
        _ => {}
    }
    for name in &arguments {
        assert!(SECTIONS.iter().any(|(section, _)| section == name), "no section `{name}`");
    }
    for (name, print) in SECTIONS {
        if arguments.is_empty() || arguments.iter().any(|argument| argument == name) {
            println!("== {name}");
            print();
            println!();
        }
    }
}
