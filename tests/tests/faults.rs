//! Faults and lags of the engine, which only a backend of the test's own has: the seed decides, the clock moves, and
//! indexes are late.
#![allow(clippy::unwrap_used, reason = "a test")]

use std::time::Duration;

use dynorm::aws::AwsBackend;
use dynorm::backend::Operation;
use dynorm::prelude::*;
use dynorm::{FailureKind, Reason};
use dynorm_mem::{Attempt, Engine, Fault, Faults, ManualClock, MemBackend, SdkConnector, sdk_client};
use dynorm_tests::scenario::{Order, Shop, Status, order, order_key};

const LAG: Duration = Duration::from_secs(3);

/// An engine whose indexes are late, and its clock.
fn late() -> (MemBackend, ManualClock) {
    let clock = ManualClock::new();
    (MemBackend::of(Engine::new().with_index_lag(LAG)).with_clock(clock.clone()), clock)
}

async fn shop(db: Db) -> Db {
    db.create_table::<Shop>().await.unwrap();
    db
}

async fn open_orders(db: &Db) -> usize {
    let open = Order { priority: Some(1), ..order(1, 1) };
    db.query(Order::by_status(open.status)).all().await.unwrap().len()
}

/// The order is stored, and a query of a global index does not show it yet; nor that it went.
#[tokio::test]
async fn a_read_of_a_global_index_can_be_stale() {
    for through_sdk in [false, true] {
        let (backend, clock) = late();
        let db = if through_sdk {
            Db::new(AwsBackend::new(sdk_client(&backend)))
        } else {
            Db::new(backend.clone())
        };
        let db = shop(db).await;
        let open = Order { priority: Some(1), ..order(1, 1) };
        db.put(&open).await.unwrap();
        assert_eq!(open_orders(&db).await, 0);
        assert_eq!(db.get(order_key(1, 1)).await.unwrap(), Some(open), "the table shows it");
        clock.advance(LAG);
        assert_eq!(open_orders(&db).await, 1);

        db.update(order_key(1, 1)).set(Order::STATUS, Status::Paid).await.unwrap();
        assert_eq!(open_orders(&db).await, 1, "it is paid, and the index shows it as open");
        backend.catch_up();
        assert_eq!(open_orders(&db).await, 0);
    }
}

/// A key that a late index still has leads nowhere, and is left out.
#[tokio::test]
async fn what_a_stale_index_has_and_the_table_has_not_is_left_out() {
    let (backend, clock) = late();
    let db = shop(Db::new(backend)).await;
    for number in 0..3 {
        db.put(&order(1, number)).await.unwrap();
    }
    clock.advance(LAG);
    db.delete(order_key(1, 1)).await.unwrap();
    let found = db.query(Order::by_number(1u32)).hydrate().all().await.unwrap();
    assert_eq!(found, []);
    assert_eq!(db.query(Order::by_number(1u32)).keys().all().await.unwrap().len(), 1);
}

/// A program behind faults, and everything that is known of it.
async fn history(seed: u64) -> (Vec<Attempt>, Vec<Duration>, Duration) {
    let (backend, clock) = late();
    let began = clock.now();
    let faults = Faults::seeded(seed);
    faults.inject(Fault::throttled().percent(30));
    faults.inject(Fault::Conflict.percent(20));
    faults.set_latency(Duration::from_millis(1)..=Duration::from_millis(90));
    let db = shop(Db::new(faults.around(backend))).await;
    for number in 0..10 {
        let _ = db.put(&order(1, number)).await;
        let _ = db.get(order_key(1, number)).await;
    }
    let mut calls = faults.calls();
    // Tokens are not to be guessed, so that no seed decides them.
    for call in &mut calls {
        call.token = None;
    }
    (calls, faults.waits(), clock.now().duration_since(began).unwrap())
}

#[tokio::test]
async fn the_seed_decides_what_fails_and_how_long_it_takes() {
    let (calls, waits, elapsed) = history(5).await;
    assert_eq!(history(5).await, (calls.clone(), waits.clone(), elapsed));
    assert_ne!(history(6).await.0, calls);
    assert!(calls.len() > 20 && !waits.is_empty());
    let calls_take = elapsed.checked_sub(waits.iter().sum()).unwrap();
    let n_calls = u32::try_from(calls.len()).unwrap();
    assert!(
        calls_take >= Duration::from_millis(1) * n_calls && calls_take <= Duration::from_millis(90) * n_calls
    );
}

