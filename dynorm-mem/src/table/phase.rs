//! What a table goes through: created, changed, deleted, for as long as the engine is told that this takes.

use std::time::SystemTime;

use dynorm::backend::table::TableStatus;

use super::Table;
use crate::message::{self, Checked};

/// A change that is not over.
#[derive(Clone, Debug)]
pub(crate) struct Phase {
    pub(crate) status: TableStatus,
    /// The global index that is created or changed.
    pub(crate) index: Option<(String, TableStatus)>,
    /// When the change is over.
    pub(crate) until: SystemTime,
}

impl Table {
    /// Where the table is in its life.
    pub(crate) fn status(&self) -> TableStatus {
        self.phase.as_ref().map_or(TableStatus::Active, |phase| phase.status)
    }

    /// Where a global index is in its life.
    pub(crate) fn status_of_index(&self, name: &str) -> TableStatus {
        let Some(phase) = &self.phase else { return TableStatus::Active };
        match &phase.index {
            Some((index, status)) if index == name => *status,
            _ if phase.status == TableStatus::Creating => TableStatus::Creating,
            _ => TableStatus::Active,
        }
    }

    /// Whether items may be read and written.
    pub(crate) fn is_usable(&self) -> bool {
        !matches!(self.status(), TableStatus::Creating | TableStatus::Deleting)
    }

    /// Refuses a change of the table while it is created, changed or deleted.
    pub(crate) fn check_idle(&self) -> Checked {
        let what = match self.status() {
            TableStatus::Creating => "created",
            TableStatus::Updating => "updated",
            TableStatus::Deleting => "deleted",
            _ => return Ok(()),
        };
        Err(message::table_in_use(what, &self.schema.name))
    }

    /// Refuses the table's deletion while it is created, changed or deleted already.
    pub(crate) fn check_deletable(&self) -> Checked {
        let Some(phase) = &self.phase else { return Ok(()) };
        match phase.status {
            TableStatus::Updating | TableStatus::Active if phase.index.is_some() => {
                Err(message::table_with_index_in_use())
            }
            TableStatus::Updating => Err(message::table_in_use_by_update(&self.schema.name)),
            _ => self.check_idle(),
        }
    }
}
