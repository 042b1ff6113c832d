//! The proof that two templates never produce the same key, in a form that the compiler can run.
//!
//! A segment contains no delimiter, so two keys are equal only if they have as many segments and each pair of
//! segments has a text in common. Whether it has is decided character by character.
#![allow(
    clippy::large_types_passed_by_value,
    reason = "the compiler runs it, and a const fn builds by value"
)]

use super::part::{Form, Shape, Spec};
use super::template::{KeySource, Placeholder, Segment, Template};
use crate::error::{ConstText, same_text};

/// The primary key of one entity.
#[derive(Clone, Copy, Debug)]
pub struct Side {
    /// Where the partition key comes from.
    pub partition: KeySource,
    /// Where the sort key comes from.
    pub sort: Option<KeySource>,
}

/// A primary key that two entities can both have.
#[derive(Clone, Copy, Debug)]
pub struct Overlap {
    /// The partition key.
    pub partition: ConstText,
    /// The sort key; empty in a table without.
    pub sort: ConstText,
}

impl Overlap {
    /// A primary key that both sides can have, or `None` if there is none.
    #[must_use]
    pub const fn find(a: &Side, b: &Side, delimiter: char) -> Option<Self> {
        // The sort keys of one table's entities differ more often; and text is built only where keys meet, because the
        // compiler runs this for every two entities.
        if let (Some(a), Some(b)) = (&a.sort, &b.sort)
            && !sources_can_meet(a, b)
        {
            return None;
        }
        if !sources_can_meet(&a.partition, &b.partition) {
            return None;
        }
        let Some(partition) = sources_meet(&a.partition, &b.partition, delimiter) else { return None };
        let sort = match (&a.sort, &b.sort) {
            (Some(a), Some(b)) => match sources_meet(a, b, delimiter) {
                Some(text) => text,
                None => return None,
            },
            _ => ConstText::new(),
        };
        Some(Self { partition, sort })
    }
}

/// Whether both sources can have the same text.
const fn sources_can_meet(a: &KeySource, b: &KeySource) -> bool {
    let (KeySource::Template(a), KeySource::Template(b)) = (a, b) else { return true };
    if a.segments.len() != b.segments.len() {
        return false;
    }
    let mut at = 0;
    while at < a.segments.len() {
        if !segments_can_meet(&a.segments[at], &b.segments[at]) {
            return false;
        }
        at += 1;
    }
    true
}

/// Whether a key can have so many segments, of which the first is this literal.
pub(crate) const fn can_begin(source: &KeySource, literal: &'static str, n_segments: usize) -> bool {
    match source {
        KeySource::Plain(_) => true,
        KeySource::Template(Template { segments, .. }) => {
            let first = Segment { literal, field: None };
            segments.len() == n_segments && segments_can_meet(&segments[0], &first)
        }
    }
}

const fn segments_can_meet(a: &Segment, b: &Segment) -> bool {
    if let (Segment { literal: a, field: None }, Segment { literal: b, field: None }) = (a, b) {
        return same_text(a, b);
    }
    let mut option_a = 0;
    while option_a < n_options(a) {
        let mut option_b = 0;
        while option_b < n_options(b) {
            let (a, b) = (Texts { segment: a, option: option_a }, Texts { segment: b, option: option_b });
            if a.common_len(&b).is_some() {
                return true;
            }
            option_b += 1;
        }
        option_a += 1;
    }
    false
}

/// A text that both sources can have.
const fn sources_meet(a: &KeySource, b: &KeySource, delimiter: char) -> Option<ConstText> {
    match (a, b) {
        (KeySource::Template(a), KeySource::Template(b)) => templates_meet(a, b, delimiter),
        (KeySource::Template(template), KeySource::Plain(_))
        | (KeySource::Plain(_), KeySource::Template(template)) => {
            templates_meet(template, template, delimiter)
        }
        (KeySource::Plain(_), KeySource::Plain(_)) => Some(ConstText::new().add("x")),
    }
}

const fn templates_meet(a: &Template, b: &Template, delimiter: char) -> Option<ConstText> {
    if a.segments.len() != b.segments.len() {
        return None;
    }
    let mut text = ConstText::new();
    let mut at = 0;
    while at < a.segments.len() {
        if at > 0 {
            text = text.add_byte(delimiter as u8);
        }
        match segments_meet(&a.segments[at], &b.segments[at], text) {
            Some(longer) => text = longer,
            None => return None,
        }
        at += 1;
    }
    Some(text)
}

/// Appends a text that both segments can have.
const fn segments_meet(a: &Segment, b: &Segment, text: ConstText) -> Option<ConstText> {
    let mut option_a = 0;
    while option_a < n_options(a) {
        let mut option_b = 0;
        while option_b < n_options(b) {
            let (a, b) = (Texts { segment: a, option: option_a }, Texts { segment: b, option: option_b });
            if let Some(longer) = a.meet(&b, text) {
                return Some(longer);
            }
            option_b += 1;
        }
        option_a += 1;
    }
    None
}

