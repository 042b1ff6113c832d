use dynorm::prelude::*;

#[derive(Entity)]
#[entity(table = "Docs", pk = "DOC#{id}")]
#[entity(index(ByText, name = by_text, pk = "TEXT#{text}"))]
struct Doc {
    #[attr(compress)]
    id: String,
    #[attr(compress)]
    text: String,
    #[attr(compress, ttl)]
    until: Expiry,
    #[attr(compress, version)]
    version: u64,
    #[attr(compress(maximum = 5))]
    more: String,
    #[attr(compress, skip)]
    session: String,
}

fn main() {}
