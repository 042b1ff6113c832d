//! One table of every message, in the service's words, and the refusals that carry them.
//!
//! Nothing else in the engine writes a message, so that the wording of another cohort is a change here only.

use std::fmt;
use std::fmt::Write as _;

use dynorm::backend::{CancellationReason, Failure, FailureKind};
use dynorm::value::{Item, Value};

/// Which wording of validation messages the engine speaks.
///
/// In 2026 the service moved the validation of requests to a new framework, operation by operation and region
/// by region; until that has ended, clients meet both.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Cohort {
    /// As before 2026: values are echoed, member names begin with a small letter.
    Old,
    /// As since 2026: no values, and member names as in the request.
    #[default]
    New,
}

/// What a check inside the engine gives.
pub(crate) type Checked<T = ()> = Result<T, Refusal>;

/// A refusal before its words are chosen. Boxed, because it is the rare side of every result.
#[derive(Debug)]
pub(crate) struct Refusal(Box<Inner>);

#[derive(Debug)]
struct Inner {
    kind: FailureKind,
    words: Words,
    item: Option<Item>,
    reasons: Vec<CancellationReason>,
    /// Whether an empty key value is the reason, which cancels no transaction but refuses the request.
    is_about_empty_key: bool,
}

#[derive(Debug)]
enum Words {
    /// Both cohorts say the same.
    Same(String),
    /// About the shape of the request: the new framework counts these.
    Shape(String),
    /// Each cohort has words of its own.
    Either { old: &'static str, new: &'static str },
    /// A member of the request breaks its constraint.
    Constraint { member: &'static str, value: String, constraint: String },
}

impl Refusal {
    fn new(kind: FailureKind, words: Words) -> Self {
        Self(Box::new(Inner { kind, words, item: None, reasons: Vec::new(), is_about_empty_key: false }))
    }

    fn data(text: String) -> Self {
        Self::new(FailureKind::Validation, Words::Same(text))
    }

    fn shape(text: String) -> Self {
        Self::new(FailureKind::Validation, Words::Shape(text))
    }

    fn empty(text: String) -> Self {
        let mut refusal = Self::data(text);
        refusal.0.is_about_empty_key = true;
        refusal
    }

    fn missing(text: String) -> Self {
        Self::new(FailureKind::NotFound, Words::Same(text))
    }

    fn in_use(text: String) -> Self {
        Self::new(FailureKind::InUse, Words::Same(text))
    }

    fn mismatch(text: String) -> Self {
        Self::new(FailureKind::TokenMismatch, Words::Same(text))
    }

    fn condition(text: String) -> Self {
        Self::new(FailureKind::ConditionFailed, Words::Same(text))
    }

    /// A member of the request, by its name on the wire, breaks a constraint.
    pub(crate) fn constraint(
        member: &'static str,
        value: impl fmt::Display,
        constraint: impl Into<String>,
    ) -> Self {
        let words = Words::Constraint { member, value: value.to_string(), constraint: constraint.into() };
        Self::new(FailureKind::Validation, words)
    }

    /// The start key of a scan is not one.
    pub(crate) fn scan_start_key_invalid() -> Self {
        let old = "The provided starting key is invalid: The provided key element does not match the schema";
        let new = "The provided starting key is invalid";
        Self::new(FailureKind::Validation, Words::Either { old, new })
    }

    /// A failed condition, with the item that failed it if the call asked for it.
    pub(crate) fn condition_failed(item: Option<Item>) -> Self {
        let mut refusal = conditional_request_failed();
        refusal.0.item = item;
        refusal
    }

    /// A cancelled transaction.
    pub(crate) fn cancelled(reasons: Vec<CancellationReason>) -> Self {
        let codes: Vec<&str> = reasons.iter().map(|r| r.code.as_str()).collect();
        let text = format!(
            "Transaction cancelled, please refer cancellation reasons for specific reasons [{}]",
            codes.join(", ")
        );
        let mut refusal = Self::new(FailureKind::TransactionCancelled, Words::Same(text));
        refusal.0.reasons = reasons;
        refusal
    }

    pub(crate) fn is_about_empty_key(&self) -> bool {
        self.0.is_about_empty_key
    }

    pub(crate) fn is_condition_failed(&self) -> bool {
        self.0.kind == FailureKind::ConditionFailed
    }

