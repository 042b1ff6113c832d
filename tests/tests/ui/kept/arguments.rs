use dynorm::prelude::*;

#[derive(Entity)]
#[entity(table = "Pages", pk = id)]
struct Page {
    id: u32,
    #[attr(version)]
    version: u64,
    #[attr(version)]
    revision: u64,
    #[attr(created_at, updated_at)]
    at: Option<Expiry>,
    #[attr(created_at, write_once)]
    made_at: Option<Expiry>,
    #[attr(counter(start = "1", stap = 2))]
    hits: u64,
    #[attr(counter(start = 1.5))]
    clicks: u64,
    #[attr(updated)]
    changed: Option<Expiry>,
}

#[derive(Entity)]
#[entity(table = "Sessions", pk = id)]
struct Session {
    id: u32,
    #[attr(ttl = "30 days")]
    expires: Option<Expiry>,
    made_at: Option<Expiry>,
}

#[derive(Entity)]
#[entity(table = "Sessions", pk = id)]
struct Other {
    id: u32,
    #[attr(ttl = "30d after made")]
    expires: Option<Expiry>,
    made_at: Option<Expiry>,
}

#[derive(Entity)]
#[entity(table = "Sessions", pk = id)]
struct Own {
    id: u32,
    #[attr(ttl = "30d after expires")]
    expires: Option<Expiry>,
}

#[derive(Attribute)]
struct Inner {
    #[attr(version)]
    version: u64,
    #[attr(validate = ok)]
    name: String,
}

fn main() {}
