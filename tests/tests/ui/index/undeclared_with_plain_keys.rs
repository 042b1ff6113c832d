use dynorm::prelude::*;

#[derive(Table)]
#[table(name = "Catalog", pk = "id", sk = "name", entities(Product))]
#[table(gsi(GSI1, pk = "brand"))]
struct Catalog;

#[derive(Entity)]
#[entity(table = Catalog, pk = id, sk = name, name = of_id)]
#[entity(index(GSI2, name = by_maker, pk = maker))]
struct Product {
    id: String,
    name: String,
    maker: String,
}

async fn uses(db: &Db) -> dynorm::Result<()> {
    db.query(Product::of_id("a")).filter(Product::MAKER.eq("b")).all().await?;
    Ok(())
}

fn main() {}
