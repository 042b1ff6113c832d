//! Every call once against a server that speaks DynamoDB's protocol.
//!
//! What the calls mean is the affair of the suite; this shows that requests are understood and replies are read.
//! Run it with `tests/endpoint.sh -- cargo test -p dynorm --features aws-local aws::tests::endpoint -- --ignored`.

use std::time::Duration;

use crate::aws::AwsBackend;
use crate::backend::call::{
    BatchGet, BatchGetTable, BatchWrite, BatchWriteAction, Check, Delete, Get, Put, Query, ReturnCapacity,
    ReturnValues, Scan, Segment, TransactGet, TransactGetAction, TransactWrite, TransactWriteAction, Update,
};
use crate::backend::table::{
    CreateTable, Index, IndexScope, KeyAttribute, KeySchema, Projection, TableStatus, TimeToLive,
};
use crate::backend::{Backend, FailureKind, Names, Values};
use crate::value::{Item, KeyKind, Number, Value};

/// How far a server that rounds its times may be ahead.
const CLOCK_SKEW_MAX: Duration = Duration::from_secs(1);

fn backend() -> AwsBackend {
    AwsBackend::local(&std::env::var("DYNORM_TEST_ENDPOINT").expect("tests/endpoint.sh sets the address"))
}

fn attribute(name: &str, kind: KeyKind) -> KeyAttribute {
    KeyAttribute { name: name.into(), kind }
}

async fn create(backend: &AwsBackend, table: &str) {
    let pk = attribute("PK", KeyKind::S);
    let index = |name: &str, scope, partition, sort| Index {
        name: name.into(),
        scope,
        key: KeySchema { partition, sort },
        projection: Projection::All,
    };
    let call = CreateTable {
        table: table.into(),
        key: KeySchema { partition: vec![pk.clone()], sort: vec![attribute("SK", KeyKind::S)] },
        indexes: vec![
            index("GSI1", IndexScope::Global, vec![attribute("kind", KeyKind::S)], vec![]),
            index("LSI1", IndexScope::Local, vec![pk], vec![attribute("n", KeyKind::N)]),
        ],
        ..CreateTable::default()
    };
    let created = backend.create_table(call.clone()).await.unwrap();
    assert_eq!((created.table.as_str(), &created.key), (table, &call.key));
    let described = backend.describe_table(table).await.unwrap();
    assert_eq!((described.status, &described.indexes), (TableStatus::Active, &call.indexes));
    assert_eq!(described.throughput, None);
    assert!(described.created.is_some_and(|at| at <= backend.now() + CLOCK_SKEW_MAX));
    assert_eq!(backend.create_table(call).await.unwrap_err().kind, FailureKind::InUse);
}

fn key(sort: &str) -> Item {
    Item::from([("PK", "a"), ("SK", sort)])
}

fn item(sort: &str, n: i64) -> Item {
    let mut item = key(sort);
    item.insert("n", Number::from(n));
    item.insert("kind", "k");
    item
}

/// An item with every kind of value.
fn full(sort: &str) -> Item {
    let mut item = item(sort, 1);
    item.insert("b", Value::B(vec![0, 255]));
    item.insert("bool", false);
    item.insert("null", Value::Null);
    item.insert("m", Value::M(Item::from([("x", Value::L(vec![Value::from(""), Value::Null]))])));
    item.insert("ss", Value::Ss(vec!["x".into(), "y".into()]));
    item.insert("ns", Value::Ns(vec!["0.1".parse().unwrap(), Number::from(-2)]));
    item.insert("bs", Value::Bs(vec![vec![1], vec![2, 3]]));
    item.insert("exact", Value::N("12345678901234567890.12345678901234567".parse().unwrap()));
    item
}

fn names() -> Names {
    Names::from([("#n".into(), "n".into())])
}

fn one() -> Values {
    Item::from([(":one", Number::from(1))])
}

async fn items_are_written_and_read(backend: &AwsBackend, table: &str) {
    let put = Put { table: table.into(), item: full("1"), ..Put::default() };
    backend.put(put.clone()).await.unwrap();
    let replaced = Put { returned: ReturnValues::AllOld, capacity: ReturnCapacity::Total, ..put };
    let reply = backend.put(replaced).await.unwrap();
    assert_eq!(reply.attributes, Some(full("1")));
    assert_eq!(reply.capacity.unwrap().table, table);

    let get = Get { table: table.into(), key: key("1"), consistent: true, ..Get::default() };
    assert_eq!(backend.get(get).await.unwrap().item, Some(full("1")));
    let absent = Get { table: table.into(), key: key("none"), ..Get::default() };
    assert_eq!(backend.get(absent).await.unwrap().item, None);

    let update = Update {
        table: table.into(),
        key: key("1"),
        update: Some("SET #n = #n + :one".into()),
        condition: Some("#n = :one".into()),
        names: names(),
        values: one(),
        returned: ReturnValues::UpdatedNew,
        return_old_on_failure: true,
        ..Update::default()
    };
    let updated = backend.update(update.clone()).await.unwrap().attributes;
    assert_eq!(updated, Some(Item::from([("n", Number::from(2))])));
    let failure = backend.update(update).await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::ConditionFailed);
    assert_eq!(failure.message, "The conditional request failed");
    assert_eq!(failure.item.as_ref().and_then(|item| item.get("n")), Some(&Value::N(Number::from(2))));
    assert!(failure.request_id.is_some());

    let delete =
        Delete { table: table.into(), key: key("1"), returned: ReturnValues::AllOld, ..Delete::default() };
    assert!(backend.delete(delete).await.unwrap().attributes.is_some());
}

