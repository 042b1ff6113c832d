//! Global and local indexes.

use dynorm::backend::call::{Put, Query, Scan, Select};
use dynorm::backend::table::Projection;
use dynorm::backend::{Failure, reply};
use dynorm::value::Item;
use dynorm_mem::Engine;

use crate::kit::*;

/// A table with one index of each kind and projection.
fn shop() -> Engine {
    with_table(definition(
        "shop",
        "pk:S | sk:N",
        vec![
            global("all", "g:S | s:N", Projection::All),
            global("keys", "g:S", Projection::KeysOnly),
            global("some", "g:S | s:N", include(["x"])),
            local("lsi", "pk:S | s:N", Projection::KeysOnly),
        ],
    ))
}

fn query(engine: &Engine, index: &str, change: impl FnOnce(&mut Query)) -> Result<reply::Query, Failure> {
    let (key_condition, values) = match index {
        "lsi" => ("pk = :v", values! { v: "p" }),
        _ => ("g = :v", values! { v: "g" }),
    };
    let mut call = Query {
        table: "shop".into(),
        index: Some(index.into()),
        key_condition: Some(key_condition.into()),
        values,
        ..Default::default()
    };
    change(&mut call);
    engine.query(&call)
}

fn found(engine: &Engine, index: &str) -> Vec<Item> {
    query(engine, index, |_| {}).unwrap().items
}

#[test]
fn an_index_holds_what_it_projects() {
    let mut engine = shop();
    let whole = item! { pk: "p", sk: 1, g: "g", s: 5, x: 1, y: 2 };
    engine.store(whole.clone());
    assert_eq!(found(&engine, "all"), [whole]);
    assert_eq!(found(&engine, "keys"), [item! { pk: "p", sk: 1, g: "g" }]);
    assert_eq!(found(&engine, "some"), [item! { pk: "p", sk: 1, g: "g", s: 5, x: 1 }]);
    assert_eq!(found(&engine, "lsi"), [item! { pk: "p", sk: 1, s: 5 }]);
}

#[test]
fn an_item_without_the_key_is_not_in_the_index() {
    let mut engine = shop();
    engine.store(item! { pk: "p", sk: 1, g: "g" });
    assert_eq!(found(&engine, "all"), []);
    assert_eq!(found(&engine, "lsi"), []);
    assert_eq!(found(&engine, "keys").len(), 1);
}

#[test]
fn an_index_follows_every_write() {
    let mut engine = shop();
    engine.store(item! { pk: "p", sk: 1, g: "g", s: 5 });
    let key = || item! { pk: "p", sk: 1 };
    engine.change(key(), "SET s = :s", no_names(), values! { s: 6 }).unwrap();
    assert_eq!(found(&engine, "all"), [item! { pk: "p", sk: 1, g: "g", s: 6 }]);
    engine.change(key(), "SET x = :x", no_names(), values! { x: 1 }).unwrap();
    assert_eq!(found(&engine, "some"), [item! { pk: "p", sk: 1, g: "g", s: 6, x: 1 }]);
    engine.change(key(), "REMOVE g", no_names(), no_values()).unwrap();
    assert_eq!(found(&engine, "all"), []);
    assert_eq!(found(&engine, "lsi").len(), 1);
    engine.store(item! { pk: "p", sk: 1, g: "g", s: 7 });
    assert_eq!(found(&engine, "all").len(), 1);
    engine
        .delete(&dynorm::backend::call::Delete { table: "shop".into(), key: key(), ..Default::default() })
        .unwrap();
    for index in ["all", "keys", "some", "lsi"] {
        assert_eq!(found(&engine, index), [], "{index}");
    }
}

#[test]
fn equal_index_keys_come_in_the_order_of_the_tables_key() {
    let mut engine = shop();
    for sk in [3, 1, 2] {
        engine.store(item! { pk: "p", sk: sk, g: "g", s: 5 });
    }
    let order: Vec<_> = found(&engine, "all").iter().map(|item| item.get("sk").cloned().unwrap()).collect();
    assert_eq!(order, [value(1), value(2), value(3)]);
}

