//! Writes that take further items along in one transaction: the markers of unique fields, the versions of a history.
//!
//! What goes along depends on what is stored. So the item is read first, and the write requires it to be still as it
//! was read, in all that mattered; if it is not, it is read again.

use std::fmt;
use std::time::SystemTime;

use super::condition::{Needs, unsendable_error};
use super::moving::{self, Fate, Move};
use super::offload::Outbox;
use super::versions::Versions;
use super::{Context, refuse};
use crate::backend::call::{self, ReturnCapacity, TransactWriteAction};
use crate::entity::{
    AttributeRole, Entity, EntityDescriptor, Key, MARKER_OWNER, MARKER_TAG, Table, TableSchema, Unique,
    epoch_seconds, is_over, ttl_attribute,
};
use crate::error::{Error, Kind, Result};
use crate::expr::{Changes, Node, Renderer, Side};
use crate::value::{Item, Value, top};

/// Whether an update that makes these changes takes items along.
pub(super) fn are_changed(entity: &EntityDescriptor, changes: &Changes) -> bool {
    let marks = !entity.unique.is_empty() && deciding(entity).any(|name| changes.touches(name));
    entity.history.is_some() || marks
}

/// What a write of an entity must read before that gives nothing back.
pub(super) fn first_read_of(entity: &EntityDescriptor) -> ReadsFirst {
    if entity.has_companions() { ReadsFirst::Deciding } else { ReadsFirst::Nothing }
}

/// The attributes by which the markers of an item are what they are.
fn deciding(entity: &EntityDescriptor) -> impl Iterator<Item = &'static str> {
    let fields = entity.unique.iter().flat_map(|unique| unique.fields);
    fields.map(|field| entity.attributes[*field].name).chain(ttl_attribute(entity))
}

/// The attributes that the entity is read from.
pub(super) fn all(entity: &'static EntityDescriptor) -> impl Iterator<Item = &'static str> {
    entity.attributes.iter().flat_map(|attribute| match attribute.role {
        AttributeRole::Skipped => Vec::new(),
        AttributeRole::Flattened(names) => names.current(),
        AttributeRole::Stored | AttributeRole::TimeToLive | AttributeRole::Version => {
            [attribute.name].into_iter().chain(attribute.aliases.iter().copied()).collect()
        }
    })
}

/// The error of who asks for the one request of a write that has none.
pub(super) fn refuse_request<T>(operation: &str, entity: &EntityDescriptor) -> Result<T> {
    refuse(format!(
        "to {operation} `{}` is a transaction with {}, and what it writes depends on what is stored then; there is no request to show before",
        entity.name,
        going_along(entity)
    ))
}

/// What goes along with items of the entity, for messages.
pub(super) fn going_along(entity: &EntityDescriptor) -> &'static str {
    match (entity.unique.is_empty(), entity.history.is_some()) {
        (true, false) => "a look at the shard where the item was before",
        (false, false) => "the items that mark its unique fields",
        (true, true) => "the versions of its history",
        (false, true) => "the items that mark its unique fields and the versions of its history",
    }
}

/// What a write must read before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ReadsFirst {
    /// Nothing: the item must not be there.
    Nothing,
    /// What markers are made of.
    Deciding,
    /// All that the entity has, because it is given back.
    Whole,
}

/// A write of one item that is ready but for its companions.
#[derive(Debug)]
pub(super) struct Prepared {
    pub(super) action: TransactWriteAction,
    pub(super) needs: Needs,
    /// What an update changes.
    pub(super) changes: Changes,
}

/// How a write is made if it is to require this too.
type Prepare = Box<dyn Fn(&[Node], &Outbox) -> Result<Prepared> + Send>;

/// A write of one item that may take others along.
pub(super) struct Accompanied {
    entity: &'static EntityDescriptor,
    schema: &'static TableSchema,
    table: String,
    key: Item,
    /// Where the item may be instead, while it is on its way to another shard.
    former: Option<Item>,
    reads: ReadsFirst,
    prepare: Prepare,
    /// Its history, if it has one.
    pub(super) versions: Option<Versions>,
    /// The item as it was read.
    stored: Option<Item>,
    /// Markers of what the item has that belong to others: such as those of items that are older than the
    /// constraint.
    foreign: Vec<Item>,
}

