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

#[derive(Collection)]
#[collection(table = Shop, pk = "CUSTOMER#{customer}")]
struct Types {
    customer: Box<Customer>,
    orders: Vec<Option<Order>>,
    pair: (Customer, Order),
}

#[derive(Collection)]
#[collection(table = Shop, pk = "CUSTOMER#{customer}")]
enum Entries {
    Customer,
    Orders(Vec<Order>),
    Order { order: Order },
}

#[derive(Collection)]
#[collection(table = Shop, pk = "CUSTOMER#{customer}")]
struct Twice {
    first: Order,
    others: Vec<Order>,
}

#[derive(Collection)]
#[collection(table = Shop, pk = "CUSTOMER#{customer}")]
struct Empty {}

#[derive(Collection)]
#[collection(table = Shop, pk = "CUSTOMER#{customer}")]
struct Tuple(Customer, Order);

#[derive(Collection)]
#[collection(table = Shop, pk = "CUSTOMER#{customer}")]
struct Generic<T> {
    member: T,
}

fn main() {}
