//! The rules of fields whose values are not shown.

use syn::Ident;
use syn::ext::IdentExt;

use crate::diagnostics::Diagnostics;
use crate::model::attribute::{AttributeShape, AttributeType, Holds};
use crate::model::entity::{Entity, Field};
use crate::model::field::Storage;

/// Checks those of an entity.
pub(super) fn check(entity: &Entity, diagnostics: &mut Diagnostics) {
    for (position, field) in entity.fields.iter().enumerate() {
        let Some(sensitive) = &field.sensitive else { continue };
        let name = field.ident.unraw();
        let is_plain = entity.plain_keys().contains(&position);
        let message = match &field.storage {
            Storage::Skipped(_) => {
                format!("`{name}` is not stored, so that dynorm never shows it; remove this")
            }
            Storage::Flattened(_) => format!(
                "the members of `{name}` are attributes of their own; move those that are sensitive into fields of the entity, or do not flatten `{name}`"
            ),
            _ if is_plain || entity.is_in_key(position) => format!(
                "`{name}` is part of a key, and keys are seen: in cursors, errors, and the logs of AWS; keep the sensitive value in a field of its own, and make the key of a hash of it"
            ),
            _ => continue,
        };
        diagnostics.at(sensitive, message);
    }
}

/// Within a struct that is the value of an attribute nothing is marked: an item that comes back is a map of values.
pub(super) fn refuse(attribute: &AttributeType, diagnostics: &mut Diagnostics) {
    let fields: Vec<&Field> = match &attribute.shape {
        AttributeShape::Map(fields) => fields.iter().collect(),
        AttributeShape::Tagged(_, variants) => {
            let maps = variants.iter().filter_map(|variant| match &variant.holds {
                Holds::Map(fields) => Some(fields),
                _ => None,
            });
            maps.flatten().collect()
        }
        _ => Vec::new(),
    };
    for sensitive in fields.iter().filter_map(|field| field.sensitive.as_ref()) {
        let message = format!(
            "`sensitive` conceals whole attributes of an item; write it on the field of the entity that holds `{}`",
            attribute.ident
        );
        diagnostics.at(sensitive as &Ident, message);
    }
}
