//! Default times to live: `30d after created_at`.

use syn::LitStr;
use syn::ext::IdentExt;

use super::entity::Field;
use crate::diagnostics::Diagnostics;
use crate::parse::suggest;

/// How long items live.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Lifetime {
    pub(crate) seconds: u64,
    /// The field that it counts from; without one, from the write.
    pub(crate) start: Option<usize>,
}

const UNITS: [(char, u64); 5] = [('s', 1), ('m', 60), ('h', 3600), ('d', 86_400), ('w', 604_800)];
const EXAMPLE: &str = "write a number with a unit, `s`, `m`, `h`, `d` or `w`, and from when: `30d after created_at`, or `30d` from when the item is written";

impl Lifetime {
    /// What the text of a field says.
    pub(crate) fn of(text: &LitStr, fields: &[Field], diagnostics: &mut Diagnostics) -> Option<Self> {
        let value = text.value();
        let (length, start) = match value.split_once(" after ") {
            Some((length, start)) => (length, Some(start.trim())),
            None => (value.as_str(), None),
        };
        let Some(seconds) = length_seconds(length.trim()) else {
            diagnostics.at(text, format!("`{value}` is no lifetime; {EXAMPLE}"));
            return None;
        };
        let Some(start) = start else { return Some(Self { seconds, start: None }) };
        let names: Vec<String> = fields.iter().map(|field| field.ident.unraw().to_string()).collect();
        let found = names.iter().position(|name| name == start);
        if found.is_none() {
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            let hint = match suggest::closest(start, &names) {
                Some(name) => format!("did you mean `{name}`?"),
                None => format!("there are {}", suggest::list(&names)),
            };
            diagnostics.at(text, format!("there is no field `{start}`; {hint}"));
        }
        Some(Self { seconds, start: Some(found?) })
    }
}

/// `90s`, `15m`, `12h`, `30d` or `4w` in seconds.
pub(super) fn length_seconds(text: &str) -> Option<u64> {
    let unit = text.chars().next_back()?;
    let (_, seconds) = UNITS.iter().find(|(known, _)| *known == unit)?;
    let number: u64 = text[..text.len() - unit.len_utf8()].trim_end().parse().ok()?;
    number.checked_mul(*seconds).filter(|seconds| *seconds > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_have_units() {
        assert_eq!(length_seconds("90s"), Some(90));
        assert_eq!(length_seconds("15 m"), Some(900));
        assert_eq!(length_seconds("30d"), Some(2_592_000));
        assert_eq!(length_seconds("2w"), Some(1_209_600));
        for wrong in ["", "d", "30", "-1d", "1.5h", "0d", "30y", "18446744073709551615w"] {
            assert_eq!(length_seconds(wrong), None, "{wrong}");
        }
    }
}
