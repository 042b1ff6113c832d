use dynorm::prelude::*;

#[derive(Table)]
#[table(name = "Product Catalog", pk = "PK", sk = "")]
#[table(gsi(I1, pk = "GSI1PK"))]
struct Catalog;

fn main() {}
