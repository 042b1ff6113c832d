use dynorm::prelude::*;

#[derive(Attribute)]
enum Nothing {}

#[derive(Attribute)]
struct Unit;

#[derive(Attribute)]
struct Empty();

#[derive(Attribute)]
struct Generic<T> {
    value: T,
}

#[derive(Attribute)]
union Bits {
    float: f32,
    integer: u32,
}

#[derive(Attribute)]
struct Borrowed<'a> {
    name: &'a str,
}

fn main() {}
