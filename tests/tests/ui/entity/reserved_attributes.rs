use dynorm::prelude::*;

#[derive(Table)]
#[table(name = "Catalog", pk = "PK", entities(Tagged, Keyed))]
struct Catalog;

#[derive(Entity)]
#[entity(table = Catalog, pk = "TAGGED#{id}")]
struct Tagged {
    id: String,
    #[attr(rename = "_type")]
    kind: String,
}

#[derive(Entity)]
#[entity(table = Catalog, pk = "KEYED#{id}")]
struct Keyed {
    id: String,
    #[attr(rename = "PK")]
    part: String,
}

fn main() {}
