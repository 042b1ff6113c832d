//! `BatchGetItem` and `BatchWriteItem`.

use std::collections::BTreeMap;

use dynorm::backend::FailureKind;
use dynorm::backend::call::{BatchGet, BatchGetTable, BatchWrite, BatchWriteAction};
use dynorm::value::Item;
use dynorm_mem::Engine;

use crate::kit::*;

fn two_tables() -> Engine {
    let mut engine = users();
    engine.create_table(definition("docs", "pk:S | sk:N", vec![]), NOW).unwrap();
    engine
}

fn get_of<const LEN: usize>(tables: [(&str, Vec<Item>); LEN]) -> BatchGet {
    let of_table = |keys| BatchGetTable { keys, ..Default::default() };
    let tables = tables.into_iter().map(|(name, keys)| (name.to_owned(), of_table(keys))).collect();
    BatchGet { tables, ..Default::default() }
}

fn write_of<const LEN: usize>(tables: [(&str, Vec<BatchWriteAction>); LEN]) -> BatchWrite {
    let tables = tables.into_iter().map(|(name, actions)| (name.to_owned(), actions)).collect();
    BatchWrite { tables, ..Default::default() }
}

#[test]
fn a_batch_writes_and_reads_many_tables() {
    let mut engine = two_tables();
    engine
        .put(dynorm::backend::call::Put {
            table: "users".into(),
            item: item! { id: "old" },
            ..Default::default()
        })
        .unwrap();
    let call = write_of([
        (
            "users",
            vec![
                BatchWriteAction::Put(item! { id: "a", n: 1 }),
                BatchWriteAction::Delete(item! { id: "old" }),
            ],
        ),
        ("docs", vec![BatchWriteAction::Put(item! { pk: "p", sk: 1 })]),
    ]);
    assert_eq!(engine.batch_write(call).unwrap().unprocessed, BTreeMap::new());
    let mut call = get_of([
        ("users", vec![item! { id: "a" }, item! { id: "old" }]),
        ("docs", vec![item! { pk: "p", sk: 1 }, item! { pk: "p", sk: 2 }]),
    ]);
    call.tables.get_mut("users").unwrap().projection = Some("n".into());
    let reply = engine.batch_get(&call).unwrap();
    assert_eq!(reply.items["users"], [item! { n: 1 }]);
    assert_eq!(reply.items["docs"], [item! { pk: "p", sk: 1 }]);
    assert_eq!(reply.unprocessed, BTreeMap::new());
}

#[test]
fn a_batch_names_an_item_once() {
    let duplicates = "Provided list of item keys contains duplicates";
    let mut engine = two_tables();
    let call = get_of([("users", vec![item! { id: "a" }, item! { id: "a" }])]);
    assert_eq!(refusal(engine.batch_get(&call)), duplicates);
    let call = get_of([("docs", vec![item! { pk: "a", sk: 1 }, item! { pk: "a", sk: number("1.0") }])]);
    assert_eq!(refusal(engine.batch_get(&call)), duplicates);
    let call = write_of([(
        "users",
        vec![BatchWriteAction::Put(item! { id: "a", n: 1 }), BatchWriteAction::Delete(item! { id: "a" })],
    )]);
    assert_eq!(refusal(engine.batch_write(call)), duplicates);
}

#[test]
fn a_batch_has_a_size() {
    let mut engine = two_tables();
    let key = |n: i32| item! { id: format!("{n}") };
    engine.batch_get(&get_of([("users", (0..100).map(key).collect())])).unwrap();
    assert_eq!(
        refusal(engine.batch_get(&get_of([("users", (0..101).map(key).collect())]))),
        "Too many items requested for the BatchGetItem call"
    );
    let put = |n: i32| BatchWriteAction::Put(key(n));
    engine.batch_write(write_of([("users", (0..25).map(put).collect())])).unwrap();
    assert_eq!(
        refusal(engine.batch_write(write_of([("users", (0..26).map(put).collect())]))),
        "Too many items requested for the BatchWriteItem call"
    );
    let empty = "1 validation error detected: Value at 'RequestItems' failed to satisfy constraint: Member must have length greater than or equal to 1";
    assert_eq!(refusal(engine.batch_get(&BatchGet::default())), empty);
    assert_eq!(refusal(engine.batch_write(BatchWrite::default())), empty);
}

#[test]
fn a_batch_is_checked_before_anything_is_written() {
    let mut engine = two_tables();
    let good = || BatchWriteAction::Put(item! { id: "a" });
    let call = write_of([("users", vec![good(), BatchWriteAction::Put(item! { id: 1 })])]);
    assert_eq!(
        refusal(engine.batch_write(call)),
        "One or more parameter values were invalid: Type mismatch for key id expected: S actual: N"
    );
    let call = write_of([("users", vec![good()]), ("zero", vec![good()])]);
    assert_eq!(engine.batch_write(call).unwrap_err().kind, FailureKind::NotFound);
    assert_eq!(engine.items("users").count(), 0);
}

#[test]
fn what_does_not_fit_into_16_mb_is_left_over() {
    let mut engine = two_tables();
    let keys: Vec<Item> = (0..50).map(|n| item! { id: format!("{n:02}") }).collect();
    for key in &keys {
        let mut item = key.clone();
        item.insert("v", "x".repeat(400_000));
        let call = dynorm::backend::call::Put { table: "users".into(), item, ..Default::default() };
        engine.put(call).unwrap();
    }
    // 41 of 400,005 bytes are the most that 16 MB hold.
    let reply = engine.batch_get(&get_of([("users", keys.clone())])).unwrap();
    assert_eq!(reply.items["users"].len(), 41);
    assert_eq!(reply.unprocessed["users"].keys, keys[41..]);
    let rest = engine.batch_get(&BatchGet { tables: reply.unprocessed, ..Default::default() }).unwrap();
    assert_eq!((rest.items["users"].len(), rest.unprocessed.len()), (9, 0));
}
