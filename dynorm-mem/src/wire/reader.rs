//! Reads JSON text straight into calls: no tree, bounded depth, and the service's words for wrong shapes.

use std::borrow::Cow;

use super::checks::Checks;
use super::plain;

/// How deep objects and lists may be nested: more than twice what 32 levels of values need, and far from the
/// end of any stack.
const DEPTH_MAX: u32 = 160;

/// What reading gives: a value, or how the text is not of the protocol's shape.
pub(super) type Parsed<T> = Result<T, Shape>;

/// The text is not JSON, or not of the operation's shape: a `SerializationException` with these words.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Shape(pub(super) Cow<'static, str>);

impl Shape {
    fn not_json() -> Self {
        Self(Cow::Borrowed(""))
    }
}

/// What a place in a request calls for.
#[derive(Clone, Copy, Debug)]
pub(super) enum Wanted {
    Text,
    /// A whole number, by its Java class: `Integer` or `Long`.
    Whole(&'static str),
    Flag,
    Blob,
    List,
    /// A map, by the Java class of its values.
    Map(&'static str),
    /// A structure as a member of another one.
    Field(&'static str),
    /// A structure inside a list or a map.
    Element(&'static str),
}

/// The kind of a JSON value, by its first character.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Token {
    Object,
    List,
    Text,
    Number,
    True,
    False,
    Null,
}

/// Whether the members of an object that are null are read or passed over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Nulls {
    Skipped,
    Read,
}

/// A position in a text, and what was found wrong with the request so far.
#[derive(Debug)]
pub(super) struct Reader<'j> {
    text: &'j str,
    at: usize,
    depth: u32,
    pub(super) checks: Checks,
}

impl<'j> Reader<'j> {
    pub(super) fn new(body: &'j [u8]) -> Parsed<Self> {
        let text = std::str::from_utf8(body).map_err(|_| Shape::not_json())?;
        Ok(Self { text, at: 0, depth: 0, checks: Checks::default() })
    }

    /// The members of a structure, without those that are null; the reader calls `each` at every value.
    pub(super) fn members(
        &mut self,
        wanted: Wanted,
        each: impl FnMut(&mut Self, &str) -> Parsed<()>,
    ) -> Parsed<()> {
        self.object(wanted, Nulls::Skipped, each)
    }

    /// The entries of a map, also those that are null.
    pub(super) fn entries(
        &mut self,
        class: &'static str,
        each: impl FnMut(&mut Self, &str) -> Parsed<()>,
    ) -> Parsed<()> {
        self.object(Wanted::Map(class), Nulls::Read, each)
    }

    fn object(
        &mut self,
        wanted: Wanted,
        nulls: Nulls,
        mut each: impl FnMut(&mut Self, &str) -> Parsed<()>,
    ) -> Parsed<()> {
        self.begin(Token::Object, wanted)?;
        if self.take(b'}') {
            return self.end();
        }
        loop {
            if self.token()? != Token::Text {
                return Err(Shape::not_json());
            }
            let name = self.quoted()?;
            self.expect(b':')?;
            if nulls == Nulls::Read || !self.take_null()? {
                each(self, &name)?;
            }
            if self.take(b'}') {
                return self.end();
            }
            self.expect(b',')?;
        }
    }

    /// The elements of a list; the reader calls `each` at every element.
    pub(super) fn list(&mut self, mut each: impl FnMut(&mut Self) -> Parsed<()>) -> Parsed<()> {
        self.begin(Token::List, Wanted::List)?;
        if self.take(b']') {
            return self.end();
        }
        loop {
            each(self)?;
            if self.take(b']') {
                return self.end();
            }
            self.expect(b',')?;
        }
    }

    pub(super) fn text(&mut self) -> Parsed<Cow<'j, str>> {
        match self.token()? {
            Token::Text => self.quoted(),
            found => Err(mismatch(self.is_decimal(), found, Wanted::Text)),
        }
    }

    pub(super) fn string(&mut self) -> Parsed<String> {
        self.text().map(Cow::into_owned)
    }

