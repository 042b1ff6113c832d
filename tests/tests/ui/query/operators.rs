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
    db.query(Order::of_customer("ann")).filter(Order::TOTAL.begins_with("5")).all().await?;
    db.query(Order::of_customer("ann")).filter(Order::TOTAL.contains(5)).all().await?;
    db.query(Order::of_customer("ann")).filter(Order::PAID.lt(true)).all().await?;
    db.query(Order::of_customer("ann")).filter(Order::PAID.size().ge(1)).all().await?;
    Ok(())
}

fn main() {}
