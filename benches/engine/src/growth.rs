//! Whether costs grow with the table, or with the page.

use std::ops::Range;
use std::time::{Duration, Instant};

use engine_bench::floor::{self, Floor};
use engine_bench::mem::{self, Mem};
use engine_bench::{Subject, best, item, ratio};

const PORTION: u32 = 200;
const PORTIONS: u32 = 100;
const CALLS: u32 = PORTIONS * PORTION;
const ROUNDS: u32 = 11;
const SIZES: [u32; 4] = [1_000, 10_000, 100_000, 1_000_000];

type Key = (String, String);

/// A subject, and how to ask it for an item and to give it one.
struct Growing<S: Subject> {
    subject: S,
    get: fn(Key) -> S::Request,
    put: fn(Key, u32) -> S::Request,
}

/// Gets and puts in tables of a thousand to a million items: the engine, the floor, and what memory alone
/// makes slower: to look where an item is, and at the item.
pub fn print_items() {
    let print = |first: &dyn std::fmt::Display, columns: [String; 5]| {
        println!("{first:>10} {}", columns.map(|column| format!("{column:>10}")).join(" "));
    };
    print(&"items", ["get", "put", "floor get", "floor put", "memory"].map(str::to_owned));
    let mut first = None;
    for n_items in SIZES {
        let mem = Growing::<Mem> {
            subject: loaded(n_items),
            get: mem::Request::get,
            put: |(partition, sort), n| mem::Request::put(item(partition, sort, n)),
        };
        let floor = Growing::<Floor> {
            subject: loaded(n_items),
            get: floor::Request::Get,
            put: |key, n| floor::Request::Put(vec![(key.clone(), item(key.0, key.1, n))]),
        };
        let times = measured(mem, floor, &Far::new(n_items), n_items);
        let first = *first.get_or_insert(times);
        print(&n_items, times.map(|time| format!("{} ns", time.as_nanos())));
        if Some(&n_items) == SIZES.last() {
            print(&"growth", std::array::from_fn(|at| format!("{:.1} x", ratio(times[at], first[at]))));
            print(
                &"longer by",
                std::array::from_fn(|at| format!("{} ns", (times[at].saturating_sub(first[at])).as_nanos())),
            );
        }
    }
}

fn key(n: u32) -> Key {
    (format!("USER#{:08}", n / 20), format!("ORDER#{:08}", n % 20))
}

fn loaded<S: Subject>(n_items: u32) -> S {
    let mut subject = S::new();
    for n in 0..n_items {
        let (partition, sort) = key(n);
        subject.load(item(partition, sort, n));
    }
    subject
}

/// As many pieces of memory as there are items, as large as the engine's, and where each is: what any table that keeps
/// its items apart waits for, and nothing else.
struct Far(Vec<Box<[u8]>>);

/// What the engine writes for an item.
const ITEM_BYTES: usize = 340;
const LINE_BYTES: usize = 64;

impl Far {
    fn new(n_items: u32) -> Self {
        // Not zeros, for which the system would give no memory.
        Self((0..n_items).map(|_| vec![1; ITEM_BYTES].into()).collect())
    }

    /// The time to look where an item is and then at all of it at once, which waits for the item before.
    fn timed(&self, portion: u32, n_items: u32) -> Duration {
        let places: Vec<usize> = numbers_of(portion).map(|n| chosen(n, n_items) as usize).collect();
        let start = Instant::now();
        let last = places.iter().fold(1, |last, place| {
            let lines = self.0[place + usize::from(last) - 1].iter().step_by(LINE_BYTES);
            lines.fold(0, |all, byte| all | byte)
        });
        let elapsed = start.elapsed();
        assert_eq!(last, 1);
        elapsed
    }
}

/// The times of a get and a put, of both in turns, and of memory. Of each portion of the calls the best round counts.
fn measured(mut mem: Growing<Mem>, mut floor: Growing<Floor>, far: &Far, n_items: u32) -> [Duration; 5] {
    let mut best = [[Duration::MAX; PORTIONS as usize]; 5];
    let note = |best: &mut [Duration], work: &mut dyn FnMut(u32) -> Duration| {
        for (portion, best) in (0..PORTIONS).zip(best) {
            *best = work(portion).min(*best);
        }
    };
    // One kind of call after the other, so that none finds in the cache what another has just read.
    for _ in 0..ROUNDS {
        note(&mut best[0], &mut |portion| timed(&mut mem.subject, portion, n_items, |key, _| (mem.get)(key)));
        note(&mut best[1], &mut |portion| timed(&mut mem.subject, portion, n_items, mem.put));
        note(&mut best[2], &mut |portion| {
            timed(&mut floor.subject, portion, n_items, |key, _| (floor.get)(key))
        });
        note(&mut best[3], &mut |portion| timed(&mut floor.subject, portion, n_items, floor.put));
        note(&mut best[4], &mut |portion| far.timed(portion, n_items));
    }
    best.map(|portions| portions.iter().sum::<Duration>() / CALLS)
}

fn numbers_of(portion: u32) -> Range<u32> {
    portion * PORTION..(portion + 1) * PORTION
}

/// The item of a call: any, so that nothing can be known before it is asked for. A processor learns a stride.
fn chosen(n: u32, n_items: u32) -> u32 {
    let mixed = (u64::from(n) + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let mixed = (mixed ^ mixed >> 32).wrapping_mul(0xD6E8_FEB8_6659_FD93);
    ((mixed >> 32) % u64::from(n_items)) as u32
}

/// The time of a portion of the calls. Requests are made before the clock starts, and are few, so that they stay in
/// the cache alike for all tables.
fn timed<S: Subject>(
    subject: &mut S,
    portion: u32,
    n_items: u32,
    request: impl Fn(Key, u32) -> S::Request,
) -> Duration {
    let requests: Vec<S::Request> =
        numbers_of(portion).map(|n| request(key(chosen(n, n_items)), n)).collect();
    let start = Instant::now();
    for request in requests {
        assert_eq!(subject.run(request), 1);
    }
    start.elapsed()
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
            let requests: Vec<mem::Request> =
                (0..n_calls).map(|_| mem::Request::page("USER#pages", n_items)).collect();
            let start = Instant::now();
            for request in requests {
                assert_eq!(mem.run(request), n_items as usize);
            }
            start.elapsed() / n_calls
        });
        println!("{n_items:>10} {:>9} ns {:>9} ns", time.as_nanos(), time.as_nanos() / u128::from(n_items));
    }
}
