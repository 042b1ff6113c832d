use dynorm::prelude::*;

struct Money(u64);

#[derive(Table)]
#[table(name = "Catalog", pk = "PK", sk = "SK", entities(Product, Review), tll = "ttl")]
struct Catalog;

#[derive(Entity)]
#[entity(table = Catalog, pk = "PRODUCT#{idd}", sk = "META##DATA", scam)]
#[entity(index(GSI1, pk = "CATEGORY#{category}{price}"))]
struct Product {
    id: String,
    category: String,
    #[attr(renam = "p")]
    price: u32,
}

#[derive(Entity)]
#[entity(table = Catalog, pk = "PRODUCT#{product}", sk = "REVIEW#{rating}")]
struct Review {
    product: String,
    rating: f32,
    paid: Money,
}

async fn uses(db: &Db, product: &Product) -> dynorm::Result<()> {
    db.put(product).when(Product::PRICE.lt(5)).await?;
    let _ = db.scan::<Product>().all().await?;
    db.query(Review::partition("p").rating(1.0)).all().await?;
    Ok(())
}

fn main() {}
