use dynorm::prelude::*;

#[derive(Table)]
#[table(sk = "SK", entities(Product))]
struct Catalog;

#[derive(Entity)]
#[entity(table = Catalog, pk = "PRODUCT#{id}", sk = "METADATA")]
struct Product {
    id: String,
}

fn main() {}
