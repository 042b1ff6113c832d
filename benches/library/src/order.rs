//! The entity that is encoded and decoded: 12 fields, among them a list of maps and a map.

use std::collections::BTreeMap;

use dynorm::prelude::*;

/// An order with plain keys, so that the item has the 12 attributes that every subject writes, and no more.
#[derive(Entity, Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
#[entity(table = "Orders", pk = customer, sk = number, name = of_customer, type_attribute = none)]
pub struct Order {
    pub customer: String,
    pub number: u32,
    pub email: String,
    pub status: Status,
    pub total: i64,
    pub placed_at: u64,
    pub paid: bool,
    pub note: Option<String>,
    pub rating: u8,
    pub lines: Vec<Line>,
    pub counts: BTreeMap<String, i64>,
    pub address: Address,
}

#[derive(Attribute, Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub enum Status {
    Open,
    Paid,
}

#[derive(Attribute, Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Line {
    pub sku: String,
    pub quantity: u32,
    pub price: i64,
}

#[derive(Attribute, Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Address {
    pub street: String,
    pub city: String,
    pub code: u32,
}

/// A usual order: three lines, four counts.
pub fn order() -> Order {
    let line = |n: u32| Line { sku: format!("SKU-{n:06}"), quantity: n, price: 1999 };
    let count = |name: &str| (name.to_owned(), 17);
    Order {
        customer: "customer-000042".into(),
        number: 42,
        email: "ann@example.com".into(),
        status: Status::Paid,
        total: 599_700,
        placed_at: 1_767_225_600,
        paid: true,
        note: Some("leave it at the door".into()),
        rating: 5,
        lines: (1..=3).map(line).collect(),
        counts: ["seen", "shared", "returned", "opened"].into_iter().map(count).collect(),
        address: Address { street: "Main Street 1".into(), city: "Bern".into(), code: 3011 },
    }
}

/// A product in a shared table with a filled index, for requests.
#[derive(Entity, Clone, Debug, PartialEq)]
#[entity(table = "Products", pk = "PRODUCT#{id}", sk = "METADATA")]
#[entity(index(GSI1, name = by_price, pk = "CATEGORY#{category}", sk = "PRICE#{cents}"))]
pub struct Product {
    pub id: String,
    pub name: String,
    pub category: String,
    pub cents: u32,
    pub stock: i64,
    pub active: bool,
    pub note: Option<String>,
    pub tags: Vec<String>,
}
