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
struct Misspelt {
    numbr: u32,
    colour: String,
    total: u64,
}

#[derive(Projection)]
#[projection(of = Order)]
struct OtherTypes {
    number: u64,
    note: String,
    #[projection(path = Order::SHIP_TO.at(Address::CITY))]
    city: String,
    #[projection(path = Order::SHIP_TO.at(Address::TOWN))]
    town: Option<String>,
    #[projection(path = Order::STATE)]
    status: u8,
}

#[derive(Projection)]
#[projection(of = Address)]
struct OfNoEntity {
    city: String,
}

#[derive(Projection)]
#[projection(of = Ordering)]
struct OfNothing {
    number: u32,
}

async fn uses(db: &Db) -> dynorm::Result<()> {
    db.query(Order::of_customer("ann")).project::<Misspelt>().all().await?;
    db.query(Order::by_day(7u32)).project::<Misspelt>().all().await?;
    db.get(Order::key("ann", 7u32)).project::<OtherTypes>().await?;
    Ok(())
}

fn main() {}
