//! Properties of key text: injective, reversible, sorting as values sort, ranges as a filter would.

use std::fmt::Debug;
use std::ops::{Bound, RangeBounds};

use proptest::prelude::*;

use super::part::{PartText, encode_part};
use super::*;
use crate::value::Value;

const fn spec(form: Form) -> Spec {
    Spec { form, descending: false }
}

const fn descending(form: Form) -> Spec {
    Spec { form, descending: true }
}

fn encode<T: IndexPart>(value: &T, spec: Spec, closed: bool) -> Result<String, PartError> {
    let mut out = String::new();
    encode_part(value as &dyn PartText, spec, '#', closed, &mut out).map(|_| out)
}

/// Two values: different ones have different texts, in the order of the values, and both read back.
#[track_caller]
fn check_pair<T: KeyPart + Ord + Debug>(a: &T, b: &T, spec: Spec, closed: bool) {
    let (Ok(text_a), Ok(text_b)) = (encode(a, spec, closed), encode(b, spec, closed)) else { return };
    if text_a.is_empty() || text_b.is_empty() {
        return;
    }
    // As they stand in a key: a delimiter follows, and something after it.
    let end = if closed { "#z" } else { "" };
    let (key_a, key_b) = (format!("{text_a}{end}"), format!("{text_b}{end}"));
    let order = if spec.descending { b.cmp(a) } else { a.cmp(b) };
    match spec.form {
        Form::Natural | Form::Raw => assert_eq!(a == b, key_a == key_b, "{a:?} {b:?}"),
        _ => assert_eq!(order, key_a.cmp(&key_b), "{a:?} as {key_a:?}, {b:?} as {key_b:?}"),
    }
    assert_eq!(parse_part::<T>(&text_a, spec, '#', closed).as_ref(), Some(a), "{text_a:?}");
}

macro_rules! integers {
    ($($int:ident)*) => {$(
        proptest! {
            #[test]
            fn $int(a in any::<$int>(), b in any::<$int>(), closed: bool) {
                for form in [Form::Natural, Form::Sorted, Form::Raw, Form::Padded { width: 39, decimals: 0 }] {
                    check_pair(&a, &b, spec(form), closed);
                }
                check_pair(&a, &b, descending(Form::Sorted), closed);
                check_pair(&a, &a.saturating_add(1), spec(Form::Sorted), closed);
                prop_assert!(encode(&a, spec(Form::Sorted), closed).is_ok());
            }
        }
    )*};
}
integers!(u8 u16 u32 u64 u128 i8 i16 i32 i64 i128);

#[test]
fn the_ends_of_integers_sort_and_read_back() {
    check_pair(&i64::MIN, &i64::MAX, spec(Form::Sorted), true);
    check_pair(&-1i8, &0i8, spec(Form::Sorted), false);
    check_pair(&u128::MAX, &0, spec(Form::Sorted), false);
    assert_eq!(encode(&i8::MIN, spec(Form::Sorted), false).unwrap(), "000");
    assert_eq!(encode(&7u32, spec(Form::Sorted), false).unwrap(), "0000000007");
}

/// Text with the characters that matter to keys.
fn text() -> impl Strategy<Value = String> {
    prop_oneof!["[ !\"#$%az\u{0}é\u{D7FF}\u{E000}\u{10FFFE}]{0,5}", "\\PC{0,8}", "[a-c]{0,3}"]
}

proptest! {
    #[test]
    fn texts(a in text(), b in text(), closed: bool) {
        check_pair(&a, &b, spec(Form::Natural), closed);
        check_pair(&a, &b, spec(Form::Sorted), closed);
        check_pair(&a, &b, spec(Form::Escaped), closed);
        prop_assert!(encode(&a, spec(Form::Escaped), closed).is_ok());
    }

    #[test]
    fn booleans(a: bool, b: bool, closed: bool) {
        check_pair(&a, &b, spec(Form::Sorted), closed);
    }

    #[test]
    fn only_texts_that_were_written_are_read(text in "[-+0-9#.a ]{0,12}") {
        for form in [Form::Natural, Form::Sorted, Form::Padded { width: 6, decimals: 0 }] {
            if let Some(value) = parse_part::<i32>(&text, spec(form), '#', false) {
                prop_assert_eq!(encode(&value, spec(form), false).unwrap(), text.clone());
            }
        }
    }
}

