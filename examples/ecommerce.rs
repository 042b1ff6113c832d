//! A shop in one table: customers, orders with their items, products; and an order that is placed whole or not at all.
//!
//! ```text
//! cargo run -p dynorm-examples --example ecommerce
//! ```
#![allow(clippy::print_stdout, reason = "it is what the example is for")]
#![allow(unreachable_pub, reason = "the modules of a program are public among themselves")]

mod common;

use std::error::Error;

use chrono::NaiveDate;
use dynorm::op::CheckedTransaction;
use dynorm::prelude::*;

#[derive(Table)]
#[table(name = "dynorm-example-ecommerce", pk = "PK", sk = "SK")]
#[table(gsi(GSI1, pk = "GSI1PK", sk = "GSI1SK"))]
#[table(lsi(LSI1, sk = "LSI1SK"))]
#[table(entities(Customer, Order, OrderItem, Product))]
struct Shop;

#[derive(Entity, Clone, Debug, PartialEq)]
#[entity(table = Shop, pk = "CUSTOMER#{id}", sk = "PROFILE")]
struct Customer {
    id: String,
    name: String,
    email: String,
}

#[derive(Attribute, Clone, Copy, Debug, PartialEq)]
enum State {
    Placed,
    Shipped,
}

/// The customer's orders by date are in the table, by amount in the local index, and all orders by state and date in the
/// global one.
#[derive(Entity, Clone, Debug, PartialEq)]
#[entity(table = Shop, name = of_customer, pk = "CUSTOMER#{customer}", sk = "ORDER#{placed_on}#{number}")]
#[entity(index(GSI1, name = by_state, pk = "STATE#{state}", sk = "{placed_on}#{number}"))]
#[entity(index(LSI1, name = by_amount, sk = "{cents}#{number}"))]
struct Order {
    customer: String,
    placed_on: NaiveDate,
    number: u32,
    state: State,
    cents: u64,
}

#[derive(Entity, Clone, Debug, PartialEq)]
#[entity(table = Shop, name = of_order, pk = "ORDER#{order}", sk = "ITEM#{product}")]
struct OrderItem {
    order: u32,
    product: String,
    quantity: u32,
    cents: u64,
}

#[derive(Entity, Clone, Debug, PartialEq)]
#[entity(table = Shop, pk = "PRODUCT#{id}", sk = "STOCK")]
struct Product {
    id: String,
    cents: u64,
    stock: u32,
}

/// A customer with all orders: one query.
#[derive(Collection, Debug)]
#[collection(table = Shop, pk = "CUSTOMER#{id}")]
struct CustomerOrders {
    customer: Customer,
    orders: Vec<Order>,
}

fn day(day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, day).unwrap_or_default()
}

/// What a customer puts into an order.
struct Wish {
    product: &'static str,
    quantity: u32,
}

/// Places an order: the order, its items, and the stock of each product, all or nothing. Says which products are short, if
/// some are.
async fn place(db: &Db, order: &Order, wishes: &[Wish]) -> dynorm::Result<Result<(), Vec<String>>> {
    let mut order = Order { cents: 0, ..order.clone() };
    let mut items = Vec::new();
    for wish in wishes {
        let Some(product) = db.get(Product::key(wish.product)).await? else {
            return Ok(Err(vec![wish.product.to_owned()]));
        };
        let cents = product.cents * u64::from(wish.quantity);
        order.cents += cents;
        items.push(OrderItem { order: order.number, product: product.id, quantity: wish.quantity, cents });
    }
    let mut transaction = db.transact_write();
    // The stock is checked where it is changed: nothing can come between.
    for item in &items {
        transaction = transaction.update(Product::key(&item.product), |product| {
            product.sub(Product::STOCK, item.quantity).when(Product::STOCK.ge(item.quantity))
        });
    }
    for item in &items {
        transaction = transaction.create(item);
    }
    Ok(match transaction.create(&order).checked().await? {
        CheckedTransaction::Done => Ok(()),
        CheckedTransaction::Cancelled(actions) => {
            let short = items.iter().zip(&actions).filter(|(_, action)| action.reason.is_condition());
            Err(short.map(|(item, _)| item.product.clone()).collect())
        }
    })
}

async fn fill(db: &Db) -> dynorm::Result<()> {
    db.create(&Customer { id: "ann".into(), name: "Ann".into(), email: "ann@shop.example".into() }).await?;
    let products = [("lamp", 4900, 5), ("desk", 29900, 1), ("pen", 250, 100)];
    let products = products.map(|(id, cents, stock)| Product { id: id.into(), cents, stock });
    db.put_many(products).await?.complete()
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let Some(db) = common::database("A shop in one table.").await? else { return Ok(()) };
    let db = common::with_own_table::<Shop>(&db).await?;
    fill(&db).await?;

    println!("Ann places orders");
    let order = |number, on| Order {
        customer: "ann".into(),
        placed_on: day(on),
        number,
        state: State::Placed,
        cents: 0,
    };
    let wish = |product, quantity| Wish { product, quantity };
    for (number, on, wishes) in [
        (1, 3, vec![wish("pen", 10)]),
        (2, 9, vec![wish("desk", 1), wish("lamp", 2)]),
        (3, 21, vec![wish("lamp", 1)]),
    ] {
        let placed = place(&db, &order(number, on), &wishes).await?;
        println!("  order {number}: {placed:?}");
        assert_eq!(placed, Ok(()));
    }

    println!("There is no second desk, and so neither a pen");
    let short = place(&db, &order(4, 22), &[wish("pen", 1), wish("desk", 1)]).await?;
    println!("  order 4: {short:?}");
    assert_eq!(short, Err(vec!["desk".to_owned()]));
    let pens = db.get(Product::key("pen")).consistent().await?.map(|pen| pen.stock);
    assert_eq!(pens, Some(90));

    println!("The customer with all orders, in one query");
    let all = db.collect(CustomerOrders::of("ann")).await?;
    println!("  {}: {} orders", all.customer.name, all.orders.len());
    assert_eq!(all.orders.iter().map(|order| order.number).collect::<Vec<_>>(), [1, 2, 3]);

    println!("Orders by state, in a range of days");
    db.update(Order::key("ann", day(3), 1u32)).set(Order::STATE, State::Shipped).await?;
    let november = db.query(Order::by_state(State::Placed).placed_on_in(day(1)..=day(15))).all().await?;
    println!("  {november:?}");
    assert_eq!(november.iter().map(|order| order.number).collect::<Vec<_>>(), [2]);

    println!("By amount, the highest first, with a consistent read of the local index");
    let by_amount = db.query(Order::by_amount("ann")).newest_first().consistent().all().await?;
    for order in &by_amount {
        println!("  {:>6} {}.{:02}", order.number, order.cents / 100, order.cents % 100);
    }
    assert_eq!(by_amount.iter().map(|order| order.number).collect::<Vec<_>>(), [2, 3, 1]);

    let items = db.query(OrderItem::of_order(2u32)).all().await?;
    assert_eq!(items.iter().map(|item| item.product.as_str()).collect::<Vec<_>>(), ["desk", "lamp"]);
    db.delete_table::<Shop>().await?;
    println!(
        "Proved: an order is placed with its items and its stock, or not at all; each list was one query."
    );
    Ok(())
}
