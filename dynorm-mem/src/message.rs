//! One table of every message, in the service's words, and the refusals that carry them.
//!
//! Nothing else in the engine writes a message, so that the wording of another cohort is a change here only.

use std::fmt;
use std::fmt::Write as _;

use dynorm::backend::{CancellationReason, Failure, FailureKind};
use dynorm::value::{Item, Value};

use crate::table::settings::Owner;

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

    fn duplicate(text: String) -> Self {
        Self::new(FailureKind::Other("DuplicateItemException".to_owned()), Words::Same(text))
    }

    fn missing(text: String) -> Self {
        Self::new(FailureKind::NotFound, Words::Same(text))
    }

    fn in_use(text: String) -> Self {
        Self::new(FailureKind::InUse, Words::Same(text))
    }

    fn limit(text: String) -> Self {
        Self::new(FailureKind::LimitExceeded, Words::Same(text))
    }

    fn expired(text: String) -> Self {
        Self::new(FailureKind::Other("ExpiredIteratorException".to_owned()), Words::Same(text))
    }

    fn trimmed(text: String) -> Self {
        Self::new(FailureKind::Other("TrimmedDataAccessException".to_owned()), Words::Same(text))
    }

    fn table_missing(text: String) -> Self {
        Self::new(FailureKind::Other("TableNotFoundException".to_owned()), Words::Same(text))
    }

    fn mismatch(text: String) -> Self {
        Self::new(FailureKind::TokenMismatch, Words::Same(text))
    }

    fn conflict(text: String) -> Self {
        Self::new(FailureKind::TransactionConflict, Words::Same(text))
    }

    fn collection(text: String) -> Self {
        Self::new(FailureKind::CollectionTooLarge, Words::Same(text))
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

    /// A batch that asks for nothing.
    pub(crate) fn batch_empty(operation: Batch) -> Self {
        let new = "1 validation error detected: Value at 'RequestItems' failed to satisfy constraint: Member must \
                   have length greater than or equal to 1";
        let old = match operation {
            Batch::Get => "The requestItems parameter is required for BatchGetItem",
            Batch::Write => "The requestItems parameter is required for BatchWriteItem",
        };
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

    /// The refusal in the words that it has in a statement, which is no expression.
    pub(crate) fn of_statement(self, expression: Expression) -> Self {
        let text = self.text(Cohort::Old);
        Self::data(text.strip_prefix(&format!("Invalid {expression}: ")).unwrap_or(&text).to_owned())
    }

    /// Whether the other refusal says the same.
    pub(crate) fn says(&self, other: &Self) -> bool {
        self.text(Cohort::Old) == other.text(Cohort::Old)
    }

    pub(crate) fn is_about_empty_key(&self) -> bool {
        self.0.is_about_empty_key
    }

    /// What kind of refusal it is.
    pub(crate) fn kind(&self) -> &FailureKind {
        &self.0.kind
    }

    /// The reasons of a cancelled transaction, in the order of its actions.
    pub(crate) fn into_reasons(self) -> Vec<CancellationReason> {
        self.0.reasons
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

/// Which batch a message is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Batch {
    Get,
    Write,
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
    data filter_on_key(parameter: &str, name: &str) =>
        "{parameter} can only contain non-primary key attributes: Primary key attribute: {name}";
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
    data start_key_of_other_partition() => "The query can return at most one row and cannot be restarted";
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
    data select_with_projection(parameter: &str, select: &str) =>
        "Cannot specify the {parameter} when choosing to get {select}";
    data segment_too_large(segment: u32, total: u32) =>
        "The Segment parameter is zero-based and must be less than parameter TotalSegments: Segment: {segment} is not less than TotalSegments: {total}";
}

// Legacy parameters.
messages! {
    shape expressions_mixed(legacy: &str, expressions: &str) =>
        "Can not use both expression and non-expression parameters in the same request: Non-expression parameters: {{{legacy}}} Expression parameters: {{{expressions}}}";
    data conditional_without_conditions() => "ConditionalOperator cannot be used without Filter or Expected";
    data conditional_with_one_condition() =>
        "ConditionalOperator can only be used when Filter or Expected has two or more elements";
    data comparison_argument_count(operator: &str) =>
        "One or more parameter values were invalid: Invalid number of argument(s) for the {operator} ComparisonOperator";
    data comparison_argument_kind(operator: &str, kind: &str) =>
        "One or more parameter values were invalid: ComparisonOperator {operator} is not valid for {kind} AttributeValue type";
    data comparison_argument_kinds_differ() =>
        "One or more parameter values were invalid: AttributeValues inside AttributeValueList must be of same type";
    data comparison_bounds_reversed() =>
        "The BETWEEN condition was provided a range where the lower bound is greater than the upper bound";
    data key_comparison_not_indexable() => "Attempted conditional constraint is not an indexable operation";
    data expected_exists_and_comparison(name: &str) =>
        "One or more parameter values were invalid: Exists and ComparisonOperator cannot be used together for Attribute: {name}";
    data expected_value_and_list(name: &str) =>
        "One or more parameter values were invalid: Value and AttributeValueList cannot be used together for Attribute: {name}";
    data expected_no_value(operator: &str, name: &str) =>
        "One or more parameter values were invalid: Value or AttributeValueList must be used with ComparisonOperator: {operator} for Attribute: {name}";
    data expected_list_without_comparison(name: &str) =>
        "One or more parameter values were invalid: AttributeValueList can only be used with a ComparisonOperator for Attribute: {name}";
    data expected_value_missing(exists: &str, name: &str) =>
        "One or more parameter values were invalid: Value must be provided when Exists is {exists} for Attribute: {name}";
    data expected_value_unwanted(name: &str) =>
        "One or more parameter values were invalid: Value cannot be used when Exists is false for Attribute: {name}";
    data attribute_update_without_value() =>
        "One or more parameter values were invalid: Only DELETE action is allowed when no attribute value is specified";
    data attribute_delete_kind(kind: &str) =>
        "One or more parameter values were invalid: DELETE action with value is not supported for the type {kind}";
    data attribute_add_kind(kind: &str) =>
        "One or more parameter values were invalid: ADD action is not supported for the type {kind}";
    data attribute_update_mismatch() => "Type mismatch for attribute to update";
    data attributes_to_get_twice(name: &str) =>
        "One or more parameter values were invalid: Duplicate value in attribute name: {name}";
}

// Statements.
messages! {
    data statement_malformed(detail: &str) => "Statement wasn't well formed, can't be processed: {detail}";
    data statement_parameter_count() => "Number of parameters in request and statement don't match.";
    data statement_alias() => "Aliasing is not supported";
    data statement_limit_clause() => "Unsupported clause: LIMIT";
    data statement_writes_index() => "This operation is not supported on an index";
    data statement_returning_in_delete(clause: &str) =>
        "Invalid returning clause: RETURNING {clause} *. Only RETURNING ALL OLD * is allowed in DELETE statements.";
    data statement_function_unknown(name: &str) => "Unsupported function: {name}";
    data statement_function_operands(name: &str) => "Incorrect operands for function: {name}";
    data statement_set_target(name: &str) => "The first operand of {name} must be the path that is set";
    data statement_set_members() => "The members of a set must all be texts, all numbers or all binaries, and there must be one";
    data statement_attribute_twice(name: &str) => "Duplicate attribute name in item: {name}";
    data statement_number_overflow(path: &str) =>
        "Number overflow. Attempting to store a number with magnitude larger than supported range under {path}";
    data statement_number_underflow(path: &str) =>
        "Number underflow. Attempting to store a number with magnitude smaller than supported range under {path}";
    data statement_number_digits(path: &str) =>
        "Attempting to store more than 38 significant digits in a Number under {path}";
    data statement_without_key() =>
        "Where clause does not contain a mandatory equality on all key attributes";
    data statement_filter_not_projected(index: &str, names: &str) =>
        "One or more parameter values were invalid: Secondary index {index} does not project one or more filter attributes: [{names}]";
    data order_without_where() => "Must have WHERE clause in the statement when using ORDER BY clause.";
    data order_not_by_key(name: &str) => "Attribute {name} in ORDER BY clause must be part of the primary key";
    data order_without_partition() =>
        "Must have at least one non-optional hash key condition in WHERE clause when using ORDER BY clause.";
    data order_without_partition_key() =>
        "Must have hash key in ORDER BY clause when more than one hash key condition specified in WHERE clause.";
    data next_token_invalid() => "Invalid NextToken";
    data next_token_mismatch() => "NextToken does not match request";
    duplicate duplicate_item() => "Duplicate primary key exists in table";
    data statement_exists_outside_transaction() =>
        "EXISTS can only be used in ExecuteTransaction write requests.";
    data statement_exists_without_condition() =>
        "EXISTS() must contain a single item read with additional condition";
    data batch_select_without_key() =>
        "Select statements within BatchExecuteStatement must specify the primary key in the where clause.";
    data transaction_select_without_key() =>
        "Select statements within ExecuteTransaction must specify the primary key in the where clause.";
    data transaction_select_on_index() => "Reads on indices are not supported within transactions.";
    data transaction_returning() => "RETURNING clause is not supported in ExecuteTransaction.";
    data statements_mixed(operation: &str) =>
        "{operation} API does not support both read and write operations in the same request.";
    data statement_of_transaction_invalid(at: usize, reason: &str) =>
        "Validation failed in TransactStatements[{at}]: {reason}";
}

// What stands in the way of a write.
messages! {
    conflict transaction_ongoing() => "Transaction is ongoing for the item";
    collection collection_too_large() => "Collection size exceeded.";
    shape substitutions_too_large(size: usize) =>
        "Size of ExpressionAttributeNames and ExpressionAttributeValues has exceeded the maximum allowed size; size: {size}";
}

// Tables.
messages! {
    missing table_not_found() => "Requested resource not found";
    missing named_table_not_found(table: &str) => "Requested resource not found: Table: {table} not found";
    in_use table_exists(table: &str) => "Table already exists: {table}";
    data resource_name_length(member: &str) =>
        "{member} must be at least 3 characters long and at most 255 characters long";
    data no_partition_key() => "Invalid KeySchema: The first KeySchemaElement is not a HASH key type";
    data too_many_key_attributes(role: &str) =>
        "One or more parameter values were invalid: The KeySchema exceeds the maximum allowed number of {role} key attributes";
    data key_attribute_repeated() => "The KeySchema contains multiple key attributes with the same name";
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
    data projection_names_twice(name: &str) =>
        "One or more parameter values were invalid: Duplicate element in NonKeyAttributes: {name}";
    data capacity_of_no_global_index(index: &str) =>
        "One or more parameter values were invalid: Capacity is specified for an index that is not global: {index}";
    data index_throughput_unwanted(index: &str) =>
        "One or more parameter values were invalid: ProvisionedThroughput should not be specified for index: {index} when BillingMode is PAY_PER_REQUEST";
    data on_demand_of_new_when_provisioned(member: &str, of_index: &str) =>
        "One or more parameter values were invalid: {member} for OnDemandThroughput{of_index} cannot be specified when table BillingMode is PROVISIONED.";
    data on_demand_out_of_range(member: &str, owner: &str) =>
        "One or more parameter values were invalid: Requested {member} for OnDemandThroughput for {owner} is outside of valid range";
    data warm_below_initial(member: &str, owner: Owner<'_>) =>
        "One or more parameter values were invalid: Requested {member} for WarmThroughput for {owner} is lower than initial throughput for OnDemand";
    data warm_below_provisioned(member: &str, owner: Owner<'_>, provisioned: &str) =>
        "One or more parameter values were invalid: Requested {member} for WarmThroughput for {owner} is lower than {provisioned} of ProvisionedThroughput";
    data time_to_live_unknown(state: &str) =>
        "Cannot describe time to live while table is in {state} state: Current table state is {state}";
    in_use table_in_use(what: &str, table: &str) =>
        "Attempt to change a resource which is still in use: Table is being {what}: {table}";
    in_use table_in_use_by_update(table: &str) =>
        "Attempt to change a resource which is still in use: Table: {table} is in the process of being updated.";
    in_use index_in_use(index: &str, table: &str) =>
        "Attempt to change a resource which is still in use: Index is being updated. Table: {table} Index: {index}";
    in_use table_with_index_in_use() =>
        "Attempt to change a resource which is still in use: Cannot delete table while indexes are being created, updated, or deleted.";
    data throughput_out_of_bounds() =>
        "One or more parameter values were invalid: ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is PROVISIONED";
    data time_to_live_already(state: &str) => "TimeToLive is already {state}";
    data time_to_live_other_attribute(current: &str) =>
        "TimeToLive is active on a different AttributeName: current AttributeName is {current}";
    data time_to_live_changed_recently() =>
        "Time to live has been modified multiple times within a fixed interval";
}

// Changes of tables.
messages! {
    data deletion_protected() =>
        "Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection first.";
    data update_of_nothing() =>
        "At least one of ProvisionedThroughput, BillingMode, UpdateStreamEnabled, GlobalSecondaryIndexUpdates, SSESpecification, ReplicaUpdates, MultiAccountReplicaReady, ReplicaTransitRoleArn, MultiRegionConsistency, DeletionProtectionEnabled, OnDemandThroughput, WarmThroughput or TableClass is required";
    data deletion_protection_not_alone() =>
        "One or more parameter values were invalid: DeletionProtection modification must be the only operation in the request";
    data encryption_not_alone() =>
        "One or more parameter values were invalid: Server-Side Encryption modification must be the only operation in the request";
    data class_not_alone() =>
        "One or more parameter values were invalid: TableClass modification must be the only operation in the request";
    data warm_not_alone() =>
        "One or more parameter values were invalid: WarmThroughput must be the only operation in the request";
    data warm_with_new_index() =>
        "One or more parameter values were invalid: Create global secondary index cannot be specified when updating WarmThroughput";
    data on_demand_not_alone() =>
        "One or more parameter values were invalid: OnDemandThroughput can only be combined with BillingMode in an UpdateTable request";
    data on_demand_when_provisioned(member: &str, of_index: &str) =>
        "One or more parameter values were invalid: {member} for OnDemandThroughput{of_index} cannot be specified when the table BillingMode is PROVISIONED";
    data warm_decreased(member: &str, owner: Owner<'_>) =>
        "One or more parameter values were invalid: Requested {member} for WarmThroughput for {owner} is lower than current WarmThroughput, decreasing WarmThroughput is not supported";
    data encrypted_by_default() =>
        "One or more parameter values were invalid: Table is already encrypted by default";
    data encrypted_with_this_key() =>
        "One or more parameter values were invalid: Table is already encrypted with given KMSMasterKeyId. Use KMSMasterKeyId parameter if you want to change Master Key";
    data index_throughput_needed(index: &str) =>
        "One or more parameter values were invalid: ProvisionedThroughput must be specified for index: {index}";
    data index_units_needed(index: &str) =>
        "One or more parameter values were invalid: Both ReadCapacityUnits and WriteCapacityUnits must be specified for index: {index}";
    data index_units_unwanted(index: &str) =>
        "One or more parameter values were invalid: Neither ReadCapacityUnits nor WriteCapacityUnits can be specified for index: {index} when BillingMode is PAY_PER_REQUEST";
    data index_update_unwanted(index: &str) =>
        "One or more parameter values were invalid: The only Updates for index: {index} when TableThroughputMode is PAY_PER_REQUEST can be to OnDemandThroughput, WarmThroughput";
    data index_throughput_unchanged(index: &str, read: u64, write: u64) =>
        "The provisioned throughput for the index {index} will not change. The requested value equals the current value. Current ReadCapacityUnits provisioned for index {index}: {read}. Requested ReadCapacityUnits: {read}. Current WriteCapacityUnits provisioned for index {index}: {write}. Requested WriteCapacityUnits: {write}. Refer to the Amazon DynamoDB Developer Guide for current limits and how to request higher limits.";
    data stream_with_throughput() =>
        "One or more parameter values were invalid: You cannot modify stream status while updating table IOPS";
    data index_with_throughput() =>
        "One or more parameter values were invalid: You cannot create or delete index while updating table IOPS";
    data index_with_stream() =>
        "One or more parameter values were invalid: You cannot create or delete index while changing stream status";
    data throughput_without_provisioning() =>
        "One or more parameter values were invalid: Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST";
    data throughput_with_pay_per_request() =>
        "One or more parameter values were invalid: ProvisionedThroughput cannot be specified when BillingMode is PAY_PER_REQUEST";
    data provisioning_without_throughput() =>
        "One or more parameter values were invalid: ProvisionedThroughput must be specified when BillingMode is PROVISIONED";
    data throughput_unchanged(read: u64, write: u64) =>
        "The provisioned throughput for the table will not change. The requested value equals the current value. Current ReadCapacityUnits provisioned for the table: {read}. Requested ReadCapacityUnits: {read}. Current WriteCapacityUnits provisioned for the table: {write}. Requested WriteCapacityUnits: {write}. Refer to the Amazon DynamoDB Developer Guide for current limits and how to request higher limits.";
    data stream_without_view() =>
        "One or more parameter values were invalid: If stream is being enabled then UpdateViewType is required";
    data no_stream_with_view() =>
        "One or more parameter values were invalid: If stream is being disabled, then UpdateViewType must not be specified";
    data stream_already(table: &str) => "Table already has an enabled stream: TableName: {table}";
    data stream_missing(table: &str) => "Table has no stream to disable: TableName: {table}";
    data index_updated_twice(index: &str) =>
        "One or more parameter values were invalid: Only one global secondary index update per index is allowed simultaneously. Index: {index}";
    limit too_many_index_updates() =>
        "Subscriber limit exceeded: Only 1 online index can be created or deleted simultaneously per table";
    limit too_many_indexes_of_table() =>
        "Subscriber limit exceeded: Number of global secondary indexes exceeds per-table limit of 20";
    data index_exists() => "Attempting to create an index which already exists";
    data index_not_global(what: &str, index: &str) =>
        "Cannot {what} an index that is not a GlobalSecondaryIndex: {index}";
    data index_backfilling(index: &str) => "Cannot read from backfilling global secondary index: {index}";
    data local_index_after_table(index: &str) =>
        "One or more parameter values were invalid: A LocalSecondaryIndex can only be created with its table. Index: {index}";
    missing index_not_found(index: &str, table: &str) => "Requested resource not found: Index {index} for table {table}";
    table_missing backed_up_table_not_found(table: &str) => "Table not found: {table}";
}

// Tags.
messages! {
    data not_an_arn(resource: &str) => "One or more parameter values were invalid: ARNs must start with 'arn:': {resource}";
    data not_an_arn_of_dynamodb(resource: &str) =>
        "One or more parameter values were invalid: Provided Arn is not a DynamoDB resource arn: {resource}";
    data not_an_arn_of_table(resource: &str) =>
        "One or more parameter values were invalid: Invalid resource arn provided, only table or stream is accepted. Provided resource arn: {resource}";
    missing resource_not_found(resource: &str) => "Requested resource not found: ResourceArn: {resource} not found";
    data no_tags() => "Atleast one Tag needs to be provided as Input.";
    data no_tag_keys() => "Atleast one Tag Key needs to be provided as Input.";
    data too_many_tags() => "Number of Tags exceed the current limit for the provided ResourceArn";
    data tag_key_invalid(key: &str) => "The Tag Key provided is invalid, Key: {key}";
    data tag_value_invalid(value: &str) => "The Tag Value provided is invalid, Value: {value}";
    data tag_key_reserved(key: &str) => "Tag Key cannot be prefixed with aws:, Key: {key}";
    data tag_key_twice(key: &str) => "Duplicate Tag Keys provided as input: Duplicate Tag Key found {key}";
}

// Streams.
messages! {
    data stream_arn_invalid() => "Invalid StreamArn";
    missing stream_not_found(arn: &str) => "Requested resource not found: Stream: {arn} not found";
    missing shard_not_found() => "Requested resource not found: Shard does not exist";
    data sequence_number_required(kind: &str) => "SequenceNumber is required for ShardIteratorType {kind}";
    data sequence_number_not_allowed(kind: &str) => "SequenceNumber must not be specified for ShardIteratorType {kind}";
    data sequence_number_invalid() => "Invalid SequenceNumber";
    data shard_iterator_invalid() => "Invalid ShardIterator";
    expired shard_iterator_expired() => "Shard iterator has expired";
    trimmed records_trimmed() => "The data you are trying to access has been trimmed";
}