#[cfg(feature = "rust_decimal")]
proptest! {
    #[test]
    fn decimals(a in 0i64..1_000_000, b in 0i64..1_000_000, closed: bool) {
        use ::rust_decimal::Decimal;
        let (a, b) = (Decimal::new(a, 2), Decimal::new(b, 2));
        check_pair(&a, &b, spec(Form::Padded { width: 8, decimals: 2 }), closed);
        check_pair(&a, &b, descending(Form::Padded { width: 8, decimals: 2 }), closed);
        check_pair(&a, &b, spec(Form::Natural), closed);
    }
}

#[cfg(feature = "rust_decimal")]
#[test]
fn decimals_that_do_not_fit_are_refused() {
    use ::rust_decimal::Decimal;
    let price = spec(Form::Padded { width: 8, decimals: 2 });
    assert_eq!(encode(&Decimal::new(99_999, 2), price, false).unwrap(), "00999.99");
    assert_eq!(encode(&Decimal::new(5, 0), price, false).unwrap(), "00005.00");
    for refused in [Decimal::new(100_000, 0), Decimal::new(1_999, 3), Decimal::new(-1, 0)] {
        assert!(encode(&refused, price, false).is_err(), "{refused}");
    }
}

#[cfg(feature = "chrono")]
proptest! {
    #[test]
    fn times(a in -60_000_000_000i64..250_000_000_000, b in any::<i32>(), nanos in 0u32..1_000_000_000, closed: bool) {
        use ::chrono::{DateTime, Utc};
        let (a, b) = (DateTime::<Utc>::from_timestamp(a, nanos).unwrap(), DateTime::from_timestamp(b.into(), 0).unwrap());
        check_pair(&a, &b, spec(Form::Sorted), closed);
        check_pair(&a, &b, descending(Form::Sorted), closed);
        check_pair(&a.date_naive(), &b.date_naive(), spec(Form::Sorted), closed);
    }
}

#[cfg(feature = "chrono")]
#[test]
fn times_that_would_not_sort_are_refused() {
    use ::chrono::{DateTime, NaiveDate, Utc};
    assert!(encode(&DateTime::<Utc>::MAX_UTC, spec(Form::Sorted), false).is_err());
    assert!(encode(&DateTime::<Utc>::MIN_UTC, spec(Form::Sorted), false).is_err());
    assert!(encode(&NaiveDate::MAX, spec(Form::Sorted), false).is_err());
    let leap_second =
        NaiveDate::from_ymd_opt(2016, 12, 31).unwrap().and_hms_nano_opt(23, 59, 59, 1_500_000_000);
    assert!(encode(&leap_second.unwrap().and_utc(), spec(Form::Sorted), false).is_err());
}

#[cfg(feature = "uuid")]
proptest! {
    #[test]
    fn uuids(a: u128, b: u128, closed: bool) {
        use ::uuid::Uuid;
        check_pair(&Uuid::from_u128(a), &Uuid::from_u128(b), spec(Form::Sorted), closed);
    }
}

#[test]
fn bad_segments_say_what_is_wrong() {
    let error = encode(&String::from("a#b"), spec(Form::Natural), false).unwrap_err();
    assert!(error.to_string().contains("delimiter `#`"), "{error}");
    let error = encode(&String::from("a b"), spec(Form::Sorted), true).unwrap_err();
    assert!(error.to_string().contains("' ', which sorts before the delimiter"), "{error}");
    assert!(encode(&String::from("a b"), spec(Form::Sorted), false).is_ok());
    assert!(encode(&String::from("a\u{10FFFF}"), spec(Form::Natural), false).is_err());
    let error = encode(&1000u16, spec(Form::Padded { width: 3, decimals: 0 }), false).unwrap_err();
    assert!(error.to_string().contains("needs 4 digits and the format has room for 3"), "{error}");
}

