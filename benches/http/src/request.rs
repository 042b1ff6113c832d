//! The requests, with the items of `benches/engine`.

use serde_json::{Value as Json, json};

/// Partitions of the fixture, with [`ITEMS`] items each.
pub const PARTITIONS: u32 = 500;
/// Items of a partition, which a query reads.
pub const ITEMS: u32 = 20;
/// Different requests of an operation.
const REQUESTS: u32 = 2_000;
/// Items of a request that writes the fixture.
const BATCH: usize = 25;

/// What is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Op {
    Get,
    Put,
    Query,
    Update,
    Transact,
}

impl Op {
    pub const ALL: [Self; 5] = [Self::Get, Self::Put, Self::Query, Self::Update, Self::Transact];

    /// What every right answer contains; moto adds more to some than was asked for.
    pub fn proof(self) -> &'static [u8] {
        match self {
            Self::Get => b"\"Item\"",
            Self::Query => b"\"Count\"",
            Self::Put | Self::Update | Self::Transact => b"{",
        }
    }

    fn target(self) -> &'static str {
        match self {
            Self::Get => "GetItem",
            Self::Put => "PutItem",
            Self::Query => "Query",
            Self::Update => "UpdateItem",
            Self::Transact => "TransactWriteItems",
        }
    }

    /// The requests of this operation, ready to be sent.
    pub fn requests(self) -> Vec<Vec<u8>> {
        (0..REQUESTS).map(|n| request(self.target(), &self.body(n))).collect()
    }

    fn body(self, n: u32) -> Json {
        let key = json!({ "PK": { "S": partition(n) }, "SK": { "S": sort(n) } });
        match self {
            Self::Get => json!({ "TableName": "Bench", "Key": key }),
            Self::Put => json!({ "TableName": "Bench", "Item": item(&partition(n), &sort(n), n) }),
            Self::Query => json!({
                "TableName": "Bench",
                "KeyConditionExpression": "#p = :p AND begins_with(#k, :k)",
                "ExpressionAttributeNames": { "#p": "PK", "#k": "SK" },
                "ExpressionAttributeValues": { ":p": { "S": partition(n) }, ":k": { "S": "ORDER#" } },
            }),
            Self::Update => json!({
                "TableName": "Bench",
                "Key": key,
                "UpdateExpression": "SET #s = :s ADD #n :n",
                "ExpressionAttributeNames": { "#s": "status", "#n": "number" },
                "ExpressionAttributeValues": { ":s": { "S": "paid" }, ":n": { "N": "1" } },
            }),
            Self::Transact => {
                let put = |i: u32| json!({ "Put": { "TableName": "Bench", "Item": item(&partition(n), &sort(n + i), n) } });
                json!({ "TransactItems": (0..4).map(put).collect::<Vec<_>>() })
            }
        }
    }
}

fn partition(n: u32) -> String {
    // A stride that is prime to the number of partitions visits all of them.
    format!("USER#{:08}", n.wrapping_mul(7919) % PARTITIONS)
}

fn sort(n: u32) -> String {
    format!("ORDER#{:08}", n.wrapping_mul(31) % ITEMS)
}

/// An item of about 300 bytes.
fn item(partition: &str, sort: &str, n: u32) -> Json {
    json!({
        "PK": { "S": partition },
        "SK": { "S": sort },
        "name": { "S": "a name of usual length" },
        "note": { "S": "x".repeat(180) },
        "number": { "N": n.to_string() },
        "status": { "S": "open" },
    })
}

/// The requests that make the table and fill it.
pub fn fixture() -> Vec<Vec<u8>> {
    let create = json!({
        "TableName": "Bench",
        "BillingMode": "PAY_PER_REQUEST",
        "KeySchema": [
            { "AttributeName": "PK", "KeyType": "HASH" },
            { "AttributeName": "SK", "KeyType": "RANGE" },
        ],
        "AttributeDefinitions": [
            { "AttributeName": "PK", "AttributeType": "S" },
            { "AttributeName": "SK", "AttributeType": "S" },
        ],
    });
    let items = (0..PARTITIONS).flat_map(|p| (0..ITEMS).map(move |s| item(&partition(p), &sort(s), s)));
    let puts: Vec<Json> = items.map(|item| json!({ "PutRequest": { "Item": item } })).collect();
    let batches = puts.chunks(BATCH).map(|puts| json!({ "RequestItems": { "Bench": puts } }));
    let mut requests = vec![request("CreateTable", &create)];
    requests.extend(batches.map(|batch| request("BatchWriteItem", &batch)));
    requests
}

/// The request with the headers that SDKs send; no server of this bench verifies the signature.
pub fn request(operation: &str, body: &Json) -> Vec<u8> {
    let body = body.to_string();
    format!(
        "POST / HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/x-amz-json-1.0\r\n\
         x-amz-target: DynamoDB_20120810.{operation}\r\ncontent-length: {}\r\nx-amz-date: 20260101T000000Z\r\n\
         authorization: AWS4-HMAC-SHA256 Credential=local/20260101/us-east-1/dynamodb/aws4_request, \
         SignedHeaders=content-type;host;x-amz-date;x-amz-target, \
         Signature=e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}
