//! How large the item collections are that writes change, as the service estimates it.

use dynorm::backend::reply::CollectionMetricsByTable;
use dynorm::prelude::*;

use crate::scenario::{Customer, Order, Reading, Shop, ann, order, order_key};

#[derive(Table, Debug)]
#[table(name = "Clubs", pk = "PK", sk = "SK", lsi(ByName, sk = "LSI1SK"))]
#[table(entities(Club))]
struct Clubs;

#[derive(Entity, Clone, Debug, PartialEq)]
#[entity(table = Clubs, pk = "CITY#{city}", sk = "CLUB#{number}", unique(phone))]
#[entity(index(ByName, name = by_name, sk = "NAME#{name}"))]
struct Club {
    city: String,
    number: u32,
    name: String,
    phone: String,
}

/// The partition keys of the collections in this table, of which each has a size that can be, and no other table has any.
#[track_caller]
fn partitions<T: Table>(db: &Db, metrics: &CollectionMetricsByTable) -> Vec<Value> {
    let table = db.table_name::<T>();
    assert_eq!(metrics.keys().collect::<Vec<_>>(), [&table]);
    let metrics = &metrics[&table];
    for [low, high] in metrics.iter().map(|metrics| metrics.size_gb) {
        assert!(0.0 <= low && low < high, "{metrics:?}");
    }
    metrics.iter().map(|metrics| metrics.partition_key.clone()).collect()
}

fn of_ann() -> Value {
    "CUSTOMER#ann".into()
}

crate::cases! {
    /// Each write of one item tells the size of its collection.
    async fn a_write_tells_its_collection(t: &Test) {
        let db = t.table::<Shop>().await.with_collection_metrics();
        let put = db.put(&order(1, 1)).outcome().await.unwrap();
        assert_eq!(partitions::<Shop>(&db, &put.collection_metrics), [of_ann()]);
        let update = db.update(order_key(1, 1)).set(Order::NOTE, "n").outcome().await.unwrap();
        assert_eq!(partitions::<Shop>(&db, &update.collection_metrics), [of_ann()]);
        let delete = db.delete(order_key(1, 1)).outcome().await.unwrap();
        assert_eq!(partitions::<Shop>(&db, &delete.collection_metrics), [of_ann()]);
    }

    /// So does a batch, for each request.
    async fn a_batch_tells_its_collections(t: &Test) {
        let db = t.table::<Shop>().await.with_collection_metrics();
        let written = db.put_many((0..30).map(|number| order(1, number))).await.unwrap();
        let partitions_of_orders = partitions::<Shop>(&db, &written.collection_metrics);
        assert!(partitions_of_orders.len() >= 2 && partitions_of_orders.iter().all(|key| *key == of_ann()));
        written.complete().unwrap();
        let mixed = db.batch().put(&ann()).delete(order_key(1, 1)).await.unwrap();
        assert!(partitions::<Shop>(&db, &mixed.collection_metrics).contains(&of_ann()));
    }

    /// So does a transaction.
    async fn a_transaction_tells_its_collections(t: &Test) {
        let db = t.table::<Shop>().await.with_collection_metrics();
        let bob = Customer { id: "bob".into(), ..ann() };
        let done = db.transact_write().create(&ann()).create(&bob).outcome().await.unwrap();
        let mut partitions = partitions::<Shop>(&db, &done.collection_metrics);
        partitions.sort_by_key(|key| format!("{key:?}"));
        assert_eq!(partitions, [of_ann(), "CUSTOMER#bob".into()]);
    }

    /// A write with items that go along tells the collections of them all.
    async fn what_goes_along_has_collections_too(t: &Test) {
        let db = t.table::<Clubs>().await.with_collection_metrics();
        let club = Club { city: "ulm".into(), number: 1, name: "Chess".into(), phone: "1".into() };
        let created = db.create(&club).outcome().await.unwrap();
        let created = partitions::<Clubs>(&db, &created.collection_metrics);
        assert!(created.len() == 2 && created.contains(&"CITY#ulm".into()), "{created:?}");
    }

    /// Nothing is told without asking, nor of tables without local indexes.
    async fn nothing_is_told_otherwise(t: &Test) {
        let db = t.table::<Shop>().await;
        assert!(db.put(&order(1, 1)).outcome().await.unwrap().collection_metrics.is_empty());
        assert!(db.put_many([order(1, 2)]).await.unwrap().collection_metrics.is_empty());
        assert!(db.transact_write().put(&order(1, 3)).outcome().await.unwrap().collection_metrics.is_empty());
        let db = t.table::<Reading>().await.with_collection_metrics();
        let reading = Reading { device: "d".into(), at: 1, value: 0.0 };
        assert!(db.put(&reading).outcome().await.unwrap().collection_metrics.is_empty());
        assert!(db.put_many([reading]).await.unwrap().collection_metrics.is_empty());
    }
}
