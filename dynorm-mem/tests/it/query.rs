//! `Query` on a table.

use dynorm::backend::call::{Query, Select};
use dynorm::backend::{Failure, reply};
use dynorm::value::{Item, Value};
use dynorm_mem::Engine;

use crate::kit::*;

fn three_partitions() -> Engine {
    let mut engine = docs();
    for pk in ["a", "b", "c"] {
        for sk in [10, 9, -1, 2] {
            engine.store(item! { pk: pk, sk: sk, v: format!("{pk}{sk}") });
        }
    }
    engine
}

fn sort_keys(items: &[Item]) -> Vec<String> {
    items.iter().map(|item| format!("{:?}", item.get("sk").unwrap())).collect()
}

#[track_caller]
fn check(condition: &str, values: Item, expected: &str) {
    let reply = three_partitions().select(condition, values).unwrap();
    let expected: Vec<String> = expected.split_whitespace().map(|n| format!("N({n})")).collect();
    assert_eq!(sort_keys(&reply.items), expected, "{condition}");
    assert_eq!((reply.count, reply.scanned), (expected.len() as u64, expected.len() as u64));
    assert_eq!(reply.last_key, None);
}

#[test]
fn a_partition_comes_in_the_order_of_its_sort_key() {
    check("pk = :p", values! { p: "b" }, "-1 2 9 10");
    check(":p = pk", values! { p: "b" }, "-1 2 9 10");
    check("(pk = :p)", values! { p: "nothing" }, "");
}

#[test]
fn sort_key_conditions_select_a_range() {
    let values = || values! { p: "b", n: 9 };
    check("pk = :p AND sk = :n", values(), "9");
    check("pk = :p AND sk < :n", values(), "-1 2");
    check("pk = :p AND sk <= :n", values(), "-1 2 9");
    check("pk = :p AND sk > :n", values(), "10");
    check("pk = :p AND sk >= :n", values(), "9 10");
    check("sk >= :n AND pk = :p", values(), "9 10");
    check("pk = :p AND :n > sk", values(), "-1 2");
    check("(pk = :p) AND (sk BETWEEN :l AND :h)", values! { p: "b", l: 0, h: 9 }, "2 9");
    check("pk = :p AND sk BETWEEN :l AND :l", values! { p: "b", l: 2 }, "2");
    check("pk = :p AND sk = :n", values! { p: "b", n: number("9.00") }, "9");
}

#[test]
fn texts_and_bytes_have_beginnings() {
    for kind in ["S", "B"] {
        let key = |text: &str| if kind == "S" { value(text) } else { bytes(text.as_bytes()) };
        let mut engine = with_table(definition("t-s", &format!("pk:S | sk:{kind}"), vec![]));
        for sk in ["a", "ab", "ab\0", "abc", "ac", "b", "ab\u{10ffff}"] {
            engine.store(item! { pk: "p", sk: key(sk) });
        }
        let found =
            engine.select("pk = :p AND begins_with(sk, :b)", values! { p: "p", b: key("ab") }).unwrap();
        let found: Vec<Value> = found.items.iter().map(|item| item.get("sk").unwrap().clone()).collect();
        assert_eq!(found, ["ab", "ab\0", "abc", "ab\u{10ffff}"].map(key));
    }
}

#[test]
fn descending_is_the_other_way_round() {
    let call = Query {
        table: "docs".into(),
        key_condition: Some("pk = :p".into()),
        values: values! { p: "b" },
        descending: true,
        limit: Some(3),
        ..Default::default()
    };
    let reply = three_partitions().query(&call).unwrap();
    assert_eq!(sort_keys(&reply.items), ["N(10)", "N(9)", "N(2)"]);
    assert_eq!(reply.last_key, Some(item! { pk: "b", sk: 2 }));
}

