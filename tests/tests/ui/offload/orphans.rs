#![deny(unused_must_use)]
use std::time::Duration;

use dynorm::prelude::*;

#[derive(Entity)]
#[entity(table = "Docs", pk = id)]
struct Doc {
    id: u32,
}

#[derive(Entity)]
#[entity(table = "Articles", pk = id)]
struct Article {
    id: u32,
    #[attr(offload)]
    body: Offloaded<String>,
}

fn orphans(db: &Db) {
    let _ = db.orphans::<Doc>();
    let _ = db.orphans::<Article>().all();
    db.orphans::<Article>().older_than(Duration::from_hours(24));
}

fn main() {}
