//! What cannot be unique, and constraints that contradict themselves.

use dynorm::prelude::*;

#[derive(Entity)]
#[entity(table = "Users", pk = "USER#{id}")]
#[entity(unique(emial), unique(email, scope = tennant), unique, unique())]
struct Unknown { id: u32, email: String, tenant: String }

#[derive(Entity)]
#[entity(table = "Users", pk = "USER#{id}")]
#[entity(unique(email, email), unique(email, tenant), unique(tenant, scope = email), unique(tenant, scopes = id))]
#[entity(unique(tenant), unique(tenant))]
struct Twice { id: u32, email: String, tenant: String }

#[derive(Entity)]
#[entity(table = "Users", pk = "USER#{id}")]
#[entity(unique(version), unique(nick), unique(ends))]
struct Kept {
    id: u32,
    #[attr(default)]
    nick: String,
    #[attr(version)]
    version: u64,
    #[attr(ttl)]
    ends: Option<Expiry>,
}

#[derive(Entity)]
#[entity(table = "Users", pk = "USER#{id}")]
#[entity(unique(weight), unique(tags), unique(weight, tags))]
struct NoText { id: u32, weight: f64, tags: Vec<String> }

#[derive(Entity)]
#[entity(table = "Users", pk = "USER#{id}")]
#[entity(unique(old), unique(parts), unique(nowhere))]
struct Stored {
    id: u32,
    #[attr(alias = "older")]
    old: String,
    #[attr(serde)]
    parts: String,
    #[attr(skip)]
    nowhere: String,
}

fn main() {}
