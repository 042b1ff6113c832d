use dynorm::prelude::*;
use std::collections::BTreeMap;

#[derive(Attribute)]
struct Address {
    city: String,
}

#[derive(Entity)]
#[entity(table = "Users", pk = id)]
struct User {
    id: u32,
    name: String,
    address: Address,
    phones: BTreeMap<String, String>,
    tags: Vec<String>,
}

fn main() {
    let _ = User::NAME.index(0).eq("x");
    let _ = User::ADDRESS.index(0);
    let _ = User::ADDRESS.key("city").eq("x");
    let _ = User::TAGS.key("a");
    let _ = User::PHONES.key(7).exists();
    let _ = User::ADDRESS.inner();
    let _ = User::NAME.at(Address::CITY);
}
