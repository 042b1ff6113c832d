//! What any engine has to do: an ordered map of shared items, and copies of what is returned.

use std::collections::BTreeMap;
use std::sync::Arc;

use dynorm::value::{Item, Number, Value};

use crate::{Op, Subject, item, partition, sort};

type Key = (String, String);

#[derive(Default)]
pub struct Floor(BTreeMap<Key, Arc<Item>>);

pub enum Request {
    Get(Key),
    Put(Vec<(Key, Item)>),
    Update(Key),
    Query(String),
}

fn key_of(item: &Item) -> Key {
    let text = |name| match item.get(name) {
        Some(Value::S(text)) => text.clone(),
        _ => String::new(),
    };
    (text("PK"), text("SK"))
}

impl Subject for Floor {
    type Request = Request;

    fn new() -> Self {
        Self::default()
    }

    fn load(&mut self, item: Item) {
        self.0.insert(key_of(&item), Arc::new(item));
    }

    fn request(&self, op: Op, n: u32) -> Request {
        let new = |i: u32| ((partition(n), sort(n + i)), item(partition(n), sort(n + i), n));
        match op {
            Op::Get => Request::Get((partition(n), sort(n))),
            Op::Put => Request::Put(vec![new(0)]),
            Op::Update => Request::Update((partition(n), sort(n))),
            Op::Query => Request::Query(partition(n)),
            Op::Transact => Request::Put((0..4).map(new).collect()),
        }
    }

    fn run(&mut self, request: Request) -> usize {
        match request {
            Request::Get(key) => {
                self.0.get(&key).map(|item| Item::clone(item)).map_or(0, |item| item.len() / 6)
            }
            Request::Put(items) => {
                let n_items = items.len();
                for (key, item) in items {
                    self.0.insert(key, Arc::new(item));
                }
                n_items
            }
            Request::Update(key) => {
                let Some(stored) = self.0.get_mut(&key) else { return 0 };
                let mut item = Item::clone(stored);
                item.insert("status", "paid");
                if let Some(Value::N(number)) = item.get_mut("number") {
                    *number = number.checked_add(Number::from(1)).unwrap_or_default();
                }
                *stored = Arc::new(item);
                1
            }
            Request::Query(partition) => {
                let (from, to) = ((partition.clone(), String::new()), (partition, "\u{10FFFF}".to_owned()));
                let items: Vec<Item> = self.0.range(from..to).map(|(_, item)| Item::clone(item)).collect();
                items.len()
            }
        }
    }
}
