//! Writing items of older versions back in the form of today, before a write that asks something of them.

use std::future::{Future, IntoFuture};
use std::pin::Pin;
use std::sync::Arc;

use super::condition::{Presence, render};
use super::moving::{self, Move};
use super::offload::Outbox;
use super::{BoxFuture, Context, companions, table_method};
use crate::backend::call::{self, ReturnCapacity};
use crate::backend::retry::Patience;
use crate::entity::{
    AttributeRole, Entity, EntityDescriptor, Form, Key, Table, decode, encode, form, forms, is_expired,
};
use crate::error::{Error, Failure, FailureKind, Result};
use crate::expr::{Condition, Node, Renderer};
use crate::value::{Item, Number, Value};

/// A write of an item in the form of today, if it is of an older [version](crate::entity::Older); `.await` runs it and says
/// whether it was.
///
/// Items are upgraded when they are read, and stored so by their next write. This is that write, for those that nobody
/// writes otherwise: before an old form is forgotten, or when an index needs keys that it did not make. Nothing but the form
/// changes: no hook sees it, and a version or time of the last write stays. If another write comes between, it is tried anew.
///
/// ```
/// use dynorm::prelude::*;
/// # use dynorm::entity::Older as _;
///
/// #[derive(Entity, Debug, PartialEq)]
/// #[entity(table = "Notes", pk = "NOTES#{of}", sk = "{id}", name = of_user, version = 2, upgrade_from = NoteV1)]
/// struct Note { of: String, id: u64, lines: Vec<String> }
///
/// #[derive(Entity)]
/// #[entity(of = Note, pk = "NOTES#{of}", sk = "{id}", version = 1)]
/// struct NoteV1 { of: String, id: u64, text: String }
///
/// impl From<NoteV1> for Note {
///     fn from(old: NoteV1) -> Self {
///         Self { of: old.of, id: old.id, lines: old.text.lines().map(str::to_owned).collect() }
///     }
/// }
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> dynorm::Result<()> {
/// # let db = Db::new(dynorm_mem::MemBackend::new());
/// # db.create_table::<Note>().await?;
/// # let item = NoteV1 { of: "ann".into(), id: 7, text: "a\nb".into() }.to_item()?;
/// # db.send(dynorm::backend::call::Put { table: db.table_name::<Note>(), item, ..Default::default() }).await?;
/// let keys = db.query(Note::of_user("ann")).keys().all().await?;
/// for key in keys {
///     db.upgrade(key).await?;
/// }
/// assert!(!db.upgrade(Note::key("ann", 7u64)).await?, "it is of today");
/// # Ok(()) }
/// ```
#[derive(Debug)]
#[must_use = "nothing is written until it is awaited"]
pub struct Upgrade<E> {
    context: Arc<Context>,
    key: Key<E>,
}

impl<E: Entity> Upgrade<E> {
    pub(crate) fn new(context: Arc<Context>, key: Key<E>) -> Self {
        Self { context, key }
    }

    table_method!();

    async fn run(self) -> Result<bool> {
        let mut tries = Tries::default();
        if let Some(from) = self.key.former() {
            let (entity, schema, to) = (E::DESCRIPTOR, E::Table::SCHEMA, self.key.item()?);
            let (context, table) = (&*self.context, self.context.table::<E::Table>());
            companions::moving_home(Move { context, entity, schema, table: &table, from, to }).await?;
        }
        loop {
            let request = moving::get(&self.context.table::<E::Table>(), self.key.item()?);
            let reply = self.context.read(|backend| backend.get(request.clone())).await;
            let reply = reply.map_err(|failure| Error::backend("read", E::DESCRIPTOR.name, failure))?;
            let Some(stored) = reply.item else { return Ok(false) };
            match write_back::<E>(&self.context, &request.table, &stored).await? {
                Fate::Upgraded => return Ok(true),
                // An error for what cannot be read.
                Fate::NotOlder => return decode::<E>(stored).map(|_| false),
                Fate::Changed(failure) => tries.wait(E::DESCRIPTOR, &self.context, failure).await?,
            }
        }
    }
}

/// Runs the write.
///
/// # Errors
///
/// If the item is not of a form that the entity knows, cannot become one of today, or is changed by others each time it is
/// tried; or if the backend refuses. There is no error if there is no item.
impl<E: Entity> IntoFuture for Upgrade<E> {
    type Output = Result<bool>;
    type IntoFuture = BoxFuture<Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.run())
    }
}

/// What became of an item.
#[derive(Debug)]
pub(super) enum Fate {
    /// It is not of an older version, or not there.
    NotOlder,
    /// It is in the form of today now.
    Upgraded,
    /// It was changed since it was read, as the refusal says.
    Changed(Failure),
}

/// Sends a write; again, if its condition failed as the item is of an older version, which is upgraded then.
pub(super) async fn first<E, R, S>(
    context: &Context,
    table: &str,
    send: impl Fn() -> S + Send + Sync,
) -> Result<Result<R, Failure>>
where
    E: Entity,
    S: Future<Output = Result<R, Failure>> + Send,
    R: Send,
{
    let mut tries = Tries::default();
    loop {
        let outcome = send().await;
        let failure = outcome.as_ref().err().filter(|failure| failure.kind == FailureKind::ConditionFailed);
        let failed = failure.and_then(|failure| Failed::of::<E>(table, failure.item.as_ref()?));
        if !tries.upgrade(context, failed.into_iter().collect()).await? {
            return Ok(outcome);
        }
    }
}

