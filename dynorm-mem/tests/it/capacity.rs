//! Consumed capacity and item collection metrics.

use dynorm::backend::call::{
    BatchGet, BatchGetTable, BatchWrite, BatchWriteAction, Check, Delete, Get, Put, Query, ReturnCapacity,
    Select, TransactGet, TransactGetAction, TransactWrite, TransactWriteAction, Update,
};
use dynorm::backend::reply::{Capacity, CollectionMetrics};
use dynorm::backend::table::Projection;
use dynorm::value::Item;
use dynorm_mem::Engine;

use crate::kit::*;

/// An item of exactly this size.
fn sized(id: &str, size_bytes: usize) -> Item {
    let empty = item! { id: id, v: "" };
    let item = item! { id: id, v: "x".repeat(size_bytes - empty.size_bytes()) };
    assert_eq!(item.size_bytes(), size_bytes);
    item
}

fn get_units(engine: &Engine, id: &str, consistent: bool) -> f64 {
    let call = Get {
        table: "users".into(),
        key: item! { id: id },
        consistent,
        capacity: ReturnCapacity::Total,
        ..Default::default()
    };
    engine.get(&call).unwrap().capacity.unwrap().units.total
}

fn put_units(engine: &mut Engine, item: Item) -> f64 {
    let call = Put { table: "users".into(), item, capacity: ReturnCapacity::Total, ..Default::default() };
    engine.put(call).unwrap().capacity.unwrap().units.total
}

#[test]
fn nothing_is_stated_unasked() {
    let mut engine = users();
    let put = Put { table: "users".into(), item: item! { id: "a" }, ..Default::default() };
    assert_eq!(engine.put(put).unwrap().capacity, None);
    let get = Get { table: "users".into(), key: item! { id: "a" }, ..Default::default() };
    assert_eq!(engine.get(&get).unwrap().capacity, None);
}

#[test]
fn a_read_unit_is_4_kb() {
    let mut engine = users();
    engine.store(sized("a", 4096));
    engine.store(sized("b", 4097));
    assert_eq!([false, true].map(|consistent| get_units(&engine, "a", consistent)), [0.5, 1.0]);
    assert_eq!([false, true].map(|consistent| get_units(&engine, "b", consistent)), [1.0, 2.0]);
    assert_eq!([false, true].map(|consistent| get_units(&engine, "none", consistent)), [0.5, 1.0]);
}

#[test]
fn a_write_unit_is_1_kb_of_the_larger_item() {
    let mut engine = users();
    assert_eq!(put_units(&mut engine, sized("a", 1024)), 1.0);
    assert_eq!(put_units(&mut engine, sized("b", 1025)), 2.0);
    assert_eq!(put_units(&mut engine, sized("b", 10)), 2.0);
    assert_eq!(put_units(&mut engine, sized("b", 3000)), 3.0);
    let delete = |engine: &mut Engine, id: &str| {
        let call = Delete {
            table: "users".into(),
            key: item! { id: id },
            capacity: ReturnCapacity::Total,
            ..Default::default()
        };
        engine.delete(&call).unwrap().capacity.unwrap().units.total
    };
    assert_eq!([delete(&mut engine, "b"), delete(&mut engine, "b")], [3.0, 1.0]);
}

#[test]
fn a_query_rounds_once_and_batch_get_each_item() {
    let mut engine = docs();
    for sk in 0..4 {
        engine.store(item! { pk: "p", sk: sk, v: "x".repeat(1000) });
    }
    let query = Query {
        table: "docs".into(),
        key_condition: Some("pk = :p".into()),
        filter: Some("v = :p".into()),
        values: values! { p: "p" },
        capacity: ReturnCapacity::Total,
        ..Default::default()
    };
    assert_eq!(engine.query(&query).unwrap().capacity.unwrap().units.total, 0.5);
    let query = Query { consistent: true, ..query };
    assert_eq!(engine.query(&query).unwrap().capacity.unwrap().units.total, 1.0);
    let keys = (0..5).map(|sk| item! { pk: "p", sk: sk }).collect();
    let of_table = BatchGetTable { keys, consistent: true, ..Default::default() };
    let call = BatchGet { tables: [("docs".into(), of_table)].into(), capacity: ReturnCapacity::Total };
    assert_eq!(engine.batch_get(&call).unwrap().capacity[0].units.total, 5.0);
}

/// A table with a global index of each projection that matters, and a local one.
fn indexed() -> Engine {
    with_table(definition(
        "docs",
        "pk:S | sk:N",
        vec![global("gsi", "g:S", include(["x"])), local("lsi", "pk:S | l:N", Projection::KeysOnly)],
    ))
}

/// Units of the table, the global and the local index; 0 where an arm is absent.
fn arms(capacity: &Capacity) -> [f64; 3] {
    let of = |arm: &std::collections::BTreeMap<String, dynorm::backend::reply::Units>, name: &str| {
        arm.get(name).map_or(0.0, |units| units.total)
    };
    let arms = [
        capacity.table_units.unwrap().total,
        of(&capacity.global_indexes, "gsi"),
        of(&capacity.local_indexes, "lsi"),
    ];
    assert_eq!(capacity.units.total, arms.iter().sum::<f64>());
    arms
}

