//! What conditions mean.

use dynorm::backend::Values;
use dynorm::value::{Item, Value};

use crate::kit::*;

/// Whether the item satisfies the condition.
#[track_caller]
fn holds(item: Item, condition: &str, values: Values) -> bool {
    let mut engine = users();
    let mut item = item;
    item.insert("id", "a");
    engine.store(item);
    match engine.matches(condition, no_names(), values) {
        Ok(found) => !found.is_empty(),
        Err(failure) => panic!("{condition}: {failure}"),
    }
}

#[test]
fn values_of_one_kind_compare_by_their_order() {
    let at = |a: Value, operator: &str, b: Value| {
        holds(item! { a: a }, &format!("a {operator} :b"), values! { b: b })
    };
    let pairs = [
        (value(9), value(10)),
        (value(-2), value(-1)),
        (number("1E-130"), number("1E125")),
        (value("Z"), value("a")),
        (value("a"), value("ab")),
        (value("\u{ffff}"), value("\u{10000}")),
        (bytes(&[1, 255]), bytes(&[2])),
    ];
    for (low, high) in pairs {
        let both = || (low.clone(), high.clone());
        for operator in ["<", "<=", "<>"] {
            let (low, high) = both();
            assert!(at(low, operator, high), "{low:?} {operator} {high:?}", low = both().0, high = both().1);
        }
        for operator in [">", ">=", "="] {
            let (low, high) = both();
            assert!(!at(low, operator, high), "{operator}");
        }
        assert!(at(low.clone(), "<=", low.clone()) && at(low.clone(), ">=", low.clone()));
    }
}

#[test]
fn values_of_two_kinds_are_unequal_and_have_no_order() {
    let at = |operator: &str| holds(item! { a: "1" }, &format!("a {operator} :b"), values! { b: 1 });
    assert!(at("<>"));
    for operator in ["=", "<", "<=", ">", ">="] {
        assert!(!at(operator), "{operator}");
    }
}

#[test]
fn numbers_are_equal_however_they_are_written() {
    assert!(holds(item! { a: number("1.0") }, "a = :b", values! { b: number("100e-2") }));
    assert!(holds(item! { a: list![number("1.0")] }, "a = :b", values! { b: list![1] }));
}

#[test]
fn sets_are_equal_in_any_order() {
    assert!(holds(item! { a: ss(["x", "y"]) }, "a = :b", values! { b: ss(["y", "x"]) }));
    assert!(!holds(item! { a: ss(["x", "y"]) }, "a = :b", values! { b: ss(["x"]) }));
}

#[test]
fn a_missing_attribute_is_unequal_to_everything() {
    assert!(holds(item! {}, "a <> :b", values! { b: 1 }));
    for operator in ["=", "<", ">"] {
        assert!(!holds(item! {}, &format!("a {operator} :b"), values! { b: 1 }));
    }
    assert!(!holds(item! {}, "a BETWEEN :b AND :c", values! { b: 1, c: 2 }));
    assert!(!holds(item! {}, "a IN (:b)", values! { b: 1 }));
    assert!(!holds(item! {}, "contains(a, :b)", values! { b: "x" }));
    assert!(!holds(item! {}, "size(a) >= :b", values! { b: 0 }));
}

#[test]
fn null_is_there_and_equal_to_null() {
    assert!(holds(item! { a: Value::Null }, "attribute_exists(a) AND a = :n", values! { n: Value::Null }));
    assert!(holds(item! { a: Value::Null }, "attribute_type(a, :t)", values! { t: "NULL" }));
}

#[test]
fn between_has_both_bounds() {
    let at = |n: i32| holds(item! { a: n }, "a BETWEEN :l AND :h", values! { l: 2, h: 4 });
    assert_eq!((1..=5).map(at).collect::<Vec<_>>(), [false, true, true, true, false]);
    assert!(holds(item! { a: 1, b: 2, c: 3 }, "b BETWEEN a AND c", no_values()));
}

#[test]
fn in_looks_for_an_equal_value() {
    assert!(holds(item! { a: 2 }, "a IN (:x, :y)", values! { x: 1, y: 2 }));
    assert!(!holds(item! { a: 3 }, "a IN (:x, :y)", values! { x: 1, y: 2 }));
    assert!(holds(item! { a: 3, b: 3 }, "a IN (b)", no_values()));
}

