use dynorm::prelude::*;

#[derive(Entity, Debug)]
#[entity(table = "Loans", pk = reader, sk = book, name = of_reader, scan)]
#[entity(index(ByDue, name = by_due, pk = "LOANS", sk = due, projection = keys_only))]
#[entity(index(ByPages, name = by_pages, local, sk = pages))]
struct Loan {
    reader: String,
    book: String,
    due: u64,
    pages: u32,
    renewals: u8,
}

async fn uses(db: &Db) -> dynorm::Result<()> {
    db.query(Loan::of_reader("ann")).filter(Loan::BOOK.begins_with("D")).all().await?;
    db.query(Loan::by_due()).filter(Loan::RENEWALS.eq(0) & Loan::DUE.lt(5u64)).count().await?;
    db.query(Loan::by_pages("ann")).filter(Loan::RENEWALS.ge(Loan::RENEWALS) | Loan::READER.size().gt(3)).all().await?;
    db.query(Loan::by_pages("ann")).filter(Loan::BOOK.ne("Dune") & Loan::DUE.exists()).all().await?;
    db.scan::<Loan>().filter(Loan::BOOK.ne("Dune") & Loan::DUE.exists() & Loan::PAGES.gt(3)).all().await?;
    db.delete(Loan::key("ann", "Dune")).when(Loan::BOOK.eq("Dune")).await?;
    Ok(())
}

fn main() {}