async fn batches_are_written_and_read(backend: &AwsBackend, table: &str) {
    let puts = (1..=3).map(|n| BatchWriteAction::Put(item(&n.to_string(), n)));
    let write = BatchWrite { tables: [(table.into(), puts.collect())].into(), ..BatchWrite::default() };
    assert!(backend.batch_write(write).await.unwrap().unprocessed.is_empty());

    let keys = BatchGetTable { keys: vec![key("1"), key("2"), key("none")], ..BatchGetTable::default() };
    let read = BatchGet { tables: [(table.into(), keys)].into(), capacity: ReturnCapacity::Total };
    let reply = backend.batch_get(read).await.unwrap();
    assert_eq!((reply.items[table].len(), reply.capacity.len()), (2, 1));
    assert!(reply.unprocessed.is_empty());

    let delete = vec![BatchWriteAction::Delete(key("3"))];
    let write = BatchWrite { tables: [(table.into(), delete)].into(), ..BatchWrite::default() };
    backend.batch_write(write).await.unwrap();
}

async fn pages_follow_each_other(backend: &AwsBackend, table: &str) {
    let mut query = Query {
        table: table.into(),
        key_condition: Some("PK = :pk".into()),
        values: Item::from([(":pk", "a")]),
        descending: true,
        limit: Some(1),
        ..Query::default()
    };
    let first = backend.query(query.clone()).await.unwrap();
    assert_eq!((first.items, first.count, first.scanned), (vec![item("2", 2)], 1, 1));
    query.start = first.last_key;
    assert_eq!(query.start, Some(key("2")));
    let second = backend.query(query).await.unwrap();
    assert_eq!(second.items, [item("1", 1)]);

    let by_kind = Query {
        table: table.into(),
        index: Some("GSI1".into()),
        key_condition: Some("kind = :k".into()),
        values: Item::from([(":k", "k")]),
        capacity: ReturnCapacity::Indexes,
        ..Query::default()
    };
    let page = backend.query(by_kind).await.unwrap();
    assert_eq!((page.count, page.last_key), (2, None));
    // Not every server states the parts of the indexes.
    assert_eq!(page.capacity.unwrap().table, table);

    let scan = Scan {
        table: table.into(),
        segment: Some(Segment { segment: 0, total: 1 }),
        filter: Some("#n = :one".into()),
        names: names(),
        values: one(),
        ..Scan::default()
    };
    let page = backend.scan(scan).await.unwrap();
    assert_eq!((page.items, page.scanned), (vec![item("1", 1)], 2));
}

async fn transactions_succeed_or_say_why_not(backend: &AwsBackend, table: &str) {
    let get = |sort: &str| TransactGetAction { table: table.into(), key: key(sort), ..Default::default() };
    let read = TransactGet { actions: vec![get("1"), get("none")], ..TransactGet::default() };
    assert_eq!(backend.transact_get(read).await.unwrap().items, [Some(item("1", 1)), None]);

    let check = Check {
        table: table.into(),
        key: key("2"),
        condition: Some("#n = :one".into()),
        names: names(),
        values: one(),
        return_old_on_failure: true,
    };
    let put = TransactWriteAction::Put(Put { table: table.into(), item: item("4", 4), ..Put::default() });
    let actions = vec![put.clone(), TransactWriteAction::Check(check)];
    let write = TransactWrite { actions, ..TransactWrite::default() };
    let failure = backend.transact_write(write).await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::TransactionCancelled);
    assert_eq!(failure.reasons[0].code, "None");
    assert_eq!(failure.reasons[1].code, "ConditionalCheckFailed");
    assert_eq!(failure.reasons[1].item, Some(item("2", 2)));

    let write = TransactWrite { actions: vec![put], token: Some("token".into()), ..TransactWrite::default() };
    backend.transact_write(write).await.unwrap();
}

#[tokio::test]
#[ignore = "needs a server; see tests/endpoint.sh"]
async fn every_call_is_understood() {
    let (backend, table) = (backend(), "dynorm-every-call");
    create(&backend, table).await;
    items_are_written_and_read(&backend, table).await;
    batches_are_written_and_read(&backend, table).await;
    pages_follow_each_other(&backend, table).await;
    transactions_succeed_or_say_why_not(&backend, table).await;

    let ttl = TimeToLive { table: table.into(), attribute: "ttl".into(), enabled: true };
    backend.update_time_to_live(ttl).await.unwrap();
    backend.delete_table(table).await.unwrap();
    assert_eq!(backend.describe_table(table).await.unwrap_err().kind, FailureKind::NotFound);
    let get = Get { table: table.into(), key: key("1"), ..Get::default() };
    assert_eq!(backend.get(get).await.unwrap_err().kind, FailureKind::NotFound);
}