/// Whether a key satisfies a condition, as DynamoDB decides it.
fn holds(condition: &SortCondition, key: &Value) -> bool {
    use SortCondition as C;
    let cmp = |other: &Value| match (key, other) {
        (Value::S(a), Value::S(b)) => a.as_bytes().cmp(b.as_bytes()),
        (Value::N(a), Value::N(b)) => a.cmp(b),
        (Value::B(a), Value::B(b)) => a.cmp(b),
        _ => unreachable!("one kind a property"),
    };
    match condition {
        C::Any => true,
        C::Nothing => false,
        C::Equal(v) => cmp(v).is_eq(),
        C::AtLeast(v) => cmp(v).is_ge(),
        C::Above(v) => cmp(v).is_gt(),
        C::AtMost(v) => cmp(v).is_le(),
        C::Below(v) => cmp(v).is_lt(),
        C::Between(low, high) => cmp(low).is_ge() && cmp(high).is_le(),
        C::BeginsWith(Value::S(prefix)) => matches!(key, Value::S(text) if text.starts_with(prefix)),
        C::BeginsWith(_) => unreachable!("no property asks for it"),
    }
}

/// Whether DynamoDB takes the condition: values that are not empty, a range that is not reversed.
fn is_sendable(condition: &SortCondition) -> bool {
    use SortCondition as C;
    let filled = |value: &Value| !matches!(value, Value::S(text) if text.is_empty());
    match condition {
        C::Equal(v) | C::AtLeast(v) | C::Above(v) | C::AtMost(v) | C::Below(v) | C::BeginsWith(v) => {
            filled(v)
        }
        C::Between(Value::S(low), Value::S(high)) => !low.is_empty() && low <= high,
        C::Any | C::Nothing | C::Between(..) => true,
    }
}

fn bound<T: Clone + Debug>(value: impl Strategy<Value = T>) -> impl Strategy<Value = Bound<T>> {
    (value, 0..3).prop_map(|(value, kind)| match kind {
        0 => Bound::Included(value),
        1 => Bound::Excluded(value),
        _ => Bound::Unbounded,
    })
}

fn in_range<T: Ord>(range: &(Bound<T>, Bound<T>), value: &T) -> bool {
    range.contains(value)
}

proptest! {
    /// A range over one entity's segment gives that entity's keys in the range, and none of another's.
    #[test]
    fn text_ranges_are_exact(
        low in bound(text()), high in bound(text()), value in text(), closed: bool, other in "[!-&a-z#]{0,6}",
        prefix in prop_oneof![Just("ORDER#"), Just("")],
    ) {
        let form = spec(Form::Escaped);
        let of = |text: &String| encode(text, form, closed).unwrap();
        let text_of = |bound: &Bound<String>| bound.as_ref().map(of);
        let condition = text_range(prefix, &text_of(&low), &text_of(&high), closed.then_some('#'));
        if !value.is_empty() {
            let end = if closed { "#line" } else { "" };
            let key = Value::S(format!("{prefix}{}{end}", of(&value)));
            prop_assert_eq!(holds(&condition, &key), in_range(&(low, high), &value), "{:?} {:?}", condition, key);
        }
        // Keys of other prefixes are never in it, nor the prefix itself.
        let foreign = Value::S(other);
        prop_assert!(prefix.is_empty() || !holds(&condition, &foreign), "{:?} {:?}", condition, foreign);
        prop_assert!(is_sendable(&condition), "{:?}", condition);
    }

    #[test]
    fn plain_text_ranges_are_exact(low in bound(text()), high in bound(text()), value in text()) {
        let condition = plain_range(low.clone().map(Value::S), high.clone().map(Value::S));
        if !value.is_empty() {
            let key = Value::S(value.clone());
            prop_assert_eq!(holds(&condition, &key), in_range(&(low, high), &value), "{:?}", condition);
        }
    }

    #[test]
    fn plain_number_ranges_are_exact(low in bound(-3i32..4), high in bound(-3i32..4), value in -40i32..40) {
        let number = |tenths: i32| Value::N(crate::value::Number::try_from(f64::from(tenths) / 10.0).unwrap());
        let condition = plain_range(low.map(|n| number(n * 10)), high.map(|n| number(n * 10)));
        let expected = in_range(&(low.map(|n| n * 10), high.map(|n| n * 10)), &value);
        prop_assert_eq!(holds(&condition, &number(value)), expected, "{:?}", condition);
    }

    #[test]
    fn plain_byte_ranges_are_exact(
        low in bound(prop::collection::vec(0u8..3, 0..3)),
        high in bound(prop::collection::vec(0u8..3, 0..3)),
        value in prop::collection::vec(prop_oneof![0u8..3, Just(255)], 1..4),
    ) {
        let condition = plain_range(low.clone().map(Value::B), high.clone().map(Value::B));
        let key = Value::B(value.clone());
        prop_assert_eq!(holds(&condition, &key), in_range(&(low, high), &value), "{:?}", condition);
    }
}

