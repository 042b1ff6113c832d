//! Reading whole tables, and whole indexes.

use dynorm::prelude::*;

use crate::scenario::{Customer, Order, Shop, ann, line, order};

#[derive(Table, Debug)]
#[table(name = "Board", pk = "PK", sk = "SK")]
#[table(gsi(Late, pk = "late_pk", sk = "late_sk"))]
#[table(gsi(ByTeam, pk = "team_pk", projection = keys_only))]
#[table(lsi(ByEffort, sk = "effort_sk", projection = include("title")))]
#[table(entities(Task, Meeting))]
pub struct Board;

#[derive(Entity, Clone, Debug, PartialEq)]
#[entity(table = Board, pk = "BOARD#{board}", sk = "TASK#{id}")]
#[entity(index(Late, name = by_owner, pk = "OWNER#{owner}", sk = "TASK#{days:04}", when = days >= 3, scan))]
#[entity(index(ByTeam, name = by_team, pk = "TEAM#{team}", scan))]
#[entity(index(ByEffort, name = by_effort, sk = "EFFORT#{effort:03}", scan))]
pub struct Task {
    board: String,
    id: u32,
    owner: String,
    days: u16,
    team: Option<String>,
    effort: u8,
    title: String,
}

/// Another entity that is in two of the indexes.
#[derive(Entity, Clone, Debug, PartialEq)]
#[entity(table = Board, pk = "BOARD#{board}", sk = "MEETING#{id}")]
#[entity(index(Late, name = by_room, pk = "ROOM#{room}", sk = "MEETING#{id}"))]
pub struct Meeting {
    board: String,
    id: u32,
    room: String,
}

#[derive(Projection, Debug, PartialEq)]
#[projection(of = Task)]
struct Title {
    id: u32,
    title: String,
}

fn task(id: u32) -> Task {
    Task {
        board: format!("b{}", id % 2),
        id,
        owner: format!("o{}", id % 3),
        days: u16::try_from(id % 7).unwrap(),
        team: id.is_multiple_of(2).then(|| "red".into()),
        effort: u8::try_from(id % 5).unwrap(),
        title: format!("t{id}"),
    }
}

/// Tasks 0 to 19, and meetings.
async fn board(t: &crate::setup::Test) -> Db {
    let db = t.table::<Board>().await;
    db.put_many((0..20).map(task)).await.unwrap().complete().unwrap();
    let meetings = (0..5).map(|id| Meeting { board: "b0".into(), id, room: format!("r{id}") });
    db.put_many(meetings).await.unwrap().complete().unwrap();
    db
}

/// The numbers of tasks, in their order.
fn numbers(tasks: &[Task]) -> Vec<u32> {
    let mut numbers: Vec<u32> = tasks.iter().map(|task| task.id).collect();
    numbers.sort_unstable();
    numbers
}

fn late() -> Vec<u32> {
    (0..20).filter(|id| id % 7 >= 3).collect()
}

