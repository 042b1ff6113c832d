use dynorm::prelude::*;

#[derive(Entity)]
#[entity(table = "Events", pk = "DEVICE#{device}", sk = "AT#{at}")]
struct Event {
    #[attr(write_once)]
    device: u32,
    #[attr(created_at)]
    at: Expiry,
}

#[derive(Entity)]
#[entity(table = "Pages", pk = id)]
#[entity(index(ByVersion, name = by_version, pk = "PAGES", sk = "V#{version}"))]
#[entity(index(ByState, name = by_state, pk = "STATES", sk = "{state}#{changed}"))]
#[entity(index(Open, name = open, pk = "OPEN", sk = "{state}", when = hits > 5))]
struct Page {
    id: u32,
    #[attr(version)]
    version: u64,
    state: String,
    #[attr(updated_at)]
    changed: u64,
    #[attr(counter)]
    hits: u64,
}

fn main() {}
