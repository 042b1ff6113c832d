//! How much of a text stands in JSON as it is.

/// Bytes that are looked at together in long texts: as many as the smallest vector registers have.
const BLOCK: usize = 16;
/// Bytes of a word.
const WORD: usize = size_of::<u64>();

/// How many bytes come before the first quote, backslash or control character; all, if there is none.
pub(super) fn length(text: &[u8]) -> usize {
    let mut at = 0;
    // Most texts end within two words. Longer ones are looked at block by block, and the rest word by word again.
    while let Some(word) = text[at..].first_chunk() {
        let special = special(u64::from_le_bytes(*word));
        if special != 0 {
            return at + first_byte(special);
        }
        at += WORD;
        if at == 2 * WORD {
            at += blocks(&text[at..]);
        }
    }
    at + first_byte(special(last_word(text, at)))
}

/// The bytes from here to the end, of which there are less than a word has. Behind them are zeros, which stand for
/// control characters, so that the end is found if nothing else is.
fn last_word(text: &[u8], at: usize) -> u64 {
    let n_left = text.len() - at;
    if let Some(word) = text.last_chunk() {
        // A shift by all bits is none.
        return u64::from_le_bytes(*word).checked_shr(bits_of(WORD - n_left)).unwrap_or(0);
    }
    // What two parts have in common is the same in both.
    if let (Some(first), Some(last)) = (text.first_chunk(), text.last_chunk()) {
        let [first, last] = [first, last].map(|half| u64::from(u32::from_le_bytes(*half)));
        return first | last << bits_of(n_left - size_of::<u32>());
    }
    let byte = |at: usize| text.get(at).map_or(0, |byte| u64::from(*byte) << bits_of(at));
    byte(0) | byte(1) | byte(2)
}

fn bits_of(n_bytes: usize) -> u32 {
    u8::BITS * u32::try_from(n_bytes).expect("no more than a word has")
}

/// How many bytes the blocks have that come before the first with a special byte.
fn blocks(text: &[u8]) -> usize {
    // Without a way out of the block, the compiler looks at all of its bytes at once.
    let (blocks, _) = text.as_chunks::<BLOCK>();
    let is_plain = |block: &&[u8; BLOCK]| !block.iter().fold(false, |any, byte| any | is_special(*byte));
    blocks.iter().take_while(is_plain).count() * BLOCK
}

fn is_special(byte: u8) -> bool {
    byte < 0x20 || byte == b'"' || byte == b'\\'
}

/// Has the highest bit of the first special byte set, and no other bit before it; 0 if no byte is special.
fn special(word: u64) -> u64 {
    const ONES: u64 = u64::MAX / 0xff;
    const HIGHEST: u64 = ONES << 7;
    // A byte below the bound borrows from its highest bit, which it does not have itself.
    let below = |word: u64, bound: u64| word.wrapping_sub(ONES * bound) & !word;
    let equal = |byte: u8| below(word ^ (ONES * u64::from(byte)), 1);
    (below(word, 0x20) | equal(b'"') | equal(b'\\')) & HIGHEST
}

/// Which byte has the first bit that is set.
fn first_byte(bits: u64) -> usize {
    bits.trailing_zeros() as usize / 8
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
