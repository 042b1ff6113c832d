//! Typed handles of attributes, and the operators that their types have.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use super::condition::{Condition, Node, Operand, Side};
use super::mention::{And, And3, Both, BothEnds, Mark, Mentions, NoKeys};
use super::role::{Free, Optional, Role};
use crate::value::{
    Arg, Attribute, Elements, EncodeError, Indexed, MapKey, Mapped, Measured, Name, Numeric, Ordered,
    Prefixed, Step, Transparent, Value, ValueKind,
};

/// Most values of `IN`.
///
/// Source: [comparison operators](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.OperatorsAndFunctions.html).
const IN_VALUES_MAX: usize = 100;

/// An attribute of `E` with values of type `T`, or a path into one.
///
/// The derive makes a constant of each field: `Product::STOCK`. `R` says what the attribute means to keys, which
/// decides whether an update may set it.
///
/// ```
/// # use dynorm::prelude::*;
/// # #[derive(Entity)]
/// # #[entity(table = "Products", pk = id)]
/// # struct Product { id: String, stock: u32, name: String, tags: Vec<String> }
/// let wanted = (Product::STOCK.ge(1) & Product::NAME.begins_with("Pro")) | Product::TAGS.contains("sale");
/// assert_eq!(wanted.to_string(), "(stock >= 1 AND begins_with(name, \"Pro\")) OR contains(tags, \"sale\")");
/// ```
pub struct Attr<E, T, R> {
    path: Cow<'static, [Step]>,
    name: &'static str,
    /// What an absent attribute reads as, if the field says so.
    default: Option<fn() -> T>,
    /// What it is called in items that were written before.
    aliases: &'static [&'static str],
    /// Whether its values are not shown.
    is_sensitive: bool,
    types: Types<E, T, R>,
}

fn marked(name: &'static str, is_sensitive: bool) -> Name {
    if is_sensitive { Name::sensitive(name) } else { Name::from(name) }
}

type Types<E, T, R> = PhantomData<fn() -> (E, T, R)>;

impl<E, T, R> Attr<E, T, R> {
    /// The handle of the attribute of this name.
    #[doc(hidden)]
    #[must_use]
    pub const fn new(name: &'static str) -> Self {
        Self::with_aliases(name, &[], None)
    }

    /// The handle of an attribute with a default.
    #[doc(hidden)]
    #[must_use]
    pub const fn with_default(name: &'static str, default: fn() -> T) -> Self {
        Self::with_aliases(name, &[], Some(default))
    }

    /// The handle of an attribute that had other names before, and may have a default.
    #[doc(hidden)]
    #[must_use]
    pub const fn with_aliases(
        name: &'static str,
        aliases: &'static [&'static str],
        default: Option<fn() -> T>,
    ) -> Self {
        Self { path: Cow::Borrowed(&[]), name, default, aliases, is_sensitive: false, types: PhantomData }
    }

    /// The same handle, of an attribute whose values are not shown.
    #[doc(hidden)]
    #[must_use]
    pub const fn sensitive(mut self) -> Self {
        self.is_sensitive = true;
        self
    }

    /// The handle of the same attribute in an item that its entity's members are stored among.
    pub(super) fn of_entity<F>(self) -> Attr<F, T, R> {
        let Self { path, name, default, aliases, is_sensitive, types: _ } = self;
        Attr { path, name, default, aliases, is_sensitive, types: PhantomData }
    }

    pub(crate) fn default(&self) -> Option<fn() -> T> {
        self.default
    }

    /// What it is called in items that were written before.
    pub(crate) fn aliases(&self) -> &'static [&'static str] {
        self.aliases
    }

    /// The steps to the value in items that were written before.
    pub(crate) fn older(&self) -> impl Iterator<Item = Vec<Step>> + use<E, T, R> {
        let is_sensitive = self.is_sensitive;
        self.aliases.iter().map(move |alias| vec![Step::Name(marked(alias, is_sensitive))])
    }

    /// The attribute's name in the item.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// The steps from the item to the value.
    pub(crate) fn steps(&self) -> Vec<Step> {
        std::iter::once(Step::Name(marked(self.name, self.is_sensitive)))
            .chain(self.path.iter().cloned())
            .collect()
    }

    /// Equal to a value as it is stored: what is absent is equal to `None` and to the empty set.
    pub(crate) fn holds(&self, value: &T) -> Condition<E>
    where
        T: Attribute,
    {
        Condition::of(Node::holds(self.steps(), value.encode()))
    }

    fn into<U, S>(self, step: Step) -> Attr<E, U, S> {
        let mut path = self.path.into_owned();
        path.push(step);
        let (name, is_sensitive) = (self.name, self.is_sensitive);
        Attr { path: Cow::Owned(path), name, default: None, aliases: &[], is_sensitive, types: PhantomData }
    }
}

