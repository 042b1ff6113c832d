//! `UpdateItem`.

use dynorm::backend::FailureKind;
use dynorm::backend::call::{ReturnValues, Update};
use dynorm::value::{Item, Number, Value};
use dynorm_mem::Engine;
use proptest::prelude::*;

use crate::kit::*;

fn key() -> Item {
    item! { id: "a" }
}

/// What the update makes of an item.
#[track_caller]
fn check(mut before: Item, update: &str, values: Item, mut expected: Item) {
    let mut engine = users();
    before.insert("id", "a");
    expected.insert("id", "a");
    engine.store(before);
    engine.change(key(), update, no_names(), values).unwrap();
    assert_eq!(engine.load(key()), Some(expected), "{update}");
}

/// What the update of an item is refused for.
#[track_caller]
fn check_refused(mut before: Item, update: &str, values: Item, expected: &str) {
    let mut engine = users();
    before.insert("id", "a");
    engine.store(before.clone());
    assert_eq!(bare_refusal(engine.change(key(), update, no_names(), values)), expected, "{update}");
    assert_eq!(engine.load(key()), Some(before), "a refused update changes nothing");
}

#[test]
fn set_replaces_and_creates() {
    check(item! { a: 1 }, "SET a = :v, b = :w", values! { v: "x", w: 2 }, item! { a: "x", b: 2 });
    check(
        item! { m: item! { x: 1 } },
        "set m.x = :v, m.y = :v",
        values! { v: 2 },
        item! { m: item! { x: 2, y: 2 } },
    );
    check(item! { l: list![1, 2] }, "SET l[1] = :v", values! { v: 3 }, item! { l: list![1, 3] });
}

#[test]
fn set_behind_the_end_of_a_list_appends_in_order() {
    check(
        item! { l: list![1] },
        "SET l[9] = :b, l[5] = :a",
        values! { a: 2, b: 3 },
        item! { l: list![1, 2, 3] },
    );
}

#[test]
fn set_computes() {
    check(item! { a: 1 }, "SET a = a + :v", values! { v: 2 }, item! { a: 3 });
    check(item! { a: 1, b: 5 }, "SET a = b - a", no_values(), item! { a: 4, b: 5 });
    check(item! { a: 1 }, "SET a = (a + :v)", values! { v: 2 }, item! { a: 3 });
    check(item! { a: 1 }, "SET a = (a) + (:v)", values! { v: 2 }, item! { a: 3 });
    check(item! {}, "SET a = if_not_exists(a, :z) + :v", values! { z: 0, v: 2 }, item! { a: 2 });
    check(item! { a: 1 }, "SET a = if_not_exists(b, a)", no_values(), item! { a: 1 });
    check(
        item! { l: list![1] },
        "SET l = list_append(l, :v)",
        values! { v: list![2] },
        item! { l: list![1, 2] },
    );
    check(
        item! { l: list![1] },
        "SET l = list_append(:v, l)",
        values! { v: list![2] },
        item! { l: list![2, 1] },
    );
    check(
        item! {},
        "SET l = list_append(if_not_exists(l, :e), :v)",
        values! { e: list![], v: list![2] },
        item! { l: list![2] },
    );
}

#[test]
fn arithmetic_is_exact() {
    check(
        item! { a: number("0.1") },
        "SET a = a + :v",
        values! { v: number("0.2") },
        item! { a: number("0.3") },
    );
    let big = "99999999999999999999999999999999999999";
    check(item! { a: number(big) }, "SET a = a - :v", values! { v: number(big) }, item! { a: 0 });
    let overflow = "Number overflow. Attempting to store a number with magnitude larger than supported range";
    check_refused(item! { a: number("1e50") }, "SET a = a + :v", values! { v: 1 }, overflow);
    check_refused(item! { a: number("9e125") }, "ADD a :v", values! { v: number("9e125") }, overflow);
}