#[test]
fn functions_of_texts_and_bytes() {
    assert!(holds(item! { a: "hello" }, "begins_with(a, :p)", values! { p: "he" }));
    assert!(!holds(item! { a: "hello" }, "begins_with(a, :p)", values! { p: "lo" }));
    assert!(holds(item! { a: bytes(&[1, 2, 3]) }, "begins_with(a, :p)", values! { p: bytes(&[1]) }));
    assert!(!holds(item! { a: 12 }, "begins_with(a, :p)", values! { p: "1" }));
    assert!(holds(item! { a: "hello" }, "contains(a, :p)", values! { p: "ell" }));
    assert!(holds(item! { a: bytes(&[1, 2, 3]) }, "contains(a, :p)", values! { p: bytes(&[2, 3]) }));
    assert!(!holds(item! { a: "12" }, "contains(a, :p)", values! { p: 1 }));
}

#[test]
fn contains_finds_members() {
    assert!(holds(item! { a: ss(["x", "y"]) }, "contains(a, :p)", values! { p: "y" }));
    assert!(!holds(item! { a: ss(["xy"]) }, "contains(a, :p)", values! { p: "y" }));
    assert!(holds(item! { a: ns([1, 2]) }, "contains(a, :p)", values! { p: number("2.0") }));
    assert!(holds(item! { a: list![1, item! { x: 1 }] }, "contains(a, :p)", values! { p: item! { x: 1 } }));
    assert!(!holds(item! { a: item! { x: 1 } }, "contains(a, :p)", values! { p: "x" }));
}

#[test]
fn sizes_count_characters_bytes_and_members() {
    let size = |a: Value, n: i32| holds(item! { a: a }, "size(a) = :n", values! { n: n });
    assert!(size(value("héé"), 3));
    assert!(size(value("😀"), 2));
    assert!(size(bytes(&[0; 6]), 6));
    assert!(size(list![1, 2], 2));
    assert!(size(value(item! { x: 1 }), 1));
    assert!(size(ss(["a", "b", "c"]), 3));
    for has_none in [value(1), value(true), Value::Null] {
        assert!(!holds(item! { a: has_none }, "size(a) >= :n", values! { n: 0 }));
    }
}

#[test]
fn types_are_told_by_their_names() {
    let all = [
        ("S", value("x")),
        ("N", value(1)),
        ("B", bytes(&[1])),
        ("BOOL", value(true)),
        ("NULL", Value::Null),
        ("M", value(item! {})),
        ("L", list![]),
        ("SS", ss(["a"])),
        ("NS", ns([1])),
        ("BS", Value::Bs(vec![vec![1]])),
    ];
    for (at, (_, stored)) in all.iter().enumerate() {
        for (other, (name, _)) in all.iter().enumerate() {
            let found = holds(item! { a: stored.clone() }, "attribute_type(a, :t)", values! { t: *name });
            assert_eq!(found, at == other, "{stored:?} {name}");
        }
    }
}

#[test]
fn paths_go_into_maps_and_lists() {
    let stored = item! { m: item! { l: list![1, item! { x: 2 }] } };
    assert!(holds(stored.clone(), "m.l[1].x = :v", values! { v: 2 }));
    assert!(!holds(stored.clone(), "attribute_exists(m.l[2])", no_values()));
    assert!(!holds(stored.clone(), "attribute_exists(m[0])", no_values()));
    assert!(holds(stored, "attribute_not_exists(m.l.x)", no_values()));
}

#[test]
fn not_binds_before_and_and_and_before_or() {
    let on =
        |a: bool, b: bool, c: bool, text: &str| holds(item! { a: a, b: b, c: c }, text, values! { t: true });
    for bits in 0..8 {
        let (a, b, c) = (bits & 1 > 0, bits & 2 > 0, bits & 4 > 0);
        assert_eq!(on(a, b, c, "a = :t OR b = :t AND c = :t"), a || b && c);
        assert_eq!(on(a, b, c, "(a = :t OR b = :t) AND c = :t"), (a || b) && c);
        assert_eq!(on(a, b, c, "NOT a = :t AND b = :t OR c = :t"), !a && b || c);
        assert_eq!(on(a, b, c, "not (a = :t and b = :t) or c = :t"), !(a && b) || c);
        assert_eq!(on(a, b, c, "NOT NOT a = :t AND b = :t AND c = :t"), a && b && c);
    }
}

#[test]
fn operands_may_be_parenthesised_and_exchanged() {
    assert!(holds(item! { a: 1 }, "(a) = (:v)", values! { v: 1 }));
    assert!(holds(item! { a: 1 }, ":v = a", values! { v: 1 }));
    assert!(holds(item! { a: item! { b: 1 } }, "(a).b = :v", values! { v: 1 }));
    assert!(holds(item! { a: "xyz", b: 3 }, "size(a) = b", no_values()));
    assert!(holds(item! { a: 1 }, "a=:v AND(a<>:w)", values! { v: 1, w: 2 }));
}
