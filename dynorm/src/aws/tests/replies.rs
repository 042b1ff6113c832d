//! What becomes of the replies, full and empty.

use std::time::{Duration, SystemTime};

use super::{Service, least};
use crate::backend::call::{
    BatchGet, BatchGetTable, BatchWrite, BatchWriteAction, TransactGet, TransactWrite,
};
use crate::backend::reply::{Capacity, CollectionMetrics, Units};
use crate::backend::table::{
    Index, IndexScope, IndexState, KeyAttribute, KeySchema, Projection, StreamView, TableClass, TableStatus,
    Throughput, UnitsPerSecond,
};
use crate::backend::{Backend, FailureKind, Names, reply};
use crate::value::{Item, KeyKind, Number, Value};

fn key(text: &str) -> Item {
    Item::from([("PK", text)])
}

fn units(total: f64) -> Units {
    Units { total, read: None, write: None }
}

fn metrics() -> CollectionMetrics {
    CollectionMetrics { partition_key: Value::from("a"), size_gb: [0.0, 1.0] }
}

#[tokio::test]
async fn an_item_and_its_capacity_by_index() {
    let service = Service::answering(
        r#"{"Item": {"PK": {"S": "a"}, "n": {"N": "1.50"}},
            "ConsumedCapacity": {"TableName": "T", "CapacityUnits": 4.5,
                "ReadCapacityUnits": 1.5, "WriteCapacityUnits": 3,
                "Table": {"CapacityUnits": 2.5},
                "LocalSecondaryIndexes": {"L": {"CapacityUnits": 0.5}},
                "GlobalSecondaryIndexes": {"G": {"CapacityUnits": 1, "ReadCapacityUnits": 1}}}}"#,
    );
    let capacity = Capacity {
        table: "T".into(),
        units: Units { total: 4.5, read: Some(1.5), write: Some(3.0) },
        table_units: Some(units(2.5)),
        local_indexes: [("L".into(), units(0.5))].into(),
        global_indexes: [("G".into(), Units { total: 1.0, read: Some(1.0), write: None })].into(),
    };
    let mut item = key("a");
    item.insert("n", "1.5".parse::<Number>().unwrap());
    let reply = service.backend().get(least::get()).await.unwrap();
    assert_eq!(reply, reply::Get { item: Some(item), capacity: Some(capacity) });
}

#[tokio::test]
async fn no_item_and_an_empty_item_differ() {
    let absent = Service::answering("{}").backend().get(least::get()).await.unwrap();
    assert_eq!(absent, reply::Get::default());
    let empty = Service::answering(r#"{"Item": {}}"#).backend().get(least::get()).await.unwrap();
    assert_eq!(empty.item, Some(Item::new()));
}

#[tokio::test]
async fn writes_return_attributes_capacity_and_metrics() {
    let backend = Service::answering(
        r#"{"Attributes": {"PK": {"S": "a"}},
            "ConsumedCapacity": {"TableName": "T", "CapacityUnits": 1},
            "ItemCollectionMetrics": {"ItemCollectionKey": {"PK": {"S": "a"}}, "SizeEstimateRangeGB": [0, 1]}}"#,
    )
    .backend();
    let capacity = Some(Capacity { table: "T".into(), units: units(1.0), ..Capacity::default() });
    let (attributes, collection_metrics) = (Some(key("a")), Some(metrics()));
    let put = backend.put(least::put()).await.unwrap();
    let update = backend.update(least::update()).await.unwrap();
    let delete = backend.delete(least::delete()).await.unwrap();
    assert_eq!(
        (put.attributes, put.capacity, put.collection_metrics),
        (attributes.clone(), capacity.clone(), collection_metrics.clone())
    );
    assert_eq!(
        (update.attributes, update.capacity, update.collection_metrics),
        (attributes.clone(), capacity.clone(), collection_metrics.clone())
    );
    assert_eq!(
        (delete.attributes, delete.capacity, delete.collection_metrics),
        (attributes, capacity, collection_metrics)
    );

    let empty = Service::answering("{}").backend();
    assert_eq!(empty.put(least::put()).await.unwrap(), reply::Put::default());
    assert_eq!(empty.update(least::update()).await.unwrap(), reply::Update::default());
    assert_eq!(empty.delete(least::delete()).await.unwrap(), reply::Delete::default());
}

