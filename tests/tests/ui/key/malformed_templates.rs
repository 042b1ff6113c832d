use dynorm::prelude::*;

#[derive(Entity)]
#[entity(table = "Things", pk = "")]
struct Empty {
    a: String,
    b: u32,
}

#[derive(Entity)]
#[entity(table = "Things", pk = "THING##{a}")]
struct EmptySegment {
    a: String,
    b: u32,
}

#[derive(Entity)]
#[entity(table = "Things", pk = "THING#{a}#")]
struct TrailingDelimiter {
    a: String,
    b: u32,
}

#[derive(Entity)]
#[entity(table = "Things", pk = "THING#{a")]
struct Unclosed {
    a: String,
    b: u32,
}

#[derive(Entity)]
#[entity(table = "Things", pk = "THING#a}")]
struct Unopened {
    a: String,
    b: u32,
}

#[derive(Entity)]
#[entity(table = "Things", pk = "THING#{a}{b}")]
struct TwoFields {
    a: String,
    b: u32,
}

#[derive(Entity)]
#[entity(table = "Things", pk = "THING#{a}-{b}")]
struct LiteralAfterField {
    a: String,
    b: u32,
}

#[derive(Entity)]
#[entity(table = "Things", pk = "THING#{{a}}")]
struct Escape {
    a: String,
    b: u32,
}

#[derive(Entity)]
#[entity(table = "Things", pk = "THING#{}")]
struct NoName {
    a: String,
    b: u32,
}

#[derive(Entity)]
#[entity(table = "Things", pk = "THING#{ a }")]
struct Spaces {
    a: String,
    b: u32,
}

#[derive(Entity)]
#[entity(table = "Things", pk = "THING#{a}#{b}#{a}")]
struct Twice {
    a: String,
    b: u32,
}

#[derive(Entity)]
#[entity(table = "Things", pk = "a")]
struct Quoted {
    a: String,
    b: u32,
}

#[derive(Entity)]
#[entity(table = "Things", pk = 5)]
struct NotAKey {
    a: String,
    b: u32,
}

fn main() {}