#[test]
fn a_last_key_has_the_keys_of_index_and_table() {
    let mut engine = shop();
    for sk in 1..=2 {
        engine.store(item! { pk: "p", sk: sk, g: "g", s: 5, x: 0 });
    }
    let reply = query(&engine, "some", |call| call.limit = Some(1)).unwrap();
    let last = item! { pk: "p", sk: 1, g: "g", s: 5 };
    assert_eq!(reply.last_key, Some(last.clone()));
    let rest = query(&engine, "some", |call| call.start = Some(last)).unwrap();
    assert_eq!(rest.items, [item! { pk: "p", sk: 2, g: "g", s: 5, x: 0 }]);
    let short = query(&engine, "some", |call| call.start = Some(item! { g: "g", s: 5 }));
    assert_eq!(refusal(short), "The provided starting key is invalid");
}

#[test]
fn a_local_index_fetches_what_it_lacks() {
    let mut engine = shop();
    let whole = item! { pk: "p", sk: 1, g: "g", s: 5, x: 1, y: 2 };
    engine.store(whole.clone());
    let all = query(&engine, "lsi", |call| call.select = Some(Select::AllAttributes)).unwrap();
    assert_eq!(all.items, [whole]);
    let some = query(&engine, "lsi", |call| call.projection = Some("s, y".into())).unwrap();
    assert_eq!(some.items, [item! { s: 5, y: 2 }]);
    let consistent = query(&engine, "lsi", |call| call.consistent = true).unwrap();
    assert_eq!(consistent.count, 1);
}

#[test]
fn a_global_index_refuses_what_it_lacks() {
    let engine = shop();
    assert_eq!(
        refusal(query(&engine, "some", |call| call.projection = Some("z, x, y".into()))),
        "One or more parameter values were invalid: Global secondary index some does not project [y, z]"
    );
    assert_eq!(
        refusal(query(&engine, "some", |call| call.select = Some(Select::AllAttributes))),
        "One or more parameter values were invalid: Select type ALL_ATTRIBUTES is not supported for global secondary index some because its projection type is not ALL"
    );
    assert_eq!(
        refusal(query(&engine, "all", |call| call.consistent = true)),
        "Consistent reads are not supported on global secondary indexes"
    );
    assert_eq!(refusal(query(&engine, "none", |_| {})), "The table does not have the specified index: none");
    query(&engine, "all", |call| call.select = Some(Select::AllAttributes)).unwrap();
    query(&engine, "some", |call| call.select = Some(Select::AllProjectedAttributes)).unwrap();
}

#[test]
fn a_scan_of_an_index_finds_only_what_is_in_it() {
    let mut engine = shop();
    engine.store(item! { pk: "p", sk: 1, g: "g" });
    engine.store(item! { pk: "p", sk: 2 });
    let call = Scan { table: "shop".into(), index: Some("keys".into()), ..Default::default() };
    assert_eq!(engine.scan(&call).unwrap().items, [item! { pk: "p", sk: 1, g: "g" }]);
}

#[test]
fn index_keys_have_kinds_and_lengths() {
    let mut engine = shop();
    let mut put = |item| refusal(engine.put(Put { table: "shop".into(), item, ..Default::default() }));
    assert_eq!(
        put(item! { pk: "p", sk: 1, g: 7 }),
        "One or more parameter values were invalid: Type mismatch for Index Key g Expected: S Actual: N IndexName: all"
    );
    assert_eq!(
        put(item! { pk: "p", sk: 1, g: "" }),
        "One or more parameter values are not valid. A value specified for a secondary index key is not supported. The AttributeValue for a key attribute cannot contain an empty string value. IndexName: all, IndexKey: g"
    );
    assert!(put(item! { pk: "p", sk: 1, g: "x".repeat(2049) }).contains("hashkey"));
    let update = engine.change(item! { pk: "p", sk: 1 }, "SET g = :g", no_names(), values! { g: 7 });
    assert_eq!(
        refusal(update),
        "The update expression attempted to update the secondary index key to unsupported type"
    );
    assert_eq!(engine.items("shop").count(), 0);
}