#[tokio::test]
async fn a_page_keeps_order_counts_and_last_key() {
    let backend = Service::answering(
        r#"{"Items": [{"PK": {"S": "b"}}, {"PK": {"S": "a"}}], "Count": 2, "ScannedCount": 9,
            "LastEvaluatedKey": {"PK": {"S": "a"}},
            "ConsumedCapacity": {"TableName": "T", "CapacityUnits": 0.5}}"#,
    )
    .backend();
    let page = reply::Query {
        items: vec![key("b"), key("a")],
        count: 2,
        scanned: 9,
        last_key: Some(key("a")),
        capacity: Some(Capacity { table: "T".into(), units: units(0.5), ..Capacity::default() }),
    };
    assert_eq!(backend.query(least::query()).await.unwrap(), page);
    assert_eq!(backend.scan(least::scan()).await.unwrap(), page);

    let last = Service::answering(r#"{"Count": 3, "ScannedCount": 3, "LastEvaluatedKey": {}}"#).backend();
    let count = reply::Query { count: 3, scanned: 3, ..reply::Query::default() };
    assert_eq!(last.query(least::query()).await.unwrap(), count);
    assert_eq!(last.scan(least::scan()).await.unwrap(), count);
}

#[tokio::test]
async fn batches_return_what_was_not_done() {
    let read = Service::answering(
        r##"{"Responses": {"T": [{"PK": {"S": "a"}}]},
            "UnprocessedKeys": {"T": {"Keys": [{"PK": {"S": "b"}}], "ConsistentRead": true,
                "ProjectionExpression": "#0", "ExpressionAttributeNames": {"#0": "name"}}},
            "ConsumedCapacity": [{"TableName": "T", "CapacityUnits": 1}]}"##,
    );
    let left = BatchGetTable {
        keys: vec![key("b")],
        consistent: true,
        projection: Some("#0".into()),
        names: Names::from([("#0".into(), "name".into())]),
    };
    let capacity = vec![Capacity { table: "T".into(), units: units(1.0), ..Capacity::default() }];
    assert_eq!(
        read.backend().batch_get(BatchGet::default()).await.unwrap(),
        reply::BatchGet {
            items: [("T".into(), vec![key("a")])].into(),
            unprocessed: [("T".into(), left)].into(),
            capacity: capacity.clone(),
        }
    );

    let written = Service::answering(
        r#"{"UnprocessedItems": {"T": [{"PutRequest": {"Item": {"PK": {"S": "a"}}}},
                                       {"DeleteRequest": {"Key": {"PK": {"S": "b"}}}}]},
            "ConsumedCapacity": [{"TableName": "T", "CapacityUnits": 1}],
            "ItemCollectionMetrics": {"T": [
                {"ItemCollectionKey": {"PK": {"S": "a"}}, "SizeEstimateRangeGB": [0, 1]}]}}"#,
    );
    let left = vec![BatchWriteAction::Put(key("a")), BatchWriteAction::Delete(key("b"))];
    assert_eq!(
        written.backend().batch_write(BatchWrite::default()).await.unwrap(),
        reply::BatchWrite {
            unprocessed: [("T".into(), left)].into(),
            capacity,
            collection_metrics: [("T".into(), vec![metrics()])].into(),
        }
    );
}

