//! What the library costs on the way to a backend: entities to items and back, the building of requests, and whole
//! calls through the AWS SDK.
//!
//! Every case is measured in one run: time (the best of several rounds), instructions (where `valgrind` is installed),
//! allocations. What a case consumes is made before the clock starts.
//!
//!     cargo run --release

mod hand;
mod order;
mod send;

use std::hint::black_box;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use aws_sdk_dynamodb::types::AttributeValue;
use dynorm::Db;
use dynorm::entity::Entity as _;
use dynorm::value::Item;

use crate::hand::Map;
use crate::order::{Order, Product, order};

/// Operations of a timed round.
const CALLS: usize = 5_000;
/// Rounds; the best counts.
const ROUNDS: usize = 15;
/// Operations of a run under valgrind.
const COUNTED: usize = 500;

/// Operations that are ready to be carried out.
type Prepared = Box<dyn FnOnce()>;

struct Case {
    name: &'static str,
    /// The case that this one is compared with, and how many times its cost is allowed, if there is a goal.
    goals: &'static [(&'static str, f64)],
    prepare: fn(usize) -> Prepared,
}

const CASES: &[Case] = &[
    Case { name: "encode: by hand to the SDK's map", goals: &[], prepare: |n| encode(n, hand::encode) },
    Case {
        name: "encode: serde_dynamo to the SDK's map",
        goals: &[],
        prepare: |n| encode(n, |order| serde_dynamo::to_item::<_, Map>(order).expect(VALID)),
    },
    Case {
        name: "encode: dynorm to the SDK's map",
        goals: &[("encode: by hand to the SDK's map", 1.3), ("encode: serde_dynamo to the SDK's map", 0.4)],
        prepare: |n| encode(n, |order| Map::from(order.to_item().expect(VALID))),
    },
    Case {
        name: "encode: dynorm to an item",
        goals: &[("encode: by hand to the SDK's map", 1.3), ("encode: serde_dynamo to the SDK's map", 0.4)],
        prepare: |n| encode(n, |order| order.to_item().expect(VALID)),
    },
    Case { name: "encode: an item to the SDK's map", goals: &[], prepare: |n| convert(n, item, Map::from) },
    Case { name: "floor: the hash maps of an order", goals: &[], prepare: |n| convert(n, parts, hash_maps) },
    Case {
        name: "decode: by hand from the SDK's map",
        goals: &[],
        prepare: |n| decode(n, sdk_map, |map| hand::decode(map).expect(VALID)),
    },
    Case {
        name: "decode: serde_dynamo from the SDK's map",
        goals: &[],
        prepare: |n| decode(n, sdk_map, |map| serde_dynamo::from_item::<_, Order>(map).expect(VALID)),
    },
    Case {
        name: "decode: dynorm from the SDK's map",
        goals: &[
            ("decode: by hand from the SDK's map", 1.0),
            ("decode: serde_dynamo from the SDK's map", 0.4),
        ],
        prepare: |n| {
            decode(n, sdk_map, |map| Order::from_item(Item::try_from(map).expect(VALID)).expect(VALID))
        },
    },
    Case {
        name: "decode: the SDK's map to an item",
        goals: &[],
        prepare: |n| convert(n, sdk_map, |map| Item::try_from(map).expect(VALID)),
    },
    Case {
        name: "decode: dynorm from an item",
        goals: &[
            ("decode: by hand from the SDK's map", 1.0),
            ("decode: serde_dynamo from the SDK's map", 0.4),
        ],
        prepare: |n| decode(n, item, |item| Order::from_item(item).expect(VALID)),
    },
    Case { name: "build: query of an index with a filter", goals: &[], prepare: queries },
    Case { name: "build: update with four assignments", goals: &[], prepare: updates },
    Case { name: "send: get by the SDK alone", goals: &[], prepare: send::get_by_sdk },
    Case {
        name: "send: get by dynorm",
        goals: &[("send: get by the SDK alone", 1.1)],
        prepare: send::get_by_dynorm,
    },
    Case { name: "send: put by the SDK alone", goals: &[], prepare: send::put_by_sdk },
    Case {
        name: "send: put by dynorm",
        goals: &[("send: put by the SDK alone", 1.1)],
        prepare: send::put_by_dynorm,
    },
    Case { name: "send: query of 20 by the SDK alone", goals: &[], prepare: send::query_by_sdk },
    Case {
        name: "send: query of 20 by dynorm",
        goals: &[("send: query of 20 by the SDK alone", 1.1)],
        prepare: send::query_by_dynorm,
    },
];

const VALID: &str = "the order is valid";

fn sdk_map() -> Map {
    hand::encode(&order())
}

fn item() -> Item {
    order().to_item().expect(VALID)
}

/// The names and values of an order's maps, without the maps.
type Parts = Vec<Vec<(String, AttributeValue)>>;

fn parts() -> Parts {
    let mut all = Vec::new();
    take_apart(AttributeValue::M(sdk_map()), &mut all);
    all
}

fn take_apart(value: AttributeValue, all: &mut Parts) -> AttributeValue {
    match value {
        AttributeValue::M(map) => {
            let parts = map.into_iter().map(|(name, value)| (name, take_apart(value, all))).collect();
            all.push(parts);
            AttributeValue::Null(true)
        }
        AttributeValue::L(list) => {
            AttributeValue::L(list.into_iter().map(|value| take_apart(value, all)).collect())
        }
        other => other,
    }
}

