use dynorm::prelude::*;

#[derive(Table)]
#[table(name = "Catalog", pk = "PK")]
struct Catalog {
    id: String,
}

#[derive(Table)]
#[table(name = "Shop", pk = "PK")]
enum Shop {}

fn main() {}
