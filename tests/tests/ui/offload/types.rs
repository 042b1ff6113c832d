use dynorm::prelude::*;

#[derive(Entity)]
#[entity(table = "Docs", pk = id)]
struct Doc {
    id: u32,
    #[attr(offload)]
    text: String,
}

#[derive(Entity)]
#[entity(table = "Notes", pk = id)]
struct Note {
    id: u32,
    body: Offloaded<String>,
    more: Option<Offloaded<String>>,
}

#[derive(Attribute)]
struct Section {
    #[attr(offload)]
    body: Offloaded<String>,
    more: Option<Offloaded<String>>,
}

#[derive(Attribute)]
enum Part {
    Text(String),
    Image { bytes: Offloaded<Vec<u8>> },
}

struct Unstored;

#[derive(Entity)]
#[entity(table = "Pages", pk = id)]
struct Page {
    id: u32,
    #[attr(offload)]
    body: Offloaded<Unstored>,
}

fn main() {}