impl fmt::Debug for Accompanied {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Accompanied")
            .field("key", &self.key)
            .field("reads", &self.reads)
            .finish_non_exhaustive()
    }
}

impl Accompanied {
    pub(super) fn new<E: Entity>(
        context: &Context,
        key: &Key<E>,
        reads: ReadsFirst,
        prepare: impl Fn(&[Node], &Outbox) -> Result<Prepared> + Send + 'static,
    ) -> Result<Self> {
        Self::of_table::<E>(context.table::<E::Table>(), key, reads, prepare)
    }

    /// As [`new`](Self::new), in the table of this name.
    pub(super) fn of_table<E: Entity>(
        table: String,
        key: &Key<E>,
        reads: ReadsFirst,
        prepare: impl Fn(&[Node], &Outbox) -> Result<Prepared> + Send + 'static,
    ) -> Result<Self> {
        let (entity, schema) = (E::DESCRIPTOR, E::Table::SCHEMA);
        let (key, former) = (key.item()?.clone(), key.former().cloned());
        Ok(Self {
            versions: Versions::of(entity, schema, &table, &key)?,
            entity,
            schema,
            table,
            key,
            former,
            reads,
            prepare: Box::new(prepare),
            stored: None,
            foreign: Vec::new(),
        })
    }

    /// Whether other items are written, or looked at, with it.
    pub(super) fn has_companions(&self) -> bool {
        self.entity.has_companions() || self.former.is_some()
    }

    /// Whether something must be read before.
    pub(super) fn reads_first(&self) -> bool {
        self.reads != ReadsFirst::Nothing || self.versions.is_some() || self.former.is_some()
    }

    /// The move of the item from the shard where it may have been before, if there is such a one.
    pub(super) fn way_home<'m>(&'m self, context: &'m Context) -> Option<Move<'m>> {
        let Self { entity, schema, ref table, key: ref to, .. } = *self;
        Some(Move { context, entity, schema, table, from: self.former.as_ref()?, to })
    }

    /// The read of the item that must come before, if one must; after that of the last version.
    pub(super) fn first_read(&self, capacity: ReturnCapacity) -> Option<call::Get> {
        let get = call::Get { capacity, ..moving::get(&self.table, &self.key) };
        (self.reads != ReadsFirst::Nothing).then_some(get)
    }

    /// Takes what was read.
    pub(super) fn take(&mut self, stored: Option<Item>) {
        self.stored = stored;
    }

    /// The item as it was read, and as an update leaves it.
    pub(super) fn into_states(self, changes: Changes) -> Result<(Option<Item>, Option<Item>)> {
        let after = self.changed(changes)?;
        Ok((self.stored, after))
    }

    fn changed(&self, changes: Changes) -> Result<Option<Item>> {
        let Some(mut item) = self.stored.clone() else { return Ok(None) };
        let encode_error = |source| Error::new(Kind::Encode { entity: self.entity.name, source });
        changes.apply(&mut item).map_err(encode_error)?;
        Ok(Some(item))
    }

