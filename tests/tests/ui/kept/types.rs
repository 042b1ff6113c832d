use dynorm::prelude::*;

#[derive(Entity)]
#[entity(table = "Pages", pk = id)]
struct Page {
    id: u32,
    #[attr(version)]
    version: i32,
    #[attr(created_at)]
    created: u64,
    #[attr(updated_at)]
    updated: String,
    #[attr(counter)]
    hits: f64,
    #[attr(ttl = "30d after created")]
    expires: Expiry,
}

fn main() {}
