//! Indexes that need no attributes of their own: keys of several attributes, and the key of the table the other way
//! round; and what leaves an index when it changes.

use dynorm::prelude::*;

use crate::layouts::{Facts, Ids, Question, Years, attributes, facts, templates};
use crate::scenario::{Follow, Graph, Group, Member, Order, Shop, order, order_key};

/// Products of several lines and years, and some that are in no line or of no year.
fn catalog() -> Vec<Facts> {
    let other = |id: &str, maker: &str, line: &str| Facts {
        maker: maker.into(),
        line: Some(line.into()),
        ..facts(id, 2024)
    };
    vec![
        facts("a", 2023),
        facts("a1", 2024),
        facts("a2", 2024),
        facts("b", 2024),
        facts("c", 2025),
        // The texts of both fields together are those of the others.
        other("d", "ac", "meamp"),
        other("e", "acme", "amp2"),
        Facts { line: None, ..facts("f", 2024) },
        Facts { year: None, ..facts("g", 2024) },
    ]
}

/// One question of each shape.
fn questions() -> Vec<Question> {
    let years = [
        Years::Any,
        Years::In((std::ops::Bound::Included(2024), std::ops::Bound::Unbounded)),
        Years::Is(2024, Ids::Any),
        Years::Is(
            2024,
            Ids::In((std::ops::Bound::Excluded("a1".into()), std::ops::Bound::Included("b".into()))),
        ),
        Years::Is(2024, Ids::Begin("a".into())),
        Years::Is(2024, Ids::Is("a1".into())),
    ];
    let of_line = |years: Years, newest_first, in_stock| Question {
        maker: "acme".into(),
        line: "amp".into(),
        years,
        newest_first,
        in_stock,
    };
    let shapes = [(false, false), (true, false), (false, true)];
    years
        .iter()
        .flat_map(|years| shapes.map(|(newest, stock)| of_line(years.clone(), newest, stock)))
        .collect()
}

/// Ann and Bob are in groups, and follow each other.
async fn graph(t: &crate::setup::Test) -> Db {
    let db = t.table::<Graph>().await;
    for (group, user) in [("chess", "ann"), ("choir", "ann"), ("choir", "bob")] {
        db.put(&Member { group: group.into(), user: user.into(), since: 2020 }).await.unwrap();
        db.put(&Group { id: group.into(), title: group.to_uppercase() }).await.unwrap();
    }
    for (user, of) in [("ann", "bob"), ("bob", "ann"), ("eve", "ann")] {
        db.put(&Follow { user: user.into(), of: of.into() }).await.unwrap();
    }
    db
}

fn groups(members: &[Member]) -> Vec<&str> {
    members.iter().map(|member| member.group.as_str()).collect()
}

