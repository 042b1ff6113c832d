use dynorm::prelude::*;

#[derive(Entity)]
#[entity(table = "Users", pk = id)]
struct User {
    id: String,
    name: String,
}

#[derive(Projection)]
struct NoEntity {
    id: String,
}

#[derive(Projection)]
#[projection(off = User)]
struct Misspelt {
    id: String,
}

#[derive(Projection)]
#[projection(of)]
struct NoValue {
    id: String,
}

#[derive(Projection)]
#[projection(of = User)]
struct Pair(String, String);

#[derive(Projection)]
#[projection(of = User)]
struct Nothing {}

#[derive(Projection)]
#[projection(of = User)]
enum Choice {
    Id(String),
}

#[derive(Projection)]
#[projection(of = User)]
struct Generic<T> {
    id: T,
}

#[derive(Projection)]
#[projection(of = User)]
struct Arguments {
    #[projection(pth = User::NAME)]
    id: String,
    #[projection(path = "name")]
    name: String,
    #[projection(path = name)]
    again: String,
}

async fn uses(db: &Db) -> dynorm::Result<()> {
    db.get(User::key("ann")).project::<NoEntity>().await?;
    db.get(User::key("ann")).project::<Pair>().await?;
    db.get(User::key("ann")).project::<Arguments>().await?;
    Ok(())
}

fn main() {}
