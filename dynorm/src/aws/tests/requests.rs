//! The body of every request, with everything given and with nothing given.

use std::future::Future;

use serde_json::{Value as Json, json};

use super::Service;
use crate::aws::AwsBackend;
use crate::backend::call::{
    BatchGet, BatchGetTable, BatchWrite, BatchWriteAction, Check, Delete, Get, Put, Query, ReturnCapacity,
    ReturnValues, Scan, Segment, Select, TransactGet, TransactGetAction, TransactWrite, TransactWriteAction,
    Update,
};
use crate::backend::table::{
    CreateTable, Encryption, Index, IndexCapacity, IndexScope, KeyAttribute, KeySchema, Projection,
    StreamView, TableClass, Throughput, TimeToLive, UnitsPerSecond,
};
use crate::backend::{Backend, Names, Values};
use crate::value::{Item, KeyKind, Number, Value};

/// Sends a call to a service that answers with an empty object, and compares what it got.
#[track_caller]
fn check<F: Future>(operation: &str, send: impl FnOnce(AwsBackend) -> F, body: &Json) {
    check_members(operation, send, |sent| assert_eq!(sent, body));
}

/// Sends a call to a service that answers with an empty object, and has what it got looked at.
#[track_caller]
fn check_members<F: Future>(operation: &str, send: impl FnOnce(AwsBackend) -> F, look: impl FnOnce(&Json)) {
    let service = Service::answering("{}");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    // Whether the empty reply can be read is not asked here.
    drop(runtime.block_on(send(service.backend())));
    let (sent_operation, sent_body) = service.request();
    assert_eq!(sent_operation, operation);
    look(&sent_body);
}

fn key() -> Item {
    Item::from([("PK", "a")])
}

fn names() -> Names {
    Names::from([("#0".into(), "name".into())])
}

fn values() -> Values {
    Item::from([(":0", Value::N(Number::from(7)))])
}

#[test]
fn get_item() {
    let call = Get { table: "T".into(), key: key(), ..Get::default() };
    let least = json!({"TableName": "T", "Key": {"PK": {"S": "a"}}});
    check("GetItem", |backend| async move { backend.get(call).await }, &least);

    let call = Get {
        table: "T".into(),
        key: key(),
        consistent: true,
        projection: Some("#0".into()),
        names: names(),
        capacity: ReturnCapacity::Indexes,
    };
    let all = json!({
        "TableName": "T",
        "Key": {"PK": {"S": "a"}},
        "ConsistentRead": true,
        "ProjectionExpression": "#0",
        "ExpressionAttributeNames": {"#0": "name"},
        "ReturnConsumedCapacity": "INDEXES",
    });
    check("GetItem", |backend| async move { backend.get(call).await }, &all);
}

#[test]
fn put_item() {
    let call = Put { table: "T".into(), item: key(), ..Put::default() };
    let least = json!({"TableName": "T", "Item": {"PK": {"S": "a"}}});
    check("PutItem", |backend| async move { backend.put(call).await }, &least);

    let all = json!({
        "TableName": "T",
        "Item": {"PK": {"S": "a"}},
        "ConditionExpression": "#0 = :0",
        "ExpressionAttributeNames": {"#0": "name"},
        "ExpressionAttributeValues": {":0": {"N": "7"}},
        "ReturnValues": "ALL_OLD",
        "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        "ReturnConsumedCapacity": "TOTAL",
        "ReturnItemCollectionMetrics": "SIZE",
    });
    check("PutItem", |backend| async move { backend.put(put()).await }, &all);
}

fn put() -> Put {
    Put {
        table: "T".into(),
        item: key(),
        condition: Some("#0 = :0".into()),
        names: names(),
        values: values(),
        returned: ReturnValues::AllOld,
        return_old_on_failure: true,
        capacity: ReturnCapacity::Total,
        collection_metrics: true,
    }
}

