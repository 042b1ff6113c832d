//! Compressed attributes: what is stored, and that it reads back.

use std::collections::{BTreeMap, BTreeSet};

use dynorm::backend::call;
use dynorm::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Attribute, Clone, Debug, PartialEq)]
struct Section {
    title: String,
    lines: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Meta {
    words: BTreeMap<String, u32>,
}

/// Digits, written as a text of their own form.
mod digits {
    use dynorm::prelude::*;
    use dynorm::value::{DecodeError, EncodeError};

    pub(super) fn encode(digits: &[u8]) -> Result<Option<Value>, EncodeError> {
        if digits.iter().any(|digit| *digit > 9) {
            return Err(EncodeError::new("not a digit"));
        }
        let texts: Vec<String> = digits.iter().map(|digit| format!("digit {digit};")).collect();
        Ok(Some(Value::S(texts.concat())))
    }

    pub(super) fn decode(value: Value) -> Result<Vec<u8>, DecodeError> {
        let text = String::decode(value.clone())?;
        let all = text.split_terminator(';').map(|part| part.strip_prefix("digit ")?.parse().ok());
        all.collect::<Option<_>>().ok_or_else(|| DecodeError::new("digits", &value))
    }
}

#[derive(Table, Debug)]
#[table(name = "Docs", pk = "PK")]
#[table(entities(Doc))]
struct Docs;

#[derive(Entity, Clone, Debug, PartialEq)]
#[entity(table = Docs, pk = "DOC#{id}", scan)]
struct Doc {
    id: u32,
    #[attr(compress)]
    text: String,
    #[attr(compress)]
    bytes: Vec<u8>,
    #[attr(compress, sensitive)]
    sections: Option<Vec<Section>>,
    #[attr(compress, serde)]
    meta: Meta,
    #[attr(compress, with = digits)]
    digits: Vec<u8>,
    #[attr(compress)]
    tags: BTreeSet<String>,
    #[attr(compress(max = 1000), default)]
    note: String,
}

fn doc(id: u32, n: u32) -> Doc {
    let line = |at: u32| format!("line {at} of the section, which says what line {at} says");
    Doc {
        id,
        text: (0..n).map(line).collect(),
        bytes: (0..n).flat_map(|at| (at / 7).to_le_bytes()).collect(),
        sections: (n > 0).then(|| vec![Section { title: "one".into(), lines: (0..n).map(line).collect() }]),
        meta: Meta { words: (0..n).map(|at| (format!("word{at}"), at)).collect() },
        digits: (0..n).map(|at| (at % 10).to_le_bytes()[0]).collect(),
        tags: (0..n).map(|at| format!("tag{at}")).collect(),
        note: String::new(),
    }
}

crate::cases! {
    /// Whatever its size, an entity reads back as it was written, by every kind of read and after updates.
    async fn what_is_compressed_reads_back(t: &Test) {
        let db = t.table::<Docs>().await;
        for (id, n) in [(1, 0), (2, 1), (3, 30), (4, 1500)] {
            let doc = doc(id, n);
            db.create(&doc).await.unwrap();
            assert_eq!(db.get(Doc::key(id)).await.unwrap(), Some(doc.clone()));
            let longer = format!("{}!", doc.text);
            let update = db.update(Doc::key(id)).set(Doc::TEXT, longer.clone()).set(Doc::SECTIONS, None);
            let expected = Doc { text: longer, sections: None, ..doc };
            assert_eq!(update.returning(Returning::New).await.unwrap(), expected);
        }
        assert_eq!(db.scan::<Doc>().all().await.unwrap().len(), 4);
        assert_eq!(db.scan::<Doc>().filter(Doc::SECTIONS.exists()).count().await.unwrap(), 0);
    }

    /// Large values are stored as binary, small ones as without compression.
    async fn only_what_shrinks_is_compressed(t: &Test) {
        let db = t.table::<Docs>().await;
        let (small, large) = (doc(1, 1), doc(2, 1500));
        for doc in [&small, &large] {
            db.put(doc).await.unwrap();
        }
        let item = small.to_item().unwrap();
        assert_eq!(item.get("text"), Some(&Value::from(small.text.as_str())));
        assert_eq!(item.get("bytes"), Some(&Value::B(small.bytes.clone())));
        let item = large.to_item().unwrap();
        for name in ["text", "bytes", "sections", "meta", "digits", "tags"] {
            assert_eq!(item.get(name).map(Value::type_name), Some("B"), "{name}");
        }
        assert!(item.size_bytes() * 3 < large.text.len() * 2, "{}", item.size_bytes());
    }

    /// What was stored before the field was compressed reads as before.
    async fn what_was_stored_before_reads(t: &Test) {
        let db = t.table::<Docs>().await;
        let mut item = doc(1, 1).to_item().unwrap();
        let text = "long ago ".repeat(1000);
        item.insert("text", text.as_str());
        item.insert("tags", Value::Ss(vec!["a".into()]));
        let put = call::Put { table: db.table_name::<Docs>(), item, ..Default::default() };
        db.backend().put(put).await.unwrap();
        let read = db.get(Doc::key(1u32)).await.unwrap().unwrap();
        assert_eq!((read.text, read.tags), (text, ["a".to_owned()].into()));
    }

    /// What is larger than the limit is neither written nor read.
    async fn the_limit_holds_both_ways(t: &Test) {
        let db = t.table::<Docs>().await;
        let error = db.put(&Doc { note: "a".repeat(1001), ..doc(1, 1) }).await.unwrap_err();
        assert!(error.is_encode());
        assert!(error.to_string().contains("`note`: the value has 1001 bytes"), "{error}");
        let mut item = doc(1, 1).to_item().unwrap();
        let bomb = Doc { text: "a".repeat(1_000_000), ..doc(1, 1) }.to_item().unwrap().remove("text").unwrap();
        assert!(bomb.size_bytes() < 1000);
        item.insert("note", bomb);
        let put = call::Put { table: db.table_name::<Docs>(), item, ..Default::default() };
        db.backend().put(put).await.unwrap();
        let error = db.get(Doc::key(1u32)).await.unwrap_err();
        assert!(error.to_string().contains("`note`: expected a value of at most 1000 bytes"), "{error}");
    }

    /// What was stored before its field was compressed moves to another key, unless it was changed since it was read.
    async fn what_was_stored_before_moves(t: &Test) {
        let db = t.table::<Docs>().await;
        let text = "long ago ".repeat(1000);
        for id in [1, 2] {
            let mut item = doc(id, 1).to_item().unwrap();
            item.insert("text", text.as_str());
            let put = call::Put { table: db.table_name::<Docs>(), item, ..Default::default() };
            db.backend().put(put).await.unwrap();
        }
        let one = db.get(Doc::key(1u32)).await.unwrap().unwrap();
        let two = db.get(Doc::key(2u32)).await.unwrap().unwrap();
        let moved = db.rekey(&one, |doc| doc.id = 9).await.unwrap();
        assert_eq!(moved, Doc { id: 9, text, ..doc(1, 1) });
        assert_eq!((db.get(Doc::key(1u32)).await.unwrap(), db.get(Doc::key(9u32)).await.unwrap()), (None, Some(moved)));

        db.update(Doc::key(2u32)).set(Doc::NOTE, "new".to_owned()).await.unwrap();
        let error = db.rekey(&two, |doc| doc.id = 8).await.unwrap_err();
        assert!(error.is_condition_failed(), "{error}");
        assert!(db.get(Doc::key(2u32)).await.unwrap().is_some());
    }
}
