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
    ("Input collection", true),
    ("cannot be converted to a numeric value", true),
    ("Null attribute value types", true),
    ("Number overflow", true),
    ("Number underflow", true),
    ("significant digits", true),
    ("are not valid. The AttributeValue for a key attribute cannot contain an empty", true),
    ("is not supported. The AttributeValue for a key attribute cannot contain an empty", true),
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
    ("Provided list of item keys contains duplicates", false),
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

/// What a refusal of the whole call is about.
fn about(outcome: &Outcome) -> Option<&'static (&'static str, bool)> {
    if outcome.kind() == "ValidationException" { about_message(outcome.message()) } else { None }
}

/// The only text of the list that a message has.
fn about_message(message: &str) -> Option<&'static (&'static str, bool)> {
    let mut found = ABOUT.iter().filter(|(text, _)| message.contains(text));
    found.next().filter(|_| found.next().is_none())
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
        _ => case.differences.iter().all(another_reason),
    }
}

/// The same, where the rule is one action's.
fn another_reason((path, ours, theirs): &(String, Value, Value)) -> bool {
    let about = |message: &Value| about_message(message.as_str().unwrap_or_default());
    path == "/CancellationReasons/*/Message"
        && about(ours).zip(about(theirs)).is_some_and(|(ours, theirs)| ours != theirs)
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
    let is_about_key = |reason: &Value| reason["Message"].as_str().unwrap_or_default().contains(text);
    let is_reason = only_reason(case.ours).is_some_and(|(at, reason)| {
        let passes =
            |theirs: &Vec<Value>| matches!(theirs.get(at).map(code), Some("None" | "ConditionalCheckFailed"));
        is_about_key(reason) && (!case.theirs.is_refused() || reasons_of(case.theirs).is_some_and(passes))
    });
    only_ours(case, text) || is_reason
}

/// Rules that one side finds broken in the request, and the other in an action.
fn refused_transaction(case: &Case<'_>) -> bool {
    let is_transaction = matches!(case.call.operation, "TransactGetItems" | "TransactWriteItems");
    let one_of = |a: &Outcome, b: &Outcome| about(a).is_some() && b.kind() == "TransactionCanceledException";
    is_transaction && (one_of(case.ours, case.theirs) || one_of(case.theirs, case.ours))
}

/// One action breaks a rule, and both say so of it; the peer has reasons for others too.
fn reasons(case: &Case<'_>) -> bool {
    let (Some((at, ours)), Some(theirs)) = (only_reason(case.ours), reasons_of(case.theirs)) else {
        return false;
    };
    let is_known =
        |reason: &Value| matches!(code(reason), "None" | "ConditionalCheckFailed" | "ValidationError");
    code(ours) == "ValidationError"
        && theirs.get(at).map(code) == Some("ValidationError")
        && theirs.iter().all(is_known)
        && theirs.iter().filter(|reason| code(reason) != "None").count() > 1
}

fn code(reason: &Value) -> &str {
    reason["Code"].as_str().unwrap_or_default()
}

/// The action that has a reason, if it is the only one.
fn only_reason(outcome: &Outcome) -> Option<(usize, &Value)> {
    let mut found = reasons_of(outcome)?.iter().enumerate().filter(|(_, reason)| code(reason) != "None");
    found.next().filter(|_| found.next().is_none())
}

fn reasons_of(outcome: &Outcome) -> Option<&Vec<Value>> {
    let is_cancelled = outcome.kind() == "TransactionCanceledException";
    outcome.body["CancellationReasons"].as_array().filter(|_| is_cancelled)
}

/// The key, which was nowhere before, as old attributes.
fn old_attributes(case: &Case<'_>) -> bool {
    let is_old = matches!(case.call.body["ReturnValues"].as_str(), Some("ALL_OLD" | "UPDATED_OLD"));
    let is_key = |(path, ours, theirs): &(String, Value, Value)| {
        path == "/Attributes" && ours.is_null() && *theirs == case.call.body["Key"]
    };
    case.call.operation == "UpdateItem" && is_old && both_accept(case) && case.differences.iter().all(is_key)
}

