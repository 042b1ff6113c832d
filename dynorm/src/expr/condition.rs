//! Conditions and filters as trees, typed by the entity that they are about.

use std::fmt;
use std::marker::PhantomData;
use std::ops::{BitAnd, BitOr, Not};

use super::attr::Attr;
use super::mention::{Mark, Mentions, NoKeys};
use crate::value::{Attribute, Concealed, EncodeError, Name, Step, Value, path_text, top};

/// A condition on items of the entity `E`: what a write requires, or a read keeps.
///
/// Conditions come from the operators of [`Attr`] and are put together by `&`, `|` and `!`. `K` says which fields are
/// mentioned that are key attributes themselves, as in `sk = at`: a query cannot filter by the keys that it reads by.
/// Conditions without such fields are all of the type `Condition<E>`.
pub struct Condition<E, K = NoKeys> {
    pub(crate) node: Node,
    types: PhantomData<fn() -> (E, K)>,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Node {
    Compare(Side, &'static str, Side),
    Between(Side, Side, Side),
    In(Side, Vec<Side>),
    Call(&'static str, Vec<Side>),
    And(Vec<Node>),
    Or(Vec<Node>),
    Not(Box<Node>),
    /// The texts before, between and after operands.
    Raw(Vec<String>, Vec<Side>),
}

impl Node {
    /// Whether it compares a sensitive attribute itself, and not only a node within it; `is` tells which are.
    pub(super) fn is_sensitive(&self, is: &dyn Fn(&[Step]) -> bool) -> bool {
        let any = |sides: &[Side]| sides.iter().any(|side| side.is_sensitive(is));
        match self {
            Self::Compare(left, _, right) => left.is_sensitive(is) || right.is_sensitive(is),
            Self::Between(side, low, high) => [side, low, high].into_iter().any(|side| side.is_sensitive(is)),
            Self::In(side, _) => side.is_sensitive(is),
            Self::Call(_, sides) | Self::Raw(_, sides) => any(sides),
            Self::And(_) | Self::Or(_) | Self::Not(_) => false,
        }
    }

    /// That the attribute at `path` is stored as this value, or not at all.
    pub(crate) fn holds(path: Vec<Step>, encoded: Result<Option<Value>, EncodeError>) -> Self {
        match encoded {
            Ok(None) => Self::Call("attribute_not_exists", vec![Side::Path(path)]),
            encoded => {
                let value = Side::of(encoded, &path);
                Self::Compare(Side::Path(path), "=", value)
            }
        }
    }
}

/// What a comparison compares.
#[derive(Clone, Debug, PartialEq)]
pub enum Side {
    /// An attribute.
    Path(Vec<Step>),
    /// The size of an attribute.
    Size(Vec<Step>),
    /// A value.
    Value(Value),
    /// A value that cannot be stored; the request is refused with the reason.
    Bad(EncodeError),
}

impl Side {
    /// An attribute of the item itself.
    pub(crate) fn top(name: impl Into<Name>) -> Self {
        Self::Path(top(name))
    }

    /// Whether it is a sensitive attribute, or the size of one: then what it is compared with is not shown.
    fn is_sensitive(&self, is: &dyn Fn(&[Step]) -> bool) -> bool {
        matches!(self, Self::Path(steps) | Self::Size(steps) if is(steps))
    }

    /// A value to compare the attribute at `path` with.
    pub(crate) fn of_value<T: Attribute>(value: &T, path: &[Step]) -> Self {
        Self::of(value.encode(), path)
    }

    pub(crate) fn of(encoded: Result<Option<Value>, EncodeError>, path: &[Step]) -> Self {
        let placed =
            |error: EncodeError| path.iter().rev().cloned().fold(error, EncodeError::inside).concealed(&[]);
        match encoded {
            Ok(Some(value)) => Self::Value(value),
            Ok(None) => Self::Bad(placed(EncodeError::new(
                "an empty set or a missing value cannot be compared with; use `exists` or `not_exists`",
            ))),
            Err(error) => Self::Bad(placed(error)),
        }
    }
}

/// What an attribute with values of type `T` can be compared with: a value, or another attribute of the type.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be compared with an attribute of type `{T}`",
    label = "expected a `{T}`, or an attribute of that type"
)]
pub trait Operand<E, T> {
    /// Which key attributes it mentions.
    #[doc(hidden)]
    type Keys: Mark;

