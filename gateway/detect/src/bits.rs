//! Sets of small numbers.

/// A set of numbers, one bit each.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Bits(Vec<u64>);

impl Bits {
    pub(crate) fn insert(&mut self, number: usize) {
        if self.0.len() <= number / 64 {
            self.0.resize(number / 64 + 1, 0);
        }
        if let Some(word) = self.0.get_mut(number / 64) {
            *word |= 1 << (number % 64);
        }
    }

    #[inline]
    pub(crate) fn has(&self, number: usize) -> bool {
        self.0.get(number / 64).is_some_and(|word| word >> (number % 64) & 1 != 0)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.iter().all(|word| *word == 0)
    }

    /// Empties the set and keeps its memory.
    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }

    /// Adds all of `other`.
    #[inline]
    pub(crate) fn add(&mut self, other: &Bits) {
        if self.0.len() < other.0.len() {
            self.0.resize(other.0.len(), 0);
        }
        for (mine, others) in self.0.iter_mut().zip(&other.0) {
            *mine |= others;
        }
    }

    /// Keeps what is also in `other`.
    #[inline]
    pub(crate) fn keep(&mut self, other: &Bits) {
        self.0.truncate(other.0.len());
        for (mine, others) in self.0.iter_mut().zip(&other.0) {
            *mine &= others;
        }
    }

    /// Whether all of it is in `other`.
    #[inline]
    pub(crate) fn within(&self, other: &Bits) -> bool {
        let others = other.0.iter().copied().chain(std::iter::repeat(0));
        self.0.iter().zip(others).all(|(mine, others)| mine & !others == 0)
    }

    /// The numbers, from the smallest on.
    pub(crate) fn iter(&self) -> impl Iterator<Item = usize> + '_ {
        self.0.iter().enumerate().flat_map(|(i, word)| {
            let rest = |bits: &u64| Some(bits & (bits - 1)).filter(|rest| *rest != 0);
            let bits = std::iter::successors(Some(*word).filter(|bits| *bits != 0), rest);
            bits.map(move |bits| i * 64 + bits.trailing_zeros() as usize)
        })
    }

    /// Bytes of memory.
    pub(crate) fn memory(&self) -> usize {
        self.0.len() * size_of::<u64>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(numbers: &[usize]) -> Bits {
        let mut bits = Bits::default();
        for number in numbers {
            bits.insert(*number);
        }
        bits
    }

    #[test]
    fn sets_are_sets() {
        let mut bits = set(&[3, 64, 200]);
        assert!(bits.has(64) && !bits.has(65) && !bits.has(9999));
        assert_eq!(bits.iter().collect::<Vec<_>>(), [3, 64, 200]);
        assert!(set(&[3]).within(&bits) && !bits.within(&set(&[3])) && set(&[]).within(&bits));
        bits.add(&set(&[500]));
        bits.keep(&set(&[64, 65, 500, 900]));
        assert_eq!(bits.iter().collect::<Vec<_>>(), [64, 500]);
        bits.clear();
        assert!(bits.is_empty());
    }
}
