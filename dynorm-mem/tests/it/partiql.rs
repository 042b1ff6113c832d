//! Statements in `PartiQL`.

use dynorm::backend::call::ReturnCapacity;
use dynorm::backend::table::Projection;
use dynorm::backend::{Failure, FailureKind};
use dynorm::value::{Item, Value};
use dynorm_mem::partiql::{
    BatchExecuteStatement, BatchStatement, BatchStatementReply, ExecuteStatement, ExecuteTransaction,
    Statement, StatementReply, TransactionReply,
};
use dynorm_mem::{Engine, Request, Response};
use proptest::prelude::*;

use crate::kit::*;

fn run(engine: &mut Engine, text: &str) -> Result<Vec<Item>, Failure> {
    run_with(engine, text, vec![])
}

fn statement(text: &str, parameters: Vec<Value>) -> Statement {
    Statement { text: text.to_owned(), parameters, return_old_on_failure: false }
}

fn run_with(engine: &mut Engine, text: &str, parameters: Vec<Value>) -> Result<Vec<Item>, Failure> {
    let call = ExecuteStatement { statement: statement(text, parameters), ..Default::default() };
    engine.execute_statement(&call).map(|reply| reply.items)
}

/// Partitions `a`, `b` and `c` with the sort keys 1, 2 and 3.
fn filled() -> Engine {
    let mut engine = docs();
    for pk in ["a", "b", "c"] {
        for sk in 1..=3 {
            engine.store(item! { pk: pk, sk: sk, v: format!("{pk}{sk}"), n: sk * 10 });
        }
    }
    engine
}

/// The attribute `v` of what a WHERE clause finds.
fn found(condition: &str) -> String {
    let items = run(&mut filled(), &format!("SELECT v FROM docs WHERE {condition}"));
    let texts: Vec<String> = items
        .unwrap_or_else(|failure| panic!("{condition}: {failure}"))
        .iter()
        .map(|item| match item.get("v") {
            Some(Value::S(text)) => text.clone(),
            other => format!("{other:?}"),
        })
        .collect();
    texts.join(" ")
}

#[track_caller]
fn check(condition: &str, expected: &str) {
    assert_eq!(found(condition), expected, "{condition}");
}

#[test]
fn items_are_inserted_read_updated_and_deleted() {
    let mut engine = users();
    let e = &mut engine;
    run(e, "INSERT INTO \"users\" VALUE {'id': 'a', 'n': 1, 'l': [true, NULL], 's': <<'x', 'y'>>}").unwrap();
    let stored = item! { id: "a", n: 1, l: list![true, Value::Null], s: ss(["x", "y"]) };
    assert_eq!(run(e, "SELECT * FROM users WHERE id = 'a'").unwrap(), std::slice::from_ref(&stored));
    run(e, "update users set n = n + 1, t = 'it''s' remove l where id = 'a'").unwrap();
    let updated = item! { id: "a", n: 2, t: "it's", s: ss(["x", "y"]) };
    assert_eq!(e.load(item! { id: "a" }), Some(updated));
    assert_eq!(run(e, "DELETE FROM users WHERE id = 'a';").unwrap(), Vec::<Item>::new());
    assert_eq!(e.load(item! { id: "a" }), None);
}

#[test]
fn parameters_stand_for_values() {
    let mut engine = users();
    let e = &mut engine;
    run_with(e, "INSERT INTO users VALUE {'id': ?, 'm': {'x': ?}}", vec![value("a"), bytes(&[1])]).unwrap();
    let stored = item! { id: "a", m: item! { x: bytes(&[1]) } };
    assert_eq!(run_with(e, "SELECT * FROM users WHERE id = ?", vec![value("a")]).unwrap(), [stored]);
    run_with(e, "INSERT INTO users VALUE ?", vec![value(item! { id: "b" })]).unwrap();
    assert_eq!(e.load(item! { id: "b" }), Some(item! { id: "b" }));
    let count = "Number of parameters in request and statement don't match.";
    for parameters in [vec![], vec![value("a"), value("b")]] {
        assert_eq!(refusal(run_with(e, "SELECT * FROM users WHERE id = ?", parameters)), count);
    }
}

#[test]
fn the_key_decides_what_is_read() {
    check("pk = 'b'", "b1 b2 b3");
    check("'b' = pk AND sk >= 2", "b2 b3");
    check("pk = 'b' AND sk BETWEEN 1 AND 2", "b1 b2");
    check("sk < 3 AND pk = 'b' AND sk > 1", "b2");
    check("pk IN ['c', 'a', 'c'] AND sk = 2", "c2 a2");
    check("pk IN ('c', 'a') AND sk <> 2 AND n > 10", "c3 a3");
    check("pk = 'nothing'", "");
}

