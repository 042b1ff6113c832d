//! Shards by all kinds of fields, in the table and in indexes.

use dynorm::prelude::*;

#[derive(Attribute, Clone, Copy)]
enum Kind {
    Open,
    Closed,
}

#[derive(Entity)]
#[entity(table = "Things", pk = "THING#{type}", sk = number, name = of_type, shards = 1000, by = "number")]
#[entity(index(Global, name = global, pk = "ALL", sk = "{kind}#{name}", shards = 2, by = [number, name, flag]))]
#[entity(index(Local, name = local, local, sk = name))]
struct Thing {
    r#type: String,
    number: i64,
    kind: Kind,
    name: Option<String>,
    flag: bool,
}

#[derive(Table)]
#[table(name = "Graph", pk = "PK", sk = "SK", gsi(Inverted, pk = "SK", sk = "PK"), entities(Follow))]
struct Graph;

#[derive(Entity)]
#[entity(table = Graph, pk = "OF#{of}", sk = "BY#{user}", name = followers, shards = 16, by = user)]
#[entity(index(Inverted, name = followed, inverted))]
struct Follow {
    of: String,
    user: String,
}

fn main() {
    let _ = Thing::of_type("a").number(3);
    let _ = Thing::global().kind(Kind::Open).name_prefix("x");
    let _ = Thing::local("a").name_in("a"..);
    let _ = (Follow::followers("ann").user("bob"), Follow::followed("bob").of("ann"));
    let _ = [Kind::Open, Kind::Closed];
}
