#![deny(unused_must_use)]

use dynorm::prelude::*;

#[derive(Entity)]
#[entity(table = "Users", pk = id)]
struct User {
    id: String,
}

async fn uses(db: &Db, user: &User, users: Vec<User>) -> dynorm::Result<()> {
    db.put_many(users).await?;
    db.delete_many([User::key("ann")]).await?;
    db.get_many([User::key("ann")]).await?;
    db.batch().put(user).await?;
    db.batch().put(user).await?.left;
    db.create(user).checked().await?;
    db.transact_write().create(user).checked().await?;
    db.put_many(Vec::<User>::new());
    db.transact_get([User::key("ann")]);
    Ok(())
}

fn main() {}