#[test]
fn conditions_are_joined_by_precedence() {
    check("pk = 'a' AND (n = 10 OR n = 20)", "a1 a2");
    check("pk = 'a' AND NOT (n = 10 OR n = 20)", "a3");
    check("pk = 'a' AND NOT n = 10 AND NOT n = 20", "a3");
    check("((pk = 'a')) AND ((sk = 1))", "a1");
    check("(n > 5 AND n < 25) AND (v <> 'a1' AND pk = 'a')", "a2");
    check("n > 5 AND ((NOT v = 'a1' OR v = 'x') AND (sk >= 1 AND pk = 'a')) AND NOT n = 20", "a3");
    let sorted = |condition| {
        let found = found(condition);
        let mut texts: Vec<&str> = found.split(' ').collect();
        texts.sort_unstable();
        texts.join(" ")
    };
    assert_eq!(sorted("pk = 'a' OR pk = 'b' AND sk = 1"), "a1 a2 a3 b1");
    assert_eq!(sorted("n = 10"), "a1 b1 c1");
}

#[test]
fn predicates_are_those_of_conditions() {
    let mut engine = users();
    engine
        .store(item! { id: "a", t: "hello", l: list![1, 2], m: item! { x: item! { y: 5 } }, z: Value::Null });
    let mut holds = |condition: &str| {
        let text = format!("SELECT id FROM users WHERE id = 'a' AND {condition}");
        run(&mut engine, &text).unwrap_or_else(|failure| panic!("{condition}: {failure}")).len() == 1
    };
    for condition in [
        "begins_with(t, 'he')",
        "NOT begins_with(\"t\", 'x')",
        "contains(t, 'ell')",
        "contains(l, 2)",
        "attribute_type(t, 'S')",
        "size(t) = 5",
        "size(l) < size(t)",
        "q IS MISSING",
        "t IS NOT MISSING",
        "z IS NULL",
        "t IS NOT NULL",
        "attribute_exists(t) AND attribute_not_exists(q)",
        "m.x.y = 5",
        "m['x'].\"y\" BETWEEN 5 AND 5",
        "l[1] = 2",
        "t NOT IN ['x', 'y']",
        "t != 'x' AND t <> 'y'",
        "l = [1, 2]",
        "m = {'x': {'y': +5}}",
        "t < 'hellp' /* one */ -- two",
    ] {
        assert!(holds(condition), "{condition}");
    }
    for condition in ["t IS MISSING", "q IS NULL", "q = 1", "t = 5", "t = 'Hello'", "l[2] = 2"] {
        assert!(!holds(condition), "{condition}");
    }
}

#[test]
fn operands_that_no_item_can_make_valid_are_refused() {
    let refused = |condition: &str| {
        refusal(run(&mut users(), &format!("SELECT * FROM users WHERE id = 'a' AND {condition}")))
    };
    assert!(refused("attribute_type(t, 'X')").starts_with("Invalid attribute type name found; type: X"));
    assert_eq!(
        refused("t BETWEEN 2 AND 1"),
        "The BETWEEN operator requires upper bound to be greater than or equal to lower bound; lower bound operand: AttributeValue: {N:2}, upper bound operand: AttributeValue: {N:1}"
    );
    assert_eq!(
        refused("t < true"),
        "Incorrect operand type for operator or function; operator or function: <, operand type: BOOL"
    );
    assert_eq!(refused("begins_with(t)"), "Incorrect operands for function: begins_with");
}

#[test]
fn columns_are_named_by_the_end_of_their_paths() {
    let mut engine = users();
    engine.store(item! { id: "a", m: item! { x: 1 }, l: list!["p", "q"] });
    let rows = run(&mut engine, "SELECT id, m.x, l[1], nothing FROM users WHERE id = 'a'").unwrap();
    assert_eq!(rows, [Item::from([("id", value("a")), ("x", value(1)), ("_3", value("q"))])]);
}

#[test]
fn pages_lead_on_and_belong_to_their_statement() {
    let mut engine = filled();
    for text in [
        "SELECT v FROM docs WHERE pk IN ['a', 'b', 'c']",
        "SELECT v FROM docs",
        "SELECT v FROM docs WHERE n >= 10",
    ] {
        let mut seen = Vec::new();
        let mut next_token = None;
        for page in 0.. {
            assert!(page < 20, "{text}");
            let call = ExecuteStatement {
                statement: statement(text, vec![]),
                limit: Some(2),
                next_token,
                ..Default::default()
            };
            let reply = engine.execute_statement(&call).unwrap();
            assert!(reply.items.len() <= 2);
            seen.extend(reply.items.iter().map(|item| format!("{item:?}")));
            next_token = reply.next_token;
            if next_token.is_none() {
                break;
            }
        }
        seen.sort_unstable();
        seen.dedup();
        assert_eq!(seen.len(), 9, "{text}");
    }
}