crate::cases! {
    /// What is asked of an index whose keys are templates.
    async fn templates_answer_every_question(t: &Test) {
        let db = t.table::<templates::Catalog>().await;
        for facts in catalog() {
            templates::put(&db, facts).await;
        }
        for question in questions() {
            assert_eq!(templates::ask(&db, &question).await, question.answer(&catalog()), "{question:?}");
        }
        let stock = templates::stock(&db, "acme", "amp").await;
        assert_eq!(stock, [("a", 1), ("a1", 2), ("a2", 2), ("b", 2), ("c", 0)].map(|(id, n)| (id.to_owned(), n)));
    }

    /// The same, word by word, of an index whose keys have several attributes.
    async fn several_attributes_answer_every_question(t: &Test) {
        let db = t.table::<attributes::Catalog>().await;
        for facts in catalog() {
            attributes::put(&db, facts).await;
        }
        for question in questions() {
            assert_eq!(attributes::ask(&db, &question).await, question.answer(&catalog()), "{question:?}");
        }
        let stock = attributes::stock(&db, "acme", "amp").await;
        assert_eq!(stock, [("a", 1), ("a1", 2), ("a2", 2), ("b", 2), ("c", 0)].map(|(id, n)| (id.to_owned(), n)));
    }

    /// A table with such an index is as declared, and its items have no attributes for the index.
    async fn several_attributes_are_those_of_the_item(t: &Test) {
        use attributes::{Catalog, Product};
        let db = t.table::<Catalog>().await;
        let described = db.backend().describe_table(&db.table_name::<Catalog>()).await.unwrap();
        assert_eq!(described.indexes, dynorm::schema::create_table::<Catalog>("t").indexes);
        let item = Product::from(facts("a", 2024)).to_item().unwrap();
        let names: Vec<&str> = item.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["PK", "SK", "_type", "id", "line", "maker", "stock", "year"]);
        let query = db.query(Product::by_maker("acme", "amp").year(2024u32).id_in("a".to_owned()..));
        let request = query.to_request().unwrap();
        assert_eq!(request.key_condition.as_deref(), Some("#0 = :0 AND #1 = :1 AND #2 = :2 AND #3 >= :3"));
    }

    /// A field that is a key attribute is set by itself, and moves the item; one that is removed takes it out.
    async fn several_attributes_follow_updates(t: &Test) {
        use attributes::{Catalog, Product};
        let db = t.table::<Catalog>().await;
        db.put(&Product::from(facts("a", 2024))).await.unwrap();
        let count = |line: &'static str| db.query(Product::by_maker("acme", line)).count();
        let update = || db.update(Product::key("a"));
        update().set(Product::LINE, "bass".to_owned()).await.unwrap();
        assert_eq!((count("amp").await.unwrap(), count("bass").await.unwrap()), (0, 1));
        update().add(Product::YEAR, 1).await.unwrap();
        let found = db.query(Product::by_maker("acme", "bass").year(2025u32)).all().await.unwrap();
        assert_eq!(found.len(), 1);
        update().remove(Product::YEAR).await.unwrap();
        assert_eq!(count("bass").await.unwrap(), 0);
        update().set(Product::YEAR, 2026).await.unwrap();
        assert_eq!(count("bass").await.unwrap(), 1);
        db.put(&Product { line: None, ..facts("a", 2026).into() }).await.unwrap();
        assert_eq!(count("bass").await.unwrap(), 0);
    }

    /// The key of the table is read from its other end, each entity for itself.
    async fn an_inverted_index_is_read_from_the_other_end(t: &Test) {
        let db = graph(t).await;
        assert_eq!(groups(&db.query(Member::of_user("ann")).all().await.unwrap()), ["chess", "choir"]);
        assert_eq!(groups(&db.query(Member::of_user("ann").group("choir")).all().await.unwrap()), ["choir"]);
        let late = db.query(Member::of_user("ann").group_in("chf".to_owned()..)).newest_first();
        assert_eq!(groups(&late.all().await.unwrap()), ["choir"]);
        assert_eq!(groups(&db.query(Member::of_user("ann").group_prefix("ch")).all().await.unwrap()).len(), 2);
        // Followers are in the same partition of the index, which is none of the members' business.
        assert_eq!(db.query(Member::of_user("ann")).count().await.unwrap(), 2);
        let followers = db.query(Follow::followers("ann")).all().await.unwrap();
        assert_eq!(followers.iter().map(|f| f.user.as_str()).collect::<Vec<_>>(), ["bob", "eve"]);
        assert_eq!(db.query(Follow::followers("ann")).count().await.unwrap(), 2);
        let keys = db.query(Member::of_user("bob")).keys().all().await.unwrap();
        assert_eq!(keys, [Member::key("choir", "bob")]);
        let page = db.query(Follow::followers("ann")).take(1).page().await.unwrap();
        let rest = db.query(Follow::followers("ann")).cursor(page.next).all().await.unwrap();
        assert_eq!(rest.iter().map(|f| f.user.as_str()).collect::<Vec<_>>(), ["eve"]);
    }

    /// It needs no attributes besides those of the table's key.
    async fn an_inverted_index_stores_nothing(t: &Test) {
        let db = graph(t).await;
        let item = Member { group: "g".into(), user: "u".into(), since: 1 }.to_item().unwrap();
        let names: Vec<&str> = item.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["PK", "SK", "_type", "group", "since", "user"]);
        db.update(Member::key("choir", "bob")).set(Member::SINCE, 1999).await.unwrap();
        let found = db.query(Member::of_user("bob")).first().await.unwrap().unwrap();
        assert_eq!(found.since, 1999);
        db.delete(Member::key("choir", "bob")).await.unwrap();
        assert_eq!(db.query(Member::of_user("bob")).count().await.unwrap(), 0);
    }

    /// An index does not keep an item that is put again without what its key is made of.
    async fn what_a_put_leaves_out_leaves_the_index(t: &Test) {
        let db = t.table::<Shop>().await;
        let count = || db.query(Order::by_status(crate::scenario::Status::Open)).count();
        db.put(&Order { priority: Some(3), ..order(1, 1) }).await.unwrap();
        assert_eq!(count().await.unwrap(), 1);
        db.put(&order(1, 1)).await.unwrap();
        assert_eq!(count().await.unwrap(), 0);
        assert!(db.get(order_key(1, 1)).await.unwrap().is_some());
    }
}
