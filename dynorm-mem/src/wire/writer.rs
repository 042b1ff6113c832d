//! Writes JSON text: the answers of the protocol, without a tree in between.

use std::fmt::{Display, Write as _};
use std::time::{SystemTime, UNIX_EPOCH};

use dynorm::value::Number;

use super::plain;

/// Space for an answer of usual length.
const SPACE: usize = 512;
/// The most digits of a whole number of 64 bits.
const DECIMALS_MAX: u32 = u64::MAX.ilog10() + 1;

/// A text that grows. Commas come by themselves.
#[derive(Debug)]
pub(super) struct Writer {
    text: String,
}

/// An object of these members.
pub(super) fn object(members: impl FnOnce(&mut Writer)) -> String {
    let mut out = Writer::new();
    out.object(members);
    out.text
}

impl Writer {
    fn new() -> Self {
        Self { text: String::with_capacity(SPACE) }
    }

    pub(super) fn object(&mut self, members: impl FnOnce(&mut Self)) {
        self.next();
        self.text.push('{');
        members(self);
        self.text.push('}');
    }

    pub(super) fn list<T>(
        &mut self,
        elements: impl IntoIterator<Item = T>,
        mut each: impl FnMut(&mut Self, T),
    ) {
        self.next();
        self.text.push('[');
        for element in elements {
            each(self, element);
        }
        self.text.push(']');
    }

    /// The name of a member, whose value is to follow; the writer itself, for that value.
    pub(super) fn name(&mut self, name: &str) -> &mut Self {
        self.text(name);
        self.text.push(':');
        self
    }

    /// The same for a name that needs no escapes.
    pub(super) fn key(&mut self, name: &str) -> &mut Self {
        self.next();
        self.text.reserve(name.len() + 3);
        self.text.push('"');
        self.text.push_str(name);
        self.text.push_str("\":");
        self
    }

    /// An object whose only member begins with this text.
    #[inline]
    pub(super) fn opened(&mut self, opening: &'static str, value: impl FnOnce(&mut Self)) {
        self.next();
        self.text.push_str(opening);
        value(self);
        self.text.push('}');
    }

    /// A number as text. Most are whole and short, and those need no formatter.
    pub(super) fn number(&mut self, number: Number) {
        let (negative, digits, exponent) = number.to_parts();
        match (u64::try_from(digits), u32::try_from(exponent)) {
            (Ok(digits), Ok(exponent)) if exponent < DECIMALS_MAX => {
                if let Some(whole) = digits.checked_mul(10_u64.pow(exponent)) {
                    self.next();
                    self.text.push_str(if negative { "\"-" } else { "\"" });
                    self.digits(whole);
                    self.text.push('"');
                    return;
                }
            }
            _ => {}
        }
        self.plain(number);
    }

    pub(super) fn text(&mut self, text: &str) {
        self.next();
        // One byte more, for what follows.
        self.text.reserve(text.len() + 3);
        self.text.push('"');
        if plain::length(text.as_bytes()) == text.len() {
            self.text.push_str(text);
        } else {
            self.escaped(text);
        }
        self.text.push('"');
    }

    #[cold]
    fn escaped(&mut self, text: &str) {
        let mut rest = text;
        loop {
            let (plain, special) = rest.split_at(plain::length(rest.as_bytes()));
            self.text.push_str(plain);
            let Some(byte) = special.bytes().next() else { break };
            self.escape(byte);
            rest = &special[1..];
        }
    }

    /// Text that is known to need no escapes.
    pub(super) fn plain(&mut self, text: impl Display) {
        self.next();
        write!(self.text, "\"{text}\"").expect("a string takes any text");
    }

    pub(super) fn whole(&mut self, number: u64) {
        self.next();
        self.digits(number);
    }

    /// Writes a whole number that may be negative.
    pub(super) fn signed(&mut self, number: i64) {
        self.next();
        write!(self.text, "{number}").expect("a string takes any text");
    }

    /// A number with at least one digit after the point.
    pub(super) fn decimal(&mut self, number: f64) {
        self.next();
        write!(self.text, "{number:?}").expect("a string takes any text");
    }

    /// Seconds since 1970, to the millisecond.
    pub(super) fn time(&mut self, time: SystemTime) {
        self.next();
        let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
        write!(self.text, "{}.{:03}", since.as_secs(), since.subsec_millis())
            .expect("a string takes any text");
    }

    pub(super) fn flag(&mut self, flag: bool) {
        self.next();
        self.text.push_str(if flag { "true" } else { "false" });
    }

    /// A comma, if something stands before. No text ends with what opens an object, a list or a value.
    fn next(&mut self) {
        if !matches!(self.text.as_bytes().last(), None | Some(b'{' | b'[' | b':')) {
            self.text.push(',');
        }
    }

    fn digits(&mut self, mut number: u64) {
        let mut digits = [0; DECIMALS_MAX as usize];
        let mut start = digits.len();
        loop {
            start -= 1;
            digits[start] = b'0' + u8::try_from(number % 10).expect("a digit");
            number /= 10;
            if number == 0 {
                break;
            }
        }
        self.text.extend(digits[start..].iter().map(|digit| char::from(*digit)));
    }

    fn escape(&mut self, byte: u8) {
        match byte {
            b'"' => self.text.push_str("\\\""),
            b'\\' => self.text.push_str("\\\\"),
            b'\n' => self.text.push_str("\\n"),
            b'\r' => self.text.push_str("\\r"),
            b'\t' => self.text.push_str("\\t"),
            _ => write!(self.text, "\\u{byte:04x}").expect("a string takes any text"),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn commas_stand_between_members_and_elements() {
        let text = object(|out| {
            out.name("a").list([1, 2], Writer::whole);
            out.name("b").object(|_| {});
            out.name("c").flag(true);
            out.name("d").decimal(1.0);
            out.name("e").list(["{", "["], Writer::text);
        });
        assert_eq!(text, r#"{"a":[1,2],"b":{},"c":true,"d":1.0,"e":["{","["]}"#);
    }

    proptest! {
        #[test]
        fn text_is_written_so_that_it_is_read_again(text in any::<String>()) {
            let mut out = Writer::new();
            out.text(&text);
            prop_assert_eq!(serde_json::from_str::<String>(&out.text).unwrap(), text);
        }
    }
}
