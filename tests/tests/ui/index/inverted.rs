use dynorm::prelude::*;

#[derive(Table)]
#[table(name = "Graph", pk = "PK", sk = "SK", entities(Member, Vote))]
#[table(gsi(Inverted, pk = "SK", sk = "PK"))]
#[table(gsi(GSI1, pk = "GSI1PK", sk = "GSI1SK"))]
struct Graph;

#[derive(Entity)]
#[entity(table = Graph, pk = "GROUP#{group}", sk = "USER#{user}")]
#[entity(index(GSI1, name = of_user, inverted))]
struct Member {
    group: String,
    user: String,
}

#[derive(Entity)]
#[entity(table = Graph, pk = "POLL#{poll}", sk = "VOTER#{user}")]
#[entity(index(Inverted, name = of_user, inverted))]
struct Vote {
    poll: u32,
    user: String,
}

#[derive(Entity)]
#[entity(table = "Users", pk = "USER#{id}")]
#[entity(index(Inverted, name = inverted, inverted))]
struct User {
    id: String,
}

#[derive(Entity)]
#[entity(table = "Edges", pk = "FROM#{from}", sk = "TO#{to}")]
#[entity(index(Keys, name = keys, inverted, pk = "TO#{to}"))]
#[entity(index(Local, name = local, local, inverted))]
#[entity(index(When, name = when, inverted, when = from != to))]
#[entity(index(Nothing, name = nothing))]
struct Edge {
    from: String,
    to: String,
}

fn main() {
    // Numbers without leading zeros: 10 would come before 9.
    let _ = Vote::of_user("ann").poll_in(9u32..);
}