#[test]
fn update_item() {
    let call = Update { table: "T".into(), key: key(), ..Update::default() };
    let least = json!({"TableName": "T", "Key": {"PK": {"S": "a"}}});
    check("UpdateItem", |backend| async move { backend.update(call).await }, &least);

    let wanted = [
        (ReturnValues::UpdatedOld, "UPDATED_OLD"),
        (ReturnValues::AllNew, "ALL_NEW"),
        (ReturnValues::UpdatedNew, "UPDATED_NEW"),
    ];
    for (returned, name) in wanted {
        let all = json!({
            "TableName": "T",
            "Key": {"PK": {"S": "a"}},
            "UpdateExpression": "SET #0 = :0",
            "ConditionExpression": "#0 = :0",
            "ExpressionAttributeNames": {"#0": "name"},
            "ExpressionAttributeValues": {":0": {"N": "7"}},
            "ReturnValues": name,
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
            "ReturnConsumedCapacity": "TOTAL",
            "ReturnItemCollectionMetrics": "SIZE",
        });
        let call = Update { returned, ..update() };
        check("UpdateItem", |backend| async move { backend.update(call).await }, &all);
    }
}

fn update() -> Update {
    Update {
        table: "T".into(),
        key: key(),
        update: Some("SET #0 = :0".into()),
        condition: Some("#0 = :0".into()),
        names: names(),
        values: values(),
        returned: ReturnValues::None,
        return_old_on_failure: true,
        capacity: ReturnCapacity::Total,
        collection_metrics: true,
    }
}

#[test]
fn delete_item() {
    let call = Delete { table: "T".into(), key: key(), ..Delete::default() };
    let least = json!({"TableName": "T", "Key": {"PK": {"S": "a"}}});
    check("DeleteItem", |backend| async move { backend.delete(call).await }, &least);

    let all = json!({
        "TableName": "T",
        "Key": {"PK": {"S": "a"}},
        "ConditionExpression": "#0 = :0",
        "ExpressionAttributeNames": {"#0": "name"},
        "ExpressionAttributeValues": {":0": {"N": "7"}},
        "ReturnValues": "ALL_OLD",
        "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        "ReturnConsumedCapacity": "TOTAL",
        "ReturnItemCollectionMetrics": "SIZE",
    });
    check("DeleteItem", |backend| async move { backend.delete(delete()).await }, &all);
}

fn delete() -> Delete {
    Delete {
        table: "T".into(),
        key: key(),
        condition: Some("#0 = :0".into()),
        names: names(),
        values: values(),
        returned: ReturnValues::AllOld,
        return_old_on_failure: true,
        capacity: ReturnCapacity::Total,
        collection_metrics: true,
    }
}

#[test]
fn query() {
    let call = Query { table: "T".into(), ..Query::default() };
    check("Query", |backend| async move { backend.query(call).await }, &json!({"TableName": "T"}));

    let call = Query {
        table: "T".into(),
        index: Some("I".into()),
        key_condition: Some("PK = :0".into()),
        filter: Some("#0 > :0".into()),
        projection: Some("#0".into()),
        names: names(),
        values: values(),
        descending: true,
        limit: Some(10),
        start: Some(key()),
        consistent: true,
        select: Some(Select::SpecificAttributes),
        capacity: ReturnCapacity::Total,
    };
    let all = json!({
        "TableName": "T",
        "IndexName": "I",
        "KeyConditionExpression": "PK = :0",
        "FilterExpression": "#0 > :0",
        "ProjectionExpression": "#0",
        "ExpressionAttributeNames": {"#0": "name"},
        "ExpressionAttributeValues": {":0": {"N": "7"}},
        "ScanIndexForward": false,
        "Limit": 10,
        "ExclusiveStartKey": {"PK": {"S": "a"}},
        "ConsistentRead": true,
        "Select": "SPECIFIC_ATTRIBUTES",
        "ReturnConsumedCapacity": "TOTAL",
    });
    check("Query", |backend| async move { backend.query(call).await }, &all);
}

