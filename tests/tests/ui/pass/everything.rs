//! All that can be said in attributes.

use chrono::{DateTime, NaiveDate, Utc};
use dynorm::prelude::*;
use rust_decimal::Decimal;
use std::collections::BTreeSet;
use uuid::Uuid;

#[derive(Table)]
#[table(name = "Shop-1.2_x", pk = "PK", sk = "SK", ttl = "expires")]
#[table(type_attribute = "kind", delimiter = "|")]
#[table(gsi(GSI1, pk = "GSI1PK", sk = "GSI1SK", projection = all))]
#[table(gsi("gsi-2", pk = "maker", sk = "year": N, projection = include("name", "price")))]
#[table(gsi(Bytes, pk = "hash": B, projection = keys_only), lsi(LSI1, sk = "LSI1SK"))]
#[table(entities(Product, r#Loop, nested::Review), allow_overlap(Product, Review))]
pub struct Shop;

#[derive(Attribute, Clone, Copy, Debug, PartialEq)]
enum Status {
    Active,
    #[attr(rename = "gone")]
    Retired,
}

#[derive(Attribute, Clone, Debug, PartialEq)]
struct Maker(String);

#[derive(Attribute, Clone, Debug, PartialEq)]
struct Size {
    width: f32,
    #[attr(rename = "h")]
    height: Option<f32>,
    #[attr(default)]
    depth: u8,
    #[attr(default = Status::Active)]
    status: Status,
}

#[derive(Attribute, Clone, Debug, PartialEq)]
struct Nothing {}

#[derive(Entity, Clone, Debug, PartialEq)]
#[entity(table = Shop, pk = "PRODUCT|{id}", sk = "METADATA", tag = "P", scan, delimiter = "|")]
#[entity(index(GSI1, name = by_price, pk = "CATEGORY|{category:escaped}", sk = "PRICE|{price:08.2}|{id}"))]
#[entity(index("gsi-2", pk = maker, sk = year))]
#[entity(index(Bytes, pk = hash))]
#[entity(index(LSI1, name = by_status, sk = "{status}|{rank:desc}|{stock:06:desc}|{code:raw}"))]
struct Product {
    id: Uuid,
    category: String,
    price: Decimal,
    maker: Option<Maker>,
    year: Option<u16>,
    hash: Vec<u8>,
    status: Status,
    rank: i32,
    stock: u32,
    code: String,
    #[attr(rename = "desc", default)]
    description: String,
    #[attr(default = vec!["new".to_owned()])]
    labels: Vec<String>,
    tags: BTreeSet<String>,
    size: Option<Size>,
    nothing: Nothing,
    #[attr(ttl)]
    expires: Option<DateTime<Utc>>,
}

mod nested {
    use super::*;

    #[derive(Entity, Clone, Debug, PartialEq)]
    #[entity(table = super::Shop, delimiter = "|", name = of_product)]
    #[entity(pk = "PRODUCT|{product}", sk = "{on}")]
    pub(crate) struct Review {
        pub(crate) product: Uuid,
        pub(crate) on: NaiveDate,
    }
}

#[derive(Entity, Clone, Debug, PartialEq)]
#[entity(table = Shop, pk = "LOOP|{type}|{priority}", sk = "{type}|{fn}|x", delimiter = "|")]
struct r#Loop {
    r#type: String,
    priority: u8,
    r#fn: bool,
}

#[derive(Entity, Clone, Debug, PartialEq)]
#[entity(table = "Users", pk = id, sk = at, type_attribute = none, scan)]
#[entity(index(ByEmail, pk = email, projection = include("name")))]
#[entity(index(ByName, local, sk = "NAME#{name}#{at}", projection = keys_only))]
#[entity(index(ByScore, pk = "SCORES", sk = score))]
struct User {
    id: Maker,
    at: u64,
    email: Option<String>,
    name: String,
    score: i64,
    #[attr(rename = "ttl", ttl)]
    expires: Expiry,
}

#[derive(Entity, Clone, Debug, PartialEq)]
#[entity(table = "Settings", pk = "SETTINGS")]
struct Settings {
    theme: String,
}

// The range of `opt` has the name of the field `opt_in`.
#[derive(Entity, Clone, Debug, PartialEq)]
#[entity(table = "Choices", pk = id, sk = "{opt}#{opt_in}", name = of)]
struct Choice {
    id: u32,
    opt: String,
    opt_in: bool,
}

macro_rules! event {
    ($name:ident, $table:literal, $pk:literal, $at:ident, $type:ty, $default:expr) => {
        #[derive(Entity, Clone, Debug, PartialEq)]
        #[entity(table = $table, pk = $pk, sk = $at, name = of_day)]
        struct $name {
            day: NaiveDate,
            $at: $type,
            #[attr(default = $default)]
            note: Option<$type>,
        }
    };
}
event!(Started, "Started", "DAY#{day}", at, u64, Some(7));

fn main() {
    let day = NaiveDate::from_ymd_opt(2024, 1, 15).unwrap();
    let id = Uuid::nil();
    let _ = (Product::key(id), nested::Review::key(id, day), r#Loop::key("a", 1u8, true), Settings::key());
    let _ = nested::Review::of_product(id).on_in(day..);
    let _ = nested::Review::of_product(&id).on_prefix("2024-01");
    let _ = Product::by_price("a|b").price_in(..=Decimal::ONE).clone();
    let _ = Product::by_price(String::from("a")).price(Decimal::ONE).id(id);
    let _ = Product::gsi_2(Maker("m".into())).year_in(2000..2010);
    let _ = Product::bytes(b"abc");
    let _ = Product::by_status(id).status(Status::Retired).rank(-1).stock(5u32).code_prefix("x");
    let _ = Product::by_status(id).status(Status::Retired).rank_in(-5..5);
    let _ = r#Loop::partition("a", 1u8).r#fn(true);
    let _ = User::partition(Maker("m".into())).at_in(1..=9);
    let _ = User::by_email("x@example.com");
    let _ = User::by_name(Maker("m".into())).name("Ann");
    let _ = User::by_name(Maker("m".into())).name_in("A".."B");
    let _ = Started::of_day(day).at_in(5..).clone();
    let _ = User::by_score().score_in(100..);
    let _ = (Choice::of(1u32).opt_in("a".."b"), Choice::of(1u32).opt("a").opt_in(true));
    let _ = r#Loop::TYPE.begins_with("a") & r#Loop::FN.eq(true);
    let _ = Product::SIZE.at(Size::HEIGHT).gt(1.5f32) & Product::EXPIRES.exists();
}
