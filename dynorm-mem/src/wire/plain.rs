//! How much of a text stands in JSON as it is.

/// Bytes that are looked at together: as many as the smallest vector registers have.
const BLOCK: usize = 16;

/// How many bytes come before the first quote, backslash or control character; all, if there is none.
pub(super) fn length(text: &[u8]) -> usize {
    // Without a way out of the block, the compiler looks at all of its bytes at once.
    let (blocks, _) = text.as_chunks::<BLOCK>();
    let n_blocks =
        blocks.iter().take_while(|block| !block.iter().fold(false, |any, byte| any | is_special(*byte)));
    let start = n_blocks.count() * BLOCK;
    start + text[start..].iter().take_while(|byte| !is_special(**byte)).count()
}

fn is_special(byte: u8) -> bool {
    byte < 0x20 || byte == b'"' || byte == b'\\'
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_first_special_byte_is_found(
            text in proptest::collection::vec(prop_oneof![8 => Just(b'x'), 1 => any::<u8>()], 0..80),
        ) {
            let first = text.iter().position(|byte| matches!(byte, b'"' | b'\\' | 0..0x20));
            prop_assert_eq!(length(&text), first.unwrap_or(text.len()));
        }
    }
}