#[test]
fn scan() {
    let call = Scan { table: "T".into(), limit: Some(u32::MAX), ..Scan::default() };
    let least = json!({"TableName": "T", "Limit": i32::MAX});
    check("Scan", |backend| async move { backend.scan(call).await }, &least);

    let wanted = [
        (Select::AllAttributes, "ALL_ATTRIBUTES"),
        (Select::AllProjectedAttributes, "ALL_PROJECTED_ATTRIBUTES"),
        (Select::Count, "COUNT"),
    ];
    for (select, name) in wanted {
        let call = Scan {
            table: "T".into(),
            index: Some("I".into()),
            filter: Some("#0 > :0".into()),
            projection: Some("#0".into()),
            names: names(),
            values: values(),
            limit: Some(10),
            start: Some(key()),
            segment: Some(Segment { segment: 0, total: 4 }),
            consistent: true,
            select: Some(select),
            capacity: ReturnCapacity::Total,
        };
        let all = json!({
            "TableName": "T",
            "IndexName": "I",
            "FilterExpression": "#0 > :0",
            "ProjectionExpression": "#0",
            "ExpressionAttributeNames": {"#0": "name"},
            "ExpressionAttributeValues": {":0": {"N": "7"}},
            "Limit": 10,
            "ExclusiveStartKey": {"PK": {"S": "a"}},
            "Segment": 0,
            "TotalSegments": 4,
            "ConsistentRead": true,
            "Select": name,
            "ReturnConsumedCapacity": "TOTAL",
        });
        check("Scan", |backend| async move { backend.scan(call).await }, &all);
    }
}

#[test]
fn batch_get_item() {
    let all_of_t =
        BatchGetTable { keys: vec![key()], consistent: true, projection: Some("#0".into()), names: names() };
    let least_of_u = BatchGetTable { keys: vec![key(), Item::new()], ..BatchGetTable::default() };
    let call = BatchGet {
        tables: [("T".into(), all_of_t), ("U".into(), least_of_u)].into(),
        capacity: ReturnCapacity::Total,
    };
    let body = json!({
        "RequestItems": {
            "T": {
                "Keys": [{"PK": {"S": "a"}}],
                "ConsistentRead": true,
                "ProjectionExpression": "#0",
                "ExpressionAttributeNames": {"#0": "name"},
            },
            "U": {"Keys": [{"PK": {"S": "a"}}, {}]},
        },
        "ReturnConsumedCapacity": "TOTAL",
    });
    check("BatchGetItem", |backend| async move { backend.batch_get(call).await }, &body);
}

#[test]
fn batch_write_item() {
    let actions = vec![BatchWriteAction::Put(key()), BatchWriteAction::Delete(key())];
    let call = BatchWrite {
        tables: [("T".into(), actions)].into(),
        capacity: ReturnCapacity::Indexes,
        collection_metrics: true,
    };
    let body = json!({
        "RequestItems": {
            "T": [
                {"PutRequest": {"Item": {"PK": {"S": "a"}}}},
                {"DeleteRequest": {"Key": {"PK": {"S": "a"}}}},
            ],
        },
        "ReturnConsumedCapacity": "INDEXES",
        "ReturnItemCollectionMetrics": "SIZE",
    });
    check("BatchWriteItem", |backend| async move { backend.batch_write(call).await }, &body);
}

#[test]
fn transact_get_items() {
    let all =
        TransactGetAction { table: "T".into(), key: key(), projection: Some("#0".into()), names: names() };
    let least = TransactGetAction { table: "U".into(), key: key(), ..TransactGetAction::default() };
    let call = TransactGet { actions: vec![all, least], capacity: ReturnCapacity::Total };
    let body = json!({
        "TransactItems": [
            {"Get": {
                "TableName": "T",
                "Key": {"PK": {"S": "a"}},
                "ProjectionExpression": "#0",
                "ExpressionAttributeNames": {"#0": "name"},
            }},
            {"Get": {"TableName": "U", "Key": {"PK": {"S": "a"}}}},
        ],
        "ReturnConsumedCapacity": "TOTAL",
    });
    check("TransactGetItems", |backend| async move { backend.transact_get(call).await }, &body);
}

