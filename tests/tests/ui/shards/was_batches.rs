//! Batches look in one shard only, and do not know of items that are on their way to another.

use dynorm::prelude::*;

#[derive(Entity)]
#[entity(table = "Events", pk = "A#{day}", sk = "{id}", shards = 8, by = id, was = 4, name = of_day)]
struct Event { day: String, id: String }

async fn run(db: Db, event: Event) {
    let _ = db.put_many([event]);
    let _ = db.delete_many([Event::key("a", "b")]);
    let _ = db.delete_partition(Event::of_day("a"));
}

fn main() {}
