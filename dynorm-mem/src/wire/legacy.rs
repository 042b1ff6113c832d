//! The parameters of the time before expressions: conditions, expectations and updates by attribute.

use std::collections::BTreeMap;

use super::member;
use super::reader::{Parsed, Reader, Wanted};
use super::value::{elements, value};
use crate::legacy::{AttributeUpdate, Comparison, Condition, Conditions, Expected, Joint, UpdateAction};

const CONDITION_CLASS: &str = "com.amazonaws.dynamodb.v20120810.Condition";
const EXPECTED_CLASS: &str = "com.amazonaws.dynamodb.v20120810.ExpectedAttributeValue";
const UPDATE_CLASS: &str = "com.amazonaws.dynamodb.v20120810.AttributeValueUpdate";

/// Reads `ConditionalOperator`.
pub(super) fn joint(json: &mut Reader<'_>) -> Parsed<Option<Joint>> {
    member::word(json, "ConditionalOperator", &[("OR", Some(Joint::Or)), ("AND", Some(Joint::And))])
}

/// Reads the conditions of a filter or a key.
pub(super) fn conditions(json: &mut Reader<'_>, member: &str) -> Parsed<Option<Conditions>> {
    let mut conditions = Conditions::new();
    json.entries(CONDITION_CLASS, |json, name| {
        let path = format!("{member}.{name}.member.");
        let (mut operator, mut values) = (None, Vec::new());
        json.members(Wanted::Element("Condition"), |json, member| {
            match member {
                "ComparisonOperator" => operator = Some(comparison(json, &path)?),
                "AttributeValueList" => values = elements(json, value)?,
                _ => json.skip()?,
            }
            Ok(())
        })?;
        if let Some(comparison) = json.checks.required(&path, "ComparisonOperator", operator) {
            conditions.insert(name.to_owned(), Condition { comparison, values });
        }
        Ok(())
    })?;
    Ok(Some(conditions))
}

/// Reads `Expected`.
pub(super) fn expected(json: &mut Reader<'_>) -> Parsed<Option<BTreeMap<String, Expected>>> {
    let mut all = BTreeMap::new();
    json.entries(EXPECTED_CLASS, |json, name| {
        let path = format!("Expected.{name}.member.");
        let mut expected = Expected::default();
        json.members(Wanted::Element("ExpectedAttributeValue"), |json, member| {
            match member {
                "ComparisonOperator" => expected.comparison = comparison(json, &path)?,
                "AttributeValueList" => expected.values = Some(elements(json, value)?),
                "Value" => expected.value = Some(value(json)?),
                "Exists" => expected.exists = Some(json.flag()?),
                _ => json.skip()?,
            }
            Ok(())
        })?;
        all.insert(name.to_owned(), expected);
        Ok(())
    })?;
    Ok(Some(all))
}

/// Reads `AttributeUpdates`.
pub(super) fn updates(json: &mut Reader<'_>) -> Parsed<Option<BTreeMap<String, AttributeUpdate>>> {
    let mut updates = BTreeMap::new();
    json.entries(UPDATE_CLASS, |json, name| {
        let path = format!("AttributeUpdates.{name}.member.Action");
        let mut update = AttributeUpdate::default();
        json.members(Wanted::Element("AttributeValueUpdate"), |json, member| {
            match member {
                "Action" => {
                    let words = [
                        ("ADD", UpdateAction::Add),
                        ("PUT", UpdateAction::Put),
                        ("DELETE", UpdateAction::Delete),
                    ];
                    update.action = member::word(json, &path, &words)?;
                }
                "Value" => update.value = Some(value(json)?),
                _ => json.skip()?,
            }
            Ok(())
        })?;
        updates.insert(name.to_owned(), update);
        Ok(())
    })?;
    Ok(Some(updates))
}

fn comparison(json: &mut Reader<'_>, path: &str) -> Parsed<Option<Comparison>> {
    let words = Comparison::ALL.map(|comparison| (comparison.name(), Some(comparison)));
    member::word(json, &format!("{path}ComparisonOperator"), &words)
}
