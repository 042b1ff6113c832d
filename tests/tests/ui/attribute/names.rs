use dynorm::prelude::*;

#[derive(Attribute)]
enum Status {
    Open,
    #[attr(rename = "Open")]
    Reopened,
    #[attr(rename = "")]
    Empty,
    #[attr(default)]
    Closed,
}

#[derive(Attribute)]
struct Address {
    city: String,
    #[attr(rename = "city", ttl)]
    town: String,
    #[attr(aliases = "zip")]
    code: String,
}

#[derive(Attribute)]
struct UserId(#[attr(rename = "id")] String);

fn main() {}
