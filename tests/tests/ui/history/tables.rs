//! Tables that cannot hold versions, or whose items could be taken for versions.

use dynorm::prelude::*;

#[derive(Entity)]
#[entity(table = "Plain", pk = id, sk = "A", history)]
struct Plain { id: String }

#[derive(Entity)]
#[entity(table = "Numbers", pk = id, sk = "A", history)]
struct Numbered { id: u32 }

#[derive(Entity)]
#[entity(table = "Unsorted", pk = "USER#{id}", history)]
struct Unsorted { id: u32 }

#[derive(Entity)]
#[entity(table = "SortedByNumber", pk = "USER#{id}", sk = at, name = of_user, history)]
struct SortedByNumber { id: u32, at: u64 }

#[derive(Entity)]
#[entity(table = "Untagged", pk = "USER#{id}", sk = "A", type_attribute = none, history)]
struct Untagged { id: u32 }

#[derive(Entity)]
#[entity(table = "Endless", pk = "USER#{id}", sk = "A", history(keep = "90d"))]
struct Endless { id: u32 }

#[derive(Entity)]
#[entity(table = "Indexed", pk = "USER#{id}", sk = "A", history)]
#[entity(index(ByTime, name = by_time, pk = at))]
struct Indexed { id: u32, #[attr(rename = "_at")] at: u64 }

#[derive(Table)]
#[table(name = "Shared", pk = "PK", sk = "SK", entities(User, Other, Apart))]
struct Shared;

#[derive(Entity)]
#[entity(table = Shared, pk = "USER#{id}", sk = "A", history)]
struct User { id: u32 }

#[derive(Entity)]
#[entity(table = Shared, pk = "{kind}#{a}#{b}", sk = "B")]
struct Other { kind: String, a: u32, b: u32 }

#[derive(Entity)]
#[entity(table = Shared, pk = "{kind}#{a}", sk = "C")]
struct Apart { kind: String, a: u32 }

#[derive(Table)]
#[table(name = "Tagged", pk = "PK", sk = "SK", entities(Kept, Claimed))]
struct Tagged;

#[derive(Entity)]
#[entity(table = Tagged, pk = "USER#{id}", sk = "A", history)]
struct Kept { id: u32 }

#[derive(Entity)]
#[entity(table = Tagged, pk = "CLAIM#{id}", sk = "B", tag = "dynorm:history")]
struct Claimed { id: u32 }

fn main() {}
