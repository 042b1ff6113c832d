//! A product catalog on one table with overloaded keys: every access pattern, with what it sends and what it costs.
//!
//! ```text
//! cargo run -p dynorm-examples --example product_catalog
//! cargo run -p dynorm-examples --example product_catalog -- --serve 127.0.0.1:3000
//! cargo run -p dynorm-examples --features aws --example product_catalog -- --backend aws --endpoint-url http://127.0.0.1:8000
//! ```
#![allow(clippy::print_stdout, reason = "it is what the example is for")]
#![allow(unreachable_pub, reason = "the modules of a program are public among themselves")]

#[path = "product_catalog/arguments.rs"]
mod arguments;
mod common;
#[path = "product_catalog/http.rs"]
mod http;
#[path = "product_catalog/model.rs"]
mod model;
#[path = "product_catalog/show.rs"]
mod show;
#[cfg(test)]
#[path = "product_catalog/tests.rs"]
mod tests;

use std::error::Error;
use std::time::Duration;

use arguments::Arguments;
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use dynorm::backend::call;
use dynorm::prelude::*;
use model::{Catalog, Listing, Product, Review, Session, Status, add_product};
use rust_decimal::Decimal;
use show::{heading, page, request};

/// The items that were there before dynorm: without type tags, and without the keys of `GSI2`.
const ITEMS: &str = include_str!("data/product_catalog.json");

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments = Arguments::parse(std::env::args().skip(1))?;
    if arguments.help {
        println!("{}", arguments::help());
        return Ok(());
    }
    let db = arguments.database().await?;
    set_up(&db).await?;
    match arguments.serve {
        None => tour(&db).await?,
        Some(address) => {
            let listener = tokio::net::TcpListener::bind(&address).await?;
            println!("listening on http://{}", listener.local_addr()?);
            println!("try: curl 'http://{}/products?category=electronics'", listener.local_addr()?);
            axum::serve(listener, http::routes(db)).await?;
        }
    }
    Ok(())
}

/// Creates the table, unless it is there, and writes the items of old.
async fn set_up(db: &Db) -> Result<(), Box<dyn Error>> {
    match db.create_table::<Catalog>().await {
        Err(error) if error.failure().is_some_and(|f| f.kind == dynorm::FailureKind::InUse) => {}
        created => created?,
    }
    for item in serde_json::from_str::<Vec<Item>>(ITEMS)? {
        let table = db.table_name::<Catalog>();
        db.backend().put(call::Put { table, item, ..Default::default() }).await?;
    }
    Ok(())
}

async fn tour(db: &Db) -> dynorm::Result<()> {
    one_product(db).await?;
    a_category(db).await?;
    reviews(db).await?;
    prices(db).await?;
    recently_added(db).await?;
    an_expensive_scan(db).await?;
    an_expired_session(db).await?;
    keys_that_cannot_be_wrong(db).await
}

async fn one_product(db: &Db) -> dynorm::Result<()> {
    heading("a product by its id");
    let get = db.get(Product::key("laptop-001"));
    request(&get.to_request()?);
    let outcome = get.outcome().await?;
    show::items(outcome.value.as_slice());
    show::capacity(outcome.capacity.as_ref());
    Ok(())
}

async fn a_category(db: &Db) -> dynorm::Result<()> {
    heading("the products of a category");
    let listings = db.query(Listing::of_category("electronics"));
    request(&listings.to_request()?);
    page(&listings.page().await?);
    Ok(())
}

async fn reviews(db: &Db) -> dynorm::Result<()> {
    heading("the reviews of a product, newest first");
    for (day, user_id, rating) in [(12, "user-002", 4), (30, "user-003", 3)] {
        let created_on = NaiveDate::from_ymd_opt(2026, 5, day).unwrap_or_default();
        let (product_id, user_id) = ("laptop-001".to_owned(), user_id.to_owned());
        db.put(&Review { product_id, created_on, user_id, rating, comment: None }).await?;
    }
    let reviews = db.query(Review::of_product("laptop-001")).newest_first();
    request(&reviews.to_request()?);
    page(&reviews.page().await?);
    Ok(())
}

async fn prices(db: &Db) -> dynorm::Result<()> {
    heading("the products of a category below a price, from the index GSI1");
    let cheap = db.query(Product::by_price("electronics").price_in(..Decimal::from(100)));
    request(&cheap.to_request()?);
    page(&cheap.page().await?);
    Ok(())
}

async fn recently_added(db: &Db) -> dynorm::Result<()> {
    heading("the products added last, from the index GSI2");
    let recent = || db.query(Product::recent(Status::Active)).newest_first();
    request(&recent().to_request()?);
    page(&recent().page().await?);
    println!("  (the products of old lack the keys of GSI2; they are written back with a time of creation)");
    let now: DateTime<Utc> = db.backend().now().into();
    for (age, id) in [(2, "laptop-001"), (1, "mouse-002")] {
        let Some(mut product) = db.get(Product::key(id)).await? else { continue };
        product.created_at = Some(now - TimeDelta::days(age));
        db.put(&product).await?;
    }
    page(&recent().page().await?);
    Ok(())
}

async fn an_expensive_scan(db: &Db) -> dynorm::Result<()> {
    heading("a scan, which Product allows: it reads the whole table to return a part");
    let scan = db.scan::<Product>().filter(Product::STOCK.lt(100));
    request(&scan.to_request()?);
    page(&scan.page().await?);
    Ok(())
}

async fn an_expired_session(db: &Db) -> dynorm::Result<()> {
    heading("an expired session, which DynamoDB has not deleted yet");
    let an_hour_ago = db.backend().now() - Duration::from_hours(1);
    let session =
        Session { token: "t-1".into(), user_id: "user-001".into(), expires: Expiry::at(an_hour_ago) };
    db.put(&session).await?;
    for include_expired in [false, true] {
        let get = db.get(Session::key("t-1"));
        let get = if include_expired { get.include_expired() } else { get };
        println!("  expired or not: {include_expired}");
        request(&get.to_request()?);
        let outcome = get.outcome().await?;
        show::items(outcome.value.as_slice());
        show::capacity(outcome.capacity.as_ref());
    }
    Ok(())
}

async fn keys_that_cannot_be_wrong(db: &Db) -> dynorm::Result<()> {
    heading("what is refused before it is sent");
    let price = Decimal::new(199, 0);
    let good = Product {
        id: "tablet-003".into(),
        name: "Tablet".into(),
        category: "electronics".into(),
        price,
        stock: 10,
        status: Status::Active,
        created_at: Some(db.backend().now().into()),
    };
    let with_delimiter = Product { id: "tablet#003".into(), ..good.clone() };
    let empty = Product { category: String::new(), ..good.clone() };
    let too_dear = Product { price: Decimal::new(10_000_000, 2), ..good.clone() };
    let too_large = Product { name: "x".repeat(400 * 1024), ..good.clone() };
    for bad in [with_delimiter, empty, too_dear, too_large] {
        match add_product(db, &bad).await {
            Err(error) => println!("  {} {error}", error.code()),
            Ok(()) => println!("  written, which is wrong"),
        }
    }
    if db.get(Product::key("tablet-003")).await?.is_none() {
        println!("  and nothing was written");
    }
    Ok(())
}
