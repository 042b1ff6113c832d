use dynorm::prelude::*;

#[derive(Table)]
#[table(name = "Catalog", pk = "PK", sk = "SK", entities(NoSort))]
struct WithSort;

#[derive(Entity)]
#[entity(table = WithSort, pk = "PRODUCT#{id}")]
struct NoSort {
    id: String,
}

#[derive(Table)]
#[table(name = "Catalog", pk = "PK", entities(Sort))]
struct WithoutSort;

#[derive(Entity)]
#[entity(table = WithoutSort, pk = "PRODUCT#{id}", sk = "METADATA")]
struct Sort {
    id: String,
}

#[derive(Table)]
#[table(name = "Catalog", pk = "id": N, entities(Text))]
struct Numbers;

#[derive(Entity)]
#[entity(table = Numbers, pk = "PRODUCT#{id}")]
struct Text {
    id: String,
}

#[derive(Table)]
#[table(name = "Catalog", pk = "id": N, entities(OtherName))]
struct Ids;

#[derive(Entity)]
#[entity(table = Ids, pk = number)]
struct OtherName {
    number: u64,
}

fn main() {}
