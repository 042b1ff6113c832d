//! `UpdateTable`, `DescribeLimits` and `DescribeContinuousBackups`.

use dynorm::backend::table::{CreateTable, Index, IndexCapacity, Projection, StreamView, Throughput};
use dynorm::backend::{Failure, FailureKind, call};
use dynorm::value::{Item, Value};
use dynorm_mem::call::stream::{DescribeStream, StreamStatus};
use dynorm_mem::call::table::{BillingMode, IndexUpdate, StreamSpecification, UpdateTable};
use dynorm_mem::{Engine, Request, Response};
use proptest::prelude::*;

use crate::kit::*;

const PREFIX: &str = "One or more parameter values were invalid: ";

fn change(
    engine: &mut Engine,
    call: UpdateTable,
) -> Result<dynorm::backend::table::TableDescription, Failure> {
    let table = engine.table();
    engine.update_table(&UpdateTable { table, ..call }, NOW)
}

fn indexes(updates: Vec<IndexUpdate>) -> UpdateTable {
    UpdateTable { indexes: updates, ..Default::default() }
}

fn add(index: Index) -> UpdateTable {
    indexes(vec![IndexUpdate::Create(index, IndexCapacity::default())])
}

fn drop_index(name: &str) -> UpdateTable {
    indexes(vec![IndexUpdate::Delete(name.into())])
}

fn stream(enabled: bool, view: Option<StreamView>) -> UpdateTable {
    UpdateTable { stream: Some(StreamSpecification { enabled, view }), ..Default::default() }
}

fn provisioned(read: u64, write: u64) -> UpdateTable {
    let throughput = Some(Throughput { read, write });
    UpdateTable { billing: Some(BillingMode::Provisioned), throughput, ..Default::default() }
}

fn of_index(engine: &Engine, index: &str) -> Vec<Item> {
    let call = call::Scan { table: engine.table(), index: Some(index.into()), ..Default::default() };
    let mut items = engine.scan(&call).unwrap().items;
    items.sort_by_key(|item| format!("{item:?}"));
    items
}

fn put(engine: &mut Engine, item: Item) -> Result<(), Failure> {
    engine.put(call::Put { table: engine.table(), item, ..Default::default() }).map(|_| ())
}

#[test]
fn a_new_index_holds_the_items_of_the_table() {
    let mut engine = users();
    for n in 0..300 {
        engine.store(item! { id: format!("{n:03}"), g: if n % 2 == 0 { "even" } else { "odd" }, n: n });
    }
    let index = global("by-g", "g:S | n:N", include(["n"]));
    let described = change(&mut engine, add(index.clone())).unwrap();
    assert_eq!(described.indexes, [index]);
    let query = call::Query {
        table: "users".into(),
        index: Some("by-g".into()),
        key_condition: Some("g = :g AND n < :n".into()),
        values: values! { g: "odd", n: 6 },
        ..Default::default()
    };
    let found: Vec<Item> = engine.query(&query).unwrap().items;
    assert_eq!(found, [1, 3, 5].map(|n| item! { id: format!("{n:03}"), g: "odd", n: n }));

    engine.store(item! { id: "001", g: "even", n: 1 });
    assert_eq!(engine.query(&query).unwrap().count, 2);
}

