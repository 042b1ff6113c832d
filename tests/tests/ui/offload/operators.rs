use dynorm::prelude::*;

#[derive(Entity)]
#[entity(table = "Docs", pk = id)]
struct Doc {
    id: u32,
    #[attr(offload)]
    text: Offloaded<String>,
    #[attr(offload(inline_up_to = 10))]
    note: Option<Offloaded<Vec<u8>>>,
}

fn conditions(db: &Db) {
    let _ = Doc::TEXT.eq("a");
    let _ = Doc::TEXT.begins_with("a");
    let _ = Doc::NOTE.size().lt(5);
    let _ = db.update(Doc::key(1u32)).remove(Doc::TEXT);
    let _ = Doc::TEXT.exists() & Doc::NOTE.not_exists();
    let _ = db.update(Doc::key(1u32)).set(Doc::TEXT, Offloaded::new("a".to_owned())).remove(Doc::NOTE);
}

fn main() {}