#[test]
fn tokens_of_other_statements_are_refused() {
    let mut engine = filled();
    let mut page = |text: &str, parameters: Vec<Value>, next_token: Option<String>| {
        let call = ExecuteStatement {
            statement: statement(text, parameters),
            limit: Some(1),
            next_token,
            ..Default::default()
        };
        engine.execute_statement(&call)
    };
    let text = "SELECT * FROM docs WHERE pk = ?";
    let first = page(text, vec![value("a")], None).unwrap();
    assert_eq!(first.last_key, Some(item! { pk: "a", sk: 1 }));
    let token = first.next_token;
    let second = page(text, vec![value("a")], token.clone()).unwrap();
    assert_eq!(second.last_key, Some(item! { pk: "a", sk: 2 }));
    assert_eq!(refusal(page(text, vec![value("b")], token.clone())), "NextToken does not match request");
    assert_eq!(
        refusal(page("SELECT * FROM docs", vec![], token.clone())),
        "NextToken does not match request"
    );
    for broken in ["", "x", "00", "é", &token.unwrap_or_default()[..40]] {
        let result = page(text, vec![value("a")], Some(broken.to_owned()));
        assert_eq!(refusal(result), "Invalid NextToken", "{broken}");
    }
}

#[test]
fn order_by_reads_by_the_key() {
    check("pk = 'a' ORDER BY sk", "a1 a2 a3");
    check("pk = 'a' ORDER BY sk DESC", "a3 a2 a1");
    check("pk = 'a' ORDER BY pk ASC", "a3 a2 a1");
    check("pk IN ['a', 'c', 'b'] AND sk < 3 ORDER BY pk DESC, sk ASC", "c1 c2 b1 b2 a1 a2");
    let refused = |text: &str| refusal(run(&mut filled(), &format!("SELECT * FROM docs {text}")));
    assert_eq!(refused("ORDER BY sk"), "Must have WHERE clause in the statement when using ORDER BY clause.");
    assert_eq!(
        refused("WHERE pk = 'a' ORDER BY v"),
        "Attribute v in ORDER BY clause must be part of the primary key"
    );
    assert_eq!(
        refused("WHERE pk > 'a' ORDER BY sk"),
        "Must have at least one non-optional hash key condition in WHERE clause when using ORDER BY clause."
    );
    assert_eq!(
        refused("WHERE pk IN ['a', 'b'] ORDER BY sk"),
        "Must have hash key in ORDER BY clause when more than one hash key condition specified in WHERE clause."
    );
}

#[test]
fn indexes_are_read_by_their_names() {
    let mut engine = with_table(definition(
        "shop",
        "pk:S | sk:N",
        vec![global("by-g", "g:S | s:N", include(["x"])), local("lsi", "pk:S | s:N", Projection::KeysOnly)],
    ));
    engine.store(item! { pk: "p", sk: 1, g: "g", s: 5, x: 1, y: 2 });
    engine.store(item! { pk: "q", sk: 1, g: "g", s: 4, x: 2, y: 2 });
    let e = &mut engine;
    let rows = run(e, "SELECT x FROM \"shop\".\"by-g\" WHERE g = 'g' AND s > 0").unwrap();
    assert_eq!(rows, [item! { x: 2 }, item! { x: 1 }]);
    let whole = run(e, "SELECT * FROM shop.lsi WHERE pk = 'p' AND s = 5").unwrap();
    assert_eq!(whole, [item! { pk: "p", sk: 1, s: 5 }]);
    let invalid = "One or more parameter values were invalid: ";
    for (index, condition) in [("by-g", "g = 'g' AND y = 2"), ("lsi", "pk = 'p' AND y = 2")] {
        assert_eq!(
            refusal(run(e, &format!("SELECT sk FROM shop.\"{index}\" WHERE {condition}"))),
            format!("{invalid}Secondary index {index} does not project one or more filter attributes: [y]")
        );
    }
    assert_eq!(
        refusal(run(e, "SELECT y FROM shop.\"by-g\" WHERE g = 'g'")),
        format!("{invalid}Global secondary index by-g does not project [y]")
    );
    assert_eq!(
        refusal(run(e, "SELECT y FROM shop.other WHERE g = 'g'")),
        "The table does not have the specified index: other"
    );
    assert_eq!(
        refusal(run(e, "DELETE FROM shop.lsi WHERE pk = 'p' AND s = 5")),
        "This operation is not supported on an index"
    );
}

#[test]
fn inserting_twice_is_a_duplicate() {
    let mut engine = users();
    let text = "INSERT INTO users VALUE {'id': 'a'}";
    run(&mut engine, text).unwrap();
    let failure = run(&mut engine, text).unwrap_err();
    assert_eq!(failure.kind, FailureKind::Other("DuplicateItemException".into()));
    assert_eq!(failure.message, "Duplicate primary key exists in table");
}

