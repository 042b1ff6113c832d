//! A type that derives `Attribute`: a map, a list, a choice of names, data with a tag, or a wrapped value.

use syn::ext::IdentExt;
use syn::{Data, DeriveInput, Fields, Ident, LitStr, Member, Path, Type, Visibility};

use super::entity::Field;
use super::names;
use crate::diagnostics::Diagnostics;
use crate::parse::field::{Keeping, Rule, TypeAttributes, VariantAttributes};

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
    /// A struct with fields without names: a list.
    List(Vec<Type>),
    /// An enum without fields: a text.
    Choice(Vec<Variant>),
    /// An enum with fields.
    Tagged(Tagging, Vec<Variant>),
    /// A struct around one value: as that value.
    Wrapped(Member, Box<Type>),
}

/// Where the name of the variant is.
pub(crate) enum Tagging {
    External,
    Internal(LitStr),
    Adjacent { tag: LitStr, content: LitStr },
}

/// A variant.
pub(crate) struct Variant {
    pub(crate) ident: Ident,
    pub(crate) stored: LitStr,
    pub(crate) aliases: Vec<LitStr>,
    pub(crate) holds: Holds,
}

/// What a variant holds.
pub(crate) enum Holds {
    Nothing,
    /// One value without a name.
    Value(Box<Type>),
    List(Vec<Type>),
    Map(Vec<Field>),
    /// What no variant is known for, as it is stored; `other`.
    Unknown(Box<Type>),
}

impl AttributeType {
    /// The attribute type that a struct or an enum declares.
    pub(crate) fn of(input: &DeriveInput, diagnostics: &mut Diagnostics) -> Option<Self> {
        let written = TypeAttributes::read(&input.attrs, diagnostics);
        if !input.generics.params.is_empty() {
            let message = match input.generics.lifetimes().next() {
                Some(_) => {
                    "a type that derives `Attribute` owns its values, as they are read from items; write `String` for `&str`, and remove the lifetime"
                }
                None => {
                    "a type that derives `Attribute` must not be generic; implement `dynorm::value::Attribute` by hand"
                }
            };
            diagnostics.at(&input.generics, message);
            return None;
        }
        let shape = match &input.data {
            Data::Struct(data) => of_struct(input, &data.fields, &written, diagnostics)?,
            Data::Enum(data) => of_enum(input, data, &written, diagnostics)?,
            Data::Union(_) => {
                diagnostics.at(&input.ident, "a union cannot be stored; use a struct or an enum");
                return None;
            }
        };
        Some(Self { ident: input.ident.clone(), vis: input.vis.clone(), shape })
    }
}

fn of_struct(
    input: &DeriveInput,
    fields: &Fields,
    written: &TypeAttributes,
    diagnostics: &mut Diagnostics,
) -> Option<AttributeShape> {
    for (argument, _) in written.tag.iter().chain(&written.content) {
        let message = format!("`{argument}` is for enums: a struct has no variants that would need a name");
        diagnostics.at(argument, message);
    }
    if let Some(transparent) = &written.transparent {
        return transparent_struct(transparent, fields, diagnostics);
    }
    match fields {
        Fields::Named(fields) => {
            let rule = written.rename_all.as_ref().map(|(_, rule)| *rule);
            let fields = fields.named.iter().map(|field| member(field, rule, diagnostics));
            Some(AttributeShape::Map(fields.collect()))
        }
        Fields::Unnamed(fields) if fields.unnamed.is_empty() => {
            diagnostics.at(&input.ident, "a struct without fields has nothing to store");
            None
        }
        Fields::Unnamed(unnamed) => {
            refuse_rule(written, diagnostics);
            let message = match unnamed.unnamed.len() {
                1 => "a struct around one value is stored as that value: it has no name and no default",
                _ => "a field without a name is stored in its place of a list: it takes no arguments",
            };
            refuse_arguments(fields, message, diagnostics);
            let mut types: Vec<Type> = unnamed.unnamed.iter().map(|field| field.ty.clone()).collect();
            match types.len() {
                1 => Some(AttributeShape::Wrapped(Member::from(0), Box::new(types.remove(0)))),
                _ => Some(AttributeShape::List(types)),
            }
        }
        Fields::Unit => {
            diagnostics.at(&input.ident, "a struct without fields has nothing to store");
            None
        }
    }
}

fn transparent_struct(
    transparent: &Ident,
    fields: &Fields,
    diagnostics: &mut Diagnostics,
) -> Option<AttributeShape> {
    refuse_arguments(
        fields,
        "a struct around one value is stored as that value: it has no name and no default",
        diagnostics,
    );
    let mut all = fields.members().zip(fields);
    let (Some((member, field)), None) = (all.next(), all.next()) else {
        let n_fields = fields.len();
        let message = format!(
            "a transparent struct is stored as its one value, and this one has {n_fields}; remove `transparent`, or the other fields"
        );
        diagnostics.at(transparent, message);
        return None;
    };
    Some(AttributeShape::Wrapped(member, Box::new(field.ty.clone())))
}