/// How many texts a segment chooses from, if it chooses from a list; else 1.
const fn n_options(segment: &Segment) -> usize {
    match &segment.field {
        Some(Placeholder { shape: Shape::OneOf(options), .. }) => options.len(),
        _ => 1,
    }
}

/// The texts of a segment, one of its options taken.
struct Texts<'s> {
    segment: &'s Segment,
    option: usize,
}

/// The characters that can stand at one place.
#[derive(Clone, Copy)]
enum Class {
    Byte(u8),
    Digit,
    DigitOrMinus,
    Hex,
    Capital,
    /// A digit, a point or a minus.
    Decimal,
    Any,
}

impl Texts<'_> {
    /// The length of the shortest text in common.
    const fn common_len(&self, other: &Self) -> Option<usize> {
        let (shortest_a, longest_a) = self.lengths();
        let (shortest_b, longest_b) = other.lengths();
        let len = if shortest_a > shortest_b { shortest_a } else { shortest_b };
        if len > longest_a || len > longest_b {
            return None;
        }
        let mut at = 0;
        while at < len {
            if common(self.class_at(at), other.class_at(at)).is_none() {
                return None;
            }
            at += 1;
        }
        Some(len)
    }

    const fn meet(&self, other: &Self, mut text: ConstText) -> Option<ConstText> {
        let Some(len) = self.common_len(other) else { return None };
        let mut at = 0;
        while at < len {
            if let Some(byte) = common(self.class_at(at), other.class_at(at)) {
                text = text.add_byte(byte);
            }
            at += 1;
        }
        Some(text)
    }

    const fn lengths(&self) -> (usize, usize) {
        let literal = self.segment.literal.len();
        let (shortest, longest) = match &self.segment.field {
            None => (0, 0),
            Some(placeholder) => field_lengths(placeholder.shape, placeholder.spec, self.option),
        };
        (literal + shortest, longest.saturating_add(literal))
    }

    const fn class_at(&self, at: usize) -> Class {
        let literal = self.segment.literal.as_bytes();
        if at < literal.len() {
            return Class::Byte(literal[at]);
        }
        match &self.segment.field {
            None => Class::Any,
            Some(placeholder) => {
                field_class(placeholder.shape, placeholder.spec, self.option, at - literal.len())
            }
        }
    }
}

const fn field_lengths(shape: Shape, spec: Spec, option: usize) -> (usize, usize) {
    let fixed = match (spec.form, shape) {
        (Form::Padded { width, .. }, _) => width as usize,
        (Form::Sorted, Shape::Unsigned { digits } | Shape::Signed { digits }) => digits as usize,
        (_, Shape::Pattern(pattern)) => pattern.len(),
        (_, Shape::OneOf(options)) => options[option].len(),
        (_, Shape::Unsigned { digits }) => return (1, digits as usize),
        (_, Shape::Signed { digits }) => return (1, digits as usize + 1),
        (_, Shape::Text | Shape::Decimal) => return (1, usize::MAX),
    };
    (fixed, fixed)
}

const fn field_class(shape: Shape, spec: Spec, option: usize, at: usize) -> Class {
    match (spec.form, shape) {
        (Form::Padded { width, decimals }, _) => {
            let is_point = decimals > 0 && at + decimals as usize + 1 == width as usize;
            if is_point { Class::Byte(b'.') } else { Class::Digit }
        }
        (_, Shape::Text) => Class::Any,
        (Form::Sorted, Shape::Signed { .. }) | (_, Shape::Unsigned { .. }) => Class::Digit,
        (_, Shape::Signed { .. }) => {
            if at == 0 {
                Class::DigitOrMinus
            } else {
                Class::Digit
            }
        }
        (_, Shape::Decimal) => Class::Decimal,
        (_, Shape::Pattern(pattern)) => match pattern.as_bytes()[at] {
            b'9' => Class::Digit,
            b'x' => Class::Hex,
            b'*' => Class::Capital,
            other => Class::Byte(other),
        },
        (_, Shape::OneOf(options)) => Class::Byte(options[option].as_bytes()[at]),
    }
}

/// A character of both classes.
const fn common(a: Class, b: Class) -> Option<u8> {
    match (a, b) {
        (Class::Byte(a), Class::Byte(b)) => {
            if a == b {
                Some(a)
            } else {
                None
            }
        }
        (Class::Byte(byte), class) | (class, Class::Byte(byte)) => {
            if contains(class, byte) {
                Some(byte)
            } else {
                None
            }
        }
        (Class::Any, Class::Any) => Some(b'x'),
        // The other classes have the digits in common.
        _ => Some(b'1'),
    }
}

const fn contains(class: Class, byte: u8) -> bool {
    match class {
        Class::Byte(only) => only == byte,
        Class::Digit => byte.is_ascii_digit(),
        Class::DigitOrMinus => byte.is_ascii_digit() || byte == b'-',
        Class::Hex => byte.is_ascii_hexdigit(),
        Class::Capital => byte.is_ascii_digit() || byte.is_ascii_uppercase(),
        Class::Decimal => byte.is_ascii_digit() || byte == b'-' || byte == b'.',
        Class::Any => true,
    }
}

