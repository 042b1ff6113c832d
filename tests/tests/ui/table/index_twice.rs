use dynorm::prelude::*;

#[derive(Table)]
#[table(name = "Catalog", pk = "PK", sk = "SK")]
#[table(gsi(GSI1, pk = "GSI1PK"), lsi(GSI1, sk = "LSI1SK"))]
struct Catalog;

fn main() {}
