//! Collections: several entities of one partition by one query.

use std::time::Duration;

use dynorm::backend::call;
use dynorm::prelude::*;

use crate::scenario::{Customer, Line, Order, Session, Shop, ann, line, order};

#[derive(Collection, Clone, Debug, PartialEq)]
#[collection(table = Shop, pk = "CUSTOMER#{customer}")]
struct Account {
    customer: Customer,
    orders: Vec<Order>,
    session: Option<Session>,
}

#[derive(Collection, Clone, Debug, PartialEq)]
#[collection(table = Shop, pk = "CUSTOMER#{customer}", unknown = error)]
struct OnlyOrders {
    orders: Vec<Order>,
}

/// Sort keys that go on after a complete one.
#[derive(Collection, Clone, Debug, PartialEq)]
#[collection(table = Shop, pk = "CUSTOMER#{customer}", sk = "ORDER#{placed_on}#{number}")]
struct WholeOrder {
    order: Order,
    lines: Vec<Line>,
}

#[derive(Collection, Clone, Debug, PartialEq)]
#[collection(table = Shop, pk = "CUSTOMER#{customer}")]
enum Entry {
    Customer(Customer),
    Order(Order),
    Line(Line),
}

#[derive(Table, Debug)]
#[table(name = "Desk", pk = "desk": N, sk = "SK", type_attribute = none)]
#[table(gsi(Inbox, pk = "who", sk = "at"))]
#[table(lsi(Recent, sk = "at", projection = keys_only))]
#[table(entities(Task, Letter))]
struct Desk;

#[derive(Entity, Clone, Debug, PartialEq)]
#[entity(table = Desk, pk = desk, sk = "TASK#{id}")]
#[entity(index(Inbox, name = inbox, pk = "PERSON#{person}", sk = "{day}#{id}"))]
#[entity(index(Recent, name = recent, sk = "{day}#{id}"))]
struct Task {
    desk: u32,
    id: u8,
    person: Option<String>,
    day: u16,
    title: String,
}

#[derive(Entity, Clone, Debug, PartialEq)]
#[entity(table = Desk, pk = desk, sk = "LETTER#{from}")]
#[entity(index(Inbox, name = inbox, pk = "PERSON#{to}", sk = "{day}#{from:escaped}"))]
#[entity(index(Recent, name = recent, sk = "{day}#{from:escaped}"))]
struct Letter {
    desk: u32,
    from: String,
    to: String,
    day: u16,
}

#[derive(Collection, Clone, Debug, PartialEq)]
#[collection(table = Desk, index = Inbox, pk = "PERSON#{person}")]
enum Inbox {
    Task(Task),
    Letter(Letter),
}

/// One day of it.
#[derive(Collection, Clone, Debug, PartialEq)]
#[collection(table = Desk, index = Inbox, pk = "PERSON#{person}", sk = "{day}")]
struct Day {
    tasks: Vec<Task>,
    letters: Vec<Letter>,
}

#[derive(Collection, Clone, Debug, PartialEq)]
#[collection(table = Desk, index = Recent, pk = desk)]
struct Recent {
    tasks: Vec<Task>,
    letters: Vec<Letter>,
}

/// Ann with two orders, a line of each, and a session that is over.
async fn shop(t: &crate::setup::Test) -> Db {
    let db = t.table::<Shop>().await;
    db.put(&ann()).await.unwrap();
    for number in [7, 70] {
        db.put(&order(1, number)).await.unwrap();
        db.put(&line(1, number, 1)).await.unwrap();
    }
    let over = Expiry::at(db.backend().now() - Duration::from_hours(1));
    db.put(&Session { customer: "ann".into(), token: "t".into(), expires: Some(over) }).await.unwrap();
    db
}

/// Two tasks and a letter, in the inbox of Ann but for one task.
async fn desk(t: &crate::setup::Test) -> (Db, [Task; 2], Letter) {
    let db = t.table::<Desk>().await;
    let task = Task { desk: 1, id: 1, person: Some("ann".into()), day: 9, title: "a".into() };
    let tasks = [task.clone(), Task { id: 2, day: 20, person: None, ..task }];
    let letter = Letter { desk: 1, from: "bob".into(), to: "ann".into(), day: 10 };
    db.put(&tasks[0]).await.unwrap();
    db.put(&tasks[1]).await.unwrap();
    db.put(&letter).await.unwrap();
    (db, tasks, letter)
}

