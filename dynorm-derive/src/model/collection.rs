//! A collection: the form of its keys, and its members.

use syn::ext::IdentExt;
use syn::{Data, DeriveInput, Fields, GenericArgument, Ident, LitStr, Path, PathArguments, Type, Visibility};

use super::delimiter;
use crate::diagnostics::Diagnostics;
use crate::parse::collection::{CollectionAttributes, Unknown};
use crate::parse::entity::KeyArgument;
use crate::parse::template::{self, Form};

/// A collection.
pub(crate) struct Collection {
    pub(crate) ident: Ident,
    pub(crate) vis: Visibility,
    pub(crate) table: Path,
    pub(crate) index: Option<LitStr>,
    pub(crate) delimiter: char,
    pub(crate) partition: Outline,
    pub(crate) sort: Option<Outline>,
    pub(crate) strict: bool,
    pub(crate) shape: Shape,
    pub(crate) members: Vec<Member>,
}

/// Whether it is one value or one of several entries.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    Struct,
    Enum,
}

/// A field of a struct, or a variant of an enum.
pub(crate) struct Member {
    pub(crate) ident: Ident,
    pub(crate) entity: Path,
    pub(crate) arity: Arity,
}

/// How many items a member holds.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Arity {
    One,
    Optional,
    Many,
}

/// The form of a key.
pub(crate) struct Outline {
    pub(crate) text: LitStr,
    /// None for a field as the key itself.
    pub(crate) segments: Vec<Segment>,
    /// The names of its fields, which are those of arguments.
    pub(crate) fields: Vec<Ident>,
}

/// What stands between two delimiters.
pub(crate) struct Segment {
    pub(crate) literal: String,
    pub(crate) field: bool,
}

impl Collection {
    /// The collection that a struct or an enum declares; `None` if it lacks what a collection needs.
    pub(crate) fn of(input: &DeriveInput, diagnostics: &mut Diagnostics) -> Option<Self> {
        let written = CollectionAttributes::read(&input.attrs, diagnostics);
        let name = &input.ident;
        if !written.mentions("table") {
            let message = format!("collection `{name}` has no table; add `#[collection(table = Shop)]`");
            diagnostics.at(name, message);
        }
        if !written.mentions("pk") {
            let message = format!(
                "collection `{name}` has no partition key; add `#[collection(pk = \"CUSTOMER#{{customer}}\")]`, in the form of the partition keys of its members"
            );
            diagnostics.at(name, message);
        }
        let delimiter = delimiter(written.delimiter.as_ref(), diagnostics);
        let partition = written.pk.as_ref().and_then(|pk| Outline::of_key(pk, delimiter, diagnostics));
        let sort = written.sk.as_ref().map(|sk| Outline::of(sk, delimiter, diagnostics));
        let members = members(input, diagnostics);
        let (shape, members) = members?;
        let sort = match sort {
            None => None,
            Some(sort) => Some(sort?),
        };
        Some(Self {
            ident: name.clone(),
            vis: input.vis.clone(),
            table: written.table?,
            index: written.index.map(|index| LitStr::new(&index.text, index.span)),
            delimiter,
            partition: partition?,
            sort,
            strict: written.unknown == Some(Unknown::Error),
            shape,
            members,
        })
    }

    /// The names of the fields of its keys in their order, with whether they are in the sort key, and where.
    pub(crate) fn fields(&self) -> impl Iterator<Item = (bool, usize, &Ident)> {
        let partition = self.partition.fields.iter().enumerate().map(|(at, field)| (false, at, field));
        let sort = self.sort.iter().flat_map(|sort| sort.fields.iter().enumerate());
        partition.chain(sort.map(|(at, field)| (true, at, field)))
    }
}

impl Outline {
    fn of_key(key: &KeyArgument, delimiter: char, diagnostics: &mut Diagnostics) -> Option<Self> {
        match key {
            KeyArgument::Template(text) => Self::of(text, delimiter, diagnostics),
            KeyArgument::Field(field) => Some(Self {
                text: LitStr::new(&field.unraw().to_string(), field.span()),
                segments: Vec::new(),
                fields: vec![field.clone()],
            }),
        }
    }

