//! What an entity and its older versions must say, and must not.

use dynorm::prelude::*;

#[derive(Entity)]
#[entity(table = "TableA", pk = "A#{id}", version = 2)]
struct NoWay { id: u32 }

#[derive(Entity)]
#[entity(table = "TableB", pk = "B#{id}", upgrade_from = NoVersionV1)]
struct NoVersion { id: u32 }

#[derive(Entity)]
#[entity(of = NoVersion, pk = "B#{id}", version = 1)]
struct NoVersionV1 { id: u32 }

impl From<NoVersionV1> for NoVersion {
    fn from(old: NoVersionV1) -> Self {
        Self { id: old.id }
    }
}

#[derive(Entity)]
#[entity(table = "TableC", pk = "C#{id}", version = 0)]
struct Zero { id: u32 }

#[derive(Entity)]
#[entity(table = "TableD", pk = "D#{id}", version = 1, upgrade_from = FirstV0)]
struct First { id: u32 }

#[derive(Entity)]
#[entity(table = "TableE", pk = "E#{id}", version = 2, upgrade_from = none)]
struct Whole { id: u32, mail: String }

#[derive(Entity)]
#[entity(of = Whole, pk = "E#{id}", name = by_id, tag = "Whole", scan, unique(mail))]
#[entity(index(ByMail, pk = "{mail}"), table = "TableE")]
struct WholeV1 { id: u32, mail: String }

#[derive(Entity)]
#[entity(of = Whole, pk = "E#{idd}", version = 1)]
struct WholeV0 { id: u32, mail: String }

#[derive(Entity)]
#[entity(table = "TableF", pk = "F#{id}", version = 2, upgrade_from = UniqueV1, unique(mail))]
struct Unique { id: u32, mail: String }

#[derive(Entity)]
#[entity(of = Unique, pk = "F#{id}", version = 1)]
struct UniqueV1 { id: u32, mail: String }

impl From<UniqueV1> for Unique {
    fn from(old: UniqueV1) -> Self {
        Self { id: old.id, mail: old.mail }
    }
}

#[derive(Table)]
#[table(name = "Shared", pk = "PK", version_attribute = "", entities(Listed))]
struct Shared;

#[derive(Entity)]
#[entity(table = Shared, pk = "L#{id}", version = 1, version_attribute = "v")]
struct Listed { id: u32 }

#[derive(Entity)]
#[entity(table = "TableG", pk = "G#{id}", version = 2, upgrade_from = KeptV1, history)]
struct Kept { id: u32 }

#[derive(Entity)]
#[entity(of = Kept, pk = "G#{id}", version = 1, history)]
struct KeptV1 { id: u32 }

impl From<KeptV1> for Kept {
    fn from(old: KeptV1) -> Self {
        Self { id: old.id }
    }
}

fn main() {}
