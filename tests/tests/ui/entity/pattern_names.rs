use dynorm::prelude::*;

#[derive(Entity)]
#[entity(table = "Products", pk = id, name = by_id)]
#[entity(index(ByName, name = by_name, pk = name))]
#[entity(index(ByMaker, name = by_name, pk = maker))]
#[entity(index(ByYear, name = key, pk = year))]
#[entity(index("2nd", pk = second))]
struct Product {
    id: String,
    name: String,
    maker: String,
    year: u16,
    second: String,
}

fn main() {}
