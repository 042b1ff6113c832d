//! What an index holds of an item, and what a write changes in it.

use std::sync::Arc;

use dynorm::value::{Item, Name, Value};

use super::key::StoreKey;
use super::names::Names;
use super::record::{Record, Weighed};
use super::schema::IndexSchema;
use super::store::{self, Store};
use crate::limits::WRITE_UNIT_BYTES;

/// An item as an index has it.
pub(crate) struct Entry<'i> {
    key: StoreKey,
    view: View<'i>,
}

impl Entry<'_> {
    pub(crate) fn size_bytes(&self) -> usize {
        self.view.size_bytes
    }
}

/// The attributes of an item that an index has, in order of name.
struct View<'i> {
    attributes: Vec<(&'i Name, &'i Value)>,
    size_bytes: usize,
}

impl<'i> View<'i> {
    fn new(index: &'i IndexSchema, item: &'i Item) -> Self {
        let attributes: Vec<(&Name, &Value)> = match &index.projected {
            None => item.iter().collect(),
            Some(names) => names.iter().filter_map(|name| Some((name, item.get(name)?))).collect(),
        };
        let size_bytes = attributes.iter().map(|(name, value)| name.len() + value.size_bytes()).sum();
        Self { attributes, size_bytes }
    }
}

/// The entry of an item, or `None` if the index does not have the item.
pub(crate) fn entry_of<'i>(
    index: &'i IndexSchema,
    table_key: &StoreKey,
    item: &'i Item,
) -> Option<Entry<'i>> {
    Some(Entry { key: index.key_of(item, table_key)?, view: View::new(index, item) })
}

/// A write of an item, as indexes see it.
pub(super) struct Move<'c> {
    /// The item's key in the table.
    pub(super) key: &'c StoreKey,
    /// At least the attributes of index keys.
    pub(super) before: Option<&'c Item>,
    pub(super) after: Option<(&'c Weighed, &'c Record)>,
}

/// Has the index hold what it should after a write.
pub(super) fn move_entry(index: &IndexSchema, store: &mut Store, write: &Move<'_>, names: &mut Arc<Names>) {
    let before = write.before.and_then(|item| index.key_of(item, write.key));
    let after = write
        .after
        .and_then(|(item, record)| Some((index.key_of(&item.item, write.key)?, &item.item, record)));
    if let Some(before) = before
        && after.as_ref().is_none_or(|(key, ..)| *key != before)
    {
        store.remove(&before);
    }
    if let Some((key, item, record)) = after {
        store.insert(entry(index, key, item, record, names));
    }
}

/// The entry of a record under its key in the index: the record itself, if the index has all of it.
pub(super) fn entry(
    index: &IndexSchema,
    key: StoreKey,
    item: &Item,
    record: &Record,
    names: &mut Arc<Names>,
) -> store::Entry {
    if index.projected.is_none() {
        return store::Entry::Shared(Arc::new((key, record.clone())));
    }
    let View { attributes, size_bytes } = View::new(index, item);
    store::Entry::Own(Record::of(&key, size_bytes, attributes.into_iter(), names))
}

/// The write units that an index takes for a change of one item: none if its view stays the same, two writes
/// if its key moves.
pub(crate) fn write_units(before: Option<&Entry<'_>>, after: Option<&Entry<'_>>) -> u32 {
    match (before, after) {
        (None, None) => 0,
        (Some(only), None) | (None, Some(only)) => units(only.size_bytes()),
        (Some(before), Some(after)) if before.key != after.key => {
            units(before.size_bytes()) + units(after.size_bytes())
        }
        (Some(before), Some(after)) if before.view.attributes == after.view.attributes => 0,
        (Some(before), Some(after)) => units(before.size_bytes().max(after.size_bytes())),
    }
}

/// The write units for an item of this size.
pub(crate) fn units(size_bytes: usize) -> u32 {
    u32::try_from(size_bytes.div_ceil(WRITE_UNIT_BYTES).max(1)).unwrap_or(u32::MAX)
}
