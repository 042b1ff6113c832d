//! Money moves between accounts, whole or not at all; and a transfer that cannot be made explains itself.
//!
//! ```text
//! cargo run -p dynorm-examples --example bank_transfer
//! ```
#![allow(clippy::print_stdout, reason = "it is what the example is for")]
#![allow(unreachable_pub, reason = "the modules of a program are public among themselves")]

mod common;

use std::error::Error;

use dynorm::Reason;
use dynorm::op::CheckedTransaction;
use dynorm::prelude::*;

#[derive(Table)]
#[table(name = "dynorm-example-bank", pk = "PK", sk = "SK")]
#[table(entities(Bank, Account, Transfer))]
struct Ledger;

/// Whether the bank moves money today.
#[derive(Entity, Clone, Debug, PartialEq)]
#[entity(table = Ledger, pk = "BANK", sk = "BANK")]
struct Bank {
    open: bool,
}

#[derive(Entity, Clone, Debug, PartialEq)]
#[entity(table = Ledger, pk = "ACCOUNT#{id}", sk = "ACCOUNT")]
struct Account {
    id: String,
    cents: u64,
    #[attr(version)]
    version: u64,
}

#[derive(Entity, Clone, Debug, PartialEq)]
#[entity(table = Ledger, name = of_account, pk = "ACCOUNT#{from}", sk = "TRANSFER#{id}")]
struct Transfer {
    from: String,
    id: String,
    to: String,
    cents: u64,
}

/// Check, debit, credit, record. The transfer's id makes it happen once, however often it is sent.
async fn transfer(db: &Db, transfer: &Transfer) -> dynorm::Result<CheckedTransaction> {
    let cents = transfer.cents;
    db.transact_write()
        .check(Bank::key().when(Bank::OPEN.eq(true)))
        .update(Account::key(&transfer.from), |a| a.sub(Account::CENTS, cents).when(Account::CENTS.ge(cents)))
        .update(Account::key(&transfer.to), |a| a.add(Account::CENTS, cents))
        .create(transfer)
        .token(transfer.id.as_str())
        .checked()
        .await
}

/// What went wrong, in words.
fn explain(outcome: &CheckedTransaction) -> dynorm::Result<String> {
    let CheckedTransaction::Cancelled(actions) = outcome else { return Ok("done".to_owned()) };
    let [bank, debit, credit, record] = actions.as_slice() else { return Ok("?".to_owned()) };
    Ok(if bank.reason.is_condition() {
        "the bank is closed".to_owned()
    } else if debit.reason == Reason::NotFound || credit.reason == Reason::NotFound {
        "there is no such account".to_owned()
    } else if let Some(account) = debit.existing::<Account>()? {
        format!("{} has {} cents only", account.id, account.cents)
    } else {
        format!("the record: {}", record.reason)
    })
}

async fn cents(db: &Db, id: &str) -> dynorm::Result<Option<u64>> {
    Ok(db.get(Account::key(id)).consistent().await?.map(|account| account.cents))
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let Some(db) = common::database("Transfers between accounts.").await? else { return Ok(()) };
    let db = common::with_own_table::<Ledger>(&db).await?;
    db.create(&Bank { open: true }).await?;
    for id in ["ann", "bob", "eve"] {
        db.create(&Account { id: id.into(), cents: 10_000, version: 0 }).await?;
    }
    let order = |id: &str, from: &str, to: &str, cents| Transfer {
        from: from.into(),
        id: id.into(),
        to: to.into(),
        cents,
    };

    println!("Ann pays Bob 30");
    let first = order("t1", "ann", "bob", 3_000);
    assert!(transfer(&db, &first).await?.is_done());
    println!("Her program sends it again, as after a lost answer: it happens once");
    assert!(transfer(&db, &first).await?.is_done());
    assert_eq!((cents(&db, "ann").await?, cents(&db, "bob").await?), (Some(7_000), Some(13_000)));

    println!("Two transfers race for what Ann has");
    let (to_bob, to_eve) = (order("t2", "ann", "bob", 5_000), order("t3", "ann", "eve", 5_000));
    let (a, b) = tokio::join!(transfer(&db, &to_bob), transfer(&db, &to_eve));
    let outcomes = [a?, b?];
    for outcome in &outcomes {
        println!("  {}", explain(outcome)?);
    }
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_done()).count(), 1);
    assert_eq!(cents(&db, "ann").await?, Some(2_000));

    println!("Nobody pays an account that is not there");
    let nobody = transfer(&db, &order("t4", "bob", "zoe", 100)).await?;
    println!("  {}", explain(&nobody)?);
    assert_eq!(explain(&nobody)?, "there is no such account");

    println!("The bank closes");
    db.update(Bank::key()).set(Bank::OPEN, false).await?;
    let closed = transfer(&db, &order("t5", "bob", "eve", 100)).await?;
    println!("  {}", explain(&closed)?);
    assert_eq!(explain(&closed)?, "the bank is closed");

    let mut sum = 0;
    for id in ["ann", "bob", "eve"] {
        sum += cents(&db, id).await?.unwrap_or_default();
    }
    let records = db.query(Transfer::of_account("ann")).all().await?;
    assert_eq!((sum, records.len()), (30_000, 2));
    db.delete_table::<Ledger>().await?;
    println!(
        "Proved: 300.00 before and after; of two racing transfers one was made, and the other said why not."
    );
    Ok(())
}
