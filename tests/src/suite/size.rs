//! The 400 KB of an item, checked before anything is sent.

use std::collections::BTreeSet;

use dynorm::hook::{Adjustment, Hook, Write};
use dynorm::prelude::*;

#[derive(Table, Debug)]
#[table(name = "Large", pk = "PK")]
#[table(entities(Large))]
struct Larges;

#[derive(Entity, Clone, Debug, PartialEq)]
#[entity(table = Larges, pk = "LARGE#{id}")]
struct Large {
    id: u32,
    names: BTreeSet<String>,
    numbers: BTreeSet<u64>,
    #[attr(compress)]
    text: String,
}

/// Adds a large attribute to every write.
#[derive(Debug)]
struct Pad;

impl Hook for Pad {
    fn before_write(&self, _: &Write<'_>) -> dynorm::Result<Adjustment> {
        Ok(Adjustment::none().set("padding", "x".repeat(300_000)))
    }
}

fn large() -> Large {
    Large { id: 1, names: BTreeSet::new(), numbers: BTreeSet::new(), text: String::new() }
}

crate::cases! {
    /// Sets, what is compressed and what hooks add count as they are stored; the largest comes first.
    async fn what_is_too_large_is_not_sent(t: &Test) {
        let db = t.table::<Larges>().await;
        let names: BTreeSet<String> = (0..45_000).map(|n| format!("name{n:06}")).collect();
        let numbers: BTreeSet<u64> = (0..60_000).map(|n| 123_456_789_000_000_000 + n).collect();
        let noise: String = (0..450_000_u64).map(|n| char::from(33 + (n.wrapping_mul(n) >> 3).wrapping_mul(2_654_435_761).to_le_bytes()[3] % 90)).collect();
        for (entity, name) in [
            (Large { names: names.clone(), ..large() }, "names"),
            (Large { numbers: numbers.clone(), ..large() }, "numbers"),
            (Large { text: noise.repeat(3), ..large() }, "text"),
        ] {
            for error in [db.put(&entity).await.unwrap_err(), db.create(&entity).await.unwrap_err(), db.transact_write().put(&entity).await.unwrap_err()] {
                assert!(error.is_too_large(), "{error}");
                assert!(error.to_string().contains(&format!("takes 409600; `{name}` ")), "{error}");
            }
        }
        // What is small when it is compressed is small.
        db.put(&Large { text: "abc".repeat(1_000_000), ..large() }).await.unwrap();
        let half = Large { names: names.into_iter().take(20_000).collect(), ..large() };
        db.put(&half).await.unwrap();
        let error = db.with_hook(Pad).put(&half).await.unwrap_err();
        assert!(error.to_string().contains("; `padding` 300007, `names` "), "{error}");
    }
}
