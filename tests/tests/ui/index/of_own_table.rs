use dynorm::prelude::*;

#[derive(Entity)]
#[entity(table = "Products", pk = id, sk = name)]
#[entity(index(ByName, sk = name))]
#[entity(index(ByMaker, local, pk = maker, sk = name))]
struct Product {
    id: String,
    name: String,
    maker: String,
}

#[derive(Entity)]
#[entity(table = "Users", pk = id)]
#[entity(index(ByName, local, sk = name))]
struct User {
    id: String,
    name: String,
}

fn main() {}
