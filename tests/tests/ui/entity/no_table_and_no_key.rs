use dynorm::prelude::*;

#[derive(Entity)]
struct Product {
    id: String,
    stock: u32,
}

fn main() {
    let _ = Product::STOCK.ge(1);
}
