use dynorm::prelude::*;

mod module {}

#[derive(Entity)]
#[entity(table = "Docs", pk = "DOC#{id}")]
#[entity(index(ByText, name = by_text, pk = "TEXT#{text}"))]
struct Doc {
    id: u32,
    #[attr(offload)]
    text: Offloaded<String>,
    #[attr(offload, ttl)]
    until: Offloaded<Expiry>,
    #[attr(offload, version)]
    version: Offloaded<u64>,
    #[attr(offload(inline_to = 5))]
    more: Offloaded<String>,
    #[attr(offload, skip)]
    session: Offloaded<String>,
    #[attr(offload, with = module)]
    coded: Offloaded<String>,
}

fn main() {}
