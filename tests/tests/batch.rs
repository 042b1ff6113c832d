//! What batches do when the backend fails, which only a backend that fails when it is told to can show; and how large
//! their requests are as JSON.
#![allow(clippy::unwrap_used, reason = "a test")]

use std::time::Duration;

use dynorm::FailureKind;
use dynorm::backend::call::BatchWriteAction;
use dynorm::prelude::*;
use dynorm_mem::{Fault, Faults, MemBackend};
use dynorm_tests::faults::{batches, refuse, waits};
use dynorm_tests::scenario::{Customer, Order, Reading, Shop, ann, order, order_key};
use proptest::prelude::{Just, ProptestConfig, Strategy, prop, prop_oneof, proptest};

async fn readings() -> (Faults, Db) {
    let faults = Faults::new();
    let db = Db::new(faults.around(MemBackend::new()));
    db.create_table::<Reading>().await.unwrap();
    db.create_table::<Shop>().await.unwrap();
    (faults, db)
}

fn reading(at: i64) -> Reading {
    Reading { device: "d".into(), at, value: 0.5 }
}

fn keys(range: std::ops::Range<i64>) -> impl Iterator<Item = Key<Reading>> {
    range.map(|at| Reading::key("d", at))
}

async fn stored(db: &Db) -> Vec<i64> {
    db.query(Reading::of_device("d")).all().await.unwrap().into_iter().map(|reading| reading.at).collect()
}

#[tokio::test]
async fn what_is_left_unprocessed_is_sent_again_with_what_still_waits() {
    let (faults, db) = readings().await;
    faults.script([Fault::Partial(10), Fault::Partial(0)]);
    let written = db.put_many((0..60).map(reading)).concurrency(1).await.unwrap();
    assert_eq!((written.n_written, written.left.len()), (60, 0));
    assert!(written.error.is_none());
    written.complete().unwrap();
    assert_eq!(stored(&db).await, (0..60).collect::<Vec<_>>());
    // 10 of 25; then the other 15 with 10 new ones, in vain, and again; then the rest.
    assert_eq!(faults.waits().len(), 2);
    assert_eq!(batches(&faults), [25, 25, 25, 25]);

    faults.script([Fault::Partial(1), Fault::Partial(30), Fault::Partial(0)]);
    let read = db.get_many(keys(0..150)).concurrency(1).await.unwrap().complete().unwrap();
    let expected: Vec<Option<Reading>> = (0..150).map(|at| (at < 60).then(|| reading(at))).collect();
    assert_eq!(read, expected);
    assert_eq!(faults.waits().len(), 3);
    assert_eq!(batches(&faults), [100, 100, 100, 100, 19]);
}

#[tokio::test]
async fn throttled_requests_are_sent_again() {
    let (faults, db) = readings().await;
    refuse(&faults, [FailureKind::ThroughputExceeded, FailureKind::Throttled]);
    db.put_many((0..5).map(reading)).await.unwrap().complete().unwrap();
    assert_eq!(waits(&faults).len(), 2);
    // A read may also be sent again where it is open what happened.
    refuse(&faults, [FailureKind::Timeout, FailureKind::Internal, FailureKind::RequestLimitExceeded]);
    assert!(db.get_many(keys(0..5)).await.unwrap().complete().unwrap().iter().all(Option::is_some));
    assert_eq!(waits(&faults).len(), 3);
    refuse(&faults, [FailureKind::RequestLimitExceeded]);
    db.delete_many(keys(0..5)).await.unwrap().complete().unwrap();
    assert!(stored(&db).await.is_empty());
}

#[tokio::test]
async fn after_a_failure_the_result_has_what_was_done_and_what_is_left() {
    let (faults, db) = readings().await;
    faults.script([None, Some(Fault::Refused(FailureKind::AccessDenied))]);
    let written = db.put_many((0..100).map(reading)).concurrency(1).await.unwrap();
    assert_eq!(written.n_written, 25);
    assert_eq!(written.left, (25..100).map(reading).collect::<Vec<_>>());
    assert_eq!(written.error.as_ref().unwrap().failure().unwrap().kind, FailureKind::AccessDenied);
    assert!((written.capacity[0].units.total - 25.0).abs() < f64::EPSILON);
    assert_eq!(batches(&faults), [25, 25], "no request follows a failure that does not pass");
    assert_eq!(stored(&db).await, (0..25).collect::<Vec<_>>());

    // The caller goes on with what is left.
    db.put_many(written.left).await.unwrap().complete().unwrap();
    faults.reset();
    faults.script([None, None, Some(Fault::Refused(FailureKind::AccessDenied))]);
    let mut some = db.get_many(keys(0..250)).concurrency(1).await.unwrap();
    assert_eq!((some.read.len(), some.left.len()), (200, 50));
    let (last, answer) = some.read.pop().unwrap();
    assert_eq!((last.field(Reading::AT).unwrap(), answer.unwrap()), (199, None));
    assert_eq!(some.left, keys(200..250).collect::<Vec<_>>());

    let error = some.complete().unwrap_err();
    assert!(error.is_incomplete(), "{error}");
    assert_eq!((error.code(), error.failure().unwrap().kind.clone()), ("DYN0404", FailureKind::AccessDenied));
    assert!(error.to_string().starts_with("cannot get `Reading`: 50 of 249 are left: "), "{error}");
}

