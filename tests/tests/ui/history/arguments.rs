//! Arguments of `history` that say nothing, and histories of spread partitions.

use dynorm::prelude::*;

#[derive(Entity)]
#[entity(table = "Pages", pk = "PAGE#{id}", sk = "PAGE", history())]
struct Nothing { id: u32 }

#[derive(Entity)]
#[entity(table = "Pages", pk = "PAGE#{id}", sk = "PAGE", history(kept = "90d"))]
struct Misspelt { id: u32 }

#[derive(Entity)]
#[entity(table = "Pages", pk = "PAGE#{id}", sk = "PAGE", history(keep = "90"))]
struct NoUnit { id: u32, #[attr(ttl)] ends: Option<Expiry> }

#[derive(Entity)]
#[entity(table = "Pages", pk = "PAGE#{id}", sk = "PAGE", history(keep = "9d", last = 7))]
struct More { id: u32, #[attr(ttl)] ends: Option<Expiry> }

#[derive(Entity)]
#[entity(table = "Pages", pk = "PAGE#{id}", sk = "PAGE", history, history)]
struct Twice { id: u32 }

#[derive(Entity)]
#[entity(table = "Events", pk = "EVENTS", sk = "{id}", name = of_all, shards = 8, by = id, history)]
struct Spread { id: u32 }

fn main() {}
