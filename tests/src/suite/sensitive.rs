//! Sensitive attributes: whatever dynorm prints, their values are not in it.

use std::fmt::{Debug, Display};

use dynorm::backend::call;
use dynorm::expr::RawOperand;
use dynorm::hook::{Adjustment, Hook, Write, WriteKind};
use dynorm::op::Checked;
use dynorm::prelude::*;

/// What is searched for.
const SECRET: &str = "swordfish";

#[derive(Table, Debug)]
#[table(name = "Vault", pk = "PK", sk = "SK")]
#[table(entities(Secret))]
struct Vault;

/// Its own `Debug` is the program's matter, and so does not print the secrets here.
#[derive(Entity, Clone, PartialEq)]
#[entity(table = Vault, pk = "OWNER#{owner}", sk = "SECRET#{name}", name = of_owner, scan)]
struct Secret {
    owner: String,
    name: String,
    #[attr(sensitive, alias = "password")]
    text: String,
    #[attr(sensitive, write_once)]
    seed: Option<String>,
    #[attr(sensitive)]
    answers: Vec<String>,
    #[attr(sensitive)]
    pins: std::collections::BTreeMap<String, u32>,
    uses: u32,
    #[attr(version)]
    version: u64,
}

impl Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Secret").field("owner", &self.owner).finish_non_exhaustive()
    }
}

fn secret(name: &str) -> Secret {
    Secret {
        owner: "ann".into(),
        name: name.into(),
        text: SECRET.into(),
        seed: Some(format!("seed of {SECRET}")),
        answers: vec![SECRET.into()],
        pins: [(SECRET.to_owned(), 7)].into(),
        uses: 0,
        version: 0,
    }
}

fn key(name: &str) -> Key<Secret> {
    Secret::key("ann", name)
}

/// That neither text for people has the secret, in one line or in many.
#[track_caller]
fn conceals<T: Debug + ?Sized>(what: &T) {
    for text in [format!("{what:?}"), format!("{what:#?}")] {
        assert!(!text.contains(SECRET), "{text}");
    }
}

#[track_caller]
fn conceals_shown<T: Debug + Display + ?Sized>(what: &T) {
    conceals(what);
    let text = what.to_string();
    assert!(!text.contains(SECRET), "{text}");
}

#[track_caller]
fn conceals_error(error: &dynorm::Error) {
    conceals_shown(error);
    let mut source = std::error::Error::source(error);
    while let Some(inner) = source {
        conceals_shown(inner);
        source = inner.source();
    }
}

/// Writes a secret attribute by its name, as a program's own hook does.
#[derive(Debug)]
struct Rotate;

impl Hook for Rotate {
    fn before_write(&self, write: &Write<'_>) -> dynorm::Result<Adjustment> {
        conceals(write);
        let adjustment = Adjustment::none().require_absent("nothing");
        // What is written once does not change on a move.
        let is_left = write.is_deletion() || write.kind() == WriteKind::Rekey;
        Ok(if is_left { adjustment } else { adjustment.set("seed", format!("{SECRET} again")) })
    }
}

/// Every condition that mentions a sensitive attribute.
fn conditions() -> Vec<dynorm::Condition<Secret>> {
    let raw = |text: &str| {
        dynorm::Condition::raw(text, [Secret::TEXT.operand(), RawOperand::value(SECRET.to_owned())])
    };
    vec![
        Secret::TEXT.eq(SECRET),
        Secret::TEXT.ne(SECRET) & Secret::USES.eq(1),
        Secret::USES.eq(1) | !Secret::TEXT.begins_with(SECRET),
        Secret::TEXT.between(SECRET, SECRET),
        Secret::TEXT.is_in([SECRET, "other"]),
        Secret::TEXT.contains(SECRET),
        Secret::SEED.eq(SECRET.to_owned()),
        Secret::ANSWERS.contains(SECRET),
        Secret::ANSWERS.index(0).eq(SECRET),
        raw("{} = {}"),
    ]
}

