//! The rules of fields that the library keeps: versions, times of writes, counters, what is written once.

use syn::Ident;

use crate::diagnostics::Diagnostics;
use crate::model::entity::{Entity, Field, Role};
use crate::parse::field::Keeping;

/// Checks all rules.
pub(super) fn check(entity: &Entity, diagnostics: &mut Diagnostics) {
    one_version(entity, diagnostics);
    for (position, field) in entity.fields.iter().enumerate() {
        no_primary_keys(entity, position, field, diagnostics);
        no_unknown_index_keys(entity, position, field, diagnostics);
        one_meaning(field, diagnostics);
    }
}

/// Two versions would be checked against each other's writes.
fn one_version(entity: &Entity, diagnostics: &mut Diagnostics) {
    let mut versions = entity.fields.iter().filter(|field| field.is_version());
    let Some(first) = versions.next() else { return };
    for field in versions {
        let Some((name, _)) = &field.keeping else { continue };
        diagnostics.at(name, format!("`{}` is the version already; an item has one", first.ident));
    }
}

/// What says that a field is kept, or written once.
fn kept(field: &Field) -> Option<&Ident> {
    field.keeping.as_ref().map(|(name, _)| name).or(field.write_once.as_ref())
}

/// An item is found by its key, which must be known before it is written, and which never changes.
fn no_primary_keys(entity: &Entity, position: usize, field: &Field, diagnostics: &mut Diagnostics) {
    let Some(name) = kept(field).filter(|_| entity.primary_fields().contains(&position)) else { return };
    let reason = if field.write_once.is_some() && field.keeping.is_none() {
        format!("`{}` is part of the primary key, and never changes anyway; remove this", field.ident)
    } else {
        format!(
            "`{}` is part of the primary key, which must be known before the item is written; keep `{name}` in a field of its own",
            field.ident
        )
    };
    diagnostics.at(name, reason);
}

/// An update must know the keys that it changes, and it changes what is kept with every write.
fn no_unknown_index_keys(entity: &Entity, position: usize, field: &Field, diagnostics: &mut Diagnostics) {
    let Some((name, keeping)) = &field.keeping else { return };
    let is_counted = matches!(keeping, Keeping::Version | Keeping::Counter { .. });
    let is_in_template = entity.is_in_index_template(position);
    if is_counted && is_in_template {
        let message = format!(
            "`{}` is counted up by the database, so that no update knows the text of an index key with it; make it a key attribute itself: `sk = {}`",
            field.ident, field.ident
        );
        diagnostics.at(name, message);
    }
    if *keeping == Keeping::CreatedAt {
        return;
    }
    if entity.when_fields().contains(&position) {
        let message = format!(
            "`{}` changes with every write and cannot decide whether an item is in an index",
            field.ident
        );
        diagnostics.at(name, message);
    }
    if !is_counted && is_in_template && matches!(entity.role(position), Role::PartOf(..)) {
        let message = format!(
            "`{}` changes with every update, which would then have to know all other fields of its index key; give it a key attribute to itself: `sk = \"{{{}}}\"`",
            field.ident, field.ident
        );
        diagnostics.at(name, message);
    }
}

/// What one argument says must not take back what another says.
fn one_meaning(field: &Field, diagnostics: &mut Diagnostics) {
    let kept = field.keeping.as_ref().map(|(name, _)| name);
    if let (Some(ttl), Some(name)) = (&field.ttl, kept) {
        let message =
            format!("a time to live cannot be `{name}`; give it a lifetime: `ttl = \"30d after {name}\"`");
        diagnostics.at(ttl, message);
    }
    if let (Some(once), Some(name)) = (&field.write_once, kept) {
        diagnostics.at(once, format!("`{name}` says already when this is written; remove `write_once`"));
    }
    if let (Some((validate, _)), Some(name)) = (&field.validate, kept.or(field.ttl.as_ref())) {
        diagnostics.at(validate, format!("`{name}` says already what this is; remove `validate`"));
    }
}