/// An item that failed a condition.
pub(super) struct Failed {
    pub(super) entity: &'static EntityDescriptor,
    pub(super) write_back: WriteBack,
    pub(super) table: String,
    pub(super) item: Item,
}

impl Failed {
    /// The item, if it can be of an older version at all.
    pub(super) fn of<E: Entity>(table: &str, item: &Item) -> Option<Self> {
        let (entity, table, item) = (E::DESCRIPTOR, table.to_owned(), item.clone());
        E::UPGRADE.map(|_| Self { entity, write_back: write_back::<E>, table, item })
    }
}

/// How often a write was tried anew, and since when.
#[derive(Debug, Default)]
pub(super) struct Tries {
    n_upgrades: u32,
    patience: Option<Patience>,
}

impl Tries {
    /// An item is written back once, and again only if a program that is older writes it.
    const UPGRADES_MAX: u32 = 16;

    /// Upgrades what failed a write, where it is of an older version. Whether some was, so that the write may be tried
    /// anew.
    ///
    /// # Errors
    ///
    /// If it was tried often or long enough, an item cannot become one of today, or the backend refuses.
    pub(super) async fn upgrade(&mut self, context: &Context, failed: Vec<Failed>) -> Result<bool> {
        let mut is_upgraded = false;
        for Failed { entity, write_back, table, item } in failed {
            match write_back(context, &table, &item).await? {
                Fate::NotOlder => continue,
                Fate::Upgraded => self.count(entity)?,
                Fate::Changed(failure) => self.wait(entity, context, failure).await?,
            }
            is_upgraded = true;
        }
        Ok(is_upgraded)
    }

    fn count(&mut self, entity: &EntityDescriptor) -> Result<()> {
        self.n_upgrades += 1;
        if self.n_upgrades <= Self::UPGRADES_MAX {
            return Ok(());
        }
        let message = "a program that knows older versions only writes the item again and again";
        Err(error(entity, Failure::new(FailureKind::ConditionFailed, message)))
    }

    async fn wait(&mut self, entity: &EntityDescriptor, context: &Context, failure: Failure) -> Result<()> {
        let backend = &*context.backend;
        let patience = self.patience.get_or_insert_with(|| Patience::new(backend, None));
        let Some(wait) = patience.next_wait(backend) else { return Err(error(entity, failure)) };
        backend.sleep(wait).await;
        Ok(())
    }
}

fn error(entity: &EntityDescriptor, mut failure: Failure) -> Error {
    failure.conceal(entity.sensitive);
    Error::backend("upgrade", entity.name, failure)
}

/// [`write_back`] for one entity.
pub(super) type WriteBack =
    for<'w> fn(&'w Context, &'w str, &'w Item) -> Pin<Box<dyn Future<Output = Result<Fate>> + Send + 'w>>;

/// Writes an item back in the form of today, if it is of an older one, and still as it was read.
pub(super) fn write_back<'w, E: Entity>(
    context: &'w Context,
    table: &'w str,
    stored: &'w Item,
) -> Pin<Box<dyn Future<Output = Result<Fate>> + Send + 'w>> {
    Box::pin(async move {
        let is_older = matches!(form::<E>(stored), Some(Form::Older(_)));
        if !is_older || is_expired::<E>(stored, context.backend.now()) {
            return Ok(Fate::NotOlder);
        }
        let mut item = encode(&decode::<E>(stored.clone())?)?;
        forget_zero_version::<E>(&mut item);
        let outbox = Outbox::new(context);
        // That references are still stored is what the condition says of the whole item.
        outbox.take_own::<E>(table, None, Presence::Any, &mut item)?;
        let mut renderer = Renderer::concealing(E::DESCRIPTOR.sensitive);
        let (now, as_read) = (context.backend.now(), as_read::<E>(stored));
        let condition = render::<E>(Presence::Any, Some(&as_read), &[], now, &mut renderer)?;
        let (names, values) = renderer.finish();
        let (table, capacity) = (table.to_owned(), ReturnCapacity::None);
        let put = call::Put { table, item, condition, names, values, capacity, ..call::Put::default() };
        // If it is done already, its condition fails, and the item shows it.
        let send =
            async { Ok(context.write_once(true, |backend| outbox.watch(backend.put(put.clone()))).await) };
        match outbox.sending(send).await? {
            Ok(_) => Ok(Fate::Upgraded),
            Err(failure) if failure.kind == FailureKind::ConditionFailed => Ok(Fate::Changed(failure)),
            Err(failure) => Err(error(E::DESCRIPTOR, failure)),
        }
    })
}

/// What no write has counted has no version: that is what the entity's next write requires.
fn forget_zero_version<E: Entity>(item: &mut Item) {
    let attributes = E::DESCRIPTOR.attributes.iter();
    for attribute in attributes.filter(|attribute| attribute.role == AttributeRole::Version) {
        if item.get(attribute.name) == Some(&Value::N(Number::ZERO)) {
            item.remove(attribute.name);
        }
    }
}

/// That an item has all attributes that it had, and none of those that a form of its entity has and it did not have.
pub(super) fn as_read<E: Entity>(item: &Item) -> Condition<E> {
    let version = E::DESCRIPTOR.version.map(|_| E::Table::SCHEMA.version);
    let known = forms::<E>().into_iter().flat_map(companions::all).chain(version);
    Condition::of(Node::And(companions::as_stored(item, known)))
}
