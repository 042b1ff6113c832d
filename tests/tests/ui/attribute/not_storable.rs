use dynorm::prelude::*;

#[derive(Attribute)]
enum Payment {
    Card(String),
    Invoice { number: u32 },
    Cash,
}

#[derive(Attribute)]
enum Nothing {}

#[derive(Attribute)]
struct Unit;

#[derive(Attribute)]
struct Pair(u32, u32);

#[derive(Attribute)]
struct Generic<T> {
    value: T,
}

#[derive(Attribute)]
union Bits {
    float: f32,
    integer: u32,
}

fn main() {}
