//! Batches do not know what goes with an entity that has unique fields.

use dynorm::prelude::*;

#[derive(Entity)]
#[entity(table = "Users", pk = "USER#{id}", sk = "SESSION#{n}", name = of_user, unique(email))]
struct User { id: u32, n: u32, email: String }

async fn run(db: Db, user: User) {
    let _ = db.put_many([user]);
    let _ = db.delete_many([User::key(1u32, 1u32)]);
    let _ = db.batch().delete(User::key(1u32, 1u32));
    let _ = db.delete_partition(User::of_user(1u32));
    let _ = db.get_by(User::unique_email(7));
}

fn main() {}
