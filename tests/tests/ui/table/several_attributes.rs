use dynorm::prelude::*;

#[derive(Table)]
#[table(name = "Catalog", pk = "PK", sk = "SK")]
#[table(gsi(TooMany, pk = ["a", "b", "c", "d", "e"], sk = ["f", "g", "h", "i", "j"]))]
#[table(gsi(Twice, pk = ["a", "b"], sk = ["c", "a"]))]
#[table(gsi(TwoKinds, pk = ["a", "b": N]))]
#[table(gsi(Empty, pk = [], sk = "a"))]
#[table(gsi(Unquoted, pk = [a, b]))]
#[table(lsi(Local, sk = ["a", "c"]))]
struct Catalog;

#[derive(Table)]
#[table(name = "Offers", pk = ["tenant", "id"])]
struct Offers;

fn main() {}