#[test]
fn an_index_is_paid_by_what_changes_in_it() {
    let mut engine = indexed();
    let mut put = |item| {
        let call =
            Put { table: "docs".into(), item, capacity: ReturnCapacity::Indexes, ..Default::default() };
        arms(&engine.put(call).unwrap().capacity.unwrap())
    };
    assert_eq!(put(item! { pk: "p", sk: 1 }), [1.0, 0.0, 0.0], "in no index");
    assert_eq!(put(item! { pk: "p", sk: 1, g: "a", l: 1 }), [1.0, 1.0, 1.0], "enters both");
    assert_eq!(put(item! { pk: "p", sk: 1, g: "a", l: 1 }), [1.0, 0.0, 0.0], "the same again");
    assert_eq!(put(item! { pk: "p", sk: 1, g: "a", l: 1, y: 1 }), [1.0, 0.0, 0.0], "not projected");
    assert_eq!(put(item! { pk: "p", sk: 1, g: "a", l: 1, x: 1 }), [1.0, 1.0, 0.0], "projected by one");
    assert_eq!(put(item! { pk: "p", sk: 1, g: "b", l: 1, x: 1 }), [1.0, 2.0, 0.0], "the key moves");
    assert_eq!(put(item! { pk: "p", sk: 1, g: "b" }), [1.0, 1.0, 1.0], "leaves one");
}

#[test]
fn updates_and_deletes_pay_alike() {
    let mut engine = indexed();
    engine.store(item! { pk: "p", sk: 1, g: "a", l: 1 });
    let update = Update {
        table: "docs".into(),
        key: item! { pk: "p", sk: 1 },
        update: Some("SET g = :g".into()),
        values: values! { g: "b" },
        capacity: ReturnCapacity::Indexes,
        ..Default::default()
    };
    assert_eq!(arms(&engine.update(&update).unwrap().capacity.unwrap()), [1.0, 2.0, 0.0]);
    let delete = Delete {
        table: "docs".into(),
        key: item! { pk: "p", sk: 1 },
        capacity: ReturnCapacity::Indexes,
        ..Default::default()
    };
    assert_eq!(arms(&engine.delete(&delete).unwrap().capacity.unwrap()), [1.0, 1.0, 1.0]);
}

#[test]
fn a_local_index_pays_for_what_it_fetches() {
    let mut engine = indexed();
    for sk in 0..3 {
        engine.store(item! { pk: "p", sk: sk, l: sk, v: "x".repeat(5000) });
    }
    let query = Query {
        table: "docs".into(),
        index: Some("lsi".into()),
        key_condition: Some("pk = :p".into()),
        values: values! { p: "p" },
        consistent: true,
        capacity: ReturnCapacity::Indexes,
        ..Default::default()
    };
    assert_eq!(arms(&engine.query(&query).unwrap().capacity.unwrap()), [0.0, 0.0, 1.0]);
    let query = Query { select: Some(Select::AllAttributes), ..query };
    assert_eq!(arms(&engine.query(&query).unwrap().capacity.unwrap()), [6.0, 0.0, 1.0]);
}

#[test]
fn transactions_pay_double_on_the_table() {
    let mut engine = indexed();
    let put = Put { table: "docs".into(), item: item! { pk: "p", sk: 1, g: "a" }, ..Default::default() };
    let check = Check {
        table: "docs".into(),
        key: item! { pk: "p", sk: 2 },
        condition: Some("attribute_not_exists(pk)".into()),
        ..Default::default()
    };
    let call = TransactWrite {
        actions: vec![TransactWriteAction::Put(put), TransactWriteAction::Check(check)],
        capacity: ReturnCapacity::Indexes,
        ..Default::default()
    };
    let capacity = engine.transact_write(call, NOW).unwrap().capacity.remove(0);
    assert_eq!(arms(&capacity), [4.0, 1.0, 0.0]);
    assert_eq!((capacity.units.write, capacity.units.read), (Some(5.0), None));
    let get = |sk: i32| TransactGetAction {
        table: "docs".into(),
        key: item! { pk: "p", sk: sk },
        ..Default::default()
    };
    let call = TransactGet { actions: vec![get(1), get(2)], capacity: ReturnCapacity::Total };
    let capacity = engine.transact_get(&call).unwrap().capacity.remove(0);
    assert_eq!((capacity.units.total, capacity.units.read), (4.0, Some(4.0)));
}

#[test]
fn a_batch_states_each_table() {
    let mut engine = users();
    let puts = (0..3).map(|n| BatchWriteAction::Put(sized(&format!("{n}"), 1025))).collect();
    let call = BatchWrite {
        tables: [("users".into(), puts)].into(),
        capacity: ReturnCapacity::Total,
        ..Default::default()
    };
    let capacity = engine.batch_write(call).unwrap().capacity;
    assert_eq!(capacity.len(), 1);
    assert_eq!((capacity[0].table.as_str(), capacity[0].units.total), ("users", 6.0));
}

#[test]
fn collections_are_measured_where_there_are_local_indexes() {
    let put =
        |table: &str, item| Put { table: table.into(), item, collection_metrics: true, ..Default::default() };
    let reply = indexed().put(put("docs", item! { pk: "p", sk: 1 })).unwrap();
    let expected = CollectionMetrics { partition_key: value("p"), size_gb: [0.0, 1.0] };
    assert_eq!(reply.collection_metrics, Some(expected.clone()));
    assert_eq!(users().put(put("users", item! { id: "a" })).unwrap().collection_metrics, None);
    let actions = vec![TransactWriteAction::Put(put("docs", item! { pk: "p", sk: 1 }))];
    let call = TransactWrite { actions, collection_metrics: true, ..Default::default() };
    let metrics = indexed().transact_write(call, NOW).unwrap().collection_metrics;
    assert_eq!(metrics["docs"], [expected]);
}
