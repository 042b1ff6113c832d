//! Tables that take time to be created, changed and deleted.
//!
//! Source: observations of the service that were published in October 2026 (ack-api-quirks, findings on the
//! states of tables and indexes).

use std::time::Duration;

use dynorm::backend::table::{
    CreateTable, IndexCapacity, Projection, StreamView, TableStatus, Throughput, TimeToLive, UnitsPerSecond,
};
use dynorm::backend::{Backend as _, Failure, FailureKind, call};
use dynorm_mem::call::table::{BillingMode, IndexUpdate, StreamSpecification, UpdateTable};
use dynorm_mem::call::tag::TagResource;
use dynorm_mem::{Engine, ManualClock, MemBackend};

use crate::kit::*;

const IN_USE: &str = "Attempt to change a resource which is still in use: ";

fn slow() -> Engine {
    Engine::new().with_table_delay(Duration::from_secs(5))
}

fn users_at_once() -> CreateTable {
    definition("users", "id:S", vec![global("ggg", "g:S", Projection::All)])
}

/// A slow engine whose table is ready.
fn ready() -> Engine {
    let mut engine = slow();
    engine.create_table(users_at_once(), NOW).unwrap();
    engine.set_now(seconds(5));
    engine
}

fn status(engine: &Engine) -> TableStatus {
    engine.describe_table("users").unwrap().status
}

fn change(engine: &mut Engine, call: UpdateTable) -> Result<TableStatus, Failure> {
    let call = UpdateTable { table: "users".into(), ..call };
    engine.update_table(&call, seconds(5)).map(|description| description.status)
}

#[track_caller]
fn check_in_use<T: std::fmt::Debug>(result: Result<T, Failure>, expected: &str) {
    let failure = result.unwrap_err();
    assert_eq!(failure.kind, FailureKind::InUse);
    assert_eq!(failure.message, format!("{IN_USE}{expected}"));
}

fn put(engine: &mut Engine) -> Result<(), Failure> {
    engine
        .put(call::Put { table: "users".into(), item: item! { id: "1", g: "a" }, ..Default::default() })
        .map(|_| ())
}

fn protect() -> UpdateTable {
    UpdateTable { deletion_protection: Some(true), ..Default::default() }
}

#[test]
fn a_table_that_is_created_cannot_be_used() {
    let mut engine = slow();
    let created = engine.create_table(users_at_once(), NOW).unwrap();
    assert_eq!(
        (created.status, created.global_indexes["ggg"].status),
        (TableStatus::Creating, TableStatus::Creating)
    );
    assert_eq!(put(&mut engine).unwrap_err().kind, FailureKind::NotFound);
    let get = call::Get { table: "users".into(), key: item! { id: "1" }, ..Default::default() };
    assert_eq!(engine.get(&get).unwrap_err().message, "Requested resource not found");
    check_in_use(engine.create_table(users_at_once(), NOW), "Table is being created: users");
    check_in_use(engine.delete_table("users"), "Table is being created: users");
    check_in_use(
        engine.update_table(&UpdateTable { table: "users".into(), ..protect() }, NOW),
        "Table is being created: users",
    );
    let tag = TagResource { resource: created.arn, ..Default::default() };
    assert_eq!(engine.tag_resource(&tag).unwrap_err().kind, FailureKind::NotFound);
    assert_eq!(
        refusal(engine.describe_time_to_live("users")),
        "Cannot describe time to live while table is in CREATING state: Current table state is CREATING"
    );
    let expire = TimeToLive { table: "users".into(), attribute: "at".into(), enabled: true };
    check_in_use(engine.update_time_to_live(&expire, NOW), "Table is being created: users");
    assert_eq!(engine.table_names().collect::<Vec<_>>(), ["users"]);

    engine.set_now(seconds(4));
    assert_eq!(status(&engine), TableStatus::Creating);
    engine.set_now(seconds(5));
    let described = engine.describe_table("users").unwrap();
    assert_eq!(
        (described.status, described.global_indexes["ggg"].status),
        (TableStatus::Active, TableStatus::Active)
    );
    put(&mut engine).unwrap();
}

#[test]
fn a_table_that_is_deleted_is_there_until_it_is_gone() {
    let mut engine = ready();
    assert_eq!(engine.delete_table("users").unwrap().status, TableStatus::Deleting);
    assert_eq!(status(&engine), TableStatus::Deleting);
    check_in_use(engine.delete_table("users"), "Table is being deleted: users");
    check_in_use(change(&mut engine, protect()), "Table is being deleted: users");
    let again = engine.create_table(users_at_once(), seconds(6)).unwrap_err();
    assert_eq!((again.kind, again.message.as_str()), (FailureKind::InUse, "Table already exists: users"));
    assert_eq!(put(&mut engine).unwrap_err().kind, FailureKind::NotFound);

    engine.set_now(seconds(10));
    let gone = engine.describe_table("users").unwrap_err();
    assert_eq!(gone.message, "Requested resource not found: Table: users not found");
    engine.create_table(users_at_once(), seconds(10)).unwrap();
}

