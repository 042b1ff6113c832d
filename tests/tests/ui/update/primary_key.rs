use dynorm::prelude::*;

#[derive(Entity)]
#[entity(table = "Orders", pk = "CUSTOMER#{customer}", sk = "ORDER#{number}")]
#[entity(index(ByState, name = by_state, pk = "STATE", sk = "{state}#{placed_on}"))]
#[entity(index(ByTotal, name = by_total, pk = "TOTAL#{total}", when = place.room > 0))]
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
    place: Place,
}

#[derive(Attribute)]
struct Place {
    room: u8,
}

async fn uses(db: &Db) -> dynorm::Result<()> {
    db.update(Order::key("ann", 7u32)).set(Order::NUMBER, 8u32).await?;
    db.update(Order::key("ann", 7u32)).set(Order::PLACE.at(Place::ROOM), 3u8).await?;
    Ok(())
}

fn main() {}
