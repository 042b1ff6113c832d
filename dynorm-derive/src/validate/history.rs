//! The rules of histories.

use crate::diagnostics::Diagnostics;
use crate::model::entity::Entity;
use crate::model::key::Key;

/// Checks all rules.
pub(super) fn check(entity: &Entity, diagnostics: &mut Diagnostics) {
    let Some(history) = &entity.history else { return };
    if entity.evolution.from.is_some() {
        let message = "a history keeps each form as it was written, and to upgrade an item in its place is no write that it has a version of; rewrite all items in this version, and then say `upgrade_from = none`";
        diagnostics.at(&history.argument, message);
    }
    if let Key::Template(template) = &entity.partition
        && template.shards.is_some()
    {
        let message = "a history is in a partition that is made of the item's own, and the partition of this entity changes with the number of its shards, so that histories would be left behind; remove `shards` and `by`, or `history`";
        diagnostics.at(&history.argument, message);
    }
}
