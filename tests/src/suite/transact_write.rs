//! Writing all or nothing.

use crate::scenario::{Customer, Order, Reading, Shop, ann, order, order_key};

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
        let reasons: Vec<_> =
            error.cancelled().iter().map(|a| (a.operation, a.entity, a.reason.code.as_str())).collect();
        let expected = [
            ("put", "Order", "None"),
            ("create", "Customer", "ConditionalCheckFailed"),
            ("update", "Order", "ConditionalCheckFailed"),
        ];
        assert_eq!(reasons, expected);
        let text = "action 2 (create `Customer`): ConditionalCheckFailed; action 3 (update `Order`)";
        assert!(error.to_string().contains(text), "{error}");
        assert_eq!(db.get(order_key(1, 1)).await.unwrap(), None);
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
        let bad = db.transact_write().put(&Customer { id: "a#b".into(), ..ann() }).await.unwrap_err();
        assert!(bad.is_key(), "{bad}");
    }
}
