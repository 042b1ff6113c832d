use dynorm::prelude::*;

#[derive(Entity, Debug)]
#[entity(table = "Orders", pk = "CUSTOMER#{customer}", sk = "ORDER#{number}", name = of_customer, scan)]
#[entity(index(ByState, name = by_state, pk = "STATE#{state}", projection = keys_only))]
struct Order {
    customer: String,
    number: u32,
    state: String,
}

async fn reads(db: &Db) -> dynorm::Result<()> {
    db.query(Order::of_customer("ann")).await?;
    db.query(Order::by_state("open")).hydrate().await?;
    db.scan::<Order>().await?;
    Ok(())
}

fn main() {}
