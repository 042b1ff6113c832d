//! Every sentence on generated items.

use syn::ext::IdentExt;

use crate::model::entity::{Entity, Field};
use crate::model::key::Key;

/// On the constant of a field.
pub(super) fn constant(field: &Field) -> String {
    if !field.storage.has_attribute() {
        return format!("The members of the field `{}`, which are attributes by themselves.", field.ident);
    }
    format!("The attribute `{}`, which the field `{}` is stored in.", field.stored.value(), field.ident)
}

/// On the function of the primary key.
pub(super) fn key(entity: &Entity) -> String {
    let sort = entity.sort.as_ref().map(|key| format!(", sort key {}", source(entity, key)));
    format!(
        "The primary key: partition key {}{}.",
        source(entity, &entity.partition),
        sort.unwrap_or_default()
    )
}

/// On the function of an access pattern.
pub(super) fn pattern(entity: &Entity, index: Option<&str>, partition: &[&Key], sort: &[&Key]) -> String {
    let of = index.map_or_else(|| "the table".to_owned(), |index| format!("the index `{index}`"));
    let sources = |keys: &[&Key]| {
        let sources: Vec<String> = keys.iter().map(|key| source(entity, key)).collect();
        sources.join(", ")
    };
    let sort = if sort.is_empty() { String::new() } else { format!(", sort key {}", sources(sort)) };
    format!("Access pattern of {of}: partition key {}{sort}.", sources(partition))
}

/// On the function that names an index to scan.
pub(super) fn scan(entity: &Entity, index: &str) -> String {
    format!("All [`{}`] of the index `{index}`, for `Db::scan_index`.", entity.ident.unraw())
}

/// On the function of a unique constraint.
pub(super) fn unique(entity: &Entity, name: &str) -> String {
    format!("To find the [`{}`] by its `{name}`, which is unique.", entity.ident.unraw())
}

/// On the type of an access pattern.
pub(super) fn pattern_type(entity: &Entity, name: &str) -> String {
    let entity = entity.ident.unraw();
    format!("What to query of [`{entity}`]: begun by [`{entity}::{name}`], narrowed by its methods.")
}

/// On the method that fixes a field.
pub(super) fn equal(field: &str) -> String {
    format!("Only with this `{field}`.")
}

/// On the method that bounds a field.
pub(super) fn range(field: &str) -> String {
    format!("Only with `{field}` in this range.")
}

/// On the method that gives a field's beginning.
pub(super) fn prefix(field: &str) -> String {
    format!("Only with a `{field}` whose text begins with this.")
}

/// On what is named after an index.
pub(super) const INDEX: &str = "The index, for messages of the compiler.";

/// On what is named after a field that is a key, or makes one together with others.
pub(super) const KEY_FIELD: &str = "The field, for messages of the compiler.";

fn source(entity: &Entity, key: &Key) -> String {
    match key {
        Key::Template(template) => {
            let text = format!("`{}`", template.text.value());
            template.shards.as_ref().map_or(text.clone(), |shards| {
                let by = shards.by.iter().map(|at| format!("`{}`", entity.fields[*at].ident.unraw()));
                format!("{text} in {} shards by {}", shards.count, by.collect::<Vec<_>>().join(", "))
            })
        }
        Key::Plain(position) => format!("`{}`", entity.fields[*position].ident.unraw()),
    }
}

/// On the function that names the partition of a collection.
pub(super) fn collection_key(collection: &crate::model::collection::Collection) -> String {
    let of = collection.index.as_ref().map(|index| format!(" of the index `{}`", index.value()));
    let sort = collection
        .sort
        .as_ref()
        .map(|sort| format!(", sort keys that are or continue `{}`", sort.text.value()));
    format!(
        "The partition `{}`{}{}.",
        collection.partition.text.value(),
        of.unwrap_or_default(),
        sort.unwrap_or_default()
    )
}