crate::cases! {
    /// Conditions, builders and requests show names and everything else, but no sensitive value.
    async fn builders_and_requests_conceal(t: &Test) {
        let db = t.table::<Vault>().await;
        for db in [db.clone(), db.with_hook(Rotate)] {
            for condition in conditions() {
                conceals_shown(&condition);
                conceals(&db.put(&secret("a")).when(condition.clone()));
                conceals(&db.put(&secret("a")).when(condition.clone()).to_request().unwrap());
                let update = || db.update(key("a")).set(Secret::TEXT, SECRET).add(Secret::USES, 1);
                conceals(&update().when(condition.clone()));
                conceals(&update().when(condition.clone()).to_request().unwrap());
                conceals(&db.update(&secret("a")).append(Secret::ANSWERS, [SECRET]).to_request().unwrap());
                conceals(&db.update(key("a")).set_if_absent(Secret::TEXT, SECRET).to_request().unwrap());
                conceals(&db.delete(&secret("a")).when(condition.clone()));
                conceals(&db.delete(key("a")).when(condition.clone()).to_request().unwrap());
                conceals(&db.query(Secret::of_owner("ann")).filter(condition.clone()));
                conceals(&db.query(Secret::of_owner("ann")).filter(condition.clone()).to_request().unwrap());
                conceals(&db.scan::<Secret>().filter(condition.clone()).to_request().unwrap());
                let transaction = db.transact_write().put_when(&secret("a"), condition.clone());
                let transaction = transaction.update(key("b"), |u| u.set(Secret::TEXT, SECRET));
                let transaction = transaction.check(key("c").when(condition));
                conceals(&transaction);
                conceals(&transaction.to_request().unwrap());
            }
            conceals(&db.rekey(&secret("a"), |s| s.name = "b".into()));
            conceals(&db.rekey(&secret("a"), |s| s.name = "b".into()).to_request().unwrap());
            conceals(&secret("a").to_item().unwrap());
        }
        let shown = format!("{:?}", db.put(&secret("a")).to_request().unwrap().item);
        assert!(shown.contains("\"text\": <sensitive>") && shown.contains("\"uses\": N(0)"), "{shown}");
        let shown = (Secret::USES.ge(1) & Secret::TEXT.eq(SECRET)).to_string();
        assert_eq!(shown, "uses >= 1 AND text = <sensitive>");
    }

    /// What stood in the way of a write is there for the program, and is not printed.
    async fn failed_conditions_conceal(t: &Test) {
        let db = t.table::<Vault>().await;
        let stored = db.create(&secret("a")).returning_new().await.unwrap();
        let writes = [
            db.create(&secret("a")).await.unwrap_err(),
            db.put(&secret("a")).await.unwrap_err(),
            db.put(&stored).when(Secret::TEXT.ne(SECRET)).await.unwrap_err(),
            db.update(key("a")).set(Secret::TEXT, SECRET).when(Secret::USES.gt(7)).await.unwrap_err(),
            db.update(key("b")).set(Secret::TEXT, SECRET).await.unwrap_err(),
            db.delete(&secret("a")).when(Secret::USES.gt(7)).await.unwrap_err(),
            db.rekey(&Secret { uses: 9, ..stored.clone() }, |s| s.name = "b".into()).await.unwrap_err(),
        ];
        for error in &writes {
            conceals_error(error);
        }
        let existing = writes[0].existing().unwrap();
        conceals(existing);
        assert_eq!(existing.get("text"), Some(&Value::from(SECRET)));
        let checked = db.create(&secret("a")).checked().await.unwrap();
        conceals(&checked);
        let Checked::AlreadyExists(existing) = checked else { panic!("{checked:?}") };
        assert_eq!(existing.entity.unwrap(), stored);
    }

    /// So are the reasons of cancelled transactions.
    async fn cancelled_transactions_conceal(t: &Test) {
        let db = t.table::<Vault>().await;
        let stored = db.create(&secret("a")).returning_new().await.unwrap();
        let transaction = || db.transact_write().create(&secret("a")).delete_when(key("b").when(Secret::TEXT.eq(SECRET)));
        let error = transaction().await.unwrap_err();
        conceals_error(&error);
        conceals(error.cancelled());
        conceals(&error.failure());
        conceals(&transaction().checked().await.unwrap());
        assert_eq!(error.cancelled()[0].existing::<Secret>().unwrap(), Some(stored));
    }

    /// An item that is not one of the entity is told without what is found in it.
    async fn errors_of_reading_conceal(t: &Test) {
        let db = t.table::<Vault>().await;
        let nested = |value: Value| Value::M([(SECRET, value)].into());
        for (attribute, value) in [
            ("text", Value::L(vec![Value::from(SECRET)])),
            ("password", nested(Value::Null)),
            ("answers", Value::from(SECRET)),
            ("pins", nested(Value::from(SECRET))),
        ] {
            let mut item = db.put(&secret("a")).to_request().unwrap().item;
            if attribute == "password" {
                item.remove("text");
            }
            item.insert(attribute, value);
            let put = call::Put { table: db.table_name::<Vault>(), item, ..Default::default() };
            db.backend().put(put).await.unwrap();
            let error = db.get(key("a")).await.unwrap_err();
            assert!(error.is_decode());
            conceals_error(&error);
            assert!(error.to_string().ends_with("expected a value of its type, found a sensitive value"), "{error}");
            conceals_error(&db.query(Secret::of_owner("ann")).all().await.unwrap_err());
            conceals_error(&db.scan::<Secret>().all().await.unwrap_err());
        }
    }

    /// A page, a batch and what is left of it.
    async fn reads_and_batches_conceal(t: &Test) {
        let db = t.table::<Vault>().await;
        for name in ["a", "b", "c"] {
            db.create(&secret(name)).await.unwrap();
        }
        let page = db.query(Secret::of_owner("ann")).evaluate(2).page().await.unwrap();
        conceals(&page);
        conceals_shown(&page.next.unwrap());
        conceals(&db.get_many([key("a"), key("z")]));
        conceals(&db.get_many([key("a"), key("z")]).await.unwrap());
        conceals(&db.delete_many([key("a"), key("z")]));
        conceals(&db.transact_get((key("b"), key("c"))));
        conceals(&db.get(key("b")).to_request().unwrap());
    }
}
