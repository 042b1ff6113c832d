//! The only writer of expression text, and of the placeholders in it.

use std::borrow::Borrow;

use super::condition::{Node, Side};
use crate::value::{EncodeError, Name, Names, Step, Value, Values, leads_into_sensitive};

/// The longest expression, in bytes, before its placeholders are filled in.
///
/// Source: [limits of expressions](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html).
const EXPRESSION_BYTES_MAX: usize = 4096;
/// Room that most expressions need no more than.
const EXPRESSION_BYTES_USUAL: usize = 96;
/// Most operators and functions of an expression.
///
/// Source: as above.
const OPERATORS_MAX: usize = 300;

/// Why an expression is not sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Unsendable {
    /// A value cannot be stored.
    Value(EncodeError),
    /// The expression is longer or has more operators than DynamoDB takes.
    TooLarge { size_bytes: usize, n_operators: usize },
}

impl From<EncodeError> for Unsendable {
    fn from(error: EncodeError) -> Self {
        Self::Value(error)
    }
}

impl Unsendable {
    /// For people, where it is not about a value.
    pub(crate) fn limits(size_bytes: usize, n_operators: usize) -> String {
        format!(
            "an expression has {size_bytes} bytes and {n_operators} operators, and DynamoDB takes {EXPRESSION_BYTES_MAX} and {OPERATORS_MAX}; ask for less in one request"
        )
    }
}

/// The expression, if it is within the limits of one.
pub(super) fn limited(expression: String) -> Result<String, Unsendable> {
    // An operator has two characters at least, with what parts it from the next.
    if expression.len() < 2 * OPERATORS_MAX {
        return Ok(expression);
    }
    let (size_bytes, n_operators) = (expression.len(), n_operators(&expression));
    if size_bytes > EXPRESSION_BYTES_MAX || n_operators > OPERATORS_MAX {
        return Err(Unsendable::TooLarge { size_bytes, n_operators });
    }
    Ok(expression)
}

/// The operators of a text in which all names and values are placeholders, as DynamoDB counts them: `BETWEEN` with its
/// `AND` is one.
fn n_operators(expression: &str) -> usize {
    const NO_OPERATORS: [&str; 5] = ["BETWEEN", "SET", "REMOVE", "ADD", "DELETE"];
    let mark = |c: char| matches!(c, '<' | '>' | '=');
    let words = expression.split(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '#' | ':')));
    let is_operator =
        |word: &&str| word.starts_with(|c: char| c.is_ascii_alphabetic()) && !NO_OPERATORS.contains(word);
    words.filter(is_operator).count()
        + expression.split(|c| !mark(c)).filter(|marks| !marks.is_empty()).count()
}

/// Writes the expressions of one request: equal names and equal values share a placeholder.
#[derive(Debug, Default)]
pub struct Renderer {
    names: Vec<(Name, Name)>,
    values: Vec<(Name, Value)>,
    /// The attributes whose values are not shown, whoever names them.
    sensitive: &'static [&'static str],
}

/// Puts something in the place of names and values.
pub(super) trait Placeholders {
    fn path(&mut self, steps: &[Step], out: &mut String);
    /// `is_sensitive` says that it is not to be shown.
    fn value(&mut self, value: &Value, is_sensitive: bool, out: &mut String);

    /// Whether the values of an attribute are not to be shown.
    fn is_sensitive(&self, steps: &[Step]) -> bool {
        leads_into_sensitive(steps)
    }
}

/// Placeholders that every small request uses, so that they need no allocation.
const NAME_PLACEHOLDERS: [&str; 10] = ["#0", "#1", "#2", "#3", "#4", "#5", "#6", "#7", "#8", "#9"];
const VALUE_PLACEHOLDERS: [&str; 10] = [":0", ":1", ":2", ":3", ":4", ":5", ":6", ":7", ":8", ":9"];

