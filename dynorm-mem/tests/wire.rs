//! DynamoDB's protocol over the engine: every operation there and back as JSON, its errors, and hostile bodies.

#![allow(clippy::unwrap_used, reason = "helpers of tests are tests")]

use dynorm::backend::{Backend as _, Operation};
use dynorm_mem::wire::{self, Answer, Wire};
use dynorm_mem::{Cohort, Engine, Fault, Faults, ManualClock, MemBackend};
use proptest::prelude::*;
use serde_json::{Value, json};

const VALIDATION: &str = "com.amazon.coral.validate#ValidationException";
const SERIALIZATION: &str = "com.amazon.coral.service#SerializationException";
const UNKNOWN_OPERATION: &str = "com.amazon.coral.service#UnknownOperationException";
const NOT_FOUND: &str = "com.amazonaws.dynamodb.v20120810#ResourceNotFoundException";

struct Service {
    wire: Wire,
}

impl Service {
    /// An engine without tables, in the words of before 2026.
    fn of(cohort: Cohort) -> Self {
        let backend = MemBackend::of(Engine::new().with_cohort(cohort)).with_clock(ManualClock::new());
        Self { wire: Wire::new(backend) }
    }

    /// An engine with the table `t`: partition key `p`, sort key `s`, a global and a local index.
    fn with_table() -> Self {
        let service = Self::of(Cohort::New);
        service.done("CreateTable", &table());
        service
    }

    fn raw(&self, operation: &str, body: &str) -> Answer {
        self.wire.answer(&format!("DynamoDB_20120810.{operation}"), body.as_bytes())
    }

    #[track_caller]
    fn done(&self, operation: &str, request: &Value) -> Value {
        let Answer { status, body } = self.raw(operation, &request.to_string());
        assert_eq!(status, 200, "{body}");
        serde_json::from_str(&body).unwrap()
    }

    #[track_caller]
    fn refused(&self, operation: &str, request: &Value) -> Value {
        let Answer { status, body } = self.raw(operation, &request.to_string());
        assert_eq!(status, 400, "{body}");
        serde_json::from_str(&body).unwrap()
    }

    #[track_caller]
    fn check_refused(&self, operation: &str, request: &Value, exception: &str, message: &str) {
        let answer = self.refused(operation, request);
        let member = if exception == SERIALIZATION { "Message" } else { "message" };
        assert_eq!(answer, json!({ "__type": exception, member: message }), "{request}");
    }
}

fn table() -> Value {
    json!({
        "TableName": "t_1",
        "AttributeDefinitions": [
            {"AttributeName": "p", "AttributeType": "S"},
            {"AttributeName": "s", "AttributeType": "N"},
            {"AttributeName": "g", "AttributeType": "B"},
        ],
        "KeySchema": [
            {"AttributeName": "p", "KeyType": "HASH"},
            {"AttributeName": "s", "KeyType": "RANGE"},
        ],
        "GlobalSecondaryIndexes": [{
            "IndexName": "by_g",
            "KeySchema": [{"AttributeName": "g", "KeyType": "HASH"}],
            "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["a", "b"]},
        }],
        "LocalSecondaryIndexes": [{
            "IndexName": "local",
            "KeySchema": [
                {"AttributeName": "p", "KeyType": "HASH"},
                {"AttributeName": "g", "KeyType": "RANGE"},
            ],
            "Projection": {"ProjectionType": "KEYS_ONLY"},
        }],
        "BillingMode": "PAY_PER_REQUEST",
    })
}

fn key(p: &str, s: u32) -> Value {
    json!({"p": {"S": p}, "s": {"N": s.to_string()}})
}

fn put(service: &Service, p: &str, s: u32) {
    service.done("PutItem", &json!({"TableName": "t_1", "Item": key(p, s)}));
}

#[test]
fn every_kind_of_value_comes_back_as_it_went() {
    let service = Service::with_table();
    let item = json!({
        "p": {"S": "é\"\\\n😀"},
        "s": {"N": "-1.5"},
        "b": {"B": "AP8="},
        "yes": {"BOOL": true},
        "no": {"BOOL": false},
        "null": {"NULL": true},
        "empty": {"S": ""},
        "map": {"M": {"x": {"L": [{"N": "1"}, {"M": {}}]}}},
        "texts": {"SS": ["a", "b"]},
        "numbers": {"NS": ["1", "20"]},
        "blobs": {"BS": ["AA==", "AQ=="]},
    });
    assert_eq!(service.done("PutItem", &json!({"TableName": "t_1", "Item": item})), json!({}));
    let key = json!({"p": item["p"], "s": {"N": "-15e-1"}});
    let read = service.done("GetItem", &json!({"TableName": "t_1", "Key": key, "ConsistentRead": true}));
    assert_eq!(read, json!({ "Item": item }));
}

#[test]
fn a_read_of_nothing_has_no_item() {
    let service = Service::with_table();
    let request = json!({"TableName": "t_1", "Key": key("x", 1), "ReturnConsumedCapacity": "TOTAL"});
    let capacity = json!({"ConsumedCapacity": {"TableName": "t_1", "CapacityUnits": 0.5}});
    assert_eq!(service.done("GetItem", &request), capacity);
}

#[test]
fn an_update_returns_what_it_was_asked_for() {
    let service = Service::with_table();
    let request = json!({
        "TableName": "t_1",
        "Key": key("x", 1),
        "UpdateExpression": "SET #a = :a, g = :g",
        "ConditionExpression": "attribute_not_exists(#a)",
        "ExpressionAttributeNames": {"#a": "a"},
        "ExpressionAttributeValues": {":a": {"N": "1"}, ":g": {"B": "AA=="}},
        "ReturnValues": "UPDATED_NEW",
        "ReturnConsumedCapacity": "INDEXES",
        "ReturnItemCollectionMetrics": "SIZE",
    });
    let expected = json!({
        "Attributes": {"a": {"N": "1"}, "g": {"B": "AA=="}},
        "ConsumedCapacity": {
            "TableName": "t_1",
            "CapacityUnits": 3.0,
            "Table": {"CapacityUnits": 1.0},
            "LocalSecondaryIndexes": {"local": {"CapacityUnits": 1.0}},
            "GlobalSecondaryIndexes": {"by_g": {"CapacityUnits": 1.0}},
        },
        "ItemCollectionMetrics": {
            "ItemCollectionKey": {"p": {"S": "x"}},
            "SizeEstimateRangeGB": [0.0, 1.0],
        },
    });
    assert_eq!(service.done("UpdateItem", &request), expected);
}

#[test]
fn a_failed_condition_brings_the_item_that_failed_it() {
    let service = Service::with_table();
    put(&service, "x", 1);
    let delete = json!({
        "TableName": "t_1",
        "Key": key("x", 1),
        "ConditionExpression": "attribute_exists(a)",
        "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
    });
    let expected = json!({
        "__type": "com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException",
        "message": "The conditional request failed",
        "Item": key("x", 1),
    });
    assert_eq!(service.refused("DeleteItem", &delete), expected);
    let delete = json!({"TableName": "t_1", "Key": key("x", 1), "ReturnValues": "ALL_OLD"});
    assert_eq!(service.done("DeleteItem", &delete), json!({"Attributes": key("x", 1)}));
}