    /// The refusal as the reason of one action of a transaction.
    pub(crate) fn into_reason(self, code: &str) -> CancellationReason {
        let message = Some(self.text(Cohort::Old));
        CancellationReason { code: code.to_owned(), message, item: self.0.item }
    }

    /// The message in the words of a cohort.
    pub(crate) fn text(&self, cohort: Cohort) -> String {
        match (&self.0.words, cohort) {
            (Words::Same(text), _) | (Words::Shape(text), Cohort::Old) => text.clone(),
            (Words::Shape(text), Cohort::New) => format!("1 validation error detected: {text}"),
            (Words::Either { old, .. }, Cohort::Old) => (*old).to_owned(),
            (Words::Either { new, .. }, Cohort::New) => (*new).to_owned(),
            (Words::Constraint { member, value, constraint }, Cohort::Old) => {
                let (first, rest) = member.split_at(1);
                let first = first.to_ascii_lowercase();
                format!(
                    "1 validation error detected: Value '{value}' at '{first}{rest}' failed to satisfy constraint: \
                     {constraint}"
                )
            }
            (Words::Constraint { member, constraint, .. }, Cohort::New) => format!(
                "1 validation error detected: Value at '{member}' failed to satisfy constraint: {constraint}"
            ),
        }
    }

    /// The refusal as the caller sees it.
    pub(crate) fn into_failure(self, cohort: Cohort) -> Failure {
        let message = self.text(cohort);
        let mut failure = Failure::new(self.0.kind, message);
        failure.item = self.0.item;
        failure.reasons = self.0.reasons;
        failure
    }
}

/// Which expression of a request a message is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Expression {
    Condition,
    Filter,
    KeyCondition,
    Projection,
    Update,
}

impl fmt::Display for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Condition => "ConditionExpression",
            Self::Filter => "FilterExpression",
            Self::KeyCondition => "KeyConditionExpression",
            Self::Projection => "ProjectionExpression",
            Self::Update => "UpdateExpression",
        })
    }
}

/// A value as messages about literals print it: `AttributeValue: {N:5}`.
pub(crate) fn shown_value(value: &Value) -> String {
    let mut text = format!("AttributeValue: {{{}:", value.type_name());
    let written = match value {
        Value::S(s) => write!(text, "{s}"),
        Value::N(n) => write!(text, "{n}"),
        other => write!(text, "{}", other.describe()),
    };
    written.expect("a string takes any text");
    text.push('}');
    text
}

/// Defines one function a message: the family, the name with its blanks, and the words.
macro_rules! messages {
    ($($family:ident $name:ident($($blank:ident: $type:ty),*) => $words:literal;)*) => {$(
        pub(crate) fn $name($($blank: $type),*) -> Refusal {
            Refusal::$family(format!($words))
        }
    )*};
}

