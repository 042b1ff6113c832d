use dynorm::prelude::*;

#[derive(Table)]
#[table(name = "Catalog", pk = "PK", sk = "SK", entities(Product))]
#[table(gsi(GSI1, pk = "GSI1PK", sk = "GSI1SK"))]
#[table(lsi(LSI1, sk = "LSI1SK"))]
struct Catalog;

#[derive(Entity)]
#[entity(table = Catalog, pk = "PRODUCT#{id}", sk = "METADATA")]
#[entity(index(GSI1, pk = "NAME#{name}"))]
struct Product {
    id: String,
    name: String,
}

fn main() {}
