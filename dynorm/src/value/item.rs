//! Items: attributes by name, sorted, without hashing.

use std::borrow::Borrow;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use super::{Number, Value};

/// The name of an attribute, or a placeholder.
///
/// Names that come from a derive are static and cost nothing to copy; others are shared.
///
/// ```
/// use dynorm::value::Name;
///
/// assert_eq!(Name::from("price"), Name::from(String::from("price")));
/// ```
pub struct Name(Repr);

enum Repr {
    Static(&'static str),
    /// The value under it is not shown.
    Sensitive(&'static str),
    Shared(Arc<str>),
    /// As `Sensitive`, of a name that is not static.
    SensitiveShared(Arc<str>),
    Owned(Box<str>),
}

impl Name {
    /// The name as text.
    #[inline]
    #[must_use]
    pub fn as_str(&self) -> &str {
        match &self.0 {
            Repr::Static(text) | Repr::Sensitive(text) => text,
            Repr::Shared(text) | Repr::SensitiveShared(text) => text,
            Repr::Owned(text) => text,
        }
    }

    /// The name of an attribute whose value is not to be seen in texts for people: where an [`Item`] is printed, the
    /// value under it is not. To everything else it is a name as any other.
    ///
    /// ```
    /// use dynorm::value::{Item, Name};
    ///
    /// let item = Item::from([(Name::sensitive("iban"), "CH93 0076")]);
    /// assert_eq!(format!("{item:?}"), r#"{"iban": <sensitive>}"#);
    /// assert_eq!(item, Item::from([("iban", "CH93 0076")]));
    /// ```
    #[must_use]
    pub const fn sensitive(text: &'static str) -> Self {
        Self(Repr::Sensitive(text))
    }

    /// Whether the value under it is not to be seen.
    #[must_use]
    pub fn is_sensitive(&self) -> bool {
        matches!(self.0, Repr::Sensitive(_) | Repr::SensitiveShared(_))
    }

    /// The same name, under which the value is not to be seen.
    pub(crate) fn concealed(&self) -> Self {
        Self(match &self.0 {
            Repr::Static(text) | Repr::Sensitive(text) => Repr::Sensitive(text),
            Repr::Shared(text) | Repr::SensitiveShared(text) => Repr::SensitiveShared(Arc::clone(text)),
            Repr::Owned(text) => Repr::SensitiveShared(text.as_ref().into()),
        })
    }

    /// A name that is shared by its clones, for one that will have many.
    #[must_use]
    pub fn shared(text: &str) -> Self {
        Self(Repr::Shared(text.into()))
    }
}

impl Clone for Name {
    #[inline]
    fn clone(&self) -> Self {
        match &self.0 {
            Repr::Static(text) => Self(Repr::Static(text)),
            Repr::Sensitive(text) => Self(Repr::Sensitive(text)),
            Repr::Shared(text) => Self(Repr::Shared(Arc::clone(text))),
            Repr::SensitiveShared(text) => Self(Repr::SensitiveShared(Arc::clone(text))),
            // Where there is one clone, there may be more.
            Repr::Owned(text) => Self::shared(text),
        }
    }
}

impl From<Name> for String {
    fn from(name: Name) -> Self {
        match name.0 {
            Repr::Static(text) | Repr::Sensitive(text) => text.to_owned(),
            Repr::Shared(text) | Repr::SensitiveShared(text) => text.as_ref().to_owned(),
            Repr::Owned(text) => text.into(),
        }
    }
}

impl From<&'static str> for Name {
    fn from(text: &'static str) -> Self {
        Self(Repr::Static(text))
    }
}

impl From<String> for Name {
    fn from(text: String) -> Self {
        Self(Repr::Owned(text.into()))
    }
}

impl From<&String> for Name {
    fn from(text: &String) -> Self {
        Self::shared(text)
    }
}

impl std::ops::Deref for Name {
    type Target = str;

