//! What an update or a deletion is of: an item by its key, or an entity that was read.

use super::Versioned;
use crate::entity::{AttributeRole, Entity, Key, encode};
use crate::error::{Error, Kind, Result};
use crate::value::{Attribute, Item, Step};

/// What to update or delete: a [`Key`], or a reference to an entity that was read before.
///
/// By a key, the item is changed whatever its version is. By an entity, hooks see what the writer knows: an entity
/// with a [version](crate::op::Versioned) is then changed only if nobody wrote it since.
///
/// ```
/// # use dynorm::prelude::*;
/// # #[derive(Entity, Clone, Debug, PartialEq)]
/// # #[entity(table = "Pages", pk = id)]
/// # struct Page { id: u32, text: String, views: u32, #[attr(version)] version: u64 }
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> dynorm::Result<()> {
/// # let db = Db::new(dynorm_mem::MemBackend::new());
/// # db.create_table::<Page>().await?;
/// let page = Page { id: 7, text: "draft".into(), views: 0, version: 0 };
/// let page = db.create(&page).returning_new().await?;
/// // Nothing that anybody decided by the old state: no version to check.
/// db.update(Page::key(7u32)).add(Page::VIEWS, 1).await?;
/// // A decision about what was read, and that is not there any more.
/// let late = db.update(&page).set(Page::TEXT, "final").await;
/// assert!(late.unwrap_err().is_version_conflict());
/// # Ok(()) }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` says not which item to write",
    label = "neither a key nor a reference to an entity",
    note = "give the key, `Order::key(..)`, or for one that was read `&order`, of a type that derives `Entity`"
)]
pub trait Target {
    /// The entity.
    type Entity: Entity;

    /// Its key, and what is known of its item.
    #[doc(hidden)]
    fn target(self) -> (Key<Self::Entity>, Option<Result<Item>>);
}

impl<E: Entity> Target for Key<E> {
    type Entity = E;

    fn target(self) -> (Self, Option<Result<Item>>) {
        (self, None)
    }
}

#[diagnostic::do_not_recommend]
impl<E: Entity> Target for &E {
    type Entity = E::Itself;

    fn target(self) -> (Key<E>, Option<Result<Item>>) {
        (Key::of_entity(self), Some(encode(self)))
    }
}

/// What is known of an item of which the version is known.
pub(super) fn of_version<E: Versioned>(version: &E::Version) -> Result<Item> {
    let mut item = Item::default();
    let attributes = E::DESCRIPTOR.attributes.iter();
    for attribute in attributes.filter(|attribute| attribute.role == AttributeRole::Version) {
        let encoded = version.encode().map_err(|error| {
            let source = error.inside(Step::Name(attribute.name.into()));
            Error::new(Kind::Encode { entity: E::DESCRIPTOR.name, source })
        })?;
        if let Some(version) = encoded {
            item.insert(attribute.name, version);
        }
    }
    Ok(item)
}
