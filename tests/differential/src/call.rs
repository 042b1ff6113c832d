//! Random calls on random tables.

use serde_json::{Value, json};

use crate::expression::Placeholders;
use crate::random::Random;
use crate::table::Table;

/// What answers are compared by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// The service promises it.
    Promised,
    /// Items and pages come in any order: all pages are read and their items compared as a set.
    Free,
}

pub struct Call {
    pub operation: &'static str,
    pub body: Value,
    pub order: Order,
}

const OPERATIONS: &[&str] = &[
    "GetItem",
    "PutItem",
    "PutItem",
    "PutItem",
    "UpdateItem",
    "UpdateItem",
    "UpdateItem",
    "DeleteItem",
    "Query",
    "Query",
    "Query",
    "Scan",
    "BatchGetItem",
    "BatchWriteItem",
    "TransactGetItems",
    "TransactWriteItems",
];

impl Call {
    pub fn random(random: &mut Random, tables: &[Table]) -> Self {
        let operation = OPERATIONS[random.below(OPERATIONS.len())];
        let table = &tables[random.below(tables.len())];
        let (body, order) = match operation {
            "GetItem" => (get(random, table), Order::Promised),
            "PutItem" => (put(random, table), Order::Promised),
            "UpdateItem" => (update(random, table), Order::Promised),
            "DeleteItem" => (delete(random, table), Order::Promised),
            "Query" | "Scan" => read(random, table, operation == "Query"),
            "BatchGetItem" => (batch_get(random, tables), Order::Promised),
            "BatchWriteItem" => (batch_write(random, tables), Order::Promised),
            "TransactGetItems" => (transact_get(random, tables), Order::Promised),
            _ => (transact_write(random, tables), Order::Promised),
        };
        Self { operation, body, order }
    }
}

fn base(random: &mut Random, table: &Table) -> Value {
    let mut call = json!({"TableName": table.name});
    capacity(random, &mut call);
    call
}

fn capacity(random: &mut Random, call: &mut Value) {
    if random.percent(60) {
        call["ReturnConsumedCapacity"] = random.pick(&["TOTAL", "INDEXES", "INDEXES", "NONE"]).into();
    }
}

fn get(random: &mut Random, table: &Table) -> Value {
    let mut call = base(random, table);
    call["Key"] = table.key(random);
    call["ConsistentRead"] = random.percent(50).into();
    projected(random, table, call)
}

fn projected(random: &mut Random, table: &Table, mut call: Value) -> Value {
    if random.percent(40) {
        let mut placeholders = Placeholders::default();
        call["ProjectionExpression"] = placeholders.projection(random, &table.keys).into();
        // Only names are members of every call that has a projection.
        placeholders.into_call(random, &mut call);
        call.as_object_mut().and_then(|call| call.remove("ExpressionAttributeValues"));
    }
    call
}

fn conditional(random: &mut Random, mut placeholders: Placeholders, mut call: Value) -> Value {
    if random.percent(35) {
        call["ConditionExpression"] = placeholders.condition(random, 2).into();
        if random.percent(50) {
            call["ReturnValuesOnConditionCheckFailure"] = "ALL_OLD".into();
        }
    }
    placeholders.into_call(random, &mut call);
    call
}

fn returning(random: &mut Random, call: &mut Value, values: &[&'static str]) {
    if random.percent(50) {
        call["ReturnValues"] = random.pick(values).into();
    }
    if random.percent(10) {
        call["ReturnItemCollectionMetrics"] = "SIZE".into();
    }
}

fn put(random: &mut Random, table: &Table) -> Value {
    let mut call = base(random, table);
    call["Item"] = table.item(random);
    returning(random, &mut call, &["NONE", "ALL_OLD"]);
    conditional(random, Placeholders::default(), call)
}

fn delete(random: &mut Random, table: &Table) -> Value {
    let mut call = base(random, table);
    call["Key"] = table.key(random);
    returning(random, &mut call, &["NONE", "ALL_OLD"]);
    if !call["ReturnItemCollectionMetrics"].is_null() {
        // A rule has to know whether there was an item.
        call["ReturnValues"] = "ALL_OLD".into();
    }
    conditional(random, Placeholders::default(), call)
}

fn update(random: &mut Random, table: &Table) -> Value {
    let mut call = base(random, table);
    call["Key"] = table.key(random);
    returning(random, &mut call, &["NONE", "ALL_OLD", "ALL_NEW", "UPDATED_OLD", "UPDATED_NEW"]);
    let mut placeholders = Placeholders::default();
    if !random.percent(5) {
        call["UpdateExpression"] = placeholders.update(random, &table.key_attributes()).into();
    }
    conditional(random, placeholders, call)
}

fn read(random: &mut Random, table: &Table, is_query: bool) -> (Value, Order) {
    let mut call = base(random, table);
    let mut placeholders = Placeholders::default();
    let mut keys = &table.keys;
    let mut order = if is_query { Order::Promised } else { Order::Free };
    if !table.indexes.is_empty() && random.percent(50) {
        let index = &table.indexes[random.below(table.indexes.len())];
        call["IndexName"] = index.name.clone().into();
        keys = &index.keys;
        order = Order::Free;
        call["ConsistentRead"] = (!index.is_global && random.percent(30) || random.percent(2)).into();
    } else if random.percent(50) {
        call["ConsistentRead"] = random.percent(50).into();
    }
    if is_query {
        call["KeyConditionExpression"] = placeholders.key_condition(random, keys).into();
        if random.percent(40) {
            call["ScanIndexForward"] = random.percent(50).into();
        }
    }
    if random.percent(30) {
        call["FilterExpression"] = placeholders.condition(random, 2).into();
    }
    if random.percent(25) {
        call["ProjectionExpression"] = placeholders.projection(random, &table.keys).into();
    } else if random.percent(20) {
        call["Select"] = random
            .pick(&["COUNT", "ALL_ATTRIBUTES", "ALL_PROJECTED_ATTRIBUTES", "SPECIFIC_ATTRIBUTES"])
            .into();
    }
    if random.percent(40) {
        call["Limit"] = if random.percent(3) { 0 } else { 1 + random.below(4) }.into();
    }
    if order == Order::Promised && random.percent(10) {
        call["ExclusiveStartKey"] = table.key(random);
    }
    placeholders.into_call(random, &mut call);
    (call, order)
}

fn some_tables<'t>(random: &mut Random, tables: &'t [Table]) -> &'t [Table] {
    &tables[..=random.below(tables.len())]
}