#[test]
fn all_clauses_read_the_item_as_it_was() {
    check(item! { a: 1, b: 2 }, "SET a = b, b = a", no_values(), item! { a: 2, b: 1 });
    check(item! { a: 1 }, "SET b = a REMOVE a", no_values(), item! { b: 1 });
    check(item! { a: 1 }, "REMOVE a SET b = if_not_exists(a, :z)", values! { z: 0 }, item! { b: 1 });
    check(item! { a: 1, b: 1 }, "ADD a :v SET b = a", values! { v: 1 }, item! { a: 2, b: 1 });
}

#[test]
fn remove_takes_away() {
    check(item! { a: 1, b: 2 }, "REMOVE a, nothing", no_values(), item! { b: 2 });
    check(item! { m: item! { x: 1, y: 2 } }, "REMOVE m.x, m.z", no_values(), item! { m: item! { y: 2 } });
    check(item! { l: list![0, 1, 2, 3] }, "REMOVE l[1], l[3], l[9]", no_values(), item! { l: list![0, 2] });
    check(
        item! { l: list![0, 1, 2] },
        "REMOVE l[0] SET l[2] = :v",
        values! { v: 9 },
        item! { l: list![1, 9] },
    );
    check(
        item! { l: list![0, item! { x: 1, y: 2 }, 3] },
        "REMOVE l[0], l[1].x, l[2]",
        no_values(),
        item! { l: list![item! { y: 2 }] },
    );
}

#[test]
fn add_adds_numbers_and_members() {
    check(item! { a: 1 }, "ADD a :v, b :v", values! { v: -3 }, item! { a: -2, b: -3 });
    check(item! { s: ss(["a"]) }, "ADD s :v", values! { v: ss(["b", "a"]) }, item! { s: ss(["a", "b"]) });
    check(item! {}, "ADD s :v", values! { v: ns([2, 1]) }, item! { s: ns([1, 2]) });
    check(item! { m: item! {} }, "ADD m.n :v", values! { v: 1 }, item! { m: item! { n: 1 } });
}

#[test]
fn delete_takes_members_and_leaves_no_empty_set() {
    check(item! { s: ss(["a", "b"]) }, "DELETE s :v", values! { v: ss(["b", "c"]) }, item! { s: ss(["a"]) });
    check(item! { s: ns([1]) }, "DELETE s :v", values! { v: ns([1]) }, item! {});
    check(item! {}, "DELETE s :v", values! { v: ns([1]) }, item! {});
}

#[test]
fn an_update_creates_the_item() {
    let mut engine = users();
    engine.change(key(), "SET a = :v", no_names(), values! { v: 1 }).unwrap();
    assert_eq!(engine.load(key()), Some(item! { id: "a", a: 1 }));
    let mut engine = users();
    engine.update(&Update { table: "users".into(), key: key(), ..Default::default() }).unwrap();
    assert_eq!(engine.load(key()), Some(key()));
}

#[test]
fn an_update_that_only_takes_away_creates_nothing() {
    for (update, values) in [("REMOVE a", no_values()), ("DELETE a :v", values! { v: ss(["x"]) })] {
        let mut engine = users();
        engine.change(key(), update, no_names(), values).unwrap();
        assert_eq!(engine.load(key()), None, "{update}");
    }
}

#[test]
fn paths_must_lead_somewhere() {
    let invalid = "The document path provided in the update expression is invalid for update";
    check_refused(item! {}, "SET m.x = :v", values! { v: 1 }, invalid);
    check_refused(item! { m: 1 }, "SET m.x = :v", values! { v: 1 }, invalid);
    check_refused(item! { m: item! {} }, "SET m[0] = :v", values! { v: 1 }, invalid);
    check_refused(item! { l: list![] }, "SET l.x = :v", values! { v: 1 }, invalid);
    check_refused(item! { l: list![] }, "SET l[0].x = :v", values! { v: 1 }, invalid);
    check_refused(item! {}, "REMOVE m.x", no_values(), invalid);
    check_refused(item! { m: 1 }, "REMOVE m.x", no_values(), invalid);
    check_refused(item! {}, "DELETE m.x :v", values! { v: ss(["a"]) }, invalid);
}