/// Whether two sources give an entity the same value, so that both may make one attribute.
pub(crate) const fn same_source(a: &KeySource, b: &KeySource) -> bool {
    match (a, b) {
        (KeySource::Plain(a), KeySource::Plain(b)) => a.position == b.position,
        (KeySource::Template(a), KeySource::Template(b)) => same_shards(a, b) && same_segments(a, b, true),
        _ => false,
    }
}

/// Whether two sources of two structs write the same values alike, as far as the compiler can know.
pub(crate) const fn writes_alike(a: &KeySource, b: &KeySource) -> bool {
    match (a, b) {
        (KeySource::Plain(a), KeySource::Plain(b)) => {
            same_text(a.attribute, b.attribute) && a.kind as u8 == b.kind as u8
        }
        (KeySource::Template(a), KeySource::Template(b)) => {
            let shards = match (&a.shards, &b.shards) {
                (None, None) => true,
                (Some(a), Some(b)) => a.count == b.count && a.by.len() == b.by.len(),
                _ => false,
            };
            shards && same_segments(a, b, false)
        }
        _ => false,
    }
}

/// Whether two templates have the same literals, with fields between them that are written alike: the same fields, or
/// those of another struct, whose sorted text is then as long.
const fn same_segments(a: &Template, b: &Template, is_one_struct: bool) -> bool {
    let (a, b) = (a.segments, b.segments);
    if a.len() != b.len() {
        return false;
    }
    let mut at = 0;
    while at < a.len() {
        let same_field = match (&a[at].field, &b[at].field) {
            (None, None) => true,
            (Some(a), Some(b)) if is_one_struct => a.position == b.position && same_form(a, b),
            (Some(a), Some(b)) => same_form(a, b) && same_width(a, b),
            _ => false,
        };
        if !same_field || !same_text(a[at].literal, b[at].literal) {
            return false;
        }
        at += 1;
    }
    true
}

/// Whether the sorted text of two fields is padded alike.
const fn same_width(a: &Placeholder, b: &Placeholder) -> bool {
    match (a.spec.form, a.shape, b.shape) {
        (Form::Sorted, Shape::Unsigned { digits: a }, Shape::Unsigned { digits: b })
        | (Form::Sorted, Shape::Signed { digits: a }, Shape::Signed { digits: b }) => a == b,
        (Form::Sorted, Shape::Unsigned { .. } | Shape::Signed { .. }, _)
        | (Form::Sorted, _, Shape::Unsigned { .. } | Shape::Signed { .. }) => false,
        _ => true,
    }
}

/// Whether two templates spread their items alike.
const fn same_shards(a: &Template, b: &Template) -> bool {
    let (a, b) = match (&a.shards, &b.shards) {
        (None, None) => return true,
        (Some(a), Some(b)) if a.count == b.count && a.by.len() == b.by.len() => (a.by, b.by),
        _ => return false,
    };
    let mut at = 0;
    while at < a.len() {
        if a[at].position != b[at].position {
            return false;
        }
        at += 1;
    }
    true
}

/// Whether two placeholders of one field write the same text: sorting changes only that of integers.
pub(crate) const fn same_form(a: &Placeholder, b: &Placeholder) -> bool {
    if a.spec.descending != b.spec.descending {
        return false;
    }
    let is_integer = matches!(a.shape, Shape::Unsigned { .. } | Shape::Signed { .. });
    match (a.spec.form, b.spec.form) {
        // Sorting pads to the width of the type.
        (Form::Sorted, Form::Padded { width, .. }) | (Form::Padded { width, .. }, Form::Sorted) => {
            matches!(a.shape, Shape::Unsigned { digits } if digits == width)
        }
        (Form::Padded { width: a, decimals: x }, Form::Padded { width: b, decimals: y }) => a == b && x == y,
        (Form::Escaped, Form::Escaped)
        | (Form::Sorted, Form::Sorted)
        | (Form::Natural | Form::Raw, Form::Natural | Form::Raw) => true,
        (Form::Padded { .. } | Form::Escaped, _) | (_, Form::Padded { .. } | Form::Escaped) => false,
        (Form::Sorted, _) | (_, Form::Sorted) => !is_integer,
    }
}

/// Whether a text can be one of a placeholder's.
pub(crate) fn accepts(placeholder: &Placeholder, text: &str) -> bool {
    let options = match placeholder.shape {
        Shape::OneOf(options) => options.len(),
        _ => 1,
    };
    !text.is_empty()
        && (0..options).any(|option| {
            let (shortest, longest) = field_lengths(placeholder.shape, placeholder.spec, option);
            (shortest..=longest).contains(&text.len())
                && text.bytes().enumerate().all(|(at, byte)| {
                    contains(field_class(placeholder.shape, placeholder.spec, option, at), byte)
                })
        })
}
