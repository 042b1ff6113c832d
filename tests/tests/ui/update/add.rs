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
    db.update(Order::key("ann", 7u32)).add(Order::NOTE, 1).await?;
    db.update(Order::key("ann", 7u32)).add(Order::TOTAL, 1).await?;
    db.update(Order::key("ann", 7u32)).add(Order::NUMBER, 1).await?;
    db.update(Order::key("ann", 7u32)).sub(Order::NOTE, 1).await?;
    db.update(Order::key("ann", 7u32)).append(Order::NOTE, ["x"]).await?;
    Ok(())
}

fn main() {}
