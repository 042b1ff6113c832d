//! Changing attributes of one entity, with its index keys.

use std::future::IntoFuture;
use std::marker::PhantomData;
use std::sync::Arc;

use super::condition::{Presence, both, encode_error, render, write_error};
use super::{BoxFuture, Context, Outcome, Returned};
use crate::backend::call::{self, ReturnValues};
use crate::entity::{Entity, Key, Removable, SetAlone, Unkeyed, index_key_changes};
use crate::error::{Error, Kind, Result};
use crate::expr::{Assigned, Attr, Changes, Condition, Renderer, Side};
use crate::key::Given;
use crate::value::{Addable, Arg, Attribute, EncodeError, List, Numeric, Set, Step, Value};

/// Which state of the entity an update returns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Returning {
    /// As it was before.
    Old,
    /// As it is now.
    New,
}

/// A change of some attributes of an entity that exists; `.await` runs it.
///
/// An update never creates an item: without the attributes that it does not name, that would be half an entity.
/// Where a field is part of an index key, the key changes with it. All changes see the item as it was before.
///
/// ```
/// # use dynorm::prelude::*;
/// # #[derive(Entity, Debug, PartialEq)]
/// # #[entity(table = "Products", pk = id)]
/// # struct Product { id: String, stock: u32, note: Option<String>, tags: Vec<String> }
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> dynorm::Result<()> {
/// # let db = Db::new(dynorm_mem::MemBackend::new());
/// # db.create_table::<Product>().await?;
/// # db.put(&Product { id: "p1".into(), stock: 5, note: Some("x".into()), tags: vec![] }).await?;
/// let now = db
///     .update(Product::key("p1"))
///     .sub(Product::STOCK, 2)
///     .remove(Product::NOTE)
///     .append(Product::TAGS, ["sale"])
///     .when(Product::STOCK.ge(2))
///     .returning(Returning::New)
///     .await?;
/// assert_eq!(now, Product { id: "p1".into(), stock: 3, note: None, tags: vec!["sale".into()] });
///
/// let error = db.update(Product::key("p2")).sub(Product::STOCK, 1).await.unwrap_err();
/// assert!(error.is_not_found());
/// # Ok(()) }
/// ```
#[derive(Debug)]
#[must_use = "nothing is written until it is awaited"]
pub struct Update<E, Out = ()> {
    context: Arc<Context>,
    key: Key<E>,
    changes: Changes,
    condition: Option<Condition<E>>,
    returned: ReturnValues,
    error: Option<Error>,
    out: PhantomData<fn() -> Out>,
}

impl<E: Entity> Update<E> {
    pub(crate) fn new(context: Arc<Context>, key: Key<E>) -> Self {
        Self {
            context,
            key,
            changes: Changes::default(),
            condition: None,
            returned: ReturnValues::None,
            error: None,
            out: PhantomData,
        }
    }

    /// Gives the entity as it was, or as it is now.
    pub fn returning(self, state: Returning) -> Update<E, E> {
        let returned = match state {
            Returning::Old => ReturnValues::AllOld,
            Returning::New => ReturnValues::AllNew,
        };
        let Self { context, key, changes, condition, error, .. } = self;
        Update { context, key, changes, condition, returned, error, out: PhantomData }
    }
}

impl<E: Entity, Out> Update<E, Out> {
    /// Sets an attribute; `None` and the empty set remove it.
    pub fn set<T: Attribute, R: SetAlone<T>>(mut self, attr: Attr<E, T, R>, value: impl Arg<T>) -> Self {
        let value = value.arg();
        if let Some(part) = R::part(&value) {
            self.change_index_keys(attr.name(), part);
        }
        let path = attr.steps();
        match value.encode() {
            Ok(None) => self.changes.remove(path),
            encoded => {
                let side = Side::of(encoded, &path);
                self.changes.set(path, Assigned::Side(side));
            }
        }
        self
    }

    /// Sets an attribute that the item does not have; leaves one that it has.
    pub fn set_if_absent<T: Attribute, R: Unkeyed>(
        mut self,
        attr: Attr<E, T, R>,
        value: impl Arg<T>,
    ) -> Self {
        let path = attr.steps();
        let side = Side::of_value(&value.arg(), &path);
        self.changes.set(path, Assigned::IfAbsent(side));
        self
    }

    /// Removes an attribute that the entity can do without.
    pub fn remove<T: Attribute, R: Removable<T>>(mut self, attr: Attr<E, T, R>) -> Self {
        self.change_index_keys(attr.name(), Given::none());
        self.changes.remove(attr.steps());
        self
    }

    /// Adds a number to a number, or elements to a set. What is absent counts as 0, or as the empty set.
    pub fn add<T: Attribute, R: Unkeyed>(self, attr: Attr<E, T, R>, value: impl Addable<T::Scalar>) -> Self {
        let encoded = value.addend();
        self.add_encoded(attr.steps(), encoded)
    }

    /// Subtracts a number from a number. What is absent counts as 0.
    pub fn sub<T: Attribute<Scalar: Numeric>, R: Unkeyed>(
        self,
        attr: Attr<E, T, R>,
        value: impl Addable<T::Scalar>,
    ) -> Self {
        let negated = value.addend().map(|value| match value {
            Some(Value::N(number)) => Some(Value::N(-number)),
            other => other,
        });
        self.add_encoded(attr.steps(), negated)
    }

    /// Deletes elements from a set; with the last one the attribute goes.
    pub fn delete<T: Attribute<Scalar: Set>, R: Unkeyed>(
        mut self,
        attr: Attr<E, T, R>,
        elements: impl Arg<T::Scalar>,
    ) -> Self {
        let path = attr.steps();
        match elements.arg().encode() {
            // Nothing to delete.
            Ok(None) => {}
            encoded => {
                let side = Side::of(encoded, &path);
                self.changes.delete(path, side);
            }
        }
        self
    }

    /// Adds elements at the end of a list, which must be there.
    pub fn append<T, R: Unkeyed, A>(self, attr: Attr<E, T, R>, elements: impl IntoIterator<Item = A>) -> Self
    where
        T: Attribute<Scalar: List>,
        A: Arg<<T::Scalar as List>::Element>,
    {
        self.extend_list(attr, elements, Assigned::Append)
    }

    /// Adds elements at the beginning of a list, which must be there.
    pub fn prepend<T, R: Unkeyed, A>(self, attr: Attr<E, T, R>, elements: impl IntoIterator<Item = A>) -> Self
    where
        T: Attribute<Scalar: List>,
        A: Arg<<T::Scalar as List>::Element>,
    {
        self.extend_list(attr, elements, Assigned::Prepend)
    }

    /// Writes only if the item satisfies the condition. Several conditions must all hold.
    pub fn when<K>(mut self, condition: Condition<E, K>) -> Self {
        self.condition = both(self.condition, condition);
        self
    }

    fn extend_list<T, R, A>(
        mut self,
        attr: Attr<E, T, R>,
        elements: impl IntoIterator<Item = A>,
        assigned: fn(Side) -> Assigned,
    ) -> Self
    where
        T: Attribute<Scalar: List>,
        A: Arg<<T::Scalar as List>::Element>,
    {
        let path = attr.steps();
        let elements: Vec<<T::Scalar as List>::Element> = elements.into_iter().map(Arg::arg).collect();
        let side = Side::of(elements.encode(), &path);
        self.changes.set(path, assigned(side));
        self
    }

    fn add_encoded(mut self, path: Vec<Step>, encoded: Result<Option<Value>, EncodeError>) -> Self {
        match encoded {
            // Nothing to add.
            Ok(None) => {}
            encoded => {
                let side = Side::of(encoded, &path);
                self.changes.add(path, side);
            }
        }
        self
    }

    fn change_index_keys(&mut self, attribute: &str, part: Given<'_>) {
        match index_key_changes(&self.key, attribute, part) {
            Ok(changes) => changes.into_iter().for_each(|(name, value)| self.changes.put_key(name, value)),
            Err(error) => {
                self.error.get_or_insert(error);
            }
        }
    }

    /// The request that would be sent.
    ///
    /// # Errors
    ///
    /// If a value cannot be stored or put into a key, or if nothing is changed.
    pub fn to_request(&self) -> Result<call::Update> {
        if let Some(error) = &self.error {
            return Err(error.clone());
        }
        let mut renderer = Renderer::default();
        let update = renderer.changes(&self.changes).map_err(encode_error::<E>)?;
        if update.is_none() {
            let reason = format!("the update of `{}` changes nothing", E::DESCRIPTOR.name);
            return Err(Error::new(Kind::Request { reason }));
        }
        let condition =
            render(Presence::Present, self.condition.as_ref(), self.context.backend.now(), &mut renderer)?;
        let (names, values) = renderer.finish();
        Ok(call::Update {
            table: self.context.table::<E::Table>(),
            key: self.key.item()?.clone(),
            update,
            condition,
            names,
            values,
            returned: self.returned,
            return_old_on_failure: true,
            capacity: self.context.capacity,
            collection_metrics: false,
        })
    }
}

impl<E: Entity, Out: Returned<E>> Update<E, Out> {
    /// Runs the update and tells what it cost.
    ///
    /// # Errors
    ///
    /// [`is_not_found`](crate::Error::is_not_found), [`is_condition_failed`](crate::Error::is_condition_failed),
    /// a value that cannot be stored, or a refusal of the backend. Nothing is written then.
    pub async fn outcome(self) -> Result<Outcome<Out>> {
        let request = self.to_request()?;
        let (now, asked) = (self.context.backend.now(), self.condition.is_some());
        let reply = self.context.write(|backend| backend.update(request.clone())).await;
        let reply = reply.map_err(|f| write_error::<E>("update", Presence::Present, asked, now, f))?;
        Ok(Outcome { value: Out::read(reply.attributes)?, capacity: reply.capacity })
    }
}

impl<E: Entity, Out: Returned<E> + 'static> IntoFuture for Update<E, Out> {
    type Output = Result<Out>;
    type IntoFuture = BoxFuture<Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move { Ok(self.outcome().await?.value) })
    }
}
