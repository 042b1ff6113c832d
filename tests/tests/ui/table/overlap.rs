use dynorm::prelude::*;

#[derive(Table)]
#[table(name = "Catalog", pk = "PK", sk = "SK", entities(Order, Note))]
struct Catalog;

#[derive(Entity)]
#[entity(table = Catalog, pk = "CUSTOMER#{customer}", sk = "ORDER#{number}")]
struct Order {
    customer: String,
    number: u32,
}

#[derive(Entity)]
#[entity(table = Catalog, pk = "CUSTOMER#{customer}", sk = "{topic}#{at}")]
struct Note {
    customer: String,
    topic: String,
    at: u32,
}

fn main() {}
