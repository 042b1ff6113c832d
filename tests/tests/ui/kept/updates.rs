use dynorm::prelude::*;

#[derive(Entity)]
#[entity(table = "Pages", pk = id)]
struct Page {
    id: u32,
    text: String,
    #[attr(version)]
    version: u64,
    #[attr(created_at)]
    made_at: Option<Expiry>,
    #[attr(counter)]
    hits: u64,
    #[attr(write_once)]
    author: String,
}

#[derive(Entity)]
#[entity(table = "Notes", pk = id)]
struct Note {
    id: u32,
    text: String,
}

async fn updates(db: Db, page: Page) -> dynorm::Result<()> {
    db.update(Page::key(7u32)).set(Page::VERSION, 5u64).await?;
    db.update(Page::key(7u32)).remove(Page::MADE_AT).await?;
    db.update(Page::key(7u32)).add(Page::HITS, 1).await?;
    db.update(Page::key(7u32)).set(Page::AUTHOR, "bob").await?;
    db.update(Page::key(7u32)).set_if_absent(Page::AUTHOR, "bob").await?;
    db.update(page).set(Page::TEXT, "x").await?;
    db.update(Note::key(7u32)).set(Note::TEXT, "x").at_version(1u64).await?;
    Ok(())
}

async fn batches(db: Db, page: Page) -> dynorm::Result<()> {
    db.put_many([page]).await?.complete()
}

fn main() {}
