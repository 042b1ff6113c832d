//! Tables: definition, items in order, and indexes that are kept up to date with every write.

pub(crate) mod index;
pub(crate) mod item;
pub(crate) mod key;
pub(crate) mod names;
pub(crate) mod phase;
pub(crate) mod record;
pub(crate) mod schema;
pub(crate) mod settings;
pub(crate) mod store;
pub(crate) mod uuid;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;
use std::sync::Arc;
use std::time::SystemTime;

use dynorm::backend::table::{IndexState, TableDescription};
use dynorm::value::{Item, Name};

use self::index::{Move, entry_of, move_entry};
use self::key::StoreKey;
use self::names::Names;
use self::phase::Phase;
use self::record::{Record, Weighed};
use self::schema::{IndexSchema, Schema};
use self::settings::Settings;
use self::store::{Entry, Store};
use crate::limits::ITEM_SIZE_BYTES_MAX;
use crate::message::{self, Checked, Refusal};
use crate::stream::Stream;

/// A table with its items. Cheap to clone: everything is shared until it is written.
#[derive(Clone, Debug)]
pub(crate) struct Table {
    pub(crate) schema: Arc<Schema>,
    /// The names in the records of items and indexes.
    pub(crate) names: Arc<Names>,
    pub(crate) items: Store,
    /// In the order of the schema's indexes.
    pub(crate) indexes: Vec<Store>,
    pub(crate) time_to_live: TimeToLive,
    /// What changes are recorded in, while the stream is on.
    pub(crate) stream: Option<Stream>,
    /// The resource name of the latest stream, on or off.
    pub(crate) stream_arn: Option<String>,
    pub(crate) deletion_protection: bool,
    pub(crate) tags: BTreeMap<String, String>,
    pub(crate) settings: Settings,
    /// The items that transactions elsewhere are at work on.
    pub(crate) held: BTreeSet<StoreKey>,
    /// The change that is not over, if there is one.
    pub(crate) phase: Option<Phase>,
    size_bytes: u64,
}

/// The attribute that items expire by, and when that was last changed.
#[derive(Clone, Debug, Default)]
pub(crate) struct TimeToLive {
    pub(crate) attribute: Option<Name>,
    pub(crate) changed: Option<SystemTime>,
}

/// What a write does to one item.
#[derive(Debug)]
pub(crate) struct Change {
    pub(crate) key: StoreKey,
    pub(crate) before: Option<Record>,
    pub(crate) after: Option<Weighed>,
}

impl Change {
    /// The whole item as it was.
    pub(crate) fn item_before(&self, names: &Names) -> Option<Item> {
        self.before.as_ref().map(|before| before.item(names))
    }
}

/// The size of an item collection around a change.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CollectionBytes {
    pub(crate) before: u64,
    pub(crate) after: u64,
}

impl Table {
    pub(crate) fn new(schema: Schema, settings: Settings) -> Self {
        let indexes = schema.indexes.iter().map(|_| Store::default()).collect();
        Self {
            schema: Arc::new(schema),
            names: Arc::default(),
            items: Store::default(),
            indexes,
            time_to_live: TimeToLive::default(),
            stream: None,
            stream_arn: None,
            deletion_protection: false,
            tags: BTreeMap::new(),
            settings,
            held: BTreeSet::new(),
            phase: None,
            size_bytes: 0,
        }
    }

    /// The key of a `Key` parameter: exactly the key attributes, in their kinds.
    pub(crate) fn key_of_key(&self, key: &Item) -> Checked<StoreKey> {
        let shape = &self.schema.key;
        let values = shape.values_of(key, |_, _| message::key_does_not_match())?;
        if key.len() != shape.parts().count() {
            return Err(message::key_does_not_match());
        }
        shape.check_lengths_of(values.iter().map(Some), message::key_empty)?;
        Ok(values.bytes().into_key())
    }

