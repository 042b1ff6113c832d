//! Whatever racing writers do, in whatever order: each write that says it was done is one version, no two are the same,
//! and what a writer based on an older version is refused.
#![allow(clippy::unwrap_used, reason = "a test panics where its fact does not hold")]

use std::cell::RefCell;

use dynorm::prelude::*;
use dynorm_mem::{Faults, MemBackend, Random};
use dynorm_tests::stepped::{at_once, interleave, programs};

#[derive(Entity, Clone, Debug, PartialEq)]
#[entity(table = "Pages", pk = id)]
struct Page {
    id: u8,
    /// What all writes that were done added.
    sum: u64,
    #[attr(version)]
    version: u64,
}

const SCHEDULES: u64 = 2000;
const N_WRITES: usize = 4;

/// What the writes that were done added, together, and how many there were.
#[derive(Debug, Default)]
struct Done {
    sum: u64,
    n_writes: u64,
}

/// One write on what was read, which adds `n`.
async fn write(db: &Db, draw: &mut Random, read: &Page, n: u64) -> dynorm::Result<()> {
    let next = Page { sum: read.sum + n, ..read.clone() };
    match draw.below(5) {
        0 => db.put(&next).await,
        1 => db.update(read).set(Page::SUM, next.sum).await,
        2 => db.update(Page::key(read.id)).at_version(read.version).set(Page::SUM, next.sum).await,
        3 => db.transact_write().put(&next).await,
        // By key, which loses nothing either, as the service adds.
        _ => db.update(Page::key(read.id)).add(Page::SUM, n).await,
    }
}

async fn program(db: Db, mut draw: Random, done: &RefCell<Done>) {
    for _ in 0..N_WRITES {
        let read = db.get(Page::key(7)).consistent().await.unwrap().unwrap();
        let n = draw.below(100) as u64;
        match write(&db, &mut draw, &read, n).await {
            Ok(()) => {
                let mut done = done.borrow_mut();
                done.sum += n;
                done.n_writes += 1;
            }
            Err(error) => {
                let is_late = error.is_version_conflict() || error.is_cancelled();
                assert!(is_late, "{error:?}");
            }
        }
    }
}

fn run(seed: u64) -> bool {
    let mut random = Random::of(seed);
    let backend = MemBackend::new();
    let db = Db::new(Faults::seeded(random.next()).around(backend.clone()));
    let plain = Db::new(backend);
    at_once(db.create_table::<Page>()).unwrap();
    at_once(async { plain.create(&Page { id: 7, sum: 0, version: 0 }).await }).unwrap();
    let done = RefCell::new(Done::default());
    let programs = programs(&mut random, |draw| program(db.clone(), draw, &done));
    interleave(programs, &mut random, |_| {});
    let done = done.into_inner();
    let end = at_once(async { plain.get(Page::key(7)).consistent().await }).unwrap().unwrap();
    assert_eq!((end.version, end.sum), (done.n_writes + 1, done.sum));
    done.n_writes < 3 * N_WRITES as u64
}

#[test]
fn no_order_of_writes_loses_one() {
    let mut n_raced = 0;
    for seed in 0..SCHEDULES {
        let outcome = std::panic::catch_unwind(|| run(seed));
        let Ok(is_raced) = outcome else { panic!("the schedule of seed {seed} fails") };
        n_raced += u64::from(is_raced);
    }
    assert!(n_raced > SCHEDULES / 2, "only {n_raced} schedules had writers that were late");
}
