use dynorm::expr::RawOperand;
use dynorm::prelude::*;
use dynorm::Condition;

#[derive(Entity)]
#[entity(table = "Orders", pk = "ORDER#{number}")]
struct Order {
    number: u32,
    note: String,
}

#[derive(Entity)]
#[entity(table = "Customers", pk = "CUSTOMER#{id}")]
struct Customer {
    id: u64,
    name: String,
}

fn conditions() -> Vec<Condition<Order>> {
    vec![
        Order::NOTE.size().gt("long"),
        Order::NOTE.size().gt(Order::NOTE),
        Order::NUMBER.size().gt(1),
        Order::NOTE.has_type("S"),
        Condition::raw("{} = {}", [Order::NOTE.operand(), Customer::NAME.operand()]),
        Condition::raw("{} = {}", [Order::NOTE.operand(), RawOperand::value(std::time::Instant::now())]),
    ]
}

fn main() {}
