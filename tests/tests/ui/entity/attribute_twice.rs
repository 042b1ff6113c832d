use dynorm::prelude::*;

#[derive(Entity)]
#[entity(table = "Products", pk = id)]
struct Product {
    id: String,
    name: String,
    #[attr(rename = "name")]
    title: String,
    #[attr(rename = "")]
    maker: String,
}

fn main() {}
