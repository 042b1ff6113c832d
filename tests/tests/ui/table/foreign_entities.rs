use dynorm::prelude::*;

#[derive(Table)]
#[table(name = "Catalog", pk = "PK", entities(Product, User, String), allow_overlap(Product, Usr))]
struct Catalog;

#[derive(Entity)]
#[entity(table = Catalog, pk = "PRODUCT#{id}")]
struct Product {
    id: String,
}

#[derive(Entity)]
#[entity(table = "Users", pk = id)]
struct User {
    id: String,
}

fn main() {}
