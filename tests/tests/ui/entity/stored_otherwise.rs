use dynorm::prelude::*;
use dynorm::value::{DecodeError, EncodeError};

mod loud {
    use super::*;

    pub fn encode(text: &String) -> Result<Option<Value>, EncodeError> {
        text.to_uppercase().encode()
    }

    pub fn decode(value: Value) -> Result<String, DecodeError> {
        String::decode(value)
    }
}

#[derive(Attribute)]
struct Position {
    lat: u32,
}

#[derive(Entity)]
#[entity(table = "Users", pk = "USER#{id}", sk = name)]
#[entity(index(ByPlace, pk = "{position}", sk = "{secret}"))]
struct User {
    #[attr(with = loud)]
    id: String,
    #[attr(skip)]
    name: String,
    #[attr(flatten)]
    position: Position,
    #[attr(serde)]
    secret: String,
}

#[derive(Entity)]
#[entity(table = "Sessions", pk = "SESSION#{token}", tag = "Session", alias = "Session", alias = "")]
struct Session {
    #[attr(alias = "id")]
    token: String,
    #[attr(ttl, alias = "expires")]
    ttl: Expiry,
    #[attr(ttl, serde)]
    until: Expiry,
}

fn main() {
    let _ = User::POSITION.at(Position::LAT).eq(1);
}
