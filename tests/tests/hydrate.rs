//! What reads do that fetch entities by keys, when items change and the backend fails between the two.
#![allow(clippy::unwrap_used, reason = "a test")]

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;

use dynorm::FailureKind;
use dynorm::prelude::*;
use dynorm_mem::{Fault, Faults, MemBackend};
use dynorm_tests::faults::batches;

#[derive(Entity, Clone, Debug, PartialEq)]
#[entity(table = "Tasks", pk = id)]
#[entity(index(ByState, name = by_state, pk = "STATE#{state}", sk = id, projection = keys_only))]
struct Task {
    id: u32,
    state: String,
    text: String,
}

fn task(id: u32) -> Task {
    Task { id, state: "open".into(), text: format!("task {id}") }
}

async fn tasks() -> (Faults, Db) {
    let faults = Faults::new();
    let db = Db::new(faults.around(MemBackend::new()));
    db.create_table::<Task>().await.unwrap();
    for id in 0..5 {
        db.put(&task(id)).await.unwrap();
    }
    (faults, db)
}

/// Goes on with both, always with `first` first, until `first` is done.
async fn in_turns<T>(first: impl Future<Output = T>, other: impl Future<Output = ()>) -> T {
    let (mut first, mut other, mut done) = (pin!(first), pin!(other), false);
    poll_fn(|cx| {
        if let Poll::Ready(result) = first.as_mut().poll(cx) {
            return Poll::Ready(result);
        }
        done = done || other.as_mut().poll(cx).is_ready();
        Poll::Pending
    })
    .await
}

#[tokio::test]
async fn what_is_deleted_between_index_and_table_is_left_out() {
    let (_, db) = tasks().await;
    let delete = async { db.delete(Task::key(2u32)).await.unwrap() };
    let page = in_turns(db.query(Task::by_state("open")).hydrate().page(), delete).await.unwrap();
    assert_eq!(page.items, [0, 1, 3, 4].map(task));
    assert_eq!(page.count, 5, "the index had the key");
    assert_eq!(db.get(Task::key(2u32)).await.unwrap(), None);
}

#[tokio::test]
async fn keys_that_are_left_unprocessed_are_asked_for_again() {
    let (faults, db) = tasks().await;
    faults.script([None, Some(Fault::Partial(2)), Some(Fault::Partial(0)), Some(Fault::Partial(1))]);
    let all = db.query(Task::by_state("open")).hydrate().all().await.unwrap();
    assert_eq!(all, [0, 1, 2, 3, 4].map(task));
    assert_eq!(batches(&faults), [5, 3, 3, 2]);
}

#[tokio::test]
async fn keys_that_cannot_be_read_are_an_error() {
    let (faults, db) = tasks().await;
    faults.script([None, Some(Fault::Partial(2)), Some(Fault::Refused(FailureKind::AccessDenied))]);
    let error = db.query(Task::by_state("open")).hydrate().all().await.unwrap_err();
    assert!(error.is_incomplete(), "{error}");
}
