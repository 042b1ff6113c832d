use dynorm::prelude::*;

// Two entities whose fields have the same names.

#[derive(Entity)]
#[entity(table = "Orders", pk = "ORDER#{number}")]
#[entity(index(GSI1, name = by_state, pk = "ALL", sk = "{state}#{placed_on}"))]
struct Order {
    number: u32,
    state: String,
    placed_on: String,
}

#[derive(Entity)]
#[entity(table = "Returns", pk = "RETURN#{number}")]
#[entity(index(GSI1, name = by_state, pk = "ALL", sk = "{state}#{placed_on}"))]
struct Return {
    number: u32,
    state: String,
    placed_on: String,
}

async fn run(db: Db) -> dynorm::Result<()> {
    db.update(Order::key(7u32)).set(Order::STATE, "open").await?;
    db.update(Return::key(7u32)).set(Return::PLACED_ON, "2024-01-15").await?;
    Ok(())
}

fn main() {}
