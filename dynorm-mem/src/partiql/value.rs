//! Literals of statements: texts, numbers, lists, maps and sets, with parameters inside.

use dynorm::value::{Item, Name, NumberError, Value};

use super::parse::{Parser, malformed};
use super::token::Kind;
use crate::limits::NESTING_LEVELS_MAX;
use crate::message::{self, Checked};
use crate::table::item::check_values;

/// Largest exponent, and scale, of the numbers that the service's parser reads at all.
const SCALE_MAX: i64 = i32::MAX as i64;

/// Whether the value may be stored or compared with.
pub(super) fn check(value: &Value) -> Checked {
    match value {
        Value::S(_) | Value::N(_) | Value::B(_) | Value::Bool(_) | Value::Null => Ok(()),
        other => check_values(&Item::from([("value", other.clone())])),
    }
}

impl Parser<'_> {
    /// A literal or a parameter.
    pub(super) fn value(&mut self) -> Checked<Value> {
        let value = self.nested_value(1, "root")?;
        check(&value)?;
        Ok(value)
    }

    /// A literal or a parameter that is to be a whole item, which is checked when it is put.
    pub(super) fn item(&mut self) -> Checked<Value> {
        self.nested_value(0, "root")
    }

    /// The recursion ends at the deepest level that may be stored, whatever the text is. `path` is where the
    /// literal is inside of the outermost one, for messages.
    fn nested_value(&mut self, level: usize, path: &str) -> Checked<Value> {
        if level > NESTING_LEVELS_MAX {
            return Err(message::nesting_exceeded());
        }
        let token = self.peek();
        match token.kind {
            Kind::Text => {
                self.next();
                Ok(Value::S(token.unquoted()))
            }
            Kind::Number => {
                self.next();
                number(token.text, path)
            }
            Kind::Parameter => {
                self.next();
                self.parameter()
            }
            Kind::Word => self.constant(),
            Kind::Symbol => self.compound(level, path),
            Kind::Quoted | Kind::End => Err(self.unexpected()),
        }
    }

    fn constant(&mut self) -> Checked<Value> {
        let token = self.peek();
        let value = if token.is_word("TRUE") {
            Value::Bool(true)
        } else if token.is_word("FALSE") {
            Value::Bool(false)
        } else if token.is_word("NULL") {
            Value::Null
        } else {
            return Err(self.unexpected());
        };
        self.next();
        Ok(value)
    }

    fn compound(&mut self, level: usize, path: &str) -> Checked<Value> {
        let symbol = self.peek().text;
        match symbol {
            "[" | "{" | "<<" => {
                self.next();
            }
            "-" | "+" => {
                self.next();
                let digits = self.peek();
                if digits.kind != Kind::Number {
                    return Err(self.unexpected());
                }
                self.next();
                return number(&format!("{symbol}{}", digits.text), path);
            }
            _ => return Err(self.unexpected()),
        }
        match symbol {
            "[" => self.members("]", level, path).map(Value::L),
            "{" => self.map(level, path).map(Value::M),
            _ => set(self.members(">>", level, path)?),
        }
    }

    fn members(&mut self, end: &str, level: usize, path: &str) -> Checked<Vec<Value>> {
        let mut members = Vec::new();
        if self.eat_symbol(end) {
            return Ok(members);
        }
        loop {
            let inner = format!("{path}[{}]", members.len());
            members.push(self.nested_value(level + 1, &inner)?);
            if !self.eat_symbol(",") {
                break;
            }
        }
        self.expect_symbol(end)?;
        Ok(members)
    }

    fn map(&mut self, level: usize, path: &str) -> Checked<Item> {
        let mut map = Item::new();
        if self.eat_symbol("}") {
            return Ok(map);
        }
        loop {
            let key = self.peek();
            if key.kind != Kind::Text {
                return Err(self.unexpected());
            }
            self.next();
            self.expect_symbol(":")?;
            let name = key.unquoted();
            // An item is not a step of the path: its attributes are roots.
            let inner = if level == 0 { path.to_owned() } else { format!("{path}.{name}") };
            let value = self.nested_value(level + 1, &inner)?;
            if map.insert(Name::from(name), value).is_some() {
                return Err(message::statement_attribute_twice(&key.unquoted()));
            }
            if !self.eat_symbol(",") {
                break;
            }
        }
        self.expect_symbol("}")?;
        Ok(map)
    }
}

/// A set of its members, which are of one kind.
fn set(members: Vec<Value>) -> Checked<Value> {
    let mut set = match members.first() {
        Some(Value::S(_)) => Value::Ss(Vec::new()),
        Some(Value::N(_)) => Value::Ns(Vec::new()),
        Some(Value::B(_)) => Value::Bs(Vec::new()),
        _ => return Err(message::statement_set_members()),
    };
    for member in members {
        match (&mut set, member) {
            (Value::Ss(set), Value::S(text)) => set.push(text),
            (Value::Ns(set), Value::N(number)) => set.push(number),
            (Value::Bs(set), Value::B(bytes)) => set.push(bytes),
            _ => return Err(message::statement_set_members()),
        }
    }
    Ok(set)
}

fn number(text: &str, path: &str) -> Checked<Value> {
    let lower = text.to_ascii_lowercase();
    let (mantissa, exponent) = lower.split_once('e').unwrap_or((&lower, "0"));
    let fraction = mantissa.split_once('.').map_or(0, |(_, fraction)| fraction.len());
    let scale = exponent.parse::<i64>().ok().filter(|exponent| {
        let scale = i64::try_from(fraction).unwrap_or(i64::MAX).saturating_sub(*exponent);
        exponent.abs() <= SCALE_MAX && scale.abs() <= SCALE_MAX
    });
    if scale.is_none() {
        return Err(malformed(""));
    }
    text.parse().map(Value::N).map_err(|error| match error {
        NumberError::Overflow => message::statement_number_overflow(path),
        NumberError::Underflow => message::statement_number_underflow(path),
        NumberError::TooManyDigits => message::statement_number_digits(path),
        _ => malformed(""),
    })
}
