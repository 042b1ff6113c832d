use dynorm::prelude::*;

#[derive(Entity)]
#[entity(table = "Products", pk = id, sort = at, tags = "P")]
#[entity(index(ByName, pk = name, projections = all))]
struct Product {
    id: String,
    at: u64,
    #[attr(renamed = "n")]
    name: String,
    #[attr(rename)]
    maker: String,
    #[attr(version)]
    version: u64,
}

fn main() {}