fn refuse_rule(written: &TypeAttributes, diagnostics: &mut Diagnostics) {
    if let Some((argument, _)) = &written.rename_all {
        diagnostics.at(argument, "these fields have no names that could be renamed; remove this");
    }
}

fn refuse_arguments(fields: &Fields, message: &str, diagnostics: &mut Diagnostics) {
    for field in fields {
        if let Some(attribute) = field.attrs.iter().find(|attribute| attribute.path().is_ident("attr")) {
            diagnostics.at(attribute, message);
        }
    }
}

fn member(field: &syn::Field, rule: Option<Rule>, diagnostics: &mut Diagnostics) -> Field {
    let mut field = Field::of(field, rule, diagnostics);
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

fn of_enum(
    input: &DeriveInput,
    data: &syn::DataEnum,
    written: &TypeAttributes,
    diagnostics: &mut Diagnostics,
) -> Option<AttributeShape> {
    if data.variants.is_empty() {
        diagnostics.at(&input.ident, "an enum without variants has nothing to store");
        return None;
    }
    if let Some(transparent) = &written.transparent {
        diagnostics.at(transparent, "`transparent` is for structs around one value");
    }
    let tagging = match (&written.tag, &written.content) {
        (None, None) => None,
        (Some((_, tag)), None) => Some(Tagging::Internal(tag.clone())),
        (Some((_, tag)), Some((_, content))) => {
            if tag.value() == content.value() {
                let message = format!("`{}` is the tag already; give the content another name", tag.value());
                diagnostics.at(content, message);
            }
            Some(Tagging::Adjacent { tag: tag.clone(), content: content.clone() })
        }
        (None, Some((content, _))) => {
            let message = "`content` is what stands beside a tag; add `tag = \"...\"`, or remove it";
            diagnostics.at(content, message);
            return None;
        }
    };
    let rule = written.rename_all.as_ref().map(|(_, rule)| *rule);
    let variants: Vec<Variant> =
        data.variants.iter().filter_map(|v| variant(v, rule, tagging.as_ref(), diagnostics)).collect();
    if variants.len() < data.variants.len() {
        return None;
    }
    let is_text = |variant: &Variant| matches!(variant.holds, Holds::Nothing | Holds::Unknown(_));
    Some(match tagging {
        None if variants.iter().all(is_text) => AttributeShape::Choice(variants),
        tagging => AttributeShape::Tagged(tagging.unwrap_or(Tagging::External), variants),
    })
}

fn variant(
    variant: &syn::Variant,
    rule: Option<Rule>,
    tagging: Option<&Tagging>,
    diagnostics: &mut Diagnostics,
) -> Option<Variant> {
    let written = VariantAttributes::read(&variant.attrs, diagnostics);
    let ident = &variant.ident;
    let name = ident.unraw().to_string();
    let name = rule.map_or_else(|| name.clone(), |rule| names::renamed(&name, rule));
    if let (Some((argument, _)), false) = (&written.rename_all, matches!(variant.fields, Fields::Named(_))) {
        diagnostics.at(argument, "this variant has no fields with names that could be renamed; remove this");
    }
    if !matches!(variant.fields, Fields::Named(_)) {
        let message = "a field without a name has no attribute of its own, and takes no arguments";
        refuse_arguments(&variant.fields, message, diagnostics);
    }
    let mut types: Vec<Type> = variant.fields.iter().map(|field| field.ty.clone()).collect();
    let holds = match (&variant.fields, &written.other) {
        (Fields::Unnamed(_), Some(_)) if types.len() == 1 => Holds::Unknown(Box::new(types.remove(0))),
        (_, Some(other)) => {
            let message = format!(
                "`other` keeps what no variant is known for, and needs a place for it: `{ident}(String)` in an enum that is stored as text, `{ident}(Value)` in others"
            );
            diagnostics.at(other, message);
            return None;
        }
        (Fields::Unit, None) => Holds::Nothing,
        (Fields::Unnamed(fields), None) if types.len() != 1 => {
            if let Some(Tagging::Internal(tag)) = tagging {
                let message = format!(
                    "the fields of `{ident}` are stored beside the tag `{}`, for which they need names: `{ident} {{ .. }}`; or add `content = \"...\"` to the enum, and they are a list",
                    tag.value()
                );
                diagnostics.at(fields, message);
                return None;
            }
            Holds::List(types)
        }
        (Fields::Unnamed(_), None) => Holds::Value(Box::new(types.remove(0))),
        (Fields::Named(fields), None) => {
            let rule = written.rename_all.as_ref().map(|(_, rule)| *rule);
            let fields = fields.named.iter().map(|field| member(field, rule, diagnostics));
            Holds::Map(fields.collect())
        }
    };
    let stored = written.rename.unwrap_or_else(|| LitStr::new(&name, ident.span()));
    Some(Variant { ident: ident.clone(), stored, aliases: written.aliases, holds })
}
