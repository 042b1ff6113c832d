use dynorm::prelude::*;

#[derive(Table)]
#[table(name = "Links", pk = "PK", sk = "SK", gsi(Inverted, pk = "SK", sk = "PK"), entities(Link))]
struct Links;

#[derive(Entity)]
#[entity(table = Links, pk = "USER#{user}", sk = "GROUP#{group}")]
#[entity(index(Inverted, pk = "G#{group}", sk = "USER#{user}"))]
struct Link {
    user: String,
    group: String,
}

fn main() {}
