//! Reading whole tables.

use crate::scenario::{Customer, Order, Shop, ann, line, order};

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
}
