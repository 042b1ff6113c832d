//! Our values and items to the SDK's, and back.

use std::collections::HashMap;
use std::fmt;

use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;

use crate::value::{Item, Name, Number, NumberError, Value};

/// Why a value of the SDK is not one of dynorm's, and where in it.
///
/// ```
/// use aws_sdk_dynamodb::types::AttributeValue;
/// use dynorm::value::Value;
///
/// let list = AttributeValue::L(vec![AttributeValue::Null(true), AttributeValue::N("many".into())]);
/// let error = Value::try_from(list).unwrap_err();
/// assert_eq!(error.to_string(), "cannot read `[1]`: \"many\" is not a number that DynamoDB can store");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConvertError {
    /// Where the value is, innermost step first.
    steps: Vec<Step>,
    reason: Reason,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Step {
    Attribute(String),
    Index(usize),
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Reason {
    Unknown,
    NullFalse,
    Number(String, NumberError),
}

impl ConvertError {
    fn new(reason: Reason) -> Self {
        Self { steps: Vec::new(), reason }
    }

    fn within(mut self, step: Step) -> Self {
        self.steps.push(step);
        self
    }
}

impl fmt::Display for ConvertError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("cannot read ")?;
        if self.steps.is_empty() {
            f.write_str("the value")?;
        } else {
            f.write_str("`")?;
            for (at, step) in self.steps.iter().rev().enumerate() {
                match step {
                    Step::Attribute(name) if at == 0 => f.write_str(name)?,
                    Step::Attribute(name) => write!(f, ".{name}")?,
                    Step::Index(index) => write!(f, "[{index}]")?,
                }
            }
            f.write_str("`")?;
        }
        match &self.reason {
            Reason::Unknown => f.write_str(": a kind of value that this version of the SDK does not know"),
            Reason::NullFalse => f.write_str(": a null value can only be true"),
            Reason::Number(text, NumberError::NotANumber) => {
                write!(f, ": {text:?} is {}", NumberError::NotANumber)
            }
            Reason::Number(text, error) => write!(f, ": {text:?} cannot be stored: {error}"),
        }
    }
}

impl std::error::Error for ConvertError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.reason {
            Reason::Number(_, error) => Some(error),
            Reason::Unknown | Reason::NullFalse => None,
        }
    }
}

/// ```
/// use aws_sdk_dynamodb::types::AttributeValue;
/// use dynorm::value::{Number, Value};
///
/// assert_eq!(AttributeValue::from(Value::N(Number::from(42))), AttributeValue::N("42".into()));
/// ```
impl From<Value> for AttributeValue {
    fn from(value: Value) -> Self {
        match value {
            Value::S(text) => Self::S(text),
            Value::N(number) => Self::N(number.to_text()),
            Value::B(bytes) => Self::B(Blob::new(bytes)),
            Value::Bool(flag) => Self::Bool(flag),
            Value::Null => Self::Null(true),
            Value::M(map) => Self::M(map.into()),
            Value::L(list) => Self::L(list.into_iter().map(Self::from).collect()),
            Value::Ss(set) => Self::Ss(set),
            Value::Ns(set) => Self::Ns(set.into_iter().map(Number::to_text).collect()),
            Value::Bs(set) => Self::Bs(set.into_iter().map(Blob::new).collect()),
        }
    }
}

/// ```
/// use aws_sdk_dynamodb::types::AttributeValue;
/// use dynorm::value::Value;
///
/// assert_eq!(Value::try_from(AttributeValue::S("x".into()))?, Value::from("x"));
/// # Ok::<(), dynorm::aws::ConvertError>(())
/// ```
impl TryFrom<AttributeValue> for Value {
    type Error = ConvertError;

    fn try_from(value: AttributeValue) -> Result<Self, ConvertError> {
        Ok(match value {
            AttributeValue::S(text) => Self::S(text),
            AttributeValue::N(text) => Self::N(number(text)?),
            AttributeValue::B(blob) => Self::B(blob.into_inner()),
            AttributeValue::Bool(flag) => Self::Bool(flag),
            AttributeValue::Null(true) => Self::Null,
            AttributeValue::Null(false) => return Err(ConvertError::new(Reason::NullFalse)),
            AttributeValue::M(map) => Self::M(map.try_into()?),
            AttributeValue::L(list) => Self::L(members(list, Self::try_from)?),
            AttributeValue::Ss(set) => Self::Ss(set),
            AttributeValue::Ns(set) => Self::Ns(members(set, number)?),
            AttributeValue::Bs(set) => Self::Bs(set.into_iter().map(Blob::into_inner).collect()),
            _ => return Err(ConvertError::new(Reason::Unknown)),
        })
    }
}

fn number(text: String) -> Result<Number, ConvertError> {
    text.parse().map_err(|error| ConvertError::new(Reason::Number(text, error)))
}

fn members<T, U>(list: Vec<T>, read: fn(T) -> Result<U, ConvertError>) -> Result<Vec<U>, ConvertError> {
    let read_at = |(at, member)| read(member).map_err(|error| error.within(Step::Index(at)));
    list.into_iter().enumerate().map(read_at).collect()
}

