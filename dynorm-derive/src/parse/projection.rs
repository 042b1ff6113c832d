//! `#[projection(...)]`.

use syn::{Attribute, Expr, Path};

use super::{attributes, set, suggest, value};
use crate::diagnostics::Diagnostics;

/// The entity that is written on a projection.
pub(crate) fn entity(on: &[Attribute], diagnostics: &mut Diagnostics) -> Option<Path> {
    let mut entity = None;
    attributes(on, "projection", diagnostics, |name, input, diagnostics| {
        if name != "of" {
            return Err(suggest::unknown("argument of `#[projection(...)]`:", name, &["of"]));
        }
        set(&mut entity, name, value(name, input, "Order")?, diagnostics);
        Ok(())
    });
    entity
}

/// The path that is written on a field of a projection.
pub(crate) fn path(on: &[Attribute], diagnostics: &mut Diagnostics) -> Option<Expr> {
    let mut path = None;
    attributes(on, "projection", diagnostics, |name, input, diagnostics| {
        if name != "path" {
            return Err(suggest::unknown("argument of `#[projection(...)]` on a field:", name, &["path"]));
        }
        set(&mut path, name, value(name, input, "Order::SHIP_TO.at(Address::CITY)")?, diagnostics);
        Ok(())
    });
    path
}
