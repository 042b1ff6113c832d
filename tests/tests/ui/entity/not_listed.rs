use dynorm::prelude::*;

#[derive(Table)]
#[table(name = "Catalog", pk = "PK", entities(Product))]
struct Catalog;

#[derive(Entity)]
#[entity(table = Catalog, pk = "PRODUCT#{id}")]
struct Product {
    id: String,
}

#[derive(Entity)]
#[entity(table = Catalog, pk = "MAKER#{id}")]
struct Maker {
    id: String,
}

fn main() {}
