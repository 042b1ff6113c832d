//! Placeholders replaced: parsed trees become resolved ones, and what is undefined or unused is reported.

use dynorm::backend::{Names, Values};
use dynorm::value::Value;

use super::ast::{
    Action, Condition, Node, Operand, ParsedAction, ParsedCall, ParsedCondition, ParsedName, ParsedOperand,
    ParsedPath, ParsedSource, ParsedStep, ParsedTest, Path, Source, Step, Test,
};
use super::check;
use crate::limits::{PATH_STEPS_MAX, PLACEHOLDER_BYTES_MAX, SUBSTITUTIONS_BYTES_MAX};
use crate::message::{self, Checked, Expression};

/// The placeholders of one call, and which of them its expressions used.
#[derive(Debug)]
pub(crate) struct Placeholders<'e> {
    names: &'e Names,
    values: &'e Values,
    /// By address of what they stand for.
    used: Vec<usize>,
}

impl<'e> Placeholders<'e> {
    /// The placeholders of a call, whose keys must be well-formed.
    ///
    /// `missing` says which expressions the call does not have, or is `None` if it has one that takes values.
    pub(crate) fn new(
        names: &'e Names,
        values: &'e Values,
        has_expression: bool,
        missing: Option<&str>,
    ) -> Checked<Self> {
        if !names.is_empty() && !has_expression {
            return Err(message::names_without_expression());
        }
        if let Some(missing) = missing
            && !values.is_empty()
        {
            return Err(message::values_without_expression(missing));
        }
        for (key, name) in names {
            check_key(key, '#', message::names_key_invalid)?;
            if name.is_empty() {
                return Err(message::name_of_placeholder_empty(key));
            }
        }
        for key in values.names() {
            check_key(key, ':', message::values_key_invalid)?;
        }
        check_substitutions(names, values)?;
        Ok(Self { names, values, used: Vec::with_capacity(names.len() + values.len()) })
    }

    /// Every placeholder must have been used by an expression.
    pub(crate) fn finish(mut self) -> Checked {
        self.used.sort_unstable();
        self.used.dedup();
        // Only what is defined can be used, and no name is a value.
        if self.used.len() == self.names.len() + self.values.len() {
            return Ok(());
        }
        let is_unused = |address| self.used.binary_search(&address).is_err();
        let names = self.names.iter().filter(|(_, name)| is_unused(address_of(*name)));
        let names: Vec<&str> = names.map(|(key, _)| key.as_str()).collect();
        if !names.is_empty() {
            return Err(message::unused_names(&names.join(", ")));
        }
        let values = self.values.iter().filter(|(_, value)| is_unused(address_of(*value)));
        let values: Vec<&str> = values.map(|(key, _)| key.as_str()).collect();
        Err(message::unused_values(&values.join(", ")))
    }

    fn name(&mut self, expression: Expression, placeholder: &str) -> Checked<&'e str> {
        let Some(name) = self.names.get(placeholder) else {
            return Err(message::undefined_name(expression, placeholder));
        };
        self.used.push(address_of(name));
        Ok(name)
    }

    fn value(&mut self, expression: Expression, placeholder: &'e str) -> Checked<&'e Value> {
        let Some(value) = self.values.get(placeholder) else {
            return Err(message::undefined_value(expression, placeholder));
        };
        self.used.push(address_of(value));
        Ok(value)
    }
}

/// Tells names and values apart, which stay where they are while a call is read.
fn address_of<T>(used: &T) -> usize {
    std::ptr::from_ref(used).addr()
}

/// All that stands for placeholders has a size.
fn check_substitutions(names: &Names, values: &Values) -> Checked {
    let of_names: usize = names.values().map(|name| name.len()).sum();
    let size_bytes = of_names + values.iter().map(|(_, value)| value.size_bytes()).sum::<usize>();
    if size_bytes > SUBSTITUTIONS_BYTES_MAX {
        return Err(message::substitutions_too_large(size_bytes));
    }
    Ok(())
}

fn check_key(key: &str, first: char, invalid: fn(&str) -> message::Refusal) -> Checked {
    let is_well_formed = key
        .strip_prefix(first)
        .is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_'));
    if !is_well_formed {
        return Err(invalid(key));
    }
    if key.len() > PLACEHOLDER_BYTES_MAX {
        return Err(message::placeholder_too_long(key));
    }
    Ok(())
}

/// Resolves one expression of a call.
pub(super) struct Resolver<'p, 'e> {
    pub(super) expression: Expression,
    pub(super) placeholders: &'p mut Placeholders<'e>,
}