#[test]
fn operands_must_be_there_and_of_their_types() {
    let missing = "The provided expression refers to an attribute that does not exist in the item";
    check_refused(item! {}, "SET a = b", no_values(), missing);
    check_refused(item! {}, "SET a = a + :v", values! { v: 1 }, missing);
    let wrong = "An operand in the update expression has an incorrect data type";
    check_refused(item! { a: "x" }, "SET a = a + :v", values! { v: 1 }, wrong);
    check_refused(item! { a: "x" }, "SET a = list_append(a, :v)", values! { v: list![] }, wrong);
    check_refused(item! { a: "x" }, "ADD a :v", values! { v: 1 }, wrong);
    check_refused(item! { a: ss(["x"]) }, "ADD a :v", values! { v: ns([1]) }, wrong);
    check_refused(item! { a: ss(["x"]) }, "DELETE a :v", values! { v: ns([1]) }, wrong);
    let static_wrong = "Invalid UpdateExpression: Incorrect operand type for operator or function; ";
    check_refused(
        item! { a: 1 },
        "SET a = a + :v",
        values! { v: "x" },
        &format!("{static_wrong}operator or function: +, operand type: S"),
    );
    check_refused(
        item! { a: 1 },
        "SET a = list_append(a, :v)",
        values! { v: 1 },
        &format!("{static_wrong}operator or function: list_append, operand type: N"),
    );
    check_refused(
        item! {},
        "ADD a :v",
        values! { v: "x" },
        &format!("{static_wrong}operator: ADD, operand type: STRING"),
    );
    check_refused(
        item! {},
        "DELETE a :v",
        values! { v: 1 },
        &format!("{static_wrong}operator: DELETE, operand type: NUMBER"),
    );
}

#[test]
fn key_attributes_cannot_be_updated() {
    for update in ["SET id = :v", "SET id.x = :v", "SET x = :v REMOVE id"] {
        check_refused(
            item! {},
            update,
            values! { v: "a" },
            "One or more parameter values were invalid: Cannot update attribute id. This attribute is part of the key",
        );
    }
}

#[test]
fn the_syntax_is_strict() {
    let check = |update: &str, values: Item, expected: &str| {
        let mut engine = users();
        let result = engine.change(key(), update, no_names(), values);
        assert_eq!(bare_refusal(result), format!("Invalid UpdateExpression: {expected}"), "{update}");
    };
    check("", no_values(), "The expression can not be empty;");
    check("a = :v", values! { v: 1 }, "Syntax error; token: \"a\", near: \"a =\"");
    check("set _something = :v", values! { v: 1 }, "Syntax error; token: \"_\", near: \"set _something\"");
    check("SET a :v", values! { v: 1 }, "Syntax error; token: \":v\", near: \"a :v\"");
    check("SET a = :v,", values! { v: 1 }, "Syntax error; token: \"<EOF>\", near: \",\"");
    check("SET a = :v + :v + :v", values! { v: 1 }, "Syntax error; token: \"+\", near: \":v + :v\"");
    check("ADD a b", no_values(), "Syntax error; token: \"b\", near: \"a b\"");
    check(
        "SET a = :v SET b = :v",
        values! { v: 1 },
        "The \"SET\" section can only be used once in an update expression;",
    );
    check(
        "SET status = :v",
        values! { v: 1 },
        "Attribute name is a reserved keyword; reserved keyword: status",
    );
    check("SET a = size(b)", no_values(), "Invalid function name; function: size");
    check(
        "SET a = list_append(a)",
        no_values(),
        "Incorrect number of operands for operator or function; operator or function: list_append, number of operands: 1",
    );
    check(
        "SET a = if_not_exists(:v, a)",
        values! { v: 1 },
        "Operator or function requires a document path; operator or function: if_not_exists",
    );
    check(
        "SET a = :v REMOVE a.b",
        values! { v: 1 },
        "Two document paths overlap with each other; must remove or rewrite one of these paths; path one: [a], path two: [a, b]",
    );
    check(
        "SET a.b = :v REMOVE a[0]",
        values! { v: 1 },
        "Two document paths conflict with each other; must remove or rewrite one of these paths; path one: [a, b], path two: [a, [0]]",
    );
}