    /// The write with its companions, from what is known to be stored.
    pub(super) fn attempt(&self, now: SystemTime, outbox: &Outbox) -> Result<Attempt> {
        let guard = self.guard();
        let Prepared { action, needs, changes } = (self.prepare)(&guard.nodes(self.schema), outbox)?;
        let stored = self.stored.as_ref().filter(|item| !is_over(self.entity, item, now));
        let (after, is_whole) = match &action {
            TransactWriteAction::Put(put) => (Some(put.item.clone()), true),
            TransactWriteAction::Update(_) if stored.is_some() => (self.changed(changes.clone())?, false),
            _ => (None, false),
        };
        let is_failing = matches!(action, TransactWriteAction::Update(_)) && stored.is_none();
        let markers = if is_failing {
            Vec::new()
        } else {
            let owner =
                Owner { entity: self.entity, schema: self.schema, table: &self.table, key: &self.key };
            let mut markers = owner.markers(&[], stored, after.as_ref(), is_whole)?;
            for marker in &mut markers {
                if marker.deed == Deed::Delete && self.foreign.contains(&marker.key) {
                    marker.deed = Deed::Leave;
                }
            }
            markers
        };
        let mut beside = self.next_versions(&action, stored, after.as_ref(), now)?;
        if let Some(former) = &self.former {
            beside.push(moving::check_absent(self.entity, self.schema, &self.table, former)?);
        }
        Ok(Attempt {
            table: self.table.clone(),
            key: self.key.clone(),
            action,
            needs,
            guard,
            changes,
            markers,
            beside,
        })
    }

    /// The actions that add the next version to the history, if there is one; what does nothing adds none.
    fn next_versions(
        &self,
        action: &TransactWriteAction,
        stored: Option<&Item>,
        after: Option<&Item>,
        now: SystemTime,
    ) -> Result<Vec<TransactWriteAction>> {
        let Some(versions) = &self.versions else { return Ok(Vec::new()) };
        let is_deletion = matches!(action, TransactWriteAction::Delete(_));
        let item = if is_deletion { stored } else { after };
        item.map_or_else(|| Ok(Vec::new()), |item| versions.next(item, is_deletion, now))
    }

    /// Learns from the failure of a marker's action that it is another's, or that it is not any more; false if that is
    /// not what the failure says.
    pub(super) fn learn(&mut self, marker: &Marker) -> bool {
        match marker.deed {
            Deed::Put(_) => return false,
            Deed::Delete => self.foreign.push(marker.key.clone()),
            Deed::Leave => self.foreign.retain(|foreign| *foreign != marker.key),
        }
        true
    }

    fn guard(&self) -> Guard {
        let holds = |names: &mut dyn Iterator<Item = &'static str>| match &self.stored {
            None => Guard::Absent,
            Some(item) => Guard::Holds(names.map(|name| (name, item.get(name).cloned())).collect()),
        };
        match self.reads {
            ReadsFirst::Nothing => Guard::None,
            // That nobody wrote it since is what the number of its version says; but its time may have been over.
            ReadsFirst::Deciding | ReadsFirst::Whole if self.versions.is_some() => {
                holds(&mut std::iter::once(self.schema.partition.name).chain(deciding(self.entity)))
            }
            ReadsFirst::Deciding => holds(&mut deciding(self.entity)),
            ReadsFirst::Whole => holds(&mut all(self.entity)),
        }
    }
}

/// That an item has all attributes that it had, and none of those of `known` that it did not have.
pub(super) fn as_stored(item: &Item, known: impl IntoIterator<Item = &'static str>) -> Vec<Node> {
    let had = item.iter().map(|(name, value)| Node::holds(top(name.clone()), Ok(Some(value.clone()))));
    let mut others: Vec<&str> = known.into_iter().filter(|name| !item.contains(name)).collect();
    others.sort_unstable();
    others.dedup();
    had.chain(others.into_iter().map(|name| Node::holds(top(name), Ok(None)))).collect()
}

