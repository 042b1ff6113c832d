use dynorm::prelude::*;

#[derive(Table)]
#[table(name = "Catalog", pk = "PK", sk = "SK", entities(Few, Turned, Kinds, Renamed, Joined, Single))]
#[table(gsi(ByMaker, pk = ["maker", "line"], sk = ["year": N, "id"]))]
#[table(gsi(ByCode, pk = "code"))]
struct Catalog;

#[derive(Entity)]
#[entity(table = Catalog, pk = "FEW#{id}", sk = "FEW")]
#[entity(index(ByMaker, name = by_maker, pk = maker, sk = [year, id]))]
struct Few {
    id: String,
    maker: String,
    year: u32,
}

#[derive(Entity)]
#[entity(table = Catalog, pk = "TURNED#{id}", sk = "TURNED")]
#[entity(index(ByMaker, name = by_maker, pk = [line, maker], sk = [year, id]))]
struct Turned {
    id: String,
    maker: String,
    line: String,
    year: u32,
}

#[derive(Entity)]
#[entity(table = Catalog, pk = "KINDS#{id}", sk = "KINDS")]
#[entity(index(ByMaker, name = by_maker, pk = [maker, line], sk = [year, id]))]
struct Kinds {
    id: String,
    maker: String,
    line: String,
    year: String,
}

#[derive(Entity)]
#[entity(table = Catalog, pk = "RENAMED#{id}", sk = "RENAMED")]
#[entity(index(ByMaker, name = by_maker, pk = [maker, series], sk = [year, id]))]
struct Renamed {
    id: String,
    maker: String,
    series: String,
    year: u32,
}

#[derive(Entity)]
#[entity(table = Catalog, pk = "JOINED#{id}", sk = "JOINED")]
#[entity(index(ByMaker, name = by_maker, pk = "{maker}#{line}", sk = "{year}#{id}"))]
struct Joined {
    id: String,
    maker: String,
    line: String,
    year: u32,
}

#[derive(Entity)]
#[entity(table = Catalog, pk = "SINGLE#{id}", sk = "SINGLE")]
#[entity(index(ByCode, name = by_code, pk = [code, id]))]
struct Single {
    id: String,
    code: String,
}

fn main() {}
