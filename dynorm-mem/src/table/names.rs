//! The names of a table's attributes, each kept once.

use std::collections::BTreeMap;

use dynorm::value::Name;

/// How many names a table keeps. Records spell out those that come later.
const NAMES_MAX: usize = 1024;
/// The longest name that is kept.
const NAME_BYTES_MAX: usize = 255;

/// Names by their number, which they keep: a later version knows all that an earlier one knew.
///
/// Without the bounds, requests that make up names would fill the memory for good.
#[derive(Clone, Debug, Default)]
pub(crate) struct Names {
    known: Vec<Known>,
    numbers: BTreeMap<Name, usize>,
}

#[derive(Clone, Debug)]
struct Known {
    name: Name,
    /// Whether it has only letters, digits and the like, which no form of text escapes.
    #[cfg(feature = "wire")]
    is_plain: bool,
    /// What stood behind this name first. Items of one kind have the same names, so it is worth to look here.
    next: Option<usize>,
}

impl Names {
    /// The name of a number that [`find`](Self::find) or [`add`](Self::add) gave.
    pub(crate) fn name(&self, number: usize) -> &Name {
        &self.known[number].name
    }

    /// Whether the name of a number has only letters, digits and the like, so that it needs no escapes.
    #[cfg(feature = "wire")]
    pub(crate) fn is_plain(&self, number: usize) -> bool {
        self.known[number].is_plain
    }

    /// The number of a name, if it is kept. It stands behind another in an item, or at the beginning.
    pub(crate) fn find(&self, previous: Option<usize>, name: &Name) -> Option<usize> {
        let guess = previous.map_or(Some(0), |previous| self.known[previous].next);
        match guess.and_then(|guess| self.known.get(guess)) {
            Some(known) if known.name == *name => guess,
            _ => self.numbers.get(name.as_str()).copied(),
        }
    }

    /// Whether a name that is not kept can be. Sensitive ones always can: they are a program's own, and spelled out they
    /// would be read back as any other.
    pub(crate) fn has_room_for(&self, name: &Name) -> bool {
        name.is_sensitive() || self.known.len() < NAMES_MAX && name.len() <= NAME_BYTES_MAX
    }

    /// Whether a name that is kept is not yet known to be sensitive, as this one is.
    pub(crate) fn is_too_open(&self, number: usize, name: &Name) -> bool {
        name.is_sensitive() && !self.name(number).is_sensitive()
    }

    /// Has all items read back with the name as it is here.
    pub(crate) fn replace(&mut self, number: usize, name: &Name) {
        self.known[number].name = name.clone();
    }

    /// Keeps a name that is not kept.
    pub(crate) fn add(&mut self, previous: Option<usize>, name: &Name) -> usize {
        let number = self.known.len();
        // A name of its own becomes one that is shared.
        let name = name.clone();
        self.numbers.insert(name.clone(), number);
        self.known.push(Known {
            #[cfg(feature = "wire")]
            is_plain: name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-.:#".contains(&byte)),
            name,
            next: None,
        });
        if let Some(previous) = previous {
            self.known[previous].next.get_or_insert(number);
        }
        number
    }
}
