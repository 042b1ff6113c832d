//! The rules of types that derive `Attribute`.

use super::entity::{constants_are_unique, stored_names_are_unique};
use crate::diagnostics::Diagnostics;
use crate::model::attribute::{AttributeShape, AttributeType, Holds, Tagging, Variant};
use crate::model::entity::Field;
use crate::model::field::stored_names;

/// Checks all rules.
pub(crate) fn check(attribute: &AttributeType, diagnostics: &mut Diagnostics) {
    super::concealed::refuse(attribute, diagnostics);
    super::offload::refuse(attribute, diagnostics);
    match &attribute.shape {
        AttributeShape::Map(fields) => {
            stored_names_are_unique(stored_names(fields), diagnostics);
            constants_are_unique(fields, diagnostics);
        }
        AttributeShape::Choice(variants) => check_variants(variants, diagnostics),
        AttributeShape::Tagged(tagging, variants) => {
            check_variants(variants, diagnostics);
            for variant in variants {
                let Holds::Map(fields) = &variant.holds else { continue };
                stored_names_are_unique(stored_names(fields), diagnostics);
                if let Tagging::Internal(tag) = tagging {
                    tag_is_free(&tag.value(), variant, fields, diagnostics);
                }
            }
        }
        AttributeShape::List(_) | AttributeShape::Wrapped(..) => {}
    }
}

fn check_variants(variants: &[Variant], diagnostics: &mut Diagnostics) {
    let known = variants.iter().filter(|variant| !matches!(variant.holds, Holds::Unknown(_)));
    let names = known.flat_map(|variant| {
        let names = std::iter::once(&variant.stored).chain(&variant.aliases);
        names.map(|name| (&variant.ident, name))
    });
    stored_names_are_unique(names, diagnostics);
    let mut others = variants.iter().filter(|variant| matches!(variant.holds, Holds::Unknown(_)));
    let Some(first) = others.next() else { return };
    for other in others {
        let message = format!("`{}` keeps what no variant is known for already; keep one", first.ident);
        diagnostics.at(&other.ident, message);
    }
}

/// A field beside the tag cannot be stored where the tag is.
fn tag_is_free(tag: &str, variant: &Variant, fields: &[Field], diagnostics: &mut Diagnostics) {
    for (_, name) in stored_names(fields).filter(|(_, name)| name.value() == tag) {
        let message = format!(
            "`{tag}` is the tag that says which variant it is; rename this field of `{}`, give the enum another `tag`, or add `content = \"...\"`",
            variant.ident
        );
        diagnostics.at(name, message);
    }
}