#[test]
fn a_query_pages_and_counts() {
    let service = Service::with_table();
    (1..=3).for_each(|s| put(&service, "x", s));
    let mut query = json!({
        "TableName": "t_1",
        "KeyConditionExpression": "p = :p",
        "ExpressionAttributeValues": {":p": {"S": "x"}},
        "ScanIndexForward": false,
        "Limit": 2,
    });
    let expected = json!({
        "Items": [key("x", 3), key("x", 2)],
        "Count": 2,
        "ScannedCount": 2,
        "LastEvaluatedKey": key("x", 2),
    });
    let page = service.done("Query", &query);
    assert_eq!(page, expected);
    query["ExclusiveStartKey"] = page["LastEvaluatedKey"].clone();
    let expected = json!({"Items": [key("x", 1)], "Count": 1, "ScannedCount": 1});
    assert_eq!(service.done("Query", &query), expected);
    query["Select"] = json!("COUNT");
    assert_eq!(service.done("Query", &query), json!({"Count": 1, "ScannedCount": 1}));
}

#[test]
fn segments_of_a_scan_are_given_together() {
    let service = Service::with_table();
    put(&service, "x", 1);
    let count = |segment| {
        let scan = json!({"TableName": "t_1", "Segment": segment, "TotalSegments": 2});
        service.done("Scan", &scan)["Count"].as_u64().unwrap()
    };
    assert_eq!(count(0) + count(1), 1);
    for (scan, message) in [
        (
            json!({"TableName": "t_1", "Segment": 0}),
            "The TotalSegments parameter is required but was not present in the request when Segment parameter is present",
        ),
        (
            json!({"TableName": "t_1", "TotalSegments": 2}),
            "The Segment parameter is required but was not present in the request when parameter TotalSegments is present",
        ),
        (
            json!({"TableName": "t_1", "Segment": 0, "TotalSegments": 1_000_001}),
            "1 validation error detected: Value at 'TotalSegments' failed to satisfy constraint: Member must have value less than or equal to 1000000",
        ),
    ] {
        service.check_refused("Scan", &scan, VALIDATION, message);
    }
}

#[test]
fn batches_write_and_read_several_items() {
    let service = Service::with_table();
    let write = json!({
        "RequestItems": {"t_1": [
            {"PutRequest": {"Item": key("x", 1)}},
            {"PutRequest": {"Item": key("x", 2)}},
            {"DeleteRequest": {"Key": key("x", 3)}},
        ]},
        "ReturnConsumedCapacity": "TOTAL",
        "ReturnItemCollectionMetrics": "SIZE",
    });
    let metrics = json!({"ItemCollectionKey": {"p": {"S": "x"}}, "SizeEstimateRangeGB": [0.0, 1.0]});
    let answer = service.done("BatchWriteItem", &write);
    assert_eq!(answer["UnprocessedItems"], json!({}));
    assert_eq!(answer["ConsumedCapacity"], json!([{"TableName": "t_1", "CapacityUnits": 3.0}]));
    assert_eq!(answer["ItemCollectionMetrics"]["t_1"][0], metrics);

    let read = json!({"RequestItems": {"t_1": {
        "Keys": [key("x", 2), key("x", 3)],
        "ProjectionExpression": "#s",
        "ExpressionAttributeNames": {"#s": "s"},
    }}});
    let expected = json!({"Responses": {"t_1": [{"s": {"N": "2"}}]}, "UnprocessedKeys": {}});
    assert_eq!(service.done("BatchGetItem", &read), expected);
    let read = json!({"RequestItems": {"t_1": {"Keys": [key("x", 3)]}}});
    let expected = json!({"Responses": {"t_1": []}, "UnprocessedKeys": {}});
    assert_eq!(service.done("BatchGetItem", &read), expected);
}

#[test]
fn a_transaction_writes_all_or_says_why_not() {
    let service = Service::with_table();
    let write = json!({
        "TransactItems": [
            {"Put": {"TableName": "t_1", "Item": key("x", 1)}},
            {"Update": {
                "TableName": "t_1",
                "Key": key("x", 2),
                "UpdateExpression": "SET a = :a",
                "ExpressionAttributeValues": {":a": {"S": "a"}},
            }},
            {"Delete": {"TableName": "t_1", "Key": key("x", 3)}},
            {"ConditionCheck": {
                "TableName": "t_1",
                "Key": key("x", 4),
                "ConditionExpression": "attribute_not_exists(p)",
            }},
        ],
        "ClientRequestToken": "once",
    });
    assert_eq!(service.done("TransactWriteItems", &write), json!({}));
    assert_eq!(service.done("TransactWriteItems", &write), json!({}));

    let read = json!({"TransactItems": [
        {"Get": {"TableName": "t_1", "Key": key("x", 9)}},
        {"Get": {"TableName": "t_1", "Key": key("x", 2), "ProjectionExpression": "a"}},
    ], "ReturnConsumedCapacity": "TOTAL"});
    let capacity = json!([{"TableName": "t_1", "CapacityUnits": 4.0, "ReadCapacityUnits": 4.0}]);
    let expected = json!({"Responses": [{}, {"Item": {"a": {"S": "a"}}}], "ConsumedCapacity": capacity});
    assert_eq!(service.done("TransactGetItems", &read), expected);

    let failing = json!({"TransactItems": [
        {"Put": {"TableName": "t_1", "Item": key("x", 5)}},
        {"Delete": {
            "TableName": "t_1",
            "Key": key("x", 1),
            "ConditionExpression": "attribute_exists(a)",
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }},
    ]});
    let expected = json!({
        "__type": "com.amazonaws.dynamodb.v20120810#TransactionCanceledException",
        "Message": "Transaction cancelled, please refer cancellation reasons for specific reasons [None, ConditionalCheckFailed]",
        "CancellationReasons": [
            {"Code": "None"},
            {
                "Code": "ConditionalCheckFailed",
                "Message": "The conditional request failed",
                "Item": key("x", 1),
            },
        ],
    });
    assert_eq!(service.refused("TransactWriteItems", &failing), expected);
}

#[test]
fn a_table_is_described_as_it_was_defined() {
    let service = Service::of(Cohort::New);
    let created = service.done("CreateTable", &table());
    assert_eq!(created["TableDescription"]["TableStatus"], "CREATING");
    let described = service.done("DescribeTable", &json!({"TableName": "t_1"}));
    let described = &described["Table"];
    assert_eq!(described["TableStatus"], "ACTIVE");
    assert_eq!(described["KeySchema"], table()["KeySchema"]);
    let definitions = json!([
        {"AttributeName": "g", "AttributeType": "B"},
        {"AttributeName": "p", "AttributeType": "S"},
        {"AttributeName": "s", "AttributeType": "N"},
    ]);
    assert_eq!(described["AttributeDefinitions"], definitions);
    assert_eq!(described["CreationDateTime"], json!(1_704_067_200.0));
    assert_eq!(described["BillingModeSummary"]["BillingMode"], "PAY_PER_REQUEST");
    let throughput = json!({"NumberOfDecreasesToday": 0, "ReadCapacityUnits": 0, "WriteCapacityUnits": 0});
    assert_eq!(described["ProvisionedThroughput"], throughput);
    let index = &described["GlobalSecondaryIndexes"][0];
    assert_eq!(index["IndexName"], "by_g");
    assert_eq!(index["IndexStatus"], "ACTIVE");
    assert_eq!(index["Projection"], table()["GlobalSecondaryIndexes"][0]["Projection"]);
    assert_eq!(
        index["IndexArn"].as_str().unwrap(),
        format!("{}/index/by_g", described["TableArn"].as_str().unwrap())
    );
    assert_eq!(
        described["LocalSecondaryIndexes"][0]["KeySchema"],
        table()["LocalSecondaryIndexes"][0]["KeySchema"]
    );
    let id = described["TableId"].as_str().unwrap();
    assert_eq!(id.split('-').map(str::len).collect::<Vec<_>>(), [8, 4, 4, 4, 12]);
}

