//! Writing all or nothing.

use std::time::Duration;

use dynorm::Reason;
use dynorm::backend::call;
use dynorm::op::CheckedTransaction;
use dynorm::prelude::*;

use crate::scenario::{Customer, Order, Reading, Session, Shop, ann, order, order_key};

crate::cases! {
    /// All actions are carried out, on several tables.
    async fn all_actions_are_carried_out(t: &Test) {
        let db = t.table::<Shop>().await;
        let db = t.table_in::<Reading>(&db).await;
        db.put(&order(1, 1)).await.unwrap();
        db.put(&order(1, 2)).await.unwrap();
        db.put(&order(1, 3)).await.unwrap();
        let reading = Reading { device: "d".into(), at: 1, value: 0.0 };
        db.transact_write()
            .create(&ann())
            .put(&reading)
            .update(order_key(1, 1), |update| update.add(Order::STOCK, 5).when(Order::STOCK.lt(1)))
            .delete(order_key(1, 2))
            .check(order_key(1, 3).when(Order::NOTE.not_exists()))
            .await
            .unwrap();
        assert_eq!(db.get(Customer::key("ann")).await.unwrap(), Some(ann()));
        assert_eq!(db.get(Reading::key("d", 1)).await.unwrap(), Some(reading));
        assert_eq!(db.get(order_key(1, 1)).await.unwrap().unwrap().stock, 5);
        assert_eq!(db.get(order_key(1, 2)).await.unwrap(), None);
    }

    /// Nothing is carried out if one action fails, and the error says which, and why.
    async fn one_failure_cancels_all(t: &Test) {
        let db = t.table::<Shop>().await;
        db.put(&ann()).await.unwrap();
        let error = db
            .transact_write()
            .put(&order(1, 1))
            .create(&ann())
            .update(order_key(9, 9), |update| update.add(Order::STOCK, 1))
            .await
            .unwrap_err();
        assert!(error.is_cancelled() && !error.is_condition_failed(), "{error}");
        let reasons: Vec<_> = error.cancelled().iter().map(|a| (a.operation, a.entity, a.reason.clone())).collect();
        let expected = [
            ("put", "Order", Reason::None),
            ("create", "Customer", Reason::AlreadyExists),
            ("update", "Order", Reason::NotFound),
        ];
        assert_eq!(reasons, expected);
        let text = "action 2 (create `Customer`): the item exists; action 3 (update `Order`): there is no such item";
        assert!(error.to_string().contains(text), "{error}");
        assert_eq!(error.cancelled()[1].existing().unwrap(), Some(ann()));
        assert_eq!(error.cancelled()[2].existing::<Order>().unwrap(), None);
        assert_eq!(db.get(order_key(1, 1)).await.unwrap(), None);
    }

    /// Conditions of puts, deletions and checks decide, and each that failed comes with the entity that is there.
    async fn conditions_come_with_what_is_there(t: &Test) {
        let db = t.table::<Shop>().await;
        db.put(&ann()).await.unwrap();
        db.put(&order(1, 1)).await.unwrap();
        let renamed = Customer { name: "Anna".into(), ..ann() };
        let error = db
            .transact_write()
            .put_when(&renamed, Customer::NAME.eq("Berta"))
            .delete_when(order_key(1, 1).when(Order::STOCK.gt(0)))
            .check(order_key(2, 2).when(Order::STOCK.ge(0)))
            .await
            .unwrap_err();
        let [put, delete, check] = error.cancelled() else { panic!("{error}") };
        assert_eq!((&put.reason, put.existing().unwrap()), (&Reason::ConditionFailed, Some(ann())));
        assert_eq!((&delete.reason, delete.existing().unwrap()), (&Reason::ConditionFailed, Some(order(1, 1))));
        assert_eq!((check.operation, &check.reason), ("check", &Reason::NotFound));
        assert!(put.message.is_some() && put.item.as_ref().unwrap().get("name") == Some(&"Ann".into()));

        db.transact_write()
            .put_when(&renamed, Customer::NAME.eq("Ann"))
            .delete_when(order_key(1, 1).when(Order::STOCK.eq(0)))
            .await
            .unwrap();
        assert_eq!(db.get(Customer::key("ann")).await.unwrap(), Some(renamed));
        assert_eq!(db.get(order_key(1, 1)).await.unwrap(), None);
    }

    /// What stood in the way is an error to read as another entity, and an item that is not one does not hide the
    /// failure.
    async fn what_does_not_decode_is_still_told(t: &Test) {
        let db = t.table::<Shop>().await;
        let (table, item) = (db.table_name::<Shop>(), Item::from([("PK", "CUSTOMER#ann"), ("SK", "PROFILE")]));
        db.backend().put(call::Put { table, item: item.clone(), ..Default::default() }).await.unwrap();
        let error = db.transact_write().create(&ann()).await.unwrap_err();
        let action = &error.cancelled()[0];
        assert_eq!((&action.reason, action.item.as_ref()), (&Reason::AlreadyExists, Some(&item)));
        let broken = action.existing::<Customer>().unwrap_err();
        assert!(broken.is_decode() && broken.to_string().contains("`name`"), "{broken}");
        let other = action.existing::<Order>().unwrap_err();
        assert!(other.is_decode() && other.to_string().contains("the action to create `Customer`"), "{other}");
    }

    /// What is expired is not there, for transactions too.
    async fn what_is_expired_is_not_there(t: &Test) {
        let db = t.table::<Shop>().await;
        let over = Expiry::at(db.backend().now() - Duration::from_hours(1));
        let session = Session { customer: "ann".into(), token: "t".into(), expires: Some(over) };
        db.put(&session).await.unwrap();
        let key = || Session::key("ann", "t");
        let update = db.transact_write().update(key(), |update| update.remove(Session::EXPIRES)).await.unwrap_err();
        assert_eq!((&update.cancelled()[0].reason, &update.cancelled()[0].item), (&Reason::NotFound, &None));
        db.transact_write().create(&Session { expires: None, ..session }).await.unwrap();
        assert!(db.get(key()).await.unwrap().is_some());
    }

    /// Conditions that did not hold are data when asked for; other failures stay errors.
    async fn failed_conditions_are_data(t: &Test) {
        let db = t.table::<Shop>().await;
        assert!(db.transact_write().create(&ann()).checked().await.unwrap().is_done());
        let again = db.transact_write().put(&order(1, 1)).create(&ann()).checked().await.unwrap();
        let CheckedTransaction::Cancelled(actions) = again else { panic!("{again:?}") };
        assert_eq!((actions.len(), &actions[0].reason), (2, &Reason::None));
        assert_eq!((&actions[1].reason, actions[1].existing().unwrap()), (&Reason::AlreadyExists, Some(ann())));
        let error = t.without_table::<Shop>().transact_write().create(&ann()).checked().await.unwrap_err();
        assert!(error.is_table_not_found(), "{error}");
        // A broken rule is no answer to a question.
        let endless = Session { customer: "ann".into(), token: "t".repeat(1100), expires: None };
        let error = db.transact_write().create(&endless).checked().await.unwrap_err();
        assert!(error.failure().is_some(), "{error}");
    }

    /// A token makes a repeated transaction happen once, and refuses another one.
    async fn a_token_is_good_for_one_transaction(t: &Test) {
        let db = t.table::<Shop>().await;
        db.put(&order(1, 1)).await.unwrap();
        let add = |n: i64| {
            db.transact_write().update(order_key(1, 1), |update| update.add(Order::STOCK, n)).token(t.token())
        };
        add(1).await.unwrap();
        add(1).await.unwrap();
        assert_eq!(db.get(order_key(1, 1)).await.unwrap().unwrap().stock, 1);
        let error = add(2).await.unwrap_err();
        assert_eq!(error.failure().unwrap().kind, dynorm::FailureKind::TokenMismatch);
    }

    /// What the service would refuse is refused before it is sent.
    async fn bad_transactions_are_refused(t: &Test) {
        let db = t.without_table::<Shop>();
        let twice = db.transact_write().put(&ann()).delete(Customer::key("ann")).await.unwrap_err();
        assert!(twice.to_string().contains("two actions on one item"), "{twice}");
        let none = db.transact_write().await.unwrap_err();
        assert!(none.to_string().contains("1 to 100 actions, not 0"), "{none}");
        let many = (0..101).fold(db.transact_write(), |all, number| all.put(&order(1, number))).await.unwrap_err();
        assert!(many.to_string().contains("not 101"), "{many}");
        let large = |id: i32| Customer { id: format!("c{id}"), name: "x".repeat(390_000) };
        let heavy = (0..11).fold(db.transact_write(), |all, id| all.put(&large(id))).await.unwrap_err();
        assert!(heavy.to_string().contains("DynamoDB takes 4194304"), "{heavy}");
        assert!(heavy.to_string().contains("(put `Customer`)"), "{heavy}");
        for token in [String::new(), "t".repeat(37)] {
            let error = db.transact_write().put(&ann()).token(token).await.unwrap_err();
            assert_eq!((error.code(), error.failure().is_none()), ("DYN0402", true), "{error}");
        }
        let bad = db.transact_write().put(&Customer { id: "a#b".into(), ..ann() }).await.unwrap_err();
        assert!(bad.is_key(), "{bad}");
    }
}