#[test]
fn indexes_stay_in_the_order_of_their_names() {
    let indexes = vec![global("aaa", "a:S", Projection::All), global("ccc", "c:S", Projection::All)];
    let mut engine = with_table(definition("users", "id:S", indexes));
    engine.store(item! { id: "1", a: "a", b: "b", c: "c" });
    let described = change(&mut engine, add(global("bbb", "b:S", Projection::KeysOnly))).unwrap();
    let names: Vec<&str> = described.indexes.iter().map(|index| index.name.as_str()).collect();
    assert_eq!(names, ["aaa", "bbb", "ccc"]);
    assert_eq!(of_index(&engine, "bbb"), [item! { id: "1", b: "b" }]);
    assert_eq!(of_index(&engine, "ccc"), [item! { id: "1", a: "a", b: "b", c: "c" }]);

    let described = change(&mut engine, drop_index("aaa")).unwrap();
    assert_eq!(described.indexes.len(), 2);
    engine.store(item! { id: "2", b: "b" });
    assert_eq!(of_index(&engine, "bbb").len(), 2);
    assert_eq!(of_index(&engine, "ccc").len(), 1);
    let gone = call::Scan { table: "users".into(), index: Some("aaa".into()), ..Default::default() };
    assert_eq!(refusal(engine.scan(&gone)), "The table does not have the specified index: aaa");
    // The attribute is a key no more.
    put(&mut engine, item! { id: "3", a: 3 }).unwrap();
    change(&mut engine, add(global("aaa", "a:N", Projection::All))).unwrap();
    assert_eq!(of_index(&engine, "aaa"), [item! { id: "3", a: 3 }]);
}

/// A table with items that an index by `g`, text, cannot hold, and that index.
fn backfilled() -> Engine {
    let mut engine = users();
    engine.store(item! { id: "good", g: "g" });
    engine.store(item! { id: "none" });
    engine.store(item! { id: "number", g: 1 });
    engine.store(item! { id: "map", g: item! { a: 1 } });
    engine.store(item! { id: "empty", g: "" });
    engine.store(item! { id: "long", g: "x".repeat(2049) });
    change(&mut engine, add(global("by-g", "g:S", Projection::All))).unwrap();
    engine
}

#[test]
fn backfill_skips_what_no_key_can_be() {
    let mut engine = backfilled();
    assert_eq!(of_index(&engine, "by-g"), [item! { id: "good", g: "g" }]);
    assert_eq!(engine.items("users").count(), 6);
    let mut sorted = users();
    sorted.store(item! { id: "a", g: "g", s: "x".repeat(1024) });
    sorted.store(item! { id: "b", g: "g", s: "x".repeat(1025) });
    change(&mut sorted, add(global("by-s", "g:S | s:S", Projection::KeysOnly))).unwrap();
    assert_eq!(of_index(&sorted, "by-s").len(), 1);
    // What was skipped comes in when it is put right, and goes when it is deleted.
    engine.store(item! { id: "number", g: "1" });
    assert_eq!(of_index(&engine, "by-g").len(), 2);
    for id in ["number", "empty", "long", "map"] {
        let key = Item::from([("id", id)]);
        engine.delete(&call::Delete { table: "users".into(), key, ..Default::default() }).unwrap();
    }
    assert_eq!(of_index(&engine, "by-g"), [item! { id: "good", g: "g" }]);
}

#[test]
fn writes_of_what_backfill_skips_are_refused() {
    let mut engine = backfilled();
    let mismatch = "Type mismatch for Index Key g Expected: S Actual: N IndexName: by-g";
    assert_eq!(refusal(put(&mut engine, item! { id: "number", g: 1 })), format!("{PREFIX}{mismatch}"));
    let empty = refusal(put(&mut engine, item! { id: "new", g: "" }));
    assert!(empty.ends_with("cannot contain an empty string value. IndexName: by-g, IndexKey: g"), "{empty}");
    let long = item! { id: "new", g: "x".repeat(2049) };
    let too_long = "Size of hashkey has exceeded the maximum size limit of2048 bytes";
    assert_eq!(refusal(put(&mut engine, long)), format!("{PREFIX}{too_long}"));
    let set = |engine: &mut Engine, id: &str, to: Value| {
        engine.change(Item::from([("id", id)]), "SET g = :g", no_names(), Item::from([(":g", to)]))
    };
    let unsupported = "The update expression attempted to update the secondary index key to unsupported type";
    assert_eq!(refusal(set(&mut engine, "good", value(1))), unsupported);
    assert_eq!(refusal(set(&mut engine, "map", value(1))), unsupported);
    set(&mut engine, "map", value("g")).unwrap();
    assert_eq!(of_index(&engine, "by-g").len(), 2);
}