    /// The operand of a comparison with the attribute at `path`.
    #[doc(hidden)]
    fn side(self, path: &[Step]) -> Side;
}

impl<E, T: Attribute> Operand<E, T> for T {
    type Keys = NoKeys;

    fn side(self, path: &[Step]) -> Side {
        Side::of_value(&self, path)
    }
}

impl<E, T: Attribute> Operand<E, T> for &T {
    type Keys = NoKeys;

    fn side(self, path: &[Step]) -> Side {
        Side::of_value(self, path)
    }
}

impl<E> Operand<E, String> for &str {
    type Keys = NoKeys;

    fn side(self, _: &[Step]) -> Side {
        Side::Value(Value::from(self))
    }
}

impl<E, T: Attribute, U: Attribute<Scalar = T>, R: Mentions> Operand<E, T> for Attr<E, U, R> {
    type Keys = R::Keys;

    fn side(self, _: &[Step]) -> Side {
        Side::Path(self.steps())
    }
}

impl<E, K> Condition<E, K> {
    pub(crate) fn of(node: Node) -> Self {
        Self { node, types: PhantomData }
    }

    /// The condition, whatever it mentions.
    pub(crate) fn unmarked(self) -> Condition<E> {
        Condition::of(self.node)
    }
}

impl<E, K: Mark, L: Mark> BitAnd<Condition<E, L>> for Condition<E, K> {
    type Output = Condition<E, K::And<L>>;

    fn bitand(self, other: Condition<E, L>) -> Self::Output {
        let mut all = match self.node {
            Node::And(all) => all,
            node => vec![node],
        };
        match other.node {
            Node::And(more) => all.extend(more),
            node => all.push(node),
        }
        Condition::of(Node::And(all))
    }
}

impl<E, K: Mark, L: Mark> BitOr<Condition<E, L>> for Condition<E, K> {
    type Output = Condition<E, K::And<L>>;

    fn bitor(self, other: Condition<E, L>) -> Self::Output {
        let mut any = match self.node {
            Node::Or(any) => any,
            node => vec![node],
        };
        match other.node {
            Node::Or(more) => any.extend(more),
            node => any.push(node),
        }
        Condition::of(Node::Or(any))
    }
}

impl<E, K> Not for Condition<E, K> {
    type Output = Self;

    fn not(self) -> Self {
        Self::of(Node::Not(Box::new(self.node)))
    }
}

impl<E, K> Clone for Condition<E, K> {
    fn clone(&self) -> Self {
        Self::of(self.node.clone())
    }
}

impl<E, K> fmt::Debug for Condition<E, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Condition({self})")
    }
}

/// For people: names and values stand where the request has placeholders.
impl<E, K> fmt::Display for Condition<E, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = String::new();
        let shown = super::render::write_node(&self.node, &mut Shown, &mut out);
        f.write_str(&out)?;
        shown.or_else(|error| write!(f, "<{error}>"))
    }
}

/// Shows names and values as they are, but for sensitive ones.
pub(super) struct Shown;

impl super::render::Placeholders for Shown {
    fn path(&mut self, steps: &[Step], out: &mut String) {
        out.push_str(&path_text(steps));
    }

    fn value(&mut self, value: &Value, is_sensitive: bool, out: &mut String) {
        let shown = match value {
            _ if is_sensitive => format!("{Concealed:?}"),
            Value::S(text) => format!("{text:?}"),
            Value::N(number) => number.to_string(),
            Value::Bool(flag) => flag.to_string(),
            other => format!("{other:?}"),
        };
        out.push_str(&shown);
    }
}
