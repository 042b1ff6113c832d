//! Key templates as const data, their rendering, and the way back.

use std::any::Any;

use super::part::{Form, PartText, Shape, Spec, check_text, encode_part, escape};
use super::shard::{Sharding, shard_text};
use crate::value::{Attribute, EncodeError, KeyKind, Value};

/// Room that most keys need no more than.
const KEY_BYTES_USUAL: usize = 32;

/// Where the value of a key attribute comes from.
#[derive(Clone, Copy, Debug)]
pub enum KeySource {
    /// Text with fields in it.
    Template(Template),
    /// A field by itself.
    Plain(Plain),
}

/// A key template: segments with a delimiter between them.
#[derive(Clone, Copy, Debug)]
pub struct Template {
    /// What stands between the delimiters; the last is [`Segment::SHARD`] where there are shards.
    pub segments: &'static [Segment],
    /// How the items of one partition key are spread over several.
    pub shards: Option<Sharding>,
}

/// What stands between two delimiters of a template: a literal, and at most one field after it.
#[derive(Clone, Copy, Debug)]
pub struct Segment {
    /// The literal; empty where the segment is a field alone.
    pub literal: &'static str,
    /// The field.
    pub field: Option<Placeholder>,
}

/// A `{field:format}` of a template.
#[derive(Clone, Copy, Debug)]
pub struct Placeholder {
    /// The field's name in Rust.
    pub field: &'static str,
    /// The name of the attribute that the field is stored in.
    pub attribute: &'static str,
    /// The field's position in the entity.
    pub position: usize,
    /// How the value is written.
    pub spec: Spec,
    /// Which texts the field has.
    pub shape: Shape,
}

/// A field that is a key attribute by itself.
#[derive(Clone, Copy, Debug)]
pub struct Plain {
    /// The field's name in Rust.
    pub field: &'static str,
    /// The name of the attribute that the field is stored in.
    pub attribute: &'static str,
    /// The field's position in the entity.
    pub position: usize,
    /// The kind of its values.
    pub kind: KeyKind,
}

/// A field's value, as text for templates, as a value for plain keys, or both.
#[derive(Clone, Copy, Default)]
pub struct Given<'a> {
    text: Option<&'a dyn PartText>,
    plain: Option<&'a dyn PlainValue>,
}

impl std::fmt::Debug for Given<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Given").finish_non_exhaustive()
    }
}

trait PlainValue {
    fn value(&self) -> Result<Option<Value>, EncodeError>;
}

impl<T: Attribute> PlainValue for T {
    fn value(&self) -> Result<Option<Value>, EncodeError> {
        self.encode()
    }
}

impl<'a> Given<'a> {
    /// No value: the field is in no key.
    #[must_use]
    pub fn none() -> Self {
        Self::default()
    }

    /// A value for templates.
    pub fn text<T: super::IndexPart>(value: &'a T) -> Self {
        Self { text: Some(value), plain: None }
    }

    /// A value for plain keys.
    pub fn plain<T: Attribute>(value: &'a T) -> Self {
        Self { text: None, plain: Some(value) }
    }

    /// A value for both.
    pub fn both<T: super::IndexPart + Attribute>(value: &'a T) -> Self {
        Self { text: Some(value), plain: Some(value) }
    }

    /// The value of a plain key, `None` where it is absent.
    pub(crate) fn to_value(self, plain: &Plain) -> Result<Option<Value>, KeyProblem> {
        let problem = |reason: String| KeyProblem { field: plain.field, value: String::new(), reason };
        match self.plain {
            Some(value) => value.value().map_err(|e| problem(e.to_string())),
            None => Ok(None),
        }
    }

    /// The text of the field as it is usually written, `None` where it is absent.
    pub(crate) fn natural(self, field: &'static str) -> Result<Option<String>, KeyProblem> {
        let Some(part) = self.text else { return Ok(None) };
        let mut text = String::new();
        let problem =
            |error: super::PartError| KeyProblem { field, value: String::new(), reason: error.to_string() };
        Ok(part.write_text(Form::Natural, &mut text).map_err(problem)?.then_some(text))
    }

    /// Appends a placeholder's text; false where the value is absent.
    fn write(
        self,
        placeholder: &Placeholder,
        delimiter: char,
        closed: bool,
        out: &mut String,
    ) -> Result<bool, KeyProblem> {
        let start = out.len();
        let present = self.write_bound(placeholder, delimiter, closed, out)?;
        if present && out.len() == start {
            let reason = "it is empty, and a key must not have an empty segment".to_owned();
            return Err(KeyProblem { field: placeholder.field, value: String::new(), reason });
        }
        Ok(present)
    }