// Expressions. A blank `kind` is the name of the expression.
messages! {
    shape empty_expression(kind: Expression) => "Invalid {kind}: The expression can not be empty;";
    shape expression_too_long(kind: Expression, size: usize) =>
        "Invalid {kind}: Expression size has exceeded the maximum allowed size; expression size: {size}";
    shape syntax_error(kind: Expression, token: &str, near: &str) =>
        "Invalid {kind}: Syntax error; token: \"{token}\", near: \"{near}\"";
    shape too_many_operators(kind: Expression, count: usize) =>
        "Invalid {kind}: The expression contains too many operators; operator count: {count}";
    shape too_many_in_operands(kind: Expression, count: usize) =>
        "Invalid {kind}: The IN operator is provided with too many operands; number of operands: {count}";
    shape redundant_parentheses(kind: Expression) => "Invalid {kind}: The expression has redundant parentheses;";
    shape first_operand_not_distinct(kind: Expression, operator: &str, path: &str) =>
        "Invalid {kind}: The first operand must be distinct from the remaining operands for this operator or function; operator: {operator}, first operand: {path}";
    shape unknown_function(kind: Expression, name: &str) => "Invalid {kind}: Invalid function name; function: {name}";
    shape misused_function(kind: Expression, name: &str) =>
        "Invalid {kind}: The function is not allowed to be used this way in an expression; function: {name}";
    shape reserved_word(kind: Expression, word: &str) =>
        "Invalid {kind}: Attribute name is a reserved keyword; reserved keyword: {word}";
    shape undefined_name(kind: Expression, name: &str) =>
        "Invalid {kind}: An expression attribute name used in the document path is not defined; attribute name: {name}";
    shape undefined_value(kind: Expression, name: &str) =>
        "Invalid {kind}: An expression attribute value used in expression is not defined; attribute value: {name}";
    shape wrong_operand_count(kind: Expression, operator: &str, count: usize) =>
        "Invalid {kind}: Incorrect number of operands for operator or function; operator or function: {operator}, number of operands: {count}";
    shape path_required(kind: Expression, operator: &str) =>
        "Invalid {kind}: Operator or function requires a document path; operator or function: {operator}";
    shape wrong_operand_type(kind: Expression, operator: &str, found: &str) =>
        "Invalid {kind}: Incorrect operand type for operator or function; operator or function: {operator}, operand type: {found}";
    shape wrong_clause_operand_type(clause: &str, found: &str) =>
        "Invalid UpdateExpression: Incorrect operand type for operator or function; operator: {clause}, operand type: {found}";
    shape unknown_type_name(kind: Expression, found: &str) =>
        "Invalid {kind}: Invalid attribute type name found; type: {found}, valid types: {{B,NULL,SS,BOOL,L,BS,N,NS,S,M}}";
    shape between_types_differ(kind: Expression, low: &str, high: &str) =>
        "Invalid {kind}: The BETWEEN operator requires same data type for lower and upper bounds; lower bound operand: {low}, upper bound operand: {high}";
    shape between_bounds_reversed(kind: Expression, low: &str, high: &str) =>
        "Invalid {kind}: The BETWEEN operator requires upper bound to be greater than or equal to lower bound; lower bound operand: {low}, upper bound operand: {high}";
    shape path_too_deep(kind: Expression, levels: usize) =>
        "Invalid {kind}: The document path has too many nesting elements; nesting levels: {levels}";
    shape list_index_out_of_range(kind: Expression, index: &str) =>
        "Invalid {kind}: List index is not within the allowable range; index: [{index}]";
    shape paths_overlap(kind: Expression, one: &str, two: &str) =>
        "Invalid {kind}: Two document paths overlap with each other; must remove or rewrite one of these paths; path one: {one}, path two: {two}";
    shape paths_conflict(kind: Expression, one: &str, two: &str) =>
        "Invalid {kind}: Two document paths conflict with each other; must remove or rewrite one of these paths; path one: {one}, path two: {two}";
    shape section_twice(section: &str) =>
        "Invalid UpdateExpression: The \"{section}\" section can only be used once in an update expression;";
    shape unused_names(keys: &str) =>
        "Value provided in ExpressionAttributeNames unused in expressions: keys: {{{keys}}}";
    shape unused_values(keys: &str) =>
        "Value provided in ExpressionAttributeValues unused in expressions: keys: {{{keys}}}";
    shape names_without_expression() =>
        "ExpressionAttributeNames can only be specified when using expressions";
    shape values_without_expression(missing: &str) =>
        "ExpressionAttributeValues can only be specified when using expressions: {missing}";
    shape names_key_invalid(key: &str) => "ExpressionAttributeNames contains invalid key: Syntax error; key: \"{key}\"";
    shape values_key_invalid(key: &str) => "ExpressionAttributeValues contains invalid key: Syntax error; key: \"{key}\"";
    shape name_of_placeholder_empty(key: &str) => "ExpressionAttributeNames contains invalid value: Empty attribute name; key: {key}";
    shape placeholder_too_long(key: &str) => "Expression attribute placeholder is longer than the maximum allowed size; key: \"{key}\"";
    shape value_of_placeholder_invalid(reason: &str, key: &str) =>
        "ExpressionAttributeValues contains invalid value: {reason} for key {key}";
}

