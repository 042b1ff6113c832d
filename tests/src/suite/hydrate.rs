//! Whole entities for the keys that an index finds.

use std::time::Duration;

use dynorm::prelude::*;

use crate::scenario::{Order, Shop, may, order};

/// An index of keys, which cannot tell what is expired.
#[derive(Entity, Clone, Debug, PartialEq)]
#[entity(table = "Coupons", pk = "COUPON#{code}", scan)]
#[entity(index(ByShop, name = by_shop, pk = "SHOP#{shop}", sk = "RANK#{rank}", projection = keys_only))]
struct Coupon {
    code: String,
    shop: String,
    rank: u8,
    text: String,
    #[attr(ttl)]
    ends: Option<Expiry>,
}

fn coupon(rank: u8) -> Coupon {
    // Codes that sort the other way round than ranks.
    let (code, text) = (format!("c{}", 99 - rank), format!("text {rank}"));
    Coupon { code, shop: "s".into(), rank, text, ends: None }
}

/// Coupons of which those of the ranks 2 and 3 are expired.
async fn coupons(t: &crate::setup::Test) -> Db {
    let db = t.table::<Coupon>().await;
    let past = Expiry::at(db.backend().now() - Duration::from_hours(1));
    for rank in 1..=6 {
        let ends = [2, 3].contains(&rank).then_some(past);
        db.put(&Coupon { ends, ..coupon(rank) }).await.unwrap();
    }
    db
}

fn ranks(coupons: &[Coupon]) -> Vec<u8> {
    coupons.iter().map(|coupon| coupon.rank).collect()
}

crate::cases! {
    /// Entities come whole, and in the order of the index.
    async fn entities_come_in_the_order_of_the_index(t: &Test) {
        let db = coupons(t).await;
        let by_shop = || db.query(Coupon::by_shop("s")).hydrate();
        let all = by_shop().consistent().all().await.unwrap();
        assert_eq!(all, [1, 4, 5, 6].map(coupon));
        let newest = db.query(Coupon::by_shop("s").rank_in(..=5)).newest_first().hydrate();
        assert_eq!(ranks(&newest.all().await.unwrap()), [5, 4, 1]);
        let mut items = by_shop().items();
        assert_eq!(items.next().await.unwrap().unwrap(), coupon(1));
        assert_eq!(items.next().await.unwrap().unwrap(), coupon(4));
        assert!(db.query(Coupon::by_shop("none")).hydrate().all().await.unwrap().is_empty());
    }

    /// What is expired is left out; the page tells how many keys there were.
    async fn what_is_expired_is_left_out(t: &Test) {
        let db = coupons(t).await;
        let page = db.query(Coupon::by_shop("s")).hydrate().page().await.unwrap();
        assert_eq!((ranks(&page.items).as_slice(), page.count), (&[1, 4, 5, 6][..], 6));
        assert_eq!(page.next, None);
        let all = db.query(Coupon::by_shop("s")).include_expired().hydrate().all().await.unwrap();
        assert_eq!(ranks(&all), [1, 2, 3, 4, 5, 6]);
    }

    /// A page has as many entities as are asked for, though some keys have none, and the next goes on after it.
    async fn pages_are_filled(t: &Test) {
        let db = coupons(t).await;
        let by_shop = || db.query(Coupon::by_shop("s")).take(2);
        let first = by_shop().hydrate().page().await.unwrap();
        assert_eq!(ranks(&first.items), [1, 4]);
        let second = by_shop().cursor(first.next).hydrate().page().await.unwrap();
        assert_eq!(ranks(&second.items), [5, 6]);
        let third = by_shop().cursor(second.next).hydrate().page().await.unwrap();
        assert!(third.items.is_empty() && third.next.is_none());
        let back = by_shop().cursor(second.previous).hydrate().page().await.unwrap();
        assert_eq!(ranks(&back.items), [4]);
        assert_eq!(ranks(&by_shop().take(3).hydrate().all().await.unwrap()), [1, 4, 5]);
        let from_2 = db.query(Coupon::by_shop("s").rank_in(2..));
        assert_eq!(from_2.hydrate().first().await.unwrap(), Some(coupon(4)));
        assert_eq!(db.query(Coupon::by_shop("s").rank_in(2..=3)).hydrate().first().await.unwrap(), None);
    }

    /// Not to have looked at everything is not to have found nothing.
    async fn an_unfinished_read_is_an_error(t: &Test) {
        let db = coupons(t).await;
        let few = || db.query(Coupon::by_shop("s").rank_in(2..)).evaluate(1).max_requests(2);
        assert!(few().hydrate().first().await.unwrap_err().is_unfinished());
        assert!(few().hydrate().all().await.unwrap_err().is_unfinished());
        let page = few().take(2).hydrate().page().await.unwrap();
        assert!(page.items.is_empty());
        let rest = db.query(Coupon::by_shop("s").rank_in(2..)).cursor(page.next).hydrate().all().await.unwrap();
        assert_eq!(ranks(&rest), [4, 5, 6]);
    }

    /// Many keys take several batches.
    async fn many_keys_take_several_batches(t: &Test) {
        let db = t.table::<Shop>().await;
        let orders: Vec<Order> = (0..120).map(|n| Order { number: 7, placed_on: may(1), customer: format!("c{n:03}"), ..order(1, 7) }).collect();
        db.put_many(orders.clone()).await.unwrap().complete().unwrap();
        let mut all = db.query(Order::by_number(7u32)).hydrate().all().await.unwrap();
        all.sort_by(|a, b| a.customer.cmp(&b.customer));
        assert_eq!(all, orders);
    }
}
