//! Random tables: keys of all types, global and local indexes, projections.

use serde_json::{Value, json};

use crate::random::Random;
use crate::value;

/// A key attribute and its type.
pub type KeyAttribute = (String, &'static str);

pub struct Index {
    pub name: String,
    pub is_global: bool,
    pub keys: Vec<KeyAttribute>,
    projection: Value,
}

pub struct Table {
    pub name: String,
    pub keys: Vec<KeyAttribute>,
    pub indexes: Vec<Index>,
}

impl Table {
    pub fn random(random: &mut Random, name: String) -> Self {
        let mut keys = vec![("p".to_owned(), kind(random))];
        if random.percent(75) {
            keys.push(("s".to_owned(), kind(random)));
        }
        let mut indexes = Vec::new();
        for at in 0..random.below(3) {
            let mut index_keys = vec![(format!("g{at}"), kind(random))];
            if random.percent(60) {
                index_keys.push((format!("h{at}"), kind(random)));
            }
            indexes.push(Index::random(random, format!("global{at}"), true, index_keys));
        }
        for at in 0..if keys.len() == 2 { random.below(3) } else { 0 } {
            let index_keys = vec![keys[0].clone(), (format!("l{at}"), kind(random))];
            indexes.push(Index::random(random, format!("local{at}"), false, index_keys));
        }
        Self { name, keys, indexes }
    }

    pub fn create(&self) -> Value {
        let mut kinds: Vec<_> =
            self.keys.iter().chain(self.indexes.iter().flat_map(|index| &index.keys)).collect();
        kinds.sort();
        kinds.dedup();
        let definitions: Vec<_> =
            kinds.iter().map(|(name, kind)| json!({"AttributeName": name, "AttributeType": kind})).collect();
        let mut call = json!({
            "TableName": self.name, "BillingMode": "PAY_PER_REQUEST",
            "KeySchema": schema(&self.keys), "AttributeDefinitions": definitions,
        });
        for (member, is_global) in [("GlobalSecondaryIndexes", true), ("LocalSecondaryIndexes", false)] {
            let indexes: Vec<_> = self
                .indexes
                .iter()
                .filter(|index| index.is_global == is_global)
                .map(Index::definition)
                .collect();
            if !indexes.is_empty() {
                call[member] = indexes.into();
            }
        }
        call
    }

    /// The attributes that are keys of the table or of an index.
    pub fn key_attributes(&self) -> Vec<&KeyAttribute> {
        self.keys.iter().chain(self.indexes.iter().flat_map(|index| &index.keys)).collect()
    }

    /// A key that is mostly right.
    pub fn key(&self, random: &mut Random) -> Value {
        let mut key = json!({});
        for (name, kind) in &self.keys {
            key[name] = value::key(random, kind);
        }
        match random.below(120) {
            0 => key["extra"] = json!({"S": "x"}),
            1 => key[&self.keys[0].0] = value::any(random, 1),
            2 => {
                key.as_object_mut().and_then(|key| key.remove(&self.keys[0].0));
            }
            _ => {}
        }
        key
    }

    /// An item that is mostly right.
    pub fn item(&self, random: &mut Random) -> Value {
        let mut item = self.key(random);
        for (name, kind) in self.indexes.iter().flat_map(|index| &index.keys) {
            if random.percent(70) && item.get(name).is_none() {
                item[name] = if random.percent(2) { value::any(random, 1) } else { value::key(random, kind) };
            }
        }
        for name in value::ATTRIBUTES {
            if random.percent(45) {
                item[*name] = value::of(random, name);
            }
        }
        item
    }
}

impl Index {
    fn random(random: &mut Random, name: String, is_global: bool, keys: Vec<KeyAttribute>) -> Self {
        let projection = match random.below(3) {
            0 => json!({"ProjectionType": "KEYS_ONLY"}),
            1 => json!({"ProjectionType": "INCLUDE", "NonKeyAttributes": ["a", "m"]}),
            _ => json!({"ProjectionType": "ALL"}),
        };
        // Rules know by the name what an index holds.
        let held = match projection["ProjectionType"].as_str() {
            Some("KEYS_ONLY") => "keys",
            Some("INCLUDE") => "some",
            _ => "all",
        };
        Self { name: name + held, is_global, keys, projection }
    }

    fn definition(&self) -> Value {
        json!({"IndexName": self.name, "KeySchema": schema(&self.keys), "Projection": self.projection})
    }
}

fn schema(keys: &[KeyAttribute]) -> Value {
    let kinds = ["HASH", "RANGE"];
    keys.iter().zip(kinds).map(|((name, _), kind)| json!({"AttributeName": name, "KeyType": kind})).collect()
}

fn kind(random: &mut Random) -> &'static str {
    random.pick(&["S", "S", "N", "B"])
}
