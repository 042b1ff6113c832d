//! Which failures the library tries again. Only a backend that fails when it is told to can show it.
#![allow(clippy::unwrap_used, reason = "a test")]

use std::time::Duration;

use dynorm::backend::Operation;
use dynorm::prelude::*;
use dynorm::{FailureKind, Reason};
use dynorm_mem::{Fault, Faults, MemBackend};
use dynorm_tests::faults::{calls, refuse, waits};
use dynorm_tests::scenario::{Customer, Order, Shop, ann, order, order_key};

async fn shop() -> (Faults, Db) {
    let faults = Faults::new();
    let db = Db::new(faults.around(MemBackend::new()));
    db.create_table::<Shop>().await.unwrap();
    db.put(&ann()).await.unwrap();
    db.put(&order(1, 1)).await.unwrap();
    (faults, db)
}

/// The tokens of the transactions that write.
fn tokens_sent(faults: &Faults) -> Vec<Option<String>> {
    let transactions = calls(faults).into_iter().filter(|call| call.operation == Operation::TransactWrite);
    transactions.map(|call| call.token).collect()
}

#[tokio::test]
async fn throttling_and_contention_are_waited_for() {
    let (faults, db) = shop().await;
    let busy = [
        FailureKind::Throttled,
        FailureKind::ThroughputExceeded,
        FailureKind::RequestLimitExceeded,
        FailureKind::TransactionConflict,
        FailureKind::TransactionInProgress,
    ];
    refuse(&faults, busy.clone());
    db.update(order_key(1, 1)).add(Order::STOCK, 1).await.unwrap();
    assert_eq!(waits(&faults).len(), busy.len());
    assert_eq!(db.get(order_key(1, 1)).await.unwrap().unwrap().stock, 1);

    refuse(&faults, busy);
    assert_eq!(db.query(Order::of_customer("ann")).all().await.unwrap().len(), 1);
    assert_eq!(waits(&faults).len(), 5);
}

#[tokio::test]
async fn a_write_that_may_have_happened_is_not_repeated() {
    let (faults, db) = shop().await;
    for kind in [FailureKind::Internal, FailureKind::Timeout, FailureKind::Dispatch] {
        refuse(&faults, [kind.clone()]);
        let error = db.update(order_key(1, 1)).add(Order::STOCK, 1).await.unwrap_err();
        assert_eq!(error.failure().unwrap().kind, kind);
        assert!(waits(&faults).is_empty());

        refuse(&faults, [kind]);
        assert_eq!(db.get(Customer::key("ann")).await.unwrap(), Some(ann()));
        assert_eq!(waits(&faults).len(), 1);
    }
}

#[tokio::test]
async fn other_failures_are_given_at_once() {
    let (faults, db) = shop().await;
    for kind in [
        FailureKind::Validation,
        FailureKind::AccessDenied,
        FailureKind::NotFound,
        FailureKind::TransactionCancelled,
    ] {
        refuse(&faults, [kind.clone()]);
        assert_eq!(db.get(Customer::key("ann")).await.unwrap_err().failure().unwrap().kind, kind);
        assert!(waits(&faults).is_empty());
    }
}

#[tokio::test]
async fn patience_ends() {
    let (faults, db) = shop().await;
    refuse(&faults, std::iter::repeat_n(FailureKind::Throttled, 1000));
    let error = db.get(Customer::key("ann")).await.unwrap_err();
    assert!(error.is_throttled(), "{error}");
    let waits = waits(&faults);
    let total: Duration = waits.iter().sum();
    assert!(total <= Duration::from_secs(10) && waits.len() >= 5, "{} waits, {total:?}", waits.len());
    assert!(waits.iter().all(|wait| (Duration::from_millis(25)..=Duration::from_secs(2)).contains(wait)));
}

#[tokio::test]
async fn a_transaction_whose_fate_is_open_is_repeated_under_its_token() {
    let (faults, db) = shop().await;
    let add = || db.transact_write().update(order_key(1, 1), |update| update.add(Order::STOCK, 1));
    faults.script([Fault::Lost(FailureKind::Timeout), Fault::Refused(FailureKind::Internal)]);
    add().await.unwrap();
    assert_eq!(db.get(order_key(1, 1)).await.unwrap().unwrap().stock, 1);
    let tokens: Vec<String> = tokens_sent(&faults).into_iter().map(Option::unwrap).collect();
    assert_eq!(tokens.len(), 3);
    assert!(tokens.iter().all(|token| *token == tokens[0]), "{tokens:?}");
    assert_eq!(tokens[0].len(), 32);

    // Each transaction has its own, which its request does not show before.
    add().await.unwrap();
    assert_ne!(tokens_sent(&faults)[0].as_ref(), Some(&tokens[0]));
    assert_eq!(add().to_request().unwrap(), add().to_request().unwrap());
    assert_eq!(add().to_request().unwrap().token, None);
    assert_eq!(db.get(order_key(1, 1)).await.unwrap().unwrap().stock, 2);

    faults.script([Fault::Lost(FailureKind::Dispatch)]);
    add().token("mine").await.unwrap();
    assert_eq!(tokens_sent(&faults), [Some("mine".to_owned()), Some("mine".to_owned())]);
    assert_eq!(db.get(order_key(1, 1)).await.unwrap().unwrap().stock, 3);
}

#[tokio::test]
async fn a_cancelled_transaction_is_repeated_only_for_contention() {
    let (faults, db) = shop().await;
    let add = || {
        let both = db.transact_write().update(order_key(1, 1), |update| update.add(Order::STOCK, 1));
        both.put(&ann())
    };
    faults.script([
        Fault::cancelled(["TransactionConflict", "None"]),
        Fault::cancelled(["ThrottlingError", "ProvisionedThroughputExceeded"]),
    ]);
    add().await.unwrap();
    assert_eq!(waits(&faults).len(), 2);

    for (code, reason) in [
        ("ItemCollectionSizeLimitExceeded", Reason::CollectionTooLarge),
        ("ValidationError", Reason::Validation),
        ("Unheard", Reason::Other("Unheard".into())),
    ] {
        faults.script([Fault::cancelled(["TransactionConflict", code])]);
        let error = add().checked().await.unwrap_err();
        assert!(waits(&faults).is_empty());
        assert_eq!(
            (&error.cancelled()[0].reason, &error.cancelled()[1].reason),
            (&Reason::Conflict, &reason)
        );
        assert_eq!(error.cancelled()[1].existing::<Customer>().unwrap(), None);
    }
}

#[tokio::test]
async fn transactions_that_read_are_repeated_for_contention() {
    let (faults, db) = shop().await;
    let conflict = Fault::cancelled(["None", "TransactionConflict"]);
    faults.script([conflict.clone(), Fault::Lost(FailureKind::Timeout)]);
    let both = db.transact_get((order_key(9, 9), Customer::key("ann"))).await.unwrap();
    assert_eq!(both, (None, Some(ann())));
    assert_eq!(waits(&faults).len(), 2);

    faults.script(std::iter::repeat_n(conflict, 1000));
    let error = db.transact_get((order_key(9, 9), Customer::key("ann"))).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "the transaction was cancelled: action 2 (get `Customer`): TransactionConflict"
    );
}
