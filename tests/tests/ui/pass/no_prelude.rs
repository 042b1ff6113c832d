//! Generated code names nothing that a prelude or an import has to bring.

#![no_implicit_prelude]
#![deny(warnings)]

extern crate std;

#[derive(::dynorm::Table)]
#[table(name = "Shop", pk = "PK", sk = "SK", ttl = "ttl", entities(Order), gsi(GSI1, pk = "A", sk = "B"))]
pub struct Shop;

#[derive(::dynorm::Attribute)]
pub enum State {
    Open,
    Paid,
}

#[derive(::dynorm::Attribute)]
pub struct Name(::std::string::String);

#[derive(::dynorm::Attribute)]
pub struct Address {
    city: ::std::string::String,
    #[attr(default)]
    code: ::std::option::Option<::std::string::String>,
}

#[derive(::dynorm::Entity)]
#[entity(table = Shop, pk = "CUSTOMER#{customer}", sk = "ORDER#{number}", name = of_customer, scan)]
#[entity(index(GSI1, name = by_state, pk = "STATE#{state}", sk = "{placed_on}#{note}"))]
pub struct Order {
    customer: Name,
    number: u32,
    state: State,
    placed_on: ::std::string::String,
    note: ::std::option::Option<::std::string::String>,
    address: Address,
    #[attr(default)]
    count: u8,
    #[attr(ttl, rename = "ttl")]
    expires: ::std::option::Option<::dynorm::Expiry>,
}

#[derive(::dynorm::Entity)]
#[entity(table = "Users", pk = id, sk = at, index(ByName, local, sk = name))]
pub struct User {
    id: ::std::string::String,
    at: u64,
    name: ::std::string::String,
}

fn main() {}