const fn literal(literal: &'static str) -> Segment {
    Segment { literal, field: None }
}

const fn field(literal: &'static str, form: Form, shape: Shape) -> Segment {
    let placeholder = Placeholder { field: "f", attribute: "f", position: 0, spec: spec(form), shape };
    Segment { literal, field: Some(placeholder) }
}

fn template(segments: &[Segment]) -> KeySource {
    KeySource::Template(Template { segments: Vec::leak(segments.to_vec()), shards: None })
}

/// Whether two sort keys meet, and where.
fn meet(a: &[Segment], b: &[Segment]) -> Option<String> {
    let side = |sort| Side { partition: template(&[literal("P")]), sort: Some(sort) };
    Overlap::find(&side(template(a)), &side(template(b)), '#').map(|overlap| overlap.sort.as_str().to_owned())
}

#[test]
fn templates_meet_where_every_segment_does() {
    const TEXT: Segment = field("", Form::Sorted, Shape::Text);
    const NUMBER: Segment = field("", Form::Sorted, Shape::Unsigned { digits: 5 });
    const DATE: Segment = field("", Form::Sorted, Shape::Pattern("9999-99-99"));
    const STATUS: Segment = field("", Form::Sorted, Shape::OneOf(&["open", "12345"]));
    let met = |text: &str| Some(text.to_owned());

    assert_eq!(meet(&[literal("ORDER"), TEXT], &[literal("ORDER"), TEXT]), met("ORDER#x"));
    assert_eq!(meet(&[literal("ORDER"), TEXT], &[literal("NOTE"), TEXT]), None);
    assert_eq!(meet(&[literal("ORDER"), TEXT], &[literal("ORDER"), TEXT, TEXT]), None);
    assert_eq!(meet(&[TEXT], &[literal("PROFILE")]), met("PROFILE"));
    assert_eq!(meet(&[literal("A"), TEXT], &[TEXT, literal("B")]), met("A#B"));
    assert_eq!(meet(&[DATE], &[literal("PROFILE")]), None);
    assert_eq!(meet(&[DATE], &[literal("2026-01-31")]), met("2026-01-31"));
    assert_eq!(meet(&[NUMBER], &[DATE]), None);
    assert_eq!(meet(&[NUMBER], &[TEXT]), met("11111"));
    assert_eq!(meet(&[NUMBER], &[STATUS]), met("12345"));
    assert_eq!(meet(&[STATUS], &[literal("closed")]), None);
    assert_eq!(meet(&[field("v", Form::Sorted, Shape::Text)], &[literal("value")]), met("value"));
    assert_eq!(meet(&[field("v", Form::Sorted, Shape::Text)], &[literal("v")]), None);
    let price = field("", Form::Padded { width: 6, decimals: 2 }, Shape::Decimal);
    assert!(overlap::accepts(price.field.as_ref().unwrap(), "012.50"));
    assert!(!overlap::accepts(price.field.as_ref().unwrap(), "0125.0"));
}

