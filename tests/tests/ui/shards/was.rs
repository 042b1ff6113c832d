//! A former number of shards that says nothing, and batches, which look in one shard only.

use dynorm::prelude::*;

#[derive(Entity)]
#[entity(table = "Same", pk = "A#{day}", sk = "{id}", shards = 8, by = id, was = 8)]
struct Same { day: String, id: String }

#[derive(Entity)]
#[entity(table = "Nothing", pk = "B#{day}", sk = "{id}", shards = 8, by = id, was = 0)]
struct Nothing { day: String, id: String }

#[derive(Entity)]
#[entity(table = "TooMany", pk = "C#{day}", sk = "{id}", shards = 8, by = id, was = 1001)]
struct TooMany { day: String, id: String }

#[derive(Entity)]
#[entity(table = "Whole", pk = "D#{day}", sk = "{id}", was = 8)]
#[entity(index(ByUser, pk = "USER#{user}", was = 4))]
#[entity(index(ByKind, pk = "KIND#{user}", shards = 4, by = id, was = 4))]
struct Whole { day: String, id: String, user: String }

#[derive(Entity)]
#[entity(table = "Halves", pk = "E#{day}", sk = "{id}", by = id, was = 8)]
struct Halves { day: String, id: String }

fn main() {}
