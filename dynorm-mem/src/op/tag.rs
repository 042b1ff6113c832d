//! `TagResource`, `UntagResource`, `ListTagsOfResource`.

use std::collections::BTreeSet;

use crate::call::tag::{Tag, TagResource, UntagResource};
use crate::limits::{TAG_KEY_CHARS_MAX, TAG_VALUE_CHARS_MAX, TAGS_MAX};
use crate::message::{self, Checked};
use crate::state::State;

pub(crate) fn tag_resource(state: &mut State, call: &TagResource) -> Checked {
    let table = table_of(state, &call.resource)?.to_owned();
    check_tags(&call.tags)?;
    let mut tags = state.table(&table)?.tags.clone();
    tags.extend(call.tags.iter().map(|tag| (tag.key.clone(), tag.value.clone())));
    if tags.len() > TAGS_MAX {
        return Err(message::too_many_tags());
    }
    state.table_mut(&table)?.tags = tags;
    Ok(())
}

pub(crate) fn untag_resource(state: &mut State, call: &UntagResource) -> Checked {
    let table = table_of(state, &call.resource)?.to_owned();
    if call.keys.is_empty() {
        return Err(message::no_tag_keys());
    }
    if call.keys.len() > TAGS_MAX {
        return Err(message::too_many_tags());
    }
    call.keys.iter().try_for_each(|key| check_key(key))?;
    let tags = &mut state.table_mut(&table)?.tags;
    tags.retain(|key, _| !call.keys.contains(key));
    Ok(())
}

/// The tags of a table, sorted by key: a page holds as many as a table may have.
pub(crate) fn list_tags_of_resource(state: &State, resource: &str) -> Checked<Vec<Tag>> {
    let table = state.table(table_of(state, resource)?)?;
    Ok(table.tags.iter().map(|(key, value)| Tag { key: key.clone(), value: value.clone() }).collect())
}

/// The name of the table that the ARN is of. Indexes and streams have no tags.
fn table_of<'a>(state: &State, resource: &'a str) -> Checked<&'a str> {
    if !resource.starts_with("arn:") {
        return Err(message::not_an_arn(resource));
    }
    if !resource.contains(":dynamodb:") {
        return Err(message::not_an_arn_of_dynamodb(resource));
    }
    let table = resource.split_once(":table/").map(|(_, table)| table);
    let table = table.filter(|table| !table.is_empty() && !table.contains('/'));
    let table = table.ok_or_else(|| message::not_an_arn_of_table(resource))?;
    let is_there = state.tables.get(table).is_some_and(|table| table.is_usable());
    if is_there { Ok(table) } else { Err(message::resource_not_found(resource)) }
}

fn check_tags(tags: &[Tag]) -> Checked {
    if tags.is_empty() {
        return Err(message::no_tags());
    }
    let mut keys = BTreeSet::new();
    for Tag { key, value } in tags {
        check_key(key)?;
        if value.chars().count() > TAG_VALUE_CHARS_MAX || !value.chars().all(is_allowed) {
            return Err(message::tag_value_invalid(value));
        }
        if !keys.insert(key) {
            return Err(message::tag_key_twice(key));
        }
    }
    if keys.len() > TAGS_MAX { Err(message::too_many_tags()) } else { Ok(()) }
}

fn check_key(key: &str) -> Checked {
    if key.is_empty() || key.chars().count() > TAG_KEY_CHARS_MAX || !key.chars().all(is_allowed) {
        return Err(message::tag_key_invalid(key));
    }
    if key.starts_with("aws:") { Err(message::tag_key_reserved(key)) } else { Ok(()) }
}

/// Letters, digits and spaces of any script, and a few signs.
fn is_allowed(c: char) -> bool {
    c.is_alphanumeric() || (c.is_whitespace() && !c.is_control()) || "+-=._:/@".contains(c)
}