#[test]
fn transact_write_items() {
    let condition = Check {
        table: "T".into(),
        key: key(),
        condition: Some("#0 = :0".into()),
        names: names(),
        values: values(),
        return_old_on_failure: true,
    };
    let call = TransactWrite {
        actions: vec![
            TransactWriteAction::Put(put()),
            TransactWriteAction::Update(update()),
            TransactWriteAction::Delete(delete()),
            TransactWriteAction::Check(condition),
            TransactWriteAction::Put(Put { table: "U".into(), item: key(), ..Put::default() }),
        ],
        token: Some("token".into()),
        capacity: ReturnCapacity::Total,
        collection_metrics: true,
    };
    let with_condition = |mut action: Json| {
        action["TableName"] = json!("T");
        action["ConditionExpression"] = json!("#0 = :0");
        action["ExpressionAttributeNames"] = json!({"#0": "name"});
        action["ExpressionAttributeValues"] = json!({":0": {"N": "7"}});
        action["ReturnValuesOnConditionCheckFailure"] = json!("ALL_OLD");
        action
    };
    let key = json!({"PK": {"S": "a"}});
    let body = json!({
        "TransactItems": [
            {"Put": with_condition(json!({"Item": key}))},
            {"Update": with_condition(json!({"Key": key, "UpdateExpression": "SET #0 = :0"}))},
            {"Delete": with_condition(json!({"Key": key}))},
            {"ConditionCheck": with_condition(json!({"Key": key}))},
            {"Put": {"TableName": "U", "Item": key}},
        ],
        "ClientRequestToken": "token",
        "ReturnConsumedCapacity": "TOTAL",
        "ReturnItemCollectionMetrics": "SIZE",
    });
    check("TransactWriteItems", |backend| async move { backend.transact_write(call).await }, &body);
}

fn attribute(name: &str, kind: KeyKind) -> KeyAttribute {
    KeyAttribute { name: name.into(), kind }
}

fn table() -> CreateTable {
    let (pk, sk) = (attribute("PK", KeyKind::S), attribute("SK", KeyKind::S));
    let year = attribute("year", KeyKind::N);
    CreateTable {
        table: "T".into(),
        key: KeySchema { partition: vec![pk.clone()], sort: vec![sk] },
        indexes: vec![
            Index {
                name: "ByMaker".into(),
                scope: IndexScope::Global,
                key: KeySchema {
                    partition: vec![attribute("maker", KeyKind::S), attribute("line", KeyKind::B)],
                    sort: vec![year.clone(), pk.clone()],
                },
                projection: Projection::Include(vec!["price".into()]),
            },
            Index {
                name: "ByYear".into(),
                scope: IndexScope::Local,
                key: KeySchema { partition: vec![pk], sort: vec![year] },
                projection: Projection::KeysOnly,
            },
        ],
        throughput: Some(Throughput { read: 5, write: 6 }),
        stream: Some(StreamView::NewAndOldImages),
        deletion_protection: true,
        ..CreateTable::default()
    }
}

#[test]
fn a_table_has_capacity_a_class_and_a_key() {
    let units = |read, write| UnitsPerSecond { read: Some(read), write: Some(write) };
    let provisioned =
        IndexCapacity { throughput: Some(Throughput { read: 7, write: 8 }), ..Default::default() };
    let call = CreateTable {
        class: TableClass::InfrequentAccess,
        encryption: Encryption::Key("alias/own".into()),
        index_capacity: [("ByMaker".into(), provisioned)].into(),
        ..table()
    };
    check_members(
        "CreateTable",
        |backend| async move { backend.create_table(call).await },
        |body| {
            assert_eq!(body["TableClass"], "STANDARD_INFREQUENT_ACCESS");
            let encryption = json!({"Enabled": true, "SSEType": "KMS", "KMSMasterKeyId": "alias/own"});
            assert_eq!(body["SSESpecification"], encryption);
            let throughput = &body["GlobalSecondaryIndexes"][0]["ProvisionedThroughput"];
            assert_eq!(*throughput, json!({"ReadCapacityUnits": 7, "WriteCapacityUnits": 8}));
        },
    );
    let on_demand = UnitsPerSecond { read: Some(9), write: None };
    let limited = IndexCapacity { on_demand, warm: units(13_000, 5000), ..Default::default() };
    let call = CreateTable {
        throughput: None,
        on_demand: units(10, 11),
        warm: units(12_000, 4000),
        index_capacity: [("ByMaker".into(), limited)].into(),
        encryption: Encryption::AccountKey,
        ..table()
    };
    check_members(
        "CreateTable",
        |backend| async move { backend.create_table(call).await },
        |body| {
            let on_demand = json!({"MaxReadRequestUnits": 10, "MaxWriteRequestUnits": 11});
            assert_eq!(body["OnDemandThroughput"], on_demand);
            let warm = json!({"ReadUnitsPerSecond": 12_000, "WriteUnitsPerSecond": 4000});
            assert_eq!(body["WarmThroughput"], warm);
            let index = &body["GlobalSecondaryIndexes"][0];
            assert_eq!(index["OnDemandThroughput"], json!({"MaxReadRequestUnits": 9}));
            let warm = json!({"ReadUnitsPerSecond": 13_000, "WriteUnitsPerSecond": 5000});
            assert_eq!(index["WarmThroughput"], warm);
            assert_eq!(body["SSESpecification"], json!({"Enabled": true, "SSEType": "KMS"}));
        },
    );
}

