//! The differences that are explained. `docs/conformance.md` has each under its name, with what decides it.

use serde_json::Value;

use crate::call::Call;
use crate::compare::Outcome;

/// A difference that is explained.
struct Rule {
    name: &'static str,
    applies: fn(&Case<'_>) -> bool,
}

/// A call on which the sides differ.
pub struct Case<'a> {
    pub call: &'a Call,
    pub ours: &'a Outcome,
    pub theirs: &'a Outcome,
    /// Where the answers differ.
    pub differences: &'a [(String, Value, Value)],
}

const RULES: &[Rule] = &[
    Rule { name: "words", applies: same_rule_other_words },
    Rule { name: "which broken rule is named", applies: another_rule_is_named },
    Rule { name: "operands are checked without an item", applies: operands },
    Rule {
        name: "global indexes refuse what they lack",
        applies: |case| only_ours(case, "does not project"),
    },
    Rule { name: "key attributes are refused before the condition", applies: key_attributes },
    Rule { name: "keys are not empty", applies: |case| only_ours(case, "cannot contain an empty") },
    Rule {
        name: "values are checked without an item",
        applies: |case| only_ours(case, "contains invalid value"),
    },
    Rule { name: "placeholders are defined and used", applies: placeholders },
    Rule { name: "paths may not conflict", applies: |case| only_ours(case, "Two document paths") },
    Rule { name: "what refuses a transaction", applies: refused_transaction },
    Rule { name: "reasons beside a broken rule", applies: reasons },
    Rule { name: "old attributes of an item that was created", applies: old_attributes },
    Rule { name: "what was touched, in its place", applies: touched },
    Rule { name: "one item cannot be read on from", applies: start_of_one_item },
    Rule { name: "projections of a transaction", applies: projection_of_transaction },
    Rule { name: "local indexes fetch what they lack", applies: local_index },
    Rule { name: "collections that nothing changed", applies: metrics_of_nothing },
];

/// What messages are about: a text that is in no other message, and whether the peer has its own words for it.
const ABOUT: &[(&str, bool)] = &[
    ("Incorrect operand type", true),
    ("The BETWEEN operator requires", true),
    ("Invalid attribute type name", true),
    ("Two document paths", true),
    ("unused in expressions", false),
    ("is not defined", true),
    ("can only be specified when using expressions", true),
    ("operator used in KeyConditionExpression", true),
    ("operator in KeyConditionExpression", true),
    ("starting key", true),
    ("start key", true),
    ("The query can return at most one row", true),
    ("can not be empty", true),
    ("Syntax error", true),
    ("Expected attribute name", true),
    ("Unexpected token", true),
    ("Type mismatch for", true),
    ("attempted to update the secondary index key", true),
    ("The provided key element does not match", true),
    ("contains duplicates", true),
    ("cannot be converted to a numeric value", true),
    ("Null attribute value types", true),
    ("Number overflow", true),
    ("Number underflow", true),
    ("significant digits", true),
    ("cannot contain an empty", true),
    ("may not be empty", true),
    ("reserved keyword", true),
    ("nested operations", true),
    ("nested attribute", true),
    ("Conditions can be of length", true),
    ("The number of query conditions", true),
    ("Query key condition not supported", true),
    ("missed key schema element", true),
    ("redundant parentheses", false),
    ("does not project", false),
    ("Select type", true),
    ("choosing to get", false),
    ("ALL_PROJECTED_ATTRIBUTES can be used", false),
    ("Consistent reads are not supported", false),
    ("document path provided in the update", false),
    ("refers to an attribute that does not exist", false),
    ("An operand in the update expression", false),
    ("Cannot update attribute", false),
    ("provided list of item keys contains duplicates", false),
    ("A value specified for a secondary index key", true),
    ("Missing the key", true),
    ("operand must be distinct", true),
    ("Invalid function name", true),
    ("can only be used once", true),
    ("Item size", true),
    ("Filter Expression can only contain non-primary key", true),
    ("greater than or equal to 1", true),
    ("multiple operations on one item", false),
    ("Expected value reference", true),
    ("unsupported operator with a value", true),
    ("Multiple attribute names used", true),
];

/// The rule that explains a difference, if one does.
pub fn explanation(case: &Case<'_>) -> Option<&'static str> {
    RULES.iter().find(|rule| (rule.applies)(case)).map(|rule| rule.name)
}

fn about(outcome: &Outcome) -> Option<&'static (&'static str, bool)> {
    let is_broken_rule = outcome.kind() == "ValidationException";
    ABOUT.iter().find(|(text, _)| is_broken_rule && outcome.message().contains(text))
}

fn same_rule_other_words(case: &Case<'_>) -> bool {
    match (about(case.ours), about(case.theirs)) {
        (Some((ours, has_words)), Some((theirs, _))) => ours == theirs && *has_words,
        _ => false,
    }
}

