//! Writing whole entities.

use dynorm::backend::call;
use dynorm::prelude::*;

use crate::scenario::{Customer, Order, Reading, Shop, Status, ann, order, order_key};

/// The item as it is stored.
async fn stored(db: &Db, key: Key<Order>) -> Item {
    let get =
        call::Get { table: db.table_name::<Shop>(), key: key.item().unwrap().clone(), ..Default::default() };
    db.backend().get(get).await.unwrap().item.unwrap()
}

crate::cases! {
    /// A put replaces what is there, attributes that the new entity lacks too.
    async fn a_put_replaces(t: &Test) {
        let db = t.table::<Shop>().await;
        db.put(&Order { note: Some("first".into()), ..order(1, 1) }).await.unwrap();
        db.put(&order(1, 1)).await.unwrap();
        assert_eq!(db.get(order_key(1, 1)).await.unwrap(), Some(order(1, 1)));
    }

    /// The old entity comes back if it is asked for, and nothing where there was none.
    async fn a_put_returns_what_it_replaced(t: &Test) {
        let db = t.table::<Shop>().await;
        assert_eq!(db.put(&ann()).returning_old().await.unwrap(), None);
        let renamed = Customer { name: "Anna".into(), ..ann() };
        assert_eq!(db.put(&renamed).returning_old().await.unwrap(), Some(ann()));
    }

    /// A condition is about the item that is there.
    async fn a_condition_decides(t: &Test) {
        let db = t.table::<Shop>().await;
        let renamed = Customer { name: "Anna".into(), ..ann() };
        let error = db.put(&renamed).when(Customer::NAME.eq("Ann")).await.unwrap_err();
        assert!(error.is_condition_failed() && error.existing().is_none(), "{error}");
        db.put(&ann()).await.unwrap();
        db.put(&renamed).when(Customer::NAME.eq("Ann")).await.unwrap();
        let error = db.put(&ann()).when(Customer::NAME.eq("Ann")).await.unwrap_err();
        assert!(error.is_condition_failed() && !error.is_already_exists(), "{error}");
        assert_eq!(db.get(Customer::key("ann")).await.unwrap(), Some(renamed));
    }

    /// The item has the keys that the templates say, its tag, and no attribute for what is absent.
    async fn keys_are_written_as_declared(t: &Test) {
        let db = t.table::<Shop>().await;
        db.put(&Order { priority: Some(3), ..order(4, 42) }).await.unwrap();
        let item = stored(&db, order_key(4, 42)).await;
        for (name, value) in [
            ("PK", "CUSTOMER#ann"),
            ("SK", "ORDER#2026-05-04#0000000042"),
            ("LSI1SK", "AMOUNT#0000042.00"),
            ("GSI1PK", "STATUS#Open"),
            ("GSI1SK", "PRIORITY#003#0000000042"),
            ("GSI2PK", "ORDER#42"),
            ("_type", "Order"),
        ] {
            assert_eq!(item.get(name), Some(&Value::from(value)), "{name} of {item:?}");
        }
        for absent in ["note", "tags", "ship_to"] {
            assert!(!item.contains(absent), "{absent} of {item:?}");
        }
    }

    /// An index key with a missing part is not written, so that the item is not in the index.
    async fn a_missing_part_keeps_the_item_out_of_the_index(t: &Test) {
        let db = t.table::<Shop>().await;
        db.put(&Order { priority: Some(1), ..order(1, 1) }).await.unwrap();
        db.put(&order(1, 2)).await.unwrap();
        assert!(!stored(&db, order_key(1, 2)).await.contains("GSI1SK"));
        let numbers = |orders: Vec<Order>| orders.iter().map(|order| order.number).collect::<Vec<_>>();
        assert_eq!(numbers(db.query(Order::by_status(Status::Open)).all().await.unwrap()), [1]);
        db.put(&order(1, 1)).await.unwrap();
        assert!(db.query(Order::by_status(Status::Open)).all().await.unwrap().is_empty());
    }

    /// What cannot be stored is refused with its name, and nothing is sent.
    async fn bad_values_are_refused(t: &Test) {
        let db = t.table::<Reading>().await;
        let error = db.put(&Reading { device: "d".into(), at: 1, value: f64::NAN }).await.unwrap_err();
        assert!(error.is_encode(), "{error}");
        assert!(error.to_string().contains("`value`: cannot store NaN"), "{error}");

        let db = t.table::<Shop>().await;
        let large = Customer { name: "x".repeat(400 * 1024), ..ann() };
        let error = db.put(&large).await.unwrap_err();
        assert!(error.is_too_large(), "{error}");
        assert!(error.to_string().contains("`name` 409604"), "{error}");
        let error = db.put(&Order { amount: rust_decimal::Decimal::new(1, 3), ..order(1, 1) }).await.unwrap_err();
        assert!(error.is_key() && error.to_string().contains("`amount`"), "{error}");
        assert_eq!(db.scan::<Customer>().count().await.unwrap() + db.scan::<Order>().count().await.unwrap(), 0);
    }

    /// The largest item that DynamoDB takes is taken.
    async fn an_item_of_400_kb_is_stored(t: &Test) {
        let db = t.table::<Shop>().await;
        let others = "PKCUSTOMER#ann".len() + "SKPROFILE".len() + "idann".len() + "_typeCustomer".len() + "name".len();
        let largest = Customer { name: "x".repeat(400 * 1024 - others), ..ann() };
        db.put(&largest).await.unwrap();
        assert_eq!(db.get(Customer::key("ann")).await.unwrap(), Some(largest.clone()));
        let larger = Customer { name: largest.name + "x", ..ann() };
        assert!(db.put(&larger).await.unwrap_err().is_too_large());
    }

    /// A write says what it cost.
    async fn a_write_states_its_cost(t: &Test) {
        let db = t.table::<Shop>().await;
        let outcome = db.put(&ann()).outcome().await.unwrap();
        assert!((outcome.capacity.unwrap().units.total - 1.0).abs() < f64::EPSILON);
    }
}