/// What it takes to put names and values that are there into hash maps, and no more.
fn hash_maps(parts: Parts) -> Vec<Map> {
    let fill = |parts: Vec<(String, AttributeValue)>| {
        let mut map = Map::with_capacity(parts.len());
        map.extend(parts);
        map
    };
    parts.into_iter().map(fill).collect()
}

fn convert<T: 'static, U: 'static>(n_calls: usize, input: fn() -> T, convert: fn(T) -> U) -> Prepared {
    let inputs: Vec<T> = (0..n_calls).map(|_| input()).collect();
    Box::new(move || {
        for input in inputs {
            black_box(convert(black_box(input)));
        }
    })
}

fn encode<T: 'static>(n_calls: usize, encode: impl Fn(&Order) -> T + 'static) -> Prepared {
    let order = order();
    Box::new(move || {
        for _ in 0..n_calls {
            black_box(encode(black_box(&order)));
        }
    })
}

fn decode<T: 'static>(n_calls: usize, input: fn() -> T, decode: fn(T) -> Order) -> Prepared {
    assert_eq!(decode(input()), order(), "what is decoded is what was encoded");
    convert(n_calls, input, decode)
}

fn queries(n_calls: usize) -> Prepared {
    let db = Db::new(dynorm_mem::MemBackend::new());
    Box::new(move || {
        for _ in 0..n_calls {
            let pattern = Product::by_price("electronics").cents_in(..100_00);
            let query = db.query(pattern).filter(Product::STOCK.gt(0) & Product::ACTIVE.eq(true)).take(20);
            black_box(query.to_request().expect(VALID));
        }
    })
}

fn updates(n_calls: usize) -> Prepared {
    let db = Db::new(dynorm_mem::MemBackend::new());
    Box::new(move || {
        for _ in 0..n_calls {
            let update =
                db.update(Product::key("laptop-001")).set(Product::NAME, "Laptop").set(Product::ACTIVE, true);
            let update =
                update.set(Product::NOTE, "new".to_owned()).add(Product::STOCK, 5).when(Product::STOCK.ge(1));
            black_box(update.to_request().expect(VALID));
        }
    })
}

struct Measured {
    time: Duration,
    n_instructions: Option<u64>,
    n_allocations: Option<u64>,
}

fn measure(case: &Case) -> Measured {
    let round = |_| {
        let run = (case.prepare)(CALLS);
        let start = Instant::now();
        run();
        start.elapsed()
    };
    let best = (0..ROUNDS).map(round).min().unwrap_or_default();
    Measured {
        time: best / CALLS as u32,
        n_instructions: counted(case.name, &["--tool=callgrind", "--callgrind-out-file=/dev/null"], |text| {
            text.lines().find_map(|line| line.split("Collected : ").nth(1)).map(str::to_owned)
        }),
        n_allocations: counted(case.name, &["--tool=dhat", "--dhat-out-file=/dev/null"], |text| {
            let line = text.lines().find(|line| line.contains("Total:"))?;
            line.split(" in ").nth(1)?.split(' ').next().map(str::to_owned)
        }),
    }
}

/// What valgrind counts of one operation: of a run, less what preparing it takes.
fn counted(name: &str, tool: &[&str], read: fn(&str) -> Option<String>) -> Option<u64> {
    let total = |what: &str| {
        let program = std::env::current_exe().ok()?;
        let mut valgrind = Command::new("valgrind");
        valgrind.args(tool).arg(program).args([name, what]).stdout(Stdio::null());
        let output = valgrind.output().ok()?;
        let count = read(&String::from_utf8_lossy(&output.stderr))?;
        count.trim().replace(',', "").parse::<u64>().ok()
    };
    Some(total("run")?.saturating_sub(total("prepare")?) / COUNTED as u64)
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [name, what] = arguments.as_slice() {
        let case = CASES.iter().find(|case| case.name == name).expect("a case of this name");
        let run = (case.prepare)(COUNTED);
        if what == "run" {
            run();
        } else {
            // What is not run must not be dropped either: that is part of the run.
            std::mem::forget(run);
        }
        return;
    }
    println!("{:42} {:>9} {:>13} {:>12}   compared with", "", "time", "instructions", "allocations");
    let mut known: Vec<(&str, Measured)> = Vec::new();
    for case in CASES {
        let measured = measure(case);
        let shown = |count: Option<u64>| count.map_or("-".to_owned(), |n| n.to_string());
        let (n_instructions, n_allocations) = (shown(measured.n_instructions), shown(measured.n_allocations));
        print!(
            "{:42} {:>6} ns {n_instructions:>13} {n_allocations:>12}",
            case.name,
            measured.time.as_nanos()
        );
        for (other, goal) in case.goals {
            let (_, peer) = known.iter().find(|(name, _)| name == other).expect("peers come first");
            let ratio = measured.time.as_secs_f64() / peer.time.as_secs_f64();
            let instructions = measured.n_instructions.zip(peer.n_instructions);
            let instructions = instructions
                .map_or(String::new(), |(a, b)| format!(", {:.2}x instructions", a as f64 / b as f64));
            let short = other.split(": ").nth(1).unwrap_or(other);
            print!("\n{:42}   {ratio:.2}x the time{instructions} of {short} (goal: at most {goal:.1}x)", "");
        }
        println!();
        known.push((case.name, measured));
    }
}