/// What must be stored as it was read.
#[derive(Clone, Debug)]
pub(super) enum Guard {
    None,
    Absent,
    Holds(Vec<(&'static str, Option<Value>)>),
}

impl Guard {
    fn nodes(&self, schema: &TableSchema) -> Vec<Node> {
        match self {
            Self::None => Vec::new(),
            Self::Absent => {
                vec![Node::Call("attribute_not_exists", vec![Side::top(schema.partition.name)])]
            }
            Self::Holds(values) => {
                values.iter().map(|(name, value)| Node::holds(top(*name), Ok(value.clone()))).collect()
            }
        }
    }

    /// Whether it holds for the item that failed a condition.
    pub(super) fn is_kept(&self, item: Option<&Item>) -> bool {
        match self {
            Self::None => true,
            Self::Absent => item.is_none(),
            Self::Holds(values) => {
                values.iter().all(|(name, value)| item.and_then(|item| item.get(name)) == value.as_ref())
            }
        }
    }
}

/// A write that can be sent, with its companions.
#[derive(Clone, Debug)]
pub(super) struct Attempt {
    pub(super) table: String,
    pub(super) key: Item,
    pub(super) action: TransactWriteAction,
    pub(super) needs: Needs,
    pub(super) guard: Guard,
    pub(super) changes: Changes,
    pub(super) markers: Vec<Marker>,
    /// What adds to its history, and checks that it is not in its former shard: that fails only if what was read is not
    /// stored any more.
    pub(super) beside: Vec<TransactWriteAction>,
}

/// Moves an item that is not where its key says, if it is there.
///
/// # Errors
///
/// If there are two items, one in each place: a program that does not know of the move wrote one of them.
pub(super) async fn moving_home(way: Move<'_>) -> Result<()> {
    let request = moving::get(way.table, way.from);
    let reply = way.context.read(|backend| backend.get(request.clone())).await;
    let reply = reply.map_err(|failure| Error::backend("read", way.entity.name, failure))?;
    let Some(item) = reply.item else { return Ok(()) };
    match way.run(item).await? {
        Fate::Moved | Fate::Gone => Ok(()),
        Fate::Taken => refuse(format!(
            "there are two items of `{}` with one key, in the shard where it belongs and in the one where it was: {:?} and {:?}; a program that knows one number of shards only wrote one of them. Delete one of the two by `db.send`",
            way.entity.name, way.to, way.from
        )),
    }
}

/// An item, as far as markers and objects depend on it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Owner<'o> {
    pub(super) entity: &'static EntityDescriptor,
    pub(super) schema: &'static TableSchema,
    pub(super) table: &'o str,
    pub(super) key: &'o Item,
}

impl<'o> Owner<'o> {
    pub(super) const fn of<E: Entity>(table: &'o str, key: &'o Item) -> Self {
        Self { entity: E::DESCRIPTOR, schema: E::Table::SCHEMA, table, key }
    }
}

impl Owner<'_> {
    /// What becomes of the markers of an item that is before and after as given; those that stay may also be of
    /// `former`, the key that it had. A whole item has all of its markers written, and so those that it lacked.
    pub(super) fn markers(
        &self,
        former: &[&Item],
        before: Option<&Item>,
        after: Option<&Item>,
        is_whole: bool,
    ) -> Result<Vec<Marker>> {
        let Self { entity, schema, .. } = *self;
        let ttl = |item: Option<&Item>| item?.get(ttl_attribute(entity)?).cloned();
        let is_moved = is_whole || ttl(before) != ttl(after);
        let holders = || former.iter().copied().chain([self.key]).cloned().collect();
        let mut markers = Vec::new();
        for unique in entity.unique {
            // What is stored may be such as could not be written now; it has no marker then.
            let old = before.and_then(|item| unique.marker_of(entity, schema, item).ok().flatten());
            let new = match after {
                Some(item) => unique.marker_of(entity, schema, item)?,
                None => None,
            };
            let marker = |key, deed| Marker {
                table: self.table.to_owned(),
                schema,
                unique,
                key,
                holders: holders(),
                deed,
            };
            if let Some(key) = &new
                && (is_moved || old != new)
            {
                markers.push(marker(key.clone(), Deed::Put(self.marker(key, ttl(after)))));
            }
            if let Some(key) = old.filter(|old| Some(old) != new.as_ref()) {
                markers.push(marker(key, Deed::Delete));
            }
        }
        Ok(markers)
    }

    /// The marker with this key. It lives as long as the item does.
    fn marker(&self, key: &Item, ttl: Option<Value>) -> Item {
        let mut marker = key.clone();
        marker.insert(MARKER_OWNER, Value::M(self.key.clone()));
        if let Some(tag) = self.schema.tag {
            marker.insert(tag, MARKER_TAG);
        }
        if let (Some(name), Some(ttl)) = (self.schema.ttl, ttl) {
            marker.insert(name, ttl);
        }
        marker
    }
}