fn names(entries: &[Entry]) -> Vec<String> {
    let name = |entry: &Entry| match entry {
        Entry::Customer(customer) => customer.id.clone(),
        Entry::Order(order) => order.number.to_string(),
        Entry::Line(line) => format!("{}.{}", line.number, line.line),
    };
    entries.iter().map(name).collect()
}

crate::cases! {
    /// One query fills a struct: one entity, all of another, and a third that may be there; others are passed over.
    async fn a_struct_holds_a_partition(t: &Test) {
        let db = shop(t).await;
        let account = db.collect(Account::of("ann")).consistent().await.unwrap();
        assert_eq!(account, Account { customer: ann(), orders: vec![order(1, 7), order(1, 70)], session: None });
        let account = db.collect(Account::of("ann")).newest_first().include_expired().await.unwrap();
        assert_eq!(account.orders, [order(1, 70), order(1, 7)]);
        assert!(account.session.is_some());
    }

    /// More than 1 MB is read in several requests.
    async fn a_struct_is_complete(t: &Test) {
        let db = shop(t).await;
        for number in 0..5 {
            db.put(&Order { note: Some("x".repeat(300_000)), ..order(2, number) }).await.unwrap();
        }
        assert_eq!(db.collect(Account::of("ann")).await.unwrap().orders.len(), 7);
        let error = db.collect(Account::of("ann")).max_requests(1).await.unwrap_err();
        assert!(error.is_unfinished(), "{error}");
    }

    /// A member that must be there and is not is an error of its own; nothing at all can be asked for.
    async fn a_missing_member_is_an_error(t: &Test) {
        let db = shop(t).await;
        assert_eq!(db.collect(Account::of("bob")).optional().await.unwrap(), None);
        let error = db.collect(Account::of("bob")).await.unwrap_err();
        assert!(error.is_member_missing() && error.code() == "DYN0204", "{error}");
        for named in ["`Account`", "PK = S \"CUSTOMER#bob\"", "`Customer`", "`customer`", "Option<Customer>"] {
            assert!(error.to_string().contains(named), "{error}");
        }
        db.delete(Customer::key("ann")).await.unwrap();
        assert!(db.collect(Account::of("ann")).optional().await.unwrap_err().is_member_missing());
    }

    /// Two items where one is expected, and with `unknown = error` one of no member, are errors.
    async fn unexpected_items_are_errors(t: &Test) {
        let db = shop(t).await;
        db.put(&Session { customer: "ann".into(), token: "u".into(), expires: None }).await.unwrap();
        let error = db.collect(Account::of("ann")).include_expired().await.unwrap_err();
        assert!(error.is_unexpected_item() && error.to_string().contains("2 items of `Session`"), "{error}");
        let error = db.collect(OnlyOrders::of("ann")).await.unwrap_err();
        assert!(error.is_unexpected_item() && error.code() == "DYN0205", "{error}");
        assert!(error.to_string().contains("_type = S \"Line\""), "{error}");
    }

    /// Items without a tag are told apart by their keys, and an entity that the program does not know is passed over.
    async fn items_of_others_are_told_apart(t: &Test) {
        let db = shop(t).await;
        for (sort, tag) in [("PROFILE", None), ("ROBOT", Some("Robot"))] {
            let mut item = Item::from([("PK", "CUSTOMER#eve"), ("SK", sort), ("name", "Eve")]);
            if let Some(tag) = tag {
                item.insert("_type", tag);
            }
            let put = call::Put { table: db.table_name::<Shop>(), item, ..Default::default() };
            db.backend().put(put).await.unwrap();
        }
        let entries = db.collect(Entry::of("eve")).all().await.unwrap();
        assert_eq!(entries, [Entry::Customer(Customer { id: "eve".into(), name: "Eve".into() })]);
    }

    /// A sort key and what continues it, but not a longer number or text.
    async fn a_sort_key_narrows_to_what_continues_it(t: &Test) {
        let db = shop(t).await;
        let whole = db.collect(WholeOrder::of("ann", crate::scenario::may(1), 7u32)).await.unwrap();
        assert_eq!(whole, WholeOrder { order: order(1, 7), lines: vec![line(1, 7, 1)] });
        let (db, tasks, letter) = desk(t).await;
        let day = db.collect(Day::of("ann", 9u16)).await.unwrap();
        assert_eq!(day, Day { tasks: vec![tasks[0].clone()], letters: vec![] });
        let day = db.collect(Day::of("ann", 10u16)).await.unwrap();
        assert_eq!(day, Day { tasks: vec![], letters: vec![letter] });
    }

    /// An enum gives the entries in the order of the sort key.
    async fn entries_are_in_order(t: &Test) {
        let db = shop(t).await;
        let all = db.collect(Entry::of("ann")).all().await.unwrap();
        assert_eq!(names(&all), ["7", "7.1", "70", "70.1", "ann"]);
        let all = db.collect(Entry::of("ann")).newest_first().all().await.unwrap();
        assert_eq!(names(&all), ["ann", "70.1", "70", "7.1", "7"]);
        assert_eq!(names(&db.collect(Entry::of("ann")).first().await.unwrap().into_iter().collect::<Vec<_>>()), ["7"]);
        assert_eq!(db.collect(Entry::of("bob")).first().await.unwrap(), None);
    }

    /// Entries are paged and streamed as entities are, back and forth.
    async fn entries_are_paged(t: &Test) {
        let db = shop(t).await;
        let page = async |cursor: Option<Cursor>| db.collect(Entry::of("ann")).take(2).cursor(cursor).page().await.unwrap();
        let first = page(None).await;
        let second = page(first.next.clone()).await;
        assert_eq!((names(&first.items), names(&second.items)), (vec!["7".into(), "7.1".into()], vec!["70".into(), "70.1".into()]));
        assert_eq!(page(second.previous).await.items, first.items);
        assert!(db.collect(Entry::of("bob")).cursor(second.next).page().await.unwrap_err().is_cursor());

        let (mut items, mut found) = (db.collect(Entry::of("ann")).evaluate(2).items(), Vec::new());
        while let Some(entry) = items.next().await {
            found.push(entry.unwrap());
        }
        assert_eq!(names(&found).len(), 5);
    }

    /// A collection can read an index, global or local, by the keys that its members have there.
    async fn an_index_holds_collections(t: &Test) {
        let (db, tasks, letter) = desk(t).await;
        let inbox = db.collect(Inbox::of("ann")).all().await.unwrap();
        assert_eq!(inbox, [Inbox::Task(tasks[0].clone()), Inbox::Letter(letter.clone())]);
        let recent = db.collect(Recent::of(1u32)).consistent().await.unwrap();
        assert_eq!(recent, Recent { tasks: tasks.to_vec(), letters: vec![letter] });
    }

    /// The request is one query, which lets the service leave out what is of no member.
    async fn the_request_can_be_looked_at(t: &Test) {
        let db = t.without_table::<Shop>();
        let request = db.collect(Account::of("ann")).to_request().unwrap();
        assert_eq!(request.key_condition.as_deref(), Some("#0 = :0"));
        assert_eq!(request.filter.as_deref(), Some("attribute_not_exists(#1) OR #1 IN (:1, :2, :3)"));
        let request = db.collect(WholeOrder::of("ann", crate::scenario::may(1), 7u32)).to_request().unwrap();
        assert_eq!(request.key_condition.as_deref(), Some("#0 = :0 AND #1 BETWEEN :1 AND :2"));
        assert_eq!(db.collect(OnlyOrders::of("ann")).to_request().unwrap().filter, None);
        let error = db.collect(Account::of("a#b")).await.unwrap_err();
        assert!(error.is_key() && error.to_string().contains("`Account`"), "{error}");
    }
}
