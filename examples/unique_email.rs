//! One account for each e-mail address, whoever registers at the same time.
//!
//! ```text
//! cargo run -p dynorm-examples --example unique_email
//! ```
#![allow(clippy::print_stdout, reason = "it is what the example is for")]
#![allow(unreachable_pub, reason = "the modules of a program are public among themselves")]

mod common;

use std::error::Error;

use dynorm::prelude::*;

#[derive(Entity, Clone, Debug, PartialEq)]
#[entity(table = "dynorm-example-accounts", pk = "ACCOUNT#{id}", unique(email))]
struct Account {
    id: u32,
    email: String,
    name: String,
}

fn account(id: u32, email: &str) -> Account {
    Account { id, email: email.into(), name: format!("User {id}") }
}

/// Registers an account; false if the address is taken.
async fn register(db: &Db, id: u32, email: &str) -> dynorm::Result<bool> {
    match db.create(&account(id, email)).await {
        Ok(()) => Ok(true),
        Err(error) if error.is_unique_violation() => {
            println!("  {id}: {error}");
            Ok(false)
        }
        Err(error) => Err(error),
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let Some(db) = common::database("One account for each e-mail address.").await? else { return Ok(()) };
    let db = common::with_own_table::<Account>(&db).await?;

    println!("Three register with one address at the same time");
    let (a, b, c) = tokio::join!(
        register(&db, 1, "ann@mail.example"),
        register(&db, 2, "ann@mail.example"),
        register(&db, 3, "ann@mail.example"),
    );
    let registered = [a?, b?, c?];
    assert_eq!(registered.iter().filter(|is_registered| **is_registered).count(), 1);

    println!("Who has it is found by it");
    let ann = db.get_by(Account::unique_email("ann@mail.example")).consistent().await?;
    println!("  {ann:?}");
    let ann = ann.ok_or("somebody registered")?;

    println!("The address changes, and the old one is free");
    db.update(Account::key(ann.id)).set(Account::EMAIL, "ann@home.example").await?;
    assert_eq!(db.get_by(Account::unique_email("ann@mail.example")).consistent().await?, None);
    assert!(register(&db, 4, "ann@mail.example").await?);
    assert!(!register(&db, 5, "ann@home.example").await?);

    println!("With the account goes the address");
    db.delete(Account::key(4u32)).await?;
    assert!(register(&db, 6, "ann@mail.example").await?);
    db.delete_table::<Account>().await?;
    println!(
        "Proved: of three who registered at once one has the address, and addresses move and end with their accounts."
    );
    Ok(())
}
