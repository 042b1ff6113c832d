//! Enums with data: which variant a value is, and what it holds.

use super::attribute::{Attribute, DecodeError, EncodeError, Step};
use super::list::ListReader;
use super::members::MapReader;
use super::{Item, Name, Value};

/// Where the name of the variant is.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub enum Tagging {
    /// It is the one member of a map, or the value itself if the variant holds nothing.
    External,
    /// It is a member beside those that the variant holds.
    Internal(&'static str),
    /// It is a member beside the one that the variant holds.
    Adjacent {
        /// The member with the name.
        tag: &'static str,
        /// The member with what the variant holds.
        content: &'static str,
    },
}

/// The variants of an enum.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub struct Variants {
    /// The stored names, older ones among them, with the place of their variant.
    pub names: &'static [(&'static str, usize)],
    /// The place of the variant that takes what no name is known of.
    pub other: Option<usize>,
    /// The names, for errors.
    pub expected: &'static str,
}

/// A value whose variant is known.
#[doc(hidden)]
#[derive(Debug)]
pub struct Opened {
    /// The place of the variant.
    pub variant: usize,
    content: Option<Value>,
    /// The member that holds the content.
    step: Option<Name>,
}

impl Tagging {
    /// Stores a variant that holds nothing.
    ///
    /// # Errors
    ///
    /// None; the signature is that of [`Attribute::encode`].
    pub fn unit(self, name: &'static str) -> Result<Option<Value>, EncodeError> {
        self.wrap(name, || Ok(None))
    }

    /// Stores a variant with what it holds; what is absent is as if it held nothing.
    ///
    /// # Errors
    ///
    /// If the content cannot be stored.
    pub fn wrap(
        self,
        name: &'static str,
        content: impl FnOnce() -> Result<Option<Value>, EncodeError>,
    ) -> Result<Option<Value>, EncodeError> {
        let inside = |step: &'static str| move |error: EncodeError| error.inside(Step::Name(step.into()));
        let stored = match self {
            Self::External => match content().map_err(inside(name))? {
                None => Value::from(name),
                Some(content) => Value::M([(name, content)].into()),
            },
            Self::Internal(tag) => match content()? {
                None => Value::M([(tag, name)].into()),
                Some(Value::M(mut members)) => {
                    members.insert(tag, name);
                    Value::M(members)
                }
                Some(_) => return Err(EncodeError::new("a variant beside its tag must be a map")),
            },
            Self::Adjacent { tag, content: member } => {
                let mut map = Item::from([(tag, name)]);
                if let Some(content) = content().map_err(inside(member))? {
                    map.insert(member, content);
                }
                Value::M(map)
            }
        };
        Ok(Some(stored))
    }

    /// Finds out which variant a value is.
    ///
    /// # Errors
    ///
    /// If it is none of them, and no variant takes what is unknown.
    pub fn open(self, value: Value, variants: &Variants) -> Result<Opened, DecodeError> {
        let known = |name: &Value| match name {
            Value::S(name) => variants.names.iter().find(|(known, _)| known == name).map(|(_, at)| *at),
            _ => None,
        };
        let (name, step) = match (self, &value) {
            (Self::External, Value::M(map)) => {
                (map.names().next().filter(|_| map.len() == 1).map(Value::from), None)
            }
            (Self::External, Value::S(_)) => (Some(value.clone()), None),
            (Self::Internal(tag) | Self::Adjacent { tag, .. }, Value::M(map)) => {
                (map.get(tag).cloned(), Some(tag))
            }
            _ => (None, None),
        };
        if let Some(variant) = name.as_ref().and_then(known) {
            return Ok(self.content(value, variant));
        }
        if let Some(variant) = variants.other {
            return Ok(Opened { variant, content: Some(value), step: None });
        }
        let error = match (&name, step) {
            (Some(name), _) => DecodeError::new(variants.expected, name),
            (None, Some(_)) => DecodeError::missing(variants.expected),
            (None, None) if matches!(self, Self::External) => DecodeError::new(variants.expected, &value),
            (None, None) => DecodeError::new("a map", &value),
        };
        Err(step.into_iter().fold(error, |error, tag| error.inside(Step::Name(tag.into()))))
    }

    fn content(self, value: Value, variant: usize) -> Opened {
        let (content, step) = match (self, value) {
            (Self::External, Value::M(map)) => match map.into_iter().next() {
                Some((name, content)) => (Some(content), Some(name)),
                None => (None, None),
            },
            (Self::Internal(_), map) => (Some(map), None),
            (Self::Adjacent { content, .. }, Value::M(mut map)) => {
                (map.remove(content), Some(content.into()))
            }
            (Self::External | Self::Adjacent { .. }, _) => (None, None),
        };
        Opened { variant, content, step }
    }
}

impl Opened {
    /// What the variant holds, as one value.
    ///
    /// # Errors
    ///
    /// If it is absent and must not be, or not a value of the type.
    pub fn value<T: Attribute>(self) -> Result<T, DecodeError> {
        let Self { content, step, .. } = self;
        let read = match content {
            Some(content) => T::decode(content),
            None => T::absent().ok_or_else(|| DecodeError::missing("a value")),
        };
        read.map_err(|error| inside(step, error))
    }

    /// What the variant holds, as fields without names.
    ///
    /// # Errors
    ///
    /// If it is not a list of this many elements, or `read` fails.
    pub fn list<T>(
        self,
        n_elements: usize,
        read: impl FnOnce(&mut ListReader) -> Result<T, DecodeError>,
    ) -> Result<T, DecodeError> {
        let Self { content, step, .. } = self;
        let content = content.ok_or_else(|| DecodeError::missing(format!("a list of {n_elements} elements")));
        let list = content.and_then(|content| ListReader::decode(content, n_elements));
        list.and_then(|mut list| read(&mut list)).map_err(|error| inside(step, error))
    }

    /// What the variant holds, as fields with names.
    ///
    /// # Errors
    ///
    /// If it is not a map, or `read` fails.
    pub fn map<T>(
        self,
        read: impl FnOnce(&mut MapReader) -> Result<T, DecodeError>,
    ) -> Result<T, DecodeError> {
        let Self { content, step, .. } = self;
        let map = content.ok_or_else(|| DecodeError::missing("a map")).and_then(MapReader::decode);
        map.and_then(|mut map| read(&mut map)).map_err(|error| inside(step, error))
    }
}

fn inside(step: Option<Name>, error: DecodeError) -> DecodeError {
    match step {
        Some(name) => error.inside(Step::Name(name)),
        None => error,
    }
}
