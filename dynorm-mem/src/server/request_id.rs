//! Ids of requests in the form of the service's, by counting.

use std::sync::atomic::{AtomicU64, Ordering};

/// How many characters an id has.
const CHARS: usize = 52;
const DIGITS: &[u8; 36] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";

/// Gives ids: all different, and the same in every run.
#[derive(Debug, Default)]
pub(super) struct RequestIds {
    n_given: AtomicU64,
}

impl RequestIds {
    pub(super) fn next(&self) -> String {
        let mut state = self.n_given.fetch_add(1, Ordering::Relaxed);
        let mut id = String::with_capacity(CHARS);
        while id.len() < CHARS {
            let mut bits = mixed(&mut state);
            // A word has a little more than twelve digits to base 36.
            for _ in 0..12 {
                id.push(char::from(DIGITS[(bits % 36) as usize]));
                bits /= 36;
            }
        }
        id.truncate(CHARS);
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
        let some: BTreeSet<String> = (0..1000).map(|_| ids.next()).collect();
        assert_eq!(some.len(), 1000);
        assert!(some.iter().all(|id| id.len() == CHARS && id.bytes().all(|b| DIGITS.contains(&b))));
        assert!(some.contains(&RequestIds::default().next()));
    }
}