/// What is done to a marker.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Deed {
    /// It becomes this.
    Put(Item),
    Delete,
    /// Nothing: it is another's, and must still be.
    Leave,
}

/// A marker that a write takes along.
#[derive(Clone, Debug)]
pub(super) struct Marker {
    table: String,
    schema: &'static TableSchema,
    pub(super) unique: &'static Unique,
    pub(super) key: Item,
    /// Whose it may be.
    holders: Vec<Item>,
    deed: Deed,
}

impl Marker {
    /// The action of a transaction. A marker can be had that nobody has, or whose owner's time is over.
    pub(super) fn action(&self, entity: &'static str, now: SystemTime) -> Result<TransactWriteAction> {
        let mut renderer = Renderer::default();
        let condition = renderer.condition(&Node::Or(self.condition(now)));
        let condition = Some(condition.map_err(|error| unsendable_error(entity, error))?);
        let (names, values) = renderer.finish();
        let (table, key, return_old_on_failure) = (self.table.clone(), self.key.clone(), true);
        Ok(match self.deed.clone() {
            Deed::Put(item) => TransactWriteAction::Put(call::Put {
                table,
                item,
                condition,
                names,
                values,
                return_old_on_failure,
                ..call::Put::default()
            }),
            Deed::Delete => TransactWriteAction::Delete(call::Delete {
                table,
                key,
                condition,
                names,
                values,
                return_old_on_failure,
                ..call::Delete::default()
            }),
            Deed::Leave => TransactWriteAction::Check(call::Check {
                table,
                key,
                condition,
                names,
                values,
                return_old_on_failure,
            }),
        })
    }

    /// Of which one must be so.
    fn condition(&self, now: SystemTime) -> Vec<Node> {
        let owner = |operator, holder: &Item| {
            Node::Compare(Side::top(MARKER_OWNER), operator, Side::Value(Value::M(holder.clone())))
        };
        let mut nodes = vec![Node::Call("attribute_not_exists", vec![Side::top(self.schema.partition.name)])];
        if let (Some(ttl), Deed::Put(_)) = (self.schema.ttl, &self.deed) {
            nodes.push(Node::Compare(Side::top(ttl), "<", Side::Value(Value::N(epoch_seconds(now)))));
        }
        let operator = if self.deed == Deed::Leave { "<>" } else { "=" };
        nodes.extend(self.holders.iter().map(|holder| owner(operator, holder)));
        nodes
    }

    /// Whose it is, as the failure of its condition tells.
    pub(super) fn owner(found: Option<&Item>) -> Option<Item> {
        match found?.get(MARKER_OWNER)? {
            Value::M(owner) => Some(owner.clone()),
            _ => None,
        }
    }
}

/// The markers of all writes of a transaction, each with the place of its write: one that passes from one item to
/// another is written once.
///
/// # Errors
///
/// The place and the constraint of a write that wants what an earlier one has.
pub(super) fn merge(markers: Vec<(usize, Marker)>) -> Result<Vec<(usize, Marker)>, (usize, &'static Unique)> {
    let mut merged: Vec<(usize, Marker)> = Vec::with_capacity(markers.len());
    for (at, marker) in markers {
        let same = |(_, known): &&mut (usize, Marker)| known.key == marker.key && known.table == marker.table;
        let Some((place, known)) = merged.iter_mut().find(same) else {
            merged.push((at, marker));
            continue;
        };
        match (&known.deed, &marker.deed) {
            (Deed::Put(_), Deed::Put(_)) => return Err((at, marker.unique)),
            // That it is another's is what the other says.
            (_, Deed::Leave) => {}
            (Deed::Leave, _) => (*place, *known) = (at, marker),
            (_, Deed::Delete) => known.holders.extend(marker.holders),
            (Deed::Delete, Deed::Put(_)) => {
                known.deed = marker.deed;
                known.holders.extend(marker.holders);
                *place = at;
            }
        }
    }
    Ok(merged)
}
