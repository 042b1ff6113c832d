use dynorm::prelude::*;

#[derive(Entity)]
#[entity(table = "Shapes", pk = id)]
enum Shape {
    Circle,
}

#[derive(Entity)]
#[entity(table = "Pairs", pk = id)]
struct Pair(String, String);

#[derive(Entity)]
#[entity(table = "Boxes", pk = id)]
struct Generic<T> {
    id: String,
    value: T,
}

#[derive(Entity)]
#[entity(table = "Borrowed", pk = name)]
struct Borrowed<'a> {
    name: &'a str,
}

fn main() {}
