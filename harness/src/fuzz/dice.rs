//! Seeded choices, the same on every machine.

/// A splitmix64 generator: small, and good enough to choose test cases with.
#[derive(Clone, Debug)]
pub(super) struct Dice(u64);

impl Dice {
    /// One generator for each history of a run.
    pub(super) const fn new(seed: u64, history: u64) -> Self {
        Self(seed ^ history.wrapping_mul(0x9e37_79b9_7f4a_7c15))
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// From 0 to `sides` - 1; 0 if there are no sides.
    pub(super) fn roll(&mut self, sides: u64) -> u64 {
        self.next().checked_rem(sides).unwrap_or(0)
    }

    /// From `least` to `most`.
    pub(super) fn between(&mut self, least: u32, most: u32) -> u32 {
        let span = u64::from(most.saturating_sub(least)).saturating_add(1);
        let extra = u32::try_from(self.roll(span)).unwrap_or(0);
        least.saturating_add(extra)
    }

    /// Whether something happens that does `of_hundred` times in a hundred.
    pub(super) fn chance(&mut self, of_hundred: u64) -> bool {
        self.roll(100) < of_hundred
    }

    /// One of them.
    pub(super) fn pick<'a, T>(&mut self, items: &'a [T]) -> Option<&'a T> {
        let index = self.roll(u64::try_from(items.len()).ok()?);
        items.get(usize::try_from(index).ok()?)
    }
}
