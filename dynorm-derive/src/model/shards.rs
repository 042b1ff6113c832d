//! The shards of a key: how many there are, and the fields that decide.

use syn::Ident;
use syn::ext::IdentExt;

use super::entity::Field;
use super::key::{Key, find, hint};
use crate::diagnostics::Diagnostics;
use crate::parse::entity::ShardArguments;

/// The most shards: their numbers have three digits in keys.
const SHARDS_MAX: u16 = 1000;

/// How the items of one partition key are spread over several.
pub(crate) struct Shards {
    pub(crate) count: u16,
    /// How many there were, until all items are where they belong.
    pub(crate) was: Option<u16>,
    /// The fields that decide about the shard.
    pub(crate) by: Vec<usize>,
}

impl Shards {
    /// Gives a partition key the shards that are written for it. `key` is `None` where there is none of its own, and
    /// `primary` the fields of the primary key if it is one.
    pub(super) fn attach(
        key: Option<&mut Key>,
        written: &ShardArguments,
        primary: Option<&[usize]>,
        fields: &[Field],
        diagnostics: &mut Diagnostics,
    ) {
        let ShardArguments { count, was, by, is_wrong: false } = written else { return };
        if let (None, Some((name, _))) = (count, was) {
            let message = "`was` says how many shards there were, and there are none now; add `shards = 16`, or remove `was`";
            diagnostics.at(name, message);
        }
        let (count_name, count, by_name, by) = match (count, by) {
            (None, None) => return,
            (Some((name, _)), None) => {
                let message =
                    "`shards` needs the field that decides which shard an item is in: `by = order_id`";
                return diagnostics.at(name, message);
            }
            (None, Some((name, _))) => {
                let message = "`by` decides which shard an item is in, and there are no shards; add `shards = 16`, or remove `by`";
                return diagnostics.at(name, message);
            }
            (Some((count_name, count)), Some((by_name, by))) => (count_name, count, by_name, by),
        };
        let Some(key) = key else {
            let message = "this index has the partition key of its table, and the shards of that; remove `shards` and `by`";
            return diagnostics.at(count_name, message);
        };
        let count = number(count, diagnostics);
        let was = was.as_ref().map(|(_, was)| (was, former_number(was, diagnostics)));
        if let Some((was, Some(former))) = was
            && Some(former) == count
        {
            let message = "there are as many shards now; remove `was`, once all items are where they belong";
            diagnostics.at(was, message);
        }
        let by = positions(by, key, primary, fields, diagnostics);
        match (key, count, by) {
            (Key::Plain(position), ..) => {
                let name = fields[*position].ident.unraw();
                let message = format!(
                    "the shard is written into the partition key, and `pk = {name}` is a field by itself; write a template: `pk = \"{{{name}}}\"`"
                );
                diagnostics.at(count_name, message);
            }
            (Key::Template(template), Some(count), Some(by)) => {
                if by.iter().all(|by| template.fields().any(|field| field.position == *by)) {
                    let message = "these are in the partition key already, so that all its items would be in one shard; name a field that differs among them";
                    diagnostics.at(by_name, message);
                }
                template.shards = Some(Self { count, was: was.and_then(|(_, was)| was), by });
            }
            _ => {}
        }
    }
}

/// The number of shards.
fn number(written: &syn::LitInt, diagnostics: &mut Diagnostics) -> Option<u16> {
    match written.base10_parse::<u16>() {
        Ok(count @ 2..=SHARDS_MAX) => Some(count),
        Ok(0 | 1) => {
            let message = "a spread partition has at least 2 shards; for one, remove `shards` and `by`";
            diagnostics.at(written, message);
            None
        }
        _ => {
            let message =
                format!("a partition has at most {SHARDS_MAX} shards, and a read of it as many requests");
            diagnostics.at(written, message);
            None
        }
    }
}

/// The number of shards that there were.
fn former_number(written: &syn::LitInt, diagnostics: &mut Diagnostics) -> Option<u16> {
    let number = written.base10_parse::<u16>().ok().filter(|count| (2..=SHARDS_MAX).contains(count));
    if number.is_none() {
        let message = format!("`was` says how many shards there were, from 2 to {SHARDS_MAX}");
        diagnostics.at(written, message);
    }
    number
}

/// The fields that decide, if they may.
fn positions(
    by: &[Ident],
    key: &Key,
    primary: Option<&[usize]>,
    fields: &[Field],
    diagnostics: &mut Diagnostics,
) -> Option<Vec<usize>> {
    let mut found = Vec::new();
    for name in by {
        let text = name.unraw().to_string();
        let Some(position) = find(fields, &text) else {
            diagnostics.at(name, format!("no field `{text}`; {}", hint(fields, &text)));
            continue;
        };
        if found.contains(&position) {
            diagnostics.at(name, format!("`{text}` is here twice; keep one"));
            continue;
        }
        if primary.is_some_and(|primary| !primary.contains(&position)) {
            let in_key = key.positions();
            let others = primary.unwrap_or_default().iter().filter(|at| !in_key.contains(at));
            let others: Vec<String> = others.map(|at| format!("`{}`", fields[*at].ident.unraw())).collect();
            let advice = match others.as_slice() {
                [] => format!("add `sk = \"{{{text}}}\"`"),
                others => format!("name a field that is, as {}", others.join(" or ")),
            };
            let message = format!(
                "`{text}` is not in the primary key, so that an item could not be found by its key; {advice}"
            );
            diagnostics.at(name, message);
            continue;
        }
        if fields[position].ttl.is_some() {
            let message = format!(
                "the time to live `{text}` cannot decide which shard an item is in; name another field"
            );
            diagnostics.at(name, message);
            continue;
        }
        found.push(position);
    }
    (found.len() == by.len()).then_some(found)
}
