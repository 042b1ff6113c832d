//! What reads take, as traits that one type has each: where something else is given, the compiler says what to give.

use std::task::{Context, Poll};

use crate::entity::{Entity, IndexToScan, Key, Pattern, ScannableIn};

/// The key of one item: a [`Key`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not the key of an item",
    label = "not a key",
    note = "give the primary key, `Order::key(..)`; what an access pattern finds is read by `db.query(Order::of_customer(..))`"
)]
pub trait OneKey {
    /// The entity.
    type Entity: Entity;

    /// The key itself.
    #[doc(hidden)]
    fn key(self) -> Key<Self::Entity>;
}

impl<E: Entity> OneKey for Key<E> {
    type Entity = E;

    fn key(self) -> Self {
        self
    }
}

/// The index of an entity that says that it may be scanned: an [`IndexToScan`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an index to scan",
    label = "not the whole of an index",
    note = "name the index by the function of its access pattern: `Order::scan_by_state()` for `Order::by_state(..)`"
)]
pub trait OneIndex {
    /// The entity.
    type Entity: Entity;
    /// The index.
    type Index: 'static;

    /// Its name, and the function that names it.
    #[doc(hidden)]
    fn names(&self) -> (&'static str, &'static str);
}

impl<P: Pattern<Entity: ScannableIn<P::Index>, Index: 'static>> OneIndex for IndexToScan<P> {
    type Entity = P::Entity;
    type Index = P::Index;

    fn names(&self) -> (&'static str, &'static str) {
        (self.name, self.function)
    }
}

/// A source of a read that could be awaited as it is. There is none: a read of many items has to say what it gives.
#[diagnostic::on_unimplemented(
    message = "this read does not say what it gives, and cannot be awaited as it is",
    label = "all, some, or the first?",
    note = "say it before `.await`: `.all()`, `.first()`, `.page()` or `.count()`; or read a stream: `.items()`, `.pages()`"
)]
pub trait Awaitable {
    /// What it gives.
    type Output;

    /// As [`Future::poll`].
    #[doc(hidden)]
    fn poll(cx: &mut Context<'_>) -> Poll<Self::Output>;
}
