//! Pages, limits and cursors.

use dynorm::prelude::*;
use dynorm::{CursorKeys, CursorProblem};

use crate::scenario::{Order, Reading, Shop, Status, line, order};

/// Readings 0 to 9 of one device.
async fn readings(t: &crate::setup::Test) -> Db {
    let db = t.table::<Reading>().await;
    for (at, value) in (0..10).zip([0.0, 1.0, 2.0].into_iter().cycle()) {
        db.put(&Reading { device: "d".into(), at, value }).await.unwrap();
    }
    db
}

fn times(readings: &[Reading]) -> Vec<i64> {
    readings.iter().map(|reading| reading.at).collect()
}

crate::cases! {
    /// Pages of any size, one after the other, are the whole, in both directions.
    async fn pages_put_together_are_the_whole(t: &Test) {
        let db = readings(t).await;
        for descending in [false, true] {
            let query = || {
                let query = db.query(Reading::of_device("d"));
                if descending { query.newest_first() } else { query }
            };
            let whole = query().all().await.unwrap();
            assert_eq!(whole.len(), 10);
            for n in [1, 3, 5, 10, 11] {
                let (mut found, mut next) = (Vec::new(), None::<Cursor>);
                loop {
                    let cursor = next.map(|next| next.to_string().parse::<Cursor>().unwrap());
                    let page = query().take(n).cursor(cursor).page().await.unwrap();
                    assert!(page.items.len() <= n);
                    found.extend(page.items);
                    next = page.next;
                    if next.is_none() {
                        break;
                    }
                }
                assert_eq!(found, whole, "{n} {descending}");
            }
        }
    }

    /// With a filter, `take` gives as many as there are, however many items have to be read.
    async fn take_is_exact_with_a_filter(t: &Test) {
        let db = readings(t).await;
        let zeros = || db.query(Reading::of_device("d")).filter(Reading::VALUE.eq(0.0));
        let page = zeros().take(3).page().await.unwrap();
        assert_eq!(times(&page.items), [0, 3, 6]);
        let rest = zeros().take(3).cursor(page.next.unwrap()).page().await.unwrap();
        assert_eq!((times(&rest.items), rest.next), (vec![9], None));
        assert_eq!(times(&zeros().take(99).all().await.unwrap()), [0, 3, 6, 9]);
        assert_eq!(times(&zeros().take(0).all().await.unwrap()), [] as [i64; 0]);
        let page = zeros().evaluate(2).take(3).page().await.unwrap();
        assert_eq!((times(&page.items), page.requests > 1), (vec![0, 3, 6], true));
    }

    /// `evaluate` limits what one request reads, before the filter.
    async fn evaluate_counts_items_read(t: &Test) {
        let db = readings(t).await;
        let page = db.query(Reading::of_device("d")).filter(Reading::VALUE.eq(1.0)).evaluate(3).page().await.unwrap();
        assert_eq!((times(&page.items), page.count, page.scanned, page.requests), (vec![1], 1, 3, 1));
        let all = db.query(Reading::of_device("d")).filter(Reading::VALUE.eq(1.0)).evaluate(3).all().await.unwrap();
        assert_eq!(times(&all), [1, 4, 7]);
    }

    /// `max_requests` ends a page early, and fails what would have to be complete.
    async fn max_requests_ends_a_read(t: &Test) {
        let db = readings(t).await;
        let query = || db.query(Reading::of_device("d")).evaluate(2).max_requests(2);
        let page = query().take(9).page().await.unwrap();
        assert_eq!((times(&page.items), page.requests), (vec![0, 1, 2, 3], 2));
        let rest = db.query(Reading::of_device("d")).cursor(page.next.unwrap()).all().await.unwrap();
        assert_eq!(times(&rest), [4, 5, 6, 7, 8, 9]);
        assert!(query().all().await.unwrap_err().is_unfinished());
        assert!(query().count().await.unwrap_err().is_unfinished());
        let enough = db.query(Reading::of_device("d")).evaluate(5).max_requests(3).all().await.unwrap();
        assert_eq!(enough.len(), 10);
    }

    /// A count is limited as the entities would be, and the first entity is looked for or the search is unfinished.
    async fn counts_and_firsts_are_limited(t: &Test) {
        let db = readings(t).await;
        let query = || db.query(Reading::of_device("d"));
        assert_eq!(query().take(4).count().await.unwrap(), 4);
        assert_eq!(query().take(40).evaluate(3).count().await.unwrap(), 10);
        assert_eq!(query().filter(Reading::VALUE.eq(0.0)).take(2).count().await.unwrap(), 2);
        let last = || query().filter(Reading::VALUE.eq(2.0) & !Reading::VALUE.lt(2.0)).evaluate(1);

        assert!(last().max_requests(1).first().await.unwrap_err().is_unfinished());
        assert_eq!(last().first().await.unwrap().map(|reading| reading.at), Some(2));
    }

    /// Streams give the same as `all`.
    async fn streams_give_everything(t: &Test) {
        let db = readings(t).await;
        let (mut items, mut found) = (db.query(Reading::of_device("d")).evaluate(4).items(), Vec::new());
        while let Some(reading) = items.next().await {
            found.push(reading.unwrap().at);
        }
        assert_eq!(found, (0..10).collect::<Vec<_>>());
        let (mut pages, mut sizes) = (db.query(Reading::of_device("d")).evaluate(4).pages(), Vec::new());
        while let Some(page) = pages.next().await {
            sizes.push(page.unwrap().items.len());
        }
        assert_eq!(sizes[..3], [4, 4, 2]);
    }

    /// A cursor follows entities of one type, among others of the partition, also on an index.
    async fn cursors_pass_over_other_entities(t: &Test) {
        let db = t.table::<Shop>().await;
        for number in 0..6 {
            db.put(&Order { priority: Some(1), ..order(1, number) }).await.unwrap();
            db.put(&line(1, number, 1)).await.unwrap();
        }
        let first = db.query(Order::of_customer("ann")).take(2).page().await.unwrap();
        let second = db.query(Order::of_customer("ann")).cursor(first.next.unwrap()).take(2).page().await.unwrap();
        assert_eq!(second.items.iter().map(|order| order.number).collect::<Vec<_>>(), [2, 3]);

        let first = db.query(Order::by_status(Status::Open)).take(4).page().await.unwrap();
        let rest = db.query(Order::by_status(Status::Open)).cursor(first.next.unwrap()).all().await.unwrap();
        assert_eq!(rest.iter().map(|order| order.number).collect::<Vec<_>>(), [4, 5]);
    }

    /// Another query refuses a cursor and says what differs.
    async fn another_query_refuses_a_cursor(t: &Test) {
        let db = readings(t).await;
        let next = async || db.query(Reading::of_device("d")).take(2).page().await.unwrap().next.unwrap();
        for (query, differs) in [
            (db.query(Reading::of_device("e")), "with other key values"),
            (db.query(Reading::of_device("d").at_in(1..)), "with other key values"),
            (db.query(Reading::of_device("d")).newest_first(), "with another direction"),
        ] {
            let error = query.cursor(next().await).page().await.unwrap_err();
            assert_eq!(error.cursor_problem(), Some(CursorProblem::OtherRead), "{error}");
            assert!(error.to_string().contains(differs), "{error}");
        }
        let renamed = db.with_table_name::<Reading>("another");
        let error = renamed.query(Reading::of_device("d")).cursor(next().await).page().await.unwrap_err();
        assert!(error.to_string().contains("with another table"), "{error}");

        let shop = t.table_in::<Shop>(&db).await;
        shop.put(&Order { priority: Some(1), ..order(1, 1) }).await.unwrap();
        shop.put(&Order { priority: Some(1), ..order(1, 2) }).await.unwrap();
        let next = shop.query(Order::of_customer("ann")).take(1).page().await.unwrap().next;
        let error = shop.query(Order::by_status(Status::Open)).cursor(next).page().await.unwrap_err();
        assert!(error.to_string().contains("another index, another access pattern, other key values"), "{error}");
    }

    /// A cursor is a place between keys: another filter, page size, consistency or the expired may go on from it.
    async fn a_cursor_goes_on_under_another_filter(t: &Test) {
        let db = readings(t).await;
        let page = db.query(Reading::of_device("d")).filter(Reading::VALUE.eq(0.0)).take(2).page().await.unwrap();
        let rest = db.query(Reading::of_device("d")).consistent().include_expired().cursor(page.next).all().await;
        assert_eq!(times(&rest.unwrap()), [4, 5, 6, 7, 8, 9]);
    }

    /// A token that is damaged, or of another version, is no cursor.
    async fn damaged_tokens_are_no_cursors(t: &Test) {
        let db = readings(t).await;
        let token = db.query(Reading::of_device("d")).take(2).page().await.unwrap().next.unwrap().to_string();
        for damaged in ["", "x", "AQAA", "%%%", &token[..token.len() - 4], &format!("{token}AAAA")] {
            let error = damaged.parse::<Cursor>().unwrap_err();
            assert_eq!(error.cursor_problem(), Some(CursorProblem::Damaged), "{damaged:?}");
        }
        let error = format!("B{}", &token[1..]).parse::<Cursor>().unwrap_err();
        assert_eq!(error.cursor_problem(), Some(CursorProblem::OtherVersion));
        assert!(error.to_string().contains("version 5"), "{error}");
    }

    /// A page knows the one before it, and both ends of the read say so.
    async fn a_page_knows_the_one_before(t: &Test) {
        let db = readings(t).await;
        for descending in [false, true] {
            let query = || {
                let query = db.query(Reading::of_device("d")).take(4);
                if descending { query.newest_first() } else { query }
            };
            let first = query().page().await.unwrap();
            assert_eq!(first.previous, None);
            let second = query().cursor(first.next.clone()).page().await.unwrap();
            let third = query().cursor(second.next.clone()).page().await.unwrap();
            assert_eq!((third.items.len(), third.next), (2, None));

            let back = query().cursor(third.previous).page().await.unwrap();
            assert_eq!(back.items, second.items);
            let again = query().cursor(back.next).page().await.unwrap();
            assert_eq!(again.items, third.items);
            let back = query().cursor(back.previous).page().await.unwrap();
            assert_eq!(back.items, first.items);

            // What comes before the first page is empty, and knows that the first page is next.
            let before = query().cursor(back.previous).page().await.unwrap();
            assert_eq!((before.items.len(), before.previous), (0, None));
            assert_eq!(query().cursor(before.next).page().await.unwrap().items, first.items);
        }
    }

    /// From a previous page, everything before it can be read in the usual order, but not streamed.
    async fn what_came_before_is_read_in_order(t: &Test) {
        let db = readings(t).await;
        let query = || db.query(Reading::of_device("d")).evaluate(2);
        let first = query().take(5).page().await.unwrap();
        let previous = query().cursor(first.next).take(1).page().await.unwrap().previous;
        assert_eq!(times(&query().cursor(previous.clone()).all().await.unwrap()), [0, 1, 2, 3, 4]);
        assert_eq!(query().cursor(previous.clone()).count().await.unwrap(), 5);
        assert_eq!(query().cursor(previous.clone()).first().await.unwrap().unwrap().at, 4);
        assert!(query().cursor(previous.clone()).to_request().unwrap().descending);
        let error = query().cursor(previous).items().next().await.unwrap().unwrap_err();
        assert_eq!(error.code(), "DYN0402");
    }

    /// A scan has no previous page.
    async fn a_scan_goes_one_way(t: &Test) {
        let db = t.table::<Shop>().await;
        for number in 0..4 {
            db.put(&order(1, number)).await.unwrap();
        }
        let first = db.scan::<Order>().take(2).page().await.unwrap();
        let second = db.scan::<Order>().take(2).cursor(first.next).page().await.unwrap();
        assert_eq!((second.items.len(), second.previous), (2, None));
    }

    /// A database with keys signs its cursors and accepts only its own; keys can be changed without losing cursors.
    async fn signed_cursors_cannot_be_forged(t: &Test) {
        let unsigned = readings(t).await;
        let old = || CursorKeys::new([1; 32]).unwrap();
        let new = || CursorKeys::new([2; 32]).unwrap();
        let next = async |db: &Db, device: &str| {
            db.query(Reading::of_device(device)).take(3).page().await.unwrap().next.unwrap().to_string()
        };
        let read = async |db: &Db, token: &str| {
            db.query(Reading::of_device("d")).cursor(token.parse::<Cursor>().unwrap()).all().await
        };
        let signed = unsigned.with_cursor_keys(old());
        let token = next(&signed, "d").await;
        assert_eq!(read(&signed, &token).await.unwrap().len(), 7);
        assert_eq!(read(&unsigned, &token).await.unwrap().len(), 7);

        let rotated = unsigned.with_cursor_keys(new().accept([1; 32]).unwrap());
        assert_eq!(read(&rotated, &token).await.unwrap().len(), 7);
        let after_rotation = next(&rotated, "d").await;
        assert_eq!(read(&unsigned.with_cursor_keys(new()), &after_rotation).await.unwrap().len(), 7);

        let plain = next(&unsigned, "d").await;
        let changed = format!("{}{}", &token[..token.len() - 1], if token.ends_with('A') { "E" } else { "A" });
        let other_key = next(&unsigned.with_cursor_keys(new()), "d").await;
        for forged in [plain, changed, other_key] {
            let error = read(&signed, &forged).await.unwrap_err();
            assert_eq!(error.cursor_problem(), Some(CursorProblem::BadSignature), "{forged}: {error}");
        }
        assert_eq!(CursorKeys::new([1; 31]).unwrap_err().code(), "DYN0402");
    }

    /// A page states the sum of what its requests cost.
    async fn a_page_states_its_cost(t: &Test) {
        let db = readings(t).await;
        let page = db.query(Reading::of_device("d")).page().await.unwrap();
        assert!((page.capacity.unwrap().units.total - 0.5).abs() < f64::EPSILON);
        let page = db.query(Reading::of_device("d")).consistent().evaluate(5).take(8).page().await.unwrap();
        assert!((page.capacity.unwrap().units.total - 2.0).abs() < f64::EPSILON);
    }

    /// More than 1 MB is read in several requests without being asked.
    async fn a_megabyte_is_no_border(t: &Test) {
        let db = t.table::<Shop>().await;
        for number in 0..6 {
            db.put(&Order { note: Some("x".repeat(300_000)), ..order(1, number) }).await.unwrap();
        }
        let page = db.query(Order::of_customer("ann")).page().await.unwrap();
        assert!(page.items.len() < 6 && page.next.is_some(), "{} items", page.items.len());
        assert_eq!(db.query(Order::of_customer("ann")).all().await.unwrap().len(), 6);
        assert_eq!(db.query(Order::of_customer("ann")).count().await.unwrap(), 6);
    }
}
