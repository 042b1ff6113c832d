//! Tables whose items could be taken for the markers of unique fields.

use dynorm::prelude::*;

#[derive(Entity)]
#[entity(table = "Plain", pk = id, unique(email))]
struct Plain { id: String, email: String }

#[derive(Entity)]
#[entity(table = "Numbers", pk = id, unique(email))]
struct Numbered { id: u32, email: String }

#[derive(Entity)]
#[entity(table = "Anything", pk = "{a}#{b}#{c}#{d}", unique(email))]
struct Anything { a: String, b: String, c: String, d: String, email: String }

#[derive(Entity)]
#[entity(table = "Untagged", pk = "USER#{id}", type_attribute = none, unique(email))]
struct Untagged { id: u32, email: String }

#[derive(Table)]
#[table(name = "Shared", pk = "PK", entities(User, Other))]
struct Shared;

#[derive(Entity)]
#[entity(table = Shared, pk = "USER#{id}", unique(email))]
struct User { id: u32, email: String }

#[derive(Entity)]
#[entity(table = Shared, pk = "{kind}#{a}#{b}#{c}")]
struct Other { kind: String, a: u32, b: u32, c: u32 }

fn main() {}
