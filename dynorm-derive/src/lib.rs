//! The derives of dynorm: `Table`, `Entity`, `Attribute`, `Projection`, `Collection`.
//!
//! Each derive goes the same way: `parse` reads attributes as they are written, `model` decides what they mean,
//! `validate` checks the rules, `expand` writes the code. `diagnostics` collects the mistakes of the first three, so
//! that one compile shows all of them; next to mistakes stand implementations that keep other code from complaining.
//!
//! Generated code is thin: const data, typed handles, and calls of generic functions of the library. It names only
//! `::dynorm::__private` and `::core`.

mod diagnostics;
mod expand;
mod model;
mod parse;
mod validate;

use proc_macro::TokenStream;
use syn::{DeriveInput, parse_macro_input};

use crate::diagnostics::Diagnostics;

/// Declares a table: its keys, its indexes, and the entities whose items are in it. `dynorm::Table` lists the arguments.
#[proc_macro_derive(Table, attributes(table))]
pub fn table(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    let mut diagnostics = Diagnostics::default();
    let table = model::table::Table::of_struct(&input, &mut diagnostics);
    let mut code = match &table {
        Some(table) => {
            validate::table::check(table, &mut diagnostics);
            expand::table(table, diagnostics.is_empty())
        }
        None => expand::broken_table(&input),
    };
    code.extend(diagnostics.into_errors());
    code.into()
}

/// Declares an entity: a struct that is stored as items of a table. `dynorm::Entity` lists the arguments.
#[proc_macro_derive(Entity, attributes(entity, attr))]
pub fn entity(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    let mut diagnostics = Diagnostics::default();
    let mut code = match model::entity::Entity::of_struct(&input, &mut diagnostics) {
        Ok(entity) => {
            validate::entity::check(&entity, &mut diagnostics);
            expand::entity(&entity, diagnostics.is_empty())
        }
        Err(broken) => {
            validate::entity::check_fields(&broken.fields, &mut diagnostics);
            expand::broken_entity(&input, &broken)
        }
    };
    code.extend(diagnostics.into_errors());
    code.into()
}

/// Declares a type that can be stored in an attribute. `dynorm::Attribute` says how.
#[proc_macro_derive(Attribute, attributes(attr))]
pub fn attribute(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    let mut diagnostics = Diagnostics::default();
    let mut code = match model::attribute::AttributeType::of(&input, &mut diagnostics) {
        Some(attribute) => {
            validate::attribute::check(&attribute, &mut diagnostics);
            expand::attribute(&attribute, diagnostics.is_empty())
        }
        None => expand::broken_attribute(&input),
    };
    code.extend(diagnostics.into_errors());
    code.into()
}

/// Declares what some fields of an entity are read as. `dynorm::Projection` says how.
#[proc_macro_derive(Projection, attributes(projection))]
pub fn projection(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    let mut diagnostics = Diagnostics::default();
    let mut code = match model::projection::Projection::of_struct(&input, &mut diagnostics) {
        Ok(projection) => expand::projection(&projection),
        Err(entity) => expand::broken_projection(&input, entity.as_ref()),
    };
    code.extend(diagnostics.into_errors());
    code.into()
}

/// Declares a collection: the items of one partition, of several entities. `dynorm::Collection` lists the arguments.
#[proc_macro_derive(Collection, attributes(collection))]
pub fn collection(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    let mut diagnostics = Diagnostics::default();
    let mut code = match model::collection::Collection::of(&input, &mut diagnostics) {
        Some(collection) => {
            validate::collection::check(&collection, &mut diagnostics);
            expand::collection(&collection, diagnostics.is_empty())
        }
        None => expand::broken_collection(&input),
    };
    code.extend(diagnostics.into_errors());
    code.into()
}