fn another_rule_is_named(case: &Case<'_>) -> bool {
    match (about(case.ours), about(case.theirs)) {
        (Some((ours, _)), Some((theirs, _))) => ours != theirs,
        _ => false,
    }
}

/// Whether the engine refuses with this text what the peer carries out, or fails for another reason than a rule.
fn only_ours(case: &Case<'_>, text: &str) -> bool {
    let is_refused = case.ours.kind() == "ValidationException" && case.ours.message().contains(text);
    is_refused && case.theirs.kind() != "ValidationException"
}

fn operands(case: &Case<'_>) -> bool {
    let rules = [
        "Incorrect operand type",
        "The BETWEEN operator requires",
        "Invalid attribute type name",
        "must be distinct",
    ];
    rules.iter().any(|text| only_ours(case, text))
}

fn placeholders(case: &Case<'_>) -> bool {
    ["is not defined", "unused in expressions", "can only be specified when"]
        .iter()
        .any(|text| only_ours(case, text))
}

fn key_attributes(case: &Case<'_>) -> bool {
    let text = "Cannot update attribute";
    let is_reason =
        case.ours.body["CancellationReasons"].to_string().contains(text) && !case.theirs.is_refused();
    only_ours(case, text) || is_reason
}

/// Rules that one side finds broken in the request, and the other in an action.
fn refused_transaction(case: &Case<'_>) -> bool {
    let is_transaction = matches!(case.call.operation, "TransactGetItems" | "TransactWriteItems");
    let one_of = |a: &Outcome, b: &Outcome| about(a).is_some() && b.kind() == "TransactionCanceledException";
    is_transaction && (one_of(case.ours, case.theirs) || one_of(case.theirs, case.ours))
}

fn reasons(case: &Case<'_>) -> bool {
    let are_cancelled =
        [case.ours, case.theirs].iter().all(|side| side.kind() == "TransactionCanceledException");
    are_cancelled && case.ours.message().contains("ValidationError")
}

fn old_attributes(case: &Case<'_>) -> bool {
    let is_old = matches!(case.call.body["ReturnValues"].as_str(), Some("ALL_OLD" | "UPDATED_OLD"));
    let is_added = |(path, ours, _): &(String, Value, Value)| path == "/Attributes" && ours.is_null();
    is_old && both_accept(case) && case.differences.iter().all(is_added)
}

/// Elements of lists and maps that an update names.
fn touched(case: &Case<'_>) -> bool {
    let is_touched = matches!(case.call.body["ReturnValues"].as_str(), Some("UPDATED_OLD" | "UPDATED_NEW"));
    let names_elements = case.call.body["UpdateExpression"]
        .as_str()
        .is_some_and(|update| update.contains(|c| matches!(c, '[' | '.')));
    let is_told = |(path, ..): &(String, Value, Value)| path.starts_with("/Attributes");
    is_touched && names_elements && both_accept(case) && case.differences.iter().all(is_told)
}

/// A query of a table without sort key that begins behind its only item.
fn start_of_one_item(case: &Case<'_>) -> bool {
    let start = case.call.body["ExclusiveStartKey"].as_object();
    let is_only = start.is_some_and(|start| start.len() == 1) && case.call.operation == "Query";
    is_only && both_accept(case) && case.ours.body["ScannedCount"] == 0.0
}

fn projection_of_transaction(case: &Case<'_>) -> bool {
    let is_key_or_empty = |(path, ours, theirs): &(String, Value, Value)| {
        let is_empty = ours.as_object().is_some_and(serde_json::Map::is_empty) && theirs.is_null();
        path.starts_with("/Responses/*/Item") && (ours.is_null() || is_empty)
    };
    case.call.operation == "TransactGetItems"
        && both_accept(case)
        && case.differences.iter().all(is_key_or_empty)
}

fn local_index(case: &Case<'_>) -> bool {
    let name = case.call.body["IndexName"].as_str().unwrap_or_default();
    let is_cost = |(path, ..): &(String, Value, Value)| path.starts_with("/ConsumedCapacity");
    // Only an index of all attributes has nothing to fetch.
    let may_fetch = name.starts_with("local") && !name.ends_with("all");
    both_accept(case) && (may_fetch || name.starts_with("local") && case.differences.iter().all(is_cost))
}

fn metrics_of_nothing(case: &Case<'_>) -> bool {
    let is_metrics =
        |(path, ours, _): &(String, Value, Value)| path == "/ItemCollectionMetrics" && ours.is_null();
    both_accept(case) && case.differences.iter().all(is_metrics)
}

fn both_accept(case: &Case<'_>) -> bool {
    !case.ours.is_refused() && !case.theirs.is_refused()
}
