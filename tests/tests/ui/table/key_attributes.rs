use dynorm::prelude::*;

#[derive(Table)]
#[table(name = "Catalog", pk = "PK", sk = "PK")]
struct SameName;

#[derive(Table)]
#[table(name = "Catalog", pk = "id": Number)]
struct UnknownKind;

#[derive(Table)]
#[table(name = "Catalog", pk = "id": N)]
#[table(gsi(GSI1, pk = "id"))]
struct TwoKinds;

#[derive(Table)]
#[table(name = "Catalog", pk = "PK", ttl = "_type", type_attribute = "_type")]
#[table(gsi(GSI1, pk = "_type"))]
struct TypeTag;

fn main() {}
