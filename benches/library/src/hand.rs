//! What a careful person writes by hand against the SDK's map.

use std::collections::{BTreeMap, HashMap};

use aws_sdk_dynamodb::types::AttributeValue;

use crate::order::{Address, Line, Order, Status};

pub type Map = HashMap<String, AttributeValue>;

fn s(text: &str) -> AttributeValue {
    AttributeValue::S(text.to_owned())
}

fn n(number: impl ToString) -> AttributeValue {
    AttributeValue::N(number.to_string())
}

pub fn encode(order: &Order) -> Map {
    let mut map = HashMap::with_capacity(12);
    map.insert("customer".to_owned(), s(&order.customer));
    map.insert("number".to_owned(), n(order.number));
    map.insert("email".to_owned(), s(&order.email));
    let status = match order.status {
        Status::Open => "Open",
        Status::Paid => "Paid",
    };
    map.insert("status".to_owned(), s(status));
    map.insert("total".to_owned(), n(order.total));
    map.insert("placed_at".to_owned(), n(order.placed_at));
    map.insert("paid".to_owned(), AttributeValue::Bool(order.paid));
    if let Some(note) = &order.note {
        map.insert("note".to_owned(), s(note));
    }
    map.insert("rating".to_owned(), n(order.rating));
    let line = |line: &Line| {
        let mut map = HashMap::with_capacity(3);
        map.insert("sku".to_owned(), s(&line.sku));
        map.insert("quantity".to_owned(), n(line.quantity));
        map.insert("price".to_owned(), n(line.price));
        AttributeValue::M(map)
    };
    map.insert("lines".to_owned(), AttributeValue::L(order.lines.iter().map(line).collect()));
    let counts = order.counts.iter().map(|(name, count)| (name.clone(), n(count))).collect();
    map.insert("counts".to_owned(), AttributeValue::M(counts));
    let mut address = HashMap::with_capacity(3);
    address.insert("street".to_owned(), s(&order.address.street));
    address.insert("city".to_owned(), s(&order.address.city));
    address.insert("code".to_owned(), n(order.address.code));
    map.insert("address".to_owned(), AttributeValue::M(address));
    map
}

/// Why a map is no order.
#[derive(Debug)]
pub struct Wrong(#[allow(dead_code, reason = "it is shown")] pub &'static str);

fn text(map: &mut Map, name: &'static str) -> Result<String, Wrong> {
    match map.remove(name) {
        Some(AttributeValue::S(text)) => Ok(text),
        _ => Err(Wrong(name)),
    }
}

fn number<T: std::str::FromStr>(map: &mut Map, name: &'static str) -> Result<T, Wrong> {
    match map.remove(name) {
        Some(AttributeValue::N(number)) => number.parse().map_err(|_| Wrong(name)),
        _ => Err(Wrong(name)),
    }
}

fn inner(map: &mut Map, name: &'static str) -> Result<Map, Wrong> {
    match map.remove(name) {
        Some(AttributeValue::M(map)) => Ok(map),
        _ => Err(Wrong(name)),
    }
}

pub fn decode(mut map: Map) -> Result<Order, Wrong> {
    let status = match text(&mut map, "status")?.as_str() {
        "Open" => Status::Open,
        "Paid" => Status::Paid,
        _ => return Err(Wrong("status")),
    };
    let paid = match map.remove("paid") {
        Some(AttributeValue::Bool(paid)) => paid,
        _ => return Err(Wrong("paid")),
    };
    let note = match map.remove("note") {
        Some(AttributeValue::S(note)) => Some(note),
        None => None,
        _ => return Err(Wrong("note")),
    };
    let line = |value| match value {
        AttributeValue::M(mut map) => Ok(Line {
            sku: text(&mut map, "sku")?,
            quantity: number(&mut map, "quantity")?,
            price: number(&mut map, "price")?,
        }),
        _ => Err(Wrong("lines")),
    };
    let lines = match map.remove("lines") {
        Some(AttributeValue::L(lines)) => lines.into_iter().map(line).collect::<Result<_, _>>()?,
        _ => return Err(Wrong("lines")),
    };
    let count = |(name, value)| match value {
        AttributeValue::N(count) => Ok((name, count.parse().map_err(|_| Wrong("counts"))?)),
        _ => Err(Wrong("counts")),
    };
    let counts = inner(&mut map, "counts")?.into_iter().map(count).collect::<Result<BTreeMap<_, _>, _>>()?;
    let mut address = inner(&mut map, "address")?;
    let address = Address {
        street: text(&mut address, "street")?,
        city: text(&mut address, "city")?,
        code: number(&mut address, "code")?,
    };
    Ok(Order {
        customer: text(&mut map, "customer")?,
        number: number(&mut map, "number")?,
        email: text(&mut map, "email")?,
        status,
        total: number(&mut map, "total")?,
        placed_at: number(&mut map, "placed_at")?,
        paid,
        note,
        rating: number(&mut map, "rating")?,
        lines,
        counts,
        address,
    })
}