#[tokio::test]
async fn transactions_return_items_in_order() {
    let read = Service::answering(
        r#"{"Responses": [{}, {"Item": {"PK": {"S": "a"}}}],
            "ConsumedCapacity": [{"TableName": "T", "CapacityUnits": 4, "ReadCapacityUnits": 4}]}"#,
    );
    let consumed = Units { total: 4.0, read: Some(4.0), write: None };
    assert_eq!(
        read.backend().transact_get(TransactGet::default()).await.unwrap(),
        reply::TransactGet {
            items: vec![None, Some(key("a"))],
            capacity: vec![Capacity { table: "T".into(), units: consumed, ..Capacity::default() }],
        }
    );

    let written = Service::answering(
        r#"{"ItemCollectionMetrics": {"T": [
            {"ItemCollectionKey": {"PK": {"S": "a"}}, "SizeEstimateRangeGB": [0, 1]}]}}"#,
    );
    assert_eq!(
        written.backend().transact_write(TransactWrite::default()).await.unwrap(),
        reply::TransactWrite { capacity: vec![], collection_metrics: [("T".into(), vec![metrics()])].into() }
    );
}

const DESCRIPTION: &str = r#"{"Table": {
    "TableName": "T", "TableArn": "arn:aws:dynamodb:us-east-1:1:table/T", "TableStatus": "UPDATING",
    "CreationDateTime": 1700000000.5, "ItemCount": 7, "TableSizeBytes": 700,
    "StreamSpecification": {"StreamEnabled": true, "StreamViewType": "OLD_IMAGE"},
    "LatestStreamArn": "arn:aws:dynamodb:us-east-1:1:table/T/stream/1", "DeletionProtectionEnabled": true,
    "AttributeDefinitions": [
        {"AttributeName": "PK", "AttributeType": "S"}, {"AttributeName": "n", "AttributeType": "N"},
        {"AttributeName": "b", "AttributeType": "B"}],
    "KeySchema": [{"AttributeName": "PK", "KeyType": "HASH"}, {"AttributeName": "n", "KeyType": "RANGE"}],
    "ProvisionedThroughput": {"ReadCapacityUnits": 5, "WriteCapacityUnits": 6},
    "GlobalSecondaryIndexes": [{"IndexName": "Z",
        "KeySchema": [{"AttributeName": "b", "KeyType": "HASH"}, {"AttributeName": "n", "KeyType": "HASH"},
            {"AttributeName": "PK", "KeyType": "RANGE"}],
        "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["x"]},
        "IndexStatus": "CREATING", "ItemCount": 3, "IndexSizeBytes": 30,
        "ProvisionedThroughput": {"ReadCapacityUnits": 7, "WriteCapacityUnits": 8},
        "OnDemandThroughput": {"MaxReadRequestUnits": 9, "MaxWriteRequestUnits": -1},
        "WarmThroughput": {"ReadUnitsPerSecond": 7, "WriteUnitsPerSecond": 9, "Status": "ACTIVE"}}],
    "WarmThroughput": {"ReadUnitsPerSecond": 5, "WriteUnitsPerSecond": 6, "Status": "ACTIVE"},
    "TableClassSummary": {"TableClass": "STANDARD_INFREQUENT_ACCESS", "LastUpdateDateTime": 1700000001},
    "SSEDescription": {"Status": "ENABLED", "SSEType": "KMS", "KMSMasterKeyArn": "arn:aws:kms:us-east-1:1:key/k"},
    "LocalSecondaryIndexes": [{"IndexName": "A",
        "KeySchema": [{"AttributeName": "PK", "KeyType": "HASH"}, {"AttributeName": "b", "KeyType": "RANGE"}],
        "Projection": {"ProjectionType": "KEYS_ONLY"}}]}}"#;

