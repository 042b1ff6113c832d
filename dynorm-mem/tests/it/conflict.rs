//! Items that a transaction is at work on, and collections that are as large as they may be.

use dynorm::backend::call::{self, BatchWriteAction, TransactGetAction, TransactWriteAction};
use dynorm::backend::{CancellationReason, Failure, FailureKind};
use dynorm::value::Item;
use dynorm_mem::Engine;
use dynorm_mem::partiql::{BatchExecuteStatement, BatchStatement, Statement};

use crate::kit::*;

const ONGOING: &str = "Transaction is ongoing for the item";

fn put_call(item: Item) -> call::Put {
    call::Put { table: "users".into(), item, ..Default::default() }
}

/// An engine with the users 1 and 2, and a transaction at work on 1 and on 3, which is not there.
fn held() -> Engine {
    let mut engine = users();
    engine.store(item! { id: "1", n: 1 });
    engine.store(item! { id: "2", n: 2 });
    engine.hold("users", &item! { id: "1" }).unwrap();
    engine.hold("users", &item! { id: "3" }).unwrap();
    engine
}

#[track_caller]
fn check_conflict<T: std::fmt::Debug>(result: Result<T, Failure>) {
    let failure = result.unwrap_err();
    assert_eq!((failure.kind, failure.message.as_str()), (FailureKind::TransactionConflict, ONGOING));
}

#[track_caller]
fn check_reasons<T: std::fmt::Debug>(result: Result<T, Failure>, expected: &[CancellationReason]) {
    let failure = result.unwrap_err();
    assert_eq!(failure.kind, FailureKind::TransactionCancelled);
    assert_eq!(failure.reasons, expected);
}

fn conflict() -> CancellationReason {
    CancellationReason { code: "TransactionConflict".into(), message: Some(ONGOING.into()), item: None }
}

/// Source: the developer guide's page on transaction conflicts.
#[test]
fn a_held_item_is_read_and_not_written() {
    let mut engine = held();
    let before = engine.clone();
    check_conflict(engine.put(put_call(item! { id: "1" })));
    check_conflict(engine.put(put_call(item! { id: "3" })));
    check_conflict(engine.change(item! { id: "1" }, "SET n = :n", no_names(), values! { n: 5 }));
    let delete = call::Delete { table: "users".into(), key: item! { id: "1" }, ..Default::default() };
    check_conflict(engine.delete(&delete));
    // The condition is not asked.
    let condition = Some("attribute_not_exists(id)".to_owned());
    check_conflict(engine.put(call::Put { condition, ..put_call(item! { id: "1" }) }));
    // What breaks a rule is refused for that.
    refusal(engine.put(put_call(item! { n: 1 })));
    assert_eq!(engine.load(item! { id: "1" }), Some(item! { id: "1", n: 1 }));
    assert!(before.diff(&engine).is_empty());

    engine.put(put_call(item! { id: "2" })).unwrap();
    engine.release("users", &item! { id: "1" }).unwrap();
    engine.put(put_call(item! { id: "1" })).unwrap();
    refusal(engine.hold("users", &item! { n: 1 }));
    assert_eq!(engine.hold("nobody", &item! { id: "1" }).unwrap_err().kind, FailureKind::NotFound);
}

#[test]
fn a_transaction_with_a_held_item_is_cancelled() {
    let mut engine = held();
    let put = |id: &str| TransactWriteAction::Put(put_call(item! { id: id }));
    let failing = TransactWriteAction::Put(call::Put {
        condition: Some("attribute_not_exists(id)".into()),
        ..put_call(item! { id: "2" })
    });
    let write = |engine: &mut Engine, actions| {
        engine.transact_write(call::TransactWrite { actions, ..Default::default() }, NOW)
    };
    check_reasons(write(&mut engine, vec![put("1"), put("4")]), &[conflict(), CancellationReason::none()]);
    let failed = CancellationReason {
        code: "ConditionalCheckFailed".into(),
        message: Some("The conditional request failed".into()),
        item: None,
    };
    check_reasons(write(&mut engine, vec![put("3"), failing]), &[conflict(), failed]);
    assert_eq!(engine.load(item! { id: "4" }), None);

    let get =
        |id: &str| TransactGetAction { table: "users".into(), key: item! { id: id }, ..Default::default() };
    let read = |actions| call::TransactGet { actions, ..Default::default() };
    check_reasons(
        engine.transact_get(&read(vec![get("2"), get("1")])),
        &[CancellationReason::none(), conflict()],
    );
    engine.transact_get(&read(vec![get("2")])).unwrap();
}

