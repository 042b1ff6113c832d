//! The derives of dynorm: `Table`, `Entity`, `Attribute`.
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

/// Declares a table: its keys, its indexes, and the entities whose items are in it.
///
/// ```
/// # use dynorm::prelude::*;
/// #[derive(Table)]
/// #[table(name = "ProductCatalog", pk = "PK", sk = "SK", ttl = "ttl")]
/// #[table(gsi(GSI1, pk = "GSI1PK", sk = "GSI1SK"))]
/// #[table(entities(Product, Review))]
/// pub struct Catalog;
/// # #[derive(Entity)]
/// # #[entity(table = Catalog, pk = "PRODUCT#{id}", sk = "METADATA")]
/// # struct Product { id: String }
/// # #[derive(Entity)]
/// # #[entity(table = Catalog, pk = "PRODUCT#{product}", sk = "REVIEW#{number}")]
/// # struct Review { product: String, number: u32 }
/// ```
///
/// | `#[table(...)]` | |
/// |---|---|
/// | `name = "..."` | the table's name, unless the `Db` gives it another |
/// | `pk = "PK"`, `sk = "SK"` | the key attributes; text, unless `"id": N` or `"id": B` says otherwise |
/// | `gsi(NAME, pk = "...", sk = "...")` | a global secondary index; the name may be in quotes |
/// | `lsi(NAME, sk = "...")` | a local secondary index, with the partition key of the table |
/// | `projection = all` | in an index: `all` (default), `keys_only`, or `include("a", "b")` |
/// | `ttl = "..."` | the attribute of the time to live |
/// | `type_attribute = "_type"` | where the type tag of items is; with `none`, items are told apart by their keys |
/// | `delimiter = "#"` | what stands between the segments of key templates: one punctuation character |
/// | `entities(A, B)` | all entities of the table |
/// | `allow_overlap(A, B)` | that these two can have the same key |
///
/// The compiler proves that no two entities of the table can write the same item.
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

/// Declares an entity: a struct that is stored as items of a table.
///
/// ```
/// # use dynorm::prelude::*;
/// # #[derive(Table)]
/// # #[table(name = "Catalog", pk = "PK", sk = "SK", gsi(GSI1, pk = "GSI1PK", sk = "GSI1SK"), entities(Review))]
/// # struct Catalog;
/// #[derive(Entity)]
/// #[entity(table = Catalog, name = of_product, pk = "PRODUCT#{product}", sk = "REVIEW#{number}")]
/// #[entity(index(GSI1, name = by_user, pk = "USER#{user}", sk = "RATING#{rating}"))]
/// pub struct Review {
///     product: String,
///     number: u32,
///     user: String,
///     rating: Option<u8>,
///     #[attr(rename = "desc", default)]
///     description: String,
/// }
///
/// let key = Review::key("laptop", 7u32);
/// let good = Review::by_user("ann").rating_in(4..);
/// let long = Review::DESCRIPTION.size().gt(1000);
/// ```
///
/// It makes a function for the primary key, one for each access pattern, with a type whose methods narrow it from left
/// to right, and a constant for each field.
///
/// | `#[entity(...)]` | |
/// |---|---|
/// | `table = Catalog` | the type that derives `Table`; a text instead is the name of a table that only this entity is in |
/// | `pk = ...`, `sk = ...` | the primary key: a template in quotes, or the name of a field that is a key attribute by itself |
/// | `name = of_product` | the name of the access pattern of the primary key; `partition` unless given |
/// | `index(NAME, name = by_user, pk = ..., sk = ...)` | the keys in an index, and the name of its access pattern; a local index has no `pk` |
/// | `tag = "..."` | the type tag of its items, unless it is to be the struct's name |
/// | `scan` | that it may be scanned |
/// | `delimiter = "#"` | that of the table |
///
/// With a table of its own, the entity says what the table would: `type_attribute`, and in indexes `local` and
/// `projection`. Key attributes are then named after plain fields, and `PK`, `SK`, `NAMEPK`, `NAMESK` for templates.
///
/// # Key templates
///
/// A template is a list of segments with delimiters between them: `REVIEW#{created_on}#{user}`. A segment is a literal,
/// a field, or a literal and then a field. In a sort key, a field's text sorts as its values do.
///
/// | Format | |
/// |---|---|
/// | `{field}` | as the type is usually written; in a sort key, so that it sorts: numbers are padded |
/// | `{field:08}` | a whole number in 8 digits |
/// | `{field:08.2}` | a decimal number in 8 characters, 2 of them decimals |
/// | `{field:desc}`, `{field:08:desc}` | the largest first |
/// | `{field:escaped}` | text that may contain the delimiter |
/// | `{field:raw}` | as it is, in a sort key that does not sort by it |
///
/// An index may use `Option` fields: while one is `None`, the item is not in the index.
///
/// # Fields
///
/// | `#[attr(...)]` | |
/// |---|---|
/// | `rename = "..."` | the name of the attribute |
/// | `default`, `default = expression` | what an absent attribute is read as |
/// | `ttl` | the item expires at this time |
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

/// Declares a type that can be stored in an attribute.
///
/// | Type | Stored as |
/// |---|---|
/// | struct with named fields | M; each field has a constant, for paths such as `Order::SHIP_TO.at(Address::CITY)` |
/// | enum without fields | S, the name of the variant; it can be part of a key, and a key by itself |
/// | struct around one value | as that value; it can be in keys, and be compared, where the value can |
///
/// ```
/// # use dynorm::prelude::*;
/// #[derive(Attribute)]
/// enum Status {
///     Active,
///     #[attr(rename = "gone")]
///     Retired,
/// }
///
/// #[derive(Attribute)]
/// struct Address {
///     city: String,
///     #[attr(rename = "zip", default)]
///     code: String,
/// }
///
/// #[derive(Attribute)]
/// struct UserId(String);
/// ```
#[proc_macro_derive(Attribute, attributes(attr))]
pub fn attribute(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    let mut diagnostics = Diagnostics::default();
    let mut code = match model::attribute::AttributeType::of(&input, &mut diagnostics) {
        Some(attribute) => {
            validate::attribute::check(&attribute, &mut diagnostics);
            expand::attribute(&attribute)
        }
        None => expand::broken_attribute(&input),
    };
    code.extend(diagnostics.into_errors());
    code.into()
}