fn placeholder(known: &[&'static str], sigil: char, n: usize) -> Name {
    known.get(n).map_or_else(|| Name::from(format!("{sigil}{n}")), |known| Name::from(*known))
}

impl Renderer {
    /// The renderer of a request in which the values of these attributes are not shown.
    pub(crate) fn concealing(sensitive: &'static [&'static str]) -> Self {
        Self { sensitive, ..Self::default() }
    }

    /// A condition or filter.
    pub(crate) fn condition(&mut self, node: &Node) -> Result<String, Unsendable> {
        let mut out = String::with_capacity(EXPRESSION_BYTES_USUAL);
        write_node(node, self, &mut out)?;
        limited(out)
    }

    /// The conjunction of nodes, of which conjunctions are taken apart; `None` if there are none.
    #[expect(single_use_lifetimes, reason = "an anonymous lifetime cannot stand in the type of an item")]
    pub(crate) fn all<'n>(
        &mut self,
        nodes: impl IntoIterator<Item = &'n Node>,
    ) -> Result<Option<String>, Unsendable> {
        let mut parts: Vec<&Node> = Vec::new();
        for node in nodes {
            match node {
                Node::And(inner) => parts.extend(inner),
                node => parts.push(node),
            }
        }
        match parts.as_slice() {
            [] => Ok(None),
            [node] => self.condition(node).map(Some),
            _ => {
                let mut out = String::with_capacity(EXPRESSION_BYTES_USUAL);
                write_nodes(&parts, " AND ", strength(&Node::And(Vec::new())), self, &mut out)?;
                limited(out).map(Some)
            }
        }
    }

    /// A projection: paths that do not overlap.
    pub(crate) fn projection(&mut self, paths: &[Vec<Step>]) -> String {
        let mut out = String::new();
        for (at, path) in paths.iter().enumerate() {
            if at > 0 {
                out.push_str(", ");
            }
            self.path(path, &mut out);
        }
        out
    }

    /// The path of an attribute by its name.
    pub(crate) fn name(&mut self, name: &Name, out: &mut String) {
        if let Some((placeholder, _)) = self.names.iter().find(|(_, known)| known == name) {
            return out.push_str(placeholder);
        }
        let placeholder = placeholder(&NAME_PLACEHOLDERS, '#', self.names.len());
        out.push_str(&placeholder);
        self.names.push((placeholder, name.clone()));
    }

    /// The placeholder maps of the request.
    pub(crate) fn finish(self) -> (Names, Values) {
        (self.names.into_iter().collect(), self.values.into_iter().collect())
    }
}

impl Placeholders for Renderer {
    fn path(&mut self, steps: &[Step], out: &mut String) {
        for (at, step) in steps.iter().enumerate() {
            match step {
                Step::Name(name) => {
                    if at > 0 {
                        out.push('.');
                    }
                    self.name(name, out);
                }
                Step::Index(index) => {
                    out.push('[');
                    out.push_str(&index.to_string());
                    out.push(']');
                }
            }
        }
    }

    fn value(&mut self, value: &Value, is_sensitive: bool, out: &mut String) {
        if let Some((placeholder, _)) = self.values.iter_mut().find(|(_, known)| known == value) {
            out.push_str(placeholder);
            if is_sensitive {
                *placeholder = placeholder.concealed();
            }
            return;
        }
        let placeholder = placeholder(&VALUE_PLACEHOLDERS, ':', self.values.len());
        out.push_str(&placeholder);
        let placeholder = if is_sensitive { placeholder.concealed() } else { placeholder };
        self.values.push((placeholder, value.clone()));
    }

    fn is_sensitive(&self, steps: &[Step]) -> bool {
        let is_named = |name: &Name| name.is_sensitive() || self.sensitive.contains(&name.as_str());
        matches!(steps.first(), Some(Step::Name(name)) if is_named(name))
    }
}

