use dynorm::prelude::*;

struct Catalog;

#[derive(Entity)]
#[entity(table = Catalog, pk = "PRODUCT#{id}")]
struct Product {
    id: String,
}

fn main() {}
