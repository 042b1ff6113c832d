//! A type that derives `Attribute`: a map, a choice of names, or a wrapped value.

use syn::ext::IdentExt;
use syn::{Data, DeriveInput, Fields, Ident, LitStr, Path, Type, Visibility};

use super::entity::Field;
use crate::diagnostics::Diagnostics;
use crate::parse::field::{FieldAttributes, Keeping};

/// A type that is stored in an attribute.
pub(crate) struct AttributeType {
    pub(crate) ident: Ident,
    pub(crate) vis: Visibility,
    pub(crate) shape: AttributeShape,
}

/// How it is stored.
pub(crate) enum AttributeShape {
    /// A struct with named fields: a map.
    Map(Vec<Field>),
    /// An enum without fields: a text.
    Choice(Vec<Choice>),
    /// A struct around one value: as that value.
    Wrapped(Box<Type>),
}

/// A variant.
pub(crate) struct Choice {
    pub(crate) ident: Ident,
    pub(crate) stored: LitStr,
}

impl AttributeType {
    /// The attribute type that a struct or an enum declares.
    pub(crate) fn of(input: &DeriveInput, diagnostics: &mut Diagnostics) -> Option<Self> {
        if !input.generics.params.is_empty() {
            diagnostics.at(&input.generics, "a type that derives `Attribute` must not be generic; implement `dynorm::value::Attribute` by hand");
            return None;
        }
        let shape = match &input.data {
            Data::Struct(data) => match &data.fields {
                Fields::Named(fields) => {
                    AttributeShape::Map(fields.named.iter().map(|field| member(field, diagnostics)).collect())
                }
                Fields::Unnamed(fields) if fields.unnamed.len() == 1 => {
                    let field = &fields.unnamed[0];
                    refuse_arguments(field, diagnostics);
                    AttributeShape::Wrapped(Box::new(field.ty.clone()))
                }
                Fields::Unnamed(fields) => {
                    let message = "name the fields: a struct is stored as a map, and a map has names; only a struct around one value needs none";
                    diagnostics.at(fields, message);
                    return None;
                }
                Fields::Unit => {
                    diagnostics.at(&input.ident, "a struct without fields has nothing to store");
                    return None;
                }
            },
            Data::Enum(data) => AttributeShape::Choice(choices(input, data, diagnostics)?),
            Data::Union(_) => {
                diagnostics.at(&input.ident, "a union cannot be stored; use a struct or an enum");
                return None;
            }
        };
        Some(Self { ident: input.ident.clone(), vis: input.vis.clone(), shape })
    }
}

fn member(field: &syn::Field, diagnostics: &mut Diagnostics) -> Field {
    let mut field = Field::of(field, diagnostics);
    if let Some(ttl) = &field.ttl.take() {
        diagnostics.at(
            ttl,
            "only a field of an entity can be the time to live: DynamoDB looks for it at the top of an item",
        );
    }
    for name in kept(field.keeping.take(), field.write_once.take(), field.validate.take()) {
        let message =
            format!("only a field of an entity can be `{name}`: it is seen to when an item is written");
        diagnostics.at(&name, message);
    }
    field
}

/// The arguments that are for fields of entities only.
fn kept(
    keeping: Option<(Ident, Keeping)>,
    write_once: Option<Ident>,
    validate: Option<(Ident, Path)>,
) -> impl Iterator<Item = Ident> {
    let names = [keeping.map(|(name, _)| name), write_once, validate.map(|(name, _)| name)];
    names.into_iter().flatten()
}

fn refuse_arguments(field: &syn::Field, diagnostics: &mut Diagnostics) {
    if let Some(attribute) = field.attrs.iter().find(|attribute| attribute.path().is_ident("attr")) {
        let message = "a struct around one value is stored as that value: it has no name and no default";
        diagnostics.at(attribute, message);
    }
}

fn choices(input: &DeriveInput, data: &syn::DataEnum, diagnostics: &mut Diagnostics) -> Option<Vec<Choice>> {
    if data.variants.is_empty() {
        diagnostics.at(&input.ident, "an enum without variants has nothing to store");
        return None;
    }
    let mut complete = true;
    let choice = |variant: &syn::Variant| {
        if !matches!(variant.fields, Fields::Unit) {
            let message = format!(
                "`{}` has fields, and an enum is stored as the name of its variant; keep the data in a struct beside it, or implement `dynorm::value::Attribute` by hand",
                variant.ident
            );
            diagnostics.at(variant, message);
            complete = false;
        }
        let written = FieldAttributes::read(&variant.attrs, diagnostics);
        if let Some((name, _)) = &written.default {
            diagnostics
                .at(name, "a variant has no default; put `#[attr(default)]` on the field that has this type");
        }
        if let Some(ttl) = &written.ttl {
            diagnostics.at(ttl, "a variant cannot be a time to live");
        }
        for name in kept(written.keeping, written.write_once, written.validate) {
            diagnostics.at(&name, format!("a variant cannot be `{name}`"));
        }
        let name = || LitStr::new(&variant.ident.unraw().to_string(), variant.ident.span());
        Choice { stored: written.rename.unwrap_or_else(name), ident: variant.ident.clone() }
    };
    let choices = data.variants.iter().map(choice).collect();
    complete.then_some(choices)
}
