//! What the attributes mean: names resolved, defaults applied.

pub(crate) mod attribute;
pub(crate) mod collection;
pub(crate) mod entity;
pub(crate) mod evolution;
pub(crate) mod field;
pub(crate) mod history;
pub(crate) mod key;
pub(crate) mod lifetime;
pub(crate) mod names;
pub(crate) mod projection;
pub(crate) mod shards;
pub(crate) mod table;
pub(crate) mod unique;
pub(crate) mod when;

use syn::LitStr;

use crate::diagnostics::Diagnostics;

/// What stands between the segments of key templates, unless the table says otherwise.
const DELIMITER: char = '#';
/// The attribute of the type tag, unless the table says otherwise.
const TYPE_ATTRIBUTE: &str = "_type";
/// The attribute of schema versions, unless the table says otherwise.
const VERSION_ATTRIBUTE: &str = "_v";

/// The delimiter that is written, or the usual one.
fn delimiter(written: Option<&LitStr>, diagnostics: &mut Diagnostics) -> char {
    let Some(written) = written else { return DELIMITER };
    let text = written.value();
    let mut chars = text.chars();
    let (Some(delimiter), None) = (chars.next(), chars.next()) else {
        diagnostics.at(written, "a delimiter is one character, such as `#` or `%`");
        return DELIMITER;
    };
    if !delimiter.is_ascii_punctuation() || "{}:".contains(delimiter) {
        let message = format!(
            "`{delimiter}` cannot be a delimiter; use a punctuation character that templates have no other use for, such as `#` or `%`"
        );
        diagnostics.at(written, message);
        return DELIMITER;
    }
    // Escapes begin with the character after the delimiter, which text must seldom have.
    if "/@`~".contains(delimiter) {
        let message = format!(
            "`{delimiter}` cannot be a delimiter: `{{field:escaped}}` starts escapes with the character after it; use another, such as `#` or `%`"
        );
        diagnostics.at(written, message);
        return DELIMITER;
    }
    delimiter
}
