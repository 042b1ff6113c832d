//! Expressions: text to tokens, to a parsed tree, to a resolved tree, to a verdict or a new item.
//!
//! ```text
//! text -token-> tokens -parse-> Parsed* -resolve, check-> Condition | Projection | Action -eval, apply-> ...
//! ```
//!
//! The parsed tree still has placeholders; the resolved tree has none, so that evaluation cannot fail. Recursion is
//! bounded by `parse` before it begins: parentheses are counted in the tokens, and operators are limited to 300.

mod apply;
mod ast;
mod check;
mod eval;
mod key_condition;
mod parse;
mod project;
mod reserved;
mod resolve;
mod token;

pub(crate) use self::apply::apply;
pub(crate) use self::ast::{Action, Comparator, Condition, Operand};
pub(crate) use self::eval::holds;
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
    let actions = parsed.into_iter().map(|action| resolver.action(action)).collect::<Checked<Vec<_>>>()?;
    check::disjoint_paths(expression, actions.iter().map(Action::path))?;
    actions.iter().try_for_each(check::action)?;
    Ok(actions)
}

/// The attributes that a condition names.
pub(crate) fn attributes_of<'e>(condition: &Condition<'e>, names: &mut Vec<&'e str>) {
    let mut name_of = |operand: &Operand<'e>| {
        let mut operand = operand;
        while let Operand::Size(inner) = operand {
            operand = inner;
        }
        if let Operand::Path(path) = operand {
            names.push(path.attribute());
        }
    };
    match condition {
        Condition::All(members) | Condition::Any(members) => {
            for member in members {
                attributes_of(member, names);
            }
        }
        Condition::Not(inner) => attributes_of(inner, names),
        Condition::Compare(_, left, right)
        | Condition::BeginsWith(left, right)
        | Condition::Contains(left, right) => [left, right].into_iter().for_each(&mut name_of),
        Condition::Between(operands) => operands.iter().for_each(&mut name_of),
        Condition::In(value, list) => std::iter::once(value).chain(list).for_each(&mut name_of),
        Condition::Exists(path) | Condition::NotExists(path) | Condition::HasType(path, _) => {
            names.push(path.attribute());
        }
    }
}