#[test]
fn updates_may_leave_what_backfill_skipped() {
    let mut engine = backfilled();
    for id in ["number", "map", "empty", "long", "none", "good"] {
        let key = Item::from([("id", id)]);
        engine.change(key, "SET n = :n", no_names(), values! { n: 1 }).unwrap();
    }
    assert_eq!(of_index(&engine, "by-g"), [item! { id: "good", g: "g", n: 1 }]);
}

#[test]
fn a_fork_has_indexes_of_its_own() {
    let mut engine = users();
    engine.store(item! { id: "a", g: "g" });
    let mut fork = engine.clone();
    change(&mut fork, add(global("by-g", "g:S", Projection::All))).unwrap();
    assert_eq!(of_index(&fork, "by-g").len(), 1);
    assert_eq!(engine.describe_table("users").unwrap().indexes, []);
    put(&mut engine, item! { id: "b", g: 1 }).unwrap();
}

#[test]
fn one_index_changes_in_a_call() {
    let mut engine = with_table(definition(
        "docs",
        "pk:S | sk:N",
        vec![local("lll", "pk:S | l:N", Projection::All), global("ggg", "g:S", Projection::All)],
    ));
    let new =
        |name: &str| IndexUpdate::Create(global(name, "x:S", Projection::All), IndexCapacity::default());
    let failure = change(&mut engine, indexes(vec![new("aaa"), new("bbb")])).unwrap_err();
    assert_eq!(failure.kind, FailureKind::LimitExceeded);
    assert_eq!(
        failure.message,
        "Subscriber limit exceeded: Only 1 online index can be created or deleted simultaneously per table"
    );
    let twice = indexes(vec![new("aaa"), IndexUpdate::Delete("aaa".into())]);
    assert_eq!(
        refusal(change(&mut engine, twice)),
        format!(
            "{PREFIX}Only one global secondary index update per index is allowed simultaneously. Index: aaa"
        )
    );
    let existing = "Attempting to create an index which already exists";
    assert_eq!(refusal(change(&mut engine, add(global("ggg", "", Projection::All)))), existing);
    assert_eq!(refusal(change(&mut engine, add(global("lll", "g:S", Projection::All)))), existing);
    let not_global = "Cannot delete an index that is not a GlobalSecondaryIndex: lll";
    assert_eq!(refusal(change(&mut engine, drop_index("lll"))), not_global);
    let failure = change(&mut engine, drop_index("none")).unwrap_err();
    assert_eq!(failure.kind, FailureKind::NotFound);
    assert_eq!(failure.message, "Requested resource not found: Index none for table docs");
    refusal(change(&mut engine, add(local("new", "pk:S | x:N", Projection::All))));
    let other_kind = add(global("new", "sk:S", Projection::All));
    assert_eq!(
        refusal(change(&mut engine, other_kind)),
        format!("{PREFIX}Cannot have duplicate attribute names in AttributeDefinitions: sk")
    );
    refusal(change(&mut engine, add(global("x", "g:S", Projection::All))));
    assert_eq!(engine.describe_table("docs").unwrap().indexes.len(), 2);
}

#[test]
fn a_table_has_twenty_global_indexes() {
    let many = (0..20).map(|n| global(&format!("index-{n}"), "g:S", Projection::All)).collect();
    let mut engine = with_table(definition("users", "id:S", many));
    let failure = change(&mut engine, add(global("more", "g:S", Projection::All))).unwrap_err();
    assert_eq!(failure.kind, FailureKind::LimitExceeded);
    change(&mut engine, drop_index("index-7")).unwrap();
    change(&mut engine, add(global("more", "g:S", Projection::All))).unwrap();
}

