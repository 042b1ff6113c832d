use dynorm::prelude::*;

#[derive(Attribute)]
struct Position {
    lat: u32,
    #[attr(rename = "PK")]
    key: String,
}

#[derive(Entity)]
#[entity(table = "Users", pk = "USER#{id}")]
struct User {
    id: String,
    #[attr(flatten)]
    position: Position,
}

#[derive(Entity)]
#[entity(table = "Places", pk = id)]
struct Place {
    id: String,
    lat: u32,
    #[attr(flatten)]
    position: Position,
}

#[derive(Attribute)]
struct Tagged {
    _type: String,
}

#[derive(Entity)]
#[entity(table = "Things", pk = id)]
struct Thing {
    id: String,
    #[attr(flatten)]
    tagged: Tagged,
}

#[derive(Entity)]
#[entity(table = "Others", pk = id)]
struct Other {
    id: String,
    #[attr(alias = "_type")]
    kind: String,
}

fn main() {}