// Key conditions.
messages! {
    data no_key_condition() =>
        "Either the KeyConditions or KeyConditionExpression parameter must be specified in the request.";
    data key_condition_operator(operator: &str) => "Invalid operator used in KeyConditionExpression: {operator}";
    data key_condition_nested_path() => "KeyConditionExpressions cannot have conditions on nested attributes";
    data key_condition_nested_operation() => "KeyConditionExpressions cannot contain nested operations";
    data key_condition_two_names() =>
        "Invalid condition in KeyConditionExpression: Multiple attribute names used in one condition";
    data key_condition_no_name() => "Invalid condition in KeyConditionExpression: No key attribute specified";
    data key_condition_first_operand(operator: &str) =>
        "Invalid condition in KeyConditionExpression: {operator} operator must have the key attribute as its first operand";
    data key_condition_twice() => "KeyConditionExpressions must only contain one condition per key";
    data key_condition_missing(name: &str) => "Query condition missed key schema element: {name}";
    data key_condition_not_supported() => "Query key condition not supported";
    data key_condition_type() =>
        "One or more parameter values were invalid: Condition parameter type does not match schema type";
    data key_conditions_count() => "Conditions can be of length 1 or 2 only";
    data filter_on_key(name: &str) =>
        "Filter Expression can only contain non-primary key attributes: Primary key attribute: {name}";
}

// Values, keys and items.
messages! {
    shape empty_string_set() => "One or more parameter values were invalid: An string set  may not be empty";
    shape empty_number_set() => "One or more parameter values were invalid: An number set  may not be empty";
    shape empty_binary_set() => "One or more parameter values were invalid: Binary sets should not be empty";
    shape set_duplicates(members: &str) =>
        "One or more parameter values were invalid: Input collection {members} contains duplicates.";
    shape number_set_duplicates() => "Input collection contains duplicates";
    shape binary_set_duplicates(members: &str) =>
        "One or more parameter values were invalid: Input collection {members}of type BS contains duplicates.";
    shape nesting_exceeded() => "Nesting Levels have exceeded supported limits";
    data empty_attribute_name() => "One or more parameter values were invalid: An attribute name may not be empty";
    data attribute_name_too_long() =>
        "One or more parameter values were invalid: Attribute name is too large, must be less than 65536 bytes";
    data key_does_not_match() => "The provided key element does not match the schema";
    data key_missing(name: &str) => "One or more parameter values were invalid: Missing the key {name} in the item";
    data key_type(name: &str, expected: &str, actual: &str) =>
        "One or more parameter values were invalid: Type mismatch for key {name} expected: {expected} actual: {actual}";
    empty key_empty(kind: &str, name: &str) =>
        "One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty {kind} value. Key: {name}";
    data partition_key_too_long() =>
        "One or more parameter values were invalid: Size of hashkey has exceeded the maximum size limit of2048 bytes";
    data sort_key_too_long() =>
        "One or more parameter values were invalid: Aggregated size of all range keys has exceeded the size limit of 1024 bytes";
    data index_key_type(name: &str, expected: &str, actual: &str, index: &str) =>
        "One or more parameter values were invalid: Type mismatch for Index Key {name} Expected: {expected} Actual: {actual} IndexName: {index}";
    empty index_key_empty(kind: &str, name: &str, index: &str) =>
        "One or more parameter values are not valid. A value specified for a secondary index key is not supported. The AttributeValue for a key attribute cannot contain an empty {kind} value. IndexName: {index}, IndexKey: {name}";
    data item_too_large() => "Item size has exceeded the maximum allowed size";
    data updated_item_too_large() => "Item size to update has exceeded the maximum allowed size";
}

// Writes.
messages! {
    condition conditional_request_failed() => "The conditional request failed";
    data cannot_update_key(name: &str) =>
        "One or more parameter values were invalid: Cannot update attribute {name}. This attribute is part of the key";
    data invalid_update_path() => "The document path provided in the update expression is invalid for update";
    data missing_operand() => "The provided expression refers to an attribute that does not exist in the item";
    data wrong_update_operand() => "An operand in the update expression has an incorrect data type";
    data number_overflow() =>
        "Number overflow. Attempting to store a number with magnitude larger than supported range";
    data number_underflow() =>
        "Number underflow. Attempting to store a number with magnitude smaller than supported range";
    shape return_values_invalid() => "ReturnValues can only be ALL_OLD or NONE";
    data index_key_update_type() =>
        "The update expression attempted to update the secondary index key to unsupported type";
    data batch_duplicates() => "Provided list of item keys contains duplicates";
    data batch_too_large(operation: &str) => "Too many items requested for the {operation} call";
    data transaction_duplicates() => "Transaction request cannot include multiple operations on one item";
    data transaction_too_large() => "Transaction request cannot exceed 4 MB";
    mismatch token_mismatch() =>
        "The provided client token is not the latest in this idempotency window, or its parameters differ from the original request";
}

