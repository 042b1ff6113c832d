use dynorm::prelude::*;

#[derive(Entity)]
#[entity(table = "Reviews", pk = product, sk = "REVIEW#{create_on}#{user}")]
#[entity(index(ByUser, pk = "USER#{userid}"))]
struct Review {
    product_id: String,
    created_on: u32,
    user_id: String,
}

fn main() {}
