//! The only writer of expression text, and of the placeholders in it.

use super::condition::{Node, Side};
use crate::value::{EncodeError, Name, Names, Step, Value, Values};

/// Writes the expressions of one request: equal names and equal values share a placeholder.
#[derive(Debug, Default)]
pub struct Renderer {
    names: Vec<(Name, Name)>,
    values: Vec<(Name, Value)>,
}

/// Puts something in the place of names and values.
pub(super) trait Placeholders {
    fn path(&mut self, steps: &[Step], out: &mut String);
    fn value(&mut self, value: &Value, out: &mut String);
}

/// Placeholders that every small request uses, so that they need no allocation.
const NAME_PLACEHOLDERS: [&str; 10] = ["#0", "#1", "#2", "#3", "#4", "#5", "#6", "#7", "#8", "#9"];
const VALUE_PLACEHOLDERS: [&str; 10] = [":0", ":1", ":2", ":3", ":4", ":5", ":6", ":7", ":8", ":9"];

fn placeholder(known: &[&'static str], sigil: char, n: usize) -> Name {
    known.get(n).map_or_else(|| Name::from(format!("{sigil}{n}")), |known| Name::from(*known))
}

impl Renderer {
    /// A condition or filter.
    pub(crate) fn condition(&mut self, node: &Node) -> Result<String, EncodeError> {
        let mut out = String::new();
        write_node(node, self, &mut out)?;
        Ok(out)
    }

    /// The path of an attribute by its name.
    pub(crate) fn name(&mut self, name: &str, out: &mut String) {
        if let Some((placeholder, _)) = self.names.iter().find(|(_, known)| known == name) {
            return out.push_str(placeholder);
        }
        let placeholder = placeholder(&NAME_PLACEHOLDERS, '#', self.names.len());
        out.push_str(&placeholder);
        self.names.push((placeholder, Name::from(name.to_owned())));
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

    fn value(&mut self, value: &Value, out: &mut String) {
        if let Some((placeholder, _)) = self.values.iter().find(|(_, known)| known == value) {
            return out.push_str(placeholder);
        }
        let placeholder = placeholder(&VALUE_PLACEHOLDERS, ':', self.values.len());
        out.push_str(&placeholder);
        self.values.push((placeholder, value.clone()));
    }
}

/// How tightly a node holds together; one that holds less than its place needs parentheses.
fn strength(node: &Node) -> u8 {
    match node {
        Node::Or(_) => 0,
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
    match node {
        Node::Compare(left, operator, right) => {
            write_side(left, placeholders, out)?;
            out.push(' ');
            out.push_str(operator);
            out.push(' ');
            write_side(right, placeholders, out)
        }
        Node::Between(side, low, high) => {
            write_side(side, placeholders, out)?;
            out.push_str(" BETWEEN ");
            write_side(low, placeholders, out)?;
            out.push_str(" AND ");
            write_side(high, placeholders, out)
        }
        Node::In(side, values) => {
            write_side(side, placeholders, out)?;
            out.push_str(" IN ");
            write_sides(values, placeholders, out)
        }
        Node::Call(function, sides) => {
            out.push_str(function);
            write_sides(sides, placeholders, out)
        }
        Node::And(nodes) => write_nodes(nodes, " AND ", strength(node), placeholders, out),
        Node::Or(nodes) => write_nodes(nodes, " OR ", strength(node), placeholders, out),
        Node::Not(inner) => {
            out.push_str("NOT ");
            write_inner(inner, strength(node), placeholders, out)
        }
    }
}

fn write_nodes(
    nodes: &[Node],
    between: &str,
    strength: u8,
    placeholders: &mut dyn Placeholders,
    out: &mut String,
) -> Result<(), EncodeError> {
    for (at, node) in nodes.iter().enumerate() {
        if at > 0 {
            out.push_str(between);
        }
        write_inner(node, strength, placeholders, out)?;
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
    let loose = strength(node) < 2 && strength(node) != around;
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
    placeholders: &mut dyn Placeholders,
    out: &mut String,
) -> Result<(), EncodeError> {
    out.push('(');
    for (at, side) in sides.iter().enumerate() {
        if at > 0 {
            out.push_str(", ");
        }
        write_side(side, placeholders, out)?;
    }
    out.push(')');
    Ok(())
}

pub(super) fn write_side(
    side: &Side,
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
        Side::Value(value) => placeholders.value(value, out),
        Side::Bad(error) => return Err(error.clone()),
    }
    Ok(())
}
