//! The rules of collections that can be seen without their entities.

use quote::ToTokens as _;
use syn::ext::IdentExt;

use crate::diagnostics::Diagnostics;
use crate::model::collection::Collection;

/// Checks all rules.
pub(crate) fn check(collection: &Collection, diagnostics: &mut Diagnostics) {
    entities_differ(collection, diagnostics);
    fields_differ(collection, diagnostics);
}

/// Which member an item is would not be known. The compiler finds entities that are written in two ways.
fn entities_differ(collection: &Collection, diagnostics: &mut Diagnostics) {
    for (at, member) in collection.members.iter().enumerate() {
        let text = member.entity.to_token_stream().to_string();
        let same =
            |other: &&crate::model::collection::Member| other.entity.to_token_stream().to_string() == text;
        if let Some(other) = collection.members[..at].iter().find(same) {
            let message = format!(
                "`{}` holds the items of `{text}` already, so that it is not known which member an item is; keep one",
                other.ident.unraw()
            );
            diagnostics.at(&member.entity, message);
        }
    }
}

/// Each field is an argument of `of`.
fn fields_differ(collection: &Collection, diagnostics: &mut Diagnostics) {
    let mut known = Vec::new();
    for (sort, _, field) in collection.fields() {
        if known.contains(&field.unraw().to_string()) {
            let text = if sort { collection.sort.as_ref() } else { None };
            let text = &text.unwrap_or(&collection.partition).text;
            diagnostics.at(text, format!("`{{{field}}}` is in the keys twice; give one another name"));
        }
        known.push(field.unraw().to_string());
    }
}
