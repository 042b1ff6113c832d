//! What code consumes, by table, index and access pattern.

use dynorm::backend::Operation;
use dynorm::prelude::*;
use dynorm_mem::{Fault, Faults};

use crate::scenario::{Customer, Loan, Order, Reading, Shop, Status, ann, order, order_key};

fn loan(book: &str) -> Loan {
    Loan {
        reader: "ann".into(),
        book: book.into(),
        due: Some(7),
        branch: "b".into(),
        pages: 300,
        renewals: 0,
    }
}

crate::cases! {
    /// A query is one request on its index, and half a unit for up to 4 KB.
    async fn a_query_is_billed_to_its_pattern_and_index(t: &Test) {
        let db = t.table::<Shop>().await;
        let open = Order { priority: Some(1), ..order(1, 1) };
        db.put(&open).await.unwrap();
        let query = async |db: Db| db.query(Order::by_status(open.status)).all().await;
        let (orders, bill) = db.meter(query).await;
        assert_eq!(orders.unwrap().len(), 1);
        let shop = db.table_name::<Shop>();
        let of_pattern = bill.of_pattern("Order", "by_status").of_operation(Operation::Query);
        assert_eq!((bill.requests(), of_pattern.requests()), (1, 1));
        assert_eq!(bill.of_index(&shop, "GSI1"), bill);
        assert_eq!(bill.of_table(&shop).requests(), 0);
        assert_eq!((bill.read_units().to_string(), bill.write_units().to_string()), ("0.5".into(), "0".into()));
        assert_eq!(bill.to_string(), format!("query Order::by_status: 1 request, {shop}.GSI1 0.5 RCU"));
        assert_eq!(bill.entries()[0].items, 1);
    }

    /// A write pays for the table and for each index that it changes.
    async fn a_write_is_billed_to_the_indexes_that_it_changes(t: &Test) {
        let db = t.table::<Loan>().await;
        let (db, meter) = db.metered();
        let table = db.table_name::<Loan>();
        db.put(&loan("one")).await.unwrap();
        let bill = meter.take();
        let parts = [bill.of_table(&table), bill.of_index(&table, "ByBook"), bill.of_index(&table, "ByBranch")];
        assert_eq!(parts.map(|part| part.write_units().to_string()), ["1", "1", "1"]);
        assert_eq!(bill.of_index(&table, "ByPages").write_units().to_string(), "1");
        assert_eq!((bill.requests(), bill.of_entity("Loan").requests()), (1, 1));

        // What no index holds changes none.
        db.put(&loan("one")).await.unwrap();
        assert_eq!(meter.take().to_string(), format!("put Loan: 1 request, {table} 1 WCU"));
    }

    /// Consistent reads cost double, transactions double again, and each operation has its entry.
    async fn every_operation_is_billed(t: &Test) {
        let db = t.table::<Shop>().await;
        let shop = db.table_name::<Shop>();
        db.put(&ann()).await.unwrap();
        db.put(&order(1, 1)).await.unwrap();
        let (metered, meter) = db.metered();
        let read = async |billed: &str| assert_eq!(meter.take().to_string(), billed.replace("Shop", &shop));

        metered.get(Customer::key("ann")).await.unwrap();
        read("get Customer: 1 request, Shop 0.5 RCU").await;
        metered.get(Customer::key("ann")).consistent().await.unwrap();
        read("get Customer: 1 request, Shop 1 RCU").await;
        metered.transact_get((Customer::key("ann"), order_key(1, 1))).await.unwrap();
        read("transact_get: 1 request, Shop 4 RCU").await;
        metered.get_many([Customer::key("ann"), Customer::key("bob")]).await.unwrap().complete().unwrap();
        read("batch_get Customer: 1 request, Shop 1 RCU").await;
        metered.scan::<Customer>().all().await.unwrap();
        read("scan Customer: 1 request, Shop 0.5 RCU").await;
        metered.update(order_key(1, 1)).add(Order::STOCK, 1).await.unwrap();
        read("update Order: 1 request, Shop 1 WCU").await;
        metered.transact_write().put(&ann()).await.unwrap();
        read("transact_write: 1 request, Shop 2 WCU").await;
        metered.put_many([ann()]).await.unwrap().complete().unwrap();
        read("batch_write Customer: 1 request, Shop 1 WCU").await;
        metered.delete(Customer::key("ann")).await.unwrap();
        read("delete Customer: 1 request, Shop 1 WCU").await;
        let request = metered.get(Customer::key("ann")).to_request().unwrap();
        metered.send(request).await.unwrap();
        read("get: 1 request, Shop 0.5 RCU").await;
        let deleted = metered.delete_partition(Order::of_customer("ann")).await.unwrap();
        deleted.complete().unwrap();
        let bill = meter.take();
        let of_pattern = bill.of_pattern("Order", "of_customer");
        assert_eq!((bill.entries().len(), of_pattern.requests()), (2, 2), "{bill}");
        assert!(meter.bill().entries().is_empty());
    }

    /// Keys from an index and items from the table are one pattern in two places.
    async fn hydration_is_billed_to_both(t: &Test) {
        let db = t.table::<Shop>().await;
        db.put(&order(1, 7)).await.unwrap();
        let (found, bill) = db.meter(async |db| db.query(Order::by_number(7u32)).hydrate().all().await).await;
        assert_eq!(found.unwrap().len(), 1);
        let shop = db.table_name::<Shop>();
        let of_pattern = bill.of_pattern("Order", "by_number");
        assert_eq!((of_pattern.requests(), of_pattern.of_index(&shop, "GSI2").requests()), (2, 1));
        assert_eq!(of_pattern.of_operation(Operation::BatchGet).of_table(&shop).requests(), 1);
    }

    /// What was refused and sent again counts as requests; who is metered twice tells both meters.
    async fn refused_requests_are_counted(t: &Test) {
        let plain = t.table::<Reading>().await;
        let faults = Faults::new();
        faults.skip_waits();
        faults.inject(Fault::throttled().times(2));
        let table = plain.table_name::<Reading>();
        let db = Db::new(faults.around(plain.backend().clone())).with_table_name::<Reading>(table.as_str());
        let (outer, meter) = db.metered();
        let reading = Reading { device: "d".into(), at: 1, value: 0.5 };
        let (done, bill) = outer.meter(async |db| db.put(&reading).await).await;
        done.unwrap();
        assert_eq!((bill.requests(), bill.refused()), (3, 2));
        assert_eq!(bill.to_string(), format!("put Reading: 3 requests (2 refused), {table} 1 WCU"));
        assert_eq!(meter.bill(), bill);
        // The first handle is not metered.
        db.put(&reading).await.unwrap();
        assert_eq!(meter.bill(), bill);
    }

    /// The paid price of a status that changes: the index forgets one entry and learns another.
    async fn a_moved_index_entry_costs_two_writes(t: &Test) {
        let db = t.table::<Shop>().await;
        let open = Order { priority: Some(1), status: Status::Open, ..order(1, 1) };
        db.put(&open).await.unwrap();
        let update = db.metered();
        let paid = update.0.update(order_key(1, 1)).set(Order::STATUS, Status::Paid);
        paid.await.unwrap();
        let bill = update.1.bill();
        assert_eq!(bill.of_index(&db.table_name::<Shop>(), "GSI1").write_units().to_string(), "2");
    }
}
