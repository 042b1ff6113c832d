//! Keys of an entity: templates whose fields are found, and plain fields.

use syn::LitStr;
use syn::ext::IdentExt;

use super::entity::Field;
use super::shards::Shards;
use crate::diagnostics::Diagnostics;
use crate::parse::entity::KeyArgument;
use crate::parse::suggest;
use crate::parse::template::{self, Format};

/// Where the value of a key attribute comes from.
pub(crate) enum Key {
    Template(Template),
    /// The field at this position.
    Plain(usize),
}

/// A key template.
pub(crate) struct Template {
    pub(crate) text: LitStr,
    /// Without that of the shard.
    pub(crate) segments: Vec<Segment>,
    pub(crate) shards: Option<Shards>,
}

/// What stands between two delimiters.
pub(crate) struct Segment {
    pub(crate) literal: String,
    pub(crate) field: Option<Placeholder>,
}

/// A field of a template.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Placeholder {
    pub(crate) position: usize,
    pub(crate) format: Format,
}

impl Key {
    /// The key that an argument writes; `None` if it is wrong.
    pub(crate) fn resolve(
        argument: &KeyArgument,
        fields: &[Field],
        delimiter: char,
        diagnostics: &mut Diagnostics,
    ) -> Option<Self> {
        match argument {
            KeyArgument::Field(name) => {
                let position = find(fields, &name.unraw().to_string());
                if position.is_none() {
                    let hint = hint(fields, &name.unraw().to_string());
                    diagnostics.at(name, format!("no field `{name}`; {hint}"));
                }
                position.map(Self::Plain)
            }
            KeyArgument::Template(text) => {
                Template::resolve(text, fields, delimiter, diagnostics).map(Self::Template)
            }
        }
    }

    /// The positions of its fields, in their order.
    pub(crate) fn positions(&self) -> Vec<usize> {
        match self {
            Self::Template(template) => template.fields().map(|field| field.position).collect(),
            Self::Plain(position) => vec![*position],
        }
    }

    /// The fields that it is made of: those in it, and those that decide about the shard.
    pub(crate) fn made_of(&self) -> Vec<usize> {
        let mut positions = self.positions();
        positions.extend(self.shards().into_iter().flat_map(|shards| &shards.by));
        positions
    }

    /// How its items are spread over several partitions.
    pub(crate) fn shards(&self) -> Option<&Shards> {
        self.template().and_then(|template| template.shards.as_ref())
    }

    /// The template, if it is one.
    pub(crate) fn template(&self) -> Option<&Template> {
        match self {
            Self::Template(template) => Some(template),
            Self::Plain(..) => None,
        }
    }
}

impl Template {
    fn resolve(
        text: &LitStr,
        fields: &[Field],
        delimiter: char,
        diagnostics: &mut Diagnostics,
    ) -> Option<Self> {
        let template = match template::parse(&text.value(), delimiter) {
            Ok(template) => template,
            Err(mistakes) => {
                for mistake in mistakes {
                    diagnostics.at(text, mistake);
                }
                return None;
            }
        };
        if find(fields, &text.value()).is_some() {
            let name = text.value();
            let message = format!(
                "`\"{name}\"` is the same text for all items; for the field, write `{name}` without quotes or `\"{{{name}}}\"`"
            );
            diagnostics.at(text, message);
        }
        let mut segments: Vec<Segment> = Vec::new();
        let mut complete = true;
        for template::Segment { literal, field } in template.segments {
            let field = field.and_then(|written| {
                let position = find(fields, &written.field);
                if position.is_none() {
                    let hint = hint(fields, &written.field);
                    diagnostics.at(text, format!("no field `{0}` to fill `{{{0}}}`; {hint}", written.field));
                    complete = false;
                }
                position.map(|position| Placeholder { position, format: written.format })
            });
            let again = field.is_some_and(|field| {
                segments.iter().any(|s| s.field.is_some_and(|known| known.position == field.position))
            });
            if let (true, Some(field)) = (again, field) {
                let name = fields[field.position].ident.unraw();
                diagnostics.at(text, format!("`{{{name}}}` is in this template twice; keep one"));
                complete = false;
            }
            segments.push(Segment { literal, field });
        }
        complete.then(|| Self { text: text.clone(), segments, shards: None })
    }

    /// Its fields, in their order.
    pub(crate) fn fields(&self) -> impl Iterator<Item = &Placeholder> {
        self.segments.iter().filter_map(|segment| segment.field.as_ref())
    }
}

pub(super) fn find(fields: &[Field], name: &str) -> Option<usize> {
    fields.iter().position(|field| field.ident.unraw() == name)
}

pub(super) fn hint(fields: &[Field], name: &str) -> String {
    let names: Vec<String> = fields.iter().map(|field| field.ident.unraw().to_string()).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    match suggest::closest(name, &names) {
        Some(name) => format!("did you mean `{name}`?"),
        None if names.is_empty() => "the struct has no fields".to_owned(),
        None => format!("the fields are {}", suggest::list(&names)),
    }
}
