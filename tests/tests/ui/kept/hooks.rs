use dynorm::prelude::*;

struct Audit;

fn short(name: &u32) -> Result<(), String> {
    if *name < 5 { Ok(()) } else { Err("too long".into()) }
}

#[derive(Entity)]
#[entity(table = "Pages", pk = id, hooks(Audit))]
struct Page {
    id: u32,
}

#[derive(Entity)]
#[entity(table = "Notes", pk = id, hooks = Audit)]
struct Note {
    id: u32,
}

#[derive(Entity)]
#[entity(table = "Names", pk = id)]
struct Name {
    id: u32,
    #[attr(validate = short)]
    name: String,
}

fn main() {}
