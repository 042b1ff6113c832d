//! The rules of entities that can be seen without their table.

use syn::ext::IdentExt;
use syn::{Ident, LitStr};

use crate::diagnostics::Diagnostics;
use crate::model::entity::{Entity, Field, TableOf};
use crate::model::field::stored_names;
use crate::model::names;

/// Checks all rules.
pub(crate) fn check(entity: &Entity, diagnostics: &mut Diagnostics) {
    check_fields(&entity.fields, diagnostics);
    key_fields_have_no_default(entity, diagnostics);
    primary_keys_are_no_times_to_live(entity, diagnostics);
    patterns_have_their_own_names(entity, diagnostics);
    patterns_leave_other_functions_their_names(entity, diagnostics);
    each_index_is_used_once(entity, diagnostics);
    inverted_indexes_need_a_sort_key(entity, diagnostics);
    whens_decide(entity, diagnostics);
    super::kept::check(entity, diagnostics);
    super::concealed::check(entity, diagnostics);
    super::offload::check(entity, diagnostics);
    tags_are_unique(entity, diagnostics);
    super::unique::check(entity, diagnostics);
    super::history::check(entity, diagnostics);
    if let TableOf::Itself(table) = &entity.table {
        super::table::check(table, diagnostics);
    }
}

/// Checks the rules of fields, which need no keys.
pub(crate) fn check_fields(fields: &[Field], diagnostics: &mut Diagnostics) {
    stored_names_are_unique(stored_names(fields), diagnostics);
    constants_are_unique(fields, diagnostics);
    one_time_to_live(fields, diagnostics);
}

/// Two fields in one attribute would overwrite each other.
pub(super) fn stored_names_are_unique<'n>(
    names: impl IntoIterator<Item = (&'n Ident, &'n LitStr)>,
    diagnostics: &mut Diagnostics,
) {
    let mut known = std::collections::BTreeMap::new();
    for (ident, name) in names {
        let name_text = name.value();
        if let Some(owner) = known.get(&name_text) {
            let message =
                format!("the name `{name_text}` is that of `{owner}` already; give this one another");
            diagnostics.at(name, message);
        } else {
            known.insert(name_text, ident);
        }
    }
}

/// `a_b` and `a_B` would have one constant.
pub(super) fn constants_are_unique(fields: &[Field], diagnostics: &mut Diagnostics) {
    for (at, field) in fields.iter().enumerate() {
        let constant = names::constant(&field.ident);
        if fields[..at].iter().any(|other| names::constant(&other.ident) == constant) {
            let message = format!("another field has the constant `{constant}` already; rename the field");
            diagnostics.at(&field.ident, message);
        }
    }
}

/// A table has one time to live, and an unset one is no time rather than some default.
fn one_time_to_live(fields: &[Field], diagnostics: &mut Diagnostics) {
    let mut marked = fields.iter().filter_map(|field| field.ttl.as_ref().map(|ttl| (field, ttl)));
    let Some((first, _)) = marked.next() else { return };
    for (_, ttl) in marked {
        diagnostics.at(ttl, format!("`{}` is the time to live already; an item has one", first.ident));
    }
    for field in fields.iter().filter(|field| field.ttl.is_some()) {
        for alias in &field.aliases {
            let message = "DynamoDB expires items by one attribute, and an older name of it would be passed over; remove `alias`";
            diagnostics.at(alias, message);
        }
        if let Some((default, _)) = &field.default {
            let message = "a time to live has no default; make the field an `Option`: `None` never expires";
            diagnostics.at(default, message);
        }
    }
}

/// A key field is always there, so a default or an older name would never be used.
fn key_fields_have_no_default(entity: &Entity, diagnostics: &mut Diagnostics) {
    for position in entity.primary_fields() {
        let field = &entity.fields[position];
        for alias in &field.aliases {
            let message = format!(
                "`{}` is part of the primary key, and is read from it where its attribute is not there; remove `alias`",
                field.ident
            );
            diagnostics.at(alias, message);
        }
        if let Some((default, _)) = &field.default {
            let message =
                format!("`{}` is part of the primary key and always there; remove this", field.ident);
            diagnostics.at(default, message);
        }
    }
}

/// A time to live is stored as a number of seconds whatever its type, and a key as its type is written.
fn primary_keys_are_no_times_to_live(entity: &Entity, diagnostics: &mut Diagnostics) {
    for position in entity.primary_fields() {
        let field = &entity.fields[position];
        if field.ttl.is_some() {
            let message = format!(
                "the time to live `{}` cannot be part of the primary key: it is stored in whole seconds, and the item could not be found again",
                field.ident
            );
            diagnostics.at(&field.ident, message);
        }
    }
}

