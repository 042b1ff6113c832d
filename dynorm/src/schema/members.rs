//! Names that are taken twice where members of one type are stored among those of another; the compiler checks it.

use crate::error::{ConstText, same_text};
use crate::value::MemberNames;

/// Stops the compiler with a message if two fields of a type, of which some are flattened, have a name in common.
///
/// # Panics
///
/// In const evaluation, with the message.
#[track_caller]
pub const fn check_members(owner: &str, fields: &[(&str, &MemberNames)]) {
    let mut a = 0;
    while a < fields.len() {
        let mut b = a + 1;
        while b < fields.len() {
            if let Some(name) = shared(fields[a].1, fields[b].1) {
                let text = ConstText::new()
                    .add("`")
                    .add(owner)
                    .add("`: the fields `")
                    .add(fields[a].0)
                    .add("` and `");
                let text = text.add(fields[b].0).add("` are both stored in `").add(name);
                panic!("{}", text.add("`; flattened members have the names of their struct: rename one with `#[attr(rename = \"...\")]`").as_str());
            }
            b += 1;
        }
        a += 1;
    }
}

/// Stops the compiler with a message if what a variant holds has a member where the tag of its enum is.
///
/// # Panics
///
/// In const evaluation, with the message.
#[track_caller]
pub const fn check_tagged(owner: &str, variant: &str, tag: &str, members: &MemberNames) {
    if members.contains(tag) {
        let text =
            ConstText::new().add("`").add(owner).add("::").add(variant).add("` holds a member `").add(tag);
        let text = text.add("`, where the tag is; give the enum another `tag`, add `content = \"...\"`, ");
        panic!("{}", text.add("or rename the member with `#[attr(rename = \"...\")]`").as_str());
    }
}

const fn shared(a: &MemberNames, b: &MemberNames) -> Option<&'static str> {
    let mut at = 0;
    while let Some(name) = a.nth(at) {
        let mut other_at = 0;
        while let Some(other) = b.nth(other_at) {
            if same_text(name, other) {
                return Some(name);
            }
            other_at += 1;
        }
        at += 1;
    }
    None
}
