/// Dice that fall the same way for the same seed, on every machine and for ever: SplitMix64. A crate would be free to
/// change its sequence in an update, and with it everybody's example workspace.
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `end`, which must not be 0.
    pub fn below(&mut self, end: u64) -> u64 {
        // The high half of the product, which is even enough and needs no division.
        ((u128::from(self.roll()) * u128::from(end)) >> 64) as u64
    }

    /// A number from `low` up to and including `high`.
    pub fn between(&mut self, low: i64, high: i64) -> i64 {
        low + self.below((high - low + 1).unsigned_abs()) as i64
    }

    /// True in so many of a hundred cases.
    pub fn percent(&mut self, chance: u64) -> bool {
        self.below(100) < chance
    }

    /// One of the choices, each as likely.
    pub fn pick<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len() as u64) as usize]
    }

    /// One of the choices, the first most likely and the last least, as fame and sales are spread.
    pub fn pick_early<'a, T>(&mut self, choices: &'a [T]) -> &'a T {
        let end = choices.len() as u64;
        let first = self.below(end);
        let second = self.below(end);
        &choices[first.min(second) as usize]
    }

    /// A count that is mostly small and now and then huge, up to `2^bits`.
    pub fn long_tail(&mut self, bits: u64) -> i64 {
        let width = self.below(bits) + 1;
        self.below(1 << width) as i64
    }
}
