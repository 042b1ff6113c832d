//! Parts of items: projections, and what an update touched.

use dynorm::value::{Item, Name, Value};

use super::ast::{Path, Step};

/// Attributes of an item to keep, as a tree of steps.
#[derive(Debug, Default)]
pub(crate) struct Projection<'e> {
    /// In order of the steps.
    children: Vec<(Step<'e>, Projection<'e>)>,
}

impl<'e> Projection<'e> {
    /// The tree of disjoint paths.
    pub(crate) fn of<'p>(paths: impl IntoIterator<Item = &'p Path<'e>>) -> Self
    where
        'e: 'p,
    {
        let mut root = Self::default();
        for path in paths {
            let mut node = &mut root;
            for step in path.steps() {
                let at = match node.children.binary_search_by(|(probe, _)| probe.cmp(&step)) {
                    Ok(at) => at,
                    Err(at) => {
                        node.children.insert(at, (step, Self::default()));
                        at
                    }
                };
                node = &mut node.children[at].1;
            }
        }
        root
    }

    /// The attributes that the paths begin with.
    pub(crate) fn attributes(&self) -> impl Iterator<Item = &'e str> {
        self.children.iter().filter_map(|(step, _)| match step {
            Step::Name(name) => Some(*name),
            Step::Index(_) => None,
        })
    }

    /// Whether a path begins with the attribute.
    pub(crate) fn names(&self, attribute: &str) -> bool {
        self.attributes().any(|name| name == attribute)
    }

    /// What the paths lead to, inside of what it is inside of. Elements of a list move together.
    pub(crate) fn apply(&self, item: &Item) -> Item {
        let mut kept = Item::with_capacity(self.children.len());
        for (step, child) in &self.children {
            if let Step::Name(name) = step
                && let Some(value) = item.get(name)
                && let Some(part) = child.part_of(value)
            {
                kept.insert(Name::shared(name), part);
            }
        }
        kept
    }

    fn part_of(&self, value: &Value) -> Option<Value> {
        if self.children.is_empty() {
            return Some(value.clone());
        }
        match value {
            Value::M(map) => {
                let kept = self.apply(map);
                (!kept.is_empty()).then_some(Value::M(kept))
            }
            Value::L(list) => {
                let part = |(step, child): &(Step<'e>, Projection<'e>)| match step {
                    Step::Index(index) => child.part_of(list.get(*index)?),
                    Step::Name(_) => None,
                };
                let kept: Vec<Value> = self.children.iter().filter_map(part).collect();
                (!kept.is_empty()).then_some(Value::L(kept))
            }
            _ => None,
        }
    }
}