#[test]
fn key_conditions_are_few() {
    let check = |condition: &str, values: Item, expected: &str| {
        assert_eq!(bare_refusal(three_partitions().select(condition, values)), expected, "{condition}");
    };
    let values = || values! { p: "b", n: 9 };
    let operator = "Invalid operator used in KeyConditionExpression: ";
    check("pk = :p OR sk = :n", values(), &format!("{operator}OR"));
    check("pk = :p AND NOT sk = :n", values(), &format!("{operator}NOT"));
    check("pk = :p AND sk <> :n", values(), &format!("{operator}<>"));
    check("pk = :p AND sk IN (:n)", values(), &format!("{operator}IN"));
    check("pk = :p AND attribute_exists(sk)", values! { p: "b" }, &format!("{operator}attribute_exists"));
    check("pk = :p AND contains(sk, :n)", values(), &format!("{operator}contains"));
    check(
        "pk = :p AND pk = :p",
        values! { p: "b" },
        "KeyConditionExpressions must only contain one condition per key",
    );
    check("pk = :p AND size(sk) = :n", values(), "KeyConditionExpressions cannot contain nested operations");
    check(
        "pk.x = :p",
        values! { p: "b" },
        "KeyConditionExpressions cannot have conditions on nested attributes",
    );
    check(
        "pk = sk",
        no_values(),
        "Invalid condition in KeyConditionExpression: Multiple attribute names used in one condition",
    );
    check(":p = :n", values(), "Invalid condition in KeyConditionExpression: No key attribute specified");
    check(
        "pk = :p AND :n BETWEEN sk AND sk",
        values(),
        "Invalid condition in KeyConditionExpression: BETWEEN operator must have the key attribute as its first operand",
    );
    check("sk = :n", values! { n: 9 }, "Query condition missed key schema element: pk");
    check("pk = :p AND v = :n", values(), "Query condition missed key schema element: sk");
    check("pk > :p AND sk = :n", values(), "Query key condition not supported");
    check("pk = :p AND sk = :n AND v = :n", values(), "Conditions can be of length 1 or 2 only");
    let kind =
        "One or more parameter values were invalid: Condition parameter type does not match schema type";
    check("pk = :p", values! { p: 1 }, kind);
    check("pk = :p AND sk > :n", values! { p: "b", n: "9" }, kind);
    let empty = "One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty string value. Key: pk";
    check("pk = :p", values! { p: "" }, empty);
    check(
        "pk = :p",
        values! { p: "x".repeat(2049) },
        "One or more parameter values were invalid: Size of hashkey has exceeded the maximum size limit of2048 bytes",
    );
}

#[test]
fn a_table_without_sort_key_has_no_second_condition() {
    let mut engine = users();
    engine.store(item! { id: "a", n: 1 });
    assert_eq!(engine.select("id = :i", values! { i: "a" }).unwrap().count, 1);
    let result = engine.select("id = :i AND n = :n", values! { i: "a", n: 1 });
    assert_eq!(refusal(result), "Query key condition not supported");
}

#[test]
fn a_query_needs_a_key_condition() {
    let call = Query { table: "docs".into(), ..Default::default() };
    assert_eq!(
        refusal(docs().query(&call)),
        "Either the KeyConditions or KeyConditionExpression parameter must be specified in the request."
    );
}

fn filtered(filter: &str, limit: Option<u32>, select: Option<Select>) -> Result<reply::Query, Failure> {
    three_partitions().query(&Query {
        table: "docs".into(),
        key_condition: Some("pk = :p".into()),
        filter: Some(filter.into()),
        values: values! { p: "a", v: "a2" },
        limit,
        select,
        ..Default::default()
    })
}

#[test]
fn filters_apply_after_the_limit_was_counted() {
    let reply = filtered("v = :v", Some(3), None).unwrap();
    assert_eq!((reply.count, reply.scanned), (1, 3));
    assert_eq!(sort_keys(&reply.items), ["N(2)"]);
    assert_eq!(reply.last_key, Some(item! { pk: "a", sk: 9 }));
}

#[test]
fn counting_returns_no_items() {
    let reply = filtered("v = :v", None, Some(Select::Count)).unwrap();
    assert_eq!((reply.items.len(), reply.count, reply.scanned, reply.last_key), (0, 1, 4, None));
}

#[test]
fn a_filter_does_not_name_the_key() {
    let result = filtered("v = :v AND sk.x <> :v", None, None);
    let expected = "Filter Expression can only contain non-primary key attributes: Primary key attribute: sk";
    assert_eq!(refusal(result), expected);
}

