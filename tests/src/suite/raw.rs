//! The ways out: items as they are stored, calls by hand, other tables.

use dynorm::prelude::*;

use crate::scenario::{Customer, Order, Shop, ann, order, order_key};

crate::cases! {
    /// An entity becomes an item and an item an entity without a database.
    async fn entities_are_items(t: &Test) {
        let db = t.table::<Shop>().await;
        db.put(&ann()).await.unwrap();
        let item = db.send(db.get(Customer::key("ann")).to_request().unwrap()).await.unwrap().item.unwrap();
        assert_eq!(ann().to_item().unwrap(), item);
        assert_eq!(Customer::from_item(item.clone()).unwrap(), ann());
        assert!(Order::from_item(item).unwrap_err().is_decode());
    }

    /// A request can be changed before it is sent, and a refusal is an error as any other.
    async fn a_changed_request_is_sent(t: &Test) {
        let db = t.table::<Shop>().await;
        for number in 0..4 {
            db.put(&order(1, number)).await.unwrap();
        }
        let mut request = db.query(Order::of_customer("ann")).to_request().unwrap();
        request.limit = Some(3);
        request.descending = true;
        let reply = db.send(request.clone()).await.unwrap();
        assert_eq!((reply.items.len(), Order::from_item(reply.items[0].clone()).unwrap().number), (3, 3));

        request.key_condition = Some("nonsense".to_owned());
        let error = db.send(request).await.unwrap_err();
        assert!(error.failure().is_some() && error.code() == "DYN0501", "{error}");
    }

    /// A read gives items as they are stored, also from an index that does not hold whole ones.
    async fn a_read_gives_plain_items(t: &Test) {
        let db = t.table::<Shop>().await;
        for number in 0..3 {
            db.put(&order(1, number)).await.unwrap();
        }
        let page = db.query(Order::of_customer("ann")).take(2).raw_page().await.unwrap();
        assert_eq!(page.items[1], order(1, 1).to_item().unwrap());
        let mut rest = db.query(Order::of_customer("ann")).cursor(page.next).raw_items();
        assert_eq!(rest.next().await.unwrap().unwrap(), order(1, 2).to_item().unwrap());
        assert!(rest.next().await.is_none());

        let keys = db.query(Order::by_number(1u32)).raw_page().await.unwrap().items;
        assert!(keys[0].get("SK").is_some() && keys[0].get("amount").is_none(), "{keys:?}");
    }

    /// One operation can be sent to another table of the same form.
    async fn an_operation_goes_to_another_table(t: &Test) {
        let db = t.table::<Shop>().await;
        let archive = t.table_in::<Shop>(&db).await.table_name::<Shop>();
        db.put(&order(1, 1)).table(&archive).await.unwrap();
        assert_eq!(db.get(order_key(1, 1)).await.unwrap(), None);
        assert_eq!(db.get(order_key(1, 1)).table(&archive).await.unwrap(), Some(order(1, 1)));
        assert_eq!(db.query(Order::of_customer("ann")).table(&archive).count().await.unwrap(), 1);
        assert_eq!(db.scan::<Order>().table(&archive).count().await.unwrap(), 1);
        db.delete(order_key(1, 1)).table(&archive).await.unwrap();
        assert_eq!(db.get(order_key(1, 1)).table(&archive).await.unwrap(), None);
    }

    /// Every operation that writes or reads several items can name the table by the call; only those use it.
    async fn calls_name_their_table(t: &Test) {
        let db = t.table::<Shop>().await;
        let archive = t.table::<Shop>().await.table_name::<Shop>();
        db.put_many([order(1, 1), order(1, 2)]).table(&archive).await.unwrap().complete().unwrap();
        db.batch().put(&order(1, 3)).table::<Shop>(&archive).put(&order(1, 4)).await.unwrap().complete().unwrap();
        db.update(order_key(1, 1)).add(Order::STOCK, 5).table(&archive).await.unwrap();
        db.rekey(&order(1, 2), |order| order.number = 9).table(&archive).await.unwrap();
        db.delete_many([order_key(1, 4)]).table(&archive).await.unwrap().complete().unwrap();
        let moved = db.transact_write().delete(order_key(1, 3)).table::<Shop>(&archive).create(&order(1, 3));
        moved.await.unwrap();

        let here = db.query(Order::of_customer("ann")).count().await.unwrap();
        let keys = [order_key(1, 1), order_key(1, 2), order_key(1, 3), order_key(1, 4), order_key(1, 9)];
        let at_once = db.transact_get((order_key(1, 3), order_key(1, 4))).table::<Shop>(&archive).await.unwrap();
        assert_eq!(at_once, (Some(order(1, 3)), None));
        let there = db.get_many(keys).table(&archive).await.unwrap().complete().unwrap();
        let there: Vec<(u32, i64)> = there.into_iter().flatten().map(|order| (order.number, order.stock)).collect();
        assert_eq!((here, there), (0, vec![(1, 5), (3, 0), (9, 0)]));
    }
}
