//! Values, items and placeholder maps as DynamoDB JSON, read and written.
//!
//! Reading keeps to the service's order of checks: a value that breaks a rule is noted and passed over, so that
//! a wrong shape further on is reported first. The `serde` forms of dynorm's values stop at the first error.

use base64::display::Base64Display;
use base64::engine::general_purpose::STANDARD;
use base64::{DecodeError, Engine as _};
use dynorm::value::{Item, Name, Names, Number, NumberError, Value, Values};

use super::checks::Problem;
use super::reader::{Parsed, Reader, Shape, Wanted};
use super::writer::Writer;

const CLASS: &str = "com.amazonaws.dynamodb.v20120810.AttributeValue";

/// How deep values are read: more than the 32 levels that the engine accepts, so that its own check speaks.
const LEVELS_MAX: u32 = 48;

const EMPTY: &str = "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes";
const SEVERAL: &str = "Supplied AttributeValue has more than one datatypes set, must contain exactly one of the \
                       supported datatypes";
const NULL_FALSE: &str =
    "One or more parameter values were invalid: Null attribute value types must have the value of true";
const TOO_DEEP: &str = "Nesting Levels have exceeded supported limits";

/// Reads an item, a key, or the content of a map.
pub(super) fn item(json: &mut Reader<'_>) -> Parsed<Item> {
    item_at(json, 0)
}

fn item_at(json: &mut Reader<'_>, level: u32) -> Parsed<Item> {
    let mut attributes: Vec<(Name, Value)> = Vec::new();
    json.entries(CLASS, |json, name| {
        let value = value_at(json, level)?;
        attributes.push((Name::shared(name), value));
        Ok(())
    })?;
    Ok(attributes.into_iter().collect())
}

/// Reads a value; what breaks a rule is noted in the reader's checks.
pub(super) fn value(json: &mut Reader<'_>) -> Parsed<Value> {
    value_at(json, 0)
}

fn value_at(json: &mut Reader<'_>, level: u32) -> Parsed<Value> {
    if json.take_null()? {
        json.checks.value(Problem::of_data(EMPTY));
        return Ok(Value::Null);
    }
    if level > LEVELS_MAX {
        json.checks.value(Problem::of_shape(TOO_DEEP));
        return json.skip().map(|()| Value::Null);
    }
    let mut found = None;
    let mut n_found = 0_usize;
    json.members(Wanted::Element("AttributeValue"), |json, tag| {
        let value = match tag {
            "S" => Value::S(json.string()?),
            "N" => Value::N(number(json)?),
            "B" => Value::B(bytes(json)?),
            "BOOL" => Value::Bool(json.flag()?),
            "NULL" => null(json)?,
            "M" => Value::M(item_at(json, level + 1)?),
            "L" => Value::L(elements(json, |json| value_at(json, level + 1))?),
            "SS" => Value::Ss(strings(json)?),
            "NS" => Value::Ns(elements(json, number)?),
            "BS" => Value::Bs(elements(json, bytes)?),
            _ => return json.skip(),
        };
        n_found += 1;
        found.get_or_insert(value);
        Ok(())
    })?;
    if n_found != 1 {
        json.checks.value(Problem::of_data(if n_found == 0 { EMPTY } else { SEVERAL }));
    }
    Ok(found.unwrap_or(Value::Null))
}

