//! What an update changes, as a tree without types; the typed builder is in `op::update`.

use std::fmt;

use super::condition::{Shown, Side};
use super::render::{Placeholders, Renderer, Unsendable, limited, write_side};
use crate::value::{EncodeError, Item, Name, Step, Value, top};

/// The assignments of an update.
#[derive(Clone, Default, PartialEq)]
pub(crate) struct Changes {
    pub(super) sets: Vec<(Vec<Step>, Assigned)>,
    pub(super) removes: Vec<Vec<Step>>,
    pub(super) adds: Vec<(Vec<Step>, Side)>,
    pub(super) deletes: Vec<(Vec<Step>, Side)>,
}

/// What an attribute is set to.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Assigned {
    /// A value, or the value of another attribute.
    Side(Side),
    /// Its value, and this if it has none.
    IfAbsent(Side),
    /// Its list with these elements after it.
    Append(Side),
    /// Its list with these elements before it.
    Prepend(Side),
}

impl Changes {
    pub(crate) fn is_empty(&self) -> bool {
        self.sets.is_empty() && self.removes.is_empty() && self.adds.is_empty() && self.deletes.is_empty()
    }

    /// Forgets what was to be done with `path`: the last change decides, and two would overlap.
    fn forget(&mut self, path: &[Step]) {
        self.sets.retain(|(known, _)| known != path);
        self.removes.retain(|known| known != path);
        self.adds.retain(|(known, _)| known != path);
        self.deletes.retain(|(known, _)| known != path);
    }

    pub(crate) fn set(&mut self, path: Vec<Step>, assigned: Assigned) {
        self.forget(&path);
        self.sets.push((path, assigned));
    }

    pub(crate) fn remove(&mut self, path: Vec<Step>) {
        self.forget(&path);
        self.removes.push(path);
    }

    pub(crate) fn add(&mut self, path: Vec<Step>, addend: Side) {
        self.forget(&path);
        self.adds.push((path, addend));
    }

    pub(crate) fn delete(&mut self, path: Vec<Step>, elements: Side) {
        self.forget(&path);
        self.deletes.push((path, elements));
    }

    /// Sets the members of a map at `path`, and within maps of theirs.
    pub(crate) fn merge(&mut self, path: &[Step], members: Item) {
        for (name, value) in members {
            let mut path = path.to_vec();
            path.push(Step::Name(name));
            match value {
                Value::M(members) => self.merge(&path, members),
                value => self.set(path, Assigned::Side(Side::Value(value))),
            }
        }
    }

    /// Two changes of which one is within the other, which DynamoDB refuses.
    pub(crate) fn overlap(&self) -> Option<(&[Step], &[Step])> {
        let sets = self.sets.iter().map(|(path, _)| path);
        let operands = self.adds.iter().chain(&self.deletes).map(|(path, _)| path);
        let paths: Vec<&[Step]> = sets.chain(&self.removes).chain(operands).map(Vec::as_slice).collect();
        let is_within =
            |outer: &[Step], inner: &[Step]| outer.len() < inner.len() && inner.starts_with(outer);
        paths.iter().find_map(|outer| {
            paths.iter().find(|inner| is_within(outer, inner)).map(|inner| (*outer, *inner))
        })
    }

    /// The value that an attribute of the item is set to.
    pub(crate) fn assigned(&self, attribute: &str) -> Option<&Value> {
        self.sets.iter().find_map(|(path, assigned)| match (path.as_slice(), assigned) {
            ([Step::Name(name)], Assigned::Side(Side::Value(value))) if name.as_str() == attribute => {
                Some(value)
            }
            _ => None,
        })
    }

    /// As [`assigned`](Self::assigned), also of one that is set only if it is absent; to be changed.
    pub(crate) fn assigned_mut(&mut self, attribute: &str) -> Option<&mut Value> {
        self.sets.iter_mut().find_map(|(path, assigned)| match (path.as_slice(), assigned) {
            (
                [Step::Name(name)],
                Assigned::Side(Side::Value(value)) | Assigned::IfAbsent(Side::Value(value)),
            ) if name.as_str() == attribute => Some(value),
            _ => None,
        })
    }

    /// Whether an attribute of the item is removed.
    pub(crate) fn removes(&self, attribute: &str) -> bool {
        let is_it =
            |path: &Vec<Step>| matches!(path.as_slice(), [Step::Name(name)] if name.as_str() == attribute);
        self.removes.iter().any(is_it)
    }