/// Segments that share texts with each other in all ways.
fn any_segment() -> impl Strategy<Value = Segment> {
    const STATUS: Shape = Shape::OneOf(&["open", "A", "007"]);
    prop_oneof![
        prop_oneof![Just("A"), Just("AB"), Just("7"), Just("open")].prop_map(literal),
        prop_oneof![Just(""), Just("A"), Just("v")].prop_map(|prefix| field(
            prefix,
            Form::Sorted,
            Shape::Text
        )),
        prop_oneof![Just(Form::Natural), Just(Form::Sorted), Just(Form::Padded { width: 2, decimals: 0 })]
            .prop_map(|form| field("", form, Shape::Unsigned { digits: 3 })),
        Just(field("", Form::Natural, Shape::Signed { digits: 3 })),
        Just(field("", Form::Sorted, STATUS)),
        Just(field("", Form::Sorted, Shape::Pattern("99-x"))),
        Just(field("A", Form::Padded { width: 4, decimals: 1 }, Shape::Decimal)),
    ]
}

proptest! {
    /// The proof of disjointness agrees with the reading of keys: a key of two templates is found, and what is found is
    /// a key of both.
    #[test]
    fn templates_that_share_a_key_meet(
        a in prop::collection::vec(any_segment(), 1..3),
        b in prop::collection::vec(any_segment(), 1..3),
        texts in prop::collection::vec("A|AB|Ax|v|vv|7|07|007|-7|open|12-f|A1.5|A01.5|x", 1..3),
    ) {
        let (KeySource::Template(template_a), KeySource::Template(template_b)) = (template(&a), template(&b)) else {
            unreachable!("both are templates");
        };
        let is_of_both = |key: &str| template_a.split(key, '#').is_some() && template_b.split(key, '#').is_some();
        let met = meet(&a, &b);
        if is_of_both(&texts.join("#")) {
            prop_assert!(met.is_some(), "{:?}", texts);
        }
        if let Some(witness) = met {
            prop_assert!(is_of_both(&witness), "{}", witness);
        }
    }

    /// Two lists of fields have the same key only if they are the same, and the key reads back into them.
    #[test]
    fn whole_keys_are_injective_and_read_back(a in (text(), any::<i16>(), text()), b in (text(), any::<i16>(), text())) {
        let segments = [("T", 0, Form::Natural), ("", 1, Form::Sorted), ("", 2, Form::Escaped)];
        let shapes = [Shape::Text, Shape::Signed { digits: 5 }, Shape::Text];
        let segments: Vec<Segment> = segments
            .into_iter()
            .zip(shapes)
            .map(|((literal, position, form), shape)| {
                let field = Placeholder { field: "f", attribute: "f", position, spec: spec(form), shape };
                Segment { literal, field: Some(field) }
            })
            .collect();
        let key = |fields: &(String, i16, String)| {
            let given = |position| match position {
                0 => Given::text(&fields.0),
                1 => Given::text(&fields.1),
                _ => Given::text(&fields.2),
            };
            template(&segments).value('#', given).ok().flatten()
        };
        let (Some(key_a), Some(key_b)) = (key(&a), key(&b)) else { return Ok(()) };
        prop_assert_eq!(a == b, key_a == key_b);
        let (KeySource::Template(template), Value::S(text)) = (template(&segments), key_a) else {
            unreachable!("templates make text");
        };
        let texts = template.split(&text, '#').expect("a key of the template");
        prop_assert_eq!(parse_part::<String>(texts[0].1, texts[0].0.spec, '#', true), Some(a.0));
        prop_assert_eq!(parse_part::<i16>(texts[1].1, texts[1].0.spec, '#', true), Some(a.1));
        prop_assert_eq!(parse_part::<String>(texts[2].1, texts[2].0.spec, '#', false), Some(a.2));
    }
}

#[cfg(feature = "rust_decimal")]
proptest! {
    #[test]
    fn negative_decimals_are_distinct_and_never_padded(a in -1_000_000i64..0, b in -1_000_000i64..1_000_000) {
        use ::rust_decimal::Decimal;
        let (a, b) = (Decimal::new(a, 2), Decimal::new(b, 3));
        check_pair(&a, &b, spec(Form::Natural), true);
        let padded = encode(&a, spec(Form::Padded { width: 20, decimals: 3 }), true);
        prop_assert!(padded.is_err(), "{:?}", padded);
    }
}
