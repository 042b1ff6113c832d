//! One field of a key: its text, and the rules that make the text safe.

use std::fmt;

/// How a `{field:format}` of a template writes its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// `{field}` in a partition key: as the value is usually written.
    Natural,
    /// `{field}` in a sort key: so that text order is value order.
    Sorted,
    /// `{field:08}` or `{field:08.2}`: a number in this many characters, of which `decimals` follow a point.
    Padded {
        /// All characters, with the point.
        width: u8,
        /// Digits after the point; 0 writes no point.
        decimals: u8,
    },
    /// `{field:raw}`: as the value is usually written, in a sort key that does not sort by it.
    Raw,
    /// `{field:escaped}`: text in which the delimiter and all that sorts before it are escaped.
    Escaped,
}

/// The format of a placeholder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spec {
    /// How the value is written.
    pub form: Form,
    /// Whether each digit is complemented, so that the largest comes first: `{field:desc}`.
    pub descending: bool,
}

/// Which texts a field can have, as far as the compiler can know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// Any text.
    Text,
    /// An integer from 0, of at most this many digits.
    Unsigned {
        /// Digits of the largest value.
        digits: u8,
    },
    /// An integer, of at most this many digits when offset to be positive.
    Signed {
        /// Digits of the largest value.
        digits: u8,
    },
    /// A decimal number.
    Decimal,
    /// Text of one length: `9` stands for a digit, `x` for a hexadecimal digit, `*` for a digit or a
    /// capital letter, others for themselves.
    Pattern(&'static str),
    /// One of these.
    OneOf(&'static [&'static str]),
}

/// Why a value cannot be part of a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartError {
    reason: String,
}

impl PartError {
    /// An error; the reason follows on "cannot put it into the key: ".
    #[must_use]
    pub fn new(reason: impl Into<String>) -> Self {
        Self { reason: reason.into() }
    }
}

impl fmt::Display for PartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.reason)
    }
}

impl std::error::Error for PartError {}

/// A type that can fill a `{field}` of a key template.
///
/// Implemented for text, integers, `bool`, and behind their features for `Decimal`, dates, UTC times and `Uuid`;
/// `#[derive(Attribute)]` implements it for enums without fields. Floats and local times are not key parts: the
/// text of a float does not sort, and that of a local time depends on where it is read.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be part of a key",
    label = "used in a key template",
    note = "text, integers from `u8` to `i128`, `bool`, `Decimal`, `NaiveDate`, `DateTime<Utc>`, `Uuid` and enums that derive `Attribute` can; an `Option` can be part of the key of an index only",
    note = "floats and local times cannot: their text does not sort as they do; store a scaled integer, a `Decimal` or a UTC time"
)]
pub trait KeyPart: Sized {
    /// Which texts the type has.
    const SHAPE: Shape;

    /// Appends the value's text.
    ///
    /// # Errors
    ///
    /// If the value does not fit the form, as a number too wide for its padding.
    fn write(&self, form: Form, out: &mut String) -> Result<(), PartError>;

    /// Reads a text that [`write`](Self::write) wrote, or `None` if it is not one.
    fn parse(text: &str, form: Form) -> Option<Self>;
}

/// A key part whose text sorts as its values do, so that it needs no format in a sort key.
#[diagnostic::on_unimplemented(
    message = "the text of `{Self}` does not sort as its values do",
    label = "in a sort key without a format",
    note = "give the width: `{{field:010}}` for whole numbers, `{{field:010.2}}` for two decimals",
    note = "floats and local times have no such format: use a scaled integer, a `Decimal` or a `DateTime<Utc>`"
)]
pub trait SortPart: KeyPart {}

/// A key part whose text sorts as its values do even where nothing asks for it, as in a partition key: any [`SortPart`]
/// but integers, whose text has no leading zeros there.
pub trait SortsAsWritten: SortPart {}

/// An end of a range of `T`, whose usual text sorts as its values do.
#[diagnostic::on_unimplemented(
    message = "in a partition key without a format, the text of `{T}` does not sort as its values do",
    label = "no range of `{T}` in an inverted index",
    note = "give the width in the partition key of the table, `{{field:010}}`; or read all, and filter by the field"
)]
pub trait SortedAsWritten<T> {}
impl<A, T: SortsAsWritten> SortedAsWritten<T> for A {}

/// A key part that can be padded with zeros: `{field:08}`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be padded with zeros",
    label = "`{{field:0WIDTH}}` needs a whole number",
    note = "leave the format away, or use `{{field:0WIDTH.DECIMALS}}` for a `Decimal`"
)]
pub trait PaddedPart: KeyPart {}

/// A key part with decimals: `{field:08.2}`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no decimals",
    label = "`{{field:0WIDTH.DECIMALS}}` needs a `Decimal`",
    note = "use `{{field:0WIDTH}}` for whole numbers"
)]
pub trait ScaledPart: KeyPart {}

/// A key part that can be written without regard to order: `{field:raw}`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no raw form",
    label = "`{{field:raw}}` is for text and numbers",
    note = "leave the format away"
)]
pub trait RawPart: KeyPart {}

/// Text, which can be escaped: `{field:escaped}`, and queried by a prefix.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not text",
    label = "`{{field:escaped}}` is for text",
    note = "leave the format away: only text can contain the delimiter"
)]
pub trait TextPart: KeyPart {}

/// A key part of fixed width, which can be sorted the other way round: `{field:desc}`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be sorted in descending order",
    label = "`{{field:desc}}` needs a number, a date or a time",
    note = "query with `.newest_first()` to read a sort key from its end"
)]
pub trait DescendingPart: KeyPart {}