    /// As [`write`](Self::write), for the end of a range, which may be empty.
    pub(crate) fn write_bound(
        self,
        placeholder: &Placeholder,
        delimiter: char,
        closed: bool,
        out: &mut String,
    ) -> Result<bool, KeyProblem> {
        let Some(part) = self.text else { return Ok(false) };
        encode_part(part, placeholder.spec, delimiter, closed, out).map_err(|error| {
            let mut value = String::new();
            // Only to show it; that it cannot be written is already the error.
            let _ = part.write_text(Form::Natural, &mut value);
            KeyProblem { field: placeholder.field, value, reason: error.to_string() }
        })
    }
}

/// The value of a field by itself: read back from a key, or given to an update.
pub struct BoxedPart(Box<dyn PartAndValue + Send + Sync>);

trait PartAndValue {
    fn given(&self) -> Given<'_>;
    fn any(&self) -> &dyn Any;
}

impl<T: super::IndexPart + Attribute + 'static> PartAndValue for T {
    fn given(&self) -> Given<'_> {
        Given::both(self)
    }

    fn any(&self) -> &dyn Any {
        self
    }
}

/// A value that is no part of a key's text.
struct Opaque<T>(T);

impl<T: 'static> PartAndValue for Opaque<T> {
    fn given(&self) -> Given<'_> {
        Given::none()
    }

    fn any(&self) -> &dyn Any {
        &self.0
    }
}

impl BoxedPart {
    pub(crate) fn new<T: super::IndexPart + Attribute + Send + Sync + 'static>(value: T) -> Self {
        Self(Box::new(value))
    }

    /// A value that decides about keys, and need not be in one.
    pub(crate) fn opaque<T: Send + Sync + 'static>(value: T) -> Self {
        Self(Box::new(Opaque(value)))
    }

    pub(crate) fn given(&self) -> Given<'_> {
        self.0.given()
    }

    pub(crate) fn any(&self) -> &dyn Any {
        self.0.any()
    }
}

impl std::fmt::Debug for BoxedPart {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("BoxedPart").finish_non_exhaustive()
    }
}

/// Which field cannot be put into a key, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct KeyProblem {
    pub(crate) field: &'static str,
    pub(crate) value: String,
    pub(crate) reason: String,
}

/// A template of which the first segments are rendered.
#[derive(Clone, Debug)]
pub(crate) struct Rendered {
    /// The text so far, without a trailing delimiter.
    pub(crate) text: String,
    /// The segment that comes next.
    pub(crate) next: usize,
    /// The texts of later segments that are known already, by segment.
    pub(crate) known: Vec<(usize, String)>,
}