    /// The text of an object that begins with this, ends behind the text, and has no spaces, as most clients write
    /// it. Otherwise, also if the text is wrong, nothing is read.
    pub(super) fn take_opened(&mut self, opening: &str) -> Option<Cow<'j, str>> {
        let start = self.at;
        let bytes = self.text.as_bytes();
        if !bytes[start..].starts_with(opening.as_bytes()) || bytes.get(start + opening.len()) != Some(&b'"')
        {
            return None;
        }
        self.at += opening.len();
        let text = self.quoted().ok();
        if text.is_none() || bytes.get(self.at) != Some(&b'}') {
            self.at = start;
            return None;
        }
        self.at += 1;
        text
    }

    /// Text that stands for bytes.
    pub(super) fn blob(&mut self) -> Parsed<Cow<'j, str>> {
        match self.token()? {
            Token::Text => self.quoted(),
            found => Err(mismatch(false, found, Wanted::Blob)),
        }
    }

    pub(super) fn flag(&mut self) -> Parsed<bool> {
        match self.token()? {
            Token::True => self.word("true").map(|()| true),
            Token::False => self.word("false").map(|()| false),
            found => Err(mismatch(self.is_decimal(), found, Wanted::Flag)),
        }
    }

    /// A whole number; fractions are cut off, and what is too large is the largest.
    pub(super) fn whole(&mut self, class: &'static str) -> Parsed<i64> {
        match self.token()? {
            Token::Number => {
                let digits = self.number()?;
                let whole = digits.parse().ok();
                #[expect(
                    clippy::cast_possible_truncation,
                    reason = "a cast of a float saturates, as it should"
                )]
                Ok(whole.unwrap_or_else(|| digits.parse::<f64>().map_or(0, |float| float as i64)))
            }
            found => Err(mismatch(false, found, Wanted::Whole(class))),
        }
    }

    /// Passes over a value of any shape.
    pub(super) fn skip(&mut self) -> Parsed<()> {
        match self.token()? {
            Token::Object => {
                self.object(Wanted::Field(""), Nulls::Read, |json: &mut Self, _: &str| json.skip())
            }
            Token::List => self.list(|json: &mut Self| json.skip()),
            Token::Text => self.quoted().map(|_| ()),
            Token::Number => self.number().map(|_| ()),
            Token::True => self.word("true"),
            Token::False => self.word("false"),
            Token::Null => self.word("null"),
        }
    }

    /// Passes over a null, if there is one.
    pub(super) fn take_null(&mut self) -> Parsed<bool> {
        if self.peek() != Some(b'n') {
            return Ok(false);
        }
        self.word("null").map(|()| true)
    }

    /// Nothing may follow the request.
    pub(super) fn finish(&mut self) -> Parsed<()> {
        if self.peek().is_some() { Err(Shape::not_json()) } else { Ok(()) }
    }

    fn begin(&mut self, token: Token, wanted: Wanted) -> Parsed<()> {
        let found = self.token()?;
        if found != token {
            return Err(mismatch(self.is_decimal(), found, wanted));
        }
        self.at += 1;
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            return Err(Shape(Cow::Borrowed("Nesting is too deep to read")));
        }
        Ok(())
    }

    #[expect(clippy::unnecessary_wraps, reason = "the answer of the object or list that ends")]
    fn end(&mut self) -> Parsed<()> {
        self.depth -= 1;
        Ok(())
    }

    /// The next character that is not a space.
    fn peek(&mut self) -> Option<u8> {
        let bytes = self.text.as_bytes();
        while let Some(byte) = bytes.get(self.at) {
            if !matches!(byte, b' ' | b'\t' | b'\n' | b'\r') {
                return Some(*byte);
            }
            self.at += 1;
        }
        None
    }

    fn token(&mut self) -> Parsed<Token> {
        Ok(match self.peek().ok_or_else(Shape::not_json)? {
            b'{' => Token::Object,
            b'[' => Token::List,
            b'"' => Token::Text,
            b'-' | b'0'..=b'9' => Token::Number,
            b't' => Token::True,
            b'f' => Token::False,
            b'n' => Token::Null,
            _ => return Err(Shape::not_json()),
        })
    }

    fn take(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    fn expect(&mut self, byte: u8) -> Parsed<()> {
        if self.take(byte) { Ok(()) } else { Err(Shape::not_json()) }
    }

    fn word(&mut self, word: &str) -> Parsed<()> {
        if !self.text[self.at..].starts_with(word) {
            return Err(Shape::not_json());
        }
        self.at += word.len();
        Ok(())
    }

    /// The text of a number, here.
    fn number(&mut self) -> Parsed<&'j str> {
        let rest = &self.text[self.at..];
        let n_bytes = number_length(rest.as_bytes()).ok_or_else(Shape::not_json)?;
        self.at += n_bytes;
        Ok(&rest[..n_bytes])
    }

    /// Whether the number here, if it is one, has a fraction.
    fn is_decimal(&self) -> bool {
        let rest = &self.text.as_bytes()[self.at..];
        number_length(rest).is_some_and(|n_bytes| rest[..n_bytes].contains(&b'.'))
    }

    /// The text in the quotes here, borrowed where it has no escapes.
    fn quoted(&mut self) -> Parsed<Cow<'j, str>> {
        self.at += 1;
        let start = self.at;
        match self.next_special()? {
            b'"' => {
                let text = &self.text[start..self.at];
                self.at += 1;
                Ok(Cow::Borrowed(text))
            }
            _ => self.escaped(start).map(Cow::Owned),
        }
    }

    fn escaped(&mut self, mut start: usize) -> Parsed<String> {
        let mut unescaped = String::new();
        loop {
            let special = self.next_special()?;
            unescaped.push_str(&self.text[start..self.at]);
            self.at += 1;
            if special == b'"' {
                return Ok(unescaped);
            }
            unescaped.push(self.escape()?);
            start = self.at;
        }
    }

    /// Moves to the next quote or backslash.
    fn next_special(&mut self) -> Parsed<u8> {
        let rest = &self.text.as_bytes()[self.at..];
        let n_plain = plain::length(rest);
        self.at += n_plain;
        match rest.get(n_plain) {
            Some(special) if *special >= 0x20 => Ok(*special),
            _ => Err(Shape::not_json()),
        }
    }

    /// The character of an escape, after its backslash.
    fn escape(&mut self) -> Parsed<char> {
        let letter = self.text.as_bytes().get(self.at).copied();
        self.at += 1;
        Ok(match letter {
            Some(b'"') => '"',
            Some(b'\\') => '\\',
            Some(b'/') => '/',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => return self.unicode(),
            _ => return Err(Shape::not_json()),
        })
    }

    /// The character of a `\u` escape, which may be half of a pair.
    fn unicode(&mut self) -> Parsed<char> {
        let high = self.hexadecimal()?;
        if !(0xd800..0xdc00).contains(&high) {
            return char::from_u32(high).ok_or_else(Shape::not_json);
        }
        if self.text.as_bytes().get(self.at..self.at + 2) != Some(b"\\u") {
            return Err(Shape::not_json());
        }
        self.at += 2;
        let low = self.hexadecimal()?;
        if !(0xdc00..0xe000).contains(&low) {
            return Err(Shape::not_json());
        }
        char::from_u32(0x1_0000 + ((high - 0xd800) << 10) + (low - 0xdc00)).ok_or_else(Shape::not_json)
    }

    fn hexadecimal(&mut self) -> Parsed<u32> {
        let digits = self.text.as_bytes().get(self.at..self.at + 4).ok_or_else(Shape::not_json)?;
        self.at += 4;
        digits.iter().try_fold(0, |value, digit| {
            let digit = char::from(*digit).to_digit(16).ok_or_else(Shape::not_json)?;
            Ok(value * 16 + digit)
        })
    }
}

