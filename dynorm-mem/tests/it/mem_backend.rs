//! The engine as a backend.

use std::time::Duration;

use dynorm::backend::call::{Get, Put, TransactWrite, TransactWriteAction, Update};
use dynorm::backend::table::TimeToLive;
use dynorm::backend::{Backend, FailureKind};
use dynorm_mem::{ManualClock, MemBackend};

use crate::kit::*;

async fn users_backend(clock: &ManualClock) -> MemBackend {
    let backend = MemBackend::new().with_clock(clock.clone());
    backend.create_table(definition("users", "id:S", vec![])).await.unwrap();
    backend
}

fn put(id: &str) -> Put {
    Put { table: "users".into(), item: item! { id: id }, ..Default::default() }
}

fn get(id: &str) -> Get {
    Get { table: "users".into(), key: item! { id: id }, ..Default::default() }
}

#[tokio::test]
async fn clones_share_and_forks_do_not() {
    let backend = users_backend(&ManualClock::new()).await;
    let (clone, fork) = (backend.clone(), backend.fork());
    backend.put(put("a")).await.unwrap();
    fork.put(put("b")).await.unwrap();
    assert_eq!(clone.items("users"), [item! { id: "a" }]);
    assert_eq!(fork.items("users"), [item! { id: "b" }]);
    assert_eq!(fork.get(get("a")).await.unwrap().item, None);
}

#[tokio::test]
async fn a_fork_has_a_clock_of_its_own() {
    let clock = ManualClock::new();
    let backend = users_backend(&clock).await;
    let fork = backend.fork();
    clock.advance(Duration::from_mins(1));
    assert_eq!(backend.now(), fork.now() + Duration::from_mins(1));
}

#[tokio::test]
async fn sleeping_moves_the_clock() {
    let clock = ManualClock::at(seconds(100));
    let backend = users_backend(&clock).await;
    backend.sleep(Duration::from_hours(1)).await;
    assert_eq!(clock.now(), seconds(3700));
    clock.set(seconds(5));
    assert_eq!(backend.now(), seconds(5));
}

#[tokio::test]
async fn the_clock_decides_about_tokens_and_expiry() {
    let clock = ManualClock::at(seconds(1000));
    let backend = users_backend(&clock).await;
    let setting = TimeToLive { table: "users".into(), attribute: "ttl".into(), enabled: true };
    backend.update_time_to_live(setting).await.unwrap();
    let count = || {
        let update = Update {
            table: "users".into(),
            key: item! { id: "a" },
            update: Some("ADD n :one SET #ttl = :ttl".into()),
            names: names! { ttl: "ttl" },
            values: values! { one: 1, ttl: 2000 },
            ..Default::default()
        };
        TransactWrite {
            actions: vec![TransactWriteAction::Update(update)],
            token: Some("once".into()),
            ..Default::default()
        }
    };
    backend.transact_write(count()).await.unwrap();
    backend.transact_write(count()).await.unwrap();
    clock.advance(Duration::from_mins(10));
    backend.transact_write(count()).await.unwrap();
    assert_eq!(backend.items("users"), [item! { id: "a", n: 2, ttl: 2000 }]);
    assert_eq!(backend.sweep_expired(), 0);
    clock.set(seconds(2001));
    assert_eq!(backend.sweep_expired(), 1);
    assert_eq!(backend.items("users"), []);
}

#[tokio::test]
async fn tables_come_and_go() {
    let backend = users_backend(&ManualClock::new()).await;
    assert_eq!(backend.describe_table("users").await.unwrap().table, "users");
    backend.delete_table("users").await.unwrap();
    assert_eq!(backend.describe_table("users").await.unwrap_err().kind, FailureKind::NotFound);
    assert_eq!(backend.items("users"), []);
}

#[tokio::test]
async fn the_engine_can_be_looked_into_and_changed() {
    let backend = users_backend(&ManualClock::new()).await;
    backend.engine_mut().put(put("a")).unwrap();
    assert_eq!(backend.engine().items("users").count(), 1);
    let copy = MemBackend::of(backend.engine().clone());
    assert_eq!(copy.items("users"), backend.items("users"));
}
