//! Moving entities to other keys.

use std::time::{Duration, SystemTime};

use dynorm::backend::call;
use dynorm::prelude::*;

use crate::scenario::{Customer, Order, Session, Shop, order, order_key};

crate::cases! {
    /// The item is gone from the old key and whole at the new one, with its index keys.
    async fn an_entity_moves(t: &Test) {
        let db = t.table::<Shop>().await;
        db.put(&Order { priority: Some(1), ..order(1, 1) }).await.unwrap();
        let before = db.get(order_key(1, 1)).await.unwrap().unwrap();
        let after = db.rekey(&before, |order| order.number = 9).await.unwrap();
        assert_eq!(after, Order { number: 9, ..before });
        assert_eq!(db.get(order_key(1, 1)).await.unwrap(), None);
        assert_eq!(db.get(order_key(1, 9)).await.unwrap(), Some(after.clone()));
        assert_eq!(db.query(Order::by_status(after.status)).all().await.unwrap(), [after]);
    }

    /// What was changed since it was read, or is gone, does not move, and nothing is lost.
    async fn what_was_changed_meanwhile_does_not_move(t: &Test) {
        let db = t.table::<Shop>().await;
        db.put(&order(1, 1)).await.unwrap();
        db.update(order_key(1, 1)).add(Order::STOCK, 5).await.unwrap();
        let error = db.rekey(&order(1, 1), |order| order.number = 9).await.unwrap_err();
        assert!(error.is_condition_failed(), "{error}");
        assert_eq!(db.get(order_key(1, 1)).await.unwrap(), Some(Order { stock: 5, ..order(1, 1) }));
        assert_eq!(db.get(order_key(1, 9)).await.unwrap(), None);

        db.delete(order_key(1, 1)).await.unwrap();
        let error = db.rekey(&order(1, 1), |order| order.number = 9).await.unwrap_err();
        assert!(error.is_not_found(), "{error}");
    }

    /// An item at the new key stays.
    async fn a_taken_key_is_refused(t: &Test) {
        let db = t.table::<Shop>().await;
        let taken = Order { note: Some("taken".into()), ..order(1, 9) };
        db.put(&order(1, 1)).await.unwrap();
        db.put(&taken).await.unwrap();
        let error = db.rekey(&order(1, 1), |order| order.number = 9).await.unwrap_err();
        assert!(error.is_already_exists(), "{error}");
        assert_eq!(db.get(order_key(1, 1)).await.unwrap(), Some(order(1, 1)));
        assert_eq!(db.get(order_key(1, 9)).await.unwrap(), Some(taken));
    }

    /// A condition of the user decides too, and a change that leaves the key alone is a write in place.
    async fn conditions_and_unchanged_keys(t: &Test) {
        let db = t.table::<Shop>().await;
        db.put(&order(1, 1)).await.unwrap();
        let error = db.rekey(&order(1, 1), |order| order.number = 9).when(Order::STOCK.ge(1)).await.unwrap_err();
        assert!(error.is_condition_failed(), "{error}");
        let noted = db.rekey(&order(1, 1), |order| order.note = Some("n".into())).when(Order::STOCK.lt(1)).await.unwrap();
        assert_eq!(db.get(order_key(1, 1)).await.unwrap(), Some(noted));
        let error = db.rekey(&order(1, 1), |order| order.note = Some("o".into())).await.unwrap_err();
        assert!(error.is_condition_failed(), "{error}");
    }

    /// Items of others, without type tag and defaults, move too.
    async fn an_adopted_item_moves(t: &Test) {
        let db = t.table::<Shop>().await;
        let mut put = db.put(&order(1, 1)).to_request().unwrap();
        for absent in ["_type", "stock", "reserved", "n"] {
            put.item.remove(absent);
        }
        db.backend().put(call::Put { condition: None, ..put }).await.unwrap();
        let adopted = db.get(order_key(1, 1)).await.unwrap().unwrap();
        let moved = db.rekey(&adopted, |order| order.customer = "bob".into()).await.unwrap();
        assert_eq!(db.query(Order::of_customer("bob")).all().await.unwrap(), [moved]);
    }

    /// What is expired is not there to be moved, and not in the way.
    async fn expired_items_are_not_there(t: &Test) {
        let db = t.table::<Shop>().await;
        let session = |token: &str, expires| Session { customer: "ann".into(), token: token.into(), expires };
        let (old, new) = (session("a", Some(Expiry::at(SystemTime::UNIX_EPOCH + Duration::from_secs(1)))), session("b", None));
        db.put(&old).await.unwrap();
        assert!(db.rekey(&old, |session| session.token = "c".into()).await.unwrap_err().is_not_found());
        db.put(&new).await.unwrap();
        db.rekey(&new, |session| session.token = "a".into()).await.unwrap();
        assert_eq!(db.get(Session::key("ann", "a")).await.unwrap(), Some(session("a", None)));
    }

    /// A value that cannot be in a key is an error before anything is sent.
    async fn what_cannot_be_a_key_is_refused(t: &Test) {
        let db = t.without_table::<Shop>();
        let ann = Customer { id: "ann".into(), name: "Ann".into() };
        assert!(db.rekey(&ann, |customer| customer.id = "a#b".into()).await.unwrap_err().is_key());
    }
}
