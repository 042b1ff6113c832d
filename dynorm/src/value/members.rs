//! Members of maps: written by name, given out by one pass, and stored among those of another map.

use std::sync::Arc;

use super::attribute::{Attribute, DecodeError, EncodeError, Step};
use super::{Item, Name, Value};

/// A type that is stored as a map with members that are known by name, so that they can be stored among those of
/// another: `#[attr(flatten)]`.
///
/// `#[derive(Attribute)]` implements it for structs with named fields, and for enums with a tag.
///
/// ```
/// use dynorm::prelude::*;
/// use dynorm::value::Members;
///
/// #[derive(Attribute)]
/// struct Address { city: String, #[attr(alias = "zip")] code: Option<String> }
///
/// assert!(Address::NAMES.contains("city") && Address::NAMES.contains("zip"));
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no members that could be stored among others",
    label = "not a struct with named fields",
    note = "derive `Attribute` for a struct with named fields, or for an enum with `#[attr(tag = \"...\")]`",
    note = "an `Option` cannot be flattened: make the fields of the struct `Option`s"
)]
pub trait Members: Attribute {
    /// The names of its members, be they there or not.
    const NAMES: &'static MemberNames;
}

macro_rules! pointer {
    ($($pointer:ident)*) => {$(
        impl<T: Members> Members for $pointer<T> {
            const NAMES: &'static MemberNames = T::NAMES;
        }
    )*};
}
pointer!(Box Arc);

/// The names of the members of a map, older ones among them.
#[derive(Debug, PartialEq, Eq)]
pub struct MemberNames {
    /// Those of its own fields.
    #[doc(hidden)]
    pub own: &'static [&'static str],
    /// Those that its own fields had before.
    #[doc(hidden)]
    pub aliases: &'static [&'static str],
    /// Those of fields whose members are stored among its own.
    #[doc(hidden)]
    pub flattened: &'static [&'static MemberNames],
}

impl MemberNames {
    /// Whether it has a member of this name.
    #[must_use]
    pub const fn contains(&self, name: &str) -> bool {
        let mut at = 0;
        while let Some(known) = self.nth(at) {
            if same_bytes(known.as_bytes(), name.as_bytes()) {
                return true;
            }
            at += 1;
        }
        false
    }

    /// How many names there are.
    pub(crate) const fn count(&self) -> usize {
        let (mut count, mut at) = (self.own.len() + self.aliases.len(), 0);
        while at < self.flattened.len() {
            count += self.flattened[at].count();
            at += 1;
        }
        count
    }

    /// The name at this place.
    pub(crate) const fn nth(&self, mut n: usize) -> Option<&'static str> {
        if n < self.own.len() {
            return Some(self.own[n]);
        }
        n -= self.own.len();
        if n < self.aliases.len() {
            return Some(self.aliases[n]);
        }
        n -= self.aliases.len();
        let mut at = 0;
        while at < self.flattened.len() {
            let count = self.flattened[at].count();
            if n < count {
                return self.flattened[at].nth(n);
            }
            n -= count;
            at += 1;
        }
        None
    }

    /// The names of now, without those of before.
    pub(crate) fn current(&self) -> Vec<&'static str> {
        let inner = self.flattened.iter().flat_map(|names| names.current());
        self.own.iter().copied().chain(inner).collect()
    }
}

const fn same_bytes(a: &[u8], b: &[u8]) -> bool {
    let mut at = 0;
    while at < a.len() && at < b.len() && a[at] == b[at] {
        at += 1;
    }
    at == a.len() && at == b.len()
}

/// Puts a member into a map.
///
/// # Errors
///
/// If it cannot be stored.
#[doc(hidden)]
pub fn put_member<T: Attribute>(map: &mut Item, name: &'static str, value: &T) -> Result<(), EncodeError> {
    put_encoded(map, name, value.encode())
}

/// Puts a member into a map that something else than its type has encoded.
///
/// # Errors
///
/// If it cannot be stored.
#[doc(hidden)]
#[inline]
pub fn put_encoded(
    map: &mut Item,
    name: &'static str,
    encoded: Result<Option<Value>, EncodeError>,
) -> Result<(), EncodeError> {
    match encoded {
        Ok(Some(value)) => {
            map.insert(name, value);
            Ok(())
        }
        Ok(None) => Ok(()),
        Err(error) => Err(error.inside(Step::Name(name.into()))),
    }
}

