//! Reading access patterns.

use dynorm::backend::call::Select;
use dynorm::prelude::*;
use rust_decimal::Decimal;

use crate::scenario::{Customer, Line, Loan, Order, Reading, Session, Shop, Status, ann, line, may, order};

/// Ann's profile, orders on three days, lines of two of them, and another customer's order.
async fn shop(t: &crate::setup::Test) -> Db {
    let db = t.table::<Shop>().await;
    db.put(&ann()).await.unwrap();
    for (day, number) in [(1, 1), (1, 10), (2, 2), (12, 3)] {
        db.put(&order(day, number)).await.unwrap();
    }
    for (day, number, n) in [(1, 1, 1), (1, 1, 2), (1, 10, 1)] {
        db.put(&line(day, number, n)).await.unwrap();
    }
    db.put(&Order { customer: "anna".into(), ..order(1, 99) }).await.unwrap();
    db
}

fn numbers(orders: &[Order]) -> Vec<u32> {
    orders.iter().map(|order| order.number).collect()
}

crate::cases! {
    /// A query gives the entities of its type in the order of the sort key, not the others of the partition.
    async fn a_query_gives_one_type_in_order(t: &Test) {
        let db = shop(t).await;
        let orders = db.query(Order::of_customer("ann")).all().await.unwrap();
        assert_eq!(numbers(&orders), [1, 10, 2, 3]);
        let newest = db.query(Order::of_customer("ann")).newest_first().all().await.unwrap();
        assert_eq!(numbers(&newest), [3, 2, 10, 1]);
        assert!(db.query(Order::of_customer("nobody")).all().await.unwrap().is_empty());
    }

    /// Equality on a segment closes it: day 1 does not match day 12, order 1 not order 10.
    async fn equality_closes_a_segment(t: &Test) {
        let db = shop(t).await;
        let of = |day| Order::of_customer("ann").placed_on(may(day));
        assert_eq!(numbers(&db.query(of(1)).all().await.unwrap()), [1, 10]);
        assert_eq!(numbers(&db.query(of(1).number(1u32)).all().await.unwrap()), [1]);
        let lines = db.query(Line::of_order("ann").placed_on(may(1)).number(1u32)).all().await.unwrap();
        assert_eq!(lines, [line(1, 1, 1), line(1, 1, 2)]);
        let lines = db.query(Line::of_order("ann").placed_on(may(1))).all().await.unwrap();
        assert_eq!(lines.len(), 3);
    }

    /// A raw prefix is another method.
    async fn a_prefix_is_asked_for(t: &Test) {
        let db = shop(t).await;
        let of = |prefix| db.query(Order::of_customer("ann").placed_on_prefix(prefix)).all();
        assert_eq!(numbers(&of("2026-05-1").await.unwrap()), [3]);
        assert_eq!(numbers(&of("2026-05").await.unwrap()), [1, 10, 2, 3]);
        assert_eq!(numbers(&of("").await.unwrap()), [1, 10, 2, 3]);
        assert!(of("2026#05").await.unwrap_err().is_key());
    }

    /// A complete sort key is asked for by equality.
    async fn a_complete_key_is_equal(t: &Test) {
        let db = t.without_table::<Shop>();
        let request = db.query(Order::of_customer("ann").placed_on(may(1)).number(1u32)).to_request().unwrap();
        assert_eq!(request.key_condition.as_deref(), Some("#0 = :0 AND #1 = :1"));
        assert_eq!(request.values.get(":1"), Some(&Value::from("ORDER#2026-05-01#0000000001")));
    }

    /// A filter leaves out entities that were read; both numbers are on the page.
    async fn a_filter_shows_what_was_read(t: &Test) {
        let db = shop(t).await;
        let dear = || db.query(Order::of_customer("ann")).filter(Order::AMOUNT.gt(Decimal::from(2)));
        let page = dear().page().await.unwrap();
        assert_eq!(numbers(&page.items), [10, 3]);
        assert_eq!((page.count, page.scanned, page.requests), (2, 7, 1));
        assert_eq!(dear().count().await.unwrap(), 2);
        let all = dear().filter(Order::STATUS.eq(Status::Paid)).all().await.unwrap();
        assert_eq!(all, []);
    }

    /// Conditions put together by `&`, `|` and `!` mean what they say.
    async fn operators_combine(t: &Test) {
        let db = shop(t).await;
        let with = async |filter| numbers(&db.query(Order::of_customer("ann")).filter(filter).all().await.unwrap());
        let amount = |n: i64| Decimal::from(n);
        assert_eq!(with(Order::AMOUNT.eq(amount(2)) | Order::AMOUNT.eq(amount(3))).await, [2, 3]);
        assert_eq!(with(!(Order::AMOUNT.lt(amount(3)) | Order::AMOUNT.gt(amount(3)))).await, [3]);
        let either = Order::AMOUNT.le(amount(1)) | Order::AMOUNT.ge(amount(10));
        assert_eq!(with(either & Order::NOTE.not_exists()).await, [1, 10]);
        assert_eq!(with(Order::AMOUNT.between(amount(2), amount(3)) & !Order::NOTE.exists()).await, [2, 3]);
        assert_eq!(with(Order::AMOUNT.is_in([amount(1), amount(3), amount(5)])).await, [1, 3]);
        let error = db.query(Order::of_customer("ann")).filter(Order::STOCK.is_in([0; 101])).all().await.unwrap_err();
        assert!(error.to_string().contains("`stock`: `is_in` takes 1 to 100 values, not 101"), "{error}");
        assert_eq!(with(Order::NOTE.eq("x")).await, []);
        assert_eq!(with(Order::NOTE.ne("x")).await, [1, 10, 2, 3]);
    }

    /// Operators that look into values.
    async fn operators_look_into_values(t: &Test) {
        let db = t.table::<Shop>().await;
        let mut one = order(1, 1);
        one.note = Some("call before noon".into());
        one.tags = ["gift".to_owned(), "new".to_owned()].into();
        one.stock = 1;
        one.history = vec!["placed".into(), "packed".into()];
        one.counts = [("seen".to_owned(), 3)].into();
        one.ship_to = Some(crate::scenario::Address { street: "Main St 1".into(), city: "Bern".into(), code: None });
        db.put(&one).await.unwrap();
        db.put(&order(2, 2)).await.unwrap();
        let with = async |filter| numbers(&db.query(Order::of_customer("ann")).filter(filter).all().await.unwrap());
        assert_eq!(with(Order::NOTE.begins_with("call")).await, [1]);
        assert_eq!(with(Order::NOTE.contains("noon")).await, [1]);
        assert_eq!(with(Order::TAGS.contains("gift")).await, [1]);
        assert_eq!(with(Order::HISTORY.contains("packed")).await, [1]);
        assert_eq!(with(Order::HISTORY.index(1).eq("packed")).await, [1]);
        assert_eq!(with(Order::COUNTS.key("seen").ge(3)).await, [1]);
        assert_eq!(with(Order::SHIP_TO.at(crate::scenario::Address::CITY).eq("Bern")).await, [1]);
        assert_eq!(with(Order::TAGS.size().eq(2)).await, [1]);
        assert_eq!(with(Order::HISTORY.size().lt(2)).await, [2]);
        assert_eq!(with(Order::NOTE.has_type(ValueKind::S)).await, [1]);
        assert_eq!(with(Order::STOCK.gt(Order::RESERVED)).await, [1]);
        assert_eq!(with(Order::STOCK.eq(Order::RESERVED)).await, [2]);
    }

    /// A local index gives whole entities, consistently, though it holds only keys.
    async fn a_local_index_gives_whole_entities(t: &Test) {
        let db = shop(t).await;
        db.put(&Order { note: Some("whole".into()), ..order(3, 5) }).await.unwrap();
        let dear = db.query(Order::by_amount("ann")).newest_first().consistent().all().await.unwrap();
        assert_eq!(numbers(&dear), [10, 5, 3, 2, 1]);
        assert_eq!(dear[1].note.as_deref(), Some("whole"));
    }

    /// A global index that holds only keys can be counted.
    async fn an_index_of_keys_is_counted(t: &Test) {
        let db = shop(t).await;
        assert_eq!(db.query(Order::by_number(10u32)).count().await.unwrap(), 1);
        assert_eq!(db.query(Order::by_number(11u32)).count().await.unwrap(), 0);
    }

    /// Where no other entity can be among the keys, the service counts.
    async fn the_service_counts_where_it_can(t: &Test) {
        let db = shop(t).await;
        let sessions = db.query(Session::of_user("ann"));
        assert_eq!(sessions.to_request().unwrap().filter.as_deref(), Some("NOT #2 < :2"));
        assert_eq!(db.query(Order::of_customer("ann").placed_on(may(1))).count().await.unwrap(), 2);
        assert_eq!(db.query(Line::of_order("ann").placed_on(may(1))).count().await.unwrap(), 3);
        assert_eq!(db.query(Order::of_customer("ann")).count().await.unwrap(), 4);
    }

    /// The first entity, from either end.
    async fn the_first_is_the_smallest_or_the_largest(t: &Test) {
        let db = shop(t).await;
        let first = db.query(Order::of_customer("ann")).first().await.unwrap();
        assert_eq!(first.map(|order| order.number), Some(1));
        let last = db.query(Order::of_customer("ann")).newest_first().first().await.unwrap();
        assert_eq!(last.map(|order| order.number), Some(3));
        assert_eq!(db.query(Order::of_customer("nobody")).first().await.unwrap(), None);
    }

    /// Plain keys are queried by their types.
    async fn plain_keys_are_queried(t: &Test) {
        let db = t.table::<Reading>().await;
        for at in [-20, -3, 0, 5, 100] {
            db.put(&Reading { device: "d".into(), at, value: 0.5 }).await.unwrap();
        }
        let all = db.query(Reading::of_device("d")).all().await.unwrap();
        assert_eq!(all.iter().map(|reading| reading.at).collect::<Vec<_>>(), [-20, -3, 0, 5, 100]);
        assert_eq!(db.query(Reading::of_device("d").at(5)).all().await.unwrap().len(), 1);
    }

    /// The request says what it reads, and nothing is sent to show it.
    async fn the_request_can_be_seen(t: &Test) {
        let db = t.without_table::<Shop>();
        let request = db.query(Order::by_amount("ann")).filter(Order::STOCK.ge(1)).newest_first().consistent();
        let request = request.take(5).to_request().unwrap();
        assert_eq!(request.table, db.table_name::<Shop>());
        assert_eq!(request.index.as_deref(), Some("LSI1"));
        assert_eq!(request.key_condition.as_deref(), Some("#0 = :0 AND begins_with(#1, :1)"));
        assert_eq!(request.filter.as_deref(), Some("#2 >= :2"));
        assert_eq!(request.names.get("#2").map(AsRef::as_ref), Some("stock"));
        assert_eq!(request.values.get(":0"), Some(&Value::from("CUSTOMER#ann")));
        assert_eq!(request.select, Some(Select::AllAttributes));
        assert!(request.consistent && request.descending);
    }

    /// A profile is not found by a pattern of others, nor by another customer's key.
    async fn other_partitions_stay_out(t: &Test) {
        let db = shop(t).await;
        assert_eq!(db.get(Customer::key("anna")).await.unwrap(), None);
        assert_eq!(numbers(&db.query(Order::of_customer("anna")).all().await.unwrap()), [99]);
    }

    /// A field that is a key of one index can be in the filter of a read by another, in a scan, and in conditions.
    async fn filters_mention_the_keys_of_other_indexes(t: &Test) {
        let db = t.table::<Loan>().await;
        let loan = |book: &str, due, pages| Loan {
            reader: "ann".into(), book: book.into(), due: Some(due), branch: "b".into(), pages, renewals: 0,
        };
        for loan in [loan("dune", 3, 600), loan("emma", 9, 400), loan("ulysses", 6, 900)] {
            db.put(&loan).await.unwrap();
        }
        let books = |loans: Vec<Loan>| loans.into_iter().map(|loan| loan.book).collect::<Vec<_>>();
        let by_reader = db.query(Loan::of_reader("ann")).filter(Loan::DUE.le(6) & Loan::PAGES.gt(500));
        assert_eq!(books(by_reader.all().await.unwrap()), ["dune", "ulysses"]);
        let by_pages = db.query(Loan::by_pages("ann")).filter(Loan::BOOK.ne("dune") & Loan::RENEWALS.eq(0));
        assert_eq!(books(by_pages.all().await.unwrap()), ["emma", "ulysses"]);
        let by_book = db.query(Loan::by_book("emma")).filter(Loan::READER.eq("ann") | Loan::PAGES.eq(1));
        assert_eq!(books(by_book.all().await.unwrap()), ["emma"]);
        let by_branch = db.query(Loan::by_branch("b")).filter(Loan::BOOK.begins_with("u") & Loan::READER.exists());
        assert_eq!(by_branch.count().await.unwrap(), 1);
        let scan = db.scan::<Loan>().filter(Loan::BOOK.is_in(["dune", "emma"]) & !Loan::DUE.gt(Loan::PAGES));
        assert_eq!(scan.count().await.unwrap(), 2);
        let renewal = db.update(Loan::key("ann", "emma")).add(Loan::RENEWALS, 1).when(Loan::BOOK.eq("emma"));
        renewal.await.unwrap();
    }
}
