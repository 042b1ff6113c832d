//! Versions that contradict each other or their table: other keys, no order, a name that is taken.

use dynorm::prelude::*;

#[derive(Entity)]
#[entity(table = "TableD", pk = "D#{id}", sk = "{n}", name = of_id, version = 2, upgrade_from = MovedV1)]
struct Moved { id: u32, n: u64 }

#[derive(Entity)]
#[entity(of = Moved, pk = "D#{id}", sk = "{n}", version = 1)]
struct MovedV1 { id: u32, n: u32 }

impl From<MovedV1> for Moved {
    fn from(old: MovedV1) -> Self {
        Self { id: old.id, n: old.n.into() }
    }
}

#[derive(Entity)]
#[entity(table = "TableE", pk = "E#{id}", version = 2, upgrade_from = LaterV3)]
struct Later { id: u32 }

#[derive(Entity)]
#[entity(of = Later, pk = "E#{id}", version = 3, upgrade_from = none)]
struct LaterV3 { id: u32 }

impl From<LaterV3> for Later {
    fn from(old: LaterV3) -> Self {
        Self { id: old.id }
    }
}

#[derive(Entity)]
#[entity(table = "TableF", pk = "F#{id}", version = 2, upgrade_from = KeepV1)]
struct Keep { id: u32, _v: u32 }

#[derive(Entity)]
#[entity(of = Keep, pk = "F#{id}", version = 1)]
struct KeepV1 { id: u32, #[attr(alias = "_v")] v: u32 }

impl From<KeepV1> for Keep {
    fn from(old: KeepV1) -> Self {
        Self { id: old.id, _v: old.v }
    }
}

#[derive(Entity)]
#[entity(table = "TableG", pk = "G#{id}", version = 1, version_attribute = "_type")]
struct Tagged { id: u32 }

#[derive(Entity)]
#[entity(table = "TableH", pk = "H#{id}", version = 1, version_attribute = "ByNPK")]
#[entity(index(ByN, name = by_n, pk = "N#{n}"))]
struct Keyed { id: u32, n: u32 }

fn main() {}
