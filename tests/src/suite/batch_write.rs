//! Writing and deleting many entities, each on its own.

use dynorm::backend::call::BatchWriteAction;
use dynorm::prelude::*;

use crate::scenario::{Customer, Order, Reading, Shop, Status, ann, line, order, order_key};

fn reading(at: i64) -> Reading {
    Reading { device: "d".into(), at, value: 0.0 }
}

async fn stored(db: &Db) -> Vec<i64> {
    db.query(Reading::of_device("d")).all().await.unwrap().into_iter().map(|reading| reading.at).collect()
}

crate::cases! {
    /// Many are put in requests of 25, and deleted again.
    async fn many_are_put_and_deleted(t: &Test) {
        let db = t.table::<Reading>().await;
        let put = || db.put_many((0..60).map(reading));
        let sizes = |requests: Vec<dynorm::backend::call::BatchWrite>| {
            requests.iter().map(|r| r.tables[&db.table_name::<Reading>()].len()).collect::<Vec<_>>()
        };
        assert_eq!(sizes(put().to_requests().unwrap()), [25, 25, 10]);
        let written = put().await.unwrap();
        assert_eq!((written.n_written, written.left.is_empty()), (60, true));
        assert_eq!(stored(&db).await, (0..60).collect::<Vec<_>>());
        // To delete what is not there is no error.
        let delete = || db.delete_many((30..70).map(|at| Reading::key("d", at)));
        assert_eq!(sizes(delete().to_requests().unwrap()), [25, 15]);
        assert_eq!(delete().await.unwrap().n_written, 40);
        assert_eq!(stored(&db).await, (0..30).collect::<Vec<_>>());
    }

    /// Nothing to write is no request.
    async fn nothing_is_no_request(t: &Test) {
        let db = t.without_table::<Shop>();
        db.put_many(Vec::<Order>::new()).await.unwrap().complete().unwrap();
        db.delete_many(Vec::<Key<Order>>::new()).await.unwrap().complete().unwrap();
        assert!(db.batch().is_empty() && db.batch().to_requests().unwrap().is_empty());
        db.batch().await.unwrap().complete().unwrap();
    }

    /// A put replaces, and keeps index keys as they should be.
    async fn a_put_replaces(t: &Test) {
        let db = t.table::<Shop>().await;
        db.put(&Order { priority: Some(3), ..order(1, 1) }).await.unwrap();
        db.put_many([Order { priority: Some(5), ..order(1, 1) }, order(1, 2)]).await.unwrap().complete().unwrap();
        let open = db.query(Order::by_status(Status::Open)).all().await.unwrap();
        assert_eq!(open, [Order { priority: Some(5), ..order(1, 1) }]);
    }

    /// Puts and deletions of entities of several tables go in one batch.
    async fn a_batch_mixes_entities(t: &Test) {
        let db = t.table::<Shop>().await;
        let db = t.table_in::<Reading>(&db).await;
        db.put(&order(1, 1)).await.unwrap();
        let batch = || db.batch().put(&ann()).delete(order_key(1, 1)).put(&reading(7)).put(&line(1, 2, 3));
        let requests = batch().to_requests().unwrap();
        assert_eq!(requests.len(), 1);
        let [BatchWriteAction::Put(put), BatchWriteAction::Delete(key), _] =
            &requests[0].tables[&db.table_name::<Shop>()][..]
        else {
            panic!("{requests:?}")
        };
        assert_eq!((put.get("name"), Some(key)), (Some(&Value::from("Ann")), order_key(1, 1).item().ok()));
        let written = batch().await.unwrap();
        assert_eq!((written.n_written, written.left.is_empty(), written.capacity.len()), (4, true, 2));
        assert_eq!(db.get(Customer::key("ann")).await.unwrap(), Some(ann()));
        assert_eq!(db.get(order_key(1, 1)).await.unwrap(), None);
        assert_eq!(stored(&db).await, [7]);
    }

    /// Two writes on one item are refused before anything is sent, with the entity, the key and both places.
    async fn an_item_is_written_once(t: &Test) {
        let db = t.without_table::<Shop>();
        let put = db.put_many((0..40).map(|n| order(1, n % 39))).await.unwrap_err();
        let deletion = db.delete_many([order_key(1, 0), order_key(1, 0)]).await.unwrap_err();
        let mixed = db.batch().put(&order(1, 0)).put(&ann()).delete(order_key(1, 0)).await.unwrap_err();
        for (error, places) in [(put, "1 and 40"), (deletion, "1 and 2"), (mixed, "1 and 3")] {
            assert_eq!(error.code(), "DYN0402");
            for named in ["`Order`", "ORDER#2026-05-01#0000000000", places] {
                assert!(error.to_string().contains(named), "{error}");
            }
        }
        // The same key in two tables is two items.
        let db = t.table_in::<Shop>(&db).await;
        let elsewhere = t.table_in::<Reading>(&db).await;
        elsewhere.batch().put(&reading(1)).put(&order(1, 1)).await.unwrap().complete().unwrap();
    }

    /// What cannot be stored is an error, and nothing is sent.
    async fn a_bad_entity_is_refused(t: &Test) {
        let db = t.without_table::<Shop>();
        let bad = Customer { id: "a#b".into(), ..ann() };
        assert!(db.put_many([ann(), bad.clone()]).await.unwrap_err().is_key());
        assert!(db.delete_many(["ann", "a#b"].map(Customer::key)).await.unwrap_err().is_key());
        assert!(db.batch().put(&ann()).put(&bad).await.unwrap_err().is_key());
        let large = Customer { name: "x".repeat(410_000), ..ann() };
        assert!(db.put_many([large]).await.unwrap_err().is_too_large());
    }

    /// A refusal is in the result, with everything left.
    async fn a_refusal_leaves_the_entities(t: &Test) {
        let db = t.without_table::<Shop>();
        let written = db.put_many([ann()]).await.unwrap();
        assert_eq!((written.n_written, &written.left[..]), (0, &[ann()][..]));
        let error = written.complete().unwrap_err();
        assert!(error.is_incomplete() && error.is_table_not_found(), "{error}");
        assert!(error.to_string().starts_with("cannot put `Customer`: 1 of 1 are left: "), "{error}");
    }

    /// The cost is the sum over all requests, for each table.
    async fn costs_are_summed(t: &Test) {
        let db = t.table::<Reading>().await;
        let written = db.put_many((0..60).map(reading)).await.unwrap();
        assert_eq!((written.capacity.len(), written.capacity[0].table.clone()), (1, db.table_name::<Reading>()));
        assert!((written.capacity[0].units.total - 60.0).abs() < f64::EPSILON, "{:?}", written.capacity);
        written.complete().unwrap();
    }
}