fn returning(returned: ReturnValues, update: &str, values: Item) -> Option<Item> {
    let mut engine = users();
    engine.store(item! { id: "a", n: 1, m: item! { x: 1, y: 2 }, l: list![1, 2, 3] });
    let call = Update {
        table: "users".into(),
        key: key(),
        update: Some(update.into()),
        values,
        returned,
        ..Default::default()
    };
    engine.update(&call).unwrap().attributes
}

#[test]
fn what_was_touched_is_returned_in_its_place() {
    let update = "SET n = :v, m.x = :v, l[1] = :v, z = :v";
    let values = || values! { v: 9 };
    assert_eq!(returning(ReturnValues::None, update, values()), None);
    assert_eq!(
        returning(ReturnValues::UpdatedOld, update, values()),
        Some(item! { n: 1, m: item! { x: 1 }, l: list![2] })
    );
    assert_eq!(
        returning(ReturnValues::UpdatedNew, update, values()),
        Some(item! { n: 9, m: item! { x: 9 }, l: list![9], z: 9 })
    );
    assert_eq!(
        returning(ReturnValues::AllOld, update, values()),
        Some(item! { id: "a", n: 1, m: item! { x: 1, y: 2 }, l: list![1, 2, 3] })
    );
    assert_eq!(
        returning(ReturnValues::AllNew, update, values()),
        Some(item! { id: "a", n: 9, m: item! { x: 9, y: 2 }, l: list![1, 9, 3], z: 9 })
    );
    assert_eq!(returning(ReturnValues::UpdatedNew, "REMOVE n", no_values()), None);
}

#[test]
fn a_created_item_has_no_old_attributes() {
    for returned in [ReturnValues::AllOld, ReturnValues::UpdatedOld] {
        let call = Update {
            table: "users".into(),
            key: key(),
            update: Some("SET a = :v".into()),
            values: values! { v: 1 },
            returned,
            ..Default::default()
        };
        assert_eq!(users().update(&call).unwrap().attributes, None);
    }
}

#[test]
fn the_condition_sees_the_item_before() {
    let mut engine = users();
    engine.store(item! { id: "a", n: 1 });
    let mut call = Update {
        table: "users".into(),
        key: key(),
        update: Some("SET n = n + :one".into()),
        condition: Some("n = :one".into()),
        values: values! { one: 1 },
        return_old_on_failure: true,
        ..Default::default()
    };
    engine.update(&call).unwrap();
    let failure = engine.update(&call).unwrap_err();
    assert_eq!((failure.kind, failure.item), (FailureKind::ConditionFailed, Some(item! { id: "a", n: 2 })));
    call.key = item! { id: "b" };
    assert_eq!(engine.update(&call).unwrap_err().item, None);
    assert_eq!(engine.items("users").count(), 1);
}

#[test]
fn the_result_has_the_size_and_depth_of_an_item() {
    let mut engine = users();
    let half = "x".repeat(300_000);
    engine.store(item! { id: "a", v: half.clone() });
    let result = engine.change(key(), "SET w = :w", no_names(), values! { w: half });
    assert_eq!(refusal(result), "Item size to update has exceeded the maximum allowed size");
    let mut engine = users();
    engine.store(item! { id: "a", m: item! {} });
    engine.change(key(), "SET m.x = :v", no_names(), values! { v: nested(31) }).unwrap();
    let result = engine.change(key(), "SET m.x = :v", no_names(), values! { v: nested(32) });
    assert_eq!(bare_refusal(result), "Nesting Levels have exceeded supported limits");
}

