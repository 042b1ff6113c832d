//! Items of a collection, sorted by the members that they are of.

use super::{Collection, CollectionDescriptor};
use crate::entity::{Entity, Table, decode, owner};
use crate::error::{Error, Kind, Result};
use crate::value::Item;

/// The items of a collection, by member.
#[derive(Debug)]
pub struct Gathered {
    collection: &'static CollectionDescriptor,
    /// The key of the partition, for messages.
    partition: String,
    members: Vec<Vec<Item>>,
}

/// The member that an item of the table is of.
pub(super) fn member_of<C: Collection>(item: &Item) -> Option<usize> {
    let owner = owner::<C::Table>(item)?;
    C::DESCRIPTOR.members.iter().position(|member| member.entity.path == owner.path)
}

/// The error of an item that is of no member.
pub(super) fn unknown<C: Collection>(item: &Item) -> Error {
    let schema = C::Table::SCHEMA;
    let names = schema.key_names(None).into_iter().chain(schema.tag);
    let show = |name: &str| item.get(name).map(|value| format!("{name} = {}", value.describe()));
    let shown: Vec<String> = names.filter_map(show).collect();
    let item = shown.join(", ");
    Error::new(Kind::Unexpected {
        collection: C::DESCRIPTOR.name,
        reason: format!(
            "the item {item} is of none of its members; add a member, or leave `unknown = error` away"
        ),
    })
}

impl Gathered {
    pub(super) fn new(collection: &'static CollectionDescriptor, partition: String) -> Self {
        Self { collection, partition, members: collection.members.iter().map(|_| Vec::new()).collect() }
    }

    pub(super) fn add(&mut self, member: usize, item: Item) {
        if let Some(items) = self.members.get_mut(member) {
            items.push(item);
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.members.iter().all(Vec::is_empty)
    }

    /// The one item of a member.
    ///
    /// # Errors
    ///
    /// If there is none, or another.
    pub fn one<E: Entity>(&mut self, member: usize) -> Result<E> {
        self.optional(member)?.ok_or_else(|| {
            let collection = self.collection;
            Error::new(Kind::MemberMissing {
                collection: collection.name,
                member: collection.members[member].name,
                entity: E::DESCRIPTOR.name,
                partition: self.partition.clone(),
            })
        })
    }

    /// The item of a member, if there is one.
    ///
    /// # Errors
    ///
    /// If there is more than one.
    pub fn optional<E: Entity>(&mut self, member: usize) -> Result<Option<E>> {
        let mut items = std::mem::take(&mut self.members[member]);
        if items.len() > 1 {
            let (collection, entity) = (self.collection, E::DESCRIPTOR.name);
            let member = collection.members[member].name;
            let reason = format!(
                "there are {} items of `{entity}` for the member `{member}` at {}; make it a `Vec<{entity}>`",
                items.len(),
                self.partition
            );
            return Err(Error::new(Kind::Unexpected { collection: collection.name, reason }));
        }
        items.pop().map(decode).transpose()
    }

    /// All items of a member, in the order of the read.
    ///
    /// # Errors
    ///
    /// If one of them cannot be read.
    pub fn many<E: Entity>(&mut self, member: usize) -> Result<Vec<E>> {
        std::mem::take(&mut self.members[member]).into_iter().map(decode).collect()
    }
}
