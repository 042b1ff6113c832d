//! Indexes that need no attributes of their own.

use dynorm::prelude::*;

#[derive(Table)]
#[table(name = "Wide", pk = "PK", sk = "SK", entities(Wide, Narrow))]
#[table(gsi(Widest, pk = ["a", "b": N, "c": B, "d"], sk = ["e": N, "f", "g": B, "h"], projection = include("x")))]
#[table(gsi(NoSort, pk = ["a", "h"], projection = keys_only))]
#[table(gsi(OneSort, pk = "a", sk = ["h"]))]
#[table(gsi(Inverted, pk = "SK", sk = "PK", projection = keys_only))]
struct Tables;

/// As many attributes as there can be, of all kinds, some of which may be absent.
#[derive(Entity)]
#[entity(table = Tables, pk = "WIDE#{a}", sk = "{b}#{d}")]
#[entity(index(Widest, name = widest, pk = [a, b, c, d], sk = [e, f, bytes, h]))]
#[entity(index(NoSort, name = no_sort, pk = [a, h]))]
#[entity(index(OneSort, name = one_sort, pk = [a], sk = [h]))]
#[entity(index(Inverted, name = other_end, inverted))]
struct Wide {
    a: String,
    b: u32,
    c: Vec<u8>,
    d: String,
    e: Option<i64>,
    f: Option<String>,
    #[attr(rename = "g")]
    bytes: Vec<u8>,
    h: String,
    x: bool,
}

/// It has some of the attributes, and is in none of the indexes.
#[derive(Entity)]
#[entity(table = Tables, pk = "NARROW#{d}", sk = "NARROW")]
struct Narrow {
    d: String,
    e: u8,
}

#[derive(Projection)]
#[projection(of = Wide)]
struct Held {
    a: String,
    e: Option<i64>,
    h: String,
    x: bool,
}

/// A table of its own, with plain keys.
#[derive(Entity)]
#[entity(table = "Edges", pk = from, sk = to, name = outgoing)]
#[entity(index(Incoming, name = incoming, inverted))]
struct Edge {
    from: String,
    to: String,
}

/// What ends at one place, read at once.
#[derive(Collection)]
#[collection(table = Links, index = Inverted, pk = "TO#{to}")]
struct Incoming {
    roads: Vec<Road>,
    rails: Vec<Rail>,
}

#[derive(Table)]
#[table(name = "Links", pk = "PK", sk = "SK", entities(Road, Rail), gsi(Inverted, pk = "SK", sk = "PK"))]
struct Links;

#[derive(Entity)]
#[entity(table = Links, pk = "ROAD#{from:06}", sk = "TO#{to}")]
#[entity(index(Inverted, name = roads_to, inverted))]
struct Road {
    from: u32,
    to: String,
}

#[derive(Entity)]
#[entity(table = Links, pk = "RAIL#{from}#{line}", sk = "TO#{to}")]
#[entity(index(Inverted, name = rails_to, inverted))]
struct Rail {
    from: u32,
    line: String,
    to: String,
}

fn main() {
    let db: fn() -> Db = || unimplemented!();
    let _ = || {
        let of = || Wide::widest("a", 1u32, vec![7u8], "d");
        let _ = db().query(of().e(1i64).f("f").bytes(vec![1u8]).h_in("a".to_owned()..)).project::<Held>();
        let _ = db().query(of().e_in(0..10)).keys();
        let _ = db().query(of()).filter(Wide::X.eq(true)).hydrate();
        let _ = db().query(Wide::no_sort("a", "h")).hydrate();
        let _ = db().query(Wide::one_sort("a").h_prefix("h")).newest_first();
        let _ = db().query(Wide::other_end(1u32, "d").a("a")).hydrate();
        let _ = db().query(Edge::incoming("b").from_in("a".to_owned()..));
        let _ = db().query(Road::roads_to("a").from_in(1..));
        let _ = db().query(Rail::rails_to("a").from(1u32).line_in("a".to_owned()..="b".to_owned()));
        let _ = db().update(Wide::key("a", 1u32, "d")).set(Wide::E, 1).remove(Wide::F);
        let _ = db().collect(Incoming::of("a"));
    };
}
