use dynorm::prelude::*;

#[derive(Entity)]
#[entity(table = "Reviews", pk = "PRODUCT#{product}", sk = "REVIEW#{number}")]
struct Review {
    product: String,
    number: u32,
}

fn main() {
    let _ = Review::key("laptop");
    let _ = Review::key("laptop", "7");
    let _ = Review::key(7, 7);
}
