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

#[derive(Projection)]
#[projection(of = Order)]
struct Small {
    customer: String,
    number: u32,
    total: u64,
    note: Option<String>,
}

#[derive(Projection)]
#[projection(of = Order)]
struct Large {
    number: u32,
    state: String,
    expires_after: u32,
    #[projection(path = Order::SHIP_TO.at(Address::CITY))]
    city: Option<String>,
}

async fn uses(db: &Db) -> dynorm::Result<()> {
    db.query(Order::by_day(7u32)).project::<Small>().all().await?;
    db.query(Order::by_day(7u32)).project::<Large>().newest_first().all().await?;
    db.query(Order::by_state("open")).project::<Large>().all().await?;
    db.query(Order::by_total("ann")).project::<Large>().page().await?;
    db.query(Order::of_customer("ann")).project::<Large>().items();
    db.query(Order::by_day(7u32)).keys().all().await?;
    db.query(Order::by_day(7u32)).all().await?;
    Ok(())
}

fn main() {}
