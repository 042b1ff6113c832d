//! Whatever racing writers do to items of older versions, in whatever order: no update is lost, and no item is of two
//! forms.
#![allow(clippy::unwrap_used, reason = "a test panics where its fact does not hold")]

use std::cell::Cell;

use dynorm::backend::{Backend as _, Operation, call};
use dynorm::entity::Older as _;
use dynorm::prelude::*;
use dynorm::value::Item;
use dynorm_mem::{Fault, Faults, MemBackend, Random};
use dynorm_tests::stepped::{at_once, interleave, programs};

/// Counts what is added to it, in its third form: hundredths.
#[derive(Entity, Clone, Debug, PartialEq)]
#[entity(table = "Counts", pk = "COUNT#{id}", version = 3, upgrade_from = CountV2)]
#[entity(index(ByNote, name = by_note, pk = "NOTE#{note}", sk = "{id}"))]
struct Count {
    id: u8,
    hundredths: u64,
    note: String,
    tags: Vec<String>,
}

#[derive(Entity)]
#[entity(of = Count, pk = "COUNT#{id}", version = 2, upgrade_from = CountV1)]
struct CountV2 {
    id: u8,
    tenths: u64,
    remark: String,
}

#[derive(Entity)]
#[entity(of = Count, pk = "COUNT#{id}", version = 1)]
struct CountV1 {
    id: u8,
    whole: u64,
}

impl From<CountV1> for CountV2 {
    fn from(old: CountV1) -> Self {
        Self { id: old.id, tenths: old.whole * 10, remark: "old".into() }
    }
}

impl From<CountV2> for Count {
    fn from(old: CountV2) -> Self {
        Self { id: old.id, hundredths: old.tenths * 10, note: old.remark, tags: vec!["upgraded".into()] }
    }
}

/// The same items as a program knows them that is older: it has no form but the second.
mod before {
    use dynorm::prelude::*;

    #[derive(Entity, Clone, Debug)]
    #[entity(table = "Counts", pk = "COUNT#{id}", version = 2, upgrade_from = none, tag = "Count")]
    pub(super) struct Count {
        pub(super) id: u8,
        pub(super) tenths: u64,
        pub(super) remark: String,
    }
}

const SCHEDULES: u64 = 1000;
const IDS: u8 = 2;

/// What was added, in hundredths, and what is not known to have been.
#[derive(Default)]
struct Ledger {
    added: [Cell<u64>; IDS as usize],
}

impl Ledger {
    fn add(&self, id: u8, hundredths: u64) {
        let count = &self.added[usize::from(id)];
        count.set(count.get() + hundredths);
    }
}

/// A write by the program of today, or by the one before; true if it was done.
async fn act(db: &Db, old: &Db, draw: &mut Random, ledger: &Ledger) -> dynorm::Result<()> {
    let (id, other, n) = (draw.small(IDS), draw.small(IDS), u64::from(draw.small(5)) + 1);
    let key = || Count::key(id);
    match draw.below(9) {
        0 | 1 => {
            db.update(key()).add(Count::HUNDREDTHS, n).await?;
            ledger.add(id, n);
        }
        2 => {
            let update = db.update(key()).add(Count::HUNDREDTHS, n).when(Count::TAGS.contains("upgraded"));
            let now = update.returning(Returning::New).await?;
            ledger.add(id, n);
            assert_eq!(now.id, id);
        }
        3 => db.update(key()).set(Count::NOTE, ["a", "b"][draw.below(2)]).await?,
        4 if id != other => {
            let transaction = db.transact_write().update(key(), |u| u.add(Count::HUNDREDTHS, n));
            transaction.update(Count::key(other), |u| u.add(Count::HUNDREDTHS, n)).await?;
            ledger.add(id, n);
            ledger.add(other, n);
        }
        5 => {
            // Reads, and writes what it read, if nobody wrote since.
            let Some(read) = db.get(key()).consistent().await? else { return Ok(()) };
            let put = db.put(&Count { hundredths: read.hundredths + n, ..read.clone() });
            put.when(Count::HUNDREDTHS.eq(read.hundredths)).await?;
            ledger.add(id, n);
        }
        6 => {
            let Some(read) = db.get(key()).consistent().await? else { return Ok(()) };
            db.rekey(&read, |count| count.hundredths += n).await?;
            ledger.add(id, n);
        }
        7 => {
            db.upgrade(key()).await?;
        }
        _ => {
            old.update(before::Count::key(id)).add(before::Count::TENTHS, n).await?;
            ledger.add(id, n * 10);
        }
    }
    Ok(())
}

