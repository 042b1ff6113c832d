//! The lexer of statements: text to tokens.
//!
//! It refuses only what no statement may hold: comments and quotes that do not end, and characters that begin
//! no token.

use crate::message::{self, Checked};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A bare name or a keyword.
    Word,
    /// A name in double quotes.
    Quoted,
    /// A text in single quotes.
    Text,
    /// Digits, with or without a point and an exponent; never a sign.
    Number,
    /// `?`.
    Parameter,
    /// Parentheses, comparators and the like.
    Symbol,
    /// After the last token.
    End,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Token<'t> {
    pub(super) kind: Kind,
    /// Without the quotes, but with doubled quotes inside still doubled.
    pub(super) text: &'t str,
}

impl Token<'_> {
    pub(super) fn is_word(&self, word: &str) -> bool {
        self.kind == Kind::Word && self.text.eq_ignore_ascii_case(word)
    }

    pub(super) fn is_symbol(&self, symbol: &str) -> bool {
        self.kind == Kind::Symbol && self.text == symbol
    }

    /// What the quotes stand around.
    pub(super) fn unquoted(&self) -> String {
        match self.kind {
            Kind::Quoted => self.text.replace("\"\"", "\""),
            Kind::Text => self.text.replace("''", "'"),
            _ => self.text.to_owned(),
        }
    }
}

/// All tokens of the text, with an `End` at the end.
pub(super) fn tokens(text: &str) -> Checked<Vec<Token<'_>>> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let blank = blank_length(rest).ok_or_else(unreadable)?;
        if blank > 0 {
            rest = &rest[blank..];
            continue;
        }
        let (kind, length) = match first {
            '\'' | '"' => {
                let length = quoted_length(rest).ok_or_else(unreadable)?;
                let kind = if first == '"' { Kind::Quoted } else { Kind::Text };
                found.push(Token { kind, text: &rest[1..length - 1] });
                rest = &rest[length..];
                continue;
            }
            '?' => (Kind::Parameter, 1),
            'a'..='z' | 'A'..='Z' | '_' | '$' => (Kind::Word, word_length(rest)),
            _ if number_length(rest) > 0 => (Kind::Number, number_length(rest)),
            _ => match symbol_length(rest) {
                0 => return Err(unreadable()),
                length => (Kind::Symbol, length),
            },
        };
        found.push(Token { kind, text: &rest[..length] });
        rest = &rest[length..];
    }
    found.push(Token { kind: Kind::End, text: "" });
    Ok(found)
}

/// The service says nothing more of what it cannot read.
fn unreadable() -> message::Refusal {
    message::statement_malformed("")
}

/// The length of the white space or the comment that the text begins with, or `None` if the comment does not
/// end.
fn blank_length(rest: &str) -> Option<usize> {
    if rest.starts_with("--") {
        return Some(rest.find('\n').unwrap_or(rest.len()));
    }
    if let Some(comment) = rest.strip_prefix("/*") {
        return comment.find("*/").map(|at| at + 4);
    }
    Some(rest.len() - rest.trim_start().len())
}

/// The length of the quoted text, with its quotes, or `None` if it does not end. Two quotes are one inside.
fn quoted_length(rest: &str) -> Option<usize> {
    let bytes = rest.as_bytes();
    let quote = *bytes.first()?;
    let mut at = 1;
    loop {
        at += bytes[at..].iter().position(|byte| *byte == quote)? + 1;
        if bytes.get(at) != Some(&quote) {
            return Some(at);
        }
        at += 1;
    }
}

fn word_length(rest: &str) -> usize {
    rest.bytes().take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'$')).count()
}

fn digits_length(rest: &str) -> usize {
    rest.bytes().take_while(u8::is_ascii_digit).count()
}

/// The length of the number, or 0 if there is none. An exponent without digits is not part of it.
fn number_length(rest: &str) -> usize {
    let mut length = digits_length(rest);
    let mut n_digits = length;
    if rest[length..].starts_with('.') {
        let fraction = digits_length(&rest[length + 1..]);
        if length == 0 && fraction == 0 {
            return 0;
        }
        n_digits += fraction;
        length += 1 + fraction;
    }
    if n_digits == 0 {
        return 0;
    }
    if let Some(exponent) = rest[length..].strip_prefix(['e', 'E']) {
        let sign = usize::from(exponent.starts_with(['+', '-']));
        let digits = digits_length(&exponent[sign..]);
        if digits > 0 {
            length += 1 + sign + digits;
        }
    }
    length
}

/// The length of the symbol that the text begins with, or 0 if it begins with none.
fn symbol_length(rest: &str) -> usize {
    match rest.as_bytes() {
        [b'<', b'>' | b'=' | b'<', ..] | [b'>', b'=' | b'>', ..] | [b'!', b'=', ..] => 2,
        [
            b'(' | b')' | b'[' | b']' | b'{' | b'}' | b',' | b'.' | b':' | b';' | b'*' | b'=' | b'<' | b'>'
            | b'+' | b'-',
            ..,
        ] => 1,
        _ => 0,
    }
}
