//! The parameters that requests had before there were expressions, and that old clients still send.
//!
//! Each call has its legacy part here, as plain data beside the call itself. Both are lowered to the same
//! resolved conditions, updates and projections, and then carried out by the same code.
//!
//! Source: [legacy conditional parameters](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/LegacyConditionalParameters.html).

mod check;
mod lower;
mod run;

use std::collections::BTreeMap;

use dynorm::value::Value;

/// How an attribute is compared: `ComparisonOperator`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Comparison {
    /// `EQ`.
    Equal,
    /// `NE`.
    NotEqual,
    /// `LE`.
    LessOrEqual,
    /// `LT`.
    Less,
    /// `GE`.
    GreaterOrEqual,
    /// `GT`.
    Greater,
    /// `NOT_NULL`: the attribute exists.
    NotNull,
    /// `NULL`: the attribute does not exist.
    Null,
    /// `CONTAINS`.
    Contains,
    /// `NOT_CONTAINS`: the attribute exists and does not contain the value.
    NotContains,
    /// `BEGINS_WITH`.
    BeginsWith,
    /// `IN`.
    In,
    /// `BETWEEN`.
    Between,
}

impl Comparison {
    /// All operators.
    pub const ALL: [Self; 13] = [
        Self::Equal,
        Self::NotEqual,
        Self::LessOrEqual,
        Self::Less,
        Self::GreaterOrEqual,
        Self::Greater,
        Self::NotNull,
        Self::Null,
        Self::Contains,
        Self::NotContains,
        Self::BeginsWith,
        Self::In,
        Self::Between,
    ];

    /// The operator's name in requests.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Equal => "EQ",
            Self::NotEqual => "NE",
            Self::LessOrEqual => "LE",
            Self::Less => "LT",
            Self::GreaterOrEqual => "GE",
            Self::Greater => "GT",
            Self::NotNull => "NOT_NULL",
            Self::Null => "NULL",
            Self::Contains => "CONTAINS",
            Self::NotContains => "NOT_CONTAINS",
            Self::BeginsWith => "BEGINS_WITH",
            Self::In => "IN",
            Self::Between => "BETWEEN",
        }
    }

    /// The operator of this name.
    #[must_use]
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|comparison| comparison.name() == name)
    }
}

/// How several conditions are joined: `ConditionalOperator`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Joint {
    /// All must hold, which is so without a joint too.
    And,
    /// One must hold.
    Or,
}

/// What a filter or a key condition asks of an attribute.
#[derive(Clone, Debug, PartialEq)]
pub struct Condition {
    /// `ComparisonOperator`.
    pub comparison: Comparison,
    /// `AttributeValueList`.
    pub values: Vec<Value>,
}

/// Conditions by attribute. Attributes are names and never paths.
pub type Conditions = BTreeMap<String, Condition>;

/// What a write expects of an attribute. Either a comparison with its values, or `value` and `exists`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Expected {
    /// `ComparisonOperator`.
    pub comparison: Option<Comparison>,
    /// `AttributeValueList`.
    pub values: Option<Vec<Value>>,
    /// `Value`.
    pub value: Option<Value>,
    /// `Exists`.
    pub exists: Option<bool>,
}

/// What an update does to an attribute: `Action`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum UpdateAction {
    /// Sets the attribute.
    #[default]
    Put,
    /// Adds to a number or a set, or appends to a list.
    Add,
    /// Deletes the attribute, or members of a set.
    Delete,
}

/// The update of one attribute.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AttributeUpdate {
    /// `Action`.
    pub action: UpdateAction,
    /// `Value`, without which only a deletion makes sense.
    pub value: Option<Value>,
}

/// The legacy part of `GetItem`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Get {
    /// `AttributesToGet`.
    pub attributes: Option<Vec<String>>,
}

/// The legacy part of `PutItem` and `DeleteItem`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Write {
    /// `Expected`.
    pub expected: Option<BTreeMap<String, Expected>>,
    /// `ConditionalOperator`.
    pub joint: Option<Joint>,
}

/// The legacy part of `UpdateItem`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Update {
    /// `AttributeUpdates`.
    pub updates: Option<BTreeMap<String, AttributeUpdate>>,
    /// `Expected`.
    pub expected: Option<BTreeMap<String, Expected>>,
    /// `ConditionalOperator`.
    pub joint: Option<Joint>,
}

/// The legacy part of `Query`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Query {
    /// `KeyConditions`, which may go with a filter or a projection that is an expression.
    pub key_conditions: Option<Conditions>,
    /// `QueryFilter`.
    pub filter: Option<Conditions>,
    /// `ConditionalOperator`, of the filter.
    pub joint: Option<Joint>,
    /// `AttributesToGet`.
    pub attributes: Option<Vec<String>>,
}

/// The legacy part of `Scan`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Scan {
    /// `ScanFilter`.
    pub filter: Option<Conditions>,
    /// `ConditionalOperator`, of the filter.
    pub joint: Option<Joint>,
    /// `AttributesToGet`.
    pub attributes: Option<Vec<String>>,
}

/// The legacy part of `BatchGetItem`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct BatchGet {
    /// `AttributesToGet`, by the table's name or ARN as the call has it.
    pub attributes: BTreeMap<String, Vec<String>>,
}
