//! The catalog as a small HTTP API.

use axum::Router;
use axum::extract::rejection::{JsonRejection, QueryRejection};
use axum::extract::{Json, Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use dynorm::Reason;
use dynorm::prelude::*;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::model::{Listing, Product, Review, Status, add_product};

/// How many entities a page has.
const PAGE_ITEMS: usize = 20;

/// The routes of the API.
pub fn routes(db: Db) -> Router {
    Router::new()
        .route("/products", get(products_of_category).post(create_product))
        .route("/products/{id}", get(product))
        .route("/products/{id}/reviews", get(reviews))
        .fallback(async || Problem(StatusCode::NOT_FOUND, "there is no such page".to_owned()))
        .with_state(db)
}

/// A failed request: its status, and what to do about it.
struct Problem(StatusCode, String);

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        (self.0, Json(json!({ "error": self.1 }))).into_response()
    }
}

impl From<dynorm::Error> for Problem {
    fn from(error: dynorm::Error) -> Self {
        let exists = error.cancelled().iter().any(|action| action.reason == Reason::AlreadyExists);
        let status = if error.is_key() || error.is_encode() || error.is_too_large() || error.is_cursor() {
            StatusCode::BAD_REQUEST
        } else if exists {
            return Self(StatusCode::CONFLICT, "there is a product with this id".to_owned());
        } else {
            StatusCode::INTERNAL_SERVER_ERROR
        };
        Self(status, error.to_string())
    }
}

impl From<QueryRejection> for Problem {
    fn from(rejection: QueryRejection) -> Self {
        Self(StatusCode::BAD_REQUEST, rejection.body_text())
    }
}

impl From<JsonRejection> for Problem {
    fn from(rejection: JsonRejection) -> Self {
        Self(StatusCode::BAD_REQUEST, rejection.body_text())
    }
}

#[derive(Deserialize)]
struct InCategory {
    category: String,
    next: Option<String>,
}

#[derive(Deserialize)]
struct From_ {
    next: Option<String>,
}

/// A page, and the token of the next one.
#[derive(Serialize)]
struct Listed<T> {
    items: Vec<T>,
    next: Option<String>,
}

impl<T> From<Page<T>> for Listed<T> {
    fn from(page: Page<T>) -> Self {
        Self { items: page.items, next: page.next.map(|cursor| cursor.to_string()) }
    }
}

async fn products_of_category(
    State(db): State<Db>,
    query: Result<Query<InCategory>, QueryRejection>,
) -> Result<Json<Listed<Listing>>, Problem> {
    let Query(InCategory { category, next }) = query?;
    let mut listings = db.query(Listing::of_category(category)).take(PAGE_ITEMS);
    if let Some(next) = next {
        listings = listings.cursor(next.parse::<Cursor>()?);
    }
    Ok(Json(listings.page().await?.into()))
}

async fn product(State(db): State<Db>, Path(id): Path<String>) -> Result<Json<Product>, Problem> {
    find_product(&db, id).await.map(Json)
}

async fn reviews(
    State(db): State<Db>,
    Path(id): Path<String>,
    query: Result<Query<From_>, QueryRejection>,
) -> Result<Json<Listed<Review>>, Problem> {
    let Query(From_ { next }) = query?;
    let product = find_product(&db, id).await?;
    let mut reviews = db.query(Review::of_product(product.id)).newest_first().take(PAGE_ITEMS);
    if let Some(next) = next {
        reviews = reviews.cursor(next.parse::<Cursor>()?);
    }
    Ok(Json(reviews.page().await?.into()))
}

async fn find_product(db: &Db, id: String) -> Result<Product, Problem> {
    let missing = || Problem(StatusCode::NOT_FOUND, format!("there is no product {id:?}"));
    db.get(Product::key(&id)).await?.ok_or_else(missing)
}

#[derive(Deserialize)]
struct NewProduct {
    id: String,
    name: String,
    category: String,
    price: Decimal,
    #[serde(default)]
    stock: u32,
}

async fn create_product(
    State(db): State<Db>,
    body: Result<Json<NewProduct>, JsonRejection>,
) -> Result<(StatusCode, Json<Product>), Problem> {
    let Json(NewProduct { id, name, category, price, stock }) = body?;
    let created_at = Some(db.backend().now().into());
    let product = Product { id, name, category, price, stock, status: Status::Active, created_at };
    add_product(&db, &product).await?;
    Ok((StatusCode::CREATED, Json(product)))
}