/// How tightly a node holds together; one that holds less than its place needs parentheses.
fn strength(node: &Node) -> u8 {
    match node {
        // What a raw text has outermost is not known.
        Node::Or(_) | Node::Raw(..) => 0,
        Node::And(_) => 1,
        Node::Not(_) => 2,
        _ => 3,
    }
}

pub(super) fn write_node(
    node: &Node,
    placeholders: &mut dyn Placeholders,
    out: &mut String,
) -> Result<(), EncodeError> {
    let concealed = node.is_sensitive(&|steps| placeholders.is_sensitive(steps));
    match node {
        Node::Compare(left, operator, right) => {
            write_side(left, concealed, placeholders, out)?;
            out.push(' ');
            out.push_str(operator);
            out.push(' ');
            write_side(right, concealed, placeholders, out)
        }
        Node::Between(side, low, high) => {
            write_side(side, concealed, placeholders, out)?;
            out.push_str(" BETWEEN ");
            write_side(low, concealed, placeholders, out)?;
            out.push_str(" AND ");
            write_side(high, concealed, placeholders, out)
        }
        Node::In(side, values) => {
            write_side(side, concealed, placeholders, out)?;
            out.push_str(" IN ");
            write_sides(values, concealed, placeholders, out)
        }
        Node::Call(function, sides) => {
            out.push_str(function);
            write_sides(sides, concealed, placeholders, out)
        }
        Node::And(nodes) => write_nodes(nodes, " AND ", strength(node), placeholders, out),
        Node::Or(nodes) => write_nodes(nodes, " OR ", strength(node), placeholders, out),
        Node::Not(inner) => {
            out.push_str("NOT ");
            write_inner(inner, strength(node), placeholders, out)
        }
        Node::Raw(texts, operands) => {
            for (at, text) in texts.iter().enumerate() {
                out.push_str(text);
                if let Some(operand) = operands.get(at) {
                    write_side(operand, concealed, placeholders, out)?;
                }
            }
            Ok(())
        }
    }
}

fn write_nodes<N: Borrow<Node>>(
    nodes: &[N],
    between: &str,
    strength: u8,
    placeholders: &mut dyn Placeholders,
    out: &mut String,
) -> Result<(), EncodeError> {
    for (at, node) in nodes.iter().enumerate() {
        if at > 0 {
            out.push_str(between);
        }
        write_inner(node.borrow(), strength, placeholders, out)?;
    }
    Ok(())
}

fn write_inner(
    node: &Node,
    around: u8,
    placeholders: &mut dyn Placeholders,
    out: &mut String,
) -> Result<(), EncodeError> {
    // DynamoDB refuses parentheses without need. A conjunction within a disjunction does not need them either, but
    // they are accepted there and read better.
    let loose = strength(node) < 2 && (strength(node) != around || matches!(node, Node::Raw(..)));
    if loose {
        out.push('(');
    }
    write_node(node, placeholders, out)?;
    if loose {
        out.push(')');
    }
    Ok(())
}

fn write_sides(
    sides: &[Side],
    concealed: bool,
    placeholders: &mut dyn Placeholders,
    out: &mut String,
) -> Result<(), EncodeError> {
    out.push('(');
    for (at, side) in sides.iter().enumerate() {
        if at > 0 {
            out.push_str(", ");
        }
        write_side(side, concealed, placeholders, out)?;
    }
    out.push(')');
    Ok(())
}

pub(super) fn write_side(
    side: &Side,
    concealed: bool,
    placeholders: &mut dyn Placeholders,
    out: &mut String,
) -> Result<(), EncodeError> {
    match side {
        Side::Path(steps) => placeholders.path(steps, out),
        Side::Size(steps) => {
            out.push_str("size(");
            placeholders.path(steps, out);
            out.push(')');
        }
        Side::Value(value) => placeholders.value(value, concealed, out),
        Side::Bad(error) => return Err(error.clone()),
    }
    Ok(())
}
