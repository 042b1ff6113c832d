//! Expressions: text to tokens, to a parsed form, to a resolved form, to a verdict or a new item.
//!
//! ```text
//! text -token-> tokens -parse-> Parsed* -resolve, check-> Condition | Projection | Action -eval, apply-> ...
//! ```
//!
//! The parsed form still has placeholders; the resolved one has none, so that evaluation cannot fail.
//! Conditions are lists in postfix order, so that no depth of parentheses takes stack; operands in operands
//! are bounded.

mod apply;
mod ast;
mod check;
mod eval;
mod key_condition;
mod parse;
mod project;
mod reserved;
mod resolve;
#[cfg(test)]
mod round_trip;
mod token;

pub(crate) use self::apply::apply;
pub(crate) use self::ast::{Action, Comparator, Condition, Node, Operand, Path, Source, Step, Test};
pub(crate) use self::eval::{find, holds, order};
pub(crate) use self::key_condition::{KeyTerm, key_terms};
pub(crate) use self::project::Projection;
pub(crate) use self::resolve::Placeholders;

use self::resolve::Resolver;
use crate::message::{Checked, Expression};

/// Reads a condition, a filter or a key condition.
pub(crate) fn condition<'e>(
    expression: Expression,
    text: &'e str,
    placeholders: &mut Placeholders<'e>,
) -> Checked<Condition<'e>> {
    let parsed = parse::condition(expression, text)?;
    Resolver { expression, placeholders }.condition(parsed)
}

/// Reads a projection.
pub(crate) fn projection<'e>(text: &'e str, placeholders: &mut Placeholders<'e>) -> Checked<Projection<'e>> {
    let expression = Expression::Projection;
    let parsed = parse::projection(text)?;
    let mut resolver = Resolver { expression, placeholders };
    let paths = parsed.into_iter().map(|path| resolver.path(path)).collect::<Checked<Vec<_>>>()?;
    check::disjoint_paths(expression, paths.iter())?;
    Ok(Projection::of(&paths))
}

/// Reads an update.
pub(crate) fn update<'e>(text: &'e str, placeholders: &mut Placeholders<'e>) -> Checked<Vec<Action<'e>>> {
    let expression = Expression::Update;
    let parsed = parse::update(text)?;
    let mut resolver = Resolver { expression, placeholders };
    // Not collected, which would be in place and give back a part of the memory on every call.
    let mut actions = Vec::with_capacity(parsed.len());
    for action in parsed {
        actions.push(resolver.action(action)?);
    }
    check_actions(&actions)?;
    Ok(actions)
}

/// The rules of a test that are known before any item is seen.
pub(crate) fn check_test(expression: Expression, test: &Test<'_>) -> Checked {
    check::test(expression, test)
}

/// The test of `attribute_type`, whose second operand must name a type.
pub(crate) fn has_type<'e>(
    expression: Expression,
    first: Operand<'e>,
    second: &Operand<'e>,
) -> Checked<Test<'e>> {
    check::type_name(expression, first, second)
}

/// The rules of an update that are known before any item is seen.
pub(crate) fn check_actions(actions: &[Action<'_>]) -> Checked {
    check::disjoint_paths(Expression::Update, actions.iter().map(Action::path))?;
    actions.iter().try_for_each(check::action)
}

/// The attributes that a condition names.
pub(crate) fn attributes_of<'e>(condition: &Condition<'e>, names: &mut Vec<&'e str>) {
    for node in condition.nodes() {
        let Node::Test(test) = node else { continue };
        match test {
            Test::Compare(_, left, right) | Test::BeginsWith(left, right) | Test::Contains(left, right) => {
                note(left, names);
                note(right, names);
            }
            Test::Between(operands) => operands.iter().for_each(|operand| note(operand, names)),
            Test::In(value, list) => {
                std::iter::once(value).chain(list).for_each(|operand| note(operand, names));
            }
            Test::Exists(path) | Test::NotExists(path) | Test::HasType(path, _) => {
                names.push(path.attribute());
            }
        }
    }
}

fn note<'e>(operand: &Operand<'e>, names: &mut Vec<&'e str>) {
    match operand {
        Operand::Path(path) => names.push(path.attribute()),
        Operand::Size(inner) => note(inner, names),
        Operand::Value(_) => {}
    }
}
