//! The HTTP API and the items of old, on the engine.

use axum::body::Body;
use axum::http::{Request, StatusCode};
use dynorm::prelude::*;
use dynorm_mem::MemBackend;
use serde_json::{Value as Json, json};
use tower::ServiceExt as _;

use super::arguments::Arguments;
use super::model::{Listing, Product};
use super::{http, set_up, tour};

async fn catalog() -> Db {
    let db = Db::new(MemBackend::new());
    set_up(&db).await.unwrap();
    db
}

async fn send(db: &Db, request: Request<Body>) -> (StatusCode, Json) {
    let response = http::routes(db.clone()).oneshot(request).await.unwrap();
    let status = response.status();
    let body = axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap();
    (status, serde_json::from_slice(&body).unwrap())
}

async fn get(db: &Db, path: &str) -> (StatusCode, Json) {
    send(db, Request::get(path).body(Body::empty()).unwrap()).await
}

async fn post(db: &Db, body: &Json) -> (StatusCode, Json) {
    let request = Request::post("/products").header("content-type", "application/json");
    send(db, request.body(Body::from(body.to_string())).unwrap()).await
}

fn tablet() -> Json {
    json!({ "id": "tablet-003", "name": "Tablet", "category": "electronics", "price": "199.50", "stock": 10 })
}

#[tokio::test]
async fn every_access_pattern_runs() {
    tour(&catalog().await).await.unwrap();
}

#[tokio::test]
async fn the_items_of_old_are_read_through_their_keys() {
    let db = catalog().await;
    let laptop = db.get(Product::key("laptop-001")).await.unwrap().unwrap();
    assert_eq!((laptop.id.as_str(), laptop.stock), ("laptop-001", 50));
    assert_eq!(db.query(Listing::of_category("electronics")).count().await.unwrap(), 2);
}

#[tokio::test]
async fn a_product_is_created_with_its_listing() {
    let db = catalog().await;
    let (status, created) = post(&db, &tablet()).await;
    assert_eq!((status, &created["id"]), (StatusCode::CREATED, &json!("tablet-003")));
    assert_eq!(get(&db, "/products/tablet-003").await.1["name"], json!("Tablet"));
    let (_, listed) = get(&db, "/products?category=electronics").await;
    assert_eq!(listed["items"].as_array().unwrap().len(), 3);

    assert_eq!(post(&db, &tablet()).await.0, StatusCode::CONFLICT);
}

#[tokio::test]
async fn bad_input_is_named_and_nothing_is_written() {
    let db = catalog().await;
    let bad = [
        ("name", Json::Null, "name"),
        ("id", json!("tablet#003"), "delimiter"),
        ("category", json!(""), "empty"),
        ("price", json!("100000.00"), "widen the format"),
        ("price", json!("much"), "price"),
        ("stock", json!(-1), "stock"),
    ];
    for (field, value, named) in bad {
        let mut body = tablet();
        if value.is_null() {
            body.as_object_mut().unwrap().remove(field);
        } else {
            body[field] = value;
        }
        let (status, problem) = post(&db, &body).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{body}");
        assert!(problem["error"].as_str().unwrap().contains(named), "{body}: {problem}");
    }
    assert_eq!(db.query(Listing::of_category("electronics")).count().await.unwrap(), 2);
    assert_eq!(db.get(Product::key("tablet-003")).await.unwrap(), None);
}

#[tokio::test]
async fn what_is_not_there_is_404_and_what_is_not_asked_well_400() {
    let db = catalog().await;
    for path in ["/products/none", "/products/none/reviews", "/elsewhere"] {
        assert_eq!(get(&db, path).await.0, StatusCode::NOT_FOUND, "{path}");
    }
    for path in
        ["/products", "/products?category=", "/products?category=electronics&next=x", "/products/a%23b"]
    {
        assert_eq!(get(&db, path).await.0, StatusCode::BAD_REQUEST, "{path}");
    }
    let (status, reviews) = get(&db, "/products/laptop-001/reviews").await;
    assert_eq!((status, &reviews["items"][0]["rating"]), (StatusCode::OK, &json!(5)));
}

#[test]
fn a_wrong_command_line_says_what_is_wrong() {
    let parse = |line: &str| Arguments::parse(line.split_whitespace().map(str::to_owned));
    assert!(parse("--serve 127.0.0.1:0").is_ok());
    for line in ["--serve", "--backend sql", "--endpoint-url http://x", "--verbose"] {
        assert!(parse(line).is_err(), "{line}");
    }
}
