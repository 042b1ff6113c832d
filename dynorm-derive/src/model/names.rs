//! Every identifier that is generated.

use proc_macro2::Span;
use quote::format_ident;
use syn::Ident;
use syn::ext::IdentExt;

use crate::parse::field::Rule;

/// The constant of a field: `created_on` has `CREATED_ON`.
pub(crate) fn constant(field: &Ident) -> Ident {
    Ident::new(&field.unraw().to_string().to_uppercase(), generated(field.span()))
}

/// The type of an access pattern: `of_product` of `Review` has `ReviewOfProductPattern`, which no entity is called.
pub(crate) fn pattern_type(entity: &Ident, pattern: &Ident) -> Ident {
    let name = format!("{}{}Pattern", entity.unraw(), pascal(&pattern.unraw().to_string()));
    Ident::new(&name, generated(pattern.span()))
}

/// The function that names an index to scan, by its pattern: `scan_by_price`.
pub(crate) fn scan_function(pattern: &Ident) -> Ident {
    format_ident!("scan_{}", pattern.unraw(), span = generated(pattern.span()))
}

/// The function that makes the key of a unique value: `unique_email`.
pub(crate) fn unique_function(unique: &super::unique::Unique) -> Ident {
    format_ident!("unique_{}", unique.name, span = generated(unique.argument.span()))
}

/// An argument that is named after a field.
pub(crate) fn argument(field: &Ident) -> Ident {
    let mut argument = field.clone();
    argument.set_span(generated(field.span()));
    argument
}

/// A method that fixes a field, or with a suffix narrows it.
pub(crate) fn method(field: &Ident, suffix: &str) -> Ident {
    if suffix.is_empty() {
        return argument(field);
    }
    format_ident!("{}{suffix}", field.unraw(), span = generated(field.span()))
}

/// The local variable of a field.
pub(crate) fn local(position: usize) -> Ident {
    format_ident!("__{position}")
}

/// The type that is named after a field of `owner`, for messages: `number_of_Order`.
///
/// The compiler writes the whole path of a type whose name another one has too, as every `id` would.
pub(crate) fn marker(field: &Ident, owner: &Ident) -> Ident {
    format_ident!("{}_of_{}", field.unraw(), owner.unraw(), span = Span::call_site())
}

/// What is named after an index of `table` in messages: `gsi-1` is `gsi_1_of_Catalog`.
pub(crate) fn index(name: &str, table: &Ident) -> Ident {
    let mut text: String = name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
    if !text.starts_with(|c: char| c.is_ascii_alphabetic()) {
        text.insert(0, '_');
    }
    format_ident!("{text}_of_{}", table.unraw(), span = Span::call_site())
}

/// The place of `span`, as generated code: lints for what users write do not apply there.
fn generated(span: Span) -> Span {
    Span::call_site().located_at(span)
}

/// The name of the access pattern of an index without a name of its own.
pub(crate) fn snake(name: &str) -> String {
    let chars: Vec<char> = name.chars().collect();
    let mut out = String::new();
    for (at, c) in chars.iter().enumerate() {
        let after_lower = at > 0 && (chars[at - 1].is_lowercase() || chars[at - 1].is_ascii_digit());
        let before_lower = chars.get(at + 1).is_some_and(|next| next.is_lowercase());
        let starts_word = c.is_uppercase() && at > 0 && (after_lower || before_lower);
        if (starts_word || !c.is_alphanumeric()) && !out.is_empty() && !out.ends_with('_') {
            out.push('_');
        }
        if c.is_alphanumeric() {
            out.extend(c.to_lowercase());
        }
    }
    out
}

/// The name that a rule makes of a field's or a variant's.
pub(crate) fn renamed(name: &str, rule: Rule) -> String {
    let snake = snake(name);
    let pascal = || pascal(&snake);
    match rule {
        Rule::Lower => snake.replace('_', ""),
        Rule::Upper => snake.replace('_', "").to_uppercase(),
        Rule::Pascal => pascal(),
        Rule::Camel => {
            let pascal = pascal();
            let mut chars = pascal.chars();
            chars.next().map(char::to_lowercase).into_iter().flatten().chain(chars).collect()
        }
        Rule::Snake => snake,
        Rule::ScreamingSnake => snake.to_uppercase(),
        Rule::Kebab => snake.replace('_', "-"),
        Rule::ScreamingKebab => snake.to_uppercase().replace('_', "-"),
    }
}

fn pascal(name: &str) -> String {
    let mut out = String::new();
    for word in name.split('_') {
        let mut chars = word.chars();
        if let Some(first) = chars.next() {
            out.extend(first.to_uppercase());
            out.push_str(chars.as_str());
        }
    }
    out
}

/// FNV-1a, by which tables and entities agree on an index in their types.
pub(crate) fn hash(name: &str) -> u64 {
    let step = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    name.bytes().fold(0xcbf2_9ce4_8422_2325, step)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn index_names_become_method_names() {
        let names = ["GSI1", "ByPrice", "by-maker.line", "ByHTTPCode", "already_snake", "A1B2"];
        let snakes: Vec<String> = names.iter().map(|name| snake(name)).collect();
        let expected = ["gsi1", "by_price", "by_maker_line", "by_http_code", "already_snake", "a1_b2"];
        assert_eq!(snakes, expected);
    }

    #[test]
    fn rules_rename_words() {
        let names = |rule| ["SentBack", "ship_to"].map(|name| renamed(name, rule));
        assert_eq!(names(Rule::Lower), ["sentback", "shipto"]);
        assert_eq!(names(Rule::Upper), ["SENTBACK", "SHIPTO"]);
        assert_eq!(names(Rule::Pascal), ["SentBack", "ShipTo"]);
        assert_eq!(names(Rule::Camel), ["sentBack", "shipTo"]);
        assert_eq!(names(Rule::Snake), ["sent_back", "ship_to"]);
        assert_eq!(names(Rule::ScreamingSnake), ["SENT_BACK", "SHIP_TO"]);
        assert_eq!(names(Rule::Kebab), ["sent-back", "ship-to"]);
        assert_eq!(names(Rule::ScreamingKebab), ["SENT-BACK", "SHIP-TO"]);
    }

    #[test]
    fn hash_is_fnv_1a() {
        assert_eq!(hash(""), 0xcbf2_9ce4_8422_2325);
        assert_eq!(hash("a"), 0xaf63_dc4c_8601_ec8c);
    }
}
