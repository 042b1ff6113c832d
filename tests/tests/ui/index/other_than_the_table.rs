use dynorm::prelude::*;

#[derive(Table)]
#[table(name = "Catalog", pk = "PK", sk = "SK", entities(Product, Maker))]
#[table(gsi(ByYear, pk = "year": N, sk = "price": N), gsi(ByMaker, pk = "maker"))]
struct Catalog;

#[derive(Entity)]
#[entity(table = Catalog, pk = "PRODUCT#{id}", sk = "METADATA")]
#[entity(index(ByYear, pk = "YEAR#{built}", sk = cents))]
#[entity(index(ByMaker, pk = maker, sk = "NAME#{id}"))]
struct Product {
    id: String,
    built: u32,
    cents: u32,
    maker: String,
}

#[derive(Entity)]
#[entity(table = Catalog, pk = "MAKER#{name}", sk = "METADATA")]
#[entity(index(ByMaker, pk = number))]
struct Maker {
    name: String,
    number: u32,
}

fn main() {}