#[tokio::test]
async fn other_requests_that_are_under_way_are_waited_for() {
    let (faults, db) = readings().await;
    faults.script([Some(Fault::Refused(FailureKind::Validation)), None, Some(Fault::Partial(5))]);
    let written = db.put_many((0..200).map(reading)).concurrency(3).await.unwrap();
    assert_eq!(written.error.as_ref().unwrap().failure().unwrap().kind, FailureKind::Validation);
    assert_eq!(faults.at_once(), 3);
    let batches = batches(&faults);
    // Which of the three ended first is left open; a few more may have begun before the failure was seen.
    assert!(batches.len() <= 5 && written.n_written >= 30, "{batches:?}");
    assert_eq!(stored(&db).await.len(), written.n_written);
    let mut all = stored(&db).await;
    all.extend(written.left.iter().map(|reading| reading.at));
    all.sort_unstable();
    assert_eq!(all, (0..200).collect::<Vec<_>>());
}

#[tokio::test]
async fn as_many_requests_are_under_way_as_is_allowed() {
    let (faults, db) = readings().await;
    for (concurrency, most) in [(0, 1), (1, 1), (2, 2), (50, 8)] {
        db.put_many((0..200).map(reading)).concurrency(concurrency).await.unwrap().complete().unwrap();
        assert_eq!(faults.at_once(), most);
        faults.reset();
    }
    let mut all = db.batch();
    for at in 0..200 {
        all = all.put(&reading(at));
    }
    all.await.unwrap().complete().unwrap();
    assert_eq!(faults.at_once(), 4);
}

#[tokio::test]
async fn at_the_deadline_the_rest_is_left() {
    let (faults, db) = readings().await;
    faults.script([Fault::Partial(3)]);
    refuse(&faults, std::iter::repeat_n(FailureKind::ThroughputExceeded, 1000));
    let deadline = Duration::from_secs(30);
    let written = db.put_many((0..30).map(reading)).concurrency(1).deadline(deadline).await.unwrap();
    assert_eq!((written.n_written, written.left.len()), (3, 27));
    assert!(written.error.as_ref().unwrap().is_throttled());
    assert!(written.complete().unwrap_err().is_throttled());
    let total: Duration = waits(&faults).iter().sum();
    assert!(total <= deadline && total > Duration::from_secs(25), "{total:?}");

    faults.reset();
    faults.script(std::iter::repeat_n(Fault::Partial(0), 1000));
    let read = db.get_many(keys(0..3)).deadline(Duration::from_secs(1)).await.unwrap();
    assert!(read.error.is_none() && read.read.is_empty());
    assert_eq!(read.left, keys(0..3).collect::<Vec<_>>());
    let error = read.complete().unwrap_err();
    assert_eq!(error.to_string(), "cannot get `Reading`: 3 of 3 are left");
    assert!(waits(&faults).iter().sum::<Duration>() <= Duration::from_secs(1));

    faults.reset();
    let none = db.delete_many(keys(0..3)).deadline(Duration::ZERO).await.unwrap();
    assert_eq!((none.n_written, none.left.len(), batches(&faults).len()), (0, 3, 0));
}

#[tokio::test]
async fn without_a_deadline_progress_keeps_a_batch_going() {
    let (faults, db) = readings().await;
    // One a time, with waits that are far more than ten seconds together.
    faults.script(std::iter::repeat_n(Fault::Partial(1), 200));
    db.put_many((0..200).map(reading)).concurrency(1).await.unwrap().complete().unwrap();
    assert!(waits(&faults).iter().sum::<Duration>() > Duration::from_secs(20));

    faults.reset();
    refuse(&faults, std::iter::repeat_n(FailureKind::Throttled, 1000));
    let none = db.put_many((0..2).map(reading)).await.unwrap();
    assert_eq!((none.n_written, none.left.len()), (0, 2));
    let waits = waits(&faults);
    assert!(waits.iter().sum::<Duration>() <= Duration::from_secs(10) && waits.len() >= 5, "{waits:?}");
}

#[tokio::test]
async fn a_write_whose_fate_is_open_is_left_and_not_repeated() {
    let (faults, db) = readings().await;
    faults.script([Fault::Lost(FailureKind::Timeout)]);
    let written = db.put_many((0..2).map(reading)).await.unwrap();
    assert_eq!((written.n_written, written.left.len()), (0, 2));
    assert_eq!(written.error.unwrap().failure().unwrap().kind, FailureKind::Timeout);
    assert_eq!(batches(&faults), [2]);
    assert_eq!(stored(&db).await, [0, 1]);
}

