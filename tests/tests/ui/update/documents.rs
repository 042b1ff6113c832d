use dynorm::prelude::*;

#[derive(Attribute, Clone)]
#[attr(tag = "kind")]
enum Payment {
    Cash,
    Card { number: String },
}

#[derive(Attribute, Clone)]
struct Grams(u32);

#[derive(Entity)]
#[entity(table = "Orders", pk = id)]
struct Order {
    id: u64,
    payment: Payment,
    weight: Grams,
    corners: [u32; 2],
    pair: (u32, String),
    #[attr(skip)]
    cached: u32,
    #[attr(serde)]
    foreign: u32,
}

fn uses(db: &Db) {
    let update = || db.update(Order::key(7u64));
    let _ = update().merge(Order::PAYMENT, Payment::Cash);
    let _ = update().append(Order::CORNERS, [1u32]);
    let _ = update().set(Order::CACHED, 1u32);
    let _ = update().add(Order::FOREIGN, 1u32);
    let _ = Order::PAYMENT.inner();
    let _ = Order::WEIGHT.eq(3u32);
    let _ = Order::FOREIGN.gt(3u32);
}

fn main() {}
