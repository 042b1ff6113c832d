//! The table and its entities: all that dynorm has to be told.

use chrono::{DateTime, NaiveDate, Utc};
use dynorm::prelude::*;
use rust_decimal::Decimal;
use serde::Serialize;

/// One table for the whole shop, with keys that mean something else for each entity.
#[derive(Table)]
#[table(name = "ProductCatalog", pk = "PK", sk = "SK", ttl = "ttl")]
#[table(gsi(GSI1, pk = "GSI1PK", sk = "GSI1SK"))]
#[table(gsi(GSI2, pk = "GSI2PK", sk = "GSI2SK"))]
#[table(entities(Product, Review, Listing, Session))]
pub struct Catalog;

/// Whether a product is sold.
#[derive(Attribute, Clone, Copy, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// It is.
    #[default]
    #[attr(rename = "active")]
    Active,
    /// It was.
    #[attr(rename = "retired")]
    Retired,
}

/// A product's metadata.
#[derive(Entity, Clone, Debug, PartialEq, Serialize)]
#[entity(table = Catalog, pk = "PRODUCT#{id}", sk = "METADATA", name = by_id, scan)]
#[entity(index(GSI1, name = by_price, pk = "CATEGORY#{category}", sk = "PRICE#{price:08.2}"))]
#[entity(index(GSI2, name = recent, pk = "STATUS#{status}", sk = "CREATED#{created_at}"))]
pub struct Product {
    pub id: String,
    pub name: String,
    pub category: String,
    pub price: Decimal,
    pub stock: u32,
    #[attr(default)]
    pub status: Status,
    /// Products that were there before dynorm do not have it; `None` keeps them out of `GSI2`.
    pub created_at: Option<DateTime<Utc>>,
}

/// What a user thinks of a product.
#[derive(Entity, Clone, Debug, PartialEq, Serialize)]
#[entity(table = Catalog, pk = "PRODUCT#{product_id}", sk = "REVIEW#{created_on}#{user_id}", name = of_product)]
pub struct Review {
    pub product_id: String,
    pub created_on: NaiveDate,
    pub user_id: String,
    pub rating: u8,
    pub comment: Option<String>,
}

/// A product in the list of its category.
#[derive(Entity, Clone, Debug, PartialEq, Serialize)]
#[entity(table = Catalog, pk = "CATEGORY#{category}", sk = "PRODUCT#{product_id}", name = of_category)]
pub struct Listing {
    pub category: String,
    pub product_id: String,
    pub name: String,
    pub price: Decimal,
}

/// A user who is logged in, for a while.
#[derive(Entity, Clone, Debug, PartialEq, Serialize)]
#[entity(table = Catalog, pk = "SESSION#{token}", sk = "SESSION")]
pub struct Session {
    pub token: String,
    pub user_id: String,
    #[attr(ttl, rename = "ttl")]
    #[serde(skip)]
    pub expires: Expiry,
}

impl Listing {
    /// The listing of a product.
    pub fn of(product: &Product) -> Self {
        Self {
            category: product.category.clone(),
            product_id: product.id.clone(),
            name: product.name.clone(),
            price: product.price,
        }
    }
}

/// Writes a new product and its listing, both or none.
pub async fn add_product(db: &Db, product: &Product) -> dynorm::Result<()> {
    db.transact_write().create(product).put(&Listing::of(product)).await
}
