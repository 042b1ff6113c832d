use dynorm::prelude::*;

#[derive(Entity)]
#[entity(table = "Readings", pk = "DEVICE#{device}", sk = "{at}")]
#[entity(index(ByPlace, name = by_place, pk = "PLACE#{place}", shards = 4, by = celsius))]
struct Reading {
    device: String,
    at: u64,
    place: String,
    celsius: f64,
}

#[derive(Table)]
#[table(name = "Shop", pk = "PK", sk = "SK", entities(Order, Note))]
#[table(gsi(ByState, pk = "ByStatePK"))]
struct Shop;

#[derive(Entity)]
#[entity(table = Shop, pk = "CUSTOMER#{customer}", sk = "ORDER#{number}", shards = 4, by = number)]
#[entity(index(ByState, name = by_state, pk = "STATE#{state}", shards = 4, by = kind))]
struct Order {
    customer: String,
    number: u32,
    state: String,
    kind: String,
}

#[derive(Entity)]
#[entity(table = Shop, pk = "CUSTOMER#{customer}", sk = "NOTE#{number}")]
struct Note {
    customer: String,
    number: u32,
}

#[derive(Collection)]
#[collection(table = Shop, pk = "CUSTOMER#{customer}")]
enum Entry {
    Order(Order),
    Note(Note),
}

async fn half_known(db: &Db) {
    let _ = db.update(Order::key("ann", 1u32)).set(Order::STATE, "paid".to_owned()).await;
}

fn main() {}