/// Unique fields and indexes to scan have functions too.
fn patterns_leave_other_functions_their_names(entity: &Entity, diagnostics: &mut Diagnostics) {
    let unique = entity.unique.iter();
    let unique = unique.map(|unique| (names::unique_function(unique), "finds by a unique value"));
    let scanned =
        entity.indexes.iter().map(|index| (names::scan_function(&index.pattern), "names an index to scan"));
    for (function, does) in unique.chain(scanned) {
        let patterns = entity.pattern.iter().chain(entity.indexes.iter().map(|index| &index.pattern));
        for pattern in patterns.filter(|pattern| pattern.unraw() == function.unraw()) {
            let message =
                format!("`{function}` is the function that {does}; give the access pattern another name");
            diagnostics.at(pattern, message);
        }
    }
}

/// Each access pattern is a function of the entity.
fn patterns_have_their_own_names(entity: &Entity, diagnostics: &mut Diagnostics) {
    let patterns = entity.pattern.iter().chain(entity.indexes.iter().map(|index| &index.pattern));
    let mut known: Vec<Ident> = Vec::new();
    for pattern in patterns {
        if pattern == "key" {
            diagnostics.at(pattern, "`key` is the function that makes the primary key; choose another name");
        }
        let ty = names::pattern_type(&entity.ident, pattern);
        if known.contains(&ty) {
            let message =
                format!("two access patterns are named `{pattern}`; give this one another: `name = by_...`");
            diagnostics.at(pattern, message);
        }
        known.push(ty);
    }
}

/// A `when` names fields, and takes away keys that are made of templates.
fn whens_decide(entity: &Entity, diagnostics: &mut Diagnostics) {
    for index in &entity.indexes {
        let Some(when) = &index.when else { continue };
        let name = index.index.value();
        if when.positions.is_empty() {
            let message = format!(
                "this names no field of `{}`, so that all of its items are in index `{name}` or none",
                entity.ident.unraw()
            );
            diagnostics.at(&when.name, message);
        }
        if index.inverted.is_some() {
            let message =
                format!("index `{name}` has the keys of the table, and holds every item; remove `when`");
            diagnostics.at(&when.name, message);
        } else if index.partition.iter().chain(&index.sort).all(|key| key.template().is_none()) {
            let message = format!(
                "index `{name}` has the fields themselves as keys, and holds every item that has them; write a key as a template, such as `\"{{field}}\"`, so that it can be left out"
            );
            diagnostics.at(&when.name, message);
        }
        for field in when.positions.iter().map(|position| &entity.fields[*position]) {
            if field.ttl.is_some() {
                let message = format!(
                    "the time to live `{}` cannot decide: what is expired is left out of reads already",
                    field.ident
                );
                diagnostics.at(&when.name, message);
            }
        }
    }
}

/// An older tag is another one.
fn tags_are_unique(entity: &Entity, diagnostics: &mut Diagnostics) {
    for (at, alias) in entity.aliases.iter().enumerate() {
        let before = entity.aliases[..at].iter().chain([&entity.tag]);
        if alias.value().is_empty() {
            diagnostics.at(alias, "a type tag must not be empty");
        } else if before.into_iter().any(|tag| tag.value() == alias.value()) {
            let message = format!("`{}` is a type tag of this entity already; remove it", alias.value());
            diagnostics.at(alias, message);
        }
    }
}

/// What is turned around has two ends.
fn inverted_indexes_need_a_sort_key(entity: &Entity, diagnostics: &mut Diagnostics) {
    let inverted = entity.indexes.iter().filter_map(|index| index.inverted.as_ref());
    for inverted in inverted.filter(|_| entity.sort.is_none()) {
        let message = format!(
            "`{}` has no sort key that an inverted index could have as partition key; add `sk`, or write the keys of the index",
            entity.ident.unraw()
        );
        diagnostics.at(inverted, message);
    }
}

/// An item has one set of keys in an index.
fn each_index_is_used_once(entity: &Entity, diagnostics: &mut Diagnostics) {
    for (at, index) in entity.indexes.iter().enumerate() {
        if entity.indexes[..at].iter().any(|other| other.index.value() == index.index.value()) {
            let name = index.index.value();
            let message = format!(
                "`{}` is in index `{name}` already; an item has one key in an index",
                entity.ident.unraw()
            );
            diagnostics.at(&index.index, message);
        }
    }
}
