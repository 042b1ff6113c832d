use dynorm::prelude::*;

#[derive(Attribute, Clone)]
struct UserId(String);

#[derive(Attribute, Clone)]
struct Flag(bool);

#[derive(Attribute, Clone)]
enum Status {
    Open,
}

#[derive(Entity)]
#[entity(table = "Users", pk = id)]
struct User {
    id: UserId,
    flag: Flag,
    status: Status,
}

fn main() {
    let _ = User::ID.ge(UserId("a".into())) & User::FLAG.eq(Flag(true)) & User::STATUS.eq(Status::Open);
    let _ = User::FLAG.ge(Flag(true));
    let _ = User::STATUS.ge(Status::Open);
    let _ = User::STATUS.eq("Open");
    let _ = User::ID.eq("a");
}