    /// The key of a whole item.
    pub(crate) fn key_of_item(&self, item: &Item) -> Checked<StoreKey> {
        let shape = &self.schema.key;
        let values = shape.values_of(item, |part, value| match value {
            None => message::key_missing(&part.name),
            Some(value) => message::key_type(&part.name, part.kind.name(), value.type_name()),
        })?;
        shape.check_lengths_of(values.iter().map(Some), message::key_empty)?;
        Ok(values.bytes().into_key())
    }

    /// The kinds of the index key attributes that the item has.
    pub(crate) fn check_index_kinds(&self, item: &Item) -> Checked {
        self.schema.indexes.iter().try_for_each(|index| index.check_kinds(item))
    }

    /// The lengths of the index key attributes that the item has.
    pub(crate) fn check_index_lengths(&self, item: &Item) -> Checked {
        self.schema.indexes.iter().try_for_each(|index| index.check_lengths(item))
    }

    /// The indexes that an update has to be right for. What an index that was added later does not hold is not
    /// for an update to put right that leaves it as it is.
    pub(crate) fn indexes_of_update<'t>(
        &'t self,
        before: Option<&'t Item>,
        after: &'t Item,
    ) -> impl Iterator<Item = &'t IndexSchema> {
        let is_same = move |index: &IndexSchema| {
            let mut parts = index.key.parts();
            before.is_some_and(|before| parts.all(|part| before.get(&part.name) == after.get(&part.name)))
        };
        self.schema.indexes.iter().filter(move |index| !(index.is_late && is_same(index)))
    }

    /// The item and its entries in local indexes count together against the size of an item.
    pub(crate) fn check_local_entries(
        &self,
        key: &StoreKey,
        item: &Weighed,
        too_large: fn() -> Refusal,
    ) -> Checked {
        let local = || self.schema.indexes.iter().filter(|index| index.is_local());
        // An entry is never larger than its item.
        if item.size_bytes * (1 + local().count()) <= ITEM_SIZE_BYTES_MAX {
            return Ok(());
        }
        let entries = local().filter_map(|index| entry_of(index, key, &item.item));
        let size_bytes = item.size_bytes + entries.map(|entry| entry.size_bytes()).sum::<usize>();
        if size_bytes > ITEM_SIZE_BYTES_MAX { Err(too_large()) } else { Ok(()) }
    }

    /// The bytes of the item collection that a change is in, before and after it; none without local indexes.
    pub(crate) fn collection_bytes(&self, change: &Change) -> Option<CollectionBytes> {
        if !self.schema.has_local_indexes() {
            return None;
        }
        let before = change.item_before(&self.names);
        let after = change.after.as_ref().map(|after| &after.item);
        let partition = self.schema.key.partition_of(after.or(before.as_ref())?)?;
        let (first, end) = (partition.clone().into_key(), partition.into_end());
        let local = || self.schema.indexes.iter().zip(&self.indexes).filter(|(index, _)| index.is_local());
        let of_store = |store: &Store| {
            let records = store.range(Bound::Included(&first), Bound::Excluded(&end));
            records.map(|record| record.size_bytes() as u64).sum::<u64>()
        };
        let of_side = |item: Option<&Item>| {
            let Some(item) = item else { return 0 };
            let entries = local().filter_map(|(index, _)| entry_of(index, &change.key, item));
            item.size_bytes() as u64 + entries.map(|entry| entry.size_bytes() as u64).sum::<u64>()
        };
        let sum = of_store(&self.items) + local().map(|(_, store)| of_store(store)).sum::<u64>();
        Some(CollectionBytes { before: sum, after: sum + of_side(after) - of_side(before.as_ref()) })
    }

    /// Adds the index of this name, which the schema has and the table not yet, with all items that it can hold.
    pub(crate) fn add_index(&mut self, schema: Schema, name: &str) {
        let Some(at) = schema.index(name) else { return };
        let index = &schema.indexes[at];
        let mut store = Store::default();
        for record in self.items.iter() {
            let (table_key, item) = (StoreKey::from_bytes(record.key()), record.item(&self.names));
            if let Some(key) = index.key_of(&item, &table_key) {
                store.insert(index::entry(index, key, &item, record, &mut self.names));
            }
        }
        self.indexes.insert(at, store);
        self.schema = Arc::new(schema);
    }

    /// Drops the index at this position.
    pub(crate) fn drop_index(&mut self, at: usize) {
        Arc::make_mut(&mut self.schema).indexes.remove(at);
        self.indexes.remove(at);
    }

    /// Carries out a change that was made of this state of the table.
    pub(crate) fn commit(&mut self, change: Change) {
        self.apply(change, false);
    }

    /// Carries out the deletion of an item whose time to live has passed.
    pub(crate) fn commit_expiry(&mut self, change: Change) {
        self.apply(change, true);
    }

    fn apply(&mut self, change: Change, is_expiry: bool) {
        let Change { key, before, after } = change;
        let record = after.as_ref().map(|item| Record::new(&key, item, &mut self.names));
        self.move_entries(&key, before.as_ref(), after.as_ref().zip(record.as_ref()));
        if let Some(stream) = &mut self.stream {
            stream.record(before.as_ref(), record.as_ref(), &self.names, is_expiry);
        }
        let size = |record: Option<&Record>| record.map_or(0, |record| record.size_bytes() as u64);
        self.size_bytes = self.size_bytes + size(record.as_ref()) - size(before.as_ref());
        match record {
            Some(record) => self.items.insert(Entry::Own(record)),
            None => self.items.remove(&key),
        }
    }

    /// Has all indexes hold what they should after a write.
    fn move_entries(&mut self, key: &StoreKey, before: Option<&Record>, after: Option<(&Weighed, &Record)>) {
        let indexes = &self.schema.indexes;
        if indexes.is_empty() {
            return;
        }
        let is_key = |name: &str| indexes.iter().any(|index| index.key.contains(name));
        let before = before.map(|before| before.part(&self.names, is_key));
        let write = Move { key, before: before.as_ref(), after };
        for (index, store) in indexes.iter().zip(&mut self.indexes) {
            move_entry(index, store, &write, &mut self.names);
        }
    }

    /// The global indexes as they are now.
    fn index_states(&self) -> BTreeMap<String, IndexState> {
        let all = self.schema.indexes.iter().zip(&self.indexes).filter(|(index, _)| !index.is_local());
        all.map(|(index, store)| {
            let name = &index.definition.name;
            let capacity = self.settings.indexes.get(name).copied().unwrap_or_default();
            let state = IndexState {
                status: self.status_of_index(name),
                throughput: capacity.throughput,
                on_demand: capacity.on_demand,
                warm: capacity.warm(),
                n_items: store.len() as u64,
                size_bytes: store.iter().map(|record| record.size_bytes() as u64).sum(),
            };
            (name.clone(), state)
        })
        .collect()
    }

    pub(crate) fn describe(&self) -> TableDescription {
        let schema = &self.schema;
        TableDescription {
            table: schema.name.clone(),
            arn: arn_of(&schema.name),
            status: self.status(),
            key: schema.definition.clone(),
            indexes: schema.indexes.iter().map(|index| index.definition.clone()).collect(),
            global_indexes: self.index_states(),
            throughput: self.settings.capacity.throughput,
            on_demand: self.settings.capacity.on_demand,
            warm: self.settings.capacity.warm(),
            class: self.settings.class,
            class_changed: self.settings.class_changed,
            encryption_key: self.settings.encryption_key.clone(),
            stream: self.stream.as_ref().map(|stream| stream.view),
            stream_arn: self.stream_arn.clone(),
            deletion_protection: self.deletion_protection,
            created: Some(schema.created),
            n_items: self.items.len() as u64,
            size_bytes: self.size_bytes,
        }
    }
}

const ARN_PREFIX: &str = "arn:aws:dynamodb:us-east-1:000000000000:table/";

/// The resource name of a table, in an account and a region that do not matter.
pub(crate) fn arn_of(table: &str) -> String {
    format!("{ARN_PREFIX}{table}")
}

/// The name in a table's name or resource name.
pub(crate) fn name_of(table: &str) -> &str {
    let name = if table.starts_with("arn:") { table.split_once(":table/") } else { None };
    name.map_or(table, |(_, name)| name)
}