/// Source: observations of the service that were published in October 2026 (ack-api-quirks).
#[test]
fn capacity_class_and_encryption_are_described_as_they_were_asked_for() {
    let service = Service::with_table();
    let describe = |name: &str| service.done("DescribeTable", &json!({"TableName": name}))["Table"].clone();
    let plain = describe("t_1");
    let warm = json!({"ReadUnitsPerSecond": 12_000, "WriteUnitsPerSecond": 4000, "Status": "ACTIVE"});
    assert_eq!(
        (&plain["WarmThroughput"], &plain["GlobalSecondaryIndexes"][0]["WarmThroughput"]),
        (&warm, &warm)
    );
    for absent in ["OnDemandThroughput", "TableClassSummary", "SSEDescription"] {
        assert!(plain.get(absent).is_none(), "{absent}");
    }

    let mut rich = table();
    rich["TableName"] = json!("t_2");
    rich["OnDemandThroughput"] = json!({"MaxReadRequestUnits": 10, "MaxWriteRequestUnits": 5});
    rich["WarmThroughput"] = json!({"ReadUnitsPerSecond": 12_500});
    rich["TableClass"] = json!("STANDARD_INFREQUENT_ACCESS");
    rich["SSESpecification"] = json!({"Enabled": true});
    rich["GlobalSecondaryIndexes"][0]["OnDemandThroughput"] = json!({"MaxReadRequestUnits": 7});
    service.done("CreateTable", &rich);
    let described = describe("t_2");
    assert_eq!(described["OnDemandThroughput"], rich["OnDemandThroughput"]);
    assert_eq!(described["WarmThroughput"]["ReadUnitsPerSecond"], 12_500);
    assert_eq!(described["TableClassSummary"]["TableClass"], "STANDARD_INFREQUENT_ACCESS");
    let encryption = &described["SSEDescription"];
    assert_eq!((&encryption["Status"], &encryption["SSEType"]), (&json!("ENABLED"), &json!("KMS")));
    assert!(encryption["KMSMasterKeyArn"].as_str().unwrap().starts_with("arn:aws:kms:"));
    let index = &described["GlobalSecondaryIndexes"][0];
    assert_eq!(index["OnDemandThroughput"], json!({"MaxReadRequestUnits": 7}));

    let key = json!({"Enabled": true, "SSEType": "KMS", "KMSMasterKeyId": "alias/own"});
    let changed = service.done("UpdateTable", &json!({"TableName": "t_2", "SSESpecification": key}));
    // Encryption changes while the table stays active.
    assert_eq!(changed["TableDescription"]["TableStatus"], "ACTIVE");
    let none = json!({"MaxReadRequestUnits": -1, "MaxWriteRequestUnits": -1});
    service.done("UpdateTable", &json!({"TableName": "t_2", "OnDemandThroughput": none}));
    assert_eq!(describe("t_2")["OnDemandThroughput"], none);
    let change = json!({"Update": {"IndexName": "by_g", "OnDemandThroughput": {"MaxWriteRequestUnits": 9}}});
    service.done("UpdateTable", &json!({"TableName": "t_2", "GlobalSecondaryIndexUpdates": [change]}));
    let both = json!({"MaxReadRequestUnits": 7, "MaxWriteRequestUnits": 9});
    assert_eq!(describe("t_2")["GlobalSecondaryIndexes"][0]["OnDemandThroughput"], both);
}

/// Source: the same.
#[test]
fn wrong_capacity_class_and_encryption_are_refused_in_the_services_words() {
    let service = Service::with_table();
    let invalid = |message: &str| format!("One or more parameter values were invalid: {message}");
    let class = "Invalid table-class parameter provided. Please try again with a valid table-class value: [STANDARD, STANDARD_INFREQUENT_ACCESS].";
    let cases = [
        (json!({"TableClass": "CHEAP"}), class.to_owned()),
        (
            json!({"SSESpecification": {"Enabled": false, "SSEType": "KMS"}}),
            invalid("SSEType can not be specified if Enabled is false"),
        ),
        (
            json!({"SSESpecification": {"KMSMasterKeyId": "k"}}),
            invalid("KMSMasterKeyId can not be specified if Enabled is false"),
        ),
        (
            json!({"SSESpecification": {"Enabled": true, "KMSMasterKeyId": "k"}}),
            invalid("SSEType KMS is required if KMSMasterKeyId is specified"),
        ),
        (
            json!({"SSESpecification": {"Enabled": true, "SSEType": "AES256"}}),
            invalid("SSEType AES256 is not supported"),
        ),
        (json!({"SSESpecification": {}}), invalid("Table is already encrypted by default")),
        (
            json!({"GlobalSecondaryIndexUpdates": [{}]}),
            invalid(
                "One of GlobalSecondaryIndexUpdate.Update, GlobalSecondaryIndexUpdate.Create, GlobalSecondaryIndexUpdate.Delete must not be null",
            ),
        ),
        (
            json!({"GlobalSecondaryIndexUpdates": [{"Delete": {"IndexName": "by_g"}, "Update": {"IndexName": "by_g"}}]}),
            invalid(
                "Only one global secondary index action is allowed per GlobalSecondaryIndexUpdate object",
            ),
        ),
        (
            json!({"GlobalSecondaryIndexUpdates": [], "DeletionProtectionEnabled": true}),
            invalid("List of GlobalSecondaryIndexUpdates is empty"),
        ),
    ];
    for (mut request, message) in cases {
        request["TableName"] = json!("t_1");
        service.check_refused("UpdateTable", &request, VALIDATION, &message);
    }
    let empty =
        service.refused("UpdateTable", &json!({"TableName": "t_1", "GlobalSecondaryIndexUpdates": []}));
    assert!(empty["message"].as_str().unwrap().starts_with("At least one of ProvisionedThroughput, "));
    let key = json!([{"AttributeName": "x", "KeyType": "HASH"}]);
    let index = json!({"IndexName": "by_x", "KeySchema": key, "Projection": {"ProjectionType": "ALL"}});
    let create = json!({"TableName": "t_1", "GlobalSecondaryIndexUpdates": [{"Create": index}]});
    let message = invalid("AttributeDefinitions is not specified for index: by_x");
    service.check_refused("UpdateTable", &create, VALIDATION, &message);
}

#[test]
fn the_answer_to_a_deletion_has_no_definition() {
    let service = Service::with_table();
    let deleted = service.done("DeleteTable", &json!({"TableName": "t_1"}));
    let deleted = deleted["TableDescription"].as_object().unwrap();
    assert_eq!(deleted["TableStatus"], "DELETING");
    assert!(!deleted.contains_key("KeySchema") && !deleted.contains_key("CreationDateTime"));
    let gone = json!({"TableName": "t_1"});
    let message = "Requested resource not found: Table: t_1 not found";
    service.check_refused("DescribeTable", &gone, NOT_FOUND, message);
}

#[test]
fn tables_are_listed_in_pages() {
    let service = Service::of(Cohort::New);
    for name in ["ccc", "aaa", "bbb"] {
        let mut table = table();
        table["TableName"] = json!(name);
        service.done("CreateTable", &table);
    }
    let page = service.done("ListTables", &json!({"Limit": 2}));
    assert_eq!(page, json!({"TableNames": ["aaa", "bbb"], "LastEvaluatedTableName": "bbb"}));
    let page = service.done("ListTables", &json!({"Limit": 2, "ExclusiveStartTableName": "bbb"}));
    assert_eq!(page, json!({"TableNames": ["ccc"]}));
}