fn batch_get(random: &mut Random, tables: &[Table]) -> Value {
    let mut requests = json!({});
    for table in some_tables(random, tables) {
        let keys: Vec<_> = (0..=random.below(5)).map(|_| table.key(random)).collect();
        let mut request = json!({"Keys": distinct(random, keys)});
        if random.percent(40) {
            request["ConsistentRead"] = true.into();
        }
        requests[&table.name] = projected(random, table, request);
    }
    let mut call = json!({"RequestItems": requests});
    capacity(random, &mut call);
    call
}

/// Without what is there twice, mostly.
fn distinct(random: &mut Random, keys: Vec<Value>) -> Vec<Value> {
    if random.percent(3) {
        return keys;
    }
    let mut seen = Vec::new();
    for key in keys {
        if !seen.contains(&key) {
            seen.push(key);
        }
    }
    seen
}

fn batch_write(random: &mut Random, tables: &[Table]) -> Value {
    let mut requests = json!({});
    for table in some_tables(random, tables) {
        let keys: Vec<_> = (0..=random.below(5)).map(|_| table.key(random)).collect();
        let writes: Vec<_> =
            distinct(random, keys).into_iter().map(|key| write(random, table, key)).collect();
        requests[&table.name] = writes.into();
    }
    let mut call = json!({"RequestItems": requests});
    capacity(random, &mut call);
    call
}

fn write(random: &mut Random, table: &Table, key: Value) -> Value {
    if random.percent(30) {
        return json!({"DeleteRequest": {"Key": key}});
    }
    json!({"PutRequest": {"Item": with_key(table.item(random), key)}})
}

fn with_key(mut item: Value, key: Value) -> Value {
    if let (Some(item), Value::Object(key)) = (item.as_object_mut(), key) {
        item.extend(key);
    }
    item
}

fn transact_get(random: &mut Random, tables: &[Table]) -> Value {
    let gets: Vec<_> = (0..=random.below(4))
        .map(|_| {
            let table = &tables[random.below(tables.len())];
            let get = json!({"TableName": table.name, "Key": table.key(random)});
            json!({"Get": projected(random, table, get)})
        })
        .collect();
    let mut call = json!({"TransactItems": distinct(random, gets)});
    capacity(random, &mut call);
    call
}

fn transact_write(random: &mut Random, tables: &[Table]) -> Value {
    let mut seen = Vec::new();
    let mut actions = Vec::new();
    for _ in 0..=random.below(4) {
        let table = &tables[random.below(tables.len())];
        let key = table.key(random);
        if seen.contains(&(&table.name, key.clone())) && !random.percent(3) {
            continue;
        }
        seen.push((&table.name, key.clone()));
        actions.push(action(random, table, key));
    }
    let mut call = json!({"TransactItems": actions});
    capacity(random, &mut call);
    call
}

fn action(random: &mut Random, table: &Table, key: Value) -> Value {
    let mut action = json!({"TableName": table.name});
    let mut placeholders = Placeholders::default();
    let kind = random.pick(&["Put", "Put", "Update", "Update", "Delete", "ConditionCheck"]);
    match kind {
        "Put" => action["Item"] = with_key(table.item(random), key),
        _ => action["Key"] = key,
    }
    if kind == "Update" {
        action["UpdateExpression"] = placeholders.update(random, &table.key_attributes()).into();
    }
    if kind == "ConditionCheck" || random.percent(30) {
        action["ConditionExpression"] = placeholders.condition(random, 1).into();
        if random.percent(40) {
            action["ReturnValuesOnConditionCheckFailure"] = "ALL_OLD".into();
        }
    }
    placeholders.into_call(random, &mut action);
    json!({kind: action})
}
