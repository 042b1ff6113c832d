//! Brings two answers to the form in which they must be equal, and says where they are not.

use serde_json::{Value, json};

use crate::call::{Call, Order};
use crate::server::Side;

/// What came of a call: the status, and the answer without what the service leaves open.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    pub status: u16,
    pub body: Value,
}

/// The most pages that are read of one query or scan.
const PAGES_MAX: usize = 200;

impl Outcome {
    /// Carries out a call, all its pages if their borders are the server's choice.
    pub fn of(side: &mut dyn Side, call: &Call) -> Result<Self, String> {
        let mut outcome = Self::of_page(side, call.operation, &call.body)?;
        if call.order == Order::Free && outcome.status == 200 {
            outcome.read_on(side, call)?;
        }
        Ok(outcome)
    }

    pub fn is_refused(&self) -> bool {
        self.status != 200
    }

    pub fn message(&self) -> &str {
        self.body["message"].as_str().unwrap_or_default()
    }

    pub fn kind(&self) -> &str {
        self.body["__type"].as_str().unwrap_or_default()
    }

    fn of_page(side: &mut dyn Side, operation: &str, body: &Value) -> Result<Self, String> {
        let (status, mut answer) = side.answer(operation, body)?;
        if status == 200 {
            normalise(&mut answer);
        } else {
            answer = refusal(answer);
        }
        Ok(Self { status, body: answer })
    }

    /// Adds the other pages. What depends on where pages end is left out.
    fn read_on(&mut self, side: &mut dyn Side, call: &Call) -> Result<(), String> {
        let mut items = take_array(&mut self.body, "Items");
        let mut scanned = count(&self.body, "ScannedCount");
        let mut found = count(&self.body, "Count");
        let mut n_pages = 1;
        let mut last = self.body["LastEvaluatedKey"].take();
        while !last.is_null() {
            n_pages += 1;
            if n_pages > PAGES_MAX {
                return Err(format!(
                    "{} does not end after {PAGES_MAX} pages: {}",
                    call.operation, call.body
                ));
            }
            let mut next = call.body.clone();
            next["ExclusiveStartKey"] = last;
            let mut page = Self::of_page(side, call.operation, &next)?;
            if page.is_refused() {
                *self = page;
                return Ok(());
            }
            items.extend(take_array(&mut page.body, "Items"));
            scanned += count(&page.body, "ScannedCount");
            found += count(&page.body, "Count");
            last = page.body["LastEvaluatedKey"].take();
        }
        sort(&mut items);
        let mut whole = json!({"Items": items, "ScannedCount": scanned, "Count": found, "Pages": n_pages});
        if n_pages == 1 {
            whole["ConsumedCapacity"] = self.body["ConsumedCapacity"].take();
        }
        self.body = whole;
        Ok(())
    }
}

/// The paths of the members that differ, and what they are on both sides.
pub fn differences(ours: &Value, theirs: &Value) -> Vec<(String, Value, Value)> {
    let mut found = Vec::new();
    walk("", ours, theirs, &mut found);
    found
}

fn walk(path: &str, ours: &Value, theirs: &Value, found: &mut Vec<(String, Value, Value)>) {
    match (ours, theirs) {
        (Value::Object(a), Value::Object(b)) => {
            let missing = b.keys().filter(|name| !a.contains_key(*name));
            for name in a.keys().chain(missing) {
                let of = |side: &serde_json::Map<String, Value>| side.get(name).cloned().unwrap_or_default();
                walk(&format!("{path}/{name}"), &of(a), &of(b), found);
            }
        }
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
            a.iter().zip(b).for_each(|(a, b)| walk(&format!("{path}/*"), a, b, found));
        }
        _ if ours == theirs => {}
        _ => found.push((path.to_owned(), ours.clone(), theirs.clone())),
    }
}

/// Code, message and reasons of a refusal, without the name space of the code.
fn refusal(mut answer: Value) -> Value {
    let code =
        answer["__type"].as_str().and_then(|code| code.rsplit('#').next()).unwrap_or_default().to_owned();
    let message = match answer["message"].take() {
        Value::Null => answer["Message"].take(),
        message => message,
    };
    // The service has both forms, by operation and region.
    let message = message.as_str().map(|text| text.trim_start_matches("1 validation error detected: "));
    let mut refusal = json!({"__type": code, "message": message.unwrap_or_default()});
    for member in ["Item", "CancellationReasons"] {
        if !answer[member].is_null() {
            refusal[member] = answer[member].take();
        }
    }
    normalise(&mut refusal);
    refusal
}

/// Sorts what has no order, rounds units, and takes out estimates.
fn normalise(value: &mut Value) {
    if let Value::Object(members) = value {
        members.remove("SizeEstimateRangeGB");
        if let Some(Value::Object(tables)) = members.get_mut("Responses") {
            tables.values_mut().filter_map(Value::as_array_mut).for_each(|items| sort(items));
        }
        for (name, member) in members.iter_mut() {
            normalise(member);
            match member {
                Value::Array(elements)
                    if matches!(
                        name.as_str(),
                        "SS" | "NS" | "BS" | "ConsumedCapacity" | "ItemCollectionMetrics"
                    ) =>
                {
                    sort(elements);
                }
                Value::Number(number) => *member = number.as_f64().into(),
                _ => {}
            }
        }
    } else if let Value::Array(elements) = value {
        elements.iter_mut().for_each(normalise);
    }
}

fn sort(values: &mut [Value]) {
    values.sort_by_cached_key(Value::to_string);
}

fn take_array(body: &mut Value, member: &str) -> Vec<Value> {
    match body[member].take() {
        Value::Array(elements) => elements,
        _ => Vec::new(),
    }
}

fn count(body: &Value, member: &str) -> f64 {
    body[member].as_f64().unwrap_or_default()
}
