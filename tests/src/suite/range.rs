//! Ranges: whatever their shape, they give what a filter over all entities gives.

use std::fmt::Debug;
use std::ops::{Bound, RangeBounds};

use uuid::Uuid;

use crate::scenario::{Article, Blob, File, Link, Links, Order, Reading, Score, Shop, line, may, order};

/// Every range between two of the values.
fn ranges<T: Clone>(values: &[T]) -> Vec<(Bound<T>, Bound<T>)> {
    let ends = |value: &T| [Bound::Included(value.clone()), Bound::Excluded(value.clone())];
    let bounds: Vec<Bound<T>> = values.iter().flat_map(ends).chain([Bound::Unbounded]).collect();
    bounds.iter().flat_map(|low| bounds.iter().map(move |high| (low.clone(), high.clone()))).collect()
}

/// Checks what a range gave against what it holds of `all`, which are in the order of the values.
#[track_caller]
fn check<T: PartialOrd + Debug + Clone>(range: &(Bound<T>, Bound<T>), found: &[T], all: &[T]) {
    let expected: Vec<T> = all.iter().filter(|value| range.contains(*value)).cloned().collect();
    assert_eq!(found, expected, "{range:?}");
}

crate::cases! {
    /// Dates in a segment that others follow; lines and the profile of the partition stay out.
    async fn of_dates_before_other_segments(t: &Test) {
        let db = t.table::<Shop>().await;
        let days = [1, 2, 2, 12, 30];
        for (number, day) in (0..).zip(days) {
            db.put(&order(day, number)).await.unwrap();
            db.put(&line(day, number, 1)).await.unwrap();
        }
        db.put(&crate::scenario::ann()).await.unwrap();
        let all: Vec<_> = days.map(may).to_vec();
        for range in ranges(&[may(1), may(2), may(3), may(30)]) {
            let found = db.query(Order::of_customer("ann").placed_on_in(range)).all().await.unwrap();
            check(&range, &found.iter().map(|order| order.placed_on).collect::<Vec<_>>(), &all);
        }
    }

    /// Numbers in the last segment.
    async fn of_numbers_at_the_end(t: &Test) {
        let db = t.table::<Shop>().await;
        let numbers = [0, 9, 10, 11, 9_999_999];
        for number in numbers {
            db.put(&order(1, number)).await.unwrap();
            db.put(&line(1, number, 1)).await.unwrap();
        }
        db.put(&order(2, 10)).await.unwrap();
        for range in ranges(&[0, 10, 12, 9_999_999, u32::MAX]) {
            let pattern = Order::of_customer("ann").placed_on(may(1)).number_in(range);
            let found = db.query(pattern).all().await.unwrap();
            check(&range, &found.iter().map(|order| order.number).collect::<Vec<_>>(), &numbers);
        }
    }

    /// Numbers that are the sort key by themselves.
    async fn of_plain_numbers(t: &Test) {
        let db = t.table::<Reading>().await;
        let times = [i64::MIN, -1, 0, 1, i64::MAX];
        for at in times {
            db.put(&Reading { device: "d".into(), at, value: 0.0 }).await.unwrap();
        }
        for range in ranges(&[i64::MIN, -1, 0, 2, i64::MAX]) {
            let found = db.query(Reading::of_device("d").at_in(range)).all().await.unwrap();
            check(&range, &found.iter().map(|reading| reading.at).collect::<Vec<_>>(), &times);
        }
    }

    /// Texts that are the sort key by themselves.
    async fn of_plain_texts(t: &Test) {
        let db = t.table::<File>().await;
        let paths = ["a", "a!", "a#", "a/b", "aa", "b", "é"].map(str::to_owned);
        for path in &paths {
            db.put(&File { owner: 1, path: path.clone() }).await.unwrap();
        }
        for range in ranges(&["a", "a#", "b", "z", "é"].map(str::to_owned)) {
            let found = db.query(File::of_owner(1u64).path_in(range.clone())).all().await.unwrap();
            check(&range, &found.into_iter().map(|file| file.path).collect::<Vec<_>>(), &paths);
        }
        let found = db.query(File::of_owner(1u64).path_prefix("a")).all().await.unwrap();
        assert_eq!(found.len(), 5);
    }

    /// Bytes that are the sort key by themselves.
    async fn of_plain_bytes(t: &Test) {
        let db = t.table::<Blob>().await;
        let parts = [vec![0], vec![0, 0], vec![0, 255], vec![1], vec![255]];
        for part in &parts {
            db.put(&Blob { digest: vec![7], part: part.clone() }).await.unwrap();
        }
        for range in ranges(&[vec![0], vec![0, 255], vec![1], vec![2], vec![255]]) {
            let found = db.query(Blob::of_digest(vec![7]).part_in(range.clone())).all().await.unwrap();
            check(&range, &found.into_iter().map(|blob| blob.part).collect::<Vec<_>>(), &parts);
        }
    }

    /// Texts with delimiters and what sorts before them, escaped, in a segment that others follow.
    async fn of_escaped_texts(t: &Test) {
        let db = t.table::<Article>().await;
        let sections = ["a", "a b", "a!", "a#", "a#b", "a$", "aa", "b"].map(str::to_owned);
        for section in &sections {
            db.put(&Article { section: section.clone(), title: "t".into() }).await.unwrap();
        }
        for range in ranges(&["a", "a b", "a#", "a%", "b"].map(str::to_owned)) {
            let found = db.query(Article::of_site().section_in(range.clone())).all().await.unwrap();
            check(&range, &found.into_iter().map(|article| article.section).collect::<Vec<_>>(), &sections);
        }
        let found = db.query(Article::of_site().section_prefix("a#")).all().await.unwrap();
        assert_eq!(found.len(), 2);
    }

    /// Signed numbers, and numbers from the largest down.
    async fn of_signed_and_descending_numbers(t: &Test) {
        let db = t.table::<Score>().await;
        let game = Uuid::from_u128(7);
        let (deltas, scores) = ([i32::MIN, -1, 0, i32::MAX], [u32::MAX, 10, 9, 0]);
        for delta in deltas {
            for score in scores {
                db.put(&Score { game, level: 1, delta, score }).await.unwrap();
            }
        }
        for range in ranges(&[i32::MIN, -1, 0, 5]) {
            let found = db.query(Score::of_game(game).level(1u8).delta_in(range)).all().await.unwrap();
            let firsts: Vec<i32> = found.iter().step_by(scores.len()).map(|score| score.delta).collect();
            check(&range, &firsts, &deltas);
        }
        for range in ranges(&[0, 9, 11, u32::MAX]) {
            let found = db.query(Score::of_game(game).level(1u8).delta(0).score_in(range)).all().await.unwrap();
            check(&range, &found.iter().map(|score| score.score).collect::<Vec<_>>(), &scores);
        }
    }

    /// Numbers behind a field of the partition key that stands in the sort key again.
    async fn behind_a_field_that_is_known(t: &Test) {
        let db = t.table::<Links>().await;
        let numbers = [1, 2, 3, 30];
        for day in [1, 2] {
            for number in numbers {
                db.put(&Link { user: "ann".into(), day, number }).await.unwrap();
            }
        }
        let one = db.query(Link::of_user("ann").day(1u32).number(2u32)).all().await.unwrap();
        assert_eq!(one, [Link { user: "ann".into(), day: 1, number: 2 }]);
        for range in ranges(&[1, 2, 4]) {
            let found = db.query(Link::of_user("ann").day(1u32).number_in(range)).all().await.unwrap();
            check(&range, &found.iter().map(|link| link.number).collect::<Vec<_>>(), &numbers);
        }
        let days = db.query(Link::of_user("ann").day_in(2..)).all().await.unwrap();
        assert_eq!(days.len(), 4);
        assert_eq!(db.query(Link::inverted(2u32, "ann", 30u32)).count().await.unwrap(), 1);
    }

    /// A range without values has no request, and finds nothing without one.
    async fn without_values(t: &Test) {
        let db = t.without_table::<Shop>();
        let nothing = || db.query(Order::of_customer("ann").placed_on_in(may(5)..may(5)));
        assert!(nothing().to_request().unwrap_err().is_empty_range());
        assert_eq!(nothing().all().await.unwrap(), []);
        assert_eq!(nothing().first().await.unwrap(), None);
        assert_eq!(nothing().count().await.unwrap(), 0);
        let page = nothing().page().await.unwrap();
        assert_eq!((page.items, page.next, page.requests), (vec![], None, 0));
        assert!(nothing().items().next().await.is_none());
    }
}
