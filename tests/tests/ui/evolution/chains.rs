//! Older versions that lead nowhere: of other entities, without a conversion, no older versions at all; and that one is
//! not written.

use dynorm::prelude::*;

#[derive(Entity)]
#[entity(table = "TableA", pk = "A#{id}", version = 3, upgrade_from = OrderV2)]
struct Order { id: u32, cents: u64 }

// Nothing says how it becomes an order.
#[derive(Entity)]
#[entity(of = Order, pk = "A#{id}", version = 2, upgrade_from = none)]
struct OrderV2 { id: u32, total: u64 }

#[derive(Entity)]
#[entity(table = "TableB", pk = "B#{id}", version = 2, upgrade_from = OrderV2)]
struct Other { id: u32 }

impl From<OrderV2> for Other {
    fn from(old: OrderV2) -> Self {
        Self { id: old.id }
    }
}

#[derive(Entity)]
#[entity(table = "TableC", pk = "C#{id}", version = 2, upgrade_from = Plain)]
struct OfPlain { id: u32 }

struct Plain;

impl From<Plain> for OfPlain {
    fn from(_: Plain) -> Self {
        Self { id: 0 }
    }
}

#[derive(Entity)]
#[entity(table = "TableD", pk = "D#{id}", version = 2, upgrade_from = ReadV1)]
struct Read { id: u32 }

#[derive(Entity)]
#[entity(of = Read, pk = "D#{id}", version = 1)]
struct ReadV1 { id: u32 }

impl From<ReadV1> for Read {
    fn from(old: ReadV1) -> Self {
        Self { id: old.id }
    }
}

fn run(db: &Db, old: &ReadV1) {
    let _ = db.put(old);
}

fn main() {}