/// The elements of a list, each read in the same way.
pub(super) fn elements<T>(
    json: &mut Reader<'_>,
    mut element: impl FnMut(&mut Reader<'_>) -> Parsed<T>,
) -> Parsed<Vec<T>> {
    let mut elements = Vec::new();
    json.list(|json| {
        elements.push(element(json)?);
        Ok(())
    })?;
    Ok(elements)
}

/// The elements of a list of texts.
pub(super) fn strings(json: &mut Reader<'_>) -> Parsed<Vec<String>> {
    fn string(json: &mut Reader<'_>) -> Parsed<String> {
        json.string()
    }
    elements(json, string)
}

fn null(json: &mut Reader<'_>) -> Parsed<Value> {
    if !json.flag()? {
        json.checks.value(Problem::of_shape(NULL_FALSE));
    }
    Ok(Value::Null)
}

fn number(json: &mut Reader<'_>) -> Parsed<Number> {
    let digits = json.text()?;
    Ok(digits.parse().unwrap_or_else(|error| {
        json.checks.value(Problem::of_data(match error {
            NumberError::TooManyDigits => {
                "Attempting to store more than 38 significant digits in a Number".to_owned()
            }
            NumberError::Overflow => {
                "Number overflow. Attempting to store a number with magnitude larger than supported range"
                    .to_owned()
            }
            NumberError::Underflow => {
                "Number underflow. Attempting to store a number with magnitude smaller than supported range"
                    .to_owned()
            }
            _ if digits.is_empty() => "The parameter cannot be converted to a numeric value".to_owned(),
            _ => format!("The parameter cannot be converted to a numeric value: {digits}"),
        }));
        Number::default()
    }))
}

fn bytes(json: &mut Reader<'_>) -> Parsed<Vec<u8>> {
    let text = json.blob()?;
    if text.len() % 4 != 0 {
        let n_chars = text.len();
        let message = "Base64 encoded length is expected a multiple of 4 bytes but found";
        return Err(Shape(format!("{message}: {n_chars}").into()));
    }
    STANDARD.decode(&*text).map_err(|error| match error {
        DecodeError::InvalidByte(_, byte) if byte != b'=' => {
            Shape(format!("Invalid Base64 character: '{}'", char::from(byte)).into())
        }
        _ => Shape("Invalid last non-pad Base64 character dectected".into()),
    })
}

/// Reads `ExpressionAttributeNames`.
pub(super) fn names(json: &mut Reader<'_>) -> Parsed<Names> {
    let mut names = Names::new();
    json.entries("java.lang.String", |json, placeholder| {
        let name = if json.take_null()? { String::new() } else { json.string()? };
        names.insert(Name::from(placeholder.to_owned()), Name::from(name));
        Ok(())
    })?;
    if names.is_empty() {
        json.checks.parameters(Problem::of_shape("ExpressionAttributeNames must not be empty"));
    }
    Ok(names)
}

/// Reads `ExpressionAttributeValues`. A refusal names the placeholder, and comes after those of other members.
pub(super) fn values(json: &mut Reader<'_>) -> Parsed<Values> {
    let mut values: Vec<(Name, Value)> = Vec::new();
    let noted = json.checks.take_value();
    json.entries(CLASS, |json, placeholder| {
        values.push((Name::from(placeholder.to_owned()), value_at(json, 0)?));
        if let Some(problem) = json.checks.take_value() {
            json.checks.expression_value(placeholder, &problem);
        }
        Ok(())
    })?;
    if let Some(problem) = noted {
        json.checks.value(problem);
    }
    if values.is_empty() {
        json.checks.parameters(Problem::of_shape("ExpressionAttributeValues must not be empty"));
    }
    Ok(values.into_iter().collect())
}

/// Writes an item.
pub(super) fn write_item(out: &mut Writer, item: &Item) {
    out.object(|out| {
        for (name, value) in item.iter() {
            write_value(out.name(name), value);
        }
    });
}

/// Writes a value: an object with its type as the only member.
pub(super) fn write_value(out: &mut Writer, value: &Value) {
    let blob = |out: &mut Writer, bytes: &Vec<u8>| out.plain(Base64Display::new(bytes, &STANDARD));
    out.object(|out| {
        let out = out.name(value.type_name());
        match value {
            Value::S(text) => out.text(text),
            Value::N(number) => out.plain(number),
            Value::B(bytes) => blob(out, bytes),
            Value::Bool(flag) => out.flag(*flag),
            Value::Null => out.flag(true),
            Value::M(item) => write_item(out, item),
            Value::L(list) => out.list(list, write_value),
            Value::Ss(set) => out.list(set, |out, text| out.text(text)),
            Value::Ns(set) => out.list(set, Writer::plain),
            Value::Bs(set) => out.list(set, blob),
        }
    });
}

/// Writes `ExpressionAttributeNames`.
pub(super) fn write_names(out: &mut Writer, names: &Names) {
    out.object(|out| {
        for (placeholder, name) in names {
            out.name(placeholder).text(name);
        }
    });
}