/// A key part that may be missing, which leaves the item out of the index: any [`KeyPart`], and `Option` of one.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be part of an index key",
    label = "used in a key template",
    note = "text, integers from `u8` to `i128`, `bool`, `Decimal`, `NaiveDate`, `DateTime<Utc>`, `Uuid`, enums that derive `Attribute`, and `Option`s of them can",
    note = "floats and local times cannot: their text does not sort as they do"
)]
pub trait IndexPart {
    /// The type of the value, if there is one.
    type Part: KeyPart;

    /// The value, if there is one.
    fn part(&self) -> Option<&Self::Part>;
}

impl<T: KeyPart> IndexPart for T {
    type Part = T;

    fn part(&self) -> Option<&T> {
        Some(self)
    }
}

impl<T: KeyPart> IndexPart for Option<T> {
    type Part = T;

    fn part(&self) -> Option<&T> {
        self.as_ref()
    }
}

/// A field's text by way of a pointer, so that templates are rendered by one function for all types.
pub(crate) trait PartText {
    /// Appends the text, or says that there is none.
    fn write_text(&self, form: Form, out: &mut String) -> Result<bool, PartError>;
    fn shape(&self) -> Shape;
}

impl<T: IndexPart> PartText for T {
    fn write_text(&self, form: Form, out: &mut String) -> Result<bool, PartError> {
        self.part().map_or(Ok(false), |part| part.write(form, out).map(|()| true))
    }

    fn shape(&self) -> Shape {
        T::Part::SHAPE
    }
}

/// No text segment may contain it, so that it can close open ranges: a noncharacter, sorting after all others.
pub(crate) const LAST_CHAR: char = char::MAX;

/// The character that starts an escape: the one after the delimiter, so that escapes keep the order.
pub(crate) const fn escape_char(delimiter: char) -> char {
    (delimiter as u8 + 1) as char
}

/// Appends a segment's text to a key under construction, or says that the value is missing.
///
/// `closed` says whether a delimiter follows.
pub(crate) fn encode_part(
    part: &dyn PartText,
    spec: Spec,
    delimiter: char,
    closed: bool,
    out: &mut String,
) -> Result<bool, PartError> {
    let start = out.len();
    if !part.write_text(spec.form, out)? {
        return Ok(false);
    }
    if spec.form == Form::Escaped {
        let escaped = escape(&out[start..], delimiter)?;
        out.truncate(start);
        out.push_str(&escaped);
    } else {
        check_text(&out[start..], spec.form, part.shape(), delimiter, closed)?;
    }
    if spec.descending {
        let complemented = complement(&out[start..]);
        out.truncate(start);
        out.push_str(&complemented);
    }
    Ok(true)
}

/// Reads a segment's text back; only the text that [`encode_part`] would write is accepted.
pub(crate) fn parse_part<T: KeyPart>(text: &str, spec: Spec, delimiter: char, closed: bool) -> Option<T> {
    if text.is_empty() {
        return None;
    }
    let complemented = spec.descending.then(|| complement(text));
    let plain = complemented.as_deref().unwrap_or(text);
    let unescaped = if spec.form == Form::Escaped { Some(unescape(plain, delimiter)?) } else { None };
    let value = T::parse(unescaped.as_deref().unwrap_or(plain), spec.form)?;
    let mut again = String::with_capacity(text.len());
    encode_part(&value, spec, delimiter, closed, &mut again).ok()?;
    (again == text).then_some(value)
}

pub(super) fn check_text(
    text: &str,
    form: Form,
    shape: Shape,
    delimiter: char,
    closed: bool,
) -> Result<(), PartError> {
    if text.contains(delimiter) {
        let escaped = if shape == Shape::Text { ", or write `{field:escaped}` in the template" } else { "" };
        return Err(PartError::new(format!(
            "it contains the delimiter `{delimiter}`, so that another key could be the same; remove it{escaped}"
        )));
    }
    if !text.is_ascii() && text.contains(LAST_CHAR) {
        return Err(PartError::new("it contains the noncharacter U+10FFFF, which bounds open ranges"));
    }
    let varies = matches!(shape, Shape::Text | Shape::OneOf(_));
    if varies
        && closed
        && form == Form::Sorted
        && let Some(low) = text.chars().find(|c| *c < delimiter)
    {
        return Err(PartError::new(format!(
            "it contains {low:?}, which sorts before the delimiter `{delimiter}`, so that keys would not sort as values; remove it, or write `{{field:escaped}}` in the template"
        )));
    }
    Ok(())
}

/// Replaces the delimiter, the escape character and all that sorts before them by the escape character and two
/// hexadecimal digits.
pub(crate) fn escape(text: &str, delimiter: char) -> Result<String, PartError> {
    let escape = escape_char(delimiter);
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c == LAST_CHAR {
            return Err(PartError::new("it contains the noncharacter U+10FFFF, which bounds open ranges"));
        }
        if c > escape {
            out.push(c);
        } else {
            out.push(escape);
            out.extend(
                [u32::from(c) >> 4, u32::from(c) & 15]
                    .map(|d| char::from_digit(d, 16).unwrap_or('0').to_ascii_uppercase()),
            );
        }
    }
    Ok(out)
}

fn unescape(text: &str, delimiter: char) -> Option<String> {
    let mut parts = text.split(escape_char(delimiter));
    let mut out = parts.next()?.to_owned();
    for part in parts {
        let code = u8::from_str_radix(part.get(..2)?, 16).ok()?;
        out.push(char::from(code));
        out.push_str(&part[2..]);
    }
    Some(out)
}

/// Each digit by nine less itself: text of one form then sorts the other way round.
fn complement(text: &str) -> String {
    let flip = |c: char| match c.to_digit(10) {
        Some(digit) => char::from_digit(9 - digit, 10).unwrap_or(c),
        None => c,
    };
    text.chars().map(flip).collect()
}
