use dynorm::prelude::*;

struct Money(u64);

#[derive(Attribute)]
struct Address {
    city: String,
    rent: Money,
}

#[derive(Attribute)]
struct Price(Money);

fn main() {}