#[test]
fn throughput_changes_to_something_else() {
    let mut engine = users();
    let neither = "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST";
    let only = |read, write| UpdateTable { billing: None, ..provisioned(read, write) };
    assert_eq!(refusal(change(&mut engine, only(1, 1))), format!("{PREFIX}{neither}"));
    let described = change(&mut engine, provisioned(5, 6)).unwrap();
    assert_eq!(described.throughput, Some(Throughput { read: 5, write: 6 }));
    let unchanged = refusal(change(&mut engine, only(5, 6)));
    let beginning = "The provisioned throughput for the table will not change. The requested value equals the current value. Current ReadCapacityUnits provisioned for the table: 5. Requested ReadCapacityUnits: 5. Current WriteCapacityUnits provisioned for the table: 6.";
    assert!(unchanged.starts_with(beginning), "{unchanged}");
    assert_eq!(change(&mut engine, only(5, 7)).unwrap().throughput, Some(Throughput { read: 5, write: 7 }));
    let zero = bare_refusal(change(&mut engine, only(5, 0)));
    assert_eq!(
        zero,
        "Value at 'ProvisionedThroughput.WriteCapacityUnits' failed to satisfy constraint: Member must have value greater than or equal to 1"
    );
    let per_request = UpdateTable { billing: Some(BillingMode::PayPerRequest), ..Default::default() };
    let both = UpdateTable { throughput: Some(Throughput { read: 1, write: 1 }), ..per_request.clone() };
    assert_eq!(
        refusal(change(&mut engine, both)),
        format!("{PREFIX}ProvisionedThroughput cannot be specified when BillingMode is PAY_PER_REQUEST")
    );
    assert_eq!(change(&mut engine, per_request.clone()).unwrap().throughput, None);
    assert_eq!(change(&mut engine, per_request).unwrap().throughput, None);
    let without = UpdateTable { throughput: None, ..provisioned(1, 1) };
    assert_eq!(
        refusal(change(&mut engine, without)),
        format!("{PREFIX}ProvisionedThroughput must be specified when BillingMode is PROVISIONED")
    );
}

#[test]
fn a_stream_is_switched_on_and_off() {
    let mut engine = users();
    engine.store(item! { id: "before" });
    assert_eq!(
        refusal(change(&mut engine, stream(false, None))),
        "Table has no stream to disable: TableName: users"
    );
    assert_eq!(
        refusal(change(&mut engine, stream(true, None))),
        format!("{PREFIX}If stream is being enabled then UpdateViewType is required")
    );
    assert_eq!(
        refusal(change(&mut engine, stream(false, Some(StreamView::KeysOnly)))),
        format!("{PREFIX}If stream is being disabled, then UpdateViewType must not be specified")
    );
    let on = change(&mut engine, stream(true, Some(StreamView::NewImage))).unwrap();
    assert_eq!(on.stream, Some(StreamView::NewImage));
    for view in [StreamView::NewImage, StreamView::OldImage] {
        assert_eq!(
            refusal(change(&mut engine, stream(true, Some(view)))),
            "Table already has an enabled stream: TableName: users"
        );
    }
    engine.store(item! { id: "during" });
    let off = change(&mut engine, stream(false, None)).unwrap();
    assert_eq!((off.stream, &off.stream_arn), (None, &on.stream_arn));
    engine.store(item! { id: "after" });
    let status = |engine: &Engine, arn: &Option<String>| {
        let call = DescribeStream { stream: arn.clone().unwrap(), ..Default::default() };
        engine.describe_stream(&call, NOW).unwrap().status
    };
    assert_eq!(status(&engine, &on.stream_arn), StreamStatus::Disabled);
    let again = change(&mut engine, stream(true, Some(StreamView::OldImage))).unwrap();
    assert_ne!(again.stream_arn, on.stream_arn);
    assert_eq!(status(&engine, &again.stream_arn), StreamStatus::Enabled);
    assert_eq!(status(&engine, &on.stream_arn), StreamStatus::Disabled);
}

#[test]
fn a_protected_table_is_not_deleted() {
    let mut engine =
        with_table(CreateTable { deletion_protection: true, ..definition("users", "id:S", vec![]) });
    assert!(engine.describe_table("users").unwrap().deletion_protection);
    assert_eq!(
        refusal(engine.delete_table("users")),
        "Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection first."
    );
    let protect = |protection| UpdateTable { deletion_protection: Some(protection), ..Default::default() };
    assert!(change(&mut engine, protect(true)).unwrap().deletion_protection);
    assert!(!change(&mut engine, protect(false)).unwrap().deletion_protection);
    engine.delete_table("users").unwrap();
}

