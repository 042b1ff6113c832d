//! Reading the whole table for the entities of one type.

use std::sync::Arc;

use super::pager::PageRequest;
use super::read::{Read, Source, select};
use super::{Context, Sent};
use crate::backend::call;
use crate::backend::{Backend, reply};
use crate::entity::{Entity, Everything, Projection, Table};
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
pub type Scan<E, T = E> = Read<E, ScanSource, T>;

/// What a scan reads: everything.
#[derive(Clone, Debug)]
pub struct ScanSource {
    consistent: bool,
}

impl<E: Entity> Scan<E> {
    pub(crate) fn of_table(context: Arc<Context>) -> Self {
        Read::new(context, ScanSource { consistent: false })
    }
}

impl<E: Entity, T: Projection<E>> Scan<E, T> {
    /// Sees every write that succeeded before, for twice the read units.
    pub fn consistent(mut self) -> Self {
        self.source.consistent = true;
        self
    }
}

impl<E: Entity> Source<E> for ScanSource {
    type Request = call::Scan;
    type Index = Everything;

    fn request(&self, context: &Context, _: &mut Renderer, _: Option<u16>) -> Result<call::Scan> {
        Ok(call::Scan {
            table: context.table::<E::Table>(),
            consistent: self.consistent,
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
            index: String::new(),
            pattern: format!("scan {}", E::DESCRIPTOR.tag),
            keys: Vec::new(),
            descending: false,
            n_shards: 0,
        })
    }

    fn can_start_after(&self, _: &Item) -> Result<bool> {
        Ok(true)
    }

    fn index(&self) -> Option<&'static str> {
        None
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
