//! Random values: few of them, so that they meet, and now and then one that is wrong.

use serde_json::{Value, json};

use crate::random::Random;

/// The attributes that are no keys. The last ones are reserved words.
pub const ATTRIBUTES: &[&str] = &["a", "b", "c", "m", "e", "n", "t", "name", "status"];

const TEXTS: &[&str] = &["", "a", "b", "ab", "abc", "B", "z", "é", "\u{1F600}", "0", "1", "a b"];
const NUMBERS: &[&str] = &[
    "0",
    "1",
    "-1",
    "2",
    "3",
    "10",
    "-10",
    "1.5",
    "0.1",
    "100",
    "1e3",
    "-0",
    "007",
    "1.50",
    "12345678901234567890",
    "99999999999999999999999999999999999999",
    "1E125",
    "-1E-130",
];
const NO_NUMBERS: &[&str] =
    &["", "x", "1e", "1E126", "1E-131", "123456789012345678901234567890123456789", "NaN", " 1"];
const BYTES: &[&str] = &["AQ==", "AQI=", "/w==", "AA==", "YWJj", ""];

/// A value of a key attribute.
pub fn key(random: &mut Random, kind: &str) -> Value {
    let among = |random: &mut Random, from: &[&'static str]| from[random.below(from.len())];
    // An empty one is no key.
    let valid = !random.percent(1);
    match kind {
        "S" => json!({"S": if valid { among(random, &TEXTS[1..6]) } else { "" }}),
        "N" => json!({"N": if valid { among(random, &NUMBERS[..8]) } else { among(random, NO_NUMBERS) }}),
        _ => json!({"B": if valid { among(random, &BYTES[..5]) } else { "" }}),
    }
}

/// A value that an attribute mostly has.
pub fn of(random: &mut Random, attribute: &str) -> Value {
    match attribute {
        _ if random.percent(15) => any(random, 3),
        "a" | "n" => json!({"N": random.pick(NUMBERS)}),
        "b" | "name" | "status" => json!({"S": random.pick(TEXTS)}),
        "c" => json!({"SS": distinct(random, &TEXTS[1..])}),
        "m" => json!({"M": {"x": any(random, 1), "y": {"L": [any(random, 0), any(random, 0)]}}}),
        "e" => json!({"L": (0..random.below(4)).map(|_| any(random, 1)).collect::<Vec<_>>()}),
        _ => json!({"NS": distinct(random, &NUMBERS[..6])}),
    }
}

/// A value of any type.
pub fn any(random: &mut Random, depth: usize) -> Value {
    match random.below(if depth > 0 { 10 } else { 8 }) {
        0 | 1 => json!({"S": random.pick(TEXTS)}),
        2 => json!({"N": if random.percent(5) { random.pick(NO_NUMBERS) } else { random.pick(NUMBERS) }}),
        3 => json!({"B": random.pick(BYTES)}),
        4 => json!({"BOOL": random.percent(50)}),
        5 => json!({"NULL": !random.percent(2)}),
        6 => set(random),
        7 => json!({"N": random.pick(NUMBERS)}),
        8 => json!({"L": (0..random.below(3)).map(|_| any(random, depth - 1)).collect::<Vec<_>>()}),
        _ => {
            let names = ["x", "y", "a"];
            json!({"M": names[..random.below(3)].iter()
                .map(|name| ((*name).to_owned(), any(random, depth - 1)))
                .collect::<serde_json::Map<_, _>>()})
        }
    }
}

fn set(random: &mut Random) -> Value {
    if random.percent(4) {
        return random
            .pick(&[r#"{"SS":[]}"#, r#"{"NS":["1","1.0"]}"#, r#"{"SS":["a","a"]}"#])
            .parse()
            .unwrap_or_default();
    }
    match random.below(3) {
        0 => json!({"SS": distinct(random, TEXTS)}),
        1 => json!({"NS": distinct(random, &NUMBERS[1..])}),
        _ => json!({"BS": distinct(random, BYTES)}),
    }
}

/// One to three neighbours.
fn distinct(random: &mut Random, from: &[&'static str]) -> Vec<&'static str> {
    let n = 1 + random.below(3);
    let at = random.below(from.len() - n + 1);
    from[at..at + n].to_vec()
}
