use dynorm::prelude::*;

#[derive(Attribute)]
#[attr(tga = "kind", rename_all = "camelcase")]
enum Payment {
    #[attr(others)]
    Card { number: String },
    #[attr(ttl)]
    Cash,
}

#[derive(Attribute)]
#[attr(rename_all = "title", content = "c")]
struct Address {
    #[attr(flaten)]
    position: Position,
    #[attr(with)]
    city: String,
}

#[derive(Attribute)]
struct Position {
    #[attr(with = "module")]
    lat: u32,
}

#[derive(Attribute)]
#[attr(transparent)]
struct Both {
    a: u32,
    b: u32,
}

#[derive(Attribute)]
#[attr(rename_all = "camelCase")]
struct Pair(#[attr(default)] u32, u32);

fn main() {}