impl<E, T: Attribute, R: Role> Attr<E, T, R> {
    /// The attribute in the map that this one holds: `Order::SHIP_TO.at(Address::CITY)`.
    #[must_use]
    pub fn at<U, S>(self, inner: Attr<T::Scalar, U, S>) -> Attr<E, U, R::Inside<S>> {
        let mut path = self.path.into_owned();
        path.push(Step::Name(Name::from(inner.name)));
        path.extend(inner.path.into_owned());
        let (name, is_sensitive) = (self.name, self.is_sensitive);
        Attr { path: Cow::Owned(path), name, default: None, aliases: &[], is_sensitive, types: PhantomData }
    }

    /// The value in a struct around one value: what its type is compared and set with, and led into.
    ///
    /// ```
    /// # use dynorm::prelude::*;
    /// # #[derive(Attribute)]
    /// # struct Address { city: String }
    /// #[derive(Attribute)]
    /// struct Shipping(Address);
    ///
    /// #[derive(Entity)]
    /// #[entity(table = "Orders", pk = id)]
    /// struct Order { id: u64, ship_to: Shipping }
    ///
    /// let condition = Order::SHIP_TO.inner().at(Address::CITY).begins_with("B");
    /// assert_eq!(condition.to_string(), "begins_with(ship_to.city, \"B\")");
    /// ```
    #[must_use]
    pub fn inner<S: Transparent>(self) -> Attr<E, S::Inner, R::Inside<Free>>
    where
        T: Attribute<Scalar = S>,
    {
        let Self { path, name, is_sensitive, .. } = self;
        Attr { path, name, default: None, aliases: &[], is_sensitive, types: PhantomData }
    }

    /// The element of the list at a position, from 0.
    #[must_use]
    pub fn index<S: Indexed>(self, position: usize) -> Attr<E, S::Element, R::Inside<Optional>>
    where
        T: Attribute<Scalar = S>,
    {
        self.into(Step::Index(position))
    }

    /// The entry of the map under a key.
    #[must_use]
    pub fn key<S: Mapped>(self, key: impl Arg<S::Key>) -> Attr<E, S::Entry, R::Inside<Optional>>
    where
        T: Attribute<Scalar = S>,
    {
        self.into(Step::Name(Name::from(key.arg().name().into_owned())))
    }
}

impl<E, T: Attribute, R: Mentions> Attr<E, T, R> {
    /// Equal to a value, or to another attribute.
    #[must_use]
    pub fn eq<O: Operand<E, T::Scalar>>(self, value: O) -> Condition<E, Both<R, O::Keys>> {
        self.compare("=", value)
    }

    /// Not equal; an absent attribute is not equal to anything.
    #[must_use]
    pub fn ne<O: Operand<E, T::Scalar>>(self, value: O) -> Condition<E, Both<R, O::Keys>> {
        self.compare("<>", value)
    }

    /// Equal to one of up to 100 values.
    #[must_use]
    pub fn is_in<V: Arg<T::Scalar>>(self, values: impl IntoIterator<Item = V>) -> Condition<E, R::Keys> {
        let steps = self.steps();
        let mut values: Vec<Side> =
            values.into_iter().map(|value| Side::of_value(&value.arg(), &steps)).collect();
        if values.is_empty() || values.len() > IN_VALUES_MAX {
            let reason = format!("`is_in` takes 1 to {IN_VALUES_MAX} values, not {}", values.len());
            values = vec![Side::of(Err(EncodeError::new(reason)), &steps)];
        }
        Condition::of(Node::In(Side::Path(steps), values))
    }

