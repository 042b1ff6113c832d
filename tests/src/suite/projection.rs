//! Projections and keys: some attributes of an item, from the table and from every kind of index.

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::NaiveDate;
use dynorm::backend::call;
use dynorm::prelude::*;

use crate::scenario::{
    Address, Link, Links, Loan, Order, Session, Shop, Status, ann, line, may, order, order_key,
};

#[derive(Projection, Debug, PartialEq)]
#[projection(of = Order)]
struct Summary {
    placed_on: NaiveDate,
    number: u32,
    status: Status,
    note: Option<String>,
}

#[derive(Projection, Debug, PartialEq)]
#[projection(of = Order)]
struct Parts {
    #[projection(path = Order::SHIP_TO.at(Address::CITY))]
    city: Option<String>,
    #[projection(path = Order::SHIP_TO.at(Address::CODE))]
    code: Option<String>,
    #[projection(path = Order::HISTORY.index(2))]
    third: Option<String>,
    #[projection(path = Order::HISTORY.index(1))]
    second: Option<String>,
    #[projection(path = Order::COUNTS.key("a"))]
    a: Option<i64>,
    #[projection(path = Order::STATUS)]
    state: Status,
}

/// Parts of attributes that are read as a whole too.
#[derive(Projection, Debug, PartialEq)]
#[projection(of = Order)]
struct Overlapping {
    history: Vec<String>,
    #[projection(path = Order::HISTORY.index(1))]
    second: Option<String>,
    #[projection(path = Order::SHIP_TO.at(Address::CITY))]
    city: Option<String>,
    ship_to: Option<Address>,
}

#[derive(Projection, Debug, PartialEq)]
#[projection(of = Order)]
struct Defaults {
    counts: BTreeMap<String, i64>,
    stock: i64,
}

#[derive(Projection, Debug, PartialEq)]
#[projection(of = Order)]
struct KeyFields {
    number: u32,
    customer: String,
}

#[derive(Projection, Debug, PartialEq)]
#[projection(of = Loan)]
struct LoanState {
    reader: String,
    due: Option<u32>,
    renewals: u8,
}

#[derive(Projection, Debug, PartialEq)]
#[projection(of = Session)]
struct Token {
    token: String,
}

#[derive(Projection, Debug, PartialEq)]
#[projection(of = Session)]
struct Ends {
    expires: Option<Expiry>,
}

fn loan(book: &str, due: u32, pages: u32) -> Loan {
    let (reader, branch) = ("ann".into(), "b".into());
    Loan { reader, book: book.into(), due: Some(due), branch, pages, renewals: 2 }
}

async fn loans(t: &crate::setup::Test) -> Db {
    let db = t.table::<Loan>().await;
    for loan in [loan("dune", 3, 600), loan("emma", 9, 400), loan("ulysses", 6, 900)] {
        db.put(&loan).await.unwrap();
    }
    db
}

async fn orders(t: &crate::setup::Test) -> Db {
    let db = t.table::<Shop>().await;
    db.put(&ann()).await.unwrap();
    for (day, number) in [(1, 1), (1, 10), (2, 2)] {
        db.put(&Order { note: Some(format!("n{number}")), priority: Some(1), ..order(day, number) })
            .await
            .unwrap();
        db.put(&line(day, number, 1)).await.unwrap();
    }
    db
}

fn summary(day: u32, number: u32) -> Summary {
    Summary { placed_on: may(day), number, status: Status::Open, note: Some(format!("n{number}")) }
}

fn names(names: &dynorm::backend::Names) -> Vec<&str> {
    let mut names: Vec<&str> = names.values().map(AsRef::as_ref).collect();
    names.sort_unstable();
    names
}

