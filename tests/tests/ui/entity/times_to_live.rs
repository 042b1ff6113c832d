use dynorm::prelude::*;

use std::time::Duration;

#[derive(Entity)]
#[entity(table = "Sessions", pk = id)]
struct Number {
    id: String,
    #[attr(ttl)]
    expires: u64,
}

#[derive(Entity)]
#[entity(table = "Sessions", pk = id)]
struct Optional {
    id: String,
    #[attr(ttl)]
    expires: Option<Duration>,
}

#[derive(Entity)]
#[entity(table = "Sessions", pk = id)]
struct Two {
    id: String,
    #[attr(ttl)]
    expires: Expiry,
    #[attr(ttl, default)]
    ends: Expiry,
}

#[derive(Table)]
#[table(name = "Catalog", pk = "PK", ttl = "ttl", entities(OtherName))]
struct Catalog;

#[derive(Entity)]
#[entity(table = Catalog, pk = "SESSION#{id}")]
struct OtherName {
    id: String,
    #[attr(ttl)]
    expires: Expiry,
}

fn main() {}