crate::cases! {
    /// A scan gives the entities of its type, and reads all.
    async fn a_scan_gives_one_type_and_reads_all(t: &Test) {
        let db = t.table::<Shop>().await;
        db.put(&ann()).await.unwrap();
        for number in 0..5 {
            db.put(&order(1, number)).await.unwrap();
            db.put(&line(1, number, 1)).await.unwrap();
        }
        let page = db.scan::<Order>().page().await.unwrap();
        assert_eq!((page.items.len(), page.count, page.scanned, page.next), (5, 5, 11, None));
        assert_eq!(db.scan::<Customer>().all().await.unwrap(), [ann()]);
        assert_eq!(db.scan::<Order>().count().await.unwrap(), 5);
    }

    /// Filters, limits and cursors are those of queries.
    async fn a_scan_is_filtered_and_paged(t: &Test) {
        let db = t.table::<Shop>().await;
        for number in 0..9 {
            db.put(&Order { stock: i64::from(number % 2), ..order(1, number) }).await.unwrap();
        }
        let odd = || db.scan::<Order>().filter(Order::STOCK.eq(1)).consistent();
        let (mut numbers, mut next) = (Vec::new(), None);
        loop {
            let scan = odd().take(3);
            let scan = match next {
                Some(cursor) => scan.cursor(cursor),
                None => scan,
            };
            let page = scan.page().await.unwrap();
            numbers.extend(page.items.iter().map(|order| order.number));
            next = page.next;
            if next.is_none() {
                break;
            }
        }
        numbers.sort_unstable();
        assert_eq!(numbers, [1, 3, 5, 7]);
    }

    /// A scan of an index gives the entities of its type that are in the index, for the price of what is in it.
    async fn an_index_is_scanned(t: &Test) {
        let db = board(t).await;
        let page = db.scan_index(Task::scan_by_owner()).page().await.unwrap();
        assert_eq!(numbers(&page.items), late());
        assert_eq!((page.scanned, page.next), (late().len() as u64 + 5, None));
        let mut some = db.scan_index(Task::scan_by_owner()).all().await.unwrap();
        some.sort_by_key(|task| task.id);
        assert_eq!(some, late().into_iter().map(task).collect::<Vec<_>>());
        assert_eq!(db.scan_index(Task::scan_by_owner()).count().await.unwrap(), late().len() as u64);
        // Fields of its keys are no keys of a scan.
        let of_one = db.scan_index(Task::scan_by_owner()).filter(Task::OWNER.eq("o1")).all().await.unwrap();
        assert_eq!(numbers(&of_one), late().into_iter().filter(|id| id % 3 == 1).collect::<Vec<_>>());
    }

    /// A scan of an index is paged, and read in segments, as one of the table.
    async fn a_scan_of_an_index_goes_on(t: &Test) {
        let db = board(t).await;
        let (mut found, mut cursor) = (Vec::new(), None);
        loop {
            let page = db.scan_index(Task::scan_by_owner()).take(4).cursor(cursor).page().await.unwrap();
            assert!(page.items.len() <= 4);
            found.extend(page.items);
            cursor = page.next;
            if cursor.is_none() {
                break;
            }
        }
        assert_eq!(numbers(&found), late());
        let first = db.scan_index(Task::scan_by_owner()).take(1).page().await.unwrap().next.unwrap();
        let foreign = db.scan_index(Task::scan_by_effort()).cursor(first).page().await.unwrap_err();
        assert_eq!(foreign.cursor_problem(), Some(dynorm::CursorProblem::OtherRead));

        let mut items = db.scan_index(Task::scan_by_owner()).segments(3).items();
        let mut found = vec![items.next().await.unwrap().unwrap()];
        let rest = db.scan_index(Task::scan_by_owner()).resume(items.position()).all().await.unwrap();
        found.extend(rest);
        assert_eq!(numbers(&found), late());
        let foreign = db.scan_index(Task::scan_by_effort()).resume(items.position()).all().await.unwrap_err();
        assert_eq!(foreign.cursor_problem(), Some(dynorm::CursorProblem::OtherRead));
    }

    /// An index that holds keys gives keys, and the entities from the table.
    async fn keys_of_an_index_are_scanned(t: &Test) {
        let db = board(t).await;
        let keys = db.scan_index(Task::scan_by_team()).keys().all().await.unwrap();
        assert_eq!(keys.len(), 10);
        let tasks = db.scan_index(Task::scan_by_team()).hydrate().all().await.unwrap();
        assert_eq!(numbers(&tasks), (0..20).step_by(2).collect::<Vec<_>>());
    }

    /// A local index is scanned consistently, and fetches what it does not hold.
    async fn a_local_index_is_scanned(t: &Test) {
        let db = board(t).await;
        let tasks = db.scan_index(Task::scan_by_effort()).consistent().all().await.unwrap();
        assert_eq!(numbers(&tasks), (0..20).collect::<Vec<_>>());
        assert!(tasks.contains(&task(7)));
        let mut titles = db.scan_index(Task::scan_by_effort()).project::<Title>().all().await.unwrap();
        titles.sort_by_key(|title| title.id);
        assert_eq!(titles[7], Title { id: 7, title: "t7".into() });
    }
}
