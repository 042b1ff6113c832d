//! Which failures the library tries again. Only a backend that fails when it is told to can show it.
#![allow(clippy::unwrap_used, reason = "a test")]

use std::sync::Arc;
use std::time::Duration;

use dynorm::FailureKind;
use dynorm::prelude::*;
use dynorm_tests::flaky::Flaky;
use dynorm_tests::scenario::{Customer, Order, Shop, ann, order, order_key};

async fn shop() -> (Arc<Flaky>, Db) {
    let backend = Arc::new(Flaky::default());
    let db = Db::from_backend(backend.clone());
    db.create_table::<Shop>().await.unwrap();
    db.put(&ann()).await.unwrap();
    db.put(&order(1, 1)).await.unwrap();
    (backend, db)
}

#[tokio::test]
async fn throttling_and_contention_are_waited_for() {
    let (backend, db) = shop().await;
    let busy = [
        FailureKind::Throttled,
        FailureKind::ThroughputExceeded,
        FailureKind::RequestLimitExceeded,
        FailureKind::TransactionConflict,
        FailureKind::TransactionInProgress,
    ];
    backend.refuse(busy.clone());
    db.update(order_key(1, 1)).add(Order::STOCK, 1).await.unwrap();
    assert_eq!(backend.waits().len(), busy.len());
    assert_eq!(db.get(order_key(1, 1)).await.unwrap().unwrap().stock, 1);

    backend.refuse(busy);
    assert_eq!(db.query(Order::of_customer("ann")).all().await.unwrap().len(), 1);
    assert_eq!(backend.waits().len(), 5);
}

#[tokio::test]
async fn a_write_that_may_have_happened_is_not_repeated() {
    let (backend, db) = shop().await;
    for kind in [FailureKind::Internal, FailureKind::Timeout, FailureKind::Dispatch] {
        backend.refuse([kind.clone()]);
        let error = db.update(order_key(1, 1)).add(Order::STOCK, 1).await.unwrap_err();
        assert_eq!(error.failure().unwrap().kind, kind);
        assert!(backend.waits().is_empty());

        backend.refuse([kind]);
        assert_eq!(db.get(Customer::key("ann")).await.unwrap(), Some(ann()));
        assert_eq!(backend.waits().len(), 1);
    }
}

#[tokio::test]
async fn other_failures_are_given_at_once() {
    let (backend, db) = shop().await;
    for kind in [
        FailureKind::Validation,
        FailureKind::AccessDenied,
        FailureKind::NotFound,
        FailureKind::TransactionCancelled,
    ] {
        backend.refuse([kind.clone()]);
        assert_eq!(db.get(Customer::key("ann")).await.unwrap_err().failure().unwrap().kind, kind);
        assert!(backend.waits().is_empty());
    }
}

#[tokio::test]
async fn patience_ends() {
    let (backend, db) = shop().await;
    backend.refuse(std::iter::repeat_n(FailureKind::Throttled, 1000));
    let error = db.get(Customer::key("ann")).await.unwrap_err();
    assert!(error.is_throttled(), "{error}");
    let waits = backend.waits();
    let total: Duration = waits.iter().sum();
    assert!(total <= Duration::from_secs(10) && waits.len() >= 5, "{} waits, {total:?}", waits.len());
    assert!(waits.iter().all(|wait| (Duration::from_millis(25)..=Duration::from_secs(2)).contains(wait)));
}
