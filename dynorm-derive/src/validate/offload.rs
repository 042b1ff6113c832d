//! The rules of fields whose values may be in an object store.

use syn::Type;
use syn::ext::IdentExt;

use crate::diagnostics::Diagnostics;
use crate::model::attribute::{AttributeShape, AttributeType, Holds};
use crate::model::entity::{Entity, Field};
use crate::model::field::{Coder, Storage, is_offloaded};

/// Checks those of an entity.
pub(super) fn check(entity: &Entity, diagnostics: &mut Diagnostics) {
    for field in &entity.fields {
        if let Storage::Coded(Coder::Offload { is_written: false, .. }) = field.storage {
            let message = format!(
                "`{}` may be in an object store, and its field must say so: add `#[attr(offload)]`",
                field.ident.unraw()
            );
            diagnostics.at(&field.ty, message);
        }
    }
}

/// Within the value of an attribute nothing is moved out.
pub(super) fn refuse(attribute: &AttributeType, diagnostics: &mut Diagnostics) {
    let (mut fields, mut types): (Vec<&Field>, Vec<&Type>) = (Vec::new(), Vec::new());
    match &attribute.shape {
        AttributeShape::Map(members) => fields.extend(members),
        AttributeShape::List(all) => types.extend(all),
        AttributeShape::Wrapped(_, ty) => types.push(ty),
        AttributeShape::Choice(_) => {}
        AttributeShape::Tagged(_, variants) => {
            for variant in variants {
                match &variant.holds {
                    Holds::Map(members) => fields.extend(members),
                    Holds::List(all) => types.extend(all),
                    Holds::Value(ty) => types.push(ty),
                    Holds::Nothing | Holds::Unknown(_) => {}
                }
            }
        }
    }
    let message = format!(
        "whole attributes of an item are moved into objects; make the field of the entity that holds `{0}` an `Offloaded<{0}>` with `#[attr(offload)]`, or move this one there",
        attribute.ident.unraw()
    );
    for field in fields {
        match &field.storage {
            Storage::Coded(Coder::Offload { argument, is_written: true, .. }) => {
                diagnostics.at(argument, &message);
            }
            _ => types.push(&field.ty),
        }
    }
    for ty in types.into_iter().filter(|ty| is_offloaded(ty)) {
        diagnostics.at(ty, &message);
    }
}