// Query and Scan.
messages! {
    data start_key_invalid() => "The provided starting key is invalid";
    data start_key_outside_query() =>
        "The provided starting key is outside query boundaries based on provided conditions";
    data start_key_outside_range() => "The provided starting key does not match the range key predicate";
    data start_key_outside_segment() =>
        "The provided starting key is invalid: The provided key is not within the segment";
    data index_unknown(index: &str) => "The table does not have the specified index: {index}";
    data index_consistent_read() => "Consistent reads are not supported on global secondary indexes";
    data index_select_all(index: &str) =>
        "One or more parameter values were invalid: Select type ALL_ATTRIBUTES is not supported for global secondary index {index} because its projection type is not ALL";
    data index_does_not_project(index: &str, names: &str) =>
        "One or more parameter values were invalid: Global secondary index {index} does not project [{names}]";
    data select_projected_without_index() => "ALL_PROJECTED_ATTRIBUTES can be used only when Querying using an IndexName";
    data select_specific_without_projection() =>
        "Must specify the AttributesToGet or ProjectionExpression when choosing to get SPECIFIC_ATTRIBUTES";
    data select_with_projection(select: &str) =>
        "Cannot specify the ProjectionExpression when choosing to get {select}";
    data segment_too_large(segment: u32, total: u32) =>
        "The Segment parameter is zero-based and must be less than parameter TotalSegments: Segment: {segment} is not less than TotalSegments: {total}";
}

// Tables.
messages! {
    missing table_not_found() => "Requested resource not found";
    missing named_table_not_found(table: &str) => "Requested resource not found: Table: {table} not found";
    in_use table_exists(table: &str) => "Table already exists: {table}";
    data resource_name_length(member: &str) =>
        "{member} must be at least 3 characters long and at most 255 characters long";
    data no_partition_key() => "Invalid KeySchema: The first KeySchemaElement is not a HASH key type";
    data too_many_key_attributes(index: &str) =>
        "One or more parameter values were invalid: KeySchema of {index} has too many key attributes";
    data key_attribute_twice() => "Both the Hash Key and the Range Key element in the KeySchema have the same name";
    data key_attribute_kinds_differ(name: &str) =>
        "One or more parameter values were invalid: Cannot have duplicate attribute names in AttributeDefinitions: {name}";
    data key_name_too_long(name: &str) =>
        "One or more parameter values were invalid: Key attribute name is too long: {name}";
    data local_index_without_sort_key() =>
        "One or more parameter values were invalid: Table KeySchema does not have a range key, which is required when specifying a LocalSecondaryIndex";
    data local_index_needs_sort_key(index: &str) =>
        "One or more parameter values were invalid: Index KeySchema does not have a range key for index: {index}";
    data local_index_partition_key(index: &str, own: &str, table: &str) =>
        "One or more parameter values were invalid: Index KeySchema does not have the same leading hash key as table KeySchema for index: {index}. index hash key: {own}, table hash key: {table}";
    data duplicate_index(index: &str) => "One or more parameter values were invalid: Duplicate index name: {index}";
    data too_many_local_indexes() =>
        "One or more parameter values were invalid: Number of LocalSecondaryIndexes exceeds per-table limit of 5";
    data too_many_global_indexes() =>
        "One or more parameter values were invalid: GlobalSecondaryIndex count exceeds the per-table limit of 20";
    data too_many_projected_attributes() =>
        "One or more parameter values were invalid: Number of projected attributes exceeds the per-table limit of 100";
    data projection_names_empty() =>
        "One or more parameter values were invalid: ProjectionType is INCLUDE, but NonKeyAttributes is not specified";
    data projection_names_twice(index: &str) =>
        "One or more parameter values were invalid: Duplicate NonKeyAttributes in index: {index}";
    data throughput_out_of_bounds() =>
        "One or more parameter values were invalid: ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is PROVISIONED";
    data time_to_live_already(state: &str) => "TimeToLive is already {state}";
    data time_to_live_other_attribute(current: &str) =>
        "TimeToLive is active on a different AttributeName: current AttributeName is {current}";
    data time_to_live_changed_recently() =>
        "Time to live has been modified multiple times within a fixed interval";
}
