//! One entity in two layouts of its index, by key templates and by a key of several attributes, and what is asked of
//! it, written once for both: a layout can change without its callers.

use std::ops::{Bound, RangeBounds};

/// A product, whatever the layout.
#[derive(Clone, Debug, PartialEq)]
pub struct Facts {
    pub id: String,
    pub maker: String,
    /// Products without one are not in the index.
    pub line: Option<String>,
    /// Products without one are not in the index.
    pub year: Option<u32>,
    pub stock: u32,
}

/// What is asked of the products of a line.
#[derive(Clone, Debug)]
pub struct Question {
    pub maker: String,
    pub line: String,
    pub years: Years,
    pub newest_first: bool,
    /// Only what is in stock.
    pub in_stock: bool,
}

/// Of which years, and with one year, of which products.
#[derive(Clone, Debug)]
pub enum Years {
    Any,
    In((Bound<u32>, Bound<u32>)),
    Is(u32, Ids),
}

/// Of which products of a year.
#[derive(Clone, Debug)]
pub enum Ids {
    Any,
    In((Bound<String>, Bound<String>)),
    Begin(String),
    Is(String),
}

impl Question {
    /// What the answer is to be, by a search through everything.
    #[must_use]
    pub fn answer(&self, all: &[Facts]) -> Vec<Facts> {
        let mut found: Vec<Facts> = all.iter().filter(|facts| self.is_about(facts)).cloned().collect();
        found.sort_by(|a, b| (a.year, &a.id).cmp(&(b.year, &b.id)));
        if self.newest_first {
            found.reverse();
        }
        found
    }

    fn is_about(&self, facts: &Facts) -> bool {
        let Facts { id, maker, line: Some(line), year: Some(year), stock } = facts else { return false };
        let fits = match &self.years {
            Years::Any => true,
            Years::In(range) => range.contains(year),
            Years::Is(wanted, ids) => {
                wanted == year
                    && match ids {
                        Ids::Any => true,
                        Ids::In(range) => range.contains(id),
                        Ids::Begin(prefix) => id.starts_with(prefix),
                        Ids::Is(wanted) => wanted == id,
                    }
            }
        };
        fits && (maker, line) == (&self.maker, &self.line) && (!self.in_stock || *stock > 0)
    }
}

/// A product of the line "amp" of "acme".
#[must_use]
pub fn facts(id: &str, year: u32) -> Facts {
    Facts { id: id.into(), maker: "acme".into(), line: Some("amp".into()), year: Some(year), stock: year % 3 }
}