/// Elements of lists and maps that an update names: the engine returns a part of what the peer does.
fn touched(case: &Case<'_>) -> bool {
    let is_touched = matches!(case.call.body["ReturnValues"].as_str(), Some("UPDATED_OLD" | "UPDATED_NEW"));
    let paths = paths_of(&case.call.body, "UpdateExpression");
    let (ours, theirs) = (&case.ours.body["Attributes"], &case.theirs.body["Attributes"]);
    let is_part_of_named = |(path, ..): &(String, Value, Value)| {
        let told = path.strip_prefix("/Attributes").map(|path| path.split('/').nth(1));
        let names: Vec<&str> = match told {
            None => return false,
            Some(Some(name)) => vec![name],
            // One side tells of nothing.
            Some(None) => members(ours).chain(members(theirs)).collect(),
        };
        !names.is_empty()
            && names.iter().all(|name| {
                let is_named =
                    |path: &String| path.strip_prefix(name).is_some_and(|rest| rest.starts_with(['[', '.']));
                paths.iter().any(is_named) && is_part(&ours[*name], &theirs[*name])
            })
    };
    is_touched && both_accept(case) && case.differences.iter().all(is_part_of_named)
}

fn members(value: &Value) -> impl Iterator<Item = &str> {
    value.as_object().into_iter().flat_map(|members| members.keys().map(String::as_str))
}

/// Whether a value is another one, or some of its members in their order, or missing.
fn is_part(part: &Value, whole: &Value) -> bool {
    match (part, whole) {
        (Value::Null, _) => true,
        (Value::Object(part), Value::Object(whole)) => {
            part.iter().all(|(name, value)| whole.get(name).is_some_and(|whole| is_part(value, whole)))
        }
        (Value::Array(part), Value::Array(whole)) => {
            let mut whole = whole.iter();
            part.iter().all(|value| whole.any(|other| is_part(value, other)))
        }
        _ => part == whole,
    }
}

/// The paths in an expression, with the attributes that they begin with in the place of placeholders.
fn paths_of(call: &Value, expression: &str) -> Vec<String> {
    const WORDS: &[&str] = &[
        "and",
        "or",
        "not",
        "between",
        "in",
        "set",
        "remove",
        "add",
        "delete",
        "size",
        "contains",
        "begins_with",
        "attribute_exists",
        "attribute_not_exists",
        "attribute_type",
        "list_append",
        "if_not_exists",
    ];
    let text = call[expression].as_str().unwrap_or_default();
    let is_of_path = |c: char| c.is_ascii_alphanumeric() || matches!(c, '#' | ':' | '_' | '.' | '[' | ']');
    let tokens = text.split(|c| !is_of_path(c)).filter(|token| !token.is_empty());
    let paths = tokens.filter(|token| !token.starts_with(':') && !WORDS.contains(&&*token.to_lowercase()));
    let named = |path: &str| {
        let end = path.find(['.', '[']).unwrap_or(path.len());
        let name = call["ExpressionAttributeNames"][&path[..end]].as_str().unwrap_or(&path[..end]);
        format!("{name}{}", &path[end..])
    };
    paths.map(named).collect()
}

/// A query of a table without sort key that begins behind its only item.
fn start_of_one_item(case: &Case<'_>) -> bool {
    let start = case.call.body["ExclusiveStartKey"].as_object();
    let is_only = start.is_some_and(|start| start.len() == 1) && case.call.operation == "Query";
    is_only && both_accept(case) && case.ours.body["ScannedCount"] == 0.0
}

/// The key beside what was asked for, and nothing where nothing was there of that.
fn projection_of_transaction(case: &Case<'_>) -> bool {
    let is_response = |(path, ..): &(String, Value, Value)| path.starts_with("/Responses");
    let (Some(gets), Some(ours), Some(theirs)) = (
        case.call.body["TransactItems"].as_array(),
        case.ours.body["Responses"].as_array(),
        case.theirs.body["Responses"].as_array(),
    ) else {
        return false;
    };
    case.call.operation == "TransactGetItems"
        && both_accept(case)
        && case.differences.iter().all(is_response)
        && ours.len() == theirs.len()
        && gets.iter().zip(ours).zip(theirs).all(|((get, ours), theirs)| {
            ours == theirs || is_projected_with_key(&get["Get"], &ours["Item"], &theirs["Item"])
        })
}