#[tokio::test]
async fn rules_befall_the_calls_that_they_are_about() {
    let faults = Faults::new();
    let db = shop(Db::new(faults.around(MemBackend::new()))).await;
    let fated = |faults: &Faults| -> Vec<bool> {
        let fated = faults.calls().iter().map(|call| call.fault.is_some()).collect();
        faults.reset();
        fated
    };
    faults.inject(Fault::lost().on(Operation::Put).nth(3));
    for number in 0..4 {
        let _ = db.get(order_key(1, number)).await;
        assert_eq!(db.put(&order(1, number)).await.is_err(), number == 2);
    }
    assert_eq!(fated(&faults), [false, false, false, false, false, true, false, false]);
    assert!(db.get(order_key(1, 2)).await.unwrap().is_some(), "only the answer was lost");

    faults.reset();
    faults.inject(Fault::throttled().on_writes().table("Others"));
    db.put(&order(1, 1)).await.unwrap();
    assert_eq!(fated(&faults), [false]);
    // What the backend refuses by itself is not lost.
    faults.inject(Fault::lost());
    assert!(db.create(&order(1, 1)).await.unwrap_err().is_already_exists());
    assert_eq!(fated(&faults), [false]);
    // Faults that a call cannot have do not befall it.
    faults.inject(Fault::Conflict);
    faults.inject(Fault::in_progress());
    faults.inject(Fault::Partial(0));
    assert!(db.get(order_key(1, 1)).await.unwrap().is_some());
    assert_eq!(fated(&faults), [false]);
    faults.inject(Fault::Conflict.times(1));
    faults.inject(Fault::cancelled(["ThrottlingError"]).times(1));
    db.transact_write().delete(order_key(1, 1)).put(&order(1, 7)).await.unwrap();
    assert_eq!(fated(&faults), [true, true, false]);
}

/// Programs on the AWS SDK have the same faults.
#[tokio::test]
async fn the_sdk_in_process_has_faults_too() {
    let (backend, clock) = late();
    let db = shop(Db::new(backend.clone())).await;
    let faults = Faults::new();
    let config = sdk_client(&backend).config().to_builder();
    let config = config.http_client(SdkConnector::new(backend).with_faults(faults.clone())).build();
    // Which has the library's own waits take no time.
    let calm = Faults::new();
    calm.skip_waits();
    let sdk = Db::new(calm.around(AwsBackend::new(aws_sdk_dynamodb::Client::from_conf(config))));
    faults.set_latency(Duration::from_secs(1)..=Duration::from_secs(1));

    let began = clock.now();
    faults.inject(Fault::Refused(FailureKind::AccessDenied).on(Operation::Get));
    let denied = sdk.get(order_key(1, 1)).await.unwrap_err();
    assert_eq!(denied.failure().unwrap().kind, FailureKind::AccessDenied);
    assert_eq!(clock.now().duration_since(began).unwrap(), Duration::from_secs(1));

    faults.inject(Fault::lost().on(Operation::Put));
    let lost = sdk.put(&order(1, 1)).await.unwrap_err();
    assert_eq!(lost.failure().unwrap().kind, FailureKind::Internal);
    assert_eq!(db.get(order_key(1, 1)).await.unwrap(), Some(order(1, 1)));

    faults.inject(Fault::Conflict.on(Operation::TransactGet));
    let both = sdk.transact_get((order_key(1, 1), order_key(1, 2))).await.unwrap_err();
    assert!(both.cancelled().iter().any(|action| action.reason == Reason::Conflict), "{both}");

    faults.reset();
    faults.inject(Fault::Partial(1).on(Operation::BatchWrite).times(1));
    sdk.put_many([order(1, 2), order(1, 3)]).await.unwrap().complete().unwrap();
    let calls: Vec<_> = faults.calls().iter().map(|call| (call.operation, call.entries)).collect();
    assert_eq!(calls, [(Operation::BatchWrite, 2), (Operation::BatchWrite, 1)]);
    assert_eq!(db.query(Order::of_customer("ann")).count().await.unwrap(), 3);
}