    /// The item has the attribute, whatever its value.
    #[must_use]
    pub fn exists(self) -> Condition<E, R::Keys> {
        Condition::of(Node::Call("attribute_exists", vec![Side::Path(self.steps())]))
    }

    /// The item does not have the attribute.
    #[must_use]
    pub fn not_exists(self) -> Condition<E, R::Keys> {
        Condition::of(Node::Call("attribute_not_exists", vec![Side::Path(self.steps())]))
    }

    /// The attribute is stored as this kind of value: not what its type writes, but what is there.
    #[must_use]
    pub fn has_type(self, kind: ValueKind) -> Condition<E, R::Keys> {
        let kind = Side::Value(Value::from(kind.name()));
        Condition::of(Node::Call("attribute_type", vec![Side::Path(self.steps()), kind]))
    }

    fn compare<O: Operand<E, T::Scalar>>(
        self,
        operator: &'static str,
        value: O,
    ) -> Condition<E, Both<R, O::Keys>> {
        let steps = self.steps();
        let right = value.side(&steps);
        Condition::of(Node::Compare(Side::Path(steps), operator, right))
    }

    /// Less than a value or another attribute.
    #[must_use]
    pub fn lt<O: Operand<E, T::Scalar>>(self, value: O) -> Condition<E, Both<R, O::Keys>>
    where
        T::Scalar: Ordered,
    {
        self.compare("<", value)
    }

    /// At most a value or another attribute.
    #[must_use]
    pub fn le<O: Operand<E, T::Scalar>>(self, value: O) -> Condition<E, Both<R, O::Keys>>
    where
        T::Scalar: Ordered,
    {
        self.compare("<=", value)
    }

    /// Greater than a value or another attribute.
    #[must_use]
    pub fn gt<O: Operand<E, T::Scalar>>(self, value: O) -> Condition<E, Both<R, O::Keys>>
    where
        T::Scalar: Ordered,
    {
        self.compare(">", value)
    }

    /// At least a value or another attribute.
    #[must_use]
    pub fn ge<O: Operand<E, T::Scalar>>(self, value: O) -> Condition<E, Both<R, O::Keys>>
    where
        T::Scalar: Ordered,
    {
        self.compare(">=", value)
    }

    /// From `low` to `high`, both included.
    #[must_use]
    pub fn between<O: Operand<E, T::Scalar>, P: Operand<E, T::Scalar>>(
        self,
        low: O,
        high: P,
    ) -> Condition<E, BothEnds<R, O::Keys, P::Keys>>
    where
        T::Scalar: Ordered,
    {
        let steps = self.steps();
        let (low, high) = (low.side(&steps), high.side(&steps));
        Condition::of(Node::Between(Side::Path(steps), low, high))
    }

    /// The text or the bytes begin with these.
    #[must_use]
    pub fn begins_with(self, prefix: impl Arg<<T::Scalar as Prefixed>::Prefix>) -> Condition<E, R::Keys>
    where
        T::Scalar: Prefixed,
    {
        let steps = self.steps();
        let prefix = Side::of_value(&prefix.arg(), &steps);
        Condition::of(Node::Call("begins_with", vec![Side::Path(steps), prefix]))
    }

    /// The text has this part, or the set or list this element.
    #[must_use]
    pub fn contains(self, element: impl Arg<<T::Scalar as Elements>::Element>) -> Condition<E, R::Keys>
    where
        T::Scalar: Elements,
    {
        let steps = self.steps();
        let element = Side::of(element.arg().encode_element(), &steps);
        Condition::of(Node::Call("contains", vec![Side::Path(steps), element]))
    }

    /// The size: characters of a text, bytes of a binary, members of a set, list or map.
    #[must_use]
    pub fn size(self) -> Size<E, R::Keys>
    where
        T::Scalar: Measured,
    {
        Size { steps: self.steps(), types: PhantomData }
    }
}

