use dynorm::prelude::*;

#[derive(Clone)]
struct Note {
    id: u32,
}

async fn notes(db: &Db, note: Note) -> dynorm::Result<()> {
    db.put(&note).await?;
    db.create(&note).await?;
    db.rekey(&note, |note| note.id = 8).await?;
    db.update(&note).await?;
    db.delete(&note).await?;
    db.scan::<Note>().all().await?;
    db.transact_write().put(&note).await?;
    db.put_many([note]).await?.complete()?;
    Ok(())
}

fn main() {}
