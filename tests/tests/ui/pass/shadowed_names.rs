//! Types of the user may be named as those that generated code needs.

#![deny(warnings)]
#![allow(dead_code)]

struct Option;
struct Some;
struct None;
struct Result;
struct Ok;
struct Err;
struct Vec;
struct Box;
struct Given;
struct Probe;
struct Template;
struct Segment;
struct Pattern;
struct Value;
struct Item;
struct Default;
struct Clone;
struct Debug;
trait Arg {}
trait Attr {}
trait Bound {}
mod core {}
mod std {}
mod dynorm {}

#[derive(::dynorm::Attribute)]
struct A(u8);

#[derive(::dynorm::Attribute)]
enum String {
    Short,
    Long,
}

#[derive(::dynorm::Table)]
#[table(name = "Shop", pk = "PK", sk = "SK", entities(Entity), gsi(GSI1, pk = "A", sk = "B"))]
struct Table;

#[derive(::dynorm::Entity)]
#[entity(table = Table, pk = "{key}#{value}", sk = "{text}#{range}", name = of_key)]
#[entity(index(GSI1, pk = "{out}#{this}", sk = "{item}#{position}"))]
struct Entity {
    key: String,
    value: u8,
    text: ::std::string::String,
    range: A,
    out: ::std::option::Option<::std::string::String>,
    this: u32,
    item: ::std::option::Option<u64>,
    #[attr(default)]
    position: i8,
    #[attr(default = 3)]
    stored: i8,
}

fn main() {
    let _ = Entity::of_key(String::Short, 1u8).text("x").range(A(1));
    let _ = Entity::gsi1("a", 2u32).item(5u64).position(1i8);
    let _ = Entity::KEY.eq(String::Long);
}
