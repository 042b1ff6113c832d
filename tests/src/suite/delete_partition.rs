//! Deleting the entities of an access pattern.

use std::time::Duration;

use dynorm::prelude::*;

use crate::scenario::{Customer, Line, Order, Session, Shop, ann, line, may, order};

crate::cases! {
    /// All entities of the pattern go, in as many batches as it takes, and items of others among them stay.
    async fn only_the_entity_is_deleted(t: &Test) {
        let db = t.table::<Shop>().await;
        db.put(&ann()).await.unwrap();
        for number in 0..30 {
            db.put(&order(1, number)).await.unwrap();
            db.put(&line(1, number, 1)).await.unwrap();
        }
        let deleted = db.delete_partition(Order::of_customer("ann")).await.unwrap();
        assert_eq!((deleted.n_written, deleted.left.len()), (30, 0));
        assert!(deleted.capacity[0].units.total >= 30.0);
        deleted.complete().unwrap();
        assert_eq!(db.query(Order::of_customer("ann")).count().await.unwrap(), 0);
        assert_eq!(db.query(Line::of_order("ann")).count().await.unwrap(), 30);
        assert!(db.get(Customer::key("ann")).await.unwrap().is_some());
    }

    /// A narrowed pattern deletes what it would read, also what is expired; nothing is no error.
    async fn what_is_read_is_deleted(t: &Test) {
        let db = t.table::<Shop>().await;
        for day in 1..=4 {
            db.put(&order(day, 1)).await.unwrap();
        }
        let deleted = db.delete_partition(Order::of_customer("ann").placed_on_in(..may(3))).await.unwrap();
        assert_eq!(deleted.n_written, 2);
        deleted.complete().unwrap();
        let rest = db.query(Order::of_customer("ann")).all().await.unwrap();
        assert_eq!(rest, [order(3, 1), order(4, 1)]);

        let over = Expiry::at(db.backend().now() - Duration::from_hours(1));
        db.put(&Session { customer: "ann".into(), token: "t".into(), expires: Some(over) }).await.unwrap();
        assert_eq!(db.delete_partition(Session::of_user("ann")).await.unwrap().n_written, 1);
        let left = db.query(Session::of_user("ann")).include_expired().count().await.unwrap();
        assert_eq!(left, 0);
        let nothing = db.delete_partition(Session::of_user("ann")).await.unwrap();
        assert_eq!(nothing.n_written, 0);
        nothing.complete().unwrap();
    }
}