async fn program(db: Db, old: Db, mut draw: Random, ledger: &Ledger) {
    for _ in 0..3 {
        if let Err(error) = act(&db, &old, &mut draw, ledger).await {
            let is_expected = error.is_condition_failed()
                || error.is_unknown_schema()
                || error.is_cancelled()
                || error.is_decode() && error.to_string().contains("`Count`");
            assert!(is_expected, "{error:?}");
        }
    }
}

/// That each item is wholly of one form, with the keys that it has there.
fn check_forms(backend: &MemBackend, db: &Db) {
    for item in backend.items(&db.table_name::<Count>()) {
        let names: Vec<&str> = item.names().collect();
        let form: &[&str] = match item.get("_v") {
            Some(Value::N(version)) if version.to_i128() == Some(3) => {
                &["ByNotePK", "ByNoteSK", "PK", "_type", "_v", "hundredths", "id", "note", "tags"]
            }
            Some(Value::N(version)) if version.to_i128() == Some(2) => {
                &["PK", "_type", "_v", "id", "remark", "tenths"]
            }
            _ => &["PK", "_type", "id", "whole"],
        };
        assert_eq!(names, form, "{item:?}");
        let count = Count::from_item(item.clone()).unwrap();
        if form.len() == 9 {
            assert_eq!(item, count.to_item().unwrap());
        }
    }
}

/// That nothing of what was added is lost, nor added twice.
fn check_sums(backend: &MemBackend, db: &Db, ledger: &Ledger) {
    for item in backend.items(&db.table_name::<Count>()) {
        let count = Count::from_item(item).unwrap();
        let added = ledger.added[usize::from(count.id)].get();
        assert_eq!(count.hundredths, 1000 + added, "{count:?}");
    }
}

fn old_item(id: u8, random: &mut Random) -> Item {
    if random.one_in(2) {
        return CountV2 { id, tenths: 100, remark: "r".into() }.to_item().unwrap();
    }
    let mut item = CountV1 { id, whole: 10 }.to_item().unwrap();
    item.remove("_v");
    item
}

fn run(seed: u64) {
    let mut random = Random::of(seed);
    let backend = MemBackend::new();
    // Answers that are lost would leave open what was added.
    let faults = Faults::seeded(random.next());
    faults.inject(Fault::Conflict.on(Operation::TransactWrite).percent(12));
    let db = Db::new(faults.around(backend.clone()));
    let table = db.table_name::<Count>();
    let old = db.with_table_name::<before::Count>(table.clone());
    at_once(db.create_table::<Count>()).unwrap();
    for id in 0..IDS {
        let put = call::Put { table: table.clone(), item: old_item(id, &mut random), ..call::Put::default() };
        at_once(backend.put(put)).unwrap();
    }
    let ledger = Ledger::default();
    let programs = programs(&mut random, |draw| program(db.clone(), old.clone(), draw, &ledger));
    interleave(programs, &mut random, |_| check_forms(&backend, &db));
    check_sums(&backend, &db, &ledger);
}

#[test]
fn no_order_of_writes_loses_an_update_or_mixes_forms() {
    for seed in 0..SCHEDULES {
        let outcome = std::panic::catch_unwind(|| run(seed));
        assert!(outcome.is_ok(), "the schedule of seed {seed} fails");
    }
}
