//! The tables and entities that cases share.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, Utc};
use dynorm::prelude::*;
use rust_decimal::Decimal;
use uuid::Uuid;

/// Several entities in one table, in the same partitions, with all kinds of indexes.
#[derive(Table, Debug)]
#[table(name = "Shop", pk = "PK", sk = "SK", ttl = "ttl")]
#[table(gsi(GSI1, pk = "GSI1PK", sk = "GSI1SK"))]
#[table(gsi(GSI2, pk = "GSI2PK", projection = keys_only))]
#[table(lsi(LSI1, sk = "LSI1SK", projection = keys_only))]
#[table(entities(Customer, Order, Line, Session))]
pub struct Shop;

#[derive(Entity, Clone, Debug, PartialEq)]
#[entity(table = Shop, pk = "CUSTOMER#{id}", sk = "PROFILE", scan)]
pub struct Customer {
    pub id: String,
    pub name: String,
}

#[derive(Attribute, Clone, Copy, Debug, PartialEq)]
pub enum Status {
    Open,
    Paid,
    #[attr(rename = "Sent Back")]
    SentBack,
}

#[derive(Attribute, Clone, Debug, PartialEq)]
pub struct Address {
    pub street: String,
    pub city: String,
    #[attr(rename = "zip")]
    pub code: Option<String>,
}

#[derive(Entity, Clone, Debug, PartialEq)]
#[entity(table = Shop, pk = "CUSTOMER#{customer}", sk = "ORDER#{placed_on}#{number}", name = of_customer, scan)]
#[entity(index(LSI1, name = by_amount, sk = "AMOUNT#{amount:010.2}"))]
#[entity(index(GSI1, name = by_status, pk = "STATUS#{status}", sk = "PRIORITY#{priority}#{number}"))]
#[entity(index(GSI2, name = by_number, pk = "ORDER#{number}"))]
pub struct Order {
    pub customer: String,
    pub placed_on: NaiveDate,
    pub number: u32,
    pub amount: Decimal,
    pub status: Status,
    /// Orders without one are not in `GSI1`.
    pub priority: Option<u8>,
    pub note: Option<String>,
    pub tags: BTreeSet<String>,
    pub history: Vec<String>,
    pub ship_to: Option<Address>,
    #[attr(rename = "n", default)]
    pub counts: BTreeMap<String, i64>,
    #[attr(default)]
    pub stock: i64,
    #[attr(default)]
    pub reserved: i64,
}

/// A line of an order, whose sort keys begin as the order's own.
#[derive(Entity, Clone, Debug, PartialEq)]
#[entity(table = Shop, pk = "CUSTOMER#{customer}", sk = "ORDER#{placed_on}#{number}#LINE#{line}", name = of_order)]
pub struct Line {
    pub customer: String,
    pub placed_on: NaiveDate,
    pub number: u32,
    pub line: u8,
    pub product: String,
}

#[derive(Entity, Clone, Debug, PartialEq)]
#[entity(table = Shop, pk = "CUSTOMER#{customer}", sk = "SESSION#{token}", name = of_user, scan)]
pub struct Session {
    pub customer: String,
    pub token: String,
    #[attr(ttl, rename = "ttl")]
    pub expires: Option<Expiry>,
}

/// Plain keys, the sort key a number.
#[derive(Entity, Clone, Debug, PartialEq)]
#[entity(table = "Readings", pk = device, sk = at, name = of_device)]
pub struct Reading {
    pub device: String,
    pub at: i64,
    #[attr(default)]
    pub value: f64,
}

/// Plain keys in the table, and in indexes of every kind.
#[derive(Entity, Clone, Debug, PartialEq)]
#[entity(table = "Loans", pk = reader, sk = book, name = of_reader, scan)]
#[entity(index(ByBook, name = by_book, pk = book, sk = due))]
#[entity(index(ByBranch, name = by_branch, pk = "BRANCH#{branch}", sk = due, projection = include("renewals")))]
#[entity(index(ByPages, name = by_pages, local, sk = pages, projection = keys_only))]
pub struct Loan {
    pub reader: String,
    pub book: String,
    pub due: Option<u32>,
    pub branch: String,
    pub pages: u32,
    #[attr(default)]
    pub renewals: u8,
}

