//! Pages, limits and cursors.

use dynorm::prelude::*;

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
                    let query = query().take(n);
                    let query = match next {
                        Some(cursor) => query.after(cursor.to_string().parse().unwrap()),
                        None => query,
                    };
                    let page = query.page().await.unwrap();
                    assert!(page.items.len() <= n);
                    found.extend(page.items);
                    match page.next {
                        Some(cursor) => next = Some(cursor),
                        None => break,
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
        let rest = zeros().take(3).after(page.next.unwrap()).page().await.unwrap();
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
        let rest = db.query(Reading::of_device("d")).after(page.next.unwrap()).all().await.unwrap();
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
        let second = db.query(Order::of_customer("ann")).after(first.next.unwrap()).take(2).page().await.unwrap();
        assert_eq!(second.items.iter().map(|order| order.number).collect::<Vec<_>>(), [2, 3]);

        let first = db.query(Order::by_status(Status::Open)).take(4).page().await.unwrap();
        let rest = db.query(Order::by_status(Status::Open)).after(first.next.unwrap()).all().await.unwrap();
        assert_eq!(rest.iter().map(|order| order.number).collect::<Vec<_>>(), [4, 5]);
    }

    /// Another query refuses a cursor, and a damaged one is no cursor.
    async fn foreign_and_damaged_cursors_are_refused(t: &Test) {
        let db = readings(t).await;
        let cursor = || async { db.query(Reading::of_device("d")).take(2).page().await.unwrap().next.unwrap() };
        for query in [
            db.query(Reading::of_device("e")).after(cursor().await),
            db.query(Reading::of_device("d")).newest_first().after(cursor().await),
        ] {
            let error = query.page().await.unwrap_err();
            assert!(error.is_cursor() && error.to_string().contains("another query"), "{error}");
        }
        let narrowed = db.query(Reading::of_device("d").at_in(1..)).after(cursor().await).page().await;
        assert!(narrowed.unwrap_err().is_cursor());
        for damaged in ["", "x", "AAAA", "%%%"] {
            assert!(damaged.parse::<Cursor>().unwrap_err().is_cursor(), "{damaged:?}");
        }
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
