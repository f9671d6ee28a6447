//! Sets of claims, one bit each. A claim is one pattern of one rule.

/// A set of small numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mask(Vec<u64>);

impl Mask {
    pub fn insert(&mut self, number: usize) {
        if self.0.len() <= number / 64 {
            self.0.resize(number / 64 + 1, 0);
        }
        self.0[number / 64] |= 1 << (number % 64);
    }

    #[inline]
    pub fn has(&self, number: usize) -> bool {
        self.0.get(number / 64).is_some_and(|word| word >> (number % 64) & 1 != 0)
    }

    /// Empties the set and keeps its memory.
    pub fn clear(&mut self) {
        self.0.clear();
    }

    #[inline]
    pub fn add(&mut self, other: &Mask) {
        if self.0.len() < other.0.len() {
            self.0.resize(other.0.len(), 0);
        }
        for (mine, others) in self.0.iter_mut().zip(&other.0) {
            *mine |= others;
        }
    }

    /// The numbers, from the smallest on.
    pub fn list(&self) -> Vec<u32> {
        (0..self.0.len() as u32 * 64).filter(|n| self.has(*n as usize)).collect()
    }

    /// Calls `each` with what is in this set, in `open` if there is one, and not yet in `seen`; it is there then.
    #[inline]
    pub fn fresh(&self, open: Option<&Mask>, seen: &mut Mask, mut each: impl FnMut(usize)) {
        if seen.0.len() < self.0.len() {
            seen.0.resize(self.0.len(), 0);
        }
        for (i, word) in self.0.iter().enumerate() {
            let open = open.map_or(u64::MAX, |open| open.0.get(i).copied().unwrap_or(0));
            let mut bits = word & open & !seen.0[i];
            seen.0[i] |= bits;
            while bits != 0 {
                each(i * 64 + bits.trailing_zeros() as usize);
                bits &= bits - 1;
            }
        }
    }
}