/// Plain keys, the sort key text.
#[derive(Entity, Clone, Debug, PartialEq)]
#[entity(table = "Files", pk = owner, sk = path, name = of_owner)]
pub struct File {
    pub owner: u64,
    pub path: String,
}

/// Spread over shards, in the table and in indexes.
#[derive(Entity, Clone, Debug, PartialEq)]
#[entity(table = "Events", pk = "EVENTS#{day}", sk = "{at}#{id}", name = of_day, shards = 4, by = id, scan)]
#[entity(index(ByKind, name = by_kind, pk = "KIND#{kind}", sk = at, shards = 3, by = [id, owner]))]
#[entity(index(ByOwner, name = by_owner, pk = "OWNER#{owner}", shards = 2, by = day, projection = keys_only))]
#[entity(index(ByWeight, name = by_weight, local, sk = weight))]
pub struct Event {
    pub day: String,
    pub at: u32,
    pub id: String,
    pub kind: String,
    pub owner: Option<String>,
    pub weight: i64,
}

/// Plain keys, both bytes.
#[derive(Entity, Clone, Debug, PartialEq)]
#[entity(table = "Blobs", pk = digest, sk = part, name = of_digest)]
pub struct Blob {
    pub digest: Vec<u8>,
    pub part: Vec<u8>,
}

/// Text segments before others, and escaped ones.
#[derive(Entity, Clone, Debug, PartialEq)]
#[entity(table = "Pages", pk = "SITE", sk = "{section:escaped}#{title}", name = of_site)]
pub struct Article {
    pub section: String,
    pub title: String,
}

/// All kinds of numbers in a sort key, the last one the other way round.
#[derive(Entity, Clone, Debug, PartialEq)]
#[entity(table = "Scores", pk = "GAME#{game}", sk = "{level}#{delta}#{score:desc}", name = of_game)]
pub struct Score {
    pub game: Uuid,
    pub level: u8,
    pub delta: i32,
    pub score: u32,
}

/// A field of the partition key within the sort key, and an index that turns the two around.
#[derive(Table, Debug)]
#[table(name = "Links", pk = "PK", sk = "SK")]
#[table(gsi(Inverted, pk = "SK", sk = "PK", projection = keys_only))]
#[table(gsi(Status, pk = "StatusPK", sk = "StatusSK"))]
#[table(entities(Link, Badge))]
pub struct Links;

#[derive(Entity, Clone, Debug, PartialEq)]
#[entity(table = Links, pk = "USER#{user}", sk = "DAY#{day}#{user}#{number}", name = of_user)]
#[entity(index(Inverted, name = inverted, pk = "DAY#{day:010}#{user}#{number:010}", sk = "USER#{user}"))]
pub struct Link {
    pub user: String,
    pub day: u32,
    pub number: u32,
}

/// An entity with a number in its key, and an index over it.
#[derive(Entity, Clone, Debug, PartialEq)]
#[entity(table = Links, pk = "BADGE#{id}", sk = "BADGE")]
#[entity(index(Status, name = by_status, pk = "STATUS#{status}", sk = "ID#{id}"))]
#[entity(index(Inverted, name = all, pk = "BADGE", sk = "BADGE#{id:raw}"))]
pub struct Badge {
    pub id: u32,
    pub status: String,
}

/// An adjacency list: nodes and edges in one table, and an index that reads edges from the other end.
#[derive(Table, Debug)]
#[table(name = "Graph", pk = "PK", sk = "SK")]
#[table(gsi(Inverted, pk = "SK", sk = "PK"))]
#[table(entities(Group, Member, Follow))]
pub struct Graph;

#[derive(Entity, Clone, Debug, PartialEq)]
#[entity(table = Graph, pk = "GROUP#{id}", sk = "GROUP")]
pub struct Group {
    pub id: String,
    pub title: String,
}

