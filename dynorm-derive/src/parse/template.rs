//! `USER#{id}` to segments: the only parser of key templates.

use std::fmt;

/// A key template as it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Template {
    pub(crate) segments: Vec<Segment>,
}

/// What stands between two delimiters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Segment {
    pub(crate) literal: String,
    pub(crate) field: Option<Placeholder>,
}

/// A `{field:format}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Placeholder {
    pub(crate) field: String,
    pub(crate) format: Format,
}

/// How a value is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Format {
    pub(crate) form: Form,
    pub(crate) descending: bool,
}

/// How a value is written, whatever its direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// As its place wants it.
    Usual,
    /// So that text order is value order; never written, but what a sort key wants.
    Sorted,
    Padded {
        width: u8,
        decimals: u8,
    },
    Raw,
    Escaped,
}

/// A mistake in a template, with the part of it that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Mistake {
    message: String,
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

/// The most characters of a padded number: DynamoDB's numbers have 38 digits.
const WIDTH_MAX: u8 = 38;

/// What the formats are, for messages.
const FORMATS: &str = "`{field:08}` (width), `{field:08.2}` (width and decimals), `{field:desc}`, `{field:08:desc}`, `{field:raw}` and `{field:escaped}`";

/// Parses a template, or says all that is wrong with it.
pub(crate) fn parse(text: &str, delimiter: char) -> Result<Template, Vec<Mistake>> {
    let mut mistakes = Vec::new();
    if text.is_empty() {
        mistakes
            .push(mistake("a key template must not be empty; write a literal, or a field in braces".into()));
    } else if text.contains("{{") || text.contains("}}") {
        mistakes.push(mistake(
            "`{{` and `}}` are not supported: a literal of a key template has no braces; for a field write `{field}`".into(),
        ));
    }
    if !mistakes.is_empty() {
        return Err(mistakes);
    }
    let mut segments = Vec::new();
    for segment in split(text, delimiter) {
        match parse_segment(segment, text, delimiter) {
            Ok(segment) => segments.push(segment),
            Err(mistake) => mistakes.push(mistake),
        }
    }
    if mistakes.is_empty() { Ok(Template { segments }) } else { Err(mistakes) }
}

fn mistake(message: String) -> Mistake {
    Mistake { message }
}

/// The texts between delimiters that are not inside braces.
fn split(text: &str, delimiter: char) -> Vec<&str> {
    let (mut inside, mut start, mut segments) = (false, 0, Vec::new());
    for (at, c) in text.char_indices() {
        match c {
            '{' => inside = true,
            '}' => inside = false,
            c if c == delimiter && !inside => {
                segments.push(&text[start..at]);
                start = at + c.len_utf8();
            }
            _ => {}
        }
    }
    segments.push(&text[start..]);
    segments
}

fn parse_segment(segment: &str, template: &str, delimiter: char) -> Result<Segment, Mistake> {
    if segment.is_empty() {
        let message = format!(
            "`{template}` has an empty segment; write something before and after each `{delimiter}`, or remove one"
        );
        return Err(mistake(message));
    }
    let Some(open) = segment.find('{') else {
        return match segment.find('}') {
            Some(_) => {
                Err(mistake(format!("`{segment}` has a `}}` without a `{{` before it; write `{{field}}`")))
            }
            None => Ok(Segment { literal: segment.to_owned(), field: None }),
        };
    };
    let (literal, rest) = segment.split_at(open);
    if literal.contains('}') {
        return Err(mistake(format!("`{segment}` has a `}}` without a `{{` before it; write `{{field}}`")));
    }
    let Some((inner, after)) = rest[1..].split_once('}') else {
        return Err(mistake(format!("`{rest}` is not closed; write `{{field}}`")));
    };
    if inner.contains('{') {
        return Err(mistake(format!("`{rest}` opens a brace inside of another; write `{{field}}`")));
    }
    if after.starts_with('{') || after.contains('{') {
        let message = format!(
            "`{segment}` has two fields in one segment, so that their values could not be told apart; put a `{delimiter}` between them"
        );
        return Err(mistake(message));
    }
    if after.contains('}') {
        return Err(mistake(format!("`{segment}` has a `}}` without a `{{` before it; write `{{field}}`")));
    }
    if !after.is_empty() {
        let message = format!(
            "`{after}` follows a field in the same segment; put a `{delimiter}` between `{{{inner}}}` and `{after}`"
        );
        return Err(mistake(message));
    }
    Ok(Segment { literal: literal.to_owned(), field: Some(parse_placeholder(inner)?) })
}

fn parse_placeholder(inner: &str) -> Result<Placeholder, Mistake> {
    let (field, format) = match inner.split_once(':') {
        Some((field, format)) => (field, Some(format)),
        None => (inner, None),
    };
    if field.is_empty() {
        return Err(mistake(format!("`{{{inner}}}` names no field; write `{{field}}`")));
    }
    if field.trim() != field {
        return Err(mistake(format!("`{{{inner}}}` has a space; write `{{{}}}`", inner.replace(' ', ""))));
    }
    let format = match format {
        None => Format { form: Form::Usual, descending: false },
        Some(format) => parse_format(field, format)?,
    };
    Ok(Placeholder { field: field.to_owned(), format })
}