#[tokio::test]
async fn what_is_left_of_a_mixed_batch_is_a_batch() {
    let (faults, db) = readings().await;
    db.put(&order(1, 1)).await.unwrap();
    faults.script([Fault::Partial(1), Fault::Refused(FailureKind::AccessDenied)]);
    let batch = db.batch().put(&ann()).delete(order_key(1, 1)).put(&reading(7));
    let written = batch.concurrency(1).await.unwrap();
    assert_eq!(written.n_written, 1);
    let left: Vec<_> = written.left.entries().iter().map(|entry| (entry.operation, entry.entity)).collect();
    assert_eq!(left, [("put", "Customer"), ("put", "Reading")]);
    let [customer, measured] = written.left.entries() else { panic!("{left:?}") };
    assert_eq!(customer.key::<Customer>().unwrap(), Some(Customer::key("ann")));
    assert_eq!(customer.key::<Order>().unwrap(), None);
    assert_eq!(customer.entity_to_put::<Reading>().unwrap(), None);
    assert_eq!(measured.entity_to_put::<Reading>().unwrap(), Some(reading(7)));
    written.left.await.unwrap().complete().unwrap();
    assert_eq!(db.get(Customer::key("ann")).await.unwrap(), Some(ann()));
    assert_eq!(db.get(order_key(1, 1)).await.unwrap(), None);
    assert_eq!(stored(&db).await, [7]);
}

/// An entity that is short in the store and long in JSON.
#[derive(Entity, Clone, Debug)]
#[entity(table = "Flags", pk = id)]
struct Flags {
    id: u32,
    flags: Vec<bool>,
}

#[test]
fn requests_are_at_most_16_mb_of_json() {
    let db = Db::new(MemBackend::new());
    let requests = |n_flags| {
        let all = (0..25).map(|id| Flags { id, flags: vec![true; n_flags] });
        db.put_many(all).to_requests().unwrap()
    };
    let large = requests(190_000);
    assert!(large.len() > 1, "{} requests", large.len());
    for request in &large {
        let wire_bytes = |action: &BatchWriteAction| match action {
            BatchWriteAction::Put(item) => serde_json::to_string(item).unwrap().len(),
            BatchWriteAction::Delete(_) => 0,
        };
        let wire_bytes: usize = request.tables["Flags"].iter().map(wire_bytes).sum();
        assert!(wire_bytes < 16 * 1024 * 1024, "{wire_bytes}");
    }
    assert_eq!(large.iter().map(|request| request.tables["Flags"].len()).sum::<usize>(), 25);
    assert_eq!(requests(40_000).len(), 1);
}

/// What a backend may do to the requests of a batch.
fn fault() -> impl Strategy<Value = Option<Fault>> {
    prop_oneof![
        Just(None),
        (0_usize..30).prop_map(Fault::Partial).prop_map(Some),
        Just(Some(Fault::throttled())),
        Just(Some(Fault::Refused(FailureKind::AccessDenied))),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    /// Whatever the backend does: each entry is either done or left, in order, and it is as the result says.
    #[test]
    fn nothing_is_dropped(
        script in prop::collection::vec(fault(), 0..12),
        n_entries in 0_i64..150,
        concurrency in 1_usize..5,
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let (faults, db) = readings().await;
            faults.script(script.clone());
            let all: Vec<i64> = (0..n_entries).collect();
            let written = db.put_many(all.iter().copied().map(reading)).concurrency(concurrency).await.unwrap();
            faults.reset();
            let left: Vec<i64> = written.left.iter().map(|reading| reading.at).collect();
            let done: Vec<i64> = all.iter().copied().filter(|at| !left.contains(at)).collect();
            assert_eq!(stored(&db).await, done);
            assert_eq!(written.n_written, done.len());
            assert_eq!(written.error.is_some(), !left.is_empty());
            assert!(left.is_sorted());

            // Each key twice, the second time the other way round.
            let asked: Vec<i64> = all.iter().chain(all.iter().rev()).copied().collect();
            faults.script(script);
            let keys = asked.iter().map(|at| Reading::key("d", *at));
            let read = db.get_many(keys).concurrency(concurrency).await.unwrap();
            let at = |key: &Key<Reading>| key.field(Reading::AT).unwrap();
            let left: Vec<i64> = read.left.iter().map(at).collect();
            let answered: Vec<i64> = read.read.iter().map(|(key, _)| at(key)).collect();
            assert_eq!(left, asked.iter().copied().filter(|at| left.contains(at)).collect::<Vec<_>>());
            assert_eq!(answered, asked.iter().copied().filter(|at| !left.contains(at)).collect::<Vec<_>>());
            for (key, found) in read.read {
                let expected = done.contains(&at(&key)).then(|| reading(at(&key)));
                assert_eq!(found.unwrap(), expected);
            }
        });
    }
}