/// How many bytes the JSON number at the start of a text has.
fn number_length(text: &[u8]) -> Option<usize> {
    let digits = |from: usize| text[from..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    let sign = usize::from(text.first() == Some(&b'-'));
    let n_whole = digits(sign);
    if n_whole == 0 || (n_whole > 1 && text[sign] == b'0') {
        return None;
    }
    let mut end = sign + n_whole;
    if text.get(end) == Some(&b'.') {
        let n_fraction = digits(end + 1);
        if n_fraction == 0 {
            return None;
        }
        end += 1 + n_fraction;
    }
    if matches!(text.get(end), Some(b'e' | b'E')) {
        end += 1 + usize::from(matches!(text.get(end + 1), Some(b'+' | b'-')));
        let n_exponent = digits(end);
        if n_exponent == 0 {
            return None;
        }
        end += n_exponent;
    }
    Some(end)
}

/// The service's words for a value of the wrong shape.
///
/// Source: observed on the service by the authors of dynalite.
fn mismatch(is_decimal: bool, found: Token, wanted: Wanted) -> Shape {
    const MODEL: &str = "com.amazonaws.dynamodb.v20120810";
    const MISPLACED_OBJECT: &str = "Start of structure or map found where not expected";
    let scalar = match found {
        Token::Text => "STRING_VALUE",
        Token::Number if is_decimal => "DECIMAL_VALUE",
        Token::Number => "NUMBER_VALUE",
        Token::True => "TRUE_VALUE",
        Token::False => "FALSE_VALUE",
        Token::Null => "NULL_VALUE",
        Token::Object | Token::List => "",
    };
    Shape(Cow::Owned(match (found, wanted) {
        (Token::Object, _) => MISPLACED_OBJECT.to_owned(),
        (Token::List, Wanted::Blob) => "Unrecognized collection type class java.nio.ByteBuffer".to_owned(),
        (Token::List, Wanted::Map(class)) => {
            format!("Unrecognized collection type java.util.Map<java.lang.String, {class}>")
        }
        (Token::List, Wanted::Field(class) | Wanted::Element(class)) => {
            format!("Unrecognized collection type class {MODEL}.{class}")
        }
        (Token::List, _) => format!("Unrecognized collection type class java.lang.{}", wanted.class()),
        (_, Wanted::List | Wanted::Map(_) | Wanted::Field(_)) => "Unexpected field type".to_owned(),
        (_, Wanted::Element(_)) => "Unexpected value type in payload".to_owned(),
        (_, Wanted::Blob) => "only base-64-encoded strings are convertible to bytes".to_owned(),
        (Token::Text, Wanted::Flag) => "Unexpected token received from parser".to_owned(),
        (_, Wanted::Text | Wanted::Whole(_) | Wanted::Flag) => {
            format!("{scalar} cannot be converted to {}", wanted.class())
        }
    }))
}

impl Wanted {
    fn class(self) -> &'static str {
        match self {
            Self::Text => "String",
            Self::Flag => "Boolean",
            Self::Blob => "ByteBuffer",
            Self::List => "List",
            Self::Whole(class) | Self::Map(class) | Self::Field(class) | Self::Element(class) => class,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn is_read(text: &[u8]) -> bool {
        let read = |json: &mut Reader<'_>| json.skip().and_then(|()| json.finish());
        Reader::new(text).is_ok_and(|mut json| read(&mut json).is_ok())
    }

    /// Numbers that do not fit a float are left out: the other reader refuses them.
    fn is_json(text: &[u8]) -> Option<bool> {
        match serde_json::from_slice::<serde_json::Value>(text) {
            Ok(_) => Some(true),
            Err(error) => (!error.to_string().contains("out of range")).then_some(false),
        }
    }

    #[test]
    fn escapes_stand_for_characters() {
        let text = r#""a\"\\\/\b\f\n\r\té😀é""#;
        assert_eq!(Reader::new(text.as_bytes()).unwrap().text().unwrap(), "a\"\\/\u{8}\u{c}\n\r\té😀é");
        for text in [r#""\ud83d""#, r#""\ude00""#, r#""\ud83dA""#, r#""\u00g0""#, r#""\x""#, "\"a\nb\"", "\""]
        {
            assert!(Reader::new(text.as_bytes()).unwrap().text().is_err(), "{text}");
        }
    }

    #[test]
    fn whole_numbers_are_cut_and_clamped() {
        for (text, whole) in
            [("7", 7), ("-7", -7), ("1.9", 1), ("1e3", 1000), ("1e30", i64::MAX), ("-1e30", i64::MIN)]
        {
            assert_eq!(Reader::new(text.as_bytes()).unwrap().whole("Integer").unwrap(), whole, "{text}");
        }
    }

    #[test]
    fn nesting_ends_before_the_stack_does() {
        for bomb in ["[", "{\"a\":"] {
            assert!(!is_read(bomb.repeat(1_000_000).as_bytes()));
        }
        let deepest = DEPTH_MAX as usize;
        assert!(is_read(format!("{}{}", "[".repeat(deepest), "]".repeat(deepest)).as_bytes()));
        assert!(!is_read(format!("{}{}", "[".repeat(deepest + 1), "]".repeat(deepest + 1)).as_bytes()));
    }

    proptest! {
        #[test]
        fn what_is_json_is_read_and_nothing_else(text in "[\\[\\]{}:,\"\\\\ntruefalsu0-9.eE+ \u{1}é-]{0,24}") {
            let is_read = is_read(text.as_bytes());
            prop_assert_eq!(is_read, is_json(text.as_bytes()).unwrap_or(is_read));
        }

        #[test]
        fn bytes_that_are_no_text_are_refused(bytes in prop::collection::vec(any::<u8>(), 0..40)) {
            let is_read = is_read(&bytes);
            prop_assert_eq!(is_read, is_json(&bytes).unwrap_or(is_read));
        }

        #[test]
        fn text_is_read_as_it_was_written(text in any::<String>()) {
            let json = serde_json::to_string(&text).unwrap();
            prop_assert_eq!(Reader::new(json.as_bytes()).unwrap().text().unwrap(), text);
        }
    }
}
