use dynorm::prelude::*;

use chrono::{DateTime, Utc};

#[derive(Entity)]
#[entity(table = "Leases", pk = id)]
#[entity(index(ByEnd, name = by_end, pk = owner, sk = ends))]
struct Lease {
    id: String,
    owner: String,
    #[attr(ttl)]
    ends: DateTime<Utc>,
}

#[derive(Entity)]
#[entity(table = "Sessions", pk = id, sk = ends)]
struct Session {
    id: String,
    #[attr(ttl)]
    ends: Expiry,
}

fn main() {}
