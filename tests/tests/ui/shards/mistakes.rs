use dynorm::prelude::*;

#[derive(Entity)]
#[entity(table = "Ones", pk = "A#{day}", sk = "{id}", shards = 1, by = id)]
struct OneShard {
    day: String,
    id: String,
}

#[derive(Entity)]
#[entity(table = "Many", pk = "B#{day}", sk = "{id}", shards = 1001, by = id)]
struct TooMany {
    day: String,
    id: String,
}

#[derive(Entity)]
#[entity(table = "Unknowns", pk = "C#{day}", sk = "{order_id}", shards = 8, by = oder_id)]
struct Unknown {
    day: String,
    order_id: String,
}

#[derive(Entity)]
#[entity(table = "Users", pk = "D#{day}", sk = "{id}", shards = 8, by = [id, user, id])]
struct NotInTheKey {
    day: String,
    id: String,
    user: String,
}

#[derive(Entity)]
#[entity(table = "Days", pk = "E#{day}", sk = "{id}", shards = 8, by = day)]
struct AllInOne {
    day: String,
    id: String,
}

#[derive(Entity)]
#[entity(table = "Plain", pk = day, sk = "{id}", shards = 8, by = "id")]
struct PlainKey {
    day: String,
    id: String,
}

#[derive(Entity)]
#[entity(table = "Halves", pk = "G#{day}", sk = "{id}", shards = 8)]
#[entity(index(ByUser, pk = "USER#{user}", by = id))]
#[entity(index(ByKind, local, sk = kind, shards = 4, by = user))]
#[entity(index(ByBoth, pk = [user, kind], shards = 4, by = id))]
struct Incomplete {
    day: String,
    id: String,
    user: String,
    kind: String,
}

#[derive(Entity)]
#[entity(table = "Misspelt", pk = "H#{day}", sk = "{id}", shard = 8, by = id)]
#[entity(index(ByUser, pk = "USER#{user}", shards = "8", by = 3))]
struct Misspelt {
    day: String,
    id: String,
    user: String,
}

fn main() {}