#[test]
fn a_call_makes_one_kind_of_change() {
    let mut engine = users();
    let mut check = |call: UpdateTable, expected: &str| {
        assert_eq!(refusal(change(&mut engine, call)), format!("{PREFIX}{expected}"));
    };
    let on = stream(true, Some(StreamView::KeysOnly));
    let index = add(global("ggg", "g:S", Projection::All));
    let protect = UpdateTable { deletion_protection: Some(true), ..Default::default() };
    let alone = "DeletionProtection modification must be the only operation in the request";
    for call in [on.clone(), index.clone(), provisioned(1, 1)] {
        check(UpdateTable { deletion_protection: Some(true), ..call }, alone);
    }
    check(
        UpdateTable { stream: on.stream, ..provisioned(1, 1) },
        "You cannot modify stream status while updating table IOPS",
    );
    check(
        UpdateTable { indexes: index.indexes.clone(), ..provisioned(1, 1) },
        "You cannot create or delete index while updating table IOPS",
    );
    check(
        UpdateTable { stream: on.stream, ..index },
        "You cannot create or delete index while changing stream status",
    );
    let nothing = refusal(change(&mut engine, UpdateTable::default()));
    assert!(nothing.starts_with("At least one of ProvisionedThroughput, BillingMode, "), "{nothing}");
    let elsewhere = UpdateTable { table: "nobody".into(), ..protect };
    assert_eq!(engine.update_table(&elsewhere, NOW).unwrap_err().kind, FailureKind::NotFound);
    let billing = Some(BillingMode::PayPerRequest);
    change(&mut engine, UpdateTable { billing, ..on }).unwrap();
}

#[test]
fn limits_and_backups_are_answered() {
    let mut engine = users();
    let Response::DescribeLimits(limits) = engine.call(Request::DescribeLimits, NOW).unwrap() else {
        panic!("another answer");
    };
    assert_eq!((limits.account_read_units_max, limits.table_write_units_max), (80_000, 40_000));
    let backups = engine.describe_continuous_backups("users").unwrap();
    assert!(backups.is_enabled && !backups.point_in_time_recovery);
    let failure = engine.describe_continuous_backups("nobody").unwrap_err();
    assert_eq!(failure.kind, FailureKind::Other("TableNotFoundException".into()));
    assert_eq!(failure.message, "Table not found: nobody");
}

proptest! {
    /// An index that came later holds what it would hold if it had been there all along.
    #[test]
    fn a_late_index_is_as_an_early_one(
        before in proptest::collection::vec((0u8..6, 0u8..5), 0..20),
        after in proptest::collection::vec((0u8..6, 1u8..4), 0..20),
    ) {
        let index = || global("by-g", "g:S | n:N", Projection::KeysOnly);
        let item = |(id, n): (u8, u8)| {
            let g = match n {
                0 => value(7),
                4 => value(""),
                n => value(format!("{}", n % 2)),
            };
            item! { id: format!("{id}"), g: g, n: i64::from(n) }
        };
        let mut late = users();
        let mut early = with_table(definition("users", "id:S", vec![index()]));
        for write in before {
            late.store(item(write));
            let is_allowed = put(&mut early, item(write)).is_ok();
            prop_assert_eq!(is_allowed, (1..4).contains(&write.1));
            if !is_allowed {
                let key = item! { id: format!("{}", write.0) };
                early.delete(&call::Delete { table: "users".into(), key, ..Default::default() }).unwrap();
            }
        }
        change(&mut late, add(index())).unwrap();
        for write in after {
            late.store(item(write));
            early.store(item(write));
        }
        prop_assert_eq!(of_index(&late, "by-g"), of_index(&early, "by-g"));
    }
}
