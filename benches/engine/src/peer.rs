//! `dynoxide`, through its library.

use dynorm::value::Item;
use dynoxide::Database;
use dynoxide::actions::get_item::GetItemRequest;
use dynoxide::actions::put_item::PutItemRequest;
use dynoxide::actions::query::QueryRequest;
use dynoxide::actions::transact_write_items::TransactWriteItemsRequest;
use dynoxide::actions::update_item::UpdateItemRequest;
use serde_json::{Value as Json, from_value, json};

use crate::{Op, Subject, item, partition, sort};

pub struct Peer(Database);

pub enum Request {
    Get(GetItemRequest),
    Put(PutItemRequest),
    Update(UpdateItemRequest),
    Query(QueryRequest),
    Transact(TransactWriteItemsRequest),
}

const VALID: &str = "the request is valid";

fn as_json(item: &Item) -> Json {
    serde_json::to_value(item).expect("items are JSON")
}

fn put(item: &Item) -> Json {
    json!({ "TableName": "Bench", "Item": as_json(item) })
}

impl Subject for Peer {
    type Request = Request;

    fn new() -> Self {
        let database = Database::memory().expect("memory is there");
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
        database.create_table(from_value(create).expect(VALID)).expect(VALID);
        Self(database)
    }

    fn load(&mut self, item: Item) {
        self.0.put_item(from_value(put(&item)).expect(VALID)).expect(VALID);
    }

    fn request(&self, op: Op, n: u32) -> Request {
        let key = json!({ "PK": { "S": partition(n) }, "SK": { "S": sort(n) } });
        match op {
            Op::Get => Request::Get(from_value(json!({ "TableName": "Bench", "Key": key })).expect(VALID)),
            Op::Put => Request::Put(from_value(put(&item(partition(n), sort(n), n))).expect(VALID)),
            Op::Update => {
                let update = json!({
                    "TableName": "Bench",
                    "Key": key,
                    "UpdateExpression": "SET #s = :s ADD #n :n",
                    "ExpressionAttributeNames": { "#s": "status", "#n": "number" },
                    "ExpressionAttributeValues": { ":s": { "S": "paid" }, ":n": { "N": "1" } },
                });
                Request::Update(from_value(update).expect(VALID))
            }
            Op::Query => {
                let query = json!({
                    "TableName": "Bench",
                    "KeyConditionExpression": "#p = :p AND begins_with(#k, :k)",
                    "ExpressionAttributeNames": { "#p": "PK", "#k": "SK" },
                    "ExpressionAttributeValues": { ":p": { "S": partition(n) }, ":k": { "S": "ORDER#" } },
                });
                Request::Query(from_value(query).expect(VALID))
            }
            Op::Transact => {
                let put = |i: u32| json!({ "Put": put(&item(partition(n), sort(n + i), n)) });
                let actions: Vec<Json> = (0..4).map(put).collect();
                Request::Transact(from_value(json!({ "TransactItems": actions })).expect(VALID))
            }
        }
    }

    fn run(&mut self, request: Request) -> usize {
        match request {
            Request::Get(call) => usize::from(self.0.get_item(call).expect(VALID).item.is_some()),
            Request::Put(call) => {
                self.0.put_item(call).expect(VALID);
                1
            }
            Request::Update(call) => {
                self.0.update_item(call).expect(VALID);
                1
            }
            Request::Query(call) => self.0.query(call).expect(VALID).items.map_or(0, |items| items.len()),
            Request::Transact(call) => {
                let n_actions = call.transact_items.len();
                self.0.transact_write_items(call).expect(VALID);
                n_actions
            }
        }
    }
}
