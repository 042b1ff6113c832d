use dynorm::prelude::*;

#[derive(Table)]
#[table(name = "Catalog", pk = "PK")]
#[table(lsi(LSI1, sk = "LSI1SK"))]
#[table(gsi(GSI1, sk = "GSI1SK"))]
#[table(lsi(LSI2, pk = "LSI2PK", sk = "LSI2SK"))]
#[table(lsi(LSI3))]
struct Catalog;

fn main() {}
