//! Which failures the library tries again. Only a backend that fails when it is told to can show it.
#![allow(clippy::unwrap_used, reason = "a test")]

use std::sync::Arc;
use std::time::Duration;

use dynorm::prelude::*;
use dynorm::{FailureKind, Reason};
use dynorm_tests::flaky::{Fault, Flaky};
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

#[tokio::test]
async fn a_transaction_whose_fate_is_open_is_repeated_under_its_token() {
    let (backend, db) = shop().await;
    let add = || db.transact_write().update(order_key(1, 1), |update| update.add(Order::STOCK, 1));
    backend.fail([Fault::Lost(FailureKind::Timeout), Fault::Refused(FailureKind::Internal)]);
    add().await.unwrap();
    assert_eq!(db.get(order_key(1, 1)).await.unwrap().unwrap().stock, 1);
    let tokens: Vec<String> = backend.seen().tokens.into_iter().map(Option::unwrap).collect();
    assert_eq!(tokens.len(), 3);
    assert!(tokens.iter().all(|token| *token == tokens[0]), "{tokens:?}");
    assert_eq!(tokens[0].len(), 32);

    // Each transaction has its own, which its request does not show before.
    add().await.unwrap();
    assert_ne!(backend.seen().tokens[0].as_ref(), Some(&tokens[0]));
    assert_eq!(add().to_request().unwrap(), add().to_request().unwrap());
    assert_eq!(add().to_request().unwrap().token, None);
    assert_eq!(db.get(order_key(1, 1)).await.unwrap().unwrap().stock, 2);

    backend.fail([Fault::Lost(FailureKind::Dispatch)]);
    add().token("mine").await.unwrap();
    assert_eq!(backend.seen().tokens, [Some("mine".to_owned()), Some("mine".to_owned())]);
    assert_eq!(db.get(order_key(1, 1)).await.unwrap().unwrap().stock, 3);
}

#[tokio::test]
async fn a_cancelled_transaction_is_repeated_only_for_contention() {
    let (backend, db) = shop().await;
    let add = || {
        let both = db.transact_write().update(order_key(1, 1), |update| update.add(Order::STOCK, 1));
        both.put(&ann())
    };
    backend.fail([
        Fault::Cancelled(&["TransactionConflict", "None"]),
        Fault::Cancelled(&["ThrottlingError", "ProvisionedThroughputExceeded"]),
    ]);
    add().await.unwrap();
    assert_eq!(backend.waits().len(), 2);

    for (code, reason) in [
        ("ItemCollectionSizeLimitExceeded", Reason::CollectionTooLarge),
        ("ValidationError", Reason::Validation),
        ("Unheard", Reason::Other("Unheard".into())),
    ] {
        let codes: &'static [&'static str] = Box::leak(Box::new(["TransactionConflict", code]));
        backend.fail([Fault::Cancelled(codes)]);
        let error = add().checked().await.unwrap_err();
        assert!(backend.waits().is_empty());
        assert_eq!(
            (&error.cancelled()[0].reason, &error.cancelled()[1].reason),
            (&Reason::Conflict, &reason)
        );
        assert_eq!(error.cancelled()[1].existing::<Customer>().unwrap(), None);
    }
}

#[tokio::test]
async fn transactions_that_read_are_repeated_for_contention() {
    let (backend, db) = shop().await;
    let conflict = Fault::Cancelled(&["None", "TransactionConflict"]);
    backend.fail([conflict.clone(), Fault::Lost(FailureKind::Timeout)]);
    let both = db.transact_get((order_key(9, 9), Customer::key("ann"))).await.unwrap();
    assert_eq!(both, (None, Some(ann())));
    assert_eq!(backend.waits().len(), 2);

    backend.fail(std::iter::repeat_n(conflict, 1000));
    let error = db.transact_get((order_key(9, 9), Customer::key("ann"))).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "the transaction was cancelled: action 2 (get `Customer`): TransactionConflict"
    );
}