/// ```
/// use std::collections::HashMap;
///
/// use aws_sdk_dynamodb::types::AttributeValue;
/// use dynorm::value::Item;
///
/// let map: HashMap<String, AttributeValue> = Item::from([("id", "laptop-001")]).into();
/// assert_eq!(map["id"], AttributeValue::S("laptop-001".into()));
/// ```
#[expect(clippy::implicit_hasher, reason = "the maps of the SDK have the standard hasher")]
impl From<Item> for HashMap<String, AttributeValue> {
    fn from(item: Item) -> Self {
        let mut map = Self::with_capacity(item.len());
        for (name, value) in item {
            map.insert(name.into(), value.into());
        }
        map
    }
}

/// ```
/// use std::collections::HashMap;
///
/// use aws_sdk_dynamodb::types::AttributeValue;
/// use dynorm::value::Item;
///
/// let map = HashMap::from([("id".to_owned(), AttributeValue::S("laptop-001".into()))]);
/// assert_eq!(Item::try_from(map)?, Item::from([("id", "laptop-001")]));
/// # Ok::<(), dynorm::aws::ConvertError>(())
/// ```
impl TryFrom<HashMap<String, AttributeValue>> for Item {
    type Error = ConvertError;

    fn try_from(map: HashMap<String, AttributeValue>) -> Result<Self, ConvertError> {
        let mut attributes = Vec::with_capacity(map.len());
        for (name, value) in map {
            match Value::try_from(value) {
                Ok(value) => attributes.push((Name::from(name), value)),
                Err(error) => return Err(error.within(Step::Attribute(name))),
            }
        }
        Ok(Self::of_distinct(attributes))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check(value: Value, sdk: AttributeValue) {
        assert_eq!(AttributeValue::from(value.clone()), sdk);
        assert_eq!(Value::try_from(sdk), Ok(value));
    }

    #[test]
    fn every_kind_of_value_has_its_counterpart() {
        let number = |text: &str| text.parse::<Number>().unwrap();
        let null = AttributeValue::Null(true);
        check(Value::S("a".into()), AttributeValue::S("a".into()));
        check(Value::N(number("-0.5")), AttributeValue::N("-0.5".into()));
        check(Value::B(vec![0, 255]), AttributeValue::B(Blob::new([0, 255])));
        check(Value::Bool(true), AttributeValue::Bool(true));
        check(Value::Null, null.clone());
        let map = HashMap::from([("a".to_owned(), null.clone())]);
        check(Value::M(Item::from([("a", Value::Null)])), AttributeValue::M(map));
        check(
            Value::L(vec![Value::Null, Value::L(vec![])]),
            AttributeValue::L(vec![null, AttributeValue::L(vec![])]),
        );
        check(Value::Ss(vec!["a".into()]), AttributeValue::Ss(vec!["a".into()]));
        check(Value::Ns(vec![number("1"), number("2")]), AttributeValue::Ns(vec!["1".into(), "2".into()]));
        check(Value::Bs(vec![vec![1], vec![]]), AttributeValue::Bs(vec![Blob::new([1]), Blob::new([])]));
    }

    #[track_caller]
    fn refused(value: AttributeValue, message: &str) {
        assert_eq!(Value::try_from(value).unwrap_err().to_string(), message);
    }

    #[test]
    fn what_dynamodb_does_not_have_is_refused() {
        refused(AttributeValue::Null(false), "cannot read the value: a null value can only be true");
        refused(
            AttributeValue::N("1e126".into()),
            "cannot read the value: \"1e126\" cannot be stored: the magnitude of a number is less than 1E126",
        );
        let set = AttributeValue::Ns(vec!["1".into(), "NaN".into()]);
        let map = AttributeValue::M(HashMap::from([("a".to_owned(), AttributeValue::L(vec![set]))]));
        refused(map, "cannot read `a[0][1]`: \"NaN\" is not a number that DynamoDB can store");
    }

    fn any_number() -> impl Strategy<Value = Number> {
        (any::<i64>(), -100..80_i32)
            .prop_map(|(digits, exponent)| format!("{digits}e{exponent}").parse().unwrap())
    }

    fn any_value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            any::<String>().prop_map(Value::S),
            any_number().prop_map(Value::N),
            any::<Vec<u8>>().prop_map(Value::B),
            any::<bool>().prop_map(Value::Bool),
            Just(Value::Null),
            prop::collection::vec(any::<String>(), 0..4).prop_map(Value::Ss),
            prop::collection::vec(any_number(), 0..4).prop_map(Value::Ns),
            prop::collection::vec(any::<Vec<u8>>(), 0..4).prop_map(Value::Bs),
        ];
        leaf.prop_recursive(6, 64, 6, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..6).prop_map(Value::L),
                prop::collection::btree_map(any::<String>(), inner, 0..6)
                    .prop_map(|map| Value::M(map.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn conversion_there_and_back_changes_nothing(value in any_value()) {
            prop_assert_eq!(Value::try_from(AttributeValue::from(value.clone())), Ok(value));
        }

        #[test]
        fn items_keep_every_attribute(
            attributes in prop::collection::btree_map(any::<String>(), any_value(), 0..6)
        ) {
            let item: Item = attributes.into_iter().collect();
            let map = HashMap::<String, AttributeValue>::from(item.clone());
            prop_assert_eq!(map.len(), item.len());
            prop_assert_eq!(Item::try_from(map), Ok(item));
        }
    }
}
