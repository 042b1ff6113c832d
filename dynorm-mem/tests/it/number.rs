//! Numbers against an oracle that calculates digit by digit, as on paper.

use std::cmp::Ordering;

use dynorm::backend::call;
use dynorm::value::{Number, Value};
use proptest::prelude::*;

use crate::kit::*;

/// Places before and behind the point: more than sums of numbers have.
const PLACES: usize = 140;
/// The power of ten of the first place.
const TOP: i32 = 139;

/// A number as signed digits, the greatest place first.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Paper {
    is_negative: bool,
    digits: Vec<u8>,
}

impl Paper {
    /// The number of these digits times a power of ten.
    fn new(is_negative: bool, significant: &[u8], exponent: i32) -> Self {
        let mut digits = vec![0; 2 * PLACES];
        for (at, digit) in significant.iter().rev().enumerate() {
            let place = TOP - exponent - i32::try_from(at).unwrap();
            digits[usize::try_from(place).unwrap()] = *digit;
        }
        Self { is_negative: is_negative && digits.iter().any(|digit| *digit > 0), digits }
    }

    fn negated(&self) -> Self {
        let is_zero = self.digits.iter().all(|digit| *digit == 0);
        Self { is_negative: !self.is_negative && !is_zero, digits: self.digits.clone() }
    }

    fn plus(&self, other: &Self) -> Self {
        if self.is_negative == other.is_negative {
            let mut carry = 0;
            let mut digits = vec![0; 2 * PLACES];
            for at in (0..2 * PLACES).rev() {
                let sum = self.digits[at] + other.digits[at] + carry;
                digits[at] = sum % 10;
                carry = sum / 10;
            }
            return Self { is_negative: self.is_negative, digits };
        }
        let (large, small) = if self.digits >= other.digits { (self, other) } else { (other, self) };
        let mut borrow = 0;
        let mut digits = vec![0; 2 * PLACES];
        for at in (0..2 * PLACES).rev() {
            let (from, taken) = (large.digits[at], small.digits[at] + borrow);
            borrow = u8::from(from < taken);
            digits[at] = from + 10 * borrow - taken;
        }
        let is_zero = digits.iter().all(|digit| *digit == 0);
        Self { is_negative: large.is_negative && !is_zero, digits }
    }

    fn order(&self, other: &Self) -> Ordering {
        match (self.is_negative, other.is_negative) {
            (false, false) => self.digits.cmp(&other.digits),
            (true, true) => other.digits.cmp(&self.digits),
            (true, false) => Ordering::Less,
            (false, true) => Ordering::Greater,
        }
    }

    /// The plain text, or nothing for what is no number of the service: 38 digits, magnitudes -130 to 125.
    fn text(&self) -> Option<String> {
        let Some(first) = self.digits.iter().position(|digit| *digit > 0) else {
            return Some("0".to_owned());
        };
        let last = self.digits.iter().rposition(|digit| *digit > 0).unwrap();
        let magnitude = TOP - i32::try_from(first).unwrap();
        if last - first >= 38 || !(-130..=125).contains(&magnitude) {
            return None;
        }
        let text = |digits: &[u8]| digits.iter().map(|digit| char::from(b'0' + digit)).collect::<String>();
        let whole = text(&self.digits[first.min(PLACES - 1)..PLACES]);
        let fraction =
            if last < PLACES { String::new() } else { format!(".{}", text(&self.digits[PLACES..=last])) };
        Some(format!("{}{whole}{fraction}", if self.is_negative { "-" } else { "" }))
    }
}

/// A number of the service, on paper and as someone may write it.
fn written() -> impl Strategy<Value = (Paper, String)> {
    let digits = prop_oneof![
        3 => prop::collection::vec(0u8..10, 1..=38),
        1 => prop::collection::vec(prop::sample::select(vec![0u8, 9]), 1..=38),
        1 => prop::collection::vec(0u8..10, 1..4),
    ];
    let near = -40i32..40;
    let any = -130i32..=125;
    (any_sign(), digits, prop_oneof![3 => near, 1 => any], 0usize..3).prop_map(
        |(sign, digits, shift, form)| {
            let len = i32::try_from(digits.len()).unwrap();
            // The magnitude of the first digit stays in the range.
            let exponent = shift.clamp(-130, 126 - len);
            let significant: String = digits.iter().map(|digit| char::from(b'0' + digit)).collect();
            let minus = if sign { "-" } else { "" };
            let text = match form {
                0 => format!("{minus}{significant}E{exponent}"),
                1 => format!("{minus}000{significant}e{exponent:+}"),
                _ => format!("{minus}.{significant}e{}", exponent + len),
            };
            (Paper::new(sign, &digits, exponent), text)
        },
    )
}

fn any_sign() -> impl Strategy<Value = bool> {
    any::<bool>()
}

proptest! {
    #[test]
    fn numbers_are_read_and_written_plainly((paper, text) in written()) {
        // A text whose digits begin with zeros may be too small.
        let number = text.parse::<Number>();
        match paper.text() {
            Some(expected) => prop_assert_eq!(number.map(|n| n.to_string()).ok(), Some(expected), "{}", text),
            None => prop_assert!(number.is_err(), "{}", text),
        }
    }

    #[test]
    fn sums_and_differences_are_exact_or_refused((a, a_text) in written(), (b, b_text) in written()) {
        let (Ok(a_number), Ok(b_number)) = (a_text.parse::<Number>(), b_text.parse::<Number>()) else {
            return Ok(());
        };
        for (operator, expected) in [("+", a.plus(&b)), ("-", a.plus(&b.negated()))] {
            let mut engine = users();
            let values = values! { a: Value::N(a_number), b: Value::N(b_number) };
            let update = format!("SET c = :a {operator} :b");
            let done = engine.change(item! { id: "1" }, &update, no_names(), values);
            match expected.text() {
                Some(expected) => {
                    let sum = expected.parse::<Number>().unwrap();
                    prop_assert!(done.is_ok(), "{} {} {}", a_text, operator, b_text);
                    prop_assert_eq!(engine.load(item! { id: "1" }), Some(item! { id: "1", c: Value::N(sum) }));
                }
                None => prop_assert!(done.is_err(), "{} {} {}", a_text, operator, b_text),
            }
        }
    }

    #[test]
    fn sort_keys_come_in_the_order_of_the_numbers(numbers in prop::collection::vec(written(), 1..12)) {
        let mut engine = docs();
        let mut expected: Vec<(Paper, Number)> = Vec::new();
        for (paper, text) in numbers {
            let Ok(number) = text.parse::<Number>() else { continue };
            engine.store(item! { pk: "a", sk: Value::N(number) });
            if expected.iter().all(|(before, _)| *before != paper) {
                expected.push((paper, number));
            }
        }
        expected.sort_by(|(a, _), (b, _)| a.order(b));
        let query = call::Query {
            table: "docs".into(),
            key_condition: Some("pk = :p".into()),
            values: values! { p: "a" },
            ..Default::default()
        };
        let found: Vec<Value> =
            engine.query(&query).unwrap().items.iter().map(|item| item.get("sk").unwrap().clone()).collect();
        let expected: Vec<Value> = expected.into_iter().map(|(_, number)| Value::N(number)).collect();
        prop_assert_eq!(found, expected);
    }
}
