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
struct Account {
    customer: Customer,
    orders: Vec<Order>,
}

#[derive(Collection)]
#[collection(table = Shop, pk = "CUSTOMER#{customer}")]
enum Entry {
    Customer(Customer),
    Order(Order),
}

#[derive(Collection)]
#[collection(table = Shop, index = GSI1, pk = "NUMBER#{number}")]
struct Numbered {
    orders: Vec<Order>,
}

async fn uses(db: Db) -> dynorm::Result<()> {
    // The key of another type.
    db.collect(Account::of(7)).await?;
    // A struct has no entries, and an enum is no value.
    db.collect(Account::of("ann")).all().await?;
    db.collect(Entry::of("ann")).optional().await?;
    // A global index has no consistent read.
    db.collect(Numbered::of(7u32)).consistent().await?;
    // One entity.
    db.collect(Order::partition("ann")).await?;
    Ok(())
}

fn main() {}
