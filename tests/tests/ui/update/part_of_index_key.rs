use dynorm::prelude::*;

#[derive(Entity)]
#[entity(table = "Orders", pk = "CUSTOMER#{customer}", sk = "ORDER#{number}")]
#[entity(index(ByState, name = by_state, pk = "STATE", sk = "{state}#{placed_on}#{region}"))]
#[entity(index(ByTotal, name = by_total, pk = "TOTAL#{total}", when = !archived))]
struct Order {
    customer: String,
    number: u32,
    state: String,
    placed_on: u32,
    region: Option<String>,
    total: u64,
    archived: bool,
    #[attr(default)]
    note: String,
}

async fn half_a_key(db: &Db) -> dynorm::Result<()> {
    // Two of three parts.
    db.update(Order::key("ann", 7u32)).set(Order::STATE, "open").given(Order::REGION, "eu".to_owned()).await?;
    // A field that decides, without the field that the key is made of.
    db.update(Order::key("ann", 7u32)).set(Order::ARCHIVED, true).outcome().await?;
    db.update(Order::key("ann", 7u32)).set(Order::ARCHIVED, true).checked().await?;
    // In a transaction.
    db.transact_write().update(Order::key("ann", 7u32), |u| u.set(Order::TOTAL, 5u64)).await?;
    Ok(())
}

async fn nothing_to_lend(db: &Db) -> dynorm::Result<()> {
    db.update(Order::key("ann", 7u32)).set(Order::NOTE, "x").given(Order::NOTE, "y").await?;
    Ok(())
}

fn main() {}