impl Template {
    /// The whole key, or `None` where a value is absent.
    fn render<'g>(
        &self,
        delimiter: char,
        given: impl Fn(usize) -> Given<'g>,
    ) -> Result<Option<String>, KeyProblem> {
        let (mut text, mut complete) = (String::with_capacity(KEY_BYTES_USUAL), true);
        for (at, segment) in self.segments.iter().enumerate() {
            if at > 0 {
                text.push(delimiter);
            }
            text.push_str(segment.literal);
            if let Some(placeholder) = &segment.field {
                let closed = at + 1 < self.segments.len();
                // What is given must fit, even if another value is absent.
                complete &= self.write(placeholder, delimiter, closed, &given, &mut text)?;
            }
        }
        Ok(complete.then_some(text))
    }

    /// Appends the text of a field, or the number of the shard; false where a value is absent.
    fn write<'g>(
        &self,
        placeholder: &Placeholder,
        delimiter: char,
        closed: bool,
        given: &impl Fn(usize) -> Given<'g>,
        out: &mut String,
    ) -> Result<bool, KeyProblem> {
        let Some(shards) = self.shards.filter(|_| placeholder.is_shard()) else {
            return given(placeholder.position).write(placeholder, delimiter, closed, out);
        };
        let shard = shards.shard(given)?;
        out.extend(shard.map(shard_text));
        Ok(shard.is_some())
    }

    /// The template without the segment of the shard.
    pub(crate) fn before_shard(&self) -> Self {
        let n_segments = self.segments.len() - usize::from(self.shards.is_some());
        Self { segments: self.segments.get(..n_segments).unwrap_or_default(), shards: None }
    }

    /// Renders segments for as long as they are literals or their values are known.
    pub(crate) fn advance<'g>(
        &self,
        mut rendered: Rendered,
        delimiter: char,
        given: impl Fn(usize) -> Given<'g>,
    ) -> Result<Rendered, KeyProblem> {
        while let Some(segment) = self.segments.get(rendered.next) {
            let start = rendered.text.len();
            if rendered.next > 0 {
                rendered.text.push(delimiter);
            }
            rendered.text.push_str(segment.literal);
            if let Some(placeholder) = &segment.field {
                let closed = rendered.next + 1 < self.segments.len();
                if !self.write(placeholder, delimiter, closed, &given, &mut rendered.text)? {
                    let known = rendered.known.iter().find(|(segment, _)| *segment == rendered.next);
                    let Some((_, text)) = known else {
                        rendered.text.truncate(start);
                        return Ok(rendered);
                    };
                    rendered.text.push_str(text);
                }
            }
            rendered.next += 1;
        }
        Ok(rendered)
    }

    /// Renders from the start.
    pub(crate) fn start<'g>(
        &self,
        delimiter: char,
        given: impl Fn(usize) -> Given<'g>,
    ) -> Result<Rendered, KeyProblem> {
        let start = Rendered { text: String::with_capacity(KEY_BYTES_USUAL), next: 0, known: Vec::new() };
        let mut rendered = self.advance(start, delimiter, &given)?;
        for (at, segment) in self.segments.iter().enumerate().skip(rendered.next + 1) {
            let Some(placeholder) = &segment.field else { continue };
            let (mut text, closed) = (String::new(), at + 1 < self.segments.len());
            if self.write(placeholder, delimiter, closed, &given, &mut text)? {
                rendered.known.push((at, text));
            }
        }
        Ok(rendered)
    }

    /// The text that every key begins with that continues `rendered`.
    pub(crate) fn prefix(&self, rendered: &Rendered, delimiter: char) -> String {
        let mut prefix = rendered.text.clone();
        if let Some(segment) = self.segments.get(rendered.next) {
            if rendered.next > 0 {
                prefix.push(delimiter);
            }
            prefix.push_str(segment.literal);
        }
        prefix
    }

    /// The placeholder that `rendered` waits for.
    pub(crate) fn awaited(&self, rendered: &Rendered) -> Option<&Placeholder> {
        self.segments.get(rendered.next).and_then(|segment| segment.field.as_ref())
    }

    /// The texts of the fields in `key`, if it is one of this template, in their order.
    pub(crate) fn split<'t>(&self, key: &'t str, delimiter: char) -> Option<Vec<(&Placeholder, &'t str)>> {
        let mut texts = Vec::new();
        let mut segments = self.segments.iter();
        for text in key.split(delimiter) {
            let segment = segments.next()?;
            let rest = text.strip_prefix(segment.literal)?;
            match &segment.field {
                None if rest.is_empty() => {}
                Some(placeholder) if placeholder.is_shard() => {
                    if !self.shards.is_some_and(|shards| shards.accepts(rest)) {
                        return None;
                    }
                }
                Some(placeholder) if super::overlap::accepts(placeholder, rest) => {
                    texts.push((placeholder, rest));
                }
                _ => return None,
            }
        }
        segments.next().is_none().then_some(texts)
    }

    /// The text of the field that `wanted` wants, and whether a delimiter follows it.
    pub(crate) fn field<'t>(
        &self,
        key: &'t str,
        delimiter: char,
        wanted: impl Fn(&Placeholder) -> bool,
    ) -> Option<(&Placeholder, &'t str, bool)> {
        let (placeholder, text) = self.split(key, delimiter)?.into_iter().find(|(field, _)| wanted(field))?;
        let last = self.segments.last()?.field.as_ref();
        let closed = last.is_none_or(|last| last.position != placeholder.position);
        Some((placeholder, text, closed))
    }

    /// The text that every key begins with that continues `rendered` by a field that begins with `text`.
    pub(crate) fn text_prefix(
        &self,
        rendered: &Rendered,
        delimiter: char,
        text: &str,
    ) -> Result<String, KeyProblem> {
        let mut prefix = self.prefix(rendered, delimiter);
        let Some(placeholder) = self.awaited(rendered) else { return Ok(prefix) };
        let problem = |error: super::PartError| KeyProblem {
            field: placeholder.field,
            value: text.to_owned(),
            reason: error.to_string(),
        };
        if placeholder.spec.form == Form::Escaped {
            prefix.push_str(&escape(text, delimiter).map_err(problem)?);
        } else {
            check_text(text, Form::Natural, placeholder.shape, delimiter, false).map_err(problem)?;
            prefix.push_str(text);
        }
        Ok(prefix)
    }

    /// Whether a key of this template can begin with `prefix`; in doubt it can.
    fn can_begin_with(&self, prefix: &str, delimiter: char) -> bool {
        let texts: Vec<&str> = prefix.split(delimiter).collect();
        let Some((last, closed)) = texts.split_last() else { return true };
        let fits =
            |(text, segment): (&&str, &Segment)| match (&segment.field, text.strip_prefix(segment.literal)) {
                (None, Some(rest)) => rest.is_empty(),
                (Some(placeholder), Some(rest)) => super::overlap::accepts(placeholder, rest),
                (_, None) => false,
            };
        closed.len() < self.segments.len()
            && closed.iter().zip(self.segments).all(fits)
            && match &self.segments[closed.len()] {
                Segment { literal, field: None } => literal.starts_with(last),
                Segment { literal, field: Some(_) } => literal.starts_with(last) || last.starts_with(literal),
            }
    }
}