#[test]
fn writes_name_one_item_and_keep_to_their_conditions() {
    let mut engine = users();
    let e = &mut engine;
    let no_key = "Where clause does not contain a mandatory equality on all key attributes";
    for text in [
        "DELETE FROM users WHERE v = 1",
        "DELETE FROM users",
        "DELETE FROM users WHERE id = 'a' OR id = 'b'",
        "DELETE FROM users WHERE NOT id = 'a'",
        "UPDATE users SET v = 1",
        "UPDATE users SET v = 1 WHERE id > 'a'",
    ] {
        assert_eq!(refusal(run(e, text)), no_key, "{text}");
    }
    // Without an item a deletion does nothing, and an update fails.
    run(e, "DELETE FROM users WHERE id = 'a' AND v = 1").unwrap();
    let update = "UPDATE users SET v = 2 WHERE id = 'a'";
    assert_eq!(run(e, update).unwrap_err().kind, FailureKind::ConditionFailed);
    e.store(item! { id: "a", v: 1 });
    for text in
        ["DELETE FROM users WHERE id = 'a' AND v = 9", "UPDATE users SET v = 2 WHERE id = 'a' AND v > 9"]
    {
        assert_eq!(run(e, text).unwrap_err().kind, FailureKind::ConditionFailed, "{text}");
    }
    assert_eq!(e.load(item! { id: "a" }), Some(item! { id: "a", v: 1 }));
    run(e, "UPDATE users SET v = 2 WHERE v = 1 AND id = 'a'").unwrap();
    run(e, "DELETE FROM users WHERE id = 'a' AND (v = 1 OR v = 2)").unwrap();
    assert_eq!(e.load(item! { id: "a" }), None);
}

#[test]
fn a_failed_condition_shows_the_item_if_asked() {
    let mut engine = users();
    engine.store(item! { id: "a", v: 1 });
    let mut statement = statement("DELETE FROM users WHERE id = 'a' AND v = 9", vec![]);
    statement.return_old_on_failure = true;
    let call = ExecuteStatement { statement, ..Default::default() };
    assert_eq!(engine.execute_statement(&call).unwrap_err().item, Some(item! { id: "a", v: 1 }));
}

#[test]
fn returning_gives_what_it_says() {
    let check = |text: &str, expected: Vec<Item>| {
        let mut engine = users();
        engine.store(item! { id: "a", v: 1, w: 1 });
        assert_eq!(run(&mut engine, text).unwrap(), expected, "{text}");
    };
    let set = "UPDATE users SET v = 2 WHERE id = 'a' RETURNING";
    check(&format!("{set} ALL OLD *"), vec![item! { id: "a", v: 1, w: 1 }]);
    check(&format!("{set} MODIFIED OLD *"), vec![item! { v: 1 }]);
    check(&format!("{set} ALL NEW *"), vec![item! { id: "a", v: 2, w: 1 }]);
    check(&format!("{set} MODIFIED NEW *"), vec![item! { v: 2 }]);
    check("UPDATE users REMOVE v WHERE id = 'a' RETURNING MODIFIED NEW *", vec![]);
    check("DELETE FROM users WHERE id = 'a' RETURNING ALL OLD *", vec![item! { id: "a", v: 1, w: 1 }]);
    check("DELETE FROM users WHERE id = 'b' RETURNING ALL OLD *", vec![]);
    assert_eq!(
        refusal(run(&mut users(), "DELETE FROM users WHERE id = 'b' RETURNING MODIFIED OLD *")),
        "Invalid returning clause: RETURNING MODIFIED OLD *. Only RETURNING ALL OLD * is allowed in DELETE statements."
    );
}

#[test]
fn set_computes() {
    let mut engine = users();
    engine.store(item! { id: "a", n: 5, l: list![1], s: ss(["x"]), t: ss(["x", "y"]), m: item! { x: 1 } });
    let text = "UPDATE users SET n = n - 2 SET l = list_append(l, [2]), s = set_add(s, <<'z'>>) \
                SET t = set_delete(t, <<'x'>>), d = if_not_exists(q, 7), m.x = ?, c = m REMOVE nothing WHERE id = 'a'";
    run_with(&mut engine, text, vec![value(9)]).unwrap();
    let expected = item! {
        id: "a", n: 3, l: list![1, 2], s: ss(["x", "z"]), t: ss(["y"]), m: item! { x: 9 }, d: 7, c: item! { x: 1 }
    };
    assert_eq!(engine.load(item! { id: "a" }), Some(expected));
    let e = &mut engine;
    assert!(refusal(run(e, "UPDATE users SET id = 'b' WHERE id = 'a'")).contains("update attribute id"));
    assert!(bare_refusal(run(e, "UPDATE users SET m = 1 REMOVE m.x WHERE id = 'a'")).contains("overlap"));
    assert_eq!(
        refusal(run(e, "UPDATE users SET n = set_add(s, <<'z'>>) WHERE id = 'a'")),
        "The first operand of set_add must be the path that is set"
    );
}

