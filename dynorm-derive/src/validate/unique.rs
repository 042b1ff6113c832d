//! The rules of unique fields.

use syn::ext::IdentExt;

use crate::diagnostics::Diagnostics;
use crate::model::entity::{Entity, Field};
use crate::model::unique::Unique;

/// Checks all rules.
pub(super) fn check(entity: &Entity, diagnostics: &mut Diagnostics) {
    if let (Some(_), Some(unique)) = (&entity.evolution.from, entity.unique.first()) {
        let message = "unique values are marked by items that are found by the form of today, so that those of older versions would be lost; rewrite all items in this version, and then say `upgrade_from = none`";
        diagnostics.at(&unique.argument, message);
    }
    for (at, unique) in entity.unique.iter().enumerate() {
        for (name, position) in &unique.fields {
            if let Some(message) = reason_against(&entity.fields[*position]) {
                diagnostics.at(name, message);
            }
        }
        if entity.unique[..at].iter().any(|other| positions(other) == positions(unique)) {
            let message = "these fields are unique already; remove one of the two";
            diagnostics.at(&unique.argument, message);
        }
    }
}

/// The fields, in an order that all sets of them have.
fn positions(unique: &Unique) -> Vec<usize> {
    let mut positions: Vec<usize> = unique.fields.iter().map(|(_, position)| *position).collect();
    positions.sort_unstable();
    positions
}

/// Why a field cannot be unique.
fn reason_against(field: &Field) -> Option<String> {
    let name = field.ident.unraw();
    if field.ttl.is_some() {
        return Some(format!("the time to live `{name}` cannot be unique: items may expire at one time"));
    }
    if let Some((keeping, _)) = &field.keeping {
        return Some(format!("`{name}` is kept by `{keeping}` and cannot be unique"));
    }
    if let Some(argument) = field.storage.argument() {
        return Some(format!(
            "`{name}` has `{argument}`, and what is unique is stored as its type is; name another field"
        ));
    }
    if field.sensitive.is_some() {
        return Some(format!(
            "`{name}` is sensitive, and the key of the item that marks a unique value shows it; name another field, such as one with its hash"
        ));
    }
    if !field.aliases.is_empty() {
        return Some(format!(
            "`{name}` has an `alias`, and what is unique is compared in the item under one name; remove it when all items have the new one"
        ));
    }
    field.default.as_ref().map(|_| {
        format!(
            "`{name}` has a default, which all items without it would share; make it an `Option`: `None` is not compared"
        )
    })
}