/// What one clause makes of one top-level attribute.
#[derive(Clone, Debug)]
enum Clause {
    Set(i64),
    Copy(usize),
    Increase(usize, i64),
    Remove,
    Add(i64),
}

const NAMES: [&str; 4] = ["a", "b", "c", "d"];

fn clause() -> impl Strategy<Value = Clause> {
    prop_oneof![
        any::<i32>().prop_map(|n| Clause::Set(n.into())),
        (0..NAMES.len()).prop_map(Clause::Copy),
        (0..NAMES.len(), -9i64..9).prop_map(|(of, n)| Clause::Increase(of, n)),
        Just(Clause::Remove),
        (-9i64..9).prop_map(Clause::Add),
    ]
}

/// The item after the clauses, computed attribute by attribute; `None` if an operand is missing.
fn naive(before: &[Option<i64>; 4], clauses: &[Option<Clause>]) -> Option<[Option<i64>; 4]> {
    let mut after = *before;
    for (at, clause) in clauses.iter().enumerate() {
        after[at] = match clause {
            None => continue,
            Some(Clause::Set(n)) => Some(*n),
            Some(Clause::Copy(of)) => Some(before[*of]?),
            Some(Clause::Increase(of, n)) => Some(before[*of]? + n),
            Some(Clause::Remove) => None,
            Some(Clause::Add(n)) => Some(before[at].unwrap_or(0) + n),
        };
    }
    Some(after)
}

fn text_of(clauses: &[Option<Clause>]) -> (String, Item) {
    let mut sections = [Vec::new(), Vec::new(), Vec::new()];
    let mut values = Item::new();
    for (at, clause) in clauses.iter().enumerate() {
        let name = NAMES[at];
        let mut define = |n: &i64| {
            values.insert(format!(":v{at}"), Value::N(Number::from(*n)));
            format!(":v{at}")
        };
        match clause {
            None => {}
            Some(Clause::Set(n)) => sections[0].push(format!("{name} = {}", define(n))),
            Some(Clause::Copy(of)) => sections[0].push(format!("{name} = {}", NAMES[*of])),
            Some(Clause::Increase(of, n)) => {
                sections[0].push(format!("{name} = {} + {}", NAMES[*of], define(n)));
            }
            Some(Clause::Remove) => sections[1].push(name.to_owned()),
            Some(Clause::Add(n)) => sections[2].push(format!("{name} {}", define(n))),
        }
    }
    let words = ["SET", "REMOVE", "ADD"];
    let texts = words.iter().zip(sections).filter(|(_, parts)| !parts.is_empty());
    let texts: Vec<String> = texts.map(|(word, parts)| format!("{word} {}", parts.join(", "))).collect();
    (texts.join(" "), values)
}

fn item_of(attributes: &[Option<i64>; 4]) -> Item {
    let mut item = key();
    for (name, n) in NAMES.iter().zip(attributes) {
        if let Some(n) = n {
            item.insert(*name, Value::N(Number::from(*n)));
        }
    }
    item
}

proptest! {
    #[test]
    fn updates_do_what_each_clause_says(
        before in prop::array::uniform4(prop::option::of(-99i64..99)),
        clauses in prop::collection::vec(prop::option::of(clause()), 4),
    ) {
        prop_assume!(clauses.iter().any(Option::is_some));
        let mut engine: Engine = users();
        engine.store(item_of(&before));
        let (update, values) = text_of(&clauses);
        let result = engine.change(key(), &update, no_names(), values);
        if let Some(after) = naive(&before, &clauses) {
            prop_assert!(result.is_ok(), "{update}: {result:?}");
            prop_assert_eq!(engine.load(key()), Some(item_of(&after)));
        } else {
            prop_assert_eq!(
                result.unwrap_err().message,
                "The provided expression refers to an attribute that does not exist in the item"
            );
            prop_assert_eq!(engine.load(key()), Some(item_of(&before)));
        }
    }
}
