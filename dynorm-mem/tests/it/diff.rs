//! What two engines hold that is not the same.

use dynorm::backend::call;
use dynorm::backend::table::{CreateTable, Projection, StreamView};
use dynorm::value::{Item, Value};
use dynorm_mem::{Difference, Engine};

use crate::kit::*;

#[track_caller]
fn check(expected: &Engine, found: &Engine, words: &str) {
    assert_eq!(expected.diff(found).to_string(), words);
}

#[test]
fn equal_engines_have_no_difference() {
    let mut one = docs();
    let mut two = docs();
    for n in 0..300 {
        one.store(item! { pk: "a", sk: n });
    }
    for n in (0..300).rev() {
        two.store(item! { pk: "a", sk: n });
    }
    assert!(one.diff(&two).is_empty());
    check(&one, &two, "");
}

#[test]
fn items_are_expected_or_found_or_differ() {
    let expected = docs();
    let mut found = expected.clone();
    found.store(item! { pk: "a", sk: 1 });
    check(&expected, &found, "table `docs`: expected no item, found {pk: \"a\", sk: 1}");
    check(&found, &expected, "table `docs`: expected item {pk: \"a\", sk: 1}, found none");
    let mut other = found.clone();
    other.store(item! { pk: "a", sk: 1, x: true });
    found.store(item! { pk: "a", sk: 1, x: Value::Null, y: 2 });
    let words = "table `docs`: expected item {pk: \"a\", sk: 1, x: true}, found {pk: \"a\", sk: 1, x: NULL, y: 2} (differs in `x`, `y`)";
    check(&other, &found, words);
}

#[test]
fn values_are_written_out() {
    let mut expected = users();
    expected.store(item! {
        id: "a\n",
        b: bytes(&[0, 255]),
        bs: Value::Bs(vec![vec![1]]),
        l: list![1, "x", list![]],
        m: item! { k: false },
        n: number("-1.5"),
        ns: ns([1, 2]),
        s: ss(["p", "q"]),
    });
    let words = r#"table `users`: expected item {b: 0x00ff, bs: BS[0x01], id: "a\n", l: [1, "x", []], m: {k: false}, n: -1.5, ns: NS[1, 2], s: SS["p", "q"]}, found none"#;
    check(&expected, &users(), words);
}

#[test]
fn tables_and_their_settings_are_compared() {
    let (users, docs) = (users(), docs());
    check(&users, &docs, "table `users`: expected, found none\ntable `docs`: not expected, found");
    let index = vec![global("ggg", "g:S", Projection::All)];
    let call = CreateTable { stream: Some(StreamView::KeysOnly), ..definition("users", "id:S", index) };
    let other = with_table(call);
    let diff = users.diff(&other);
    let settings: Vec<&str> = diff
        .differences()
        .iter()
        .map(|difference| if let Difference::Setting { what, .. } = difference { what } else { "" })
        .collect();
    assert_eq!(settings, ["indexes", "stream"]);
    let stream = diff.differences()[1].to_string();
    assert_eq!(stream, "table `users`: expected stream None, found Some(KeysOnly)");
}

#[test]
fn items_under_other_keys_are_not_compared() {
    let mut expected = users();
    expected.store(item! { id: "a" });
    let found = with_table(definition("users", "id:N", vec![]));
    assert_eq!(expected.diff(&found).differences().len(), 1);
}

#[test]
fn a_long_diff_is_cut() {
    let expected = users();
    let mut found = users();
    for n in 0..25 {
        let item = Item::from([("id", n.to_string())]);
        found.put(call::Put { table: "users".into(), item, ..Default::default() }).unwrap();
    }
    let words = expected.diff(&found).to_string();
    assert_eq!(words.lines().count(), 21);
    assert!(words.ends_with("\nand 5 more"), "{words}");
}
