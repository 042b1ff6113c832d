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
use crate::op::found::Found;
use crate::table::names;
use crate::table::record::Record;
use crate::table::record::pieces::{Named, Piece, Pieces};

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
    if let Some(text) = json.take_opened(opening::S) {
        return Ok(Value::S(text.into_owned()));
    }
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

/// How values begin: the object, and the name of its only member.
mod opening {
    pub(super) const S: &str = "{\"S\":";
    pub(super) const N: &str = "{\"N\":";
    pub(super) const B: &str = "{\"B\":";
    pub(super) const BOOL: &str = "{\"BOOL\":";
    pub(super) const NULL: &str = "{\"NULL\":";
    pub(super) const M: &str = "{\"M\":";
    pub(super) const L: &str = "{\"L\":";
    pub(super) const SS: &str = "{\"SS\":";
    pub(super) const NS: &str = "{\"NS\":";
    pub(super) const BS: &str = "{\"BS\":";
}

/// Writes a value: an object with its type as the only member.
pub(super) fn write_value(out: &mut Writer, value: &Value) {
    match value {
        Value::S(text) => out.opened(opening::S, |out| out.text(text)),
        Value::N(number) => out.opened(opening::N, |out| out.number(*number)),
        Value::B(bytes) => out.opened(opening::B, |out| write_bytes(out, bytes)),
        Value::Bool(flag) => out.opened(opening::BOOL, |out| out.flag(*flag)),
        Value::Null => out.opened(opening::NULL, |out| out.flag(true)),
        Value::M(item) => out.opened(opening::M, |out| write_item(out, item)),
        Value::L(list) => out.opened(opening::L, |out| out.list(list, write_value)),
        Value::Ss(set) => out.opened(opening::SS, |out| out.list(set, |out, text| out.text(text))),
        Value::Ns(set) => out.opened(opening::NS, |out| out.list(set, |out, number| out.number(*number))),
        Value::Bs(set) => out.opened(opening::BS, |out| out.list(set, |out, bytes| write_bytes(out, bytes))),
    }
}

fn write_bytes(out: &mut Writer, bytes: &[u8]) {
    out.plain(Base64Display::new(bytes, &STANDARD));
}

/// Writes an item of an answer.
pub(super) fn write_found(out: &mut Writer, found: &Found<'_>, names: &names::Names) {
    match found {
        Found::Whole(record) => write_record(out, record, names),
        Found::Part(item) => write_item(out, item),
    }
}

/// Writes the item of a record as [`write_item`] does, without making the item.
fn write_record(out: &mut Writer, record: &Record, names: &names::Names) {
    let mut pieces = record.pieces(names);
    let n_attributes = pieces.n_attributes();
    write_attributes(out, &mut pieces, n_attributes);
}

fn write_attributes(out: &mut Writer, pieces: &mut Pieces<'_>, n_attributes: usize) {
    out.object(|out| {
        for _ in 0..n_attributes {
            let out = match pieces.name() {
                Named::Plain(name) => out.key(name),
                Named::Any(name) => out.name(name),
            };
            write_piece(out, pieces);
        }
    });
}

fn write_piece(out: &mut Writer, pieces: &mut Pieces<'_>) {
    match pieces.value() {
        Piece::S(text) => out.opened(opening::S, |out| out.text(text)),
        Piece::N(number) => out.opened(opening::N, |out| out.number(number)),
        Piece::B(bytes) => out.opened(opening::B, |out| write_bytes(out, &bytes)),
        Piece::Bool(flag) => out.opened(opening::BOOL, |out| out.flag(flag)),
        Piece::Null => out.opened(opening::NULL, |out| out.flag(true)),
        Piece::M(n) => out.opened(opening::M, |out| write_attributes(out, pieces, n)),
        Piece::L(n) => out.opened(opening::L, |out| out.list(0..n, |out, _| write_piece(out, pieces))),
        Piece::Ss(n) => out.opened(opening::SS, |out| out.list(0..n, |out, _| out.text(pieces.text()))),
        Piece::Ns(n) => out.opened(opening::NS, |out| out.list(0..n, |out, _| out.number(pieces.number()))),
        Piece::Bs(n) => {
            out.opened(opening::BS, |out| out.list(0..n, |out, _| write_bytes(out, &pieces.bytes())));
        }
    }
}

/// Writes `ExpressionAttributeNames`.
pub(super) fn write_names(out: &mut Writer, names: &Names) {
    out.object(|out| {
        for (placeholder, name) in names {
            out.name(placeholder).text(name);
        }
    });
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use proptest::prelude::*;

    use super::*;
    use crate::table::record::Weighed;
    use crate::table::record::tests::{any_item, key};
    use crate::wire::writer::object;

    proptest! {
        #[test]
        fn records_are_written_as_their_items_and_read_back(
            items in proptest::collection::vec(any_item(), 1..4),
            odd in ".{0,9}",
        ) {
            let mut names = Arc::default();
            for mut item in items {
                item.insert(odd.as_str().to_owned(), Value::from(odd.as_str()));
                item.insert("x".repeat(300), item.clone());
                let record = Record::new(&key(), &Weighed::new(item.clone()), &mut names);
                let of_record = object(|out| write_record(out.key("Item"), &record, &names));
                let of_item = object(|out| write_item(out.key("Item"), &item));
                prop_assert_eq!(&of_record, &of_item);
                let written: serde_json::Value = serde_json::from_str(&of_item).expect("JSON");
                let alone = &of_item.as_bytes()["{\"Item\":".len()..of_item.len() - 1];
                let mut json = Reader::new(alone).expect("text");
                prop_assert_eq!(super::item(&mut json).expect("an item"), item);
                // With spaces, and so not in the usual way of reading.
                let spaced = serde_json::to_string_pretty(&written["Item"]).expect("JSON");
                let mut json = Reader::new(spaced.as_bytes()).expect("text");
                let read = super::item(&mut json).expect("an item");
                let of_read = object(|out| write_item(out.key("Item"), &read));
                prop_assert_eq!(of_read, of_item);
            }
        }
    }
}
