//! Any bytes as the body of any operation: the answer is JSON, and never a failure of the engine.
#![no_main]

use dynorm_mem::MemBackend;
use dynorm_mem::wire::Wire;
use libfuzzer_sys::fuzz_target;

const OPERATIONS: &[&str] = &[
    "CreateTable",
    "GetItem",
    "PutItem",
    "UpdateItem",
    "DeleteItem",
    "Query",
    "Scan",
    "BatchGetItem",
    "BatchWriteItem",
    "TransactGetItems",
    "TransactWriteItems",
    "ExecuteStatement",
    "BatchExecuteStatement",
    "ExecuteTransaction",
    "DescribeTable",
    "UpdateTable",
    "UpdateTimeToLive",
    "ListTables",
    "TagResource",
];

const TABLE: &[u8] = br#"{"TableName": "tab", "BillingMode": "PAY_PER_REQUEST",
    "KeySchema": [{"AttributeName": "p", "KeyType": "HASH"}],
    "AttributeDefinitions": [{"AttributeName": "p", "AttributeType": "S"}]}"#;

fuzz_target!(|bytes: &[u8]| {
    let Some((choice, body)) = bytes.split_first() else { return };
    let wire = Wire::new(MemBackend::new());
    assert_eq!(wire.answer("DynamoDB_20120810.CreateTable", TABLE).status, 200);
    let operation = OPERATIONS[usize::from(*choice) % OPERATIONS.len()];
    let answer = wire.answer(&format!("DynamoDB_20120810.{operation}"), body);
    assert!(answer.status < 500, "{operation}: {}", answer.body);
    assert!(
        serde_json::from_str::<serde_json::Value>(&answer.body).is_ok(),
        "{operation} answers {}",
        answer.body
    );
});
