use dynorm::prelude::*;

#[derive(Entity)]
#[entity(table = "Products", pk = "PRODUCT#{id}", sk = "PRODUCT")]
#[entity(index(ByMaker, name = by_maker, pk = [maker, line], sk = year))]
struct Product {
    id: String,
    maker: String,
    line: String,
    year: u32,
}

#[derive(Collection)]
#[collection(table = Product, index = ByMaker, pk = "{maker}#{line}")]
struct Line {
    products: Vec<Product>,
}

fn main() {}
