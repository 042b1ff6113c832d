//! `GetItem`.

use dynorm::backend::call::Get;
use dynorm::backend::{Failure, FailureKind, Names};
use dynorm::value::Item;
use dynorm_mem::Engine;

use crate::kit::*;

fn project(engine: &Engine, projection: &str, names: Names) -> Result<Option<Item>, Failure> {
    let call = Get {
        table: "users".into(),
        key: item! { id: "a" },
        projection: Some(projection.into()),
        names,
        ..Default::default()
    };
    engine.get(&call).map(|reply| reply.item)
}

fn one_user() -> Engine {
    let mut engine = users();
    engine.store(item! {
        id: "a",
        n: 1,
        m: item! { x: 1, y: item! { z: 2 } },
        l: list![10, item! { x: 11, y: 12 }, list![13, 14], 15],
    });
    engine
}

#[track_caller]
fn check(projection: &str, expected: Item) {
    assert_eq!(project(&one_user(), projection, no_names()).unwrap(), Some(expected));
}

#[track_caller]
fn check_refused(projection: &str, expected: &str) {
    assert_eq!(
        refusal(project(&one_user(), projection, no_names())),
        format!("1 validation error detected: Invalid ProjectionExpression: {expected}")
    );
}

#[test]
fn a_key_that_was_never_written_has_no_item() {
    assert_eq!(users().load(item! { id: "a" }), None);
    assert_eq!(project(&users(), "id", no_names()).unwrap(), None);
}

#[test]
fn projections_keep_the_way_to_what_they_name() {
    check("n", item! { n: 1 });
    check("id, m.y.z", item! { id: "a", m: item! { y: item! { z: 2 } } });
    check("m.x, m.y", item! { m: item! { x: 1, y: item! { z: 2 } } });
    check("l[2][1]", item! { l: list![list![14]] });
}

#[test]
fn elements_of_a_list_move_together_in_their_order() {
    check("l[3], l[0]", item! { l: list![10, 15] });
    check("l[1].x, l[1].y, l[0]", item! { l: list![10, item! { x: 11, y: 12 }] });
    check("l[9], l[3]", item! { l: list![15] });
}

#[test]
fn a_projection_of_nothing_that_is_there_is_an_empty_item() {
    check("nothing, m.nothing, l[9], n.x, id[0]", item! {});
}

#[test]
fn placeholders_stand_for_any_name() {
    let mut engine = users();
    let odd = Item::from([("id", value("a")), ("a.b", value(1)), ("status", value(2))]);
    engine.store(odd);
    let found = project(&engine, "#dot, #s", names! { dot: "a.b", s: "status" }).unwrap().unwrap();
    assert_eq!(found, Item::from([("a.b", value(1)), ("status", value(2))]));
}

#[test]
fn paths_may_not_overlap() {
    check_refused(
        "m, n, m.x",
        "Two document paths overlap with each other; must remove or rewrite one of these paths; path one: [m], path two: [m, x]",
    );
    check_refused(
        "l[0], l[0]",
        "Two document paths overlap with each other; must remove or rewrite one of these paths; path one: [l, [0]], path two: [l, [0]]",
    );
    check_refused(
        "l[0], l.a",
        "Two document paths conflict with each other; must remove or rewrite one of these paths; path one: [l, [0]], path two: [l, a]",
    );
}

#[test]
fn syntax_errors_say_where() {
    check_refused("", "The expression can not be empty;");
    check_refused("a,", "Syntax error; token: \"<EOF>\", near: \",\"");
    check_refused("a b", "Syntax error; token: \"b\", near: \"a b\"");
    check_refused("a[x]", "Syntax error; token: \"x\", near: \"[x]\"");
    check_refused("a, _b", "Syntax error; token: \"_\", near: \", _b\"");
    check_refused("status", "Attribute name is a reserved keyword; reserved keyword: status");
    check_refused(
        "#a",
        "An expression attribute name used in the document path is not defined; attribute name: #a",
    );
    check_refused("a[4294967296]", "List index is not within the allowable range; index: [4294967296]");
}

#[test]
fn the_key_must_be_the_tables() {
    let engine = docs();
    let get = |key| engine.get(&Get { table: "docs".into(), key, ..Default::default() });
    for key in [item! {}, item! { pk: "a" }, item! { pk: "a", sk: "1" }, item! { pk: "a", sk: 1, x: 1 }] {
        assert_eq!(refusal(get(key)), "The provided key element does not match the schema");
    }
    let expected = "One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty string value. Key: pk";
    assert_eq!(refusal(get(item! { pk: "", sk: 1 })), expected);
    assert!(refusal(get(item! { pk: "x".repeat(2049), sk: 1 })).contains("hashkey"));
}

#[test]
fn names_need_an_expression_that_uses_them() {
    let get = |projection: Option<&str>, names| {
        let projection = projection.map(str::to_owned);
        let call =
            Get { table: "users".into(), key: item! { id: "a" }, projection, names, ..Default::default() };
        refusal(users().get(&call))
    };
    let prefix = "1 validation error detected: ";
    assert_eq!(
        get(None, names! { a: "b" }),
        format!("{prefix}ExpressionAttributeNames can only be specified when using expressions")
    );
    assert_eq!(
        get(Some("#b"), names! { a: "a", b: "b", c: "c" }),
        format!("{prefix}Value provided in ExpressionAttributeNames unused in expressions: keys: {{#a, #c}}")
    );
    let bad = Names::from([(name("a"), name("b"))]);
    assert_eq!(
        get(Some("a"), bad),
        format!("{prefix}ExpressionAttributeNames contains invalid key: Syntax error; key: \"a\"")
    );
}

#[test]
fn a_table_that_is_not_there_is_not_found() {
    let call = Get { table: "nobody".into(), key: item! { id: "a" }, ..Default::default() };
    assert_eq!(users().get(&call).unwrap_err().kind, FailureKind::NotFound);
}