#[derive(Entity, Clone, Debug, PartialEq)]
#[entity(table = Graph, pk = "GROUP#{group}", sk = "USER#{user}", name = of_group)]
#[entity(index(Inverted, name = of_user, inverted))]
pub struct Member {
    pub group: String,
    pub user: String,
    pub since: u16,
}

/// Its edges end where those of members do.
#[derive(Entity, Clone, Debug, PartialEq)]
#[entity(table = Graph, pk = "FOLLOWER#{user}", sk = "USER#{of}", name = followed_by)]
#[entity(index(Inverted, name = followers, inverted))]
pub struct Follow {
    pub user: String,
    pub of: String,
}

/// Index keys that are made of several fields, and an index that not every item is in.
#[derive(Entity, Clone, Debug, PartialEq)]
#[entity(table = "Tasks", pk = "TEAM#{team}", sk = "TASK#{number}", name = of_team)]
#[entity(index(ByState, name = by_state, pk = "TEAM#{team}", sk = "{state}#{urgency}#{number}"))]
#[entity(index(Open, name = open, pk = "OPEN#{owner}", sk = "{due}", when = !archived && state != Stage::Done))]
pub struct Task {
    pub team: String,
    pub number: u32,
    pub state: Stage,
    pub urgency: Option<u8>,
    pub owner: Option<String>,
    pub due: u32,
    pub archived: bool,
    pub place: Place,
}

#[derive(Attribute, Clone, Copy, Debug, PartialEq)]
pub enum Stage {
    Open,
    Doing,
    Done,
}

#[derive(Attribute, Clone, Debug, Default, PartialEq)]
pub struct Place {
    pub room: Option<String>,
    pub address: Option<Address>,
}

/// One attribute of every kind.
#[derive(Entity, Clone, Debug, PartialEq)]
#[entity(table = "Kinds", pk = id)]
pub struct Kinds {
    pub id: Uuid,
    pub text: String,
    pub letter: char,
    pub flag: bool,
    pub small: i8,
    pub large: u64,
    pub float: f64,
    pub decimal: Decimal,
    pub bytes: Vec<u8>,
    pub list: Vec<Option<Box<u8>>>,
    pub texts: BTreeSet<String>,
    pub numbers: BTreeSet<i32>,
    pub binaries: BTreeSet<Vec<u8>>,
    pub map: BTreeMap<String, Vec<bool>>,
    pub nothing: Nullable<u8>,
    pub absent: Option<u8>,
    pub date: NaiveDate,
    pub time: DateTime<Utc>,
    pub array: [i16; 2],
    pub address: Address,
}

/// A day of May 2026.
#[must_use]
pub fn may(day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 5, day).expect("May has 31 days")
}

/// An order of Ann's, in May 2026.
#[must_use]
pub fn order(day: u32, number: u32) -> Order {
    Order {
        customer: "ann".into(),
        placed_on: may(day),
        number,
        amount: Decimal::new(i64::from(number) * 100, 2),
        status: Status::Open,
        priority: None,
        note: None,
        tags: BTreeSet::new(),
        history: Vec::new(),
        ship_to: None,
        counts: BTreeMap::new(),
        stock: 0,
        reserved: 0,
    }
}

/// The key of that order.
#[must_use]
pub fn order_key(day: u32, number: u32) -> Key<Order> {
    Order::key("ann", may(day), number)
}

/// A line of that order.
#[must_use]
pub fn line(day: u32, number: u32, line: u8) -> Line {
    Line { customer: "ann".into(), placed_on: may(day), number, line, product: format!("p{line}") }
}

/// Ann.
#[must_use]
pub fn ann() -> Customer {
    Customer { id: "ann".into(), name: "Ann".into() }
}

/// What was stored when there were fewer shards.
pub mod before {
    use dynorm::prelude::*;

    #[derive(Entity, Clone, Debug, PartialEq)]
    #[entity(table = "Events", pk = "EVENTS#{day}", sk = "{at}#{id}", name = of_day, shards = 3, by = id)]
    pub struct Event {
        pub day: String,
        pub at: u32,
        pub id: String,
        pub kind: String,
        pub owner: Option<String>,
        pub weight: i64,
    }
}
