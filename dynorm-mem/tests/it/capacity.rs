//! Consumed capacity and item collection metrics.

use dynorm::backend::call::{
    BatchGet, BatchGetTable, BatchWrite, BatchWriteAction, Check, Delete, Get, Put, Query, ReturnCapacity,
    Scan, Select, TransactGet, TransactGetAction, TransactWrite, TransactWriteAction, Update,
};
use dynorm::backend::reply::{Capacity, CollectionMetrics};
use dynorm::backend::table::Projection;
use dynorm::value::Item;
use dynorm_mem::{Engine, Random};

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

/// What an index with these attributes keeps of an item, if it has the key of the index.
fn entry(item: Option<&Item>, key: &str, attributes: &[&str]) -> Option<Item> {
    let item = item?;
    item.get(key)?;
    Some(
        item.iter()
            .filter(|(name, _)| attributes.contains(&&***name))
            .map(|(n, v)| (n.clone(), v.clone()))
            .collect(),
    )
}

fn kilobytes(item: Option<&Item>) -> f64 {
    f64::from(u32::try_from(item.map_or(0, Item::size_bytes).div_ceil(1024).max(1)).unwrap())
}

/// The units that a write takes in an index: two writes where the key moves, and none where nothing changes.
fn index_units(before: Option<Item>, after: Option<Item>, key: &str) -> f64 {
    match (&before, &after) {
        (None, None) => 0.0,
        (Some(one), Some(two)) if one.get(key) != two.get(key) => kilobytes(Some(one)) + kilobytes(Some(two)),
        (Some(one), Some(two)) if one == two => 0.0,
        (Some(one), Some(two)) => kilobytes(Some(one)).max(kilobytes(Some(two))),
        (one, two) => kilobytes(one.as_ref().or(two.as_ref())),
    }
}

/// The units of a write in the table, the global and the local index, by the published rules alone.
fn write_cost(before: Option<&Item>, after: Option<&Item>) -> [f64; 3] {
    let gsi = |item| entry(item, "g", &["pk", "sk", "g", "x"]);
    let lsi = |item| entry(item, "l", &["pk", "sk", "l"]);
    [
        kilobytes(before).max(kilobytes(after)),
        index_units(gsi(before), gsi(after), "g"),
        index_units(lsi(before), lsi(after), "l"),
    ]
}

fn random_item(random: &mut Random, sk: i64) -> Item {
    let mut item = item! { pk: "p", sk: sk };
    if random.one_in(2) {
        item.insert("g", value(["a", "b"][random.below(2)]));
    }
    if random.one_in(2) {
        item.insert("l", value(i64::from(random.small(2))));
    }
    for name in ["x", "y"] {
        if random.one_in(2) {
            item.insert(name, value("v".repeat(random.below(2) * random.below(4000))));
        }
    }
    item
}

/// Whatever is written over what: each operation costs what the published rules say, and a transaction twice that in the
/// table.
///
/// Source: [write operations](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html),
/// [writes of global indexes](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/GSI.html#GSI.ThroughputConsiderations.Writes).
#[test]
fn every_write_costs_what_the_rules_say() {
    let capacity = ReturnCapacity::Indexes;
    let (mut random, mut engine) = (Random::of(11), indexed());
    for step in 0..600 {
        let sk = i64::from(random.small(4));
        let (table, key) = ("docs".to_owned(), item! { pk: "p", sk: sk });
        let before = engine.load(key.clone());
        let item = random_item(&mut random, sk);
        let kind = random.below(5);
        let stated = match kind {
            0 => engine.put(Put { table, item, capacity, ..Default::default() }).unwrap().capacity,
            1 => {
                engine
                    .delete(&Delete { table, key: key.clone(), capacity, ..Default::default() })
                    .unwrap()
                    .capacity
            }
            2 => {
                let (update, values) =
                    (Some("SET x = :x REMOVE l".to_owned()), values! { x: "w".repeat(random.below(3000)) });
                let call = Update { table, key: key.clone(), update, values, capacity, ..Default::default() };
                engine.update(&call).unwrap().capacity
            }
            3 => {
                let tables = [(table, vec![BatchWriteAction::Put(item)])].into();
                engine
                    .batch_write(BatchWrite { tables, capacity, ..Default::default() })
                    .unwrap()
                    .capacity
                    .pop()
            }
            _ => {
                let actions = vec![TransactWriteAction::Put(Put { table, item, ..Default::default() })];
                let call = TransactWrite { actions, capacity, ..Default::default() };
                engine.transact_write(call, NOW).unwrap().capacity.pop()
            }
        };
        let after = engine.load(key);
        let mut expected = write_cost(before.as_ref(), after.as_ref());
        if kind == 4 {
            expected[0] *= 2.0;
        }
        assert_eq!(arms(&stated.unwrap()), expected, "step {step}: {before:?} -> {after:?}");
    }
}

/// A read costs by what is read, rounded up to 4 KB: half of it eventually consistent, double in a transaction; a query
/// rounds once, and an index costs by what it keeps.
#[test]
fn every_read_costs_what_the_rules_say() {
    let capacity = ReturnCapacity::Indexes;
    let mut random = Random::of(12);
    for _ in 0..60 {
        let mut engine = indexed();
        let items: Vec<Item> =
            (0..i64::from(random.small(8))).map(|sk| random_item(&mut random, sk)).collect();
        for item in &items {
            engine.store(item.clone());
        }
        let blocks = |size_bytes: usize| f64::from(u32::try_from(size_bytes.div_ceil(4096).max(1)).unwrap());
        let sum = |items: &[Item]| blocks(items.iter().map(Item::size_bytes).sum());
        for (consistent, factor) in [(false, 0.5), (true, 1.0)] {
            let key_condition = Some("pk = :p".to_owned());
            let (table, values) = ("docs".to_owned(), values! { p: "p" });
            let query = Query { table, key_condition, values, consistent, capacity, ..Default::default() };
            let stated = engine.query(&query).unwrap().capacity.unwrap();
            assert_eq!(arms(&stated), [sum(&items) * factor, 0.0, 0.0]);
            for item in &items {
                let key = item! { pk: "p", sk: item.get("sk").cloned().unwrap() };
                let get = Get {
                    table: "docs".into(),
                    key: key.clone(),
                    consistent,
                    capacity,
                    ..Default::default()
                };
                let stated = engine.get(&get).unwrap().capacity.unwrap();
                assert_eq!(stated.units.total, blocks(item.size_bytes()) * factor);
                let actions = vec![TransactGetAction { table: "docs".into(), key, ..Default::default() }];
                let stated = engine.transact_get(&TransactGet { actions, capacity }).unwrap().capacity;
                assert_eq!(stated[0].units.total, blocks(item.size_bytes()) * 2.0);
            }
        }
        let kept: Vec<Item> =
            items.iter().filter_map(|item| entry(Some(item), "g", &["pk", "sk", "g", "x"])).collect();
        let scan = Scan { table: "docs".into(), index: Some("gsi".into()), capacity, ..Default::default() };
        assert_eq!(arms(&engine.scan(&scan).unwrap().capacity.unwrap()), [0.0, sum(&kept) * 0.5, 0.0]);
    }
}