#[test]
fn definitions_that_do_not_fit_together_are_refused() {
    let service = Service::of(Cohort::New);
    let invalid = "One or more parameter values were invalid: ";
    let cases = [
        (
            "/KeySchema/1/AttributeName",
            json!("x"),
            "Some index key attributes are not defined in AttributeDefinitions. Keys: [p, x], AttributeDefinitions: [p, s, g]",
        ),
        (
            "/GlobalSecondaryIndexes/0/Projection/ProjectionType",
            json!("ALL"),
            "ProjectionType is ALL, but NonKeyAttributes is specified",
        ),
        (
            "/BillingMode",
            json!("PROVISIONED"),
            "ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is PROVISIONED",
        ),
    ];
    for (path, value, message) in cases {
        let mut table = table();
        *table.pointer_mut(path).unwrap() = value;
        service.check_refused("CreateTable", &table, VALIDATION, &format!("{invalid}{message}"));
    }
    let element = |name: &str, kind: &str| json!({"AttributeName": name, "KeyType": kind});
    let order = json!([element("g", "HASH"), element("s", "RANGE"), element("p", "HASH")]);
    let mut late = table();
    late["GlobalSecondaryIndexes"][0]["KeySchema"] = order;
    let message = "All HASH key attributes must precede RANGE key attributes in the KeySchema";
    service.check_refused("CreateTable", &late, VALIDATION, &format!("{invalid}{message}"));
    let defined = |name: &str| json!({"AttributeName": name, "AttributeType": "S"});
    let plain = |definitions: Value| {
        json!({
            "TableName": "t_1",
            "BillingMode": "PAY_PER_REQUEST",
            "KeySchema": [element("p", "HASH")],
            "AttributeDefinitions": definitions,
        })
    };
    let twice = plain(json!([defined("p"), defined("p")]));
    service.check_refused("CreateTable", &twice, VALIDATION, "Attribute Name is duplicated: p");
    let message = "Number of attributes in KeySchema does not exactly match number of attributes defined in AttributeDefinitions";
    let more = plain(json!([defined("p"), defined("x")]));
    service.check_refused("CreateTable", &more, VALIDATION, &format!("{invalid}{message}"));
    let other = plain(json!([defined("x")]));
    let message = "Invalid KeySchema: Some index key attribute have no definition";
    service.check_refused("CreateTable", &other, VALIDATION, message);
    let mut stream = table();
    stream["StreamSpecification"] = json!({"StreamEnabled": true});
    let message = "Table is being created with a stream enabled, UpdateViewType is required";
    service.check_refused("CreateTable", &stream, VALIDATION, &format!("{invalid}{message}"));
    let mut unused = table();
    let definitions = unused["AttributeDefinitions"].as_array_mut().unwrap();
    definitions.push(json!({"AttributeName": "z", "AttributeType": "S"}));
    let message =
        "Some AttributeDefinitions are not used. AttributeDefinitions: [p, s, g, z], keys used: [g, p, s]";
    service.check_refused("CreateTable", &unused, VALIDATION, &format!("{invalid}{message}"));
}

#[test]
fn time_to_live_is_set_and_described() {
    let service = Service::with_table();
    let describe = json!({"TableName": "t_1"});
    let off = json!({"TimeToLiveDescription": {"TimeToLiveStatus": "DISABLED"}});
    assert_eq!(service.done("DescribeTimeToLive", &describe), off);
    let specification = json!({"AttributeName": "expires", "Enabled": true});
    let update = json!({"TableName": "t_1", "TimeToLiveSpecification": specification});
    let answer = service.done("UpdateTimeToLive", &update);
    assert_eq!(answer, json!({"TimeToLiveSpecification": specification}));
    let on = json!({"TimeToLiveDescription": {"AttributeName": "expires", "TimeToLiveStatus": "ENABLED"}});
    assert_eq!(service.done("DescribeTimeToLive", &describe), on);
    service.check_refused("UpdateTimeToLive", &update, VALIDATION, "TimeToLive is already enabled");
}

