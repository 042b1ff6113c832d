use dynorm::prelude::*;

#[derive(Entity)]
#[entity(table = "Tasks", pk = "TASK#{id}")]
#[entity(index(ByOwner, name = by_owner, pk = "OWNER#{owner}", when = true))]
#[entity(index(ByDay, name = by_day, pk = day, when = day > 3))]
#[entity(index(ByState, name = by_state, pk = "STATE#{state}", when = expires.is_some()))]
#[entity(index(ByUrgency, name = by_urgency, pk = "URGENT#{urgency}", when = urgency))]
struct Task {
    id: u64,
    owner: String,
    day: u32,
    state: String,
    urgency: u8,
    #[attr(ttl)]
    expires: Option<Expiry>,
}

fn main() {}
