//! Ids of requests in the form of the service's, by counting.

use std::sync::atomic::{AtomicU64, Ordering};

/// The header of an answer that has the id.
pub(crate) const HEADER: &str = "x-amzn-requestid";

/// How many characters an id has.
const CHARS: usize = 52;
/// Those of the numbers to base 32, as in the service's ids.
const DIGITS: &[u8; 32] = b"0123456789ABCDEFGHIJKLMNOPQRSTUV";
/// Whole digits of a word of 64 bits.
const DIGITS_OF_WORD: usize = 12;

/// Gives ids: all different, and the same in every run.
#[derive(Debug, Default)]
pub(crate) struct RequestIds {
    n_given: AtomicU64,
}

impl RequestIds {
    pub(crate) fn next(&self) -> [u8; CHARS] {
        let mut state = self.n_given.fetch_add(1, Ordering::Relaxed);
        let mut id = [0; CHARS];
        for digits in id.chunks_mut(DIGITS_OF_WORD) {
            let mut bits = mixed(&mut state);
            for digit in digits {
                *digit = DIGITS[(bits % 32) as usize];
                bits /= 32;
            }
        }
        id
    }
}

/// The next word of a splitmix generator, whose first words are different for different states.
fn mixed(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut bits = *state;
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn ids_have_the_form_of_the_services_and_never_repeat() {
        let ids = RequestIds::default();
        let some: BTreeSet<[u8; CHARS]> = (0..1000).map(|_| ids.next()).collect();
        assert_eq!(some.len(), 1000);
        assert!(some.iter().flatten().all(|byte| DIGITS.contains(byte)));
        assert!(some.contains(&RequestIds::default().next()));
    }
}
