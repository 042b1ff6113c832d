//! Any text as a number: what is read is written so that it is read as the same, and order and sums agree.
#![no_main]

use dynorm::value::Number;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|texts: (&str, &str)| {
    let Ok(a) = texts.0.parse::<Number>() else { return };
    let written = a.to_string();
    assert_eq!(written.parse::<Number>().as_ref(), Ok(&a), "{written} is not read as what was written");
    assert_eq!(-(-a), a);
    assert!(a.next_up().is_none_or(|next| next > a), "next_up of {a}");
    assert!(a.next_down().is_none_or(|next| next < a), "next_down of {a}");
    assert!((1..=22).contains(&a.size_bytes()), "{a} has {} bytes", a.size_bytes());
    let Ok(b) = texts.1.parse::<Number>() else { return };
    assert_eq!(a.cmp(&b), b.cmp(&a).reverse());
    if let Ok(sum) = a.checked_add(b) {
        assert_eq!(Ok(sum), b.checked_add(a));
        assert_eq!(sum.checked_sub(b).unwrap_or(a), a, "{a} + {b} - {b}");
    }
});