#[track_caller]
fn malformed(text: &str, detail: &str) {
    let expected = format!("Statement wasn't well formed, can't be processed: {detail}");
    assert_eq!(refusal(run(&mut docs(), text)), expected, "{text}");
}

#[test]
fn a_statement_begins_with_what_it_does() {
    for text in ["SLECT * FROM docs", ";", "FROM docs", "'SELECT'"] {
        malformed(text, "Expected data manipulation");
    }
    assert!(bare_refusal(run(&mut docs(), "")).contains("'Statement'"));
}

#[test]
fn what_is_left_over_is_refused() {
    let leftover = "Unexpected token after expression";
    for text in [
        "SELECT * FROM docs WHERE pk = 'a' foo",
        "SELECT * FROM docs WHERE sk = 1 e5",
        "SELECT * FROM docs WHERE pk = 'a')",
        "SELECT * FROM docs ORDER BY pk WHERE pk = 'a'",
        "INSERT INTO docs VALUE {'pk': 'a'} foo",
        "INSERT INTO docs t VALUE {'pk': 'a'}",
        "UPDATE docs SET a = 9 WHERE pk = 'a' foo",
        "DELETE FROM docs WHERE pk = 'a' ORDER BY pk",
    ] {
        malformed(text, leftover);
    }
    for text in [
        "SELECT * FROM docs t WHERE pk = 'a'",
        "SELECT * FROM docs AS t",
        "UPDATE docs t SET a = 3",
        "DELETE FROM docs t",
    ] {
        assert_eq!(refusal(run(&mut docs(), text)), "Aliasing is not supported", "{text}");
    }
    assert_eq!(refusal(run(&mut docs(), "SELECT * FROM docs LIMIT 1")), "Unsupported clause: LIMIT");
}

#[test]
fn what_is_missing_is_named() {
    let term = "Unexpected term";
    for text in [
        "SELECT * FROM docs WHERE",
        "SELECT * FROM docs WHERE;",
        "SELECT * FROM docs WHERE NOT",
        "SELECT * FROM docs WHERE (",
        "SELECT * FROM never WHERE",
        "UPDATE docs SET a = 1 WHERE",
        "DELETE FROM docs WHERE  ",
        "SELECT * FROM",
    ] {
        malformed(text, term);
    }
    for text in ["SELECT * FROM docs WHERE pk = 'a' AND", "SELECT * FROM docs WHERE pk = 'a' OR"] {
        malformed(text, "Missing right-hand side expression of infix operator");
    }
    malformed("SELECT * FROM docs WHERE ORDER BY pk", "Unexpected keyword");
    malformed("SELECT * FROM docs WHERE IS NULL", "Unexpected operator");
    malformed("SELECT * FROM docs WHERE pk = LIKE", "Unexpected operator");
    malformed("SELECT * FROM docs WHERE pk = 'a' AND x IS FOO", "Expected type name");
    for text in ["DELETE FROM", "DELETE FROM;", "DELETE FROM WHERE pk = 'a'"] {
        malformed(text, "Expected identifier for simple path");
    }
    for text in
        ["SELECT * FROM docs WHERE pk = 'a", "SELECT * FROM docs # note", "SELECT * FROM docs /* note"]
    {
        malformed(text, "");
    }
    malformed("INSERT INTO docs (pk) VALUES ('a')", "Unexpected keyword");
}

#[test]
fn numbers_keep_to_their_range() {
    let check = |text: &str, expected: &str| {
        assert_eq!(refusal(run(&mut docs(), text)), expected, "{text}");
    };
    let overflow =
        "Number overflow. Attempting to store a number with magnitude larger than supported range under";
    check("SELECT * FROM docs WHERE sk = 1e126", &format!("{overflow} root"));
    check("INSERT INTO docs VALUE {'pk': 'a', 'm': {'x': 1e126}}", &format!("{overflow} root.x"));
    check("INSERT INTO docs VALUE {'pk': 'a', 'l': [1, 1e126]}", &format!("{overflow} root[1]"));
    check(
        "UPDATE docs SET a = 1e-131 WHERE pk = 'a' AND sk = 1",
        "Number underflow. Attempting to store a number with magnitude smaller than supported range under root",
    );
    check(
        "SELECT * FROM docs WHERE sk = 123456789012345678901234567890123456789",
        "Attempting to store more than 38 significant digits in a Number under root",
    );
    for number in ["1e2147483648", "1e99999999999", "1.5e-2147483647", "1e99999999999999999999999"] {
        malformed(&format!("SELECT * FROM docs WHERE sk = {number}"), "");
    }
}

