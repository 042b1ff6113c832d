use dynorm::prelude::*;

#[derive(Entity)]
#[entity(table = "Things", pk = id, sk = n)]
#[entity(
    index(Global01, pk = a),
    index(Global02, pk = a),
    index(Global03, pk = a),
    index(Global04, pk = a),
    index(Global05, pk = a),
    index(Global06, pk = a),
    index(Global07, pk = a),
    index(Global08, pk = a),
    index(Global09, pk = a),
    index(Global10, pk = a),
    index(Global11, pk = a),
    index(Global12, pk = a),
    index(Global13, pk = a),
    index(Global14, pk = a),
    index(Global15, pk = a),
    index(Global16, pk = a),
    index(Global17, pk = a),
    index(Global18, pk = a),
    index(Global19, pk = a),
    index(Global20, pk = a),
    index(Global21, pk = a)
)]
#[entity(
    index(Local01, local, sk = a),
    index(Local02, local, sk = a),
    index(Local03, local, sk = a),
    index(Local04, local, sk = a),
    index(Local05, local, sk = a),
    index(Local06, local, sk = a)
)]
struct Thing {
    id: u32,
    n: u32,
    a: u32,
}

fn main() {}
