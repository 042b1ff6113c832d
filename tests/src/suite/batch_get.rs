//! Reading many entities by key.

use std::time::Duration;

use dynorm::backend::call;
use dynorm::prelude::*;

use crate::scenario::{Customer, Order, Reading, Session, Shop, ann, order, order_key};

fn reading(at: i64) -> Reading {
    Reading { device: "d".into(), at, value: 0.0 }
}

crate::cases! {
    /// Entities come in the order of their keys, with `None` where there is none, in requests of 100.
    async fn the_order_of_the_keys_is_kept(t: &Test) {
        let db = t.table::<Reading>().await;
        db.put_many((0..120).map(reading)).await.unwrap().complete().unwrap();
        let order: Vec<i64> = (0..130).map(|n| (n * 37) % 130).collect();
        let keys = || order.iter().map(|at| Reading::key("d", *at));
        let expected: Vec<_> = order.iter().map(|at| (*at < 120).then(|| reading(*at))).collect();
        assert_eq!(db.get_many(keys()).await.unwrap().complete().unwrap(), expected);
        let requests = db.get_many(keys()).to_requests().unwrap();
        let sizes: Vec<usize> = requests.iter().map(|r| r.tables[&db.table_name::<Reading>()].keys.len()).collect();
        assert_eq!(sizes, [100, 30]);
    }

    /// No key is no request.
    async fn no_key_is_no_request(t: &Test) {
        let db = t.without_table::<Shop>();
        assert!(db.get_many(Vec::<Key<Order>>::new()).to_requests().unwrap().is_empty());
        assert!(db.get_many(Vec::<Key<Order>>::new()).await.unwrap().complete().unwrap().is_empty());
    }

    /// Equal keys are asked for once, and answered in each place.
    async fn equal_keys_are_read_once(t: &Test) {
        let db = t.table::<Shop>().await;
        db.put(&order(1, 1)).await.unwrap();
        let keys = || [(1, 1), (9, 9), (1, 1), (9, 9), (1, 1)].map(|(day, number)| order_key(day, number));
        let there = || Some(order(1, 1));
        let read = db.get_many(keys()).consistent().await.unwrap();
        assert!((read.capacity[0].units.total - 2.0).abs() < f64::EPSILON, "{:?}", read.capacity);
        assert_eq!(read.complete().unwrap(), [there(), None, there(), None, there()]);
        assert_eq!(db.get_many(keys()).to_requests().unwrap()[0].tables[&db.table_name::<Shop>()].keys.len(), 2);
    }

    /// The cost is the sum over all requests: half a unit each, or one if the read is consistent.
    async fn costs_are_summed(t: &Test) {
        let db = t.table::<Reading>().await;
        db.put_many((0..150).map(reading)).await.unwrap().complete().unwrap();
        let keys = || (0..150).map(|at| Reading::key("d", at));
        for (read, units) in [
            (db.get_many(keys()).await.unwrap(), 75.0),
            (db.get_many(keys()).consistent().await.unwrap(), 150.0),
        ] {
            assert_eq!((read.capacity.len(), read.capacity[0].table.clone()), (1, db.table_name::<Reading>()));
            assert!((read.capacity[0].units.total - units).abs() < f64::EPSILON, "{:?}", read.capacity);
            assert_eq!(read.complete().unwrap().len(), 150);
        }
    }

    /// Expired entities are left out unless they are asked for.
    async fn what_is_expired_is_left_out(t: &Test) {
        let db = t.table::<Shop>().await;
        let over = Expiry::at(db.backend().now() - Duration::from_hours(1));
        let session = |token: &str, expires| Session { customer: "ann".into(), token: token.into(), expires };
        db.put_many([session("over", Some(over)), session("endless", None)]).await.unwrap().complete().unwrap();
        let keys = || ["over", "endless"].map(|token| Session::key("ann", token));
        let alive = db.get_many(keys()).await.unwrap().complete().unwrap();
        assert_eq!(alive, [None, Some(session("endless", None))]);
        let all = db.get_many(keys()).include_expired().await.unwrap().complete().unwrap();
        assert!(all.iter().all(Option::is_some), "{all:?}");
    }

    /// An item of the wrong form is the error of its key, and hides no other.
    async fn an_item_of_the_wrong_form_is_the_error_of_its_key(t: &Test) {
        let db = t.table::<Shop>().await;
        let (table, item) = (db.table_name::<Shop>(), Item::from([("PK", "CUSTOMER#bob"), ("SK", "PROFILE")]));
        db.backend().put(call::Put { table, item, ..Default::default() }).await.unwrap();
        db.put(&ann()).await.unwrap();
        let keys = ["bob", "ann"].map(Customer::key);
        let read = db.get_many(keys.clone()).await.unwrap();
        assert!(read.left.is_empty() && read.error.is_none());
        let [(bob, broken), (key, there)] = &read.read[..] else { panic!("{read:?}") };
        assert_eq!((bob, key), (&keys[0], &keys[1]));
        assert!(broken.as_ref().unwrap_err().is_decode());
        assert_eq!(there.as_ref().unwrap(), &Some(ann()));
        assert!(read.complete().unwrap_err().is_decode());
    }

    /// A key that cannot be made is an error, and nothing is sent.
    async fn a_bad_key_is_refused(t: &Test) {
        let db = t.without_table::<Shop>();
        let error = db.get_many(["ann", "a#b"].map(Customer::key)).await.unwrap_err();
        assert!(error.is_key(), "{error}");
    }

    /// A refusal is in the result, with all keys left.
    async fn a_refusal_leaves_the_keys(t: &Test) {
        let db = t.without_table::<Shop>();
        let keys = ["ann", "bob"].map(Customer::key);
        let read = db.get_many(keys.clone()).await.unwrap();
        assert_eq!(read.left, keys);
        assert!(read.read.is_empty() && read.error.as_ref().unwrap().is_table_not_found());
        let error = read.complete().unwrap_err();
        assert!(error.is_incomplete() && error.is_table_not_found(), "{error}");
    }

    /// Answers that are larger than one reply can be are fetched whole: 16 MB and more.
    async fn large_answers_are_fetched_whole(t: &Test) {
        let db = t.table::<Shop>().await;
        let large = |n: u32| Customer { id: format!("c{n:02}"), name: n.to_string().repeat(195_000) };
        db.put_many((10..55).map(large)).await.unwrap().complete().unwrap();
        let all = db.get_many((10..55).map(|n| Customer::key(format!("c{n}")))).await.unwrap().complete().unwrap();
        assert_eq!(all.len(), 45);
        assert!((10..55).zip(all).all(|(n, found)| found == Some(large(n))));
    }
}