#[test]
fn hostile_statements_are_refused() {
    let deep = |open: &str, inner: &str, close: &str, n: usize| {
        format!("{}{inner}{}", open.repeat(n), close.repeat(n))
    };
    let where_ = |condition: &str| format!("SELECT * FROM docs WHERE {condition}");
    assert!(refusal(run(&mut docs(), &where_(&"(".repeat(8000)))).contains("Unexpected term"));
    assert!(refusal(run(&mut docs(), &where_(&"NOT ".repeat(2000)))).contains("Unexpected term"));
    check_empty(&where_(&deep("(", "pk = 'x'", ")", 4000)));
    check_empty(&where_(&format!("{}pk = 'x'", "NOT ".repeat(2000))));
    check_empty(&where_(&format!("pk = 'x'{}", " OR a = 1".repeat(850))));
    check_empty(&where_(&format!("pk = 'x'{}", " AND a = 1".repeat(750))));
    let nesting = "Nesting Levels have exceeded supported limits";
    for literal in [deep("[", "1", "]", 4000), deep("{'a':", "1", "}", 1300), deep("<<", "1", ">>", 2000)] {
        assert_eq!(bare_refusal(run(&mut docs(), &where_(&format!("a = {literal}")))), nesting);
        let insert = format!("INSERT INTO docs VALUE {{'a': {literal}}}");
        assert_eq!(bare_refusal(run(&mut docs(), &insert)), nesting);
    }
    let nested = format!("UPDATE docs SET a = {}", "list_append(".repeat(600));
    assert_eq!(bare_refusal(run(&mut docs(), &nested)), nesting);
    let many = format!("a IN [{}1]", "1,".repeat(100));
    assert!(bare_refusal(run(&mut docs(), &where_(&many))).contains("number of operands: 101"));
    let long = where_(&format!("a = '{}'", "x".repeat(8192)));
    assert!(bare_refusal(run(&mut docs(), &long)).ends_with("less than or equal to 8192"));
    assert!(bare_refusal(run(&mut docs(), &where_("foo(a, 1)"))).contains("Unsupported function: foo"));
    for text in
        ["\u{0}", "SELECT", "SELECT *", "UPDATE docs", "EXISTS", "EXISTS(", "'", "\"", "?", "é", "--", "- -"]
    {
        assert!(run(&mut docs(), text).is_err(), "{text}");
    }
}

#[track_caller]
fn check_empty(text: &str) {
    assert_eq!(run(&mut docs(), text).unwrap(), Vec::<Item>::new());
}

#[test]
fn capacity_is_that_of_the_operation() {
    let mut engine = filled();
    let mut units = |text: &str, consistent| {
        let call = ExecuteStatement {
            statement: statement(text, vec![]),
            consistent,
            capacity: ReturnCapacity::Total,
            ..Default::default()
        };
        let reply: StatementReply = engine.execute_statement(&call).unwrap();
        reply.capacity.map(|capacity| capacity.units.total)
    };
    assert_eq!(units("SELECT * FROM docs WHERE pk = 'a'", false), Some(0.5));
    assert_eq!(units("SELECT * FROM docs WHERE pk = 'a'", true), Some(1.0));
    assert_eq!(units("SELECT * FROM docs WHERE pk IN ['a', 'b']", true), Some(2.0));
    assert_eq!(units("INSERT INTO docs VALUE {'pk': 'x', 'sk': 1}", false), Some(1.0));
    assert_eq!(units("DELETE FROM docs WHERE pk = 'x' AND sk = 1", false), Some(1.0));
}

#[test]
fn missing_tables_and_wrong_items_are_refused() {
    let failure = run(&mut docs(), "SELECT * FROM never WHERE pk = 'a'").unwrap_err();
    assert_eq!(
        (failure.kind, failure.message.as_str()),
        (FailureKind::NotFound, "Requested resource not found")
    );
    assert_eq!(
        refusal(run(&mut docs(), "INSERT INTO docs VALUE {'pk': 'a'}")),
        "One or more parameter values were invalid: Missing the key sk in the item"
    );
    assert_eq!(
        refusal(run(&mut docs(), "DELETE FROM docs WHERE pk = 'a' AND sk = '1'")),
        "The provided key element does not match the schema"
    );
    let limit = ExecuteStatement { limit: Some(0), ..Default::default() };
    assert!(bare_refusal(docs().execute_statement(&limit)).contains("'Limit'"));
}

fn batch(engine: &mut Engine, texts: &[&str]) -> Result<BatchStatementReply, Failure> {
    let statements = texts
        .iter()
        .map(|text| BatchStatement { statement: statement(text, vec![]), consistent: false })
        .collect();
    engine.batch_execute_statement(&BatchExecuteStatement { statements, ..Default::default() })
}

/// What each statement of a batch gave: the code of its error, or its item.
fn outcomes(reply: &BatchStatementReply) -> Vec<String> {
    let show = |outcome: &dynorm_mem::partiql::StatementOutcome| match (&outcome.error, &outcome.item) {
        (Some(error), _) => error.code.clone(),
        (None, item) => format!("{item:?}"),
    };
    reply.responses.iter().map(show).collect()
}

