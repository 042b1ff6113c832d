//! The lexer of expressions: text to tokens with positions.
//!
//! It refuses nothing: a character that belongs to no token is one that the parser has no place for.

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A bare name, a function or a keyword.
    Word,
    /// `#name`.
    Name,
    /// `:value`.
    Value,
    /// Digits.
    Integer,
    /// Parentheses, brackets, comparators and the like.
    Symbol,
    /// A character that begins no token: an underscore, for one.
    Unknown,
    /// After the last token.
    End,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Token<'t> {
    pub(super) kind: Kind,
    pub(super) text: &'t str,
    /// Where it begins, in bytes.
    pub(super) start: usize,
}

impl Token<'_> {
    pub(super) fn is_word(&self, word: &str) -> bool {
        self.kind == Kind::Word && self.text.eq_ignore_ascii_case(word)
    }

    pub(super) fn is_symbol(&self, symbol: &str) -> bool {
        self.kind == Kind::Symbol && self.text == symbol
    }

    /// How an error shows this token.
    pub(super) fn shown(&self) -> &str {
        if self.kind == Kind::End { "<EOF>" } else { self.text }
    }
}

/// All tokens of the text, with an `End` at the end.
pub(super) fn tokens(text: &str) -> Vec<Token<'_>> {
    // Few tokens are shorter with their blanks.
    let mut found = Vec::with_capacity(text.len() / 2 + 2);
    let mut start = 0;
    while let Some(first) = text.as_bytes().get(start) {
        if matches!(first, b' ' | b'\t' | b'\r' | b'\n') {
            start += 1;
            continue;
        }
        let rest = &text[start..];
        let (kind, length) = match first {
            b'a'..=b'z' | b'A'..=b'Z' => (Kind::Word, word_length(rest)),
            b'#' => (Kind::Name, 1 + word_length(&rest[1..])),
            b':' => (Kind::Value, 1 + word_length(&rest[1..])),
            b'0'..=b'9' => (Kind::Integer, rest.bytes().take_while(u8::is_ascii_digit).count()),
            _ => match symbol_length(rest) {
                0 => (Kind::Unknown, rest.chars().next().map_or(1, char::len_utf8)),
                length => (Kind::Symbol, length),
            },
        };
        found.push(Token { kind, text: &rest[..length], start });
        start += length;
    }
    found.push(Token { kind: Kind::End, text: "", start: text.len() });
    found
}

/// Which bytes words go on with.
const IN_WORDS: [bool; 256] = {
    let mut are = [false; 256];
    let mut byte = 0;
    while byte < 128_u8 {
        are[byte as usize] = byte.is_ascii_alphanumeric() || byte == b'_';
        byte += 1;
    }
    are
};

fn word_length(rest: &str) -> usize {
    rest.bytes().take_while(|b| IN_WORDS[usize::from(*b)]).count()
}

/// The length of the symbol that the text begins with, or 0 if it begins with none.
fn symbol_length(rest: &str) -> usize {
    match rest.as_bytes() {
        [b'<', b'>' | b'=', ..] | [b'>', b'=', ..] => 2,
        [b'(' | b')' | b'[' | b']' | b',' | b'.' | b'=' | b'<' | b'>' | b'+' | b'-', ..] => 1,
        _ => 0,
    }
}
