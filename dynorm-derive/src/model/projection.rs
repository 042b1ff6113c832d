//! A projection: some fields of an entity.

use syn::{Data, DeriveInput, Expr, Fields, Ident, Path, Type};

use super::names;
use crate::diagnostics::Diagnostics;
use crate::parse::projection;

/// A projection.
pub(crate) struct Projection {
    pub(crate) ident: Ident,
    pub(crate) entity: Path,
    pub(crate) fields: Vec<ProjectedField>,
}

/// A field of a projection.
pub(crate) struct ProjectedField {
    pub(crate) ident: Ident,
    pub(crate) ty: Type,
    pub(crate) source: Source,
}

/// What a field is read from.
pub(crate) enum Source {
    /// The field of the same name.
    SameName,
    /// A constant of the entity.
    Field(Expr),
    /// A path into an attribute.
    Part(Expr),
}

impl Projection {
    /// The projection that a struct declares; the entity, if that can be had, where there are mistakes.
    pub(crate) fn of_struct(
        input: &DeriveInput,
        diagnostics: &mut Diagnostics,
    ) -> Result<Self, Option<Path>> {
        let entity = projection::entity(&input.attrs, diagnostics);
        if entity.is_none() && diagnostics.is_empty() {
            let message =
                format!("projection `{}` has no entity; add `#[projection(of = Order)]`", input.ident);
            diagnostics.at(&input.ident, message);
        }
        if !input.generics.params.is_empty() {
            diagnostics
                .at(&input.generics, "a projection must not be generic: it has the types of its entity");
        }
        let named = match &input.data {
            Data::Struct(data) => match &data.fields {
                Fields::Named(fields) if !fields.named.is_empty() => Some(fields),
                _ => None,
            },
            _ => None,
        };
        let Some(fields) = named else {
            let message = "a projection is a struct with named fields, which are fields of its entity; to read only keys, use `.keys()`";
            diagnostics.at(&input.ident, message);
            return Err(entity);
        };
        let fields = fields.named.iter().map(|field| ProjectedField::of(field, diagnostics)).collect();
        match entity {
            Some(entity) if diagnostics.is_empty() => Ok(Self { ident: input.ident.clone(), entity, fields }),
            entity => Err(entity),
        }
    }
}

impl ProjectedField {
    fn of(field: &syn::Field, diagnostics: &mut Diagnostics) -> Self {
        let source = match projection::path(&field.attrs, diagnostics) {
            None => Source::SameName,
            Some(path) if matches!(path, Expr::Path(_)) => Source::Field(path),
            Some(path) => Source::Part(path),
        };
        if let Source::Field(path) | Source::Part(path) = &source
            && root(path).is_none()
        {
            let message =
                "a path begins with a constant of the entity, such as `Order::SHIP_TO.at(Address::CITY)`";
            diagnostics.at(path, message);
        }
        Self { ident: field.ident.clone().unwrap_or_else(|| names::local(0)), ty: field.ty.clone(), source }
    }

    /// The constant of the field that this one is read from.
    pub(crate) fn constant(&self) -> Ident {
        let of_path = match &self.source {
            Source::SameName => None,
            Source::Field(path) | Source::Part(path) => root(path),
        };
        of_path.unwrap_or_else(|| names::constant(&self.ident))
    }
}

/// The constant that a path begins with.
fn root(path: &Expr) -> Option<Ident> {
    match path {
        Expr::Path(path) if path.path.segments.len() > 1 => {
            path.path.segments.last().map(|s| s.ident.clone())
        }
        Expr::MethodCall(call) => root(&call.receiver),
        Expr::Paren(inner) => root(&inner.expr),
        Expr::Group(inner) => root(&inner.expr),
        _ => None,
    }
}
