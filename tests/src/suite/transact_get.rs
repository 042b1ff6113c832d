//! Reading several entities as of one moment.

use std::time::Duration;

use dynorm::prelude::*;

use crate::scenario::{Customer, Order, Reading, Session, Shop, ann, line, may, order, order_key};
use crate::scenario::{File, Line};

crate::cases! {
    /// A tuple of keys gives a tuple of entities, of several tables.
    async fn a_tuple_gives_a_tuple(t: &Test) {
        let db = t.table::<Shop>().await;
        let db = t.table_in::<Reading>(&db).await;
        let reading = Reading { device: "d".into(), at: -3, value: 0.25 };
        db.transact_write().put(&ann()).put(&order(1, 1)).put(&line(1, 1, 2)).put(&reading).await.unwrap();
        let found = db
            .transact_get((
                Customer::key("ann"),
                order_key(1, 1),
                Reading::key("d", -3),
                Customer::key("bob"),
                Line::key("ann", may(1), 1u32, 2u8),
                order_key(9, 9),
                Reading::key("d", 3),
                Session::key("ann", "none"),
                order_key(1, 1),
            ))
            .await
            .unwrap();
        let (customer, first, measured, bob, second_line, ninth, other, session, again) = found;
        assert_eq!((customer, bob, session), (Some(ann()), None, None));
        assert_eq!((first, ninth, again), (Some(order(1, 1)), None, Some(order(1, 1))));
        assert_eq!((measured, other, second_line), (Some(reading), None, Some(line(1, 1, 2))));
    }

    /// A list gives a list in the order of its keys, and may be part of a tuple; equal keys are answered in each place.
    async fn a_list_gives_a_list(t: &Test) {
        let db = t.table::<Shop>().await;
        db.put(&ann()).await.unwrap();
        for number in 1..=3 {
            db.put(&order(1, number)).await.unwrap();
        }
        let keys: Vec<Key<Order>> = [3, 9, 1, 3].map(|number| order_key(1, number)).into();
        let expected = [Some(order(1, 3)), None, Some(order(1, 1)), Some(order(1, 3))];
        assert_eq!(db.transact_get(keys.clone()).to_request().unwrap().actions.len(), 3);
        assert_eq!(db.transact_get(keys.clone()).await.unwrap(), expected);
        let (customer, orders) = db.transact_get((Customer::key("ann"), keys)).await.unwrap();
        assert_eq!((customer, orders), (Some(ann()), expected.to_vec()));
        let [one, two] = db.transact_get([order_key(1, 1), order_key(1, 2)]).await.unwrap();
        assert_eq!((one, two), (Some(order(1, 1)), Some(order(1, 2))));
    }

    /// Nothing to read, too much, and keys that cannot be made are refused before anything is sent.
    async fn bad_requests_are_refused(t: &Test) {
        let db = t.without_table::<Shop>();
        let none = db.transact_get(Vec::<Key<Order>>::new()).await.unwrap_err();
        assert!(none.to_string().contains("1 to 100 actions, not 0"), "{none}");
        let many: Vec<_> = (0..101).map(|number| order_key(1, number)).collect();
        let many = db.transact_get(many).await.unwrap_err();
        assert!(many.to_string().contains("not 101"), "{many}");
        assert!(db.transact_get((order_key(1, 1), Customer::key("a#b"))).await.unwrap_err().is_key());
        let error = db.transact_get((Customer::key("ann"),)).await.unwrap_err();
        assert!(error.is_table_not_found(), "{error}");
    }

    /// Expired entities are left out unless they are asked for.
    async fn what_is_expired_is_left_out(t: &Test) {
        let db = t.table::<Shop>().await;
        let over = Expiry::at(db.backend().now() - Duration::from_hours(1));
        db.put(&Session { customer: "ann".into(), token: "t".into(), expires: Some(over) }).await.unwrap();
        let keys = || (Session::key("ann", "t"),);
        assert_eq!(db.transact_get(keys()).await.unwrap(), (None,));
        assert!(db.transact_get(keys()).include_expired().await.unwrap().0.is_some());
    }

    /// An item that is not one of its entity is an error.
    async fn an_item_of_the_wrong_form_is_an_error(t: &Test) {
        let db = t.table::<File>().await;
        let item = Item::from([("owner", Value::N(1.into())), ("path", "a".into()), ("_type", "Folder".into())]);
        let table = db.table_name::<File>();
        db.backend().put(dynorm::backend::call::Put { table, item, ..Default::default() }).await.unwrap();
        assert!(db.transact_get(vec![File::key(1u64, "a")]).await.unwrap_err().is_decode());
    }

    /// The reads say what they cost, for each table: two units for each 4 KB.
    async fn reads_state_their_cost(t: &Test) {
        let db = t.table::<Shop>().await;
        db.put(&ann()).await.unwrap();
        let outcome = db.transact_get((Customer::key("ann"), Customer::key("bob"))).outcome().await.unwrap();
        assert_eq!(outcome.value, (Some(ann()), None));
        assert_eq!(outcome.capacity.len(), 1);
        assert_eq!((outcome.capacity[0].table.clone(), outcome.capacity[0].units.total), (db.table_name::<Shop>(), 4.0));
    }
}
