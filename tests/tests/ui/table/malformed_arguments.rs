use dynorm::prelude::*;

#[derive(Table)]
#[table(name = Catalog, name = "Catalog", name = "Shop")]
#[table(pk = "PK" sk = "SK")]
#[table(gsi(pk = "GSI1PK"), lsi = "LSI1", ttl)]
#[table(entities = Product, allow_overlap(Product))]
#[table]
struct Catalog;

fn main() {}