fn parse_format(field: &str, format: &str) -> Result<Format, Mistake> {
    let (form, descending) = match format {
        "desc" => (None, true),
        _ => match format.strip_suffix(":desc") {
            Some(form) => (Some(form), true),
            None => (Some(format), false),
        },
    };
    let form = match form {
        None => Form::Usual,
        Some("raw" | "escaped") if descending => {
            return Err(mistake(format!(
                "`{{{field}:{format}}}`: text has no descending form; write `{{{field}}}` and query with `.newest_first()`"
            )));
        }
        Some("raw") => Form::Raw,
        Some("escaped") => Form::Escaped,
        Some(width) => parse_width(field, width)?,
    };
    Ok(Format { form, descending })
}

fn parse_width(field: &str, format: &str) -> Result<Form, Mistake> {
    let unknown = || mistake(format!("`{{{field}:{format}}}` has an unknown format; there are {FORMATS}"));
    let (width, decimals) = match format.split_once('.') {
        Some((width, decimals)) => (width, Some(decimals)),
        None => (format, None),
    };
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !is_number(width) || decimals.is_some_and(|decimals| !is_number(decimals)) {
        return Err(unknown());
    }
    if !width.starts_with('0') {
        return Err(mistake(format!(
            "`{{{field}:{format}}}`: a width starts with `0`, as numbers are padded with zeros: `{{{field}:0{format}}}`"
        )));
    }
    let width = width.parse().unwrap_or(u8::MAX);
    let decimals = decimals.map_or(0, |decimals| decimals.parse().unwrap_or(u8::MAX));
    if width == 0 || width > WIDTH_MAX {
        return Err(mistake(format!("`{{{field}:{format}}}`: the width is from 1 to {WIDTH_MAX}")));
    }
    if decimals > 0 && decimals >= width - 1 {
        return Err(mistake(format!(
            "`{{{field}:{format}}}`: of {width} characters, {decimals} decimals and the point leave no digit before the point; widen it to `{{{field}:0{}.{decimals}}}`",
            decimals.saturating_add(2)
        )));
    }
    Ok(Form::Padded { width, decimals })
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::{Expect, expect};

    /// The segments as one line each: the literal, the field, the format.
    #[track_caller]
    fn check(template: &str, expected: &Expect) {
        let text = match parse(template, '#') {
            Ok(template) => template.segments.iter().map(show).collect::<Vec<_>>(),
            Err(mistakes) => mistakes.iter().map(|mistake| format!("error: {mistake}")).collect(),
        };
        expected.assert_eq(&text.join("\n"));
    }

    fn show(segment: &Segment) -> String {
        let literal = format!("{:?}", segment.literal);
        match &segment.field {
            None => literal,
            Some(Placeholder { field, format }) => {
                let direction = if format.descending { ", descending" } else { "" };
                format!("{literal} {field}: {:?}{direction}", format.form)
            }
        }
    }

    #[test]
    fn segments_are_literals_and_fields() {
        check("METADATA", &expect![[r#""METADATA""#]]);
        check("{id}", &expect![[r#""" id: Usual"#]]);
        check(
            "PRODUCT#{id}#v{version}#é",
            &expect![[r#"
                "PRODUCT"
                "" id: Usual
                "v" version: Usual
                "é""#]],
        );
    }

    #[test]
    fn formats_are_read() {
        check(
            "{a:08}#{b:08.2}#{c:raw}#{d:escaped}#{e:desc}#{f:08:desc}#{g:010.2:desc}",
            &expect![[r#"
                "" a: Padded { width: 8, decimals: 0 }
                "" b: Padded { width: 8, decimals: 2 }
                "" c: Raw
                "" d: Escaped
                "" e: Usual, descending
                "" f: Padded { width: 8, decimals: 0 }, descending
                "" g: Padded { width: 10, decimals: 2 }, descending"#]],
        );
    }

    #[test]
    fn all_mistakes_are_told() {
        check(
            "A##{a#{b}#x}#{c}{d}",
            &expect![[r"
                error: `A##{a#{b}#x}#{c}{d}` has an empty segment; write something before and after each `#`, or remove one
                error: `{a#{b}` opens a brace inside of another; write `{field}`
                error: `x}` has a `}` without a `{` before it; write `{field}`
                error: `{c}{d}` has two fields in one segment, so that their values could not be told apart; put a `#` between them"]],
        );
    }

    #[test]
    fn formats_have_limits() {
        check("{a:038.36}", &expect![[r#""" a: Padded { width: 38, decimals: 36 }"#]]);
        check("{a:039}", &expect!["error: `{a:039}`: the width is from 1 to 38"]);
        check("{a:0999}", &expect!["error: `{a:0999}`: the width is from 1 to 38"]);
        check(
            "{a:08.x}",
            &expect![
                "error: `{a:08.x}` has an unknown format; there are `{field:08}` (width), `{field:08.2}` (width and decimals), `{field:desc}`, `{field:08:desc}`, `{field:raw}` and `{field:escaped}`"
            ],
        );
        check(
            "{a:}",
            &expect![
                "error: `{a:}` has an unknown format; there are `{field:08}` (width), `{field:08.2}` (width and decimals), `{field:desc}`, `{field:08:desc}`, `{field:raw}` and `{field:escaped}`"
            ],
        );
    }

    #[test]
    fn a_delimiter_inside_of_braces_does_not_split() {
        check(
            "X#{a#b}",
            &expect![[r#"
            "X"
            "" a#b: Usual"#]],
        );
    }
}
