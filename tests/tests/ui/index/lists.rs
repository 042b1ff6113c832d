use dynorm::prelude::*;

#[derive(Entity)]
#[entity(table = "Products", pk = "PRODUCT#{a}", sk = "PRODUCT")]
#[entity(index(TooMany, name = too_many, pk = [a, b, c, d, e], sk = f))]
#[entity(index(TooSorted, name = too_sorted, pk = a, sk = [b, c, d, e, f]))]
#[entity(index(Twice, name = twice, pk = [a, b], sk = [c, b]))]
#[entity(index(Quoted, name = quoted, pk = [a, "{b}"], sk = c))]
#[entity(index(Empty, name = empty, pk = [], sk = c))]
#[entity(index(Unknown, name = unknown, pk = [a, bb], sk = c))]
#[entity(index(Local, name = local, local, sk = [c, d]))]
#[entity(index(When, name = when, pk = [a, b], sk = [c, d], when = e))]
struct Product {
    a: String,
    b: String,
    c: String,
    d: String,
    e: bool,
    f: String,
}

#[derive(Entity)]
#[entity(table = "Offers", pk = [tenant, id], sk = "OFFER")]
struct Offer {
    tenant: String,
    id: String,
}

#[derive(Entity)]
#[entity(table = "Places", pk = id)]
#[entity(index(ByPlace, name = by_place, pk = [latitude, open]))]
struct Place {
    id: String,
    latitude: f64,
    open: bool,
}

fn main() {
    let _ = Product::twice("a", "b").c("c");
}