    #[inline]
    fn deref(&self) -> &str {
        self.as_str()
    }
}

impl Borrow<str> for Name {
    fn borrow(&self) -> &str {
        self.as_str()
    }
}

impl AsRef<str> for Name {
    fn as_ref(&self) -> &str {
        self.as_str()
    }
}

impl PartialEq for Name {
    #[inline]
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl Eq for Name {}

impl PartialOrd for Name {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Name {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.as_str().cmp(other.as_str())
    }
}

impl std::hash::Hash for Name {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.as_str().hash(state);
    }
}

impl PartialEq<str> for Name {
    fn eq(&self, other: &str) -> bool {
        self.as_str() == other
    }
}

impl PartialEq<&str> for Name {
    fn eq(&self, other: &&str) -> bool {
        self.as_str() == *other
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// What `#placeholders` in expressions stand for: `#0` for an attribute's name. Empty where there are none.
pub type Names = BTreeMap<Name, Name>;

/// What `:placeholders` in expressions stand for: `:0` for a value. Empty where there are none.
pub type Values = Item;

/// Attributes by name: an item, a key, or the content of a map value.
///
/// The attributes are kept sorted by name, so that equal items have equal text and iteration never surprises.
///
/// ```
/// use dynorm::value::{Item, Value};
///
/// let mut item = Item::new();
/// item.insert("name", "Pro Laptop 15");
/// item.insert("id", "laptop-001");
/// assert_eq!(item.get("id"), Some(&Value::from("laptop-001")));
/// assert_eq!(item.names().collect::<Vec<_>>(), ["id", "name"]);
/// assert_eq!(item.size_bytes(), 2 + 10 + 4 + 13);
/// ```
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Item {
    /// Sorted by name, names distinct.
    attributes: Vec<(Name, Value)>,
}

/// Up to how many attributes looking at each is faster than halving.
const SEARCHED_IN_ORDER_MAX: usize = 12;

impl Item {
    /// An item without attributes.
    #[must_use]
    pub const fn new() -> Self {
        Self { attributes: Vec::new() }
    }

    /// An item without attributes that has room for `n_attributes`.
    #[must_use]
    pub fn with_capacity(n_attributes: usize) -> Self {
        Self { attributes: Vec::with_capacity(n_attributes) }
    }

    /// The item of attributes that are in order of name already, each name once.
    ///
    /// It looks at none of them, which makes it the fastest way to make an item of many attributes. Of attributes that
    /// may be in another order, [`collect`](Iterator::collect) makes an item.
    ///
    /// ```
    /// use dynorm::value::{Item, Name, Value};
    ///
    /// let attributes = vec![(Name::from("id"), Value::from("ann")), (Name::from("name"), Value::from("Ann"))];
    /// assert_eq!(Item::from_sorted(attributes), Item::from([("name", "Ann"), ("id", "ann")]));
    /// ```
    #[inline]
    #[must_use]
    pub fn from_sorted(attributes: Vec<(Name, Value)>) -> Self {
        debug_assert!(attributes.is_sorted_by(|a, b| a.0 < b.0), "{attributes:?} are in another order");
        Self { attributes }
    }

    /// How many attributes the item has.
    #[must_use]
    pub fn len(&self) -> usize {
        self.attributes.len()
    }

    /// Whether the item has no attribute.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.attributes.is_empty()
    }

    /// The value of the attribute `name`, or `None` if the item does not have it.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.find(name).map(|at| &self.attributes[at].1)
    }

    /// The value of the attribute `name`, to change it in place.
    pub fn get_mut(&mut self, name: &str) -> Option<&mut Value> {
        self.find(name).map(|at| &mut self.attributes[at].1)
    }

    /// Whether the item has the attribute `name`.
    #[must_use]
    pub fn contains(&self, name: &str) -> bool {
        self.find(name).is_some()
    }

    /// Sets an attribute and returns the value that it replaces.
    #[inline]
    pub fn insert(&mut self, name: impl Into<Name>, value: impl Into<Value>) -> Option<Value> {
        let (name, value) = (name.into(), value.into());
        // Encoders write in order of name, so the common case is the end.
        if self.attributes.last().is_none_or(|(last, _)| order(last, &name).is_lt()) {
            self.attributes.push((name, value));
            return None;
        }
        self.insert_within(name, value)
    }

    fn insert_within(&mut self, name: Name, value: Value) -> Option<Value> {
        match self.position(&name) {
            Ok(at) => Some(std::mem::replace(&mut self.attributes[at].1, value)),
            Err(at) => {
                self.attributes.insert(at, (name, value));
                None
            }
        }
    }

    /// Removes an attribute and returns its value.
    pub fn remove(&mut self, name: &str) -> Option<Value> {
        self.find(name).map(|at| self.attributes.remove(at).1)
    }

    /// The attributes in order of name.
    #[must_use]
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&Name, &Value)> + DoubleEndedIterator {
        self.attributes.iter().map(|(name, value)| (name, value))
    }

    /// The names of the attributes in order.
    #[must_use]
    pub fn names(&self) -> impl ExactSizeIterator<Item = &str> {
        self.attributes.iter().map(|(name, _)| name.as_str())
    }