crate::cases! {
    /// A get asks for the fields, the keys, the tag and the time to live, and for nothing else.
    async fn a_get_reads_what_is_asked_for(t: &Test) {
        let db = orders(t).await;
        let get = db.get(order_key(1, 10)).project::<Summary>().consistent();
        let request = get.to_request().unwrap();
        assert_eq!(request.projection.as_deref(), Some("#0, #1, #2, #3, #4, #5, #6"));
        assert_eq!(names(&request.names), ["PK", "SK", "_type", "note", "number", "placed_on", "status"]);
        assert_eq!(get.await.unwrap(), Some(summary(1, 10)));
        assert_eq!(db.get(order_key(9, 9)).project::<Summary>().await.unwrap(), None);
        let session = db.get(Session::key("ann", "t")).project::<Token>().to_request().unwrap();
        assert_eq!(names(&session.names), ["PK", "SK", "_type", "token", "ttl"]);
    }

    /// Many gets ask for the same, and answer each key with its projection.
    async fn many_gets_read_what_is_asked_for(t: &Test) {
        let db = orders(t).await;
        let get = db.get_many([(1, 10), (9, 9), (1, 1)].map(|(day, number)| order_key(day, number))).project::<Summary>();
        let requests = get.to_requests().unwrap();
        let asked = &requests[0].tables[&db.table_name::<Shop>()];
        assert_eq!(asked.projection.as_deref(), Some("#0, #1, #2, #3, #4, #5, #6"));
        assert_eq!(names(&asked.names), ["PK", "SK", "_type", "note", "number", "placed_on", "status"]);
        assert_eq!(get.await.unwrap().complete().unwrap(), [Some(summary(1, 10)), None, Some(summary(1, 1))]);
    }

    /// Queries and scans give projections in every shape, from the table and from an index of whole items.
    async fn reads_give_projections_in_every_shape(t: &Test) {
        let db = orders(t).await;
        let query = || db.query(Order::of_customer("ann")).project::<Summary>();
        let all = [summary(1, 1), summary(1, 10), summary(2, 2)];
        assert_eq!(query().all().await.unwrap(), all);
        assert_eq!(query().newest_first().first().await.unwrap(), Some(summary(2, 2)));
        let page = query().take(2).page().await.unwrap();
        assert_eq!(page.items, all[..2]);
        let rest = query().cursor(page.next).page().await.unwrap();
        assert_eq!((rest.items.as_slice(), rest.next), (&all[2..], None));
        let mut items = query().filter(Order::NUMBER.gt(1)).items();
        assert_eq!(items.next().await.unwrap().unwrap(), summary(1, 10));
        assert_eq!(query().count().await.unwrap(), 3);
        let by_status = db.query(Order::by_status(Status::Open).priority(1)).project::<Summary>();
        assert_eq!(by_status.all().await.unwrap(), [summary(1, 1), summary(2, 2), summary(1, 10)]);
        let mut scanned = db.scan::<Order>().project::<Summary>().consistent().all().await.unwrap();
        scanned.sort_by_key(|summary| (summary.placed_on, summary.number));
        assert_eq!(scanned, all);
    }

    /// A query asks for the key of the index too, where its cursors lead; equal names share a placeholder.
    async fn a_query_reads_what_cursors_need(t: &Test) {
        let db = t.without_table::<Shop>();
        let query = db.query(Order::by_status(Status::Open)).filter(Order::NOTE.exists()).project::<Summary>();
        let request = query.to_request().unwrap();
        assert_eq!(request.key_condition.as_deref(), Some("#0 = :0 AND begins_with(#1, :1)"));
        assert_eq!(request.filter.as_deref(), Some("attribute_exists(#2)"));
        assert_eq!(request.projection.as_deref(), Some("#3, #4, #5, #2, #6, #7, #0, #1"));
        let asked = ["GSI1PK", "GSI1SK", "PK", "SK", "note", "number", "placed_on", "status"];
        assert_eq!(names(&request.names), asked);
        assert_eq!(request.select, None);
    }

    /// An index of keys, or of some attributes, gives what it holds, and fields that are in the primary key.
    async fn partial_indexes_give_what_they_hold(t: &Test) {
        let db = orders(t).await;
        let of_key = db.query(Order::by_number(10u32)).project::<KeyFields>();
        let request = of_key.to_request().unwrap();
        assert_eq!(names(&request.names), ["GSI2PK", "PK", "SK"]);
        assert_eq!(of_key.all().await.unwrap(), [KeyFields { number: 10, customer: "ann".into() }]);

        let db = loans(t).await;
        let by_branch = db.query(Loan::by_branch("b").due_in(4..)).project::<LoanState>();
        let all = by_branch.all().await.unwrap();
        let state = |due| LoanState { reader: "ann".into(), due: Some(due), renewals: 2 };
        assert_eq!(all, [state(6), state(9)]);
        let page = db.query(Loan::by_branch("b")).project::<LoanState>().take(1).page().await.unwrap();
        let rest = db.query(Loan::by_branch("b")).project::<LoanState>().cursor(page.next).all().await.unwrap();
        assert_eq!(rest, [state(6), state(9)]);
    }

    /// A local index fetches from the table what it does not hold, and does not where the key says it.
    async fn local_indexes_fetch_what_they_do_not_hold(t: &Test) {
        let db = loans(t).await;
        let by_pages = db.query(Loan::by_pages("ann").pages_in(500..)).project::<LoanState>().consistent();
        assert_eq!(by_pages.all().await.unwrap().iter().map(|loan| loan.due).collect::<Vec<_>>(), [Some(3), Some(6)]);

        let db = orders(t).await;
        let keys = db.query(Order::by_amount("ann")).project::<KeyFields>().to_request().unwrap();
        assert_eq!(names(&keys.names), ["LSI1SK", "PK", "SK"]);
        let numbers = db.query(Order::by_amount("ann")).project::<KeyFields>().all().await.unwrap();
        assert_eq!(numbers.iter().map(|order| order.number).collect::<Vec<_>>(), [1, 2, 10]);
        let all = db.query(Order::by_amount("ann")).project::<Summary>().all().await.unwrap();
        assert_eq!(all, [summary(1, 1), summary(2, 2), summary(1, 10)]);
    }

    /// Paths lead into maps and lists; what is not there is `None`.
    async fn parts_of_attributes_are_read(t: &Test) {
        let db = t.table::<Shop>().await;
        let address = Address { street: "Main St".into(), city: "Bern".into(), code: None };
        let full = Order {
            ship_to: Some(address.clone()),
            history: ["x", "y", "z", "w"].map(str::to_owned).to_vec(),
            counts: [("a".to_owned(), 7)].into(),
            ..order(1, 1)
        };
        db.put(&full).await.unwrap();
        db.put(&order(1, 2)).await.unwrap();
        let parts = |number| db.get(order_key(1, number)).project::<Parts>();
        let (city, second, third) = (Some("Bern".into()), Some("y".into()), Some("z".into()));
        let expected = Parts { city, code: None, third, second, a: Some(7), state: Status::Open };
        assert_eq!(parts(1).await.unwrap(), Some(expected));
        let nothing = Parts { city: None, code: None, third: None, second: None, a: None, state: Status::Open };
        assert_eq!(parts(2).await.unwrap(), Some(nothing));

        let get = db.get(order_key(1, 1)).project::<Overlapping>();
        assert_eq!(get.to_request().unwrap().projection.as_deref(), Some("#0, #1, #2, #3, #4"));
        let (history, second) = (full.history, Some("y".into()));
        let expected = Overlapping { history, second, city: Some("Bern".into()), ship_to: Some(address) };
        assert_eq!(get.await.unwrap(), Some(expected));
    }

    /// What an absent attribute reads as is what the entity says; key fields are read back from the key.
    async fn absent_attributes_read_as_in_the_entity(t: &Test) {
        let db = t.table::<Shop>().await;
        let (table, status) = (db.table_name::<Shop>(), Value::from("Open"));
        let foreign = Item::from([
            ("PK", Value::from("CUSTOMER#ann")),
            ("SK", Value::from("ORDER#2026-05-01#0000000007")),
            ("status", status),
        ]);
        db.backend().put(call::Put { table, item: foreign, ..Default::default() }).await.unwrap();
        let defaults = db.get(order_key(1, 7)).project::<Defaults>().await.unwrap();
        assert_eq!(defaults, Some(Defaults { counts: BTreeMap::new(), stock: 0 }));
        let all = db.query(Order::of_customer("ann")).project::<Summary>().all().await.unwrap();
        assert_eq!(all, [Summary { note: None, ..summary(1, 7) }]);
    }

    /// An item that lacks a field is an error that names it.
    async fn a_missing_field_is_an_error(t: &Test) {
        let db = t.table::<Shop>().await;
        let (table, pk) = (db.table_name::<Shop>(), Value::from("CUSTOMER#ann"));
        let broken = Item::from([("PK", pk), ("SK", Value::from("ORDER#2026-05-01#0000000007"))]);
        db.backend().put(call::Put { table, item: broken, ..Default::default() }).await.unwrap();
        let error = db.get(order_key(1, 7)).project::<Summary>().await.unwrap_err();
        assert!(error.is_decode(), "{error}");
        assert!(error.to_string().contains("status"), "{error}");
    }

    /// What is expired is left out of projections too, unless it is asked for.
    async fn projections_leave_out_what_is_expired(t: &Test) {
        let db = t.table::<Shop>().await;
        let (now, hour) = (db.backend().now(), Duration::from_hours(1));
        for (token, time) in [("over", now - hour), ("running", now + hour)] {
            let expires = Some(Expiry::at(time));
            db.put(&Session { customer: "ann".into(), token: token.into(), expires }).await.unwrap();
        }
        let token = |token: &str| Token { token: token.into() };
        let sessions = || db.query(Session::of_user("ann"));
        assert_eq!(sessions().project::<Token>().all().await.unwrap(), [token("running")]);
        let with_expired = sessions().include_expired().project::<Token>().all().await.unwrap();
        assert_eq!(with_expired, [token("over"), token("running")]);
        assert_eq!(sessions().keys().all().await.unwrap(), [Session::key("ann", "running")]);
        let get = |token| db.get(Session::key("ann", token)).project::<Ends>();
        assert_eq!(get("over").await.unwrap(), None);
        assert_eq!(get("running").await.unwrap(), Some(Ends { expires: Some(Expiry::at(now + hour)) }));
        let over = get("over").include_expired().await.unwrap();
        assert_eq!(over, Some(Ends { expires: Some(Expiry::at(now - hour)) }));
    }

    /// Every pattern gives keys, and they are the keys of its entity alone.
    async fn every_pattern_gives_keys(t: &Test) {
        let db = orders(t).await;
        let keys = [order_key(1, 1), order_key(1, 10), order_key(2, 2)];
        let of_customer = || db.query(Order::of_customer("ann")).keys();
        assert_eq!(of_customer().all().await.unwrap(), keys);
        assert_eq!(names(&of_customer().to_request().unwrap().names), ["PK", "SK", "_type"]);
        let page = of_customer().take(2).page().await.unwrap();
        assert_eq!(page.items, keys[..2]);
        assert_eq!(of_customer().cursor(page.next).all().await.unwrap(), keys[2..]);
        assert_eq!(db.query(Order::by_number(10u32)).keys().first().await.unwrap(), Some(order_key(1, 10)));
        let by_amount = db.query(Order::by_amount("ann")).keys().all().await.unwrap();
        assert_eq!(by_amount, [order_key(1, 1), order_key(2, 2), order_key(1, 10)]);
        let mut scanned = db.scan::<Order>().keys().items();
        let mut n_scanned = 0;
        while let Some(key) = scanned.next().await {
            assert!(keys.contains(&key.unwrap()));
            n_scanned += 1;
        }
        assert_eq!(n_scanned, 3);

        let db = t.table::<Links>().await;
        let link = Link { user: "ann".into(), day: 7, number: 3 };
        db.put(&link).await.unwrap();
        let inverted = db.query(Link::inverted(7u32, "ann", 3u32)).keys().all().await.unwrap();
        assert_eq!(inverted, [Key::of_entity(&link)]);
    }
}