#[test]
fn a_batch_leaves_the_write_of_a_held_item_over() {
    let mut engine = held();
    let writes = vec![
        BatchWriteAction::Put(item! { id: "4" }),
        BatchWriteAction::Delete(item! { id: "1" }),
        BatchWriteAction::Put(item! { id: "5" }),
    ];
    let call = call::BatchWrite { tables: [("users".into(), writes)].into(), ..Default::default() };
    let reply = engine.batch_write(call).unwrap();
    let left = vec![BatchWriteAction::Delete(item! { id: "1" })];
    assert_eq!(reply.unprocessed, [("users".into(), left)].into());
    assert_eq!(engine.items("users").count(), 4);

    let statement = Statement { text: "DELETE FROM \"users\" WHERE id = '1'".into(), ..Default::default() };
    let statements = vec![BatchStatement { statement, ..Default::default() }];
    let call = BatchExecuteStatement { statements, ..Default::default() };
    let error = engine.batch_execute_statement(&call).unwrap().responses[0].error.clone().unwrap();
    assert_eq!((error.code.as_str(), error.message.as_str()), ("TransactionConflict", ONGOING));
}

#[test]
fn a_fork_is_held_on_its_own() {
    let engine = held();
    let mut fork = engine.clone();
    fork.release("users", &item! { id: "1" }).unwrap();
    fork.put(put_call(item! { id: "1" })).unwrap();
    let mut engine = engine;
    check_conflict(engine.put(put_call(item! { id: "1" })));
}

/// Source: the developer guide's page on local indexes. A collection counts items and their entries.
#[test]
fn a_collection_has_a_size() {
    let index = local("by-n", "pk:S | n:N", dynorm::backend::table::Projection::KeysOnly);
    let mut engine = Engine::new().with_item_collection_limit(100);
    engine.create_table(definition("docs", "pk:S | sk:N", vec![index]), NOW).unwrap();
    // 2 + 1 + 2 + 2 and 1 + 2 make 10, once in the table and once in the index; the text is in the table only.
    let doc = |sk: i64, text: usize| item! { pk: "a", sk: sk, n: 1, body: "x".repeat(text) };
    let put = |item| call::Put { table: "docs".into(), item, ..Default::default() };
    engine.put(put(doc(1, 66))).unwrap();
    let failure = engine.put(put(doc(2, 0))).unwrap_err();
    assert_eq!(failure.kind, FailureKind::CollectionTooLarge);
    assert_eq!(failure.message, "Collection size exceeded.");
    engine.put(put(item! { pk: "b", sk: 2, n: 1 })).unwrap();
    let transaction =
        call::TransactWrite { actions: vec![TransactWriteAction::Put(put(doc(2, 0)))], ..Default::default() };
    let reason = CancellationReason {
        code: "ItemCollectionSizeLimitExceeded".into(),
        message: Some("Collection size exceeded.".into()),
        item: None,
    };
    check_reasons(engine.transact_write(transaction, NOW), &[reason]);
    let batch = |item| call::BatchWrite {
        tables: [("docs".into(), vec![BatchWriteAction::Put(item)])].into(),
        ..Default::default()
    };
    assert_eq!(engine.batch_write(batch(doc(2, 0))).unwrap_err().kind, FailureKind::CollectionTooLarge);
    let update = call::Update {
        table: "docs".into(),
        key: item! { pk: "a", sk: 1 },
        update: Some("SET body = :t".into()),
        values: values! { t: "x".repeat(77) },
        ..Default::default()
    };
    assert_eq!(engine.update(&update).unwrap_err().kind, FailureKind::CollectionTooLarge);
    // What makes it smaller is done.
    engine.put(put(doc(1, 40))).unwrap();
    engine.put(put(doc(2, 0))).unwrap();
}

/// Source: the developer guide's page on local indexes: 400 KB for the item and its entries.
#[test]
fn an_item_and_its_entries_have_400_kb() {
    let all = local("by-n", "pk:S | n:N", dynorm::backend::table::Projection::All);
    let mut engine = with_table(definition("docs", "pk:S | sk:N", vec![all]));
    // pk, a, sk, 1, text and the number are 2 + 1 + 2 + 2 + 4 bytes; `n: 1` is 3 more, and puts the item in the index.
    let doc = |text: usize| item! { pk: "a", sk: 1, n: 1, body: "x".repeat(text) };
    let put = |item| call::Put { table: "docs".into(), item, ..Default::default() };
    let half = 409_600 / 2 - 14;
    engine.put(put(doc(half))).unwrap();
    assert_eq!(refusal(engine.put(put(doc(half + 1)))), "Item size has exceeded the maximum allowed size");
    let update = engine.change(
        item! { pk: "a", sk: 1 },
        "SET body = :t",
        no_names(),
        values! { t: "x".repeat(half + 1) },
    );
    assert_eq!(refusal(update), "Item size to update has exceeded the maximum allowed size");
    // An item that the index does not have counts once.
    engine.put(put(item! { pk: "a", sk: 1, body: "x".repeat(409_600 - 11) })).unwrap();
    let batch = call::BatchWrite {
        tables: [("docs".into(), vec![BatchWriteAction::Put(doc(half + 1))])].into(),
        ..Default::default()
    };
    assert_eq!(refusal(engine.batch_write(batch)), "Item size has exceeded the maximum allowed size");
}
