//! Numbers that a seed decides.

use std::time::Duration;

/// Numbers that a seed decides, for tests that draw what they do: the same seed draws the same.
///
/// The numbers are those of splitmix64. They are good enough for tests, and not secret.
///
/// ```
/// use dynorm_mem::Random;
///
/// let (mut one, mut other) = (Random::of(7), Random::of(7));
/// let drawn: Vec<usize> = (0..5).map(|_| one.below(10)).collect();
/// assert!(drawn.iter().all(|n| *n < 10));
/// assert_eq!(drawn, (0..5).map(|_| other.below(10)).collect::<Vec<_>>());
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Random(u64);

impl Random {
    /// The numbers of a seed.
    #[must_use]
    pub fn of(seed: u64) -> Self {
        Self(seed)
    }

    /// Any number.
    #[expect(clippy::should_implement_trait, reason = "they do not end")]
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// One of the numbers below `n`; 0 if there is none.
    pub fn below(&mut self, n: usize) -> usize {
        let n = u64::try_from(n.max(1)).unwrap_or(u64::MAX);
        usize::try_from(self.next() % n).unwrap_or(0)
    }

    /// One of the small numbers below `n`; 0 if there is none.
    pub fn small(&mut self, n: u8) -> u8 {
        u8::try_from(self.below(n.into())).unwrap_or(0)
    }

    /// True once in `n` times.
    pub fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    /// A time of at least the first and at most the second length.
    pub(super) fn between(&mut self, shortest: Duration, longest: Duration) -> Duration {
        let span = u64::try_from(longest.saturating_sub(shortest).as_nanos()).unwrap_or(u64::MAX);
        let share = self.next() % span.saturating_add(1).max(1);
        shortest + Duration::from_nanos(share)
    }
}
