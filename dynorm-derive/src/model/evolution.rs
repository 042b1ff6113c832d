//! The schema version of an entity, and the forms that it had before.

use syn::ext::IdentExt;
use syn::{Ident, Path};

use crate::diagnostics::Diagnostics;
use crate::parse::entity::EntityAttributes;

/// What an entity, or an older form of one, says of its schema version.
#[derive(Default)]
pub(crate) struct Evolution {
    pub(crate) version: Option<u32>,
    /// The form before.
    pub(crate) from: Option<Path>,
}

/// What an older form has not: it is read, and not written.
const NOT_OF_OLDER: [&str; 11] = [
    "table",
    "name",
    "tag",
    "alias",
    "scan",
    "index",
    "hooks",
    "unique",
    "type_attribute",
    "version_attribute",
    "history",
];

impl Evolution {
    pub(crate) fn of(ident: &Ident, written: &EntityAttributes, diagnostics: &mut Diagnostics) -> Self {
        let name = ident.unraw();
        let version = written.version.as_ref().and_then(|(_, literal)| {
            let version = literal.base10_parse::<u32>().ok().filter(|version| *version > 0);
            if version.is_none() {
                diagnostics.at(literal, "schema versions are whole numbers from 1 to 4294967295");
            }
            version
        });
        let from = written.upgrade_from.as_ref();
        match (&written.version, from) {
            (Some((argument, _)), None)
                if version.is_some_and(|version| version > 1) && !written.mentions("upgrade_from") =>
            {
                let message = format!(
                    "`{name}` has older versions; name the one before, `upgrade_from = {name}V1`, or say that none of their items are left: `upgrade_from = none`"
                );
                diagnostics.at(argument, message);
            }
            (None, Some((argument, _))) if !written.mentions("version") => {
                let message = format!(
                    "`{name}` is newer than what it upgrades; give it a `version`, such as `version = 2`"
                );
                diagnostics.at(argument, message);
            }
            (Some(_), Some((_, Some(path)))) if version == Some(1) => {
                diagnostics.at(path, "version 1 is the first; there is nothing to upgrade from");
            }
            _ => {}
        }
        if let Some((argument, of)) = &written.of {
            check_older(argument, of, written, diagnostics);
        }
        let from =
            from.and_then(|(_, path)| path.clone()).filter(|_| version.is_some_and(|version| version > 1));
        Self { version, from }
    }
}

fn check_older(argument: &Ident, of: &Path, written: &EntityAttributes, diagnostics: &mut Diagnostics) {
    let entity = of.segments.last().map(|segment| segment.ident.unraw().to_string()).unwrap_or_default();
    if !written.mentions("version") {
        let message = format!("say which version of `{entity}` this is: `version = 1`");
        diagnostics.at(argument, message);
    }
    let wrong = written.mentioned.iter().filter(|name| NOT_OF_OLDER.iter().any(|known| *name == known));
    for name in wrong {
        let message = format!(
            "an older version has only keys, fields and a `version`: it is read, and what becomes of it is written as `{entity}` says; remove `{name}`"
        );
        diagnostics.at(name, message);
    }
}
