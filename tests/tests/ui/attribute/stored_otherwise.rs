use std::collections::BTreeMap;

use dynorm::prelude::*;
use dynorm::value::{DecodeError, EncodeError};

struct Foreign;

mod half {
    use super::*;

    pub fn encode(_: &u64) -> Result<Option<Value>, EncodeError> {
        Ok(None)
    }
}

mod other_type {
    use super::*;

    pub fn encode(_: &String) -> Result<Option<Value>, EncodeError> {
        Ok(None)
    }

    pub fn decode(value: Value) -> Result<String, DecodeError> {
        String::decode(value)
    }
}

#[derive(Attribute)]
struct Missing {
    #[attr(with = half)]
    half: u64,
    #[attr(with = nowhere)]
    nowhere: u64,
}

#[derive(Attribute)]
struct Wrong {
    #[attr(with = other_type)]
    other: u64,
    #[attr(serde)]
    foreign: Foreign,
    #[attr(skip)]
    skipped: Foreign,
}

#[derive(Attribute)]
struct Keys {
    by_price: BTreeMap<[u8; 2], u32>,
}

fn main() {}
