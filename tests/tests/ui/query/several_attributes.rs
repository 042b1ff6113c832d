use dynorm::prelude::*;

#[derive(Entity)]
#[entity(table = "Products", pk = "PRODUCT#{id}", sk = "PRODUCT")]
#[entity(index(ByMaker, name = by_maker, pk = [maker, line], sk = [year, id]))]
struct Product {
    id: String,
    maker: String,
    line: String,
    year: u32,
    stock: u32,
}

fn reads(db: &Db) {
    // All attributes of the partition key are needed.
    let _ = Product::by_maker("acme");
    // A sort attribute after another.
    let _ = Product::by_maker("acme", "amp").id("x");
    let _ = Product::by_maker("acme", "amp").year_in(2020..).id("x");
    // Each of its type.
    let _ = Product::by_maker("acme", "amp").year("2020");
    // What is a key is narrowed, not filtered.
    let _ = db.query(Product::by_maker("acme", "amp")).filter(Product::YEAR.gt(2020u32));
    let _ = db.query(Product::by_maker("acme", "amp")).filter(Product::LINE.eq("amp"));
    let _ = db.query(Product::by_maker("acme", "amp")).filter(Product::STOCK.gt(0u32));
}

fn main() {}