/// Puts the members of a value into a map; what is no map has none.
///
/// # Errors
///
/// If one of them cannot be stored.
#[doc(hidden)]
pub fn put_members<T: Attribute>(map: &mut Item, value: &T) -> Result<(), EncodeError> {
    if let Some(Value::M(members)) = value.encode()? {
        map.extend(members);
    }
    Ok(())
}

/// Gives out the members of a map, each once: in the order of their names by one pass, others by a search.
#[doc(hidden)]
#[derive(Debug)]
pub struct MapReader {
    /// Sorted by name; those before `next` are taken or passed over.
    members: Vec<(Name, Value)>,
    /// `None` if members are taken in any order.
    next: Option<usize>,
}

impl MapReader {
    /// A reader of the members in the order of their names.
    pub(crate) fn new(map: Item) -> Self {
        Self { members: map.into_iter().collect(), next: Some(0) }
    }

    /// The same, for members in any order.
    pub(crate) fn in_any_order(self) -> Self {
        Self { next: None, ..self }
    }

    /// A reader of a value that must be a map.
    ///
    /// # Errors
    ///
    /// If it is none.
    pub fn decode(value: Value) -> Result<Self, DecodeError> {
        Item::decode(value).map(Self::new)
    }

    /// Gives the first of `aliases` that is there the name that it has now, unless that is there too.
    ///
    /// To be called before members are taken in their order.
    pub fn adopt(&mut self, name: &'static str, aliases: &[&str]) {
        if self.find(name).is_some() {
            return;
        }
        let Some(at) = aliases.iter().find_map(|alias| self.find(alias)) else { return };
        let (_, value) = self.members.remove(at);
        let at = self.members.partition_point(|(known, _)| known.as_str() < name);
        self.members.insert(at, (name.into(), value));
    }

    /// Takes a member that must be there unless its type says what an absent one is.
    ///
    /// # Errors
    ///
    /// If it is absent, or not a value of the type.
    pub fn take<T: Attribute>(&mut self, name: &'static str) -> Result<T, DecodeError> {
        let read = match self.value(name) {
            Some(value) => T::decode(value),
            None => T::absent().ok_or_else(|| DecodeError::missing("a value")),
        };
        read.map_err(|error| error.inside(Step::Name(name.into())))
    }

    /// Takes a member that has a default when it is absent.
    ///
    /// # Errors
    ///
    /// If it is not a value of the type.
    pub fn take_or<T: Attribute>(
        &mut self,
        name: &'static str,
        default: impl FnOnce() -> T,
    ) -> Result<T, DecodeError> {
        match self.value(name) {
            Some(value) => T::decode(value).map_err(|error| error.inside(Step::Name(name.into()))),
            None => Ok(default()),
        }
    }

    /// Takes the members of these names, as a value that is stored among others.
    ///
    /// # Errors
    ///
    /// If they are not those of a value of the type.
    pub fn take_members<T: Attribute>(&mut self, names: &MemberNames) -> Result<T, DecodeError> {
        let mut map = Item::with_capacity(names.count());
        for (name, value) in &mut self.members {
            if names.contains(name) {
                map.insert(name.clone(), std::mem::replace(value, Value::Null));
            }
        }
        T::decode(Value::M(map))
    }

    /// The value of a member that was not taken yet.
    pub(crate) fn value(&mut self, name: &str) -> Option<Value> {
        let Some(next) = &mut self.next else {
            let at = self.find(name)?;
            return Some(std::mem::replace(&mut self.members[at].1, Value::Null));
        };
        while let Some((found, value)) = self.members.get_mut(*next) {
            match found.as_str().cmp(name) {
                std::cmp::Ordering::Less => *next += 1,
                std::cmp::Ordering::Equal => {
                    *next += 1;
                    return Some(std::mem::replace(value, Value::Null));
                }
                std::cmp::Ordering::Greater => return None,
            }
        }
        None
    }

    /// A member that nothing takes.
    pub(crate) fn peek(&self, name: &str) -> Option<&Value> {
        self.find(name).map(|at| &self.members[at].1)
    }

    /// The members that were not taken.
    pub(crate) fn rest(&mut self) -> Item {
        std::mem::take(&mut self.members).into_iter().collect()
    }

    fn find(&self, name: &str) -> Option<usize> {
        self.members.binary_search_by(|(probe, _)| probe.as_str().cmp(name)).ok()
    }
}