    /// Marks the attributes of these names as [sensitive](Name::sensitive).
    pub(crate) fn conceal(&mut self, names: &[&'static str]) {
        for sensitive in names {
            if let Some(at) = self.find(sensitive) {
                self.attributes[at].0 = Name::sensitive(sensitive);
            }
        }
    }

    /// Keeps the attributes that `keep` wants.
    pub fn retain(&mut self, mut keep: impl FnMut(&str, &Value) -> bool) {
        self.attributes.retain(|(name, value)| keep(name, value));
    }

    /// What DynamoDB counts for these attributes against the 400 KB of an item: names and values, in bytes.
    #[must_use]
    pub fn size_bytes(&self) -> usize {
        self.size_of(Number::size_bytes)
    }

    /// At least as much as [`size_bytes`](Self::size_bytes), without looking at numbers.
    pub(crate) fn size_bytes_at_most(&self) -> usize {
        self.size_of(|_| Number::SIZE_BYTES_MAX)
    }

    pub(super) fn size_of(&self, number: impl Fn(Number) -> usize + Copy) -> usize {
        self.attributes.iter().map(|(name, value)| name.len() + value.size_of(number)).sum()
    }

    /// Where the attribute is. Most items are small, and names of other lengths need no comparison.
    fn find(&self, name: &str) -> Option<usize> {
        if self.attributes.len() <= SEARCHED_IN_ORDER_MAX {
            return self.attributes.iter().position(|(probe, _)| probe.as_str() == name);
        }
        self.position(name).ok()
    }

    /// Where the attribute is, or where it would be.
    /// The item of attributes of which no two have one name.
    #[cfg_attr(
        not(feature = "aws"),
        expect(dead_code, reason = "only the maps of the SDK are known to be so")
    )]
    pub(crate) fn of_distinct(mut attributes: Vec<(Name, Value)>) -> Self {
        attributes.sort_unstable_by(|(a, _), (b, _)| order(a, b));
        Self { attributes }
    }

    fn position(&self, name: &str) -> Result<usize, usize> {
        self.attributes.binary_search_by(|(probe, _)| probe.as_str().cmp(name))
    }
}

/// The order of two names. Most differ in their first byte, which is compared without a call.
fn order(a: &Name, b: &Name) -> std::cmp::Ordering {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    match (a.first(), b.first()) {
        (Some(first), Some(other)) if first != other => first.cmp(other),
        _ => a.cmp(b),
    }
}

impl fmt::Debug for Item {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut map = f.debug_map();
        for (name, value) in self.iter() {
            let shown: &dyn fmt::Debug = if name.is_sensitive() { &Concealed } else { value };
            map.entry(name, shown);
        }
        map.finish()
    }
}

/// Stands where a value is not to be seen.
pub(crate) struct Concealed;

impl fmt::Debug for Concealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<sensitive>")
    }
}

/// The last of several attributes of one name wins.
impl<N: Into<Name>, V: Into<Value>> FromIterator<(N, V)> for Item {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(attributes: I) -> Self {
        let mut sorted: Vec<(Name, Value)> =
            attributes.into_iter().map(|(n, v)| (n.into(), v.into())).collect();
        if sorted.is_sorted_by(|a, b| a.0 < b.0) {
            return Self { attributes: sorted };
        }
        // A stable sort keeps the last of a name last; dedup keeps the first, so it runs over the reverse.
        sorted.sort_by(|a, b| a.0.cmp(&b.0));
        sorted.reverse();
        sorted.dedup_by(|a, b| a.0 == b.0);
        sorted.reverse();
        Self { attributes: sorted }
    }
}

impl<N: Into<Name>, V: Into<Value>, const LEN: usize> From<[(N, V); LEN]> for Item {
    fn from(attributes: [(N, V); LEN]) -> Self {
        attributes.into_iter().collect()
    }
}

impl<N: Into<Name>, V: Into<Value>> Extend<(N, V)> for Item {
    fn extend<I: IntoIterator<Item = (N, V)>>(&mut self, attributes: I) {
        for (name, value) in attributes {
            self.insert(name, value);
        }
    }
}

impl IntoIterator for Item {
    type Item = (Name, Value);
    type IntoIter = std::vec::IntoIter<(Name, Value)>;

    fn into_iter(self) -> Self::IntoIter {
        self.attributes.into_iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_are_found_whatever_the_order_of_insertion() {
        let mut item = Item::new();
        for name in ["m", "a", "z", "b", "m"] {
            item.insert(name, name.to_uppercase());
        }
        assert_eq!(item.names().collect::<Vec<_>>(), ["a", "b", "m", "z"]);
        assert_eq!(item.remove("b"), Some(Value::from("B")));
        assert!(!item.contains("b"));
    }

    #[test]
    fn the_last_value_of_a_name_wins_in_collect() {
        let item: Item = [("a", "1"), ("b", "2"), ("a", "3")].into();
        assert_eq!(item, Item::from([("a", "3"), ("b", "2")]));
    }
}
