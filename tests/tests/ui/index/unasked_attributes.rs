use dynorm::prelude::*;

#[derive(Table)]
#[table(name = "Catalog", pk = "PK", sk = "SK", entities(Product, Offer, Review, Event))]
#[table(gsi(ByMaker, pk = ["maker", "line"], sk = ["year": N, "id"]))]
struct Catalog;

#[derive(Entity)]
#[entity(table = Catalog, pk = "PRODUCT#{id}", sk = "PRODUCT")]
#[entity(index(ByMaker, name = by_maker, pk = [maker, line], sk = [year, id]))]
struct Product {
    id: String,
    maker: String,
    line: String,
    year: u32,
}

// It would be in the index.
#[derive(Entity)]
#[entity(table = Catalog, pk = "OFFER#{id}", sk = "OFFER")]
struct Offer {
    id: String,
    maker: String,
    line: String,
    year: u32,
}

// It is not in the index, but its years are no numbers.
#[derive(Entity)]
#[entity(table = Catalog, pk = "REVIEW#{id}", sk = "REVIEW")]
struct Review {
    id: String,
    year: String,
}

// Nor can a list be a key.
#[derive(Entity)]
#[entity(table = Catalog, pk = "EVENT#{id}", sk = "EVENT")]
struct Event {
    id: String,
    line: Vec<String>,
}

fn main() {}
