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
#[entity(table = "Notes", pk = "CUSTOMER#{customer}", sk = "NOTE#{at}")]
struct Note {
    customer: String,
    at: u32,
}

#[derive(Collection)]
#[collection(table = Shop, pk = "CUSTOMER#{customer}")]
struct OtherTable {
    customer: Customer,
    notes: Vec<Note>,
}

#[derive(Collection)]
#[collection(table = Shop, pk = "CUSTOMER#{customer}")]
struct NoEntity {
    customer: Customer,
    name: String,
}

#[derive(Collection)]
#[collection(table = Shop, index = GSI3, pk = "NUMBER#{number}")]
struct NoIndex {
    orders: Vec<Order>,
}

#[derive(Collection)]
#[collection(table = Shop, index = GSI2, pk = "NAME#{name}")]
struct PartialIndex {
    customers: Vec<Customer>,
}

fn main() {}
