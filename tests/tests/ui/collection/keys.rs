use dynorm::prelude::*;

#[derive(Table)]
#[table(name = "Shop", pk = "PK", sk = "SK", entities(Customer, Order))]
#[table(gsi(GSI1, pk = "GSI1PK", sk = "GSI1SK"))]
#[table(gsi(GSI2, pk = "GSI2PK", projection = keys_only))]
struct Shop;

#[derive(Entity)]
#[entity(table = Shop, pk = "CUSTOMER#{id}", sk = "PROFILE")]
#[entity(index(GSI2, name = by_name, pk = "NAME#{name}"))]
struct Customer {
    id: String,
    name: String,
}

#[derive(Entity)]
#[entity(table = Shop, pk = "CUSTOMER#{customer}", sk = "ORDER#{number}")]
#[entity(index(GSI1, name = by_number, pk = "NUMBER#{number}", sk = "ORDER"))]
struct Order {
    customer: String,
    number: u32,
}

#[derive(Entity)]
#[entity(table = "Notes", pk = id)]
struct Note {
    id: String,
}

// Other literals.
#[derive(Collection)]
#[collection(table = Shop, pk = "CLIENT#{client}")]
struct Clients {
    customer: Customer,
}

// Fewer segments.
#[derive(Collection)]
#[collection(table = Shop, pk = "{customer}")]
enum Entry {
    Order(Order),
}

// Not all begin with it.
#[derive(Collection)]
#[collection(table = Shop, pk = "CUSTOMER#{customer}", sk = "ORDER")]
struct WithSort {
    orders: Vec<Order>,
    customer: Customer,
}

// Not all are in the index.
#[derive(Collection)]
#[collection(table = Shop, index = GSI1, pk = "NUMBER#{number}")]
struct InIndex {
    orders: Vec<Order>,
    customer: Customer,
}

// An entity under two names.
type Same = Order;

#[derive(Collection)]
#[collection(table = Shop, pk = "CUSTOMER#{customer}")]
struct Twice {
    orders: Vec<Order>,
    same: Option<Same>,
}

fn main() {}