impl<'e> Resolver<'_, 'e> {
    pub(super) fn condition(&mut self, parsed: ParsedCondition<'e>) -> Checked<Condition<'e>> {
        let mut nodes = Vec::with_capacity(parsed.len());
        for node in parsed {
            nodes.push(match node {
                Node::Test(test) => Node::Test(self.test(test)?),
                Node::Not => Node::Not,
                Node::And => Node::And,
                Node::Or => Node::Or,
            });
        }
        Ok(Condition(nodes))
    }

    fn test(&mut self, parsed: ParsedTest<'e>) -> Checked<Test<'e>> {
        let test = match parsed {
            ParsedTest::Compare(comparator, left, right) => {
                Test::Compare(comparator, self.operand(left)?, self.operand(right)?)
            }
            ParsedTest::Between([value, low, high]) => {
                Test::Between([self.operand(value)?, self.operand(low)?, self.operand(high)?])
            }
            ParsedTest::In(value, list) => {
                let value = self.operand(value)?;
                let list = list.into_iter().map(|operand| self.operand(operand)).collect::<Checked<_>>()?;
                Test::In(value, list)
            }
            ParsedTest::Call(call) => self.function(call)?,
        };
        check::test(self.expression, &test)?;
        Ok(test)
    }

    /// A function that is a condition.
    fn function(&mut self, call: ParsedCall<'e>) -> Checked<Test<'e>> {
        let name = call.name;
        let count = call.arguments.len();
        let expected = if matches!(name, "attribute_exists" | "attribute_not_exists") { 1 } else { 2 };
        let [mut first, mut second] = [None, None];
        for argument in call.arguments {
            let operand = self.operand(argument)?;
            if first.is_none() { first = Some(operand) } else { second = Some(operand) }
        }
        let Some(first) = first.filter(|_| count == expected) else {
            return Err(message::wrong_operand_count(self.expression, name, count));
        };
        match (name, first, second) {
            ("attribute_exists", Operand::Path(path), None) => Ok(Test::Exists(path)),
            ("attribute_not_exists", Operand::Path(path), None) => Ok(Test::NotExists(path)),
            ("attribute_type", first, Some(second)) => check::type_name(self.expression, first, &second),
            ("begins_with", first, Some(second)) => Ok(Test::BeginsWith(first, second)),
            ("contains", first, Some(second)) => Ok(Test::Contains(first, second)),
            (name, ..) => Err(message::path_required(self.expression, name)),
        }
    }

    fn operand(&mut self, parsed: ParsedOperand<'e>) -> Checked<Operand<'e>> {
        match parsed {
            ParsedOperand::Path(path) => Ok(Operand::Path(self.path(path)?)),
            ParsedOperand::Value(name) => Ok(Operand::Value(self.placeholders.value(self.expression, name)?)),
            ParsedOperand::Call(call) => {
                let count = call.arguments.len();
                let mut arguments = call.arguments.into_iter();
                let (Some(argument), None) = (arguments.next(), arguments.next()) else {
                    return Err(message::wrong_operand_count(self.expression, call.name, count));
                };
                let argument = self.operand(argument)?;
                check::size(self.expression, &argument)?;
                Ok(Operand::Size(Box::new(argument)))
            }
        }
    }

    pub(super) fn path(&mut self, parsed: ParsedPath<'e>) -> Checked<Path<'e>> {
        let n_steps = 1 + parsed.inner.len();
        if n_steps > PATH_STEPS_MAX {
            return Err(message::path_too_deep(self.expression, n_steps));
        }
        let attribute = self.name(parsed.attribute)?;
        let mut inner = Vec::with_capacity(parsed.inner.len());
        for step in parsed.inner {
            inner.push(match step {
                ParsedStep::Name(name) => Step::Name(self.name(name)?),
                ParsedStep::Index(index) => Step::Index(index),
            });
        }
        Ok(Path::of(attribute, inner))
    }

    fn name(&mut self, parsed: ParsedName<'e>) -> Checked<&'e str> {
        match parsed {
            ParsedName::Plain(name) => Ok(name),
            ParsedName::Placeholder(name) => self.placeholders.name(self.expression, name),
        }
    }

    pub(super) fn action(&mut self, parsed: ParsedAction<'e>) -> Checked<Action<'e>> {
        match parsed {
            ParsedAction::Set(path, source) => Ok(Action::Set(self.path(path)?, self.source(source)?)),
            ParsedAction::Remove(path) => Ok(Action::Remove(self.path(path)?)),
            ParsedAction::Add(path, value) => {
                let path = self.path(path)?;
                let value = self.placeholders.value(self.expression, value)?;
                Ok(Action::Add(path, value))
            }
            ParsedAction::Delete(path, value) => {
                let path = self.path(path)?;
                let value = self.placeholders.value(self.expression, value)?;
                Ok(Action::Delete(path, value))
            }
        }
    }

    fn source(&mut self, parsed: ParsedSource<'e>) -> Checked<Source<'e>> {
        match parsed {
            ParsedSource::Operand(operand) => self.source_operand(operand),
            ParsedSource::Sum(left, right) => {
                Ok(Source::Sum(Box::new([self.source_operand(left)?, self.source_operand(right)?])))
            }
            ParsedSource::Difference(left, right) => {
                Ok(Source::Difference(Box::new([self.source_operand(left)?, self.source_operand(right)?])))
            }
        }
    }

    fn source_operand(&mut self, parsed: ParsedOperand<'e>) -> Checked<Source<'e>> {
        let call = match parsed {
            ParsedOperand::Path(path) => return Ok(Source::Path(self.path(path)?)),
            ParsedOperand::Value(name) => {
                return Ok(Source::Value(self.placeholders.value(self.expression, name)?));
            }
            ParsedOperand::Call(call) => call,
        };
        let mut arguments = Vec::with_capacity(call.arguments.len());
        for argument in call.arguments {
            arguments.push(self.source_operand(argument)?);
        }
        let count = arguments.len();
        let Ok([first, second]) = <[Source<'e>; 2]>::try_from(arguments) else {
            return Err(message::wrong_operand_count(self.expression, call.name, count));
        };
        if call.name == "list_append" {
            return Ok(Source::ListAppend(Box::new([first, second])));
        }
        match first {
            Source::Path(path) => Ok(Source::IfNotExists(path, Box::new(second))),
            _ => Err(message::path_required(self.expression, call.name)),
        }
    }
}