#[test]
fn batches_read_one_item_a_statement() {
    let reply = batch(
        &mut filled(),
        &[
            "SELECT v FROM docs WHERE pk = 'a' AND sk = 1",
            "SELECT v FROM docs WHERE pk = 'a' AND sk = 1 AND n = 0",
            "SELECT v FROM docs WHERE pk = 'a' AND sk = 9",
            "SELECT v FROM docs WHERE pk = 'a'",
            "SELECT v FROM never WHERE pk = 'a'",
            "SLECT",
        ],
    );
    let reply = reply.unwrap();
    let first = format!("{:?}", Some(item! { v: "a1" }));
    assert_eq!(
        outcomes(&reply),
        [first.as_str(), "None", "None", "ValidationError", "ResourceNotFound", "ValidationError"]
    );
    assert_eq!(reply.responses[0].table.as_deref(), Some("docs"));
    assert_eq!(
        reply.responses[3].error.as_ref().map(|error| error.message.as_str()),
        Some(
            "Select statements within BatchExecuteStatement must specify the primary key in the where clause."
        )
    );
}

#[test]
fn batches_write_each_statement_on_its_own() {
    let mut engine = filled();
    let reply = batch(
        &mut engine,
        &[
            "INSERT INTO docs VALUE {'pk': 'z', 'sk': 1}",
            "INSERT INTO docs VALUE {'pk': 'a', 'sk': 1}",
            "UPDATE docs SET n = 0 WHERE pk = 'a' AND sk = 9",
            "UPDATE docs SET n = 0 WHERE pk = 'a' AND sk = 2 RETURNING MODIFIED NEW *",
            "DELETE FROM docs WHERE pk = 'b' AND sk = 1 RETURNING MODIFIED OLD *",
        ],
    );
    let updated = format!("{:?}", Some(item! { n: 0 }));
    assert_eq!(
        outcomes(&reply.unwrap()),
        ["None", "DuplicateItem", "ConditionalCheckFailed", updated.as_str(), "ValidationError"]
    );
    assert!(engine.load(item! { pk: "z", sk: 1 }).is_some());
}

#[test]
fn batches_have_a_size_and_one_direction() {
    let read = "SELECT v FROM docs WHERE pk = 'a' AND sk = 1";
    assert!(bare_refusal(batch(&mut filled(), &[])).contains("greater than or equal to 1"));
    assert!(bare_refusal(batch(&mut filled(), &[read; 26])).contains("less than or equal to 25"));
    assert_eq!(batch(&mut filled(), &[read; 25]).unwrap().responses.len(), 25);
    assert_eq!(
        refusal(batch(&mut filled(), &[read, "DELETE FROM docs WHERE pk = 'a' AND sk = 1"])),
        "BatchExecuteStatement API does not support both read and write operations in the same request."
    );
}

fn transact(engine: &mut Engine, texts: &[&str], token: Option<&str>) -> Result<TransactionReply, Failure> {
    let statements = texts.iter().map(|text| statement(text, vec![])).collect();
    let token = token.map(str::to_owned);
    engine.execute_transaction(&ExecuteTransaction { statements, token, ..Default::default() }, NOW)
}

#[test]
fn transactions_read_in_order() {
    let reply = transact(
        &mut filled(),
        &["SELECT v FROM docs WHERE pk = 'b' AND sk = 1", "SELECT * FROM docs WHERE pk = 'b' AND sk = 9"],
        None,
    );
    assert_eq!(reply.unwrap().items, [Some(item! { v: "b1" }), None]);
    assert_eq!(
        refusal(transact(&mut filled(), &["SELECT v FROM docs WHERE pk = 'b'"], None)),
        "Validation failed in TransactStatements[0]: Select statements within ExecuteTransaction must specify the primary key in the where clause."
    );
}

#[test]
fn transactions_write_all_or_nothing() {
    let mut engine = filled();
    let texts = [
        "INSERT INTO docs VALUE {'pk': 'z', 'sk': 1}",
        "UPDATE docs SET n = n + 1 WHERE pk = 'a' AND sk = 1",
        "DELETE FROM docs WHERE pk = 'b' AND sk = 1",
        "EXISTS(SELECT * FROM docs WHERE pk = 'c' AND sk = 1 AND n = 10)",
    ];
    transact(&mut engine, &texts, None).unwrap();
    assert_eq!(engine.load(item! { pk: "b", sk: 1 }), None);
    let failure = transact(&mut engine, &texts, None).unwrap_err();
    assert_eq!(failure.kind, FailureKind::TransactionCancelled);
    assert_eq!(
        failure.message,
        "Transaction cancelled, please refer cancellation reasons for specific reasons [DuplicateItem, None, None, None]"
    );
    assert_eq!(engine.load(item! { pk: "a", sk: 1 }).unwrap().get("n"), Some(&value(11)));
    let failure = transact(
        &mut engine,
        &[
            "EXISTS(SELECT * FROM docs WHERE pk = 'c' AND sk = 1 AND n IS MISSING)",
            "UPDATE docs SET n = 0 WHERE pk = 'a' AND sk = 1",
        ],
        None,
    );
    assert!(failure.unwrap_err().message.ends_with("[ConditionalCheckFailed, None]"));
}

