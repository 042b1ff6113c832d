//! Whatever is stored and asked, an index of either layout answers as a search through everything does.
#![allow(clippy::unwrap_used, reason = "a test")]

use std::ops::Bound;

use dynorm::prelude::*;
use dynorm_mem::MemBackend;
use dynorm_tests::layouts::{Facts, Ids, Question, Years, attributes, templates};
use proptest::prelude::*;

/// Makers and lines: few, so that products meet; together some have the same text.
fn text() -> impl Strategy<Value = String> {
    prop::sample::select(vec!["a", "aa", "é"]).prop_map(str::to_owned)
}

fn id() -> impl Strategy<Value = String> {
    prop::sample::select(vec!["a", "a ", "a!", "a~", "aa", "ab", "b", "b\u{1}", "é", "\u{FFFF}"])
        .prop_map(str::to_owned)
}

fn year() -> impl Strategy<Value = u32> {
    prop::sample::select(vec![0, 1, 9, 10, 11, 99, 100, u32::MAX])
}

fn facts() -> impl Strategy<Value = Facts> {
    let (line, year) = (prop::option::weighted(0.9, text()), prop::option::weighted(0.9, year()));
    (id(), text(), line, year, 0..2_u32).prop_map(|(id, maker, line, year, stock)| Facts {
        id,
        maker,
        line,
        year,
        stock,
    })
}

fn bound<T: Clone + std::fmt::Debug>(
    value: impl Strategy<Value = T> + Clone,
) -> impl Strategy<Value = Bound<T>> {
    prop_oneof![
        value.clone().prop_map(Bound::Included),
        value.prop_map(Bound::Excluded),
        Just(Bound::Unbounded),
    ]
}

fn range<T: Clone + std::fmt::Debug>(
    value: impl Strategy<Value = T> + Clone,
) -> impl Strategy<Value = (Bound<T>, Bound<T>)> {
    (bound(value.clone()), bound(value))
}

fn question() -> impl Strategy<Value = Question> {
    let id = || prop::sample::select(vec!["a", "a!", "aa", "b", "é"]).prop_map(str::to_owned);
    let year = || prop::sample::select(vec![0_u32, 1, 10, 50, u32::MAX]);
    let ids = prop_oneof![
        Just(Ids::Any),
        range(id()).prop_map(Ids::In),
        prop::sample::select(vec!["", "a", "é"]).prop_map(|text| Ids::Begin(text.to_owned())),
        id().prop_map(Ids::Is),
    ];
    let years = prop_oneof![
        Just(Years::Any),
        range(year()).prop_map(Years::In),
        (year(), ids).prop_map(|(year, ids)| Years::Is(year, ids)),
    ];
    (text(), text(), years, any::<bool>(), any::<bool>()).prop_map(
        |(maker, line, years, newest_first, in_stock)| Question {
            maker,
            line,
            years,
            newest_first,
            in_stock,
        },
    )
}

/// What happens to products.
#[derive(Clone, Debug)]
enum Step {
    Put(Facts),
    SetLine(usize, Option<String>),
    SetYear(usize, Option<u32>),
    Delete(usize),
}

fn step() -> impl Strategy<Value = Step> {
    let at = || 0..8_usize;
    prop_oneof![
        6 => facts().prop_map(Step::Put),
        1 => (at(), prop::option::of(text())).prop_map(|(at, line)| Step::SetLine(at, line)),
        1 => (at(), prop::option::of(year())).prop_map(|(at, year)| Step::SetYear(at, year)),
        1 => at().prop_map(Step::Delete),
    ]
}

/// What there is after a step.
fn run(all: &mut Vec<Facts>, step: &Step) {
    match step {
        Step::Put(facts) => {
            all.retain(|known| known.id != facts.id);
            all.push(facts.clone());
        }
        Step::SetLine(at, line) => all.get_mut(*at).into_iter().for_each(|facts| facts.line.clone_from(line)),
        Step::SetYear(at, year) => all.get_mut(*at).into_iter().for_each(|facts| facts.year = *year),
        Step::Delete(at) => drop((*at < all.len()).then(|| all.remove(*at))),
    }
}

/// The same steps, taken by updates where they can be: of a key that is made of fields, all are set or lent; of one
/// whose attributes are fields, one alone.
async fn run_on_templates(db: &Db, all: &[Facts], step: &Step) {
    use templates::Product;
    match step {
        Step::Put(facts) => templates::put(db, facts.clone()).await,
        Step::SetLine(at, line) => {
            let Some(facts) = all.get(*at) else { return };
            let update = db.update(Product::key(&facts.id)).set(Product::LINE, line.clone());
            update.given(Product::MAKER, facts.maker.clone()).await.unwrap();
        }
        Step::SetYear(at, year) => {
            let Some(facts) = all.get(*at) else { return };
            db.update(Product::key(&facts.id)).set(Product::YEAR, *year).await.unwrap();
        }
        Step::Delete(at) => {
            let Some(facts) = all.get(*at) else { return };
            db.delete(Product::key(&facts.id)).await.unwrap();
        }
    }
}

async fn run_on_attributes(db: &Db, all: &[Facts], step: &Step) {
    use attributes::Product;
    match step {
        Step::Put(facts) => attributes::put(db, facts.clone()).await,
        Step::SetLine(at, line) => {
            let Some(facts) = all.get(*at) else { return };
            db.update(Product::key(&facts.id)).set(Product::LINE, line.clone()).await.unwrap();
        }
        Step::SetYear(at, year) => {
            let Some(facts) = all.get(*at) else { return };
            db.update(Product::key(&facts.id)).set(Product::YEAR, *year).await.unwrap();
        }
        Step::Delete(at) => {
            let Some(facts) = all.get(*at) else { return };
            db.delete(Product::key(&facts.id)).await.unwrap();
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn answers_are_those_of_a_search(
        steps in prop::collection::vec(step(), 1..24),
        questions in prop::collection::vec(question(), 1..16),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let (by_template, by_attributes) = (Db::new(MemBackend::new()), Db::new(MemBackend::new()));
            by_template.create_table::<templates::Catalog>().await.unwrap();
            by_attributes.create_table::<attributes::Catalog>().await.unwrap();
            let mut all = Vec::new();
            for step in &steps {
                run_on_templates(&by_template, &all, step).await;
                run_on_attributes(&by_attributes, &all, step).await;
                run(&mut all, step);
            }
            for question in &questions {
                let expected = question.answer(&all);
                assert_eq!(templates::ask(&by_template, question).await, expected, "templates: {question:?}");
                assert_eq!(attributes::ask(&by_attributes, question).await, expected, "attributes: {question:?}");
            }
        });
    }
}