#[test]
fn a_table_that_is_changed_can_be_used_and_not_be_changed_more() {
    let mut engine = ready();
    let provision = UpdateTable {
        billing: Some(BillingMode::Provisioned),
        throughput: Some(Throughput { read: 1, write: 1 }),
        indexes: vec![IndexUpdate::Update(
            "ggg".into(),
            IndexCapacity { throughput: Some(Throughput { read: 1, write: 1 }), ..Default::default() },
        )],
        ..Default::default()
    };
    assert_eq!(change(&mut engine, provision).unwrap(), TableStatus::Updating);
    put(&mut engine).unwrap();
    let stream = StreamSpecification { enabled: true, view: Some(StreamView::KeysOnly) };
    let stream = UpdateTable { stream: Some(stream), ..Default::default() };
    check_in_use(change(&mut engine, stream.clone()), "Table is being updated: users");
    check_in_use(engine.delete_table("users"), "Table: users is in the process of being updated.");
    let unprotect = UpdateTable { deletion_protection: Some(false), ..Default::default() };
    assert_eq!(change(&mut engine, unprotect).unwrap(), TableStatus::Updating);
    engine.set_now(seconds(10));
    assert_eq!(status(&engine), TableStatus::Active);
    assert_eq!(change(&mut engine, stream).unwrap(), TableStatus::Updating);
}

#[test]
fn an_index_is_filled_before_it_is_read() {
    let mut engine = ready();
    put(&mut engine).unwrap();
    let new = |name| UpdateTable {
        indexes: vec![IndexUpdate::Create(global(name, "g:S", Projection::All), IndexCapacity::default())],
        ..Default::default()
    };
    assert_eq!(change(&mut engine, new("new")).unwrap(), TableStatus::Updating);
    let described = engine.describe_table("users").unwrap();
    assert_eq!(described.global_indexes["new"].status, TableStatus::Creating);
    assert_eq!(described.global_indexes["ggg"].status, TableStatus::Active);
    let scan = call::Scan { table: "users".into(), index: Some("new".into()), ..Default::default() };
    assert_eq!(refusal(engine.scan(&scan)), "Cannot read from backfilling global secondary index: new");
    let more = change(&mut engine, new("more")).unwrap_err();
    assert_eq!(more.kind, FailureKind::LimitExceeded);
    check_in_use(
        engine.delete_table("users"),
        "Cannot delete table while indexes are being created, updated, or deleted.",
    );
    engine.set_now(seconds(10));
    assert_eq!(engine.scan(&scan).unwrap().count, 1);
}

#[test]
fn an_index_is_changed_while_its_table_is_active() {
    let mut engine = ready();
    let limit = |read| {
        let on_demand = UnitsPerSecond { read: Some(read), write: None };
        let change = IndexUpdate::Update("ggg".into(), IndexCapacity { on_demand, ..Default::default() });
        UpdateTable { indexes: vec![change], ..Default::default() }
    };
    assert_eq!(change(&mut engine, limit(5)).unwrap(), TableStatus::Active);
    let index = engine.describe_table("users").unwrap().global_indexes["ggg"];
    assert_eq!((index.status, index.on_demand.read), (TableStatus::Updating, Some(5)));
    check_in_use(change(&mut engine, limit(6)), "Index is being updated. Table: users Index: ggg");
    engine.set_now(seconds(10));
    assert_eq!(change(&mut engine, limit(6)).unwrap(), TableStatus::Active);
}

#[tokio::test(flavor = "current_thread")]
async fn a_backend_moves_on_with_its_clock() {
    let clock = ManualClock::new();
    let backend = MemBackend::of(slow()).with_clock(clock.clone());
    backend.create_table(users_at_once()).await.unwrap();
    assert_eq!(backend.describe_table("users").await.unwrap().status, TableStatus::Creating);
    clock.advance(Duration::from_secs(5));
    assert_eq!(backend.describe_table("users").await.unwrap().status, TableStatus::Active);
    let get = call::Get { table: "users".into(), key: item! { id: "1" }, ..Default::default() };
    assert_eq!(backend.get(get).await.unwrap().item, None);
}