    /// Whether an attribute of the item, or something within it, is changed.
    pub(crate) fn touches(&self, attribute: &str) -> bool {
        self.attributes().any(|name| name.as_str() == attribute)
    }

    /// The attributes of the item that are changed, or within which something is.
    pub(crate) fn attributes(&self) -> impl Iterator<Item = &Name> {
        let sets = self.sets.iter().map(|(path, _)| path);
        let operands = self.adds.iter().chain(&self.deletes).map(|(path, _)| path);
        sets.chain(&self.removes).chain(operands).filter_map(|path| match path.first() {
            Some(Step::Name(name)) => Some(name),
            _ => None,
        })
    }

    /// These changes and then others, which count more.
    pub(crate) fn extend(&mut self, other: Self) {
        let Self { sets, removes, adds, deletes } = other;
        for (path, assigned) in sets {
            self.set(path, assigned);
        }
        for path in removes {
            self.remove(path);
        }
        for (path, addend) in adds {
            self.add(path, addend);
        }
        for (path, elements) in deletes {
            self.delete(path, elements);
        }
    }

    /// Sets or removes an attribute by its name.
    pub(crate) fn put_key(&mut self, name: &'static str, value: Option<Value>) {
        let path = top(name);
        match value {
            Some(value) => self.set(path, Assigned::Side(Side::Value(value))),
            None => self.remove(path),
        }
    }
}

/// As the update expression would be, with names and values in it.
impl fmt::Debug for Changes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = String::new();
        let shown = write_changes(self, &mut Shown, &mut out);
        f.write_str(&out)?;
        shown.or_else(|error| write!(f, "<{error}>"))
    }
}

impl Renderer {
    /// An update expression; `None` where nothing changes.
    pub(crate) fn changes(&mut self, changes: &Changes) -> Result<Option<String>, Unsendable> {
        if changes.is_empty() {
            return Ok(None);
        }
        let mut out = String::with_capacity(64);
        write_changes(changes, self, &mut out)?;
        limited(out).map(Some)
    }
}

fn write_changes(
    changes: &Changes,
    placeholders: &mut dyn Placeholders,
    out: &mut String,
) -> Result<(), EncodeError> {
    clause(out, "SET ", &changes.sets, |(path, assigned), out| {
        write_assignment(path, assigned, placeholders, out)
    })?;
    clause(out, "REMOVE ", &changes.removes, |path, out| {
        placeholders.path(path, out);
        Ok(())
    })?;
    for (keyword, operands) in [("ADD ", &changes.adds), ("DELETE ", &changes.deletes)] {
        clause(out, keyword, operands, |(path, side), out| {
            placeholders.path(path, out);
            out.push(' ');
            write_side(side, placeholders.is_sensitive(path), placeholders, out)
        })?;
    }
    Ok(())
}

fn write_assignment(
    path: &[Step],
    assigned: &Assigned,
    placeholders: &mut dyn Placeholders,
    out: &mut String,
) -> Result<(), EncodeError> {
    placeholders.path(path, out);
    out.push_str(" = ");
    let concealed = placeholders.is_sensitive(path);
    let (function, side, path_first) = match assigned {
        Assigned::Side(side) => return write_side(side, concealed, placeholders, out),
        Assigned::IfAbsent(side) => ("if_not_exists(", side, true),
        Assigned::Append(side) => ("list_append(", side, true),
        Assigned::Prepend(side) => ("list_append(", side, false),
    };
    out.push_str(function);
    if path_first {
        placeholders.path(path, out);
        out.push_str(", ");
    }
    write_side(side, concealed, placeholders, out)?;
    if !path_first {
        out.push_str(", ");
        placeholders.path(path, out);
    }
    out.push(')');
    Ok(())
}

fn clause<T>(
    out: &mut String,
    keyword: &str,
    parts: &[T],
    mut write: impl FnMut(&T, &mut String) -> Result<(), EncodeError>,
) -> Result<(), EncodeError> {
    for (at, part) in parts.iter().enumerate() {
        match (at, out.is_empty()) {
            (0, true) => out.push_str(keyword),
            (0, false) => {
                out.push(' ');
                out.push_str(keyword);
            }
            _ => out.push_str(", "),
        }
        write(part, out)?;
    }
    Ok(())
}
