//! Laws of scans in segments: everything once, exact resumption, and a budget that is kept.
#![allow(clippy::unwrap_used, reason = "a test")]

use std::collections::BTreeSet;

use dynorm::FailureKind;
use dynorm::ScanPosition;
use dynorm::prelude::*;
use dynorm_mem::{Faults, ManualClock, MemBackend};
use dynorm_tests::faults::refuse;
use proptest::prelude::*;

#[derive(Entity, Clone, Debug, PartialEq)]
#[entity(table = "Things", pk = "P#{partition}", sk = "S#{number}", scan)]
struct Thing {
    partition: u8,
    number: u16,
    keep: bool,
    #[attr(default)]
    filling: String,
}

async fn things(db: &Db, keep: &[bool]) -> BTreeSet<u16> {
    db.create_table::<Thing>().await.unwrap();
    let mut kept = BTreeSet::new();
    for (number, keep) in (0..).zip(keep) {
        let partition = u8::try_from(number % 7).unwrap();
        db.put(&Thing { partition, number, keep: *keep, filling: String::new() }).await.unwrap();
        if *keep {
            kept.insert(number);
        }
    }
    kept
}

fn run<F: Future>(future: F) -> F::Output {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(future)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    /// However often a scan is left and resumed, it gives everything once.
    #[test]
    fn a_resumed_scan_gives_exactly_the_rest(
        keep in prop::collection::vec(any::<bool>(), 0..50),
        segments in 1..6_u32,
        concurrency in 1..4_usize,
        evaluate in prop::option::of(1..7_u32),
        legs in prop::collection::vec(0..12_usize, 0..6),
    ) {
        run(async {
            let db = Db::new(MemBackend::new());
            let kept = things(&db, &keep).await;
            let scan = || {
                let scan = db.scan::<Thing>().filter(Thing::KEEP.eq(true));
                if let Some(evaluate) = evaluate { scan.evaluate(evaluate) } else { scan }
            };
            let mut items = scan().segments(segments).concurrency(concurrency).items();
            let mut found = Vec::new();
            for leg in legs {
                for _ in 0..leg {
                    if let Some(thing) = items.next().await {
                        found.push(thing.unwrap().number);
                    }
                }
                let token = items.position().to_string();
                items = scan().resume(token.parse().unwrap()).concurrency(concurrency).items();
            }
            while let Some(thing) = items.next().await {
                found.push(thing.unwrap().number);
            }
            prop_assert!(items.position().is_done());
            prop_assert_eq!(items.progress().segments_done, segments);
            prop_assert_eq!(found.len(), kept.len());
            prop_assert_eq!(found.into_iter().collect::<BTreeSet<_>>(), kept);
            Ok(())
        })?;
    }
}

/// A table of 4 MB, which takes about 500 eventually consistent read units to scan.
async fn large() -> (Db, ManualClock) {
    let clock = ManualClock::new();
    let db = Db::new(MemBackend::new().with_clock(clock.clone()));
    db.create_table::<Thing>().await.unwrap();
    for number in 0..40 {
        let partition = u8::try_from(number % 7).unwrap();
        db.put(&Thing { partition, number, keep: true, filling: "x".repeat(102_000) }).await.unwrap();
    }
    (db, clock)
}

#[test]
fn a_budget_is_kept_by_waiting_before_requests() {
    run(async {
        for (segments, budget) in [(1, 50.0), (4, 50.0), (4, 1000.0), (3, 7.5)] {
            let (db, clock) = large().await;
            let began = clock.now();
            let mut items = db.scan::<Thing>().segments(segments).budget(budget).items();
            let mut n_items = 0;
            while let Some(thing) = items.next().await {
                thing.unwrap();
                n_items += 1;
                // At no time is the scan more than a request ahead of its budget.
                let elapsed = clock.now().duration_since(began).unwrap().as_secs_f64();
                let consumed = items.progress().capacity.as_ref().unwrap().units.total;
                assert!(consumed <= elapsed * budget + 178.0 + 0.001, "{consumed} units after {elapsed} s");
            }
            assert_eq!(n_items, 40);
            let elapsed = clock.now().duration_since(began).unwrap().as_secs_f64();
            let consumed = items.progress().capacity.as_ref().unwrap().units.total;
            // And it waits for no more than it may consume.
            let most = (consumed + f64::from(segments) * 178.0) / budget;
            assert!(elapsed > 0.0 && elapsed <= most, "{elapsed} s for {consumed} units of {budget}/s");
        }
    });
}

#[test]
fn without_a_budget_a_scan_does_not_wait() {
    run(async {
        let (db, clock) = large().await;
        let began = clock.now();
        assert_eq!(db.scan::<Thing>().segments(3).items().all().await.unwrap().len(), 40);
        assert_eq!(clock.now(), began);
    });
}

/// A failure ends the stream, and the position is still right.
#[test]
fn a_scan_goes_on_after_a_failure() {
    run(async {
        let faults = Faults::new();
        let db = Db::new(faults.around(MemBackend::new()));
        let kept = things(&db, &[true; 40]).await;
        let mut items = db.scan::<Thing>().evaluate(5).segments(3).concurrency(1).items();
        let mut found = Vec::new();
        for _ in 0..7 {
            found.push(items.next().await.unwrap().unwrap().number);
        }
        refuse(&faults, [FailureKind::AccessDenied]);
        let error = loop {
            match items.next().await.unwrap() {
                Ok(thing) => found.push(thing.number),
                Err(error) => break error,
            }
        };
        assert_eq!(error.failure().unwrap().kind, FailureKind::AccessDenied);
        assert!(items.next().await.is_none());
        let rest = db.scan::<Thing>().resume(items.position()).all().await.unwrap();
        assert_eq!(found.len() + rest.len(), kept.len());
        found.extend(rest.iter().map(|thing| thing.number));
        assert_eq!(found.into_iter().collect::<BTreeSet<_>>(), kept);
    });
}

#[test]
fn a_position_belongs_to_its_scan() {
    #[derive(Entity, Debug)]
    #[entity(table = "Others", pk = id, scan)]
    struct Other {
        id: String,
    }
    run(async {
        let db = Db::new(MemBackend::new());
        things(&db, &[true; 3]).await;
        db.create_table::<Other>().await.unwrap();
        let position = || db.scan::<Other>().segments(2).items().position();
        let error = db.scan::<Thing>().resume(position()).all().await.unwrap_err();
        assert!(error.is_cursor() && error.to_string().contains("another table"), "{error}");
        assert_eq!(db.scan::<Other>().resume(position()).items().position().segments(), 2);
        assert!("AQ".parse::<ScanPosition>().unwrap_err().is_cursor());
        for refused in [
            db.scan::<Other>().segments(0),
            db.scan::<Other>().segments(1_000_001),
            db.scan::<Other>().segments(2).concurrency(0),
            db.scan::<Other>().budget(0.0),
            db.scan::<Other>().budget(f64::NAN),
            db.scan::<Other>().take(3).segments(2),
        ] {
            assert_eq!(refused.all().await.unwrap_err().code(), "DYN0402");
        }
        let error = db.scan::<Thing>().evaluate(1).max_requests(2).segments(2).all().await.unwrap_err();
        assert!(error.is_unfinished(), "{error}");
    });
}
