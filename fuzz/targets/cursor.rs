//! Any bytes as a token: what is read as a cursor or a position is written so that it is read as the same.
#![no_main]

use dynorm::{Cursor, ScanPosition};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(text) = std::str::from_utf8(bytes) {
        read(text);
    }
    read(&token(bytes));
});

fn read(text: &str) {
    if let Ok(cursor) = text.parse::<Cursor>() {
        assert_eq!(cursor.to_string(), text, "a cursor has one token");
    }
    if let Ok(position) = text.parse::<ScanPosition>() {
        let written = position.to_string();
        let again = written.parse::<ScanPosition>().expect("a position that was written is read");
        assert_eq!(again.to_string(), written);
    }
}

/// The bytes as tokens have them: base64 for addresses, without padding.
fn token(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut text = String::new();
    for group in bytes.chunks(3) {
        let bits = group.iter().fold(0, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - group.len()));
        for at in 0..=group.len() {
            text.push(char::from(LETTERS[(bits >> (18 - 6 * at) & 63) as usize]));
        }
    }
    text
}
