use dynorm::prelude::*;

#[derive(Entity, Debug)]
#[entity(table = "Orders", pk = "CUSTOMER#{customer}", sk = "ORDER#{number}")]
#[entity(index(ByState, name = by_state, pk = "STATE#{state}", sk = "ORDER#{number}", scan))]
#[entity(index(ByTotal, name = by_total, pk = "TOTAL#{total}", projection = keys_only, scan))]
#[entity(index(ByDay, name = by_day, pk = "DAY#{day}"))]
struct Order {
    customer: String,
    number: u32,
    state: String,
    total: u64,
    day: u16,
}

#[derive(Entity, Debug)]
#[entity(table = "Users", pk = "USER#{id}")]
#[entity(index(ByName, name = by_name, pk = "NAME#{name}", scan))]
#[entity(index(ByMail, name = scan_by_name, pk = "MAIL#{mail}"))]
struct User {
    id: u32,
    name: String,
    mail: String,
}

async fn uses(db: &Db) -> dynorm::Result<()> {
    db.scan_index(Order::scan_by_state()).consistent().all().await?;
    db.scan_index(Order::scan_by_total()).all().await?;
    db.scan_index(Order::scan_by_total()).segments(2).all().await?;
    db.scan_index(Order::scan_by_day()).all().await?;
    db.scan_index(Order::by_state("open")).all().await?;
    Ok(())
}

fn main() {}
