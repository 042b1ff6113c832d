use dynorm::prelude::*;

#[derive(Entity)]
#[entity(table = "Sessions", pk = id, sk = expires)]
struct Session {
    #[attr(default = String::new())]
    id: String,
    #[attr(ttl)]
    expires: Expiry,
}

fn main() {}