    fn of(text: &LitStr, delimiter: char, diagnostics: &mut Diagnostics) -> Option<Self> {
        let template = match template::parse(&text.value(), delimiter) {
            Ok(template) => template,
            Err(mistakes) => {
                for mistake in mistakes {
                    diagnostics.at(text, mistake);
                }
                return None;
            }
        };
        let (mut segments, mut fields) = (Vec::new(), Vec::new());
        for template::Segment { literal, field } in template.segments {
            segments.push(Segment { literal, field: field.is_some() });
            let Some(field) = field else { continue };
            if field.format.form != Form::Usual || field.format.descending {
                let message = format!(
                    "how `{0}` is written is said by the members; write `{{{0}}}` without a format",
                    field.field
                );
                diagnostics.at(text, message);
            }
            let Ok(mut name) = syn::parse_str::<Ident>(&field.field) else {
                let message = format!("`{}` cannot be the name of an argument; choose another", field.field);
                diagnostics.at(text, message);
                return None;
            };
            name.set_span(text.span());
            fields.push(name);
        }
        Some(Self { text: text.clone(), segments, fields })
    }
}

/// The members, or `None` if there are none that could be.
fn members(input: &DeriveInput, diagnostics: &mut Diagnostics) -> Option<(Shape, Vec<Member>)> {
    if !input.generics.params.is_empty() {
        diagnostics.at(&input.generics, "a collection must not be generic: its members are entities");
        return None;
    }
    let (shape, members) = match &input.data {
        Data::Struct(data) => {
            let Fields::Named(fields) = &data.fields else {
                let message = format!(
                    "a collection is a struct with named fields, or an enum: `struct {} {{ customer: Customer, orders: Vec<Order> }}`",
                    input.ident
                );
                diagnostics.at(&input.ident, message);
                return None;
            };
            let members = fields.named.iter().map(|field| field_member(field, diagnostics)).collect();
            (Shape::Struct, members)
        }
        Data::Enum(data) => {
            let members = data.variants.iter().map(|variant| variant_member(variant, diagnostics)).collect();
            (Shape::Enum, members)
        }
        Data::Union(_) => {
            diagnostics.at(&input.ident, "a collection is a struct or an enum");
            return None;
        }
    };
    // All of them first, so that all mistakes are found.
    let members: Vec<Option<Member>> = members;
    let members = members.into_iter().collect::<Option<Vec<Member>>>()?;
    if members.is_empty() {
        let message =
            format!("collection `{}` has no members; add a field or variant for each entity", input.ident);
        diagnostics.at(&input.ident, message);
        return None;
    }
    Some((shape, members))
}

fn field_member(field: &syn::Field, diagnostics: &mut Diagnostics) -> Option<Member> {
    let ident = field.ident.clone()?;
    let Some((entity, arity)) = entity_of(&field.ty) else {
        let message = format!(
            "`{ident}` cannot be a member: a member is an entity `E` (one, which must be there), `Option<E>` (at most one) or `Vec<E>`"
        );
        diagnostics.at(&field.ty, message);
        return None;
    };
    Some(Member { ident, entity, arity })
}

fn variant_member(variant: &syn::Variant, diagnostics: &mut Diagnostics) -> Option<Member> {
    let ident = &variant.ident;
    let inside = match &variant.fields {
        Fields::Unnamed(fields) if fields.unnamed.len() == 1 => Some(&fields.unnamed[0].ty),
        _ => None,
    };
    match inside.map(|ty| (ty, entity_of(ty))) {
        Some((_, Some((entity, Arity::One)))) => {
            Some(Member { ident: ident.clone(), entity, arity: Arity::One })
        }
        Some((ty, _)) => {
            let message =
                format!("each entry is one item, so `{ident}` holds one entity: write `{ident}(Order)`");
            diagnostics.at(ty, message);
            None
        }
        None => {
            let message = format!("a variant of a collection holds one entity: write `{ident}({ident})`");
            diagnostics.at(variant, message);
            None
        }
    }
}

/// The entity of a member and how many there are; `None` for types that cannot be members.
fn entity_of(ty: &Type) -> Option<(Path, Arity)> {
    let Type::Path(path) = (match ty {
        Type::Group(group) => &*group.elem,
        ty => ty,
    }) else {
        return None;
    };
    let last = path.path.segments.last()?;
    if path.qself.is_some() {
        return None;
    }
    let arguments = match &last.arguments {
        PathArguments::None => return Some((path.path.clone(), Arity::One)),
        PathArguments::AngleBracketed(arguments) => arguments,
        PathArguments::Parenthesized(_) => return None,
    };
    let arity = match last.ident.to_string().as_str() {
        "Option" => Arity::Optional,
        "Vec" => Arity::Many,
        _ => return None,
    };
    let (Some(GenericArgument::Type(inner)), 1) = (arguments.args.first(), arguments.args.len()) else {
        return None;
    };
    match entity_of(inner)? {
        (entity, Arity::One) => Some((entity, arity)),
        _ => None,
    }
}
