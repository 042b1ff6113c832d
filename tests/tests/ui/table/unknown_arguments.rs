use dynorm::prelude::*;

#[derive(Table)]
#[table(name = "Catalog", pk = "PK", short_key = "SK", type_attribut = none)]
#[table(gsi(GSI1, pk = "GSI1PK", projecton = all))]
#[table(gsi(GSI2, pk = "GSI2PK", projection = key_only))]
#[table(gsi(GSI3, pk = "GSI3PK", projection = include))]
struct Catalog;

fn main() {}
