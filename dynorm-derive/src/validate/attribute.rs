//! The rules of types that derive `Attribute`.

use syn::LitStr;

use super::entity::{constants_are_unique, stored_names_are_unique};
use crate::diagnostics::Diagnostics;
use crate::model::attribute::{AttributeShape, AttributeType};

/// Checks all rules.
pub(crate) fn check(attribute: &AttributeType, diagnostics: &mut Diagnostics) {
    match &attribute.shape {
        AttributeShape::Map(fields) => {
            let names: Vec<&LitStr> = fields.iter().map(|field| &field.stored).collect();
            stored_names_are_unique(&names, diagnostics);
            constants_are_unique(fields, diagnostics);
        }
        AttributeShape::Choice(choices) => {
            let names: Vec<&LitStr> = choices.iter().map(|choice| &choice.stored).collect();
            stored_names_are_unique(&names, diagnostics);
        }
        AttributeShape::Wrapped(_) => {}
    }
}
