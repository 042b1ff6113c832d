//! Batches do not know what goes with an entity that has a history, and others have none to read.

use dynorm::prelude::*;

#[derive(Entity)]
#[entity(table = "Pages", pk = "SITE#{site}", sk = "PAGE#{id}", name = of_site, history)]
struct Page { site: u32, id: u32 }

#[derive(Entity)]
#[entity(table = "Notes", pk = "NOTE#{id}", sk = "NOTE")]
struct Note { id: u32 }

async fn run(db: Db, page: Page) {
    let _ = db.put_many([page]);
    let _ = db.delete_many([Page::key(1u32, 1u32)]);
    let _ = db.batch().delete(Page::key(1u32, 1u32));
    let _ = db.delete_partition(Page::of_site(1u32));
    let _ = db.history(Note::key(1u32));
    let _ = db.latest(Note::key(1u32));
    let _ = db.at_version(Note::key(1u32), 7);
}

fn main() {}
