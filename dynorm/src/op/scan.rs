//! Reading a whole table, or a whole index, for the entities of one type.

use std::marker::PhantomData;
use std::sync::Arc;

use super::pager::PageRequest;
use super::read::{Read, Source, all_attributes, select};
use super::{Context, Sent};
use crate::backend::call;
use crate::backend::{Backend, reply};
use crate::entity::{ConsistentReads, Entity, Everything, Projection, Table};
use crate::error::Result;
use crate::expr::Renderer;
use crate::page::Meaning;
use crate::value::Item;

/// A scan for the entities `E`: it reads, and bills, every item of the table, in no order.
///
/// ```
/// # use dynorm::prelude::*;
/// #[derive(Entity)]
/// #[entity(table = "Settings", pk = name, scan)]
/// struct Setting { name: String, value: String }
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> dynorm::Result<()> {
/// # let db = Db::new(dynorm_mem::MemBackend::new());
/// # db.create_table::<Setting>().await?;
/// # db.put(&Setting { name: "a".into(), value: "1".into() }).await?;
/// assert_eq!(db.scan::<Setting>().all().await?.len(), 1);
/// # Ok(()) }
/// ```
pub type Scan<E, T = E> = IndexScan<E, Everything, T>;

/// A scan of an index for the entities `E`: it reads, and bills, all that is in the index, in no order. Of a sparse index
/// that is little.
///
/// The entity says of which of its indexes: `index(.., scan)`.
///
/// ```
/// # use dynorm::prelude::*;
/// #[derive(Entity)]
/// #[entity(table = "Tasks", pk = id)]
/// #[entity(index(Late, name = by_team, pk = "TEAM#{team}", when = late, scan))]
/// struct Task { id: u32, team: String, late: bool }
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> dynorm::Result<()> {
/// # let db = Db::new(dynorm_mem::MemBackend::new());
/// # db.create_table::<Task>().await?;
/// # for id in 0..9 { db.put(&Task { id, team: format!("t{}", id % 3), late: id == 7 }).await?; }
/// // What is late of all teams, for the price of that.
/// let late = db.scan_index(Task::scan_by_team()).all().await?;
/// assert_eq!(late.iter().map(|task| task.id).collect::<Vec<_>>(), [7]);
/// # Ok(()) }
/// ```
pub type IndexScan<E, I, T = E> = Read<E, ScanSource<I>, T>;

/// What a scan reads: the table, or an index.
#[derive(Debug)]
pub struct ScanSource<I = Everything> {
    index: Option<&'static str>,
    consistent: bool,
    types: PhantomData<fn() -> I>,
}

impl<I> Clone for ScanSource<I> {
    fn clone(&self) -> Self {
        Self { ..*self }
    }
}

impl<E: Entity> Scan<E> {
    pub(crate) fn of_table(context: Arc<Context>) -> Self {
        Read::new(context, ScanSource { index: None, consistent: false, types: PhantomData })
    }
}

impl<E: Entity, I: 'static> IndexScan<E, I> {
    pub(crate) fn of_index(context: Arc<Context>, index: &'static str) -> Self {
        Read::new(context, ScanSource { index: Some(index), consistent: false, types: PhantomData })
    }
}

impl<E: Entity, I: 'static, T: Projection<E>> IndexScan<E, I, T> {
    /// Sees every write that succeeded before, for twice the read units. A global index cannot.
    pub fn consistent(mut self) -> Self
    where
        I: ConsistentReads,
    {
        self.source.consistent = true;
        self
    }
}

impl<E: Entity, I: 'static> Source<E> for ScanSource<I> {
    type Request = call::Scan;
    type Index = I;
    type Keys = Everything;

    fn request(&self, context: &Context, _: &mut Renderer, _: Option<u16>) -> Result<call::Scan> {
        Ok(call::Scan {
            table: context.table::<E::Table>(),
            index: self.index.map(str::to_owned),
            consistent: self.consistent,
            select: all_attributes::<E>(self.index),
            capacity: context.capacity,
            ..call::Scan::default()
        })
    }

    fn meets_others(&self) -> bool {
        E::Table::ENTITIES.len() > 1 || E::DESCRIPTOR.has_companions()
    }

    fn meaning(&self, context: &Context) -> Result<Meaning> {
        Ok(Meaning {
            table: context.table::<E::Table>(),
            index: self.index.unwrap_or_default().to_owned(),
            pattern: match self.index {
                None => format!("scan {}", E::DESCRIPTOR.tag),
                Some(index) => format!("scan {} of {index}", E::DESCRIPTOR.tag),
            },
            keys: Vec::new(),
            descending: false,
            n_shards: 0,
        })
    }

    fn can_start_after(&self, _: &Item) -> Result<bool> {
        Ok(true)
    }

    fn index(&self) -> Option<&'static str> {
        self.index
    }
}

impl PageRequest for call::Scan {
    const OPERATION: &'static str = "scan";
    const REVERSIBLE: bool = false;

    fn with_expressions(
        self,
        filter: Option<String>,
        projection: Option<String>,
        renderer: Renderer,
    ) -> Self {
        let (names, values) = renderer.finish();
        // Attributes are chosen by the projection, or else by the selection.
        let select = if projection.is_some() { None } else { self.select };
        Self { filter, projection, names, values, select, ..self }
    }

    /// It is not reversible.
    fn reversed(self) -> Self {
        self
    }

    fn page(self, limit: Option<u32>, start: Option<Item>, count: bool) -> Self {
        Self { limit, start, select: select(count, self.select), ..self }
    }

    fn send(self, backend: &dyn Backend) -> Sent<'_, reply::Query> {
        backend.scan(self)
    }
}
