use dynorm::prelude::*;

#[derive(Entity)]
#[entity(table = "Orders", pk = "CUSTOMER#{customer}", sk = "ORDER#{number}")]
#[entity(index(ByState, name = by_state, pk = "STATE", sk = "{state}#{placed_on}"))]
#[entity(index(ByTotal, name = by_total, pk = "TOTAL#{total}"))]
struct Order {
    customer: String,
    number: u32,
    state: String,
    placed_on: u32,
    total: u64,
    paid: bool,
    #[attr(default)]
    note: String,
    tags: Vec<String>,
}

async fn uses(db: &Db) -> dynorm::Result<()> {
    db.update(Order::key("ann", 7u32)).remove(Order::NOTE).await?;
    db.update(Order::key("ann", 7u32)).remove(Order::PAID).await?;
    db.update(Order::key("ann", 7u32)).remove(Order::NUMBER).await?;
    Ok(())
}

fn main() {}
