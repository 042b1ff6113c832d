use dynorm::prelude::*;

#[derive(Entity)]
#[entity(table = "Places", pk = id)]
#[entity(index(ByPlace, pk = "LATITUDE#{latitude}", sk = "LONGITUDE#{longitude}"))]
#[entity(index(ByHeight, pk = height))]
struct Place {
    id: String,
    latitude: f64,
    longitude: Option<f64>,
    height: Option<f32>,
}

fn main() {}
