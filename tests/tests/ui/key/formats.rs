use dynorm::prelude::*;

#[derive(Entity)]
#[entity(table = "Things", pk = "THING#{b:hex}")]
struct Unknown {
    a: String,
    b: u32,
}

#[derive(Entity)]
#[entity(table = "Things", pk = "THING#{b:8}")]
struct NoZero {
    a: String,
    b: u32,
}

#[derive(Entity)]
#[entity(table = "Things", pk = "THING#{b:00}")]
struct Zero {
    a: String,
    b: u32,
}

#[derive(Entity)]
#[entity(table = "Things", pk = "THING#{b:039}")]
struct TooWide {
    a: String,
    b: u32,
}

#[derive(Entity)]
#[entity(table = "Things", pk = "THING#{b:04.3}")]
struct Decimals {
    a: String,
    b: u32,
}

#[derive(Entity)]
#[entity(table = "Things", pk = "THING#{a:raw:desc}")]
struct RawDescending {
    a: String,
    b: u32,
}

#[derive(Entity)]
#[entity(table = "Things", pk = "THING#{a:08}")]
struct TextPadded {
    a: String,
    b: u32,
}

#[derive(Entity)]
#[entity(table = "Things", pk = "THING#{a:desc}")]
struct TextDescending {
    a: String,
    b: u32,
}

#[derive(Entity)]
#[entity(table = "Things", pk = "THING#{b:escaped}")]
struct NumberEscaped {
    a: String,
    b: u32,
}

#[derive(Entity)]
#[entity(table = "Things", pk = "THING#{b:08.2}")]
struct NumberScaled {
    a: String,
    b: u32,
}

fn main() {}
