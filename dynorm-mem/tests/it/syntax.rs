//! What expressions are refused for, before any item is seen.

use dynorm::backend::Values;
use dynorm::value::Value;

use crate::kit::*;

/// The table is empty: the rules are those of the expression alone.
#[track_caller]
fn check(filter: &str, values: Values, expected: &str) {
    assert_eq!(
        refusal(users().matches(filter, no_names(), values)),
        format!("1 validation error detected: Invalid FilterExpression: {expected}"),
        "{filter}"
    );
}

#[track_caller]
fn check_accepted(filter: &str, values: Values) {
    assert_eq!(users().matches(filter, no_names(), values).unwrap(), [], "{filter}");
}

#[test]
fn syntax_errors_show_the_token_and_what_is_around_it() {
    check("a = ", no_values(), "Syntax error; token: \"<EOF>\", near: \"= \"");
    check("a = :b c", values! { b: 1 }, "Syntax error; token: \"c\", near: \":b c\"");
    check("= :b", values! { b: 1 }, "Syntax error; token: \"=\", near: \"= :b\"");
    check("a = :b AND", values! { b: 1 }, "Syntax error; token: \"<EOF>\", near: \"AND\"");
    check("a BETWEEN :b", values! { b: 1 }, "Syntax error; token: \"<EOF>\", near: \":b\"");
    check("a IN :b", values! { b: 1 }, "Syntax error; token: \":b\", near: \"IN :b\"");
    check("a IN ()", no_values(), "Syntax error; token: \")\", near: \"()\"");
    check("a", no_values(), "Syntax error; token: \"<EOF>\", near: \"a\"");
    check(":b", values! { b: 1 }, "Syntax error; token: \"<EOF>\", near: \":b\"");
    check("a = 1", no_values(), "Syntax error; token: \"1\", near: \"= 1\"");
    check("a ! :b", values! { b: 1 }, "Syntax error; token: \"!\", near: \"a ! :b\"");
    check("é = :b", values! { b: 1 }, "Syntax error; token: \"é\", near: \"é =\"");
    check("a = :b)", values! { b: 1 }, "Syntax error; token: \")\", near: \":b)\"");
    check("", no_values(), "The expression can not be empty;");
}

/// As captured from the service in public bug reports.
#[test]
fn syntax_errors_are_the_services() {
    check("_type = :b", values! { b: 1 }, "Syntax error; token: \"_\", near: \"_type\"");
    check("__typename <> :b", values! { b: 1 }, "Syntax error; token: \"_\", near: \"__\"");
    check("a = :b AND _sortKey = :b", values! { b: 1 }, "Syntax error; token: \"_\", near: \"AND _sortKey\"");
    check("GI-1-PK = :b", values! { b: 1 }, "Syntax error; token: \"-\", near: \"GI-1\"");
}

#[test]
fn functions_have_names_counts_and_places() {
    check("foo(a)", no_values(), "Invalid function name; function: foo");
    check("SIZE(a) > :b", values! { b: 1 }, "Invalid function name; function: SIZE");
    check("if_not_exists(a, :b)", values! { b: 1 }, "Invalid function name; function: if_not_exists");
    let misused = "The function is not allowed to be used this way in an expression; function: ";
    check("size(a)", no_values(), &format!("{misused}size"));
    check("NOT size(a)", no_values(), &format!("{misused}size"));
    check("a = contains(b, :b)", values! { b: 1 }, &format!("{misused}contains"));
    check("attribute_exists(contains(b, :b))", values! { b: 1 }, &format!("{misused}contains"));
    let count = "Incorrect number of operands for operator or function; operator or function: ";
    check("attribute_exists(a, b)", no_values(), &format!("{count}attribute_exists, number of operands: 2"));
    check("contains(a)", no_values(), &format!("{count}contains, number of operands: 1"));
    check("size(a, b) > :b", values! { b: 1 }, &format!("{count}size, number of operands: 2"));
    let path = "Operator or function requires a document path; operator or function: ";
    check("attribute_exists(:b)", values! { b: 1 }, &format!("{path}attribute_exists"));
    check("attribute_type(:b, :t)", values! { b: 1, t: "S" }, &format!("{path}attribute_type"));
}

#[test]
fn operands_have_types() {
    let wrong = "Incorrect operand type for operator or function; operator or function: ";
    check("a < :b", values! { b: item! {} }, &format!("{wrong}<, operand type: M"));
    check(":b >= a", values! { b: true }, &format!("{wrong}>=, operand type: BOOL"));
    check("a BETWEEN :b AND :c", values! { b: list![], c: 1 }, &format!("{wrong}BETWEEN, operand type: L"));
    check("begins_with(a, :b)", values! { b: 1 }, &format!("{wrong}begins_with, operand type: N"));
    check("begins_with(size(a), :b)", values! { b: "x" }, &format!("{wrong}begins_with, operand type: N"));
    check("contains(:b, a)", values! { b: 1 }, &format!("{wrong}contains, operand type: N"));
    check("size(:b) > a", values! { b: true }, &format!("{wrong}size, operand type: BOOL"));
    check("attribute_type(a, :b)", values! { b: 1 }, &format!("{wrong}attribute_type, operand type: N"));
    check(
        "attribute_type(a, :b)",
        values! { b: "STRING" },
        "Invalid attribute type name found; type: STRING, valid types: {B,NULL,SS,BOOL,L,BS,N,NS,S,M}",
    );
    check_accepted("a = :b AND c <> :b", values! { b: item! {} });
}