impl KeySource {
    /// The value of the key attribute, or `None` where a part of it is absent.
    pub(crate) fn value<'g>(
        &self,
        delimiter: char,
        given: impl Fn(usize) -> Given<'g>,
    ) -> Result<Option<Value>, KeyProblem> {
        match self {
            Self::Template(template) => Ok(template.render(delimiter, given)?.map(Value::S)),
            Self::Plain(plain) => given(plain.position).to_value(plain),
        }
    }

    /// Whether a stored value can be one of this source.
    pub(crate) fn accepts(&self, value: &Value, delimiter: char) -> bool {
        match (self, value) {
            (Self::Template(template), Value::S(text)) => template.split(text, delimiter).is_some(),
            (Self::Plain(plain), value) => plain.kind.name() == value.type_name(),
            (Self::Template(_), _) => false,
        }
    }

    /// Whether a key of this source can begin with `prefix`; in doubt it can.
    pub(crate) fn can_begin_with(&self, prefix: &str, delimiter: char) -> bool {
        match self {
            Self::Template(template) => template.can_begin_with(prefix, delimiter),
            Self::Plain(_) => true,
        }
    }

    /// Whether the attribute of this name is in a template, and can be read back from it.
    pub(crate) fn reads_back(&self, attribute: &str) -> bool {
        let Self::Template(template) = self else { return false };
        template.segments.iter().any(|s| s.field.as_ref().is_some_and(|field| field.attribute == attribute))
    }

    /// The positions of the fields in it.
    pub(crate) fn positions(&self) -> impl Iterator<Item = usize> {
        let (segments, plain) = match self {
            Self::Template(template) => (template.segments, None),
            Self::Plain(plain) => (&[][..], Some(plain.position)),
        };
        let fields = segments.iter().filter_map(|segment| segment.field.as_ref());
        fields.filter(|field| !field.is_shard()).map(|field| field.position).chain(plain)
    }

    /// The positions of the fields that it is made of: those in it, and those that decide about the shard.
    pub(crate) fn made_of(&self) -> impl Iterator<Item = usize> {
        let by = self.shards().map_or(&[][..], |shards| shards.by);
        self.positions().chain(by.iter().map(|by| by.position))
    }

    /// The source without the number of the shard.
    pub(crate) fn before_shard(&self) -> Self {
        match self {
            Self::Template(template) => Self::Template(template.before_shard()),
            Self::Plain(_) => *self,
        }
    }

    /// The source as it was, with another number of shards.
    pub(crate) fn former(&self) -> Option<Self> {
        let Self::Template(template) = self else { return None };
        let shards = template.shards.as_ref()?.former()?;
        Some(Self::Template(Template { shards: Some(shards), ..*template }))
    }

    /// How the items of one key are spread over several.
    pub(crate) const fn shards(&self) -> Option<&Sharding> {
        match self {
            Self::Template(template) => template.shards.as_ref(),
            Self::Plain(_) => None,
        }
    }

    /// The kind of values that the key attribute has.
    pub(crate) const fn kind(&self) -> KeyKind {
        match self {
            Self::Template(_) => KeyKind::S,
            Self::Plain(plain) => plain.kind,
        }
    }
}
