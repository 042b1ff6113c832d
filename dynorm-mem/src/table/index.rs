//! What an index holds of an item, and what a write changes in it.

use std::sync::Arc;

use dynorm::value::Item;

use super::key::StoreKey;
use super::schema::IndexSchema;
use super::store::Stored;
use crate::limits::WRITE_UNIT_BYTES;

/// An item as an index has it.
pub(crate) struct Entry {
    pub(crate) key: StoreKey,
    pub(crate) stored: Arc<Stored>,
}

/// The entry of an item, or `None` if the index does not have the item.
pub(crate) fn entry_of(index: &IndexSchema, table_key: &StoreKey, stored: &Arc<Stored>) -> Option<Entry> {
    let key = index.key_of(&stored.item, table_key)?;
    let Some(names) = &index.projected else {
        return Some(Entry { key, stored: Arc::clone(stored) });
    };
    let attribute = |name| stored.item.get(name).cloned();
    let view: Item = names.iter().filter_map(|name| Some((name.clone(), attribute(name)?))).collect();
    Some(Entry { key, stored: Arc::new(Stored::new(view)) })
}

/// The write units that an index takes for a change of one item: none if its view stays the same, two writes
/// if its key moves.
pub(crate) fn write_units(before: Option<&Entry>, after: Option<&Entry>) -> u32 {
    match (before, after) {
        (None, None) => 0,
        (Some(only), None) | (None, Some(only)) => units(only.stored.size_bytes),
        (Some(before), Some(after)) if before.key != after.key => {
            units(before.stored.size_bytes) + units(after.stored.size_bytes)
        }
        (Some(before), Some(after)) if before.stored.item == after.stored.item => 0,
        (Some(before), Some(after)) => units(before.stored.size_bytes.max(after.stored.size_bytes)),
    }
}

/// The write units for an item of this size.
pub(crate) fn units(size_bytes: usize) -> u32 {
    u32::try_from(size_bytes.div_ceil(WRITE_UNIT_BYTES).max(1)).unwrap_or(u32::MAX)
}