#[test]
fn bounds_have_one_type_and_an_order() {
    check(
        "a BETWEEN :b AND :c",
        values! { b: 5, c: 3 },
        "The BETWEEN operator requires upper bound to be greater than or equal to lower bound; lower bound operand: AttributeValue: {N:5}, upper bound operand: AttributeValue: {N:3}",
    );
    check(
        "a BETWEEN :b AND :c",
        values! { b: 5, c: "x" },
        "The BETWEEN operator requires same data type for lower and upper bounds; lower bound operand: AttributeValue: {N:5}, upper bound operand: AttributeValue: {S:x}",
    );
    check_accepted("a BETWEEN :b AND :b", values! { b: 5 });
}

#[test]
fn the_first_operand_must_be_another_than_the_rest() {
    let distinct = "The first operand must be distinct from the remaining operands for this operator or function; operator: ";
    check("a = a", no_values(), &format!("{distinct}=, first operand: [a]"));
    check(
        "contains(a.b[0], a.b[0])",
        no_values(),
        &format!("{distinct}contains, first operand: [a, b, [0]]"),
    );
    check("a IN (b, a)", no_values(), &format!("{distinct}IN, first operand: [a]"));
    check_accepted("a = b AND b = a", no_values());
}

#[test]
fn parentheses_must_be_needed() {
    let redundant = "The expression has redundant parentheses;";
    check("((a = :b))", values! { b: 1 }, redundant);
    check("((a)) = :b", values! { b: 1 }, redundant);
    check("a = ((:b))", values! { b: 1 }, redundant);
    check("NOT ((a = :b))", values! { b: 1 }, redundant);
    check("((a = :b AND c = :b)) OR d = :b", values! { b: 1 }, redundant);
    check_accepted("(a = :b)", values! { b: 1 });
    check_accepted("(a = :b) AND (c = :b)", values! { b: 1 });
    check_accepted("((a = :b) AND (c = :b))", values! { b: 1 });
    check_accepted("((a) = (:b))", values! { b: 1 });
    check_accepted("(NOT (a = :b))", values! { b: 1 });
}

#[test]
fn names_and_values_must_be_defined_and_used() {
    check(
        "a = :b",
        no_values(),
        "An expression attribute value used in expression is not defined; attribute value: :b",
    );
    check(
        "#a = :b",
        values! { b: 1 },
        "An expression attribute name used in the document path is not defined; attribute name: #a",
    );
    assert_eq!(
        bare_refusal(users().matches("a = :b", no_names(), values! { b: 1, c: 2, d: 3 })),
        "Value provided in ExpressionAttributeValues unused in expressions: keys: {:c, :d}"
    );
    assert_eq!(
        bare_refusal(users().matches("a = :b", names! { x: "x" }, values! { b: 1 })),
        "Value provided in ExpressionAttributeNames unused in expressions: keys: {#x}"
    );
    let odd = Values::from([("b", value(1))]);
    assert_eq!(
        bare_refusal(users().matches("a = :b", no_names(), odd)),
        "ExpressionAttributeValues contains invalid key: Syntax error; key: \"b\""
    );
}

#[test]
fn values_must_be_storable() {
    assert_eq!(
        bare_refusal(users().matches("a = :b", no_names(), values! { b: Value::Ss(vec![]) })),
        "ExpressionAttributeValues contains invalid value: One or more parameter values were invalid: An string set  may not be empty for key :b"
    );
    check_accepted("a = :b", values! { b: nested(32) });
    assert_eq!(
        bare_refusal(users().matches("a = :b", no_names(), values! { b: nested(33) })),
        "ExpressionAttributeValues contains invalid value: Nesting Levels have exceeded supported limits for key :b"
    );
}

#[test]
fn reserved_words_are_refused_in_any_place_and_case() {
    for (filter, word) in
        [("Status = :b", "Status"), ("a.size = :b", "size"), ("a = :b OR hash = :b", "hash")]
    {
        let expected = format!("Attribute name is a reserved keyword; reserved keyword: {word}");
        check(filter, values! { b: 1 }, &expected);
    }
    check_accepted("pk = :b AND statuses = :b", values! { b: 1 });
}

#[test]
fn a_reserved_word_is_reported_before_what_is_undefined() {
    check(
        "name = :b AND #x = :c",
        no_values(),
        "Attribute name is a reserved keyword; reserved keyword: name",
    );
}

/// Source: the developer guide's page on constraints.
#[test]
fn what_stands_for_placeholders_has_2_mb() {
    let engine = users();
    let with = |size: usize| values! { a: "x".repeat(1024 * 1024), b: "x".repeat(size) };
    let filter = "a = :a OR a = :b";
    engine.matches(filter, no_names(), with(1024 * 1024)).unwrap();
    let message = bare_refusal(engine.matches(filter, no_names(), with(1024 * 1024 + 1)));
    assert_eq!(
        message,
        "Size of ExpressionAttributeNames and ExpressionAttributeValues has exceeded the maximum allowed size; size: 2097153"
    );
}