#[test]
fn a_limit_that_is_just_reached_gives_a_last_key() {
    let with_limit = |limit| {
        let call = Query {
            table: "docs".into(),
            key_condition: Some("pk = :p".into()),
            values: values! { p: "a" },
            limit: Some(limit),
            ..Default::default()
        };
        three_partitions().query(&call)
    };
    assert_eq!(with_limit(4).unwrap().last_key, Some(item! { pk: "a", sk: 10 }));
    assert_eq!(with_limit(5).unwrap().last_key, None);
    assert_eq!(
        refusal(with_limit(0)),
        "1 validation error detected: Value at 'Limit' failed to satisfy constraint: Member must have value greater than or equal to 1"
    );
}

#[test]
fn a_page_ends_after_the_item_that_crosses_1_mb() {
    let mut engine = docs();
    for sk in 0..4 {
        // With names and keys, each item takes just over 349,525 bytes: three of them cross 1 MB.
        engine.store(item! { pk: "a", sk: sk, v: "x".repeat(349_520) });
    }
    let first = engine.select("pk = :p", values! { p: "a" }).unwrap();
    assert_eq!((first.count, first.last_key.clone()), (3, Some(item! { pk: "a", sk: 2 })));
    let call = Query {
        table: "docs".into(),
        key_condition: Some("pk = :p".into()),
        filter: Some("v = :p".into()),
        values: values! { p: "a" },
        start: first.last_key,
        ..Default::default()
    };
    let second = engine.query(&call).unwrap();
    assert_eq!((second.count, second.scanned, second.last_key), (0, 1, None));
}

#[test]
fn start_keys_must_fit_the_query() {
    let from = |condition: &str, start: Item| {
        three_partitions().query(&Query {
            table: "docs".into(),
            key_condition: Some(condition.into()),
            values: if condition.contains(":n") {
                values! { p: "a", n: 5 }
            } else {
                values! { p: "a" }
            },
            start: Some(start),
            ..Default::default()
        })
    };
    // The start key need not be there.
    assert_eq!(sort_keys(&from("pk = :p", item! { pk: "a", sk: 5 }).unwrap().items), ["N(9)", "N(10)"]);
    let invalid = "The provided starting key is invalid";
    for start in [item! { pk: "a" }, item! { pk: "a", sk: "5" }, item! { pk: "a", sk: 5, v: 1 }] {
        assert_eq!(refusal(from("pk = :p", start)), invalid);
    }
    assert_eq!(
        refusal(from("pk = :p", item! { pk: "b", sk: 5 })),
        "The provided starting key is outside query boundaries based on provided conditions"
    );
    assert_eq!(
        refusal(from("pk = :p AND sk > :n", item! { pk: "a", sk: 5 })),
        "The provided starting key does not match the range key predicate"
    );
    // Of another partition, where the condition is on the sort key too: that is looked at first. From dynalite's tests
    // against the service.
    assert_eq!(
        refusal(from("pk = :p AND sk > :n", item! { pk: "b", sk: 5 })),
        "The provided starting key does not match the range key predicate"
    );
    assert_eq!(
        refusal(from("pk = :p AND sk > :n", item! { pk: "b", sk: 6 })),
        "The query can return at most one row and cannot be restarted"
    );
}

#[test]
fn select_fits_the_rest_of_the_call() {
    let with = |select, projection: Option<&str>| {
        let call = Query {
            table: "docs".into(),
            key_condition: Some("pk = :p".into()),
            projection: projection.map(str::to_owned),
            values: values! { p: "a" },
            select: Some(select),
            ..Default::default()
        };
        three_partitions().query(&call)
    };
    assert_eq!(
        refusal(with(Select::SpecificAttributes, None)),
        "Must specify the AttributesToGet or ProjectionExpression when choosing to get SPECIFIC_ATTRIBUTES"
    );
    assert_eq!(
        refusal(with(Select::AllProjectedAttributes, None)),
        "ALL_PROJECTED_ATTRIBUTES can be used only when Querying using an IndexName"
    );
    assert_eq!(
        refusal(with(Select::Count, Some("sk"))),
        "Cannot specify the ProjectionExpression when choosing to get only the Count"
    );
    let found = with(Select::SpecificAttributes, Some("sk")).unwrap().items;
    assert_eq!(found[0], item! { sk: -1 });
}
