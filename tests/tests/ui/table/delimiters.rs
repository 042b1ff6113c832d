use dynorm::prelude::*;

#[derive(Table)]
#[table(name = "Catalog", pk = "PK", delimiter = "::")]
struct Long;

#[derive(Table)]
#[table(name = "Catalog", pk = "PK", delimiter = "x")]
struct Letter;

#[derive(Table)]
#[table(name = "Catalog", pk = "PK", delimiter = "/")]
struct BeforeDigits;

#[derive(Table)]
#[table(name = "Catalog", pk = "PK", delimiter = "|", entities(Product))]
struct Pipes;

#[derive(Entity)]
#[entity(table = Pipes, pk = "PRODUCT#{id}")]
struct Product {
    id: String,
}

fn main() {}