#[test]
fn transactions_refuse_what_cannot_be_in_them() {
    let refused = |texts: &[&str]| refusal(transact(&mut filled(), texts, None));
    let read = "SELECT * FROM docs WHERE pk = 'a' AND sk = 1";
    let write = "DELETE FROM docs WHERE pk = 'b' AND sk = 1";
    assert_eq!(
        refused(&[read, write]),
        "ExecuteTransaction API does not support both read and write operations in the same request."
    );
    assert_eq!(
        refused(&[write, "DELETE FROM docs WHERE pk = 'a' AND sk = 1 RETURNING ALL OLD *"]),
        "Validation failed in TransactStatements[1]: RETURNING clause is not supported in ExecuteTransaction."
    );
    assert_eq!(
        refused(&["SELECT * FROM docs WHERE"]),
        "Validation failed in TransactStatements[0]: Statement wasn't well formed, can't be processed: Unexpected term"
    );
    assert_eq!(
        refused(&["EXISTS(SELECT * FROM docs WHERE pk = 'a' AND sk = 1)", write]),
        "Validation failed in TransactStatements[0]: EXISTS() must contain a single item read with additional condition"
    );
    assert_eq!(
        refused(&[write, write]),
        "Transaction request cannot include multiple operations on one item"
    );
    assert!(refused(&[]).contains("TransactStatements"));
    assert_eq!(
        refusal(run(&mut filled(), "EXISTS(SELECT * FROM docs WHERE pk = 'a' AND sk = 1 AND n = 1)")),
        "EXISTS can only be used in ExecuteTransaction write requests."
    );
}

#[test]
fn a_repeated_token_does_nothing_again() {
    let mut engine = filled();
    let texts = ["UPDATE docs SET n = n + 1 WHERE pk = 'a' AND sk = 1"];
    for _ in 0..3 {
        transact(&mut engine, &texts, Some("token")).unwrap();
    }
    assert_eq!(engine.load(item! { pk: "a", sk: 1 }).unwrap().get("n"), Some(&value(11)));
    let other = transact(&mut engine, &["DELETE FROM docs WHERE pk = 'a' AND sk = 1"], Some("token"));
    assert_eq!(other.unwrap_err().kind, FailureKind::TokenMismatch);
    let late = ExecuteTransaction {
        statements: vec![statement(texts[0], vec![])],
        token: Some("token".into()),
        ..Default::default()
    };
    engine.execute_transaction(&late, seconds(601)).unwrap();
    assert_eq!(engine.load(item! { pk: "a", sk: 1 }).unwrap().get("n"), Some(&value(12)));
}

#[test]
fn statements_are_requests() {
    let mut engine = filled();
    let call = ExecuteStatement {
        statement: statement("SELECT v FROM docs WHERE pk = 'a' AND sk = 1", vec![]),
        ..Default::default()
    };
    let response = engine.call(Request::ExecuteStatement(call), NOW).unwrap();
    let Response::ExecuteStatement(reply) = response else { panic!("{response:?}") };
    assert_eq!(reply.items, [item! { v: "a1" }]);
}

proptest! {
    /// Whatever the text, there is an answer.
    #[test]
    fn any_text_has_an_answer(words in proptest::collection::vec(word(), 0..24), text in "\\PC{0,40}") {
        for text in [words.join(" "), format!("SELECT * FROM docs WHERE {}", words.join(" ")), text] {
            let mut engine = filled();
            let _ = run_with(&mut engine, &text, vec![value("a")]);
            let _ = batch(&mut engine, &[&text]);
            let _ = transact(&mut engine, &[&text], None);
        }
    }
}

/// A word of the language, or what looks like one.
fn word() -> impl Strategy<Value = &'static str> {
    proptest::sample::select(vec![
        "SELECT",
        "*",
        "FROM",
        "docs",
        "WHERE",
        "pk",
        "sk",
        "n",
        "=",
        "<",
        "<>",
        "'a'",
        "1",
        "-",
        "+",
        "?",
        "(",
        ")",
        "[",
        "]",
        "{",
        "}",
        "<<",
        ">>",
        ",",
        ".",
        ":",
        "AND",
        "OR",
        "NOT",
        "IN",
        "BETWEEN",
        "IS",
        "MISSING",
        "NULL",
        "ORDER BY",
        "DESC",
        "INSERT INTO",
        "VALUE",
        "UPDATE",
        "SET",
        "REMOVE",
        "DELETE FROM",
        "RETURNING",
        "ALL OLD *",
        "EXISTS",
        "size",
        "contains",
        "list_append",
        "'",
        "\"",
        ";",
        "pk = 'a'",
        "AND sk = 1",
    ])
}