#[test]
fn a_table_is_changed_one_thing_at_a_time() {
    let service = Service::with_table();
    let create = json!({
        "TableName": "t_1",
        "AttributeDefinitions": [{"AttributeName": "h", "AttributeType": "N"}],
        "GlobalSecondaryIndexUpdates": [{"Create": {
            "IndexName": "by_h",
            "KeySchema": [{"AttributeName": "h", "KeyType": "HASH"}],
            "Projection": {"ProjectionType": "ALL"},
        }}],
    });
    let changed = service.done("UpdateTable", &create);
    assert_eq!(changed["TableDescription"]["TableStatus"], "UPDATING");
    let names = |service: &Service| {
        let described = service.done("DescribeTable", &json!({"TableName": "t_1"}));
        let indexes = described["Table"]["GlobalSecondaryIndexes"].as_array().unwrap().clone();
        indexes.iter().map(|index| index["IndexName"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(names(&service), ["by_g", "by_h"]);
    let delete =
        json!({"TableName": "t_1", "GlobalSecondaryIndexUpdates": [{"Delete": {"IndexName": "by_g"}}]});
    service.done("UpdateTable", &delete);
    assert_eq!(names(&service), ["by_h"]);
    let protect = json!({"TableName": "t_1", "DeletionProtectionEnabled": true});
    let changed = service.done("UpdateTable", &protect);
    assert_eq!(changed["TableDescription"]["DeletionProtectionEnabled"], true);
    service.refused("DeleteTable", &json!({"TableName": "t_1"}));
    let mut undefined = create;
    undefined["AttributeDefinitions"] = json!([]);
    let message = "One or more parameter values were invalid: Some index key attributes are not defined in AttributeDefinitions. Keys: [h], AttributeDefinitions: []";
    service.check_refused("UpdateTable", &undefined, VALIDATION, message);
}

#[test]
fn tags_come_with_a_table_and_go() {
    let service = Service::of(Cohort::New);
    let mut tagged = table();
    tagged["Tags"] = json!([{"Key": "team", "Value": "blue"}]);
    let created = service.done("CreateTable", &tagged);
    let arn = &created["TableDescription"]["TableArn"];
    let tag = json!({"ResourceArn": arn, "Tags": [{"Key": "age", "Value": ""}]});
    let raw = service.raw("TagResource", &tag.to_string());
    assert_eq!((raw.status, raw.body.as_str()), (200, ""));
    let list = json!({ "ResourceArn": arn });
    let both = json!({"Tags": [{"Key": "age", "Value": ""}, {"Key": "team", "Value": "blue"}]});
    assert_eq!(service.done("ListTagsOfResource", &list), both);
    let untag = json!({"ResourceArn": arn, "TagKeys": ["age"]});
    assert_eq!(service.raw("UntagResource", &untag.to_string()).body, "");
    let left = json!({"Tags": [{"Key": "team", "Value": "blue"}]});
    assert_eq!(service.done("ListTagsOfResource", &list), left);

    tagged["TableName"] = json!("t_2");
    tagged["Tags"] = json!([{"Key": "aws:team", "Value": "blue"}]);
    service.refused("CreateTable", &tagged);
    assert_eq!(service.done("ListTables", &json!({})), json!({"TableNames": ["t_1"]}));
}

#[test]
fn a_stream_tells_what_happened() {
    let service = Service::of(Cohort::New);
    let mut streamed = table();
    streamed["StreamSpecification"] = json!({"StreamEnabled": true, "StreamViewType": "NEW_AND_OLD_IMAGES"});
    let created = service.done("CreateTable", &streamed);
    let created = &created["TableDescription"];
    assert_eq!(created["StreamSpecification"], streamed["StreamSpecification"]);
    let arn = &created["LatestStreamArn"];
    assert!(arn.as_str().unwrap().ends_with(created["LatestStreamLabel"].as_str().unwrap()));
    put(&service, "x", 1);
    service.done("DeleteItem", &json!({"TableName": "t_1", "Key": key("x", 1)}));

    let streams = |operation: &str, request: Value| -> Value {
        let target = format!("DynamoDBStreams_20120810.{operation}");
        let Answer { status, body } = service.wire.answer(&target, request.to_string().as_bytes());
        assert_eq!(status, 200, "{body}");
        serde_json::from_str(&body).unwrap()
    };
    let listed = streams("ListStreams", json!({"TableName": "t_1"}));
    assert_eq!(&listed["Streams"][0]["StreamArn"], arn);
    let described = streams("DescribeStream", json!({ "StreamArn": arn }));
    let described = &described["StreamDescription"];
    assert_eq!(described["StreamStatus"], "ENABLED");
    assert_eq!(described["KeySchema"], table()["KeySchema"]);
    let shard = &described["Shards"][0]["ShardId"];
    let iterator = json!({"StreamArn": arn, "ShardId": shard, "ShardIteratorType": "TRIM_HORIZON"});
    let iterator = streams("GetShardIterator", iterator);
    let read = streams("GetRecords", json!({"ShardIterator": iterator["ShardIterator"], "Limit": 10}));
    let records = read["Records"].as_array().unwrap();
    assert_eq!(records.iter().map(|record| &record["eventName"]).collect::<Vec<_>>(), ["INSERT", "REMOVE"]);
    let inserted = &records[0]["dynamodb"];
    assert_eq!((&inserted["Keys"], &inserted["NewImage"]), (&key("x", 1), &key("x", 1)));
    assert!(inserted["OldImage"].is_null() && records[0]["userIdentity"].is_null());
    assert!(read["NextShardIterator"].is_string());
}

#[test]
fn parameters_of_the_time_before_expressions_are_understood() {
    let service = Service::with_table();
    let equal = |value: Value| json!({"ComparisonOperator": "EQ", "AttributeValueList": [value]});
    let update = json!({
        "TableName": "t_1",
        "Key": key("x", 1),
        "AttributeUpdates": {"n": {"Action": "ADD", "Value": {"N": "2"}}, "a": {"Value": {"S": "a"}}},
        "Expected": {"n": {"Exists": false}},
        "ReturnValues": "UPDATED_NEW",
    });
    let changed = json!({"Attributes": {"n": {"N": "2"}, "a": {"S": "a"}}});
    assert_eq!(service.done("UpdateItem", &update), changed);
    service.refused("UpdateItem", &update);
    let get = json!({"TableName": "t_1", "Key": key("x", 1), "AttributesToGet": ["n"]});
    assert_eq!(service.done("GetItem", &get), json!({"Item": {"n": {"N": "2"}}}));
    let batch = json!({"RequestItems": {"t_1": {"Keys": [key("x", 1)], "AttributesToGet": ["a"]}}});
    assert_eq!(service.done("BatchGetItem", &batch)["Responses"]["t_1"], json!([{"a": {"S": "a"}}]));
    let query = json!({
        "TableName": "t_1",
        "KeyConditions": {"p": equal(json!({"S": "x"}))},
        "QueryFilter": {"n": equal(json!({"N": "3"})), "a": equal(json!({"S": "a"}))},
        "ConditionalOperator": "OR",
        "AttributesToGet": ["a"],
    });
    let page = json!({"Items": [{"a": {"S": "a"}}], "Count": 1, "ScannedCount": 1});
    assert_eq!(service.done("Query", &query), page);
    let scan = json!({"TableName": "t_1", "ScanFilter": {"a": {"ComparisonOperator": "NULL"}}});
    assert_eq!(service.done("Scan", &scan)["Count"], 0);
    let delete = json!({
        "TableName": "t_1",
        "Key": key("x", 1),
        "Expected": {"a": {"ComparisonOperator": "EQ", "AttributeValueList": [{"S": "b"}]}},
    });
    let failed = service.refused("DeleteItem", &delete);
    assert_eq!(failed["message"], "The conditional request failed");
}

#[test]
fn statements_are_carried_out() {
    let service = Service::with_table();
    let insert = |p: &str| {
        json!({
            "Statement": "INSERT INTO t_1 VALUE {'p': ?, 's': 1}",
            "Parameters": [{"S": p}],
        })
    };
    assert_eq!(service.done("ExecuteStatement", &insert("x")), json!({"Items": []}));
    assert!(
        service.refused("ExecuteStatement", &insert("x"))["__type"]
            .as_str()
            .unwrap()
            .contains("DuplicateItem")
    );
    let select = json!({"Statement": "SELECT * FROM t_1 WHERE p = 'x' AND s = 1"});
    assert_eq!(service.done("ExecuteStatement", &select)["Items"], json!([key("x", 1)]));
    let batch = service.done("BatchExecuteStatement", &json!({"Statements": [insert("x"), insert("y")]}));
    assert_eq!(batch["Responses"][0]["Error"]["Code"], "DuplicateItem");
    assert_eq!(batch["Responses"][1], json!({"TableName": "t_1"}));
    let both = json!({"TransactStatements": [select, select]});
    let read = service.done("ExecuteTransaction", &json!({"TransactStatements": [select]}));
    assert_eq!(read["Responses"], json!([{"Item": key("x", 1)}]));
    service.refused("ExecuteTransaction", &both);
    service.check_refused(
        "ExecuteStatement",
        &json!({"Statement": 1}),
        SERIALIZATION,
        "NUMBER_VALUE cannot be converted to String",
    );
}

/// A statement has the faults of the operation that it is another way to say.
#[test]
fn faults_befall_statements_as_what_they_say() {
    let service = Service::with_table();
    let faults = Faults::new();
    let service = Service { wire: service.wire.with_faults(faults.clone()) };
    let statement = |text: &str| json!({"Statement": text, "Parameters": []});
    for (text, operation) in [
        ("SELECT * FROM t_1 WHERE p = 'x'", Operation::Query),
        ("SELECT * FROM t_1.by_g", Operation::Scan),
        ("SELECT * FROM t_1 WHERE s = 1", Operation::Scan),
        ("INSERT INTO t_1 VALUE {'p': 'x', 's': 1}", Operation::Put),
        ("UPDATE t_1 SET a = 1 WHERE p = 'x' AND s = 1", Operation::Update),
        ("DELETE FROM t_1 WHERE p = 'x' AND s = 1", Operation::Delete),
    ] {
        faults.inject(Fault::throttled().on(operation));
        let refused = service.refused("ExecuteStatement", &statement(text));
        assert!(refused["__type"].as_str().unwrap().ends_with("#ThrottlingException"), "{text}: {refused}");
        let attempt = faults.injected().pop().unwrap();
        assert_eq!(
            (attempt.operation, attempt.tables, attempt.entries),
            (operation, vec!["t_1".to_owned()], 1)
        );
        faults.reset();
    }
    // What the service would refuse is refused for that.
    faults.inject(Fault::throttled());
    let refused = service.refused("ExecuteStatement", &statement("SELECT"));
    assert_eq!(refused["__type"], VALIDATION);
    assert!(faults.calls().is_empty());
}

#[test]
fn a_statement_whose_answer_is_lost_is_carried_out() {
    let service = Service::with_table();
    let faults = Faults::new();
    let service = Service { wire: service.wire.with_faults(faults.clone()) };
    faults.inject(Fault::lost().nth(1));
    let insert = json!({"Statement": "INSERT INTO t_1 VALUE {'p': 'x', 's': 1}"});
    assert_eq!(service.raw("ExecuteStatement", &insert.to_string()).status, 500);
    let again = service.refused("ExecuteStatement", &insert);
    assert!(again["__type"].as_str().unwrap().ends_with("#DuplicateItemException"), "{again}");
}

#[test]
fn faults_befall_batches_and_transactions_of_statements() {
    let service = Service::with_table();
    let faults = Faults::new();
    let service = Service { wire: service.wire.with_faults(faults.clone()) };
    let insert = |s: u32| json!({"Statement": format!("INSERT INTO t_1 VALUE {{'p': 'x', 's': {s}}}")});
    let three = || [insert(1), insert(2), insert(3)];
    let batch = || service.done("BatchExecuteStatement", &json!({ "Statements": three() }));
    let codes = |done: &Value| -> Vec<String> {
        let responses = done["Responses"].as_array().unwrap().iter();
        responses.map(|one| one["Error"]["Code"].as_str().unwrap_or("done").to_owned()).collect()
    };
    let write = Operation::BatchWrite;

    faults.inject(Fault::Partial(0).on(write).times(1));
    let slow = "ProvisionedThroughputExceeded";
    assert_eq!(codes(&batch()), [slow, slow, slow]);
    faults.inject(Fault::Partial(1).on(write).times(1));
    assert_eq!(codes(&batch()), [slow, slow, "done"]);
    faults.inject(Fault::Conflict.on(write).times(1));
    assert_eq!(codes(&batch()), ["TransactionConflict", "done", "DuplicateItem"]);
    assert_eq!(codes(&batch()), ["done", "DuplicateItem", "DuplicateItem"]);
    let entries: Vec<_> = faults.calls().iter().map(|call| (call.operation, call.entries)).collect();
    assert_eq!(entries, [(write, 3); 4]);
    faults.reset();

    let insert = |s: u32| json!({"Statement": format!("INSERT INTO t_1 VALUE {{'p': 'y', 's': {s}}}")});
    let request = json!({"TransactStatements": [insert(1), insert(2)], "ClientRequestToken": "token"});
    faults.inject(Fault::Conflict.times(1));
    let conflict = service.refused("ExecuteTransaction", &request);
    let reasons: Vec<&str> = conflict["CancellationReasons"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["Code"].as_str().unwrap())
        .collect();
    assert!(reasons.contains(&"TransactionConflict") && reasons.contains(&"None"), "{conflict}");
    faults.inject(Fault::in_progress().times(1));
    let busy = service.refused("ExecuteTransaction", &request);
    assert!(busy["__type"].as_str().unwrap().ends_with("#TransactionInProgressException"), "{busy}");
    // The token makes it happen once, whether its answer came or not.
    faults.inject(Fault::lost().times(1));
    assert_eq!(service.raw("ExecuteTransaction", &request.to_string()).status, 500);
    service.done("ExecuteTransaction", &request);
    let tokens: Vec<_> = faults.calls().into_iter().map(|call| (call.operation, call.token)).collect();
    assert_eq!(tokens, vec![(Operation::TransactWrite, Some("token".to_owned())); 4]);
    faults.reset();

    let select = json!({"Statement": "SELECT * FROM t_1 WHERE p = 'y' AND s = 1"});
    faults.inject(Fault::throttled().on(Operation::TransactGet));
    faults.inject(Fault::internal().on(Operation::BatchGet));
    let read = service.refused("ExecuteTransaction", &json!({"TransactStatements": [select]}));
    assert!(read["__type"].as_str().unwrap().ends_with("#ThrottlingException"), "{read}");
    let read = service.raw("BatchExecuteStatement", &json!({"Statements": [select]}).to_string());
    assert_eq!(read.status, 500);
}

#[test]
fn questions_about_the_service_are_answered() {
    let service = Service::with_table();
    assert_eq!(service.done("DescribeLimits", &json!({}))["TableMaxReadCapacityUnits"], 40_000);
    assert_eq!(service.done("DescribeEndpoints", &json!({}))["Endpoints"][0]["Address"], "localhost");
    let backups = service.done("DescribeContinuousBackups", &json!({"TableName": "t_1"}));
    assert_eq!(backups["ContinuousBackupsDescription"]["ContinuousBackupsStatus"], "ENABLED");
}

#[test]
fn unknown_operations_are_refused_with_and_without_words() {
    let service = Service::with_table();
    for target in
        ["", "GetItem", "DynamoDB_20120810", "DynamoDB_20120810.Fly", "DynamoDB_20111205.GetItem", "é.é"]
    {
        let Answer { status, body } = service.wire.answer(target, b"{}");
        assert_eq!((status, body.as_str()), (400, format!(r#"{{"__type":"{UNKNOWN_OPERATION}"}}"#).as_str()));
    }
    let message = "dynorm-mem does not model CreateBackup";
    service.check_refused("CreateBackup", &json!({}), UNKNOWN_OPERATION, message);
}

/// Every operation that the SDK has.
const SDK_OPERATIONS: [&str; 58] = [
    "BatchExecuteStatement",
    "BatchGetItem",
    "BatchWriteItem",
    "CreateBackup",
    "CreateGlobalTable",
    "CreateTable",
    "DeleteBackup",
    "DeleteItem",
    "DeleteResourcePolicy",
    "DeleteTable",
    "DescribeBackup",
    "DescribeContinuousBackups",
    "DescribeContributorInsights",
    "DescribeEndpoints",
    "DescribeExport",
    "DescribeGlobalTable",
    "DescribeGlobalTableSettings",
    "DescribeImport",
    "DescribeKinesisStreamingDestination",
    "DescribeLimits",
    "DescribeTable",
    "DescribeTableReplicaAutoScaling",
    "DescribeTimeToLive",
    "DisableKinesisStreamingDestination",
    "EnableKinesisStreamingDestination",
    "ExecuteStatement",
    "ExecuteTransaction",
    "ExportTableToPointInTime",
    "GetItem",
    "GetResourcePolicy",
    "ImportTable",
    "ListBackups",
    "ListContributorInsights",
    "ListExports",
    "ListGlobalTables",
    "ListImports",
    "ListTables",
    "ListTagsOfResource",
    "PutItem",
    "PutResourcePolicy",
    "Query",
    "RestoreTableFromBackup",
    "RestoreTableToPointInTime",
    "Scan",
    "SearchVectors",
    "TagResource",
    "TransactGetItems",
    "TransactWriteItems",
    "UntagResource",
    "UpdateContinuousBackups",
    "UpdateContributorInsights",
    "UpdateGlobalTable",
    "UpdateGlobalTableSettings",
    "UpdateItem",
    "UpdateKinesisStreamingDestination",
    "UpdateTable",
    "UpdateTableReplicaAutoScaling",
    "UpdateTimeToLive",
];

#[test]
fn every_operation_is_carried_out_or_refused_with_words() {
    let service = Service::with_table();
    for operation in SDK_OPERATIONS {
        let Answer { status, body } = service.raw(operation, "{}");
        let answer: Value = serde_json::from_str(&body).unwrap();
        let is_told = answer["message"].as_str().is_some_and(|message| !message.is_empty());
        assert!(status == 200 || is_told, "{operation}: {body}");
    }
}

#[test]
fn members_that_nobody_knows_are_ignored() {
    let service = Service::with_table();
    let request = json!({"TableName": "t_1", "Key": key("x", 1), "Unheard": [{"of": [null, 1.5e3, true]}]});
    assert_eq!(service.done("GetItem", &request), json!({}));
    let request = json!({"TableName": "t_1", "Key": key("x", 1), "ConsistentRead": null});
    assert_eq!(service.done("GetItem", &request), json!({}));
}

#[test]
fn parameters_that_are_not_modelled_are_refused() {
    let service = Service::of(Cohort::New);
    let mut table = table();
    table["ResourcePolicy"] = json!("{}");
    let message = "dynorm-mem does not model ResourcePolicy of CreateTable";
    service.check_refused("CreateTable", &table, VALIDATION, message);
}

#[test]
fn wrong_shapes_are_named_in_the_services_words() {
    let service = Service::with_table();
    let struct_of =
        |name| format!("Unrecognized collection type class com.amazonaws.dynamodb.v20120810.{name}");
    let misplaced = "Start of structure or map found where not expected";
    let map = "Unrecognized collection type java.util.Map<java.lang.String, com.amazonaws.dynamodb.v20120810.AttributeValue>";
    let cases = [
        (json!({"TableName": 23}), "NUMBER_VALUE cannot be converted to String".to_owned()),
        (json!({"TableName": 34.56}), "DECIMAL_VALUE cannot be converted to String".to_owned()),
        (json!({"TableName": true}), "TRUE_VALUE cannot be converted to String".to_owned()),
        (json!({"TableName": []}), "Unrecognized collection type class java.lang.String".to_owned()),
        (json!({"TableName": {}}), misplaced.to_owned()),
        (json!({"ConsistentRead": "true"}), "Unexpected token received from parser".to_owned()),
        (json!({"ConsistentRead": 1}), "NUMBER_VALUE cannot be converted to Boolean".to_owned()),
        (json!({"Key": []}), map.to_owned()),
        (json!({"Key": "x"}), "Unexpected field type".to_owned()),
        (json!({"Key": {"p": "x"}}), "Unexpected value type in payload".to_owned()),
        (json!({"Key": {"p": []}}), struct_of("AttributeValue")),
        (json!({"Key": {"p": {"N": 1}}}), "NUMBER_VALUE cannot be converted to String".to_owned()),
        (
            json!({"Key": {"p": {"B": true}}}),
            "only base-64-encoded strings are convertible to bytes".to_owned(),
        ),
        (
            json!({"Key": {"p": {"B": "23456"}}}),
            "Base64 encoded length is expected a multiple of 4 bytes but found: 5".to_owned(),
        ),
        (json!({"Key": {"p": {"B": "+/+="}}}), "Invalid last non-pad Base64 character dectected".to_owned()),
        (json!({"Key": {"p": {"L": "x"}}}), "Unexpected field type".to_owned()),
        (json!({"Key": {"p": {"SS": {}}}}), misplaced.to_owned()),
    ];
    for (request, message) in cases {
        service.check_refused("GetItem", &request, SERIALIZATION, &message);
    }
    let limit = json!({"Limit": "1"});
    service.check_refused("Scan", &limit, SERIALIZATION, "STRING_VALUE cannot be converted to Integer");
}

#[test]
fn bodies_that_are_no_json_object_are_refused() {
    let service = Service::with_table();
    for body in [
        "",
        " ",
        "{",
        "}",
        "{}{}",
        "{\"a\"}",
        "{'a':1}",
        "\u{0}",
        "{\"a\":1,}",
        "{\"TableName\":\"\\ud800\"}",
    ] {
        let answer = service.raw("GetItem", body);
        assert_eq!(answer.status, 400, "{body:?}");
        assert_eq!(answer.body, format!(r#"{{"__type":"{SERIALIZATION}"}}"#), "{body:?}");
    }
    for body in ["[]", "\"x\"", "3", "true", "null", "nul", "\"", "["] {
        let answer = service.raw("GetItem", body);
        assert!(answer.body.contains(SERIALIZATION), "{body:?}: {}", answer.body);
    }
    assert!(service.wire.answer("DynamoDB_20120810.GetItem", b"{\"\xff\":1}").body.contains(SERIALIZATION));
}

#[test]
fn values_that_break_a_rule_are_refused_in_the_services_words() {
    let service = Service::with_table();
    let number = "The parameter cannot be converted to a numeric value";
    let counted = "1 validation error detected: One or more parameter values were invalid: ";
    let cases = [
        (json!({}), "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes".to_owned()),
        (json!(null), "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes".to_owned()),
        (
            json!({"S": "a", "N": "1"}),
            "Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes".to_owned(),
        ),
        (json!({"N": "x"}), format!("{number}: x")),
        (json!({"N": ""}), number.to_owned()),
        (json!({"NS": ["1", "--1"]}), format!("{number}: --1")),
        (json!({"N": "1e126"}), "Number overflow. Attempting to store a number with magnitude larger than supported range".to_owned()),
        (json!({"N": "1e-131"}), "Number underflow. Attempting to store a number with magnitude smaller than supported range".to_owned()),
        (json!({"N": "1".repeat(39)}), "Attempting to store more than 38 significant digits in a Number".to_owned()),
        (json!({"NULL": false}), format!("{counted}Null attribute value types must have the value of true")),
        (json!({"L": [{"M": {"x": {"N": "y"}}}]}), format!("{number}: y")),
    ];
    for (value, message) in cases {
        let mut item = key("x", 1);
        item["v"] = value.clone();
        let request = json!({"TableName": "t_1", "Item": item});
        service.check_refused("PutItem", &request, VALIDATION, &message);
    }
    let request = json!({
        "TableName": "t_1",
        "Key": key("x", 1),
        "UpdateExpression": "SET a = :a",
        "ExpressionAttributeValues": {":a": {"N": "x"}},
    });
    let message = format!(
        "1 validation error detected: ExpressionAttributeValues contains invalid value: {number}: x for key :a"
    );
    service.check_refused("UpdateItem", &request, VALIDATION, &message);
}

#[test]
fn a_wrong_shape_is_reported_before_a_broken_constraint_and_that_before_a_broken_value() {
    let service = Service::with_table();
    let request =
        r#"{"TableName":"t_1","Key":{"p":{"N":"x"}},"ReturnConsumedCapacity":"ALL","ConsistentRead":1}"#;
    assert!(service.raw("GetItem", request).body.contains("NUMBER_VALUE cannot be converted to Boolean"));
    let request = r#"{"TableName":"t_1","Key":{"p":{"N":"x"}},"ReturnConsumedCapacity":"ALL"}"#;
    let enumeration = "Value at 'ReturnConsumedCapacity' failed to satisfy constraint: Member must satisfy enum value set: [INDEXES, TOTAL, NONE]";
    assert!(service.raw("GetItem", request).body.contains(enumeration));
}

#[test]
fn broken_constraints_are_all_told_in_the_old_words_and_one_in_the_new() {
    let request = json!({"ReturnConsumedCapacity": "ALL"});
    let old = "3 validation errors detected: Value 'ALL' at 'returnConsumedCapacity' failed to satisfy constraint: Member must satisfy enum value set: [INDEXES, TOTAL, NONE]; \
               Value null at 'tableName' failed to satisfy constraint: Member must not be null; \
               Value null at 'key' failed to satisfy constraint: Member must not be null";
    Service::of(Cohort::Old).check_refused("GetItem", &request, VALIDATION, old);
    let new = "1 validation error detected: Value at 'ReturnConsumedCapacity' failed to satisfy constraint: Member must satisfy enum value set: [INDEXES, TOTAL, NONE]";
    Service::of(Cohort::New).check_refused("GetItem", &request, VALIDATION, new);
    let mut update = json!({"TableName": "t_1", "Key": key("x", 1), "ReturnValues": "ALL"});
    // The service misspells one of its words.
    let new = "1 validation error detected: Failed to satisfy constraint: Member must satisfy enum value set: [ALL_OLD, UPDATED_OLD, ALL_NEW, UPDATE_NEW, NONE]";
    Service::of(Cohort::New).check_refused("UpdateItem", &update, VALIDATION, new);
    let old = "1 validation error detected: Value 'ALL' at 'returnValues' failed to satisfy constraint: Member must satisfy enum value set: [ALL_NEW, UPDATED_OLD, ALL_OLD, NONE, UPDATED_NEW]";
    Service::of(Cohort::Old).check_refused("UpdateItem", &update, VALIDATION, old);
    update["ReturnValues"] = json!("UPDATED_NEW");
    Service::with_table().done("UpdateItem", &update);
    for operation in ["BatchGetItem", "BatchWriteItem"] {
        let empty = json!({"RequestItems": {}});
        let old = format!("The requestItems parameter is required for {operation}");
        Service::of(Cohort::Old).check_refused(operation, &empty, VALIDATION, &old);
        let new = "1 validation error detected: Value at 'RequestItems' failed to satisfy constraint: Member must have length greater than or equal to 1";
        Service::of(Cohort::New).check_refused(operation, &empty, VALIDATION, new);
    }
    let inner = json!({"TransactItems": [{"Put": {"TableName": "t_1"}}]});
    let new = "1 validation error detected: Value at 'TransactItems.1.member.Put.Item' failed to satisfy constraint: Member must not be null";
    Service::of(Cohort::New).check_refused("TransactWriteItems", &inner, VALIDATION, new);
}

#[test]
fn an_action_of_a_transaction_is_exactly_one() {
    let service = Service::with_table();
    let item = json!({"TableName": "t_1", "Item": key("x", 1)});
    let delete = json!({"TableName": "t_1", "Key": key("x", 1)});
    for action in [json!({}), json!({"Put": item, "Delete": delete})] {
        let message = "TransactItems can only contain one of Check, Put, Update or Delete";
        service.check_refused("TransactWriteItems", &json!({"TransactItems": [action]}), VALIDATION, message);
    }
}

#[test]
fn nesting_of_any_depth_is_answered() {
    let service = Service::with_table();
    for n_levels in [33, 49, 80, 1_000, 200_000] {
        let value = format!("{}{{\"NULL\":true}}{}", r#"{"L":["#.repeat(n_levels), "]}".repeat(n_levels));
        let request =
            format!(r#"{{"TableName":"t_1","Item":{{"p":{{"S":"x"}},"s":{{"N":"1"}},"v":{value}}}}}"#);
        assert_eq!(service.raw("PutItem", &request).status, 400, "{n_levels} levels");
        let ignored = format!(r#"{{"Unheard":{}}}"#, "[".repeat(n_levels));
        assert_eq!(service.raw("PutItem", &ignored).status, 400, "{n_levels} levels");
    }
    assert!(service.wire.backend().items("t_1").is_empty());
}

#[test]
fn attributes_in_falling_order_cost_no_more_than_in_rising_order() {
    let service = Service::with_table();
    let attributes: Vec<String> = (0..300_000).rev().map(|n| format!(r#""a{n:06}":{{"N":"1"}}"#)).collect();
    let request = format!(r#"{{"TableName":"t_1","Item":{{{}}}}}"#, attributes.join(","));
    assert_eq!(service.raw("PutItem", &request).status, 400);
}

#[test]
fn a_snapshot_brings_everything_back() {
    let service = Service::with_table();
    (1..=20).for_each(|s| put(&service, &format!("p{}", s % 3), s));
    let specification = json!({"AttributeName": "expires", "Enabled": true});
    service.done("UpdateTimeToLive", &json!({"TableName": "t_1", "TimeToLiveSpecification": specification}));
    let mut provisioned = table();
    provisioned["TableName"] = json!("t_2");
    provisioned["BillingMode"] = json!("PROVISIONED");
    let throughput = json!({"ReadCapacityUnits": 3, "WriteCapacityUnits": 4});
    provisioned["ProvisionedThroughput"] = throughput.clone();
    provisioned["GlobalSecondaryIndexes"][0]["ProvisionedThroughput"] = throughput;
    provisioned["Tags"] = json!([{"Key": "team", "Value": "blue"}]);
    provisioned["DeletionProtectionEnabled"] = json!(true);
    service.done("CreateTable", &provisioned);

    let lines = wire::export(service.wire.backend());
    let copy = MemBackend::new();
    let imported = wire::import(&copy, lines.as_bytes()).unwrap();
    assert_eq!((imported.n_tables, imported.n_items), (2, 20));
    assert_eq!(wire::export(&copy), lines);
    let copy = Service { wire: Wire::new(copy) };
    for request in [json!({"TableName": "t_1"}), json!({"TableName": "t_2"})] {
        for operation in ["DescribeTable", "DescribeTimeToLive", "Scan"] {
            assert_eq!(copy.done(operation, &request), service.done(operation, &request));
        }
    }
}

#[test]
fn an_import_that_fails_changes_nothing() {
    let service = Service::with_table();
    put(&service, "x", 1);
    let lines = wire::export(service.wire.backend());
    let other = MemBackend::new();
    for (broken, line) in [
        (format!("{lines}\n{{\"Item\":{{}}}}\n"), 4),
        (format!("{lines}{lines}"), 3),
        (format!("{lines}garbage"), 3),
        ("{\"Item\":{}}".to_owned(), 1),
        ("{}".to_owned(), 1),
    ] {
        let error = wire::import(&other, broken.as_bytes()).unwrap_err();
        assert_eq!(error.line(), line, "{broken}");
        assert_eq!(error.to_string(), format!("cannot import line {line}"));
    }
    assert_eq!(other.engine().table_names().count(), 0);
    assert!(wire::import(service.wire.backend(), lines.as_bytes()).is_err());
    assert_eq!(service.wire.backend().items("t_1").len(), 1);
}

#[test]
fn the_clock_of_the_backend_is_the_services() {
    let service = Service::with_table();
    assert_eq!(service.wire.backend().now(), ManualClock::new().now());
}

const OPERATIONS: [&str; 26] = [
    "ExecuteStatement",
    "BatchExecuteStatement",
    "ExecuteTransaction",
    "UpdateTable",
    "TagResource",
    "UntagResource",
    "ListTagsOfResource",
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
    "CreateTable",
    "DescribeTable",
    "DeleteTable",
    "ListTables",
    "UpdateTimeToLive",
    "DescribeTimeToLive",
    "DescribeLimits",
    "DescribeEndpoints",
    "DescribeContinuousBackups",
];

/// Words that requests are made of, so that random bodies get far.
const WORDS: [&str; 30] = [
    "TableName",
    "t_1",
    "Key",
    "Item",
    "p",
    "s",
    "S",
    "N",
    "L",
    "M",
    "SS",
    "B",
    "NULL",
    "RequestItems",
    "Keys",
    "TransactItems",
    "Put",
    "Get",
    "PutRequest",
    "KeySchema",
    "AttributeDefinitions",
    "AttributeName",
    "KeyType",
    "HASH",
    "KeyConditionExpression",
    "p = :p",
    "ExpressionAttributeValues",
    ":p",
    "Limit",
    "ReturnConsumedCapacity",
];

fn any_json() -> impl Strategy<Value = Value> {
    let word = proptest::sample::select(&WORDS[..]);
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f32>().prop_map(Value::from),
        word.clone().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(6, 48, 5, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::vec((word.clone(), inner), 0..5).prop_map(|members| Value::Object(
                members.into_iter().map(|(k, v)| (k.to_owned(), v)).collect()
            )),
        ]
    })
}

proptest! {
    #[test]
    fn any_request_is_answered_in_json(operation in proptest::sample::select(&OPERATIONS[..]), request in any_json()) {
        let service = Service::with_table();
        let Answer { status, body } = service.raw(operation, &request.to_string());
        prop_assert!(status == 200 || status == 400, "{}", body);
        let is_object = serde_json::from_str::<Value>(&body).is_ok_and(|answer| answer.is_object());
        prop_assert!(is_object || body.is_empty() && status == 200, "{}", body);
    }

    #[test]
    fn a_request_with_a_changed_byte_is_answered_in_json(at in 0usize..2000, byte in any::<u8>()) {
        let service = Service::with_table();
        let mut body = table().to_string().into_bytes();
        let at = at % body.len();
        body[at] = byte;
        let answer = service.wire.answer("DynamoDB_20120810.CreateTable", &body);
        prop_assert!(serde_json::from_str::<Value>(&answer.body).is_ok(), "{}", answer.body);
    }
}
