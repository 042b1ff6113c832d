use dynorm::prelude::*;

#[derive(Entity, Debug)]
#[entity(table = "Orders", pk = "CUSTOMER#{customer}", sk = "ORDER#{number}", name = of_customer)]
struct Order {
    customer: String,
    number: u32,
}

async fn items(db: &Db, order: Order) -> dynorm::Result<()> {
    db.get("ann").await?;
    db.get(Order::of_customer("ann")).await?;
    db.get(&order).await?;
    db.update("ann").await?;
    db.update(Order::of_customer("ann")).await?;
    db.delete("ann").await?;
    db.delete(order).await?;
    Ok(())
}

fn main() {}