fn is_projected_with_key(get: &Value, ours: &Value, theirs: &Value) -> bool {
    let Some(ours) = ours.as_object().filter(|_| !get["ProjectionExpression"].is_null()) else {
        return false;
    };
    let Some(theirs) = theirs.as_object() else { return ours.is_empty() };
    let mut without_key = theirs.clone();
    // By name: numbers may be written in another way in the call.
    without_key.retain(|name, _| ours.contains_key(name) || get["Key"].get(name).is_none());
    without_key == *ours
}

/// What an index that does not have all attributes lacks for a call.
fn local_index(case: &Case<'_>) -> bool {
    let call = &case.call.body;
    let name = call["IndexName"].as_str().unwrap_or_default();
    if !name.starts_with("local") || !both_accept(case) {
        return false;
    }
    let lacks = |path: &String| !holds(name, path.split(['.', '[']).next().unwrap_or_default());
    let filter_lacks = paths_of(call, "FilterExpression").iter().any(lacks);
    let fetches = filter_lacks
        || paths_of(call, "ProjectionExpression").iter().any(lacks)
        || call["Select"] == "ALL_ATTRIBUTES" && !name.ends_with("all");
    let units = |side: &Outcome| side.body["ConsumedCapacity"]["CapacityUnits"].as_f64().unwrap_or_default();
    let (ours, theirs) = (units(case.ours), units(case.theirs));
    // The peer charges a read of the table for items that it has not found.
    let finds_none = case.ours.body["ScannedCount"] == 0.0 && call["Select"] == "ALL_ATTRIBUTES";
    case.differences.iter().all(|(path, ..)| match path.split('/').nth(1) {
        Some("Items") => filter_lacks || fetches && is_all_but_lacking(name, case),
        Some("Count") => filter_lacks,
        Some("ConsumedCapacity") => {
            fetches && (ours >= theirs || finds_none)
                || case.call.operation == "Scan" && ours.total_cmp(&theirs).is_eq()
        }
        _ => false,
    })
}

/// Whether an index of this name has an attribute.
fn holds(index: &str, attribute: &str) -> bool {
    let own = index.trim_start_matches("local").chars().next();
    index.ends_with("all")
        || matches!(attribute, "p" | "s")
        || attribute.strip_prefix('l').is_some_and(|at| at.chars().eq(own))
        || index.ends_with("some") && matches!(attribute, "a" | "m")
}

/// Whether the peer has the same items, without the attributes that the index lacks.
fn is_all_but_lacking(index: &str, case: &Case<'_>) -> bool {
    let items = |side: &Outcome| side.body["Items"].as_array().cloned().unwrap_or_default();
    let held = |item: Value| -> String {
        let Value::Object(mut members) = item else { return String::new() };
        members.retain(|name, _| holds(index, name));
        Value::Object(members).to_string()
    };
    let mut ours: Vec<String> = items(case.ours).into_iter().map(held).collect();
    let mut theirs: Vec<String> = items(case.theirs).iter().map(Value::to_string).collect();
    ours.sort_unstable();
    theirs.sort_unstable();
    ours == theirs
}

/// A deletion that found nothing: it says so, as the generator has all of these ask for the old item.
fn metrics_of_nothing(case: &Case<'_>) -> bool {
    let is_metrics =
        |(path, ours, _): &(String, Value, Value)| path == "/ItemCollectionMetrics" && ours.is_null();
    case.call.operation == "DeleteItem"
        && case.call.body["ReturnValues"] == "ALL_OLD"
        && case.ours.body["Attributes"].is_null()
        && both_accept(case)
        && case.differences.iter().all(is_metrics)
}

fn both_accept(case: &Case<'_>) -> bool {
    !case.ours.is_refused() && !case.theirs.is_refused()
}