/// What callers write, the same text for each layout.
macro_rules! callers {
    () => {
        /// Puts a product and a review of it.
        pub async fn put(db: &Db, facts: Facts) {
            let review = Review { product: facts.id.clone(), id: "r".into(), year: facts.year.unwrap_or(1) };
            db.put(&Product::from(facts)).await.unwrap();
            db.put(&review).await.unwrap();
        }

        /// The answer to a question.
        pub async fn ask(db: &Db, question: &Question) -> Vec<Facts> {
            let of_line = Product::by_maker(&question.maker, &question.line);
            match question.years.clone() {
                Years::Any => answer(db, question, of_line).await,
                Years::In(range) => answer(db, question, of_line.year_in(range)).await,
                Years::Is(year, Ids::Any) => answer(db, question, of_line.year(year)).await,
                Years::Is(year, Ids::In(range)) => {
                    answer(db, question, of_line.year(year).id_in(range)).await
                }
                Years::Is(year, Ids::Begin(text)) => {
                    answer(db, question, of_line.year(year).id_prefix(text)).await
                }
                Years::Is(year, Ids::Is(id)) => answer(db, question, of_line.year(year).id(id)).await,
            }
        }

        /// All that a pattern finds, in every way that it can be read, which must agree.
        async fn answer<P>(db: &Db, question: &Question, pattern: P) -> Vec<Facts>
        where
            P: Pattern<Entity = Product, Index: ReadsWholeItems + 'static> + Clone,
        {
            let query = || {
                let query = db.query(pattern.clone());
                let query = if question.newest_first { query.newest_first() } else { query };
                if question.in_stock { query.filter(Product::STOCK.gt(0)) } else { query }
            };
            let all = query().all().await.unwrap();
            assert_eq!(query().count().await.unwrap(), all.len() as u64);
            assert_eq!(query().hydrate().all().await.unwrap(), all);
            let keys: Vec<_> = all.iter().map(Key::of_entity).collect();
            assert_eq!(query().keys().all().await.unwrap(), keys);
            let (mut paged, mut cursor) = (Vec::new(), None);
            loop {
                let page = query().take(2).cursor(cursor).page().await.unwrap();
                if let Some(back) = page.previous.filter(|_| !page.items.is_empty()) {
                    let before = query().take(2).cursor(back).page().await.unwrap();
                    assert_eq!(before.items[..], paged[paged.len().saturating_sub(2)..]);
                }
                paged.extend(page.items);
                cursor = page.next;
                if cursor.is_none() {
                    break;
                }
            }
            assert_eq!(paged, all);
            all.into_iter().map(Facts::from).collect()
        }

        /// What is in stock of a line, by name.
        pub async fn stock(db: &Db, maker: &str, line: &str) -> Vec<(String, u32)> {
            let stock = db.query(Product::by_maker(maker, line)).project::<Stock>().all().await.unwrap();
            stock.into_iter().map(|stock| (stock.id, stock.stock)).collect()
        }
    };
}

macro_rules! layout {
    ($(#[$doc:meta])* $layout:ident, #[$table:meta], #[$entity:meta]) => {
        $(#[$doc])*
        pub mod $layout {
            use dynorm::entity::ReadsWholeItems;
            use dynorm::prelude::*;

            use super::{Facts, Ids, Question, Years};

            #[derive(Table, Debug)]
            #[table(name = "Catalog", pk = "PK", sk = "SK", entities(Product, Review))]
            #[$table]
            pub struct Catalog;

            #[derive(Entity, Clone, Debug, PartialEq)]
            #[entity(table = Catalog, pk = "PRODUCT#{id}", sk = "PRODUCT")]
            #[$entity]
            pub struct Product {
                pub id: String,
                pub maker: String,
                pub line: Option<String>,
                pub year: Option<u32>,
                pub stock: u32,
            }

            /// It has some of the attributes that a product has, and is in no index.
            #[derive(Entity, Clone, Debug, PartialEq)]
            #[entity(table = Catalog, pk = "PRODUCT#{product}", sk = "REVIEW#{id}", name = of_product)]
            pub struct Review {
                pub product: String,
                pub id: String,
                pub year: u32,
            }

            #[derive(Projection, Clone, Debug, PartialEq)]
            #[projection(of = Product)]
            pub struct Stock {
                pub id: String,
                pub stock: u32,
            }

            impl From<Facts> for Product {
                fn from(facts: Facts) -> Self {
                    let Facts { id, maker, line, year, stock } = facts;
                    Self { id, maker, line, year, stock }
                }
            }

            impl From<Product> for Facts {
                fn from(product: Product) -> Self {
                    let Product { id, maker, line, year, stock } = product;
                    Self { id, maker, line, year, stock }
                }
            }

            callers!();
        }
    };
}

layout! {
    /// The index has attributes of its own, which templates make.
    templates,
    #[table(gsi(ByMaker, pk = "ByMakerPK", sk = "ByMakerSK"))],
    #[entity(index(ByMaker, name = by_maker, pk = "MAKER#{maker}#{line}", sk = "{year}#{id}"))]
}

layout! {
    /// The keys of the index are attributes that products have anyway.
    attributes,
    #[table(gsi(ByMaker, pk = ["maker", "line"], sk = ["year": N, "id"]))],
    #[entity(index(ByMaker, name = by_maker, pk = [maker, line], sk = [year, id]))]
}
