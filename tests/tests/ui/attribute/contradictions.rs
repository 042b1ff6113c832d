use dynorm::prelude::*;

mod cents {}

#[derive(Attribute)]
struct Position {
    lat: u32,
}

#[derive(Attribute)]
struct Address {
    #[attr(flatten, rename = "p")]
    position: Position,
    #[attr(skip, alias = "town")]
    city: String,
    #[attr(with = cents, serde)]
    price: u64,
    #[attr(alias = "zip")]
    code: String,
    #[attr(alias = "code")]
    zip: String,
}

fn main() {}