#[test]
fn a_global_index_may_have_keys_of_many_attributes() {
    let mut engine = with_table(definition(
        "many",
        "id:S",
        vec![global("by-maker", "maker:S line:N | year:N id:S", Projection::All)],
    ));
    for (id, line, year) in [("d", 1, 2001), ("c", 1, 2000), ("b", 2, 2000), ("a", 1, 2001)] {
        engine.store(item! { id: id, maker: "m", line: line, year: year });
    }
    engine.store(item! { id: "e", maker: "m", line: 1 });
    let query = |condition: &str, values: Item| {
        engine.query(&Query {
            table: "many".into(),
            index: Some("by-maker".into()),
            key_condition: Some(condition.replace("year", "#year")),
            names: if condition.contains("year") {
                names! { year: "year" }
            } else {
                no_names()
            },
            values,
            ..Default::default()
        })
    };
    let ids = |condition: &str, values: Item| -> Vec<_> {
        query(condition, values).unwrap().items.iter().map(|item| item.get("id").cloned().unwrap()).collect()
    };
    let of = |ids: &[&str]| ids.iter().map(|id| value(*id)).collect::<Vec<_>>();
    assert_eq!(ids("maker = :m AND line = :l", values! { m: "m", l: 1 }), of(&["c", "a", "d"]));
    assert_eq!(
        ids("maker = :m AND line = :l AND year = :y", values! { m: "m", l: 1, y: 2001 }),
        of(&["a", "d"])
    );
    assert_eq!(
        ids("maker = :m AND line = :l AND year = :y AND id > :i", values! { m: "m", l: 1, y: 2001, i: "a" }),
        of(&["d"])
    );
    assert_eq!(ids("maker = :m AND line = :l AND year < :y", values! { m: "m", l: 1, y: 2001 }), of(&["c"]));
    assert_eq!(
        refusal(query("maker = :m", values! { m: "m" })),
        "Query condition missed key schema element: line"
    );
    assert_eq!(
        refusal(query("maker = :m AND line = :l AND id = :i", values! { m: "m", l: 1, i: "a" })),
        "Query key condition not supported"
    );
    // A range is the last condition.
    assert_eq!(
        refusal(query(
            "maker = :m AND line = :l AND year < :y AND id = :i",
            values! { m: "m", l: 1, y: 2001, i: "a" }
        )),
        "Query key condition not supported"
    );
    let paged = Query {
        table: "many".into(),
        index: Some("by-maker".into()),
        key_condition: Some("maker = :m AND line = :l".into()),
        values: values! { m: "m", l: 1 },
        limit: Some(2),
        ..Default::default()
    };
    let first = engine.query(&paged).unwrap();
    let last = item! { id: "a", maker: "m", line: 1, year: 2001 };
    assert_eq!(first.last_key, Some(last.clone()));
    let rest = engine.query(&Query { start: Some(last), ..paged }).unwrap();
    assert_eq!(rest.items, [item! { id: "d", maker: "m", line: 1, year: 2001 }]);
}

#[test]
fn an_index_with_keys_of_many_attributes_projects_them() {
    let mut engine = with_table(definition(
        "many",
        "id:S",
        vec![global("by-maker", "maker:S line:N | year:N", Projection::KeysOnly)],
    ));
    engine.store(item! { id: "a", maker: "m", line: 1, year: 2001, price: 3 });
    let query = Query {
        table: "many".into(),
        index: Some("by-maker".into()),
        key_condition: Some("maker = :m AND line = :l".into()),
        values: values! { m: "m", l: 1 },
        ..Default::default()
    };
    let found = engine.query(&query).unwrap();
    assert_eq!(found.items, [item! { id: "a", maker: "m", line: 1, year: 2001 }]);
    // It has the item only with all of them.
    engine.store(item! { id: "a", maker: "m", line: 1, price: 3 });
    assert_eq!(engine.query(&query).unwrap().count, 0);
}
