use dynorm::prelude::*;

#[derive(Attribute)]
struct Address {
    city: String,
}

#[derive(Entity)]
#[entity(table = "Orders", pk = "CUSTOMER#{customer}", sk = "ORDER#{number}", name = of_customer)]
#[entity(index(ByState, name = by_state, pk = "STATE#{state}", sk = total))]
#[entity(index(ByDay, name = by_day, pk = "DAY#{day}", sk = total, projection = include("text", "_type")))]
#[entity(index(ByTotal, name = by_total, local, sk = total, projection = keys_only))]
struct Order {
    customer: String,
    number: u32,
    state: String,
    total: u64,
    day: u32,
    #[attr(rename = "text")]
    note: Option<String>,
    ship_to: Option<Address>,
    expires_after: u32,
}

#[derive(Entity)]
#[entity(table = "Customers", pk = id)]
struct Customer {
    id: String,
}

#[derive(Projection)]
#[projection(of = Customer)]
struct CustomerId {
    id: String,
}

struct Plain {
    number: u32,
}

async fn uses(db: &Db) -> dynorm::Result<()> {
    db.query(Order::of_customer("ann")).project::<CustomerId>().all().await?;
    db.query(Order::by_day(7u32)).project::<Plain>().first().await?;
    db.get(Order::key("ann", 7u32)).project::<Customer>().await?;
    Ok(())
}

fn main() {}
