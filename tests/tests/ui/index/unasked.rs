use dynorm::prelude::*;

#[derive(Table)]
#[table(name = "Users", pk = "PK", ttl = "expires", gsi(ByMail, pk = "mail"), entities(User, Invite, Note))]
struct Users;

#[derive(Entity)]
#[entity(table = Users, pk = "USER#{id}", index(ByMail, pk = mail))]
struct User {
    id: String,
    mail: String,
}

#[derive(Entity)]
#[entity(table = Users, pk = "INVITE#{id}")]
struct Invite {
    id: String,
    mail: String,
}

#[derive(Entity)]
#[entity(table = Users, pk = "NOTE#{id}")]
struct Note {
    id: String,
    expires: u64,
}

fn main() {}
