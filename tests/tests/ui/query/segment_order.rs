use dynorm::prelude::*;

#[derive(Entity, Debug)]
#[entity(table = "Orders", pk = "CUSTOMER#{customer}", sk = "ORDER#{placed_on}#{number}", name = of_customer)]
#[entity(index(ByState, name = by_state, pk = "STATE#{state}", sk = "ORDER#{number}"))]
#[entity(index(ByTotal, name = by_total, pk = "TOTAL#{total}", projection = keys_only))]
struct Order {
    customer: String,
    placed_on: String,
    number: u32,
    state: Option<String>,
    total: u64,
    paid: bool,
    tags: Vec<String>,
}

#[derive(Entity, Debug)]
#[entity(table = "Customers", pk = id)]
struct Customer {
    id: String,
    name: String,
}

async fn uses(db: &Db) -> dynorm::Result<()> {
    db.query(Order::of_customer("ann").number(7u32)).all().await?;
    db.query(Order::of_customer("ann").placed_on_prefix("2024").number(7u32)).all().await?;
    db.query(Order::of_customer("ann").placed_on("2024-01-15").number(7u32).number_in(1..9)).all().await?;
    db.query(Order::of_customer("ann").placed_on("2024-01-15").number_prefix("7")).all().await?;
    Ok(())
}

fn main() {}