/// The size of an attribute, to be compared with a number, a number's attribute, or another size.
///
/// ```
/// # use dynorm::prelude::*;
/// # #[derive(Entity)]
/// # #[entity(table = "Products", pk = id)]
/// # struct Product { id: String, tags: Vec<String>, tags_max: u32 }
/// let condition = Product::TAGS.size().lt(Product::TAGS_MAX) & Product::ID.size().between(3, 10);
/// assert_eq!(condition.to_string(), "size(tags) < tags_max AND size(id) BETWEEN 3 AND 10");
/// ```
#[derive(Debug)]
pub struct Size<E, K = NoKeys> {
    steps: Vec<Step>,
    types: PhantomData<fn() -> (E, K)>,
}

/// What a size can be compared with.
#[diagnostic::on_unimplemented(
    message = "a size cannot be compared with `{Self}`",
    label = "expected a `u64`, the attribute of a number, or another size"
)]
pub trait SizeOperand<E> {
    /// Which key attributes it mentions.
    #[doc(hidden)]
    type Keys: Mark;

    /// The operand.
    #[doc(hidden)]
    fn size_side(self) -> Side;
}

impl<E> SizeOperand<E> for u64 {
    type Keys = NoKeys;

    fn size_side(self) -> Side {
        Side::Value(Value::N(self.into()))
    }
}

impl<E, T: Attribute<Scalar: Numeric>, R: Mentions> SizeOperand<E> for Attr<E, T, R> {
    type Keys = R::Keys;

    fn size_side(self) -> Side {
        Side::Path(self.steps())
    }
}

impl<E, K: Mark> SizeOperand<E> for Size<E, K> {
    type Keys = K;

    fn size_side(self) -> Side {
        Side::Size(self.steps)
    }
}

impl<E, K: Mark> Size<E, K> {
    /// Equal.
    #[must_use]
    pub fn eq<O: SizeOperand<E>>(self, n: O) -> Condition<E, And<K, O::Keys>> {
        self.compare("=", n)
    }

    /// Not equal.
    #[must_use]
    pub fn ne<O: SizeOperand<E>>(self, n: O) -> Condition<E, And<K, O::Keys>> {
        self.compare("<>", n)
    }

    /// Less.
    #[must_use]
    pub fn lt<O: SizeOperand<E>>(self, n: O) -> Condition<E, And<K, O::Keys>> {
        self.compare("<", n)
    }

    /// At most.
    #[must_use]
    pub fn le<O: SizeOperand<E>>(self, n: O) -> Condition<E, And<K, O::Keys>> {
        self.compare("<=", n)
    }

    /// Greater.
    #[must_use]
    pub fn gt<O: SizeOperand<E>>(self, n: O) -> Condition<E, And<K, O::Keys>> {
        self.compare(">", n)
    }

    /// At least.
    #[must_use]
    pub fn ge<O: SizeOperand<E>>(self, n: O) -> Condition<E, And<K, O::Keys>> {
        self.compare(">=", n)
    }

    /// From `low` to `high`, both included.
    #[must_use]
    pub fn between<L: SizeOperand<E>, H: SizeOperand<E>>(
        self,
        low: L,
        high: H,
    ) -> Condition<E, And3<K, L::Keys, H::Keys>> {
        Condition::of(Node::Between(Side::Size(self.steps), low.size_side(), high.size_side()))
    }

    fn compare<O: SizeOperand<E>>(self, operator: &'static str, n: O) -> Condition<E, And<K, O::Keys>> {
        Condition::of(Node::Compare(Side::Size(self.steps), operator, n.size_side()))
    }
}

impl<E, T, R> Clone for Attr<E, T, R> {
    fn clone(&self) -> Self {
        Self {
            path: self.path.clone(),
            name: self.name,
            default: self.default,
            aliases: self.aliases,
            is_sensitive: self.is_sensitive,
            types: PhantomData,
        }
    }
}

impl<E, T, R> fmt::Debug for Attr<E, T, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Attr(")?;
        crate::value::write_path(&self.steps(), f)?;
        write!(f, ")")
    }
}
