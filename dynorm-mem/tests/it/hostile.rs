//! Inputs that are made to break: nothing panics, hangs or overflows the stack.

use dynorm::backend::{Values, call};
use dynorm::value::Item;
use dynorm_mem::partiql::{ExecuteStatement, Statement};
use proptest::prelude::*;

use crate::kit::*;

#[track_caller]
fn check(filter: &str, values: Values, expected: &str) {
    let message = bare_refusal(users().matches(filter, no_names(), values));
    assert_eq!(message, format!("Invalid FilterExpression: {expected}"));
}

#[test]
fn parentheses_without_end_are_refused() {
    check(&"(".repeat(4096), no_values(), "Syntax error; token: \"<EOF>\", near: \"(\"");
    let balanced = format!("{}a = :v{}", "(".repeat(2000), ")".repeat(2000));
    check(&balanced, values! { v: 1 }, "The expression has redundant parentheses;");
    let functions = format!("a < {}", "f(".repeat(2000));
    check(&functions, no_values(), "Invalid function name; function: f");
    let mut engine = users();
    let update = format!("SET a = {}:v{}", "(".repeat(2000), ")".repeat(2000));
    assert_eq!(
        bare_refusal(engine.change(item! { id: "a" }, &update, no_names(), values! { v: 1 })),
        "Invalid UpdateExpression: The expression has redundant parentheses;"
    );
}

#[test]
fn parentheses_as_deep_as_operators_allow_are_read() {
    let nested = format!("{}a = :v{}", "NOT (".repeat(290), ")".repeat(290));
    assert_eq!(users().matches(&nested, no_names(), values! { v: 1 }).unwrap(), []);
    let mut engine = users();
    let functions = format!("SET a = {}:v{}", "if_not_exists(a,".repeat(235), ")".repeat(235));
    engine.change(item! { id: "a" }, &functions, no_names(), values! { v: 1 }).unwrap();
    assert_eq!(engine.load(item! { id: "a" }), Some(item! { id: "a", a: 1 }));
}

#[test]
fn chains_of_not_are_counted() {
    let chain = |n: usize| format!("{}a = :v", "NOT ".repeat(n));
    assert_eq!(users().matches(&chain(299), no_names(), values! { v: 1 }).unwrap(), []);
    check(&chain(300), values! { v: 1 }, "The expression contains too many operators; operator count: 301");
    check(&chain(1000), values! { v: 1 }, "The expression contains too many operators; operator count: 1001");
}

#[test]
fn operators_are_counted() {
    let terms = |n: usize| vec!["a=:v"; n].join(" OR ");
    assert_eq!(users().matches(&terms(150), no_names(), values! { v: 1 }).unwrap(), []);
    check(&terms(151), values! { v: 1 }, "The expression contains too many operators; operator count: 301");
}

#[test]
fn in_has_100_operands() {
    let list = |n: usize| format!("a IN ({})", vec![":v"; n].join(","));
    assert_eq!(users().matches(&list(100), no_names(), values! { v: 1 }).unwrap(), []);
    check(
        &list(101),
        values! { v: 1 },
        "The IN operator is provided with too many operands; number of operands: 101",
    );
    check(
        &list(1300),
        values! { v: 1 },
        "The IN operator is provided with too many operands; number of operands: 1300",
    );
}

#[test]
fn expressions_have_4096_bytes() {
    let padded = |n: usize| format!("a = :v{}", " ".repeat(n - 6));
    assert_eq!(users().matches(&padded(4096), no_names(), values! { v: 1 }).unwrap(), []);
    check(
        &padded(4097),
        values! { v: 1 },
        "Expression size has exceeded the maximum allowed size; expression size: 4097",
    );
}

#[test]
fn paths_have_32_steps() {
    let path = |steps: usize| vec!["a"; steps].join(".");
    let exists = |steps: usize| format!("attribute_exists({})", path(steps));
    assert_eq!(users().matches(&exists(32), no_names(), no_values()).unwrap(), []);
    check(&exists(33), no_values(), "The document path has too many nesting elements; nesting levels: 33");
    check(
        &exists(2000),
        no_values(),
        "The document path has too many nesting elements; nesting levels: 2000",
    );
    let indexes = format!("attribute_exists(a{})", "[0]".repeat(1300));
    check(&indexes, no_values(), "The document path has too many nesting elements; nesting levels: 1301");
}

