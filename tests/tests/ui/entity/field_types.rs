use dynorm::prelude::*;

struct Money(u64);

#[derive(Entity)]
#[entity(table = "Products", pk = id)]
struct Product {
    id: String,
    price: Money,
    prices: Vec<Option<Money>>,
    #[attr(default)]
    name: &'static str,
}

fn main() {}
