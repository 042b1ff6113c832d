use dynorm::prelude::*;

#[derive(Entity)]
#[entity(table = "Docs", pk = id)]
struct Doc {
    id: u32,
    #[attr(compress)]
    text: String,
    #[attr(compress)]
    tags: Vec<String>,
}

fn conditions(db: &Db) {
    let _ = Doc::TEXT.eq("a");
    let _ = Doc::TEXT.begins_with("a");
    let _ = Doc::TEXT.size().lt(5);
    let _ = Doc::TAGS.contains("a");
    let _ = db.update(Doc::key(1u32)).append(Doc::TAGS, ["a"]);
    let _ = Doc::TEXT.exists() & Doc::TAGS.not_exists();
    let _ = db.update(Doc::key(1u32)).set(Doc::TEXT, "a".to_owned());
}

fn main() {}
