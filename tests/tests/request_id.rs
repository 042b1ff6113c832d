//! The id of a request that was refused, in the error: of the AWS backend alone, since the engine by itself has no
//! requests to give ids to.
#![allow(clippy::unwrap_used, reason = "a test")]

use std::collections::BTreeSet;

use dynorm::aws::AwsBackend;
use dynorm::backend::{Backend as _, call};
use dynorm::prelude::*;
use dynorm_mem::{MemBackend, sdk_client};
use dynorm_tests::scenario::{Customer, Order, Shop, ann, order, order_key};

#[derive(Entity, Clone, Debug, PartialEq)]
#[entity(table = "Members", pk = "MEMBER#{id}", unique(email))]
struct Member {
    id: u32,
    email: String,
    #[attr(version)]
    version: u64,
}

fn member(id: u32) -> Member {
    Member { id, email: "ann@example.com".into(), version: 0 }
}

#[derive(Entity, Clone, Debug, PartialEq)]
#[entity(table = "Pages", pk = "PAGE#{id}")]
struct Page {
    id: u32,
    text: String,
    #[attr(version)]
    version: u64,
}

async fn database() -> Db {
    let backend = MemBackend::new();
    // Not through the SDK, which would wait for them on the system's clock.
    let db = Db::new(backend.clone());
    db.create_table::<Shop>().await.unwrap();
    db.create_table::<Member>().await.unwrap();
    db.create_table::<Page>().await.unwrap();
    Db::new(AwsBackend::new(sdk_client(&backend)))
}

/// Each is the id of another request, and the error of the SDK is still there.
#[track_caller]
fn check(errors: impl IntoIterator<Item = dynorm::Error>) {
    let mut ids = BTreeSet::new();
    for error in errors {
        let id = error.request_id().unwrap_or_else(|| panic!("{error:?}")).to_owned();
        assert!(ids.insert(id), "{error}");
        let source = std::error::Error::source(&error).unwrap();
        assert!(source.source().is_some(), "the SDK's error is kept: {source:?}");
    }
}

#[tokio::test]
async fn a_failed_condition_carries_the_id() {
    let db = database().await;
    db.create(&ann()).await.unwrap();
    let exists = db.create(&ann()).await.unwrap_err();
    let condition = db.put(&ann()).when(Customer::NAME.eq("Bob")).await.unwrap_err();
    let missing = db.update(order_key(1, 1)).set(Order::NOTE, "n").await.unwrap_err();
    let deletion = db.delete(Customer::key("ann")).when(Customer::NAME.eq("Bob")).await.unwrap_err();
    let moved = db.rekey(&order(1, 1), |order| order.number = 2).await.unwrap_err();
    assert!(exists.is_already_exists() && missing.is_not_found() && moved.is_not_found());
    assert!(condition.is_condition_failed() && deletion.is_condition_failed());
    check([exists, condition, missing, deletion, moved]);

    let page = Page { id: 1, text: "a".into(), version: 0 };
    db.create(&page).await.unwrap();
    let late = db.update(&page).set(Page::TEXT, "b").await.unwrap_err();
    assert!(late.is_version_conflict());
    check([late]);
}

#[tokio::test]
async fn a_write_with_companions_carries_the_id() {
    let db = database().await;
    db.create(&member(1)).await.unwrap();
    let taken = db.create(&member(2)).await.unwrap_err();
    let exists = db.create(&member(1)).await.unwrap_err();
    let late = db.put(&member(1)).await.unwrap_err();
    let other = Member { email: "bob@example.com".into(), ..member(3) };
    let other = db.create(&other).returning_new().await.unwrap();
    let moved = db.rekey(&other, |member| member.email = "ann@example.com".into()).await.unwrap_err();
    assert!(taken.is_unique_violation() && moved.is_unique_violation());
    assert!(exists.is_already_exists() && late.is_version_conflict());
    check([taken, exists, late, moved]);
}

#[tokio::test]
async fn a_cancelled_transaction_carries_the_id() {
    let db = database().await;
    db.create(&ann()).await.unwrap();
    let cancelled = db.transact_write().create(&ann()).create(&order(1, 1)).await.unwrap_err();
    assert!(cancelled.is_cancelled());
    check([cancelled]);
}

/// As every other refusal does; a local error has none.
#[tokio::test]
async fn so_does_any_refusal() {
    let db = database().await;
    let get = call::Get { table: "Nowhere".into(), ..Default::default() };
    assert!(db.backend().get(get.clone()).await.unwrap_err().request_id.is_some());
    check([db.send(get).await.unwrap_err()]);
    assert_eq!(db.transact_write().await.unwrap_err().request_id(), None);
}
