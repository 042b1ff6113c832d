use dynorm::prelude::*;

#[derive(Attribute)]
struct Position {
    lat: u32,
    #[attr(alias = "city")]
    place: String,
}

#[derive(Attribute)]
struct Address {
    city: String,
    #[attr(flatten)]
    position: Position,
}

#[derive(Attribute)]
struct Trip {
    #[attr(flatten)]
    from: Position,
    #[attr(flatten)]
    to: Position,
}

#[derive(Attribute)]
struct NotMaps {
    #[attr(flatten)]
    name: String,
    #[attr(flatten)]
    position: Option<Position>,
}

#[derive(Attribute)]
struct Card {
    number: String,
    kind: String,
}

#[derive(Attribute)]
#[attr(tag = "kind")]
enum Payment {
    Card(Card),
    Check(String),
    Cash,
}

fn main() {}