#[test]
fn create_table() {
    let key = KeySchema { partition: vec![attribute("PK", KeyKind::S)], sort: vec![] };
    let call = CreateTable { table: "T".into(), key, ..CreateTable::default() };
    let least = json!({
        "TableName": "T",
        "AttributeDefinitions": [{"AttributeName": "PK", "AttributeType": "S"}],
        "KeySchema": [{"AttributeName": "PK", "KeyType": "HASH"}],
        "BillingMode": "PAY_PER_REQUEST",
    });
    check("CreateTable", |backend| async move { backend.create_table(call).await }, &least);

    let all = json!({
        "TableName": "T",
        "AttributeDefinitions": [
            {"AttributeName": "PK", "AttributeType": "S"},
            {"AttributeName": "SK", "AttributeType": "S"},
            {"AttributeName": "maker", "AttributeType": "S"},
            {"AttributeName": "line", "AttributeType": "B"},
            {"AttributeName": "year", "AttributeType": "N"},
        ],
        "KeySchema": [
            {"AttributeName": "PK", "KeyType": "HASH"},
            {"AttributeName": "SK", "KeyType": "RANGE"},
        ],
        "GlobalSecondaryIndexes": [{
            "IndexName": "ByMaker",
            "KeySchema": [
                {"AttributeName": "maker", "KeyType": "HASH"},
                {"AttributeName": "line", "KeyType": "HASH"},
                {"AttributeName": "year", "KeyType": "RANGE"},
                {"AttributeName": "PK", "KeyType": "RANGE"},
            ],
            "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["price"]},
            "ProvisionedThroughput": {"ReadCapacityUnits": 5, "WriteCapacityUnits": 6},
        }],
        "LocalSecondaryIndexes": [{
            "IndexName": "ByYear",
            "KeySchema": [
                {"AttributeName": "PK", "KeyType": "HASH"},
                {"AttributeName": "year", "KeyType": "RANGE"},
            ],
            "Projection": {"ProjectionType": "KEYS_ONLY"},
        }],
        "BillingMode": "PROVISIONED",
        "ProvisionedThroughput": {"ReadCapacityUnits": 5, "WriteCapacityUnits": 6},
        "StreamSpecification": {"StreamEnabled": true, "StreamViewType": "NEW_AND_OLD_IMAGES"},
        "DeletionProtectionEnabled": true,
    });
    check("CreateTable", |backend| async move { backend.create_table(table()).await }, &all);
}

#[test]
fn other_calls_on_tables() {
    let name = json!({"TableName": "T"});
    check("DescribeTable", |backend| async move { backend.describe_table("T").await }, &name);
    check("DeleteTable", |backend| async move { backend.delete_table("T").await }, &name);

    let call = TimeToLive { table: "T".into(), attribute: "ttl".into(), enabled: true };
    let body = json!({
        "TableName": "T",
        "TimeToLiveSpecification": {"AttributeName": "ttl", "Enabled": true},
    });
    check("UpdateTimeToLive", |backend| async move { backend.update_time_to_live(call).await }, &body);
}
