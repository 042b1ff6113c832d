use dynorm::op::{BatchWritten, Checked};
use dynorm::prelude::*;

#[derive(Entity)]
#[entity(table = "Users", pk = id)]
struct User {
    id: String,
}

#[derive(Entity)]
#[entity(table = "Orders", pk = number)]
struct Order {
    number: u32,
}

async fn uses(db: &Db, user: &User, order: Order) -> dynorm::Result<()> {
    let _: Checked<Order> = db.create(user).checked().await?;
    let (_, _): (Option<User>, Option<User>) = db.transact_get((User::key("ann"), Order::key(7u32))).await?;
    let _: Vec<Option<User>> = db.get_many([Order::key(7u32)]).await?.complete()?;
    let _: BatchWritten<Vec<User>> = db.put_many([order]).await?;
    let _ = db.get_many(vec![User::key("ann"), Order::key(7u32)]);
    let _ = db.transact_get(("ann", 7));
    Ok(())
}

fn main() {}
