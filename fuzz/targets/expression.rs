//! Any text as an expression: it is carried out or refused, and never a failure of the engine.
#![no_main]

use dynorm_mem::MemBackend;
use dynorm_mem::wire::Wire;
use libfuzzer_sys::fuzz_target;
use serde_json::json;

fuzz_target!(|text: &str| {
    let wire = Wire::new(MemBackend::new());
    let table = json!({
        "TableName": "tab", "BillingMode": "PAY_PER_REQUEST",
        "KeySchema": [{"AttributeName": "p", "KeyType": "HASH"}, {"AttributeName": "s", "KeyType": "RANGE"}],
        "AttributeDefinitions": [
            {"AttributeName": "p", "AttributeType": "S"}, {"AttributeName": "s", "AttributeType": "S"},
        ],
    });
    let key = json!({"p": {"S": "p"}, "s": {"S": "s"}});
    let item = json!({
        "p": {"S": "p"}, "s": {"S": "s"}, "a": {"N": "1"}, "b": {"S": "text"}, "c": {"SS": ["x", "y"]},
        "m": {"M": {"x": {"N": "1"}}}, "l": {"L": [{"N": "1"}, {"S": "x"}]},
    });
    let names = json!({"#a": "a", "#m": "m"});
    let values = json!({":n": {"N": "1"}, ":s": {"S": "x"}, ":c": {"SS": ["x"]}, ":l": {"L": [{"N": "2"}]}});
    let call = |operation: &str, mut body: serde_json::Value| {
        body["TableName"] = "tab".into();
        let answer = wire.answer(&format!("DynamoDB_20120810.{operation}"), body.to_string().as_bytes());
        assert!(answer.status < 500, "{operation} of {body}: {}", answer.body);
        answer.status
    };
    assert_eq!(call("CreateTable", table), 200);
    assert_eq!(call("PutItem", json!({"Item": item})), 200);
    // Placeholders must all be used, so each expression goes with all, and without any.
    for with in [true, false] {
        let add = |mut body: serde_json::Value| {
            if with {
                body["ExpressionAttributeNames"] = names.clone();
                body["ExpressionAttributeValues"] = values.clone();
            }
            body
        };
        call("Scan", add(json!({"FilterExpression": text})));
        call("Scan", add(json!({"ProjectionExpression": text})));
        call("Query", add(json!({"KeyConditionExpression": text})));
        call("UpdateItem", add(json!({"Key": key, "UpdateExpression": text, "ReturnValues": "UPDATED_NEW"})));
    }
});
