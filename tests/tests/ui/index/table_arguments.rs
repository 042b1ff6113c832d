use dynorm::prelude::*;

#[derive(Table)]
#[table(name = "Catalog", pk = "PK", sk = "SK", entities(Product))]
#[table(gsi(GSI1, pk = "GSI1PK", sk = "GSI1SK"))]
#[table(lsi(LSI1, sk = "LSI1SK"))]
struct Catalog;

#[derive(Entity)]
#[entity(table = Catalog, pk = "PRODUCT#{id}", sk = "METADATA", type_attribute = none)]
#[entity(index(GSI1, pk = "NAME#{name}", sk = "X", projection = keys_only))]
#[entity(index(LSI1, local, sk = "NAME#{name}"))]
#[entity(index(GSI1, name = again, pk = "NAME#{name}", sk = "Y"))]
#[entity(index(GSI3))]
struct Product {
    id: String,
    name: String,
}

fn main() {}