#[tokio::test]
async fn a_table_is_described_with_its_indexes_by_name() {
    let table = Service::answering(DESCRIPTION).backend().describe_table("T").await.unwrap();
    let attribute = |name: &str, kind| KeyAttribute { name: name.into(), kind };
    let pk = attribute("PK", KeyKind::S);
    let (n, b) = (attribute("n", KeyKind::N), attribute("b", KeyKind::B));
    assert_eq!((table.table.as_str(), table.arn.as_str()), ("T", "arn:aws:dynamodb:us-east-1:1:table/T"));
    assert_eq!(table.status, TableStatus::Updating);
    assert_eq!(table.key, KeySchema { partition: vec![pk.clone()], sort: vec![n.clone()] });
    assert_eq!(
        table.indexes,
        [
            Index {
                name: "A".into(),
                scope: IndexScope::Local,
                key: KeySchema { partition: vec![pk.clone()], sort: vec![b.clone()] },
                projection: Projection::KeysOnly,
            },
            Index {
                name: "Z".into(),
                scope: IndexScope::Global,
                key: KeySchema { partition: vec![b, n], sort: vec![pk] },
                projection: Projection::Include(vec!["x".into()]),
            },
        ]
    );
    assert_eq!(table.throughput, Some(Throughput { read: 5, write: 6 }));
    assert_eq!((table.stream, table.deletion_protection), (Some(StreamView::OldImage), true));
    let index = IndexState {
        status: TableStatus::Creating,
        throughput: Some(Throughput { read: 7, write: 8 }),
        on_demand: UnitsPerSecond { read: Some(9), write: Some(-1) },
        warm: UnitsPerSecond { read: Some(7), write: Some(9) },
        n_items: 3,
        size_bytes: 30,
    };
    assert_eq!(table.global_indexes, [("Z".into(), index)].into());
    assert_eq!(table.warm, UnitsPerSecond { read: Some(5), write: Some(6) });
    assert_eq!(table.on_demand, UnitsPerSecond::default());
    let changed = SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_001);
    assert_eq!((table.class, table.class_changed), (TableClass::InfrequentAccess, Some(changed)));
    assert_eq!(table.encryption_key.as_deref(), Some("arn:aws:kms:us-east-1:1:key/k"));
    assert_eq!(table.stream_arn.as_deref(), Some("arn:aws:dynamodb:us-east-1:1:table/T/stream/1"));
    let created = SystemTime::UNIX_EPOCH + Duration::from_millis(1_700_000_000_500);
    assert_eq!((table.created, table.n_items, table.size_bytes), (Some(created), 7, 700));
}

#[tokio::test]
async fn a_table_paid_per_request_has_no_throughput() {
    let service = Service::answering(
        r#"{"TableDescription": {"TableName": "T", "TableStatus": "ARCHIVED",
            "BillingModeSummary": {"BillingMode": "PAY_PER_REQUEST"},
            "StreamSpecification": {"StreamEnabled": false},
            "ProvisionedThroughput": {"ReadCapacityUnits": 0, "WriteCapacityUnits": 0}}}"#,
    );
    let table = service.backend().create_table(least::create_table()).await.unwrap();
    assert_eq!((table.throughput, table.status), (None, TableStatus::Unavailable));
    assert_eq!((table.stream, table.deletion_protection), (None, false));
}

#[tokio::test]
async fn a_reply_that_cannot_be_read_says_where() {
    let service = Service::answering(r#"{"Item": {"a": {"M": {"b": {"L": [{"N": "1"}, {"N": "x"}]}}}}}"#);
    let failure = service.backend().get(least::get()).await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::Serialization);
    assert_eq!(failure.message, "cannot read `a.b[1]`: \"x\" is not a number that DynamoDB can store");

    let service =
        Service::answering(r#"{"Table": {"KeySchema": [{"AttributeName": "PK", "KeyType": "HASH"}]}}"#);
    let failure = service.backend().describe_table("T").await.unwrap_err();
    assert_eq!(failure.message, "cannot read the reply: the key attribute `PK` has no known type");
}

#[tokio::test]
async fn time_and_waiting_come_from_the_client() {
    let backend = Service::answering("{}").backend();
    assert!(backend.now() > SystemTime::UNIX_EPOCH);
    backend.sleep(Duration::ZERO).await;
}
