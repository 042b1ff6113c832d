use dynorm::prelude::*;

use chrono::NaiveDateTime;
use rust_decimal::Decimal;

#[derive(Entity)]
#[entity(table = "Places", pk = "PLACE#{latitude}", sk = "SEEN#{at}#{price}")]
struct Place {
    latitude: f64,
    at: NaiveDateTime,
    price: Decimal,
}

#[derive(Entity)]
#[entity(table = "Places", pk = latitude, sk = "MAYBE#{name}")]
struct Plain {
    latitude: f64,
    name: Option<String>,
}

#[derive(Entity)]
#[entity(table = "Places", pk = name, sk = tags)]
struct Optional {
    name: Option<String>,
    tags: Vec<String>,
}

fn main() {}