#[test]
fn placeholders_have_255_bytes() {
    let with = |length: usize| {
        let placeholder = format!(":{}", "v".repeat(length - 1));
        let values = Item::from([(placeholder.clone(), value(1))]);
        users().matches(&format!("a = {placeholder}"), no_names(), values)
    };
    assert_eq!(with(255).unwrap(), []);
    assert!(bare_refusal(with(256)).starts_with("Expression attribute placeholder is longer"));
}

#[test]
fn deep_values_are_refused_in_every_place() {
    let expected = "Nesting Levels have exceeded supported limits";
    let deep = || nested(1000);
    let mut engine = users();
    let put = call::Put { table: "users".into(), item: item! { id: "a", v: deep() }, ..Default::default() };
    assert_eq!(bare_refusal(engine.put(put)), expected);
    let get = call::Get { table: "users".into(), key: item! { id: deep() }, ..Default::default() };
    assert_eq!(bare_refusal(engine.get(&get)), expected);
    assert!(bare_refusal(engine.matches("a = :v", no_names(), values! { v: deep() })).contains(expected));
    let scan = call::Scan { table: "users".into(), start: Some(item! { id: deep() }), ..Default::default() };
    assert_eq!(bare_refusal(engine.scan(&scan)), expected);
}

/// 4 KB of what opens and never closes, in every expression and in statements.
#[test]
fn what_only_opens_is_refused_everywhere() {
    let mut engine = docs();
    engine.store(item! { pk: "a", sk: 1 });
    for bomb in [
        "(",
        "[",
        "a[",
        "a.",
        "NOT ",
        "NOT (",
        "f(",
        "size(",
        "a(",
        "((a = :v) OR ",
        "if_not_exists(a, ",
        "#",
        ":",
        "a<",
        "{",
        "-",
    ] {
        let text = bomb.repeat(4096 / bomb.len());
        let values = || values! { v: 1, p: "a" };
        let some = || Some(text.clone());
        let query = |key: &str, filter, projection| call::Query {
            table: "docs".into(),
            key_condition: Some(key.to_owned()),
            filter,
            projection,
            values: values(),
            ..Default::default()
        };
        refusal(engine.query(&query(&text, None, None)));
        refusal(engine.query(&query("pk = :p", some(), None)));
        refusal(engine.query(&query("pk = :p", None, some())));
        refusal(engine.matches(&text, no_names(), values()));
        let key = || item! { pk: "a", sk: 1 };
        for update in
            [text.clone(), format!("SET a = {text}"), format!("REMOVE {text}"), format!("ADD {text}")]
        {
            let update: String = update.chars().take(4096).collect();
            refusal(engine.change(key(), &update, no_names(), values()));
        }
        let put = call::Put {
            table: "docs".into(),
            item: key(),
            condition: some(),
            values: values(),
            ..Default::default()
        };
        refusal(engine.put(put));
        for beginning in
            ["", "SELECT ", "SELECT * FROM docs WHERE ", "INSERT INTO docs VALUE ", "UPDATE docs SET a = "]
        {
            let statement: String = format!("{beginning}{text}").chars().take(8192).collect();
            let statement = Statement { text: statement, ..Default::default() };
            let call = ExecuteStatement { statement, ..Default::default() };
            assert!(engine.execute_statement(&call).is_err(), "{beginning}{bomb}");
        }
    }
    assert_eq!(engine.items("docs").count(), 1);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn any_text_is_read_or_refused(text in "[a-c#:()\\[\\].,=<>+ \\-0-9é]{0,40}") {
        let mut engine = users();
        let values = values! { a: 1 };
        if let Err(failure) = engine.matches(&text, names! { a: "a" }, values.clone()) {
            prop_assert!(!failure.message.is_empty());
        }
        let update = format!("SET {text}");
        if let Err(failure) = engine.change(item! { id: "a" }, &update, names! { a: "a" }, values) {
            prop_assert!(!failure.message.is_empty());
        }
    }

    #[test]
    fn any_words_are_read_or_refused(
        words in prop::collection::vec(
            prop::sample::select(vec![
                "a", "b", ":v", "#n", "(", ")", ",", ".", "[0]", "=", "<>", "<", "AND", "OR", "NOT", "BETWEEN",
                "IN", "size", "contains", "attribute_exists", "+", "-",
            ]),
            0..24,
        ),
    ) {
        let filter = words.join(" ");
        if let Err(failure) = users().matches(&filter, names! { n: "n" }, values! { v: 1 }) {
            prop_assert!(!failure.message.is_empty());
        }
    }
}
